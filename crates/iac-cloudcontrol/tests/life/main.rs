//! Resources of all types through their lives in the sandbox.

mod every_type;
mod test_env;

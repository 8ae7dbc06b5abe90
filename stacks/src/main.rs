//! `cargo run -p stacks -- plan dev`: the command line of the environments in this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    iac_cli::main(stacks::app())
}

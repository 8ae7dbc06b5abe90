//! The lifecycle every resource type goes through, on the AWS in the process. See `harness.rs` for its steps.
//!
//! A new type adds one file here, with one test.

mod harness;

mod iam_role;

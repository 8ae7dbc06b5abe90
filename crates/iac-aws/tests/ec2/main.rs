//! The EC2 types against the AWS in the process.
#![cfg(feature = "ec2")]

mod engine;
mod lab;
mod security_group;
mod subnet;
mod vpc;

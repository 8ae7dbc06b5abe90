//! The S3 types against the AWS in the process.
#![cfg(feature = "s3")]

mod bucket;
mod bucket_policy;
mod directory;
mod engine;
mod lab;
mod object;

//! DynamoDB, and the state kept in it and in S3, against the AWS in the process.
#![cfg(all(feature = "dynamodb", feature = "s3"))]

mod bench;
mod engine;
mod state;
mod table;

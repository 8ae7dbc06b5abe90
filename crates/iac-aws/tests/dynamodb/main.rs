//! DynamoDB, and the state kept in it and in S3, against the AWS in the process.
#![cfg(all(feature = "dynamodb", feature = "s3"))]

#[cfg(test)]
mod bench;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod state;
#[cfg(test)]
mod table;
#[cfg(all(test, feature = "kms"))]
mod vault;

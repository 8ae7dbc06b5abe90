//! The sandbox as SDK clients see it, service by service, before and after a reload.

#[cfg(feature = "cloudfront")]
mod cloudfront;
mod common;
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "ec2")]
mod ec2;
#[cfg(feature = "iam")]
mod iam;
#[cfg(feature = "s3")]
mod s3_buckets;
#[cfg(feature = "s3")]
mod s3_objects;
#[cfg(feature = "s3")]
mod world;

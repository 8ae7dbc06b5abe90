//! The sandbox as SDK clients see it, service by service, before and after a reload.
//!
//! The modules say `cfg(test)` for clippy, which allows `unwrap` in helpers of tests only there.

#[cfg(feature = "cloudcontrol")]
#[cfg(test)]
mod cloudcontrol;
#[cfg(feature = "cloudfront")]
#[cfg(test)]
mod cloudfront;
#[cfg(test)]
mod common;
#[cfg(feature = "dynamodb")]
#[cfg(test)]
mod dynamodb;
#[cfg(feature = "ec2")]
#[cfg(test)]
mod ec2;
#[cfg(feature = "iam")]
#[cfg(test)]
mod iam;
#[cfg(feature = "s3")]
#[cfg(test)]
mod s3_buckets;
#[cfg(feature = "s3")]
#[cfg(test)]
mod s3_objects;
#[cfg(feature = "s3")]
#[cfg(test)]
mod sandbox;
#[cfg(feature = "scheduler")]
#[cfg(test)]
mod scheduler;
#[cfg(all(
    feature = "cloudfront",
    feature = "dynamodb",
    feature = "ec2",
    feature = "iam",
    feature = "s3"
))]
#[cfg(test)]
mod slow;
#[cfg(all(
    feature = "cloudfront",
    feature = "dynamodb",
    feature = "ec2",
    feature = "iam",
    feature = "s3"
))]
#[cfg(test)]
mod stale;

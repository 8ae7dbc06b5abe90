//! AWS for `iac`: resource types by service, sessions, and the state backend on S3 and DynamoDB.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(any(
        feature = "cloudfront",
        feature = "dynamodb",
        feature = "ec2",
        feature = "iam",
        feature = "s3"
    )),
    allow(unused, reason = "without a service nothing uses what all services share")
)]

#[macro_use]
mod string_enum;

mod arn;
#[cfg(all(feature = "s3", feature = "dynamodb"))]
mod bootstrap;
mod error;
pub mod kind;
mod names;
#[cfg(all(feature = "s3", feature = "dynamodb"))]
mod platform;
pub mod policy;
mod reference;
mod session;
#[cfg(all(feature = "s3", feature = "dynamodb"))]
mod state_s3;
#[allow(dead_code, reason = "used by the services that have tags, each a feature of its own")]
mod tags;
#[allow(
    dead_code,
    reason = "used by the services whose reads lag behind, each a feature of its own"
)]
mod wait;

#[cfg(feature = "cloudfront")]
pub mod cloudfront;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "ec2")]
pub mod ec2;
#[cfg(feature = "iam")]
pub mod iam;
#[cfg(feature = "s3")]
pub mod s3;

pub use arn::Arn;
#[cfg(all(feature = "s3", feature = "dynamodb"))]
pub use bootstrap::{BOOTSTRAP_OPERATIONS, BootstrapOptions, BootstrapOutcome, BootstrapStep, bootstrap};
pub use error::failed;
pub use names::{DomainName, HostedZoneId};
#[cfg(all(feature = "s3", feature = "dynamodb"))]
pub use platform::{AddTypes, AwsPlatform};
pub use reference::reference;
pub use session::{AssumeRole, Aws, AwsConfig, SessionError};
#[cfg(all(feature = "s3", feature = "dynamodb"))]
pub use state_s3::{S3Backend, StateStore};
pub use string_enum::UnknownWord;

/// Which tags are left to others: see [`AwsConfig::ignore_tags`].
#[doc(inline)]
pub use iac_core::model::IgnoreTags;

use std::sync::Arc;

use iac_core::model::{Reconciled as _, Registry, TypeInfo};

/// The resource types, one line each: this is the place where a new type is made known.
macro_rules! for_each_type {
    ($use:ident) => {
        // cloudfront
        #[cfg(feature = "cloudfront")]
        $use!(cloudfront::CachePolicy);
        #[cfg(feature = "cloudfront")]
        $use!(cloudfront::Distribution);
        #[cfg(feature = "cloudfront")]
        $use!(cloudfront::OriginAccessControl);
        // dynamodb
        #[cfg(feature = "dynamodb")]
        $use!(dynamodb::Table);
        // ec2
        #[cfg(feature = "ec2")]
        $use!(ec2::SecurityGroup);
        #[cfg(feature = "ec2")]
        $use!(ec2::SecurityGroupEgressRule);
        #[cfg(feature = "ec2")]
        $use!(ec2::SecurityGroupIngressRule);
        #[cfg(feature = "ec2")]
        $use!(ec2::Subnet);
        #[cfg(feature = "ec2")]
        $use!(ec2::Vpc);
        // iam
        #[cfg(feature = "iam")]
        $use!(iam::OidcProvider);
        #[cfg(feature = "iam")]
        $use!(iam::Policy);
        #[cfg(feature = "iam")]
        $use!(iam::PolicyAttachment);
        #[cfg(feature = "iam")]
        $use!(iam::Role);
        // s3
        #[cfg(feature = "s3")]
        $use!(s3::Bucket);
        #[cfg(feature = "s3")]
        $use!(s3::BucketNotification);
        #[cfg(feature = "s3")]
        $use!(s3::BucketPolicy);
        #[cfg(feature = "s3")]
        $use!(s3::Directory);
        #[cfg(feature = "s3")]
        $use!(s3::Object);
    };
}

/// All types, ready to be called through `aws`.
pub fn registry(aws: &Arc<Aws>) -> Registry {
    let mut registry = Registry::new();
    let _ = &mut registry;
    macro_rules! add {
        ($type:ty) => {
            registry.add::<$type>(aws)
        };
    }
    for_each_type!(add);
    registry
}

/// What there is to know of every type, without a session.
pub fn types() -> Vec<&'static TypeInfo> {
    let mut types = Vec::new();
    macro_rules! push {
        ($type:ty) => {
            types.push(<$type>::info())
        };
    }
    for_each_type!(push);
    types
}

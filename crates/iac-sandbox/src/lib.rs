//! An AWS in the process: no network, no credentials, a sandbox that can be kept in a folder between runs.
//!
//! [`Sandbox`] is an account. SDK clients use its [`Sandbox::http_client`] and behave as with AWS: the same wire
//! formats, error codes and defaults, as far as the crate's overlays know them. It also keeps a log of requests
//! ([`Request`]) and lets chosen ones fail ([`Fault`]), so that tests can ask what happens when a call is throttled,
//! when an answer is lost, or when the process dies between two calls. Reads lag behind changes where it is told to let
//! them ([`StaleReads`]).
//!
//! The services are those of the winterbaume crates, each behind a feature, under overlays that add what they lose
//! or forgive. S3, the control plane of DynamoDB and Cloud Control, with every type of its registry, are served by overlays
//! alone.
//!
//! ```
//! # #[cfg(feature = "s3")]
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
//! use iac_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::new();
//! let config = aws_sdk_s3::Config::builder()
//!     .behavior_version(BehaviorVersion::latest())
//!     .region(Region::new("us-east-1"))
//!     .credentials_provider(Credentials::new("any", "any", None, None, "any"))
//!     .http_client(sandbox.http_client())
//!     .build();
//! let s3 = aws_sdk_s3::Client::from_conf(config);
//! s3.create_bucket().bucket("example").send().await.unwrap();
//! assert_eq!(sandbox.inventory(), ["s3:bucket/example"]);
//! assert_eq!(sandbox.requests()[0].operation, "CreateBucket");
//! # });
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(
        feature = "cloudfront",
        feature = "dynamodb",
        feature = "ec2",
        feature = "iam",
        feature = "s3"
    )),
    allow(dead_code, reason = "each service uses a part of what all share")
)]

mod account;
mod account_id;
mod call;
mod clock;
mod connector;
mod consistency;
mod emulator;
mod encoding;
mod error;
mod faults;
mod instant_clock;
mod operation;
mod overlay;
mod platform;
mod readiness;
mod record;
mod replica;
mod reply;
mod request;
mod s3_target;
mod sandbox;
mod service;
mod store;
mod xml;

pub use account_id::ACCOUNT_ID;
pub use error::SandboxError;
pub use faults::{Disconnect, Effect, Fault, FaultTiming};
pub use instant_clock::InstantClock;
#[cfg(feature = "cloudcontrol")]
pub use overlay::cloudcontrol::{CloudControlFailure, CloudControlQuirks};
pub use platform::SandboxPlatform;
pub use record::Request;
pub use replica::StaleReads;
pub use sandbox::Sandbox;
pub use service::Service;

//! A connection to one AWS account and region: the clients all resource types share.
//!
//! [`AwsConfig`] says how an environment reaches AWS, [`Aws::connect`] goes there and proves the account. Nothing here reads an
//! environment variable or a file but through the SDK's own loader.

mod config;
mod error;
mod guard;
mod https;
mod identity;
mod load;
mod partition;
mod tries;

use std::collections::BTreeMap;

use aws_types::{SdkConfig, region::Region};
use guard::Guard;
use iac_core::model::{AccountRegion, IgnoreTags, Provider};
use tries::Tries;

pub use config::{AssumeRole, AwsConfig};
pub use error::SessionError;
pub(crate) use guard::not_sent;
pub(crate) use partition::Partition;
pub(crate) use tries::had_no_answer_before;

/// The clients of one account and region, and the tags everything gets.
#[derive(Clone, Debug)]
pub struct Aws {
    location: AccountRegion,
    partition: &'static Partition,
    default_tags: BTreeMap<String, String>,
    ignore_tags: IgnoreTags,
    /// Whether S3 is called at an address without TLS.
    plain_http: bool,
    #[cfg(feature = "cloudfront")]
    pub(crate) cloudfront: aws_sdk_cloudfront::Client,
    #[cfg(feature = "cloudcontrol")]
    cloudcontrol: aws_sdk_cloudcontrol::Client,
    #[cfg(feature = "dynamodb")]
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    #[cfg(feature = "ec2")]
    pub(crate) ec2: aws_sdk_ec2::Client,
    #[cfg(feature = "iam")]
    pub(crate) iam: aws_sdk_iam::Client,
    #[cfg(feature = "kms")]
    pub(crate) kms: aws_sdk_kms::Client,
    #[cfg(feature = "s3")]
    pub(crate) s3: aws_sdk_s3::Client,
}

/// A client of a service, which asks before each request whether it may still be sent, and takes note of tries that were not
/// answered.
#[cfg(any(
    feature = "cloudcontrol",
    feature = "cloudfront",
    feature = "dynamodb",
    feature = "ec2",
    feature = "iam",
    feature = "kms"
))]
macro_rules! client {
    ($sdk:ident, $config:expr) => {
        $sdk::Client::from_conf(
            $sdk::config::Builder::from($config)
                .interceptor(Guard)
                .interceptor(Tries)
                .build(),
        )
    };
}

impl Aws {
    /// Goes to AWS as `config` says: finds credentials, takes on the role if there is one, and proves with
    /// `sts:GetCallerIdentity` whose account it is before anything else is called.
    ///
    /// # Errors
    /// [`SessionError`]: no, expired or refused credentials, an account that is not allowed, no region, an endpoint that
    /// does not answer. Without any credentials the answer takes no longer than three seconds.
    pub async fn connect(config: &AwsConfig) -> Result<Self, SessionError> {
        config.check()?;
        let loaded = load::load(config).await?;
        let location = AccountRegion {
            account: identity::prove(&loaded.sdk, config).await?,
            region: loaded.region,
        };
        tracing::debug!(account = location.account, region = location.region, "connected");
        Ok(Self::new(&loaded.sdk, location, config.default_tags.clone()).with_ignore_tags(config.ignore_tags.clone()))
    }

    /// Clients over a configuration whose account is known.
    pub fn new(config: &SdkConfig, location: AccountRegion, default_tags: BTreeMap<String, String>) -> Self {
        let partition = Partition::of_region(&location.region);
        let global = config
            .to_builder()
            .region(Region::from_static(partition.global_region))
            .build();
        let _ = &global;
        Self {
            partition,
            location,
            default_tags,
            ignore_tags: IgnoreTags::default(),
            plain_http: load::endpoint(config, "S3").is_some_and(|url| url.starts_with("http://")),
            #[cfg(feature = "cloudfront")]
            cloudfront: client!(aws_sdk_cloudfront, &global),
            #[cfg(feature = "cloudcontrol")]
            cloudcontrol: client!(aws_sdk_cloudcontrol, config),
            #[cfg(feature = "dynamodb")]
            dynamodb: client!(aws_sdk_dynamodb, config),
            #[cfg(feature = "ec2")]
            ec2: client!(aws_sdk_ec2, config),
            #[cfg(feature = "iam")]
            iam: client!(aws_sdk_iam, &global),
            #[cfg(feature = "kms")]
            kms: client!(aws_sdk_kms, config),
            #[cfg(feature = "s3")]
            s3: s3(config),
        }
    }

    /// Leaves these tags to those who set them.
    #[must_use]
    pub fn with_ignore_tags(mut self, tags: IgnoreTags) -> Self {
        self.ignore_tags = tags;
        self
    }

    /// `aws`, or the name of a partition apart.
    pub fn partition(&self) -> &str {
        self.partition.name
    }

    /// The account's id.
    pub fn account(&self) -> &str {
        &self.location.account
    }

    /// The region's name.
    pub fn region(&self) -> &str {
        &self.location.region
    }

    /// The client of Cloud Control, which types of any service are managed through.
    #[cfg(feature = "cloudcontrol")]
    pub fn cloudcontrol(&self) -> &aws_sdk_cloudcontrol::Client {
        &self.cloudcontrol
    }

    /// Whether S3 is called at an address without TLS: an endpoint of one's own.
    pub fn speaks_plain_http(&self) -> bool {
        self.plain_http
    }
}

impl Provider for Aws {
    fn location(&self) -> AccountRegion {
        self.location.clone()
    }

    fn default_tags(&self) -> BTreeMap<String, String> {
        self.default_tags.clone()
    }

    fn ignore_tags(&self) -> IgnoreTags {
        self.ignore_tags.clone()
    }
}

/// An endpoint of one's own rarely has a name for every bucket, so there the bucket goes into the path.
#[cfg(feature = "s3")]
fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let own_endpoint = load::endpoint(config, "S3").is_some();
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(own_endpoint);
    aws_sdk_s3::Client::from_conf(config.interceptor(Guard).interceptor(Tries).build())
}

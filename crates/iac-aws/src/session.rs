//! A connection to one AWS account and region: the clients all resource types share.

use std::collections::BTreeMap;

use aws_types::{SdkConfig, region::Region};
use iac_core::model::{Location, Provider};

/// The clients of one account and region, and the tags everything gets.
#[derive(Clone, Debug)]
pub struct Aws {
    location: Location,
    partition: String,
    default_tags: BTreeMap<String, String>,
    #[cfg(feature = "cloudfront")]
    pub(crate) cloudfront: aws_sdk_cloudfront::Client,
    #[cfg(feature = "dynamodb")]
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    #[cfg(feature = "ec2")]
    pub(crate) ec2: aws_sdk_ec2::Client,
    #[cfg(feature = "iam")]
    pub(crate) iam: aws_sdk_iam::Client,
    #[cfg(feature = "s3")]
    pub(crate) s3: aws_sdk_s3::Client,
}

/// CloudFront and IAM are served from this region alone. Source: AWS general reference, "Amazon CloudFront endpoints".
const GLOBAL_REGION: &str = "us-east-1";

impl Aws {
    /// Clients over a configuration whose account is known.
    pub fn new(config: &SdkConfig, location: Location, default_tags: BTreeMap<String, String>) -> Self {
        let global = config
            .clone()
            .into_builder()
            .region(Region::from_static(GLOBAL_REGION))
            .build();
        let _ = &global;
        Self {
            partition: partition(&location.region).to_owned(),
            location,
            default_tags,
            #[cfg(feature = "cloudfront")]
            cloudfront: aws_sdk_cloudfront::Client::new(&global),
            #[cfg(feature = "dynamodb")]
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            #[cfg(feature = "ec2")]
            ec2: aws_sdk_ec2::Client::new(config),
            #[cfg(feature = "iam")]
            iam: aws_sdk_iam::Client::new(&global),
            #[cfg(feature = "s3")]
            s3: aws_sdk_s3::Client::new(config),
        }
    }

    /// `aws`, or the name of a partition apart.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The account's id.
    pub fn account(&self) -> &str {
        &self.location.account
    }

    /// The region's name.
    pub fn region(&self) -> &str {
        &self.location.region
    }
}

impl Provider for Aws {
    fn location(&self) -> Location {
        self.location.clone()
    }

    fn default_tags(&self) -> BTreeMap<String, String> {
        self.default_tags.clone()
    }
}

/// The partition of a region. Source: AWS general reference, "AWS partitions".
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

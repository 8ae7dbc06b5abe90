//! What a bucket gives to others. All of it follows from its name and region.

use iac_core::{
    Outputs,
    model::{Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use super::{Bucket, BucketName, endpoints};
use crate::{Arn, Aws, DomainName, HostedZoneId};

/// The outputs of [`Bucket`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct BucketOutputs<S: Stage = Resolved> {
    /// The name, which is the id.
    pub name: S::Value<BucketName>,
    /// The ARN: `arn:aws:s3:::name`.
    pub arn: S::Value<Arn<Bucket>>,
    /// The region.
    pub region: S::Value<String>,
    /// `name.s3.amazonaws.com`.
    pub domain_name: S::Value<DomainName>,
    /// `name.s3.region.amazonaws.com`: the one for `CloudFront`, which is redirected from the other for hours.
    pub regional_domain_name: S::Value<DomainName>,
    /// Where the website is, over plain HTTP, when `website` is set.
    pub website_endpoint: S::Value<DomainName>,
    /// The hosted zone of that endpoint, for alias records; empty in regions too new to be known here.
    pub hosted_zone_id: S::Value<HostedZoneId>,
}

impl BucketOutputs {
    pub(super) fn of(name: &BucketName, region: &str, aws: &Aws) -> Self {
        Self {
            name: name.clone(),
            arn: Arn::new(format!("arn:{}:s3:::{name}", aws.partition())),
            region: region.to_owned(),
            domain_name: endpoints::domain(name, region),
            regional_domain_name: endpoints::regional_domain(name, region),
            website_endpoint: endpoints::website(name, region),
            hosted_zone_id: endpoints::hosted_zone(region),
        }
    }
}

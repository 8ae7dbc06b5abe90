//! The switches of a VPC that `CreateVpc` does not know: each is read and set by a call of its own.
//!
//! Source: EC2 API reference, `ModifyVpcAttribute`: one attribute per request; DNS hostnames only with DNS support.

use aws_sdk_ec2::types::{AttributeBooleanValue, VpcAttributeName};
use futures::future::try_join3;
use iac_core::model::{Context, RemoteId, Resolved, ResourceError, eventual};

use super::properties::Vpc;
use crate::{Aws, ec2::describe::READY, error::failed, wait::KNOWN};

/// The switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) dns_support: bool,
    pub(super) dns_hostnames: bool,
    pub(super) usage_metrics: bool,
}

impl Attributes {
    /// As a new VPC has them.
    pub(super) const NEW: Self = Self {
        dns_support: true,
        dns_hostnames: false,
        usage_metrics: false,
    };

    pub(super) fn of(vpc: &Vpc<Resolved>) -> Self {
        Self {
            dns_support: vpc.enable_dns_support,
            dns_hostnames: vpc.enable_dns_hostnames,
            usage_metrics: vpc.enable_network_address_usage_metrics,
        }
    }

    pub(super) async fn read(id: &RemoteId, aws: &Aws) -> Result<Self, ResourceError> {
        let (dns_support, dns_hostnames, usage_metrics) = try_join3(
            one(id, VpcAttributeName::EnableDnsSupport, aws),
            one(id, VpcAttributeName::EnableDnsHostnames, aws),
            one(id, VpcAttributeName::EnableNetworkAddressUsageMetrics, aws),
        )
        .await?;
        Ok(Self {
            dns_support,
            dns_hostnames,
            usage_metrics,
        })
    }

    pub(super) async fn change_to(
        self,
        desired: Self,
        id: &RemoteId,
        cx: &Context<'_, Aws>,
    ) -> Result<(), ResourceError> {
        for (name, value) in self.steps_to(desired) {
            let unknown = |error: &ResourceError| error.code == "InvalidVpcID.NotFound";
            cx.retry("the VPC to be known everywhere", KNOWN, unknown, || {
                set(id, &name, value, cx.provider)
            })
            .await?;
            cx.until("the VPC's attribute to change", READY, || async {
                let now = eventual::unless_not_found(one(id, name.clone(), cx.provider).await)?;
                Ok((now == Some(value)).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// What is to be set, in an order in which there are never hostnames without support.
    fn steps_to(self, desired: Self) -> Vec<(VpcAttributeName, bool)> {
        let support = (self.dns_support != desired.dns_support)
            .then_some((VpcAttributeName::EnableDnsSupport, desired.dns_support));
        let hostnames = (self.dns_hostnames != desired.dns_hostnames)
            .then_some((VpcAttributeName::EnableDnsHostnames, desired.dns_hostnames));
        let metrics = (self.usage_metrics != desired.usage_metrics).then_some((
            VpcAttributeName::EnableNetworkAddressUsageMetrics,
            desired.usage_metrics,
        ));
        let dns = if desired.dns_support {
            [support, hostnames]
        } else {
            [hostnames, support]
        };
        dns.into_iter().chain([metrics]).flatten().collect()
    }
}

async fn one(id: &RemoteId, name: VpcAttributeName, aws: &Aws) -> Result<bool, ResourceError> {
    let request = aws
        .ec2
        .describe_vpc_attribute()
        .vpc_id(id.as_str())
        .attribute(name.clone());
    let answer = request.send().await.map_err(failed("ec2:DescribeVpcAttribute"))?;
    let value = match name {
        VpcAttributeName::EnableDnsSupport => answer.enable_dns_support,
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames,
        _ => answer.enable_network_address_usage_metrics,
    };
    Ok(value.and_then(|value| value.value).unwrap_or_default())
}

async fn set(id: &RemoteId, name: &VpcAttributeName, value: bool, aws: &Aws) -> Result<(), ResourceError> {
    let value = AttributeBooleanValue::builder().value(value).build();
    let request = aws.ec2.modify_vpc_attribute().vpc_id(id.as_str());
    let request = match name {
        VpcAttributeName::EnableDnsSupport => request.enable_dns_support(value),
        VpcAttributeName::EnableDnsHostnames => request.enable_dns_hostnames(value),
        _ => request.enable_network_address_usage_metrics(value),
    };
    request.send().await.map(drop).map_err(failed("ec2:ModifyVpcAttribute"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFF: Attributes = Attributes {
        dns_support: false,
        dns_hostnames: false,
        usage_metrics: false,
    };
    const DNS: Attributes = Attributes {
        dns_support: true,
        dns_hostnames: true,
        usage_metrics: false,
    };

    #[test]
    fn hostnames_are_never_without_support() {
        use VpcAttributeName::{EnableDnsHostnames as Hostnames, EnableDnsSupport as Support};
        assert_eq!(OFF.steps_to(DNS), [(Support, true), (Hostnames, true)]);
        assert_eq!(DNS.steps_to(OFF), [(Hostnames, false), (Support, false)]);
    }

    #[test]
    fn only_what_differs_is_set() {
        assert_eq!(DNS.steps_to(DNS), []);
        assert_eq!(
            Attributes::NEW.steps_to(DNS),
            [(VpcAttributeName::EnableDnsHostnames, true)]
        );
    }
}

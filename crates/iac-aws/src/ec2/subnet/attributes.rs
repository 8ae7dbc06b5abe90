//! The switches of a subnet that `CreateSubnet` does not know. Reads give them all, each is set by a call of its own.
//!
//! Source: EC2 API reference, `ModifySubnetAttribute`.

use aws_sdk_ec2::{
    operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder,
    types::{AttributeBooleanValue, Subnet as SdkSubnet},
};
use iac_core::model::{Context, RemoteId, Resolved, ResourceError, eventual};

use super::properties::{HostnameType, Subnet};
use crate::{
    Aws,
    ec2::describe::{READY, one},
    error::failed,
    wait::KNOWN,
};

/// The switches; a hostname type that is unset is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) map_public_ip: bool,
    pub(super) assign_ipv6: bool,
    pub(super) dns64: bool,
    pub(super) hostname_type: Option<HostnameType>,
    pub(super) a_record: bool,
    pub(super) aaaa_record: bool,
}

/// One switch to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    MapPublicIp(bool),
    AssignIpv6(bool),
    Dns64(bool),
    HostnameType(HostnameType),
    ARecord(bool),
    AaaaRecord(bool),
}

impl Attributes {
    pub(super) fn of(subnet: &Subnet<Resolved>) -> Self {
        Self {
            map_public_ip: subnet.map_public_ip_on_launch,
            assign_ipv6: subnet.assign_ipv6_address_on_creation,
            dns64: subnet.enable_dns64,
            hostname_type: subnet.private_dns_hostname_type_on_launch,
            a_record: subnet.enable_resource_name_dns_a_record_on_launch,
            aaaa_record: subnet.enable_resource_name_dns_aaaa_record_on_launch,
        }
    }

    pub(super) fn from_sdk(subnet: &SdkSubnet) -> Self {
        let names = subnet.private_dns_name_options_on_launch();
        let hostname_type = names.and_then(|names| names.hostname_type());
        Self {
            map_public_ip: subnet.map_public_ip_on_launch.unwrap_or_default(),
            assign_ipv6: subnet.assign_ipv6_address_on_creation.unwrap_or_default(),
            dns64: subnet.enable_dns64.unwrap_or_default(),
            hostname_type: hostname_type.map(|word| HostnameType::from_word(word.as_str())),
            a_record: names
                .and_then(|names| names.enable_resource_name_dns_a_record)
                .unwrap_or_default(),
            aaaa_record: names
                .and_then(|names| names.enable_resource_name_dns_aaaa_record)
                .unwrap_or_default(),
        }
    }

    /// These, without what needs IPv6 addresses, but for what is desired too.
    pub(super) fn without_ipv6_unless(&self, desired: &Self) -> Self {
        Self {
            assign_ipv6: self.assign_ipv6 && desired.assign_ipv6,
            dns64: self.dns64 && desired.dns64,
            ..self.clone()
        }
    }

    pub(super) async fn change_to(
        &self,
        desired: &Self,
        id: &RemoteId,
        cx: &Context<'_, Aws>,
    ) -> Result<(), ResourceError> {
        for step in self.steps_to(desired) {
            let unknown = |error: &ResourceError| is_unknown(error);
            cx.retry("the subnet to be known everywhere", KNOWN, unknown, || async {
                let request = cx.provider.ec2.modify_subnet_attribute().subnet_id(id.as_str());
                let set = step.onto(request).send().await;
                set.map(drop).map_err(failed("ec2:ModifySubnetAttribute"))
            })
            .await?;
            cx.until("the subnet's attribute to change", READY, || async {
                let Some(subnet) = eventual::found(one::<SdkSubnet>(id, cx.provider).await)? else {
                    return Ok(None);
                };
                Ok(Self::from_sdk(&subnet).has(step).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    fn steps_to(&self, desired: &Self) -> Vec<Step> {
        let wanted = [
            Some(Step::MapPublicIp(desired.map_public_ip)),
            Some(Step::AssignIpv6(desired.assign_ipv6)),
            Some(Step::Dns64(desired.dns64)),
            desired.hostname_type.map(Step::HostnameType),
            Some(Step::ARecord(desired.a_record)),
            Some(Step::AaaaRecord(desired.aaaa_record)),
        ];
        wanted.into_iter().flatten().filter(|&step| !self.has(step)).collect()
    }

    fn has(&self, step: Step) -> bool {
        match step {
            Step::MapPublicIp(value) => self.map_public_ip == value,
            Step::AssignIpv6(value) => self.assign_ipv6 == value,
            Step::Dns64(value) => self.dns64 == value,
            Step::HostnameType(value) => self.hostname_type == Some(value),
            Step::ARecord(value) => self.a_record == value,
            Step::AaaaRecord(value) => self.aaaa_record == value,
        }
    }
}

impl Step {
    fn onto(self, request: ModifySubnetAttributeFluentBuilder) -> ModifySubnetAttributeFluentBuilder {
        let boolean = |value| AttributeBooleanValue::builder().value(value).build();
        match self {
            Self::MapPublicIp(value) => request.map_public_ip_on_launch(boolean(value)),
            Self::AssignIpv6(value) => request.assign_ipv6_address_on_creation(boolean(value)),
            Self::Dns64(value) => request.enable_dns64(boolean(value)),
            Self::HostnameType(value) => request.private_dns_hostname_type_on_launch(value.as_str().into()),
            Self::ARecord(value) => request.enable_resource_name_dns_a_record_on_launch(boolean(value)),
            Self::AaaaRecord(value) => request.enable_resource_name_dns_aaaa_record_on_launch(boolean(value)),
        }
    }
}

/// A new subnet may be unknown for some time. EC2 spells it in two ways.
pub(super) fn is_unknown(error: &ResourceError) -> bool {
    matches!(
        error.code.as_str(),
        "InvalidSubnetID.NotFound" | "InvalidSubnetId.NotFound"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_set() {
        let live = Attributes {
            hostname_type: Some(HostnameType::IpName),
            ..Attributes::default()
        };
        let desired = Attributes {
            map_public_ip: true,
            hostname_type: None,
            ..Attributes::default()
        };
        assert_eq!(live.steps_to(&desired), [Step::MapPublicIp(true)]);
    }

    #[test]
    fn what_needs_ipv6_goes_off_first_and_on_last() {
        let on = Attributes {
            assign_ipv6: true,
            dns64: true,
            ..Attributes::default()
        };
        let off = Attributes::default();
        assert_eq!(on.without_ipv6_unless(&off), off);
        assert_eq!(on.without_ipv6_unless(&on), on);
        assert_eq!(off.without_ipv6_unless(&on), off);
    }
}

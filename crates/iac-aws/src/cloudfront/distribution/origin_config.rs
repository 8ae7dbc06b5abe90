//! Origins as CloudFront takes and gives them.

use aws_sdk_cloudfront::{
    error::BuildError,
    types::{
        self, CustomOriginConfig, IpAddressType, OriginCustomHeader, OriginGroupFailoverCriteria, OriginGroupMember,
        OriginGroupSelectionCriteria, OriginMtlsConfig, OriginProtocolPolicy, OriginShield, S3OriginConfig,
        SslProtocol, VpcOriginConfig,
    },
};
use iac_core::model::{Resolved, ResourceError, Secret};

use super::origin::{
    CustomOrigin, IpAddresses, Origin, OriginGroup, OriginProtocol, OriginSelection, S3Origin, Source, TlsVersion,
    VpcOrigin,
};
use crate::{
    DomainName,
    cloudfront::shared::{counted, missing, small, text, whole},
};

impl Origin<Resolved> {
    /// The origin as CloudFront takes it, laid over the one it has.
    pub(super) fn onto(&self, id: &str, live: Option<types::Origin>) -> Result<types::Origin, BuildError> {
        let mut wire = match live {
            Some(live) => live,
            None => types::Origin::builder()
                .id(id)
                .domain_name(self.domain_name.as_str())
                .build()?,
        };
        self.domain_name.as_str().clone_into(&mut wire.domain_name);
        wire.origin_path = Some(self.path.clone().unwrap_or_default());
        let headers: Result<Vec<_>, _> = self
            .custom_headers
            .iter()
            .map(|(name, value)| {
                OriginCustomHeader::builder()
                    .header_name(name)
                    .header_value(value.reveal())
                    .build()
            })
            .collect();
        wire.custom_headers = Some(counted!(CustomHeaders, headers?)?);
        // an absent access control is said with an empty id
        let control = self.origin_access_control_id.as_ref().map(ToString::to_string);
        wire.origin_access_control_id = Some(control.unwrap_or_default());
        wire.connection_attempts = Some(whole(self.connection_attempts));
        wire.connection_timeout = Some(whole(self.connection_timeout_s));
        wire.response_completion_timeout = self.response_completion_timeout_s.map(whole);
        wire.origin_shield = match &self.shield_region {
            Some(region) => Some(
                OriginShield::builder()
                    .enabled(true)
                    .origin_shield_region(region)
                    .build()?,
            ),
            None => Some(OriginShield::builder().enabled(false).build()?),
        };
        let (s3, custom, vpc) = (
            wire.s3_origin_config.take(),
            wire.custom_origin_config.take(),
            wire.vpc_origin_config.take(),
        );
        match &self.source {
            Source::S3(source) => wire.s3_origin_config = Some(source.onto(s3)),
            Source::Custom(source) => wire.custom_origin_config = Some(source.onto(custom)?),
            Source::Vpc(source) => wire.vpc_origin_config = Some(source.onto(vpc)?),
        }
        Ok(wire)
    }

    /// The origin as it is in CloudFront's answer.
    pub(super) fn from_wire(wire: &types::Origin) -> Result<Self, ResourceError> {
        let source = match (
            &wire.s3_origin_config,
            &wire.custom_origin_config,
            &wire.vpc_origin_config,
        ) {
            (Some(s3), ..) => Source::S3(S3Origin::from_wire(s3)),
            (_, Some(custom), _) => Source::Custom(CustomOrigin::from_wire(custom)),
            (.., Some(vpc)) => Source::Vpc(VpcOrigin::from_wire(vpc)),
            (None, None, None) => return Err(missing("the kind of an origin")),
        };
        let headers = wire.custom_headers.iter().flat_map(types::CustomHeaders::items);
        let shield = wire.origin_shield.as_ref().filter(|shield| shield.enabled);
        Ok(Self {
            domain_name: DomainName::from(wire.domain_name.as_str()),
            source,
            custom_headers: headers
                .map(|header| (header.header_name.clone(), Secret::new(header.header_value.clone())))
                .collect(),
            path: text(wire.origin_path.as_deref()),
            origin_access_control_id: text(wire.origin_access_control_id.as_deref()),
            connection_attempts: wire.connection_attempts.map_or(3, small),
            connection_timeout_s: wire.connection_timeout.map_or(10, small),
            response_completion_timeout_s: wire
                .response_completion_timeout
                .and_then(|limit| u32::try_from(limit).ok())
                .filter(|limit| *limit > 0),
            shield_region: shield.and_then(|shield| text(shield.origin_shield_region.as_deref())),
        })
    }
}

impl S3Origin<Resolved> {
    fn onto(&self, live: Option<S3OriginConfig>) -> S3OriginConfig {
        let mut wire = live.unwrap_or_else(|| S3OriginConfig::builder().build());
        // with an access control too the identity must be there, empty
        wire.origin_access_identity = self.origin_access_identity.clone().unwrap_or_default();
        if let Some(timeout) = self.read_timeout_s {
            wire.origin_read_timeout = Some(whole(timeout));
        }
        wire
    }

    fn from_wire(wire: &S3OriginConfig) -> Self {
        Self {
            origin_access_identity: text(Some(&wire.origin_access_identity)),
            read_timeout_s: wire.origin_read_timeout.map(small),
        }
    }
}

impl CustomOrigin {
    fn onto(&self, live: Option<CustomOriginConfig>) -> Result<CustomOriginConfig, BuildError> {
        let policy = OriginProtocolPolicy::from(self.protocol_policy.as_str());
        let mut wire = match live {
            Some(live) => live,
            None => CustomOriginConfig::builder()
                .http_port(whole(self.http_port))
                .https_port(whole(self.https_port))
                .origin_protocol_policy(policy.clone())
                .build()?,
        };
        wire.http_port = whole(self.http_port);
        wire.https_port = whole(self.https_port);
        wire.origin_protocol_policy = policy;
        let protocols = self
            .ssl_protocols
            .iter()
            .map(|version| SslProtocol::from(version.as_str()));
        wire.origin_ssl_protocols = Some(counted!(OriginSslProtocols, protocols.collect())?);
        wire.origin_read_timeout = Some(whole(self.read_timeout_s));
        wire.origin_keepalive_timeout = Some(whole(self.keepalive_timeout_s));
        if let Some(addresses) = self.ip_address_type {
            wire.ip_address_type = Some(IpAddressType::from(addresses.as_str()));
        }
        wire.origin_mtls_config = match &self.client_certificate_arn {
            Some(arn) => Some(OriginMtlsConfig::builder().client_certificate_arn(arn).build()?),
            None => None,
        };
        Ok(wire)
    }

    fn from_wire(wire: &CustomOriginConfig) -> Self {
        let protocols = wire
            .origin_ssl_protocols
            .iter()
            .flat_map(types::OriginSslProtocols::items);
        let addresses = wire.ip_address_type.as_ref();
        Self {
            protocol_policy: OriginProtocol::from_word(wire.origin_protocol_policy.as_str()),
            http_port: small(wire.http_port),
            https_port: small(wire.https_port),
            ssl_protocols: protocols
                .map(|protocol| TlsVersion::from_word(protocol.as_str()))
                .collect(),
            read_timeout_s: wire.origin_read_timeout.map_or(30, small),
            keepalive_timeout_s: wire.origin_keepalive_timeout.map_or(5, small),
            ip_address_type: addresses.map(|addresses| IpAddresses::from_word(addresses.as_str())),
            client_certificate_arn: wire
                .origin_mtls_config
                .as_ref()
                .and_then(|config| text(Some(&config.client_certificate_arn))),
        }
    }
}

impl VpcOrigin<Resolved> {
    fn onto(&self, live: Option<VpcOriginConfig>) -> Result<VpcOriginConfig, BuildError> {
        let mut wire = match live {
            Some(live) => live,
            None => VpcOriginConfig::builder().vpc_origin_id(&self.vpc_origin_id).build()?,
        };
        wire.vpc_origin_id.clone_from(&self.vpc_origin_id);
        if let Some(owner) = &self.owner_account_id {
            wire.owner_account_id = Some(owner.clone());
        }
        wire.origin_read_timeout = Some(whole(self.read_timeout_s));
        wire.origin_keepalive_timeout = Some(whole(self.keepalive_timeout_s));
        Ok(wire)
    }

    fn from_wire(wire: &VpcOriginConfig) -> Self {
        Self {
            vpc_origin_id: wire.vpc_origin_id.clone(),
            owner_account_id: text(wire.owner_account_id.as_deref()),
            read_timeout_s: wire.origin_read_timeout.map_or(30, small),
            keepalive_timeout_s: wire.origin_keepalive_timeout.map_or(5, small),
        }
    }
}

impl OriginGroup {
    /// The group as CloudFront takes it, laid over the one it has.
    pub(super) fn onto(&self, id: &str, live: Option<types::OriginGroup>) -> Result<types::OriginGroup, BuildError> {
        let codes = self.failover_status_codes.iter().map(|code| whole(*code)).collect();
        let criteria = OriginGroupFailoverCriteria::builder()
            .status_codes(counted!(StatusCodes, codes)?)
            .build();
        let member = |id: &str| OriginGroupMember::builder().origin_id(id).build();
        let members = counted!(
            OriginGroupMembers,
            vec![member(&self.primary)?, member(&self.secondary)?]
        )?;
        let mut wire = match live {
            Some(live) => live,
            None => types::OriginGroup::builder()
                .id(id)
                .failover_criteria(criteria.clone())
                .members(members.clone())
                .build()?,
        };
        wire.failover_criteria = Some(criteria);
        wire.members = Some(members);
        // failover is what an absent criterion means
        if wire.selection_criteria.is_some() || self.selection != OriginSelection::Failover {
            wire.selection_criteria = Some(OriginGroupSelectionCriteria::from(self.selection.as_str()));
        }
        Ok(wire)
    }

    /// The group as it is in CloudFront's answer.
    pub(super) fn from_wire(wire: &types::OriginGroup) -> Result<Self, ResourceError> {
        let mut members = wire.members.iter().flat_map(types::OriginGroupMembers::items);
        let mut member = || members.next().map(|member| member.origin_id.clone());
        let (Some(primary), Some(secondary)) = (member(), member()) else {
            return Err(missing("the two members of an origin group"));
        };
        let codes = wire
            .failover_criteria
            .as_ref()
            .and_then(|criteria| criteria.status_codes.as_ref());
        let selection = wire.selection_criteria.as_ref();
        Ok(Self {
            primary,
            secondary,
            failover_status_codes: codes
                .iter()
                .flat_map(|codes| codes.items())
                .copied()
                .map(small)
                .collect(),
            selection: selection.map_or(OriginSelection::Failover, |selection| {
                OriginSelection::from_word(selection.as_str())
            }),
        })
    }
}

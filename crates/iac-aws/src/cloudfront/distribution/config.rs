//! A distribution's whole configuration as CloudFront takes and gives it.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::{
    error::BuildError,
    types::{self, DistributionConfig},
};
use iac_core::model::{Resolved, ResourceError};

use super::{
    Behavior, Distribution, ErrorResponse, GeoRestriction, HttpVersion, Logging, Origin, OriginGroup, PathBehavior,
    PriceClass,
    viewer_config::{certificate_from, certificate_onto, logging_onto, restrictions},
};
use crate::{
    DomainName,
    cloudfront::{
        Comment,
        shared::{counted, incomplete, missing, text},
    },
};

impl Distribution<Resolved> {
    /// The configuration as CloudFront takes it, laid over the live one. The caller reference is that of a new one.
    pub(super) fn onto(
        &self,
        caller_reference: &str,
        live: Option<&DistributionConfig>,
    ) -> Result<DistributionConfig, ResourceError> {
        self.laid_over(caller_reference, live).map_err(incomplete)
    }

    fn laid_over(
        &self,
        caller_reference: &str,
        live: Option<&DistributionConfig>,
    ) -> Result<DistributionConfig, BuildError> {
        let mut wire = match live {
            Some(live) => live.clone(),
            None => types::DistributionConfig::builder()
                .caller_reference(caller_reference)
                .comment("")
                .enabled(self.enabled)
                .staging(self.staging)
                // both must be there, and are laid over
                .origins(
                    types::Origins::builder()
                        .quantity(0)
                        .set_items(Some(Vec::new()))
                        .build()?,
                )
                .default_cache_behavior(self.default_behavior.onto(None)?)
                .build()?,
        };
        wire.enabled = self.enabled;
        wire.comment = self.comment.as_ref().map(ToString::to_string).unwrap_or_default();
        let aliases = self.aliases.iter().map(ToString::to_string).collect();
        wire.aliases = Some(counted!(Aliases, aliases)?);
        wire.default_root_object = Some(self.default_root_object.clone().unwrap_or_default());
        wire.price_class = Some(self.price_class.as_str().into());
        wire.http_version = Some(self.http_version.as_str().into());
        wire.is_ipv6_enabled = Some(self.ipv6);
        wire.web_acl_id = Some(self.web_acl_id.as_ref().map(ToString::to_string).unwrap_or_default());
        wire.anycast_ip_list_id.clone_from(&self.anycast_ip_list_id);
        if let Some(policy) = &self.continuous_deployment_policy_id {
            wire.continuous_deployment_policy_id = Some(policy.clone());
        }
        wire.viewer_certificate = Some(certificate_onto(
            self.viewer_certificate.as_ref(),
            wire.viewer_certificate.take(),
        ));
        wire.restrictions = Some(restrictions(self.geo_restriction.as_ref())?);
        wire.logging = Some(logging_onto(self.logging.as_ref(), wire.logging.take()));
        wire.default_cache_behavior = Some(self.default_behavior.onto(wire.default_cache_behavior.take())?);
        self.lay_lists(&mut wire)?;
        Ok(wire)
    }

    /// Lays the lists over the live ones, each item over the one of the same key.
    fn lay_lists(&self, wire: &mut DistributionConfig) -> Result<(), BuildError> {
        let live = wire.origins.take().map(|list| list.items).unwrap_or_default();
        let mut live: BTreeMap<_, _> = live.into_iter().map(|item| (item.id.clone(), item)).collect();
        let origins: Result<_, _> = self
            .origins
            .iter()
            .map(|(id, origin)| origin.onto(id, live.remove(id)))
            .collect();
        wire.origins = Some(counted!(Origins, origins?)?);

        let live = wire
            .origin_groups
            .take()
            .and_then(|list| list.items)
            .unwrap_or_default();
        let mut live: BTreeMap<_, _> = live.into_iter().map(|item| (item.id.clone(), item)).collect();
        let groups: Result<_, _> = self
            .origin_groups
            .iter()
            .map(|(id, group)| group.onto(id, live.remove(id)))
            .collect();
        wire.origin_groups = Some(counted!(OriginGroups, groups?)?);

        let live = wire
            .cache_behaviors
            .take()
            .and_then(|list| list.items)
            .unwrap_or_default();
        let mut live: BTreeMap<_, _> = live.into_iter().map(|item| (item.path_pattern.clone(), item)).collect();
        let behaviors: Result<_, _> = self
            .behaviors
            .iter()
            .map(|path| path.onto(live.remove(&path.path_pattern)))
            .collect();
        wire.cache_behaviors = Some(counted!(CacheBehaviors, behaviors?)?);

        let live = wire
            .custom_error_responses
            .take()
            .and_then(|list| list.items)
            .unwrap_or_default();
        let mut live: BTreeMap<_, _> = live.into_iter().map(|item| (item.error_code, item)).collect();
        let responses: Result<_, _> = self
            .error_responses
            .iter()
            .map(|(code, response)| response.onto(*code, live.remove(&i32::from(*code))))
            .collect();
        wire.custom_error_responses = Some(counted!(CustomErrorResponses, responses?)?);
        Ok(())
    }

    /// The properties as they are in CloudFront's answer, in one order. Tags and local properties are not in it.
    pub(super) fn from_config(wire: &DistributionConfig) -> Result<Self, ResourceError> {
        let aliases = wire.aliases.iter().flat_map(types::Aliases::items);
        let mut aliases: Vec<DomainName> = aliases.map(|name| DomainName::from(name.as_str())).collect();
        aliases.sort();
        let origins = wire.origins.iter().flat_map(types::Origins::items);
        let groups = wire.origin_groups.iter().flat_map(types::OriginGroups::items);
        let behaviors = wire.cache_behaviors.iter().flat_map(types::CacheBehaviors::items);
        let responses = wire
            .custom_error_responses
            .iter()
            .flat_map(types::CustomErrorResponses::items);
        let default = wire
            .default_cache_behavior
            .as_ref()
            .ok_or_else(|| missing("the default behavior"))?;
        let (price_class, http_version) = (wire.price_class.as_ref(), wire.http_version.as_ref());
        Ok(Self {
            origins: origins
                .map(|item| Ok((item.id.clone(), Origin::from_wire(item)?)))
                .collect::<Result<_, _>>()?,
            origin_groups: groups
                .map(|item| Ok((item.id.clone(), OriginGroup::from_wire(item)?)))
                .collect::<Result<_, _>>()?,
            behaviors: behaviors.map(PathBehavior::from_wire).collect::<Result<_, _>>()?,
            error_responses: responses.map(ErrorResponse::from_wire).collect(),
            default_behavior: Behavior::from_wire(default)?,
            enabled: wire.enabled,
            comment: text::<Comment>(Some(&wire.comment)),
            aliases,
            viewer_certificate: certificate_from(wire.viewer_certificate.as_ref()),
            default_root_object: text(wire.default_root_object.as_deref()),
            price_class: price_class.map_or(PriceClass::All, |class| PriceClass::from_word(class.as_str())),
            http_version: http_version.map_or(HttpVersion::Http2, |version| HttpVersion::from_word(version.as_str())),
            ipv6: wire.is_ipv6_enabled.unwrap_or(false),
            web_acl_id: text(wire.web_acl_id.as_deref()),
            geo_restriction: GeoRestriction::from_wire(wire.restrictions.as_ref()),
            logging: Logging::from_wire(wire.logging.as_ref()),
            anycast_ip_list_id: text(wire.anycast_ip_list_id.as_deref()),
            continuous_deployment_policy_id: text(wire.continuous_deployment_policy_id.as_deref()),
            staging: wire.staging.unwrap_or(false),
            tags: BTreeMap::new(),
            wait_for_deployment: true,
            keep_disabled: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudfront::types::{CacheTagConfig, OriginShield, ViewerCertificate};

    use super::*;
    use crate::cloudfront::{CachePolicyId, ForwardedValues};

    fn site() -> Distribution<Resolved> {
        Distribution::builder()
            .origin(
                "b",
                Origin::s3("b.s3.eu-west-1.amazonaws.com").origin_access_control_id("E1"),
            )
            .origin("a", Origin::s3("a.s3.eu-west-1.amazonaws.com"))
            .aliases(["www.example.com", "example.com"])
            .default_behavior(Behavior::to("b").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
            .behavior(
                "/a/*",
                Behavior::to("a").cache_policy_id(CachePolicyId::CACHING_DISABLED),
            )
            .build()
    }

    #[test]
    fn what_is_not_configured_here_survives() {
        let mut live = site().onto("reference", None).unwrap();
        live.cache_tag_config = Some(CacheTagConfig::builder().header_name("x-tags").build().unwrap());
        live.continuous_deployment_policy_id = Some("policy".to_owned());
        let mut changed = site();
        changed.comment = Some("another".into());
        changed.behaviors.clear();
        let wanted = changed.onto("unused", Some(&live)).unwrap();
        assert_eq!(wanted.caller_reference, "reference");
        assert_eq!(wanted.cache_tag_config, live.cache_tag_config);
        assert_eq!(wanted.continuous_deployment_policy_id.as_deref(), Some("policy"));
        assert_eq!(wanted.comment, "another");
        assert_eq!(wanted.cache_behaviors.unwrap().quantity, 0);
    }

    #[test]
    fn empty_parts_are_sent() {
        let wire = site().onto("reference", None).unwrap();
        assert_eq!(wire.web_acl_id.as_deref(), Some(""));
        assert_eq!(wire.default_root_object.as_deref(), Some(""));
        assert!(!wire.logging.unwrap().enabled);
        assert_eq!(wire.origin_groups.unwrap().quantity, 0);
        assert_eq!(wire.custom_error_responses.unwrap().quantity, 0);
        let origins = wire.origins.unwrap();
        assert_eq!(origins.quantity, 2);
        assert!(origins.items.iter().all(|origin| origin.s3_origin_config.is_some()));
        let behavior = wire.default_cache_behavior.unwrap();
        assert!(!behavior.trusted_signers.unwrap().enabled && !behavior.trusted_key_groups.unwrap().enabled);
    }

    #[test]
    #[expect(deprecated, reason = "answers still carry them")]
    fn what_cloudfront_adds_is_no_difference() {
        let mut live = site().onto("reference", None).unwrap();
        let own = ViewerCertificate::builder()
            .cloud_front_default_certificate(true)
            .minimum_protocol_version(types::MinimumProtocolVersion::TlSv1)
            .ssl_support_method(types::SslSupportMethod::Vip)
            .certificate_source(types::CertificateSource::Cloudfront);
        live.viewer_certificate = Some(own.build());
        live.aliases.as_mut().unwrap().items.as_mut().unwrap().reverse();
        let origins = &mut live.origins.as_mut().unwrap().items;
        origins.reverse();
        origins[0].origin_shield = None;
        origins[1].origin_shield = Some(OriginShield::builder().enabled(false).build().unwrap());
        let methods = live
            .default_cache_behavior
            .as_mut()
            .unwrap()
            .allowed_methods
            .as_mut()
            .unwrap();
        methods.items.reverse();
        let again = site().onto("reference", None).unwrap();
        assert_eq!(
            Distribution::from_config(&live).unwrap(),
            Distribution::from_config(&again).unwrap()
        );
        // and its own certificate is sent back as it came
        let wanted = site().onto("reference", Some(&live)).unwrap();
        assert_eq!(wanted.viewer_certificate, live.viewer_certificate);
    }

    #[test]
    #[expect(deprecated, reason = "behaviors without a cache policy are offered too")]
    fn a_policy_takes_the_place_of_forwarded_values() {
        let mut old = site();
        old.default_behavior = Behavior::to("b").forwarded_values(ForwardedValues::builder()).build();
        let live = old.onto("reference", None).unwrap();
        assert_eq!(
            Distribution::from_config(&live).unwrap().default_behavior,
            old.default_behavior
        );
        let wanted = site()
            .onto("reference", Some(&live))
            .unwrap()
            .default_cache_behavior
            .unwrap();
        assert_eq!(
            (wanted.forwarded_values, wanted.min_ttl, wanted.max_ttl),
            (None, None, None)
        );
        assert_eq!(
            wanted.cache_policy_id.as_deref(),
            Some(CachePolicyId::CACHING_OPTIMIZED)
        );
    }

    #[test]
    fn an_origin_can_become_one_of_another_kind() {
        let live = site().onto("reference", None).unwrap();
        let mut changed = site();
        changed
            .origins
            .insert("a".to_owned(), Origin::website("a.example.com").build());
        let wanted = changed.onto("reference", Some(&live)).unwrap();
        let origin = &wanted.origins.unwrap().items[0];
        assert!(origin.s3_origin_config.is_none() && origin.custom_origin_config.is_some());
    }
}

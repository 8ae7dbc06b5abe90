//! Behaviors as CloudFront takes and gives them. Its default behavior and those of paths are two types with the same parts.
#![expect(deprecated, reason = "behaviors without a cache policy are offered too")]

use std::collections::BTreeMap;

use aws_sdk_cloudfront::{
    error::BuildError,
    types::{
        self, AllowedMethods as Methods, CacheBehavior, CookiePreference, DefaultCacheBehavior, FunctionAssociation,
        GrpcConfig, ItemSelection, LambdaFunctionAssociation, Method, TrustedKeyGroups, TrustedSigners,
        ViewerProtocolPolicy,
    },
};
use iac_core::model::{Resolved, ResourceError};

use super::behavior::{
    AllowedMethods, Behavior, CachedMethods, Caching, CookieForwarding, EdgeEvent, EdgeFunction, ForwardedValues,
    PathBehavior, ViewerEvent, ViewerProtocol,
};
use crate::cloudfront::{
    CachePolicyId, FunctionArn, FunctionVersionArn, KeyGroupId,
    shared::{counted, missing, seconds, text, whole},
};

/// Lays a behavior over either of CloudFront's types.
macro_rules! lay {
    ($desired:expr => $wire:expr) => {{
        let (desired, wire): (&Behavior<Resolved>, _) = ($desired, &mut $wire);
        wire.target_origin_id.clone_from(&desired.target_origin_id);
        wire.viewer_protocol_policy = ViewerProtocolPolicy::from(desired.viewer_protocol_policy.as_str());
        wire.allowed_methods = Some(desired.methods()?);
        wire.compress = Some(desired.compress);
        wire.smooth_streaming = Some(desired.smooth_streaming);
        wire.grpc_config = Some(GrpcConfig::builder().enabled(desired.grpc).build()?);
        wire.trusted_signers = Some(desired.signers()?);
        wire.trusted_key_groups = Some(desired.key_groups()?);
        wire.function_associations = Some(counted!(FunctionAssociations, desired.functions()?)?);
        wire.lambda_function_associations = Some(counted!(LambdaFunctionAssociations, desired.edge_functions()?)?);
        wire.field_level_encryption_id = Some(desired.field_level_encryption_id.clone().unwrap_or_default());
        wire.realtime_log_config_arn = desired.realtime_log_config_arn.clone();
        wire.origin_request_policy_id = desired.origin_request_policy_id.as_ref().map(ToString::to_string);
        wire.response_headers_policy_id = desired.response_headers_policy_id.as_ref().map(ToString::to_string);
        match &desired.caching {
            // times to live beside a policy are refused
            Caching::CachePolicyId(id) => {
                wire.cache_policy_id = Some(id.to_string());
                wire.forwarded_values = None;
                (wire.min_ttl, wire.default_ttl, wire.max_ttl) = (None, None, None);
            }
            Caching::ForwardedValues(values) => {
                wire.cache_policy_id = None;
                wire.forwarded_values = Some(values.to_wire()?);
                wire.min_ttl = Some(values.min_ttl_s.into());
                wire.default_ttl = Some(values.default_ttl_s.into());
                wire.max_ttl = Some(values.max_ttl_s.into());
            }
        }
    }};
}

/// Reads either of CloudFront's types.
macro_rules! reads {
    ($($name:ident($kind:ty);)+) => {$(fn $name(wire: &$kind) -> Result<Behavior<Resolved>, ResourceError> {
        let methods = wire.allowed_methods.as_ref();
        let cached = methods.and_then(|methods| methods.cached_methods.as_ref());
        let mut key_groups: Vec<KeyGroupId> = wire
            .trusted_key_groups
            .iter()
            .filter(|groups| groups.enabled)
            .flat_map(|groups| groups.items())
            .map(|id| KeyGroupId::from(id.as_str()))
            .collect();
        key_groups.sort();
        let signers = wire.trusted_signers.iter().filter(|signers| signers.enabled);
        Ok(Behavior {
            target_origin_id: wire.target_origin_id.clone(),
            function_associations: functions(wire.function_associations.as_ref()),
            lambda_function_associations: edge_functions(wire.lambda_function_associations.as_ref()),
            caching: match (text::<CachePolicyId>(wire.cache_policy_id.as_deref()), &wire.forwarded_values) {
                (Some(id), _) => Caching::CachePolicyId(id),
                (None, Some(values)) => Caching::ForwardedValues(ForwardedValues {
                    min_ttl_s: wire.min_ttl.map_or(0, seconds),
                    default_ttl_s: wire.default_ttl.map_or(86_400, seconds),
                    max_ttl_s: wire.max_ttl.map_or(31_536_000, seconds),
                    ..ForwardedValues::from_wire(values)
                }),
                (None, None) => return Err(missing("a behavior's cache policy")),
            },
            viewer_protocol_policy: ViewerProtocol::from_word(wire.viewer_protocol_policy.as_str()),
            allowed_methods: methods
                .map_or(AllowedMethods::GetHead, |methods| AllowedMethods::from_word(&sorted(methods.items()))),
            cached_methods: cached
                .map_or(CachedMethods::GetHead, |methods| CachedMethods::from_word(&sorted(methods.items()))),
            compress: wire.compress.unwrap_or(false),
            origin_request_policy_id: text(wire.origin_request_policy_id.as_deref()),
            response_headers_policy_id: text(wire.response_headers_policy_id.as_deref()),
            trusted_key_groups: key_groups,
            trusted_signers: signers.flat_map(|signers| signers.items()).cloned().collect(),
            grpc: wire.grpc_config.as_ref().is_some_and(|config| config.enabled),
            smooth_streaming: wire.smooth_streaming.unwrap_or(false),
            field_level_encryption_id: text(wire.field_level_encryption_id.as_deref()),
            realtime_log_config_arn: text(wire.realtime_log_config_arn.as_deref()),
        })
    })+};
}
reads! {
    default_behavior(DefaultCacheBehavior);
    path_behavior(CacheBehavior);
}

impl Behavior<Resolved> {
    /// The default behavior as CloudFront takes it, laid over the one it has.
    pub(super) fn onto(&self, live: Option<DefaultCacheBehavior>) -> Result<DefaultCacheBehavior, BuildError> {
        let mut wire = match live {
            Some(live) => live,
            None => DefaultCacheBehavior::builder()
                .target_origin_id(&self.target_origin_id)
                .viewer_protocol_policy(ViewerProtocolPolicy::RedirectToHttps)
                .build()?,
        };
        lay!(self => wire);
        Ok(wire)
    }

    /// The default behavior as it is in CloudFront's answer.
    pub(super) fn from_wire(wire: &DefaultCacheBehavior) -> Result<Self, ResourceError> {
        default_behavior(wire)
    }

    fn methods(&self) -> Result<Methods, BuildError> {
        let methods = |words: &str| words.split(',').map(Method::from).collect();
        let cached = counted!(CachedMethods, methods(self.cached_methods.as_str()))?;
        let mut allowed = counted!(AllowedMethods, methods(self.allowed_methods.as_str()))?;
        allowed.cached_methods = Some(cached);
        Ok(allowed)
    }

    fn signers(&self) -> Result<TrustedSigners, BuildError> {
        let accounts: Vec<String> = self.trusted_signers.iter().cloned().collect();
        TrustedSigners::builder()
            .enabled(!accounts.is_empty())
            .quantity(whole(accounts.len()))
            .set_items((!accounts.is_empty()).then_some(accounts))
            .build()
    }

    fn key_groups(&self) -> Result<TrustedKeyGroups, BuildError> {
        let ids: Vec<String> = self.trusted_key_groups.iter().map(ToString::to_string).collect();
        TrustedKeyGroups::builder()
            .enabled(!ids.is_empty())
            .quantity(whole(ids.len()))
            .set_items((!ids.is_empty()).then_some(ids))
            .build()
    }

    fn functions(&self) -> Result<Vec<FunctionAssociation>, BuildError> {
        let associations = self.function_associations.iter().map(|(event, arn)| {
            FunctionAssociation::builder()
                .event_type(event.as_str().into())
                .function_arn(arn.as_str())
                .build()
        });
        associations.collect()
    }

    fn edge_functions(&self) -> Result<Vec<LambdaFunctionAssociation>, BuildError> {
        let associations = self.lambda_function_associations.iter().map(|(event, function)| {
            LambdaFunctionAssociation::builder()
                .event_type(event.as_str().into())
                .lambda_function_arn(function.lambda_function_arn.as_str())
                .include_body(function.include_body)
                .build()
        });
        associations.collect()
    }
}

impl PathBehavior<Resolved> {
    /// The behavior as CloudFront takes it, laid over the one it has.
    pub(super) fn onto(&self, live: Option<CacheBehavior>) -> Result<CacheBehavior, BuildError> {
        let mut wire = match live {
            Some(live) => live,
            None => CacheBehavior::builder()
                .path_pattern(&self.path_pattern)
                .target_origin_id(&self.behavior.target_origin_id)
                .viewer_protocol_policy(ViewerProtocolPolicy::RedirectToHttps)
                .build()?,
        };
        lay!(&self.behavior => wire);
        Ok(wire)
    }

    /// The behavior as it is in CloudFront's answer.
    pub(super) fn from_wire(wire: &CacheBehavior) -> Result<Self, ResourceError> {
        Ok(Self {
            path_pattern: wire.path_pattern.clone(),
            behavior: path_behavior(wire)?,
        })
    }
}

impl ForwardedValues {
    fn to_wire(&self) -> Result<types::ForwardedValues, BuildError> {
        let forward = ItemSelection::from(self.cookies.as_str());
        let mut cookies = CookiePreference::builder().forward(forward);
        if self.cookies == CookieForwarding::Whitelist {
            cookies = cookies.whitelisted_names(counted!(CookieNames, self.cookie_names.iter().cloned().collect())?);
        }
        let keys = self.query_string_cache_keys.iter().cloned().collect();
        types::ForwardedValues::builder()
            .query_string(self.query_string)
            .query_string_cache_keys(counted!(QueryStringCacheKeys, keys)?)
            .headers(counted!(Headers, self.headers.iter().cloned().collect())?)
            .cookies(cookies.build()?)
            .build()
    }

    /// All but the times to live, which are the behavior's.
    fn from_wire(wire: &types::ForwardedValues) -> Self {
        let names = |names: &[String]| names.iter().cloned().collect();
        let cookies = wire.cookies.as_ref();
        let cookie_names = cookies.and_then(|cookies| cookies.whitelisted_names.as_ref());
        let keys = wire.query_string_cache_keys.as_ref();
        Self {
            query_string: wire.query_string,
            query_string_cache_keys: keys.map(|keys| names(keys.items())).unwrap_or_default(),
            headers: wire
                .headers
                .as_ref()
                .map(|headers| names(headers.items()))
                .unwrap_or_default(),
            cookies: cookies.map_or(CookieForwarding::None, |cookies| {
                CookieForwarding::from_word(cookies.forward.as_str())
            }),
            cookie_names: cookie_names.map(|cookies| names(cookies.items())).unwrap_or_default(),
            min_ttl_s: 0,
            default_ttl_s: 86_400,
            max_ttl_s: 31_536_000,
        }
    }
}

/// The words of methods in the order of the alphabet, as our own words have them.
fn sorted(methods: &[Method]) -> String {
    let mut words: Vec<&str> = methods.iter().map(Method::as_str).collect();
    words.sort_unstable();
    words.join(",")
}

fn functions(wire: Option<&types::FunctionAssociations>) -> BTreeMap<ViewerEvent, FunctionArn> {
    let associations = wire.iter().flat_map(|list| list.items());
    associations
        .map(|item| {
            (
                ViewerEvent::from_word(item.event_type.as_str()),
                FunctionArn::from(item.function_arn.as_str()),
            )
        })
        .collect()
}

fn edge_functions(wire: Option<&types::LambdaFunctionAssociations>) -> BTreeMap<EdgeEvent, EdgeFunction<Resolved>> {
    let associations = wire.iter().flat_map(|list| list.items());
    associations
        .map(|item| {
            let function = EdgeFunction {
                lambda_function_arn: FunctionVersionArn::from(item.lambda_function_arn.as_str()),
                include_body: item.include_body.unwrap_or(false),
            };
            (EdgeEvent::from_word(item.event_type.as_str()), function)
        })
        .collect()
}

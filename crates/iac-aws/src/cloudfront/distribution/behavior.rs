//! What a distribution does with requests: where they go, what is cached, what code runs.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Stage},
};
use serde::{Deserialize, Serialize};

use crate::cloudfront::{
    CachePolicyId, FunctionArn, FunctionVersionArn, KeyGroupId, OriginRequestPolicyId, ResponseHeadersPolicyId,
    shared::{either, yes},
};

/// What is done with requests: `Behavior::to("site").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(start_fn = to, derive(Into), on(S::Value<_>, into))]
pub struct Behavior<S: Stage = Declared> {
    /// The id of the origin or the origin group that requests go to.
    #[builder(start_fn, into)]
    pub target_origin_id: String,
    /// CloudFront functions, by the event they run at. At most one kind of function runs at a viewer's event.
    #[serde(default)]
    #[builder(field)]
    pub function_associations: BTreeMap<ViewerEvent, S::Value<FunctionArn>>,
    /// Lambda functions, by the event they run at.
    #[serde(default)]
    #[builder(field)]
    pub lambda_function_associations: BTreeMap<EdgeEvent, EdgeFunction<S>>,
    /// What is cached, and for how long: by a cache policy, or by forwarded values.
    #[builder(setters(vis = "", name = caching_internal))]
    pub caching: Caching<S>,
    /// Whether viewers may speak HTTP.
    #[serde(default)]
    #[builder(default = ViewerProtocol::RedirectToHttps)]
    pub viewer_protocol_policy: ViewerProtocol,
    /// The methods that are passed to the origin.
    #[serde(default)]
    #[builder(default = AllowedMethods::GetHead)]
    pub allowed_methods: AllowedMethods,
    /// The methods whose answers are cached.
    #[serde(default)]
    #[builder(default = CachedMethods::GetHead)]
    pub cached_methods: CachedMethods,
    /// Whether CloudFront compresses what the origin did not.
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub compress: bool,
    /// What of the request is sent to the origin beside the cache key.
    pub origin_request_policy_id: Option<S::Value<OriginRequestPolicyId>>,
    /// Headers that are added to answers.
    pub response_headers_policy_id: Option<S::Value<ResponseHeadersPolicyId>>,
    /// The key groups that may sign URLs and cookies. Requests that are not signed are refused when there is one.
    #[field(set)]
    #[serde(default)]
    #[builder(default, with = |ids: impl IntoIterator<Item = impl Into<S::Value<KeyGroupId>>>| ids.into_iter().map(Into::into).collect())]
    pub trusted_key_groups: Vec<S::Value<KeyGroupId>>,
    /// The accounts that may sign URLs and cookies: ids, or `self`. New ones use key groups.
    #[serde(default)]
    #[builder(default, with = |accounts: impl IntoIterator<Item = impl Into<String>>| accounts.into_iter().map(Into::into).collect())]
    pub trusted_signers: BTreeSet<String>,
    /// Whether gRPC is passed on. Needs HTTP/2 and all methods.
    #[serde(default)]
    #[builder(default = false)]
    pub grpc: bool,
    /// Whether Microsoft Smooth Streaming is served.
    #[serde(default)]
    #[builder(default = false)]
    pub smooth_streaming: bool,
    /// The id of the configuration by which fields of forms are encrypted.
    pub field_level_encryption_id: Option<S::Value<String>>,
    /// The ARN of the configuration of real-time logs.
    pub realtime_log_config_arn: Option<S::Value<String>>,
}

/// A behavior for the paths that match a pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(bound = "")]
pub struct PathBehavior<S: Stage = Declared> {
    /// The pattern: `/api/*`, `*.jpg`. `*` stands for any characters, `?` for one.
    pub path_pattern: String,
    /// What is done.
    pub behavior: Behavior<S>,
}

/// What is cached, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Caching<S: Stage = Declared> {
    /// As a cache policy says.
    CachePolicyId(S::Value<CachePolicyId>),
    /// The way of old.
    ForwardedValues(ForwardedValues),
}

either!(Caching {
    "cache_policy_id": S::Value<CachePolicyId> = "The cache policy.",
    "forwarded_values": ForwardedValues = "The way of old, without a policy.",
});

/// What is forwarded and cached by, and for how long, without a policy. New behaviors use a cache policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(derive(Into))]
pub struct ForwardedValues {
    /// Whether query strings are forwarded.
    #[serde(default)]
    #[builder(default = false)]
    pub query_string: bool,
    /// The query strings that are cached by; all that are forwarded when empty.
    #[serde(default)]
    #[builder(default, with = |names: impl IntoIterator<Item = impl Into<String>>| names.into_iter().map(Into::into).collect())]
    pub query_string_cache_keys: BTreeSet<String>,
    /// The headers that are forwarded and cached by; `*` for all.
    #[serde(default)]
    #[builder(default, with = |names: impl IntoIterator<Item = impl Into<String>>| names.into_iter().map(Into::into).collect())]
    pub headers: BTreeSet<String>,
    /// Which cookies are forwarded.
    #[serde(default)]
    #[builder(default = CookieForwarding::None)]
    pub cookies: CookieForwarding,
    /// The names of the cookies, with `whitelist`.
    #[serde(default)]
    #[builder(default, with = |names: impl IntoIterator<Item = impl Into<String>>| names.into_iter().map(Into::into).collect())]
    pub cookie_names: BTreeSet<String>,
    /// The shortest time an object is kept, in seconds.
    #[serde(default)]
    #[builder(default = 0)]
    pub min_ttl_s: u32,
    /// How long an object is kept when the origin says nothing, in seconds.
    #[serde(default = "day")]
    #[builder(default = 86_400)]
    pub default_ttl_s: u32,
    /// The longest time an object is kept, in seconds.
    #[serde(default = "year")]
    #[builder(default = 31_536_000)]
    pub max_ttl_s: u32,
}

/// A Lambda function at the edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(bound = "")]
pub struct EdgeFunction<S: Stage = Declared> {
    /// The ARN of a numbered version.
    pub lambda_function_arn: S::Value<FunctionVersionArn>,
    /// Whether it sees the body of the request.
    #[serde(default)]
    pub include_body: bool,
}

string_enum! {
    /// Which cookies are forwarded.
    pub enum CookieForwarding = None {
        /// No cookie.
        None = "none",
        /// Those that are named.
        Whitelist = "whitelist",
        /// Every cookie.
        All = "all",
    }
}

string_enum! {
    /// Whether viewers may speak HTTP.
    pub enum ViewerProtocol = RedirectToHttps {
        /// HTTP is redirected to HTTPS.
        RedirectToHttps = "redirect-to-https",
        /// HTTP is refused.
        HttpsOnly = "https-only",
        /// Both are served.
        AllowAll = "allow-all",
    }
}

string_enum! {
    /// The methods that are passed to the origin.
    pub enum AllowedMethods = GetHead {
        /// GET and HEAD.
        GetHead = "GET,HEAD",
        /// GET, HEAD and OPTIONS.
        GetHeadOptions = "GET,HEAD,OPTIONS",
        /// All.
        All = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT",
    }
}

string_enum! {
    /// The methods whose answers are cached.
    pub enum CachedMethods = GetHead {
        /// GET and HEAD.
        GetHead = "GET,HEAD",
        /// GET, HEAD and OPTIONS.
        GetHeadOptions = "GET,HEAD,OPTIONS",
    }
}

string_enum! {
    /// When a CloudFront function runs.
    pub enum ViewerEvent {
        /// When a request arrives.
        ViewerRequest = "viewer-request",
        /// Before an answer leaves.
        ViewerResponse = "viewer-response",
    }
}

string_enum! {
    /// When a Lambda function runs.
    pub enum EdgeEvent {
        /// When a request arrives.
        ViewerRequest = "viewer-request",
        /// Before an answer leaves.
        ViewerResponse = "viewer-response",
        /// Before the origin is asked.
        OriginRequest = "origin-request",
        /// When the origin has answered.
        OriginResponse = "origin-response",
    }
}

impl<S: Stage, State: behavior_builder::State> BehaviorBuilder<S, State> {
    /// Caches as a cache policy says: one of the constants of [`CachePolicyId`], or one of this stack.
    pub fn cache_policy_id(
        self,
        id: impl Into<S::Value<CachePolicyId>>,
    ) -> BehaviorBuilder<S, behavior_builder::SetCaching<State>>
    where
        State::Caching: behavior_builder::IsUnset,
    {
        self.caching_internal(Caching::CachePolicyId(id.into()))
    }

    /// Caches without a policy.
    pub fn forwarded_values(
        self,
        values: impl Into<ForwardedValues>,
    ) -> BehaviorBuilder<S, behavior_builder::SetCaching<State>>
    where
        State::Caching: behavior_builder::IsUnset,
    {
        self.caching_internal(Caching::ForwardedValues(values.into()))
    }

    /// Runs a CloudFront function.
    pub fn function(mut self, event: ViewerEvent, arn: impl Into<S::Value<FunctionArn>>) -> Self {
        self.function_associations.insert(event, arn.into());
        self
    }

    /// Runs a numbered version of a Lambda function.
    pub fn lambda_function(self, event: EdgeEvent, arn: impl Into<S::Value<FunctionVersionArn>>) -> Self {
        self.edge_function(event, arn.into(), false)
    }

    /// Runs a numbered version of a Lambda function, which sees the body of the request.
    pub fn lambda_function_with_body(self, event: EdgeEvent, arn: impl Into<S::Value<FunctionVersionArn>>) -> Self {
        self.edge_function(event, arn.into(), true)
    }

    fn edge_function(mut self, event: EdgeEvent, arn: S::Value<FunctionVersionArn>, include_body: bool) -> Self {
        let function = EdgeFunction {
            lambda_function_arn: arn,
            include_body,
        };
        self.lambda_function_associations.insert(event, function);
        self
    }
}

fn day() -> u32 {
    86_400
}

fn year() -> u32 {
    31_536_000
}

//! CloudFront's types in an AWS inside the process: made, read back without a difference, changed, found again, deleted.
#![cfg(feature = "cloudfront")]

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use async_trait::async_trait;
    use aws_sdk_cloudfront::config::{
        BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
    };
    use aws_types::SdkConfig;
    use iac_aws::{
        Aws,
        cloudfront::{
            AllowedMethods, Behavior, CachePolicy, CachePolicyId, CachedMethods, CookieForwarding, CustomOrigin,
            Distribution, EdgeEvent, ErrorResponse, ForwardedValues, GeoRestriction, HttpVersion, Logging, Origin,
            OriginAccessControl, OriginGroup, OriginProtocol, OriginRequestPolicyId, PriceClass, Selection,
            SigningBehavior, TlsVersion, ViewerCertificate, ViewerEvent, VpcOrigin,
        },
        registry,
    };
    use iac_core::{
        model::{
            Call, Changed, Clock, LiveObject, Location, ReadObject, Reconciler, Recorder, RemoteId, Resolved, Resource,
            ResourceError, Secret,
        },
        plan::{Comparison, diff},
    };
    use iac_sandbox::{Fault, World};
    use jiff::Timestamp;
    use serde::Serialize;
    use serde_json::Value;

    /// Time that passes when someone waits.
    #[derive(Debug, Default)]
    struct Waiting(Mutex<Timestamp>);

    #[async_trait]
    impl Clock for Waiting {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }

        async fn sleep(&self, duration: Duration) {
            *self.0.lock().unwrap() += duration;
        }
    }

    #[derive(Debug, Default)]
    struct Recorded(Mutex<Vec<RemoteId>>);

    #[async_trait]
    impl Recorder for Recorded {
        async fn created(&self, id: &RemoteId) -> Result<(), ResourceError> {
            self.0.lock().unwrap().push(id.clone());
            Ok(())
        }

        fn progress(&self, _: &str) {}

        fn may_change(&self) -> Result<(), ResourceError> {
            Ok(())
        }
    }

    /// One resource of a stack, and the world it is in.
    struct Bench {
        world: World,
        reconciler: Arc<dyn Reconciler>,
        recorded: Arc<Recorded>,
        call: Call,
        /// The id of an access control, where distributions are tested.
        access: String,
    }

    impl Bench {
        async fn of<R: Resource>() -> Self {
            let world = World::new();
            let config = SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-1"))
                .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                    "any", "any", None, None, "any",
                )))
                .retry_config(RetryConfig::disabled())
                .http_client(world.http_client())
                .build();
            let location = Location {
                account: world.account_id().to_owned(),
                region: "eu-west-1".to_owned(),
            };
            let aws = Arc::new(Aws::new(&config, location, BTreeMap::new()));
            let recorded = Arc::new(Recorded::default());
            let name = R::info().name;
            let call = Call {
                address: format!("{name}.it").parse().unwrap(),
                stack: "shop".to_owned(),
                environment: "dev".to_owned(),
                seed: "lineage/1".to_owned(),
                timeout: None,
                clock: Arc::new(Waiting::default()),
                recorder: Arc::<Recorded>::clone(&recorded),
            };
            let registry = registry(&aws);
            let controls = registry.get("cloudfront.origin_access_control").unwrap();
            let desired = serde_json::to_value(access("shop-dev-bucket-0a1b2c3d")).unwrap();
            let made = controls.create(&desired, &call).await.unwrap();
            Self {
                reconciler: Arc::clone(registry.get(name).unwrap()),
                access: made["id"].as_str().unwrap().to_owned(),
                world,
                recorded,
                call,
            }
        }

        fn canonical(&self, desired: &impl Serialize) -> Value {
            self.reconciler
                .info()
                .shape
                .canonical(&serde_json::to_value(desired).unwrap())
        }

        async fn create(&self, desired: &impl Serialize) -> Result<RemoteId, ResourceError> {
            let desired = self.canonical(desired);
            let violations = (self.reconciler.info().validate)(&desired);
            assert!(violations.is_empty(), "{violations:?}");
            let predicted = self.reconciler.predict(&desired);
            let outputs = self.reconciler.create(&desired, &self.call).await?;
            for (name, value) in predicted {
                assert_eq!(outputs[&name], value, "{name}");
            }
            let recorded = self.recorded.0.lock().unwrap();
            let id = recorded.last().expect("an id was recorded").clone();
            assert_eq!(outputs["id"], id.as_str());
            Ok(id)
        }

        async fn live(&self, id: &RemoteId, prior: Option<Value>) -> Option<LiveObject> {
            let request = ReadObject { id: id.clone(), prior };
            self.reconciler.read(request, &self.call).await.unwrap()
        }

        /// The paths at which what is there is not what is desired.
        async fn differences(&self, id: &RemoteId, desired: &impl Serialize) -> Vec<String> {
            let desired = self.canonical(desired);
            let live = self.live(id, Some(desired.clone())).await.expect("it is there");
            let comparison = Comparison {
                shape: &self.reconciler.info().shape,
                desired: &desired,
                live: &live.inputs,
                prior: None,
                key: b"key",
            };
            diff(&comparison).into_iter().map(|change| change.path).collect()
        }

        async fn update(&self, id: &RemoteId, desired: &impl Serialize) -> Result<Value, ResourceError> {
            let live = self.live(id, None).await.expect("it is there");
            let changed: Changed = self.differences(id, desired).await.into_iter().collect();
            self.reconciler
                .update(&self.canonical(desired), &live, &changed, &self.call)
                .await
        }

        async fn delete(&self, id: &RemoteId, last: &impl Serialize) -> Result<(), ResourceError> {
            self.reconciler.delete(&self.canonical(last), id, &self.call).await
        }

        /// Makes, changes and deletes it, and looks for differences between; nothing else than the listed operations is called.
        async fn lives(&self, first: &impl Serialize, then: &impl Serialize) {
            let id = self.create(first).await.unwrap();
            assert_eq!(self.differences(&id, first).await, Vec::<String>::new(), "after create");
            self.update(&id, then).await.unwrap();
            assert_eq!(self.differences(&id, then).await, Vec::<String>::new(), "after update");
            self.world.clear_requests();
            self.update(&id, then).await.unwrap();
            assert!(
                self.called().iter().all(|operation| !operation.contains(":Update")),
                "{:?}",
                self.called()
            );
            self.delete(&id, then).await.unwrap();
            assert_eq!(self.live(&id, None).await, None);
            self.delete(&id, then).await.unwrap();
            for operation in self.called() {
                let listed = self.reconciler.info().operations.contains(&operation.as_str());
                assert!(listed, "{operation} is not among OPERATIONS");
            }
        }

        fn called(&self) -> Vec<String> {
            self.world.requests().iter().map(iac_sandbox::Request::action).collect()
        }

        fn count(&self, operation: &str) -> usize {
            self.called()
                .iter()
                .filter(|called| called.ends_with(operation))
                .count()
        }
    }

    fn access(name: &str) -> OriginAccessControl<Resolved> {
        OriginAccessControl::builder().name(name).build()
    }

    fn policy() -> CachePolicy<Resolved> {
        CachePolicy::builder().name("shop-dev-it-0a1b2c3d").build()
    }

    /// A site of one page on a private bucket.
    fn site(bench: &Bench) -> Distribution<Resolved> {
        Distribution::builder()
            .comment("the shop")
            .origin(
                "bucket",
                Origin::s3("shop.s3.eu-west-1.amazonaws.com").origin_access_control_id(bench.access.as_str()),
            )
            .default_behavior(Behavior::to("bucket").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
            .default_root_object("index.html")
            .error_response(403, ErrorResponse::page("/index.html", 200))
            .tags([("team", "shop")])
            .build()
    }

    /// Every property, set to something that is not its default.
    fn everything(bench: &Bench) -> Distribution<Resolved> {
        let custom = CustomOrigin::builder()
            .protocol_policy(OriginProtocol::MatchViewer)
            .http_port(8080)
            .https_port(8443)
            .ssl_protocols([TlsVersion::Tls1_2, TlsVersion::Tls1_1])
            .read_timeout_s(60)
            .keepalive_timeout_s(30);
        let certificate = ViewerCertificate::acm(
            "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000",
        );
        let old = ForwardedValues::builder()
            .query_string(true)
            .query_string_cache_keys(["page", "lang"])
            .headers(["Origin"])
            .cookies(CookieForwarding::Whitelist)
            .cookie_names(["session"])
            .default_ttl_s(60)
            .max_ttl_s(600);
        let function = "arn:aws:cloudfront::123456789012:function/rewrite";
        let lambda = "arn:aws:lambda:us-east-1:123456789012:function:auth:7";
        Distribution::builder()
            .enabled(false)
            .comment("all of it")
            .aliases(["www.example.com", "example.com"])
            .viewer_certificate(certificate)
            .default_root_object("start.html")
            .price_class(PriceClass::Class100)
            .http_version(HttpVersion::Http2And3)
            .ipv6(false)
            .web_acl_id("arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/0a1b2c3d")
            .geo_restriction(GeoRestriction::all_except(["AQ"]))
            .logging(
                Logging::to("logs.s3.amazonaws.com")
                    .prefix("site/")
                    .include_cookies(true),
            )
            .origin(
                "bucket",
                Origin::s3("shop.s3.eu-west-1.amazonaws.com")
                    .origin_access_control_id(bench.access.as_str())
                    .path("/public")
                    .custom_header("x-from", Secret::new("cloudfront".to_owned()))
                    .connection_attempts(2)
                    .connection_timeout_s(5)
                    .shield_region("eu-central-1"),
            )
            .origin("api", Origin::custom("api.example.com", custom))
            .origin(
                "inner",
                Origin::vpc("inner.example.com", VpcOrigin::of("vo_0a1b2c3d").read_timeout_s(20)),
            )
            .origin_group("both", OriginGroup::failover("bucket", "api", [500, 503]))
            .default_behavior(
                Behavior::to("both")
                    .cache_policy_id(CachePolicyId::CACHING_OPTIMIZED)
                    .trusted_key_groups(["kg-2", "kg-1"])
                    .function(ViewerEvent::ViewerRequest, function),
            )
            .behavior(
                "/api/*",
                Behavior::to("api")
                    .cache_policy_id(CachePolicyId::CACHING_DISABLED)
                    .origin_request_policy_id(OriginRequestPolicyId::ALL_VIEWER_EXCEPT_HOST_HEADER)
                    .response_headers_policy_id(iac_aws::cloudfront::ResponseHeadersPolicyId::SECURITY_HEADERS)
                    .allowed_methods(AllowedMethods::All)
                    .cached_methods(CachedMethods::GetHeadOptions)
                    .grpc(true)
                    .compress(false)
                    .lambda_function(EdgeEvent::OriginResponse, lambda)
                    .lambda_function_with_body(EdgeEvent::OriginRequest, lambda),
            )
            .behavior(
                "/old/*",
                Behavior::to("inner").forwarded_values(old).trusted_signers(["self"]),
            )
            .error_response(404, ErrorResponse::page("/missing.html", 404).keep(60))
            .error_response(500, ErrorResponse::kept(5))
            .tags([("team", "shop"), ("stage", "dev")])
            .wait_for_deployment(false)
            .build()
    }

    #[tokio::test]
    async fn an_access_control_lives() {
        let then: OriginAccessControl<Resolved> = OriginAccessControl::builder()
            .name("shop-dev-it-0a1b2c3d")
            .description("the bucket of the site")
            .signing_behavior(SigningBehavior::NoOverride)
            .build();
        Bench::of::<OriginAccessControl>()
            .await
            .lives(&access("shop-dev-it-0a1b2c3d"), &then)
            .await;
    }

    #[tokio::test]
    async fn a_cache_policy_lives() {
        let then: CachePolicy<Resolved> = CachePolicy::builder()
            .name("shop-dev-it-0a1b2c3d")
            .comment("by session")
            .default_ttl_s(60)
            .max_ttl_s(600)
            .headers(["Origin", "Accept-Language"])
            .cookies(Selection::only(["session"]))
            .query_strings(Selection::all_except(["utm_source"]))
            .brotli(false)
            .build();
        Bench::of::<CachePolicy>().await.lives(&policy(), &then).await;
    }

    #[tokio::test]
    async fn a_distribution_lives() {
        let bench = Bench::of::<Distribution>().await;
        bench.lives(&site(&bench), &everything(&bench)).await;
        let bench = Bench::of::<Distribution>().await;
        bench.lives(&everything(&bench), &site(&bench)).await;
    }

    #[tokio::test]
    async fn a_change_of_tags_alone_deploys_nothing() {
        let bench = Bench::of::<Distribution>().await;
        let id = bench.create(&site(&bench)).await.unwrap();
        let mut tagged = site(&bench);
        tagged.tags = [("stage".to_owned(), "dev".to_owned())].into();
        bench.update(&id, &tagged).await.unwrap();
        assert_eq!(bench.differences(&id, &tagged).await, Vec::<String>::new());
        assert_eq!([bench.count("UpdateDistribution"), bench.count("TagResource")], [0, 1]);
    }

    #[tokio::test]
    async fn another_write_in_between_is_built_upon() {
        for code in ["PreconditionFailed", "InvalidIfMatchVersion"] {
            let bench = Bench::of::<Distribution>().await;
            let id = bench.create(&site(&bench)).await.unwrap();
            bench.world.inject(
                Fault::error(412, code, "stale")
                    .on_operation("UpdateDistribution")
                    .first(1),
            );
            let mut changed = site(&bench);
            changed.comment = Some("another".into());
            bench.update(&id, &changed).await.unwrap();
            assert_eq!(bench.differences(&id, &changed).await, Vec::<String>::new());
            assert_eq!(bench.count("UpdateDistribution"), 2);
            // and only once
            bench
                .world
                .inject(Fault::error(412, code, "stale").on_operation("UpdateDistribution"));
            assert_eq!(bench.update(&id, &site(&bench)).await.unwrap_err().code, code);
        }
    }

    #[tokio::test]
    async fn passing_refusals_are_waited_for() {
        let bench = Bench::of::<Distribution>().await;
        let refused = |code: &str, operation: &str| {
            bench
                .world
                .inject(Fault::error(400, code, "not yet").on_operation(operation).first(2));
        };
        refused("InvalidViewerCertificate", "CreateDistributionWithTags");
        let id = bench.create(&site(&bench)).await.unwrap();
        refused("IllegalUpdate", "UpdateDistribution");
        bench.update(&id, &everything(&bench)).await.unwrap();
        refused("DistributionNotDisabled", "DeleteDistribution");
        bench.delete(&id, &everything(&bench)).await.unwrap();
        assert_eq!(bench.live(&id, None).await, None);
    }

    #[tokio::test]
    async fn lasting_refusals_are_told() {
        let bench = Bench::of::<Distribution>().await;
        let create = "CreateDistributionWithTags";
        bench
            .world
            .inject(Fault::error(400, "InvalidViewerCertificate", "no").on_operation(create));
        assert_eq!(
            bench.create(&site(&bench)).await.unwrap_err().code,
            "InvalidViewerCertificate"
        );
        bench.world.clear_faults();
        bench
            .world
            .inject(Fault::error(409, "CNAMEAlreadyExists", "no").on_operation(create));
        let error = bench.create(&site(&bench)).await.unwrap_err();
        assert!(error.hints[0].contains("one distribution alone"), "{error:?}");
        bench.world.clear_faults();
        // something it refers to being gone is not it being gone
        let id = bench.create(&site(&bench)).await.unwrap();
        bench
            .world
            .inject(Fault::error(404, "NoSuchCachePolicy", "no").on_operation("UpdateDistribution"));
        assert_eq!(
            bench.delete(&id, &site(&bench)).await.unwrap_err().code,
            "NoSuchCachePolicy"
        );
    }

    #[tokio::test]
    async fn deleting_disables_first_and_may_stop_there() {
        let bench = Bench::of::<Distribution>().await;
        let mut kept = site(&bench);
        kept.keep_disabled = true;
        let id = bench.create(&kept).await.unwrap();
        bench.delete(&id, &kept).await.unwrap();
        assert_eq!(bench.differences(&id, &kept).await, ["enabled"]);
        assert_eq!(bench.count("DeleteDistribution"), 0);
        bench.delete(&id, &site(&bench)).await.unwrap();
        assert_eq!(bench.count("UpdateDistribution"), 1);
    }

    #[tokio::test]
    async fn what_an_interrupted_create_left_is_found() {
        let bench = Bench::of::<Distribution>().await;
        let other: Distribution<Resolved> = Distribution {
            tags: BTreeMap::default(),
            ..site(&bench)
        };
        let mut elsewhere = bench.call.clone();
        elsewhere.seed = "lineage/2".to_owned();
        bench
            .reconciler
            .create(&bench.canonical(&other), &elsewhere)
            .await
            .unwrap();
        let desired = bench.canonical(&site(&bench));
        assert_eq!(bench.reconciler.recover(&desired, &bench.call).await.unwrap(), None);
        let id = bench.create(&site(&bench)).await.unwrap();
        assert_eq!(
            bench.reconciler.recover(&desired, &bench.call).await.unwrap(),
            Some(id.clone())
        );
        // an answer that was lost below us: the request is repeated, and is the same one
        assert_eq!(bench.create(&site(&bench)).await.unwrap(), id);

        let bench = Bench::of::<OriginAccessControl>().await;
        let desired = bench.canonical(&access("shop-dev-it-0a1b2c3d"));
        assert_eq!(bench.reconciler.recover(&desired, &bench.call).await.unwrap(), None);
        let id = bench.create(&access("shop-dev-it-0a1b2c3d")).await.unwrap();
        assert_eq!(bench.reconciler.recover(&desired, &bench.call).await.unwrap(), Some(id));
        let mut unlike = access("shop-dev-it-0a1b2c3d");
        unlike.signing_behavior = SigningBehavior::Never;
        assert_eq!(
            bench
                .reconciler
                .recover(&bench.canonical(&unlike), &bench.call)
                .await
                .unwrap(),
            None
        );

        let bench = Bench::of::<CachePolicy>().await;
        let id = bench.create(&policy()).await.unwrap();
        let found = bench
            .reconciler
            .recover(&bench.canonical(&policy()), &bench.call)
            .await
            .unwrap();
        assert_eq!(found, Some(id));
    }

    #[tokio::test]
    async fn users_of_what_is_deleted_are_waited_for() {
        let in_use = |code: &str, operation: &str| Fault::error(409, code, "in use").on_operation(operation);
        let bench = Bench::of::<OriginAccessControl>().await;
        let id = bench.create(&access("shop-dev-it-0a1b2c3d")).await.unwrap();
        bench
            .world
            .inject(in_use("OriginAccessControlInUse", "DeleteOriginAccessControl").first(3));
        bench.delete(&id, &access("shop-dev-it-0a1b2c3d")).await.unwrap();

        let bench = Bench::of::<CachePolicy>().await;
        let id = bench.create(&policy()).await.unwrap();
        bench.world.inject(in_use("CachePolicyInUse", "DeleteCachePolicy"));
        let error = bench.delete(&id, &policy()).await.unwrap_err();
        assert!(error.hints[0].contains("outside this stack"), "{error:?}");
    }

    #[tokio::test]
    async fn a_failed_read_is_an_error_and_not_gone() {
        let bench = Bench::of::<Distribution>().await;
        let id = bench.create(&site(&bench)).await.unwrap();
        bench
            .world
            .inject(Fault::access_denied().on_operation("ListTagsForResource"));
        let request = ReadObject { id, prior: None };
        assert!(bench.reconciler.read(request, &bench.call).await.is_err());
    }
}

//! Ten types of different shape, made, changed and deleted while every request is cut and every handler fails in every way: what
//! is there in the end is what is declared, once.

use iac_cloudcontrol::{Any, Example, Facts};
use iac_core::{model::Stack, plan::Mode};
use iac_sandbox::{CloudControlFailure, CloudControlQuirks, Fault};

use tokio::task::JoinSet;

use crate::test_env::TestEnv;

/// An identifier that AWS chooses, one that the user gives, one that may be generated; composite ones, with a parent for the
/// list; write-only properties; no tags; no update; no list; map tags; a large model.
const TYPES: &[&str] = &[
    "AWS::SQS::Queue",
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::ApiGatewayV2::Route",
    "AWS::ECS::Service",
    "AWS::Lambda::Permission",
    "AWS::SSM::Parameter",
    "AWS::Glue::Database",
    "AWS::RDS::DBInstance",
    "AWS::Events::Rule",
];

/// What a handler can fail with. Source: Cloud Control API reference, `ProgressEvent`.
const CODES: &[&str] = &[
    "NotUpdatable",
    "InvalidRequest",
    "AccessDenied",
    "UnauthorizedTaggingOperation",
    "InvalidCredentials",
    "AlreadyExists",
    "NotFound",
    "ResourceConflict",
    "Throttling",
    "ServiceLimitExceeded",
    "NotStabilized",
    "GeneralServiceException",
    "ServiceInternalError",
    "ServiceTimeout",
    "NetworkFailure",
    "InternalFailure",
];

fn stack(name: &str, changed: bool) -> Stack {
    let facts = Facts::get().find(name).unwrap();
    let mut model = facts.example(Example::Required);
    if changed {
        let properties = facts.example(Example::All);
        let mut mutable = properties.as_object().into_iter().flatten().filter(|(name, _)| {
            !facts
                .create_only_paths()
                .iter()
                .any(|path| path.split('/').next() == Some(name.as_str()))
                && !facts
                    .write_only_paths()
                    .iter()
                    .any(|path| path.split('/').next() == Some(name.as_str()))
                && Some(name.as_str()) != facts.tags()
        });
        if let Some((name, value)) = mutable.find(|(name, _)| model.get(name.as_str()).is_none()) {
            model[name] = value.clone();
        }
    }
    let mut stack = Stack::new("shop", "dev");
    let properties = model.as_object().into_iter().flatten();
    let resource = properties.fold(Any::new(name), |resource, (name, value)| resource.property(name, value));
    stack.add("it", resource);
    stack
}

fn quirks(fail: Option<CloudControlFailure>) -> CloudControlQuirks {
    CloudControlQuirks {
        unchecked_references: true,
        fail,
        ..CloudControlQuirks::default()
    }
}

/// What a stack of the types goes through.
const STEPS: &[(bool, Mode)] = &[(false, Mode::Normal), (true, Mode::Normal), (true, Mode::Destroy)];

/// An environment in which the first `done` steps have been taken.
async fn env(name: &str, done: usize) -> TestEnv {
    let env = TestEnv::in_region("us-east-1");
    env.sandbox.set_cloud_control(&quirks(None));
    for (changed, mode) in STEPS.iter().take(done) {
        let report = env.run(&stack(name, *changed), *mode).await.unwrap();
        assert!(report.is_success(), "{name}: {:?}", report.failed);
    }
    env
}

/// Runs a step until it goes well, at most five times, and expects one object then, or none.
async fn finish(env: &TestEnv, name: &str, (changed, mode): (bool, Mode), when: &str) {
    let stack = stack(name, changed);
    for _ in 0..5 {
        if env.run(&stack, mode).await.is_ok_and(|report| report.is_success()) {
            let wanted = usize::from(mode == Mode::Normal);
            let there = env.sandbox.inventory();
            assert_eq!(there.len(), wanted, "{name}, {when}: {there:?}");
            if mode == Mode::Normal {
                env.expect_nothing(&stack)
                    .await
                    .unwrap_or_else(|left| panic!("{name}, {when}: {left}"));
            }
            return;
        }
    }
    let last = env.run(&stack, mode).await;
    panic!(
        "{name}, {when}: five runs did not finish it: {:?} {:?}",
        last.map(|report| report.failed),
        env.sandbox.inventory()
    );
}

/// Ends every request of a step in each of two ways, one environment for each.
async fn cut_everywhere(name: &'static str) -> usize {
    let mut cuts = 0;
    for (at, (changed, mode)) in STEPS.iter().enumerate() {
        let whole = env(name, at).await;
        whole.sandbox.clear_requests();
        finish(&whole, name, (*changed, *mode), "undisturbed").await;
        let requests = u64::try_from(whole.sandbox.requests().len()).unwrap();
        for cut in 1..=requests {
            for fault in [Fault::cut_before(), Fault::cut_after()] {
                let env = env(name, at).await;
                env.sandbox.inject(fault.nth(cut));
                let _cut = env.run(&stack(name, *changed), *mode).await;
                env.sandbox.clear_faults();
                let when = format!("step {at}, cut at request {cut}");
                finish(&env, name, (*changed, *mode), &when).await;
                cuts += 1;
            }
        }
    }
    cuts
}

/// Lets the handler of each step fail with every code, without and with effect.
async fn fail_in_every_way(name: &'static str) -> usize {
    let operations = ["create", "update", "delete"];
    let mut failures = 0;
    for (at, (operation, (changed, mode))) in operations.iter().zip(STEPS).enumerate() {
        for code in CODES {
            for after in [false, true] {
                // it says that another object is there: a handler that made one does not say it
                if after && *code == "AlreadyExists" {
                    continue;
                }
                let env = env(name, at).await;
                let failure = CloudControlFailure::new(operation, code);
                let failure = if after { failure.after_effect() } else { failure };
                env.sandbox.set_cloud_control(&quirks(Some(failure)));
                let _failed = env.run(&stack(name, *changed), *mode).await;
                env.sandbox.set_cloud_control(&quirks(None));
                let when = format!("{operation} fails with {code}, with effect: {after}");
                finish(&env, name, (*changed, *mode), &when).await;
                failures += 1;
            }
        }
    }
    failures
}

/// Does it for all types, at the same time.
async fn for_each_type<F: Future<Output = usize> + Send + 'static>(of: impl Fn(&'static str) -> F) -> usize {
    let only = std::env::var("ONLY").unwrap_or_default();
    let types = TYPES.iter().filter(|name| name.contains(&only));
    let all: JoinSet<usize> = types.map(|name| of(name)).collect();
    all.join_all().await.iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_at_any_request_leaves_nothing_behind() {
    let cuts = for_each_type(cut_everywhere).await;
    println!("{cuts} cuts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_fails_in_any_way_leaves_nothing_behind() {
    let failures = for_each_type(fail_in_every_way).await;
    println!("{failures} failures");
}

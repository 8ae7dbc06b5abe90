//! The types together, planned and applied: an empty plan after every apply, and after a crash at any call.

use std::{error::Error, sync::Arc, time::Duration};

use iac_aws::{
    iam::{OidcProvider, Policy, PolicyAttachment, Role},
    policy::{PolicyDocument, Principal, Statement},
    registry,
};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::Stack,
    plan::{self, Mode, PlanOptions, Silent},
    state::{Backend, MemoryBackend, Snapshot},
    text,
};
use iac_sandbox::{Fault, World};

use crate::bench::{Instant, READ_ONLY, VIEW_ONLY, allow, connected};

const STACK: &str = "shop";
const ENVIRONMENT: &str = "dev";

struct Lab {
    backend: MemoryBackend,
    session: Session,
}

impl Lab {
    fn new(world: &World) -> Self {
        let backend = MemoryBackend::default();
        let session = Session {
            registry: registry(&connected(world)),
            backend: Arc::new(backend.clone()),
            clock: Arc::new(Instant::default()),
            who: "tester@lab".to_owned(),
        };
        Self { backend, session }
    }

    async fn run(&self, stack: &Stack, mode: Mode) -> Result<ApplyReport, Box<dyn Error>> {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        let mut run = Run::begin(&self.session, (STACK, ENVIRONMENT), "apply", Duration::ZERO, &Silent).await?;
        let settled = run.settle(&Silent).await;
        let report = match settled {
            Err(error) => Err(error.into()),
            Ok(()) => match plan::plan(stack, run.snapshot(), &self.session, &options, &Silent).await {
                Err(error) => Err(error.into()),
                Ok(plan) => Ok(run.apply(&plan, &ApplyOptions::default(), &Silent).await),
            },
        };
        run.end().await?;
        report
    }

    async fn apply(&self, stack: &Stack) {
        let report = self.run(stack, Mode::Normal).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
    }

    async fn actions(&self, stack: &Stack) -> Vec<String> {
        let snapshot = Snapshot::read(&self.backend, STACK, ENVIRONMENT).await.unwrap();
        let options = PlanOptions::default();
        let plan = plan::plan(stack, &snapshot, &self.session, &options, &Silent)
            .await
            .unwrap();
        let actions = plan
            .actions()
            .map(|change| format!("{} {}", change.action.symbol(), change.address));
        actions.collect()
    }
}

/// A deployer that GitHub Actions may take, with policies of every kind.
fn stack(action: &str, managed: &'static str) -> Stack {
    let mut stack = Stack::new(STACK, ENVIRONMENT);
    let provider = OidcProvider::builder()
        .url("https://token.actions.githubusercontent.com")
        .client_ids(["sts.amazonaws.com"])
        .build();
    let provider = stack.add("github", provider);
    let trust = Statement::allow()
        .principal(Principal::federated(provider.arn.text()))
        .actions(["sts:AssumeRoleWithWebIdentity"])
        .condition(
            "StringEquals",
            "token.actions.githubusercontent.com:aud",
            ["sts.amazonaws.com"],
        );
    let logs = stack.add("logs", Policy::builder().document(allow(action)).build());
    let pass = Statement::allow()
        .actions(["iam:GetPolicy"])
        .resources([text!("{}", logs.arn)]);
    let role = Role::builder()
        .trust_policy(PolicyDocument::new().statement(trust))
        .description(action)
        .inline_policies([("pass", PolicyDocument::new().statement(pass))])
        .managed_policy_arns([managed])
        .build();
    let role = stack.add("deployer", role);
    let attachment = PolicyAttachment::builder()
        .role(&role.name)
        .policy_arn(&logs.arn)
        .build();
    stack.add("deployer-logs", attachment);
    stack
}

#[tokio::test]
async fn the_plan_after_an_apply_is_empty() {
    let world = World::new();
    let lab = Lab::new(&world);
    let (first, second) = (stack("logs:*", READ_ONLY), stack("logs:Get*", VIEW_ONLY));
    lab.apply(&first).await;
    assert_eq!(lab.actions(&first).await, [""; 0]);
    assert_eq!(lab.actions(&second).await, ["~ iam.policy.logs", "~ iam.role.deployer"]);
    lab.apply(&second).await;
    assert_eq!(lab.actions(&second).await, [""; 0]);
    let report = lab.run(&second, Mode::Destroy).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(world.inventory(), [""; 0]);
}

/// Cuts the connection at each changing call in turn, before it takes effect or before its answer comes; the next run
/// finishes, makes nothing twice, and leaves nothing behind.
#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let wanted = stack("logs:*", READ_ONLY);
    let changed = stack("logs:Get*", VIEW_ONLY);
    for cut in [Fault::cut_before, Fault::cut_after] {
        for n in 1.. {
            let world = World::new();
            let lab = Lab::new(&world);
            world.inject(cut().on_mutations().nth(n));
            let mut struck = false;
            for (stack, mode) in [
                (&wanted, Mode::Normal),
                (&changed, Mode::Normal),
                (&changed, Mode::Destroy),
            ] {
                let cut_off = lab.run(stack, mode).await;
                if world.is_cut() {
                    assert!(
                        cut_off.is_err() || !cut_off.unwrap().is_success(),
                        "call {n} was cut off"
                    );
                    struck = true;
                    world.clear_faults();
                    if let Ok(Some(lock)) = lab.backend.holder().await {
                        lab.backend.unlock(&lock.info.id).await.unwrap();
                    }
                    let report = lab.run(stack, mode).await.unwrap();
                    assert!(report.is_success(), "after call {n}: {report:#?}");
                }
                if mode == Mode::Normal {
                    assert_eq!(lab.actions(stack).await, [""; 0], "after call {n}");
                    assert_eq!(world.inventory().len(), 3, "after call {n}: {:?}", world.inventory());
                }
            }
            assert_eq!(world.inventory(), [""; 0], "after call {n}");
            if !struck {
                assert!(n > 15, "only {n} changing calls");
                break;
            }
        }
    }
}

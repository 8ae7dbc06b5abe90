//! The types together, planned and applied: an empty plan after every apply, and after a crash at any call.

use std::{error::Error, sync::Arc, time::Duration};

use iac_aws::{
    Aws, AwsConfig,
    ec2::{Rule, SecurityGroup, Subnet, Vpc},
    registry,
};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{Mark, Stack},
    plan::{self, Mode, PlanOptions, Silent},
    state::{Backend, MemoryBackend, Snapshot},
};
use iac_sandbox::{Fault, World};

use crate::lab::Instant;

const STACK: &str = "shop";
const ENVIRONMENT: &str = "dev";

struct Lab {
    backend: MemoryBackend,
    session: Session,
}

impl Lab {
    async fn new(world: &World) -> Self {
        let config = AwsConfig::builder()
            .region("eu-west-1")
            .allowed_accounts([world.account_id()])
            .default_tags([("team", "web")])
            .retry_attempts(1)
            .http_client(world.http_client())
            .build();
        let aws = Aws::connect(&config).await.unwrap();
        let backend = MemoryBackend::default();
        let session = Session {
            registry: registry(&Arc::new(aws)),
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
        let report = match run.settle(&Silent).await {
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

/// A network for a web site and its database.
fn stack(public: bool, description: &str, port: u16) -> Stack {
    let mut stack = Stack::new(STACK, ENVIRONMENT);
    let vpc = Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .enable_dns_hostnames(public)
        .assign_generated_ipv6_cidr_block(public)
        .build();
    let vpc = stack.add("main", vpc);
    for (name, block, zone) in [("a", "10.0.1.0/24", "eu-west-1a"), ("b", "10.0.2.0/24", "eu-west-1b")] {
        let subnet = Subnet::builder()
            .vpc_id(&vpc.id)
            .cidr_block(block)
            .availability_zone(zone)
            .map_public_ip_on_launch(public)
            .build();
        stack.add(name, subnet);
    }
    let web = SecurityGroup::builder()
        .vpc_id(&vpc.id)
        .description(description)
        .ingress([
            Rule::tcp(port).from_anywhere().description("https"),
            Rule::tcp(80).from_self(),
        ])
        .egress([Rule::tcp(port).to_anywhere()])
        .build();
    let web = stack.add("web", web.create_before_delete());
    let database = SecurityGroup::builder()
        .vpc_id(&vpc.id)
        .ingress([
            Rule::tcp(5432).from_group(&web.id),
            Rule::tcp(5432).from_cidr(&vpc.cidr_block),
        ])
        .egress([])
        .build();
    stack.add("database", database);
    stack
}

#[tokio::test]
async fn the_plan_after_an_apply_is_empty() {
    let world = World::new();
    let lab = Lab::new(&world).await;
    let (first, second) = (stack(false, "web", 443), stack(true, "web", 8443));
    lab.apply(&first).await;
    assert_eq!(lab.actions(&first).await, [""; 0]);
    assert_eq!(
        lab.actions(&second).await,
        [
            "~ ec2.vpc.main",
            "~ ec2.security_group.web",
            "~ ec2.subnet.a",
            "~ ec2.subnet.b"
        ]
    );
    lab.apply(&second).await;
    assert_eq!(lab.actions(&second).await, [""; 0]);
    lab.apply(&first).await;
    assert_eq!(lab.actions(&first).await, [""; 0]);
    let report = lab.run(&first, Mode::Destroy).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(world.inventory(), [""; 0]);
}

/// Cuts the connection at each changing call in turn, before it takes effect or before its answer comes; the next run
/// finishes, makes nothing twice, and leaves nothing behind.
#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let wanted = stack(false, "web", 443);
    // another description replaces the group, and it is made before the old one goes
    let changed = stack(true, "the web", 8443);
    for cut in [Fault::cut_before, Fault::cut_after] {
        for n in 1.. {
            let world = World::new();
            let lab = Lab::new(&world).await;
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
                    let own = world.inventory();
                    let made = own.iter().filter(|id| !id.contains("rule"));
                    assert_eq!(made.count(), 5, "after call {n}: {own:?}");
                }
            }
            assert_eq!(world.inventory(), [""; 0], "after call {n}");
            if !struck {
                assert!(n > 20, "only {n} changing calls");
                break;
            }
        }
    }
}

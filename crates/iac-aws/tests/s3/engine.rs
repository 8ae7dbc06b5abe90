//! The types together, planned and applied: an empty plan after every apply, and after a crash at any call.

use std::{error::Error, path::Path, sync::Arc, time::Duration};

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    s3::{
        Bucket, BucketPolicy, Content, CorsMethod, CorsRule, Directory, Folder, LifecycleRule, Object, Versioning,
        Website,
    },
};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{Mark, Stack},
    plan::{self, Mode, PlanOptions, Silent},
    state::{Backend, MemoryBackend, Snapshot},
    text,
};
use iac_sandbox::{Fault, World};

use crate::lab::{Instant, types};

const STACK: &str = "site";
const ENVIRONMENT: &str = "dev";

struct Engine {
    backend: MemoryBackend,
    session: Session,
}

impl Engine {
    fn new(world: &World) -> Self {
        let backend = MemoryBackend::default();
        let session = Session {
            registry: types(world, "eu-west-1"),
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

/// A site in a bucket with a policy, from a folder and a generated object.
fn stack(root: &Path, version: u32) -> Stack {
    let mut stack = Stack::new(STACK, ENVIRONMENT);
    let rule = LifecycleRule::builder()
        .abort_uploads_after_days(i32::try_from(version).unwrap())
        .build();
    let cors = CorsRule::builder()
        .allowed_methods([CorsMethod::Get])
        .allowed_origins([format!("https://v{version}.example.com")])
        .build();
    let bucket = Bucket::builder()
        .versioning(Versioning::Enabled)
        .lifecycle_rules([("uploads", rule)])
        .cors_rules([cors])
        .website(
            Website::builder()
                .index_document(format!("index{version}.html"))
                .build(),
        )
        .tags([("version", version.to_string())])
        .force_destroy(true)
        .build();
    let bucket = stack.add("site", bucket);
    let read = Statement::allow()
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .actions(["s3:GetObject"])
        .resources([text!("{}/*", bucket.arn)])
        .condition("NumericLessThan", "s3:max-keys", [version.to_string()]);
    let policy = BucketPolicy::builder()
        .bucket(&bucket.name)
        .policy(PolicyDocument::new().statement(read))
        .build();
    let policy = stack.add("site", policy);
    let site = Directory::builder()
        .bucket(&bucket.name)
        .prefix("www/")
        .source(Folder::at(root.join(version.to_string())))
        .build();
    let site = stack.add("www", site.depends_on(&policy));
    let count = Object::builder()
        .bucket(&bucket.name)
        .key("count.txt")
        .content(Content::text(text!(
            "{} files, version {}",
            site.count,
            site.manifest_hash
        )))
        .build();
    stack.add("count", count);
    stack
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        ("1/index.html", "<p>"),
        ("1/app.js", "1"),
        ("1/gone.js", "1"),
        ("2/index.html", "<p>"),
        ("2/app.js", "2"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

#[tokio::test]
async fn the_plan_after_an_apply_is_empty() {
    let folder = folder();
    let world = World::new();
    let engine = Engine::new(&world);
    for version in [1, 2] {
        let stack = stack(folder.path(), version);
        let report = engine.run(&stack, Mode::Normal).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
        assert_eq!(engine.actions(&stack).await, [""; 0]);
    }
    let report = engine.run(&stack(folder.path(), 2), Mode::Destroy).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert!(world.is_empty());
}

/// Cuts the connection at each changing call in turn, before it takes effect or before its answer comes; the next run
/// finishes, makes nothing twice, and leaves nothing behind.
#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let folder = folder();
    let (wanted, changed) = (stack(folder.path(), 1), stack(folder.path(), 2));
    for cut in [Fault::cut_before, Fault::cut_after] {
        for n in 1.. {
            let world = World::new();
            let engine = Engine::new(&world);
            world.inject(cut().on_mutations().nth(n));
            let mut struck = false;
            for (stack, mode) in [
                (&wanted, Mode::Normal),
                (&changed, Mode::Normal),
                (&changed, Mode::Destroy),
            ] {
                let cut_off = engine.run(stack, mode).await;
                if world.is_cut() {
                    assert!(
                        cut_off.is_err() || !cut_off.unwrap().is_success(),
                        "call {n} was cut off"
                    );
                    struck = true;
                    world.clear_faults();
                    if let Ok(Some(lock)) = engine.backend.holder().await {
                        engine.backend.unlock(&lock.info.id).await.unwrap();
                    }
                    let report = engine.run(stack, mode).await.unwrap();
                    assert!(report.is_success(), "after call {n}: {report:#?}");
                }
                if mode == Mode::Normal {
                    assert_eq!(engine.actions(stack).await, [""; 0], "after call {n}");
                }
            }
            assert!(world.is_empty(), "after call {n}: {:?}", world.inventory());
            if !struck {
                assert!(n > 20, "only {n} changing calls");
                break;
            }
        }
    }
}

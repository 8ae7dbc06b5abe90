//! Documents that the engine wrote: states with secrets, old objects that could not be deleted, and changes that were cut off;
//! the records of runs that were killed; plans in files.

use iac_core::{
    model::{Input, LifecycleExt, Secret, Stack},
    plan::{Mode, NoopObserver, PlanOptions, SavedPlan, plan},
    state::Backend,
};

use crate::support::{Fault, TestEnv, Thing, stack};

/// Documents of every kind.
pub(crate) struct Documents {
    /// Where they were made, as it was left in the end.
    pub(crate) env: TestEnv,
    pub(crate) states: Vec<Vec<u8>>,
    pub(crate) records: Vec<Vec<u8>>,
    /// Made on what the env holds.
    pub(crate) plans: Vec<Vec<u8>>,
}

pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

fn secret(text: &str) -> Input<Secret<String>> {
    Input::from(Secret::<String>::from(text))
}

fn sandbox(zone: &str, user: &str, size: i32) -> Stack {
    let mut stack = stack();
    let base = Thing::builder().zone(zone).size(size).password(Secret::from("canary"));
    let base = base.build().create_before_delete().replace_when(secret("canary"));
    let base = stack.add("base", base);
    let thing = Thing::builder()
        .name("user")
        .uses([(&base.id).into()])
        .note(iac_core::text!("{}/{}", base.url, base.id));
    let thing = stack.add(user, thing.build().ignore_changes(["tags"]));
    let tags: [(String, Input<String>); 2] = [("$expr".to_owned(), "a tag".into()), ("plain".to_owned(), "é\n".into())];
    let free = Thing::builder().tags(std::collections::BTreeMap::from(tags)).size(size);
    stack.add("site/free", free.build().protect().replace_when(&thing.id));
    stack.output("base", &base.id);
    stack.output("password", secret("canary"));
    stack.output("size", Input::from(i64::from(size)));
    stack
}

fn first() -> Stack {
    sandbox("zone-a", "user", 1)
}

/// The stack that the plans are of: something is replaced, something renamed, something new.
pub(crate) fn second() -> Stack {
    let mut stack = sandbox("zone-c", "client", 2);
    stack.moved("fake.thing.user", "fake.thing.client");
    stack.add("new", Thing::builder().name("new").build());
    stack
}

async fn state_of(env: &TestEnv) -> Vec<u8> {
    env.state().await.encode().unwrap()
}

impl Documents {
    pub(crate) async fn made() -> Self {
        let env = TestEnv::default();
        env.apply(&first()).await;
        let mut states = vec![state_of(&env).await];
        // somebody else uses the object that is replaced: it cannot be deleted
        let old = env
            .state()
            .await
            .current(&"fake.thing.base".parse().unwrap())
            .unwrap()
            .id
            .to_string();
        {
            let mut sandbox = env.cloud.sandbox();
            let mut squatter = sandbox.things[&old].clone();
            squatter.inputs.uses = vec![old.as_str().into()];
            sandbox.things.insert("squatter".to_owned(), squatter);
        }
        let report = env
            .apply_with(&sandbox("zone-b", "user", 1), &PlanOptions::default())
            .await
            .unwrap();
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        states.push(state_of(&env).await);
        let mut records = Vec::new();
        for call in 0..16_usize {
            let (state, journal) = killed(&env, call).await;
            states.extend(state);
            records.extend(journal);
        }
        let plans = plans(&env).await;
        env.cloud.sandbox().calls.clear();
        records.sort();
        records.dedup();
        assert!(
            states.len() > 5 && records.len() > 10 && plans.len() > 3,
            "{}",
            records.len()
        );
        Self {
            env,
            states,
            records,
            plans,
        }
    }
}

/// What a run leaves that is killed at its call of this number: the state with what is open, and the journal.
async fn killed(env: &TestEnv, call: usize) -> (Option<Vec<u8>>, Vec<Vec<u8>>) {
    let env = env.fork().await;
    {
        let mut sandbox = env.cloud.sandbox();
        let at = sandbox.calls.len() + call;
        let fault = if call.is_multiple_of(2) {
            Fault::HangAfter
        } else {
            Fault::HangBefore
        };
        sandbox.faults.insert(at, fault);
    }
    let (stack, options) = (second(), PlanOptions::default());
    tokio::select! {
        _ = env.apply_with(&stack, &options) => return (None, Vec::new()),
        () = env.cloud.hangs() => {}
    }
    let mut journal = Vec::new();
    for name in env.backend.list("journal/").await.unwrap() {
        journal.push(env.backend.get(&name).await.unwrap().unwrap().bytes);
    }
    (Some(state_of(&env).await), journal)
}

async fn plans(env: &TestEnv) -> Vec<Vec<u8>> {
    let mut plans = Vec::new();
    let snapshot = env.snapshot().await;
    let modes = [
        (Mode::Normal, second()),
        (Mode::Normal, sandbox("zone-b", "user", 7)),
        (Mode::Destroy, stack()),
        (Mode::RefreshOnly, first()),
    ];
    for (mode, stack) in modes {
        let options = PlanOptions {
            mode,
            unprotect: ["fake.thing.site/free".parse().unwrap()].into(),
            ..PlanOptions::default()
        };
        let plan = plan(&stack, &snapshot, &env.session, &options, &NoopObserver)
            .await
            .unwrap();
        let saved = SavedPlan::new(&plan, &snapshot, &env.session).await.unwrap();
        plans.push(saved.encode().unwrap());
    }
    plans
}

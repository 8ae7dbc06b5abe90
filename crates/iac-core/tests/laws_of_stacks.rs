//! What holds for every stack, and whatever was applied before it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use iac_core::{
    model::{Address, Handle, Input, LifecycleExt, Output, Stack},
    plan,
    state::State,
};
use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};
use support::{TestEnv, Thing, ThingId, stack};

fn address(number: usize) -> Address {
    Address::new("fake.thing", &format!("t{number}")).unwrap()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

/// A thing of a random stack: what it is, what it uses of those before it, and its marks.
#[derive(Clone, Debug)]
struct Plot {
    there: bool,
    size: i32,
    zone: Option<&'static str>,
    note: Option<&'static str>,
    uses: BTreeSet<usize>,
    first: bool,
    ignore: bool,
    protect: bool,
}

fn plot() -> impl Strategy<Value = Plot> {
    let zone = sample::select(vec![None, None, Some("zone-a"), Some("zone-b")]);
    let note = sample::select(vec![None, Some("one"), Some("two")]);
    let uses = collection::btree_set(0..7usize, 0..3);
    let marks = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.1));
    (prop::bool::weighted(0.8), 0..3i32, zone, note, uses, marks).prop_map(
        |(there, size, zone, note, uses, (first, ignore, protect))| Plot {
            there,
            size,
            zone,
            note,
            uses,
            first,
            ignore,
            protect,
        },
    )
}

/// The stack of these plots. Things only use things before them, so there is no ring.
fn plotted(plots: &[Plot]) -> Stack {
    let mut stack = stack();
    let mut handles: BTreeMap<usize, Handle<Thing>> = BTreeMap::new();
    for (number, plot) in plots.iter().enumerate().filter(|(_, plot)| plot.there) {
        let uses: Vec<_> = plot
            .uses
            .iter()
            .filter_map(|used| handles.get(used))
            .map(|used| (&used.id).into())
            .collect();
        let thing = Thing::builder()
            .size(plot.size)
            .maybe_zone(plot.zone)
            .maybe_note(plot.note)
            .uses(uses);
        let thing = thing.build().lifecycle(|lifecycle| {
            lifecycle.create_before_delete = plot.first;
            lifecycle.protect = plot.protect;
            if plot.ignore {
                lifecycle.ignore_changes.push("note".to_owned());
            }
        });
        handles.insert(number, stack.add(&format!("t{number}"), thing));
    }
    for (number, handle) in &handles {
        stack.output(&format!("id-{number}"), &handle.id);
    }
    stack
}

/// Applies until nothing more is done; a run may be refused by protection, or by the cloud where delete-first meets use.
async fn converge(env: &TestEnv, stack: &Stack) -> bool {
    for _ in 0..2 {
        match env.apply_with(stack, &plan::PlanOptions::default()).await {
            Err(_) => return false,
            Ok(report) if report.is_success() => return true,
            Ok(_) => {}
        }
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_a_full_apply_there_is_nothing_to_do(before in collection::vec(plot(), 1..8), after in collection::vec(plot(), 1..8)) {
        block(async {
            let env = TestEnv::default();
            for plots in [&before, &after] {
                let stack = plotted(plots);
                if !converge(&env, &stack).await {
                    continue;
                }
                let plan = env.plan(&stack).await.unwrap();
                assert!(plan.is_empty(), "{:#?}", plan.actions().collect::<Vec<_>>());
                env.sound("after a full apply").await;
                let serial = env.state().await.serial;
                assert_eq!(env.apply(&stack).await.serial, serial, "an apply of nothing writes nothing");
            }
            // whatever it came to: without protection everything goes, in a safe order
            let protected = env.state().await.resources.keys().cloned().collect();
            let options = plan::PlanOptions { mode: plan::Mode::Destroy, unprotect: protected, ..plan::PlanOptions::default() };
            let report = env.apply_with(&stack(), &options).await.unwrap();
            assert!(report.is_success(), "{report:#?}");
            assert!(env.cloud.sandbox().things.is_empty());
            env.sound("after the destroy").await;
        });
    }

    #[test]
    fn a_plan_from_a_file_is_the_plan(before in collection::vec(plot(), 1..8), after in collection::vec(plot(), 1..8)) {
        block(async {
            let env = TestEnv::default();
            converge(&env, &plotted(&before)).await;
            let (snapshot, wanted) = (env.snapshot().await, plotted(&after));
            let Ok(plan) = plan::plan(&wanted, &snapshot, &env.session, &plan::PlanOptions::default(), &plan::NoopObserver).await else {
                return;
            };
            if !plan.leftovers.is_empty() {
                return;
            }
            let saved = plan::SavedPlan::new(&plan, &snapshot, &env.session).await.unwrap();
            let read = plan::SavedPlan::decode(&saved.encode().unwrap(), "file").unwrap();
            // the source is gone: nothing of it is needed
            let again = read.restore(&stack(), &snapshot, &env.session, &plan::NoopObserver).await.unwrap();
            assert_eq!(again, plan);
        });
    }

    #[test]
    fn what_was_rolled_back_to_is_what_the_source_of_then_wants(before in collection::vec(plot(), 1..8), after in collection::vec(plot(), 1..8)) {
        block(async {
            let env = TestEnv::default();
            let then = plotted(&before);
            if !converge(&env, &then).await {
                return;
            }
            let first = env.state().await;
            // a zone that was left to the cloud may be another one since
            let zoneless = |census: Vec<String>| -> Vec<String> {
                let words = census.iter().map(|line| line.splitn(4, ' ').collect::<Vec<_>>());
                words.map(|words| format!("{} {} {}", words[0], words[1], words[3])).collect()
            };
            let census = zoneless(env.census());
            converge(&env, &plotted(&after)).await;
            let now = env.state().await;
            let recalled = plan::stack_from_state(&first, &now, &env.session.registry).unwrap();
            // what came since and is protected does not go, with the source or without
            if !converge(&env, &recalled).await {
                return;
            }
            let plan = env.plan(&then).await.unwrap();
            assert!(plan.is_empty(), "{:#?}", plan.actions().collect::<Vec<_>>());
            if before.iter().all(|plot| !plot.ignore) {
                assert_eq!(zoneless(env.census()), census);
            }
        });
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_declaration(plots in collection::vec(plot(), 1..8)) {
        block(async {
            let env = TestEnv::default();
            let forward = stack();
            let add = |mut stack: Stack, numbers: Vec<usize>| {
                for number in numbers {
                    let plot = &plots[number];
                    let uses = plot.uses.iter().filter(|used| **used < number);
                    let uses = uses.map(|used| Input::from(Output::<ThingId>::new(&address(*used), "id")));
                    stack.add(&format!("t{number}"), Thing::builder().size(plot.size).uses(uses.collect::<Vec<_>>()).build());
                }
                stack
            };
            let backward = add(stack(), (0..plots.len()).rev().collect());
            let forward = add(forward, (0..plots.len()).collect());
            let json = async |stack: &Stack| {
                let mut plan = serde_json::to_value(env.plan(stack).await.unwrap()).unwrap();
                plan["lineage"] = Value::Null;
                plan
            };
            assert_eq!(json(&forward).await, json(&backward).await);
        });
    }

    #[test]
    fn a_state_reads_back_and_migrates_once(plots in collection::vec(plot(), 1..6)) {
        block(async {
            let env = TestEnv::default();
            let made = converge(&env, &plotted(&plots)).await;
            let state = env.state().await;
            let bytes = state.encode().unwrap();
            let again = State::decode(&bytes, "here").unwrap();
            assert_eq!(again, state, "{made}");
            assert_eq!(again.encode().unwrap(), bytes);
            // a document without a format is of the first one
            let mut old: Value = serde_json::from_slice(&bytes).unwrap();
            let current = State::decode(old.to_string().as_bytes(), "here").unwrap();
            assert_eq!(current, state);
            old["unknown"] = json!("kept out");
            assert!(State::decode(old.to_string().as_bytes(), "here").is_ok());
        });
    }

    #[test]
    fn a_move_and_back_is_nothing(plots in collection::vec(plot(), 1..6), from in 0..6usize) {
        block(async {
            let env = TestEnv::default();
            converge(&env, &plotted(&plots)).await;
            let state = env.state().await;
            let (here, there) = (address(from), address(100));
            let mut moved = state.clone();
            moved.rename(&here, &there);
            assert!(!moved.resources.contains_key(&here));
            moved.rename(&there, &here);
            assert_eq!(moved, state);
        });
    }
}

//! What holds for every stack, every value and every sequence of bytes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use iac_core::{
    graph::Graph,
    model::{Address, Handle, Mark, Resource, Stack, template},
    plan::{self, After, AttributeChange, Comparison},
    state::{Record, State},
};
use proptest::{collection, option, prelude::*, sample};
use serde_json::{Map, Value, json};
use support::{Lab, Thing, stack};

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

// ---- graphs

/// Who needs whom; rings may be among them.
fn needs() -> impl Strategy<Value = BTreeMap<Address, BTreeSet<Address>>> {
    (1..9usize).prop_flat_map(|count| {
        collection::vec(collection::btree_set(0..count, 0..3), count).prop_map(|needs| {
            let named = |set: BTreeSet<usize>| set.into_iter().map(address).collect();
            needs
                .into_iter()
                .enumerate()
                .map(|(number, set)| (address(number), named(set)))
                .collect()
        })
    })
}

/// Whether there is a ring, found by taking away what needs nothing until nothing changes.
fn has_ring(needs: &BTreeMap<Address, BTreeSet<Address>>) -> bool {
    let mut left = needs.clone();
    loop {
        let free: Vec<Address> = left
            .iter()
            .filter(|(_, set)| set.is_empty())
            .map(|(node, _)| node.clone())
            .collect();
        if free.is_empty() {
            return !left.is_empty();
        }
        for node in free {
            left.remove(&node);
            for set in left.values_mut() {
                set.remove(&node);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_order_respects_every_edge_and_a_ring_is_told_iff_there_is_one(needs in needs()) {
        match Graph::new(&needs).order() {
            Ok(order) => {
                prop_assert!(!has_ring(&needs));
                prop_assert_eq!(order.len(), needs.len());
                let place: BTreeMap<&Address, usize> = order.iter().enumerate().map(|(at, node)| (node, at)).collect();
                for (node, set) in &needs {
                    for need in set {
                        prop_assert!(place[need] < place[node]);
                    }
                }
            }
            Err(cycle) => {
                prop_assert!(has_ring(&needs));
                for (at, node) in cycle.0.iter().enumerate() {
                    let next = &cycle.0[(at + 1) % cycle.0.len()];
                    prop_assert!(needs[node].contains(next), "{} is no edge", next);
                }
            }
        }
    }
}

// ---- values

fn things() -> impl Strategy<Value = Value> {
    let text = "[a-z]{0,3}";
    let list = collection::vec(text, 0..3);
    let tags = collection::btree_map("[a-z$]{1,5}", text, 0..3);
    (
        option::of(text),
        0..3i32,
        option::of(text),
        list,
        option::of(text),
        tags,
    )
        .prop_map(|(name, size, zone, uses, note, tags)| {
            let thing = json!({"name": name, "size": size, "zone": zone, "uses": uses, "note": note, "tags": tags});
            Thing::info().shape.canonical(&thing)
        })
}

fn difference(desired: &Value, live: &Value) -> Vec<AttributeChange> {
    plan::diff(&Comparison {
        shape: &Thing::info().shape,
        desired: &template::escape(desired.clone()),
        live,
        prior: None,
        key: b"key",
    })
}

/// Makes the changes in a value.
fn patch(mut value: Value, changes: &[AttributeChange]) -> Value {
    for change in changes {
        let (map, key) = match change.path.split_once('.') {
            Some((outer, key)) => (value[outer].as_object_mut(), key),
            None => (value.as_object_mut(), change.path.as_str()),
        };
        match (&change.after, map) {
            (After::Known(after), Some(map)) => drop(map.insert(key.to_owned(), after.clone())),
            (After::Absent, Some(map)) => drop(map.remove(key)),
            (_, None) => value[change.path.split('.').next().unwrap()] = Value::Object(Map::new()),
            (After::Unknown, _) => {}
        }
    }
    value
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let key = prop_oneof![
            Just("$expr".to_owned()),
            Just("$$expr".to_owned()),
            Just("ref".to_owned()),
            "[a-z]{1,4}"
        ];
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(key, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(thing in things()) {
        prop_assert_eq!(difference(&thing, &thing), vec![]);
    }

    #[test]
    fn what_differs_made_so_differs_no_more(live in things(), desired in things()) {
        let changes = difference(&desired, &live);
        let made = Thing::info().shape.canonical(&patch(live.clone(), &changes));
        prop_assert_eq!(difference(&desired, &made), vec![], "{} {} {:?}", live, made, changes);
        for field in ["name", "size", "uses", "note"] {
            let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            prop_assert!(made[field] == desired[field] || empty(&made[field]) && empty(&desired[field]));
        }
    }

    #[test]
    fn a_canonical_form_is_its_own(thing in things()) {
        prop_assert_eq!(&Thing::info().shape.canonical(&thing), &thing);
    }

    #[test]
    fn data_survives_in_a_template(value in json_value()) {
        let escaped = template::escape(value.clone());
        prop_assert!(template::references(&escaped).is_empty());
        prop_assert_eq!(template::resolved(&escaped), Some(value));
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in collection::vec(any::<u8>(), 0..60), text in ".{0,40}", value in json_value()) {
        drop(State::decode(&bytes, "here"));
        drop(serde_json::from_slice::<Record>(&bytes));
        drop(plan::SavedPlan::decode(&bytes, "here"));
        drop(plan::SavedPlan::decode(value.to_string().as_bytes(), "here"));
        drop(text.parse::<Address>());
        drop(State::decode(text.as_bytes(), "here"));
        drop(State::decode(value.to_string().as_bytes(), "here"));
        drop(serde_json::from_value::<Record>(value.clone()));
        drop(template::references(&value));
        let _ = template::has_unknown(&value);
        drop(template::evaluate(&value, &|_| template::Lookup::Unknown));
        for shape in [&Thing::info().shape, &Thing::info().outputs] {
            drop(shape.check(&shape.canonical(&value)));
        }
    }

    #[test]
    fn an_address_reads_back(service in "[a-z][a-z0-9_]{0,5}", kind in "[a-z][a-z0-9_]{0,5}", name in "[A-Za-z0-9_-]{1,5}(/[A-Za-z0-9_-]{1,5}){0,2}") {
        let text = format!("{service}.{kind}.{name}");
        prop_assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }
}

// ---- stacks

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
        let thing = thing.build().mark(|lifecycle| {
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
async fn settle(lab: &Lab, stack: &Stack) -> bool {
    for _ in 0..2 {
        match lab.apply_with(stack, &plan::PlanOptions::default()).await {
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
            let lab = Lab::default();
            for plots in [&before, &after] {
                let stack = plotted(plots);
                if !settle(&lab, &stack).await {
                    continue;
                }
                let plan = lab.plan(&stack).await.unwrap();
                assert!(plan.is_empty(), "{:#?}", plan.actions().collect::<Vec<_>>());
                lab.sound("after a full apply").await;
                let serial = lab.state().await.serial;
                assert_eq!(lab.apply(&stack).await.serial, serial, "an apply of nothing writes nothing");
            }
            // whatever it came to: without protection everything goes, in a safe order
            let protected = lab.state().await.resources.keys().cloned().collect();
            let options = plan::PlanOptions { mode: plan::Mode::Destroy, unprotect: protected, ..plan::PlanOptions::default() };
            let report = lab.apply_with(&stack(), &options).await.unwrap();
            assert!(report.is_success(), "{report:#?}");
            assert!(lab.cloud.world().things.is_empty());
            lab.sound("after the destroy").await;
        });
    }

    #[test]
    fn a_plan_from_a_file_is_the_plan(before in collection::vec(plot(), 1..8), after in collection::vec(plot(), 1..8)) {
        block(async {
            let lab = Lab::default();
            settle(&lab, &plotted(&before)).await;
            let (snapshot, wanted) = (lab.snapshot().await, plotted(&after));
            let Ok(plan) = plan::plan(&wanted, &snapshot, &lab.session, &plan::PlanOptions::default(), &plan::Silent).await else {
                return;
            };
            if !plan.leftovers.is_empty() {
                return;
            }
            let saved = plan::SavedPlan::new(&plan, &snapshot, &lab.session).await.unwrap();
            let read = plan::SavedPlan::decode(&saved.encode().unwrap(), "file").unwrap();
            // the source is gone: nothing of it is needed
            let again = read.restore(&stack(), &snapshot, &lab.session, &plan::Silent).await.unwrap();
            assert_eq!(again, plan);
        });
    }

    #[test]
    fn what_was_rolled_back_to_is_what_the_source_of_then_wants(before in collection::vec(plot(), 1..8), after in collection::vec(plot(), 1..8)) {
        block(async {
            let lab = Lab::default();
            let then = plotted(&before);
            if !settle(&lab, &then).await {
                return;
            }
            let first = lab.state().await;
            // a zone that was left to the cloud may be another one since
            let zoneless = |census: Vec<String>| -> Vec<String> {
                let words = census.iter().map(|line| line.splitn(4, ' ').collect::<Vec<_>>());
                words.map(|words| format!("{} {} {}", words[0], words[1], words[3])).collect()
            };
            let census = zoneless(lab.census());
            settle(&lab, &plotted(&after)).await;
            let now = lab.state().await;
            let recalled = plan::recall(&first, &now, &lab.session.registry).unwrap();
            // what came since and is protected does not go, with the source or without
            if !settle(&lab, &recalled).await {
                return;
            }
            let plan = lab.plan(&then).await.unwrap();
            assert!(plan.is_empty(), "{:#?}", plan.actions().collect::<Vec<_>>());
            if before.iter().all(|plot| !plot.ignore) {
                assert_eq!(zoneless(lab.census()), census);
            }
        });
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_declaration(plots in collection::vec(plot(), 1..8)) {
        block(async {
            let lab = Lab::default();
            let forward = stack();
            let add = |mut stack: Stack, numbers: Vec<usize>| {
                for number in numbers {
                    let plot = &plots[number];
                    let uses = plot.uses.iter().filter(|used| **used < number);
                    let uses = uses.map(|used| iac_core::model::Input::from(iac_core::model::Output::<support::ThingId>::new(&address(*used), "id")));
                    stack.add(&format!("t{number}"), Thing::builder().size(plot.size).uses(uses.collect::<Vec<_>>()).build());
                }
                stack
            };
            let backward = add(stack(), (0..plots.len()).rev().collect());
            let forward = add(forward, (0..plots.len()).collect());
            let json = async |stack: &Stack| {
                let mut plan = serde_json::to_value(lab.plan(stack).await.unwrap()).unwrap();
                plan["lineage"] = Value::Null;
                plan
            };
            assert_eq!(json(&forward).await, json(&backward).await);
        });
    }

    #[test]
    fn a_state_reads_back_and_migrates_once(plots in collection::vec(plot(), 1..6)) {
        block(async {
            let lab = Lab::default();
            let made = settle(&lab, &plotted(&plots)).await;
            let state = lab.state().await;
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
            let lab = Lab::default();
            settle(&lab, &plotted(&plots)).await;
            let state = lab.state().await;
            let (here, there) = (address(from), address(100));
            let mut moved = state.clone();
            moved.rename(&here, &there);
            assert!(!moved.resources.contains_key(&here));
            moved.rename(&there, &here);
            assert_eq!(moved, state);
        });
    }
}

//! What holds for every graph, every value and every sequence of bytes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use iac_core::{
    graph::Graph,
    model::{Address, Reconciled, template},
    plan::{self, AttributeChange, Comparison, PlannedValue},
    state::{Record, State},
};
use proptest::{collection, option, prelude::*};
use serde_json::{Map, Value, json};
use support::Thing;

fn address(number: usize) -> Address {
    Address::new("fake.thing", &format!("t{number}")).unwrap()
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
            Thing::info().schema.canonical(&thing)
        })
}

fn difference(desired: &Value, live: &Value) -> Vec<AttributeChange> {
    plan::diff(&Comparison {
        schema: &Thing::info().schema,
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
            (PlannedValue::Known(after), Some(map)) => drop(map.insert(key.to_owned(), after.clone())),
            (PlannedValue::Absent, Some(map)) => drop(map.remove(key)),
            (_, None) => value[change.path.split('.').next().unwrap()] = Value::Object(Map::new()),
            (PlannedValue::Unknown, _) => {}
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
        let made = Thing::info().schema.canonical(&patch(live.clone(), &changes));
        prop_assert_eq!(difference(&desired, &made), vec![], "{} {} {:?}", live, made, changes);
        for field in ["name", "size", "uses", "note"] {
            let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            prop_assert!(made[field] == desired[field] || empty(&made[field]) && empty(&desired[field]));
        }
    }

    #[test]
    fn a_canonical_form_is_its_own(thing in things()) {
        prop_assert_eq!(&Thing::info().schema.canonical(&thing), &thing);
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
        drop(template::evaluate(&value, &|_| template::Resolution::Unknown));
        for schema in [&Thing::info().schema, &Thing::info().outputs] {
            drop(schema.check(&schema.canonical(&value)));
        }
    }

    #[test]
    fn an_address_reads_back(service in "[a-z][a-z0-9_]{0,5}", kind in "[a-z][a-z0-9_]{0,5}", name in "[A-Za-z0-9_-]{1,5}(/[A-Za-z0-9_-]{1,5}){0,2}") {
        let text = format!("{service}.{kind}.{name}");
        prop_assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }
}

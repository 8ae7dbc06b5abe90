//! Every type's examples, and every other value of its properties, are valid by the type's schema; another crate judges.

mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use iac_cloudcontrol::{Example, Facts, TypeFacts};
use serde_json::Value;
use support::Judge;

/// Types whose schemas no model satisfies, and why.
const IMPOSSIBLE: [(&str, &str); 0] = [];

/// What `check` finds wrong with any type, on all processors.
fn of_all_types(check: impl Fn(&TypeFacts, &mut Vec<String>) + Sync) -> Vec<String> {
    let names: Vec<&str> = Facts::get().names().collect();
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut wrong = Vec::new();
            check(&Facts::get().find(name).unwrap(), &mut wrong);
            all.lock().unwrap().extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
        }
    };
    let workers = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let mut all = all.into_inner().unwrap();
    all.sort();
    all
}

#[test]
fn all_examples_and_all_other_values_are_valid() {
    let changed = AtomicUsize::new(0);
    let only = AtomicUsize::new(0);
    let wrong = of_all_types(|facts, wrong| {
        if IMPOSSIBLE.iter().any(|(name, _)| *name == facts.name()) {
            return;
        }
        let judge = Judge::new(facts);
        for which in [Example::Required, Example::All] {
            let example = facts.example(which);
            wrong.extend(judge.wrong(&example).map(|why| format!("{which:?}: {why}")));
            for (name, value) in example.as_object().unwrap() {
                let Some(another) = facts.another(name, value) else {
                    only.fetch_add(1, Ordering::Relaxed);
                    if !judge.may_be_the_only_value(name) {
                        wrong.push(format!("{name} has no value but {value}"));
                    }
                    continue;
                };
                changed.fetch_add(1, Ordering::Relaxed);
                if another == *value {
                    wrong.push(format!("{name} is {value} again"));
                }
                let mut model = example.clone();
                model[name] = another;
                wrong.extend(judge.wrong(&model).map(|why| format!("another {name}: {why}")));
            }
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    // most properties have more than one value
    let (changed, only) = (changed.into_inner(), only.into_inner());
    assert!(changed > 15_000 && only < 100, "{changed} changed, {only} have one value");
}

#[test]
fn examples_have_what_they_say() {
    let wrong = of_all_types(|facts, wrong| {
        let read_only: BTreeSet<String> =
            facts.properties().into_iter().filter(|property| property.read_only).map(|property| property.name).collect();
        let names = |example: &Value| -> BTreeSet<String> { example.as_object().unwrap().keys().cloned().collect() };
        let (least, all) = (facts.example(Example::Required), facts.example(Example::All));
        let may: BTreeSet<String> = facts.properties().into_iter().map(|property| property.name).collect();
        let may: BTreeSet<String> = may.difference(&read_only).cloned().collect();
        let must: BTreeSet<String> =
            facts.properties().into_iter().filter(|property| property.required).map(|property| property.name).collect();
        if !must.is_subset(&names(&least)) || !names(&least).is_subset(&may) || !names(&all).is_subset(&may) {
            wrong.push(format!("{:?} and {:?}", names(&least), names(&all)));
        }
        // without conditions it is these and no others
        let conditions = ["allOf", "anyOf", "oneOf", "requiredXor", "requiredOr", "dependentRequired", "dependentExcluded"];
        let is_plain = conditions.iter().all(|keyword| facts.schema().get(keyword).is_none());
        if is_plain && (names(&least) != must || names(&all) != may) {
            wrong.push(format!("{:?} and {:?}", names(&least), names(&all)));
        }
        for path in facts.schema()["readOnlyProperties"].as_array().into_iter().flatten() {
            let path: Vec<&str> = path.as_str().unwrap().split('/').skip(2).filter(|step| *step != "*").collect();
            if support::is_there(&all, &path) || support::is_there(&least, &path) {
                wrong.push(format!("{path:?} is read-only"));
            }
        }
        if facts.example(Example::All) != all {
            wrong.push("another example the second time".to_owned());
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

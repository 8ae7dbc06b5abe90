//! Recorded differences between what was declared and what AWS gives: `tests/differences/README.md`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use std::{fs, path::Path};

use iac_cloudcontrol::{Facts, Observation};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    r#type: String,
    #[serde(rename = "case")]
    name: String,
    declared: Value,
    observed: Value,
    now: Option<Value>,
    desired: Option<Value>,
    differs: Vec<String>,
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differences");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    let of = |path: &std::path::PathBuf| {
        let kind = path.file_stem().unwrap().to_string_lossy().into_owned();
        let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        cases
            .into_iter()
            .map(move |case| (kind.clone(), case))
            .collect::<Vec<_>>()
    };
    files.iter().flat_map(of).collect()
}

#[test]
fn what_did_not_change_is_not_shown_and_what_did_is() {
    let (mut wrong, mut alike, mut different) = (Vec::new(), 0, 0);
    for (kind, case) in cases() {
        let facts = Facts::get().find(&case.r#type).unwrap();
        let object = Observation {
            declared: &case.declared,
            observed: &case.observed,
            now: case.now.as_ref().unwrap_or(&case.observed),
        };
        let shown = facts.differences(case.desired.as_ref().unwrap_or(&case.declared), &object);
        if case.differs.is_empty() {
            alike += 1;
        } else {
            different += 1;
        }
        if shown != case.differs {
            wrong.push(format!(
                "{kind}: {} ({}): {shown:?} is not {:?}",
                case.name, case.r#type, case.differs
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(alike >= 60 && different >= 20, "{alike} and {different}");
}

//! Every type that can be managed, with values from its schema: made, planned empty, changed property by property, replaced,
//! imported, destroyed.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use iac_cloudcontrol::{Any, Example, Facts, Operation, TypeFacts};
use iac_core::{
    model::{Address, LifecycleExt, Stack},
    plan::Action,
};
use iac_sandbox::CloudControlQuirks;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::test_env::TestEnv;

/// Regions that together have every type.
const REGIONS: &[&str] = &["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1"];

/// What became of one type.
struct Life {
    name: &'static str,
    /// How many properties were changed in place.
    updated: usize,
    /// What went wrong, and when.
    problems: Vec<String>,
}

fn stack(facts: &TypeFacts, model: &Value, import: Option<&str>) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    let resource = model
        .as_object()
        .into_iter()
        .flatten()
        .fold(Any::new(facts.name()), |resource, (name, value)| {
            resource.property(name, value)
        });
    match import {
        Some(id) => stack.add("it", resource.import(id)),
        None => stack.add("it", resource),
    };
    stack
}

/// A model that Cloud Control takes: where all properties together are longer, the longest are left out.
fn sized(mut model: Value) -> Value {
    while model.to_string().len() > 250_000 {
        let properties = model.as_object().into_iter().flatten();
        let longest = properties.max_by_key(|(_, value)| value.to_string().len());
        let longest = longest.map(|(name, _)| name.clone()).unwrap_or_default();
        model.as_object_mut().unwrap().remove(&longest);
    }
    model
}

fn with(model: &Value, name: &str, value: Value) -> Value {
    let mut model = model.clone();
    model[name] = value;
    model
}

/// An environment in a region that has the type.
fn env(facts: &TypeFacts) -> TestEnv {
    let has = |region: &&&str| Facts::get().is_in(region, facts.name()) == Some(true);
    let region = REGIONS.iter().find(has).unwrap_or(&REGIONS[0]);
    let env = TestEnv::in_region(region);
    // what the examples name does not exist
    env.sandbox.set_cloud_control(&CloudControlQuirks {
        unchecked_references: true,
        ..CloudControlQuirks::default()
    });
    env
}

async fn with_required_properties(facts: &TypeFacts) -> Result<(), String> {
    let env = env(facts);
    let declared = stack(facts, &facts.example(Example::Required), None);
    env.converge(&declared).await?;
    env.destroy(&declared).await
}

/// Changes a property, and says whether it was changed in place.
async fn change(
    env: &TestEnv,
    facts: &TypeFacts,
    model: &Value,
    name: &str,
    wanted: Action,
) -> Result<Option<Value>, String> {
    let another = if facts.tags() == Some(name) && model[name].is_array() {
        Some(json!([{"Key": "another", "Value": "1"}]))
    } else {
        facts.another(name, &model[name])
    };
    let Some(value) = another else {
        return Ok(None);
    };
    let changed = with(model, name, value);
    let declared = stack(facts, &changed, None);
    if !declared.errors().is_empty() {
        return Ok(None);
    }
    let plan = env.plan(&declared).await?;
    let actions: Vec<_> = plan.actions().collect();
    match actions.as_slice() {
        [one] if one.action == wanted || wanted == Action::Replace && one.action.replaces() => {}
        // a part of the property may be what cannot be changed
        [one]
            if one.action.replaces()
                && facts
                    .create_only_paths()
                    .iter()
                    .any(|path| path.starts_with(&format!("{name}/"))) => {}
        others => {
            let shown: Vec<_> = others
                .iter()
                .map(|change| (change.action, &change.attributes))
                .collect();
            return Err(format!("{name}: planned as {shown:?}"));
        }
    }
    env.converge(&declared)
        .await
        .map_err(|problem| format!("{name}: {problem}"))?;
    Ok(Some(changed))
}

async fn with_all_properties(facts: &TypeFacts) -> Result<usize, String> {
    let mut env = env(facts);
    let mut model = sized(facts.example(Example::All));
    env.converge(&stack(facts, &model, None)).await?;
    let names: Vec<String> = model
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    let fixed = |name: &str| {
        let tags = facts.tags() == Some(name) && !facts.tags_can_change();
        facts.create_only_paths().contains(&name) || facts.is_immutable() || tags
    };
    let mut updated = 0;
    for name in names.iter().filter(|name| !fixed(name)) {
        if let Some(changed) = change(&env, facts, &model, name, Action::Update).await? {
            model = changed;
            updated += 1;
        }
    }
    for name in names.iter().filter(|name| fixed(name)) {
        if let Some(changed) = change(&env, facts, &model, name, Action::Replace).await? {
            model = changed;
            break;
        }
    }
    let address: Address = stack(facts, &model, None)
        .nodes()
        .keys()
        .next()
        .cloned()
        .ok_or("no address")?;
    let id = env.state().await.current(&address).map(|object| object.id.to_string());
    let id = id.ok_or("not in the state")?;
    if facts.has(Operation::Read) {
        env.lose_the_state();
        let declared = stack(facts, &model, Some(&id));
        env.converge(&declared)
            .await
            .map_err(|problem| format!("import: {problem}"))?;
    }
    env.destroy(&stack(facts, &model, None)).await?;
    Ok(updated)
}

async fn live(name: &'static str) -> Life {
    let facts = Facts::get().find(name).unwrap();
    let mut problems = Vec::new();
    if let Err(problem) = with_required_properties(&facts).await {
        problems.push(format!("required: {problem}"));
    }
    let updated = match with_all_properties(&facts).await {
        Ok(updated) => updated,
        Err(problem) => {
            problems.push(format!("all: {problem}"));
            0
        }
    };
    Life {
        name,
        updated,
        problems,
    }
}

/// The services, with how many types of each lived, and how many properties were changed in place.
fn table(lives: &[Life]) -> String {
    let mut by_service: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for life in lives {
        let service = life.name.split("::").nth(1).unwrap_or_default();
        let row = by_service.entry(service).or_default();
        row.0 += 1;
        row.1 += usize::from(life.problems.is_empty());
        row.2 += life.updated;
    }
    let sum = |of: fn(&(usize, usize, usize)) -> usize| by_service.values().map(of).sum::<usize>();
    let (types, lived, updated) = (sum(|row| row.0), sum(|row| row.1), sum(|row| row.2));
    let mut table = format!(
        "| service | types | that live | properties changed in place |\n|---|---:|---:|---:|\n| all | {types} | {lived} | {updated} |\n"
    );
    for (service, (types, lived, updated)) in by_service {
        let _ = writeln!(table, "| {service} | {types} | {lived} | {updated} |");
    }
    table
}

/// Compares the table in the documentation, or writes it with `UPDATE_DOCS=1`.
fn expect_documented(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cloudcontrol.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, written) = text.split_once("<!-- table -->\n").unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}<!-- table -->\n\n{table}")).unwrap();
    } else {
        assert_eq!(
            written.trim(),
            table.trim(),
            "docs/cloudcontrol.md is not up to date: run with UPDATE_DOCS=1"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let names = Facts::get().names().filter(|name| name.contains(&only));
    let lives: JoinSet<Life> = names.map(live).collect();
    let lives = lives.join_all().await;
    let problems = lives
        .iter()
        .flat_map(|life| life.problems.iter().map(|problem| format!("{} {problem}", life.name)));
    let mut problems: Vec<String> = problems.map(|problem| problem.chars().take(600).collect()).collect();
    problems.sort();
    assert!(
        problems.is_empty(),
        "{} of {} types:\n{}",
        problems.len(),
        lives.len(),
        problems.join("\n")
    );
    if only.is_empty() {
        expect_documented(&table(&lives));
    }
}

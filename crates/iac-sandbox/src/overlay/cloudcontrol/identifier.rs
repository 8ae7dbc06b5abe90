//! What identifies an object, and what AWS adds to the model it is given.

use iac_cloudcontrol::TypeFacts;
use serde_json::{Map, Value};

use super::generate::Maker;
use super::model::State;

/// The value at a path of a model, as a part of an identifier; empty when it is not there.
fn part(model: &Value, path: &str) -> String {
    match model.pointer(&format!("/{path}")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The identifier of a model: `Domain|Name`; an optional part that is not there is empty: `Domain|`.
pub(super) fn of(facts: &TypeFacts, model: &Value) -> String {
    let parts: Vec<String> = facts.identifier().iter().map(|path| part(model, path)).collect();
    parts.join("|")
}

/// The identifier, when all of it is given.
pub(super) fn given(facts: &TypeFacts, desired: &Value) -> Option<String> {
    let is_given = |path: &&str| !part(desired, path).is_empty();
    facts.identifier().iter().all(is_given).then(|| of(facts, desired))
}

/// Adds what AWS chooses: names that were left out, and what is read-only.
pub(super) fn complete(facts: &TypeFacts, region: &str, state: &mut State, model: &mut Value) {
    let digits = state.fresh();
    let mut maker = Maker::new(facts, region, digits);
    for name in named_by_aws(facts, model) {
        let value = maker.name(&name, model);
        insert(model, &name, value);
    }
    maker.know_name(model);
    // what identifies it first: the rest is made from it
    let mut paths = facts.read_only_paths();
    paths.sort_by_key(|path| !facts.identifier().contains(path));
    for path in paths {
        add(facts, &maker, model, path);
    }
}

/// The names that AWS makes up when they are not given: of identifiers, and of what cannot be changed and is called name.
fn named_by_aws(facts: &TypeFacts, model: &Value) -> Vec<String> {
    let resource = facts.name().rsplit("::").next().unwrap_or_default();
    let own = format!("{resource}Name");
    let identifier = facts.identifier();
    let read_only = facts.read_only_paths();
    let alone = identifier.len() == 1;
    let properties = facts.properties().into_iter();
    let chosen = properties.filter(|property| {
        let name = property.name.as_str();
        let is_identity = alone && identifier.contains(&name);
        let is_name = property.create_only && (name == own || name == "Name");
        let is_text = property.holds == "string" || property.holds.ends_with("Name");
        !read_only.contains(&name) && model.get(name).is_none() && is_text && (is_identity || is_name)
    });
    chosen.map(|property| property.name).collect()
}

/// Adds one read-only value where it belongs.
fn add<'a>(facts: &'a TypeFacts, maker: &Maker<'a>, model: &mut Value, path: &str) {
    let mut places = vec![String::new()];
    let mut schema = facts.schema();
    let mut parts = path.split('/').peekable();
    while let Some(name) = parts.next() {
        let parent = schema;
        schema = if name == "*" {
            &parent["items"]
        } else {
            &parent["properties"][name]
        };
        schema = maker.resolve(schema);
        let is_last = parts.peek().is_none();
        let mut next = Vec::new();
        for place in places {
            let Some(Value::Object(fields)) = model.pointer_mut(&place) else {
                let items = model.pointer(&place).and_then(Value::as_array);
                let count = items.filter(|_| name == "*").map_or(0, Vec::len);
                next.extend((0..count).map(|at| format!("{place}/{at}")));
                continue;
            };
            if !fields.contains_key(name) && name != "*" {
                // an object that only AWS fills is there; one that the user left out is not
                if is_last {
                    let value = maker.value(name, schema, 0);
                    fields.insert(name.to_owned(), value);
                } else if is_filled_by_aws(facts, path, schema) {
                    fields.insert(name.to_owned(), Value::Object(Map::new()));
                }
            }
            if fields.contains_key(name) {
                next.push(format!("{place}/{name}"));
            }
        }
        places = next;
    }
}

/// Whether all properties of an object on the way of a path are read-only.
fn is_filled_by_aws(facts: &TypeFacts, path: &str, schema: &Value) -> bool {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let mut names = schema["properties"].as_object().into_iter().flatten();
    let read_only = facts.read_only_paths();
    names.all(|(name, _)| read_only.contains(&format!("{above}/{name}").as_str()))
}

fn insert(model: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = model {
        fields.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use iac_cloudcontrol::Facts;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_gets_what_only_aws_knows_and_it_fits_the_type() {
        let facts = Facts::get();
        let mut state = State::default();
        let mut wrong = Vec::new();
        for name in facts.names() {
            let found = facts.find(name).unwrap();
            let mut model = json!({});
            complete(&found, "eu-west-1", &mut state, &mut model);
            let read_only = found.read_only_paths();
            for path in found.identifier() {
                if read_only.contains(&path) && !path.contains('/') {
                    assert!(!part(&model, path).is_empty(), "{name} has no {path}: {model}");
                }
            }
            for violation in found.check(&model) {
                let top = violation.path.split(['.', '[']).next().unwrap_or_default();
                if read_only.contains(&top) {
                    wrong.push(format!("{name} {violation}: {}", model[top]));
                }
            }
        }
        println!("{} do not fit", wrong.len());
        // of some 5,000; what is left has a form that looks around or more than one pattern
        assert!(wrong.len() <= 25, "{}: {}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn identifiers_keep_the_place_of_what_is_not_there() {
        let facts = Facts::get().find("AWS::ApiGateway::Model").unwrap();
        assert_eq!(of(&facts, &json!({ "RestApiId": "a" })), "a|");
        assert_eq!(given(&facts, &json!({ "RestApiId": "a" })), None);
        assert_eq!(
            given(&facts, &json!({ "RestApiId": "a", "Name": "b" })).as_deref(),
            Some("a|b")
        );
    }

    #[test]
    fn what_is_read_only_within_what_is_given_is_added_there() {
        let facts = Facts::get().find("AWS::RDS::DBInstance").unwrap();
        let mut model = json!({ "DBInstanceIdentifier": "db" });
        complete(&facts, "eu-west-1", &mut State::default(), &mut model);
        assert!(
            model["Endpoint"]["Address"]
                .as_str()
                .is_some_and(|address| address.ends_with(".amazonaws.com"))
        );
        assert_eq!(model["DBInstanceArn"], "arn:aws:rds:eu-west-1:123456789012:db:db");
    }
}

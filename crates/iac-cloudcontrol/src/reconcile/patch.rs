//! What is sent to change an object: a JSON patch of its model, made as the facts of its type say.
//!
//! Everything is sent with `add`, which does not need what it puts something in place of; lists whole, since their order in AWS
//! may be another. Write-only values are sent again, or a handler lacks them. Source: Cloud Control user guide, "Updating a
//! resource"; RFC 6902.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{canonical::is_empty, shape::SchemaTree, type_facts::TypeFacts};

/// The patch that brings a model that AWS gave to what is desired. `changed` are the properties that differ. Empty when there is
/// nothing to send.
pub(super) fn patch(facts: &TypeFacts, there: &Value, desired: &Value, changed: &[&str]) -> Value {
    let mut sent = desired.clone();
    TypeFacts::take_out(&mut sent, &facts.read_only_paths());
    let mut patch = Patch {
        create_only: facts.create_only_paths(),
        read_only: facts.read_only_paths(),
        operations: Vec::new(),
    };
    for name in changed {
        patch.bring(name, sent.get(*name), there.get(*name));
    }
    if patch.operations.is_empty() {
        return Value::Array(Vec::new());
    }
    for path in facts.write_only_paths() {
        patch.tell_again(path, &sent, there);
    }
    patch.operations.extend(untouched_but_refused(facts, there, &sent));
    Value::Array(patch.operations)
}

struct Patch<'a> {
    create_only: Vec<&'a str>,
    read_only: Vec<&'a str>,
    operations: Vec<Value>,
}

impl Patch<'_> {
    /// Whether a path, or what it is within, can be given but once.
    fn is_fixed(&self, path: &str) -> bool {
        self.create_only.iter().any(|fixed| is_within(path, fixed))
    }

    /// Whether something below a path must stay as it is.
    fn holds_fixed(&self, path: &str) -> bool {
        let mut fixed = self.create_only.iter().chain(&self.read_only);
        fixed.any(|fixed| *fixed != path && is_within(fixed, path) && !fixed.contains('*'))
    }

    /// Sends a value, or its parts where some of them must stay as they are.
    fn bring(&mut self, path: &str, wanted: Option<&Value>, there: Option<&Value>) {
        if self.is_fixed(path) || self.read_only.contains(&path) {
            return;
        }
        match (wanted, there) {
            (Some(Value::Object(wanted)), Some(Value::Object(there))) if self.holds_fixed(path) => {
                let names: BTreeSet<&String> = wanted.keys().chain(there.keys()).collect();
                for name in names {
                    let (wanted, there) = (wanted.get(name), there.get(name));
                    if wanted != there {
                        self.bring(&format!("{path}/{name}"), wanted, there);
                    }
                }
            }
            (Some(value), _) if !(value.is_array() && is_empty(value)) => self.add(path, value),
            (_, Some(_)) => self.operations.push(remove(path)),
            // an empty list is what is there already
            (_, None) => {}
        }
    }

    /// Sends a write-only value again, unless it is sent already or can be given but once.
    fn tell_again(&mut self, path: &str, sent: &Value, there: &Value) {
        let top = path.split('/').next().unwrap_or(path);
        // what stands in a list is sent with the list
        let path = if path.contains('*') { top } else { path };
        if self.is_fixed(path) || self.is_sent(path) {
            return;
        }
        let Some(value) = sent.pointer(&format!("/{path}")) else {
            return;
        };
        let parent = path.rsplit_once('/').map(|(parent, _)| parent);
        match parent.filter(|parent| there.pointer(&format!("/{parent}")).is_none()) {
            // there is nothing yet to put it into
            Some(_) => {
                if let Some(whole) = sent.get(top).filter(|_| !self.is_sent(top)) {
                    self.add(top, whole);
                }
            }
            None => self.add(path, value),
        }
    }

    fn is_sent(&self, path: &str) -> bool {
        let sent = self
            .operations
            .iter()
            .filter_map(|operation| operation["path"].as_str());
        let mut sent = sent.map(|sent| sent.trim_start_matches('/'));
        sent.any(|sent| is_within(path, sent))
    }

    fn add(&mut self, path: &str, value: &Value) {
        self.operations
            .push(json!({"op": "add", "path": format!("/{path}"), "value": value}));
    }
}

/// Whether a path is another one, or leads on from it.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// AWS checks the whole model again, and may not take what it gave itself: an empty text, an empty list. What nobody declared
/// and what does not fit is left out of the model.
fn untouched_but_refused(facts: &TypeFacts, there: &Value, desired: &Value) -> Vec<Value> {
    let required = facts.required(facts.schema());
    let read_only = facts.read_only_paths();
    let mut names: Vec<String> = facts
        .check(there)
        .into_iter()
        .filter_map(|violation| Some(violation.path.split(['.', '[']).next()?.to_owned()))
        .filter(|name| desired.get(name).is_none() && there.get(name).is_some())
        .filter(|name| !required.contains(&name.as_str()) && !read_only.contains(&name.as_str()))
        .collect();
    names.dedup();
    names.iter().map(|name| remove(name)).collect()
}

fn remove(name: &str) -> Value {
    json!({"op": "remove", "path": format!("/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;

    #[test]
    fn write_only_values_are_sent_again() {
        let facts = Facts::get().find("AWS::Lambda::Function").unwrap();
        let there = json!({"FunctionName": "f", "Role": "r", "MemorySize": 128, "Description": "d"});
        let desired = json!({"FunctionName": "f", "Role": "r", "MemorySize": 256, "Code": {"S3Key": "k"}});
        let made = patch(&facts, &there, &desired, &["MemorySize", "Description", "Timeout"]);
        let expected = json!([
            {"op": "add", "path": "/MemorySize", "value": 256},
            {"op": "remove", "path": "/Description"},
            {"op": "add", "path": "/Code", "value": {"S3Key": "k"}},
        ]);
        assert_eq!(made, expected);
    }

    #[test]
    fn what_must_stay_is_not_sent_with_what_is_around_it() {
        let facts = Facts::get().find("AWS::EC2::VPCEndpoint").unwrap();
        let there = json!({"DnsOptions": {"PrivateDnsPreference": "A", "DnsRecordIpType": "ipv4"}});
        let desired = json!({"DnsOptions": {"PrivateDnsPreference": "A", "DnsRecordIpType": "dualstack"}});
        let made = patch(&facts, &there, &desired, &["DnsOptions"]);
        assert_eq!(
            made,
            json!([{"op": "add", "path": "/DnsOptions/DnsRecordIpType", "value": "dualstack"}])
        );
    }

    #[test]
    fn nothing_is_sent_when_nothing_changed() {
        let facts = Facts::get().find("AWS::Lambda::Function").unwrap();
        let desired = json!({"Code": {"S3Key": "k"}, "Layers": []});
        assert_eq!(patch(&facts, &json!({}), &desired, &["Layers"]), json!([]));
    }
}

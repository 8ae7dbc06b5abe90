//! The lists of properties that stand beside a schema, and the values of a model that they mean.

use serde_json::Value;

use crate::shape::SchemaTree;
use crate::type_facts::{Operation, TypeFacts};

impl TypeFacts {
    /// What AWS tells and nobody may give: `Arn`, `Endpoint/Address`, `Rules/*/Id`, without `/properties/` in front.
    pub fn read_only_paths(&self) -> Vec<&str> {
        self.paths("readOnlyProperties")
    }

    /// What AWS takes and never tells, spelled as [`Self::read_only_paths`].
    pub fn write_only_paths(&self) -> Vec<&str> {
        self.paths("writeOnlyProperties")
    }

    /// What cannot be changed, spelled as [`Self::read_only_paths`].
    pub fn create_only_paths(&self) -> Vec<&str> {
        self.paths("createOnlyProperties")
    }

    /// Whether every change of a type's objects makes other ones: without a way to update them, or where AWS wants to be told
    /// again what it cannot be told twice.
    pub fn is_immutable(&self) -> bool {
        let create_only = self.create_only_paths();
        let told_once = |path: &&str| create_only.contains(path) && self.required(self.schema()).contains(path);
        !self.has(Operation::Update) || self.write_only_paths().iter().any(told_once)
    }

    /// Whether the tags of an object can be changed.
    pub fn tags_can_change(&self) -> bool {
        self.schema()["tagging"]["tagUpdatable"] != false
    }

    /// The properties that a list of the type needs in its `ResourceModel`: those of its parent. Empty for most types.
    pub fn list_needs(&self) -> Vec<&str> {
        let handler = &self.schema()["handlers"][Operation::List.word()];
        let names = handler["handlerSchema"]["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).collect()
    }

    /// The places of a model that a path means, as JSON pointers. `*` stands for each item of a list and each value of a
    /// map; what is not there has no place.
    pub fn places(model: &Value, path: &str) -> Vec<String> {
        let mut places = vec![String::new()];
        for part in path.split('/') {
            let mut next = Vec::new();
            for place in places {
                let keys: Vec<String> = match (model.pointer(&place), part) {
                    (Some(Value::Array(items)), "*") => (0..items.len()).map(|at| at.to_string()).collect(),
                    (Some(Value::Object(fields)), "*") => fields.keys().map(|key| escaped(key)).collect(),
                    (Some(Value::Object(fields)), name) if fields.contains_key(name) => vec![escaped(name)],
                    // some paths leave `*` out
                    (Some(Value::Array(items)), name) => {
                        let with = |at: &usize| items[*at].get(name).is_some();
                        let at = (0..items.len()).filter(with);
                        at.map(|at| format!("{at}/{}", escaped(name))).collect()
                    }
                    _ => Vec::new(),
                };
                next.extend(keys.into_iter().map(|key| format!("{place}/{key}")));
            }
            places = next;
        }
        places
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

//! The values of a model that name objects of other types.

use serde_json::Value;

use crate::property::kinds;
use crate::type_facts::TypeFacts;

/// A value that names an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it is, as a JSON pointer: `/SubnetIds/0`.
    pub place: String,
    /// What it may name, as `TYPE.PROPERTY`: `AWS::EC2::Subnet.Id`.
    pub kinds: Vec<String>,
    /// The value.
    pub value: String,
}

impl TypeFacts {
    /// The texts of a model that name objects, by the formats in the type's schema. Those in alternatives (`oneOf`) are not
    /// looked for.
    pub fn references(&self, model: &Value) -> Vec<Reference> {
        let mut found = Vec::new();
        self.collect(self.schema(), model, "", &mut found);
        found
    }

    /// Follows the model, which ends, and not the schema, which may contain itself.
    fn collect(&self, schema: &Value, model: &Value, place: &str, found: &mut Vec<Reference>) {
        let schema = self.resolve(schema);
        match model {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let inner = schema["properties"]
                        .get(name)
                        .unwrap_or(&schema["additionalProperties"]);
                    self.collect(inner, value, &format!("{place}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.collect(&schema["items"], item, &format!("{place}/{at}"), found);
                }
            }
            Value::String(value) => {
                let kinds = kinds(schema);
                if !kinds.is_empty() {
                    found.push(Reference {
                        place: place.to_owned(),
                        kinds,
                        value: value.clone(),
                    });
                }
            }
            _ => {}
        }
    }
}

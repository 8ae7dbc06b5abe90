//! What of a value was left at its default: all that is not worth showing of something new.

use serde_json::Value;

use super::{Field, Schema};
use crate::model::template;

impl Field {
    /// Whether a value in canonical form is the default of this property.
    pub fn is_default(&self, value: &Value) -> bool {
        let Some(default) = self.default_value else {
            return false;
        };
        template::resolved(&self.schema.canonical(&default())).as_ref() == Some(value)
    }
}

impl Schema {
    /// A value in canonical form without the properties, however deep, that are at their defaults.
    #[must_use]
    pub fn without_defaults(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::Struct(fields), Value::Object(map)) => map
                .iter()
                .filter_map(|(key, value)| {
                    let Some(field) = fields.iter().find(|field| field.name == key) else {
                        return Some((key.clone(), value.clone()));
                    };
                    let written = (!field.is_default(value)).then(|| field.schema.without_defaults(value))?;
                    Some((key.clone(), written))
                })
                .collect(),
            (Self::Map(item), Value::Object(map)) => map
                .iter()
                .map(|(key, value)| (key.clone(), item.without_defaults(value)))
                .collect(),
            (Self::List(item) | Self::Set(item), Value::Array(items)) => {
                items.iter().map(|value| item.without_defaults(value)).collect()
            }
            (_, value) => value.clone(),
        }
    }
}

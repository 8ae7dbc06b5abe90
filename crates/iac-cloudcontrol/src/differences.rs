//! Which properties of an object a plan shows as different.

use iac_core::plan::{Comparison, diff};
use serde_json::Value;

use crate::{
    catalog::CloudType,
    drift::{declared_part, seen},
    shape::SchemaTree,
    type_facts::TypeFacts,
};

/// What is known of an object, in AWS's spelling.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// What was declared and sent.
    pub declared: &'a Value,
    /// What AWS gave right after; null when that is not known.
    pub observed: &'a Value,
    /// What AWS gives now.
    pub now: &'a Value,
}

impl TypeFacts {
    /// The properties, by their names in AWS and in order, in which an object differs from what is desired: where that is not
    /// what was declared, or where what AWS gives is not what it gave. That a value comes back in another form than it was sent
    /// in is no difference.
    pub fn differences(&self, desired: &Value, object: &Observation<'_>) -> Vec<&str> {
        let Some(info) = CloudType::of_aws(self.name()).map(CloudType::info) else {
            return Vec::new();
        };
        let schema = &info.schema;
        let inputs = |model: &Value| schema.canonical(&self.to_inputs(model));
        let (declared, now) = (inputs(object.declared), inputs(object.now));
        let then = match object.observed {
            Value::Null => Value::Null,
            observed => declared_part(schema, &declared, &inputs(observed)),
        };
        let live = schema.canonical(&seen(schema, &declared, &then, &now));
        let found = diff(&Comparison {
            schema,
            desired: &inputs(desired),
            live: &live,
            prior: Some(&declared),
            key: &[],
        });
        let top = self.top().into_iter().map(|(name, _)| name);
        top.filter(|name| {
            found
                .iter()
                .any(|change| change.property() == crate::names::snake(name))
        })
        .collect()
    }
}

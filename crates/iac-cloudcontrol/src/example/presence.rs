//! Which properties of an object an example has.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shape::{Shape, list, words};
use super::{Example, Maker, Place};

/// The keywords that make the presence of one property depend on that of another.
const CONDITIONS: [&str; 11] = [
    "allOf",
    "anyOf",
    "dependencies",
    "dependentExcluded",
    "dependentRequired",
    "maxProperties",
    "minProperties",
    "not",
    "oneOf",
    "requiredOr",
    "requiredXor",
];

/// So many properties are added to the required ones at most, to satisfy what a schema asks for.
const ADDED: usize = 3;

impl Maker<'_> {
    /// The names of the properties to make, of those that a user may write. `schema` is what the shape is of.
    pub(super) fn present(&self, schema: &Value, shape: &Shape<'_>, place: &Place, which: Example) -> BTreeSet<String> {
        let properties = shape.rules.get("properties").and_then(Value::as_object);
        let names = properties.into_iter().flatten().map(|(name, _)| name.clone());
        let names = names.filter(|name| !self.is_read_only(&place.property(name)));
        let must: BTreeSet<String> = required(shape).collect();
        let is_empty = |name: &str| properties.is_some_and(|all| self.is_of_aws(&all[name], &place.property(name)));
        let names: Vec<String> = names.filter(|name| must.contains(name) || !is_empty(name)).collect();
        let required: BTreeSet<String> = must.into_iter().filter(|name| names.contains(name)).collect();
        let choice = Choice {
            maker: self,
            schema,
            // what only AWS sets counts as there, or no choice would satisfy a schema that requires it
            given: self.required_of_aws(shape, place),
        };
        if !self.has_conditions(schema) {
            return match which {
                Example::Required => required,
                Example::All => names.into_iter().collect(),
            };
        }
        let least = choice.least(&required, &names);
        match (which, least) {
            (Example::Required, least) => least.unwrap_or(required),
            (Example::All, Some(least)) => choice.most(least, &names),
            (Example::All, None) => names.into_iter().collect(),
        }
    }

    /// Whether an object holds nothing that a user may write.
    fn is_of_aws(&self, schema: &Value, place: &Place) -> bool {
        if !self
            .read_only
            .iter()
            .any(|path| path.len() > place.path.len() && path[..place.path.len()] == place.path[..])
        {
            return false;
        }
        self.shapes(schema).iter().all(|shape| {
            let mut properties = shape
                .rules
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .peekable();
            let is_of_aws = |name: &str, schema: &Value| {
                let place = place.property(name);
                self.is_read_only(&place) || self.is_of_aws(schema, &place)
            };
            properties.peek().is_some() && properties.all(|(name, schema)| is_of_aws(name, schema))
        })
    }

    fn required_of_aws(&self, shape: &Shape<'_>, place: &Place) -> Map<String, Value> {
        let of_aws = required(shape).filter(|name| self.is_read_only(&place.property(name)));
        of_aws.map(|name| (name, Value::Null)).collect()
    }

    /// Whether a schema, or what it refers to, has conditions.
    pub(super) fn has_conditions(&self, schema: &Value) -> bool {
        CONDITIONS.iter().any(|keyword| schema.get(keyword).is_some())
            || self
                .target(schema)
                .is_some_and(|(_, target)| self.has_conditions(target))
    }
}

fn required(shape: &Shape<'_>) -> impl Iterator<Item = String> {
    let names = shape.rules.get("required").map(words).unwrap_or_default();
    names.into_iter().filter_map(|name| name.as_str().map(str::to_owned))
}

/// The lists of properties that the alternatives of a schema ask for.
fn asked_for(schema: &Value, groups: &mut Vec<Vec<String>>) {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for part in list(schema, keyword) {
            let names = list(part, "required").iter().filter_map(Value::as_str);
            groups.push(names.map(str::to_owned).collect());
            asked_for(part, groups);
        }
    }
}

/// A choice of properties that satisfies a schema.
struct Choice<'m> {
    maker: &'m Maker<'m>,
    schema: &'m Value,
    given: Map<String, Value>,
}

impl Choice<'_> {
    fn satisfies(&self, chosen: &BTreeSet<String>) -> bool {
        let mut object = self.given.clone();
        object.extend(chosen.iter().map(|name| (name.clone(), Value::Null)));
        self.maker.fits(self.schema, &Value::Object(object))
    }

    /// The fewest properties; the first of several.
    fn least(&self, required: &BTreeSet<String>, names: &[String]) -> Option<BTreeSet<String>> {
        let others: Vec<&String> = names.iter().filter(|name| !required.contains(*name)).collect();
        let few = (0..=ADDED).find_map(|count| self.with(required, &others, count));
        few.or_else(|| {
            // an alternative that asks for many
            let mut groups = Vec::new();
            asked_for(self.schema, &mut groups);
            groups.into_iter().find_map(|group| {
                let more: BTreeSet<String> = group.into_iter().filter(|name| names.contains(name)).collect();
                self.with(&required.union(&more).cloned().collect(), &[], 0)
            })
        })
    }

    /// The properties that are chosen and `count` of the others.
    fn with(&self, chosen: &BTreeSet<String>, others: &[&String], count: usize) -> Option<BTreeSet<String>> {
        if count == 0 {
            return self.satisfies(chosen).then(|| chosen.clone());
        }
        others.iter().enumerate().find_map(|(at, name)| {
            let mut more = chosen.clone();
            more.insert((*name).clone());
            self.with(&more, &others[at + 1..], count - 1)
        })
    }

    /// As many properties as go together with those that are chosen, in their order.
    fn most(&self, mut chosen: BTreeSet<String>, names: &[String]) -> BTreeSet<String> {
        let all: BTreeSet<String> = names.iter().cloned().collect();
        if self.satisfies(&all) {
            return all;
        }
        for name in names {
            let others: Vec<&String> = names.iter().filter(|other| !chosen.contains(*other)).collect();
            let mut more = chosen.clone();
            // some properties go only with another one
            if more.insert(name.clone())
                && let Some(found) = self.with(&more, &[], 0).or_else(|| self.with(&more, &others, 1))
            {
                chosen = found;
            }
        }
        chosen
    }
}

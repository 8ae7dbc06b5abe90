//! The difference between what is desired and what is there, read from the schema of a type. Pure.

use serde_json::{Map, Value};

use super::change::{AttributeChange, PlannedValue};
use crate::model::{Field, Schema, seal, template};

/// The tag that holds the address. A rename changes it, and that alone is no reason to touch an object.
pub(crate) const ADDRESS_TAG: &str = "iac:address";

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The schema of the type.
    pub schema: &'a Schema,
    /// What is desired: a template in canonical form.
    pub desired: &'a Value,
    /// What is there, in canonical form.
    pub live: &'a Value,
    /// What was last applied, with sealed secrets; stands in for what the cloud does not give back.
    pub prior: Option<&'a Value>,
    /// What secrets are sealed with.
    pub key: &'a [u8],
}

/// The attributes that differ, in the order of the type's properties. Empty when what is there is what is desired.
///
/// Properties that are unset and filled by the cloud are passed over; an unknown value counts as different.
pub fn diff(comparison: &Comparison<'_>) -> Vec<AttributeChange> {
    let mut found = Vec::new();
    let mut differ = Differ {
        key: comparison.key,
        found: &mut found,
    };
    let operands = Operands {
        want: comparison.desired,
        have: comparison.live,
        last: comparison.prior,
    };
    differ.fields(comparison.schema.fields(), operands, Location::default());
    found
}

/// All attributes of a value as changes from nothing, or to nothing.
pub(crate) fn all_attributes(schema: &Schema, value: &Value, key: &[u8], removed: bool) -> Vec<AttributeChange> {
    let sealed = sealed_for_display(schema, value, key);
    let properties = schema
        .fields()
        .iter()
        .filter_map(|field| Some((field, sealed.get(field.name)?)));
    properties
        .filter(|(_, value)| !is_empty(value))
        .map(|(field, value)| {
            let (before, after) = if removed {
                (Some(value.clone()), PlannedValue::Absent)
            } else {
                (None, after(value))
            };
            AttributeChange {
                path: field.name.to_owned(),
                before,
                after,
                forces_replacement: false,
                secret: matches!(field.schema, Schema::Secret(_)),
            }
        })
        .collect()
}

/// A template with its secrets sealed; what is unknown stays unknown.
pub(crate) fn sealed_for_display(schema: &Schema, value: &Value, key: &[u8]) -> Value {
    schema.seal(value, &|path, secret| seal(key, path, secret))
}

/// A value of a template as it is shown: whole when it is known, with its expressions when it is not.
fn after(value: &Value) -> PlannedValue {
    if template::as_expression(value).is_some() {
        return PlannedValue::Unknown;
    }
    PlannedValue::Known(template::resolved(value).unwrap_or_else(|| value.clone()))
}

/// That something empty is there says something: which of several things it is.
fn is_choice(field: &Field, want: &Value) -> bool {
    field.attributes.filled && !matches!(field.schema, Schema::Map(_)) && want.is_object()
}

/// Nothing, or a container with nothing in it.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// The values that are compared at one place.
#[derive(Clone, Copy)]
struct Operands<'a> {
    want: &'a Value,
    have: &'a Value,
    last: Option<&'a Value>,
}

/// A place in the resource, and whether a change there replaces it.
#[derive(Clone, Copy, Default)]
struct Location<'a> {
    path: &'a str,
    forced: bool,
}

impl<'a> Location<'a> {
    /// A place further down; a create-only property stays so all the way.
    fn at(self, path: &'a str) -> Self {
        Self { path, ..self }
    }
}

struct Differ<'a> {
    key: &'a [u8],
    found: &'a mut Vec<AttributeChange>,
}

impl Differ<'_> {
    fn fields(&mut self, fields: &[Field], operands: Operands<'_>, location: Location<'_>) {
        let within = !location.path.is_empty();
        for field in fields {
            // an import has no last value for what the cloud does not give back: the declared one becomes it
            if field.attributes.write_only && operands.last.is_none() {
                continue;
            }
            let path = crate::model::join(location.path, field.name);
            let location = Location {
                path: &path,
                forced: location.forced || field.attributes.create_only,
            };
            let want = operands.want.get(field.name).filter(|value| !value.is_null());
            let last = operands.last.and_then(|last| last.get(field.name));
            let have = if field.attributes.write_only {
                last
            } else {
                operands.have.get(field.name)
            };
            let have = have.filter(|value| !value.is_null());
            match (want, have) {
                // what the cloud filled is nobody's wish; what was set once is, and what stands in something that was left empty
                (None, Some(_))
                    if field.attributes.filled && last.is_none() && !(within && is_empty(operands.want)) => {}
                (None, Some(have)) if !field.attributes.computed && !is_empty(have) => {
                    self.changed(&field.schema, location, None, Some(have));
                }
                (Some(want), have) if field.attributes.tags => self.tags(location, want, have),
                (Some(want), Some(have)) => self.value(&field.schema, Operands { want, have, last }, location),
                (Some(want), None) if !is_empty(want) || is_choice(field, want) => {
                    self.changed(&field.schema, location, Some(want), None);
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, schema: &Schema, operands: Operands<'_>, location: Location<'_>) {
        let Operands { want, have, last } = operands;
        if template::as_expression(want).is_some() {
            self.changed(schema, location, Some(want), Some(have));
            return;
        }
        let same = match (schema, want, have) {
            (Schema::Struct(fields), Value::Object(_), Value::Object(_)) => {
                return self.fields(fields, operands, location);
            }
            (Schema::Map(item), Value::Object(wants), Value::Object(haves)) => {
                return self.map(item, (wants, haves), last, location);
            }
            (Schema::List(item), Value::Array(wants), Value::Array(haves)) if wants.len() == haves.len() => {
                for (index, (want, have)) in wants.iter().zip(haves).enumerate() {
                    let last = last.and_then(|last| last.get(index));
                    let path = format!("{}[{index}]", location.path);
                    self.value(item, Operands { want, have, last }, location.at(&path));
                }
                return;
            }
            (Schema::Set(item), Value::Array(wants), Value::Array(haves)) => {
                self.same_set(item, wants, haves, &format!("{}[]", location.path))
            }
            // what the cloud does not give back is the sealed value that was last applied, and sealing that changes nothing
            (Schema::Secret(_), want, have) => {
                seal(self.key, location.path, want) == seal(self.key, location.path, have)
            }
            (Schema::Document(document), want, have) => {
                template::resolved(want).is_some_and(|want| (document.canonical)(&want) == (document.canonical)(have))
            }
            (_, want, have) => template::resolved(want).as_ref() == Some(have),
        };
        if !same {
            self.changed(schema, location, Some(want), Some(have));
        }
    }

    fn map(
        &mut self,
        item: &Schema,
        (wants, haves): (&Map<String, Value>, &Map<String, Value>),
        last: Option<&Value>,
        location: Location<'_>,
    ) {
        for (key, want) in wants {
            let path = crate::model::join(location.path, key);
            let last = last.and_then(|last| last.get(key));
            match haves.get(key) {
                Some(have) => self.value(item, Operands { want, have, last }, location.at(&path)),
                None => self.changed(item, location.at(&path), Some(want), None),
            }
        }
        for (key, have) in haves.iter().filter(|(key, _)| !wants.contains_key(*key)) {
            let path = crate::model::join(location.path, key);
            self.changed(item, location.at(&path), None, Some(have));
        }
    }

    fn tags(&mut self, location: Location<'_>, want: &Value, have: Option<&Value>) {
        let empty = Map::new();
        let wants = want.as_object().unwrap_or(&empty);
        let haves = have.and_then(Value::as_object).unwrap_or(&empty);
        let mut wants = wants.clone();
        if let (Some(want), Some(have)) = (wants.get_mut(ADDRESS_TAG), haves.get(ADDRESS_TAG)) {
            *want = have.clone();
        }
        self.map(&Schema::TEXT, (&wants, haves), None, location);
    }

    /// Whether each desired element has an equal among those that are there, and none is left over.
    fn same_set(&self, item: &Schema, wants: &[Value], haves: &[Value], path: &str) -> bool {
        let mut left: Vec<&Value> = haves.iter().collect();
        wants.len() == haves.len()
            && wants.iter().all(|want| {
                let equal = left.iter().position(|have| {
                    let mut found = Vec::new();
                    Differ {
                        key: self.key,
                        found: &mut found,
                    }
                    .value(item, Operands { want, have, last: None }, Location::default().at(path));
                    found.is_empty()
                });
                equal.map(|index| left.swap_remove(index)).is_some()
            })
    }

    fn changed(&mut self, schema: &Schema, location: Location<'_>, want: Option<&Value>, have: Option<&Value>) {
        let Location { path, forced } = location;
        // a secret keeps the seal of its own place, whatever it is nested in
        let hide = |path: &str, secret: &Value, _: Option<&Value>| seal(self.key, path, secret);
        let sealed = |value: &Value| schema.map_secrets(value, None, path, &hide);
        let change = AttributeChange {
            path: path.to_owned(),
            before: have.map(sealed),
            after: want.map_or(PlannedValue::Absent, |want| after(&sealed(want))),
            forces_replacement: forced,
            secret: matches!(schema, Schema::Secret(_)),
        };
        self.found.push(change);
    }
}

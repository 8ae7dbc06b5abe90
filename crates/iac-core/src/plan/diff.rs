//! The difference between what is desired and what is there, read from the schema of a type. Pure.

use serde_json::{Map, Value};

use super::change::{After, AttributeChange};
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
    let mut walk = Walk {
        key: comparison.key,
        found: &mut found,
    };
    let sides = Sides {
        want: comparison.desired,
        have: comparison.live,
        last: comparison.prior,
    };
    walk.fields(comparison.schema.fields(), sides, Spot::default());
    found
}

/// All attributes of a value as changes from nothing, or to nothing.
pub(crate) fn whole(schema: &Schema, value: &Value, key: &[u8], removed: bool) -> Vec<AttributeChange> {
    let sealed = sealed_for_display(schema, value, key);
    let properties = schema
        .fields()
        .iter()
        .filter_map(|field| Some((field, sealed.get(field.name)?)));
    properties
        .filter(|(_, value)| !is_empty(value))
        .map(|(field, value)| {
            let (before, after) = if removed {
                (Some(value.clone()), After::Absent)
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
fn after(value: &Value) -> After {
    if template::as_expression(value).is_some() {
        return After::Unknown;
    }
    After::Known(template::resolved(value).unwrap_or_else(|| value.clone()))
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
struct Sides<'a> {
    want: &'a Value,
    have: &'a Value,
    last: Option<&'a Value>,
}

/// A place in the resource, and whether a change there replaces it.
#[derive(Clone, Copy, Default)]
struct Spot<'a> {
    path: &'a str,
    forced: bool,
}

impl<'a> Spot<'a> {
    /// A place further down; a create-only property stays so all the way.
    fn at(self, path: &'a str) -> Self {
        Self { path, ..self }
    }
}

struct Walk<'a> {
    key: &'a [u8],
    found: &'a mut Vec<AttributeChange>,
}

impl Walk<'_> {
    fn fields(&mut self, fields: &[Field], sides: Sides<'_>, spot: Spot<'_>) {
        for field in fields {
            // an import has no last value for what the cloud does not give back: the declared one becomes it
            if field.attributes.write_only && sides.last.is_none() {
                continue;
            }
            let path = crate::model::join(spot.path, field.name);
            let spot = Spot {
                path: &path,
                forced: spot.forced || field.attributes.create_only,
            };
            let want = sides.want.get(field.name).filter(|value| !value.is_null());
            let last = sides.last.and_then(|last| last.get(field.name));
            let have = if field.attributes.write_only {
                last
            } else {
                sides.have.get(field.name)
            };
            let have = have.filter(|value| !value.is_null());
            match (want, have) {
                (None, Some(have)) if !field.attributes.computed && !is_empty(have) => {
                    self.changed(&field.schema, spot, None, Some(have));
                }
                (Some(want), have) if field.attributes.tags => self.tags(spot, want, have),
                (Some(want), Some(have)) => self.value(&field.schema, Sides { want, have, last }, spot),
                (Some(want), None) if !is_empty(want) => {
                    self.changed(&field.schema, spot, Some(want), None);
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, schema: &Schema, sides: Sides<'_>, spot: Spot<'_>) {
        let Sides { want, have, last } = sides;
        if template::as_expression(want).is_some() {
            self.changed(schema, spot, Some(want), Some(have));
            return;
        }
        let same = match (schema, want, have) {
            (Schema::Struct(fields), Value::Object(_), Value::Object(_)) => return self.fields(fields, sides, spot),
            (Schema::Map(item), Value::Object(wants), Value::Object(haves)) => {
                return self.map(item, (wants, haves), last, spot);
            }
            (Schema::List(item), Value::Array(wants), Value::Array(haves)) if wants.len() == haves.len() => {
                for (index, (want, have)) in wants.iter().zip(haves).enumerate() {
                    let last = last.and_then(|last| last.get(index));
                    let path = format!("{}[{index}]", spot.path);
                    self.value(item, Sides { want, have, last }, spot.at(&path));
                }
                return;
            }
            (Schema::Set(item), Value::Array(wants), Value::Array(haves)) => {
                self.same_set(item, wants, haves, &format!("{}[]", spot.path))
            }
            // what the cloud does not give back is the sealed value that was last applied, and sealing that changes nothing
            (Schema::Secret(_), want, have) => seal(self.key, spot.path, want) == seal(self.key, spot.path, have),
            (Schema::Document(document), want, have) => {
                template::resolved(want).is_some_and(|want| (document.canonical)(&want) == (document.canonical)(have))
            }
            (_, want, have) => template::resolved(want).as_ref() == Some(have),
        };
        if !same {
            self.changed(schema, spot, Some(want), Some(have));
        }
    }

    fn map(
        &mut self,
        item: &Schema,
        (wants, haves): (&Map<String, Value>, &Map<String, Value>),
        last: Option<&Value>,
        spot: Spot<'_>,
    ) {
        for (key, want) in wants {
            let path = crate::model::join(spot.path, key);
            let last = last.and_then(|last| last.get(key));
            match haves.get(key) {
                Some(have) => self.value(item, Sides { want, have, last }, spot.at(&path)),
                None => self.changed(item, spot.at(&path), Some(want), None),
            }
        }
        for (key, have) in haves.iter().filter(|(key, _)| !wants.contains_key(*key)) {
            let path = crate::model::join(spot.path, key);
            self.changed(item, spot.at(&path), None, Some(have));
        }
    }

    fn tags(&mut self, spot: Spot<'_>, want: &Value, have: Option<&Value>) {
        let empty = Map::new();
        let wants = want.as_object().unwrap_or(&empty);
        let haves = have.and_then(Value::as_object).unwrap_or(&empty);
        let mut wants = wants.clone();
        if let (Some(want), Some(have)) = (wants.get_mut(ADDRESS_TAG), haves.get(ADDRESS_TAG)) {
            *want = have.clone();
        }
        self.map(&Schema::TEXT, (&wants, haves), None, spot);
    }

    /// Whether each desired element has an equal among those that are there, and none is left over.
    fn same_set(&self, item: &Schema, wants: &[Value], haves: &[Value], path: &str) -> bool {
        let mut left: Vec<&Value> = haves.iter().collect();
        wants.len() == haves.len()
            && wants.iter().all(|want| {
                let equal = left.iter().position(|have| {
                    let mut found = Vec::new();
                    Walk {
                        key: self.key,
                        found: &mut found,
                    }
                    .value(item, Sides { want, have, last: None }, Spot::default().at(path));
                    found.is_empty()
                });
                equal.map(|index| left.swap_remove(index)).is_some()
            })
    }

    fn changed(&mut self, schema: &Schema, spot: Spot<'_>, want: Option<&Value>, have: Option<&Value>) {
        let Spot { path, forced } = spot;
        // a secret keeps the seal of its own place, whatever it is nested in
        let hide = |path: &str, secret: &Value, _: Option<&Value>| seal(self.key, path, secret);
        let sealed = |value: &Value| schema.map_secrets(value, None, path, &hide);
        let change = AttributeChange {
            path: path.to_owned(),
            before: have.map(sealed),
            after: want.map_or(After::Absent, |want| after(&sealed(want))),
            forces_replacement: forced,
            secret: matches!(schema, Schema::Secret(_)),
        };
        self.found.push(change);
    }
}

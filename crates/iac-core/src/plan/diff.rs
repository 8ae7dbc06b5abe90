//! The difference between what is desired and what is there, read from the shape of a type. Pure.

use serde_json::{Map, Value};

use super::change::{After, AttributeChange};
use crate::model::{Field, Shape, seal, template};

/// The tag that holds the address. A rename changes it, and that alone is no reason to touch an object.
pub(crate) const ADDRESS_TAG: &str = "iac:address";

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The shape of the type.
    pub shape: &'a Shape,
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
    let walk = Walk {
        key: comparison.key,
        found: &mut found,
    };
    walk.fields(
        comparison.shape.fields(),
        comparison.desired,
        comparison.live,
        comparison.prior,
        "",
        false,
    );
    found
}

/// All attributes of a value as changes from nothing, or to nothing.
pub(crate) fn whole(shape: &Shape, value: &Value, key: &[u8], removed: bool) -> Vec<AttributeChange> {
    let sealed = sealed_for_display(shape, value, key);
    let properties = shape
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
                secret: matches!(field.shape, Shape::Secret(_)),
            }
        })
        .collect()
}

/// A template with its secrets sealed; what is unknown stays unknown.
pub(crate) fn sealed_for_display(shape: &Shape, value: &Value, key: &[u8]) -> Value {
    shape.seal(value, &|path, secret| seal(key, path, secret))
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

struct Walk<'a> {
    key: &'a [u8],
    found: &'a mut Vec<AttributeChange>,
}

impl Walk<'_> {
    fn fields(
        mut self,
        fields: &[Field],
        desired: &Value,
        live: &Value,
        prior: Option<&Value>,
        path: &str,
        forced: bool,
    ) {
        self.walk_fields(fields, desired, live, prior, path, forced);
    }

    fn walk_fields(
        &mut self,
        fields: &[Field],
        desired: &Value,
        live: &Value,
        prior: Option<&Value>,
        path: &str,
        forced: bool,
    ) {
        for field in fields {
            let path = crate::model::join(path, field.name);
            let want = desired.get(field.name).filter(|value| !value.is_null());
            let last = prior.and_then(|prior| prior.get(field.name));
            let have = if field.marks.write_only && prior.is_some() {
                last
            } else {
                live.get(field.name)
            };
            let have = have.filter(|value| !value.is_null());
            let forced = forced || field.marks.create_only;
            match (want, have) {
                (None, Some(have)) if !field.marks.computed && !is_empty(have) => {
                    self.changed(&field.shape, &path, None, Some(have), forced);
                }
                (Some(want), have) if field.marks.tags => self.tags(&path, want, have, forced),
                (Some(want), Some(have)) => self.value(&field.shape, want, have, last, &path, forced),
                (Some(want), None) if !is_empty(want) => {
                    // an import has no last value for what the cloud does not give back
                    if !(field.marks.write_only && prior.is_none()) {
                        self.changed(&field.shape, &path, Some(want), None, forced);
                    }
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, shape: &Shape, want: &Value, have: &Value, last: Option<&Value>, path: &str, forced: bool) {
        if template::as_expression(want).is_some() {
            self.changed(shape, path, Some(want), Some(have), forced);
            return;
        }
        match (shape, want, have) {
            (Shape::Struct(fields), Value::Object(_), Value::Object(_)) => {
                self.walk_fields(fields, want, have, last, path, forced);
            }
            (Shape::Map(item), Value::Object(wants), Value::Object(haves)) => {
                self.map(item, wants, haves, last, path, forced)
            }
            (Shape::List(item), Value::Array(wants), Value::Array(haves)) if wants.len() == haves.len() => {
                for (index, (want, have)) in wants.iter().zip(haves).enumerate() {
                    let last = last.and_then(|last| last.get(index));
                    self.value(item, want, have, last, &format!("{path}[{index}]"), forced);
                }
            }
            (Shape::Set(item), Value::Array(wants), Value::Array(haves)) => {
                if !self.same_set(item, wants, haves) {
                    self.changed(shape, path, Some(want), Some(have), forced);
                }
            }
            (Shape::Secret(_), want, have) => {
                let desired = seal(self.key, path, want);
                // the last applied value was sealed at this very place; a live one has to be sealed first
                if desired != seal(self.key, path, have) && Some(&desired) != last {
                    self.changed(shape, path, Some(want), Some(have), forced);
                }
            }
            (Shape::Document(document), want, have) => {
                let same = template::resolved(want)
                    .is_some_and(|want| (document.canonical)(&want) == (document.canonical)(have));
                if !same {
                    self.changed(shape, path, Some(want), Some(have), forced);
                }
            }
            (_, want, have) => {
                if template::resolved(want).as_ref() != Some(have) {
                    self.changed(shape, path, Some(want), Some(have), forced);
                }
            }
        }
    }

    fn map(
        &mut self,
        item: &Shape,
        wants: &Map<String, Value>,
        haves: &Map<String, Value>,
        last: Option<&Value>,
        path: &str,
        forced: bool,
    ) {
        for (key, want) in wants {
            let path = crate::model::join(path, key);
            match haves.get(key) {
                Some(have) => self.value(item, want, have, last.and_then(|last| last.get(key)), &path, forced),
                None => self.changed(item, &path, Some(want), None, forced),
            }
        }
        for (key, have) in haves.iter().filter(|(key, _)| !wants.contains_key(*key)) {
            self.changed(item, &crate::model::join(path, key), None, Some(have), forced);
        }
    }

    fn tags(&mut self, path: &str, want: &Value, have: Option<&Value>, forced: bool) {
        let empty = Map::new();
        let wants = want.as_object().unwrap_or(&empty);
        let haves = have.and_then(Value::as_object).unwrap_or(&empty);
        let mut wants = wants.clone();
        if let (Some(want), Some(have)) = (wants.get_mut(ADDRESS_TAG), haves.get(ADDRESS_TAG)) {
            *want = have.clone();
        }
        self.map(&Shape::TEXT, &wants, haves, None, path, forced);
    }

    /// Whether each desired element has an equal among those that are there, and none is left over.
    fn same_set(&self, item: &Shape, wants: &[Value], haves: &[Value]) -> bool {
        let mut left: Vec<&Value> = haves.iter().collect();
        wants.len() == haves.len()
            && wants.iter().all(|want| {
                let equal = left.iter().position(|have| {
                    let mut found = Vec::new();
                    Walk {
                        key: self.key,
                        found: &mut found,
                    }
                    .value(item, want, have, None, "", false);
                    found.is_empty()
                });
                equal.map(|index| left.swap_remove(index)).is_some()
            })
    }

    fn changed(&mut self, shape: &Shape, path: &str, want: Option<&Value>, have: Option<&Value>, forced: bool) {
        // a secret keeps the seal of its own place, whatever it is nested in
        let sealed = |value: &Value| {
            shape.seal(value, &|inner, secret| {
                seal(self.key, &format!("{path}{inner}"), secret)
            })
        };
        let change = AttributeChange {
            path: path.to_owned(),
            before: have.map(sealed),
            after: want.map_or(After::Absent, |want| after(&sealed(want))),
            forces_replacement: forced,
            secret: matches!(shape, Shape::Secret(_)),
        };
        self.found.push(change);
    }
}

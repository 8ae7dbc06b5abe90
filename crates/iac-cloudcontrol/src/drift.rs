//! What of an object is no longer as it was: a value that comes back in another form than it was sent in is no drift, one that
//! comes back in another form than it did right after the apply is.
//!
//! Where a declared value came back as before, the declared one stands for what is there; elsewhere what is there does.

use iac_core::model::{Field, Schema};
use serde_json::{Map, Value};

use crate::canonical::{is_empty, means_the_same};

/// What is there, told in the words of what was declared. `then` is what a read gave right after the apply, null when that is
/// not known; all are inputs of the type with this schema.
pub(crate) fn seen(schema: &Schema, declared: &Value, then: &Value, now: &Value) -> Value {
    let reader = Reader { known: !then.is_null() };
    reader.value(schema, declared, then, now)
}

struct Reader {
    /// Whether it is known what a read gave after the apply; otherwise spellings that mean the same are taken for it.
    known: bool,
}

impl Reader {
    fn value(&self, schema: &Schema, declared: &Value, then: &Value, now: &Value) -> Value {
        match schema {
            Schema::Struct(fields) if declared.is_object() && (now.is_object() || now.is_null()) => {
                self.object(fields, declared, then, now)
            }
            Schema::Map(item) if declared.is_object() && now.is_object() => self.map(item, declared, then, now),
            Schema::List(_) | Schema::Set(_) if declared.is_array() && now.is_array() => {
                self.list(schema, declared, then, now)
            }
            _ if self.same(schema, declared, then, now) => declared.clone(),
            _ => now.clone(),
        }
    }

    fn same(&self, schema: &Schema, declared: &Value, then: &Value, now: &Value) -> bool {
        if self.known {
            equal(schema, then, now) || is_empty(then) && is_empty(now) && is_empty(declared)
        } else {
            means_the_same(declared, now)
        }
    }

    fn object(&self, fields: &[Field], declared: &Value, then: &Value, now: &Value) -> Value {
        let mut found = Map::new();
        for field in fields {
            let part = |value: &'_ Value| value.get(field.name).cloned().unwrap_or_default();
            let (was, then, is) = (part(declared), part(then), part(now));
            let value = if was.is_null() {
                is
            } else if field.attributes.write_only || matches!(field.schema, Schema::Secret(_)) {
                was
            } else {
                self.value(&field.schema, &was, &then, &is)
            };
            if !value.is_null() {
                found.insert(field.name.to_owned(), value);
            }
        }
        // AWS may leave out what has nothing in it
        let left_out = now.is_null() && found.is_empty();
        let always = then.is_null() && (self.known || is_empty(declared));
        match (left_out, always) {
            (true, true) => declared.clone(),
            (true, false) => Value::Null,
            (false, _) => Value::Object(found),
        }
    }

    /// Keys that AWS added right after the apply are its own; those that came later are not.
    fn map(&self, item: &Schema, declared: &Value, then: &Value, now: &Value) -> Value {
        let keys = now.as_object().into_iter().flatten();
        let of = |(key, is): (&String, &Value)| {
            let was = declared.get(key);
            let before = then.get(key).cloned().unwrap_or_default();
            let value = match was {
                Some(was) => self.value(item, was, &before, is),
                None if !before.is_null() => return None,
                None => is.clone(),
            };
            Some((key.clone(), value))
        };
        Value::Object(keys.filter_map(of).collect())
    }

    fn list(&self, schema: &Schema, declared: &Value, then: &Value, now: &Value) -> Value {
        let items = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
        let (was, before, is) = (items(declared), items(then), items(now));
        if self.same(schema, declared, then, now) {
            return declared.clone();
        }
        // parts of the items that nobody declared may be others
        let like = |value: &Value| was.iter().fold(Value::Null, |all, one| union(all, one, value));
        let declared_parts = |values: &[Value]| -> Value { values.iter().map(like).collect() };
        if self.known && equal(schema, &declared_parts(&before), &declared_parts(&is)) {
            return declared.clone();
        }
        if let Schema::List(item) = schema
            && self.known
            && was.len() == is.len()
            && before.len() == is.len()
        {
            let each = was.iter().zip(&before).zip(&is);
            return each
                .map(|((was, before), is)| self.value(item, was, before, is))
                .collect();
        }
        is.iter().map(like).collect()
    }
}

/// What of `value` an item declares too, with what is in `all` already.
fn union(all: Value, declared: &Value, value: &Value) -> Value {
    match (declared, value) {
        (Value::Object(names), Value::Object(fields)) => {
            let mut all = match all {
                Value::Object(all) => all,
                _ => Map::new(),
            };
            for (name, part) in fields {
                if let Some(declared) = names.get(name) {
                    let before = all.remove(name).unwrap_or_default();
                    all.insert(name.clone(), union(before, declared, part));
                }
            }
            Value::Object(all)
        }
        _ => value.clone(),
    }
}

/// What is declared of what is there: all that the state needs to keep. Of a map it is all, to tell AWS's keys from others'.
pub(crate) fn declared_part(schema: &Schema, declared: &Value, now: &Value) -> Value {
    match (schema, declared, now) {
        (Schema::Struct(fields), Value::Object(names), Value::Object(there)) => {
            let of = |field: &Field| {
                let (declared, now) = (names.get(field.name)?, there.get(field.name)?);
                let part = declared_part(&field.schema, declared, now);
                (!declared.is_null()).then(|| (field.name.to_owned(), part))
            };
            fields.iter().filter_map(of).collect()
        }
        _ => now.clone(),
    }
}

/// Whether two values that AWS gave are the same: in the order that matters, and with numbers as numbers.
fn equal(schema: &Schema, one: &Value, other: &Value) -> bool {
    match (schema, one, other) {
        (Schema::Struct(fields), Value::Object(_), Value::Object(_)) => fields.iter().all(|field| {
            let part = |value: &'_ Value| value.get(field.name).cloned().unwrap_or_default();
            equal(&field.schema, &part(one), &part(other))
        }),
        (Schema::Map(item), Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| equal(item, value, other)))
        }
        (Schema::List(item), Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(one, other)| equal(item, one, other))
        }
        (Schema::Set(item), Value::Array(a), Value::Array(b)) => {
            let mut left: Vec<&Value> = b.iter().collect();
            let taken = |one: &Value| {
                let at = left.iter().position(|other| equal(item, one, other));
                at.map(|at| left.swap_remove(at)).is_some()
            };
            a.len() == b.len() && a.iter().all(taken)
        }
        (Schema::Document(document), one, other) => (document.canonical)(one) == (document.canonical)(other),
        (_, Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        // the text of a document may be written in another way
        (_, Value::String(a), Value::String(b)) if a.starts_with('{') && b.starts_with('{') => {
            let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
            one == other || parsed(a).is_some_and(|a| Some(a) == parsed(b))
        }
        (_, one, other) => one == other,
    }
}

//! Other values than one that is there.

use serde_json::{Map, Value, json};

use super::make::{clash, count, item, numbers};
use super::shape::Shape;
use super::{Example, Maker, Place};

impl Maker<'_> {
    /// Up to `most` valid values that are not `value`, those that are most like it first.
    pub(super) fn others(&self, schema: &Value, value: &Value, place: &Place, most: usize) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        for shape in self.shapes(schema) {
            let candidates = self.candidates(schema, &shape, value, place, most);
            for candidate in candidates {
                if found.len() < most
                    && candidate != *value
                    && !found.contains(&candidate)
                    && self.fits(schema, &candidate)
                {
                    found.push(candidate);
                }
            }
            if found.len() >= most {
                break;
            }
        }
        found
    }

    fn candidates(&self, schema: &Value, shape: &Shape<'_>, value: &Value, place: &Place, most: usize) -> Vec<Value> {
        if let Some(words) = shape.rules.get("enum").and_then(Value::as_array) {
            return words.clone();
        }
        match value {
            Value::Bool(is) => vec![Value::Bool(!is)],
            Value::Number(_) => numbers(shape).collect(),
            Value::String(text) => {
                let mut texts = self.texts(schema, shape, place, most + 1);
                // another domain for a domain: what else is in the model may ask for one
                texts.sort_by_key(|other| other.as_str().map(marks) != Some(marks(text)));
                texts
            }
            Value::Array(items) => self.other_lists(shape, items, place, most),
            Value::Object(members) => self.other_objects(schema, shape, members, place, most),
            Value::Null => Vec::new(),
        }
    }

    /// The list with an item more, with another one in place of the last, without the last.
    fn other_lists(&self, shape: &Shape<'_>, items: &[Value], place: &Place, most: usize) -> Vec<Value> {
        // the items that may stand at the end of a list
        let with_last = |rest: &[Value], last: Option<&Value>| -> Vec<Value> {
            let schema = item(shape, rest.len());
            let made = last
                .is_none()
                .then(|| self.make(&schema, place, Example::Required))
                .flatten();
            let others = last
                .or(made.as_ref())
                .map(|item| self.others(&schema, item, place, most + rest.len()));
            let new = made.iter().cloned().chain(others.into_iter().flatten());
            let new = new.filter(|new| !rest.iter().any(|item| clash(shape, item, new)));
            new.map(|new| Value::Array([rest, &[new]].concat())).collect()
        };
        let room = count(shape, "maxItems").unwrap_or(usize::MAX);
        let mut lists = if items.len() < room {
            with_last(items, None)
        } else {
            Vec::new()
        };
        if let Some((last, rest)) = items.split_last() {
            lists.extend(with_last(rest, Some(last)));
            lists.push(Value::Array(rest.to_vec()));
        }
        lists
    }

    /// The object with one value changed, with a property more, without one.
    fn other_objects(
        &self,
        schema: &Value,
        shape: &Shape<'_>,
        members: &Map<String, Value>,
        place: &Place,
        most: usize,
    ) -> Vec<Value> {
        let mut names: Vec<&String> = members.keys().collect();
        // what makes another object comes last, and names come first: a list may want them to differ
        names.sort_by_key(|name| {
            let place = place.property(name);
            (
                self.is_create_only(&place),
                !name.ends_with("Name") && !name.ends_with("Key"),
            )
        });
        let inside = place.within(&shape.definitions);
        let mut found = Vec::new();
        for name in names {
            let within = inside.property(name);
            let Some((property, is_entry)) = member(shape, name) else {
                continue;
            };
            if self.is_read_only(&within) {
                continue;
            }
            let within = if is_entry { &inside } else { &within };
            for other in self.others(property, &members[name], within, most) {
                let mut changed = members.clone();
                changed.insert(name.clone(), other);
                found.push(Value::Object(changed));
            }
            let fitting = found.iter().filter(|found| self.fits(schema, found)).count();
            if fitting >= most {
                return found;
            }
        }
        let is_deep = place.depth(&shape.definitions) > 0;
        let all = (!is_deep)
            .then(|| self.shaped(schema, shape, &inside, Example::All))
            .flatten();
        if let Some(Value::Object(all)) = all {
            for (name, value) in all.iter().filter(|(name, _)| !members.contains_key(*name)) {
                let mut more = members.clone();
                more.insert(name.clone(), value.clone());
                found.push(Value::Object(more));
            }
            // another alternative has nothing of this one
            found.push(Value::Object(all));
        }
        let mut more = members.clone();
        more.insert("Example".to_owned(), json!("example"));
        found.push(Value::Object(more));
        for name in members.keys() {
            let mut fewer = members.clone();
            fewer.remove(name);
            found.push(Value::Object(fewer));
        }
        found.extend(self.exchanged(shape, members, &inside));
        found
    }

    /// The object with a property in place of its only one: they may exclude each other.
    fn exchanged(&self, shape: &Shape<'_>, members: &Map<String, Value>, place: &Place) -> Vec<Value> {
        if members.len() != 1 {
            return Vec::new();
        }
        let properties = shape.rules.get("properties").and_then(Value::as_object);
        let others = properties.into_iter().flatten().filter_map(|(name, schema)| {
            let within = place.property(name);
            let is_other = !members.contains_key(name) && !self.is_read_only(&within);
            let value = is_other.then(|| self.make(schema, &within, Example::Required))??;
            Some(Map::from_iter([(name.clone(), value)]))
        });
        others.map(Value::Object).collect()
    }
}

/// The characters of a text that are neither letters nor digits.
fn marks(text: &str) -> String {
    text.chars().filter(|character| !character.is_alphanumeric()).collect()
}

/// The schema of a member of an object, and whether it is an entry of a map.
fn member<'s>(shape: &'s Shape<'_>, name: &str) -> Option<(&'s Value, bool)> {
    let property = shape
        .rules
        .get("properties")
        .and_then(|properties| properties.get(name));
    let entries = shape.rules.get("patternProperties").and_then(Value::as_object);
    let entry = || {
        entries
            .into_iter()
            .flatten()
            .find(|(pattern, _)| super::text::matches(pattern, name))
    };
    property
        .map(|property| (property, false))
        .or_else(|| entry().map(|(_, schema)| (schema, true)))
}

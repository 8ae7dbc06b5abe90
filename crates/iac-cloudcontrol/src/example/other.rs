//! Other values than one that is there.

use serde_json::{Map, Value, json};

use super::formats::policies;
use super::make::{clash, count, item, numbers};
use super::shape::Shape;
use super::{Example, Maker, Place};

impl Maker<'_> {
    /// Up to `most` valid values that are not `value`, those that are most like it first.
    pub(super) fn others(&self, schema: &Value, value: &Value, place: &Place, most: usize) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        for shape in &self.shapes(schema) {
            let sought = Sought {
                maker: self,
                schema,
                shape,
                place,
                most,
            };
            for candidate in sought.like(value) {
                let is_new = found.len() < most && candidate != *value && !found.contains(&candidate);
                if is_new && self.fits(schema, &candidate) {
                    found.push(candidate);
                }
            }
            if found.len() >= most {
                break;
            }
        }
        found
    }
}

/// What other values are sought of: the schema, one of its shapes, the place, and how many there shall be.
struct Sought<'s> {
    maker: &'s Maker<'s>,
    schema: &'s Value,
    shape: &'s Shape<'s>,
    place: &'s Place,
    most: usize,
}

impl Sought<'_> {
    /// Values of the kind of this one. They may be equal to it, and need not fit.
    fn like(&self, value: &Value) -> Vec<Value> {
        if let Some(words) = self.shape.rules.get("enum").and_then(Value::as_array) {
            return words.clone();
        }
        match value {
            Value::Bool(is) => vec![Value::Bool(!is)],
            Value::Number(_) => numbers(self.shape).collect(),
            Value::String(text) => self.texts(text),
            Value::Array(items) => self.lists(items),
            Value::Object(members) => self.objects(members),
            Value::Null => Vec::new(),
        }
    }

    fn texts(&self, text: &str) -> Vec<Value> {
        let mut texts = self.maker.texts(self.schema, self.shape, self.place, self.most + 1);
        // another domain for a domain: what else is in the model may ask for one
        texts.sort_by_key(|other| other.as_str().map(marks) != Some(marks(text)));
        texts
    }

    /// The list with an item more, with another one in place of the last, without the last.
    fn lists(&self, items: &[Value]) -> Vec<Value> {
        let room = count(self.shape, "maxItems").unwrap_or(usize::MAX);
        let mut lists = Vec::new();
        if items.len() < room {
            lists.extend(self.ended(items, None));
        }
        if let Some((last, rest)) = items.split_last() {
            lists.extend(self.ended(rest, Some(last)));
            lists.push(Value::Array(rest.to_vec()));
        }
        lists
    }

    /// The list with one item more; it is not the one that is given.
    fn ended(&self, items: &[Value], not: Option<&Value>) -> Vec<Value> {
        let schema = item(self.shape, items.len());
        let made = || self.maker.make(&schema, self.place, Example::Required);
        let made = if not.is_none() { made() } else { None };
        let first = not.or(made.as_ref());
        let others = first.map(|first| self.maker.others(&schema, first, self.place, self.most + items.len()));
        let new = made.iter().cloned().chain(others.into_iter().flatten());
        let new = new.filter(|new| !items.iter().any(|item| clash(self.shape, item, new)));
        new.map(|new| Value::Array([items, &[new]].concat())).collect()
    }

    /// The object with one value changed, with a property more, without one.
    fn objects(&self, members: &Map<String, Value>) -> Vec<Value> {
        let mut found = policies(self.place.name());
        for name in self.changeable(members) {
            for other in self.of_member(name, &members[name]) {
                found.push(with(members, name, &other));
            }
            if found.iter().filter(|found| self.maker.fits(self.schema, found)).count() >= self.most {
                return found;
            }
        }
        if self.place.depth(&self.shape.definitions) == 0
            && let Some(Value::Object(all)) = self.all()
        {
            let new = all.iter().filter(|(name, _)| !members.contains_key(*name));
            found.extend(new.map(|(name, value)| with(members, name, value)));
            // another alternative has nothing of this one
            found.push(Value::Object(all));
        }
        found.push(with(members, "Example", &json!("example")));
        for name in members.keys() {
            let mut fewer = members.clone();
            fewer.remove(name);
            found.push(Value::Object(fewer));
        }
        found.extend(self.exchanged(members));
        found
    }

    fn all(&self) -> Option<Value> {
        self.maker.shaped(self.schema, self.shape, &self.inside(), Example::All)
    }

    fn inside(&self) -> Place {
        self.place.within(&self.shape.definitions)
    }

    /// The members in the order in which changes of them are tried.
    fn changeable<'m>(&self, members: &'m Map<String, Value>) -> Vec<&'m String> {
        let mut names: Vec<&String> = members.keys().collect();
        // what makes another object comes last, and names come first: a list may want them to differ
        names.sort_by_key(|name| {
            let is_name = name.ends_with("Name") || name.ends_with("Key");
            (self.maker.is_create_only(&self.place.property(name)), !is_name)
        });
        names
    }

    fn of_member(&self, name: &str, value: &Value) -> Vec<Value> {
        let inside = self.inside();
        let within = inside.property(name);
        match member(self.shape, name) {
            Some((schema, is_entry)) if !self.maker.is_read_only(&within) => {
                let within = if is_entry { inside } else { within };
                self.maker.others(schema, value, &within, self.most)
            }
            _ => Vec::new(),
        }
    }

    /// Objects with one property that is not the only one there: they may exclude each other.
    fn exchanged(&self, members: &Map<String, Value>) -> Vec<Value> {
        if members.len() != 1 {
            return Vec::new();
        }
        let properties = self.shape.rules.get("properties").and_then(Value::as_object);
        let others = properties.into_iter().flatten().filter_map(|(name, schema)| {
            let within = self.inside().property(name);
            let is_other = !members.contains_key(name) && !self.maker.is_read_only(&within);
            let value = is_other.then(|| self.maker.make(schema, &within, Example::Required))??;
            Some(with(&Map::new(), name, &value))
        });
        others.collect()
    }
}

/// The object with a member more, or with another value of it.
fn with(members: &Map<String, Value>, name: &str, value: &Value) -> Value {
    let mut members = members.clone();
    members.insert(name.to_owned(), value.clone());
    Value::Object(members)
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
        let mut entries = entries.into_iter().flatten();
        entries.find(|(pattern, _)| super::text::matches(pattern, name))
    };
    let property = property.map(|property| (property, false));
    property.or_else(|| entry().map(|(_, schema)| (schema, true)))
}

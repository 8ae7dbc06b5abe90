//! Examples of a type's model, made of its schema alone: for tests, for documents, for trying a type.
//!
//! A schema is first spread into what it may be without alternatives (`shape`); of each object the properties are chosen
//! (`presence`), then the values are made (`make`, `text` and below), and where the schema has conditions the whole is held
//! against it (`fit`). The same schema always gives the same examples.

mod fit;
mod formats;
mod make;
mod other;
mod pattern;
mod presence;
mod shape;
mod text;

use serde_json::Value;

use crate::shape::SchemaTree;
use crate::type_facts::TypeFacts;

/// How much of a model an example has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// What must be there: the required properties, and the fewest others that the schema's conditions ask for.
    Required,
    /// All that a user may write, at every depth; of properties that exclude each other the first ones.
    All,
}

impl TypeFacts {
    /// A model that is valid by the type's schema, as AWS spells it: `{"QueueName": "example"}`. It has no properties that
    /// only AWS sets. A definition that holds itself does so once at most.
    ///
    /// ```
    /// use iac_cloudcontrol::{Example, Facts};
    ///
    /// let stream = Facts::get().find("AWS::Logs::LogStream").unwrap();
    /// let example = stream.example(Example::Required);
    /// assert_eq!(example, serde_json::json!({"LogGroupName": "/example/logs"}));
    /// ```
    pub fn example(&self, which: Example) -> Value {
        let made = Maker::new(self).make(self.schema(), &Place::default(), which);
        made.unwrap_or_else(|| Value::Object(serde_json::Map::new()))
    }

    /// A valid value of a property at the top that is not `value`, as for an update: another word, number or text; the list
    /// with one item more; the object with one value changed, of those that may be changed where there are any. `None` when
    /// the schema allows no other, and for a property that is not there or that only AWS sets.
    pub fn another(&self, property: &str, value: &Value) -> Option<Value> {
        let maker = Maker::new(self);
        let schema = self.schema()["properties"].get(property)?;
        let place = Place::default().property(property);
        if maker.is_read_only(&place) {
            return None;
        }
        maker.others(schema, value, &place, 1).into_iter().next()
    }
}

/// Makes the values of one type.
struct Maker<'a> {
    schema: &'a Value,
    read_only: Vec<Vec<&'a str>>,
    create_only: Vec<Vec<&'a str>>,
}

impl<'a> Maker<'a> {
    fn new(facts: &'a TypeFacts) -> Self {
        let split = |list| facts.paths(list).into_iter().map(steps).collect();
        Self {
            schema: facts.schema(),
            read_only: split("readOnlyProperties"),
            create_only: split("createOnlyProperties"),
        }
    }

    fn is_read_only(&self, place: &Place) -> bool {
        self.read_only.iter().any(|path| *path == place.path)
    }

    fn is_create_only(&self, place: &Place) -> bool {
        self.create_only.iter().any(|path| *path == place.path)
    }
}

/// The names in a path. What stands for the items of a list or of a map is left out: paths in schemas have it or lack it.
fn steps(path: &str) -> Vec<&str> {
    let between = ["*", "items", "properties"];
    path.split('/').filter(|step| !between.contains(step)).collect()
}

/// Where in a model a value is.
#[derive(Clone, Debug, Default)]
struct Place {
    /// The names of the properties down to it.
    path: Vec<String>,
    /// The definitions that it is within.
    definitions: Vec<String>,
}

impl Place {
    /// The place of a property of the object here.
    fn property(&self, name: &str) -> Self {
        let mut place = self.clone();
        place.path.push(name.to_owned());
        place
    }

    /// The same place, within some definitions more.
    fn within(&self, definitions: &[String]) -> Self {
        let mut place = self.clone();
        place.definitions.extend_from_slice(definitions);
        place
    }

    /// How often the most frequent of these definitions is around this place.
    fn depth(&self, definitions: &[String]) -> usize {
        let depth = |name: &String| self.definitions.iter().filter(|around| *around == name).count();
        definitions.iter().map(depth).max().unwrap_or_default()
    }

    /// The name of the property that is, or holds, the value.
    fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

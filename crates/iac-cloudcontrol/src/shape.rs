//! What a place of a type's schema holds, in few words: what the engine's schema, the conversion of values and the generated
//! structs are all made from.

use serde_json::Value;

/// What a place holds.
#[derive(Clone, Debug)]
pub(crate) enum Shape<'a> {
    Text,
    Boolean,
    Integer,
    Number,
    /// Items in an order that matters, or not.
    List {
        items: &'a Value,
        ordered: bool,
    },
    /// Values by names that are the user's.
    Map(&'a Value),
    /// Tags as a list of `Key` and `Value`.
    Tags,
    /// Named properties.
    Struct(Vec<(&'a str, &'a Value)>),
    /// An object, or the JSON text of one: mostly a policy.
    Document,
    /// Any JSON.
    Any,
}

/// Whether a text names a role: some properties, a Lambda function's among them, tell it by their pattern alone.
pub(crate) fn is_role(node: &Value) -> bool {
    let pattern = node["pattern"].as_str().unwrap_or_default();
    node["format"].is_null() && pattern.contains(":iam::") && pattern.contains(":role")
}

/// How far references are followed: a schema that refers to itself alone holds anything.
const DEPTH: usize = 16;

/// The schema of a type as a tree of places. The build script reads it too, which is why it needs nothing else.
pub(crate) trait SchemaTree {
    /// All that the registry says of the type.
    fn root(&self) -> &Value;

    /// The paths in a list of the schema, without `/properties/` in front: `CopyTags`, `Code/ZipFile`, `Rules/*/Id`.
    fn paths(&self, list: &str) -> Vec<&str> {
        let paths = self.root()[list].as_array().into_iter().flatten();
        let paths = paths.filter_map(Value::as_str);
        paths.map(|path| path.trim_start_matches("/properties/")).collect()
    }

    /// The property that holds the tags; none for a type without tags.
    fn tags_path(&self) -> Option<&str> {
        let tagging = &self.root()["tagging"];
        // without a word about it a type has tags in the usual place, if it has that property
        let property = tagging["tagProperty"].as_str().unwrap_or("/properties/Tags");
        let property = property.trim_start_matches("/properties/");
        let top = property.split('/').next()?;
        let taggable = tagging["taggable"].as_bool().unwrap_or(true);
        (taggable && self.root()["properties"].get(top).is_some()).then_some(property)
    }

    /// What a place holds. `node` is a part of the schema.
    fn shape<'a>(&'a self, node: &'a Value) -> Shape<'a> {
        let node = self.target(node);
        let word = |word: &str| node["type"] == word;
        let also = |word: &str| {
            let words = node["type"].as_array().into_iter().flatten();
            words.filter_map(Value::as_str).any(|other| other == word)
        };
        if also("object") && also("string") && node["type"].as_array().is_some_and(|words| words.len() == 2) {
            return Shape::Document;
        }
        // AWS takes the text of a number or a switch, and gives a text back
        if also("string") && node.get("items").is_none() {
            return Shape::Text;
        }
        if word("array") || node.get("items").is_some() && !word("object") && node["type"].as_array().is_none() {
            return Shape::List {
                items: &node["items"],
                ordered: node["insertionOrder"].as_bool().unwrap_or(true),
            };
        }
        if word("string") {
            return Shape::Text;
        }
        if word("boolean") || also("boolean") && also("null") {
            return Shape::Boolean;
        }
        if word("integer") {
            return Shape::Integer;
        }
        if word("number") {
            return Shape::Number;
        }
        let fields = self.fields(node);
        if !fields.is_empty() {
            return Shape::Struct(fields);
        }
        let patterns = node["patternProperties"].as_object();
        if let Some(values) = patterns.and_then(|patterns| patterns.values().next()) {
            return Shape::Map(values);
        }
        match &node["additionalProperties"] {
            Value::Object(_) => Shape::Map(&node["additionalProperties"]),
            _ => Shape::Any,
        }
    }

    /// What the type's tags hold, where the engine may add its own to them.
    fn tags_shape(&self) -> Option<(&str, Shape<'_>)> {
        let name = self.tags_path().filter(|path| !path.contains('/'))?;
        let node = &self.root()["properties"][name];
        match self.shape(node) {
            Shape::List { items, .. } => {
                let Shape::Struct(fields) = self.shape(items) else {
                    return None;
                };
                let mut names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                names.sort_unstable();
                (names == ["Key", "Value"]).then_some((name, Shape::Tags))
            }
            Shape::Map(values) => matches!(self.shape(values), Shape::Text).then_some((name, Shape::Map(values))),
            _ => None,
        }
    }

    /// What a property at the top holds: tags are tags there.
    fn top_shape<'a>(&'a self, name: &str, node: &'a Value) -> Shape<'a> {
        match self.tags_shape() {
            Some((tags, Shape::Tags)) if tags == name => Shape::Tags,
            _ => self.shape(node),
        }
    }

    /// The properties at the top, in the order of their names.
    fn top(&self) -> Vec<(&str, &Value)> {
        let properties = self.root()["properties"].as_object().into_iter().flatten();
        properties.map(|(name, node)| (name.as_str(), node)).collect()
    }

    /// The properties that must be given at a place.
    fn required<'a>(&'a self, node: &'a Value) -> Vec<&'a str> {
        let required = self.target(node)["required"].as_array().into_iter().flatten();
        required.filter_map(Value::as_str).collect()
    }

    /// What a node refers to, however far.
    fn target<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        for _ in 0..DEPTH {
            let Some(name) = self.reference(node) else {
                return node;
            };
            node = &self.root()["definitions"][name];
        }
        &Value::Null
    }

    /// The name of the definition a node refers to.
    fn reference<'a>(&self, node: &'a Value) -> Option<&'a str> {
        node["$ref"].as_str()?.strip_prefix("#/definitions/")
    }

    /// The properties of an object: its own, or those of all its alternatives.
    fn fields<'a>(&'a self, node: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let mut fields: Vec<(&str, &Value)> = Vec::new();
        self.gather(node, &mut fields, 0);
        fields.sort_by_key(|(name, _)| *name);
        fields
    }

    fn gather<'a>(&'a self, node: &'a Value, fields: &mut Vec<(&'a str, &'a Value)>, depth: usize) {
        if depth > 4 {
            return;
        }
        let node = self.target(node);
        for (name, value) in node["properties"].as_object().into_iter().flatten() {
            // an alternative may say nothing of a property but that it is there
            let empty = value.as_object().is_none_or(serde_json::Map::is_empty) || value.is_boolean();
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(known) if known.1.as_object().is_none_or(serde_json::Map::is_empty) && !empty => known.1 = value,
                Some(_) => {}
                None => fields.push((name, value)),
            }
        }
        for word in ["oneOf", "anyOf", "allOf"] {
            for alternative in node[word].as_array().into_iter().flatten() {
                self.gather(alternative, fields, depth + 1);
            }
        }
    }
}

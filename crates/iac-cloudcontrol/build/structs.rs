//! Structs with builders, and enumerations that stay open.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

use crate::{
    Schema,
    builder::{self, Part},
    kinds,
    shape::{SchemaTree, Shape},
    source::{constant, struct_name},
};

/// The nested structs and enumerations of one type, each written once.
pub(crate) struct Structs<'a> {
    pub(crate) schema: &'a Schema,
    /// By name, with the place that each is of.
    known: BTreeMap<String, &'a Value>,
    /// Those that are still to be written, with their paths.
    left: Vec<(String, String, &'a Value)>,
    /// Written, within the module of the type.
    pub(crate) source: String,
}

/// How a property is set.
pub(crate) struct Setter {
    pub(crate) argument: String,
    pub(crate) statement: String,
}

impl<'a> Structs<'a> {
    pub(crate) fn of(schema: &'a Schema) -> Self {
        Self {
            schema,
            known: BTreeMap::new(),
            left: Vec::new(),
            source: String::new(),
        }
    }

    /// Writes all that was named and what that names.
    pub(crate) fn finish(&mut self) {
        while let Some((name, path, node)) = self.left.pop() {
            let schema = self.schema;
            let Shape::Struct(fields) = schema.shape(node) else {
                continue;
            };
            let written = builder::write(
                self,
                &Part {
                    name: name.clone(),
                    path: format!("{path}/"),
                    doc: format!("`{path}` of `{}`.", schema.name),
                    required: schema.required(node),
                    fields,
                    module: String::new(),
                },
            );
            self.source += &written;
            let _ = writeln!(
                self.source,
                "impl From<{name}> for g::Properties {{ fn from(value: {name}) -> Self {{ value.0 }} }}"
            );
        }
    }

    /// A name for what stands at a place: that of its definition, or of its property. Another place may have it already.
    fn name_of(&mut self, path: &str, node: &'a Value) -> (String, bool) {
        let schema = self.schema;
        let target = schema.target(node);
        let last = path.rsplit('/').find(|part| *part != "*").unwrap_or(path);
        let mut name = struct_name(schema.reference(node).unwrap_or(last));
        let parent = path
            .split('/')
            .rev()
            .filter(|part| *part != "*")
            .nth(1)
            .map(struct_name);
        let mut number = 1;
        loop {
            match self.known.get(&name) {
                Some(known) if *known == target => return (name, false),
                Some(_) => {
                    name = match &parent {
                        Some(parent) if number == 1 => format!("{parent}{name}"),
                        _ => format!("{name}{number}"),
                    };
                    number += 1;
                }
                None => {
                    self.known.insert(name.clone(), target);
                    return (name, true);
                }
            }
        }
    }

    /// The name of a nested struct.
    fn nested(&mut self, path: &str, node: &'a Value, module: &str) -> String {
        let (name, is_new) = self.name_of(path, node);
        if is_new {
            self.left.push((name.clone(), path.to_owned(), node));
        }
        format!("{module}{name}")
    }

    /// The type of a text, a number or a switch; none for what is more.
    fn scalar(&mut self, path: &str, node: &'a Value, module: &str) -> Option<String> {
        let target = self.schema.target(node);
        Some(match self.schema.shape(node) {
            Shape::Text => match target["enum"]
                .as_array()
                .filter(|words| words.iter().all(Value::is_string))
            {
                Some(words) => {
                    let (name, is_new) = self.name_of(path, node);
                    if is_new {
                        self.words(&name, path, words);
                    }
                    format!("{module}{name}")
                }
                None => kinds::of_text(target).to_owned(),
            },
            Shape::Boolean => "bool".to_owned(),
            Shape::Integer => "i64".to_owned(),
            Shape::Number => "f64".to_owned(),
            _ => return None,
        })
    }

    /// An enumeration: a text with its words as constants.
    fn words(&mut self, name: &str, path: &str, words: &[Value]) {
        let mut source = format!(
            "/// The words of `{path}`, which AWS adds to: any text will do.\n\
             pub type {name} = g::Word<words::{name}>;\nimpl {name} {{\n"
        );
        let mut seen = BTreeSet::new();
        for word in words.iter().filter_map(Value::as_str) {
            let mut constant = constant(word);
            while !seen.insert(constant.clone()) {
                constant.push('_');
            }
            let _ = writeln!(
                source,
                "    /// {word:?}.\n    pub const {constant}: Self = Self::known({word:?});"
            );
        }
        source += "}\n";
        self.source += &source;
    }

    pub(crate) fn setter(&mut self, path: &str, name: &str, node: &'a Value, module: &str) -> Setter {
        let schema = self.schema;
        let key = crate::names::snake(name);
        let is_tags = !path.contains('/') && matches!(schema.top_shape(name, node), Shape::Tags);
        if is_tags {
            return Setter {
                argument: "impl IntoIterator<Item = (impl Into<String>, impl Into<g::Input<String>>)>".to_owned(),
                statement: format!("self.0.put_map::<String>({key:?}, value);"),
            };
        }
        if is_secret(schema, path, name, node) {
            return Setter {
                argument: "impl Into<g::Input<g::Secret<String>>>".to_owned(),
                statement: format!("self.0.put::<g::Secret<String>>({key:?}, &value.into());"),
            };
        }
        if let Some(scalar) = self.scalar(path, node, module) {
            return Setter {
                argument: format!("impl Into<g::Input<{scalar}>>"),
                statement: format!("self.0.put::<{scalar}>({key:?}, &value.into());"),
            };
        }
        let inner = format!("{path}/*");
        match schema.shape(node) {
            Shape::Struct(_) => {
                let nested = self.nested(path, node, module);
                Setter {
                    argument: format!("impl Into<{nested}>"),
                    statement: format!("self.0.put_struct({key:?}, value.into().0);"),
                }
            }
            Shape::List { items, .. } => {
                if let Some(scalar) = self.scalar(&inner, items, module) {
                    return Setter {
                        argument: format!("impl IntoIterator<Item = impl Into<g::Input<{scalar}>>>"),
                        statement: format!("self.0.put_list::<{scalar}>({key:?}, value);"),
                    };
                }
                if matches!(schema.shape(items), Shape::Struct(_)) {
                    let nested = self.nested(&inner, items, module);
                    return Setter {
                        argument: format!("impl IntoIterator<Item = impl Into<{nested}>>"),
                        statement: format!("self.0.put_structs({key:?}, value.into_iter().map(|one| one.into().0));"),
                    };
                }
                any(&key)
            }
            Shape::Map(values) => {
                if let Some(scalar) = self.scalar(&inner, values, module) {
                    return Setter {
                        argument: format!(
                            "impl IntoIterator<Item = (impl Into<String>, impl Into<g::Input<{scalar}>>)>"
                        ),
                        statement: format!("self.0.put_map::<{scalar}>({key:?}, value);"),
                    };
                }
                if matches!(schema.shape(values), Shape::Struct(_)) {
                    let nested = self.nested(&inner, values, module);
                    return Setter {
                        argument: format!("impl IntoIterator<Item = (impl Into<String>, impl Into<{nested}>)>"),
                        statement: format!(
                            "self.0.put_struct_map({key:?}, value.into_iter().map(|(key, one)| (key.into(), one.into().0)));"
                        ),
                    };
                }
                any(&key)
            }
            _ => any(&key),
        }
    }

    /// The modules of what was named: what is missing, and the kinds of words.
    pub(crate) fn markers(&self, more: &[&str]) -> String {
        let schema = self.schema;
        let mut missing: BTreeSet<String> = more.iter().map(|name| struct_name(name)).collect();
        let mut words = BTreeSet::new();
        for (name, node) in &self.known {
            match schema.shape(node) {
                Shape::Struct(fields) => {
                    let required = schema.required(node);
                    let fields = fields.iter().filter(|(name, _)| required.contains(name));
                    missing.extend(fields.map(|(name, _)| struct_name(name)));
                }
                _ => drop(words.insert(name.clone())),
            }
        }
        let enums = |names: &BTreeSet<String>| {
            let of = |name: &String| format!("        #[derive(Clone, Debug)] pub enum {name} {{}}\n");
            names.iter().map(of).collect::<Vec<_>>().concat()
        };
        format!(
            "    /// Required properties that are not set yet.\n    pub mod missing {{\n{}    }}\n    /// The kinds of words.\n    pub mod words {{\n{}    }}\n",
            enums(&missing),
            enums(&words)
        )
    }
}

/// What may be anything that can be written as JSON, with references in it.
fn any(key: &str) -> Setter {
    Setter {
        argument: "impl g::Serialize".to_owned(),
        statement: format!("self.0.put_any({key:?}, value);"),
    }
}

/// Whether a property is kept secret.
fn is_secret(schema: &Schema, path: &str, name: &str, node: &Value) -> bool {
    let write_only = schema.paths("writeOnlyProperties").contains(&path);
    write_only && crate::names::is_secret(name) && matches!(schema.shape(node), Shape::Text)
}

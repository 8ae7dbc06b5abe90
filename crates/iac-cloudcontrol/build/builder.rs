//! A struct and its builder, which has a type parameter for each property that must be set.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    docs,
    shape::SchemaTree,
    source::{ident, struct_name},
    structs::Structs,
};

/// What is written as a struct.
pub(crate) struct Part<'a> {
    pub(crate) name: String,
    /// What stands before the names of its properties in paths: nothing, or `Rules/*/`.
    pub(crate) path: String,
    pub(crate) doc: String,
    pub(crate) fields: Vec<(&'a str, &'a Value)>,
    pub(crate) required: Vec<&'a str>,
    /// What stands before the names of nested structs: nothing, or `function::`.
    pub(crate) module: String,
}

/// The source of a struct and its builder.
pub(crate) fn write<'a>(structs: &mut Structs<'a>, part: &Part<'a>) -> String {
    let schema = structs.schema;
    let name = &part.name;
    let read_only = schema.paths("readOnlyProperties");
    let path = |property: &str| format!("{}{property}", part.path);
    let given = |(property, _): &&(&str, &Value)| !read_only.contains(&path(property).as_str());
    let fields: Vec<_> = part.fields.iter().filter(given).collect();
    let names = fields.iter().map(|(name, _)| *name);
    let required: Vec<&str> = names.filter(|name| part.required.contains(name)).collect();
    let each = |of: &dyn Fn(usize) -> String| (0..required.len()).map(of).collect::<Vec<_>>();
    let generics = |set: Option<usize>| {
        in_angles(&each(&|at| match set {
            Some(set) if set == at => "g::Given".to_owned(),
            _ => format!("P{at}"),
        }))
    };
    let missing = in_angles(&each(&|at| format!("missing::{}", struct_name(required[at]))));
    let marks = each(&|at| format!("P{at},")).concat();
    let bounds = each(&|at| format!("P{at}: g::Set")).join(", ");
    let bounds = if bounds.is_empty() {
        bounds
    } else {
        format!(" where {bounds}")
    };
    let all = generics(None);
    let mut source = format!(
        "/// {}\n#[derive(Clone, Debug)]\npub struct {name}(pub(crate) g::Properties);\n\
         impl {name} {{\n    /// Begins one.\n    pub fn builder() -> {name}Builder{missing} {{ {name}Builder(g::Properties::new(), g::PhantomData) }}\n}}\n\
         /// Builds a [`{name}`].\n#[derive(Clone, Debug)]\npub struct {name}Builder{all}(g::Properties, g::PhantomData<({marks})>);\n\
         impl{all} {name}Builder{all} {{\n",
        part.doc
    );
    for (property, node) in fields {
        let path = path(property);
        let setter = structs.setter(&path, property, node, &part.module);
        let at = required.iter().position(|name| name == property);
        let doc = docs::property(schema, &path, property, node, at.is_some());
        let doc = doc.replace('[', "\\[").replace(']', "\\]");
        let _ = writeln!(
            source,
            "    /// {doc}\n    pub fn {}(mut self, value: {}) -> {name}Builder{} {{ {} {name}Builder(self.0, g::PhantomData) }}",
            ident(property),
            setter.argument,
            generics(at),
            setter.statement,
        );
    }
    let _ = writeln!(
        source,
        "    /// The whole. All that is required must be set.\n    pub fn build(self) -> {name}{bounds} {{ {name}(self.0) }}\n}}\n\
         impl{all} From<{name}Builder{all}> for {name}{bounds} {{ fn from(builder: {name}Builder{all}) -> Self {{ Self(builder.0) }} }}"
    );
    source
}

fn in_angles(parts: &[String]) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!("<{}>", parts.join(", "))
    }
}

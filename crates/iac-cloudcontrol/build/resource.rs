//! A resource: its struct, its outputs, and the module of what is nested in it.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value;

use crate::{
    Schema,
    builder::{self, Part},
    kinds,
    names::{snake, url},
    shape::{SchemaTree, Shape},
    source::{ident, module_name, struct_name},
    structs::Structs,
};

/// Writes a type, one of those of its service.
pub(crate) fn write(schema: &Schema, all: &[&str], source: &mut String) {
    let kind = schema.name.rsplit("::").next().unwrap_or_default();
    let name = struct_name(kind);
    let module = module_name(kind);
    let required = schema.required(schema.root());
    let mut structs = Structs::of(schema);
    let whole = builder::write(
        &mut structs,
        &Part {
            name: name.clone(),
            path: String::new(),
            doc: format!("[`{}`]({}).", schema.name, url(&schema.name)),
            fields: schema.top(),
            required: required.clone(),
            module: format!("{module}::"),
        },
    );
    structs.finish();
    // a type may be called as the builder of another one is
    let builder = format!("{name}Builder");
    let taken = all
        .iter()
        .any(|other| other.rsplit("::").next() == Some(builder.as_str()));
    let whole = if taken {
        whole.replace(&builder, &format!("BuilderOf{name}"))
    } else {
        whole
    };
    let whole = whole.replace("missing::", &format!("{module}::missing::"));
    let outputs = outputs(schema, &name);
    let _ = writeln!(
        source,
        "mod {module}_resource {{\n    use crate::generated as g;\n    use super::{module};\n{whole}\
         impl g::Serialize for {name} {{ fn serialize<S: g::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{ self.0.serialize(serializer) }} }}\n\
         impl g::Resource for {name} {{\n    type Outputs = {name}Outputs;\n    fn type_info(&self) -> &'static g::TypeInfo {{ g::type_info({:?}) }}\n}}\n{outputs}}}\n\
         pub use {module}_resource::*;\n\
         /// What is nested in a [`{name}`].\npub mod {module} {{\n    use crate::generated as g;\n{}{}}}\n",
        schema.name,
        structs.markers(&required),
        structs.source,
    );
}

/// The struct of what a type gives.
fn outputs(schema: &Schema, name: &str) -> String {
    let told = schema.paths("readOnlyProperties").into_iter();
    let told = told.filter(|path| !path.contains('*'));
    let paths: BTreeMap<String, &str> = told
        .chain(schema.paths("primaryIdentifier"))
        .map(|path| (snake(&path.replace('/', "_")), path))
        .collect();
    let mut source = format!("/// What a [`{name}`] gives.\n#[derive(Clone, Debug)]\npub struct {name}Outputs {{\n");
    for (output, path) in &paths {
        let _ = writeln!(
            source,
            "    /// `{}`.\n    pub {}: g::Output<{}>,",
            path.replace('/', "."),
            ident(output),
            output_type(schema, path, name)
        );
    }
    let _ = writeln!(
        source,
        "}}\nimpl g::OutputRefs for {name}Outputs {{\n    fn at(address: &g::Address) -> Self {{\n        let _ = address;\n        Self {{"
    );
    for output in paths.keys() {
        let _ = writeln!(
            source,
            "            {}: g::Output::new(address, {output:?}),",
            ident(output)
        );
    }
    source += "        }\n    }\n}\n";
    source
}

fn output_type(schema: &Schema, path: &str, name: &str) -> String {
    let mut node: &Value = schema.root();
    for part in path.split('/') {
        let Shape::Struct(fields) = (if std::ptr::eq(node, schema.root()) {
            Shape::Struct(schema.top())
        } else {
            schema.shape(node)
        }) else {
            return "g::Value".to_owned();
        };
        match fields.into_iter().find(|(field, _)| *field == part) {
            Some((_, found)) => node = found,
            None => return "g::Value".to_owned(),
        }
    }
    match schema.shape(node) {
        Shape::Text => kinds::of_output(&schema.name, path, name),
        Shape::Boolean => "bool".to_owned(),
        Shape::Integer => "i64".to_owned(),
        Shape::Number => "f64".to_owned(),
        Shape::List { items, .. } if matches!(schema.shape(items), Shape::Text) => "Vec<String>".to_owned(),
        _ => "g::Value".to_owned(),
    }
}

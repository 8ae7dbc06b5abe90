//! The reference of all resource types as Markdown, made from the derive's metadata: what it says is what the engine does.

use std::fmt::Write;

use iac_core::model::{Field, Schema, TypeInfo};

/// A Markdown document with a table of properties and a table of outputs for every type of this build.
pub fn reference() -> String {
    let mut types = crate::types();
    types.sort_by_key(|info| info.name);
    let mut text = String::from(
        "# Resource types\n\n\
         Made from the types' own metadata by `cargo test -p iac-aws --test reference`; do not edit.\n\
         A property is *required* unless it has a default or is *optional*; a change of a *create-only* one replaces the object; \
         AWS fills a *computed* one when it is unset; a *write-only* one is never read back.\n\n",
    );
    for info in &types {
        line(&mut text, &format!("- [`{}`](#{})", info.name, anchor(info.name)));
    }
    for info in types {
        describe(info, &mut text);
    }
    text
}

fn anchor(name: &str) -> String {
    name.replace('.', "")
}

fn line(text: &mut String, line: &str) {
    // writing to a string cannot fail
    let _ = writeln!(text, "{line}");
}

fn describe(info: &TypeInfo, text: &mut String) {
    line(text, &format!("\n## {}\n\n{}\n", info.name, info.doc));
    line(
        text,
        "| property | holds | when | default | what it is |\n|---|---|---|---|---|",
    );
    for field in info.schema.fields() {
        property(field, "", false, text);
    }
    line(text, "\n| output | holds | what it is |\n|---|---|---|");
    for field in info.outputs.fields() {
        line(
            text,
            &format!(
                "| `{}` | {} | {} |",
                field.name,
                cell(&field.schema.describe()),
                cell(field.doc)
            ),
        );
    }
    let operations: Vec<String> = info
        .operations
        .iter()
        .map(|operation| format!("`{operation}`"))
        .collect();
    line(text, &format!("\nCalls {}.", operations.join(", ")));
}

fn property(field: &Field, path: &str, create_only: bool, text: &mut String) {
    let path = if path.is_empty() {
        field.name.to_owned()
    } else {
        format!("{path}.{}", field.name)
    };
    let create_only = create_only || field.attributes.create_only;
    let marks = [
        (field.required, "required"),
        (!field.required && field.default.is_empty(), "optional"),
        (create_only, "create-only"),
        (field.attributes.computed, "computed"),
        (field.attributes.write_only, "write-only"),
        (field.attributes.name.is_some(), "generated"),
    ];
    let marks: Vec<&str> = marks
        .into_iter()
        .filter_map(|(holds, mark)| holds.then_some(mark))
        .collect();
    let default = if field.default.is_empty() {
        String::new()
    } else {
        format!("`{}`", field.default)
    };
    line(
        text,
        &format!(
            "| `{path}` | {} | {} | {} | {} |",
            cell(&field.schema.describe()),
            marks.join(", "),
            cell(&default),
            cell(field.doc)
        ),
    );
    let (nested, path) = inner(&field.schema, path);
    for field in nested {
        property(field, &path, create_only, text);
    }
}

/// The properties inside a schema, and the path that leads to them.
fn inner(schema: &Schema, path: String) -> (&[Field], String) {
    match schema {
        Schema::Struct(fields) => (fields, path),
        Schema::List(item) | Schema::Set(item) => inner(item, format!("{path}[]")),
        Schema::Map(item) => inner(item, format!("{path}.*")),
        _ => (&[], path),
    }
}

/// A text that fits into a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

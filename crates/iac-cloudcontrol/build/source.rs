//! Small pieces of Rust.

use heck::ToUpperCamelCase;

use crate::names::snake;

/// The module of a service.
pub(crate) fn module(service: &str) -> String {
    format!(
        "/// Types of the service `{service}`.\n\
         #[allow(missing_docs, unused_imports, unused_mut, clippy::all, clippy::pedantic, clippy::use_self, reason = \"it is generated\")]\n\
         pub mod {service} {{\n    include!(concat!(env!(\"OUT_DIR\"), \"/{service}.rs\"));\n}}\n"
    )
}

/// A name as that of a field or function.
pub(crate) fn ident(name: &str) -> String {
    let name = snake(name);
    match name.as_str() {
        "type" | "match" | "enum" | "else" | "override" | "virtual" | "final" | "ref" | "use" | "where" | "in"
        | "for" | "loop" | "move" | "mod" | "pub" | "static" | "struct" | "trait" | "if" | "as" | "box" | "do"
        | "macro" | "priv" | "try" | "async" | "await" | "break" | "const" | "continue" | "dyn" | "extern"
        | "false" | "true" | "fn" | "impl" | "let" | "mut" | "return" | "unsafe" | "while" | "yield" | "abstract"
        | "become" | "typeof" | "unsized" | "gen" => {
            format!("r#{name}")
        }
        // methods that every builder has
        "build" | "self" | "super" | "crate" => format!("{name}_"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        _ => name,
    }
}

/// A name as that of a module.
pub(crate) fn module_name(name: &str) -> String {
    match snake(name).as_str() {
        "build" => "build".to_owned(),
        _ => ident(name),
    }
}

/// A name as that of a struct.
pub(crate) fn struct_name(name: &str) -> String {
    let name = name.to_upper_camel_case();
    match name.as_str() {
        "Self" | "String" | "Vec" | "Into" | "IntoIterator" | "From" | "Clone" | "Debug" | "Option" => {
            format!("{name}Value")
        }
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("N{name}"),
        name => name.to_owned(),
    }
}

/// A word of an enumeration as the name of a constant.
pub(crate) fn constant(word: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let mut name: String = word.chars().map(plain).collect();
    if name.is_empty() {
        name.push_str("EMPTY");
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if name.chars().all(|c| c == '_') {
        format!("{name}ANY")
    } else {
        name
    }
}

//! Templates: JSON values in which some places hold an expression instead of a value.
//!
//! An expression is the object `{"$expr": ...}`. User data that has this schema is escaped when it is written (the key gets
//! one more `$`) and unescaped when the template is resolved, so the two cannot be confused. A place whose expression
//! cannot be resolved yet is *unknown*; it keeps its expression.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    address::Address,
    expr::{Expr, Reference, Subnet},
};

const EXPR: &str = "$expr";

/// What a reference stands for at this moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// This value.
    Known(Value),
    /// A value that will be there later.
    Unknown,
    /// Nothing, now or later: the output does not exist.
    Missing,
}

/// Why an expression has no value, now or later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// A reference that leads nowhere.
    #[error("`{0}` refers to nothing")]
    Dangling(Reference),
    /// A part that a block of addresses does not have.
    #[error("{block} has no part number {number} with {newbits} more bits in its prefix; parts are counted from zero")]
    NoSubnet {
        /// The block, or what it comes from.
        block: String,
        /// How many bits longer the part's prefix would be.
        newbits: u8,
        /// The number of the part.
        number: u64,
    },
}

/// Writes an expression as a place of a template.
pub fn expression(expr: &Expr) -> Value {
    let body = serde_json::to_value(expr).unwrap_or_default();
    Value::Object(Map::from_iter([(EXPR.to_owned(), body)]))
}

/// Reads the expression at this place, if the place holds one.
pub fn as_expression(value: &Value) -> Option<Expr> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    // a tag may be called `$expr`; its value is never an expression's body
    let expr = serde_json::from_value(object.get(EXPR)?.clone()).ok()?;
    let endless = matches!(&expr, Expr::Json(body) if texts(body) >= TEXTS);
    (!endless).then_some(expr)
}

/// How deep JSON texts may stand in each other; what is deeper is data. Each escapes the one inside it, which doubles it.
const TEXTS: usize = 16;

/// How deep JSON texts stand in each other here.
fn texts(value: &Value) -> usize {
    match value {
        Value::Object(map) => {
            let below = map.values().map(texts).max().unwrap_or(0);
            below + usize::from(map.len() == 1 && map.contains_key("json"))
        }
        Value::Array(items) => items.iter().map(texts).max().unwrap_or(0),
        _ => 0,
    }
}

fn is_escapable(key: &str) -> bool {
    key.starts_with('$') && key.trim_start_matches('$') == "expr"
}

/// Escapes plain data so that it can stand in a template.
pub fn escape(value: Value) -> Value {
    rekey(value, &|key| if is_escapable(&key) { format!("${key}") } else { key })
}

/// Takes [`escape`] back. For values without expressions only.
fn unescape(value: Value) -> Value {
    rekey(value, &|key| {
        if is_escapable(&key) && key.starts_with("$$") {
            key[1..].to_owned()
        } else {
            key
        }
    })
}

fn rekey(value: Value, rename: &dyn Fn(String) -> String) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (rename(key), rekey(value, rename)))
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| rekey(item, rename)).collect(),
        other => other,
    }
}

/// All references in a template, each once, in order.
pub fn references(template: &Value) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    collect(template, &mut found);
    found
}

fn collect(template: &Value, found: &mut BTreeSet<Reference>) {
    match as_expression(template) {
        Some(Expr::Ref(reference)) => {
            found.insert(reference);
        }
        Some(Expr::Join(parts)) => parts.iter().for_each(|part| collect(part, found)),
        Some(Expr::Json(body)) => collect(&body, found),
        Some(Expr::Subnet(subnet)) => collect(&subnet.block, found),
        None => match template {
            Value::Object(map) => map.values().for_each(|value| collect(value, found)),
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        },
    }
}

/// Replaces every expression whose value `lookup` knows; the rest stay as they are.
///
/// # Errors
/// [`ExpressionError`] when `lookup` answers [`Resolution::Missing`], or a block of addresses has no such part.
pub fn evaluate(template: &Value, lookup: &dyn Fn(&Reference) -> Resolution) -> Result<Value, ExpressionError> {
    match as_expression(template) {
        Some(expr) => evaluate_expr(expr, lookup),
        None => Ok(match template {
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| Ok((key.clone(), evaluate(value, lookup)?)))
                .collect::<Result<_, _>>()?,
            Value::Array(items) => items
                .iter()
                .map(|item| evaluate(item, lookup))
                .collect::<Result<_, _>>()?,
            other => other.clone(),
        }),
    }
}

fn evaluate_expr(expr: Expr, lookup: &dyn Fn(&Reference) -> Resolution) -> Result<Value, ExpressionError> {
    match expr {
        Expr::Ref(reference) => match lookup(&reference) {
            Resolution::Known(value) => Ok(escape(value)),
            Resolution::Unknown => Ok(expression(&Expr::Ref(reference))),
            Resolution::Missing => Err(ExpressionError::Dangling(reference)),
        },
        Expr::Join(parts) => {
            let parts: Vec<Value> = parts
                .iter()
                .map(|part| evaluate(part, lookup))
                .collect::<Result<_, _>>()?;
            Ok(match parts.iter().map(text).collect::<Option<String>>() {
                Some(text) => Value::String(text),
                None => expression(&Expr::Join(parts)),
            })
        }
        Expr::Json(body) => {
            let body = evaluate(&body, lookup)?;
            Ok(match resolved(&body) {
                Some(plain) => Value::String(plain.to_string()),
                None => expression(&Expr::Json(body)),
            })
        }
        Expr::Subnet(mut subnet) => {
            subnet.block = evaluate(&subnet.block, lookup)?;
            let block = match resolved(&subnet.block) {
                Some(Value::String(block)) => block,
                Some(other) => return Err(no_subnet(&subnet, other.to_string())),
                None if subnet.is_beyond() => return Err(no_subnet(&subnet, "a block".to_owned())),
                None => return Ok(expression(&Expr::Subnet(subnet))),
            };
            let part = subnet.of(&block).map(|part| escape(Value::String(part)));
            part.ok_or_else(|| no_subnet(&subnet, format!("`{block}`")))
        }
    }
}

fn no_subnet(subnet: &Subnet, block: String) -> ExpressionError {
    ExpressionError::NoSubnet {
        block,
        newbits: subnet.newbits,
        number: subnet.number,
    }
}

/// The text of a known part; `None` when it is unknown.
fn text(part: &Value) -> Option<String> {
    match part {
        Value::String(text) => Some(text.clone()),
        other => resolved(other).map(|plain| plain.to_string()),
    }
}

/// The template with every reference to `from` leading to `to`.
pub fn redirect(template: &Value, from: &Address, to: &Address) -> Value {
    match as_expression(template) {
        Some(Expr::Ref(mut reference)) => {
            if reference.address == *from {
                reference.address = to.clone();
            }
            expression(&Expr::Ref(reference))
        }
        Some(Expr::Join(parts)) => expression(&Expr::Join(parts.iter().map(|part| redirect(part, from, to)).collect())),
        Some(Expr::Json(body)) => expression(&Expr::Json(redirect(&body, from, to))),
        Some(Expr::Subnet(mut subnet)) => {
            subnet.block = redirect(&subnet.block, from, to);
            expression(&Expr::Subnet(subnet))
        }
        None => match template {
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), redirect(value, from, to)))
                .collect(),
            Value::Array(items) => items.iter().map(|item| redirect(item, from, to)).collect(),
            other => other.clone(),
        },
    }
}

/// How deep a value may be nested: deeper than any document of a cloud, and far from what readers of JSON refuse.
pub const DEEPEST: usize = 96;

/// Whether a template is nested deeper than [`DEEPEST`].
pub fn is_too_deep(template: &Value) -> bool {
    fn deeper(value: &Value, left: usize) -> bool {
        match (value, left.checked_sub(1)) {
            (Value::Array(_) | Value::Object(_), None) => true,
            (Value::Array(items), Some(left)) => items.iter().any(|item| deeper(item, left)),
            (Value::Object(map), Some(left)) => map.values().any(|value| deeper(value, left)),
            _ => false,
        }
    }
    deeper(template, DEEPEST)
}

/// Whether some place of the template is still an expression.
pub fn has_unknown(template: &Value) -> bool {
    as_expression(template).is_some()
        || match template {
            Value::Object(map) => map.values().any(has_unknown),
            Value::Array(items) => items.iter().any(has_unknown),
            _ => false,
        }
}

/// The plain value of a template, or `None` while something in it is unknown.
pub fn resolved(template: &Value) -> Option<Value> {
    (!has_unknown(template)).then(|| unescape(template.clone()))
}

/// The addresses a template refers to.
pub fn dependencies(template: &Value) -> BTreeSet<Address> {
    references(template)
        .into_iter()
        .map(|reference| reference.address)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::expr::Segment;

    fn reference(output: &str) -> Reference {
        Reference {
            address: "s3.bucket.logs".parse().unwrap(),
            path: vec![Segment::Key(output.to_owned())],
        }
    }

    #[test]
    fn joins_resolve_when_every_part_is_known() {
        let join = expression(&Expr::Join(vec![expression(&Expr::Ref(reference("arn"))), json!("/*")]));
        let unknown = evaluate(&join, &|_| Resolution::Unknown).unwrap();
        assert!(has_unknown(&unknown));
        let known = evaluate(&unknown, &|_| Resolution::Known(json!("arn:aws:s3:::logs"))).unwrap();
        assert_eq!(resolved(&known), Some(json!("arn:aws:s3:::logs/*")));
    }

    #[test]
    fn user_data_that_looks_like_an_expression_survives() {
        let data = json!({"$expr": {"ref": {"address": "s3.bucket.logs", "path": ["arn"]}}, });
        let template = escape(data.clone());
        assert!(references(&template).is_empty());
        assert_eq!(resolved(&template), Some(data));
        assert_eq!(resolved(&json!({"$expr": "a tag"})), Some(json!({"$expr": "a tag"})));
    }

    #[test]
    fn texts_in_texts_come_to_an_end() {
        let nested = |depth| (0..depth).fold(json!(1), |body, _| expression(&Expr::Json(body)));
        let made = |depth| evaluate(&nested(depth), &|_| Resolution::Unknown).unwrap().to_string();
        assert_eq!(made(2), "\"\\\"1\\\"\"");
        assert!(made(60).len() < 1 << 20);
    }

    #[test]
    fn parts_of_blocks_are_known_with_the_block() {
        let part = |newbits, number| {
            let block = expression(&Expr::Ref(reference("block")));
            expression(&Expr::Subnet(Subnet { block, newbits, number }))
        };
        let of = |block: &str, part: &Value| evaluate(part, &|_| Resolution::Known(json!(block)));
        let unknown = evaluate(&part(8, 3), &|_| Resolution::Unknown).unwrap();
        assert!(has_unknown(&unknown));
        assert_eq!(references(&unknown), BTreeSet::from([reference("block")]));
        for (block, newbits, number, wanted) in [
            ("10.0.0.0/16", 8, 3, "10.0.3.0/24"),
            ("10.0.0.0/16", 8, 255, "10.0.255.0/24"),
            ("10.1.0.0/16", 0, 0, "10.1.0.0/16"),
            ("0.0.0.0/0", 1, 1, "128.0.0.0/1"),
            ("0.0.0.0/0", 0, 0, "0.0.0.0/0"),
            ("10.0.0.7/32", 0, 0, "10.0.0.7/32"),
            ("2600:1f18:1:ab00::/56", 8, 255, "2600:1f18:1:abff::/64"),
            ("2600:1f18:1:ab00::/56", 72, 5, "2600:1f18:1:ab00::5/128"),
            ("::/0", 0, 0, "::/0"),
        ] {
            assert_eq!(of(block, &part(newbits, number)), Ok(json!(wanted)), "{block}");
        }
        for (block, newbits, number) in [("10.0.0.0/16", 8, 256), ("10.0.0.0/28", 8, 0), ("10.0.0.0", 8, 0)] {
            assert!(of(block, &part(newbits, number)).is_err(), "{block}");
        }
        let error = evaluate(&part(8, 256), &|_| Resolution::Unknown).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a block has no part number 256 with 8 more bits in its prefix; parts are counted from zero"
        );
    }

    #[test]
    fn a_missing_output_is_an_error() {
        let template = expression(&Expr::Ref(reference("nothing")));
        let error = evaluate(&template, &|_| Resolution::Missing).unwrap_err();
        assert_eq!(error.to_string(), "`s3.bucket.logs.nothing` refers to nothing");
    }
}

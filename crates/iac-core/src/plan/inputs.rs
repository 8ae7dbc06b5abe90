//! A resource's inputs made ready: tags and a physical name put in, ignored changes left out.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::diff::ADDRESS_TAG;
use crate::model::{Address, Expr, Schema, Sealer, TypeInfo, is_sealed, seal, template};

/// The tags that say whose an object is: stack, environment, address.
pub(super) const OWNERSHIP_TAGS: [&str; 3] = ["iac:stack", "iac:environment", ADDRESS_TAG];

/// Whose resource it is, for ownership tags and generated names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    pub stack: &'a str,
    pub environment: &'a str,
    pub account: &'a str,
    /// The serial of the state: makes the name of a replacement differ from the one before.
    pub serial: u64,
    /// The inputs of objects that are there already: no generated name is one of theirs, though the serial stayed the same.
    pub taken: &'a [&'a Value],
}

/// Puts default and ownership tags into the property that holds tags. The resource's own win over defaults.
pub(crate) fn add_tags(
    info: &TypeInfo,
    inputs: &mut Value,
    defaults: &BTreeMap<String, String>,
    address: &Address,
    owner: Owner<'_>,
) {
    let (Some(field), Some(inputs)) = (info.tags_field(), inputs.as_object_mut()) else {
        return;
    };
    let mut tags: Map<String, Value> = defaults
        .iter()
        .map(|(key, value)| (key.clone(), Value::String(value.clone())))
        .collect();
    if let Some(Value::Object(own)) = inputs.remove(field) {
        tags.extend(own);
    }
    let values = [owner.stack, owner.environment, &address.to_string()];
    tags.extend(
        OWNERSHIP_TAGS
            .iter()
            .zip(values)
            .map(|(key, value)| ((*key).to_owned(), value.into())),
    );
    inputs.insert(field.to_owned(), Value::Object(tags));
}

/// Fills the physical name when it is unset: the prior one, or a new one with a unique end. Gives whether it is generated.
pub(crate) fn fill_name(
    info: &TypeInfo,
    inputs: &mut Value,
    prior: Option<&Value>,
    address: &Address,
    owner: Owner<'_>,
) -> bool {
    let (Some((field, longest)), Some(inputs)) = (info.name_field(), inputs.as_object_mut()) else {
        return false;
    };
    if inputs.get(field).is_some_and(|name| !name.is_null()) {
        return false;
    }
    let name = prior
        .and_then(|prior| prior.get(field))
        .filter(|name| name.is_string())
        .cloned()
        .unwrap_or_else(|| free_name(field, address, owner, longest));
    inputs.insert(field.to_owned(), name);
    true
}

/// The properties whose declaration is not the value itself: those that refer to other resources, and the name that was left
/// to the engine (null). A property in which text is joined into a secret is left out: its parts may be secret.
pub(crate) fn declared(info: &TypeInfo, inputs: &Value, named: bool, key: &[u8]) -> Map<String, Value> {
    let refers = |value: &Value| !template::references(value).is_empty();
    let properties = inputs.as_object().into_iter().flatten();
    let mut declared: Map<String, Value> = properties
        .filter(|(_, value)| refers(value))
        .filter_map(|(name, value)| {
            let field = info.schema.field(name)?;
            let sealed = sealed(&field.schema, value, &|path, secret| seal(key, path, secret))?;
            Some((name.clone(), sealed))
        })
        .collect();
    if let Some((name, _)) = info.name_field().filter(|_| named) {
        declared.insert(name.to_owned(), Value::Null);
    }
    declared
}

/// A template with its secrets sealed; references to secrets stay. `None` when one is put together of parts that may be secret
/// themselves.
pub(crate) fn sealed(schema: &Schema, template: &Value, seal: &dyn Fn(&str, &Value) -> Value) -> Option<Value> {
    let joined = Cell::new(false);
    let sealed = schema.seal(template, &|path, secret| {
        let expression = template::as_expression(secret);
        joined.set(joined.get() | expression.is_some_and(|expr| !matches!(expr, Expr::Ref(_))));
        seal(path, secret)
    });
    (!joined.get()).then_some(sealed)
}

/// Puts secrets in place of their seals: opened with the environment's key, or taken from what is there when that has the same
/// seal. What cannot be known stays sealed.
pub(crate) fn reveal(schema: &Schema, desired: &Value, live: Option<&Value>, sealer: &Sealer) -> Value {
    schema.map_secrets(desired, live, "", &|path, secret, live| {
        if !is_sealed(secret) {
            return secret.clone();
        }
        let hash = |value: &Value| seal(sealer.place(), path, value);
        let there = live.filter(|live| !is_sealed(live) && hash(live) == hash(secret));
        let opened = sealer.reveal(secret).or_else(|| there.cloned());
        opened.map_or_else(|| secret.clone(), template::escape)
    })
}

/// The paths of secrets that are known by their seals alone.
pub(crate) fn still_sealed(schema: &Schema, inputs: &Value) -> Vec<String> {
    let found = RefCell::new(Vec::new());
    drop(schema.seal(inputs, &|path, secret| {
        if is_sealed(secret) {
            found.borrow_mut().push(path.to_owned());
        }
        Value::Null
    }));
    found.into_inner()
}

/// A generated name that none of the objects has that are there already.
fn free_name(field: &str, address: &Address, owner: Owner<'_>, longest: usize) -> Value {
    let mut name = Value::Null;
    // there is one more attempt than objects: one of the names is free
    for attempt in 0..=owner.taken.len() {
        name = generated_name(address, owner, longest, attempt).into();
        if !owner.taken.iter().any(|inputs| inputs.get(field) == Some(&name)) {
            break;
        }
    }
    name
}

/// `<stack>-<environment>-<name>-<8 hexadecimal digits>`, in lower case, cut so that the end stays.
fn generated_name(address: &Address, owner: Owner<'_>, longest: usize, attempt: usize) -> String {
    let Owner {
        stack,
        environment,
        account,
        serial,
        ..
    } = owner;
    let mut unique = format!("{stack}\0{environment}\0{account}\0{address}\0{serial}");
    if attempt > 0 {
        unique.push('\0');
        unique += &attempt.to_string();
    }
    let digest = Sha256::digest(unique);
    let end = &hex::encode(digest)[..8];
    let name = address.name().to_lowercase().replace(['/', '_'], "-");
    let readable: String = format!("{stack}-{environment}-{name}")
        .chars()
        .take(longest.saturating_sub(9))
        .collect();
    format!("{}-{end}", readable.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_fit_and_differ() {
        let address: Address = "s3.bucket.site/Front_End".parse().unwrap();
        let owner = Owner {
            stack: "shop",
            environment: "dev",
            account: "1",
            serial: 3,
            taken: &[],
        };
        let name = generated_name(&address, owner, 63, 0);
        assert!(name.starts_with("shop-dev-site-front-end-"), "{name}");
        assert_ne!(name, generated_name(&address, Owner { serial: 4, ..owner }, 63, 0));
        assert_eq!(generated_name(&address, owner, 20, 0).len(), 20);
        let there = serde_json::json!({"name": name});
        let taken = [&there];
        assert_ne!(
            there["name"],
            free_name("name", &address, Owner { taken: &taken, ..owner }, 63)
        );
    }
}

//! Values that AWS chooses, made up from a type's schema and a count: the same in every run.

use iac_cloudcontrol::TypeFacts;
use serde_json::{Map, Value, json};

use super::{sample, words};

/// So deep objects are filled.
const DEPTH: usize = 4;

/// Makes up the values of one object.
pub(super) struct Maker<'a> {
    pub(super) facts: &'a TypeFacts,
    pub(super) region: &'a str,
    /// Hexadecimal digits of this object alone.
    pub(super) digits: String,
    /// The name it goes by in ARNs.
    pub(super) name: String,
}

impl<'a> Maker<'a> {
    pub(super) fn new(facts: &'a TypeFacts, region: &'a str, digits: String) -> Self {
        let id = digits.get(..17).unwrap_or_default();
        let prefix = words::prefix(facts.name()).map_or_else(|| format!("{}-", short(facts)), str::to_owned);
        Self {
            name: format!("{prefix}{id}"),
            facts,
            region,
            digits,
        }
    }

    /// From now on the object goes by the name in its model, if it has one: by its own, its identifier, or another.
    pub(super) fn know_name(&mut self, model: &Value) {
        let resource = self.facts.name().rsplit("::").next().unwrap_or_default();
        let own = [format!("{resource}Name"), "Name".to_owned()];
        let identifier = self.facts.identifier();
        let mut names = own.iter().map(String::as_str).chain(identifier);
        if let Some(name) = names.find_map(|name| model.get(name)?.as_str()) {
            name.clone_into(&mut self.name);
        }
    }

    /// A name that was left out.
    pub(super) fn name(&self, property: &str, model: &Value) -> Value {
        let digits = self.digits.get(..17).unwrap_or_default();
        let is_fifo = model.as_object().is_some_and(|fields| {
            fields
                .iter()
                .any(|(name, value)| name.starts_with("Fifo") && *value == true)
        });
        let end = if is_fifo { ".fifo" } else { "" };
        let schema = self.resolve(&self.facts.schema()["properties"][property]);
        let name = format!("{}-{digits}{end}", short(self.facts));
        self.text(schema, vec![name]).into()
    }

    /// What a schema refers to.
    pub(super) fn resolve(&self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix("#/definitions/"));
        name.map_or(schema, |name| &self.facts.schema()["definitions"][name])
    }

    /// A value of a property.
    pub(super) fn value(&self, name: &str, schema: &'a Value, depth: usize) -> Value {
        let schema = self.resolve(schema);
        if let Some(word) = word(schema) {
            return word;
        }
        let kind = match &schema["type"] {
            Value::String(kind) => kind.as_str(),
            Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or("string"),
            _ if schema["properties"].is_object() => "object",
            _ => "string",
        };
        match kind {
            "boolean" => json!(false),
            "integer" | "number" => {
                let least = schema["minimum"].as_i64().unwrap_or(1).max(1);
                json!(least.min(schema["maximum"].as_i64().unwrap_or(i64::MAX)))
            }
            "array" => {
                let least = schema["minItems"].as_u64().unwrap_or_default();
                let is_needed = least > 0 && depth < DEPTH;
                json!(
                    is_needed
                        .then(|| self.value(name, &schema["items"], depth + 1))
                        .into_iter()
                        .collect::<Vec<_>>()
                )
            }
            "object" => {
                let mut fields = Map::new();
                for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                    let is_required = schema["required"]
                        .as_array()
                        .is_some_and(|all| all.iter().any(|one| one == name));
                    if depth < DEPTH || is_required && depth < 2 * DEPTH {
                        fields.insert(name.clone(), self.value(name, inner, depth + 1));
                    }
                }
                Value::Object(fields)
            }
            _ => self.text(schema, self.candidates(name, schema)).into(),
        }
    }

    /// The first that fits; where none does the first, as long as it may be.
    fn text(&self, schema: &Value, candidates: Vec<String>) -> String {
        let least = schema["minLength"]
            .as_u64()
            .and_then(|length| usize::try_from(length).ok())
            .unwrap_or_default();
        let most = schema["maxLength"]
            .as_u64()
            .and_then(|length| usize::try_from(length).ok())
            .unwrap_or(usize::MAX);
        let pattern = schema["pattern"].as_str();
        let form = pattern.map(TypeFacts::pattern);
        let fits = |text: &&String| (least..=most).contains(&text.len()) && form.as_ref().is_none_or(|form| form(text));
        let in_form = pattern.and_then(|pattern| sample::of(pattern, &self.digits));
        if let Some(found) = candidates.iter().chain(&in_form).find(fits) {
            return found.clone();
        }
        let first = candidates.into_iter().next().unwrap_or_default();
        let mut text: String = first.chars().take(most).collect();
        while text.len() < least {
            text.push_str(
                self.digits
                    .get(..(least - text.len()).min(self.digits.len()))
                    .unwrap_or("0"),
            );
        }
        text
    }
}

/// A type's last word in small letters.
pub(super) fn short(facts: &TypeFacts) -> String {
    facts.name().rsplit("::").next().unwrap_or_default().to_lowercase()
}

/// The word of an enumeration that a thing in order has.
fn word(schema: &Value) -> Option<Value> {
    if let Some(one) = schema.get("const") {
        return Some(one.clone());
    }
    let words = schema["enum"].as_array()?;
    let good = [
        "ACTIVE",
        "AVAILABLE",
        "ENABLED",
        "READY",
        "SUCCEEDED",
        "CREATE_COMPLETE",
        "RUNNING",
        "COMPLETED",
    ];
    let in_order = good.iter().find_map(|good| {
        words
            .iter()
            .find(|word| word.as_str().is_some_and(|word| word.eq_ignore_ascii_case(good)))
    });
    in_order.or(words.first()).cloned()
}

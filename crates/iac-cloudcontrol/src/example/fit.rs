//! Whether a value fits a schema, as far as it is made.

use serde_json::{Map, Value};

use super::Maker;
use super::shape::{list, words};
use super::text::{length, matches};

/// Whether a value fits. The order is that of certainty: a whole fits as well as its worst part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    No,
    /// It depends on values that are not made yet.
    Maybe,
    Yes,
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl Maker<'_> {
    /// Whether a value may fit a schema. A null stands for a value that is yet to be made. cfn-lint's own keywords count.
    pub(super) fn fits(&self, schema: &Value, value: &Value) -> bool {
        self.fit(schema, value) != Fit::No
    }

    fn fit(&self, schema: &Value, value: &Value) -> Fit {
        let Some(rules) = schema.as_object() else {
            return Fit::Yes;
        };
        if value.is_null() {
            return if rules.is_empty() { Fit::Yes } else { Fit::Maybe };
        }
        let own = match value {
            Value::String(text) => text_fits(rules, text).into(),
            Value::Number(number) => number_fits(rules, number.as_f64().unwrap_or_default()).into(),
            Value::Array(items) => self.list_fit(rules, items),
            Value::Object(members) => self.object_fit(schema, members),
            _ => Fit::Yes,
        };
        // beside a reference the type is that of the target, and some schemas have another word there
        let is_of_type = rules.contains_key("$ref") || is_of_type(rules, value);
        if own == Fit::No || !is_of_type || !is_word(rules, value) {
            return Fit::No;
        }
        let target = self.target(schema).map(|(_, target)| self.fit(target, value));
        let all = list(schema, "allOf").iter().map(|part| self.fit(part, value));
        let condition = schema.get("if").map(|condition| match self.fit(condition, value) {
            Fit::Yes => schema.get("then").map_or(Fit::Yes, |then| self.fit(then, value)),
            Fit::No => schema.get("else").map_or(Fit::Yes, |other| self.fit(other, value)),
            Fit::Maybe => Fit::Maybe,
        });
        let not = schema.get("not").map(|not| match self.fit(not, value) {
            Fit::Yes => Fit::No,
            Fit::No => Fit::Yes,
            Fit::Maybe => Fit::Maybe,
        });
        let alternatives = [self.any_of(schema, value), self.one_of(schema, value)];
        let parts = target
            .into_iter()
            .chain(all)
            .chain(condition)
            .chain(not)
            .chain(alternatives);
        parts.fold(own, Fit::min)
    }

    fn any_of(&self, schema: &Value, value: &Value) -> Fit {
        let parts = list(schema, "anyOf").iter().map(|part| self.fit(part, value));
        parts.max().unwrap_or(Fit::Yes)
    }

    fn one_of(&self, schema: &Value, value: &Value) -> Fit {
        let parts: Vec<Fit> = list(schema, "oneOf").iter().map(|part| self.fit(part, value)).collect();
        let count = |fit| parts.iter().filter(|part| **part == fit).count();
        match (count(Fit::Yes), count(Fit::Maybe)) {
            _ if parts.is_empty() => Fit::Yes,
            (0, 0) | (2.., _) => Fit::No,
            (1, 0) => Fit::Yes,
            _ => Fit::Maybe,
        }
    }

    fn list_fit(&self, rules: &Map<String, Value>, items: &[Value]) -> Fit {
        let unique = rules.get("uniqueItems") == Some(&Value::Bool(true));
        let repeats = items.iter().enumerate().any(|(at, item)| items[..at].contains(item));
        if !is_within(rules, "minItems", "maxItems", items.len()) || (unique && repeats) {
            return Fit::No;
        }
        let Some(schema) = rules.get("items") else {
            return Fit::Yes;
        };
        let parts = items.iter().map(|item| self.fit(schema, item));
        parts.fold(Fit::Yes, Fit::min)
    }

    fn object_fit(&self, schema: &Value, members: &Map<String, Value>) -> Fit {
        let has = |name: &Value| name.as_str().is_some_and(|name| members.contains_key(name));
        let xor = list(schema, "requiredXor");
        let or = list(schema, "requiredOr");
        if !list(schema, "required").iter().all(has)
            || (!xor.is_empty() && xor.iter().filter(|name| has(name)).count() != 1)
            || (!or.is_empty() && !or.iter().any(has))
            || schema
                .as_object()
                .is_some_and(|rules| !is_within(rules, "minProperties", "maxProperties", members.len()))
        {
            return Fit::No;
        }
        let mut fit = Fit::Yes;
        for keyword in ["dependencies", "dependentRequired", "dependentExcluded"] {
            for (name, then) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
                if !members.contains_key(name) {
                    continue;
                }
                fit = fit.min(match then {
                    Value::Array(names) if keyword == "dependentExcluded" => (!names.iter().any(has)).into(),
                    Value::Array(names) => names.iter().all(has).into(),
                    then => self.fit(then, &Value::Object(members.clone())),
                });
            }
        }
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, value) in members {
            let named = schema.get("properties").and_then(|properties| properties.get(name));
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let like = patterns
                .into_iter()
                .flatten()
                .filter(|(pattern, _)| matches(pattern, name));
            let mut rules = named.into_iter().chain(like.map(|(_, schema)| schema)).peekable();
            if closed && rules.peek().is_none() {
                return Fit::No;
            }
            fit = rules.map(|rules| self.fit(rules, value)).fold(fit, Fit::min);
        }
        fit
    }
}

fn is_of_type(rules: &Map<String, Value>, value: &Value) -> bool {
    let is = |word: &Value| match word.as_str().unwrap_or_default() {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    rules.get("type").is_none_or(|types| words(types).iter().any(is))
}

fn is_word(rules: &Map<String, Value>, value: &Value) -> bool {
    let one_of_enum = rules.get("enum").and_then(Value::as_array);
    one_of_enum.is_none_or(|words| words.contains(value)) && rules.get("const").is_none_or(|only| only == value)
}

fn text_fits(rules: &Map<String, Value>, text: &str) -> bool {
    let patterns = rules.get("pattern").map(words).unwrap_or_default();
    is_within(rules, "minLength", "maxLength", length(text))
        && patterns
            .iter()
            .filter_map(Value::as_str)
            .all(|pattern| matches(pattern, text))
}

fn number_fits(rules: &Map<String, Value>, number: f64) -> bool {
    let rule = |keyword: &str| rules.get(keyword).and_then(Value::as_f64);
    rule("minimum").is_none_or(|least| number >= least)
        && rule("maximum").is_none_or(|most| number <= most)
        && rule("exclusiveMinimum").is_none_or(|least| number > least)
        && rule("exclusiveMaximum").is_none_or(|most| number < most)
        && rule("multipleOf").is_none_or(|step| (number / step - (number / step).round()).abs() < 1e-9)
}

/// Whether a count is within the bounds that two keywords set.
fn is_within(rules: &Map<String, Value>, least: &str, most: &str, count: usize) -> bool {
    let rule = |keyword: &str| {
        rules
            .get(keyword)
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok())
    };
    rule(least).is_none_or(|least| count >= least) && rule(most).is_none_or(|most| count <= most)
}

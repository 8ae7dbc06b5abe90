//! The value of a schema.

use serde_json::{Map, Number, Value, json};

use super::formats::policies;
use super::shape::{Shape, merge, words};
use super::text::{self, Wanted};
use super::{Example, Maker, Place};

/// The kinds of a value, the preferred one first: of a policy that is an object or a text the object is made.
const KINDS: [&str; 6] = ["object", "array", "integer", "number", "boolean", "string"];

impl Maker<'_> {
    /// A value of a schema; `None` for a definition that is within itself more than once, and where the schema allows none.
    pub(super) fn make(&self, schema: &Value, place: &Place, which: Example) -> Option<Value> {
        let mut first = None;
        for shape in self.shapes(schema) {
            let depth = place.depth(&shape.definitions);
            if depth > 1 {
                continue;
            }
            // within itself a definition has what it must have
            let which = if depth == 1 { Example::Required } else { which };
            let Some(value) = self.shaped(schema, &shape, &place.within(&shape.definitions), which) else {
                continue;
            };
            if !self.is_conditional(schema) || self.fits(schema, &value) {
                return Some(value);
            }
            first.get_or_insert(value);
        }
        match first {
            Some(Value::Object(all)) if which == Example::All => self.grown(schema, all, place),
            first => first,
        }
    }

    /// The properties of an object that do not fit together, as far as they do.
    fn grown(&self, schema: &Value, all: Map<String, Value>, place: &Place) -> Option<Value> {
        let mut grown = self.make(schema, place, Example::Required)?;
        for (name, value) in all {
            let mut more = grown.clone();
            more.as_object_mut()?.entry(name).or_insert(value);
            if self.fits(schema, &more) {
                grown = more;
            }
        }
        Some(grown)
    }

    fn is_conditional(&self, schema: &Value) -> bool {
        schema.get("if").is_some() || self.has_conditions(schema)
    }

    pub(super) fn shaped(&self, schema: &Value, shape: &Shape<'_>, place: &Place, which: Example) -> Option<Value> {
        if let Some(only) = shape.rules.get("const") {
            return Some(only.clone());
        }
        if let Some(Value::Array(words)) = shape.rules.get("enum") {
            return words.iter().find(|word| self.fits(schema, word)).cloned();
        }
        match kind(shape) {
            "object" => self.object(schema, shape, place, which),
            "array" => self.array(shape, place, which),
            "integer" | "number" => numbers(shape).next(),
            "boolean" => Some(Value::Bool(true)),
            _ => self.texts(schema, shape, place, 1).into_iter().next(),
        }
    }

    fn object(&self, schema: &Value, shape: &Shape<'_>, place: &Place, which: Example) -> Option<Value> {
        let mut made = Map::new();
        let required = shape.rules.get("required").map(words).unwrap_or_default();
        for name in self.present(schema, shape, place, which) {
            let property = shape.rules.get("properties")?.get(&name)?;
            match self.make(property, &place.property(&name), which) {
                Some(value) => {
                    made.insert(name, value);
                }
                None if required.iter().any(|required| *required == name) => return None,
                None => {}
            }
        }
        let least = count(shape, "minProperties").unwrap_or_default();
        let least = if which == Example::All { least.max(1) } else { least };
        let patterns = shape.rules.get("patternProperties").and_then(Value::as_object);
        for (pattern, of_values) in patterns.into_iter().flatten() {
            let rules = json!({"pattern": pattern});
            let keys = text::texts(&Wanted::of(&words(&rules["pattern"]), "", ""), least);
            for key in keys.into_iter().take(least.saturating_sub(made.len())) {
                made.insert(key, self.make(of_values, place, which)?);
            }
        }
        if patterns.is_none() && !shape.rules.contains_key("properties") && count(shape, "minProperties").is_some() {
            made.extend((made.len()..least).map(|at| (format!("example{at}"), json!("example"))));
        }
        if made.is_empty() {
            // a policy is an object of any form
            let policy = policies(place.name())
                .into_iter()
                .find(|policy| self.fits(schema, policy));
            return Some(policy.unwrap_or(Value::Object(made)));
        }
        Some(Value::Object(made))
    }

    fn array(&self, shape: &Shape<'_>, place: &Place, which: Example) -> Option<Value> {
        let least = count(shape, "minItems").unwrap_or_default();
        let wanted = least.max(1).min(count(shape, "maxItems").unwrap_or(usize::MAX));
        let mut items: Vec<Value> = Vec::new();
        for at in 0..wanted {
            let schema = item(shape, at);
            let Some(made) = self.make(&schema, place, which) else {
                break;
            };
            let clashes = |value: &Value| items.iter().any(|item| clash(shape, item, value));
            let next = if clashes(&made) {
                let others = self.others(&schema, &made, place, at + 3);
                others.into_iter().find(|value| !clashes(value)).unwrap_or(made)
            } else {
                made
            };
            items.push(next);
        }
        (items.len() >= least).then_some(Value::Array(items))
    }

    /// Texts that fit, of which there may be fewer than are asked for.
    pub(super) fn texts(&self, schema: &Value, shape: &Shape<'_>, place: &Place, least: usize) -> Vec<Value> {
        let patterns = shape.rules.get("pattern").map(words).unwrap_or_default();
        let format = shape.rules.get("format").and_then(Value::as_str).unwrap_or_default();
        let mut wanted = Wanted::of(&patterns, format, place.name());
        wanted.least = count(shape, "minLength").unwrap_or_default();
        wanted.most = count(shape, "maxLength").unwrap_or(usize::MAX);
        let texts = text::texts(&wanted, least).into_iter().map(Value::String);
        // a schema may forbid words
        if self.is_conditional(schema) {
            return texts.filter(|text| self.fits(schema, text)).collect();
        }
        texts.collect()
    }
}

/// What a shape holds: the first of the preferred kinds that it allows.
pub(super) fn kind(shape: &Shape<'_>) -> &'static str {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| shape.rules.contains_key(*keyword));
    if let Some(types) = shape.rules.get("type").map(words) {
        // where anything may be, a text is the plainest
        if types.len() > 3 {
            return "string";
        }
        let found = KINDS.iter().find(|kind| types.iter().any(|name| name == *kind));
        return found.copied().unwrap_or("string");
    }
    if has(&["format", "maxLength", "minLength", "pattern"]) {
        "string"
    } else if has(&["items"]) {
        "array"
    } else if has(&["maximum", "minimum"]) {
        "number"
    } else {
        "object"
    }
}

/// The schema of an item of a list.
pub(super) fn item(shape: &Shape<'_>, at: usize) -> Value {
    let items = shape.rules.get("items").cloned().unwrap_or_else(|| json!({}));
    let own = shape.rules.get("prefixItems").and_then(|prefix| prefix.get(at));
    let several = shape
        .rules
        .get("format")
        .and_then(Value::as_str)
        .and_then(|format| format.strip_suffix('s'));
    match (own, several) {
        (Some(own), _) => {
            let own = own.as_object().cloned().unwrap_or_default();
            Value::Object(merge(items.as_object().unwrap_or(&Map::new()), &own))
        }
        // `AWS::EC2::Subnet.Ids` is a list of `AWS::EC2::Subnet.Id`
        (None, Some(format)) if items["type"] == "string" && items.get("format").is_none() => {
            let mut items = items;
            items["format"] = json!(format);
            items
        }
        _ => items,
    }
}

/// Whether two items cannot be in one list.
pub(super) fn clash(shape: &Shape<'_>, one: &Value, other: &Value) -> bool {
    let keys = shape.rules.get("uniqueKeys").map(words).unwrap_or_default();
    // tags too differ in their keys, which schemas do not say
    let tag = ["Key", "Value"]
        .iter()
        .all(|name| one.get(name).is_some())
        .then_some("Key");
    let mut keys = keys.iter().filter_map(Value::as_str).chain(tag);
    one == other || keys.any(|key| one.get(key).is_some() && one.get(key) == other.get(key))
}

/// Numbers within the bounds, the likeliest first.
pub(super) fn numbers(shape: &Shape<'_>) -> impl Iterator<Item = Value> {
    let rule = |keyword: &str| shape.rules.get(keyword).and_then(Value::as_f64);
    let step = rule("multipleOf").unwrap_or(1.0);
    let over = rule("exclusiveMinimum").map(|bound| bound + step);
    let under = rule("exclusiveMaximum").map(|bound| bound - step);
    let (least, most) = (rule("minimum").or(over), rule("maximum").or(under));
    let start = match (least, most) {
        (Some(least), _) if least > 1.0 => (least / step).ceil() * step,
        (_, Some(most)) if most < 1.0 => (most / step).floor() * step,
        _ => step,
    };
    let is_whole = kind(shape) == "integer";
    let near = [0.0, step, -step, 2.0 * step, step / 2.0].map(|distance| start + distance);
    let bounds = [least, most].into_iter().flatten();
    let within = near
        .into_iter()
        .chain(bounds)
        .filter(move |number| least.is_none_or(|least| *number >= least) && most.is_none_or(|most| *number <= most));
    let within = within.filter(move |number| !is_whole || number.fract() == 0.0);
    within.filter_map(number)
}

/// A number as it is written: whole ones without a point.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that fit")]
fn number(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

/// A rule that is a count.
pub(super) fn count(shape: &Shape<'_>, keyword: &str) -> Option<usize> {
    let count = shape.rules.get(keyword)?.as_u64()?;
    usize::try_from(count).ok()
}

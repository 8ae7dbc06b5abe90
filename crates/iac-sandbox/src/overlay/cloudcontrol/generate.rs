//! Values that AWS chooses, made up from a type's schema and a count: the same in every run.

use iac_cloudcontrol::{Operation, TypeFacts};
use serde_json::{Map, Value, json};

use super::model::uuid_of;
use super::words;
use crate::account_id::ACCOUNT_ID;

/// So deep objects are filled.
const DEPTH: usize = 4;

/// Makes up the values of one object.
pub(super) struct Maker<'a> {
    facts: &'a TypeFacts,
    region: &'a str,
    /// Hexadecimal digits of this object alone.
    digits: String,
    /// The name it goes by in ARNs.
    name: String,
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

    /// Texts that AWS might choose, the likeliest first.
    fn candidates(&self, name: &str, schema: &Value) -> Vec<String> {
        let region = self.region;
        let service = self.service();
        let id = self.digits.get(..17).unwrap_or_default();
        let format = schema["format"].as_str().unwrap_or_default();
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        let ends = |end: &str| name.ends_with(end);
        if self.facts.name() == "AWS::SQS::Queue" && name == "QueueUrl" {
            return vec![format!("https://sqs.{region}.amazonaws.com/{ACCOUNT_ID}/{}", self.name)];
        }
        if format == "date-time" || ["Time", "Date", "At"].iter().any(|end| ends(end)) {
            return vec!["2026-01-01T00:00:00Z".to_owned(), "2026-01-01T00:00:00.000Z".to_owned()];
        }
        if ends("Arn") || ends("ARN") || format.ends_with(".Arn") || pattern.starts_with("^arn:") {
            return self.arns();
        }
        let url = format!("https://{id}.{service}.{region}.amazonaws.com");
        if ends("Url") || ends("URL") || ends("Uri") {
            return vec![url];
        }
        if ends("Endpoint") || ends("DomainName") || ends("DNSName") || ends("DnsName") {
            return vec![format!("{id}.{service}.{region}.amazonaws.com"), url];
        }
        if ends("AccountId") || ends("OwnerId") || ends("Owner") {
            return vec![ACCOUNT_ID.to_owned()];
        }
        if ends("Region") {
            return vec![region.to_owned()];
        }
        let mut all = Vec::new();
        let resource = self.facts.name().rsplit("::").next().unwrap_or_default();
        let is_own = name == "Id" || name == format!("{resource}Id") || self.facts.identifier().contains(&name);
        if let Some(prefix) = words::prefix(self.facts.name()).filter(|_| is_own || name == "GroupId") {
            all.push(format!("{prefix}{id}"));
        }
        // ids of other things have the prefix of those: `VpcId`
        let other = name.strip_suffix("Id").or_else(|| name.strip_suffix("Ids"));
        if let Some(prefix) = other.and_then(|other| words::prefix(&format!("AWS::EC2::{}", spelled(other)))) {
            all.push(format!("{prefix}{id}"));
        }
        all.extend([
            format!("{}-{id}", short(self.facts)),
            uuid_of(&self.digits),
            id.to_owned(),
            self.arn(),
            url,
            self.digits.to_uppercase(),
            format!("{}{id}", literal(pattern)),
        ]);
        all.extend(
            [10, 12, 26, 32]
                .into_iter()
                .filter_map(|count| Some(self.digits.get(..count)?.to_owned())),
        );
        all.extend(
            [10, 26]
                .into_iter()
                .filter_map(|count| Some(letters(self.digits.get(..count)?))),
        );
        all.push("1".to_owned());
        all
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
        let fits = |text: &String| {
            (least..=most).contains(&text.len()) && pattern.is_none_or(|pattern| TypeFacts::pattern_fits(pattern, text))
        };
        if let Some(found) = candidates.iter().find(|text| fits(text)) {
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

    /// The word before the colon in IAM actions and ARNs: that of the action which creates the type.
    fn service(&self) -> String {
        let actions = self.facts.permissions(Operation::Create);
        let made = actions.iter().find_map(|action| {
            let (service, verb) = action.split_once(':')?;
            (verb.starts_with("Create") || verb.starts_with("Put")).then_some(service)
        });
        let first = actions.first().and_then(|action| action.split(':').next());
        let by_name = self.facts.name().split("::").nth(1).unwrap_or_default().to_lowercase();
        made.or(first).map_or(by_name, str::to_owned)
    }

    fn arn(&self) -> String {
        self.arns().into_iter().next().unwrap_or_default()
    }

    /// ARNs as AWS forms them, the likeliest first.
    fn arns(&self) -> Vec<String> {
        let service = self.service();
        let is_global = words::GLOBAL.contains(&service.as_str());
        let region = if is_global { "" } else { self.region };
        let account = if service == "s3" { "" } else { ACCOUNT_ID };
        let (start, name) = (format!("arn:aws:{service}:{region}:{account}:"), &self.name);
        let kind = words::kind(self.facts.name());
        let word = kind.trim_end_matches(['/', ':']);
        let uuid = uuid_of(&self.digits);
        vec![
            format!("{start}{kind}{name}"),
            format!("{start}{word}/{uuid}"),
            format!("{start}{word}:{name}"),
            format!("{start}{}/{name}", word.replace('-', "")),
            format!("{start}{name}"),
            format!("{start}/{word}s/{name}"),
        ]
    }
}

/// A type's last word in small letters.
fn short(facts: &TypeFacts) -> String {
    facts.name().rsplit("::").next().unwrap_or_default().to_lowercase()
}

/// The name of a type as its ids spell it: `Vpc` is `VPC`.
fn spelled(name: &str) -> String {
    if name.eq_ignore_ascii_case("vpc") {
        "VPC".to_owned()
    } else {
        name.to_owned()
    }
}

/// The text a pattern begins with.
fn literal(pattern: &str) -> String {
    let text = pattern.trim_start_matches(['^', '(']).chars();
    text.take_while(|letter| letter.is_ascii_alphanumeric() || "-_:/".contains(*letter))
        .collect()
}

/// Digits as letters.
fn letters(digits: &str) -> String {
    let shifted = digits.bytes().map(|byte| {
        if byte.is_ascii_digit() {
            byte - b'0' + b'k'
        } else {
            byte
        }
    });
    shifted.map(char::from).collect()
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

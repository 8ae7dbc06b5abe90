//! Keywords of our own: patterns that are read when they are needed, and choices between properties.

use std::sync::OnceLock;

use fancy_regex::Regex;
use jsonschema::{Keyword, ValidationError, ValidationOptions};
use serde_json::{Map, Value};

/// Stands for `pattern`.
pub(super) const PATTERN: &str = "iacPattern";
/// Lists of names, of which exactly one must be there as a whole.
pub(super) const EXACTLY_ONE: &str = "iacExactlyOne";
/// Lists of names, of which at least one must be there as a whole.
pub(super) const ANY_OF: &str = "iacAnyOf";
/// Names, and for each those that may not be there beside it.
const EXCLUDED: &str = "dependentExcluded";
/// Names, and for each those that must be there beside it.
const ALSO: &str = "dependentRequired";

/// Adds them.
pub(super) fn with<R>(options: ValidationOptions<'_, R>) -> ValidationOptions<'_, R> {
    options
        .with_keyword(PATTERN, |_, value, _| Ok(boxed(Pattern::new(value))))
        .with_keyword(EXACTLY_ONE, |_, value, _| {
            Ok(boxed(Choice {
                groups: lists(value),
                one: true,
            }))
        })
        .with_keyword(ANY_OF, |_, value, _| {
            Ok(boxed(Choice {
                groups: lists(value),
                one: false,
            }))
        })
        .with_keyword(EXCLUDED, |_, value, _| {
            Ok(boxed(Beside {
                rules: beside(value),
                needed: false,
            }))
        })
        .with_keyword(ALSO, |_, value, _| {
            Ok(boxed(Beside {
                rules: beside(value),
                needed: true,
            }))
        })
}

fn boxed<K: Rule + Send + Sync + 'static>(rule: K) -> Box<dyn for<'i> Keyword<'i>> {
    Box::new(Ours(rule))
}

/// A rule that says what is wrong with a value.
trait Rule {
    fn wrong(&self, value: &Value) -> Option<String>;
}

struct Ours<R>(R);

impl<'i, R: Rule + Send + Sync> Keyword<'i> for Ours<R> {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        self.0
            .wrong(instance)
            .map_or(Ok(()), |message| Err(ValidationError::custom(message)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.0.wrong(instance).is_none()
    }
}

/// Patterns are those of Java and ECMA script. One that cannot be read here is none: AWS checks it again.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let rust = jsonschema_regex::to_rust_regex(pattern).ok()?;
    Regex::new(&rust).ok()
}

struct Pattern {
    text: String,
    /// Most patterns of a type are never needed, and reading them is what takes time.
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(value: &Value) -> Self {
        Self {
            text: value.as_str().unwrap_or_default().to_owned(),
            regex: OnceLock::new(),
        }
    }
}

impl Rule for Pattern {
    fn wrong(&self, value: &Value) -> Option<String> {
        let regex = self.regex.get_or_init(|| compile(&self.text)).as_ref()?;
        // a match that takes too long is left to AWS
        let fits = regex.is_match(value.as_str()?).unwrap_or(true);
        (!fits).then(|| format!("does not match {}", self.text))
    }
}

struct Choice {
    groups: Vec<Vec<String>>,
    one: bool,
}

impl Rule for Choice {
    fn wrong(&self, value: &Value) -> Option<String> {
        let fields = value.as_object()?;
        let is_there = |group: &&Vec<String>| group.iter().all(|name| fields.contains_key(name));
        let there: Vec<&Vec<String>> = self.groups.iter().filter(is_there).collect();
        let told = |groups: &[&Vec<String>], word: &str| {
            let groups = groups.iter().filter(|group| !group.is_empty());
            let groups: Vec<String> = groups.map(|group| group.join(" with ")).collect();
            listed(&groups, word)
        };
        match there.len() {
            0 => Some(format!(
                "{} must be given",
                told(&self.groups.iter().collect::<Vec<_>>(), "or")
            )),
            1 => None,
            _ if self.one => Some(format!("only one of {} may be given", told(&there, "and"))),
            _ => None,
        }
    }
}

struct Beside {
    rules: Vec<(String, Vec<String>)>,
    needed: bool,
}

impl Rule for Beside {
    fn wrong(&self, value: &Value) -> Option<String> {
        let fields: &Map<String, Value> = value.as_object()?;
        let mut applying = self.rules.iter().filter(|(name, _)| fields.contains_key(name));
        applying.find_map(|(name, others)| {
            let wrong = others.iter().find(|other| fields.contains_key(*other) != self.needed)?;
            let (first, second) = if name < wrong { (name, wrong) } else { (wrong, name) };
            Some(if self.needed {
                format!("{name} needs {wrong} beside it")
            } else {
                format!("only one of {first} and {second} may be given")
            })
        })
    }
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

fn lists(value: &Value) -> Vec<Vec<String>> {
    value.as_array().into_iter().flatten().map(texts).collect()
}

fn beside(value: &Value) -> Vec<(String, Vec<String>)> {
    let all = value.as_object().into_iter().flatten();
    all.map(|(name, others)| (name.clone(), texts(others))).collect()
}

/// `a, b or c`.
pub(super) fn listed(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}

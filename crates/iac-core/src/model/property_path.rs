//! Paths of properties, as `ignore_changes` takes them: parsed, and checked against the schema of a type.

use std::{fmt, str::FromStr};

use super::schema::{Field, Schema};

/// The way to a property of a resource, or to several.
///
/// | written | means |
/// |---|---|
/// | `rules` | the property |
/// | `rules[0].days` | a property of the first element of a list, counted from zero |
/// | `rules[*].days` | that property of every element |
/// | `tags.team` | a key of a map, when it has no dot, bracket, quote, star or space in it |
/// | `tags["kubernetes.io/cluster/x"]` | any key, written as JSON text |
/// | `tags.*`, `tags[*]` | every key |
///
/// ```
/// use iac_core::model::PropertyPath;
///
/// let path: PropertyPath = r#"tags["kubernetes.io/cluster/x"]"#.parse()?;
/// assert_eq!(path.to_string(), r#"tags["kubernetes.io/cluster/x"]"#);
/// assert!("tags[kubernetes".parse::<PropertyPath>().is_err());
/// # Ok::<_, iac_core::model::PathError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PropertyPath(Vec<PathStep>);

/// One step of a [`PropertyPath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathStep {
    /// A property of a struct, or a key of a map.
    Key(String),
    /// An element of a list, counted from zero.
    Index(usize),
    /// Every element of a list, every key of a map.
    Every,
}

/// A path that cannot be read, or that leads to nothing the type has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {message}")]
pub struct PathError {
    /// The path as it was written.
    pub path: String,
    /// What is wrong with it, and where.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl PropertyPath {
    /// The steps, at least one.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// Whether `schema`, the schema of a resource type, has what the path leads to. A key of a map is always there.
    ///
    /// # Errors
    /// A property that the type does not have, with the nearest that it has; a step into what has nothing inside, such as a
    /// text; a step into a set, whose elements have no order, or into a secret.
    pub fn check(&self, schema: &Schema) -> Result<(), PathError> {
        let mut here = schema;
        for (index, step) in self.0.iter().enumerate() {
            let so_far = Self(self.0[..index].to_vec()).to_string();
            let wrong = |message: String, hint: String| {
                Err(PathError {
                    path: self.to_string(),
                    message,
                    hint,
                })
            };
            here = match (here, step) {
                (Schema::Any, _) => return Ok(()),
                (Schema::Struct(fields), PathStep::Key(name)) => {
                    let Some(field) = fields.iter().find(|field| field.name == name) else {
                        let of = if so_far.is_empty() { "the type" } else { &so_far };
                        return wrong(format!("{of} has no property `{name}`"), suggestion(name, fields));
                    };
                    &field.schema
                }
                (Schema::Struct(fields), _) => {
                    return wrong(format!("`{so_far}` has properties with names"), names(fields));
                }
                (Schema::Map(item), PathStep::Key(_) | PathStep::Every)
                | (Schema::List(item), PathStep::Index(_) | PathStep::Every) => item,
                (Schema::Map(_), PathStep::Index(number)) => {
                    return wrong(
                        format!("`{so_far}` is a map, whose keys are texts"),
                        format!("write the key in quotes: `{so_far}[\"{number}\"]`"),
                    );
                }
                (Schema::List(_), PathStep::Key(_)) => {
                    return wrong(
                        format!("`{so_far}` is a list"),
                        format!("name one element, `{so_far}[0]`, or every, `{so_far}[*]`"),
                    );
                }
                (Schema::Set(_), _) => {
                    return wrong(
                        format!("`{so_far}` is a set: its elements have no order"),
                        format!("ignore the whole of it: `{so_far}`"),
                    );
                }
                (Schema::Secret(_) | Schema::Document(_), _) => {
                    return wrong(
                        format!("`{so_far}` is compared as a whole"),
                        format!("ignore the whole of it: `{so_far}`"),
                    );
                }
                (other, _) => {
                    let message = format!("`{so_far}` is {}, which has nothing inside", other.describe());
                    return wrong(
                        message,
                        self.as_one_key(schema).unwrap_or(format!("end the path at `{so_far}`")),
                    );
                }
            };
        }
        Ok(())
    }

    /// What to write when a key with dots in it was not put in quotes.
    fn as_one_key(&self, schema: &Schema) -> Option<String> {
        let mut here = schema;
        let before = self.0.iter().take_while(|step| {
            let next = match (here, step) {
                (Schema::Struct(_), PathStep::Key(name)) => here.field(name).map(|field| &field.schema),
                (Schema::List(item), PathStep::Index(_) | PathStep::Every) => Some(&**item),
                _ => None,
            };
            if let Some(next) = next {
                here = next;
            }
            next.is_some()
        });
        let before = before.count();
        let parts: Option<Vec<&str>> = self.0[before..]
            .iter()
            .map(|step| match step {
                PathStep::Key(key) => Some(key.as_str()),
                _ => None,
            })
            .collect();
        let mut steps = self.0[..before].to_vec();
        steps.push(PathStep::Key(parts?.join(".")));
        let whole = Self(steps);
        matches!(here, Schema::Map(_)).then(|| format!("a key with dots in it is put in quotes: `{whole}`"))
    }
}

/// The property that is called much the same; all of them when none is.
fn suggestion(name: &str, fields: &[Field]) -> String {
    let scored = fields
        .iter()
        .map(|field| (strsim::jaro_winkler(name, field.name), field.name));
    let nearest = scored
        .filter(|(score, _)| *score > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    nearest.map_or_else(|| names(fields), |(_, nearest)| format!("did you mean `{nearest}`?"))
}

fn names(fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    format!("there are {}", names.join(", "))
}

/// Whether a key may stand in a path without quotes.
fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && !key
            .chars()
            .any(|c| matches!(c, '.' | '[' | ']' | '"' | '*') || c.is_whitespace() || c.is_control())
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Key(key) if is_plain(key) => {
                    let dot = if index == 0 { "" } else { "." };
                    write!(f, "{dot}{key}")?;
                }
                PathStep::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
                PathStep::Index(number) => write!(f, "[{number}]")?,
                PathStep::Every => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl FromStr for PropertyPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let wrong = |at: &str, message: &str| PathError {
            path: text.to_owned(),
            message: format!(
                "{message} (at character {})",
                text[..text.len() - at.len()].chars().count() + 1
            ),
            hint: "paths look like `rules[0].days`, `rules[*].days`, `tags.team` and `tags[\"kubernetes.io/role\"]`"
                .to_owned(),
        };
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, after) = bracket(inside).map_err(|message| wrong(inside, message))?;
                steps.push(step);
                rest = after
                    .strip_prefix(']')
                    .ok_or_else(|| wrong(after, "a `]` is missing"))?;
            } else {
                let name = match (rest.strip_prefix('.'), steps.is_empty()) {
                    (Some(name), false) => name,
                    (None, true) => rest,
                    _ => return Err(wrong(rest, "a property's name belongs here")),
                };
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (key, after) = name.split_at(end);
                steps.push(match key {
                    "*" => PathStep::Every,
                    key if is_plain(key) => PathStep::Key(key.to_owned()),
                    "" => return Err(wrong(name, "a name is missing")),
                    _ => return Err(wrong(name, "this key is written in brackets and quotes")),
                });
                rest = after;
            }
            if rest.is_empty() {
                return Ok(Self(steps));
            }
        }
    }
}

/// Reads what stands after `[`: a number, a star, or a key as JSON text. Gives what follows it, too.
fn bracket(inside: &str) -> Result<(PathStep, &str), &'static str> {
    if inside.starts_with('"') {
        let mut texts = serde_json::Deserializer::from_str(inside).into_iter::<String>();
        return match texts.next() {
            Some(Ok(key)) => Ok((PathStep::Key(key), &inside[texts.byte_offset()..])),
            _ => Err("this is no text in quotes"),
        };
    }
    if let Some(after) = inside.strip_prefix('*') {
        return Ok((PathStep::Every, after));
    }
    let end = inside.find(|c: char| !c.is_ascii_digit()).unwrap_or(inside.len());
    let number = inside[..end].parse();
    number
        .map(|number| (PathStep::Index(number), &inside[end..]))
        .map_err(|_| "a number, a `*` or a key in quotes belongs here")
}

/// Appends a property to a path.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

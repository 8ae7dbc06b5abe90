//! A type's schema in the engine's terms.

use std::sync::OnceLock;

use iac_core::model::{DocumentSchema, Field, FieldAttributes, Schema, TypeInfo, Validate, Violation, template};
use serde_json::Value;

use crate::{
    canonical::{canonical_any, canonical_document},
    names::{is_secret, snake},
    shape::{SchemaTree, Shape},
    type_facts::TypeFacts,
};

/// The longest generated name where AWS does not say how long a name may be.
const NAME_LENGTH: usize = 64;

/// Tags that the engine adds, in the form that a type must take them.
const OWN_TAG: (&str, &str) = ("iac:environment", "aws.sqs_queue.jobs/dead-letters_1");

/// What the engine knows of a type. Names live as long as the program: it is made once for each type that is used.
pub(crate) fn type_info(name: &'static str, facts: &'static TypeFacts) -> TypeInfo {
    let properties = Schema::Struct(Builder::of(facts).top());
    TypeInfo {
        name,
        doc: facts.name(),
        schema_version: 1,
        schema: properties,
        outputs: Schema::Struct(outputs(facts)),
        resumable: false,
        replaced_create_first: facts.schema()["replacementStrategy"] != "delete_then_create",
        overlaps: &[],
        operations: OPERATIONS,
        validate: Validate::new(|template| violations(facts, template)),
    }
}

/// What the engine knows of a type that is none: nothing.
pub(crate) fn empty_info() -> &'static TypeInfo {
    static INFO: OnceLock<TypeInfo> = OnceLock::new();
    INFO.get_or_init(|| TypeInfo {
        name: "aws.unknown",
        doc: "",
        schema_version: 1,
        schema: Schema::Struct(Vec::new()),
        outputs: Schema::Struct(Vec::new()),
        resumable: false,
        replaced_create_first: false,
        overlaps: &[],
        operations: &[],
        validate: Validate::new(|_| Vec::new()),
    })
}

/// What every type calls. The handlers of a type act with the caller's permissions: [`TypeFacts::permissions`].
const OPERATIONS: &[&str] = &[
    "cloudcontrol:CreateResource",
    "cloudcontrol:GetResource",
    "cloudcontrol:UpdateResource",
    "cloudcontrol:DeleteResource",
    "cloudcontrol:ListResources",
    "cloudcontrol:GetResourceRequestStatus",
    "cloudcontrol:ListResourceRequests",
];

/// An object, or the JSON text of one.
const DOCUMENT: Schema = Schema::Document(DocumentSchema {
    name: "JSON",
    check: |_| Ok(()),
    canonical: canonical_document,
});

/// What may be anything: AWS gives most of it back as texts.
const ANY: Schema = Schema::Document(DocumentSchema {
    name: "JSON",
    check: |_| Ok(()),
    canonical: canonical_any,
});

struct Builder<'a> {
    facts: &'a TypeFacts,
    read_only: Vec<&'a str>,
    write_only: Vec<&'a str>,
    create_only: Vec<&'a str>,
    immutable: bool,
    /// The definitions that a place is within: one that holds itself is told once.
    within: Vec<&'a str>,
}

impl<'a> Builder<'a> {
    fn of(facts: &'a TypeFacts) -> Self {
        Self {
            facts,
            read_only: facts.read_only_paths(),
            write_only: facts.write_only_paths(),
            create_only: facts.create_only_paths(),
            immutable: facts.is_immutable(),
            within: Vec::new(),
        }
    }

    fn top(mut self) -> Vec<Field> {
        let facts = self.facts;
        let required = facts.required(facts.schema());
        let name = name_property(facts);
        let mut fields = Vec::new();
        for (property, node) in facts.top() {
            if self.read_only.contains(&property) {
                continue;
            }
            let mut field = self.field(property, property, node, required.contains(&property));
            field.attributes.create_only |= self.immutable;
            if let Some((tags, shape)) = facts.tags_shape()
                && tags == property
            {
                field.schema = Schema::Map(Box::new(Schema::TEXT));
                field.attributes.tags = takes_own_tags(facts, node, &shape);
                field.attributes.create_only |= !facts.tags_can_change();
            }
            field.attributes.name = name.filter(|(name, _)| *name == property).map(|(_, longest)| longest);
            fields.push(field);
        }
        fields
    }

    fn field(&mut self, property: &str, path: &str, node: &'a Value, required: bool) -> Field {
        let write_only = self.write_only.contains(&path);
        let schema = self.schema(path, node);
        let schema = if write_only && is_secret(property) && matches!(schema, Schema::Text(_)) {
            Schema::Secret(Box::new(schema))
        } else {
            schema
        };
        Field {
            name: snake(property).leak(),
            doc: "",
            schema,
            required,
            default: "",
            default_value: None,
            attributes: FieldAttributes {
                create_only: self.create_only.contains(&path),
                filled: !required && !write_only,
                write_only,
                ..FieldAttributes::default()
            },
        }
    }

    fn schema(&mut self, path: &str, node: &'a Value) -> Schema {
        let definition = self.facts.reference(node);
        if definition.is_some_and(|name| self.within.contains(&name)) {
            return ANY;
        }
        self.within.extend(definition);
        let schema = match self.facts.shape(node) {
            Shape::Text => Schema::TEXT,
            Shape::Boolean => Schema::Boolean,
            Shape::Integer => Schema::Integer,
            Shape::Number => Schema::Number,
            Shape::List { items, ordered } => {
                let item = Box::new(self.schema(&format!("{path}/*"), items));
                if ordered { Schema::List(item) } else { Schema::Set(item) }
            }
            Shape::Map(values) => Schema::Map(Box::new(self.schema(&format!("{path}/*"), values))),
            Shape::Struct(fields) => {
                let required = self.facts.required(node);
                let mut known = Vec::new();
                for (name, node) in fields {
                    let path = format!("{path}/{name}");
                    if !self.read_only.contains(&path.as_str()) {
                        known.push(self.field(name, &path, node, required.contains(&name)));
                    }
                }
                Schema::Struct(known)
            }
            Shape::Document => DOCUMENT,
            Shape::Tags | Shape::Any => ANY,
        };
        if definition.is_some() {
            self.within.pop();
        }
        schema
    }
}

/// The name that the engine may choose: where a text that may be left out is all that identifies the object. An object whose
/// name is known is found again when no answer came to its create.
fn name_property(facts: &TypeFacts) -> Option<(&str, usize)> {
    let identifier = facts.identifier();
    let [name] = identifier.as_slice() else {
        return None;
    };
    let node = facts.target(&facts.schema()["properties"][*name]);
    let given = !facts.read_only_paths().contains(name) && !facts.required(facts.schema()).contains(name);
    let longest = node["maxLength"]
        .as_u64()
        .and_then(|longest| usize::try_from(longest).ok());
    let longest = longest.unwrap_or(NAME_LENGTH).min(NAME_LENGTH);
    let fits = node["pattern"].as_str().is_none_or(|pattern| {
        let fits = TypeFacts::pattern(pattern);
        fits("shop-dev-jobs-0a1b2c3d")
    });
    (given && fits && longest >= 24 && node["type"] == "string" && node.get("enum").is_none())
        .then_some((*name, longest))
}

/// Whether the engine's own tags fit the patterns of a type's tags.
fn takes_own_tags(facts: &TypeFacts, node: &Value, shape: &Shape<'_>) -> bool {
    let fits = |pattern: &Value, text: &str| pattern.as_str().is_none_or(|pattern| TypeFacts::pattern(pattern)(text));
    let node = facts.target(node);
    let (key, value) = match shape {
        Shape::Tags => {
            let tag = facts.target(&node["items"]);
            let part = |name: &str| facts.target(&tag["properties"][name])["pattern"].clone();
            (part("Key"), part("Value"))
        }
        Shape::Map(values) => {
            let patterns = node["patternProperties"].as_object();
            let key = patterns.and_then(|patterns| patterns.keys().next().cloned());
            (
                key.map(Value::from).unwrap_or_default(),
                facts.target(values)["pattern"].clone(),
            )
        }
        _ => return false,
    };
    fits(&key, OWN_TAG.0) && fits(&value, OWN_TAG.1)
}

/// What AWS gives. What identifies an object stays when the object is updated; of the rest nobody says so.
fn outputs(facts: &TypeFacts) -> Vec<Field> {
    let lasting = facts.identifier();
    let of = |(name, path): (String, &str)| {
        let last = path.rsplit('/').next().unwrap_or(path);
        let lasts = lasting.contains(&path) || last.ends_with("Arn") || last == "Id";
        Field {
            name: name.leak(),
            doc: "",
            schema: Schema::Any,
            required: true,
            default: "",
            default_value: None,
            attributes: FieldAttributes {
                volatile: !lasts,
                ..FieldAttributes::default()
            },
        }
    };
    facts.output_paths().into_iter().map(of).collect()
}

/// What of a template does not fit the type; what stands where a value is still to come is not told.
fn violations(facts: &TypeFacts, inputs: &Value) -> Vec<Violation> {
    let model = facts.to_model(inputs);
    let found = facts.check(&model);
    let unknown = |path: &str| unknown_places(&model, path);
    let of = |violation: crate::Violation| Violation {
        path: rust_path(&violation.path),
        message: violation.message,
    };
    found
        .into_iter()
        .filter(|violation| !unknown(&violation.path))
        .map(of)
        .collect()
}

/// Whether what stands at a path, or what it stands in, is an expression, or has one in it.
pub(crate) fn unknown_places(model: &Value, path: &str) -> bool {
    let mut place = model;
    for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
        if template::as_expression(place).is_some() {
            return true;
        }
        let next = match place {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            other => other.get(part),
        };
        let Some(next) = next else { return false };
        place = next;
    }
    !path.is_empty() && template::has_unknown(place)
}

/// A path with the names of Rust: `Rules[0].StatusCode` is `rules[0].status_code`.
fn rust_path(path: &str) -> String {
    let part = |part: &str| match part.split_once('[') {
        Some((name, rest)) => format!("{}[{rest}", snake(name)),
        None => snake(part),
    };
    path.split('.').map(part).collect::<Vec<_>>().join(".")
}

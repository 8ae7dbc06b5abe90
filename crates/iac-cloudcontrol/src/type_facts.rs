//! What is known of one type.

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::check::checker::Checker;
use crate::property::{Property, holds, kinds, words};
use crate::shape::SchemaTree;

/// What is known of a type.
#[derive(Clone, Debug)]
pub struct TypeFacts {
    name: &'static str,
    schema: Value,
    /// Made when a model is first checked.
    pub(crate) checker: OnceLock<Checker>,
}

/// What Cloud Control does with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `CreateResource`.
    Create,
    /// `GetResource`.
    Read,
    /// `UpdateResource`.
    Update,
    /// `DeleteResource`.
    Delete,
    /// `ListResources`.
    List,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::List];

    /// Its word in the registry: `create`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::List => "list",
        }
    }
}

/// How long an operation may take where its schema does not say. Source: `CloudFormation` CLI user guide, "Resource type schema",
/// `timeoutInMinutes`.
const TIMEOUT: Duration = Duration::from_hours(2);

impl SchemaTree for TypeFacts {
    fn root(&self) -> &Value {
        &self.schema
    }
}

impl TypeFacts {
    pub(crate) fn parse(name: &'static str, schema: &str) -> Self {
        Self {
            name,
            schema: serde_json::from_str(schema).unwrap_or_default(),
            checker: OnceLock::new(),
        }
    }

    /// `AWS::SQS::Queue`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The JSON schema of its properties, without texts.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// The properties whose values, in this order and with `|` between them, are its identifier in Cloud Control.
    pub fn identifier(&self) -> Vec<&str> {
        self.paths("primaryIdentifier")
    }

    /// Whether an operation is there.
    pub fn has(&self, operation: Operation) -> bool {
        self.schema["handlers"].get(operation.word()).is_some()
    }

    /// The IAM actions that an operation needs.
    pub fn permissions(&self, operation: Operation) -> Vec<&str> {
        let actions = self.schema["handlers"][operation.word()]["permissions"].as_array();
        actions.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// How long an operation may take; two hours where AWS does not say.
    pub fn timeout(&self, operation: Operation) -> Duration {
        let minutes = self.schema["handlers"][operation.word()]["timeoutInMinutes"].as_u64();
        minutes.map_or(TIMEOUT, Duration::from_mins)
    }

    /// The property that holds its tags; `None` for a type without tags.
    pub fn tags(&self) -> Option<&str> {
        self.tags_path()
    }

    /// The properties at the top, in the order of their names.
    pub fn properties(&self) -> Vec<Property> {
        let properties = self.schema["properties"].as_object().into_iter().flatten();
        properties.map(|(name, schema)| self.describe(name, schema)).collect()
    }

    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<Property> {
        let schema = self.schema["properties"].get(name)?;
        Some(self.describe(name, schema))
    }

    fn describe(&self, name: &str, schema: &Value) -> Property {
        let target = self.resolve(schema);
        let whole = |list: &str| self.paths(list).contains(&name);
        let within = |list: &str| {
            let mut paths = self.paths(list).into_iter();
            paths.any(|path| path.split('/').next() == Some(name))
        };
        let required = self.schema["required"].as_array().into_iter().flatten();
        Property {
            name: name.to_owned(),
            holds: holds(schema),
            names: kinds(target),
            words: words(target),
            required: required.into_iter().any(|required| required == name),
            create_only: within("createOnlyProperties"),
            read_only: whole("readOnlyProperties"),
            write_only: within("writeOnlyProperties"),
        }
    }

    /// What a schema refers to, if it only does so.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix("#/definitions/"));
        name.and_then(|name| self.schema["definitions"].get(name))
            .unwrap_or(schema)
    }
}

//! A resource of any type, without a struct of its own.

use iac_core::model::{Address, Output, OutputRefs, Resource, TypeInfo};
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::{Map, Value};

use crate::{
    Facts,
    catalog::CloudType,
    names::snake,
    schema::{empty_info, unknown_places},
};

/// A resource of any type that Cloud Control manages, by the names that AWS uses: for types whose service is not part of the
/// build, and for those that are made up while the program runs.
///
/// What it lacks to a generated struct are kinds: a value of the wrong kind is told by AWS alone. Names, required properties,
/// lengths and patterns are checked with the stack.
///
/// ```
/// use iac_cloudcontrol::Any;
/// use iac_core::model::Stack;
/// use serde_json::json;
///
/// let mut stack = Stack::new("shop", "dev");
/// let dead = stack.add("dead", Any::new("AWS::SQS::Queue"));
/// let redrive = json!({"deadLetterTargetArn": dead.output("Arn"), "maxReceiveCount": 5});
/// stack.add("jobs", Any::new("AWS::SQS::Queue").property("DelaySeconds", 5).property("RedrivePolicy", redrive));
/// assert!(stack.errors().is_empty());
///
/// stack.add("typo", Any::new("AWS::SQS::Queue").property("DelaySecond", 5));
/// assert!(stack.errors()[0].to_string().contains("DelaySeconds"));
/// ```
#[derive(Clone, Debug)]
pub struct Any {
    type_name: String,
    properties: Map<String, Value>,
}

impl Any {
    /// One of the type that AWS calls so: `AWS::SQS::Queue`.
    pub fn new(type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
            properties: Map::new(),
        }
    }

    /// Sets a property. The value may hold references to outputs of other resources, however deep.
    #[must_use]
    pub fn property(mut self, name: &str, value: impl Serialize) -> Self {
        // what cannot be written as JSON is told as a property that lacks
        let value = serde_json::to_value(value).unwrap_or_default();
        self.properties.insert(name.to_owned(), value);
        self
    }

    /// What is wrong with it, in one sentence.
    fn problem(&self) -> Option<String> {
        let Some(facts) = CloudType::of_aws(&self.type_name).map(CloudType::facts) else {
            let unknown = Facts::get().find(&self.type_name).err()?;
            return Some(format!("{unknown}: {}", unknown.hint()));
        };
        let model = Value::Object(self.properties.clone());
        for path in facts.read_only_paths() {
            if let Some(place) = crate::TypeFacts::places(&model, path).first() {
                return Some(format!("{place} is AWS's to say, and cannot be given"));
            }
        }
        let mut found = facts.check(&model).into_iter();
        let wrong = found.find(|violation| !unknown_places(&model, &violation.path));
        wrong.map(|violation| violation.to_string())
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(problem) = self.problem() {
            return Err(S::Error::custom(problem));
        }
        let model = Value::Object(self.properties.clone());
        let facts = CloudType::of_aws(&self.type_name).map(CloudType::facts);
        facts.map(|facts| facts.to_inputs(&model)).serialize(serializer)
    }
}

impl Resource for Any {
    type Outputs = AnyOutputs;

    fn type_info(&self) -> &'static TypeInfo {
        CloudType::of_aws(&self.type_name).map_or_else(empty_info, CloudType::info)
    }
}

/// What a resource of any type gives.
#[derive(Clone, Debug)]
pub struct AnyOutputs(Address);

impl AnyOutputs {
    /// The output that AWS calls so: `Arn`, `Endpoint.Address`. One that the type does not have is told when it is planned.
    pub fn output(&self, name: &str) -> Output<String> {
        Output::new(&self.0, &snake(&name.replace(['.', '/'], "_")))
    }
}

impl OutputRefs for AnyOutputs {
    fn at(address: &Address) -> Self {
        Self(address.clone())
    }
}

//! How objects of all types are made, read, changed and removed: through the operations of Cloud Control, as the facts of their
//! types say.
//!
//! - Remote id, also for import: the values of the identifier's properties with `|` between them.
//! - An operation goes on after its answer. What AWS calls it is recorded at once, and the object's identifier as soon as it is
//!   told, where only AWS can know it; one that the user chose may be somebody else's until the operation has succeeded.
//! - Client tokens follow from the run, the address and the tries before, so that a request that is sent again is the same one.
//!
//! Source: Cloud Control API reference; user guide, "Managing resource operation requests".

mod create;
mod failure;
mod identifier;
mod patch;
mod recover;
mod request;
mod update;

use std::{collections::BTreeMap, fmt, sync::Arc};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use iac_aws::{Aws, failed};
use iac_core::model::{
    AccountRegion, Call, Changed, ErrorKind, IgnoreTags, LiveObject, Provider, ReadObject, Reconciler, Registry,
    RemoteId, ResourceError, TypeInfo, eventual,
};
use serde_json::{Map, Value};

use crate::{
    catalog::CloudType,
    drift::{declared_part, seen},
    names::snake,
    type_facts::{Operation, TypeFacts},
};

/// How many objects are read at the same time: AWS takes some thirty requests a second.
const READ_CONCURRENCY: usize = 10;

/// Makes all types that Cloud Control manages known, for calls through `aws`.
pub fn register(aws: &Arc<Aws>, registry: &mut Registry) {
    for types in CloudType::all() {
        let reconciler = CloudControl {
            types,
            aws: Arc::clone(aws),
        };
        registry.insert(types.name, Arc::new(reconciler));
    }
}

/// A type's objects in one account and region.
struct CloudControl {
    types: &'static CloudType,
    aws: Arc<Aws>,
}

impl fmt::Debug for CloudControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.types.name)
    }
}

impl CloudControl {
    fn facts(&self) -> &'static TypeFacts {
        self.types.facts()
    }

    /// The model of an object, as AWS gives it; `None` when there is none.
    async fn model(&self, id: &str) -> Result<Option<Value>, ResourceError> {
        let request = self.aws.cloudcontrol().get_resource();
        let request = request.type_name(self.facts().name()).identifier(id);
        let answer = request.send().await.map_err(failed("cloudformation:GetResource"));
        let Some(found) = eventual::unless_not_found(answer.map_err(failure::of_answer))? else {
            return Ok(None);
        };
        let described = found.resource_description;
        let text = described.and_then(|described| described.properties).unwrap_or_default();
        let model = serde_json::from_str(&text).map_err(|error| {
            let message = format!("the properties of {} {id} are no JSON: {error}", self.facts().name());
            ResourceError::new(ErrorKind::Other, message).during("cloudformation:GetResource")
        });
        model.map(Some)
    }

    async fn read_one(&self, request: &ReadObject, call: &Call) -> Result<Option<LiveObject>, ResourceError> {
        let id = request.id.as_str();
        if let Some(wrong) = identifier::problem(self.facts(), id) {
            return Err(wrong);
        }
        if !self.facts().has(Operation::Read) {
            return self.unreadable(request).map(Some);
        }
        let look = || self.model(id);
        let Some(model) = eventual::read_again(call, &eventual::READ_PAUSES, look).await? else {
            return Ok(None);
        };
        let schema = &self.info().schema;
        let now = schema.canonical(&self.facts().to_inputs(&model));
        let mut inputs = match &request.prior {
            Some(prior) => schema.canonical(&seen(schema, prior, &request.observed, &now)),
            None => now.clone(),
        };
        self.ignore_tags().take_from(self.info().tags_field(), &mut inputs);
        let observed = match &request.prior {
            Some(_) if !request.observed.is_null() => Value::Null,
            Some(prior) => declared_part(schema, prior, &now),
            None => now,
        };
        Ok(Some(LiveObject {
            id: request.id.clone(),
            inputs,
            outputs: self.outputs(&model, id),
            observed,
        }))
    }

    /// An object of a type that AWS gives no way to read: it is what it was made as.
    fn unreadable(&self, request: &ReadObject) -> Result<LiveObject, ResourceError> {
        let Some(prior) = &request.prior else {
            let message = format!("{} cannot be read, and so not imported", self.facts().name());
            return Err(ResourceError::invalid(message).hint("let the stack make it, or use a type that can be read"));
        };
        Ok(LiveObject {
            id: request.id.clone(),
            inputs: prior.clone(),
            outputs: self.outputs(&Value::Null, request.id.as_str()),
            observed: Value::Null,
        })
    }

    /// The outputs: those of the model, and of the identifier's parts those that it lacks.
    fn outputs(&self, model: &Value, id: &str) -> Value {
        let mut outputs = self.facts().outputs(model);
        for (path, part) in identifier::parts(self.facts(), id) {
            let output = &mut outputs[snake(&path.replace('/', "_"))];
            if output.is_null() {
                *output = part.into();
            }
        }
        outputs
    }

    /// What the object looks like after a change, for the next read to compare with; and its outputs.
    async fn observe(&self, inputs: &Value, id: &str, call: &Call) -> Result<Value, ResourceError> {
        if !self.facts().has(Operation::Read) {
            return Ok(self.outputs(&Value::Null, id));
        }
        let look = || self.model(id);
        let model = eventual::read_again(call, &eventual::READ_PAUSES, look).await?;
        let Some(model) = model else {
            let message = format!("{} {id} was made or changed, and is not there", self.facts().name());
            return Err(ResourceError::new(ErrorKind::NotFound, message).during("cloudformation:GetResource"));
        };
        let schema = &self.info().schema;
        let now = schema.canonical(&self.facts().to_inputs(&model));
        call.observed(declared_part(schema, inputs, &now));
        Ok(self.outputs(&model, id))
    }
}

#[async_trait]
impl Reconciler for CloudControl {
    fn info(&self) -> &'static TypeInfo {
        self.types.info()
    }

    fn location(&self) -> AccountRegion {
        Provider::location(&*self.aws)
    }

    fn default_tags(&self) -> BTreeMap<String, String> {
        Provider::default_tags(&*self.aws)
    }

    fn ignore_tags(&self) -> IgnoreTags {
        Provider::ignore_tags(&*self.aws)
    }

    /// What identifies an object and is the user's to give.
    fn predict(&self, inputs: &Value) -> Map<String, Value> {
        let facts = self.facts();
        let paths = facts.output_paths().into_iter();
        let given = paths.filter(|(_, path)| facts.identifier().contains(path));
        let known = given.filter_map(|(name, _)| Some((name.clone(), inputs.get(&name)?.clone())));
        known.filter(|(_, value)| !value.is_null()).collect()
    }

    async fn read_many(&self, requests: &[ReadObject], call: &Call) -> Vec<Result<Option<LiveObject>, ResourceError>> {
        let reads: Vec<_> = requests.iter().map(|request| self.read_one(request, call)).collect();
        stream::iter(reads).buffered(READ_CONCURRENCY).collect().await
    }

    async fn create(&self, inputs: &Value, call: &Call) -> Result<Value, ResourceError> {
        call.scope(self.make(inputs, call)).await
    }

    async fn update(
        &self,
        inputs: &Value,
        live: &LiveObject,
        changed: &Changed,
        call: &Call,
    ) -> Result<Value, ResourceError> {
        call.scope(self.change(inputs, live, changed, call)).await
    }

    async fn delete(&self, _last: &Value, id: &RemoteId, call: &Call) -> Result<(), ResourceError> {
        call.scope(self.remove(id.as_str(), call)).await
    }

    async fn find_created(&self, inputs: &Value, call: &Call) -> Result<Option<RemoteId>, ResourceError> {
        self.find(inputs, call).await
    }
}

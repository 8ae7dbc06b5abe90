//! One step at work: its inputs resolved, its intent written down, its outcome put into the state.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{
    context::ApplyContext,
    recorder::{StepRecorder, unrecorded},
    steps::{Kind, Step},
};
use crate::{
    model::{Address, Call, REDACTED, Reconciler, RemoteId, ResourceError, Schema, Sealer, TypeInfo, seal, template},
    plan::{self, Change},
    state::{Intent, ObjectState, Record, ResourceState, Status, Verb},
};

mod change;
mod create;
mod retry;

/// A step with what belongs to it.
struct StepRun<'a> {
    cx: &'a ApplyContext<'a>,
    change: &'a Change,
    reconciler: &'a dyn Reconciler,
    info: &'static TypeInfo,
    number: u64,
    recorder: Arc<StepRecorder>,
    sealer: Sealer,
}

/// Does a step; gives the id of the object it worked on.
pub(super) async fn run_step(cx: &ApplyContext<'_>, step: &Step<'_>) -> Result<Option<RemoteId>, ResourceError> {
    let change = step.change;
    let reconciler = cx
        .session
        .registry
        .get(change.address.type_name())
        .ok_or_else(|| plan::unknown_type(&change.address))?;
    let run = StepRun::new(cx, change, &**reconciler);
    match step.kind {
        Kind::Create => run.create().await.map(Some),
        Kind::Update => run.update().await.map(Some),
        Kind::Delete | Kind::DeleteReplaced => match &change.data.prior {
            Some(object) => run.delete(object).await.map(Some),
            None => Ok(None),
        },
        Kind::DeleteDeposed(object) => run.delete(object).await.map(Some),
    }
}

impl<'a> StepRun<'a> {
    fn new(cx: &'a ApplyContext<'a>, change: &'a Change, reconciler: &'a dyn Reconciler) -> Self {
        let number = cx.writer.next_step();
        let recorder = Arc::new(StepRecorder {
            writer: Arc::clone(&cx.writer),
            step: number,
            address: change.address.clone(),
            events: cx.events.clone(),
            id: Mutex::new(None),
            request: Mutex::new(None),
            observed: Mutex::new(Value::Null),
        });
        let sealer = cx.sealer(&change.address);
        Self {
            cx,
            change,
            reconciler,
            info: reconciler.info(),
            number,
            recorder,
            sealer,
        }
    }

    fn address(&self) -> &'a Address {
        &self.change.address
    }

    /// What client tokens are derived from.
    fn seed(&self) -> String {
        let state = self.cx.state();
        format!("{}/{}", state.lineage, state.serial)
    }

    fn call(&self) -> Call {
        let seed = self.seed();
        let state = self.cx.state();
        Call {
            request: self.recorder.request(),
            address: self.address().clone(),
            stack: state.stack.clone(),
            environment: state.environment.clone(),
            seed,
            timeout: self.change.data.lifecycle.timeout,
            clock: Arc::clone(&self.cx.session.clock),
            recorder: Arc::clone(&self.recorder) as Arc<_>,
        }
    }

    /// The inputs with every reference resolved.
    fn resolve(&self) -> Result<Value, ResourceError> {
        // what was known when it was planned stands there as a value: it cannot become another
        let planned = self
            .change
            .data
            .planned
            .as_ref()
            .ok_or_else(|| ResourceError::invalid("the plan holds no inputs"))?;
        let value = template::evaluate(planned, &|reference| self.cx.lookup(reference))
            .map_err(|error| ResourceError::invalid(error.to_string()))?;
        let value = self.info.schema.canonical(&value);
        let Some(inputs) = template::resolved(&value) else {
            let unknown: Vec<String> = template::references(&value).iter().map(ToString::to_string).collect();
            return Err(ResourceError::invalid(format!("still unknown: {}", unknown.join(", "))));
        };
        self.validate(&value)?;
        Ok(inputs)
    }

    /// Checks what could not be checked while parts of it were unknown.
    fn validate(&self, template: &Value) -> Result<(), ResourceError> {
        let mut violations = self.info.schema.check(template);
        if violations.is_empty() {
            violations = self.info.validate.check(template);
        }
        match violations.first() {
            Some(violation) => Err(ResourceError::invalid(format!(
                "`{}`: {}",
                violation.path, violation.message
            ))),
            None => Ok(()),
        }
    }

    fn sealed(&self, inputs: &Value) -> Value {
        self.info
            .schema
            .seal(inputs, &|path, secret| self.sealer.seal(path, secret))
    }

    /// The state's entry with a new current object.
    fn entry(&self, current: Option<ObjectState>, deposed: Vec<ObjectState>) -> Option<ResourceState> {
        if current.is_none() && deposed.is_empty() {
            return None;
        }
        let mut lifecycle = self.change.data.lifecycle.clone();
        lifecycle.replace_when = self.triggers();
        let mut dependencies = self.change.data.dependencies.clone();
        if !deposed.is_empty() {
            // an old object needs what it always needed, until it is gone
            dependencies.extend(self.change.data.old_dependencies.iter().cloned());
        }
        Some(ResourceState {
            current,
            deposed,
            dependencies,
            lifecycle,
        })
    }

    fn triggers(&self) -> Vec<Value> {
        let triggers = &self.change.data.lifecycle.replace_when;
        let values = triggers
            .iter()
            .map(|trigger| template::evaluate(trigger, &|reference| self.cx.lookup(reference)));
        let values = values.filter_map(|value| template::resolved(&value.ok()?));
        values
            .map(|value| plan::sealed_trigger(self.sealer.place(), &value))
            .collect()
    }

    fn object(&self, id: RemoteId, inputs: &Value, outputs: &Value, status: Status) -> ObjectState {
        let now = self.cx.session.clock.now();
        ObjectState {
            id,
            location: self.reconciler.location(),
            schema_version: self.info.schema_version,
            inputs: self.sealed(inputs),
            declared: self.change.data.declared.clone(),
            outputs: self
                .info
                .outputs
                .seal(outputs, &|path, secret| self.sealer.seal(path, secret)),
            observed: self.sealed(&self.recorder.observed()),
            status,
            created: now,
            updated: now,
        }
    }

    fn resource(&self) -> Option<ResourceState> {
        self.cx.state().resources.get(self.address()).cloned()
    }

    async fn record_intent(
        &self,
        verb: Verb,
        inputs: &Value,
        pending: Option<ResourceState>,
    ) -> Result<Intent, ResourceError> {
        let intent = Intent {
            step: self.number,
            address: self.address().clone(),
            verb,
            seed: self.seed(),
            inputs: self.sealed(inputs),
            pending,
            prior_id: self.resource().and_then(|resource| Some(resource.current?.id)),
        };
        let record = Record::Intended(intent.clone());
        self.cx
            .writer
            .append(&record)
            .await
            .map_err(|error| unrecorded(&error))?;
        Ok(intent)
    }

    /// Puts the outcome into the state, and into the journal. A journal that cannot be written is told, but the state in
    /// memory is true either way.
    async fn record_outcome(
        &self,
        resource: Option<ResourceState>,
        outputs: Option<Value>,
    ) -> Result<(), ResourceError> {
        self.cx.set(self.address(), resource.clone(), outputs);
        let record = Record::Completed {
            step: self.number,
            address: self.address().clone(),
            resource,
        };
        self.cx.writer.append(&record).await.map_err(|error| unrecorded(&error))
    }

    /// Whether the outputs are those the plan promised.
    fn check_promises(&self, outputs: &Value) -> Result<(), ResourceError> {
        // secrets are compared by their hashes: the plan may know no more
        let hashed = |outputs: &Value| {
            let hash = |path: &str, secret: &Value| seal(self.sealer.place(), path, secret);
            self.info.outputs.seal(outputs, &hash)
        };
        let (promised, returned) = (hashed(&self.change.data.outputs), hashed(outputs));
        for (name, planned) in promised.as_object().into_iter().flatten() {
            let field = self.info.outputs.field(name);
            let volatile = field.is_some_and(|field| field.attributes.volatile);
            let returned = returned.get(name).unwrap_or(&Value::Null);
            if returned != planned && !volatile {
                let hidden = Value::from(REDACTED);
                let secret = field.is_some_and(|field| matches!(field.schema, Schema::Secret(_)));
                let (planned, returned) = if secret {
                    (&hidden, &hidden)
                } else {
                    (planned, returned)
                };
                return Err(ResourceError::invalid(format!(
                    "the result disagrees with the plan: `{name}` was planned as {planned} and came back as {returned}"
                ))
                .hint("this is an error of the resource type; the object and the state are sound"));
            }
        }
        Ok(())
    }
}

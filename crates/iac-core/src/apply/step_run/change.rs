//! Changing an object in place, and deleting one.

use serde_json::Value;

use super::StepRun;
use crate::{
    model::{Changed, RemoteId, ResourceError, template},
    plan::{self, Comparison},
    state::{ObjectState, Status, Verb},
};

impl StepRun<'_> {
    pub(super) async fn update(&self) -> Result<RemoteId, ResourceError> {
        let work = &self.change.data;
        let (Some(prior), Some(live)) = (&work.prior, &work.live) else {
            return Err(ResourceError::invalid("the plan updates something that is not there"));
        };
        let mut desired = template::escape(self.resolve()?);
        let schema = &self.info.schema;
        plan::ignore(schema, &mut desired, &live.inputs, &work.lifecycle.ignore_changes);
        let inputs = template::resolved(&desired).unwrap_or_default();
        let resource = self.resource();
        let deposed = resource
            .as_ref()
            .map(|resource| resource.deposed.clone())
            .unwrap_or_default();
        let tainted = prior.status == Status::Tainted;
        let differences = plan::diff(&Comparison {
            schema,
            desired: &desired,
            live: &live.inputs,
            prior: Some(&prior.inputs),
            key: self.sealer.place(),
        });
        let changed: Changed = if tainted {
            self.info.schema.fields().iter().map(|field| field.name).collect()
        } else {
            differences.iter().map(plan::AttributeChange::property).collect()
        };
        let outputs = if changed == Changed::default() {
            live.outputs.clone()
        } else {
            let _intent = self.record_intent(Verb::Update, &inputs, None).await?;
            let call = self.call();
            match self
                .retry_throttled(|| self.reconciler.update(&inputs, live, &changed, &call))
                .await
            {
                Ok(outputs) => outputs,
                Err(error) => {
                    // the last known object stays, with the id it may have got in the meantime
                    let kept = resource.map(|mut resource| {
                        // part of it may be done: it needs both what it needed and what it would need
                        resource.dependencies.extend(work.dependencies.iter().cloned());
                        if let (Some(object), Some(id)) = (&mut resource.current, self.recorder.id()) {
                            object.id = id;
                        }
                        resource
                    });
                    self.record_outcome(kept, Some(live.outputs.clone())).await?;
                    return Err(error);
                }
            }
        };
        let id = self.recorder.id().unwrap_or_else(|| prior.id.clone());
        let object = ObjectState {
            created: prior.created,
            observed: self.observed_or(prior),
            ..self.object(id.clone(), &inputs, &outputs, Status::Ready)
        };
        self.record_outcome(self.entry(Some(object), deposed), Some(outputs.clone()))
            .await?;
        self.check_promises(&outputs).map(|()| id)
    }

    /// What the type keeps of the object: as it said in this step, or before.
    fn observed_or(&self, prior: &ObjectState) -> Value {
        match self.recorder.observed() {
            Value::Null => prior.observed.clone(),
            observed => self.sealed(&observed),
        }
    }

    pub(super) async fn delete(&self, object: &ObjectState) -> Result<RemoteId, ResourceError> {
        let _intent = self.record_intent(Verb::Delete, &object.inputs, None).await?;
        let call = self.call();
        let delete = || self.reconciler.delete(&object.inputs, &object.id, &call);
        let deleted = self.retry_throttled(delete).await;
        let mut resource = self.resource();
        if deleted.is_ok() {
            if let Some(resource) = &mut resource {
                resource.deposed.retain(|other| other.id != object.id);
                if resource.current.as_ref().is_some_and(|current| current.id == object.id) {
                    resource.current = None;
                }
            }
            if let Some(resource) = resource.as_mut().filter(|resource| resource.deposed.is_empty()) {
                resource.dependencies.clone_from(&self.change.data.dependencies);
            }
            resource = resource.filter(|resource| resource.current.is_some() || !resource.deposed.is_empty());
        }
        let outputs = self.cx.outputs_of(self.address()).filter(|_| {
            let current = resource.as_ref().and_then(|resource| resource.current.as_ref());
            current.is_some_and(|current| current.id != object.id)
        });
        self.record_outcome(resource, outputs).await?;
        deleted.map(|()| object.id.clone())
    }
}

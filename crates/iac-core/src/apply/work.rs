//! One step: its intent written down, the call made, its outcome written down and put into the state.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    recorder::{StepRecorder, unrecorded},
    steps::{Kind, Step},
};
use crate::{
    Session,
    model::{
        Address, Call, Changed, ErrorKind, Lookup, Reconciler, Reference, RemoteId, ResourceError, TypeInfo, seal,
        template,
    },
    plan::{self, Change, Comparison},
    state::{Intent, Ledger, ObjectState, Record, ResourceState, State, Status, Unsettled, Verb},
};

/// What all steps of a run share.
#[derive(Debug)]
pub(crate) struct Workshop<'a> {
    pub session: &'a Session,
    pub ledger: Arc<Ledger>,
    pub state: Mutex<State>,
    /// The outputs references stand for: as the plan saw them, then as each step leaves them.
    pub outputs: Mutex<BTreeMap<Address, Value>>,
    pub progress: UnboundedSender<(Address, String)>,
}

impl Workshop<'_> {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a reference stands for now.
    pub(crate) fn lookup(&self, reference: &Reference) -> Lookup {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        match outputs.get(&reference.address).map(|outputs| reference.follow(outputs)) {
            Some(Some(value)) => Lookup::Known(value.clone()),
            Some(None) => Lookup::Missing,
            None => Lookup::Unknown,
        }
    }

    fn set(&self, address: &Address, resource: Option<ResourceState>) {
        let outputs = resource
            .as_ref()
            .and_then(|resource| Some(resource.current.as_ref()?.outputs.clone()));
        let mut known = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        match outputs {
            Some(outputs) => drop(known.insert(address.clone(), outputs)),
            None => drop(known.remove(address)),
        }
        drop(known);
        self.state().set(address.clone(), resource);
    }

    /// Does a step; gives the id of the object it worked on.
    pub(crate) async fn run(&self, step: &Step<'_>) -> Result<Option<RemoteId>, ResourceError> {
        let change = step.change;
        let reconciler = self
            .session
            .registry
            .get(change.address.type_name())
            .ok_or_else(|| plan::unknown_type(&change.address))?;
        let job = Job::new(self, change, &**reconciler);
        match step.kind {
            Kind::Create => job.create().await.map(Some),
            Kind::Update => job.update().await.map(Some),
            Kind::Delete => match &change.work.prior {
                Some(object) => job.delete(object).await.map(Some),
                None => Ok(None),
            },
            Kind::DeleteReplaced => match &change.work.prior {
                Some(object) => job.delete(object).await.map(Some),
                None => Ok(None),
            },
            Kind::DeleteDeposed(object) => job.delete(object).await.map(Some),
        }
    }
}

/// A step with what belongs to it.
struct Job<'a> {
    shop: &'a Workshop<'a>,
    change: &'a Change,
    reconciler: &'a dyn Reconciler,
    info: &'static TypeInfo,
    number: u64,
    recorder: Arc<StepRecorder>,
    key: Vec<u8>,
}

impl<'a> Job<'a> {
    fn new(shop: &'a Workshop<'a>, change: &'a Change, reconciler: &'a dyn Reconciler) -> Self {
        let number = shop.ledger.next_step();
        let recorder = Arc::new(StepRecorder {
            ledger: Arc::clone(&shop.ledger),
            step: number,
            address: change.address.clone(),
            progress: shop.progress.clone(),
            id: Mutex::new(None),
        });
        let key = shop.state().seal_key(&change.address);
        Self {
            shop,
            change,
            reconciler,
            info: reconciler.info(),
            number,
            recorder,
            key,
        }
    }

    fn address(&self) -> &'a Address {
        &self.change.address
    }

    fn seed(&self) -> String {
        let state = self.shop.state();
        format!("{}/{}", state.lineage, state.serial)
    }

    fn call(&self) -> Call {
        let state = self.shop.state();
        Call {
            address: self.address().clone(),
            stack: state.stack.clone(),
            environment: state.environment.clone(),
            seed: format!("{}/{}", state.lineage, state.serial),
            timeout: self.change.work.lifecycle.timeout,
            clock: Arc::clone(&self.shop.session.clock),
            recorder: Arc::clone(&self.recorder) as Arc<_>,
        }
    }

    /// The inputs with every reference resolved.
    fn resolve(&self) -> Result<Value, ResourceError> {
        let template = self
            .change
            .work
            .template
            .as_ref()
            .ok_or_else(|| ResourceError::invalid("the plan holds no inputs"))?;
        let value = template::evaluate(template, &|reference| self.shop.lookup(reference))
            .map_err(|error| ResourceError::invalid(error.to_string()))?;
        let value = self.info.shape.canonical(&value);
        let Some(inputs) = template::resolved(&value) else {
            let unknown: Vec<String> = template::references(&value).iter().map(ToString::to_string).collect();
            return Err(ResourceError::invalid(format!("still unknown: {}", unknown.join(", "))));
        };
        self.validate(&value, &inputs)?;
        Ok(inputs)
    }

    /// Checks what could not be checked while parts of it were unknown.
    fn validate(&self, template: &Value, inputs: &Value) -> Result<(), ResourceError> {
        let mut violations = self.info.shape.check(template);
        if violations.is_empty() {
            violations = (self.info.validate)(inputs);
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
            .shape
            .seal(inputs, &|path, secret| seal(&self.key, path, secret))
    }

    /// The state's entry with a new current object.
    fn entry(&self, current: Option<ObjectState>, deposed: Vec<ObjectState>) -> Option<ResourceState> {
        if current.is_none() && deposed.is_empty() {
            return None;
        }
        let mut lifecycle = self.change.work.lifecycle.clone();
        lifecycle.replace_when = self.triggers();
        Some(ResourceState {
            current,
            deposed,
            dependencies: self.change.work.dependencies.clone(),
            lifecycle,
        })
    }

    fn triggers(&self) -> Vec<Value> {
        let triggers = &self.change.work.lifecycle.replace_when;
        let values = triggers
            .iter()
            .map(|trigger| template::evaluate(trigger, &|reference| self.shop.lookup(reference)));
        values.filter_map(|value| template::resolved(&value.ok()?)).collect()
    }

    fn object(&self, id: RemoteId, inputs: &Value, outputs: Value, status: Status) -> ObjectState {
        let now = self.shop.session.clock.now();
        ObjectState {
            id,
            location: self.reconciler.location(),
            schema_version: self.info.schema_version,
            inputs: self.sealed(inputs),
            outputs,
            status,
            created: now,
            updated: now,
        }
    }

    fn resource(&self) -> Option<ResourceState> {
        self.shop.state().resources.get(self.address()).cloned()
    }

    async fn intend(
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
        };
        let record = Record::Intended(intent.clone());
        self.shop
            .ledger
            .append(&record)
            .await
            .map_err(|error| unrecorded(&error))?;
        Ok(intent)
    }

    /// Puts the outcome into the state, and into the journal. A journal that cannot be written is told, but the state in
    /// memory is true either way.
    async fn settle(&self, resource: Option<ResourceState>) -> Result<(), ResourceError> {
        self.shop.set(self.address(), resource.clone());
        let record = Record::Settled {
            step: self.number,
            address: self.address().clone(),
            resource,
        };
        self.shop
            .ledger
            .append(&record)
            .await
            .map_err(|error| unrecorded(&error))
    }

    async fn create(&self) -> Result<RemoteId, ResourceError> {
        let inputs = self.resolve()?;
        let before = self.resource();
        let mut deposed = before
            .as_ref()
            .map(|resource| resource.deposed.clone())
            .unwrap_or_default();
        // a create-first replacement keeps the old object until the new one is there
        let replaced = if self.change.action.replaces() {
            before.as_ref().and_then(|it| it.current.clone())
        } else {
            None
        };
        deposed.extend(replaced);
        let pending = self.object(RemoteId::new(""), &inputs, Value::Null, Status::Tainted);
        let intent = self
            .intend(Verb::Create, &inputs, self.entry(Some(pending), deposed.clone()))
            .await?;
        let created = self.reconciler.create(&inputs, &self.call()).await;
        let id = self.recorder.id();
        match (created, id) {
            (Ok(outputs), Some(id)) => {
                let object = self.object(id.clone(), &inputs, outputs.clone(), Status::Ready);
                self.settle(self.entry(Some(object), deposed)).await?;
                self.agree(&outputs).map(|()| id)
            }
            (Ok(_), None) => {
                self.settle(before).await?;
                Err(ResourceError::invalid(
                    "the type made an object and did not record its id: an error of the type",
                ))
            }
            (Err(error), Some(id)) => {
                let object = self.object(id, &inputs, Value::Null, Status::Tainted);
                self.settle(self.entry(Some(object), deposed)).await?;
                Err(error)
            }
            (Err(error), None) => self.not_created(error, intent, &inputs, before, deposed).await,
        }
    }

    /// A create that failed before an id was known. When no answer came it may have been made all the same: it is looked for
    /// now, and, if it does not show yet, by the next run.
    async fn not_created(
        &self,
        error: ResourceError,
        intent: Intent,
        inputs: &Value,
        before: Option<ResourceState>,
        deposed: Vec<ObjectState>,
    ) -> Result<RemoteId, ResourceError> {
        if !is_open(error.kind) {
            self.settle(before).await?;
            return Err(error);
        }
        match self.reconciler.recover(inputs, &self.call()).await {
            Ok(Some(id)) => {
                let object = self.object(id, inputs, Value::Null, Status::Tainted);
                self.settle(self.entry(Some(object), deposed)).await?;
            }
            Ok(None) | Err(_) => {
                self.shop.state().unsettled.push(Unsettled { intent, id: None });
            }
        }
        Err(error)
    }

    async fn update(&self) -> Result<RemoteId, ResourceError> {
        let work = &self.change.work;
        let (Some(prior), Some(live)) = (&work.prior, &work.live) else {
            return Err(ResourceError::invalid("the plan updates something that is not there"));
        };
        let full = self.resolve()?;
        let mut inputs = full.clone();
        plan::ignore(&mut inputs, &live.inputs, &work.lifecycle.ignore_changes);
        let resource = self.resource();
        let deposed = resource
            .as_ref()
            .map(|resource| resource.deposed.clone())
            .unwrap_or_default();
        let tainted = prior.status == Status::Tainted;
        let differences = plan::diff(&Comparison {
            shape: &self.info.shape,
            desired: &template::escape(inputs.clone()),
            live: &live.inputs,
            prior: Some(&prior.inputs),
            key: &self.key,
        });
        let changed: Changed = if tainted {
            self.info.shape.fields().iter().map(|field| field.name).collect()
        } else {
            differences.iter().map(plan::AttributeChange::property).collect()
        };
        let outputs = if changed == Changed::default() {
            live.outputs.clone()
        } else {
            let _intent = self.intend(Verb::Update, &inputs, None).await?;
            match self.reconciler.update(&inputs, live, &changed, &self.call()).await {
                Ok(outputs) => outputs,
                Err(error) => {
                    // the last known object stays, with the id it may have got in the meantime
                    let kept = resource.map(|mut resource| {
                        if let (Some(object), Some(id)) = (&mut resource.current, self.recorder.id()) {
                            object.id = id;
                        }
                        resource
                    });
                    self.settle(kept).await?;
                    return Err(error);
                }
            }
        };
        let id = self.recorder.id().unwrap_or_else(|| prior.id.clone());
        let object = ObjectState {
            created: prior.created,
            ..self.object(id.clone(), &inputs, outputs.clone(), Status::Ready)
        };
        self.settle(self.entry(Some(object), deposed)).await?;
        self.agree(&outputs).map(|()| id)
    }

    async fn delete(&self, object: &ObjectState) -> Result<RemoteId, ResourceError> {
        let _intent = self.intend(Verb::Delete, &object.inputs, None).await?;
        let deleted = self.reconciler.delete(&object.inputs, &object.id, &self.call()).await;
        let mut resource = self.resource();
        if deleted.is_ok() {
            if let Some(resource) = &mut resource {
                resource.deposed.retain(|other| other.id != object.id);
                if resource.current.as_ref().is_some_and(|current| current.id == object.id) {
                    resource.current = None;
                }
            }
            resource = resource.filter(|resource| resource.current.is_some() || !resource.deposed.is_empty());
        }
        self.settle(resource).await?;
        deleted.map(|()| object.id.clone())
    }

    /// Whether the outputs are those the plan promised.
    fn agree(&self, outputs: &Value) -> Result<(), ResourceError> {
        let promised = self.change.work.outputs.as_object().into_iter().flatten();
        for (name, planned) in promised {
            let volatile = self.info.outputs.field(name).is_some_and(|field| field.marks.volatile);
            let returned = outputs.get(name).unwrap_or(&Value::Null);
            if returned != planned && !volatile {
                return Err(ResourceError::invalid(format!(
                    "the result disagrees with the plan: `{name}` was planned as {planned} and came back as {returned}"
                ))
                .hint("this is an error of the resource type; the object and the state are sound"));
            }
        }
        Ok(())
    }
}

/// Whether a failed create may have made the object all the same.
fn is_open(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::Other | ErrorKind::Throttled
    )
}

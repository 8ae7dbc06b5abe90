//! The object-safe twin of the reconcile trait, and the types by name: so that a resource whose code is gone from the stack
//! can still be read and deleted.

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    context::{Call, Context},
    error::ResourceError,
    eventual,
    id::{AccountRegion, RemoteId},
    resource::{Changed, Live, Provider, ReadRequest, Reconcile, Reconciled, TypeInfo},
    tags::IgnoreTags,
};

/// A live object with its types erased: inputs are in their canonical form.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveObject {
    /// Its id.
    pub id: RemoteId,
    /// Its properties.
    pub inputs: Value,
    /// Its outputs.
    pub outputs: Value,
    /// What the type wants to have kept and given back at the next read, see [`Call::observed`]; null when nothing.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub observed: Value,
}

impl fmt::Debug for LiveObject {
    /// Shows no values: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveObject")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// One erased read.
#[derive(Clone, Debug)]
pub struct ReadObject {
    /// The object's id.
    pub id: RemoteId,
    /// Its inputs as they were last applied; `None` on import.
    pub prior: Option<Value>,
    /// What the type kept of it then; null when nothing.
    pub observed: Value,
}

impl ReadObject {
    /// A read of an object of which nothing was kept but its last inputs.
    pub fn new(id: RemoteId, prior: Option<Value>) -> Self {
        Self {
            id,
            prior,
            observed: Value::Null,
        }
    }
}

/// [`Reconcile`] over JSON values. The contracts are the same.
#[async_trait]
#[allow(missing_docs, reason = "each method is its namesake on `Reconcile`")]
pub trait Reconciler: fmt::Debug + Send + Sync {
    fn info(&self) -> &'static TypeInfo;
    fn location(&self) -> AccountRegion;
    fn default_tags(&self) -> BTreeMap<String, String>;
    fn ignore_tags(&self) -> IgnoreTags;
    fn predict(&self, inputs: &Value) -> Map<String, Value>;
    async fn read_many(&self, requests: &[ReadObject], call: &Call) -> Vec<Result<Option<LiveObject>, ResourceError>>;
    async fn create(&self, inputs: &Value, call: &Call) -> Result<Value, ResourceError>;
    async fn update(
        &self,
        inputs: &Value,
        live: &LiveObject,
        changed: &Changed,
        call: &Call,
    ) -> Result<Value, ResourceError>;
    async fn delete(&self, last: &Value, id: &RemoteId, call: &Call) -> Result<(), ResourceError>;
    /// One look for what an earlier create of these inputs made; `recover` of `Reconcile`.
    async fn find_created(&self, inputs: &Value, call: &Call) -> Result<Option<RemoteId>, ResourceError>;

    /// What an earlier create of these inputs made, with further looks, 15.5 seconds in all, while there is nothing to be seen.
    async fn recover(&self, inputs: &Value, call: &Call) -> Result<Option<RemoteId>, ResourceError> {
        let look = || self.find_created(inputs, call);
        eventual::read_again(call, &eventual::RECOVERY_PAUSES, look).await
    }

    /// Reads one object.
    async fn read(&self, request: ReadObject, call: &Call) -> Result<Option<LiveObject>, ResourceError> {
        self.read_many(&[request], call)
            .await
            .pop()
            .unwrap_or_else(|| Err(ResourceError::invalid("the type answered a read with nothing")))
    }
}

struct Typed<R: Reconciled> {
    provider: Arc<<R::Resolved as Reconcile>::Provider>,
    kind: PhantomData<fn() -> R>,
}

impl<R: Reconciled> fmt::Debug for Typed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::info().name)
    }
}

impl<R: Reconciled> Typed<R> {
    fn context<'a>(&'a self, call: &'a Call) -> Context<'a, <R::Resolved as Reconcile>::Provider> {
        Context::new(&*self.provider, call)
    }

    /// What the engine sees of an object: all but the tags that are others' to set.
    fn erase(live: &Live<R::Resolved>, ignored: &IgnoreTags) -> Result<LiveObject, ResourceError> {
        let info = R::info();
        let mut inputs = info.schema.canonical(&encode(&live.inputs)?);
        ignored.take_from(info.tags_field(), &mut inputs);
        Ok(LiveObject {
            id: live.id.clone(),
            inputs,
            outputs: encode(&live.outputs)?,
            observed: Value::Null,
        })
    }

    /// The tags of the object that are others' to set. They are read now, not when it was planned: a type may write all tags
    /// at once, and those that came in the meantime are to be kept too.
    async fn ignored_tags(
        &self,
        inputs: &Value,
        id: &RemoteId,
        call: &Call,
    ) -> Result<Option<(&'static str, Map<String, Value>)>, ResourceError> {
        let ignored = self.provider.ignore_tags();
        let Some(field) = R::info().tags_field().filter(|_| !ignored.is_empty()) else {
            return Ok(None);
        };
        let prior = decode(inputs).ok();
        let Some(live) = R::Resolved::read(id, prior.as_ref(), &self.context(call)).await? else {
            return Ok(None);
        };
        let mut there = encode(&live.inputs)?;
        Ok(Some((field, ignored.take_from(Some(field), &mut there))))
    }
}

#[async_trait]
impl<R: Reconciled> Reconciler for Typed<R> {
    fn info(&self) -> &'static TypeInfo {
        R::info()
    }

    fn location(&self) -> AccountRegion {
        self.provider.location()
    }

    fn default_tags(&self) -> BTreeMap<String, String> {
        self.provider.default_tags()
    }

    fn ignore_tags(&self) -> IgnoreTags {
        self.provider.ignore_tags()
    }

    fn predict(&self, inputs: &Value) -> Map<String, Value> {
        decode::<R::Resolved>(inputs)
            .map(|resolved| resolved.predict(&self.provider))
            .unwrap_or_default()
    }

    async fn read_many(&self, requests: &[ReadObject], call: &Call) -> Vec<Result<Option<LiveObject>, ResourceError>> {
        let typed: Vec<ReadRequest<R::Resolved>> = requests
            .iter()
            .map(|request| ReadRequest {
                id: request.id.clone(),
                // inputs that an older version of the type wrote may not decode; reading goes on without them
                prior: request.prior.as_ref().and_then(|prior| decode(prior).ok()),
            })
            .collect();
        let ignored = self.provider.ignore_tags();
        let mut reads = R::Resolved::read_many(&typed, &self.context(call)).await;
        for pause in eventual::READ_PAUSES {
            let gone: Vec<usize> = (0..reads.len()).filter(|at| eventual::is_absent(&reads[*at])).collect();
            if gone.is_empty() {
                break;
            }
            call.clock.sleep(pause).await;
            let again: Vec<_> = gone.iter().filter_map(|at| typed.get(*at).cloned()).collect();
            let looks = R::Resolved::read_many(&again, &self.context(call)).await;
            for (at, look) in gone.into_iter().zip(looks) {
                reads[at] = look;
            }
        }
        reads
            .into_iter()
            .map(|read| {
                let live = eventual::found(read)?;
                live.as_ref().map(|live| Self::erase(live, &ignored)).transpose()
            })
            .collect()
    }

    async fn create(&self, inputs: &Value, call: &Call) -> Result<Value, ResourceError> {
        let desired: R::Resolved = decode(inputs)?;
        encode(&call.scope(desired.create(&self.context(call))).await?)
    }

    async fn update(
        &self,
        inputs: &Value,
        live: &LiveObject,
        changed: &Changed,
        call: &Call,
    ) -> Result<Value, ResourceError> {
        let (mut desired, mut there) = (inputs.clone(), live.inputs.clone());
        if let Some((field, tags)) = self.ignored_tags(inputs, &live.id, call).await? {
            put(&mut desired, field, &tags);
            put(&mut there, field, &tags);
        }
        let desired: R::Resolved = decode(&desired)?;
        let live = Live {
            id: live.id.clone(),
            inputs: decode(&there)?,
            outputs: decode(&live.outputs)?,
        };
        encode(&call.scope(desired.update(&live, changed, &self.context(call))).await?)
    }

    async fn delete(&self, last: &Value, id: &RemoteId, call: &Call) -> Result<(), ResourceError> {
        call.scope(R::Resolved::delete(&decode(last)?, id, &self.context(call)))
            .await
    }

    async fn find_created(&self, inputs: &Value, call: &Call) -> Result<Option<RemoteId>, ResourceError> {
        let inputs: R::Resolved = decode(inputs)?;
        eventual::found(inputs.recover(&self.context(call)).await)
    }
}

/// Puts more tags into a property that holds tags.
fn put(inputs: &mut Value, field: &str, more: &Map<String, Value>) {
    let Some(inputs) = inputs.as_object_mut().filter(|_| !more.is_empty()) else {
        return;
    };
    let tags = inputs.entry(field).or_insert(Value::Null);
    let mut all = tags.as_object().cloned().unwrap_or_default();
    all.extend(more.clone());
    *tags = Value::Object(all);
}

fn decode<T: DeserializeOwned>(value: &Value) -> Result<T, ResourceError> {
    serde_json::from_value(value.clone())
        .map_err(|error| ResourceError::invalid(format!("the inputs do not fit the type: {error}")))
}

fn encode(value: &impl Serialize) -> Result<Value, ResourceError> {
    serde_json::to_value(value)
        .map_err(|error| ResourceError::invalid(format!("the type gave a value that is no JSON: {error}")))
}

/// The resource types of a session, by name.
#[derive(Clone, Debug, Default)]
pub struct Registry(BTreeMap<&'static str, Arc<dyn Reconciler>>);

impl Registry {
    /// Knows no type.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the type `R`, whose calls go through `provider`.
    pub fn add<R: Reconciled>(&mut self, provider: &Arc<<R::Resolved as Reconcile>::Provider>) {
        let typed = Typed::<R> {
            provider: Arc::clone(provider),
            kind: PhantomData,
        };
        self.insert(R::info().name, Arc::new(typed));
    }

    /// Adds a type that has a reconciler of its own.
    pub fn insert(&mut self, name: &'static str, types: Arc<dyn Reconciler>) {
        self.0.insert(name, types);
    }

    /// The type of this name.
    pub fn get(&self, type_name: &str) -> Option<&Arc<dyn Reconciler>> {
        self.0.get(type_name)
    }

    /// The names of all types, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

//! The traits a resource type implements: what it is ([`Resource`], derived) and how it is brought about ([`Reconcile`]).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Debug},
};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    address::Address,
    context::Context,
    data::{Data, HasSchema},
    error::ResourceError,
    id::{AccountRegion, RemoteId},
    schema::{Schema, Violation},
    tags::IgnoreTags,
    template,
};

/// A connection to a cloud, shared by all resource types that live there.
pub trait Provider: Debug + Send + Sync + 'static {
    /// Where its calls go.
    fn location(&self) -> AccountRegion;

    /// Tags that every resource gets that can carry tags; a resource's own tags win.
    fn default_tags(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// Tags that others set and the engine leaves alone: kept out of what a type reads, and put back into what it updates, so
    /// that no type needs to know of them.
    fn ignore_tags(&self) -> IgnoreTags {
        IgnoreTags::default()
    }
}

/// A resource as declared in a stack. Derived: `#[derive(Resource)] #[resource(type = "ec2.vpc", outputs = VpcOutputs)]`.
pub trait Resource: Serialize + Clone + Debug + Send + Sync + 'static {
    /// The references that [`Stack::add`](super::stack::Stack::add) hands out.
    type Outputs: OutputRefs;

    /// What the engine knows of its type.
    fn type_info(&self) -> &'static TypeInfo;
}

/// A resource whose struct with plain values is what makes, reads, changes and removes its objects. Derived with [`Resource`];
/// types that many share one [`Reconciler`](super::registry::Reconciler) of are not.
pub trait Reconciled: Resource<Outputs: HasSchema> + HasSchema {
    /// The struct with plain values.
    type Resolved: Reconcile;

    /// What the engine knows of the type.
    fn info() -> &'static TypeInfo;
}

/// The outputs of a type, as references. Derived with `#[derive(Outputs)]`.
pub trait OutputRefs: Sized {
    /// The references to the outputs of the resource at `address`.
    fn at(address: &Address) -> Self;
}

/// How objects of a type are read, made, changed and removed. Implemented for the resolved stage of a resource.
///
/// The engine records an intent before each of the changing methods and the outcome after. Any of them may be cut off at any
/// point and called again.
///
/// # Example
/// A whole type, over a cloud that is a map:
/// ```
/// use std::{
///     collections::BTreeMap,
///     sync::{Arc, Mutex},
/// };
///
/// use async_trait::async_trait;
/// use iac_core::{
///     Outputs, Resource,
///     model::{
///         AccountRegion, Changed, Context, Declared, ErrorKind, Live, Provider, Reconcile, Registry, RemoteId, Resolved,
///         ResourceError, Stack, Stage,
///     },
/// };
/// use serde::{Deserialize, Serialize};
///
/// /// The connection: here the queues themselves, by name.
/// #[derive(Debug, Default)]
/// struct Cloud(Mutex<BTreeMap<String, Queue<Resolved>>>);
///
/// impl Provider for Cloud {
///     fn location(&self) -> AccountRegion {
///         AccountRegion { account: "123456789012".into(), region: "here".into() }
///     }
/// }
///
/// /// A queue.
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, bon::Builder, Resource)]
/// #[serde(bound = "")]
/// #[builder(on(_, into))]
/// #[resource(type = "demo.queue", outputs = QueueOutputs)]
/// struct Queue<S: Stage = Declared> {
///     /// Its name.
///     #[field(create_only)]
///     name: S::Value<String>,
///     /// How many seconds a message is kept.
///     #[builder(default = 3600)]
///     retention: i32,
/// }
///
/// /// What a queue gives.
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
/// #[serde(bound = "")]
/// struct QueueOutputs<S: Stage = Resolved> {
///     /// Where messages are sent.
///     url: S::Value<String>,
/// }
///
/// impl Queue<Resolved> {
///     fn outputs(&self) -> QueueOutputs {
///         QueueOutputs { url: format!("https://queues.example/{}", self.name) }
///     }
/// }
///
/// #[async_trait]
/// impl Reconcile for Queue<Resolved> {
///     type Provider = Cloud;
///     type Outputs = QueueOutputs;
///     const OPERATIONS: &'static [&'static str] = &["demo:Get", "demo:Put", "demo:Delete"];
///
///     async fn read(
///         id: &RemoteId,
///         _prior: Option<&Self>,
///         cx: &Context<'_, Cloud>,
///     ) -> Result<Option<Live<Self>>, ResourceError> {
///         let found = cx.provider.0.lock().unwrap().get(id.as_str()).cloned();
///         Ok(found.map(|queue| Live { id: id.clone(), outputs: queue.outputs(), inputs: queue }))
///     }
///
///     async fn create(&self, cx: &Context<'_, Cloud>) -> Result<QueueOutputs, ResourceError> {
///         if cx.provider.0.lock().unwrap().contains_key(&self.name) {
///             return Err(ResourceError::new(ErrorKind::AlreadyExists, "there is such a queue"));
///         }
///         cx.provider.0.lock().unwrap().insert(self.name.clone(), self.clone());
///         // durable before any further call
///         cx.created(&RemoteId::new(&self.name)).await?;
///         Ok(self.outputs())
///     }
///
///     async fn update(
///         &self,
///         live: &Live<Self>,
///         changed: &Changed,
///         cx: &Context<'_, Cloud>,
///     ) -> Result<QueueOutputs, ResourceError> {
///         if changed.contains("retention") {
///             cx.provider.0.lock().unwrap().insert(live.id.to_string(), self.clone());
///         }
///         Ok(self.outputs())
///     }
///
///     async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Cloud>) -> Result<(), ResourceError> {
///         // one that is gone is success
///         cx.provider.0.lock().unwrap().remove(id.as_str());
///         Ok(())
///     }
///
///     async fn recover(&self, cx: &Context<'_, Cloud>) -> Result<Option<RemoteId>, ResourceError> {
///         // by its name, which is unique; where others may take the same one, an ownership tag has to be looked at, too
///         let queues = cx.provider.0.lock().unwrap();
///         Ok(queues.get(&self.name).filter(|queue| *queue == self).map(|queue| RemoteId::new(&queue.name)))
///     }
/// }
///
/// let mut registry = Registry::new();
/// registry.add::<Queue>(&Arc::new(Cloud::default()));
///
/// let mut stack = Stack::new("shop", "dev");
/// let orders = stack.add("orders", Queue::builder().name("orders").build());
/// stack.output("orders_url", &orders.url);
/// assert!(stack.errors().is_empty());
/// ```
#[async_trait]
pub trait Reconcile: Data {
    /// The connection the type needs.
    type Provider: Provider;
    /// The outputs, as plain values.
    type Outputs: Data;

    /// Whether [`update`](Self::update) can finish what an interrupted [`create`](Self::create) began. Otherwise such an
    /// object is replaced.
    const RESUMABLE: bool = false;

    /// Whether a replacement is made before the old object is deleted without being told, where the name is generated: for
    /// types whose objects cannot be deleted while others use them.
    const REPLACED_CREATE_FIRST: bool = false;

    /// Properties of other types that manage the same things in the cloud as this type does.
    const OVERLAPS: &'static [Overlap] = &[];

    /// How many reads the default of [`read_many`](Self::read_many) runs at once.
    const READ_CONCURRENCY: usize = 10;

    /// Every API operation the type calls, as `service:Operation`.
    const OPERATIONS: &'static [&'static str];

    /// Checks what no single property can tell. Pure; called before anything else, when all inputs are known.
    fn validate(&self) -> Vec<Violation> {
        Vec::new()
    }

    /// Outputs that follow from the inputs, so that plans show real values: an object with some of the output names.
    ///
    /// # Guarantees
    /// A predicted value is the value; the engine reports a type whose create returns another.
    fn predict(&self, _provider: &Self::Provider) -> Map<String, Value> {
        Map::new()
    }

    /// Reads the live object.
    ///
    /// # Guarantees
    /// `None` only when the object is truly gone. A secondary read that fails is an error, never a default. Properties that
    /// the cloud does not give back are taken from `prior`, where there is one.
    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Self::Provider>,
    ) -> Result<Option<Live<Self>>, ResourceError>;

    /// Reads many objects; the answers are in the order of the requests. Types whose API can do it in one call override this;
    /// by default each is a read of its own, [`READ_CONCURRENCY`](Self::READ_CONCURRENCY) at a time.
    async fn read_many(
        requests: &[ReadRequest<Self>],
        cx: &Context<'_, Self::Provider>,
    ) -> Vec<Result<Option<Live<Self>>, ResourceError>> {
        // a future does nothing until it is polled
        let reads: Vec<_> = requests
            .iter()
            .map(|request| Self::read(&request.id, request.prior.as_ref(), cx))
            .collect();
        stream::iter(reads)
            .buffered(Self::READ_CONCURRENCY.max(1))
            .collect()
            .await
    }

    /// Makes the object.
    ///
    /// # Guarantees
    /// [`created`](super::context::Call::created) is called as soon as the id is known, before any further call. Client tokens come from
    /// [`token`](super::context::Call::token), so that a repeat is the same request. An object of that name which is there already is
    /// [`AlreadyExists`](super::error::ErrorKind::AlreadyExists), never adopted.
    async fn create(&self, cx: &Context<'_, Self::Provider>) -> Result<Self::Outputs, ResourceError>;

    /// Brings the live object to what is desired, touching only what differs. Safe to run twice.
    ///
    /// # Guarantees
    /// Requests that replace a whole configuration are built from `live` overlaid with `self`, so that what the user did not
    /// set survives.
    async fn update(
        &self,
        live: &Live<Self>,
        changed: &Changed,
        cx: &Context<'_, Self::Provider>,
    ) -> Result<Self::Outputs, ResourceError>;

    /// Removes the object. `last` holds the inputs as they were last applied. An object that is gone is success.
    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Self::Provider>) -> Result<(), ResourceError>;

    /// Finds what an interrupted create left: by client token, unique name or ownership tag. `None` when there is nothing
    /// that is surely ours.
    async fn recover(&self, _cx: &Context<'_, Self::Provider>) -> Result<Option<RemoteId>, ResourceError> {
        Ok(None)
    }
}

/// A property of another type that manages the same things in the cloud as objects of this type: once it is given, it takes
/// away what it does not name. A stack that has both for one object is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The property of this type that refers to the other resource.
    pub through: &'static str,
    /// The other resource's type.
    pub with: &'static str,
    /// The other resource's property.
    pub property: &'static str,
}

/// An object as it is in the cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Live<R: Reconcile> {
    /// Its id.
    pub id: RemoteId,
    /// Its properties, in the same schema as the declared ones.
    pub inputs: R,
    /// Its outputs.
    pub outputs: R::Outputs,
}

/// One read of [`Reconcile::read_many`].
#[derive(Clone, Debug)]
pub struct ReadRequest<R> {
    /// The object's id.
    pub id: RemoteId,
    /// Its inputs as they were last applied; `None` on import.
    pub prior: Option<R>,
}

/// The properties an update is about, by their top-level names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed(BTreeSet<String>);

impl Changed {
    /// Whether the property differs.
    pub fn contains(&self, property: &str) -> bool {
        self.0.contains(property)
    }

    /// Whether any of the properties differs.
    pub fn any(&self, properties: &[&str]) -> bool {
        properties.iter().any(|property| self.contains(property))
    }
}

impl<S: Into<String>> FromIterator<S> for Changed {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

/// What the engine knows of a type, from its derive and its [`Reconcile`].
#[derive(Debug)]
pub struct TypeInfo {
    /// `ec2.vpc`.
    pub name: &'static str,
    /// The text of its doc comment.
    pub doc: &'static str,
    /// Grows when the schema of the inputs changes in a way that old states must be migrated for.
    pub schema_version: u32,
    /// The properties.
    pub schema: Schema,
    /// The outputs.
    pub outputs: Schema,
    /// [`Reconcile::RESUMABLE`].
    pub resumable: bool,
    /// [`Reconcile::REPLACED_CREATE_FIRST`].
    pub replaced_create_first: bool,
    /// [`Reconcile::OVERLAPS`].
    pub overlaps: &'static [Overlap],
    /// [`Reconcile::OPERATIONS`].
    pub operations: &'static [&'static str],
    /// Checks inputs in which places may hold an expression.
    pub validate: Validate,
}

/// What checks the inputs of a type beyond their schema.
pub struct Validate(Box<Check>);

type Check = dyn Fn(&Value) -> Vec<Violation> + Send + Sync;

impl Validate {
    /// A check of templates: of what is known of them, places that hold an expression are passed over.
    pub fn new(check: impl Fn(&Value) -> Vec<Violation> + Send + Sync + 'static) -> Self {
        Self(Box::new(check))
    }

    /// [`Reconcile::validate`] on inputs that are wholly known; inputs of another schema are a violation.
    fn of<R: Reconcile>() -> Self {
        Self::new(|template| match template::resolved(template) {
            Some(plain) => match serde_json::from_value::<R>(plain) {
                Ok(resolved) => resolved.validate(),
                Err(error) => vec![Violation {
                    path: String::new(),
                    message: error.to_string(),
                }],
            },
            None => Vec::new(),
        })
    }

    /// What is wrong.
    pub fn check(&self, template: &Value) -> Vec<Violation> {
        (self.0)(template)
    }
}

impl Debug for Validate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Validate")
    }
}

impl TypeInfo {
    /// Gathers what there is to know of `R`. Called by the derive, once per type.
    pub fn of<R: Reconciled>(name: &'static str, doc: &'static str, schema_version: u32) -> Self {
        Self {
            name,
            doc,
            schema_version,
            schema: R::schema(),
            outputs: R::Outputs::schema(),
            resumable: R::Resolved::RESUMABLE,
            replaced_create_first: R::Resolved::REPLACED_CREATE_FIRST,
            overlaps: R::Resolved::OVERLAPS,
            operations: R::Resolved::OPERATIONS,
            validate: Validate::of::<R::Resolved>(),
        }
    }

    /// The property that holds the tags, if the type can carry tags.
    pub fn tags_field(&self) -> Option<&'static str> {
        self.schema
            .fields()
            .iter()
            .find(|field| field.attributes.tags)
            .map(|field| field.name)
    }

    /// The property that holds the physical name and its greatest length, if the name may be generated.
    pub fn name_field(&self) -> Option<(&'static str, usize)> {
        self.schema
            .fields()
            .iter()
            .find_map(|field| Some((field.name, field.attributes.name?)))
    }
}

//! The type of what is in the fake cloud, and how it is reconciled.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Secret, Stage},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Cloud, Held};

iac_core::text_type! {
    /// The id of a thing.
    pub(crate) struct ThingId;
}

/// Something in the fake cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "fake.thing", outputs = ThingOutputs)]
pub(crate) struct Thing<S: Stage = Declared> {
    /// Its name.
    #[field(create_only, name = 40)]
    pub(crate) name: Option<S::Value<String>>,
    /// How large it is.
    #[builder(default = 1)]
    pub(crate) size: i32,
    /// Where it is; the cloud chooses when it is unset.
    #[field(create_only, computed)]
    pub(crate) zone: Option<S::Value<String>>,
    /// The things it uses.
    #[field(set)]
    #[serde(default)]
    #[builder(default)]
    pub(crate) uses: Vec<S::Value<ThingId>>,
    /// A text that may come from elsewhere.
    pub(crate) note: Option<S::Value<String>>,
    /// A password.
    pub(crate) password: Option<S::Value<Secret<String>>>,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default)]
    pub(crate) tags: BTreeMap<String, S::Value<String>>,
}

/// What a thing gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub(crate) struct ThingOutputs<S: Stage = Resolved> {
    /// The id, chosen by the cloud.
    pub(crate) id: S::Value<ThingId>,
    /// Follows from the name.
    pub(crate) url: S::Value<String>,
    /// Changes with every update.
    #[field(volatile)]
    pub(crate) revision: S::Value<i64>,
    /// A secret of the cloud's own making.
    pub(crate) pin: S::Value<Secret<String>>,
}

fn url(name: Option<&String>) -> String {
    format!("https://{}.example", name.cloned().unwrap_or_default())
}

fn outputs(id: &str, held: &Held) -> ThingOutputs {
    ThingOutputs {
        id: id.into(),
        url: url(held.inputs.name.as_ref()),
        revision: held.revision,
        pin: Secret::new(format!("canary-pin-of-{id}")),
    }
}

#[async_trait]
impl Reconcile for Thing<Resolved> {
    type Provider = Cloud;
    type Outputs = ThingOutputs;
    const OPERATIONS: &'static [&'static str] = &["fake:Create", "fake:Read", "fake:Update", "fake:Delete"];

    fn predict(&self, _: &Cloud) -> Map<String, Value> {
        Map::from_iter([("url".to_owned(), json!(url(self.name.as_ref())))])
    }

    async fn read(
        id: &RemoteId,
        _: Option<&Self>,
        cx: &Context<'_, Cloud>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        cx.provider
            .around("read", cx, |sandbox| {
                Ok(sandbox.things.get(id.as_str()).map(|held| Live {
                    id: id.clone(),
                    inputs: held.inputs.clone(),
                    outputs: outputs(id.as_str(), held),
                }))
            })
            .await
    }

    async fn create(&self, cx: &Context<'_, Cloud>) -> Result<ThingOutputs, ResourceError> {
        let token = cx.token("create");
        let made = cx
            .provider
            .around("create", cx, |sandbox| {
                if sandbox.things.values().any(|held| held.inputs.name == self.name) {
                    return Err(ResourceError::new(
                        ErrorKind::AlreadyExists,
                        "there is one of that name",
                    ));
                }
                for used in &self.uses {
                    if !sandbox.things.contains_key(used.as_str()) {
                        return Err(ResourceError::new(ErrorKind::NotFound, format!("{used} is not there")));
                    }
                }
                sandbox.made += 1;
                let id = format!("thing-{}", sandbox.made);
                let mut inputs = self.clone();
                inputs.zone.get_or_insert_with(|| "zone-a".to_owned());
                sandbox.things.insert(
                    id.clone(),
                    Held {
                        inputs,
                        revision: 1,
                        token,
                    },
                );
                Ok(id)
            })
            .await?;
        let id = RemoteId::new(&made);
        cx.created(&id).await?;
        let sandbox = cx.provider.sandbox();
        let held = sandbox
            .things
            .get(&made)
            .ok_or_else(|| ResourceError::invalid("it is gone"))?;
        let mut given = outputs(&made, held);
        if sandbox.lies {
            given.url.push_str("/other");
        }
        Ok(given)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _: &Changed,
        cx: &Context<'_, Cloud>,
    ) -> Result<ThingOutputs, ResourceError> {
        let id = live.id.as_str();
        cx.provider
            .around("update", cx, |sandbox| {
                let held = sandbox
                    .things
                    .get_mut(id)
                    .ok_or_else(|| ResourceError::new(ErrorKind::NotFound, "gone"))?;
                held.inputs = Self {
                    zone: held.inputs.zone.clone(),
                    ..self.clone()
                };
                held.revision += 1;
                Ok(outputs(id, held))
            })
            .await
    }

    async fn delete(_: &Self, id: &RemoteId, cx: &Context<'_, Cloud>) -> Result<(), ResourceError> {
        cx.provider
            .around("delete", cx, |sandbox| {
                let user = sandbox
                    .things
                    .values()
                    .find(|held| held.inputs.uses.iter().any(|used| used.as_str() == id.as_str()));
                if let Some(user) = user {
                    let name = user.inputs.name.clone().unwrap_or_default();
                    return Err(ResourceError::new(
                        ErrorKind::Conflict,
                        format!("{id} is used by {name}"),
                    ));
                }
                sandbox.things.remove(id.as_str());
                Ok(())
            })
            .await
    }

    async fn recover(&self, cx: &Context<'_, Cloud>) -> Result<Option<RemoteId>, ResourceError> {
        let token = cx.token("create");
        cx.provider
            .around("recover", cx, |sandbox| {
                let found = sandbox.things.iter().find(|(_, held)| held.token == token);
                Ok(found.map(|(id, _)| RemoteId::new(id)))
            })
            .await
    }
}

//! Of what is created a plan shows what was written; `--verbose` shows what was left at its default, too.

use async_trait::async_trait;
use bon::Builder;
use iac_cli::App;
use iac_core::{
    OpenError, OpenRequest, Outputs, Platform, Resource, Schema, Session,
    model::{Changed, Context, Declared, Live, Reconcile, Registry, RemoteId, Resolved, ResourceError, Stage},
};
use insta::assert_snapshot;
use serde::{Deserialize, Serialize};

use crate::test_env::{Cloud, TestEnv};

iac_core::text_type! {
    /// The id of a gadget.
    pub struct GadgetId;
}

/// How a gadget looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
struct Look {
    /// Its colour.
    #[builder(default = "grey", into)]
    colour: String,
    /// Whether it shines.
    #[builder(default = false)]
    shiny: bool,
}

/// Something with defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[resource(type = "fake.gadget", outputs = GadgetOutputs)]
struct Gadget<S: Stage = Declared> {
    /// Its name.
    #[builder(into)]
    name: S::Value<String>,
    /// How large it is.
    #[builder(default = 3)]
    size: i32,
    /// How it looks.
    #[builder(default = Look::builder().build())]
    look: Look,
    /// How it looks at night.
    night: Option<Look>,
}

/// What a gadget gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
struct GadgetOutputs<S: Stage = Resolved> {
    /// Its id.
    id: S::Value<GadgetId>,
}

/// A type that is planned and never made.
#[async_trait]
impl Reconcile for Gadget<Resolved> {
    type Provider = Cloud;
    type Outputs = GadgetOutputs;
    const OPERATIONS: &'static [&'static str] = &[];

    async fn read(_: &RemoteId, _: Option<&Self>, _: &Context<'_, Cloud>) -> Result<Option<Live<Self>>, ResourceError> {
        Ok(None)
    }

    async fn create(&self, _: &Context<'_, Cloud>) -> Result<GadgetOutputs, ResourceError> {
        Err(ResourceError::invalid("nothing makes gadgets"))
    }

    async fn update(
        &self,
        _: &Live<Self>,
        _: &Changed,
        _: &Context<'_, Cloud>,
    ) -> Result<GadgetOutputs, ResourceError> {
        Err(ResourceError::invalid("nothing changes gadgets"))
    }

    async fn delete(_: &Self, _: &RemoteId, _: &Context<'_, Cloud>) -> Result<(), ResourceError> {
        Ok(())
    }
}

/// The platform of the other tests, with gadgets.
#[derive(Clone, Debug)]
struct WithGadgets(TestEnv);

#[async_trait]
impl Platform for WithGadgets {
    async fn open(&self, request: &OpenRequest) -> Result<Session, OpenError> {
        let session = self.0.open(request).await?;
        let mut registry = Registry::new();
        registry.add::<Gadget>(&std::sync::Arc::new(self.0.cloud.clone()));
        Ok(Session { registry, ..session })
    }

    async fn bootstrap(&self, request: &OpenRequest) -> Result<Vec<String>, OpenError> {
        self.0.bootstrap(request).await
    }
}

#[tokio::test]
async fn a_create_shows_what_is_not_at_its_default() {
    let env = TestEnv::default();
    let app = App::new("shop")
        .environment("dev", |stack| {
            stack.add("plain", Gadget::builder().name("plain").build());
            let red = Look::builder().colour("red").build();
            let gadget = Gadget::builder().name("red").size(3).look(red);
            stack.add("red", gadget.night(Look::builder().shiny(true).build()).build());
        })
        .platform(WithGadgets(env.clone()));
    assert_snapshot!(env.types(&app, "plan dev").await.stdout, @r#"
    + fake.gadget.plain: create
        name: "plain"

    + fake.gadget.red: create
        name: "red"
        look: { colour: "red" }
        night: { shiny: true }

    3 properties are at their defaults (--verbose shows them)

    Plan: 2 to create, 0 to update, 0 to replace, 0 to delete.
    "#);
    assert_snapshot!(env.types(&app, "plan dev --verbose").await.stdout, @r#"
    + fake.gadget.plain: create
        name: "plain"
        size: 3
        look: { colour: "grey", shiny: false }

    + fake.gadget.red: create
        name: "red"
        size: 3
        look: { colour: "red", shiny: false }
        night: { colour: "grey", shiny: true }

    Plan: 2 to create, 0 to update, 0 to replace, 0 to delete.
    "#);
    let document = env.types(&app, "plan dev --json").await.json();
    assert_eq!(document["changes"][0]["attributes"][1]["path"], "size", "{document:#}");
    let refused = env.types(&app, "apply dev --yes --verbose").await;
    assert!(refused.stdout.contains("size: 3"), "{}", refused.stdout);
}

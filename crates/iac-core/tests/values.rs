//! Values, references and stacks, as a user writes them.

use async_trait::async_trait;
use bon::Builder;
use iac_core::{Outputs, Resource, model::*, text, text_type};
use serde::{Deserialize, Serialize};

text_type! {
    /// Id.
    pub struct VpcId, check = |id| if id.starts_with("vpc-") { Ok(()) } else { Err("a VPC id starts with `vpc-`".into()) };
    /// Cidr.
    pub struct Cidr;
}

#[derive(Debug)]
/// Cloud.
pub struct Cloud;
impl Provider for Cloud {
    fn location(&self) -> Location {
        Location::default()
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.vpc", outputs = VpcOutputs)]
pub struct Vpc<S: Stage = Declared> {
    /// Block.
    #[field(create_only)]
    pub cidr_block: S::Value<Cidr>,
    /// Dns.
    #[builder(default = true)]
    pub dns: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: std::collections::BTreeMap<String, S::Value<String>>,
}

/// Outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct VpcOutputs<S: Stage = Resolved> {
    /// Id.
    pub id: S::Value<VpcId>,
    /// Zones.
    pub zones: S::Value<Vec<String>>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.subnet", outputs = VpcOutputs)]
pub struct Subnet<S: Stage = Declared> {
    /// Vpc.
    #[field(create_only)]
    pub vpc_id: S::Value<VpcId>,
    /// Zone.
    #[field(create_only, computed)]
    pub zone: Option<S::Value<String>>,
}

macro_rules! fake {
    ($t:ident) => {
        #[async_trait]
        impl Reconcile for $t<Resolved> {
            type Provider = Cloud;
            type Outputs = VpcOutputs<Resolved>;
            const OPERATIONS: &'static [&'static str] = &[];
            async fn read(
                _: &RemoteId,
                _: Option<&Self>,
                _: &Context<'_, Cloud>,
            ) -> Result<Option<Live<Self>>, ResourceError> {
                Ok(None)
            }
            async fn create(&self, _: &Context<'_, Cloud>) -> Result<VpcOutputs, ResourceError> {
                Err(ResourceError::invalid("x"))
            }
            async fn update(
                &self,
                _: &Live<Self>,
                _: &Changed,
                _: &Context<'_, Cloud>,
            ) -> Result<VpcOutputs, ResourceError> {
                Err(ResourceError::invalid("x"))
            }
            async fn delete(_: &Self, _: &RemoteId, _: &Context<'_, Cloud>) -> Result<(), ResourceError> {
                Ok(())
            }
        }
    };
}
fake!(Vpc);
fake!(Subnet);

#[test]
fn wires() {
    let mut stack = Stack::new("s", "dev");
    let vpc = stack.add(
        "main",
        Vpc::builder()
            .cidr_block("10.0.0.0/16")
            .tags([("a", "b")])
            .build()
            .protect(),
    );
    stack.add("a", Subnet::builder().vpc_id(&vpc.id).zone(vpc.zones.index(0)).build());
    stack.add(
        "b",
        Subnet::builder()
            .vpc_id("pc-123")
            .zone(text!("{}a-{}", vpc.id, vpc.zones.index(1)))
            .build(),
    );
    stack.output("id", &vpc.id);
    for node in stack.nodes().values() {
        println!("{} {} {:?}", node.address, node.inputs, node.dependencies);
    }
    let errors: Vec<String> = stack.errors().iter().map(ToString::to_string).collect();
    println!("{errors:#?} {:#?}", Vpc::info());
    assert_eq!(errors.len(), 1);
}

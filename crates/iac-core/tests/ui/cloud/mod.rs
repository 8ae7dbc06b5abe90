//! Two types for the compile-fail cases to wire wrongly.
#![allow(dead_code, reason = "each case uses a part of it")]

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, Live, AccountRegion, Provider, Reconcile, RemoteId, Resolved, ResourceError, Secret, Stage,
    },
};
use serde::{Deserialize, Serialize};

iac_core::text_type! {
    /// The id of a VPC.
    pub struct VpcId;
    /// The ARN of a VPC.
    pub struct VpcArn;
}

/// A cloud that is never called.
#[derive(Debug)]
pub struct Cloud;

impl Provider for Cloud {
    fn location(&self) -> AccountRegion {
        AccountRegion::default()
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.vpc", outputs = VpcOutputs)]
pub struct Vpc<S: Stage = Declared> {
    /// The VPC it peers with.
    pub peer: Option<S::Value<VpcId>>,
    /// Its zone.
    pub zone: Option<S::Value<String>>,
    /// Its block.
    pub cidr_block: S::Value<String>,
}

/// What a network gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct VpcOutputs<S: Stage = Resolved> {
    /// Its id.
    pub id: S::Value<VpcId>,
    /// Its ARN.
    pub arn: S::Value<VpcArn>,
    /// Its zones.
    pub zones: S::Value<Vec<String>>,
    /// A key.
    pub key: S::Value<Secret<String>>,
}

#[async_trait]
impl Reconcile for Vpc<Resolved> {
    type Provider = Cloud;
    type Outputs = VpcOutputs;
    const OPERATIONS: &'static [&'static str] = &[];

    async fn read(_: &RemoteId, _: Option<&Self>, _: &Context<'_, Cloud>) -> Result<Option<Live<Self>>, ResourceError> {
        Ok(None)
    }

    async fn create(&self, _: &Context<'_, Cloud>) -> Result<VpcOutputs, ResourceError> {
        Err(ResourceError::invalid("never called"))
    }

    async fn update(&self, _: &Live<Self>, _: &Changed, _: &Context<'_, Cloud>) -> Result<VpcOutputs, ResourceError> {
        Err(ResourceError::invalid("never called"))
    }

    async fn delete(_: &Self, _: &RemoteId, _: &Context<'_, Cloud>) -> Result<(), ResourceError> {
        Ok(())
    }
}

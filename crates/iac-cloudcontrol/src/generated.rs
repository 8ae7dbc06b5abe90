//! What generated code uses, in one place: its own names may be any.

#![allow(unused_imports, reason = "each service uses a part of it")]

pub(crate) use std::marker::PhantomData;

pub(crate) use iac_aws::{Arn, HostedZoneId, kind};
pub(crate) use iac_core::model::{Address, Input, Output, OutputRefs, Resource, Secret, TypeInfo};
pub(crate) use serde::{Serialize, Serializer};
pub(crate) use serde_json::Value;

pub(crate) use crate::{
    catalog::type_info,
    properties::{Given, Properties, Set, Word},
};

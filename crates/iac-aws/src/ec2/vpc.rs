//! `ec2.vpc`: a virtual network.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id: `vpc-...`.
//! - Waits: `pending` until `available`, usually seconds; a new VPC may be unknown to reads for some seconds.
//! - AWS chooses the id and takes no client token, so an interrupted create is found by its ownership tags.
//!
//! Source: EC2 API reference, `CreateVpc`, `ModifyVpcAttribute`, `DeleteVpc`.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, VpcAttributeName, VpcState};
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, ResourceError, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use crate::{Arn, Aws, error::failed};

iac_core::text_type! {
    /// The id of a VPC: `vpc-` and hexadecimal digits.
    pub struct VpcId, check = |id| {
        if id.starts_with("vpc-") { Ok(()) } else { Err(format!("`{id}` is not a VPC id, which looks like `vpc-0a1b2c3d`")) }
    };

    /// A block of addresses: `10.0.0.0/16`, in its canonical form (no bits set behind the prefix).
    pub struct CidrBlock, check = |block| match block.parse::<ipnet::IpNet>() {
        Ok(net) if net == net.trunc() => Ok(()),
        Ok(net) => Err(format!("`{block}` has bits set behind its prefix; write `{}`", net.trunc())),
        Err(_) => Err(format!("`{block}` is not a CIDR block, which looks like `10.0.0.0/16`")),
    };
}

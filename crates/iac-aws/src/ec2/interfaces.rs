//! Network interfaces that a service leaves behind when what used them is deleted: they keep subnets and groups from going.
//!
//! Lambda takes them away by itself, after up to 45 minutes; one that is no longer in use can be deleted right away.

use std::time::Duration;

use aws_sdk_ec2::types::{Filter, NetworkInterfaceStatus};
use iac_core::model::{Context, ErrorKind, ResourceError};

use super::filters::filter;
use crate::{Aws, error::failed};

/// How such interfaces are described. Never those of a user's own.
const LEFT_BEHIND: [&str; 3] = ["AWS Lambda VPC ENI*", "Comprehend*", "DMSNetworkInterface"];

/// How long an object with such interfaces may take to go.
pub(super) const LINGER: Duration = Duration::from_mins(45);

/// Deletes the left interfaces of a service that are no longer in use; gives how many were found in all.
pub(super) async fn sweep(of: Filter, cx: &Context<'_, Aws>) -> Result<usize, ResourceError> {
    let pages = cx
        .provider
        .ec2
        .describe_network_interfaces()
        .filters(of)
        .filters(filter("description", LEFT_BEHIND))
        .into_paginator()
        .items()
        .send();
    let left = pages
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(failed("ec2:DescribeNetworkInterfaces"))?;
    for interface in &left {
        if interface.status != Some(NetworkInterfaceStatus::Available) {
            continue;
        }
        let deleted = cx
            .provider
            .ec2
            .delete_network_interface()
            .set_network_interface_id(interface.network_interface_id.clone())
            .send()
            .await
            .map_err(failed("ec2:DeleteNetworkInterface"));
        match deleted {
            // the service was faster, or took it into use again
            Err(error) if matches!(error.kind, ErrorKind::NotFound) || error.code == "InvalidParameterValue" => {}
            outcome => drop(outcome?),
        }
    }
    Ok(left.len())
}

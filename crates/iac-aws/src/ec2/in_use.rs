//! Deleting what others may still use: subnets, security groups and VPCs.
//!
//! Some services leave network interfaces behind when what used them is deleted. Lambda takes them away by itself, after up to
//! 45 minutes; one that nothing is attached to can be deleted right away. Only interfaces of these services are touched, and
//! never one that is attached. What is done here is a help: where it is not allowed or fails, the delete goes on.
//!
//! Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"; for how the interfaces are
//! told apart, the Terraform AWS provider's `deleteLingeringENIs`.

use std::time::Duration;

use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceStatus};
use iac_core::model::{Context, ErrorKind, RemoteId, ResourceError};

use super::holders;
use crate::{Aws, error::failed};

/// How long Lambda may take to take an interface away.
const LAMBDA: Duration = Duration::from_mins(45);

/// How long other services may take.
const OTHERS: Duration = Duration::from_mins(10);

/// What is to be deleted.
#[derive(Debug)]
pub(super) struct InUse<'a> {
    /// The object.
    pub(super) id: &'a RemoteId,
    /// What is waited for: `the subnet to be empty`.
    pub(super) awaited: &'static str,
    /// The filter that lists the network interfaces in it.
    pub(super) filter: &'static str,
    /// How long its users may take to go.
    pub(super) limit: Duration,
    /// What to do about users that nothing is known of.
    pub(super) hint: &'static str,
}

impl InUse<'_> {
    /// Runs `delete` until nothing uses the object. Gone is success.
    ///
    /// # Errors
    /// What `delete` fails with; with hints that name what uses the object, when it is still used at the end.
    pub(super) async fn delete<D>(
        &self,
        cx: &Context<'_, Aws>,
        delete: impl Fn() -> D + Send + Sync,
    ) -> Result<(), ResourceError>
    where
        D: Future<Output = Result<(), ResourceError>> + Send,
    {
        let mut deleted = delete().await;
        if deleted.as_ref().is_err_and(is_in_use) {
            let limit = self.sweep(cx).await.max(self.limit);
            deleted = cx
                .retry(self.awaited, limit, is_in_use, || async {
                    let deleted = delete().await;
                    if deleted.as_ref().is_err_and(is_in_use) {
                        self.sweep(cx).await;
                    }
                    deleted
                })
                .await;
        }
        match deleted {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            Err(error) if is_in_use(&error) => {
                let hints = holders::hints(self.filter, self.id, cx.provider).await;
                let hints = if hints.is_empty() {
                    vec![self.hint.to_owned()]
                } else {
                    hints
                };
                Err(hints.into_iter().fold(error, ResourceError::hint))
            }
            outcome => outcome,
        }
    }

    /// Deletes the left interfaces that nothing is attached to. Gives how long the others may take to go.
    async fn sweep(&self, cx: &Context<'_, Aws>) -> Duration {
        let found = holders::interfaces(self.filter, self.id, cx.provider)
            .await
            .unwrap_or_default();
        let mut longest = Duration::ZERO;
        for interface in found {
            let Some(patience) = left_behind(&interface) else {
                continue;
            };
            longest = longest.max(patience);
            if interface.status != Some(NetworkInterfaceStatus::Available) || interface.attachment.is_some() {
                continue;
            }
            let id = interface.network_interface_id.unwrap_or_default();
            let request = cx.provider.ec2.delete_network_interface().network_interface_id(&id);
            let deleted = request.send().await.map_err(failed("ec2:DeleteNetworkInterface"));
            if let Err(error) = deleted
                && error.kind != ErrorKind::NotFound
            {
                cx.progress(&format!(
                    "the left network interface {id} could not be deleted: {error}"
                ));
            }
        }
        longest
    }
}

/// Whether something else still uses the object.
fn is_in_use(error: &ResourceError) -> bool {
    matches!(error.code.as_str(), "DependencyViolation" | "InvalidGroup.InUse")
}

/// How long the service that made the interface may take to take it away; `None` when it is not one of those that leave some.
fn left_behind(interface: &NetworkInterface) -> Option<Duration> {
    let description = interface.description().unwrap_or_default();
    if description.starts_with("AWS Lambda VPC ENI") {
        Some(LAMBDA)
    } else if interface.requester_id().is_some_and(|id| id.ends_with(":Comprehend"))
        || description == "DMSNetworkInterface"
    {
        Some(OTHERS)
    } else {
        None
    }
}

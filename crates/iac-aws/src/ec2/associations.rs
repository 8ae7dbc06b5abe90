//! Blocks of addresses that come and go while a VPC or a subnet lives: each by an association of its own.

use iac_core::model::{Context, ErrorKind, RemoteId, ResourceError, eventual};

use super::describe::{Described, READY, one};
use crate::Aws;

/// How far an association is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The block is there.
    There,
    /// It is on its way, or about to go.
    Pending,
    /// The block is gone.
    Gone,
    /// It will not come, and why.
    Failed(String),
}

impl Progress {
    /// From the word for it, which is the same for VPCs and subnets. An emulator may leave it out.
    pub(super) fn of(code: Option<&str>, why: Option<&str>) -> Self {
        match code {
            Some("associated") | None => Self::There,
            Some("disassociated") => Self::Gone,
            Some("failed" | "failing") => Self::Failed(why.unwrap_or_default().to_owned()),
            Some(_) => Self::Pending,
        }
    }
}

/// What has blocks of addresses.
pub(super) trait Addressed: Described {
    /// The operation that gives a block.
    const ASSOCIATE: &'static str;

    /// How far an association is; `None` when EC2 does not list it.
    fn progress(&self, association: &str) -> Option<Progress>;
}

/// Waits until a block has come. Gives the object as it was seen then.
pub(super) async fn associated<T: Addressed>(
    association: &str,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<T, ResourceError> {
    let awaited = format!("the addresses to be given to {}", T::CALLED);
    cx.until(&awaited, READY, || async {
        let Some(seen) = eventual::found(one::<T>(id, cx.provider).await)? else {
            return Ok(None);
        };
        match seen.progress(association) {
            Some(Progress::There) => Ok(Some(seen)),
            Some(Progress::Failed(why)) => {
                let message = format!("the addresses could not be given to {}: {why}", T::CALLED);
                Err(ResourceError::new(ErrorKind::Other, message).during(T::ASSOCIATE))
            }
            Some(Progress::Pending | Progress::Gone) | None => Ok(None),
        }
    })
    .await
}

/// Waits until a block is gone, after `request` asked for that. Gives the object as it was seen then.
pub(super) async fn disassociated<T: Addressed>(
    association: &str,
    request: impl Future<Output = Result<(), ResourceError>> + Send,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<T, ResourceError> {
    eventual::unless_not_found(request.await)?;
    let awaited = format!("the addresses to be taken from {}", T::CALLED);
    cx.until(&awaited, READY, || async {
        let seen = eventual::found(one::<T>(id, cx.provider).await)?;
        Ok(seen.filter(|seen| matches!(seen.progress(association), None | Some(Progress::Gone))))
    })
    .await
}

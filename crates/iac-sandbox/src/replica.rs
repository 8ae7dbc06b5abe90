//! A copy of a service that hears of changes late, and answers some reads in its place.

use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::consistency;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::error::SandboxError;
use crate::service::Service;

/// How reads lag behind changes, as on AWS, where any of many copies may answer.
///
/// The first change of a service that its reads have not heard of keeps an image of what was before; this image answers
/// the next reads of the service, as many as are told: lists without what was made, not-found errors, old values and old
/// versions. Then all changes are known, and the next one begins anew. Only reads that AWS documents as eventually
/// consistent are concerned: EC2's describe operations, IAM's and `CloudFront`'s reads, buckets and their configurations
/// but not their objects, DynamoDB's `DescribeTable`, `ListTagsOfResource`, `GetResourcePolicy` and its reads of items
/// without `ConsistentRead`.
///
/// ```
/// use iac_sandbox::{Sandbox, StaleReads};
///
/// let sandbox = Sandbox::new();
/// // The two reads that follow a change do not know of it.
/// sandbox.set_stale_reads(&StaleReads::first(2));
/// // Of EC2's reads, only these lag.
/// sandbox.set_stale_reads(&StaleReads::first(2).of_operation("DescribeRouteTables"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaleReads {
    reads: u32,
    operations: Vec<String>,
}

impl StaleReads {
    /// None: every read knows of every change. The default.
    pub fn none() -> Self {
        Self::default()
    }

    /// So many reads after a change do not know of it.
    pub fn first(reads: u32) -> Self {
        Self {
            reads,
            operations: Vec::new(),
        }
    }

    /// Only reads of that operation; called again, of any of the operations named. Others neither lag nor count.
    #[must_use]
    pub fn of_operation(mut self, operation: impl Into<String>) -> Self {
        self.operations.push(operation.into());
        self
    }

    fn concerns(&self, call: &Call) -> bool {
        let names = &self.operations;
        (names.is_empty() || names.contains(&call.operation)) && consistency::may_lag(call)
    }
}

/// The copy of one service, and how far behind it is.
#[derive(Default)]
pub(crate) struct Replica {
    mode: StaleReads,
    /// How many reads it still answers.
    left: u32,
    /// What was before the first change it has not heard of.
    behind: Option<Box<dyn Emulator>>,
}

impl Replica {
    /// Lets reads lag so from now on. What was changed before is known.
    pub(crate) fn set(&mut self, mode: StaleReads) {
        self.mode = mode;
        self.catch_up();
    }

    /// All changes so far are known.
    pub(crate) fn catch_up(&mut self) {
        self.left = 0;
        self.behind = None;
    }

    /// The answer to a read that lags; none for those that do not.
    pub(crate) fn answer(&mut self, call: &Call) -> Option<MockResponse> {
        if self.left == 0 || !self.mode.concerns(call) {
            return None;
        }
        let answer = self.behind.as_mut()?.answer(call);
        self.left -= 1;
        if self.left == 0 {
            self.catch_up();
        }
        Some(answer)
    }

    /// What is before a change, if it will be needed.
    pub(crate) fn before(&self, emulator: &dyn Emulator) -> Result<Option<ServiceSnapshot>, SandboxError> {
        let needed = self.mode.reads > 0 && self.left == 0;
        needed.then(|| emulator.save()).transpose()
    }

    /// A change was made, before which this was.
    pub(crate) fn changed(&mut self, service: Service, before: ServiceSnapshot) -> Result<(), SandboxError> {
        let Some(mut behind) = crate::overlay::service(service) else {
            return Ok(());
        };
        behind.load(before)?;
        self.behind = Some(behind);
        self.left = self.mode.reads;
        Ok(())
    }
}

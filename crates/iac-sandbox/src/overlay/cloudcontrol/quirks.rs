//! What AWS's handlers do beyond their schemas, to be switched on by a test.

use std::time::Duration;

use iac_cloudcontrol::Operation;

/// How Cloud Control behaves beyond what its schemas say. The default is none of it.
///
/// ```
/// use iac_sandbox::{CloudControlFailure, CloudControlQuirks, Sandbox};
///
/// let sandbox = Sandbox::new();
/// sandbox.set_cloud_control(&CloudControlQuirks {
///     reorder: true,
///     fail: Some(CloudControlFailure::new("create", "NotStabilized").after_effect()),
///     ..CloudControlQuirks::default()
/// });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudControlQuirks {
    /// What is not set gets the schema's `default`.
    pub defaults: bool,
    /// Lists whose order means nothing (`insertionOrder: false`) come back in another one.
    pub reorder: bool,
    /// Texts come back in their normal form, where the schema's `propertyTransform` is one of upper or lower case.
    pub normalise: bool,
    /// The next operations of a kind fail.
    pub fail: Option<CloudControlFailure>,
    /// What does not exist may be named. Otherwise a topic's ARN, say, must be one of a topic that exists.
    pub unchecked_references: bool,
    /// Events of what is in progress say to come back after this time. Otherwise they say nothing of it.
    pub retry_after: Option<Duration>,
}

/// Operations that fail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloudControlFailure {
    /// The kind of operation, by its word in the registry: `create`, `read`, `update`, `delete`, `list`.
    pub operation: String,
    /// The handler's error code: `Throttling`, `NotStabilized`. A read or a list, which is answered at once, answers with the
    /// exception of that name.
    pub code: String,
    /// How many operations fail.
    pub times: u32,
    /// Whether it fails after it had its effect: a create then leaves an object, whose identifier the event names.
    pub after_effect: bool,
}

impl CloudControlFailure {
    /// The next operation of this kind fails with this code, without any effect.
    pub fn new(operation: &str, code: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            code: code.to_owned(),
            times: 1,
            after_effect: false,
        }
    }

    /// So many fail.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// They fail after they had their effect.
    #[must_use]
    pub fn after_effect(mut self) -> Self {
        self.after_effect = true;
        self
    }
}

impl CloudControlQuirks {
    /// The failure that meets an operation now, which is one less to come.
    pub(super) fn strike(&mut self, operation: Operation) -> Option<CloudControlFailure> {
        let failure = self.fail.as_mut()?;
        if failure.operation != operation.word() || failure.times == 0 {
            return None;
        }
        failure.times -= 1;
        Some(failure.clone())
    }
}

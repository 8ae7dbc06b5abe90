//! The request log: what was asked, in order, and how it was answered.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::service::Service;

/// One request, as logged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Its place in the order of arrival, from 1; numbers are not reused when the log is cleared.
    pub sequence: u64,
    /// The service.
    pub service: Service,
    /// The operation as the API reference and IAM name it, such as `PutBucketVersioning`.
    pub operation: String,
    /// The region it is signed for.
    pub region: String,
    /// Whether the operation changes the sandbox, going by its name.
    pub mutates: bool,
    /// The HTTP status; `None` when there was no answer, or none yet.
    pub status: Option<u16>,
    /// The error code of the answer, if it was an error with a body.
    pub error_code: Option<String>,
    /// Whether the answer was from before the last change; see [`StaleReads`](crate::StaleReads).
    pub stale: bool,
}

impl Request {
    /// `service:Operation`, the form in which IAM writes actions.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

#[derive(Debug, Default)]
struct Entries {
    next: u64,
    requests: Vec<Request>,
}

/// The log of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Entries>);

impl Log {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an arrival and gives its sequence number.
    pub(crate) fn arrived(&self, service: Service, operation: &str, region: &str, mutates: bool) -> u64 {
        let mut entries = self.entries();
        entries.next += 1;
        let sequence = entries.next;
        entries.requests.push(Request {
            sequence,
            service,
            operation: operation.to_owned(),
            region: region.to_owned(),
            mutates,
            status: None,
            error_code: None,
            stale: false,
        });
        sequence
    }

    /// Notes the answer to a request.
    pub(crate) fn answered(&self, sequence: u64, status: u16, error_code: Option<String>, stale: bool) {
        let mut entries = self.entries();
        if let Some(request) = entries
            .requests
            .iter_mut()
            .rev()
            .find(|request| request.sequence == sequence)
        {
            request.status = Some(status);
            request.error_code = error_code;
            request.stale = stale;
        }
    }

    /// All requests since the last clearing.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.entries().requests.clone()
    }

    /// Forgets all requests.
    pub(crate) fn clear(&self) {
        self.entries().requests.clear();
    }
}

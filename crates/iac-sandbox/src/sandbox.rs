//! The public face: an AWS account in the process, to hand to SDK clients as their HTTP client.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::account::Account;
use crate::account_id::ACCOUNT_ID;
use crate::connector::Connector;
use crate::error::SandboxError;
use crate::faults::Fault;
use crate::record::Request;
use crate::replica::StaleReads;
use crate::store::Store;

/// How often a waiting process looks whether the lock is free.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// An AWS account in the process.
///
/// Sandboxes are isolated from one another, in the same process too. SDK clients get [`Sandbox::http_client`] and any
/// credentials; requests never leave the process. Dropping a sandbox opened from a folder makes its files safe and
/// frees the lock; clients that outlive it go on in memory only.
///
/// ```
/// use iac_sandbox::Sandbox;
///
/// let sandbox = Sandbox::new();
/// let client = sandbox.http_client();
/// assert!(sandbox.is_empty());
/// ```
pub struct Sandbox {
    account: Arc<Account>,
}

impl Sandbox {
    /// A new account, in memory only.
    pub fn new() -> Self {
        Self {
            account: Arc::new(Account::new()),
        }
    }

    /// A copy of the sandbox saved in a folder; an empty sandbox when there is no such folder.
    ///
    /// The folder is not changed afterwards and not locked.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what this crate writes.
    pub fn load(folder: &Path) -> Result<Self, SandboxError> {
        let sandbox = Self::new();
        sandbox.account.load(&mut Store::unlocked(folder))?;
        Ok(sandbox)
    }

    /// The sandbox that lives in a folder, created when missing, for this process alone.
    ///
    /// Every change is in the folder before its request is answered: a process that is killed loses nothing that
    /// was answered.
    ///
    /// # Errors
    /// [`SandboxError::Held`] when another sandbox, in this process or another, has the folder open; otherwise as
    /// for [`Sandbox::load`].
    pub fn open(folder: &Path) -> Result<Self, SandboxError> {
        let sandbox = Self::new();
        let mut store = Store::locked(folder)?;
        sandbox.account.load(&mut store)?;
        sandbox.account.keep_in(store);
        Ok(sandbox)
    }

    /// As [`Sandbox::open`], but waits up to `patience` for another holder to end.
    ///
    /// # Errors
    /// As for [`Sandbox::open`].
    pub fn open_within(folder: &Path, patience: Duration) -> Result<Self, SandboxError> {
        let start = Instant::now();
        loop {
            match Self::open(folder) {
                Err(SandboxError::Held { .. }) if start.elapsed() < patience => {
                    std::thread::sleep(LOCK_POLL);
                }
                result => return result,
            }
        }
    }

    /// Saves a copy of the sandbox to a folder, created when missing, safe from a crash of the machine.
    ///
    /// It is for folders no sandbox is opened from; a sandbox opened from a folder saves itself there.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), SandboxError> {
        self.account.save(&mut Store::unlocked(folder))
    }

    /// Makes the folder of an opened sandbox safe from a crash of the machine; a killed process loses nothing anyway.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn sync(&self) -> Result<(), SandboxError> {
        self.account.sync()
    }

    /// A sandbox of its own, in memory, in which everything is as it is here. Faults, stale reads and the request log stay behind.
    ///
    /// # Errors
    /// When the state of a service cannot be copied.
    pub fn fork(&self) -> Result<Self, SandboxError> {
        let sandbox = Self::new();
        sandbox.account.copy(&self.account)?;
        Ok(sandbox)
    }

    /// The HTTP client to give to SDK clients, of any service and region.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(Connector(Arc::clone(&self.account)))
    }

    /// The account id: [`ACCOUNT_ID`].
    pub fn account_id(&self) -> &'static str {
        ACCOUNT_ID
    }

    /// What exists beyond what a new account has, sorted, such as `s3:bucket/my-bucket` or `ec2:vpc/vpc-0123`.
    pub fn inventory(&self) -> Vec<String> {
        self.account.inventory()
    }

    /// Whether nothing exists beyond what a new account has.
    pub fn is_empty(&self) -> bool {
        self.inventory().is_empty()
    }

    /// All requests since the start or the last [`Sandbox::clear_requests`], in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.account.log.requests()
    }

    /// Empties the request log.
    pub fn clear_requests(&self) {
        self.account.log.clear();
    }

    /// Adds a fault; its count of matches starts now.
    pub fn inject(&self, fault: Fault) {
        self.account.faults.inject(fault);
    }

    /// Removes all faults and ends a cut: requests that come now are answered again.
    pub fn clear_faults(&self) {
        self.account.faults.clear();
    }

    /// Lets reads lag behind changes from now on, in every service; what was changed before is known. Faults stay.
    pub fn set_stale_reads(&self, mode: &StaleReads) {
        self.account.set_stale_reads(mode);
    }

    /// Lets things take time from now on: a distribution, table, VPC or subnet that was made, and a distribution or table that
    /// was changed, shows as not ready (`InProgress`, `CREATING`, `UPDATING`, `pending`) in so many reads of it. What there is
    /// already is ready. By default it is so in the answer to the change alone. A request of Cloud Control is in progress for so
    /// many reads of its status.
    pub fn set_ready_after(&self, reads: u32) {
        self.account.set_ready_after(reads);
    }

    /// Lets Cloud Control behave so from now on; by default it does none of it.
    #[cfg(feature = "cloudcontrol")]
    pub fn set_cloud_control(&self, quirks: &crate::CloudControlQuirks) {
        self.account.set_cloud_control(quirks);
    }

    /// As when time has passed: every read knows of every change so far. Changes to come are heard of as late as before.
    pub fn catch_up(&self) {
        self.account.catch_up();
    }

    /// Whether a cut has struck and nothing answers any more.
    pub fn is_cut(&self) -> bool {
        self.account.faults.is_cut()
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("inventory", &self.inventory())
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Err(error) = self.account.sync() {
            tracing::error!(%error, hint = error.hint(), "the sandbox could not be saved");
        }
        self.account.leave();
    }
}

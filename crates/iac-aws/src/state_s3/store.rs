//! Where states are kept, as plain data.

use serde::{Deserialize, Serialize};

use crate::{AssumeRole, Aws, AwsConfig, SessionError};

/// A bucket and a table that keep states. Any number of stacks and environments may share them, each with a key of its own.
///
/// They are in the account and the region of the environment, unless `region`, `profile` or `role` say otherwise:
///
/// ```
/// use iac_aws::{AssumeRole, StateStore};
///
/// let store = StateStore::new("acme-state", "acme-locks")
///     .region("eu-central-1")
///     .role(AssumeRole::builder().role_arn("arn:aws:iam::111122223333:role/state").build())
///     .kms_key("arn:aws:kms:eu-central-1:111122223333:key/1a2b");
/// assert_eq!(store.region.as_deref(), Some("eu-central-1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateStore {
    /// The bucket's name.
    pub bucket: String,
    /// The table's name.
    pub table: String,
    /// The region of both. Default: the environment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The profile whose credentials reach them. Default: the environment's credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The role to take on for them, with the credentials of `profile` or those that the environment's own role is taken on
    /// with. Default: the environment's role, where no profile is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AssumeRole>,
    /// The KMS key that the states are encrypted with in S3 (SSE-KMS), and the secrets in them once more: an ARN, an id, or
    /// `alias/<name>`. Without one S3 encrypts as the bucket says, and a state holds hashes of secrets and nothing else: good
    /// for seeing that one changed, not for bringing an earlier one back. What is stored changes to another key when it is
    /// written next; keep the earlier key until then, and while objects of the history are encrypted with it. Needs the cargo
    /// feature `kms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The account that owns the bucket, 12 digits: S3 refuses requests to a bucket of another one. Default: the account that
    /// is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_bucket_owner: Option<String>,
}

impl StateStore {
    /// A bucket and a table in the environment's account and region, without a KMS key.
    pub fn new(bucket: impl Into<String>, table: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            table: table.into(),
            region: None,
            profile: None,
            role: None,
            kms_key: None,
            expected_bucket_owner: None,
        }
    }

    /// Keeps the states in this region.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Reaches the states with the credentials of this profile.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Takes on this role to reach the states.
    #[must_use]
    pub fn role(mut self, role: AssumeRole) -> Self {
        self.role = Some(role);
        self
    }

    /// Encrypts the states, and the secrets in them, with this KMS key.
    #[must_use]
    pub fn kms_key(mut self, key: impl Into<String>) -> Self {
        self.kms_key = Some(key.into());
        self
    }

    /// Says which account owns the bucket.
    #[must_use]
    pub fn expected_bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.expected_bucket_owner = Some(account.into());
        self
    }

    /// The store with `{account}` replaced by the account's id.
    #[must_use]
    pub(crate) fn in_account(&self, account: &str) -> Self {
        let filled = |text: &String| text.replace("{account}", account);
        Self {
            bucket: filled(&self.bucket),
            table: filled(&self.table),
            kms_key: self.kms_key.as_ref().map(filled),
            expected_bucket_owner: self.expected_bucket_owner.as_ref().map(filled),
            ..self.clone()
        }
    }

    /// The session that reaches the store, where it is not that of the environment `config`, which runs in `region`.
    ///
    /// # Errors
    /// See [`Aws::connect`].
    pub(crate) async fn connect(&self, config: &AwsConfig, region: &str) -> Result<Option<Aws>, SessionError> {
        if self.region.is_none() && self.profile.is_none() && self.role.is_none() {
            return Ok(None);
        }
        let mut own = config.clone();
        own.region = Some(self.region.clone().unwrap_or_else(|| region.to_owned()));
        // the accounts that resources may be made in say nothing of where the state is
        own.allowed_accounts.clear();
        if let Some(profile) = &self.profile {
            own.profile = Some(profile.clone());
            own.credentials = None;
        }
        if self.role.is_some() || self.profile.is_some() {
            own.assume_role.clone_from(&self.role);
        }
        Aws::connect(&own).await.map(Some)
    }
}

//! `s3.bucket_policy`: who may use a bucket, as one document on the bucket.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id and import: the bucket's name. Replaced when `bucket` changes.
//! - Waits: a principal that was just made is unknown to S3 for up to two minutes (`MalformedPolicy`), as is a new bucket; a
//!   policy that was just put or deleted is awaited in reads. A public access block that was just lifted refuses public
//!   policies for seconds (`AccessDenied`, `BlockPublicPolicy`): such a refusal is repeated for a minute.
//! - S3 rewrites what it stores, so documents are compared by their meaning. A role that was deleted stands in a policy by its
//!   unique id (`AROA...`), also when there is another one of its ARN: that is a difference, and the policy is put again.
//! - A statement that denies everyone, the one who applies this among them, locks all out but the account's root.
//!
//! Source: S3 API reference, `PutBucketPolicy`, `GetBucketPolicy`, `DeleteBucketPolicy`.

use std::time::Duration;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    bucket::{PROPAGATION, is_propagating},
    name::BucketName,
};
use crate::{
    Aws,
    error::failed,
    policy::{PolicyDocument, PolicyUse, Principal},
};

/// The policy of a bucket. A bucket has one: what two stacks have to say goes into one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "s3.bucket_policy", outputs = BucketPolicyOutputs)]
pub struct BucketPolicy<S: Stage = Declared> {
    /// The bucket.
    #[field(create_only)]
    pub bucket: S::Value<BucketName>,
    /// The document, at most 20 KiB of JSON. One that lets the public in is refused while the bucket blocks such policies.
    pub policy: PolicyDocument<S>,
}

/// The outputs of [`BucketPolicy`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct BucketPolicyOutputs<S: Stage = Resolved> {
    /// The bucket, once the policy is in force: for what needs the policy first.
    pub bucket: S::Value<BucketName>,
}

const LONGEST: usize = 20 * 1024;
/// How long a public access block that was just lifted may still refuse a policy.
const UNBLOCKED: Duration = Duration::from_mins(1);

/// S3 keeps another principal in place of a canonical user, so that the policy would differ for ever. Source: S3 user guide,
/// "Principals for bucket policies".
const CANONICAL_USER: &str = "S3 puts an account or an identity of CloudFront in place of a canonical user: name the account's \
                              id, or `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E...`";

/// Whether a policy was refused because it lets the public in.
fn is_blocked(error: &ResourceError) -> bool {
    error.code == "AccessDenied" && error.message.contains("BlockPublicPolicy")
}

#[async_trait]
impl Reconcile for BucketPolicy<Resolved> {
    type Provider = Aws;
    type Outputs = BucketPolicyOutputs;

    const RESUMABLE: bool = true;

    const OPERATIONS: &'static [&'static str] = &["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"];

    fn validate(&self) -> Vec<Violation> {
        let mut problems = self.policy.violations("policy", PolicyUse::Resource);
        let length = self.policy.to_json().len();
        if length > LONGEST {
            problems.push(Violation {
                path: "policy".to_owned(),
                message: format!("has at most {LONGEST} bytes, and this has {length}"),
            });
        }
        for (index, statement) in self.policy.statements.iter().enumerate() {
            let mut named = statement.principals.iter().chain(&statement.not_principals);
            if named.any(|principal| matches!(principal, Principal::CanonicalUser(_))) {
                problems.push(Violation {
                    path: format!("policy.Statement[{index}].Principal"),
                    message: CANONICAL_USER.to_owned(),
                });
            }
        }
        problems
    }

    fn predict(&self, _provider: &Aws) -> Map<String, Value> {
        Map::from_iter([("bucket".to_owned(), self.bucket.as_str().into())])
    }

    async fn read(
        id: &RemoteId,
        _prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let bucket = BucketName::from(id.as_str());
        Ok(find(&bucket, cx).await?.map(|policy| Live {
            id: id.clone(),
            outputs: BucketPolicyOutputs { bucket: bucket.clone() },
            inputs: Self { bucket, policy },
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<BucketPolicyOutputs, ResourceError> {
        if find(&self.bucket, cx).await?.is_some() {
            let message = format!("the bucket `{}` has a policy already", self.bucket);
            let error = ResourceError::new(ErrorKind::AlreadyExists, message).during("s3:GetBucketPolicy");
            return Err(error.hint(format!("import it: `.import(\"{}\")` on the resource", self.bucket)));
        }
        self.put(cx).await?;
        cx.created(&RemoteId::new(self.bucket.as_str())).await?;
        cx.until("the policy to be seen", PROPAGATION, || find(&self.bucket, cx))
            .await?;
        Ok(self.outputs())
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<BucketPolicyOutputs, ResourceError> {
        if self.policy.clone().canonical() != live.inputs.policy.clone().canonical() {
            self.put(cx).await?;
        }
        Ok(self.outputs())
    }

    async fn delete(last: &Self, _id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let aborted = |error: &ResourceError| error.code == "OperationAborted";
        let deleted = cx.retry("other changes of the bucket to end", PROPAGATION, aborted, || async {
            let request = cx.provider.s3.delete_bucket_policy().bucket(last.bucket.as_str());
            request.send().await.map_err(failed("s3:DeleteBucketPolicy"))
        });
        match deleted.await {
            Err(error) if error.kind != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        cx.until("the policy to be gone", PROPAGATION, || async {
            Ok(find(&last.bucket, cx).await?.is_none().then_some(()))
        })
        .await
    }

    /// A policy carries no tag; one that means the same may be taken over without harm.
    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let live = find(&self.bucket, cx).await?;
        let same = live.is_some_and(|policy| policy.canonical() == self.policy.clone().canonical());
        Ok(same.then(|| RemoteId::new(self.bucket.as_str())))
    }
}

impl BucketPolicy<Resolved> {
    async fn put(&self, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let json = self.policy.to_json();
        // the code stands for errors that stay, too; only this message may pass
        let unknown_principal = |error: &ResourceError| {
            error.code == "MalformedPolicy" && error.message.to_ascii_lowercase().contains("principal")
        };
        let started = cx.clock.monotonic();
        let still_blocked = |error: &ResourceError| {
            let waited = cx.clock.monotonic().saturating_sub(started);
            is_blocked(error) && waited < UNBLOCKED
        };
        let passes = |error: &ResourceError| is_propagating(error) || unknown_principal(error) || still_blocked(error);
        cx.retry("S3 to accept the policy", PROPAGATION, passes, || async {
            let request = cx
                .provider
                .s3
                .put_bucket_policy()
                .bucket(self.bucket.as_str())
                .policy(&json);
            request.send().await.map_err(failed("s3:PutBucketPolicy"))
        })
        .await
        .map_err(|error| match error.code.as_str() {
            _ if is_blocked(&error) => error.hint(
                "a policy that lets the public in needs `block_public_policy(false)` on the bucket, and none of the account's \
                 own public access block",
            ),
            "MalformedPolicy" if unknown_principal(&error) => error.hint("a principal of the policy does not exist"),
            _ => error,
        })?;
        Ok(())
    }

    fn outputs(&self) -> BucketPolicyOutputs {
        BucketPolicyOutputs {
            bucket: self.bucket.clone(),
        }
    }
}

/// The policy of a bucket; `None` when it has none, or is gone.
async fn find(bucket: &BucketName, cx: &Context<'_, Aws>) -> Result<Option<PolicyDocument<Resolved>>, ResourceError> {
    let request = cx.provider.s3.get_bucket_policy().bucket(bucket.as_str());
    match request.send().await.map_err(failed("s3:GetBucketPolicy")) {
        Ok(answer) => {
            let text = answer.policy().unwrap_or_default();
            let unreadable = |error: crate::policy::PolicyError| {
                ResourceError::new(ErrorKind::Other, error.to_string()).during("s3:GetBucketPolicy")
            };
            text.parse().map(Some).map_err(unreadable)
        }
        Err(error) if matches!(error.code.as_str(), "NoSuchBucketPolicy" | "NoSuchBucket") => Ok(None),
        Err(error) => Err(error),
    }
}

//! Reading all configurations of a bucket.

use iac_core::model::{Resolved, ResourceError};

use super::{Bucket, BucketNamespace, Versioning, aspect::At, lifecycle_wire::Lifecycle, tiering, versioning::Lock};
use crate::Aws;

/// Reads all configurations at once.
pub(super) async fn configured(at: &At<'_>, aws: &Aws) -> Result<Bucket<Resolved>, ResourceError> {
    let access = async { futures::try_join!(at.get(), at.get(), at.get::<Versioning>(), at.get::<Lock>()) };
    let rules = async { futures::try_join!(at.get(), at.get::<Lifecycle>(), at.get(), at.get()) };
    let others = async { futures::try_join!(at.get(), at.get(), tiering::read(at), at.get()) };
    let rest = async { futures::try_join!(at.get(), at.get(), at.get()) };
    let (access, rules, others, rest) = futures::try_join!(access, rules, others, rest)?;
    let (ownership, public_access_block, versioning, lock) = access;
    let (encryption, lifecycle, cors_rules, website) = rules;
    let (logging, notification, intelligent_tiering, replication) = others;
    let (acceleration, request_payer, tags) = rest;
    Ok(Bucket {
        bucket: Some(at.name.into()),
        namespace: BucketNamespace::of_name(at.name, aws.account(), &at.region),
        object_lock: lock.enabled,
        default_retention: lock.retention,
        ownership,
        public_access_block,
        versioning,
        encryption,
        lifecycle_rules: lifecycle.rules,
        minimum_transition_size: lifecycle.minimum_size,
        cors_rules,
        website,
        logging,
        notification,
        intelligent_tiering,
        replication,
        acceleration,
        request_payer,
        force_destroy: false,
        tags,
    })
}

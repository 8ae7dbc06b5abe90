//! Reading all configurations of a bucket.

use iac_core::model::{Resolved, ResourceError};

use super::{
    lifecycle_sdk::Lifecycle,
    properties::Bucket,
    setting::BucketClient,
    tiering,
    versioning::{Lock, Versioning},
};
use crate::{Aws, s3::name::BucketNamespace};

/// Reads all configurations at once.
pub(super) async fn configured(client: &BucketClient<'_>, aws: &Aws) -> Result<Bucket<Resolved>, ResourceError> {
    let access = async {
        futures::try_join!(
            client.get(),
            client.get(),
            client.get::<Versioning>(),
            client.get::<Lock>()
        )
    };
    let rules = async { futures::try_join!(client.get(), client.get::<Lifecycle>(), client.get(), client.get()) };
    let others = async { futures::try_join!(client.get(), tiering::read(client), client.get()) };
    let rest = async { futures::try_join!(client.get(), client.get(), client.get()) };
    let (access, rules, others, rest) = futures::try_join!(access, rules, others, rest)?;
    let (ownership, public_access_block, versioning, lock) = access;
    let (encryption, lifecycle, cors_rules, website) = rules;
    let (logging, intelligent_tiering, replication) = others;
    let (acceleration, request_payer, tags) = rest;
    Ok(Bucket {
        bucket: Some(client.name.into()),
        namespace: BucketNamespace::of_name(client.name, aws.account(), &client.region),
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
        intelligent_tiering,
        replication,
        acceleration,
        request_payer,
        force_destroy: false,
        tags,
    })
}

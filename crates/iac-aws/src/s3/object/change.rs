//! What of an object is changed without uploading it again.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention, Tagging};
use iac_core::model::ResourceError;

use super::key::{CannedAcl, ObjectKey, ObjectRetention};
use crate::{
    error::failed,
    s3::{bucket::BucketClient, sdk::built, tags},
};

pub(super) async fn put_tags(
    client: &BucketClient<'_>,
    key: &ObjectKey,
    tags: &BTreeMap<String, String>,
) -> Result<(), ResourceError> {
    if tags.is_empty() {
        let request = client.s3.delete_object_tagging().bucket(client.name).key(key.as_str());
        request.send().await.map_err(failed("s3:DeleteObjectTagging"))?;
    } else {
        let tagging = Tagging::builder().set_tag_set(Some(tags::to_sdk(tags)?)).build();
        let request = client.s3.put_object_tagging().bucket(client.name).key(key.as_str());
        let request = request.tagging(tagging.map_err(built)?);
        request.send().await.map_err(failed("s3:PutObjectTagging"))?;
    }
    Ok(())
}

pub(super) async fn put_acl(client: &BucketClient<'_>, key: &ObjectKey, acl: CannedAcl) -> Result<(), ResourceError> {
    let request = client.s3.put_object_acl().bucket(client.name).key(key.as_str());
    let request = request.acl(acl.as_str().into());
    request.send().await.map_err(failed("s3:PutObjectAcl"))?;
    Ok(())
}

pub(super) async fn put_hold(client: &BucketClient<'_>, key: &ObjectKey, on: bool) -> Result<(), ResourceError> {
    let status = if on {
        ObjectLockLegalHoldStatus::On
    } else {
        ObjectLockLegalHoldStatus::Off
    };
    let request = client.s3.put_object_legal_hold().bucket(client.name).key(key.as_str());
    let request = request.legal_hold(ObjectLockLegalHold::builder().status(status).build());
    request.send().await.map_err(failed("s3:PutObjectLegalHold"))?;
    Ok(())
}

pub(super) async fn put_retention(
    client: &BucketClient<'_>,
    key: &ObjectKey,
    retention: &ObjectRetention,
    lift: bool,
) -> Result<(), ResourceError> {
    let lock = ObjectLockRetention::builder()
        .mode(retention.mode.as_str().into())
        .retain_until_date(retention.until.to_sdk()?);
    let request = client.s3.put_object_retention().bucket(client.name).key(key.as_str());
    let request = request
        .retention(lock.build())
        .set_bypass_governance_retention(lift.then_some(true));
    request.send().await.map_err(failed("s3:PutObjectRetention"))?;
    Ok(())
}

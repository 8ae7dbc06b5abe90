//! Emptying a bucket: every version, delete marker and unfinished upload.

use std::time::Duration;

use aws_sdk_s3::types::{
    Delete, EncodingType, Error as Refused, ObjectIdentifier, ObjectLockLegalHold, ObjectLockLegalHoldStatus,
};
use iac_core::model::{ErrorKind, ResourceError};

use super::setting::BucketClient;
use crate::{error::failed, s3::sdk::built};

/// A version, or a marker, of a key.
struct Version {
    key: String,
    id: Option<String>,
}

impl Version {
    /// The one that an answer speaks of.
    fn refused(refused: &Refused) -> Self {
        Self {
            key: refused.key().unwrap_or_default().to_owned(),
            id: refused.version_id().map(str::to_owned),
        }
    }
}

/// Empties the bucket. With `locked`, locks that the caller may lift are lifted.
pub(super) async fn empty(client: &BucketClient<'_>, locked: bool) -> Result<(), ResourceError> {
    delete_versions(client, locked).await?;
    abort_uploads(client).await
}

async fn delete_versions(client: &BucketClient<'_>, locked: bool) -> Result<(), ResourceError> {
    let mut from = (None, None);
    let mut deleted = 0;
    loop {
        // encoded, because a key may hold characters that XML cannot
        let request = client
            .s3
            .list_object_versions()
            .bucket(client.name)
            .encoding_type(EncodingType::Url);
        let request = request.set_key_marker(from.0).set_version_id_marker(from.1);
        let page = request.send().await.map_err(failed("s3:ListObjectVersions"))?;
        let versions = page
            .versions()
            .iter()
            .map(|version| (version.key(), version.version_id()));
        let markers = page
            .delete_markers()
            .iter()
            .map(|marker| (marker.key(), marker.version_id()));
        let found = versions.chain(markers).map(|(key, id)| Version {
            key: decode(key.unwrap_or_default()),
            id: id.map(str::to_owned),
        });
        let found: Vec<Version> = found.collect();
        deleted += found.len();
        delete_all(client, found, locked).await?;
        client.call.progress(&format!("deleted {deleted} versions"));
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
        from = (
            page.next_key_marker.map(|key| decode(&key)),
            page.next_version_id_marker,
        );
    }
}

/// Deletes the objects of these keys. A bucket with versions keeps those.
pub(in crate::s3) async fn delete_keys(client: &BucketClient<'_>, keys: &[String]) -> Result<(), ResourceError> {
    let latest = keys.iter().map(|key| Version {
        key: key.clone(),
        id: None,
    });
    delete_all(client, latest.collect(), false).await
}

/// Deletes one key with all its versions. With `locked`, locks that the caller may lift are lifted.
pub(in crate::s3) async fn delete_versions_of(
    client: &BucketClient<'_>,
    key: &str,
    locked: bool,
) -> Result<(), ResourceError> {
    let mut from = (None, None);
    loop {
        let request = client.s3.list_object_versions().bucket(client.name).prefix(key);
        let request = request.encoding_type(EncodingType::Url);
        let request = request.set_key_marker(from.0).set_version_id_marker(from.1);
        let page = request.send().await.map_err(failed("s3:ListObjectVersions"))?;
        let versions = page
            .versions()
            .iter()
            .map(|version| (version.key(), version.version_id()));
        let markers = page
            .delete_markers()
            .iter()
            .map(|marker| (marker.key(), marker.version_id()));
        for (found, id) in versions.chain(markers) {
            // the prefix is that of longer keys, too
            if decode(found.unwrap_or_default()) == key {
                let version = Version {
                    key: key.to_owned(),
                    id: id.map(str::to_owned),
                };
                delete_held(client, &version, locked).await?;
            }
        }
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
        from = (
            page.next_key_marker.map(|key| decode(&key)),
            page.next_version_id_marker,
        );
    }
}

async fn delete_held(client: &BucketClient<'_>, version: &Version, locked: bool) -> Result<(), ResourceError> {
    match delete_one(client, version, locked).await {
        Err(error) if error.code == "AccessDenied" && locked => {
            lift_hold(client, version).await?;
            delete_one(client, version, locked).await
        }
        deleted => deleted,
    }
}

async fn delete_all(client: &BucketClient<'_>, versions: Vec<Version>, locked: bool) -> Result<(), ResourceError> {
    let (plain, odd): (Vec<Version>, Vec<Version>) = versions.into_iter().partition(|version| is_xml(&version.key));
    for batch in plain.chunks(1000) {
        client.call.recorder.may_change()?;
        delete_batch(client, batch, locked).await?;
    }
    for version in &odd {
        delete_held(client, version, locked).await?;
    }
    Ok(())
}

/// The pauses before each further try of keys that S3 could not delete for a reason of its own: 23.5 seconds in all.
const FURTHER_TRIES: [Duration; 6] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(8),
];

/// Deletes a batch. The call succeeds as a whole and tells of each key apart, so what failed for a reason that passes is
/// sent again by itself. Source: S3 API reference, `DeleteObjects`.
async fn delete_batch(client: &BucketClient<'_>, batch: &[Version], locked: bool) -> Result<(), ResourceError> {
    let mut refused = send_batch(client, batch, locked).await?;
    for pause in FURTHER_TRIES {
        if refused.is_empty() {
            return Ok(());
        }
        client.call.clock.sleep(pause).await;
        client.call.recorder.may_change()?;
        let again: Vec<Version> = refused.iter().map(Version::refused).collect();
        refused = send_batch(client, &again, locked).await?;
    }
    refused.first().map_or(Ok(()), |refused| Err(refusal(refused)))
}

/// Sends one batch; gives what may succeed soon.
async fn send_batch(client: &BucketClient<'_>, batch: &[Version], locked: bool) -> Result<Vec<Refused>, ResourceError> {
    let objects = batch.iter().map(|version| {
        let object = ObjectIdentifier::builder().key(&version.key);
        object.set_version_id(version.id.clone()).build().map_err(built)
    });
    let delete = Delete::builder()
        .quiet(true)
        .set_objects(Some(objects.collect::<Result<_, _>>()?));
    let request = client
        .s3
        .delete_objects()
        .bucket(client.name)
        .delete(delete.build().map_err(built)?);
    let request = request.set_bypass_governance_retention(locked.then_some(true));
    let answer = request.send().await.map_err(failed("s3:DeleteObjects"))?;
    let mut passing = Vec::new();
    for refused in answer.errors.unwrap_or_default() {
        match refused.code().unwrap_or_default() {
            "NoSuchKey" | "NoSuchVersion" => {}
            "InternalError" | "SlowDown" | "ServiceUnavailable" | "OperationAborted" => passing.push(refused),
            "AccessDenied" if locked => {
                let version = Version::refused(&refused);
                lift_hold(client, &version).await?;
                delete_one(client, &version, locked).await?;
            }
            _ => return Err(refusal(&refused)),
        }
    }
    Ok(passing)
}

async fn delete_one(client: &BucketClient<'_>, version: &Version, locked: bool) -> Result<(), ResourceError> {
    let request = client.s3.delete_object().bucket(client.name).key(&version.key);
    let request = request
        .set_version_id(version.id.clone())
        .set_bypass_governance_retention(locked.then_some(true));
    match request.send().await.map_err(failed("s3:DeleteObject")) {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn lift_hold(client: &BucketClient<'_>, version: &Version) -> Result<(), ResourceError> {
    let hold = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::Off);
    let request = client.s3.put_object_legal_hold().bucket(client.name).key(&version.key);
    let request = request.set_version_id(version.id.clone()).legal_hold(hold.build());
    request.send().await.map_err(failed("s3:PutObjectLegalHold"))?;
    Ok(())
}

fn refusal(refused: &Refused) -> ResourceError {
    let code = refused.code().unwrap_or_default();
    let kind = match code {
        "AccessDenied" => ErrorKind::Denied,
        "SlowDown" => ErrorKind::Throttled,
        "OperationAborted" => ErrorKind::Conflict,
        "InternalError" | "ServiceUnavailable" => ErrorKind::Unavailable,
        _ => ErrorKind::Other,
    };
    let message = format!(
        "`{}`: {}",
        refused.key().unwrap_or_default(),
        refused.message().unwrap_or_default()
    );
    let mut error = ResourceError::new(kind, message).during("s3:DeleteObjects");
    code.clone_into(&mut error.code);
    error
}

async fn abort_uploads(client: &BucketClient<'_>) -> Result<(), ResourceError> {
    let mut from = (None, None);
    loop {
        let request = client
            .s3
            .list_multipart_uploads()
            .bucket(client.name)
            .encoding_type(EncodingType::Url);
        let request = request.set_key_marker(from.0).set_upload_id_marker(from.1);
        let page = request.send().await.map_err(failed("s3:ListMultipartUploads"))?;
        for upload in page.uploads() {
            let key = decode(upload.key().unwrap_or_default());
            let request = client.s3.abort_multipart_upload().bucket(client.name).key(key);
            let request = request.set_upload_id(upload.upload_id().map(str::to_owned));
            match request.send().await.map_err(failed("s3:AbortMultipartUpload")) {
                Err(error) if error.kind != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
        from = (page.next_key_marker.map(|key| decode(&key)), page.next_upload_id_marker);
    }
}

/// Whether the key can stand in XML. Source: XML 1.0, section 2.2.
fn is_xml(key: &str) -> bool {
    key.chars()
        .all(|c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..))
}

/// A key from a listing in URL encoding, in which a space is `+`.
pub(in crate::s3) fn decode(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        rest = if escaped.is_some() { &tail[2..] } else { tail };
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded() {
        assert_eq!(decode("a+b%2Fc%2Bd%01"), "a b/c+d\u{1}");
        assert_eq!(decode("%C3%A4%"), "ä%");
    }

    #[test]
    fn keys_that_xml_cannot_hold() {
        assert!(is_xml("a/b c\té"));
        assert!(!is_xml("a\u{1}b"));
    }
}

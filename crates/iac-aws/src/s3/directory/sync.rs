//! What is in the bucket, and bringing it to what is in the folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use aws_sdk_s3::types::EncodingType;
use futures::{StreamExt, TryStreamExt, stream};
use iac_core::model::{Resolved, ResourceError};

use super::{folder::SyncedFile, properties::Directory};
use crate::{
    error::failed,
    s3::{
        bucket::{BucketClient, decode, delete_keys},
        object::{Condition, Headers, Source, Upload, head_of, unquoted, upload as upload_one},
    },
};

/// How many files are on their way at a time.
const AT_A_TIME: usize = 16;

/// What a listing says of an object.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    size: u64,
    etag: String,
}

/// All objects under the prefix, by what their keys go on with.
pub(super) async fn list(client: &BucketClient<'_>, prefix: &str) -> Result<BTreeMap<String, Listed>, ResourceError> {
    let mut found = BTreeMap::new();
    let mut from = None;
    loop {
        let request = client.s3.list_objects_v2().bucket(client.name).prefix(prefix);
        let request = request.encoding_type(EncodingType::Url).set_continuation_token(from);
        let page = request.send().await.map_err(failed("s3:ListObjectsV2"))?;
        for object in page.contents() {
            let key = decode(object.key().unwrap_or_default());
            // a console makes an empty object of the prefix itself
            if let Some(path) = key.strip_prefix(prefix).filter(|path| !path.is_empty()) {
                let listed = Listed {
                    size: object.size().and_then(|size| size.try_into().ok()).unwrap_or_default(),
                    etag: unquoted(object.e_tag()),
                };
                found.insert(path.to_owned(), listed);
            }
        }
        from = page.next_continuation_token().map(str::to_owned);
        if from.is_none() {
            return Ok(found);
        }
    }
}

/// The files as they are in the bucket: those of the folder, as it was last applied, and the others when they are to be
/// pruned or nothing was applied yet. `None` when the bucket is gone.
pub(super) async fn live_files(
    client: &BucketClient<'_>,
    prefix: &str,
    prior: Option<&Directory<Resolved>>,
) -> Result<Option<BTreeMap<String, SyncedFile>>, ResourceError> {
    let listed = match list(client, prefix).await {
        Err(error) if error.code == "NoSuchBucket" => return Ok(None),
        listed => listed?,
    };
    let takes_all = prior.is_none_or(|prior| prior.prune_unknown);
    let known = |path: &str| prior.and_then(|prior| prior.source.files.get(path)).cloned();
    let ours = listed
        .into_iter()
        .map(|(path, listed)| (known(&path), path, listed))
        .filter(|(known, ..)| takes_all || known.is_some());
    let read = |(known, path, listed): (Option<SyncedFile>, String, Listed)| async move {
        let file = live_file(client, &format!("{prefix}{path}"), &listed, known).await?;
        Ok::<_, ResourceError>(file.map(|file| (path, file)))
    };
    let reads: Vec<_> = ours.map(read).collect();
    let files: Vec<_> = stream::iter(reads).buffer_unordered(AT_A_TIME).try_collect().await?;
    Ok(Some(files.into_iter().flatten().collect()))
}

/// One file as it is in the bucket. Asks only when the listing does not tell.
async fn live_file(
    client: &BucketClient<'_>,
    key: &str,
    listed: &Listed,
    prior: Option<SyncedFile>,
) -> Result<Option<SyncedFile>, ResourceError> {
    let listed_as = |prior: &SyncedFile| prior.size == listed.size && prior.md5 == listed.etag;
    if prior.as_ref().is_some_and(listed_as) {
        return Ok(prior);
    }
    let Some(head) = head_of(&client.s3, client.name, key).await? else {
        return Ok(None);
    };
    let (head, sha256) = (head.sdk, head.sha256.unwrap_or_default());
    Ok(Some(match prior.filter(|prior| prior.sha256 == sha256) {
        Some(prior) => prior,
        None => SyncedFile {
            sha256,
            md5: listed.etag.clone(),
            size: listed.size,
            content_type: head.content_type().unwrap_or_default().to_owned(),
            cache_control: head.cache_control().map(str::to_owned),
            content_encoding: head.content_encoding().map(str::to_owned),
        },
    }))
}

/// Uploads what differs: assets first, then the pages that name them.
pub(super) async fn upload(
    client: &BucketClient<'_>,
    desired: &Directory<Resolved>,
    live: &BTreeMap<String, SyncedFile>,
) -> Result<(), ResourceError> {
    let differing = desired
        .source
        .files
        .iter()
        .filter(|(path, file)| live.get(*path) != Some(*file));
    let (entries, assets): (Vec<_>, Vec<_>) = differing.partition(|(path, file)| file.is_entry(path));
    for files in [assets, entries] {
        stream::iter(files.into_iter().map(Ok::<_, ResourceError>))
            .try_for_each_concurrent(AT_A_TIME, |(path, file)| put(client, desired, path, file))
            .await?;
    }
    Ok(())
}

async fn put(
    client: &BucketClient<'_>,
    desired: &Directory<Resolved>,
    path: &str,
    file: &SyncedFile,
) -> Result<(), ResourceError> {
    client.call.recorder.may_change()?;
    let key = format!("{}{path}", desired.prefix);
    let upload = Upload {
        key: &key,
        source: Source::File(&Path::new(&desired.source.root).join(path)),
        sha256: &file.sha256,
        headers: Headers {
            content_type: Some(file.content_type.clone()),
            cache_control: file.cache_control.clone(),
            content_encoding: file.content_encoding.clone(),
            ..Headers::default()
        },
        condition: Condition::Any,
    };
    upload_one(client, &upload).await?;
    client.call.progress(&format!("uploaded `{key}`"));
    Ok(())
}

impl Directory<Resolved> {
    /// Deletes the keys that are not of the folder: those in `live`, and all others under the prefix when they are pruned.
    pub(super) async fn delete_stale(
        &self,
        client: &BucketClient<'_>,
        live: &BTreeMap<String, SyncedFile>,
    ) -> Result<(), ResourceError> {
        let mut paths: BTreeSet<String> = live.keys().cloned().collect();
        if self.prune_unknown {
            paths.extend(list(client, &self.prefix).await?.into_keys());
        }
        let stale = paths.iter().filter(|path| !self.source.files.contains_key(*path));
        let keys: Vec<String> = stale.map(|path| format!("{}{path}", self.prefix)).collect();
        delete_keys(client, &keys).await
    }
}

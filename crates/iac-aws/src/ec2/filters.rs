//! Asking EC2 for many objects at once. By filter, because an id that does not exist fails a whole request by id.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;
use futures::{StreamExt, stream};
use iac_core::model::{Context, ErrorKind, Live, ReadRequest, Reconcile, ResourceError};

use crate::{Aws, wait::SECOND_LOOKS};

/// How many values a filter may have. Source: EC2 API reference, `Filter`.
const VALUES: usize = 200;

/// How many objects are asked for their details at the same time.
const AT_ONCE: usize = 8;

/// The filter `name` is one of `values`.
pub(super) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().map(Into::into).collect()))
        .build()
}

/// Finds the objects with these ids by as few requests as there can be.
async fn by_id<T, F>(ids: &[&str], find: impl Fn(Vec<String>) -> F) -> Result<BTreeMap<String, T>, ResourceError>
where
    F: Future<Output = Result<BTreeMap<String, T>, ResourceError>>,
{
    // an id twice in one filter counts twice
    let ids: BTreeSet<&str> = ids.iter().copied().collect();
    let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(VALUES) {
        found.append(&mut find(chunk.to_vec()).await?);
    }
    Ok(found)
}

/// Reads the objects of `requests`: `find` lists many by id, `live` makes the answer of one and may read more of it.
///
/// An object that is not listed is looked for again before it counts as gone: an answer may be older than the object. So is
/// one of which a part is not found: only when the object itself is not listed any more it is gone.
pub(super) async fn read_listed<'a, R, T, F, L>(
    requests: &'a [ReadRequest<R>],
    cx: &Context<'_, Aws>,
    find: impl Fn(Vec<String>) -> F + Sync,
    live: impl Fn(&'a ReadRequest<R>, T) -> L + Sync,
) -> Vec<Result<Option<Live<R>>, ResourceError>>
where
    R: Reconcile,
    T: Clone + Send + Sync,
    F: Future<Output = Result<BTreeMap<String, T>, ResourceError>> + Send,
    L: Future<Output = Result<Live<R>, ResourceError>> + Send,
{
    let ids: Vec<&str> = requests.iter().map(|request| request.id.as_str()).collect();
    let listed = list_patiently(&ids, cx, &find).await;
    let answer = |request: &'a ReadRequest<R>| {
        let (find, live, listed) = (&find, &live, &listed);
        async move {
            let mut object = listed.as_ref().map_err(Clone::clone)?.get(request.id.as_str()).cloned();
            for pause in SECOND_LOOKS {
                let Some(seen) = object else { return Ok(None) };
                match live(request, seen).await {
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    live => return live.map(Some),
                }
                cx.clock.sleep(pause).await;
                object = by_id(&[request.id.as_str()], find).await?.remove(request.id.as_str());
            }
            match object {
                None => Ok(None),
                // it is there, and what belongs to it is not: that is no answer at all
                Some(seen) => live(request, seen).await.map(Some),
            }
        }
    };
    let answers: Vec<_> = requests.iter().map(answer).collect();
    stream::iter(answers).buffered(AT_ONCE).collect().await
}

/// Finds the objects with these ids, with further looks for those that are not listed.
async fn list_patiently<T, F>(
    ids: &[&str],
    cx: &Context<'_, Aws>,
    find: impl Fn(Vec<String>) -> F + Sync,
) -> Result<BTreeMap<String, T>, ResourceError>
where
    F: Future<Output = Result<BTreeMap<String, T>, ResourceError>> + Send,
{
    let mut listed = by_id(ids, &find).await?;
    for pause in SECOND_LOOKS {
        let missing: Vec<&str> = ids.iter().copied().filter(|id| !listed.contains_key(*id)).collect();
        if missing.is_empty() {
            break;
        }
        cx.clock.sleep(pause).await;
        listed.append(&mut by_id(&missing, &find).await?);
    }
    Ok(listed)
}

/// The one answer to one request.
pub(super) fn only<R>(
    mut answers: Vec<Result<Option<Live<R>>, ResourceError>>,
) -> Result<Option<Live<R>>, ResourceError>
where
    R: Reconcile,
{
    answers.pop().unwrap_or(Ok(None))
}

/// An answer of EC2 that lacks what it always has.
pub(super) fn lacks(operation: &str, what: &str) -> ResourceError {
    ResourceError::new(ErrorKind::Other, format!("the answer has no {what}")).during(operation)
}

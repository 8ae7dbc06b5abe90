//! Asking EC2 for many objects at once. By filter, because an id that does not exist fails a whole request by id.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;
use futures::{StreamExt, stream};
use iac_core::model::{ErrorKind, Live, ReadRequest, Reconcile, ResourceError};

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
pub(super) async fn by_id<T, F>(
    ids: &[&str],
    find: impl Fn(Vec<String>) -> F,
) -> Result<BTreeMap<String, T>, ResourceError>
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

/// The answers to `requests` from what was found: nothing for an object that was not, and that vanished while it was read.
pub(super) async fn answers<'a, R, T, F>(
    requests: &'a [ReadRequest<R>],
    found: &'a Result<BTreeMap<String, T>, ResourceError>,
    live: impl Fn(&'a ReadRequest<R>, &'a T) -> F,
) -> Vec<Result<Option<Live<R>>, ResourceError>>
where
    R: Reconcile,
    F: Future<Output = Result<Live<R>, ResourceError>>,
{
    let answer = |request: &'a ReadRequest<R>| {
        let live = &live;
        async move {
            match found.as_ref().map(|found| found.get(request.id.as_str())) {
                Err(error) => Err(error.clone()),
                Ok(None) => Ok(None),
                Ok(Some(object)) => match live(request, object).await {
                    Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                    live => live.map(Some),
                },
            }
        }
    };
    let answers: Vec<_> = requests.iter().map(answer).collect();
    stream::iter(answers).buffered(AT_ONCE).collect().await
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

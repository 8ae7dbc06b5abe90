//! Asking EC2 for objects: many at once, by filters, because an id that does not exist fails a whole request by id.
//!
//! What a request does not list may be younger than the answer. Source: EC2 API reference, "Eventual consistency".

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_ec2::{
    error::{ProvideErrorMetadata, SdkError},
    types::Filter,
};
use aws_smithy_runtime_api::http::Response;
use futures::{StreamExt, stream};
use iac_core::model::{
    Context, ErrorKind, Live, ReadRequest, Reconcile, RemoteId, ResourceError, eventual::READ_PAUSES,
};

use super::filter::filter;
use crate::{Aws, error::failed, wait};

/// How long a new object may take to become available, and a change to show.
pub(super) const READY: Duration = Duration::from_mins(10);

/// How many values a filter may have. Source: EC2 API reference, `Filter`.
const VALUES: usize = 200;

/// How many objects are asked for their details at the same time.
const AT_ONCE: usize = 8;

/// A kind of object, as EC2 describes it.
#[async_trait]
pub(super) trait Described: Clone + Send + Sync + Sized {
    /// What it is called: `the subnet`.
    const CALLED: &'static str;
    /// The filter by id.
    const BY_ID: &'static str;

    /// The objects that pass the filter, by id.
    async fn list(filter: Filter, aws: &Aws) -> Result<BTreeMap<String, Self>, ResourceError>;

    /// Whether EC2 already tells all of a new object.
    fn is_whole(&self) -> bool {
        true
    }
}

/// The objects of all pages by their ids.
pub(super) fn by_id<T, E>(
    operation: &'static str,
    pages: Result<Vec<T>, SdkError<E, Response>>,
    id: impl Fn(&T) -> Option<&String>,
) -> Result<BTreeMap<String, T>, ResourceError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let found = pages.map_err(failed(operation))?.into_iter();
    Ok(found
        .filter_map(|object| Some((id(&object)?.clone(), object)))
        .collect())
}

/// One object.
pub(super) async fn one<T: Described>(id: &RemoteId, aws: &Aws) -> Result<Option<T>, ResourceError> {
    let mut found = T::list(filter(T::BY_ID, [id.as_str()]), aws).await?;
    Ok(found.remove(id.as_str()))
}

/// An object that is there, and whole. "Not listed" means "not yet", since it may have been made a moment ago.
pub(super) async fn known<T: Described>(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<T, ResourceError> {
    wait::known(cx, &format!("{} to be known everywhere", T::CALLED), || async {
        Ok(one::<T>(id, cx.provider).await?.filter(T::is_whole))
    })
    .await
}

/// Waits until an object that was deleted is listed no more.
pub(super) async fn gone<T: Described>(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    wait::gone(cx, &format!("{} to be gone", T::CALLED), || one::<T>(id, cx.provider)).await
}

/// Finds the objects with these ids by as few requests as there can be.
async fn many<T: Described>(ids: &[&str], aws: &Aws) -> Result<BTreeMap<String, T>, ResourceError> {
    // an id twice in one filter counts twice
    let ids: BTreeSet<&str> = ids.iter().copied().collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(VALUES) {
        found.append(&mut T::list(filter(T::BY_ID, chunk.iter().copied()), aws).await?);
    }
    Ok(found)
}

/// Reads the objects of `requests`: `live` makes the answer of one and may read more of it.
///
/// One of which a part is not found is looked for again: only when the object itself is not listed any more it is gone.
pub(super) async fn read_many<'a, R, T, L>(
    requests: &'a [ReadRequest<R>],
    cx: &Context<'_, Aws>,
    live: impl Fn(&'a ReadRequest<R>, T) -> L + Sync,
) -> Vec<Result<Option<Live<R>>, ResourceError>>
where
    R: Reconcile,
    T: Described,
    L: Future<Output = Result<Live<R>, ResourceError>> + Send,
{
    let ids: Vec<&str> = requests.iter().map(|request| request.id.as_str()).collect();
    let listed = many::<T>(&ids, cx.provider).await;
    let answer = |request: &'a ReadRequest<R>| {
        let (live, listed) = (&live, &listed);
        async move {
            let mut object = listed.as_ref().map_err(Clone::clone)?.get(request.id.as_str()).cloned();
            for pause in READ_PAUSES {
                let Some(seen) = object else { return Ok(None) };
                match live(request, seen).await {
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    live => return live.map(Some),
                }
                cx.clock.sleep(pause).await;
                object = one::<T>(&request.id, cx.provider).await?;
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

/// Reads one object as one of many.
pub(super) async fn read<R>(
    id: &RemoteId,
    prior: Option<&R>,
    cx: &Context<'_, Aws>,
) -> Result<Option<Live<R>>, ResourceError>
where
    R: Reconcile<Provider = Aws> + Clone,
{
    let (id, prior) = (id.clone(), prior.cloned());
    let mut answers = R::read_many(&[ReadRequest { id, prior }], cx).await;
    answers.pop().unwrap_or(Ok(None))
}

/// An answer of EC2 that lacks what it always has.
pub(super) fn lacks(operation: &str, what: &str) -> ResourceError {
    ResourceError::new(ErrorKind::Other, format!("the answer has no {what}")).during(operation)
}

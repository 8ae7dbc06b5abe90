//! Reads what the state knows of from the cloud: many objects a call, many calls at once.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use futures::{StreamExt, stream};

use super::event::{Event, Observer};
use crate::{
    Session,
    model::{Address, Call, LiveObject, ReadObject, Recorder, RemoteId, ResourceError},
};

/// How many objects one `read_many` is asked for.
const BATCH: usize = 100;

/// What a read gave.
pub(crate) type Read = Result<Option<LiveObject>, ResourceError>;

/// Reads objects, at most `parallelism` batches at a time. Every request is answered.
pub(crate) async fn read_all(
    session: &Session,
    (stack, environment): (&str, &str),
    requests: Vec<(Address, ReadObject)>,
    parallelism: usize,
    observer: &dyn Observer,
) -> BTreeMap<Address, Read> {
    observer.on(Event::RefreshStarted { total: requests.len() });
    let mut by_type: BTreeMap<String, Vec<(Address, ReadObject)>> = BTreeMap::new();
    for (address, request) in requests {
        by_type
            .entry(address.type_name().to_owned())
            .or_default()
            .push((address, request));
    }
    // a type whose reads are one call each bounds how many of a batch are on their way
    let batches = by_type.into_values().flat_map(|requests| {
        let chunks: Vec<_> = requests.chunks(BATCH).map(<[_]>::to_vec).collect();
        chunks
    });
    stream::iter(batches)
        .map(|batch| async move {
            let answers = read_batch(session, (stack, environment), &batch).await;
            let answers: Vec<(Address, Read)> = batch.into_iter().map(|(address, _)| address).zip(answers).collect();
            for (address, _) in &answers {
                observer.on(Event::Refreshed {
                    address: address.clone(),
                });
            }
            answers
        })
        .buffer_unordered(parallelism.max(1))
        .flat_map(stream::iter)
        .collect()
        .await
}

async fn read_batch(session: &Session, names: (&str, &str), batch: &[(Address, ReadObject)]) -> Vec<Read> {
    let Some((first, _)) = batch.first() else {
        return Vec::new();
    };
    let Some(reconciler) = session.registry.get(first.type_name()) else {
        return batch.iter().map(|_| Err(unknown_type(first))).collect();
    };
    let requests: Vec<ReadObject> = batch.iter().map(|(_, request)| request.clone()).collect();
    let mut answers = reconciler.read_many(&requests, &reading(session, names, first)).await;
    // a type that answers too few is no reason to lose a resource
    answers.resize_with(batch.len(), || {
        Err(ResourceError::invalid("the type answered too few reads"))
    });
    answers
}

/// The error of a type that this program does not know.
pub(crate) fn unknown_type(address: &Address) -> ResourceError {
    ResourceError::invalid(format!(
        "the type `{}` is not known to this program",
        address.type_name()
    ))
    .hint("build with the cargo feature of its service, or drop it with `forget`")
}

/// A call that only reads.
fn reading(session: &Session, (stack, environment): (&str, &str), address: &Address) -> Call {
    Call {
        request: None,
        address: address.clone(),
        stack: stack.to_owned(),
        environment: environment.to_owned(),
        seed: String::new(),
        timeout: None,
        clock: Arc::clone(&session.clock),
        recorder: Arc::new(ReadsOnly),
    }
}

/// Refuses every change: what a plan hands to a type.
#[derive(Debug)]
struct ReadsOnly;

#[async_trait]
impl Recorder for ReadsOnly {
    async fn created(&self, _id: &RemoteId) -> Result<(), ResourceError> {
        self.may_change()
    }

    fn progress(&self, _message: &str) {}

    fn may_change(&self) -> Result<(), ResourceError> {
        Err(ResourceError::invalid("a plan changes nothing"))
    }
}

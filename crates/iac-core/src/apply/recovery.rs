//! What an interrupted run left: creates that were cut off are looked for and taken up.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    recorder::StepRecorder,
    run::{Run, RunError},
};
use crate::{
    model::{Call, RemoteId},
    plan::{Event, Observer},
    state::{Intent, PendingOperation, Record, ResourceState, Verb},
};

/// How many objects are looked for at the same time.
const RECOVERY_CONCURRENCY: usize = 10;

impl Run {
    /// Recovers what an interrupted run left: looks for objects whose create was cut off and takes them into the state, where
    /// the next plan finishes or replaces them.
    ///
    /// # Errors
    /// [`RunError::Recover`] when the cloud cannot be asked; nothing is forgotten then.
    pub async fn recover(&mut self, observer: &dyn Observer) -> Result<(), RunError> {
        // looking takes its time: all are looked for at once, and the lock is kept meanwhile
        let mut found = self.holding(self.find_all()).await?;
        while let Some(PendingOperation { intent, id, .. }) = self.snapshot.state.pending_operations.first().cloned() {
            let address = intent.address.clone();
            let mut resource = self.snapshot.state.resources.get(&address).cloned();
            let message = match intent.verb {
                Verb::Update => "an update was cut off; what is missing shows in the plan".to_owned(),
                Verb::Delete => "a delete was cut off; it goes on".to_owned(),
                Verb::Create => {
                    let id = match id {
                        Some(id) => Some(id),
                        None => found.remove(&intent.step).flatten(),
                    };
                    match (id, intent.pending) {
                        (Some(id), _) if resource.as_ref().is_some_and(|resource| resource.holds(&id)) => {
                            format!("a create was cut off; {id} is known already")
                        }
                        (Some(id), Some(pending)) => {
                            resource = Some(adopt_found(pending, id.clone(), resource, intent.prior_id.as_ref()));
                            format!("a create was cut off after it made {id}; it is taken up again")
                        }
                        _ => "a create was cut off before it made anything".to_owned(),
                    }
                }
            };
            let record = Record::Completed {
                step: intent.step,
                address: address.clone(),
                resource: resource.clone(),
            };
            self.writer.append(&record).await?;
            self.snapshot.state.set(address.clone(), resource);
            self.snapshot.state.complete(intent.step);
            observer.on(Event::Recovered { address, message });
        }
        Ok(())
    }

    /// What the creates that were cut off have made, by step.
    async fn find_all(&self) -> Result<BTreeMap<u64, Option<RemoteId>>, RunError> {
        let pending = self.snapshot.state.pending_operations.iter();
        let creates = pending.filter(|pending| pending.id.is_none() && pending.intent.verb == Verb::Create);
        // boxed: the compiler cannot see that a stream of such futures may go from thread to thread
        let looks: Vec<BoxFuture<'_, _>> = creates
            .map(|pending| {
                let look = async move { Ok((pending.intent.step, self.find(pending).await?)) };
                look.boxed()
            })
            .collect();
        stream::iter(looks)
            .buffer_unordered(RECOVERY_CONCURRENCY)
            .try_collect()
            .await
    }

    async fn find(&self, pending: &PendingOperation) -> Result<Option<RemoteId>, RunError> {
        let Intent {
            address,
            inputs,
            seed,
            step,
            ..
        } = &pending.intent;
        let failed = |source| RunError::Recover {
            address: address.clone(),
            source,
        };
        let Some(reconciler) = self.session.registry.get(address.type_name()) else {
            return Err(failed(crate::plan::unknown_type(address)));
        };
        let (events, _unheard) = mpsc::unbounded_channel();
        let recorder = StepRecorder {
            writer: Arc::clone(&self.writer),
            step: *step,
            address: address.clone(),
            events,
            id: Mutex::new(None),
            request: Mutex::new(None),
            observed: Mutex::new(Value::Null),
        };
        let call = Call {
            address: address.clone(),
            stack: self.snapshot.state.stack.clone(),
            environment: self.snapshot.state.environment.clone(),
            seed: seed.clone(),
            timeout: None,
            request: pending.request.clone(),
            clock: Arc::clone(&self.session.clock),
            recorder: Arc::new(recorder),
        };
        reconciler.recover(inputs, &call).await.map_err(failed)
    }
}

/// The entry of a resource whose create was cut off and whose object was found; `prior_id` stood for it when that began.
fn adopt_found(
    mut pending: ResourceState,
    id: RemoteId,
    now: Option<ResourceState>,
    prior_id: Option<&RemoteId>,
) -> ResourceState {
    let Some(found) = &mut pending.current else {
        return pending;
    };
    found.id = id;
    match now {
        // another object stands for it since then: the one that was found is left over
        Some(mut now)
            if now
                .current
                .as_ref()
                .is_some_and(|current| Some(&current.id) != prior_id) =>
        {
            now.deposed.push(found.clone());
            now
        }
        _ => pending,
    }
}

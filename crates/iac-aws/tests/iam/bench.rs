//! One resource type in a sandbox, called as the engine calls it; and what the tests declare again and again.

use std::sync::Arc;

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    registry,
};
use iac_core::model::{Call, Changed, LiveObject, ReadObject, Reconciled, Reconciler, RemoteId, ResourceError};
use iac_sandbox::Sandbox;

use crate::common::{Ids, call, config, connect, inputs, mortal};

/// One resource type of a sandbox.
pub(crate) struct Bench {
    pub(crate) types: Arc<dyn Reconciler>,
    pub(crate) call: Call,
    ids: Arc<Ids>,
}

impl Bench {
    pub(crate) fn of(sandbox: &Sandbox, type_name: &str) -> Self {
        let aws = connect(&mortal(&config(sandbox)));
        let ids = Arc::new(Ids::default());
        Self {
            types: Arc::clone(registry(&aws).get(type_name).unwrap()),
            call: call(&format!("{type_name}.main"), &ids),
            ids,
        }
    }

    pub(crate) async fn create<R: Reconciled>(&self, resource: &R) -> Result<RemoteId, ResourceError> {
        let inputs = inputs(resource);
        assert_eq!(R::info().schema.check(&inputs), []);
        assert_eq!(R::info().validate.check(&inputs), []);
        let predicted = self.types.predict(&inputs);
        let outputs = self.types.create(&inputs, &self.call).await?;
        for (name, value) in predicted {
            assert_eq!(outputs[&name], value, "{name} was predicted otherwise");
        }
        let id = self.ids.last();
        let live = self.read(&id, Some(resource)).await.unwrap();
        assert_eq!(live.outputs, outputs);
        Ok(id)
    }

    pub(crate) async fn read<R: Reconciled>(&self, id: &RemoteId, prior: Option<&R>) -> Option<LiveObject> {
        let request = ReadObject::new(id.clone(), prior.map(inputs));
        self.types.read(request, &self.call).await.unwrap()
    }

    /// Updates, and expects the object to be as declared after.
    pub(crate) async fn update<R: Reconciled>(&self, id: &RemoteId, before: &R, after: &R) -> LiveObject {
        let live = self.read(id, Some(before)).await.unwrap();
        let changed = Changed::default();
        let outputs = self
            .types
            .update(&inputs(after), &live, &changed, &self.call)
            .await
            .unwrap();
        let live = self.read(id, Some(after)).await.unwrap();
        assert_eq!(live.outputs, outputs);
        assert_eq!(live.inputs, inputs(after));
        live
    }

    pub(crate) async fn delete<R: Reconciled>(&self, id: &RemoteId, last: &R) -> Result<(), ResourceError> {
        self.types.delete(&inputs(last), id, &self.call).await
    }
}

/// Every call that was made is one that the types declare.
pub(crate) fn assert_declared(sandbox: &Sandbox, types: &[&Bench]) {
    for request in sandbox.requests() {
        let action = request.action();
        let known = types
            .iter()
            .any(|bench| bench.types.info().operations.contains(&action.as_str()));
        assert!(known, "{action} is not among the operations");
    }
}

pub(crate) fn trust(service: &str) -> PolicyDocument {
    let principal = Principal::service(service);
    PolicyDocument::new().statement(Statement::allow().principal(principal).actions(["sts:AssumeRole"]))
}

pub(crate) fn allow(action: &str) -> PolicyDocument {
    PolicyDocument::new().statement(Statement::allow().actions([action]).resources(["*"]))
}

pub(crate) const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
pub(crate) const VIEW_ONLY: &str = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";

//! One resource type in a sandbox, called as the engine calls it.

use std::sync::Arc;

use iac_aws::{cloudfront::OriginAccessControl, registry};
use iac_core::model::{Call, Changed, LiveObject, ReadObject, Reconciled, Reconciler, RemoteId, ResourceError};
use iac_sandbox::Sandbox;
use serde_json::Value;

use crate::common::{Ids, call, config, connect, differences, inputs, mortal};

/// One resource of a stack, and the sandbox it is in.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) reconciler: Arc<dyn Reconciler>,
    ids: Arc<Ids>,
    pub(crate) call: Call,
    /// The id of an access control, where distributions are tested.
    pub(crate) access: String,
}

impl Bench {
    pub(crate) async fn of<R: Reconciled>() -> Self {
        let sandbox = Sandbox::new();
        let registry = registry(&connect(&mortal(&config(&sandbox))));
        let ids = Arc::new(Ids::default());
        let name = R::info().name;
        let call = call(&format!("{name}.it"), &ids);
        let controls = registry.get("cloudfront.origin_access_control").unwrap();
        let made = controls
            .create(&inputs(&access("shop-dev-bucket-0a1b2c3d")), &call)
            .await
            .unwrap();
        Self {
            reconciler: Arc::clone(registry.get(name).unwrap()),
            access: made["id"].as_str().unwrap().to_owned(),
            sandbox,
            ids,
            call,
        }
    }

    pub(crate) async fn create(&self, desired: &impl Reconciled) -> Result<RemoteId, ResourceError> {
        let desired = inputs(desired);
        let violations = self.reconciler.info().validate.check(&desired);
        assert!(violations.is_empty(), "{violations:?}");
        let predicted = self.reconciler.predict(&desired);
        let outputs = self.reconciler.create(&desired, &self.call).await?;
        for (name, value) in predicted {
            assert_eq!(outputs[&name], value, "{name}");
        }
        let id = self.ids.last();
        assert_eq!(outputs["id"], id.as_str());
        Ok(id)
    }

    pub(crate) async fn live(&self, id: &RemoteId, prior: Option<Value>) -> Option<LiveObject> {
        let request = ReadObject::new(id.clone(), prior);
        self.reconciler.read(request, &self.call).await.unwrap()
    }

    /// The paths at which what is there is not what is desired.
    pub(crate) async fn differences(&self, id: &RemoteId, desired: &impl Reconciled) -> Vec<String> {
        let desired = inputs(desired);
        let live = self.live(id, Some(desired.clone())).await.expect("it is there");
        differences(self.reconciler.info(), &desired, &live.inputs)
    }

    pub(crate) async fn update(&self, id: &RemoteId, desired: &impl Reconciled) -> Result<Value, ResourceError> {
        let live = self.live(id, None).await.expect("it is there");
        let changed: Changed = self.differences(id, desired).await.into_iter().collect();
        self.reconciler
            .update(&inputs(desired), &live, &changed, &self.call)
            .await
    }

    pub(crate) async fn delete(&self, id: &RemoteId, last: &impl Reconciled) -> Result<(), ResourceError> {
        self.reconciler.delete(&inputs(last), id, &self.call).await
    }

    fn called(&self) -> Vec<String> {
        self.sandbox
            .requests()
            .iter()
            .map(iac_sandbox::Request::action)
            .collect()
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.called()
            .iter()
            .filter(|called| called.ends_with(operation))
            .count()
    }
}

pub(crate) fn access(name: &str) -> OriginAccessControl {
    OriginAccessControl::builder().name(name).build()
}

//! Changing an object in place.

use iac_aws::failed;
use iac_core::model::{Call, Changed, ErrorKind, LiveObject, Reconciler, ResourceError};
use serde_json::Value;

use super::{CloudControl, create::sized, patch::patch, request::iam_action};
use crate::{names::snake, shape::SchemaTree, type_facts::Operation};

impl CloudControl {
    pub(super) async fn change(
        &self,
        inputs: &Value,
        live: &LiveObject,
        changed: &Changed,
        call: &Call,
    ) -> Result<Value, ResourceError> {
        let id = live.id.as_str();
        let there = if self.facts().has(Operation::Read) {
            self.model(id).await?
        } else {
            Some(self.facts().to_model(&live.inputs))
        };
        let Some(there) = there else {
            let message = format!("{} {id} is gone", self.facts().name());
            return Err(ResourceError::new(ErrorKind::NotFound, message).hint("run again: it is made anew"));
        };
        let inputs = &self.with_ignored_tags(inputs, &there);
        let desired = self.facts().to_model(inputs);
        let top = self.facts().top();
        let names = top.iter().map(|(name, _)| *name);
        let names: Vec<&str> = names.filter(|name| changed.contains(&snake(name))).collect();
        let patch = patch(self.facts(), &there, &desired, &names);
        if patch.as_array().is_some_and(Vec::is_empty) {
            return self.observe(inputs, id, call).await;
        }
        let patch = sized(&patch)?;
        let send = |token: String| {
            let request = self.aws.cloudcontrol().update_resource();
            let request = request.type_name(self.facts().name()).identifier(id);
            let request = request.patch_document(&patch).client_token(token);
            async move {
                let answer = request.send().await.map_err(failed(iam_action(Operation::Update)));
                answer.map(|changed| changed.progress_event)
            }
        };
        let done = self.carry_out(Operation::Update, call, send).await;
        done.map_err(|failure| failure.error)?;
        self.observe(inputs, id, call).await
    }

    /// The inputs with the tags that are there and are others' to set: all tags are sent at once.
    fn with_ignored_tags(&self, inputs: &Value, there: &Value) -> Value {
        let mut inputs = inputs.clone();
        let Some(field) = self.info().tags_field() else {
            return inputs;
        };
        let mut live = self.facts().to_inputs(there);
        let kept = self.ignore_tags().take_from(Some(field), &mut live);
        if let (Some(inputs), false) = (inputs.as_object_mut(), kept.is_empty()) {
            let tags = inputs
                .entry(field)
                .or_insert_with(|| Value::Object(serde_json::Map::new()));
            if let Value::Object(tags) = tags {
                tags.extend(kept);
            }
        }
        inputs
    }
}

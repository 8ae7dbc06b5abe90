//! Making an object, and removing one.

use aws_sdk_cloudcontrol::types::ProgressEvent;
use iac_aws::failed;
use iac_core::model::{Call, ErrorKind, RemoteId, ResourceError};
use serde_json::Value;

use super::{CloudControl, failure::Failure, identifier, request::iam_action};
use crate::{Facts, type_facts::Operation};

/// The most characters of a model or of a patch. Source: Cloud Control API reference, `DesiredState`.
const LONGEST: usize = 262_144;

impl CloudControl {
    pub(super) async fn make(&self, inputs: &Value, call: &Call) -> Result<Value, ResourceError> {
        let facts = self.facts();
        if Facts::get().is_in(self.aws.region(), facts.name()) == Some(false) {
            let message = format!("{} has no {}", self.aws.region(), facts.name());
            return Err(ResourceError::invalid(message).hint("use a region that has it"));
        }
        let model = facts.to_model(inputs);
        let desired = sized(&model)?;
        let send = |token: String| {
            let request = self.aws.cloudcontrol().create_resource().type_name(facts.name());
            let request = request.desired_state(&desired).client_token(token);
            async move {
                let answer = request.send().await.map_err(failed(iam_action(Operation::Create)));
                answer.map(|made| made.progress_event)
            }
        };
        match self.carry_out(Operation::Create, call, send).await {
            Ok(event) => {
                let Some(id) = event.identifier() else {
                    let error = ResourceError::new(ErrorKind::Other, "the answer has no identifier");
                    return Err(error.during(iam_action(Operation::Create)));
                };
                self.observe(inputs, id, call).await
            }
            Err(failure) => {
                self.keep_partial(&failure, &model, call).await?;
                Err(failure.error)
            }
        }
    }

    /// Records what a create that failed has made all the same. An identifier that is told may be of what was never made, or
    /// of what somebody else made.
    async fn keep_partial(&self, failure: &Failure, model: &Value, call: &Call) -> Result<(), ResourceError> {
        let Some(id) = identified(&failure.event).filter(|_| failure.error.kind != ErrorKind::AlreadyExists) else {
            return Ok(());
        };
        if !self.facts().has(Operation::Read) {
            return Ok(());
        }
        match self.model(id).await {
            Ok(Some(there)) if !identifier::is_given(self.facts()) || self.is_ours(model, &there) => {
                call.created(&RemoteId::new(id)).await
            }
            // it is looked for again by whoever looks at what failed
            _ => Ok(()),
        }
    }

    pub(super) async fn remove(&self, id: &str, call: &Call) -> Result<(), ResourceError> {
        let send = |token: String| {
            let request = self.aws.cloudcontrol().delete_resource();
            let request = request
                .type_name(self.facts().name())
                .identifier(id)
                .client_token(token);
            async move {
                let answer = request.send().await.map_err(failed(iam_action(Operation::Delete)));
                answer.map(|gone| gone.progress_event)
            }
        };
        match self.carry_out(Operation::Delete, call, send).await {
            Ok(_) => Ok(()),
            // one that says so of what is there has only failed
            Err(failure) if failure.error.kind == ErrorKind::NotFound && self.is_gone(id).await? => Ok(()),
            Err(failure) => Err(failure.error),
        }
    }
}

impl CloudControl {
    async fn is_gone(&self, id: &str) -> Result<bool, ResourceError> {
        Ok(!self.facts().has(Operation::Read) || self.model(id).await?.is_none())
    }
}

fn identified(event: &ProgressEvent) -> Option<&str> {
    event.identifier().filter(|id| !id.is_empty())
}

/// A model or a patch as text.
pub(super) fn sized(value: &Value) -> Result<String, ResourceError> {
    let text = value.to_string();
    let length = text.chars().count();
    if length > LONGEST {
        let message = format!("the properties are {length} characters long, and Cloud Control takes {LONGEST}");
        return Err(ResourceError::invalid(message).hint("put what is large into an object of S3 and refer to it"));
    }
    Ok(text)
}

//! AWS Cloud Control: every type of AWS's registry, driven by the registry's facts.
//!
//! What AWS does: a request to change something is accepted at once and ends later; its token tells how it goes. The handler of
//! a type checks the model by the type's schema, makes up what only AWS knows, and answers with error codes of its own, which
//! come with the request's last event. Here the effect of a request is there from its start, and its end after some polls.
//! Sources: Cloud Control API reference; user guide, "Managing resources"; `CloudFormation` CLI user guide, "Resource type
//! schema" and "Resource type handler contract".

mod answer;
mod control;
mod create;
mod delete;
mod generate;
mod identifier;
mod model;
mod page;
mod patch;
mod quirks;
mod read;
mod references;
mod requests;
mod sample;
mod shape;
mod texts;
mod words;

use serde_json::Value;
use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::emulator::{Emulator, Others, ServiceSnapshot};
use crate::error::SandboxError;
use crate::reply::{self, Failure};
use crate::service::Service;
use answer::{Answer, error};

pub(super) use control::CloudControl;
pub use quirks::{CloudControlFailure, CloudControlQuirks};

impl CloudControl {
    fn operate(&mut self, call: &Call, others: &Others<'_>) -> Answer {
        let input: Value = serde_json::from_slice(&call.body)
            .map_err(|reason| error("SerializationException", format!("The body is no JSON: {reason}")))?;
        let region = call.region.as_str();
        match call.operation.as_str() {
            "CreateResource" => self.create(region, &input, others),
            "GetResource" => self.get(region, &input),
            "UpdateResource" => self.update(region, &input, others),
            "DeleteResource" => self.delete(region, &input),
            "ListResources" => self.list(region, &input),
            "GetResourceRequestStatus" => self.status(region, &input),
            "ListResourceRequests" => self.list_requests(region, &input),
            "CancelResourceRequest" => self.cancel(region, &input),
            other => {
                let message = format!("the sandbox's Cloud Control has no {other}");
                Err(Failure::new(501, "NotImplemented", message))
            }
        }
    }
}

impl Emulator for CloudControl {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.answer_among(call, &|_, _| None)
    }

    fn answer_among(&mut self, call: &Call, others: &Others<'_>) -> MockResponse {
        match self.operate(call, others) {
            Ok(document) => reply::json(&document),
            Err(failure) => reply::failure(call, &failure),
        }
    }

    fn set_ready_after(&mut self, reads: u32) {
        self.polls = reads;
        for request in &mut self.state.requests {
            request.left = 0;
        }
    }

    fn set_cloud_control(&mut self, quirks: &CloudControlQuirks) {
        self.quirks = quirks.clone();
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        let document = serde_json::to_value(&self.state);
        document
            .map(ServiceSnapshot::from)
            .map_err(|error| SandboxError::Emulator {
                service: Service::CloudControl.name(),
                action: "give",
                reason: error.to_string(),
            })
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        self.state = serde_json::from_value(snapshot.document).map_err(|error| SandboxError::Emulator {
            service: Service::CloudControl.name(),
            action: "take",
            reason: error.to_string(),
        })?;
        Ok(())
    }

    fn inventory(&self) -> Vec<String> {
        let types = self.state.regions.values().flatten();
        let names = types.flat_map(|(name, objects)| objects.keys().map(move |id| format!("cloudcontrol:{name}/{id}")));
        names.collect()
    }
}

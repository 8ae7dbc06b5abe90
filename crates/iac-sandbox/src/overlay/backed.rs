//! A winterbaume service and the regions it has state in: forwarding, saving and loading.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Map, Value};
use winterbaume_core::{MockResponse, StatefulService};

use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::emulator;
use crate::error::SandboxError;
use crate::service::Service;

/// A winterbaume service.
#[derive(Default)]
pub(super) struct Backed<S> {
    aws: S,
    /// Regions that may have state.
    regions: BTreeSet<String>,
}

impl<S: StatefulService> Backed<S> {
    /// Lets the service answer.
    pub(super) fn forward(&mut self, call: &Call) -> MockResponse {
        self.forward_body(call, call.body.clone())
    }

    /// Lets the service answer the call with another body.
    pub(super) fn forward_body(&mut self, call: &Call, body: Bytes) -> MockResponse {
        if !self.regions.contains(&call.region) {
            self.regions.insert(call.region.clone());
        }
        emulator::forward_body(&self.aws, call, body)
    }

    /// The state of a region.
    pub(super) fn view(&self, region: &str) -> S::StateView {
        emulator::now(self.aws.snapshot(ACCOUNT_ID, region))
    }

    /// The state of every region.
    pub(super) fn views(&self) -> impl Iterator<Item = (&str, S::StateView)> {
        self.regions.iter().map(|region| (region.as_str(), self.view(region)))
    }

    /// Replaces the state of a region.
    #[cfg(feature = "dynamodb")]
    pub(super) fn put_view(&mut self, region: &str, view: S::StateView) -> Result<(), String> {
        self.regions.insert(region.to_owned());
        emulator::now(self.aws.restore(ACCOUNT_ID, region, view)).map_err(|error| error.to_string())
    }

    /// Adds to the state of a region, or replaces what it has under the same names.
    #[cfg(feature = "iam")]
    pub(super) fn merge(&mut self, region: &str, view: S::StateView) -> Result<(), String> {
        self.regions.insert(region.to_owned());
        emulator::now(self.aws.merge(ACCOUNT_ID, region, view)).map_err(|error| error.to_string())
    }

    /// The state of every region as a document.
    pub(super) fn save(&self, service: Service) -> Result<Value, SandboxError> {
        let mut document = Map::new();
        for (region, view) in self.views() {
            let view = serde_json::to_value(view).map_err(|error| SandboxError::Emulator {
                service: service.name(),
                action: "give",
                reason: error.to_string(),
            })?;
            document.insert(region.to_owned(), view);
        }
        Ok(Value::Object(document))
    }

    /// Replaces the state of every region in a document.
    pub(super) fn load(&mut self, service: Service, document: Value) -> Result<(), SandboxError> {
        let failed = |reason: String| SandboxError::Emulator {
            service: service.name(),
            action: "take",
            reason,
        };
        let Value::Object(regions) = document else {
            return Err(failed("it is no map of regions".to_owned()));
        };
        for (region, view) in regions {
            let view: S::StateView = serde_json::from_value(view).map_err(|error| failed(error.to_string()))?;
            emulator::now(self.aws.restore(ACCOUNT_ID, &region, view)).map_err(|error| failed(error.to_string()))?;
            self.regions.insert(region);
        }
        Ok(())
    }
}

//! A winterbaume service as it is, for those that need nothing of ours.

use serde_json::Value;
use winterbaume_core::{MockResponse, StatefulService};

use super::backed::Backed;
use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::error::SandboxError;
use crate::service::Service;

/// A service without an overlay.
struct Plain<S> {
    service: Service,
    aws: Backed<S>,
    /// What every account has.
    given: &'static [&'static str],
}

/// A fresh emulator of a service without an overlay. What every account has is no part of its inventory.
pub(super) fn service<S: StatefulService + Default>(
    service: Service,
    given: &'static [&'static str],
) -> (Service, Box<dyn Emulator>) {
    let aws = Backed::<S>::default();
    (service, Box::new(Plain { service, aws, given }))
}

impl<S: StatefulService + Default> Emulator for Plain<S> {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.aws.forward(call)
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        self.aws.save(self.service).map(ServiceSnapshot::from)
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        self.aws = Backed::default();
        self.aws.load(self.service, snapshot.document)
    }

    /// The keys of every table of the state: `scheduler:schedules/default/nightly`.
    fn inventory(&self) -> Vec<String> {
        let found = self.aws.views().flat_map(|(_, view)| keys(&view));
        let own = found.filter(|key| !self.given.contains(&key.as_str()));
        own.map(|key| format!("{}:{key}", self.service.name())).collect()
    }
}

/// What a state has, as `table/key`; a key of several parts has a zero between them.
fn keys(view: &impl serde::Serialize) -> Vec<String> {
    let Ok(Value::Object(tables)) = serde_json::to_value(view) else {
        return Vec::new();
    };
    let rows = |(table, rows): (String, Value)| match rows {
        Value::Object(rows) => rows
            .into_iter()
            .map(|(key, _)| format!("{table}/{}", key.replace('\0', "/")))
            .collect(),
        _ => Vec::new(),
    };
    tables.into_iter().flat_map(rows).collect()
}

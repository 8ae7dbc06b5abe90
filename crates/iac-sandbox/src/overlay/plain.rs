//! A winterbaume service as it is, for those that need nothing of ours.

use std::collections::BTreeSet;

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
}

/// A fresh emulator of a service without an overlay.
pub(super) fn service<S: StatefulService + Default>(service: Service) -> (Service, Box<dyn Emulator>) {
    let aws = Backed::<S>::default();
    (service, Box::new(Plain { service, aws }))
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

    /// The keys of every table of the state that a new account does not have: `scheduler:schedules/nightly`.
    fn inventory(&self) -> Vec<String> {
        let new = Backed::<S>::default();
        let mut found = Vec::new();
        for (region, view) in self.aws.views() {
            let known = keys(&new.view(region));
            found.extend(keys(&view).into_iter().filter(|key| !known.contains(key)));
        }
        let name = self.service.name();
        found.into_iter().map(|key| format!("{name}:{key}")).collect()
    }
}

/// What a state has, as `table/key`.
fn keys(view: &impl serde::Serialize) -> BTreeSet<String> {
    let Ok(Value::Object(tables)) = serde_json::to_value(view) else {
        return BTreeSet::new();
    };
    let rows = |(table, rows): (String, Value)| match rows {
        Value::Object(rows) => rows.into_iter().map(|(key, _)| format!("{table}/{key}")).collect(),
        _ => Vec::new(),
    };
    tables.into_iter().flat_map(rows).collect()
}

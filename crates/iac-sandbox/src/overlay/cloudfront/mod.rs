//! `CloudFront`: distributions, origin access controls and policies are kept here as their documents; functions, keys
//! and the rest are winterbaume's.
//!
//! Winterbaume parses configurations into its own types and back, deletes what is enabled or in use, takes a missing
//! `If-Match`, and knows no managed policies. Here a configuration is the XML that was sent, completed with the
//! defaults AWS gives back.

mod defaults;
mod document;
mod invalidation;
mod managed;
mod model;
mod rules;
mod tagging;

use serde_json::{Value, json};
use winterbaume_cloudfront::CloudFrontService;
use winterbaume_core::MockResponse;

use super::backed::Backed;
use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::error::SandboxError;
use crate::reply::{self, Answer};
use crate::service::Service;
use model::{DISTRIBUTION, Entries, KINDS};

/// The `CloudFront` of a sandbox.
#[derive(Default)]
pub(super) struct CloudFront {
    aws: Backed<CloudFrontService>,
    entries: Entries,
}

impl CloudFront {
    /// Answers what is kept here; `None` is for winterbaume.
    fn own(&mut self, call: &Call) -> Option<Answer> {
        let segments = call.segments();
        let mut segments = segments.iter().skip(1).map(String::as_str);
        let first = segments.next()?;
        if first == "tagging" {
            return tagging::answer(&mut self.entries, call);
        }
        let kind = KINDS.iter().find(|kind| kind.segment == first)?;
        let id = segments.next();
        let rest = segments.next();
        let entries = &mut self.entries;
        Some(match (call.method.as_str(), id, rest) {
            ("POST", None, _) => document::create(entries, kind, call),
            ("GET", None, _) => Ok(document::list(entries, kind, call)),
            ("GET", Some(id), None) => document::get(entries, kind, id),
            ("GET", Some(id), Some("config")) => document::get_config(entries, kind, id),
            ("PUT", Some(id), None | Some("config")) => document::update(entries, kind, call, id),
            ("DELETE", Some(id), None) => document::delete(entries, kind, call, id),
            (_, Some(id), Some("invalidation")) => {
                let entry = entries.get_mut(DISTRIBUTION).and_then(|all| all.get_mut(id));
                match entry {
                    Some(entry) => invalidation::answer(entry, call),
                    None => Err(document::missing(kind, id)),
                }
            }
            _ => return None,
        })
    }
}

impl Emulator for CloudFront {
    fn answer(&mut self, call: &Call) -> MockResponse {
        match self.own(call) {
            Some(Ok(answer)) => answer,
            Some(Err(failure)) => reply::failure(call, &failure),
            None => self.aws.forward(call),
        }
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        Ok(ServiceSnapshot::from(json!({
            "entries": self.entries,
            "aws": self.aws.save(Service::CloudFront)?,
        })))
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        let mut document = snapshot.document;
        let mut part = |name: &str| document.get_mut(name).map(Value::take).unwrap_or_default();
        self.entries = serde_json::from_value(part("entries")).map_err(|error| SandboxError::Emulator {
            service: Service::CloudFront.name(),
            action: "take",
            reason: error.to_string(),
        })?;
        self.aws.load(Service::CloudFront, part("aws"))
    }

    fn inventory(&self) -> Vec<String> {
        let own = self
            .entries
            .iter()
            .flat_map(|(segment, all)| all.keys().map(move |id| format!("cloudfront:{segment}/{id}")));
        let functions = self.aws.views().flat_map(|(_, view)| {
            let functions = view.functions.into_keys();
            let keys = view.public_keys.into_keys();
            let groups = view.key_groups.into_keys();
            functions
                .map(|name| format!("cloudfront:function/{name}"))
                .chain(keys.map(|id| format!("cloudfront:public-key/{id}")))
                .chain(groups.map(|id| format!("cloudfront:key-group/{id}")))
                .collect::<Vec<_>>()
        });
        own.chain(functions).collect()
    }
}

//! `DeleteResource`.

use iac_cloudcontrol::Operation;
use serde_json::Value;

use super::answer::{Answer, Refusal, not_found, unsupported};
use super::control::CloudControl;
use super::model;

impl CloudControl {
    pub(super) fn delete(&mut self, region: &str, input: &Value) -> Answer {
        let facts = self.facts(region, input)?;
        if !facts.has(Operation::Delete) {
            return Err(unsupported(facts.name(), "DELETE"));
        }
        let digest = model::digest(input);
        if let Some(at) = self.state.repeated(region, input, &digest)? {
            return Ok(self.event_at(at));
        }
        let identifier = input["Identifier"].as_str().unwrap_or_default();
        self.state.refuse_while_busy(region, facts.name(), identifier)?;
        let mut request = Self::request(region, facts.name(), Operation::Delete, input, digest);
        request.identifier = Some(identifier.to_owned());
        request.is_named = true;
        let outcome = self.remove(region, facts.name(), identifier);
        Ok(self.accepted(request, outcome))
    }

    /// What the handler does.
    fn remove(&mut self, region: &str, type_name: &str, identifier: &str) -> Result<(String, Option<Value>), Refusal> {
        let failure = self.quirks.strike(Operation::Delete);
        if let Some(failure) = failure.as_ref().filter(|failure| !failure.after_effect) {
            return Err(Refusal::told(&failure.code));
        }
        let gone = self.state.objects_mut(region, type_name).remove(identifier);
        if gone.is_none() {
            let message = not_found(type_name, identifier).message;
            return Err(Refusal::new("NotFound", message));
        }
        match failure {
            Some(failure) => Err(Refusal::told(&failure.code)),
            None => Ok((identifier.to_owned(), None)),
        }
    }
}

//! `CreateResource`.

use iac_cloudcontrol::{Operation, TypeFacts};
use serde_json::Value;

use super::answer::{Answer, Refusal, error};
use super::control::CloudControl;
use super::{identifier, model, shape};
use crate::emulator::Others;
use crate::reply::Failure;

/// A member of a request that is an object in JSON text.
fn object(input: &Value, name: &str) -> Result<Value, Failure> {
    let text = input[name].as_str().unwrap_or_default();
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    parsed
        .filter(Value::is_object)
        .ok_or_else(|| error("InvalidRequestException", format!("{name} is no JSON object")))
}

/// Refuses a model that does not fit its type.
pub(super) fn check(facts: &TypeFacts, model: &Value) -> Result<(), Refusal> {
    let violations = facts.check(model);
    if violations.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = violations.iter().map(ToString::to_string).collect();
    let message = format!("Model validation failed ({})", told.join("; "));
    Err(Refusal::new("InvalidRequest", message))
}

impl CloudControl {
    pub(super) fn create(&mut self, region: &str, input: &Value, others: &Others<'_>) -> Answer {
        let facts = self.facts(region, input)?;
        let desired = object(input, "DesiredState")?;
        let digest = model::digest(input);
        if let Some(at) = self.state.repeated(region, input, &digest)? {
            return Ok(self.event_at(at));
        }
        let mut request = Self::request(region, facts.name(), Operation::Create, input, digest);
        request.identifier = identifier::given(&facts, &desired);
        request.is_named = request.identifier.is_some();
        if let Some(identifier) = &request.identifier {
            self.state.refuse_while_busy(region, facts.name(), identifier)?;
        }
        let outcome = self.make(&facts, region, desired, others);
        Ok(self.accepted(request, outcome.map(|(identifier, model)| (identifier, Some(model)))))
    }

    /// What the handler does.
    fn make(
        &mut self,
        facts: &TypeFacts,
        region: &str,
        desired: Value,
        others: &Others<'_>,
    ) -> Result<(String, Value), Refusal> {
        let failure = self.quirks.strike(Operation::Create);
        if let Some(failure) = failure.as_ref().filter(|failure| !failure.after_effect) {
            return Err(Refusal::told(&failure.code));
        }
        let read_only = facts.read_only_paths().into_iter();
        let given: Vec<&str> = read_only
            .filter(|path| !TypeFacts::places(&desired, path).is_empty())
            .collect();
        if !given.is_empty() {
            let message = format!("Encountered read-only properties in the model: [{}]", given.join(", "));
            return Err(Refusal::new("InvalidRequest", message));
        }
        check(facts, &desired)?;
        self.refuse_unknown(facts, region, (&desired, None), others)?;
        let mut model = desired;
        if self.quirks.defaults {
            shape::set_defaults(facts, &mut model);
        }
        if self.quirks.normalise {
            shape::normalise(facts, &mut model);
        }
        identifier::complete(facts, region, &mut self.state, &mut model);
        let identifier = identifier::of(facts, &model);
        if self.state.object(region, facts.name(), &identifier).is_some() {
            let message = format!(
                "Resource of type '{}' with identifier '{identifier}' already exists.",
                facts.name()
            );
            return Err(Refusal::new("AlreadyExists", message));
        }
        shape::drop_forgotten(facts, &mut model);
        let objects = self.state.objects_mut(region, facts.name());
        objects.insert(identifier.clone(), model.clone());
        shape::drop_write_only(facts, &mut model);
        match failure {
            Some(failure) => Err(Refusal {
                left: Some((identifier, model)),
                ..Refusal::told(&failure.code)
            }),
            None => Ok((identifier, model)),
        }
    }
}

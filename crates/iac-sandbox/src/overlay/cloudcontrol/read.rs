//! `GetResource` and `ListResources`.

use iac_cloudcontrol::{Operation, TypeFacts};
use serde_json::{Map, Value, json};

use super::answer::{Answer, error, not_found, unsupported};
use super::control::CloudControl;
use super::{page, shape};
use crate::reply::Failure;

/// A handler's error code as the exception of an operation that is answered at once.
fn exception(code: &str) -> Failure {
    let name = match code {
        "NotFound" => "ResourceNotFoundException".to_owned(),
        "InternalFailure" => "HandlerInternalFailureException".to_owned(),
        "AccessDenied" => "AccessDeniedException".to_owned(),
        _ => format!("{}Exception", code.trim_end_matches("Exception")),
    };
    error(&name, "the handler failed, as it was told to")
}

impl CloudControl {
    pub(super) fn get(&mut self, region: &str, input: &Value) -> Answer {
        let facts = self.facts(region, input)?;
        if !facts.has(Operation::Read) {
            return Err(unsupported(facts.name(), "READ"));
        }
        if let Some(failure) = self.quirks.strike(Operation::Read) {
            return Err(exception(&failure.code));
        }
        let identifier = input["Identifier"].as_str().unwrap_or_default();
        let found = self.state.object(region, facts.name(), identifier);
        let mut model = found.cloned().ok_or_else(|| not_found(facts.name(), identifier))?;
        shape::drop_write_only(&facts, &mut model);
        if self.quirks.reorder {
            shape::reorder(&facts, &mut model);
        }
        Ok(json!({
            "TypeName": facts.name(),
            "ResourceDescription": { "Identifier": identifier, "Properties": model.to_string() },
        }))
    }

    /// A list tells the identifiers alone, which is all that the contract of a list handler asks for.
    pub(super) fn list(&mut self, region: &str, input: &Value) -> Answer {
        let facts = self.facts(region, input)?;
        if !facts.has(Operation::List) {
            return Err(unsupported(facts.name(), "LIST"));
        }
        if let Some(failure) = self.quirks.strike(Operation::List) {
            return Err(exception(&failure.code));
        }
        let parent: Value = match input["ResourceModel"].as_str() {
            None => json!({}),
            Some(text) => serde_json::from_str(text)
                .map_err(|reason| error("InvalidRequestException", format!("ResourceModel is no JSON: {reason}")))?,
        };
        let needed = facts.list_needs().into_iter();
        let missing: Vec<&str> = needed.filter(|name| parent.get(name).is_none()).collect();
        if !missing.is_empty() {
            let message = format!(
                "Missing or invalid ResourceModel property. Required property: [{}]",
                missing.join(", ")
            );
            return Err(error("InvalidRequestException", message));
        }
        let objects = self.state.objects(region, facts.name()).into_iter().flatten();
        let of_parent = objects.filter(|(_, model)| {
            let mut needed = facts.list_needs().into_iter();
            needed.all(|name| model.get(name).is_none_or(|value| Some(value) == parent.get(name)))
        });
        let described = of_parent.map(|(identifier, model)| {
            let properties = told(&facts, model).to_string();
            json!({ "Identifier": identifier, "Properties": properties })
        });
        let mut answer = page::of("ResourceDescriptions", described.collect(), input)?;
        answer["TypeName"] = json!(facts.name());
        Ok(answer)
    }
}

/// The properties that identify an object.
fn told(facts: &TypeFacts, model: &Value) -> Value {
    let tops = facts.identifier().into_iter().filter_map(|path| path.split('/').next());
    let told: Map<String, Value> = tops
        .filter_map(|name| Some((name.to_owned(), model.get(name)?.clone())))
        .collect();
    Value::Object(told)
}

//! `UpdateResource`: a patch of what a read gives.

use iac_cloudcontrol::{Operation, TypeFacts};
use json_patch::Patch;
use serde_json::Value;

use super::answer::{Answer, Refusal, error, not_found, unsupported};
use super::control::CloudControl;
use super::{create, model, shape};
use crate::emulator::Others;

/// The paths of these whose values differ.
fn changed<'a>(paths: Vec<&'a str>, before: &Value, after: &Value) -> Vec<&'a str> {
    let values = |model: &Value, path: &str| -> Vec<Option<Value>> {
        let places = TypeFacts::places(model, path);
        places.iter().map(|place| model.pointer(place).cloned()).collect()
    };
    // an item more or less is another list, and none of its items another
    let differs = |path: &&str| {
        let (before, after) = (values(before, path), values(after, path));
        before != after && (before.len() == after.len() || !path.contains('*'))
    };
    paths.into_iter().filter(differs).collect()
}

/// A list of paths as AWS writes them.
fn listed(paths: &[&str]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| format!("/properties/{path}")).collect();
    paths.join(", ")
}

impl CloudControl {
    pub(super) fn update(&mut self, region: &str, input: &Value, others: &Others<'_>) -> Answer {
        let facts = self.facts(region, input)?;
        if !facts.has(Operation::Update) {
            return Err(unsupported(facts.name(), "UPDATE"));
        }
        let text = input["PatchDocument"].as_str().unwrap_or_default();
        let patch: Patch = serde_json::from_str(text).map_err(|reason| {
            error(
                "InvalidRequestException",
                format!("The patch is not one of RFC 6902: {reason}"),
            )
        })?;
        let digest = model::digest(input);
        if let Some(at) = self.state.repeated(region, input, &digest)? {
            return Ok(self.event_at(at));
        }
        let identifier = input["Identifier"].as_str().unwrap_or_default();
        self.state.refuse_while_busy(region, facts.name(), identifier)?;
        let Some(before) = self.state.object(region, facts.name(), identifier).cloned() else {
            return Err(not_found(facts.name(), identifier));
        };
        let mut request = Self::request(region, facts.name(), Operation::Update, input, digest);
        request.identifier = Some(identifier.to_owned());
        request.is_named = true;
        let outcome = self.change(&facts, region, (before, &patch), others);
        let outcome = outcome.and_then(|(mut after, failure)| {
            let objects = self.state.objects_mut(region, facts.name());
            objects.insert(identifier.to_owned(), after.clone());
            shape::drop_write_only(&facts, &mut after);
            match failure {
                Some(code) => Err(Refusal::told(&code)),
                None => Ok((identifier.to_owned(), Some(after))),
            }
        });
        Ok(self.accepted(request, outcome))
    }

    /// What the handler makes of a model, and the code it fails with afterwards.
    fn change(
        &mut self,
        facts: &TypeFacts,
        region: &str,
        (before, patch): (Value, &Patch),
        others: &Others<'_>,
    ) -> Result<(Value, Option<String>), Refusal> {
        let failure = self.quirks.strike(Operation::Update);
        if let Some(failure) = failure.as_ref().filter(|failure| !failure.after_effect) {
            return Err(Refusal::told(&failure.code));
        }
        let mut after = before.clone();
        json_patch::patch(&mut after, patch)
            .map_err(|reason| Refusal::new("InvalidRequest", format!("Invalid patch update: {reason}")))?;
        // what AWS tells may be left out: it knows it
        let told = facts.read_only_paths().into_iter();
        let told = told.filter(|path| TypeFacts::places(&after, path).len() == TypeFacts::places(&before, path).len());
        let read_only = changed(told.collect(), &before, &after);
        if !read_only.is_empty() {
            let message = format!(
                "Invalid patch update: readOnlyProperties [{}] cannot be updated",
                listed(&read_only)
            );
            return Err(Refusal::new("InvalidRequest", message));
        }
        // what was never told cannot be compared
        let untold = |path: &&str| {
            let within = |outer: &str| path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
            !facts.write_only_paths().into_iter().any(within)
        };
        let create_only = facts.create_only_paths().into_iter().filter(untold);
        let create_only = changed(create_only.collect(), &before, &after);
        if !create_only.is_empty() {
            let paths = listed(&create_only);
            let message = format!("Invalid patch update: createOnlyProperties [{paths}] cannot be updated");
            return Err(Refusal::new("NotUpdatable", message));
        }
        // what AWS told is none of what is given; what was given and is never told is not there either, and is asked for
        let given = shape::given(facts, &after);
        create::check(facts, &given)?;
        self.refuse_unknown(facts, region, (&given, Some(&before)), others)?;
        if self.quirks.defaults {
            shape::set_defaults(facts, &mut after);
        }
        if self.quirks.normalise {
            shape::normalise(facts, &mut after);
        }
        shape::drop_forgotten(facts, &mut after);
        Ok((after, failure.map(|failure| failure.code)))
    }
}

//! What a model names must exist.

use iac_cloudcontrol::{Facts, TypeFacts};
use serde_json::Value;

use super::answer::Refusal;
use super::control::CloudControl;
use crate::account_id::ACCOUNT_ID;
use crate::emulator::Others;

/// Services with an emulator of their own: of what it does not tell nobody knows whether it exists. What any other service
/// has was made through Cloud Control.
const ELSEWHERE: [&str; 7] = ["CloudFront", "DynamoDB", "EC2", "IAM", "KMS", "S3", "Scheduler"];

impl CloudControl {
    /// Refuses a model that names what does not exist. What it named before is not looked for again.
    pub(super) fn refuse_unknown(
        &self,
        facts: &TypeFacts,
        region: &str,
        (model, before): (&Value, Option<&Value>),
        others: &Others<'_>,
    ) -> Result<(), Refusal> {
        if self.quirks.unchecked_references {
            return Ok(());
        }
        let known: Vec<_> = before.map(|before| facts.references(before)).unwrap_or_default();
        for one in facts.references(model) {
            // a bucket's own name has the format of a bucket's name
            let own = |kind: &String| split(kind).is_some_and(|(name, _)| name == facts.name());
            let names_itself = one.place.matches('/').count() == 1 && one.kinds.iter().any(own);
            let is_known = known.iter().any(|it| it.value == one.value && it.kinds == one.kinds);
            if names_itself || is_known || is_elsewhere(&one.value, region) {
                continue;
            }
            let told = one
                .kinds
                .iter()
                .map(|kind| self.exists(region, kind, &one.value, others));
            if told.into_iter().all(|exists| exists == Some(false)) {
                let kinds = one.kinds.join(" or ");
                let message = format!("{} '{}' does not exist ({kinds})", one.place, one.value);
                return Err(Refusal::new("InvalidRequest", message));
            }
        }
        Ok(())
    }

    /// Whether there is an object of a kind; none when it cannot be told.
    fn exists(&self, region: &str, kind: &str, value: &str, others: &Others<'_>) -> Option<bool> {
        let (type_name, property) = split(kind)?;
        let facts = Facts::get().find(type_name).ok()?;
        let is_it = |model: &Value| {
            let named = [property, property.trim_end_matches('s')].into_iter();
            let by_type = facts.identifier().into_iter().chain(facts.read_only_paths());
            let mut paths = named.chain(by_type);
            paths.any(|path| model.pointer(&format!("/{path}")).and_then(Value::as_str) == Some(value))
        };
        let mut objects = self.state.objects(region, type_name).into_iter().flatten();
        if objects.any(|(identifier, model)| identifier == value || is_it(model)) {
            return Some(true);
        }
        let service = type_name.split("::").nth(1).unwrap_or_default();
        let otherwise = (!ELSEWHERE.contains(&service)).then_some(false);
        others(kind, value).or(otherwise)
    }
}

/// A kind's type and property.
fn split(kind: &str) -> Option<(&str, &str)> {
    kind.rsplit_once('.')
}

/// Whether a value is of another account, or region, of which nothing is known here.
fn is_elsewhere(value: &str, region: &str) -> bool {
    let mut parts = value.split(':');
    if parts.next() != Some("arn") {
        return false;
    }
    let (at, account) = (parts.nth(2).unwrap_or_default(), parts.next().unwrap_or_default());
    let is_other = |own: &str, one: &str| !one.is_empty() && one != own;
    is_other(region, at) || is_other(ACCOUNT_ID, account)
}

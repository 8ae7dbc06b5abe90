//! Finding what a create left of which no answer came: by the request that was recorded, by the name that was given, by the
//! requests that AWS remembers, by the tags of those that are there.

use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent, ResourceRequestStatusFilter};
use iac_aws::failed;
use iac_core::model::{Call, Reconciler, RemoteId, ResourceError, eventual};
use serde_json::Value;

use super::{CloudControl, identifier, request::iam_action};
use crate::{
    canonical::means_the_same,
    type_facts::{Operation, TypeFacts},
};

/// How many pages of requests and of objects are looked through at most: AWS keeps requests for a week.
const PAGES: usize = 50;

impl CloudControl {
    pub(super) async fn find(&self, inputs: &Value, call: &Call) -> Result<Option<RemoteId>, ResourceError> {
        let model = self.facts().to_model(inputs);
        if let Some(request) = &call.request
            && let Some(id) = self.of_request(request, &model, call).await?
        {
            return Ok(Some(RemoteId::new(id)));
        }
        if !self.facts().has(Operation::Read) {
            return Ok(None);
        }
        if let Some(id) = identifier::given(self.facts(), &model) {
            let there = self.model(&id).await?;
            let like = there.is_some_and(|there| self.is_ours(&model, &there));
            // without tags it may be somebody else's that is like it
            let ours = like && (self.info().tags_field().is_some() || self.was_requested(&id).await?);
            return Ok(ours.then(|| RemoteId::new(id)));
        }
        if let Some(id) = self.among_requests(&model).await? {
            return Ok(Some(RemoteId::new(id)));
        }
        Ok(self.among_objects(&model).await?.map(RemoteId::new))
    }

    /// What a request that is known by its name has made: it is waited for.
    async fn of_request(&self, request: &str, model: &Value, call: &Call) -> Result<Option<String>, ResourceError> {
        let limit = self.facts().timeout(Operation::Create);
        let event = call.until("an earlier request to end", limit, || async {
            let Some(event) = eventual::unless_not_found(self.status(request).await)?.flatten() else {
                return Ok(Some(None));
            };
            let goes_on = matches!(
                event.operation_status(),
                Some(OperationStatus::Pending | OperationStatus::InProgress | OperationStatus::CancelInProgress)
            );
            Ok((!goes_on).then_some(Some(event)))
        });
        let Some(event) = event.await? else { return Ok(None) };
        let Some(id) = event.identifier().filter(|id| !id.is_empty()) else {
            return Ok(None);
        };
        if event.operation_status() == Some(&OperationStatus::Success) {
            return Ok(Some(id.to_owned()));
        }
        let there = self.model(id).await?;
        let ours = there.is_some_and(|there| !identifier::is_given(self.facts()) || self.is_ours(model, &there));
        Ok(ours.then(|| id.to_owned()))
    }

    /// Looks through the creates that AWS remembers for one of this model.
    async fn among_requests(&self, model: &Value) -> Result<Option<String>, ResourceError> {
        for event in self.creates().await? {
            if let Some(id) = event.identifier().filter(|id| !id.is_empty())
                && let Some(there) = self.model(id).await?
                && self.is_ours(model, &there)
            {
                return Ok(Some(id.to_owned()));
            }
        }
        Ok(None)
    }

    /// Whether AWS remembers a create of this object that did not fail.
    async fn was_requested(&self, id: &str) -> Result<bool, ResourceError> {
        let of_it = |event: &ProgressEvent| {
            let failed = event.operation_status() == Some(&OperationStatus::Failed);
            !failed && event.identifier() == Some(id)
        };
        Ok(self.creates().await?.iter().any(of_it))
    }

    /// The creates of the type that AWS remembers.
    async fn creates(&self) -> Result<Vec<ProgressEvent>, ResourceError> {
        let filter = ResourceRequestStatusFilter::builder()
            .operations(aws_sdk_cloudcontrol::types::Operation::Create)
            .build();
        let mut found = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let request = self.aws.cloudcontrol().list_resource_requests();
            let request = request
                .resource_request_status_filter(filter.clone())
                .set_next_token(next);
            let answer = request
                .send()
                .await
                .map_err(failed("cloudformation:ListResourceRequests"));
            let page = answer?;
            let events = page.resource_request_status_summaries.unwrap_or_default();
            let of_type = |event: &ProgressEvent| event.type_name() == Some(self.facts().name());
            found.extend(events.into_iter().filter(of_type));
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Looks through the objects that are there, when the type has tags to tell whose they are.
    async fn among_objects(&self, model: &Value) -> Result<Option<String>, ResourceError> {
        let facts = self.facts();
        if !facts.has(Operation::List) || self.info().tags_field().is_none() {
            return Ok(None);
        }
        let parent: serde_json::Map<String, Value> = facts
            .list_needs()
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), model.get(name)?.clone())))
            .collect();
        let parent = (!parent.is_empty()).then(|| Value::Object(parent).to_string());
        let mut next = None;
        for _ in 0..PAGES {
            let request = self.aws.cloudcontrol().list_resources().type_name(facts.name());
            let request = request.set_resource_model(parent.clone()).set_next_token(next);
            let answer = request.send().await.map_err(failed(iam_action(Operation::List)));
            let page = answer?;
            for found in page.resource_descriptions.unwrap_or_default() {
                let Some(id) = found.identifier else { continue };
                if let Some(there) = self.model(&id).await?
                    && self.is_ours(model, &there)
                {
                    return Ok(Some(id));
                }
            }
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// Whether an object is what a create of `model` makes: it has its ownership tags; of types without tags, all that was
    /// declared and can be read.
    pub(super) fn is_ours(&self, model: &Value, there: &Value) -> bool {
        let facts = self.facts();
        let (wanted, found) = (facts.to_inputs(model), facts.to_inputs(there));
        if let Some(field) = self.info().tags_field() {
            let tags = wanted[field].as_object().into_iter().flatten();
            let mut own = tags.filter(|(key, _)| key.starts_with("iac:")).peekable();
            return own.peek().is_some() && own.all(|(key, value)| found[field].get(key) == Some(value));
        }
        let mut wanted = wanted;
        let mut model = facts.to_model(&wanted);
        TypeFacts::take_out(&mut model, &facts.write_only_paths());
        wanted = facts.to_inputs(&model);
        let properties = wanted.as_object().into_iter().flatten();
        properties.into_iter().all(|(name, value)| within(value, &found[name]))
    }
}

/// Whether all of a value is found in another, however it is spelled there.
fn within(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(name, value)| within(value, found.get(name).unwrap_or(&Value::Null))),
        (wanted, found) => means_the_same(wanted, found),
    }
}

//! Requests that take time: their events, one at a time for each object, and what their tokens tell.

use iac_cloudcontrol::Operation;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, error};
use super::control::CloudControl;
use super::model::{Request, State};
use super::page;
use crate::clock::now_ms;
use crate::reply::Failure;

/// So long a client token stands for its request, in milliseconds. Source: Cloud Control user guide.
const TOKEN_LASTS: i64 = 36 * 3_600_000;

/// So long a request is kept, in milliseconds. Source: Cloud Control API reference, `GetResourceRequestStatus`.
const KEPT: i64 = 7 * 24 * 3_600_000;

impl State {
    /// The request that had this client token: the same one is the same request, and another one is refused.
    ///
    /// Source: Cloud Control user guide, "Ensuring resource operation requests are unique when using Cloud Control API".
    pub(super) fn repeated(&mut self, region: &str, input: &Value, digest: &str) -> Result<Option<usize>, Failure> {
        let Some(token) = input["ClientToken"].as_str() else {
            return Ok(None);
        };
        let valid_from = now_ms() - TOKEN_LASTS;
        let same = |one: &Request| {
            one.client_token.as_deref() == Some(token) && one.region == region && one.time >= valid_from
        };
        let Some(at) = self.requests.iter().position(same) else {
            return Ok(None);
        };
        if self.requests.get(at).is_none_or(|one| one.digest != digest) {
            let message = format!("The client token {token} was used in another request");
            return Err(error("ClientTokenConflictException", message));
        }
        self.step(at);
        Ok(Some(at))
    }

    /// Refuses an operation on an object while another one runs. Time passes with each that is refused.
    pub(super) fn refuse_while_busy(&mut self, region: &str, type_name: &str, identifier: &str) -> Result<(), Failure> {
        let busy = |one: &Request| {
            one.left > 0
                && one.region == region
                && one.type_name == type_name
                && one.identifier.as_deref() == Some(identifier)
        };
        let Some(at) = self.requests.iter().position(busy) else {
            return Ok(());
        };
        self.step(at);
        let token = self.requests.get(at).map_or("", |one| one.token.as_str());
        let message =
            format!("Another operation on {type_name} {identifier} is in progress, with request token {token}");
        Err(error("ConcurrentOperationException", message))
    }

    /// A request comes nearer to its end.
    fn step(&mut self, at: usize) {
        if let Some(one) = self.requests.get_mut(at) {
            one.left = one.left.saturating_sub(1);
        }
    }
}

impl CloudControl {
    /// Keeps a request with what became of it, and answers with its first event, which never tells the end.
    pub(super) fn accepted(
        &mut self,
        mut request: Request,
        outcome: Result<(String, Option<Value>), Refusal>,
    ) -> Value {
        match outcome {
            Ok((identifier, model)) => {
                request.identifier = Some(identifier);
                request.model = model;
            }
            Err(refusal) => {
                if let Some((identifier, model)) = refusal.left {
                    request.identifier = Some(identifier);
                    request.model = Some(model);
                }
                request.failure = Some((refusal.code, refusal.message));
            }
        }
        request.left = self.polls;
        request.token = self.state.fresh_token();
        request.time = now_ms();
        let event = self.event(&request, true, request.is_named);
        self.state.requests.retain(|one| one.time >= now_ms() - KEPT);
        self.state.requests.push(request);
        json!({ "ProgressEvent": event })
    }

    /// The event of a request as it is.
    pub(super) fn event_at(&self, at: usize) -> Value {
        let event = self
            .state
            .requests
            .get(at)
            .map(|one| self.event(one, one.left > 0, true));
        json!({ "ProgressEvent": event })
    }

    fn event(&self, request: &Request, in_progress: bool, with_identifier: bool) -> Value {
        let mut event = Map::new();
        let mut set = |name: &str, value: Value| event.insert(name.to_owned(), value);
        set("TypeName", json!(request.type_name));
        set("RequestToken", json!(request.token));
        set("Operation", json!(request.operation));
        set("EventTime", seconds(request.time));
        set("OperationStatus", json!(status(request, in_progress)));
        if let Some(identifier) = request.identifier.as_ref().filter(|_| with_identifier) {
            set("Identifier", json!(identifier));
        }
        if let Some(model) = request.model.as_ref().filter(|_| with_identifier) {
            set("ResourceModel", json!(model.to_string()));
        }
        if in_progress && !request.canceled {
            if let Some(after) = self.quirks.retry_after {
                let after = i64::try_from(after.as_millis()).unwrap_or_default();
                set("RetryAfter", seconds(now_ms().saturating_add(after)));
            }
        } else if let Some((code, message)) = &request.failure {
            set("ErrorCode", json!(code));
            set("StatusMessage", json!(message));
        }
        Value::Object(event)
    }

    /// `GetResourceRequestStatus`.
    pub(super) fn status(&mut self, region: &str, input: &Value) -> Answer {
        let at = self.find(region, input)?;
        let answer = self.event_at(at);
        self.state.step(at);
        Ok(answer)
    }

    /// `ListResourceRequests`: the newest first.
    pub(super) fn list_requests(&self, region: &str, input: &Value) -> Answer {
        let filter = &input["ResourceRequestStatusFilter"];
        let wanted = |list: &str, word: &str| {
            let words = filter[list].as_array();
            words.is_none_or(|words| words.is_empty() || words.iter().any(|one| one == word))
        };
        let own = self.state.requests.iter().rev().filter(|one| one.region == region);
        let chosen = own.filter(|one| {
            wanted("Operations", &one.operation) && wanted("OperationStatuses", status(one, one.left > 0))
        });
        let events = chosen.map(|one| self.event(one, one.left > 0, true)).collect();
        page::of("ResourceRequestStatusSummaries", events, input)
    }

    /// `CancelResourceRequest`: what the handler did stays.
    pub(super) fn cancel(&mut self, region: &str, input: &Value) -> Answer {
        let at = self.find(region, input)?;
        if let Some(one) = self.state.requests.get_mut(at) {
            if one.left == 0 {
                let message = "Only a request that is pending or in progress can be cancelled";
                return Err(error("ConcurrentModificationException", message));
            }
            one.canceled = true;
            one.left = 0;
        }
        Ok(self.event_at(at))
    }

    fn find(&self, region: &str, input: &Value) -> Result<usize, Failure> {
        let token = input["RequestToken"].as_str().unwrap_or_default();
        let mut requests = self.state.requests.iter();
        let found = requests.position(|one| one.token == token && one.region == region);
        found.ok_or_else(|| {
            error(
                "RequestTokenNotFoundException",
                format!("Request with token {token} was not found"),
            )
        })
    }

    /// A request that has not begun.
    pub(super) fn request(
        region: &str,
        type_name: &str,
        operation: Operation,
        input: &Value,
        digest: String,
    ) -> Request {
        Request {
            token: String::new(),
            region: region.to_owned(),
            type_name: type_name.to_owned(),
            operation: operation.word().to_uppercase(),
            identifier: None,
            is_named: false,
            model: None,
            failure: None,
            canceled: false,
            left: 0,
            client_token: input["ClientToken"].as_str().map(str::to_owned),
            digest,
            time: 0,
        }
    }
}

fn status(request: &Request, in_progress: bool) -> &'static str {
    match (&request.failure, in_progress) {
        _ if request.canceled => "CANCEL_COMPLETE",
        (_, true) => "IN_PROGRESS",
        (Some(_), false) => "FAILED",
        (None, false) => "SUCCESS",
    }
}

/// A time as awsJson has it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are exact")]
fn seconds(ms: i64) -> Value {
    json!(ms as f64 / 1000.0)
}

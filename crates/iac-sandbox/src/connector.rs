//! The HTTP client the SDK is given: it reads a request, logs it, asks for its fault, and lets the sandbox answer.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use winterbaume_core::MockResponse;

use crate::account::{Account, Answer};
use crate::call::Call;
use crate::faults::{Disconnect, Effect, FaultTiming};
use crate::reply;
use crate::request;

/// An HTTP client and connector in one; clones share the sandbox.
#[derive(Clone)]
pub(crate) struct Connector(pub(crate) Arc<Account>);

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let account = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move { exchange(&account, request).await })
    }
}

async fn exchange(account: &Account, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let body = ByteStream::new(request.take_body())
        .collect()
        .await
        .map_err(|error| ConnectorError::user(error.into()))?
        .into_bytes();
    let headers: HeaderMap = request
        .headers()
        .iter()
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        })
        .collect();
    let Some(call) = request::parse(request.method(), request.uri(), headers, body) else {
        let refusal = format!("the sandbox has no such service: {}", request.uri());
        return Err(ConnectorError::user(refusal.into()));
    };
    let mutates = !call.service.only_reads(&call.operation);
    let sequence = account
        .log
        .arrived(call.service, &call.operation, &call.region, mutates);
    let verdict = account.faults.judge(&call, mutates);
    if !verdict.delay.is_zero() {
        tokio::time::sleep(verdict.delay).await;
        if verdict.effect.is_none() && account.faults.is_cut() {
            return Err(ConnectorError::io("the connection was cut".into()));
        }
    }
    let answer = |Answer {
                      response: mut said,
                      stale,
                  }| {
        reply::set_header(&mut said, "x-amzn-requestid", reply::REQUEST_ID);
        let code = reply::error_code(call.service, &said);
        account.log.answered(sequence, said.status, code, stale);
        response(said)
    };
    let Some(effect) = verdict.effect else {
        return Ok(answer(account.answer(&call, mutates)));
    };
    tracing::debug!(operation = %call.operation, ?effect, "fault");
    if let Some(failure) = effect.failure(&call) {
        let response = reply::failure(&call, &failure);
        return Ok(answer(Answer { response, stale: false }));
    }
    match effect {
        Effect::ConnectionError(moment) => {
            after(account, &call, mutates, moment);
            Err(ConnectorError::io("the connection was lost".into()))
        }
        Effect::Timeout(moment) => {
            after(account, &call, mutates, moment);
            Err(ConnectorError::timeout("the request timed out".into()))
        }
        Effect::MalformedBody => {
            let mut said = account.answer(&call, mutates);
            // a refusal stays one, or it would look like the effect it did not have
            if said.response.status < 300 {
                said.response.status = 200;
                said.response.body = Bytes::from_static(b"<<{ this is no document");
            }
            Ok(answer(said))
        }
        Effect::Cut { moment, silence } => {
            after(account, &call, mutates, moment);
            match silence {
                Disconnect::Refuse => Err(ConnectorError::io("the connection was cut".into())),
                Disconnect::Hang => std::future::pending().await,
            }
        }
        _ => Ok(answer(account.answer(&call, mutates))),
    }
}

/// Lets a request take effect whose answer nobody will see.
fn after(account: &Account, call: &Call, mutates: bool, moment: FaultTiming) {
    if moment == FaultTiming::After {
        let _unseen = account.answer(call, mutates);
    }
}

fn response(answer: MockResponse) -> HttpResponse {
    let status = StatusCode::try_from(answer.status)
        .or_else(|_| StatusCode::try_from(500))
        .unwrap_or_else(|_| unreachable!("500 is a valid status"));
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in &answer.headers {
        if let Ok(value) = value.to_str() {
            response
                .headers_mut()
                .append(name.as_str().to_owned(), value.to_owned());
        }
    }
    response
}

//! Answers in the shape each protocol gives them.

use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::service::{Protocol, Service};
use crate::xml::Element;

/// The request id of every answer: one value, so that output does not differ between runs.
pub(crate) const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// The header in which restJson says what is wrong.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// An error as AWS codes it; turned into an answer by [`failure`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Failure {
    /// An error with its HTTP status, code and message.
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

/// An answer, or the error to answer with.
#[cfg(any(feature = "cloudfront", feature = "s3"))]
pub(crate) type Answer = Result<MockResponse, Failure>;

/// An answer without a body.
pub(crate) fn empty(status: u16) -> MockResponse {
    MockResponse {
        status,
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
    }
}

/// An answer that is an XML document.
pub(crate) fn xml(status: u16, root: &Element) -> MockResponse {
    MockResponse::xml(status, root.document())
}

/// An answer that is a JSON document.
pub(crate) fn json(document: &Value) -> MockResponse {
    MockResponse::json(200, document.to_string())
}

/// Sets a header, when the value is one HTTP can carry.
pub(crate) fn set_header(reply: &mut MockResponse, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (
        http::HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::from_bytes(value.as_bytes()),
    ) {
        reply.headers.insert(name, value);
    }
}

/// An error answer in the protocol of the request; to a HEAD request it has no body, as AWS does it.
pub(crate) fn failure(call: &Call, failure: &Failure) -> MockResponse {
    let Failure { status, code, message } = failure;
    if call.method == "HEAD" {
        return empty(*status);
    }
    match call.service.protocol() {
        Protocol::Json(prefix) => json_failure(*status, &format!("{prefix}{code}"), message),
        Protocol::RestJson(_) => {
            let mut reply = MockResponse::json(*status, json!({ "Message": message }).to_string());
            set_header(&mut reply, ERROR_TYPE, code);
            reply
        }
        Protocol::Query | Protocol::RestXml => xml(
            *status,
            &Element::new("ErrorResponse")
                .with(
                    Element::new("Error")
                        .field("Type", sender(*status))
                        .field("Code", code)
                        .field("Message", message),
                )
                .field("RequestId", REQUEST_ID),
        ),
        Protocol::Ec2 => xml(
            *status,
            &Element::new("Response")
                .with(Element::new("Errors").with(Element::new("Error").field("Code", code).field("Message", message)))
                .field("RequestID", REQUEST_ID),
        ),
        Protocol::S3 => xml(
            *status,
            &Element::new("Error")
                .field("Code", code)
                .field("Message", message)
                .field("Resource", call.path.as_str())
                .field("RequestId", REQUEST_ID),
        ),
    }
}

fn json_failure(status: u16, kind: &str, message: &str) -> MockResponse {
    let body: Value = json!({ "__type": kind, "message": message });
    let mut reply = MockResponse::json(status, body.to_string());
    reply.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    reply
}

fn sender(status: u16) -> &'static str {
    if status >= 500 { "Receiver" } else { "Sender" }
}

/// The error code of an answer, whatever its protocol.
pub(crate) fn error_code(service: Service, reply: &MockResponse) -> Option<String> {
    if reply.status < 400 {
        return None;
    }
    if matches!(service.protocol(), Protocol::Json(_) | Protocol::RestJson(_)) {
        if let Some(kind) = reply.headers.get(ERROR_TYPE) {
            return kind.to_str().ok()?.split(':').next().map(str::to_owned);
        }
        let body: Value = serde_json::from_slice(&reply.body).ok()?;
        let kind = body.get("__type")?.as_str()?;
        return kind.rsplit('#').next().map(str::to_owned);
    }
    let root = crate::xml::parse(&reply.body)?;
    [&["Code"][..], &["Error", "Code"], &["Errors", "Error", "Code"]]
        .iter()
        .find_map(|path| root.value(path))
        .map(str::to_owned)
}

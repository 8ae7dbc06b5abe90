//! An HTTP client whose reads may come from a copy that has not heard of anything yet: they succeed and list nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;

/// Answers some requests of one EC2 operation with an empty list, and hands all others on.
#[derive(Clone, Debug)]
pub(crate) struct EmptyReads {
    inner: SharedHttpClient,
    operation: &'static str,
    from: usize,
    times: usize,
    seen: Arc<AtomicUsize>,
}

impl EmptyReads {
    /// From the `from`-th request of `operation` on, counted from 1, as many as `times` are answered so.
    pub(crate) fn new(inner: SharedHttpClient, operation: &'static str, from: usize, times: usize) -> Self {
        let seen = Arc::default();
        Self {
            inner,
            operation,
            from,
            times,
            seen,
        }
    }

    /// How many requests of the operation there were.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::Relaxed)
    }

    fn strikes(&self, request: &HttpRequest) -> bool {
        let body = request.body().bytes().unwrap_or_default();
        let action = format!("Action={}&", self.operation);
        if !body.starts_with(action.as_bytes()) {
            return false;
        }
        let count = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        (self.from..self.from + self.times).contains(&count)
    }
}

impl HttpClient for EmptyReads {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let reads = self.clone();
        SharedHttpConnector::new(Connector { reads, inner })
    }
}

#[derive(Debug)]
struct Connector {
    reads: EmptyReads,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !self.reads.strikes(&request) {
            return self.inner.call(request);
        }
        let operation = self.reads.operation;
        let body = format!("<{operation}Response><requestId>stale</requestId></{operation}Response>");
        let status = StatusCode::try_from(200).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

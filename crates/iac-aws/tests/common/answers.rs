//! An HTTP client that answers some requests itself and hands all others on.

use std::{fmt, sync::Arc};

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

type Answer = dyn Fn(&HttpRequest) -> Option<(u16, String)> + Send + Sync;

/// Answers what `answer` has a status and a body for.
#[derive(Clone)]
pub(crate) struct Answers {
    inner: SharedHttpClient,
    answer: Arc<Answer>,
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers")
    }
}

impl Answers {
    pub(crate) fn new(
        inner: SharedHttpClient,
        answer: impl Fn(&HttpRequest) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Self {
        let answer = Arc::new(answer);
        Self { inner, answer }
    }
}

impl HttpClient for Answers {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let answers = self.clone();
        SharedHttpConnector::new(Connector { answers, inner })
    }
}

#[derive(Debug)]
struct Connector {
    answers: Answers,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some((status, body)) = (self.answers.answer)(&request) else {
            return self.inner.call(request);
        };
        let status = StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

//! An HTTP client that answers some requests of EC2 itself: with nothing, as a copy of the data that has not heard of anything
//! yet; with what was true before; with a document; with an error.

use std::sync::{
    Arc, Mutex,
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

/// What a request is answered with.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Success, and nothing in it.
    Empty,
    /// What the last request of the operation that was handed on was answered with.
    Earlier,
    /// Success, with these elements.
    Elements(String),
    /// A refusal of this code.
    Refusal(&'static str),
    /// What the sandbox answers, with one text in place of another.
    Rewritten(&'static str, &'static str),
}

/// Which requests of one operation are answered here, and with what. All others are handed on.
#[derive(Debug)]
pub(crate) struct Alteration {
    operation: &'static str,
    from: usize,
    times: usize,
    answer: Answer,
    seen: AtomicUsize,
    /// The bodies of the requests that were answered here.
    bodies: Mutex<Vec<String>>,
    earlier: Mutex<Option<String>>,
}

impl Alteration {
    /// From the `from`-th request of `operation` on, counted from 1, as many as `times`.
    pub(crate) fn new(operation: &'static str, from: usize, times: usize, answer: Answer) -> Arc<Self> {
        Arc::new(Self {
            operation,
            from,
            times,
            answer,
            seen: AtomicUsize::new(0),
            bodies: Mutex::default(),
            earlier: Mutex::default(),
        })
    }

    /// All requests of `operation`.
    pub(crate) fn all(operation: &'static str, answer: Answer) -> Arc<Self> {
        Self::new(operation, 1, usize::MAX, answer)
    }

    /// How many requests of the operation there were.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::Relaxed)
    }

    /// The requests that were answered here, as they were sent.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    fn is_about(&self, body: &str) -> bool {
        let mut parts = body.split('&');
        parts.next() == Some(&format!("Action={}", self.operation))
    }

    fn strikes(&self, body: &str) -> bool {
        let count = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        let strikes = count >= self.from && count - self.from < self.times;
        if strikes {
            self.bodies.lock().unwrap().push(body.to_owned());
        }
        strikes
    }

    fn response(&self) -> HttpResponse {
        let operation = self.operation;
        let success = |elements: &str| {
            let body = format!("<{operation}Response><requestId>altered</requestId>{elements}</{operation}Response>");
            (200, body)
        };
        let (status, body) = match &self.answer {
            Answer::Empty => success(""),
            Answer::Elements(elements) => success(elements),
            Answer::Rewritten(..) => unreachable!("made of the sandbox's answer"),
            Answer::Earlier => (200, self.earlier.lock().unwrap().clone().expect("an earlier answer")),
            Answer::Refusal(code) => {
                let error = format!("<Error><Code>{code}</Code><Message>refused</Message></Error>");
                let body = format!("<Response><Errors>{error}</Errors><RequestID>altered</RequestID></Response>");
                (400, body)
            }
        };
        HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
    }
}

/// A client with alterations.
#[derive(Clone, Debug)]
pub(crate) struct Altered {
    inner: SharedHttpClient,
    alterations: Vec<Arc<Alteration>>,
}

impl Altered {
    pub(crate) fn new(inner: SharedHttpClient, alterations: Vec<Arc<Alteration>>) -> Self {
        Self { inner, alterations }
    }
}

impl HttpClient for Altered {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let alterations = self.alterations.clone();
        SharedHttpConnector::new(Connector { alterations, inner })
    }
}

#[derive(Debug)]
struct Connector {
    alterations: Vec<Arc<Alteration>>,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let about = self.alterations.iter().find(|alteration| alteration.is_about(&body));
        let Some(alteration) = about.map(Arc::clone) else {
            return self.inner.call(request);
        };
        let strikes = alteration.strikes(&body);
        let rewritten = match alteration.answer {
            Answer::Rewritten(from, to) => Some((from, to)).filter(|_| strikes),
            _ if strikes => return HttpConnectorFuture::ready(Ok(alteration.response())),
            _ => None,
        };
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let body = String::from_utf8_lossy(answer.body().bytes().unwrap_or_default()).into_owned();
            *alteration.earlier.lock().unwrap() = Some(body.clone());
            Ok(match rewritten {
                Some((from, to)) => HttpResponse::new(answer.status(), SdkBody::from(body.replace(from, to))),
                None => answer,
            })
        })
    }
}

//! One request as the sandbox sees it: its service, operation and region, its parameters and its whole body.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use http::HeaderMap;

use crate::encoding::decode;
use crate::service::Service;

/// A parsed request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) region: String,
    pub(crate) method: String,
    pub(crate) uri: String,
    /// The host without a port.
    pub(crate) host: String,
    /// The path as sent, still percent-encoded.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The form of the query protocols.
    pub(crate) form: BTreeMap<String, String>,
}

impl Call {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the form.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str)
    }

    /// The members of a numbered list of the form: `prefix.1`, `prefix.2` and so on.
    pub(crate) fn list(&self, prefix: &str) -> Vec<String> {
        (1..)
            .map_while(|n| self.form.get(&format!("{prefix}.{n}")).cloned())
            .collect()
    }

    /// The same for a request and its repetitions, and for no other.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.service, &self.method, &self.uri, &self.operation, &self.body).hash(&mut hasher);
        hasher.finish()
    }

    /// The segments of the path, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| decode(part, false))
            .collect()
    }
}

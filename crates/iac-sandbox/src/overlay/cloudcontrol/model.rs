//! What Cloud Control keeps: objects as models, and the requests that made them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The objects of a type, by identifier. A model has no write-only properties: a handler reads it from the service, which
/// tells none.
pub(super) type Objects = BTreeMap<String, Value>;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// How many ids were given out.
    pub(super) ids: u64,
    /// By region, which is empty for global types, and by type.
    pub(super) regions: BTreeMap<String, BTreeMap<String, Objects>>,
    /// In the order in which they came.
    pub(super) requests: Vec<Request>,
}

/// A request to change something, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) token: String,
    pub(super) region: String,
    pub(super) type_name: String,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub(super) operation: String,
    pub(super) identifier: Option<String>,
    /// Whether the identifier is known from the start, because the user gave it.
    pub(super) is_named: bool,
    pub(super) model: Option<Value>,
    /// What went wrong: the handler's error code and message.
    pub(super) failure: Option<(String, String)>,
    pub(super) canceled: bool,
    /// How many polls still say that it is in progress.
    pub(super) left: u32,
    pub(super) client_token: Option<String>,
    /// Of the request's body.
    pub(super) digest: String,
    /// Milliseconds since 1970.
    pub(super) time: i64,
}

impl State {
    pub(super) fn objects(&self, region: &str, type_name: &str) -> Option<&Objects> {
        self.regions.get(home(type_name, region))?.get(type_name)
    }

    pub(super) fn objects_mut(&mut self, region: &str, type_name: &str) -> &mut Objects {
        let region = self.regions.entry(home(type_name, region).to_owned()).or_default();
        region.entry(type_name.to_owned()).or_default()
    }

    pub(super) fn object(&self, region: &str, type_name: &str, identifier: &str) -> Option<&Value> {
        self.objects(region, type_name)?.get(identifier)
    }

    /// Hexadecimal digits that look as random as those of AWS, and are the same in every run.
    pub(super) fn fresh(&mut self) -> String {
        self.ids += 1;
        hex::encode(Sha256::digest(format!("cloudcontrol {}", self.ids)))
    }

    /// A fresh token in the form of a UUID.
    pub(super) fn fresh_token(&mut self) -> String {
        uuid_of(&self.fresh())
    }
}

/// The first digits as a UUID.
pub(super) fn uuid_of(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}

/// The digest of a body, whatever the order of its members.
pub(super) fn digest(body: &Value) -> String {
    hex::encode(Sha256::digest(body.to_string()))
}

/// Where a type's objects are kept: those of global services are the same in every region.
fn home<'a>(type_name: &str, region: &'a str) -> &'a str {
    const GLOBAL: [&str; 4] = [
        "AWS::IAM::",
        "AWS::CloudFront::",
        "AWS::Route53::",
        "AWS::Organizations::",
    ];
    if GLOBAL.iter().any(|prefix| type_name.starts_with(prefix)) {
        ""
    } else {
        region
    }
}

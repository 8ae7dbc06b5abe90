//! Tables, but for their items, as the documents that describe them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::reply::Failure;

/// A result document, or the error to answer with.
pub(super) type Outcome = Result<Value, Failure>;

/// A table, but for its items.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Table {
    /// The description as `DescribeTable` gives it.
    pub(super) description: Map<String, Value>,
    pub(super) tags: BTreeMap<String, String>,
    /// The attribute of time to live, when enabled.
    pub(super) ttl: Option<String>,
    /// The recovery period in days, when point-in-time recovery is enabled.
    pub(super) recovery_days: Option<u64>,
    /// The resource policy and its revision.
    pub(super) policy: Option<(String, u64)>,
}

/// Tables of a region by name.
pub(super) type Tables = BTreeMap<String, Table>;

/// Tables may be named by their ARN.
pub(super) fn short_name(name: &str) -> &str {
    name.split_once("table/").map_or(name, |(_, name)| name)
}

pub(super) fn found<'a>(tables: &'a mut Tables, name: &str) -> Result<&'a mut Table, Failure> {
    let message = format!("Requested resource not found: Table: {name} not found");
    tables
        .get_mut(name)
        .ok_or_else(|| Failure::new(400, "ResourceNotFoundException", message))
}

pub(super) fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(400, "ValidationException", message)
}

/// A field of an object, null when absent.
pub(super) fn field<'a>(input: &'a Value, name: &str) -> &'a Value {
    input.get(name).unwrap_or(&Value::Null)
}

/// A list in an object, empty when absent.
pub(super) fn items<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    field(input, name).as_array().map_or(&[], Vec::as_slice)
}

/// Seconds since 1970, as JSON carries times.
pub(super) fn seconds() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit the mantissa")]
    let ms = clock::now_ms() as f64;
    ms / 1000.0
}

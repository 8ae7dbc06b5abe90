//! Which requests AWS may answer from before the last change.

use serde_json::Value;

use crate::call::Call;
use crate::service::Service;

/// Whether AWS may answer this request from before the last change.
pub(crate) fn may_lag(call: &Call) -> bool {
    call.service.may_lag(&call.operation) && !asks_for_the_latest(call)
}

/// Whether a read of items is a strong one: in `BatchGetItem`, of any of its tables.
fn asks_for_the_latest(call: &Call) -> bool {
    if call.service != Service::DynamoDb {
        return false;
    }
    let Ok(input) = serde_json::from_slice::<Value>(&call.body) else {
        return false;
    };
    let is_strong = |input: &Value| input.get("ConsistentRead") == Some(&Value::Bool(true));
    let tables = input.get("RequestItems").and_then(Value::as_object);
    is_strong(&input) || tables.is_some_and(|tables| tables.values().any(is_strong))
}

//! Secondary indexes and capacity, as descriptions give them.

use serde_json::{Map, Value, json};

use super::model::{field, invalid};
use crate::reply::Failure;

/// The capacity of a table or index; zeroes when it is on demand.
pub(super) fn capacity(input: &Value) -> Value {
    let given = field(input, "ProvisionedThroughput");
    let units = |name: &str| field(given, name).as_u64().unwrap_or(0);
    json!({
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": units("ReadCapacityUnits"),
        "WriteCapacityUnits": units("WriteCapacityUnits"),
    })
}

/// The throughput a table or index can take at once; AWS computes it unless more is asked for.
pub(super) fn warm_throughput(input: &Value) -> Value {
    let given = field(input, "WarmThroughput");
    let units = |name: &str, default: u64| field(given, name).as_u64().unwrap_or(default);
    json!({
        "ReadUnitsPerSecond": units("ReadUnitsPerSecond", 12_000),
        "WriteUnitsPerSecond": units("WriteUnitsPerSecond", 4_000),
        "Status": "ACTIVE",
    })
}

/// Capacity is given exactly when billing is by capacity.
pub(super) fn check_capacity(input: &Value, on_demand: bool, index: &str) -> Result<(), Failure> {
    let given = field(input, "ProvisionedThroughput");
    let of = if index.is_empty() {
        String::new()
    } else {
        format!(" for index: {index}")
    };
    if on_demand && !given.is_null() {
        return Err(invalid(format!(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST{of}"
        )));
    }
    let positive = |name: &str| field(given, name).as_u64().is_some_and(|units| units > 0);
    let both = positive("ReadCapacityUnits") && positive("WriteCapacityUnits");
    if !on_demand && !both {
        return Err(invalid(format!(
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED{of}"
        )));
    }
    Ok(())
}

fn described(input: &Value, table_arn: &str) -> Map<String, Value> {
    let mut index = Map::new();
    for name in ["IndexName", "KeySchema", "Projection"] {
        index.insert(name.to_owned(), field(input, name).clone());
    }
    let name = field(input, "IndexName").as_str().unwrap_or_default();
    index.insert("IndexArn".to_owned(), json!(format!("{table_arn}/index/{name}")));
    index.insert("IndexSizeBytes".to_owned(), json!(0));
    index.insert("ItemCount".to_owned(), json!(0));
    index
}

/// The description of a local index.
pub(super) fn local(input: &Value, table_arn: &str) -> Value {
    Value::Object(described(input, table_arn))
}

/// The description of a global index.
pub(super) fn global(input: &Value, table_arn: &str) -> Value {
    let mut index = described(input, table_arn);
    index.insert("IndexStatus".to_owned(), json!("ACTIVE"));
    index.insert("ProvisionedThroughput".to_owned(), capacity(input));
    index.insert("WarmThroughput".to_owned(), warm_throughput(input));
    if let Some(limits) = input.get("OnDemandThroughput") {
        index.insert("OnDemandThroughput".to_owned(), limits.clone());
    }
    Value::Object(index)
}

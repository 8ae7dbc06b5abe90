//! Failed conditions: the item that made them fail, for requests that ask for it.

use serde_json::{Map, Value, json};
use winterbaume_core::MockResponse;
use winterbaume_dynamodb::DynamoDbService;

use super::super::backed::Backed;
use super::model::{Table, field, items};
use crate::call::Call;

/// Adds the item to the error when the request says `ALL_OLD`; winterbaume leaves it out.
pub(super) fn with_item(
    aws: &mut Backed<DynamoDbService>,
    table: &Table,
    call: &Call,
    input: &Value,
    answer: MockResponse,
) -> MockResponse {
    let wanted = field(input, "ReturnValuesOnConditionCheckFailure").as_str() == Some("ALL_OLD");
    let Ok(Value::Object(mut error)) = serde_json::from_slice(&answer.body) else {
        return answer;
    };
    let failed = error
        .get("__type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.ends_with("ConditionalCheckFailedException"));
    if !wanted || !failed || error.contains_key("Item") {
        return answer;
    }
    let description = Value::Object(table.description.clone());
    let key: Map<String, Value> = match input.get("Key") {
        Some(Value::Object(key)) => key.clone(),
        _ => items(&description, "KeySchema")
            .iter()
            .filter_map(|element| {
                let name = field(element, "AttributeName").as_str()?;
                Some((name.to_owned(), field(input, "Item").get(name)?.clone()))
            })
            .collect(),
    };
    let read = json!({ "TableName": field(input, "TableName"), "Key": key });
    let mut call = call.clone();
    call.headers.insert(
        "x-amz-target",
        http::HeaderValue::from_static("DynamoDB_20120810.GetItem"),
    );
    let found = aws.forward_body(&call, read.to_string().into());
    let found: Value = serde_json::from_slice(&found.body).unwrap_or_default();
    if let Some(item) = found.get("Item") {
        error.insert("Item".to_owned(), item.clone());
    }
    MockResponse::json(answer.status, Value::Object(error).to_string())
}

//! Tables: create, delete, list, and what AWS fills in of a description.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use winterbaume_dynamodb::DynamoDbService;

use super::super::backed::Backed;
use super::index;
use super::model::{Outcome, Table, Tables, field, found, invalid, items, seconds};
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::clock;
use crate::reply::Failure;

/// The ARN of a table.
pub(super) fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{name}")
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    field(input, name).as_str().unwrap_or_default()
}

/// Creates a table. The answer says `CREATING`, every later one `ACTIVE`.
pub(super) fn create(aws: &mut Backed<DynamoDbService>, tables: &mut Tables, call: &Call, input: &Value) -> Outcome {
    let name = text(input, "TableName");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !(3..=255).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(invalid(format!("Invalid table name: {name}")));
    }
    if tables.contains_key(name) {
        let message = format!("Table already exists: {name}");
        return Err(Failure::new(400, "ResourceInUseException", message));
    }
    check_attributes(input)?;
    let on_demand = text(input, "BillingMode") == "PAY_PER_REQUEST";
    index::check_capacity(input, on_demand, "")?;
    let mut description = Map::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            description.insert(name.to_owned(), value);
        }
    };
    let arn = arn(&call.region, name);
    set("TableName", json!(name));
    set("TableArn", json!(arn));
    set("TableId", json!(uuid::Uuid::new_v4().to_string()));
    set("TableStatus", json!("ACTIVE"));
    set("CreationDateTime", json!(seconds()));
    set("AttributeDefinitions", field(input, "AttributeDefinitions").clone());
    set("KeySchema", field(input, "KeySchema").clone());
    set("ItemCount", json!(0));
    set("TableSizeBytes", json!(0));
    set("ProvisionedThroughput", index::capacity(input));
    if on_demand {
        set("BillingModeSummary", json!({ "BillingMode": "PAY_PER_REQUEST" }));
    }
    let protected = field(input, "DeletionProtectionEnabled").as_bool();
    set("DeletionProtectionEnabled", json!(protected.unwrap_or(false)));
    set("OnDemandThroughput", field(input, "OnDemandThroughput").clone());
    set("WarmThroughput", index::warm_throughput(input));
    let global = items(input, "GlobalSecondaryIndexes");
    for one in global {
        index::check_capacity(one, on_demand, text(one, "IndexName"))?;
    }
    if !global.is_empty() {
        let all: Vec<Value> = global.iter().map(|one| index::global(one, &arn)).collect();
        set("GlobalSecondaryIndexes", json!(all));
    }
    let local = items(input, "LocalSecondaryIndexes");
    if !local.is_empty() {
        let all: Vec<Value> = local.iter().map(|one| index::local(one, &arn)).collect();
        set("LocalSecondaryIndexes", json!(all));
    }
    if let Some(class) = field(input, "TableClass").as_str() {
        set("TableClassSummary", json!({ "TableClass": class }));
    }
    let mut table = Table {
        description,
        tags: super::extras::tags_of(input),
        ..Table::default()
    };
    set_stream(&mut table, field(input, "StreamSpecification"));
    set_encryption(&mut table, &call.region, field(input, "SSESpecification"));
    if let Some(policy) = field(input, "ResourcePolicy").as_str() {
        table.policy = Some((policy.to_owned(), 1));
    }
    create_items(aws, call, input)?;
    let answer = with_status(&table, "CREATING");
    tables.insert(name.to_owned(), table);
    Ok(json!({ "TableDescription": answer }))
}

/// A description on which a change has just begun.
pub(super) fn with_status(table: &Table, status: &str) -> Map<String, Value> {
    let mut description = table.description.clone();
    description.insert("TableStatus".to_owned(), json!(status));
    description
}

/// Attributes are exactly those the keys of the table and its indexes use.
fn check_attributes(input: &Value) -> Result<(), Failure> {
    let names = |schema: &Value| -> Vec<String> {
        let elements = items(schema, "KeySchema").iter();
        elements
            .map(|element| text(element, "AttributeName").to_owned())
            .collect()
    };
    let keys = names(input);
    if keys.is_empty() {
        return Err(invalid("KeySchema must have a hash key"));
    }
    let mut used: BTreeSet<String> = keys.into_iter().collect();
    for kind in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        used.extend(items(input, kind).iter().flat_map(names));
    }
    let defined: BTreeSet<String> = items(input, "AttributeDefinitions")
        .iter()
        .map(|one| text(one, "AttributeName").to_owned())
        .collect();
    if used == defined {
        return Ok(());
    }
    let message = if used.is_subset(&defined) {
        "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
    } else {
        "Some index key attributes are not defined in AttributeDefinitions"
    };
    Err(invalid(format!(
        "One or more parameter values were invalid: {message}. Keys: {used:?}, AttributeDefinitions: {defined:?}"
    )))
}

/// Creates the table for winterbaume: only what items need.
fn create_items(aws: &mut Backed<DynamoDbService>, call: &Call, input: &Value) -> Result<(), Failure> {
    let mut plain = Map::new();
    for name in [
        "TableName",
        "KeySchema",
        "AttributeDefinitions",
        "LocalSecondaryIndexes",
        "GlobalSecondaryIndexes",
    ] {
        if let Some(value) = input.get(name) {
            plain.insert(name.to_owned(), value.clone());
        }
    }
    plain.insert("BillingMode".to_owned(), json!("PAY_PER_REQUEST"));
    let body = Value::Object(plain).to_string();
    let answer = aws.forward_body(call, body.into());
    if answer.status == 200 {
        return Ok(());
    }
    Err(invalid(String::from_utf8_lossy(&answer.body).into_owned()))
}

/// Switches the stream on, with a new label, or off; the last label and ARN stay.
pub(super) fn set_stream(table: &mut Table, specification: &Value) {
    let enabled = field(specification, "StreamEnabled").as_bool();
    let description = &mut table.description;
    match enabled {
        None => {}
        Some(false) => {
            description.remove("StreamSpecification");
        }
        Some(true) => {
            let label = clock::iso(clock::now_ms()).replace('Z', "");
            let arn = description.get("TableArn").and_then(Value::as_str).unwrap_or_default();
            let arn = format!("{arn}/stream/{label}");
            description.insert("StreamSpecification".to_owned(), specification.clone());
            description.insert("LatestStreamArn".to_owned(), json!(arn));
            description.insert("LatestStreamLabel".to_owned(), json!(label));
        }
    }
}

/// Describes encryption with a key of KMS; without a key named, with the key AWS manages.
pub(super) fn set_encryption(table: &mut Table, region: &str, specification: &Value) {
    match field(specification, "Enabled").as_bool() {
        Some(true) => {
            let key = field(specification, "KMSMasterKeyId").as_str();
            let key = match key {
                Some(arn) if arn.starts_with("arn:") => arn.to_owned(),
                Some(id) => format!("arn:aws:kms:{region}:{ACCOUNT_ID}:key/{id}"),
                None => format!("arn:aws:kms:{region}:{ACCOUNT_ID}:key/aws-managed-dynamodb"),
            };
            table.description.insert(
                "SSEDescription".to_owned(),
                json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key }),
            );
        }
        Some(false) => {
            table.description.remove("SSEDescription");
        }
        None => {}
    }
}

/// Deletes a table, unless it is protected. The answer says `DELETING`, then it is gone.
pub(super) fn delete(aws: &mut Backed<DynamoDbService>, tables: &mut Tables, call: &Call, name: &str) -> Outcome {
    let table = found(tables, name)?;
    let protected = table.description.get("DeletionProtectionEnabled");
    if protected == Some(&Value::Bool(true)) {
        return Err(invalid(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ));
    }
    let answer = with_status(table, "DELETING");
    aws.forward_body(call, json!({ "TableName": name }).to_string().into());
    tables.remove(name);
    Ok(json!({ "TableDescription": answer }))
}

/// Lists tables by name, in pages.
pub(super) fn list(tables: &Tables, input: &Value) -> Value {
    let after = text(input, "ExclusiveStartTableName");
    let limit = field(input, "Limit").as_u64().unwrap_or(100);
    let limit = usize::try_from(limit).unwrap_or(100);
    let mut names = tables.keys().filter(|name| name.as_str() > after);
    let page: Vec<&String> = names.by_ref().take(limit).collect();
    let mut answer = json!({ "TableNames": page });
    if names.next().is_some()
        && let (Some(last), Some(answer)) = (page.last(), answer.as_object_mut())
    {
        answer.insert("LastEvaluatedTableName".to_owned(), json!(last));
    }
    answer
}

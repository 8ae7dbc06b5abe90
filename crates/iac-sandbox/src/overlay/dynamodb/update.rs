//! `UpdateTable`: one kind of change at a time, as AWS wants it.

use serde_json::{Map, Value, json};
use winterbaume_dynamodb::DynamoDbService;
use winterbaume_dynamodb::views::{AttributeDefinitionView, KeySchemaElementView, SecondaryIndexView};

use super::super::backed::Backed;
use super::index;
use super::model::{Outcome, Table, Tables, field, found, invalid, items, short_name};
use super::table::{set_encryption, set_stream, with_status};
use crate::call::Call;
use crate::reply::Failure;

const INDEXES: &str = "GlobalSecondaryIndexes";

/// Updates a table. The answer says `UPDATING`, every later one `ACTIVE`.
pub(super) fn update(aws: &mut Backed<DynamoDbService>, tables: &mut Tables, call: &Call, input: &Value) -> Outcome {
    let name = field(input, "TableName").as_str().unwrap_or_default();
    let name = short_name(name);
    let table = found(tables, name)?;
    // Changes are made on a copy, so that a refused request changes nothing.
    let mut next = Table {
        description: table.description.clone(),
        ..Table::default()
    };
    let changes: Vec<&str> = input
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .filter(|key| !matches!(*key, "TableName" | "AttributeDefinitions"))
        .collect();
    if changes.is_empty() {
        return Err(invalid(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
        ));
    }
    if changes.contains(&"SSESpecification") && changes.len() > 1 {
        return Err(invalid(
            "One or more parameter values were invalid: SSESpecification must be the only change in an UpdateTable request",
        ));
    }
    update_capacity(&mut next, input)?;
    update_indexes(&mut next, input)?;
    update_stream(&mut next, field(input, "StreamSpecification"))?;
    set_encryption(&mut next, &call.region, field(input, "SSESpecification"));
    if let Some(class) = field(input, "TableClass").as_str() {
        let summary = json!({ "TableClass": class });
        next.description.insert("TableClassSummary".to_owned(), summary);
    }
    for name in ["DeletionProtectionEnabled", "OnDemandThroughput"] {
        if let Some(value) = input.get(name) {
            next.description.insert(name.to_owned(), value.clone());
        }
    }
    if input.get("WarmThroughput").is_some() {
        let warm = index::warm_throughput(input);
        next.description.insert("WarmThroughput".to_owned(), warm);
    }
    if !items(input, "GlobalSecondaryIndexUpdates").is_empty() {
        share_indexes(aws, &call.region, name, &next)
            .map_err(|reason| Failure::new(500, "InternalServerError", reason))?;
    }
    table.description = next.description;
    Ok(json!({ "TableDescription": with_status(table, "UPDATING") }))
}

fn is_on_demand(description: &Map<String, Value>) -> bool {
    description
        .get("BillingModeSummary")
        .and_then(|summary| summary.get("BillingMode"))
        .and_then(Value::as_str)
        == Some("PAY_PER_REQUEST")
}

/// Billing and the capacity of the table; going back to capacity wants it for every index too.
fn update_capacity(next: &mut Table, input: &Value) -> Result<(), Failure> {
    let was_on_demand = is_on_demand(&next.description);
    let mode = field(input, "BillingMode").as_str();
    let on_demand = mode.map_or(was_on_demand, |mode| mode == "PAY_PER_REQUEST");
    let given = input.get("ProvisionedThroughput").is_some();
    if mode.is_some() || given {
        index::check_capacity(input, on_demand, "")?;
        let capacity = index::capacity(input);
        let unchanged = next.description.get("ProvisionedThroughput") == Some(&capacity);
        if unchanged && given && was_on_demand == on_demand && mode.is_none() {
            return Err(invalid(
                "The provisioned throughput for the table will not change. The requested value equals the current value.",
            ));
        }
        next.description.insert("ProvisionedThroughput".to_owned(), capacity);
    }
    if let Some(mode) = mode {
        let summary = json!({ "BillingMode": mode });
        next.description.insert("BillingModeSummary".to_owned(), summary);
    }
    let updates = items(input, "GlobalSecondaryIndexUpdates");
    for existing in indexes(&mut next.description) {
        let name = field(existing, "IndexName").clone();
        if was_on_demand && !on_demand {
            let given = updates.iter().any(|update| {
                field(field(update, "Update"), "IndexName") == &name
                    || field(field(update, "Delete"), "IndexName") == &name
            });
            if !given {
                return Err(invalid(format!(
                    "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: {}",
                    name.as_str().unwrap_or_default()
                )));
            }
        }
        if !was_on_demand && on_demand {
            set(existing, "ProvisionedThroughput", index::capacity(&Value::Null));
        }
    }
    Ok(())
}

fn indexes(description: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    description
        .get_mut(INDEXES)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// Global indexes: at most one is created or deleted at a time.
fn update_indexes(next: &mut Table, input: &Value) -> Result<(), Failure> {
    let updates = items(input, "GlobalSecondaryIndexUpdates");
    let online = updates
        .iter()
        .filter(|update| update.get("Create").is_some() || update.get("Delete").is_some());
    if online.count() > 1 {
        let message =
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table";
        return Err(Failure::new(400, "LimitExceededException", message));
    }
    let on_demand = is_on_demand(&next.description);
    let arn = next.description.get("TableArn").and_then(Value::as_str);
    let arn = arn.unwrap_or_default().to_owned();
    for update in updates {
        let part = ["Create", "Update", "Delete"]
            .into_iter()
            .find_map(|kind| Some((kind, update.get(kind)?)));
        let Some((kind, change)) = part else {
            continue;
        };
        let name = field(change, "IndexName").clone();
        let shown = name.as_str().unwrap_or_default();
        let existing = indexes(&mut next.description).find(|existing| field(existing, "IndexName") == &name);
        match (kind, existing) {
            ("Create", Some(_)) => {
                return Err(invalid(format!(
                    "Attempting to create an index which already exists: {shown}"
                )));
            }
            ("Create", None) => {
                index::check_capacity(change, on_demand, shown)?;
                define_attributes(next, input, change)?;
                let list = next.description.entry(INDEXES).or_insert_with(|| json!([]));
                if let Some(list) = list.as_array_mut() {
                    list.push(index::global(change, &arn));
                }
            }
            (_, None) => {
                let message = format!("Requested resource not found: index {shown}");
                return Err(Failure::new(400, "ResourceNotFoundException", message));
            }
            ("Update", Some(existing)) => {
                if change.get("ProvisionedThroughput").is_some() {
                    index::check_capacity(change, on_demand, shown)?;
                    set(existing, "ProvisionedThroughput", index::capacity(change));
                }
                if let Some(limits) = change.get("OnDemandThroughput") {
                    set(existing, "OnDemandThroughput", limits.clone());
                }
            }
            _ => delete_index(next, &name),
        }
    }
    Ok(())
}

/// A new index may use attributes that were not defined before.
fn define_attributes(next: &mut Table, input: &Value, change: &Value) -> Result<(), Failure> {
    if input.get("AttributeDefinitions").is_some() {
        let given = field(input, "AttributeDefinitions").clone();
        next.description.insert("AttributeDefinitions".to_owned(), given);
    }
    let description = Value::Object(next.description.clone());
    let defined = items(&description, "AttributeDefinitions");
    let known = |key: &Value| {
        defined
            .iter()
            .any(|one| field(one, "AttributeName") == field(key, "AttributeName"))
    };
    if items(change, "KeySchema").iter().all(known) {
        return Ok(());
    }
    Err(invalid(
        "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions",
    ))
}

/// Deleting an index also forgets attributes that no key uses any more.
fn delete_index(next: &mut Table, name: &Value) {
    if let Some(Value::Array(list)) = next.description.get_mut(INDEXES) {
        list.retain(|one| field(one, "IndexName") != name);
        if list.is_empty() {
            next.description.remove(INDEXES);
        }
    }
    let description = Value::Object(next.description.clone());
    let used = |attribute: &Value| {
        let uses = |schema: &Value| {
            items(schema, "KeySchema")
                .iter()
                .any(|key| field(key, "AttributeName") == field(attribute, "AttributeName"))
        };
        uses(&description)
            || [INDEXES, "LocalSecondaryIndexes"]
                .iter()
                .any(|kind| items(&description, kind).iter().any(uses))
    };
    if let Some(Value::Array(list)) = next.description.get_mut("AttributeDefinitions") {
        list.retain(|attribute| used(attribute));
    }
}

fn update_stream(next: &mut Table, specification: &Value) -> Result<(), Failure> {
    let on = next.description.contains_key("StreamSpecification");
    match field(specification, "StreamEnabled").as_bool() {
        Some(true) if on => Err(Failure::new(
            400,
            "ValidationException",
            "Table already has an enabled stream",
        )),
        Some(false) if !on => Err(invalid("Table already has a disabled stream")),
        _ => {
            set_stream(next, specification);
            Ok(())
        }
    }
}

/// Tells winterbaume of the indexes, for queries.
fn share_indexes(aws: &mut Backed<DynamoDbService>, region: &str, name: &str, table: &Table) -> Result<(), String> {
    let description = Value::Object(table.description.clone());
    let text = |value: &Value, name: &str| field(value, name).as_str().unwrap_or_default().to_owned();
    let mut view = aws.view(region);
    let Some(items_of) = view.tables.get_mut(name) else {
        return Ok(());
    };
    items_of.attribute_definitions = items(&description, "AttributeDefinitions")
        .iter()
        .map(|one| AttributeDefinitionView {
            attribute_name: text(one, "AttributeName"),
            attribute_type: text(one, "AttributeType"),
        })
        .collect();
    items_of.global_secondary_index = items(&description, INDEXES)
        .iter()
        .map(|one| SecondaryIndexView {
            index_name: text(one, "IndexName"),
            key_schema: items(one, "KeySchema")
                .iter()
                .map(|key| KeySchemaElementView {
                    attribute_name: text(key, "AttributeName"),
                    key_type: text(key, "KeyType"),
                })
                .collect(),
            projection_type: text(field(one, "Projection"), "ProjectionType"),
            non_key_attributes: items(field(one, "Projection"), "NonKeyAttributes")
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
        })
        .collect();
    aws.put_view(region, view)
}

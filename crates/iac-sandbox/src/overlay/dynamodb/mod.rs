//! DynamoDB: tables are kept here, items by winterbaume.
//!
//! Winterbaume evaluates expressions and keeps items well, but of a table it keeps no encryption, class, deletion
//! protection, index capacity, limits or recovery period, and takes any combination of parameters. So descriptions,
//! time to live, backups, tags and policies are kept here as the documents AWS would give back, and winterbaume only
//! gets the keys and indexes it needs for items.

mod conflict;
mod extras;
mod index;
mod model;
mod table;
mod update;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use winterbaume_core::MockResponse;
use winterbaume_dynamodb::DynamoDbService;

use super::backed::Backed;
use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::error::SandboxError;
use crate::reply::{self, Failure};
use crate::service::Service;
use model::{Outcome, Tables, field, found, short_name};

/// The DynamoDB of a sandbox.
#[derive(Default)]
pub(super) struct DynamoDb {
    items: Backed<DynamoDbService>,
    tables: BTreeMap<String, Tables>,
}

impl DynamoDb {
    fn control(&mut self, call: &Call, input: &Value) -> Option<Outcome> {
        let tables = self.tables.entry(call.region.clone()).or_default();
        let named = input.get("TableName").and_then(Value::as_str);
        let name = named.map_or("", short_name);
        Some(match call.operation.as_str() {
            "CreateTable" => table::create(&mut self.items, tables, call, input),
            "DescribeTable" => found(tables, name).map(|table| json!({ "Table": table.description })),
            "UpdateTable" => update::update(&mut self.items, tables, call, input),
            "DeleteTable" => table::delete(&mut self.items, tables, call, name),
            "ListTables" => Ok(table::list(tables, input)),
            "DescribeTimeToLive" => found(tables, name).map(|table| extras::ttl(table)),
            "UpdateTimeToLive" => found(tables, name).and_then(|table| extras::update_ttl(table, input)),
            "DescribeContinuousBackups" => found(tables, name).map(|table| extras::backups(table)),
            "UpdateContinuousBackups" => found(tables, name).map(|table| extras::update_backups(table, input)),
            "TagResource"
            | "UntagResource"
            | "ListTagsOfResource"
            | "PutResourcePolicy"
            | "GetResourcePolicy"
            | "DeleteResourcePolicy" => {
                let arn = input.get("ResourceArn").and_then(Value::as_str);
                found(tables, short_name(arn.unwrap_or_default()))
                    .and_then(|table| extras::of_resource(table, &call.operation, input))
            }
            _ => return None,
        })
    }

    /// Lets winterbaume answer an operation on items.
    fn on_items(&mut self, call: &Call, input: &Value) -> MockResponse {
        let answer = self.items.forward(call);
        let name = field(input, "TableName").as_str().unwrap_or_default();
        let table = self
            .tables
            .get(&call.region)
            .and_then(|tables| tables.get(short_name(name)));
        match table {
            Some(table) if answer.status == 400 => conflict::with_item(&mut self.items, table, call, input, answer),
            _ => answer,
        }
    }
}

impl Emulator for DynamoDb {
    fn answer(&mut self, call: &Call) -> MockResponse {
        let Ok(input) = serde_json::from_slice::<Value>(&call.body) else {
            let message = "the body is not JSON";
            return reply::failure(call, &Failure::new(400, "SerializationException", message));
        };
        match self.control(call, &input) {
            Some(Ok(document)) => reply::json(&document),
            Some(Err(failure)) => reply::failure(call, &failure),
            None => self.on_items(call, &input),
        }
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        Ok(ServiceSnapshot::from(json!({
            "tables": self.tables,
            "items": self.items.save(Service::DynamoDb)?,
        })))
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        let mut document = snapshot.document;
        let mut part = |name: &str| document.get_mut(name).map(Value::take).unwrap_or_default();
        self.tables = serde_json::from_value(part("tables")).map_err(|error| SandboxError::Emulator {
            service: Service::DynamoDb.name(),
            action: "take",
            reason: error.to_string(),
        })?;
        self.items.load(Service::DynamoDb, part("items"))
    }

    fn inventory(&self) -> Vec<String> {
        let tables = self.tables.values().flat_map(|tables| tables.keys());
        tables.map(|name| format!("dynamodb:table/{name}")).collect()
    }
}

//! What `DescribeTable` and its neighbours show, as inputs and outputs of the type.

use aws_sdk_dynamodb::types::TableDescription;
use iac_core::model::{Resolved, ResourceError};

use super::{
    billing::{Billing, TableClass, WarmThroughput},
    encryption::Encryption,
    index::{GlobalIndex, LocalIndex},
    key,
    properties::{StreamArn, Table, TableName, TableOutputs},
    settings::Settings,
    stream::StreamView,
};
use crate::Arn;

/// The inputs that would give this table.
pub(super) fn inputs(
    table: &TableDescription,
    settings: Settings,
    prior: Option<&Table<Resolved>>,
) -> Result<Table<Resolved>, ResourceError> {
    let (mut partition, mut sort) = key::live(table, table.key_schema())?;
    let Some(partition_key) = partition.pop() else {
        return Err(ResourceError::invalid("the table has no partition key"));
    };
    let warm = table.warm_throughput();
    let mut inputs = Table {
        name: Some(TableName::from(table.table_name().unwrap_or_default())),
        partition_key,
        sort_key: sort.pop(),
        billing: Billing::live(table),
        global_indexes: GlobalIndex::live(table)?,
        local_indexes: LocalIndex::live(table)?,
        stream: StreamView::live(table),
        ttl_attribute: settings.ttl_attribute,
        point_in_time_recovery: settings.point_in_time_recovery,
        encryption: Encryption::live(table),
        table_class: TableClass::live(table),
        deletion_protection: protection(table),
        resource_policy: settings.resource_policy,
        warm_throughput: warm
            .and_then(|warm| WarmThroughput::live(warm.read_units_per_second(), warm.write_units_per_second())),
        ignore_capacity_drift: prior.is_some_and(|prior| prior.ignore_capacity_drift),
        tags: settings.tags,
    };
    if let Some(prior) = prior.filter(|prior| prior.ignore_capacity_drift) {
        keep_capacities(&mut inputs, prior);
    }
    if let Some(prior) = prior {
        keep_warmth(&mut inputs, prior);
    }
    Ok(inputs)
}

/// Shows the warm throughput that was last applied in place of a higher one.
fn keep_warmth(inputs: &mut Table<Resolved>, prior: &Table<Resolved>) {
    inputs.warm_throughput = WarmThroughput::shown(inputs.warm_throughput, prior.warm_throughput);
    for (name, index) in &mut inputs.global_indexes {
        let applied = prior.global_indexes.get(name).and_then(|index| index.warm_throughput);
        index.warm_throughput = WarmThroughput::shown(index.warm_throughput, applied);
    }
}

/// Shows the capacities that were last applied in place of those that autoscaling chose.
fn keep_capacities(inputs: &mut Table<Resolved>, prior: &Table<Resolved>) {
    if let (Billing::Provisioned(capacity), Billing::Provisioned(applied)) = (&mut inputs.billing, &prior.billing) {
        *capacity = *applied;
    }
    for (name, index) in &mut inputs.global_indexes {
        let applied = prior.global_indexes.get(name).and_then(|index| index.capacity);
        if index.capacity.is_some() && applied.is_some() {
            index.capacity = applied;
        }
    }
}

/// The outputs of this table.
pub(super) fn outputs(table: &TableDescription) -> Result<TableOutputs, ResourceError> {
    let given = |value: Option<&str>, what: &str| {
        let missing = || ResourceError::invalid(format!("the table has no {what}")).during("dynamodb:DescribeTable");
        value.map(str::to_owned).ok_or_else(missing)
    };
    Ok(TableOutputs {
        name: TableName::from(given(table.table_name(), "name")?),
        arn: Arn::new(given(table.table_arn(), "ARN")?),
        // nothing refers to it, and not every endpoint that speaks DynamoDB has one
        id: table.table_id().unwrap_or_default().to_owned(),
        stream_arn: StreamArn::from(table.latest_stream_arn().unwrap_or_default()),
        stream_label: table.latest_stream_label().unwrap_or_default().to_owned(),
    })
}

pub(super) fn protection(table: &TableDescription) -> bool {
    table.deletion_protection_enabled().unwrap_or(false)
}

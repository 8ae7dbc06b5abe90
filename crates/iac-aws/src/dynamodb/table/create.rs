//! The request that makes a table.
//!
//! Source: DynamoDB API reference, `CreateTable`.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use iac_core::model::{Resolved, ResourceError};

use super::{
    billing::{Billing, Capacity, WarmThroughput},
    encryption::Encryption,
    index::GlobalIndex,
    key,
    properties::Table,
    settings,
    stream::StreamView,
};
use crate::Aws;

impl Table<Resolved> {
    /// The request with all that can be given at once, but for the policy: a read may not see that one for a while, so it is put
    /// and awaited like any later one.
    pub(super) fn creation(&self, aws: &Aws) -> Result<CreateTableFluentBuilder, ResourceError> {
        let keys = self
            .fixed_keys()
            .chain(self.global_indexes.values().flat_map(GlobalIndex::keys));
        let global = self.global_indexes.iter().map(|(name, index)| index.request(name));
        let local = self
            .local_indexes
            .iter()
            .map(|(name, index)| index.request(name, &self.partition_key));
        let limits = match &self.billing {
            Billing::OnDemand(limits) => limits.request(),
            Billing::Provisioned(_) => None,
        };
        Ok(aws
            .dynamodb
            .create_table()
            .table_name(self.name()?)
            .set_attribute_definitions(Some(key::definitions(keys)?))
            .set_key_schema(Some(key::schema([&self.partition_key], &self.sort_key)?))
            .billing_mode(self.billing.mode())
            .set_provisioned_throughput(self.billing.capacity().map(Capacity::request).transpose()?)
            .set_on_demand_throughput(limits)
            .set_warm_throughput(self.warm_throughput.map(WarmThroughput::request))
            .set_global_secondary_indexes(some_list(global)?)
            .set_local_secondary_indexes(some_list(local)?)
            .set_stream_specification(self.stream.map(StreamView::request).transpose()?)
            .set_sse_specification(self.encryption.as_ref().map(Encryption::request))
            .table_class(self.table_class.sdk())
            .deletion_protection_enabled(self.deletion_protection)
            .set_tags(some_list(self.tags.iter().map(settings::tag))?))
    }
}

/// A list for a request; the API refuses empty ones.
fn some_list<T>(items: impl Iterator<Item = Result<T, ResourceError>>) -> Result<Option<Vec<T>>, ResourceError> {
    let items: Vec<T> = items.collect::<Result<_, _>>()?;
    Ok((!items.is_empty()).then_some(items))
}

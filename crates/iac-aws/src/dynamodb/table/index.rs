//! Secondary indexes: global ones, which come and go, and local ones, which are made with the table.
//!
//! Source: DynamoDB API reference, `GlobalSecondaryIndex`, `LocalSecondaryIndex`, `Projection`; developer guide, "Service,
//! account, and table quotas".

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{
    self as sdk, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex, GlobalSecondaryIndexDescription,
    LocalSecondaryIndex, ProjectionType, TableDescription,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Field, FieldAttributes, HasSchema, ResourceError, Schema as Form},
};
use serde::{Deserialize, Serialize};

use super::{
    billing::{Capacity, Limits, WarmThroughput},
    key::{self, Key},
    sdk::built,
};

/// An index over the whole table, with keys of its own.
///
/// Another key or projection makes a new index: the old one is deleted first, so queries of it fail until the new one is filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct GlobalIndex {
    /// The partition key: one attribute, or up to 4.
    #[builder(with = |keys: impl IntoIterator<Item = Key>| keys.into_iter().collect())]
    pub partition_key: Vec<Key>,
    /// The sort key: none, one attribute, or up to 4 in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[builder(default, with = |keys: impl IntoIterator<Item = Key>| keys.into_iter().collect())]
    pub sort_key: Vec<Key>,
    /// What the index holds besides the keys.
    #[serde(default)]
    #[builder(default)]
    pub projection: Projection,
    /// Its own capacity: wanted with provisioned billing, refused on demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Its own limits; only on demand.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    #[builder(default)]
    pub limits: Limits,
    /// What it serves at once; AWS chooses when unset.
    #[field(computed)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_throughput: Option<WarmThroughput>,
}

/// An index within each partition, with a sort key of its own. It can only be made with the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct LocalIndex {
    /// The sort key; the partition key is the table's.
    pub sort_key: Key,
    /// What the index holds besides the keys.
    #[serde(default)]
    #[builder(default)]
    pub projection: Projection,
}

/// What an index holds besides the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "attributes")]
pub enum Projection {
    /// Everything.
    #[default]
    #[serde(rename = "ALL")]
    All,
    /// Nothing.
    #[serde(rename = "KEYS_ONLY")]
    KeysOnly,
    /// These attributes: 1 to 20, and at most 100 over all indexes of a table.
    #[serde(rename = "INCLUDE")]
    Include(BTreeSet<String>),
}

impl Projection {
    /// These attributes.
    pub fn include(attributes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Include(attributes.into_iter().map(Into::into).collect())
    }

    /// The attributes that are named.
    pub(super) fn attributes(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Include(attributes) => Some(attributes),
            Self::All | Self::KeysOnly => None,
        }
    }

    fn request(&self) -> sdk::Projection {
        let kind = match self {
            Self::All => ProjectionType::All,
            Self::KeysOnly => ProjectionType::KeysOnly,
            Self::Include(_) => ProjectionType::Include,
        };
        sdk::Projection::builder()
            .projection_type(kind)
            .set_non_key_attributes(self.attributes().map(|names| names.iter().cloned().collect()))
            .build()
    }

    fn live(projection: Option<&sdk::Projection>) -> Self {
        match projection.and_then(sdk::Projection::projection_type) {
            Some(ProjectionType::KeysOnly) => Self::KeysOnly,
            Some(ProjectionType::Include) => {
                Self::include(projection.map(sdk::Projection::non_key_attributes).unwrap_or_default())
            }
            _ => Self::All,
        }
    }
}

impl HasSchema for Projection {
    fn schema() -> Form {
        let field = |name, doc, schema, required| Field {
            name,
            doc,
            schema,
            required,
            default: "",
            default_value: None,
            attributes: FieldAttributes::default(),
        };
        Form::Struct(vec![
            field(
                "type",
                "`ALL`, `KEYS_ONLY` or `INCLUDE`.",
                Form::one_of(["ALL", "KEYS_ONLY", "INCLUDE"]),
                true,
            ),
            field(
                "attributes",
                "The attributes of `INCLUDE`.",
                BTreeSet::<String>::schema(),
                false,
            ),
        ])
    }
}

impl GlobalIndex {
    /// Its keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.partition_key.iter().chain(&self.sort_key)
    }

    /// Whether the one can become the other in place.
    pub(super) fn same_index(&self, other: &Self) -> bool {
        (&self.partition_key, &self.sort_key, &self.projection)
            == (&other.partition_key, &other.sort_key, &other.projection)
    }

    /// The index as part of a new table.
    pub(super) fn request(&self, name: &str) -> Result<GlobalSecondaryIndex, ResourceError> {
        built(
            GlobalSecondaryIndex::builder()
                .index_name(name)
                .set_key_schema(Some(key::schema(&self.partition_key, &self.sort_key)?))
                .projection(self.projection.request())
                .set_provisioned_throughput(self.capacity.map(Capacity::request).transpose()?)
                .set_on_demand_throughput(self.limits.request())
                .set_warm_throughput(self.warm_throughput.map(WarmThroughput::request))
                .build(),
        )
    }

    /// The index as an addition to a table.
    pub(super) fn addition(&self, name: &str) -> Result<CreateGlobalSecondaryIndexAction, ResourceError> {
        built(
            CreateGlobalSecondaryIndexAction::builder()
                .index_name(name)
                .set_key_schema(Some(key::schema(&self.partition_key, &self.sort_key)?))
                .projection(self.projection.request())
                .set_provisioned_throughput(self.capacity.map(Capacity::request).transpose()?)
                .set_on_demand_throughput(self.limits.request())
                .set_warm_throughput(self.warm_throughput.map(WarmThroughput::request))
                .build(),
        )
    }

    /// The global indexes that the table shows, by name.
    pub(super) fn live(table: &TableDescription) -> Result<BTreeMap<String, Self>, ResourceError> {
        let one = |index: &GlobalSecondaryIndexDescription| {
            let (partition_key, sort_key) = key::live(table, index.key_schema())?;
            let warm = index.warm_throughput();
            let index_now = Self {
                partition_key,
                sort_key,
                projection: Projection::live(index.projection()),
                capacity: Capacity::live(index.provisioned_throughput()),
                limits: Limits::live(index.on_demand_throughput()),
                warm_throughput: warm
                    .and_then(|warm| WarmThroughput::live(warm.read_units_per_second(), warm.write_units_per_second())),
            };
            Ok((index.index_name().unwrap_or_default().to_owned(), index_now))
        };
        table.global_secondary_indexes().iter().map(one).collect()
    }
}

impl LocalIndex {
    /// The index as part of a new table with this partition key.
    pub(super) fn request(&self, name: &str, partition_key: &Key) -> Result<LocalSecondaryIndex, ResourceError> {
        built(
            LocalSecondaryIndex::builder()
                .index_name(name)
                .set_key_schema(Some(key::schema([partition_key], [&self.sort_key])?))
                .projection(self.projection.request())
                .build(),
        )
    }

    /// The local indexes that the table shows, by name.
    pub(super) fn live(table: &TableDescription) -> Result<BTreeMap<String, Self>, ResourceError> {
        let mut indexes = BTreeMap::new();
        for index in table.local_secondary_indexes() {
            let (_, sort) = key::live(table, index.key_schema())?;
            let name = index.index_name().unwrap_or_default();
            let Some(sort_key) = sort.into_iter().next() else {
                return Err(ResourceError::invalid(format!(
                    "the local index `{name}` has no sort key"
                )));
            };
            let projection = Projection::live(index.projection());
            indexes.insert(name.to_owned(), Self { sort_key, projection });
        }
        Ok(indexes)
    }
}

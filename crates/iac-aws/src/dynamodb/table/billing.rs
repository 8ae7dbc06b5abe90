//! How storage, reads and writes are paid for. A capacity without provisioned billing cannot be written down.
//!
//! Source: DynamoDB API reference, `BillingModeSummary`, `ProvisionedThroughput`, `OnDemandThroughput`, `WarmThroughput`;
//! developer guide, "DynamoDB throughput capacity" and "DynamoDB table classes".

use aws_sdk_dynamodb::types::{self as sdk, BillingMode, ProvisionedThroughput, TableDescription};
use iac_core::{
    Schema,
    model::{Field, FieldAttributes, HasSchema, ResourceError, Schema as Form},
};
use serde::{Deserialize, Serialize};

use super::sdk::built;

/// How reads and writes are paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode")]
pub enum Billing {
    /// By request.
    #[serde(rename = "PAY_PER_REQUEST")]
    OnDemand(Limits),
    /// By the hour, for a capacity that is set apart.
    #[serde(rename = "PROVISIONED")]
    Provisioned(Capacity),
}

/// A provisioned capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Capacity {
    /// Strongly consistent reads of up to 4 KB per second; at least 1.
    pub read_units: i64,
    /// Writes of up to 1 KB per second; at least 1.
    pub write_units: i64,
}

/// The most that on-demand billing may use; without limits the account's quota holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Limits {
    /// Read request units per second; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_read_units: Option<i64>,
    /// Write request units per second; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_write_units: Option<i64>,
}

/// What can be served at once without scaling first. It can be raised, never lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct WarmThroughput {
    /// Reads per second.
    pub read_units_per_second: i64,
    /// Writes per second.
    pub write_units_per_second: i64,
}

impl Billing {
    /// By request, without limits.
    pub fn on_demand() -> Self {
        Self::OnDemand(Limits::default())
    }

    /// By request, up to this many units per second.
    pub fn on_demand_up_to(max_read_units: i64, max_write_units: i64) -> Self {
        Self::OnDemand(Limits {
            max_read_units: Some(max_read_units),
            max_write_units: Some(max_write_units),
        })
    }

    /// A capacity of this many units.
    pub fn provisioned(read_units: i64, write_units: i64) -> Self {
        Self::Provisioned(Capacity {
            read_units,
            write_units,
        })
    }

    pub(super) fn mode(&self) -> BillingMode {
        match self {
            Self::OnDemand(_) => BillingMode::PayPerRequest,
            Self::Provisioned(_) => BillingMode::Provisioned,
        }
    }

    /// The provisioned capacity; none on demand.
    pub fn capacity(&self) -> Option<Capacity> {
        match self {
            Self::OnDemand(_) => None,
            Self::Provisioned(capacity) => Some(*capacity),
        }
    }

    /// What the table shows. A table that never left provisioned billing has no summary; one on demand has a capacity of zero.
    pub(super) fn live(table: &TableDescription) -> Self {
        let mode = table
            .billing_mode_summary()
            .and_then(sdk::BillingModeSummary::billing_mode);
        match Capacity::live(table.provisioned_throughput()) {
            Some(capacity) if mode != Some(&BillingMode::PayPerRequest) => Self::Provisioned(capacity),
            _ => Self::OnDemand(Limits::live(table.on_demand_throughput())),
        }
    }
}

impl Default for Billing {
    fn default() -> Self {
        Self::on_demand()
    }
}

impl HasSchema for Billing {
    fn schema() -> Form {
        let mode = Field {
            name: "mode",
            doc: "`PAY_PER_REQUEST` or `PROVISIONED`.",
            schema: Form::one_of(["PAY_PER_REQUEST", "PROVISIONED"]),
            required: true,
            default: "",
            default_value: None,
            attributes: FieldAttributes::default(),
        };
        let mut fields = vec![mode];
        for schema in [Capacity::schema(), Limits::schema()] {
            fields.extend(schema.fields().iter().cloned().map(|field| Field {
                required: false,
                ..field
            }));
        }
        Form::Struct(fields)
    }
}

impl Capacity {
    pub(super) fn request(self) -> Result<ProvisionedThroughput, ResourceError> {
        built(
            ProvisionedThroughput::builder()
                .read_capacity_units(self.read_units)
                .write_capacity_units(self.write_units)
                .build(),
        )
    }

    pub(super) fn live(throughput: Option<&sdk::ProvisionedThroughputDescription>) -> Option<Self> {
        let throughput = throughput?;
        let read_units = throughput.read_capacity_units().filter(|units| *units > 0)?;
        let write_units = throughput.write_capacity_units().filter(|units| *units > 0)?;
        Some(Self {
            read_units,
            write_units,
        })
    }
}

impl Limits {
    /// That there are none.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The limits to begin with.
    pub(super) fn request(self) -> Option<sdk::OnDemandThroughput> {
        (!self.is_empty()).then(|| {
            sdk::OnDemandThroughput::builder()
                .set_max_read_request_units(self.max_read_units)
                .set_max_write_request_units(self.max_write_units)
                .build()
        })
    }

    /// The limits to replace others by: -1 takes one away.
    pub(super) fn replacement(self) -> sdk::OnDemandThroughput {
        sdk::OnDemandThroughput::builder()
            .max_read_request_units(self.max_read_units.unwrap_or(-1))
            .max_write_request_units(self.max_write_units.unwrap_or(-1))
            .build()
    }

    pub(super) fn live(throughput: Option<&sdk::OnDemandThroughput>) -> Self {
        let limit = |units: Option<i64>| units.filter(|units| *units > 0);
        Self {
            max_read_units: throughput.and_then(|units| limit(units.max_read_request_units())),
            max_write_units: throughput.and_then(|units| limit(units.max_write_request_units())),
        }
    }
}

impl WarmThroughput {
    pub(super) fn request(self) -> sdk::WarmThroughput {
        sdk::WarmThroughput::builder()
            .read_units_per_second(self.read_units_per_second)
            .write_units_per_second(self.write_units_per_second)
            .build()
    }

    /// Whether this serves as much as `wanted`. AWS raises it by itself as a table is used, and lowers it for nobody.
    pub(super) fn satisfies(self, wanted: Self) -> bool {
        self.read_units_per_second >= wanted.read_units_per_second
            && self.write_units_per_second >= wanted.write_units_per_second
    }

    /// What to show where `applied` was asked for last and this is live: more is no drift.
    pub(super) fn shown(live: Option<Self>, applied: Option<Self>) -> Option<Self> {
        match (live, applied) {
            (Some(live), Some(applied)) if live.satisfies(applied) => Some(applied),
            (live, _) => live,
        }
    }

    pub(super) fn live(read_units_per_second: Option<i64>, write_units_per_second: Option<i64>) -> Option<Self> {
        Some(Self {
            read_units_per_second: read_units_per_second?,
            write_units_per_second: write_units_per_second?,
        })
    }
}

string_enum! {
    /// What storage and requests cost.
    pub enum TableClass = Standard {
        /// Storage dear, requests cheap.
        Standard = "STANDARD",
        /// Storage cheap, requests dear.
        InfrequentAccess = "STANDARD_INFREQUENT_ACCESS",
    }
}

impl TableClass {
    /// What the table shows. A table that never left the standard class has no summary.
    pub(super) fn live(table: &TableDescription) -> Self {
        let class = table.table_class_summary().and_then(|summary| summary.table_class());
        class.map_or(Self::Standard, |class| Self::from_word(class.as_str()))
    }

    pub(super) fn sdk(self) -> sdk::TableClass {
        self.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn billing_is_a_flat_object() {
        let provisioned = serde_json::to_value(Billing::provisioned(5, 2)).unwrap();
        assert_eq!(
            provisioned,
            json!({ "mode": "PROVISIONED", "read_units": 5, "write_units": 2 })
        );
        let on_demand = serde_json::to_value(Billing::on_demand()).unwrap();
        assert_eq!(on_demand, json!({ "mode": "PAY_PER_REQUEST" }));
        assert_eq!(
            serde_json::from_value::<Billing>(on_demand).unwrap(),
            Billing::default()
        );
        let names: Vec<_> = Billing::schema().fields().iter().map(|field| field.name).collect();
        assert_eq!(
            names,
            ["mode", "read_units", "write_units", "max_read_units", "max_write_units"]
        );
    }

    #[test]
    fn a_capacity_of_zero_means_on_demand() {
        let zero = sdk::ProvisionedThroughputDescription::builder()
            .read_capacity_units(0)
            .write_capacity_units(0)
            .build();
        let table = TableDescription::builder().provisioned_throughput(zero).build();
        assert_eq!(Billing::live(&table), Billing::on_demand());
    }

    #[test]
    fn a_limit_that_is_taken_away_is_minus_one() {
        let limits = Limits {
            max_read_units: Some(10),
            max_write_units: None,
        };
        let request = limits.replacement();
        assert_eq!(request.max_write_request_units(), Some(-1));
        assert_eq!(Limits::live(Some(&request)), limits);
    }
}

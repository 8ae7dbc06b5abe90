//! What can be known to be wrong with a table before anything is called.
//!
//! Source: DynamoDB API reference, `CreateTable`; developer guide, "Service, account, and table quotas".

use std::collections::BTreeMap;

use iac_core::model::{Resolved, Violation};

use super::{
    billing::{Billing, Limits},
    index::{GlobalIndex, Projection},
    key::{Key, KeyType},
    properties::Table,
};

const LOCAL_INDEXES: usize = 5;
const KEYS_OF_A_GLOBAL_INDEX: usize = 4;
const PROJECTED_BY_AN_INDEX: usize = 20;
const PROJECTED_IN_ALL: usize = 100;
const ATTRIBUTE_BYTES: usize = 255;

/// All violations of a table.
pub(super) fn violations(table: &Table<Resolved>) -> Vec<Violation> {
    let mut found = Found::default();
    found.keys(table);
    found.billing(table);
    found.global_indexes(table);
    found.local_indexes(table);
    found.projections(table);
    if let Some(attribute) = &table.ttl_attribute {
        found.attribute("ttl_attribute", attribute);
    }
    let days = table.point_in_time_recovery.map(|recovery| recovery.period_days);
    found.unless(
        days.is_none_or(|days| (1..=35).contains(&days)),
        "point_in_time_recovery.period_days",
        "backups are kept for 1 to 35 days",
    );
    found.0
}

#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn unless(&mut self, holds: bool, path: impl Into<String>, message: impl Into<String>) {
        if !holds {
            self.0.push(Violation {
                path: path.into(),
                message: message.into(),
            });
        }
    }

    fn attribute(&mut self, path: &str, name: &str) {
        self.unless(
            (1..=ATTRIBUTE_BYTES).contains(&name.len()),
            path,
            "an attribute's name has 1 to 255 bytes",
        );
    }

    /// Every attribute has one type wherever it is a key, and no key names it twice.
    fn keys(&mut self, table: &Table<Resolved>) {
        let mut kinds: BTreeMap<&str, KeyType> = BTreeMap::new();
        for (path, key) in paths(table) {
            self.attribute(&format!("{path}.name"), &key.name);
            let first = *kinds.entry(&key.name).or_insert(key.kind);
            self.unless(
                first == key.kind,
                path,
                format!("`{}` is a key of another type elsewhere in this table", key.name),
            );
        }
        self.unless(
            table
                .sort_key
                .as_ref()
                .is_none_or(|sort| sort.name != table.partition_key.name),
            "sort_key",
            "the sort key is another attribute than the partition key",
        );
    }

    fn billing(&mut self, table: &Table<Resolved>) {
        match &table.billing {
            Billing::Provisioned(capacity) => self.unless(
                capacity.read_units >= 1 && capacity.write_units >= 1,
                "billing",
                "a provisioned capacity is at least 1 unit",
            ),
            Billing::OnDemand(limits) => self.limits("billing", *limits),
        }
    }

    fn limits(&mut self, path: &str, limits: Limits) {
        self.unless(
            [limits.max_read_units, limits.max_write_units]
                .iter()
                .flatten()
                .all(|units| *units >= 1),
            path,
            "a limit is at least 1 unit; leave it out for none",
        );
    }

    fn global_indexes(&mut self, table: &Table<Resolved>) {
        for (name, index) in &table.global_indexes {
            let path = format!("global_indexes.{name}");
            self.index_name(&path, name);
            self.unless(
                (1..=KEYS_OF_A_GLOBAL_INDEX).contains(&index.partition_key.len()),
                format!("{path}.partition_key"),
                "an index has 1 to 4 partition keys",
            );
            self.unless(
                index.sort_key.len() <= KEYS_OF_A_GLOBAL_INDEX,
                format!("{path}.sort_key"),
                "an index has at most 4 sort keys",
            );
            let mut names: Vec<&str> = index.keys().map(|key| key.name.as_str()).collect();
            names.sort_unstable();
            self.unless(
                names.windows(2).all(|pair| pair[0] != pair[1]),
                &path,
                "the keys of an index are different attributes",
            );
            self.index_billing(&path, &table.billing, index);
        }
    }

    fn index_billing(&mut self, path: &str, billing: &Billing, index: &GlobalIndex) {
        match (billing, index.capacity) {
            (Billing::Provisioned(_), None) => self.unless(
                false,
                format!("{path}.capacity"),
                "with provisioned billing every global index has a capacity of its own",
            ),
            (Billing::OnDemand(_), Some(_)) => self.unless(
                false,
                format!("{path}.capacity"),
                "the table is billed on demand, so its indexes have no capacity",
            ),
            (Billing::Provisioned(_), Some(capacity)) => self.unless(
                capacity.read_units >= 1 && capacity.write_units >= 1,
                format!("{path}.capacity"),
                "a provisioned capacity is at least 1 unit",
            ),
            (Billing::OnDemand(_), None) => {}
        }
        self.unless(
            index.limits.is_empty() || matches!(billing, Billing::OnDemand(_)),
            format!("{path}.limits"),
            "limits are for tables that are billed on demand",
        );
        self.limits(&format!("{path}.limits"), index.limits);
    }

    fn local_indexes(&mut self, table: &Table<Resolved>) {
        self.unless(
            table.local_indexes.len() <= LOCAL_INDEXES,
            "local_indexes",
            "a table has at most 5 local indexes",
        );
        self.unless(
            table.local_indexes.is_empty() || table.sort_key.is_some(),
            "local_indexes",
            "only a table with a sort key has local indexes",
        );
        for (name, index) in &table.local_indexes {
            let path = format!("local_indexes.{name}");
            self.index_name(&path, name);
            self.unless(
                !table.global_indexes.contains_key(name),
                &path,
                "a global index of this table has the same name",
            );
            self.unless(
                index.sort_key.name != table.partition_key.name,
                format!("{path}.sort_key"),
                "the sort key is another attribute than the table's partition key",
            );
        }
    }

    fn index_name(&mut self, path: &str, name: &str) {
        if let Err(message) = super::properties::check_name("an index", name) {
            self.unless(false, path, message);
        }
    }

    fn projections(&mut self, table: &Table<Resolved>) {
        let global = table
            .global_indexes
            .iter()
            .map(|(name, index)| ("global_indexes", name, &index.projection));
        let local = table
            .local_indexes
            .iter()
            .map(|(name, index)| ("local_indexes", name, &index.projection));
        let mut in_all = 0;
        for (field, name, projection) in global.chain(local) {
            let Some(attributes) = Projection::attributes(projection) else {
                continue;
            };
            in_all += attributes.len();
            let path = format!("{field}.{name}.projection.attributes");
            self.unless(
                (1..=PROJECTED_BY_AN_INDEX).contains(&attributes.len()),
                &path,
                "an index includes 1 to 20 attributes",
            );
            for attribute in attributes {
                self.attribute(&path, attribute);
            }
        }
        self.unless(
            in_all <= PROJECTED_IN_ALL,
            "",
            format!("all indexes together include {in_all} attributes, and at most 100 are allowed"),
        );
    }
}

/// Every key of the table, with its path.
fn paths(table: &Table<Resolved>) -> Vec<(String, &Key)> {
    let mut paths = vec![("partition_key".to_owned(), &table.partition_key)];
    paths.extend(table.sort_key.iter().map(|key| ("sort_key".to_owned(), key)));
    for (name, index) in &table.local_indexes {
        paths.push((format!("local_indexes.{name}.sort_key"), &index.sort_key));
    }
    for (name, index) in &table.global_indexes {
        for (field, keys) in [("partition_key", &index.partition_key), ("sort_key", &index.sort_key)] {
            for (at, key) in keys.iter().enumerate() {
                paths.push((format!("global_indexes.{name}.{field}[{at}]"), key));
            }
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use iac_core::model::{Declared, Reconciled};

    use super::super::*;

    /// The paths of what is wrong.
    fn wrong(table: &Table<Declared>) -> Vec<String> {
        let inputs = serde_json::to_value(table).unwrap();
        let violations = Table::info().validate.check(&inputs);
        violations.into_iter().map(|violation| violation.path).collect()
    }

    #[test]
    fn a_whole_table_is_right() {
        let owner = GlobalIndex::builder()
            .partition_key(Key::string("owner"))
            .sort_key([Key::number("at"), Key::string("sk")])
            .capacity(Capacity {
                read_units: 1,
                write_units: 1,
            })
            .build();
        let table = Table::builder()
            .name("orders")
            .partition_key(Key::string("pk"))
            .sort_key(Key::string("sk"))
            .billing(Billing::provisioned(5, 5))
            .global_indexes([("by-owner", owner)])
            .local_indexes([("by-time", LocalIndex::builder().sort_key(Key::number("at")).build())])
            .point_in_time_recovery(PointInTimeRecovery::builder().build())
            .build();
        assert_eq!(wrong(&table), Vec::<String>::new());
    }

    #[test]
    fn capacity_and_billing_agree() {
        let index = |capacity| {
            GlobalIndex::builder()
                .partition_key(Key::string("a"))
                .maybe_capacity(capacity)
                .build()
        };
        let table = |billing, index| {
            Table::builder()
                .partition_key(Key::string("pk"))
                .billing(billing)
                .global_indexes([("index", index)])
                .build()
        };
        let capacity = Some(Capacity {
            read_units: 1,
            write_units: 1,
        });
        let path = "global_indexes.index.capacity";
        assert_eq!(wrong(&table(Billing::on_demand(), index(capacity))), [path]);
        assert_eq!(wrong(&table(Billing::provisioned(1, 1), index(None))), [path]);
        assert_eq!(wrong(&table(Billing::provisioned(0, 1), index(capacity))), ["billing"]);
    }

    #[test]
    fn an_attribute_has_one_type() {
        let index = GlobalIndex::builder().partition_key(Key::number("pk")).build();
        let table = Table::builder()
            .partition_key(Key::string("pk"))
            .global_indexes([("index", index)])
            .build();
        assert_eq!(wrong(&table), ["global_indexes.index.partition_key[0]"]);
    }

    #[test]
    fn local_indexes_need_a_sort_key() {
        let local = LocalIndex::builder().sort_key(Key::string("a")).build();
        let table = Table::builder()
            .partition_key(Key::string("pk"))
            .local_indexes([("by a", local)])
            .build();
        assert_eq!(wrong(&table), ["local_indexes", "local_indexes.by a"]);
    }

    #[test]
    fn projections_are_bounded() {
        let many = (0..21).map(|number| format!("a{number}"));
        let index = |projection: Projection| {
            GlobalIndex::builder()
                .partition_key(Key::string("a"))
                .projection(projection)
                .build()
        };
        let table = Table::builder()
            .partition_key(Key::string("pk"))
            .global_indexes([
                ("many", index(Projection::include(many))),
                ("none", index(Projection::include(Vec::<String>::new()))),
            ])
            .build();
        let path = |name| format!("global_indexes.{name}.projection.attributes");
        assert_eq!(wrong(&table), [path("many"), path("none")]);
    }
}

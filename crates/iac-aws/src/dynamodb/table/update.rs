//! The changes of a live table, in the order and the portions that AWS takes: one kind of change per `UpdateTable`, and the
//! table active again before the next.
//!
//! Source: DynamoDB API reference, `UpdateTable`: "You can only perform one of the following operations at once".

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use aws_sdk_dynamodb::{
    operation::update_table::builders::UpdateTableFluentBuilder,
    types::{
        DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, SseSpecification, StreamSpecification,
        TableDescription, UpdateGlobalSecondaryIndexAction, builders::UpdateGlobalSecondaryIndexActionBuilder,
    },
};
use iac_core::model::{Context, ErrorKind, Resolved, ResourceError};

use super::{
    billing::{Billing, Capacity, Limits, TableClass, WarmThroughput},
    encryption::Encryption,
    index::GlobalIndex,
    key,
    live::protection,
    properties::Table,
    sdk::built,
    stream::StreamView,
    wait,
};
use crate::{Aws, error::failed};

impl Table<Resolved> {
    /// Makes all changes that `UpdateTable` makes, from the table as it is now. `live` is as the plan saw it.
    pub(super) async fn reshape(&self, live: &Self, cx: &Context<'_, Aws>) -> Result<TableDescription, ResourceError> {
        let name = self.name()?;
        let now = wait::active(cx, name, "the table to become active", wait::INDEX, |_| true).await?;
        let mut update = Update {
            desired: self,
            live,
            name,
            cx,
            now,
        };
        update.drop_indexes().await?;
        update.billing().await?;
        update.index_throughput().await?;
        update.stream().await?;
        update.class_and_protection().await?;
        update.limits_and_warmth().await?;
        update.add_indexes().await?;
        update.encryption().await?;
        Ok(update.now)
    }
}

struct Update<'a> {
    desired: &'a Table<Resolved>,
    live: &'a Table<Resolved>,
    name: &'a str,
    cx: &'a Context<'a, Aws>,
    now: TableDescription,
}

impl Update<'_> {
    fn request(&self) -> UpdateTableFluentBuilder {
        self.cx.provider.dynamodb.update_table().table_name(self.name)
    }

    /// Sends one change and waits until it shows. A change is sent again only after a look: an earlier try may have been
    /// carried out and its answer lost, and AWS refuses what is there already, or while that is still going on.
    async fn change(
        &mut self,
        request: UpdateTableFluentBuilder,
        awaited: &str,
        limit: Duration,
        done: impl Fn(&TableDescription) -> bool + Send + Sync,
    ) -> Result<(), ResourceError> {
        let (cx, name, done) = (self.cx, self.name, &done);
        let tried = AtomicBool::new(false);
        let is_made =
            || async { Ok::<_, ResourceError>(wait::describe(cx.provider, name).await?.is_some_and(|it| done(&it))) };
        cx.retry("other changes of the table", wait::TABLE, wait::is_busy, || async {
            if tried.swap(true, Ordering::Relaxed) && is_made().await? {
                return Ok(());
            }
            match request.clone().send().await.map_err(failed("dynamodb:UpdateTable")) {
                Ok(_) => Ok(()),
                Err(error) if may_be_made(&error) && is_made().await? => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await?;
        self.now = wait::active(cx, name, awaited, limit, done).await?;
        Ok(())
    }

    fn indexes(&self) -> Result<BTreeMap<String, GlobalIndex>, ResourceError> {
        GlobalIndex::live(&self.now)
    }

    /// Deletes, one after the other, the indexes that are not wanted or whose keys or projection are others.
    async fn drop_indexes(&mut self) -> Result<(), ResourceError> {
        for (index, live) in self.indexes()? {
            let wanted = self.desired.global_indexes.get(&index);
            if wanted.is_some_and(|wanted| wanted.same_index(&live)) {
                continue;
            }
            let action = built(DeleteGlobalSecondaryIndexAction::builder().index_name(&index).build())?;
            let action = GlobalSecondaryIndexUpdate::builder().delete(action).build();
            let request = self.request().global_secondary_index_updates(action);
            let awaited = format!("the index `{index}` to be gone");
            self.change(request, &awaited, wait::INDEX, |table| !has_index(table, &index))
                .await?;
        }
        Ok(())
    }

    /// Changes the billing mode, with the capacity of every index when it becomes provisioned, or the table's capacity.
    async fn billing(&mut self) -> Result<(), ResourceError> {
        let (mode, capacity) = (self.desired.billing.mode(), self.desired.billing.capacity());
        let now = Billing::live(&self.now);
        let mode_changes = now.mode() != mode;
        let capacity_changes = now.capacity() != capacity && self.sets_capacity(self.live.billing.capacity(), capacity);
        if !mode_changes && !capacity_changes {
            return Ok(());
        }
        let mut request = self.request().billing_mode(mode.clone());
        if let Some(capacity) = capacity {
            request = request.provisioned_throughput(capacity.request()?);
        }
        if mode_changes && capacity.is_some() {
            let capacities = self.index_actions(|wanted, _, action| {
                let capacity = wanted.capacity?;
                Some(
                    capacity
                        .request()
                        .map(|capacity| action.provisioned_throughput(capacity)),
                )
            })?;
            request = request.set_global_secondary_index_updates(some(capacities));
        }
        let awaited = "the table's billing to change";
        self.change(request, awaited, wait::TABLE, |table| {
            let shown = Billing::live(table);
            shown.mode() == mode && (capacity.is_none() || shown.capacity() == capacity)
        })
        .await
    }

    /// Changes capacities, then limits, then warm throughput of indexes that stay.
    async fn index_throughput(&mut self) -> Result<(), ResourceError> {
        let capacities = self.index_actions(|wanted, now, action| {
            let capacity = wanted.capacity?;
            let before = self.live.global_indexes.get(now.0).and_then(|index| index.capacity);
            let changes = now.1.capacity != Some(capacity) && self.sets_capacity(before, Some(capacity));
            changes.then(|| Ok(action.provisioned_throughput(capacity.request()?)))
        })?;
        self.index_change(capacities, "the indexes' capacity to change").await?;
        let limits = self.index_actions(|wanted, now, action| {
            (now.1.limits != wanted.limits).then(|| Ok(action.on_demand_throughput(wanted.limits.replacement())))
        })?;
        self.index_change(limits, "the indexes' limits to change").await?;
        let warmth = self.index_actions(|wanted, now, action| {
            let warm = wanted.warm_throughput?;
            (!now.1.warm_throughput.is_some_and(|now| now.satisfies(warm)))
                .then(|| Ok(action.warm_throughput(warm.request())))
        })?;
        self.index_change(warmth, "the indexes' warm throughput to change")
            .await
    }

    async fn index_change(
        &mut self,
        actions: Vec<GlobalSecondaryIndexUpdate>,
        awaited: &str,
    ) -> Result<(), ResourceError> {
        if actions.is_empty() {
            return Ok(());
        }
        let request = self.request().set_global_secondary_index_updates(some(actions.clone()));
        self.change(request, awaited, wait::TABLE, |table| {
            let shown = GlobalIndex::live(table).unwrap_or_default();
            actions
                .iter()
                .filter_map(GlobalSecondaryIndexUpdate::update)
                .all(|action| {
                    let index = shown.get(action.index_name());
                    index.is_some_and(|index| shows(index, action))
                })
        })
        .await
    }

    /// The changes that `change` wants of the indexes that stay.
    fn index_actions(
        &self,
        change: impl Fn(
            &GlobalIndex,
            (&String, &GlobalIndex),
            UpdateGlobalSecondaryIndexActionBuilder,
        ) -> Option<Result<UpdateGlobalSecondaryIndexActionBuilder, ResourceError>>,
    ) -> Result<Vec<GlobalSecondaryIndexUpdate>, ResourceError> {
        let mut actions = Vec::new();
        for (name, now) in &self.indexes()? {
            let action = UpdateGlobalSecondaryIndexAction::builder().index_name(name);
            let wanted = self.desired.global_indexes.get(name);
            if let Some(action) = wanted.and_then(|wanted| change(wanted, (name, now), action)) {
                let action = built(action?.build())?;
                actions.push(GlobalSecondaryIndexUpdate::builder().update(action).build());
            }
        }
        Ok(actions)
    }

    /// Whether a capacity that is not the live one is ours to set. When drift is passed over, only another one in the code is.
    fn sets_capacity(&self, before: Option<Capacity>, wanted: Option<Capacity>) -> bool {
        !self.desired.ignore_capacity_drift || self.live.ignore_capacity_drift && before != wanted
    }

    /// Switches the stream. Another view needs it off in between, and makes a new stream.
    async fn stream(&mut self) -> Result<(), ResourceError> {
        let (now, wanted) = (StreamView::live(&self.now), self.desired.stream);
        if now == wanted {
            return Ok(());
        }
        if now.is_some() {
            let off = built(StreamSpecification::builder().stream_enabled(false).build())?;
            let request = self.request().stream_specification(off);
            let awaited = "the stream to be switched off";
            self.change(request, awaited, wait::TABLE, |table| StreamView::live(table).is_none())
                .await?;
        }
        if let Some(view) = wanted {
            let request = self.request().stream_specification(view.request()?);
            let awaited = "the stream to be switched on";
            self.change(request, awaited, wait::TABLE, |table| StreamView::live(table) == wanted)
                .await?;
        }
        Ok(())
    }

    async fn class_and_protection(&mut self) -> Result<(), ResourceError> {
        let wanted = self.desired.table_class;
        if TableClass::live(&self.now) != wanted {
            let request = self.request().table_class(wanted.sdk());
            let awaited = "the table's class to change";
            self.change(request, awaited, wait::TABLE, |table| TableClass::live(table) == wanted)
                .await?;
        }
        let wanted = self.desired.deletion_protection;
        if protection(&self.now) != wanted {
            let request = self.request().deletion_protection_enabled(wanted);
            let awaited = "the deletion protection to change";
            self.change(request, awaited, wait::TABLE, |table| protection(table) == wanted)
                .await?;
        }
        Ok(())
    }

    async fn limits_and_warmth(&mut self) -> Result<(), ResourceError> {
        let wanted = &self.desired.billing;
        if let Billing::OnDemand(limits) = wanted
            && Billing::live(&self.now) != *wanted
        {
            let request = self.request().on_demand_throughput(limits.replacement());
            let awaited = "the table's limits to change";
            self.change(request, awaited, wait::TABLE, |table| Billing::live(table) == *wanted)
                .await?;
        }
        let serves = |table: &TableDescription, warm| warmth(table).is_some_and(|now| now.satisfies(warm));
        if let Some(warm) = self.desired.warm_throughput.filter(|warm| !serves(&self.now, *warm)) {
            let request = self.request().warm_throughput(warm.request());
            let awaited = "the table's warm throughput to change";
            self.change(request, awaited, wait::TABLE, |table| serves(table, warm))
                .await?;
        }
        Ok(())
    }

    /// Makes, one after the other, the indexes that are missing.
    async fn add_indexes(&mut self) -> Result<(), ResourceError> {
        for (name, index) in &self.desired.global_indexes {
            let there = self.indexes()?;
            if there.contains_key(name) {
                continue;
            }
            // exactly the attributes that are keys once this index is there
            let keys = self
                .desired
                .fixed_keys()
                .chain(there.values().flat_map(GlobalIndex::keys));
            let definitions = key::definitions(keys.chain(index.keys()))?;
            let action = GlobalSecondaryIndexUpdate::builder()
                .create(index.addition(name)?)
                .build();
            let request = self.request().set_attribute_definitions(Some(definitions));
            let request = request.global_secondary_index_updates(action);
            let awaited = format!("the index `{name}` to be filled");
            self.change(request, &awaited, wait::INDEX, |table| has_index(table, name))
                .await?;
        }
        Ok(())
    }

    /// Changes the encryption, which must be alone in its request.
    async fn encryption(&mut self) -> Result<(), ResourceError> {
        let wanted = self.desired.encryption.as_ref();
        let satisfied = |table: &TableDescription| {
            Encryption::satisfied(wanted, Encryption::live(table).as_ref()) && Encryption::is_stable(table)
        };
        if Encryption::satisfied(wanted, Encryption::live(&self.now).as_ref()) {
            return Ok(());
        }
        let off = || SseSpecification::builder().enabled(false).build();
        let request = self
            .request()
            .sse_specification(wanted.map_or_else(off, Encryption::request));
        self.change(request, "the table's encryption to change", wait::SETTING, satisfied)
            .await
    }
}

/// Whether a try whose failure this is, or an earlier one, may have been carried out.
fn may_be_made(error: &ResourceError) -> bool {
    error.repeated || matches!(error.kind, ErrorKind::Timeout | ErrorKind::Unavailable)
}

fn has_index(table: &TableDescription, name: &str) -> bool {
    let mut names = table
        .global_secondary_indexes()
        .iter()
        .filter_map(|index| index.index_name());
    names.any(|there| there == name)
}

fn warmth(table: &TableDescription) -> Option<WarmThroughput> {
    let warm = table.warm_throughput()?;
    WarmThroughput::live(warm.read_units_per_second(), warm.write_units_per_second())
}

/// Whether the index shows what the action asked for.
fn shows(index: &GlobalIndex, action: &UpdateGlobalSecondaryIndexAction) -> bool {
    let capacity = action.provisioned_throughput().is_none_or(|wanted| {
        index.capacity
            == Some(Capacity {
                read_units: wanted.read_capacity_units(),
                write_units: wanted.write_capacity_units(),
            })
    });
    let limits = action.on_demand_throughput();
    let limits = limits.is_none_or(|wanted| index.limits == Limits::live(Some(wanted)));
    let warm = action.warm_throughput().is_none_or(|wanted| {
        let wanted = WarmThroughput::live(wanted.read_units_per_second(), wanted.write_units_per_second());
        let serves = |(now, wanted): (WarmThroughput, WarmThroughput)| now.satisfies(wanted);
        index.warm_throughput.zip(wanted).is_some_and(serves)
    });
    capacity && limits && warm
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

//! Rules that move and expire objects as they age.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;
use iac_core::{Schema, model::Violation};
use serde::{Deserialize, Serialize};

string_enum! {
    /// Where a rule moves objects to.
    pub enum TransitionClass {
        /// For access now and then.
        StandardIa = "STANDARD_IA",
        /// The same, in one zone.
        OneZoneIa = "ONEZONE_IA",
        /// Moved by S3 as it is used.
        IntelligentTiering = "INTELLIGENT_TIERING",
        /// Archive with access at once.
        GlacierInstant = "GLACIER_IR",
        /// Archive with access in minutes to hours.
        Glacier = "GLACIER",
        /// Archive with access in half a day.
        DeepArchive = "DEEP_ARCHIVE",
    }

    /// Which small objects the rules leave alone. Source: `PutBucketLifecycleConfiguration`.
    #[derive(Default)]
    pub enum MinimumTransitionSize {
        /// Objects below 128 KiB are never moved.
        #[default]
        AllStorageClasses128K = "all_storage_classes_128K",
        /// Below 128 KiB they are moved to the archives only.
        VariesByStorageClass = "varies_by_storage_class",
    }
}

iac_core::text_type! {
    /// A day, `2027-01-31`; it begins at midnight UTC.
    pub struct Day, check = |day| match day.parse::<jiff::civil::Date>() {
        Ok(_) if day.len() == 10 => Ok(()),
        _ => Err(format!("`{day}` is not a day, which looks like `2027-01-31`")),
    };
}

/// What happens to the objects a rule is about; the rule's id is its key in the bucket. Without a filter it is about all.
///
/// Source: S3 user guide, "Lifecycle configuration elements".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct LifecycleRule {
    /// Whether it is in force.
    #[builder(default = true)]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Only keys that start so.
    pub prefix: Option<String>,
    /// Only objects with all of these tags.
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, String>,
    /// Only objects of more bytes than this.
    pub size_greater_than: Option<i64>,
    /// Only objects of fewer bytes than this.
    pub size_less_than: Option<i64>,
    /// Expires objects this many days after they were written.
    pub expire_after_days: Option<i32>,
    /// Expires objects on this day.
    pub expire_on: Option<Day>,
    /// Removes delete markers that have no versions behind them. Not together with days, a day or tags.
    #[builder(default = false)]
    #[serde(default)]
    pub expire_delete_markers: bool,
    /// Deletes versions that are no longer current.
    pub expire_noncurrent: Option<NoncurrentExpiration>,
    /// Moves objects.
    #[serde(default)]
    #[builder(default, with = |moves: impl IntoIterator<Item = Transition>| moves.into_iter().collect())]
    pub transitions: BTreeSet<Transition>,
    /// Moves versions that are no longer current.
    #[serde(default)]
    #[builder(default, with = |moves: impl IntoIterator<Item = NoncurrentTransition>| moves.into_iter().collect())]
    pub noncurrent_transitions: BTreeSet<NoncurrentTransition>,
    /// Aborts multipart uploads this many days after they began. Not together with tags.
    pub abort_uploads_after_days: Option<i32>,
}

/// When versions that are no longer current are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Builder, Schema)]
pub struct NoncurrentExpiration {
    /// Days since the version was replaced, 1 or more.
    pub days: i32,
    /// How many of the newest are kept all the same, 1 to 100.
    pub keep_newest: Option<i32>,
}

/// A move of objects, after `days` or on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct Transition {
    /// To where.
    pub class: TransitionClass,
    /// Days since the object was written, 0 or more.
    pub days: Option<i32>,
    /// The day.
    pub on: Option<Day>,
}

/// A move of versions that are no longer current.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Builder, Schema)]
pub struct NoncurrentTransition {
    /// To where.
    pub class: TransitionClass,
    /// Days since the version was replaced, 0 or more.
    pub days: i32,
    /// How many of the newest stay all the same, 1 to 100.
    pub keep_newest: Option<i32>,
}

fn yes() -> bool {
    true
}

impl LifecycleRule {
    /// What S3 would refuse, for the rule `id`.
    pub(super) fn check(&self, id: &str) -> Vec<Violation> {
        let mut problems = Vec::new();
        let mut refuse = |when: bool, message: &str| {
            if when {
                problems.push(Violation {
                    path: format!("lifecycle_rules.{id}"),
                    message: message.to_owned(),
                });
            }
        };
        let expires = self.expire_after_days.is_some() || self.expire_on.is_some();
        let acts = expires
            || self.expire_delete_markers
            || self.expire_noncurrent.is_some()
            || self.abort_uploads_after_days.is_some()
            || !self.transitions.is_empty()
            || !self.noncurrent_transitions.is_empty();
        refuse(!acts, "does nothing: a rule needs at least one action");
        refuse(id.is_empty() || id.len() > 255, "a rule's id has 1 to 255 characters");
        refuse(
            self.expire_after_days.is_some() && self.expire_on.is_some(),
            "objects expire after days or on a day, not both",
        );
        refuse(
            self.expire_delete_markers && (expires || !self.tags.is_empty()),
            "`expire_delete_markers` excludes an expiration of objects and a filter by tags",
        );
        refuse(
            self.abort_uploads_after_days.is_some() && !self.tags.is_empty(),
            "`abort_uploads_after_days` excludes a filter by tags",
        );
        let days = [
            self.expire_after_days,
            self.abort_uploads_after_days,
            self.expire_noncurrent.map(|e| e.days),
        ];
        refuse(days.into_iter().flatten().any(|days| days < 1), "days are 1 or more");
        refuse(
            self.transitions.iter().any(|to| to.days.is_some() == to.on.is_some()),
            "a transition takes either `days` or `on`",
        );
        let classes: BTreeSet<_> = self.transitions.iter().map(|to| to.class).collect();
        refuse(
            classes.len() < self.transitions.len(),
            "objects are moved to a class once",
        );
        let moved_early = |class, days| {
            days < 0 || (days < 30 && matches!(class, TransitionClass::StandardIa | TransitionClass::OneZoneIa))
        };
        let moves = self.transitions.iter().filter_map(|to| Some((to.class, to.days?)));
        let noncurrent = self.noncurrent_transitions.iter().map(|to| (to.class, to.days));
        refuse(
            moves
                .clone()
                .chain(noncurrent)
                .any(|(class, days)| moved_early(class, days)),
            "objects stay 30 days before they move to STANDARD_IA or ONEZONE_IA",
        );
        refuse(
            moves
                .into_iter()
                .any(|(_, days)| self.expire_after_days.is_some_and(|expire| expire <= days)),
            "objects expire later than they are moved",
        );
        refuse(
            self.size_greater_than
                .zip(self.size_less_than)
                .is_some_and(|(more, less)| more >= less),
            "`size_greater_than` is below `size_less_than`",
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(rule: &LifecycleRule) -> Vec<String> {
        rule.check("r").into_iter().map(|violation| violation.message).collect()
    }

    #[test]
    fn a_sound_rule_passes() {
        let to = |class, days| Transition::builder().class(class).days(days).build();
        let rule = LifecycleRule::builder()
            .prefix("logs/")
            .transitions([to(TransitionClass::StandardIa, 30), to(TransitionClass::Glacier, 90)])
            .expire_after_days(365)
            .build();
        assert_eq!(messages(&rule), Vec::<String>::new());
    }

    #[test]
    fn what_s3_refuses_is_refused() {
        assert_eq!(messages(&LifecycleRule::builder().build()).len(), 1);
        let early = Transition::builder().class(TransitionClass::StandardIa).days(7).build();
        let rule = LifecycleRule::builder()
            .transitions([early])
            .expire_after_days(7)
            .expire_delete_markers(true)
            .build();
        assert_eq!(messages(&rule).len(), 3);
    }
}

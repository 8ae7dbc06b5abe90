//! What the properties of a bucket ask of one another.

use iac_core::model::{Resolved, Violation};

use super::{
    lifecycle::MinimumTransitionSize,
    properties::{Bucket, Replication},
    transfer::Acceleration,
    versioning::{Retention, Versioning},
    website::Website,
};
use crate::s3::name::{BucketName, BucketNamespace};

impl Bucket<Resolved> {
    /// What S3 would refuse.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let mut problems = Vec::new();
        let mut refuse = |when: bool, path: &str, message: &str| {
            if when {
                problems.push(Violation {
                    path: path.to_owned(),
                    message: message.to_owned(),
                });
            }
        };
        let versions = self.versioning == Versioning::Enabled;
        refuse(
            self.object_lock && !versions,
            "object_lock",
            "needs `versioning` to be `Enabled`",
        );
        refuse(
            self.default_retention.is_some() && !self.object_lock,
            "default_retention",
            "needs `object_lock`",
        );
        refuse(
            self.replication.is_some() && !versions,
            "replication",
            "needs `versioning` to be `Enabled`",
        );
        let size = self.minimum_transition_size != MinimumTransitionSize::default();
        refuse(
            size && self.lifecycle_rules.is_empty(),
            "minimum_transition_size",
            "needs a lifecycle rule",
        );
        let name = self.bucket.as_ref().map(BucketName::as_str).unwrap_or_default();
        let fast = self.acceleration == Acceleration::Enabled;
        refuse(fast && name.contains('.'), "acceleration", "needs a name without dots");
        let own = self.namespace == BucketNamespace::AccountRegional;
        refuse(
            own && !name.ends_with("-an"),
            "bucket",
            "in the namespace of an account ends in `-<account>-<region>-an`",
        );
        refuse(self.cors_rules.len() > 100, "cors_rules", "has at most 100 rules");
        problems.extend(crate::tags::strict_violations(&self.tags));
        problems.extend(self.default_retention.and_then(Retention::check));
        problems.extend(self.encryption.check());
        problems.extend(self.lifecycle_rules.iter().flat_map(|(id, rule)| rule.check(id)));
        problems.extend(self.website.iter().flat_map(Website::check));
        problems.extend(
            self.intelligent_tiering
                .iter()
                .filter_map(|(id, tiering)| tiering.check(id)),
        );
        problems.extend(self.replication.iter().flat_map(Replication::check));
        problems
    }
}

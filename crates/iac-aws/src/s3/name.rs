//! Whose the names of buckets are, and the classes objects are stored in.

pub use crate::kind::BucketName;

string_enum! {
    /// Where objects are stored. Source: S3 user guide, "Understanding and managing Amazon S3 storage classes".
    #[derive(Default)]
    pub enum StorageClass {
        /// For access at any time: the default.
        #[default]
        Standard = "STANDARD",
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
        /// Of old: fewer copies.
        ReducedRedundancy = "REDUCED_REDUNDANCY",
        /// In directory buckets.
        ExpressOneZone = "EXPRESS_ONEZONE",
        /// On an Outpost.
        Outposts = "OUTPOSTS",
        /// On a Snow device.
        Snow = "SNOW",
        /// On `FSx` for `OpenZFS`.
        FsxOpenzfs = "FSX_OPENZFS",
        /// On `FSx` for ONTAP.
        FsxOntap = "FSX_ONTAP",
    }
}

string_enum! {
    /// Whose the name of a bucket is.
    #[derive(Default)]
    pub enum BucketNamespace {
        /// Everybody's: the first takes it.
        #[default]
        Global = "global",
        /// This account's in this region; the name ends in `-<account>-<region>-an`.
        AccountRegional = "account-regional",
    }
}

impl BucketNamespace {
    /// The namespace a name is of; S3 does not give it back.
    pub(crate) fn of_name(name: &str, account: &str, region: &str) -> Self {
        if name.ends_with(&format!("-{account}-{region}-an")) {
            Self::AccountRegional
        } else {
            Self::Global
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BucketNamespace;

    #[test]
    fn the_namespace_shows_in_the_name() {
        let of = |name| BucketNamespace::of_name(name, "123456789012", "eu-west-1");
        assert_eq!(of("logs-123456789012-eu-west-1-an"), BucketNamespace::AccountRegional);
        assert_eq!(of("logs"), BucketNamespace::Global);
    }
}

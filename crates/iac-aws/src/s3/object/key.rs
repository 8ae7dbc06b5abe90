//! Keys of objects, and the words of their access and their locks.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use bon::Builder;
use iac_core::{Schema, model::ResourceError};
use serde::{Deserialize, Serialize};

use crate::s3::bucket::RetentionMode;

iac_core::text_type! {
    /// The key of an object: 1 to 1024 bytes of UTF-8. A `/` at the start, two in a row and the parts `.` and `..` are
    /// refused: S3 would keep them, other tools would not.
    pub struct ObjectKey, check = check_key;

    /// A moment: `2027-01-31T00:00:00Z`.
    pub struct FaultTiming, check = |moment| match moment.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{moment}` is not a moment, which looks like `2027-01-31T00:00:00Z`: {error}")),
    }, normal = |moment| moment.parse::<jiff::Timestamp>().map_or_else(|_| moment.to_owned(), |time| time.to_string());
}

fn check_key(key: &str) -> Result<(), String> {
    let problem = if key.is_empty() || key.len() > 1024 {
        "has 1 to 1024 bytes"
    } else if key.starts_with('/') || key.contains("//") {
        "does not begin with `/` and has no two in a row"
    } else if key.split('/').any(|part| part == "." || part == "..") {
        "has no parts `.` and `..`"
    } else {
        return Ok(());
    };
    Err(format!("`{key}`: a key {problem}"))
}

string_enum! {
    /// Who may read and write, in one word. Source: S3 user guide, "Canned ACL".
    pub enum CannedAcl {
        /// The owner alone.
        Private = "private",
        /// Everyone may read.
        PublicRead = "public-read",
        /// Everyone may read and write.
        PublicReadWrite = "public-read-write",
        /// Everyone with an AWS account may read.
        AuthenticatedRead = "authenticated-read",
        /// EC2 may read, for machine images.
        AwsExecRead = "aws-exec-read",
        /// The bucket's owner may read.
        BucketOwnerRead = "bucket-owner-read",
        /// The bucket's owner may do all.
        BucketOwnerFullControl = "bucket-owner-full-control",
    }
}

/// How long an object is locked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct ObjectRetention {
    /// How firm the lock is.
    pub mode: RetentionMode,
    /// Until when. It can be put off; with `GOVERNANCE` and `force_destroy` it can be brought forward.
    pub until: FaultTiming,
}

impl FaultTiming {
    pub(super) fn to_sdk(&self) -> Result<DateTime, ResourceError> {
        DateTime::from_str(self.as_str(), DateTimeFormat::DateTimeWithOffset)
            .map_err(|error| ResourceError::invalid(format!("`{self}`: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        assert_eq!(check_key("a/b c.txt"), Ok(()));
        for bad in ["", "/a", "a//b", "a/../b"] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }
}

//! The services of this sandbox, by name. A new one is a line here, a profile, and a line for its emulator in `overlay`.

mod profile;
mod profiles;

use std::fmt;

use profile::{Profile, names};

pub(crate) use profile::{Code, Codes, Protocol, Route};

/// The services, in the order of their names.
macro_rules! services {
    ($($(#[$doc:meta])* $name:ident = $profile:path,)+) => {
        /// An AWS service the sandbox knows by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Service {
            $($(#[$doc])* $name,)+
        }

        impl Service {
            /// Every service, in the order of their names.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            const fn profile(self) -> &'static Profile {
                match self {
                    $(Self::$name => &$profile,)+
                }
            }
        }
    };
}

services! {
    /// AWS Cloud Control.
    CloudControl = profiles::CLOUDCONTROL,
    /// Amazon `CloudFront`.
    CloudFront = profiles::CLOUDFRONT,
    /// Amazon DynamoDB.
    DynamoDb = profiles::DYNAMODB,
    /// Amazon EC2, which includes VPC.
    Ec2 = profiles::EC2,
    /// Identity and Access Management.
    Iam = profiles::IAM,
    /// Key Management Service.
    Kms = profiles::KMS,
    /// Amazon S3.
    S3 = profiles::S3,
    /// Amazon `EventBridge` Scheduler.
    Scheduler = profiles::SCHEDULER,
    /// Security Token Service.
    Sts = profiles::STS,
}

impl Service {
    /// Its name, which but for `cloudcontrol` is the prefix of its IAM actions: `s3`, `dynamodb`, `iam`, `cloudfront`, `ec2`,
    /// `kms`, `scheduler` or `sts`. Cloud Control's actions are those of `cloudformation`.
    pub const fn name(self) -> &'static str {
        self.profile().name
    }

    /// The service of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|service| service.name() == name)
    }

    /// The service whose requests are signed for this.
    pub(crate) fn from_scope(scope: &str) -> Option<Self> {
        let signed = |service: &Self| service.profile().scope.unwrap_or(service.name()) == scope;
        Self::ALL.iter().copied().find(signed)
    }

    pub(crate) const fn protocol(self) -> Protocol {
        self.profile().protocol
    }

    pub(crate) const fn codes(self) -> &'static Codes {
        &self.profile().codes
    }

    /// Whether an operation changes nothing.
    pub(crate) fn only_reads(self, operation: &str) -> bool {
        names(profiles::READS, operation) || names(self.profile().reads, operation)
    }

    /// Whether AWS may answer an operation from before the last change.
    pub(crate) fn may_lag(self, operation: &str) -> bool {
        names(self.profile().lagging, operation)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_do_not_change_the_sandbox() {
        assert!(Service::S3.only_reads("ListObjectsV2"));
        assert!(Service::Sts.only_reads("AssumeRole"));
        assert!(Service::Kms.only_reads("GenerateDataKey"));
        assert!(!Service::Kms.only_reads("CreateKey"));
        assert!(!Service::S3.only_reads("CreateMultipartUpload"));
        assert!(!Service::Ec2.only_reads("AuthorizeSecurityGroupIngress"));
    }

    #[test]
    fn each_operation_has_its_word_for_what_is_not_there() {
        let code = |service: Service, operation: &str| service.codes().not_found.code(operation);
        assert_eq!(code(Service::S3, "GetBucketTagging"), "NoSuchTagSet");
        assert_eq!(code(Service::S3, "GetObject"), "NoSuchKey");
        assert_eq!(code(Service::S3, "CompleteMultipartUpload"), "NoSuchUpload");
        assert_eq!(code(Service::S3, "ListObjectsV2"), "NoSuchBucket");
        assert_eq!(
            code(Service::S3, "GetBucketInventoryConfiguration"),
            "NoSuchConfiguration"
        );
        assert_eq!(
            code(Service::Ec2, "DescribeSecurityGroupRules"),
            "InvalidSecurityGroupRuleId.NotFound"
        );
        assert_eq!(code(Service::CloudFront, "GetCachePolicy"), "NoSuchCachePolicy");
    }
}

//! The services of this sandbox, by name.

use std::fmt;

/// An AWS service the sandbox knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Amazon `CloudFront`.
    CloudFront,
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon EC2, which includes VPC.
    Ec2,
    /// Identity and Access Management.
    Iam,
    /// Key Management Service.
    Kms,
    /// Amazon S3.
    S3,
    /// Security Token Service.
    Sts,
}

/// The shape of a service's requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Form in, XML out, errors in an `ErrorResponse`.
    Query,
    /// Form in, XML out, errors in a list.
    Ec2,
    /// JSON in and out, the operation in a header.
    Json,
    /// XML in and out, the operation in method, path and query.
    RestXml,
    /// As `RestXml`, with errors that stand alone.
    S3,
}

impl Service {
    /// Every service, in the order of their names.
    pub const ALL: [Self; 7] = [
        Self::CloudFront,
        Self::DynamoDb,
        Self::Ec2,
        Self::Iam,
        Self::Kms,
        Self::S3,
        Self::Sts,
    ];

    /// The name used for signing, in endpoints and as the prefix of IAM actions: `s3`, `dynamodb`, `iam`,
    /// `cloudfront`, `ec2`, `kms` or `sts`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CloudFront => "cloudfront",
            Self::DynamoDb => "dynamodb",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
            Self::Kms => "kms",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }

    /// The service of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    pub(crate) const fn protocol(self) -> Protocol {
        match self {
            Self::CloudFront => Protocol::RestXml,
            Self::DynamoDb | Self::Kms => Protocol::Json,
            Self::Ec2 => Protocol::Ec2,
            Self::Iam | Self::Sts => Protocol::Query,
            Self::S3 => Protocol::S3,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

//! The IAM action that an operation needs, where it is not called as the operation is.
//!
//! Source: S3 user guide, "Required permissions for Amazon S3 API operations"; service authorization reference, CloudFront.

/// The action to allow for an operation.
pub(super) fn of(operation: &str) -> &str {
    match operation {
        "cloudfront:CreateDistributionWithTags" => "cloudfront:CreateDistribution` and `cloudfront:TagResource",
        "s3:HeadBucket" | "s3:ListObjectsV2" => "s3:ListBucket",
        "s3:ListObjectVersions" => "s3:ListBucketVersions",
        "s3:ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "s3:HeadObject" => "s3:GetObject",
        "s3:CreateMultipartUpload" | "s3:UploadPart" | "s3:CompleteMultipartUpload" => "s3:PutObject",
        "s3:DeleteObjects" => "s3:DeleteObject",
        "s3:GetBucketAccelerateConfiguration" => "s3:GetAccelerateConfiguration",
        "s3:PutBucketAccelerateConfiguration" => "s3:PutAccelerateConfiguration",
        "s3:GetBucketCors" => "s3:GetBucketCORS",
        "s3:PutBucketCors" | "s3:DeleteBucketCors" => "s3:PutBucketCORS",
        "s3:GetBucketEncryption" => "s3:GetEncryptionConfiguration",
        "s3:PutBucketEncryption" | "s3:DeleteBucketEncryption" => "s3:PutEncryptionConfiguration",
        "s3:ListBucketIntelligentTieringConfigurations" => "s3:GetIntelligentTieringConfiguration",
        "s3:PutBucketIntelligentTieringConfiguration" | "s3:DeleteBucketIntelligentTieringConfiguration" => {
            "s3:PutIntelligentTieringConfiguration"
        }
        "s3:GetBucketLifecycleConfiguration" => "s3:GetLifecycleConfiguration",
        "s3:PutBucketLifecycleConfiguration" | "s3:DeleteBucketLifecycle" => "s3:PutLifecycleConfiguration",
        "s3:GetBucketNotificationConfiguration" => "s3:GetBucketNotification",
        "s3:PutBucketNotificationConfiguration" => "s3:PutBucketNotification",
        "s3:GetObjectLockConfiguration" => "s3:GetBucketObjectLockConfiguration",
        "s3:PutObjectLockConfiguration" => "s3:PutBucketObjectLockConfiguration",
        "s3:DeleteBucketOwnershipControls" => "s3:PutBucketOwnershipControls",
        "s3:GetPublicAccessBlock" => "s3:GetBucketPublicAccessBlock",
        "s3:PutPublicAccessBlock" | "s3:DeletePublicAccessBlock" => "s3:PutBucketPublicAccessBlock",
        "s3:GetBucketReplication" => "s3:GetReplicationConfiguration",
        "s3:PutBucketReplication" | "s3:DeleteBucketReplication" => "s3:PutReplicationConfiguration",
        "s3:DeleteBucketTagging" => "s3:PutBucketTagging",
        other => other,
    }
}

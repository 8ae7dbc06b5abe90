//! Amazon S3: buckets, their policies and notifications, objects and folders of objects.

mod bucket;
mod bucket_notification;
mod bucket_policy;
mod directory;
mod name;
mod object;
mod sdk;
mod tags;

pub use bucket::{
    Acceleration, BlockedEncryption, Bucket, BucketOutputs, CorsMethod, CorsRule, Day, Encryption, IntelligentTiering,
    LifecycleRule, LogKeys, Logging, MinimumTransitionSize, NoncurrentExpiration, NoncurrentTransition,
    ObjectOwnership, Protocol, PublicAccessBlock, RedirectAll, Replication, ReplicationRule, RequestPayer, Retention,
    RetentionMode, RoutingRule, SseAlgorithm, Transition, TransitionClass, Versioning, Website,
};
pub use bucket_notification::{BucketNotification, BucketNotificationOutputs, Event, Target};
pub use bucket_policy::{BucketPolicy, BucketPolicyOutputs};
pub use directory::{Directory, DirectoryOutputs, Folder, FolderReader, SyncedFile};
pub use name::{BucketName, BucketNamespace, StorageClass};
pub use object::{
    CannedAcl, Content, FaultTiming, LocalFile, Object, ObjectKey, ObjectOutputs, ObjectRetention, Problem, Sha256,
};

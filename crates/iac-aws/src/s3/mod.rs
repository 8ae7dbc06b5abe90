//! Amazon S3: buckets, their policies, objects and folders of objects.

mod bucket;
mod bucket_policy;
mod directory;
mod name;
mod object;
mod tags;
mod words;

pub use bucket::{
    Acceleration, BlockedEncryption, Bucket, BucketNamespace, BucketOutputs, CorsMethod, CorsRule, Day, Encryption,
    Event, IntelligentTiering, LifecycleRule, LogKeys, Logging, MinimumTransitionSize, NoncurrentExpiration,
    NoncurrentTransition, Notification, ObjectOwnership, Protocol, PublicAccessBlock, RedirectAll, Replication,
    ReplicationRule, RequestPayer, Retention, RetentionMode, RoutingRule, SseAlgorithm, Target, Transition,
    TransitionClass, Versioning, Website,
};
pub use bucket_policy::{BucketPolicy, BucketPolicyOutputs};
pub use directory::{Directory, DirectoryOutputs, Folder, FolderReader, SyncedFile};
pub use name::{BucketName, StorageClass};
pub use object::{
    CannedAcl, Content, FaultTiming, LocalFile, Object, ObjectKey, ObjectOutputs, ObjectRetention, Problem, Sha256,
};

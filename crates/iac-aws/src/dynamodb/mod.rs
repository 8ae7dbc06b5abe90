//! DynamoDB: tables with their indexes, streams, expiry and backups.

mod table;

pub use table::{
    Billing, Capacity, Encryption, GlobalIndex, Key, KeyType, KmsKeyArn, Limits, LocalIndex, PointInTimeRecovery,
    Projection, StreamArn, StreamView, Table, TableClass, TableName, TableOutputs, WarmThroughput,
};

//! What a table's stream tells, and what its storage costs.
//!
//! Source: DynamoDB API reference, `StreamSpecification`; developer guide, "DynamoDB table classes".

use aws_sdk_dynamodb::types::{StreamSpecification, StreamViewType, TableClass as SdkTableClass, TableDescription};
use iac_core::{Schema, model::ResourceError};
use serde::{Deserialize, Serialize};

use super::built;

/// What a stream tells of each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamView {
    /// The item's keys.
    KeysOnly,
    /// The item as it is.
    NewImage,
    /// The item as it was.
    OldImage,
    /// Both.
    NewAndOldImages,
}

/// What storage and requests cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub enum TableClass {
    /// Storage dear, requests cheap.
    #[default]
    #[serde(rename = "STANDARD")]
    Standard,
    /// Storage cheap, requests dear.
    #[serde(rename = "STANDARD_INFREQUENT_ACCESS")]
    InfrequentAccess,
}

impl StreamView {
    fn sdk(self) -> StreamViewType {
        match self {
            Self::KeysOnly => StreamViewType::KeysOnly,
            Self::NewImage => StreamViewType::NewImage,
            Self::OldImage => StreamViewType::OldImage,
            Self::NewAndOldImages => StreamViewType::NewAndOldImages,
        }
    }

    /// What the table shows.
    pub(super) fn live(table: &TableDescription) -> Option<Self> {
        let stream = table.stream_specification().filter(|stream| stream.stream_enabled())?;
        match stream.stream_view_type()? {
            StreamViewType::KeysOnly => Some(Self::KeysOnly),
            StreamViewType::NewImage => Some(Self::NewImage),
            StreamViewType::OldImage => Some(Self::OldImage),
            _ => Some(Self::NewAndOldImages),
        }
    }

    pub(super) fn request(self) -> Result<StreamSpecification, ResourceError> {
        built(
            StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(self.sdk())
                .build(),
        )
    }
}

impl TableClass {
    /// What the table shows. A table that never left the standard class has no summary.
    pub(super) fn live(table: &TableDescription) -> Self {
        match table.table_class_summary().and_then(|summary| summary.table_class()) {
            Some(SdkTableClass::StandardInfrequentAccess) => Self::InfrequentAccess,
            _ => Self::Standard,
        }
    }

    pub(super) fn sdk(self) -> SdkTableClass {
        match self {
            Self::Standard => SdkTableClass::Standard,
            Self::InfrequentAccess => SdkTableClass::StandardInfrequentAccess,
        }
    }
}

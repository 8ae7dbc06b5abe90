//! What a table's stream tells, and what its storage costs.
//!
//! Source: DynamoDB API reference, `StreamSpecification`; developer guide, "DynamoDB table classes".

use aws_sdk_dynamodb::types::{StreamSpecification, TableClass as SdkTableClass, TableDescription};
use iac_core::model::ResourceError;

use super::built;

string_enum! {
    /// What a stream tells of each change.
    pub enum StreamView {
        /// The item's keys.
        KeysOnly = "KEYS_ONLY",
        /// The item as it is.
        NewImage = "NEW_IMAGE",
        /// The item as it was.
        OldImage = "OLD_IMAGE",
        /// Both.
        NewAndOldImages = "NEW_AND_OLD_IMAGES",
    }

    /// What storage and requests cost.
    pub enum TableClass = Standard {
        /// Storage dear, requests cheap.
        Standard = "STANDARD",
        /// Storage cheap, requests dear.
        InfrequentAccess = "STANDARD_INFREQUENT_ACCESS",
    }
}

impl StreamView {
    /// What the table shows.
    pub(super) fn live(table: &TableDescription) -> Option<Self> {
        let stream = table.stream_specification().filter(|stream| stream.stream_enabled())?;
        Some(Self::from_word(stream.stream_view_type()?.as_str()))
    }

    pub(super) fn request(self) -> Result<StreamSpecification, ResourceError> {
        built(
            StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(self.as_str().into())
                .build(),
        )
    }
}

impl TableClass {
    /// What the table shows. A table that never left the standard class has no summary.
    pub(super) fn live(table: &TableDescription) -> Self {
        let class = table.table_class_summary().and_then(|summary| summary.table_class());
        class.map_or(Self::Standard, |class| Self::from_word(class.as_str()))
    }

    pub(super) fn sdk(self) -> SdkTableClass {
        self.as_str().into()
    }
}

//! What a table's stream tells.
//!
//! Source: DynamoDB API reference, `StreamSpecification`.

use aws_sdk_dynamodb::types::{StreamSpecification, TableDescription};
use iac_core::model::ResourceError;

use super::sdk::built;

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

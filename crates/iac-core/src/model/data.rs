//! What a property may hold: data that can tell its own schema.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::schema::Schema;

/// A type that can tell its schema.
pub trait HasSchema {
    /// The schema of a value of this type.
    fn schema() -> Schema;
}

/// What a property may hold: serialisable, comparable data that can tell its own schema.
pub trait Data: HasSchema + Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static {}

impl<T: HasSchema + Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static> Data for T {}

/// The JSON of a default; for [`Field::default_value`](super::schema::Field::default_value).
#[doc(hidden)]
pub fn default_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

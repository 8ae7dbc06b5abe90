//! What a property may hold: data that can tell its own schema.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use super::schema::Schema;

/// A type that can tell its schema.
pub trait HasSchema {
    /// The schema of a value of this type.
    fn schema() -> Schema;
}

/// What a property may hold: serialisable, comparable data that can tell its own schema.
pub trait Data: HasSchema + Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static {}

impl<T: HasSchema + Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static> Data for T {}

//! A type name of another form.

use iac_core::{Resource, model::{Declared, Stage}};
use serde::{Deserialize, Serialize};

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[serde(bound = "")]
#[resource(type = "Vpc", outputs = VpcOutputs)]
pub struct Vpc<S: Stage = Declared> {
    /// Its block.
    #[field(create_only)]
    pub cidr_block: S::Value<String>,
}

fn main() {}

//! A field mark that there is not.

use iac_core::{Resource, model::{Declared, Stage}};
use serde::{Deserialize, Serialize};

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[serde(bound = "")]
#[resource(type = "ec2.vpc", outputs = VpcOutputs)]
pub struct Vpc<S: Stage = Declared> {
    /// Its block.
    #[field(create_once)]
    pub cidr_block: S::Value<String>,
}

fn main() {}

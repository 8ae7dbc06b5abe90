//! Expressions over outputs: plain data that names where a value will come from. Never a closure, never a future.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Address;

/// One step into an output: a key of an object, or an index of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segment {
    /// The value under this key.
    Key(String),
    /// The element at this place, counted from zero.
    Index(usize),
}

/// A value that an output will give: the resource, and the way into its outputs. The first segment is the output's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The resource whose output is meant.
    pub address: Address,
    /// The way into its outputs.
    pub path: Vec<Segment>,
}

impl Reference {
    /// A reference to a resource as a whole, not to one of its outputs.
    pub(crate) fn whole(address: &Address) -> Self {
        Self {
            address: address.clone(),
            path: Vec::new(),
        }
    }

    /// Follows the path into `outputs`; `None` when something on the way is missing.
    pub fn follow<'a>(&self, outputs: &'a Value) -> Option<&'a Value> {
        self.path.iter().try_fold(outputs, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        self.path.iter().try_for_each(|segment| match segment {
            Segment::Key(key) => write!(f, ".{key}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// How a value is made from outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expr {
    /// The value of one output.
    Ref(Reference),
    /// The text of each part, one after the other. A part is a template: a literal, or an expression.
    Join(Vec<Value>),
    /// The JSON text of a template, compact.
    Json(Value),
    /// A smaller block within a block of IP addresses.
    Subnet(Subnet),
}

/// One of the equal parts of a block of IP addresses: of `10.0.0.0/16` with 8 bits more, number 3 is `10.0.3.0/24`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The whole block: a template of its text.
    pub block: Value,
    /// How many bits longer the part's prefix is.
    pub newbits: u8,
    /// Which part, counted from zero.
    pub number: u64,
}

impl Subnet {
    /// Whether there is no such part, whatever the block is.
    pub(super) fn is_beyond(&self) -> bool {
        self.number.checked_shr(self.newbits.into()).unwrap_or_default() > 0
    }

    /// The part of this block; `None` when the block does not have it, or is none.
    pub(super) fn of(&self, block: &str) -> Option<String> {
        let block: IpNet = block.parse().ok()?;
        let prefix = block.prefix_len().checked_add(self.newbits)?;
        if self.is_beyond() || prefix > block.max_prefix_len() {
            return None;
        }
        let free = u32::from(block.max_prefix_len() - prefix);
        // a shift by all bits is that of the only part, the block itself
        let offset = u128::from(self.number).checked_shl(free).unwrap_or_default();
        let part = match block.trunc() {
            IpNet::V4(block) => {
                let first = u32::from(block.network()).checked_add(u32::try_from(offset).ok()?)?;
                IpNet::V4(Ipv4Net::new(Ipv4Addr::from(first), prefix).ok()?)
            }
            IpNet::V6(block) => {
                let first = u128::from(block.network()).checked_add(offset)?;
                IpNet::V6(Ipv6Net::new(Ipv6Addr::from(first), prefix).ok()?)
            }
        };
        Some(part.to_string())
    }
}

//! What AWS's registry says of the resource types that AWS Cloud Control manages: their properties, which of them make an
//! object another one, what identifies it, which permissions each operation needs.
//!
//! Of each type there are examples too, made of its schema: what must be written, and all that may be.
//!
//! The facts are part of the program: neither a network nor another program is needed. `facts/update` derives them from the
//! schemas in a pinned cfn-lint.
//!
//! ```
//! use iac_cloudcontrol::{Facts, Operation};
//!
//! let queue = Facts::get().find("AWS::SQS::Queue").unwrap();
//! assert_eq!(queue.identifier(), ["QueueUrl"]);
//! assert!(queue.property("FifoQueue").unwrap().create_only);
//! assert!(queue.permissions(Operation::Delete).contains(&"sqs:DeleteQueue"));
//!
//! let misspelt = Facts::get().find("AWS::SQS::Queu").unwrap_err();
//! assert_eq!(misspelt.hint(), "did you mean `AWS::SQS::Queue`?");
//! ```
#![forbid(unsafe_code)]

mod any;
mod canonical;
mod catalog;
mod check;
mod differences;
mod drift;
mod error;
mod example;
mod facts;
mod generated;
mod model;
mod names;
mod page;
mod paths;
mod properties;
mod property;
mod reconcile;
mod references;
mod schema;
mod shape;
mod type_facts;
mod violation;

pub use any::{Any, AnyOutputs};
pub use differences::Observation;
pub use error::NoSuchType;
pub use example::Example;
pub use facts::Facts;
pub use properties::{Given, Properties, Set, Word};
pub use property::Property;
pub use reconcile::register;
pub use references::Reference;
pub use type_facts::{Operation, TypeFacts};
pub use violation::Violation;

include!(concat!(env!("OUT_DIR"), "/services.rs"));

/// The code in the documentation.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/cloudcontrol.md")]
struct Documentation;

//! The engine of `iac`: typed resources, a dependency graph, plan, apply and state.
#![forbid(unsafe_code)]

extern crate self as iac_core;

pub mod apply;
pub mod graph;
pub mod model;
pub mod plan;
mod session;
pub mod state;

pub use session::{OpenError, OpenRequest, Platform, Session};

pub use iac_derive::{Outputs, Resource, Schema};

//! The dependency graph, on petgraph. Knows addresses and edges, nothing of clouds, plans or states.

mod dag;

pub use dag::{Cycle, Graph};

//! Small stacks, each as a project of its own would write it. Run one with `cargo run -p examples --bin static-site -- plan dev
//! --sandbox`.
#![forbid(unsafe_code)]

pub mod orders;
pub mod static_site;

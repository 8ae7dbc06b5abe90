//! A text with fewer arguments than places.

mod cloud;

use cloud::Vpc;
use iac_core::{model::Stack, text};

fn main() {
    let mut stack = Stack::new("site", "dev");
    let vpc = stack.add("main", Vpc::builder().cidr_block("10.0.0.0/16").build());
    stack.output("text", text!("{}-{}", vpc.id));
}

//! A secret output as plain text.

mod cloud;

use cloud::Vpc;
use iac_core::{model::Stack};

fn main() {
    let mut stack = Stack::new("site", "dev");
    let vpc = stack.add("main", Vpc::builder().cidr_block("10.0.0.0/16").build());
    stack.output("key", vpc.key.text());
}

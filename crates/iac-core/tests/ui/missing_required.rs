//! A required property that is not given.

mod cloud;

use cloud::Vpc;
use iac_core::{model::Stack};

fn main() {
    let mut stack = Stack::new("site", "dev");
    let vpc = stack.add("main", Vpc::builder().cidr_block("10.0.0.0/16").build());
    stack.add("other", Vpc::builder().peer(&vpc.id).build());
}

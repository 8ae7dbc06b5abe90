//! A list where one text is wanted.

mod cloud;

use cloud::Vpc;
use iac_core::{model::Stack};

fn main() {
    let mut stack = Stack::new("site", "dev");
    let vpc = stack.add("main", Vpc::builder().cidr_block("10.0.0.0/16").build());
    stack.add("other", Vpc::builder().cidr_block("10.1.0.0/16").zone(&vpc.zones).build());
}

//! What the tests declare again and again.

use iac_core::model::{Address, LifecycleExt, Stack};

use super::{NAMES, Thing};

/// A stack with the names of the env.
pub(crate) fn stack() -> Stack {
    Stack::new(NAMES.0, NAMES.1)
}

/// The address of the thing of this name.
pub(crate) fn address(name: &str) -> Address {
    format!("fake.thing.{name}")
        .parse()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// base <- top, both as they are given.
pub(crate) fn pair(base: Thing, zone_of_top: Option<&str>, first: bool) -> Stack {
    let mut stack = stack();
    let base = stack.add("base", base);
    let top = Thing::builder()
        .maybe_zone(zone_of_top)
        .uses(vec![(&base.id).into()])
        .build();
    if first {
        stack.add("top", top.create_before_delete());
    } else {
        stack.add("top", top);
    }
    stack
}

/// base <- middle <- top, and an output.
pub(crate) fn three(size: i32) -> Stack {
    let mut stack = stack();
    let base = stack.add("base", Thing::builder().name("base").size(size).build());
    let middle = Thing::builder().size(size).uses(vec![(&base.id).into()]).build();
    let middle = stack.add("middle", middle);
    let top = Thing::builder()
        .uses(vec![(&middle.id).into()])
        .note(&middle.url)
        .build();
    stack.add("top", top);
    stack.output("middle", &middle.id);
    stack
}

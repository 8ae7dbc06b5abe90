//! Forty resources of all kinds that carry every mark there is, and what a change and a replacement make of them.

mod identity;
mod network;
mod storage;

use iac_core::{model::Stack, plan::Mode};

use super::way::Way;

/// What makes one declaration differ from the other.
#[derive(Clone, Copy, Default)]
pub(crate) struct Variant {
    /// Other values of what can change in place.
    changed: bool,
    /// Other values of what cannot.
    moved_on: bool,
    /// Nothing is protected.
    lifted: bool,
}

impl Variant {
    /// A number that can change in place.
    fn size(self) -> i64 {
        if self.changed { 9 } else { 5 }
    }

    /// A name that cannot.
    fn named(self, name: &str) -> String {
        if self.moved_on {
            format!("{name}-2")
        } else {
            name.to_owned()
        }
    }
}

fn stack() -> Stack {
    Stack::new("synthetic", "env")
}

fn forty(variant: Variant) -> Stack {
    let mut stack = stack();
    let east = stack.scope("east", |stack| network::build(stack, variant, "10.1", true));
    stack.scope("west", |stack| network::build(stack, variant, "10.2", false));
    stack.scope("alpha", |stack| identity::build(stack, variant, "alpha", true));
    stack.scope("beta", |stack| identity::build(stack, variant, "beta", false));
    identity::build_others(&mut stack, variant);
    storage::tables(&mut stack, variant, &east);
    storage::site(&mut stack, variant);
    stack.output("east", &east.id);
    stack
}

/// What somebody else has made: it is there, and no state knows it.
fn outside() -> Vec<Stack> {
    let mut made = stack();
    storage::foreign(&mut made);
    let mut forgotten = stack();
    forgotten.forget("dynamodb.table.adopted");
    vec![made, forgotten]
}

fn way(name: &'static str, base: bool, stack: Stack, mode: Mode) -> Way {
    let mut before = outside();
    before.extend(base.then(|| forty(Variant::default())));
    Way {
        name,
        before,
        stack,
        mode,
        stale_reads: 0,
    }
}

/// From nothing, but for what is adopted.
pub(crate) fn create() -> Way {
    way("synthetic create", false, forty(Variant::default()), Mode::Normal)
}

/// Changed in place, renamed, let go, removed and added to.
pub(crate) fn update() -> Way {
    let changed = Variant {
        changed: true,
        ..Variant::default()
    };
    way("synthetic update", true, forty(changed), Mode::Normal)
}

/// Old ones first, new ones first, new ones first since what uses them is, and because another one is.
pub(crate) fn replace() -> Way {
    let moved_on = Variant {
        moved_on: true,
        ..Variant::default()
    };
    way("synthetic replace", true, forty(moved_on), Mode::Normal)
}

/// To nothing, but for what is retained.
pub(crate) fn destroy() -> Way {
    let lifted = Variant {
        lifted: true,
        ..Variant::default()
    };
    way("synthetic destroy", true, forty(lifted), Mode::Destroy)
}

#[test]
fn there_are_forty_with_every_mark() {
    let stack = forty(Variant::default());
    assert_eq!(stack.nodes().len(), 40);
    let marked = |mark: fn(&iac_core::model::Lifecycle) -> bool| {
        let nodes = stack.nodes().values();
        nodes.filter(|node| mark(&node.lifecycle)).count()
    };
    let marks = [
        marked(|marks| marks.protect),
        marked(|marks| marks.retain_on_delete),
        marked(|marks| marks.create_before_delete),
        marked(|marks| !marks.ignore_changes.is_empty()),
        marked(|marks| !marks.replace_when.is_empty()),
        marked(|marks| marks.timeout.is_some()),
        marked(|marks| !marks.depends_on.is_empty()),
        marked(|marks| marks.import.is_some()),
    ];
    assert!(marks.iter().all(|count| *count > 0), "{marks:?}");
    let changed = update().stack;
    assert!(!changed.moves().is_empty() && !changed.forgotten().is_empty());
}

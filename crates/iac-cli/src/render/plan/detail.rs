//! How much is shown of what is created.

use iac_core::{
    model::{Registry, Schema},
    plan::{Action, Change},
};

use crate::args::ViewArgs;

/// How much is shown of what is created.
#[derive(Clone, Copy)]
pub(crate) enum Detail<'a> {
    /// What is not at its default, as these types have it.
    Written(&'a Registry),
    /// Every property.
    All,
}

impl<'a> Detail<'a> {
    /// What `--verbose` asks for.
    pub(crate) fn new(view: ViewArgs, registry: &'a Registry) -> Self {
        if view.verbose {
            Self::All
        } else {
            Self::Written(registry)
        }
    }

    /// The schema that tells the defaults of a resource that is created, when they are left out.
    pub(super) fn schema(self, change: &Change) -> Option<&'a Schema> {
        match self {
            Self::Written(registry) if change.action == Action::Create => {
                let types = registry.get(change.address.type_name())?;
                Some(&types.info().schema)
            }
            _ => None,
        }
    }
}

/// The line on what is left out.
pub(super) fn at_defaults(count: usize) -> String {
    let properties = if count == 1 {
        "1 property is at its default".to_owned()
    } else {
        format!("{count} properties are at their defaults")
    };
    let again = if count == 1 { "it" } else { "them" };
    format!("{properties} (--verbose shows {again})")
}

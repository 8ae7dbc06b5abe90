//! What an import came to, as people read it.

use std::fmt::Write as _;

use iac_core::{
    model::{Address, RemoteId},
    plan::Change,
};

use super::{
    plan::single,
    style::{BOLD, paint},
};
use crate::error::Problem;

/// What an import came to.
pub(crate) struct Imported {
    pub(crate) address: Address,
    pub(crate) id: RemoteId,
    /// Whether it was adopted just now; otherwise it was there already.
    pub(crate) adopted: bool,
    /// The serial of the state now.
    pub(crate) serial: u64,
    /// What the next apply would do with it.
    pub(crate) next: Option<Change>,
    /// Why the next apply would be refused.
    pub(crate) refused: Option<Box<Problem>>,
}

/// What it is now, and what the next apply would change.
pub(crate) fn text(imported: &Imported) -> String {
    let Imported { address, id, .. } = imported;
    let mut text = format!("{} is {id}", paint(BOLD, address));
    if !imported.adopted {
        return text + " already: nothing was written\n";
    }
    let next = imported.next.as_ref().filter(|change| change.does_something());
    let _ = match (next, &imported.refused) {
        (Some(change), _) => write!(text, " now; the next apply would change it:\n\n{}", single(change)),
        (None, None) => writeln!(text, " now; the next apply leaves it as it is"),
        (None, Some(_)) => writeln!(text, " now"),
    };
    text
}

//! How a command ends.

use std::process::ExitCode;

/// The end of a command, as a script sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It is done, or there was nothing to do: 0.
    Done,
    /// It failed, or was not understood: 1.
    Failed,
    /// There are changes, and the caller wanted to know: 2.
    Changes,
    /// The user left at once: 130.
    Left,
}

impl Exit {
    /// The number the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Left => 130,
        }
    }

    /// [`Changes`](Self::Changes) when there are some and the caller wants to know, else [`Done`](Self::Done).
    pub(crate) fn detailed(wanted: bool, changes: bool) -> Self {
        if wanted && changes { Self::Changes } else { Self::Done }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

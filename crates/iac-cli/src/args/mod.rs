//! The commands and flags of the command line. Scripts rely on them: they are not changed, only added to.

mod commands;
mod flags;
mod state;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::{
    commands::{
        ApplyArgs, DestroyArgs, DriftArgs, ImportArgs, OutputArgs, PlanArgs, RefreshArgs, RollbackArgs, UnlockArgs,
    },
    flags::{BuildArgs, ConsentArgs, EnvironmentArgs, PlaceArgs, RunArgs, ScopeArgs, ViewArgs, quoted, set},
    state::{EditArgs, ForgetArgs, HistoryArgs, MoveArgs, PushArgs, StateCommand},
};

/// Plans and applies the environments of a stack.
#[derive(Debug, Parser)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Shared {
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say only what was asked for: no progress, no next steps
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Use no colours (as with `NO_COLOR` set)
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what apply would do
    Plan(PlanArgs),
    /// Bring an environment to what the stack says
    Apply(ApplyArgs),
    /// Delete everything in an environment
    Destroy(DestroyArgs),
    /// Bring the state to what is there; change nothing there
    Refresh(RefreshArgs),
    /// Show what was changed outside
    Drift(DriftArgs),
    /// Adopt an object that is there already
    Import(ImportArgs),
    /// Let go of resources without deleting them
    Forget(ForgetArgs),
    /// List the serials of an environment's state
    History(HistoryArgs),
    /// Bring an environment back to an earlier serial
    Rollback(RollbackArgs),
    /// Show the outputs of an environment
    Output(OutputArgs),
    /// Look at what the state holds, and change it
    #[command(subcommand, arg_required_else_help = true)]
    State(StateCommand),
    /// Make the place where an environment's state is kept; may be repeated
    Bootstrap(EnvironmentArgs),
    /// Take the lock away from a run that is surely dead
    Unlock(UnlockArgs),
    /// Check environments without calling anything; all of them when none is named
    Validate {
        /// The environment
        #[arg(value_name = "ENV")]
        environment: Option<String>,
    },
    /// Print the dependency graph in the DOT language
    Graph {
        /// The environment
        #[arg(value_name = "ENV")]
        environment: Option<String>,
    },
}

impl Command {
    /// The environment that is named, and where it is.
    pub(crate) fn target(&self) -> (Option<&str>, PlaceArgs) {
        let (environment, place) = match self {
            Self::Plan(PlanArgs { environment, .. })
            | Self::Apply(ApplyArgs { environment, .. })
            | Self::Destroy(DestroyArgs { environment, .. })
            | Self::Refresh(RefreshArgs { environment, .. })
            | Self::Drift(DriftArgs { environment, .. })
            | Self::History(HistoryArgs { environment, .. })
            | Self::Rollback(RollbackArgs { environment, .. })
            | Self::Bootstrap(environment) => (environment.environment.as_ref(), Some(&environment.place)),
            Self::Output(args) => (args.environment.as_ref(), Some(&args.place)),
            Self::State(command) => {
                let (environment, place) = command.target();
                (environment, Some(place))
            }
            Self::Import(args) => (Some(&args.environment), Some(&args.place)),
            Self::Forget(args) => (Some(&args.environment), Some(&args.edit.place)),
            Self::Unlock(args) => (Some(&args.environment), Some(&args.place)),
            Self::Validate { environment } | Self::Graph { environment } => (environment.as_ref(), None),
        };
        (environment.map(String::as_str), place.cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_words_fit_together() {
        Cli::command().debug_assert();
    }
}

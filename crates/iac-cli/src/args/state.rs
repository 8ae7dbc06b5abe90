//! The arguments of the commands that look at the state or change it alone.

use clap::{Args, Subcommand};
use iac_core::model::Address;

use super::flags::{EnvironmentArgs, LockArgs, PlaceArgs, at_least_one};

/// What is done with the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// List the resources
    List(EnvironmentArgs),
    /// Show a resource
    Show {
        /// The environment
        #[arg(value_name = "ENV")]
        environment: String,
        /// The resource's address, like `s3.bucket.logs`
        #[arg(value_name = "ADDR")]
        address: Address,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Rename a resource; nothing in the cloud is changed
    Mv(MoveArgs),
    /// Let go of resources without deleting them, as `forget` does
    Rm(ForgetArgs),
    /// Print the state as it stands, with what its journal says
    Pull(EnvironmentArgs),
    /// Put a state in place of the stored one
    Push(PushArgs),
}

/// How the state is changed.
#[derive(Clone, Debug, Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    /// Say what would be done; take no lock and write nothing
    #[arg(long, conflicts_with = "lock_timeout")]
    pub(crate) dry_run: bool,
}

/// `forget`, `state rm`
#[derive(Clone, Debug, Args)]
pub(crate) struct ForgetArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: String,
    /// The resources
    #[arg(value_name = "ADDR", required = true)]
    pub(crate) addresses: Vec<Address>,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

/// `state mv`
#[derive(Clone, Debug, Args)]
pub(crate) struct MoveArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: String,
    /// What it is called now
    #[arg(value_name = "FROM")]
    pub(crate) from: Address,
    /// What it is to be called
    #[arg(value_name = "TO")]
    pub(crate) to: Address,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

/// `state push`
#[derive(Clone, Debug, Args)]
pub(crate) struct PushArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: String,
    /// The file with the state; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// Put it in place though it is older than the stored one, or of another origin
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

/// `history`
#[derive(Clone, Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    /// Only the latest of them
    #[arg(long, short = 'n', value_name = "N", value_parser = at_least_one)]
    pub(crate) limit: Option<usize>,
}

impl StateCommand {
    /// The environment that is named, and where it is.
    pub(super) fn target(&self) -> (Option<&String>, &PlaceArgs) {
        match self {
            Self::List(args) | Self::Pull(args) => (args.environment.as_ref(), &args.place),
            Self::Show { environment, place, .. } => (Some(environment), place),
            Self::Mv(MoveArgs { environment, edit, .. })
            | Self::Rm(ForgetArgs { environment, edit, .. })
            | Self::Push(PushArgs { environment, edit, .. }) => (Some(environment), &edit.place),
        }
    }
}

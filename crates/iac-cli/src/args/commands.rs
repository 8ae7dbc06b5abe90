//! The arguments of each command that works on an environment.

use std::path::PathBuf;

use clap::Args;
use iac_core::model::Address;

use super::flags::{BuildArgs, ConsentArgs, EnvironmentArgs, PlaceArgs, RunArgs, ScopeArgs, SelectArgs, ViewArgs};

/// `plan`
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    /// Exit with 2 when there are changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Show what destroy would do
    #[arg(long, conflicts_with_all = ["replace", "refresh_only"])]
    pub(crate) destroy: bool,
    /// Take no lock: nothing at all is written
    #[arg(long, conflicts_with = "lock_timeout")]
    pub(crate) no_lock: bool,
    /// Save the plan to this file, for `apply --plan FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `apply`
#[derive(Clone, Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
    /// Apply the plan in this file as it is, or not at all
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["target", "exclude", "unprotect", "no_refresh", "replace", "refresh_only"]
    )]
    pub(crate) plan: Option<PathBuf>,
}

/// `destroy`
#[derive(Clone, Debug, Args)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}

/// `output`
#[derive(Clone, Debug, Args)]
pub(crate) struct OutputArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: Option<String>,
    /// The output; all of them when none is named
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print the value as it is, without quotes or a line end
    #[arg(long, requires = "name", conflicts_with = "json")]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `unlock`
#[derive(Clone, Debug, Args)]
pub(crate) struct UnlockArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: String,
    /// The lock's id, as it was shown
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `refresh`
#[derive(Clone, Debug, Args)]
pub(crate) struct RefreshArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}

/// `drift`
#[derive(Clone, Debug, Args)]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Exit with 2 when something was changed outside
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Take no lock: nothing at all is written
    #[arg(long, conflicts_with = "lock_timeout")]
    pub(crate) no_lock: bool,
}

/// `rollback`
#[derive(Clone, Debug, Args)]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    /// The serial to go back to, as `history` lists them
    #[arg(long, value_name = "SERIAL")]
    pub(crate) to: u64,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}

/// `import`
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: String,
    /// The resource as the stack declares it, like `s3.bucket.logs`
    #[arg(value_name = "ADDR")]
    pub(crate) address: Address,
    /// The object's id in the cloud
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

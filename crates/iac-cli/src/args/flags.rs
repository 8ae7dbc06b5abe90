//! The flags, and how they are typed again.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use clap::Args;
use iac_core::{model::Address, plan::PlanOptions};

use crate::render::duration;

/// An environment and where it is.
#[derive(Clone, Debug, Args)]
pub(crate) struct EnvironmentArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Where an environment is.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PlaceArgs {
    /// Work on a cloud inside this program: no credentials, no network
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Keep local state in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,
}

/// The lock and how much is done at once.
#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    /// How many resources to work on at once
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) parallelism: Option<usize>,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// The lock.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LockArgs {
    /// How long to wait while another run holds the lock, like `30s` or `5m`
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration::parse)]
    pub(crate) lock_timeout: Duration,
}

/// Which resources are looked at.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SelectArgs {
    /// Only this resource and what it needs; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub(crate) target: Vec<Address>,
    /// Everything but this resource and what needs it; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub(crate) exclude: Vec<Address>,
}

/// What a plan is made of.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScopeArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Let this protected resource be deleted or replaced, this once; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub(crate) unprotect: Vec<Address>,
    /// Believe the state instead of reading the cloud
    #[arg(long)]
    pub(crate) no_refresh: bool,
}

/// What only a plan that builds may be asked.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct BuildArgs {
    /// Replace this resource though nothing demands it; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub(crate) replace: Vec<Address>,
    /// Bring the state to what the cloud says; change nothing there
    #[arg(long, conflicts_with_all = ["no_refresh", "replace"])]
    pub(crate) refresh_only: bool,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct ViewArgs {
    /// Show every property of what is created, those at their defaults too
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// How changes are consented to and carried on.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Start nothing more after the first failure
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Exit with 2 when there were changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

impl PlaceArgs {
    /// The flags as they are typed.
    pub(crate) fn to_args(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.sandbox {
            words.push("--sandbox".to_owned());
        }
        if let Some(folder) = &self.state_dir {
            words.push(format!("--state-dir {}", quoted(&folder.display().to_string())));
        }
        words
    }
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~' | '='));
    if plain && !word.is_empty() {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn repeated(flag: &str, addresses: &[Address]) -> impl Iterator<Item = String> {
    addresses.iter().map(move |address| format!("{flag} {address}"))
}

impl SelectArgs {
    /// The flags as they are typed.
    pub(crate) fn to_args(&self) -> Vec<String> {
        repeated("--target", &self.target)
            .chain(repeated("--exclude", &self.exclude))
            .collect()
    }
}

impl ScopeArgs {
    /// The flags as they are typed.
    pub(crate) fn to_args(&self) -> Vec<String> {
        let select = self.select.to_args().into_iter();
        select
            .chain(repeated("--unprotect", &self.unprotect))
            .chain(self.no_refresh.then(|| "--no-refresh".to_owned()))
            .collect()
    }

    /// What the planner is told.
    pub(crate) fn options(&self, run: &RunArgs) -> PlanOptions {
        let defaults = PlanOptions::default();
        PlanOptions {
            refresh: !self.no_refresh,
            targets: set(&self.select.target),
            excludes: set(&self.select.exclude),
            unprotect: set(&self.unprotect),
            parallelism: run.parallelism.unwrap_or(defaults.parallelism),
            ..defaults
        }
    }
}

impl BuildArgs {
    /// The flags as they are typed.
    pub(crate) fn to_args(&self) -> Vec<String> {
        repeated("--replace", &self.replace)
            .chain(self.refresh_only.then(|| "--refresh-only".to_owned()))
            .collect()
    }
}

/// The addresses, each once.
pub(crate) fn set(addresses: &[Address]) -> BTreeSet<Address> {
    addresses.iter().cloned().collect()
}

/// Reads a number of things to do at once.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("it is a whole number, at least 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("state/a-b.c"), "state/a-b.c");
        assert_eq!(quoted("my state's"), "'my state'\\''s'");
    }
}

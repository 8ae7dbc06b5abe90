//! The stack of aws-gpu-spot-monitor: a single-page frontend behind CloudFront, its tables, a small network, and the identity
//! that deploys it; for dev, staging and prod.
//!
//! One file for each part; [`environments`] says how the three differ.
#![forbid(unsafe_code)]

mod edge;
pub mod environments;
mod identity;
mod names;
mod network;
mod storage;

use iac_aws::{AwsConfig, AwsPlatform, StateStore};
use iac_cli::App;
use iac_core::model::Stack;

pub use names::NAME;

use environments::Environment;
use names::named;

/// The environments and how each is reached.
pub fn app() -> App {
    let all = Environment::all();
    let mut app = App::new(NAME).platform(all.iter().fold(AwsPlatform::new(), |platform, environment| {
        platform.environment(environment.name, aws(environment), store(environment))
    }));
    #[cfg(feature = "sandbox")]
    {
        app = app.sandbox(
            all.iter()
                .fold(iac_sandbox::SandboxPlatform::new(), |sandbox, environment| {
                    sandbox.region(environment.name, environment.region)
                }),
        );
    }
    for environment in all {
        app = app.environment(environment.name, move |stack| build(stack, &environment));
    }
    app
}

/// Everything of one environment.
pub fn build(stack: &mut Stack, environment: &Environment) {
    network::build(stack, environment);
    let tables = storage::tables(stack, environment);
    let frontend = storage::frontend(stack, environment);
    let site = edge::build(stack, environment, &frontend);
    identity::build(
        stack,
        environment,
        &identity::Deployed {
            frontend: &frontend,
            site: &site,
            tables: &tables,
        },
    );
}

fn aws(environment: &Environment) -> AwsConfig {
    AwsConfig::builder()
        .region(environment.region)
        .allowed_accounts(environment.accounts.iter().copied())
        .default_tags([
            ("project", NAME),
            ("environment", environment.name),
            ("managed-by", "iac"),
        ])
        .build()
}

/// One bucket and one lock table per environment, in its own account.
fn store(environment: &Environment) -> StateStore {
    StateStore::new(named(environment, "state-{account}"), named(environment, "state-lock"))
}

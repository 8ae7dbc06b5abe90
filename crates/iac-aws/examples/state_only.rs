//! A stack without resources: every command works on its state alone, so it shows what the state backend needs and no more.
//!
//! The bucket and the table are those of dev in `stacks/`, made by `cargo run -p stacks -- bootstrap dev`. Then:
//! `cargo run -p iac-aws --example state_only -- apply dev --yes`.

use std::process::ExitCode;

use iac_aws::{AwsConfig, AwsPlatform, StateStore};
use iac_cli::App;

fn main() -> ExitCode {
    let config = AwsConfig::builder().region("us-east-1").build();
    let store = StateStore::new(
        "aws-gpu-spot-monitor-dev-state-{account}",
        "aws-gpu-spot-monitor-dev-state-lock",
    );
    let app = App::new("state-only")
        .platform(AwsPlatform::new().environment("dev", config, store))
        .environment("dev", |stack| stack.output("answer", "42"));
    iac_cli::main(app)
}

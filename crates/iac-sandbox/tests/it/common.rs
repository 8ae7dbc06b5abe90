//! Clients of a sandbox, for the tests of this crate.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::error::ProvideErrorMetadata;
use iac_sandbox::Sandbox;

/// The configuration of SDK clients of a sandbox, in a region; retries are off, so that every error shows.
pub(crate) fn config_in(sandbox: &Sandbox, region: &'static str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        )))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .http_client(sandbox.http_client())
        .build()
}

/// The configuration in the region most tests use.
pub(crate) fn config(sandbox: &Sandbox) -> SdkConfig {
    config_in(sandbox, "eu-west-1")
}

/// The error code of a failed call; panics when the call succeeded.
pub(crate) fn code<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(result: Result<T, E>) -> String {
    let error = result.expect_err("an error");
    error.code().unwrap_or("no code").to_owned()
}

/// A sandbox saved to a folder and loaded again.
pub(crate) fn reloaded(sandbox: &Sandbox) -> Sandbox {
    let folder = tempfile::tempdir().expect("a temporary folder");
    sandbox.save(folder.path()).expect("saved");
    Sandbox::load(folder.path()).expect("loaded")
}

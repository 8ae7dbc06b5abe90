//! Clients of a world, for the tests of this crate.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::error::ProvideErrorMetadata;
use iac_sandbox::World;

/// The configuration of SDK clients of a world, in a region; retries are off, so that every error shows.
pub(crate) fn config_in(world: &World, region: &'static str) -> SdkConfig {
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
        .http_client(world.http_client())
        .build()
}

/// The configuration in the region most tests use.
pub(crate) fn config(world: &World) -> SdkConfig {
    config_in(world, "eu-west-1")
}

/// The error code of a failed call; panics when the call succeeded.
pub(crate) fn code<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(result: Result<T, E>) -> String {
    let error = result.expect_err("an error");
    error.code().unwrap_or("no code").to_owned()
}

/// A world saved to a folder and loaded again.
pub(crate) fn reloaded(world: &World) -> World {
    let folder = tempfile::tempdir().expect("a temporary folder");
    world.save(folder.path()).expect("saved");
    World::load(folder.path()).expect("loaded")
}

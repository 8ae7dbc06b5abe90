//! The way of SDK clients into a sandbox.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::{SdkConfig, region::Region};
use iac_aws::Aws;
use iac_core::model::AccountRegion;
use iac_sandbox::{ACCOUNT_ID, Sandbox};

/// Where most tests are.
pub(crate) const REGION: &str = "eu-west-1";

/// A configuration of SDK clients that reaches the sandbox.
pub(crate) fn config(sandbox: &Sandbox) -> SdkConfig {
    config_in(sandbox, REGION)
}

/// The same in another region.
pub(crate) fn config_in(sandbox: &Sandbox, region: &'static str) -> SdkConfig {
    let credentials = Credentials::new("any", "any", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        // the SDK waits on a clock of its own, so it does not wait for long
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(sandbox.http_client())
        .build()
}

/// The same for clients whose first failure is the last, so that every call shows; a process that dies does not try again.
pub(crate) fn mortal(config: &SdkConfig) -> SdkConfig {
    let never = RetryConfig::disabled();
    config.to_builder().retry_config(never).build()
}

/// A session of clients with this configuration.
pub(crate) fn connect(config: &SdkConfig) -> Arc<Aws> {
    let location = AccountRegion {
        account: ACCOUNT_ID.to_owned(),
        region: config.region().unwrap().to_string(),
    };
    Arc::new(Aws::new(config, location, BTreeMap::new()))
}

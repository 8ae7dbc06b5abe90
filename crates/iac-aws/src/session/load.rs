//! Turns an [`AwsConfig`] into the SDK's configuration.

use std::{path::PathBuf, time::Duration};

use aws_config::{
    BehaviorVersion,
    default_provider::{credentials::DefaultCredentialsChain, region::DefaultRegionChain},
    imds,
    provider_config::ProviderConfig,
    sts::AssumeRoleProvider,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::{
    rt::sleep::{SharedAsyncSleep, TokioSleep},
    time::SystemTimeSource,
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{
    SdkConfig, os_shim_internal::Env, region::Region, sdk_config::SharedTimeSource, service_config::ServiceConfigKey,
};

use super::{config::AwsConfig, error::SessionError, https};

/// A machine that is no EC2 instance swallows calls to the instance metadata service; this is how long one is waited for. As
/// the AWS SDKs do: "AWS SDKs and tools reference", `AWS_METADATA_SERVICE_TIMEOUT`.
const IMDS_TIMEOUT: Duration = Duration::from_secs(1);

/// How often the instance metadata service is asked: an answer may get lost on a busy instance.
const IMDS_ATTEMPTS: u32 = 2;

/// How long one answer may take. Generous, because the time to send a large object counts.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(5);

/// The region of a sandbox in the process, when none is given.
const SANDBOX_REGION: &str = "us-east-1";

/// The SDK's configuration and its region.
pub(super) struct Loaded {
    pub(super) sdk: SdkConfig,
    pub(super) region: String,
}

/// Finds region and credentials, and takes on the role if there is one.
pub(super) async fn load(config: &AwsConfig) -> Result<Loaded, SessionError> {
    let (sdk, region) = match &config.http_client {
        Some(client) => isolated(config, client),
        None => from_environment(config).await?,
    };
    Ok(Loaded {
        sdk: assume_role(config, sdk).await,
        region,
    })
}

/// A configuration that reads nothing from the machine.
fn isolated(config: &AwsConfig, client: &SharedHttpClient) -> (SdkConfig, String) {
    let region = config.region.clone().unwrap_or_else(|| SANDBOX_REGION.to_owned());
    let credentials = config
        .credentials
        .clone()
        .unwrap_or_else(|| Credentials::new("sandbox", "sandbox", None, None, "sandbox"));
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(client.clone())
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        // there is nobody to be gentle with
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(config.retry_attempts)
                .with_initial_backoff(Duration::from_millis(1)),
        );
    builder.set_endpoint_url(config.endpoint_url.clone());
    (builder.build(), region)
}

/// What the SDK's own loader finds, with what `config` says on top.
async fn from_environment(config: &AwsConfig) -> Result<(SdkConfig, String), SessionError> {
    let region = region(config).await.ok_or(SessionError::NoRegion)?;
    let of_environment = || Env::real().get("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty());
    let ca_bundle = config.ca_bundle.clone().or_else(|| of_environment().map(PathBuf::from));
    let client = https::client(ca_bundle.as_deref())?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .http_client(client.clone())
        .retry_config(RetryConfig::adaptive().with_max_attempts(config.retry_attempts))
        .timeout_config(TimeoutConfig::builder().read_timeout(ANSWER_TIMEOUT).build());
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &config.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader = match &config.credentials {
        Some(credentials) => loader.credentials_provider(credentials.clone()),
        None => loader.credentials_provider(credentials(config, region.clone(), client).await),
    };
    Ok((loader.load().await, region.to_string()))
}

async fn region(config: &AwsConfig) -> Option<Region> {
    if let Some(region) = &config.region {
        return Some(Region::new(region.clone()));
    }
    let mut chain = DefaultRegionChain::builder();
    if let Some(profile) = &config.profile {
        chain = chain.profile_name(profile);
    }
    chain.build().region().await
}

/// The default chain, which asks the instance metadata service last, and not for long.
async fn credentials(config: &AwsConfig, region: Region, client: SharedHttpClient) -> DefaultCredentialsChain {
    let provider = ProviderConfig::default().with_region(Some(region.clone()));
    // the instance metadata service is at the machine itself, not behind a proxy
    let imds = imds::Client::builder()
        .configure(&provider)
        .connect_timeout(IMDS_TIMEOUT)
        .read_timeout(IMDS_TIMEOUT)
        .max_attempts(IMDS_ATTEMPTS);
    let mut chain = DefaultCredentialsChain::builder()
        .configure(provider.with_http_client(client))
        .region(region)
        .imds_client(imds.build());
    if let Some(profile) = &config.profile {
        chain = chain.profile_name(profile);
    }
    chain.build().await
}

async fn assume_role(config: &AwsConfig, sdk: SdkConfig) -> SdkConfig {
    let Some(role) = &config.assume_role else {
        return sdk;
    };
    let mut provider = AssumeRoleProvider::builder(&role.role_arn)
        .configure(&impatient(&sdk))
        .session_name(&role.session_name);
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    let provider = provider.build().await;
    sdk.into_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider))
        .build()
}

/// The configuration for calls to STS that a person sits and waits for: they give up sooner than others.
pub(super) fn impatient(sdk: &SdkConfig) -> SdkConfig {
    sdk.to_builder()
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(200)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(Duration::from_secs(10))
                .build(),
        )
        .build()
}

/// The address `service` is called at when it is not AWS's own. As the service clients find it.
pub(super) fn endpoint(sdk: &SdkConfig, service: &str) -> Option<String> {
    let of_service = || {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        sdk.service_config()?.load_config(key)
    };
    let general = || sdk.endpoint_url().map(str::to_owned);
    if sdk.get_origin("endpoint_url").is_client_config() {
        general()
    } else {
        of_service().or_else(general)
    }
}

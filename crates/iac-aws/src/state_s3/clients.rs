//! The clients that read and write states and locks: quick to give up on one try, and not held up by requests of resources.

use std::time::Duration;

use aws_smithy_types::{
    retry::RetryConfig,
    timeout::{TimeoutConfig, TimeoutConfigBuilder},
};

use crate::Aws;

/// How long one try of a small request may take. A lease is renewed every quarter of a minute and lasts for one.
const ATTEMPT: Duration = Duration::from_secs(6);
/// How long a request about the lock may take with all its tries.
const LOCK_OPERATION: Duration = Duration::from_secs(25);
/// What an upload takes on top for each megabyte, on the slowest line that is worth serving: 1 Mbit/s.
const PER_MEGABYTE: Duration = Duration::from_secs(8);

/// The budget of further tries, which the SDK shares among all clients with one name: not with those of resources.
const PARTITION: &str = "iac-state";

/// Gentle retries that look at this request alone. The environment's clients slow down together when a service asks for
/// fewer requests; a lease does not wait.
fn retries(given: Option<&RetryConfig>) -> RetryConfig {
    let standard = RetryConfig::standard();
    match given {
        Some(given) => standard
            .with_max_attempts(given.max_attempts())
            .with_initial_backoff(given.initial_backoff())
            .with_max_backoff(given.max_backoff().min(ATTEMPT)),
        None => standard,
    }
}

fn timeouts(given: Option<&TimeoutConfig>) -> TimeoutConfigBuilder {
    let given = given.map(TimeoutConfig::to_builder).unwrap_or_default();
    given.operation_attempt_timeout(ATTEMPT)
}

/// A client for the lock.
pub(super) fn dynamodb(aws: &Aws) -> aws_sdk_dynamodb::Client {
    let config = aws.dynamodb.config();
    let timeouts = timeouts(config.timeout_config()).operation_timeout(LOCK_OPERATION);
    let config = config
        .to_builder()
        .retry_config(retries(config.retry_config()))
        .retry_partition(aws_sdk_dynamodb::config::retry::RetryPartition::new(PARTITION))
        .timeout_config(timeouts.build());
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// A client for the states.
pub(super) fn s3(aws: &Aws) -> aws_sdk_s3::Client {
    let config = aws.s3.config();
    let config = config
        .to_builder()
        .retry_config(retries(config.retry_config()))
        .retry_partition(aws_sdk_s3::config::retry::RetryPartition::new(PARTITION))
        .timeout_config(timeouts(config.timeout_config()).build());
    aws_sdk_s3::Client::from_conf(config.build())
}

/// How long one try of an upload of so many bytes may take.
pub(super) fn upload_timeout(bytes: usize) -> TimeoutConfig {
    let megabytes = u32::try_from(bytes.div_ceil(1024 * 1024)).unwrap_or(u32::MAX);
    let timeout = ATTEMPT.saturating_add(PER_MEGABYTE.saturating_mul(megabytes.saturating_sub(1)));
    TimeoutConfig::builder().operation_attempt_timeout(timeout).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_keep_what_was_said_but_look_at_one_request_alone() {
        let given = RetryConfig::adaptive()
            .with_max_attempts(10)
            .with_initial_backoff(Duration::from_millis(1));
        let expected = RetryConfig::standard()
            .with_max_attempts(10)
            .with_initial_backoff(Duration::from_millis(1))
            .with_max_backoff(ATTEMPT);
        assert_eq!(retries(Some(&given)), expected);
    }

    #[test]
    fn large_uploads_may_take_longer() {
        assert_eq!(upload_timeout(1000).operation_attempt_timeout(), Some(ATTEMPT));
        let large = upload_timeout(10 * 1024 * 1024).operation_attempt_timeout();
        assert_eq!(large, Some(ATTEMPT + PER_MEGABYTE * 9));
    }
}

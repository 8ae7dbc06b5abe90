//! Proves whose account the credentials belong to, before any other call.

use aws_config::imds::client::error::ImdsError;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::{
    error::{ProvideErrorMetadata, SdkError},
    operation::get_caller_identity::GetCallerIdentityError,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_types::SdkConfig;

use super::{
    config::AwsConfig,
    error::{Cause, SessionError, chain},
    load,
};

const OPERATION: &str = "sts:GetCallerIdentity";

/// The account's id, when it is allowed.
pub(super) async fn prove(sdk: &SdkConfig, config: &AwsConfig) -> Result<String, SessionError> {
    let client = aws_sdk_sts::Client::new(&load::impatient(sdk));
    let identity = match client.get_caller_identity().send().await {
        Ok(identity) => identity,
        Err(error) => return Err(refusal(&error, sdk, config)),
    };
    let account = identity.account.ok_or_else(|| SessionError::Failed {
        operation: OPERATION,
        source: Cause::from_text("the answer names no account"),
    })?;
    if config.allowed_accounts.is_empty() || config.allowed_accounts.contains(&account) {
        return Ok(account);
    }
    Err(SessionError::WrongAccount {
        account,
        identity: identity.arn.unwrap_or_default(),
        allowed: config.allowed_accounts.iter().cloned().collect(),
    })
}

/// Why the call failed, in the words of a person who has to do something about it.
fn refusal(error: &SdkError<GetCallerIdentityError>, sdk: &SdkConfig, config: &AwsConfig) -> SessionError {
    let source = Cause::new(error);
    let credentials = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
    let none_found = chain(error).any(is_nothing_found);
    if none_found {
        let profile = config.profile.clone();
        return SessionError::NoCredentials { profile, source };
    }
    if credentials.is_none() && !matches!(error, SdkError::ServiceError(_)) || chain(error).any(is_unreachable) {
        let endpoint = load::endpoint(sdk, "STS").unwrap_or_else(|| {
            let region = sdk.region().map(ToString::to_string).unwrap_or_default();
            format!("https://sts.{region}.amazonaws.com")
        });
        return SessionError::Unreachable { endpoint, source };
    }
    if let Some(role) = config.assume_role.as_ref().filter(|_| credentials.is_some()) {
        let role_arn = role.role_arn.clone();
        return SessionError::AssumeRole { role_arn, source };
    }
    if credentials.is_some() {
        // SSO and login tokens say it in words only
        let expired = source.to_string().to_lowercase().contains("expired");
        return if expired {
            SessionError::Expired { source }
        } else {
            SessionError::Credentials { source }
        };
    }
    match error.code().unwrap_or_default() {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => SessionError::Expired { source },
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId"
        | "IncompleteSignature"
        | "AuthFailure" => SessionError::Rejected { source },
        "AccessDenied" | "AccessDeniedException" => SessionError::Denied {
            operation: OPERATION,
            source,
        },
        _ => SessionError::Failed {
            operation: OPERATION,
            source,
        },
    }
}

/// Whether all sources of credentials were asked in vain. The last one is the instance metadata service, which says so in
/// many ways when the machine is no instance.
fn is_nothing_found(cause: &(dyn std::error::Error + 'static)) -> bool {
    let not_loaded = matches!(cause.downcast_ref(), Some(CredentialsError::CredentialsNotLoaded(_)));
    not_loaded || cause.is::<ImdsError>()
}

/// Whether nothing came back. Failures to load credentials are wrapped in a [`ConnectorError`] too, of another kind.
fn is_unreachable(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause
        .downcast_ref::<ConnectorError>()
        .is_some_and(|error| error.is_io() || error.is_timeout())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::{
        client::{
            http::{HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
            orchestrator::HttpRequest,
        },
        http::{Response, StatusCode},
    };
    use aws_smithy_types::body::SdkBody;
    use iac_core::model::Hint;

    use super::*;
    use crate::{AssumeRole, Aws};

    /// Gives every request the same answer.
    #[derive(Clone, Debug)]
    struct Answer(Result<(u16, String), &'static str>);

    impl aws_smithy_runtime_api::client::http::HttpConnector for Answer {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let answer = self.0.clone().map_err(|text| ConnectorError::io(text.into()));
            HttpConnectorFuture::ready(
                answer.map(|(status, body)| Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))),
            )
        }
    }

    fn answer(answer: Result<(u16, String), &'static str>) -> SharedHttpClient {
        http_client_fn(move |_, _| SharedHttpConnector::new(Answer(answer.clone())))
    }

    fn identity() -> SharedHttpClient {
        let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ann</Arn>\
                    <UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        answer(Ok((200, body.to_owned())))
    }

    fn refused(status: u16, code: &str) -> SharedHttpClient {
        let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
        answer(Ok((status, body)))
    }

    async fn connect(client: SharedHttpClient) -> Result<Aws, SessionError> {
        Aws::connect(&AwsConfig::builder().http_client(client).build()).await
    }

    #[tokio::test]
    async fn the_account_is_asked_for() {
        let config = AwsConfig::builder()
            .region("cn-north-1")
            .allowed_accounts(["123456789012"])
            .http_client(identity())
            .build();
        let aws = Aws::connect(&config).await.unwrap();
        assert_eq!(
            (aws.account(), aws.region(), aws.partition()),
            ("123456789012", "cn-north-1", "aws-cn")
        );
    }

    #[tokio::test]
    async fn another_account_is_refused() {
        let config = AwsConfig::builder()
            .allowed_accounts(["210987654321"])
            .http_client(identity())
            .build();
        let error = Aws::connect(&config).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "account 123456789012 is not allowed here, only 210987654321"
        );
        assert!(error.hints()[0].contains("arn:aws:iam::123456789012:user/ann"));
    }

    #[tokio::test]
    async fn each_refusal_has_its_name() {
        let error = connect(refused(403, "ExpiredToken")).await.unwrap_err();
        assert!(matches!(error, SessionError::Expired { .. }), "{error:?}");
        let error = connect(refused(403, "InvalidClientTokenId")).await.unwrap_err();
        assert!(matches!(error, SessionError::Rejected { .. }), "{error:?}");
        let error = connect(refused(403, "AccessDenied")).await.unwrap_err();
        assert!(matches!(error, SessionError::Denied { .. }), "{error:?}");
        let error = connect(answer(Err("connection refused"))).await.unwrap_err();
        assert_eq!(error.to_string(), "cannot reach https://sts.us-east-1.amazonaws.com");
    }

    #[tokio::test]
    async fn a_role_that_may_not_be_assumed_is_named() {
        let config = AwsConfig::builder()
            .assume_role(AssumeRole::builder().role_arn("arn:aws:iam::1:role/deploy").build())
            .http_client(refused(403, "AccessDenied"))
            .build();
        let error = Aws::connect(&config).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot assume the role arn:aws:iam::1:role/deploy",
            "{error:?}"
        );
    }

    #[test]
    fn without_credentials_both_ways_out_are_told() {
        let error = SdkError::construction_failure(CredentialsError::not_loaded("no providers in chain"));
        let error = refusal(&error, &SdkConfig::builder().build(), &AwsConfig::default());
        assert_eq!(error.to_string(), "no AWS credentials found");
        assert!(error.hints()[0].contains("AWS_PROFILE") && error.hints()[1].contains("--sandbox"));
    }
}

//! Why AWS could not be reached, and what to do about it.

use std::path::PathBuf;

use iac_core::model::Hint;

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A setting of the configuration can never be right.
    #[error("{setting}: {message}")]
    Invalid {
        /// The setting: `assume_role.role_arn`.
        setting: &'static str,
        /// What is allowed.
        message: String,
    },
    /// Neither the configuration nor the machine says which region.
    #[error("no AWS region is set")]
    NoRegion,
    /// The certificate authorities that are to be trusted cannot be read.
    #[error("cannot use the certificates in {}", path.display())]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: Cause,
    },
    /// There are no credentials.
    #[error("no AWS credentials found{}", of_profile(profile.as_deref()))]
    NoCredentials {
        /// The profile that was asked for.
        profile: Option<String>,
        /// What was tried.
        source: Cause,
    },
    /// The credentials were good once.
    #[error("the AWS credentials have expired")]
    Expired {
        /// What said so.
        source: Cause,
    },
    /// AWS does not know the credentials.
    #[error("AWS does not accept the credentials")]
    Rejected {
        /// AWS's answer.
        source: Cause,
    },
    /// There are credentials, but they could not be loaded.
    #[error("the AWS credentials could not be loaded")]
    Credentials {
        /// What went wrong.
        source: Cause,
    },
    /// The role could not be taken on.
    #[error("cannot assume the role {role_arn}")]
    AssumeRole {
        /// The role.
        role_arn: String,
        /// AWS's answer.
        source: Cause,
    },
    /// The account may not be worked in.
    #[error("account {account} is not allowed here, only {}", allowed.join(", "))]
    WrongAccount {
        /// The account the credentials belong to.
        account: String,
        /// Whose credentials they are, as an ARN.
        identity: String,
        /// The accounts that are allowed.
        allowed: Vec<String>,
    },
    /// Nothing answers there.
    #[error("cannot reach {endpoint}")]
    Unreachable {
        /// The address.
        endpoint: String,
        /// What went wrong.
        source: Cause,
    },
    /// The call that tells the account is denied.
    #[error("access denied for {operation}")]
    Denied {
        /// `sts:GetCallerIdentity`.
        operation: &'static str,
        /// AWS's answer.
        source: Cause,
    },
    /// Anything else that AWS answers.
    #[error("{operation} failed")]
    Failed {
        /// `sts:GetCallerIdentity`.
        operation: &'static str,
        /// AWS's answer.
        source: Cause,
    },
}

/// What an error of the SDK says, with all its causes in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    /// Joins what the error and its causes say; what repeats is said once.
    pub(super) fn new(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut said: Vec<String> = Vec::new();
        for text in chain(error).map(ToString::to_string) {
            if !said.iter().any(|earlier| earlier.contains(&text)) {
                said.push(text);
            }
        }
        Self(said.join(": "))
    }

    pub(super) fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The error and its causes.
pub(super) fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn of_profile(profile: Option<&str>) -> String {
    profile
        .map(|profile| format!(" in profile `{profile}`"))
        .unwrap_or_default()
}

impl Hint for SessionError {
    fn hints(&self) -> Vec<String> {
        let hints: &[&str] = match self {
            Self::NoRegion => &["set the region of the environment, or AWS_REGION, or the profile's `region`"],
            Self::CaBundle { .. } => {
                &["give a file of PEM certificates in the environment's `ca_bundle` or in AWS_CA_BUNDLE, or neither"]
            }
            Self::NoCredentials { .. } => &[
                "configure credentials: AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `aws sso login`",
                "or pass `--sandbox` to run against an AWS inside the process, without credentials",
            ],
            Self::Expired { .. } => &["log in again: `aws sso login`, or set fresh temporary credentials"],
            Self::Rejected { .. } => &[
                "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile in use",
                "a clock that is wrong by more than five minutes makes AWS refuse good credentials too",
            ],
            Self::Credentials { .. } => &["check the profile in use with `aws sts get-caller-identity`"],
            Self::AssumeRole { .. } => &[
                "the role's trust policy must name who runs this, and its external id must match",
                "who runs this must be allowed `sts:AssumeRole` on the role",
            ],
            Self::Unreachable { .. } => &[
                "check the network, HTTPS_PROXY, the region's name, and AWS_ENDPOINT_URL if it is set",
                "where a proxy has certificates of its own, give their authority in AWS_CA_BUNDLE",
            ],
            Self::Denied { .. } => &["a service control policy or a session policy denies the call"],
            Self::WrongAccount { identity, allowed, .. } => {
                return vec![
                    format!("the credentials are those of {identity}"),
                    format!(
                        "use credentials of {}, or allow the account in the environment",
                        allowed.join(" or ")
                    ),
                ];
            }
            Self::Failed { .. } => &["if AWS_ENDPOINT_URL is set, check that AWS answers there"],
            Self::Invalid { .. } => &[],
        };
        hints.iter().map(|&hint| hint.to_owned()).collect()
    }
}

//! What things are called in AWS: the stack's name first, then the environment's.

use crate::environments::Environment;

/// The stack's name, and the beginning of every name in AWS.
pub const NAME: &str = "aws-gpu-spot-monitor";

/// A name as everything of an environment is called: `aws-gpu-spot-monitor-dev-frontend`.
pub(crate) fn named(environment: &Environment, name: &str) -> String {
    format!("{NAME}-{}-{name}", environment.name)
}

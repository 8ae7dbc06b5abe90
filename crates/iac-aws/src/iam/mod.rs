//! Identity and access management: roles, managed policies, their attachments, and identity providers.
//!
//! ```
//! use iac_aws::{
//!     iam::{Policy, Role},
//!     policy::{PolicyDocument, Principal, Statement},
//! };
//! use iac_core::model::Stack;
//!
//! let mut stack = Stack::new("site", "dev");
//! let logs = PolicyDocument::new().statement(Statement::allow().actions(["logs:PutLogEvents"]).resources(["*"]));
//! let logs = stack.add("logs", Policy::builder().document(logs).build());
//! let trust = Statement::allow().principal(Principal::service("lambda.amazonaws.com")).actions(["sts:AssumeRole"]);
//! stack.add(
//!     "worker",
//!     Role::builder()
//!         .trust_policy(PolicyDocument::new().statement(trust))
//!         .managed_policy_arns([&logs.arn])
//!         .build(),
//! );
//! assert!(stack.errors().is_empty());
//! ```

mod oidc_provider;
mod policy;
mod policy_attachment;
mod role;
mod wire;

pub use oidc_provider::{OidcProvider, OidcProviderOutputs, OidcUrl, Thumbprint};
pub use policy::{Policy, PolicyName, PolicyOutputs};
pub use policy_attachment::{GroupName, PolicyAttachment, PolicyAttachmentOutputs, UserName};
pub use role::{Role, RoleName, RoleOutputs};

iac_core::text_type! {
    /// A path that groups roles or policies: `/`, or `/teams/web/`. At most 512 characters. Source: IAM API reference, `CreateRole`.
    pub struct IamPath, check = |path| {
        let printable = path.chars().all(|c| ('\u{21}'..='\u{7e}').contains(&c));
        if printable && path.starts_with('/') && path.ends_with('/') && path.len() <= 512 {
            Ok(())
        } else {
            Err(format!("`{path}` is not a path, which starts and ends with `/` and has no white space: `/teams/web/`"))
        }
    };
}

/// Refuses what is no name in IAM: `what` has 1 to `longest` letters, digits and `_+=,.@-`.
fn check_name(name: &str, what: &str, longest: usize) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (1..=longest).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!(
            "`{name}` is not a {what}, which has 1 to {longest} letters, digits and `_+=,.@-`"
        ))
    }
}

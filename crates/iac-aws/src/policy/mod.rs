//! IAM policy documents: who may do what to which resource, as typed data that may hold references.
//!
//! A document is written in Rust, or taken from JSON that is there already, and serialises to the JSON that AWS stores. Two
//! documents are equal when they mean the same: see [`PolicyDocument::canonical`].
//!
//! ```
//! use iac_aws::policy::{PolicyDocument, Principal, Statement};
//!
//! let public = PolicyDocument::new().statement(
//!     Statement::allow()
//!         .principal(Principal::service("cloudfront.amazonaws.com"))
//!         .actions(["s3:GetObject"])
//!         .resources(["arn:aws:s3:::my-site/*"])
//!         .condition("StringEquals", "aws:SourceAccount", ["123456789012"]),
//! );
//! let text = r#"{"Version": "2012-10-17", "Statement": {
//!     "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
//!     "Resource": "arn:aws:s3:::my-site/*", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}
//! }}"#;
//! assert_eq!(public.resolved()?.canonical(), PolicyDocument::from_json(text)?.resolved()?.canonical());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: IAM user guide, "IAM JSON policy element reference" and "Grammar of the IAM JSON policy language".

mod build;
mod canonical;
mod check;
mod document;
mod json;
#[cfg(test)]
mod tests;

use iac_core::model::{DocumentSchema, HasSchema, Schema, Stage};

pub use check::PolicyUse;
pub use document::{Conditions, Effect, PolicyDocument, PolicyError, Principal, Statement, Version};

impl<S: Stage> HasSchema for PolicyDocument<S> {
    fn schema() -> Schema {
        Schema::Document(DocumentSchema {
            name: "PolicyDocument",
            check: check::check,
            canonical: canonical::canonical,
        })
    }
}

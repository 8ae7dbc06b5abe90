//! The lifecycle every resource type goes through, on the AWS in the process. See `harness.rs` for its steps.
//!
//! A new type adds one file here, named after it, and its name below.
#![allow(
    clippy::assigning_clones,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
mod harness;
mod test_env;

macro_rules! types {
    ($($service:literal: $($module:ident)+;)+) => {
        $($(
            #[cfg(feature = $service)]
            mod $module;
        )+)+
        const TESTED: &[&str] = &[$($(stringify!($module)),+),+];
    };
}

types! {
    "cloudfront": cloudfront_cache_policy cloudfront_distribution cloudfront_origin_access_control;
    "dynamodb": dynamodb_table;
    "ec2": ec2_security_group ec2_security_group_egress_rule ec2_security_group_ingress_rule ec2_subnet ec2_vpc;
    "iam": iam_oidc_provider iam_policy iam_policy_attachment iam_role;
    "s3": s3_bucket s3_bucket_notification s3_bucket_policy s3_directory s3_object;
}

#[test]
fn every_type_has_a_lifecycle() {
    let modules: Vec<String> = iac_aws::types()
        .iter()
        .map(|info| info.name.replace('.', "_"))
        .collect();
    let lacking: Vec<&String> = modules
        .iter()
        .filter(|module| !TESTED.contains(&module.as_str()))
        .collect();
    assert!(lacking.is_empty(), "types without a lifecycle: {lacking:?}");
}

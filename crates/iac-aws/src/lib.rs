//! iac-aws

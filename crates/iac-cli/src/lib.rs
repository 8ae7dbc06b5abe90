//! iac-cli

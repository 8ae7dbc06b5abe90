//! iac-core

//! iac-derive

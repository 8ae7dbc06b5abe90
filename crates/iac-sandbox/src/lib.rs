//! iac-sandbox

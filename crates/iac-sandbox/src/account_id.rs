//! The account that every sandbox is.

/// The account id of every sandbox; the emulators know no other.
pub const ACCOUNT_ID: &str = "123456789012";

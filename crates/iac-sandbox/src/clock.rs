//! The time in this sandbox: the machine's.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox stands for AWS, whose clock is not the caller's to inject"
)]
pub(crate) fn now_ms() -> i64 {
    let now = DateTime::from(std::time::SystemTime::now());
    now.to_millis().unwrap_or_default()
}

/// A time as XML documents give it.
pub(crate) fn iso(ms: i64) -> String {
    DateTime::from_millis(ms).fmt(Format::DateTime).unwrap_or_default()
}

/// A time as HTTP headers give it.
pub(crate) fn http_date(ms: i64) -> String {
    DateTime::from_millis(ms / 1000 * 1000)
        .fmt(Format::HttpDate)
        .unwrap_or_default()
}

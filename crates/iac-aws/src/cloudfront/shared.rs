//! What the types of this service share: writes guarded by an `ETag`, and lists that carry their length.

use std::time::Duration;

use aws_sdk_cloudfront::error::BuildError;
use iac_core::model::{Context, ResourceError, Violation};

use crate::Aws;

/// Builds one of CloudFront's lists, which carry their own length: `counted!(Aliases, names)`. An empty list has no items.
macro_rules! counted {
    ($list:ident, $items:expr) => {{
        let items: Vec<_> = $items;
        let quantity = i32::try_from(items.len()).unwrap_or(i32::MAX);
        ::aws_sdk_cloudfront::types::$list::builder()
            .quantity(quantity)
            .set_items((!items.is_empty()).then_some(items))
            .build()
    }};
}
pub(super) use counted;

/// A request that lacks a required part: a mistake of the type, not of the user.
#[expect(clippy::needless_pass_by_value, reason = "the schema that `map_err` takes")]
pub(super) fn incomplete(error: BuildError) -> ResourceError {
    ResourceError::invalid(error.to_string())
}

/// An answer that lacks what the API promises.
pub(super) fn missing(part: &str) -> ResourceError {
    ResourceError::invalid(format!("CloudFront answered without {part}"))
}

/// Whether another write came between reading the `ETag` and using it.
pub(super) fn stale(error: &ResourceError) -> bool {
    matches!(error.code.as_str(), "PreconditionFailed" | "InvalidIfMatchVersion")
}

/// How long a read may lag behind the last write, or another write be in the way.
const CAUGHT_UP: Duration = Duration::from_secs(30);

/// Runs `attempt`, which reads, builds and writes, until no other write came between: a read that lags gives the `ETag` of
/// before the last write, so pauses grow between the attempts.
pub(super) async fn until_current<T, F>(
    cx: &Context<'_, Aws>,
    attempt: impl FnMut() -> F + Send,
) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<T, ResourceError>> + Send,
{
    cx.retry("the last change to be seen", CAUGHT_UP, stale, attempt).await
}

/// A text of the API, where empty means that there is none.
pub(super) fn text<T: From<String>>(text: Option<&str>) -> Option<T> {
    text.filter(|text| !text.is_empty())
        .map(|text| T::from(text.to_owned()))
}

/// Seconds of an answer; what does not fit is longer than any limit of the API.
pub(super) fn seconds(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// What is wrong at a path.
pub(super) fn violation(path: impl Into<String>, message: impl Into<String>) -> Violation {
    Violation {
        path: path.into(),
        message: message.into(),
    }
}

/// Gives an enum whose variants hold one value each the schema of what it serialises as: an object with one property.
macro_rules! either {
    ($name:ident { $($key:literal: $value:ty = $doc:literal,)+ }) => {
        impl<S: ::iac_core::model::Stage> ::iac_core::model::HasSchema for $name<S> {
            fn schema() -> ::iac_core::model::Schema {
                ::iac_core::model::Schema::Struct(vec![$(
                    ::iac_core::model::Field {
                        name: $key,
                        doc: $doc,
                        schema: <$value as ::iac_core::model::HasSchema>::schema(),
                        required: false,
                        default: "",
                        default_value: None,
                        attributes: ::iac_core::model::FieldAttributes::default(),
                    },
                )+])
            }
        }
    };
}
pub(super) use either;

/// A number of a request; what does not fit is beyond any limit of the API, and refused by it.
pub(super) fn whole(value: impl TryInto<i32>) -> i32 {
    value.try_into().unwrap_or(i32::MAX)
}

/// A number of an answer.
pub(super) fn small(value: i32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// The default of switches that are on.
pub(super) fn yes() -> bool {
    true
}

//! What AWS answers, as errors of a resource: kinds of failure and hints come from one table of codes. Nothing else looks at
//! codes to decide what to do, but for those a resource's own file names.

mod codes;
mod permission;

use std::error::Error;

use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::http::Response;
use aws_types::request_id::RequestId;
use iac_core::model::{ErrorKind, ResourceError};

use crate::session::{had_no_answer_before, not_sent};

/// Makes the engine's error of a failed call: `client.create_vpc().send().await.map_err(failed("ec2:CreateVpc"))`.
pub fn failed<E>(operation: &'static str) -> impl FnOnce(SdkError<E, Response>) -> ResourceError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    move |error| {
        if let Some(mut made) = not_sent(&error) {
            operation.clone_into(&mut made.operation);
            return made;
        }
        let request_id = error.request_id().map(str::to_owned);
        let mut made = match &error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or_default().to_owned();
                let message = service.err().message().unwrap_or_default().to_owned();
                let status = service.raw().status().as_u16();
                let (kind, hints) = codes::meaning(&code, status, &message);
                let mut made = ResourceError::new(kind, message);
                made.hints = hints.iter().map(|&hint| hint.to_owned()).collect();
                made.repeated = had_no_answer_before(service.raw());
                made.code = if code.is_empty() {
                    format!("HTTP {status}")
                } else {
                    code
                };
                // an answer that cannot be read says neither: then the reason is inside
                if made.code.starts_with("HTTP 2") {
                    made.kind = ErrorKind::Other;
                    made.message = DisplayErrorContext(service.err()).to_string();
                }
                made
            }
            SdkError::TimeoutError(_) => ResourceError::new(ErrorKind::Timeout, "no answer came in time"),
            SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => {
                ResourceError::new(ErrorKind::Timeout, "no answer came in time")
            }
            SdkError::ConstructionFailure(_) => ResourceError::invalid(DisplayErrorContext(&error).to_string()),
            _ => ResourceError::new(ErrorKind::Unavailable, DisplayErrorContext(&error).to_string()),
        };
        operation.clone_into(&mut made.operation);
        made.request_id = request_id;
        // where the code has hints of its own, no permission is what lacks
        if made.kind == ErrorKind::Denied && made.hints.is_empty() {
            made.hints = permission::hints(operation, &made.message);
        }
        made
    }
}

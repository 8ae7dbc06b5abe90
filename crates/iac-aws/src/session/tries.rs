//! Tells an answer to a request's first try from one to a later try after a try that nobody saw the answer to.
//!
//! The SDK tries again by itself, and only the last answer comes out. When an earlier try was carried out and its answer was
//! lost, a create says that the object is there already; without this note it would be taken for somebody else's.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeDeserializationInterceptorContextMut, FinalizerInterceptorContextRef},
            dyn_dispatch_hint,
        },
        runtime_components::RuntimeComponents,
    },
    http::Response,
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// The header that is put on an answer when an earlier try has none. It never leaves the process.
const UNANSWERED: &str = "x-iac-unanswered";

/// Looks at every try of every request.
#[derive(Debug)]
pub(super) struct Tries;

/// A try of this request may have been carried out, and nobody was told.
#[derive(Debug)]
struct Unanswered;

impl Storable for Unanswered {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Tries {
    fn name(&self) -> &'static str {
        "Tries"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if bag.load::<Unanswered>().is_some() {
            context.response_mut().headers_mut().insert(UNANSWERED, "true");
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // a service that says no has done nothing; one that fails, or says what cannot be read, may have
        let refused = |answer: &Response| (400..500).contains(&answer.status().as_u16());
        if !context.response().is_some_and(refused) {
            bag.interceptor_state().store_put(Unanswered);
        }
        Ok(())
    }
}

/// Whether an earlier try of the request that this answers may have been carried out.
pub(crate) fn had_no_answer_before(answer: &Response) -> bool {
    answer.headers().get(UNANSWERED).is_some()
}

//! The same life for every type.
//!
//! With all optional properties omitted and with all given, it is made, planned again (nothing), let go of and imported
//! (nothing), and destroyed without a trace. Each mutable property is changed and changed back, each create-only one replaces;
//! no property is passed over without a reason. Drift and a delete made outside are seen and repaired. An answer to the create
//! that is lost, a cut at any changing call, a refusal at any changing call, and throttling at every operation leave one object
//! and a state that is true. Every request is one the type declares.
//!
//! All of it but what is done outside is also lived through with reads that lag: after each change they do not know of it. And
//! most of it where things take time: what was made or changed is not ready for some reads.

mod life;
mod stacks;
mod trouble;

use aws_types::SdkConfig;
use futures::future::LocalBoxFuture;
use iac_core::model::{Reconciled, Stack};
use serde::de::DeserializeOwned;

use crate::test_env::TestEnv;

/// Declares the resource under test; what it needs is added to the stack first.
type Build<R> = Box<dyn Fn(&mut Stack) -> R>;
/// Changes the full resource; what it then needs is added to the stack.
type Edit<R> = Box<dyn Fn(&mut R, &mut Stack)>;
type Outside = Box<dyn Fn(SdkConfig, String) -> LocalBoxFuture<'static, ()>>;

/// The lifecycle of the type `R`.
pub(crate) struct Lifecycle<R> {
    minimal: Build<R>,
    full: Build<R>,
    updates: Vec<(&'static str, Edit<R>)>,
    replaces: Vec<(&'static str, Edit<R>)>,
    drift: Vec<(&'static str, Outside)>,
    excused: Vec<(&'static str, &'static str)>,
    plain: Option<Edit<R>>,
    created_by: &'static str,
    importable: bool,
    stale_reads: u32,
    ready_after: u32,
}

/// Makes one test of each step of a type's lifecycle: `lifecycle!(Role, Lifecycle::new("CreateRole", minimal, full))`.
macro_rules! lifecycle {
    ($type:ty, $lifecycle:expr) => {
        fn life() -> $crate::harness::Lifecycle<$type> {
            $lifecycle
        }

        lifecycle! { @tests steps, with_stale_reads(0):
            minimal
            full
            updates
            replacements
            outside_changes
            outside_delete
            lost_answer
            throttled
            denied
            cut_off
        }

        lifecycle! { @tests steps_with_stale_reads, with_stale_reads(2):
            minimal
            full
            updates
            replacements
            lost_answer
            throttled
            denied
            cut_off
            deleted_at_once
        }

        lifecycle! { @tests steps_that_take_time, ready_after(3):
            full
            updates
            replacements
            cut_off
        }
    };
    (@tests $module:ident, $sandbox:ident($reads:literal): $($step:ident)+) => {
        mod $module {
            $(#[tokio::test]
            async fn $step() {
                super::life().$sandbox($reads).$step().await;
            })+
        }
    };
}

impl<R: Reconciled + DeserializeOwned> Lifecycle<R> {
    /// The operation that makes the object, such as `CreateRole`; the resource with all optional properties omitted, and with
    /// all of them given.
    pub(crate) fn new(
        created_by: &'static str,
        minimal: impl Fn(&mut Stack) -> R + 'static,
        full: impl Fn(&mut Stack) -> R + 'static,
    ) -> Self {
        Self {
            minimal: Box::new(minimal),
            full: Box::new(full),
            updates: Vec::new(),
            replaces: Vec::new(),
            drift: Vec::new(),
            excused: Vec::new(),
            plain: None,
            created_by,
            importable: true,
            stale_reads: 0,
            ready_after: 0,
        }
    }

    /// After each change, so many reads of the service are answered from before it.
    pub(crate) fn with_stale_reads(mut self, reads: u32) -> Self {
        self.stale_reads = reads;
        self
    }

    /// What is made or changed is not ready in so many reads of it, where things take time.
    pub(crate) fn ready_after(mut self, reads: u32) -> Self {
        self.ready_after = reads;
        self
    }

    /// A sandbox for one life.
    fn env(&self) -> TestEnv {
        let env = TestEnv::with_stale_reads(self.stale_reads);
        env.sandbox.set_ready_after(self.ready_after);
        env
    }

    /// The *full* resource with another value of one property: updated in place, and back. Properties that can only change
    /// together are named together, sorted: `"aliases, viewer_certificate"`.
    ///
    /// That a property is taken away, or goes back to its default, is tested without being told.
    pub(crate) fn update(self, property: &'static str, edit: impl Fn(&mut R) + 'static) -> Self {
        self.update_with(property, move |resource, _| edit(resource))
    }

    /// As [`update`](Self::update), where the other value needs something in the stack.
    pub(crate) fn update_with(mut self, property: &'static str, edit: impl Fn(&mut R, &mut Stack) + 'static) -> Self {
        self.updates.push((property, Box::new(edit)));
        self
    }

    /// The *full* resource with another value of a create-only property: replaced.
    pub(crate) fn replace(self, property: &'static str, edit: impl Fn(&mut R) + 'static) -> Self {
        self.replace_with(property, move |resource, _| edit(resource))
    }

    /// As [`replace`](Self::replace), where the other value needs something in the stack.
    pub(crate) fn replace_with(mut self, property: &'static str, edit: impl Fn(&mut R, &mut Stack) + 'static) -> Self {
        self.replaces.push((property, Box::new(edit)));
        self
    }

    /// A change made outside to the *full* resource, by SDK clients made from the configuration; it gets the object's id.
    /// Names the property whose drift is to be seen.
    pub(crate) fn drift<F>(mut self, property: &'static str, change: impl Fn(SdkConfig, String) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        let change = move |config, id| -> LocalBoxFuture<'static, ()> { Box::pin(change(config, id)) };
        self.drift.push((property, Box::new(change)));
        self
    }

    /// A property that is not changed here, and why.
    pub(crate) fn except(mut self, property: &'static str, reason: &'static str) -> Self {
        assert!(!reason.is_empty());
        self.excused.push((property, reason));
        self
    }

    /// Completes the *full* resource with all mutable properties as in the minimal one, where that alone makes no sense.
    pub(crate) fn plain(mut self, edit: impl Fn(&mut R) + 'static) -> Self {
        self.plain = Some(Box::new(move |resource, _| edit(resource)));
        self
    }

    /// The type cannot be imported without a difference, for a reason its documentation gives.
    pub(crate) fn not_importable(mut self) -> Self {
        self.importable = false;
        self
    }
}

//! What goes wrong on the way: answers that are lost, throttling, refusals, runs that are cut off.

use iac_core::{
    model::{ErrorKind, Reconciled, Stack},
    plan::{Action, Mode},
};
use iac_sandbox::{Fault, Request};
use serde::de::DeserializeOwned;

use super::Lifecycle;
use crate::test_env::TestEnv;

impl<R: Reconciled + DeserializeOwned> Lifecycle<R> {
    /// The answer to the create is lost, also when the SDK asks again: the next run finds the object, and there is one.
    pub(crate) async fn lost_answer(self) {
        let full = Self::stack(&self.full);
        // one try, and the next one finds the object in its way; or so many that the client gives up
        for tries in [1, 20] {
            let when = format!("after {tries} lost answers");
            let env = self.env();
            env.apply("what it needs", &self.needs()).await;
            let lost = Fault::response_lost().on_operation(self.created_by);
            env.sandbox.inject(lost.first(tries));
            // some types look for themselves, in the same run, whether it was made
            let report = env.run(&full, Mode::Normal).await;
            let requests = env.sandbox.requests();
            let mut lost = requests
                .iter()
                .filter(|request| request.operation == self.created_by && request.status.is_none());
            assert!(lost.next().is_some(), "{} was not called: {report:?}", self.created_by);
            env.sandbox.clear_faults();
            env.converge(&when, &full).await;
            env.destroy(&when, &full).await;
        }
    }

    /// Throttling at the first call of every operation is waited out.
    pub(crate) async fn throttled(self) {
        let env = self.env();
        let (full, plain) = (Self::stack(&self.full), self.plain_stack());
        env.apply("what it needs", &self.needs()).await;
        for action in R::info().operations {
            let operation = action.split(':').next_back().unwrap();
            env.sandbox.inject(Fault::throttling().on_operation(operation).nth(1));
        }
        env.converge("made under throttling", &full).await;
        env.converge("changed under throttling", &plain).await;
        env.converge("changed back under throttling", &full).await;
        env.destroy("destroyed under throttling", &full).await;
    }

    /// A refusal at any changing call says what is to be allowed, and the next run goes on from there: forward, or back.
    pub(crate) async fn denied(self) {
        let (full, plain) = (Self::stack(&self.full), self.plain_stack());
        let env = self.env();
        env.apply("what it needs", &self.needs()).await;
        env.sandbox.inject(Fault::access_denied().on_operation(self.created_by));
        Self::expect_denied(&env, "create", &full).await;
        env.converge("made after a refusal", &full).await;
        for n in 1.. {
            env.apply("full", &full).await;
            env.sandbox.clear_requests();
            env.sandbox.inject(Fault::access_denied().on_mutations().nth(n));
            if !Self::expect_denied(&env, &format!("change {n}"), &plain).await {
                break;
            }
            let (when, next) = match n % 2 {
                0 => (format!("back after refusal {n}"), &full),
                _ => (format!("forward after refusal {n}"), &plain),
            };
            env.converge(&when, next).await;
        }
        env.destroy("after refusals", &plain).await;
    }

    /// What was made a moment ago, and is not known to reads yet, is deleted all the same.
    pub(crate) async fn deleted_at_once(self) {
        let env = self.env();
        let full = Self::stack(&self.full);
        env.apply("full", &full).await;
        env.delete::<R>(&env.object::<R>().await).await.unwrap();
        env.sandbox.catch_up();
        let change = env.change::<R>("deleted at once", &full).await;
        // a directory is as much there as its bucket: it is filled again
        assert!(
            matches!(change.action, Action::Create | Action::Update),
            "{:?}",
            change.action
        );
    }

    /// Whether it was refused; then the error is as it should be.
    async fn expect_denied(env: &TestEnv, when: &str, stack: &Stack) -> bool {
        let report = env
            .run(stack, Mode::Normal)
            .await
            .unwrap_or_else(|error| panic!("{when}: {error}"));
        env.sandbox.clear_faults();
        let requests = env.sandbox.requests();
        let Some(refused) = requests.iter().find(|request| refused(request)) else {
            assert!(report.is_success(), "{when}: {:#?}", report.failed);
            return false;
        };
        let [failure] = report.failed.as_slice() else {
            panic!(
                "{when}: {} was refused, and failed are {:#?}",
                refused.operation, report.failed
            );
        };
        let error = &failure.error;
        assert_eq!(error.kind, ErrorKind::Denied, "{when}: {error}");
        assert_eq!(error.operation, refused.action(), "{when}");
        // an action is not always called as its operation is; which is whose is the error table's own affair
        let allow = format!("allow `{}:", refused.service);
        let named = error.hints.iter().any(|hint| hint.starts_with(&allow));
        assert!(
            named,
            "{when}: no hint says what to allow for {}: {:?}",
            refused.action(),
            error.hints
        );
        true
    }

    /// A cut at any changing call, after it took effect: the next run finishes, and makes nothing twice.
    pub(crate) async fn cut_off(self) {
        let (full, plain) = (Self::stack(&self.full), self.plain_stack());
        let runs = [(&full, Mode::Normal), (&plain, Mode::Normal), (&plain, Mode::Destroy)];
        for n in 1.. {
            let env = self.env();
            env.apply("what it needs", &self.needs()).await;
            env.sandbox.inject(Fault::cut_after().on_mutations().nth(n));
            let mut struck = false;
            for (stack, mode) in runs {
                let when = format!("cut off at call {n}");
                let report = env.run(stack, mode).await;
                if env.sandbox.is_cut() {
                    struck = true;
                    env.sandbox.clear_faults();
                    let report = env
                        .run(stack, mode)
                        .await
                        .unwrap_or_else(|error| panic!("{when}: {error}"));
                    assert!(report.is_success(), "{when}: {:#?}", report.failed);
                    if mode == Mode::Normal {
                        env.expect_nothing(&when, stack).await;
                    }
                } else {
                    let report = report.unwrap_or_else(|error| panic!("{when}: {error}"));
                    assert!(report.is_success(), "{when}: {:#?}", report.failed);
                }
            }
            let left = env.sandbox.inventory();
            assert!(left.is_empty(), "cut off at call {n}: left behind: {left:?}");
            if !struck {
                break;
            }
        }
    }
}

fn refused(request: &Request) -> bool {
    let codes = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];
    request.error_code.as_deref().is_some_and(|code| codes.contains(&code))
}

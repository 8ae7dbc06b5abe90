//! The one shape of errors: what failed, why, and what to do. Every error of the engine becomes a [`Problem`] here.

use std::error::Error;

use iac_core::{
    OpenError,
    apply::RunError,
    model::{Address, Hint, ResourceError, StackError},
    plan::{PlanError, PlanIssue, SavedPlanError, StackFromStateError},
    state::{BackendError, EditError, PushError, StoreError},
};
use serde::Serialize;

/// Something that went wrong, ready to be told to people and to programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// What failed: lower case, no trailing stop.
    pub(crate) summary: String,
    /// Why, from the nearest cause to the deepest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<String>,
    /// On which resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<Address>,
    /// In which operation: `s3:CreateBucket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    /// The service's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The id the service gave the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// The single problems this one is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Self>,
}

/// A command's way of failing. Boxed: success is what should be cheap.
pub(crate) type Outcome<T> = Result<T, Box<Problem>>;

impl Problem {
    /// A problem in our own words.
    pub(crate) fn new(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// Adds a sentence that says what to do.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a cause.
    #[must_use]
    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Puts a summary on top; what was the summary is the first cause now.
    #[must_use]
    pub(crate) fn under(mut self, summary: impl Into<String>) -> Self {
        let cause = std::mem::replace(&mut self.summary, summary.into());
        self.causes.insert(0, cause);
        self
    }

    /// Names the resource.
    #[must_use]
    pub(crate) fn at(mut self, address: &Address) -> Self {
        self.address = Some(address.clone());
        self
    }

    /// A problem from an error and its own chain of causes.
    pub(crate) fn of(error: &(dyn Error + 'static), hints: Vec<String>) -> Self {
        let mut problem = Self::new(error.to_string());
        problem.hints = hints;
        problem.coordinates(error);
        let mut last = problem.summary.clone();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // some errors repeat their cause; once is enough
            if !last.contains(&text) {
                problem.causes.push(text.clone());
            }
            last = text;
            problem.coordinates(cause);
            source = cause.source();
        }
        problem
    }

    /// Several problems as one, unless it is only one.
    pub(crate) fn many(summary: impl FnOnce(usize) -> String, mut problems: Vec<Self>) -> Self {
        if problems.len() == 1 {
            return problems.remove(0);
        }
        let mut whole = Self::new(summary(problems.len()));
        whole.errors = problems;
        whole.share_hints();
        whole
    }

    /// Takes up what all problems below hint at, so that expired credentials are told of once and not for each resource.
    pub(crate) fn share_hints(&mut self) {
        let [first, rest @ ..] = self.errors.as_slice() else {
            return;
        };
        if rest.is_empty() || first.hints.is_empty() || rest.iter().any(|problem| problem.hints != first.hints) {
            return;
        }
        let shared = first.hints.clone();
        self.errors.iter_mut().for_each(|problem| problem.hints.clear());
        self.hints.splice(0..0, shared);
    }

    /// Changes every hint, in the problems below too.
    pub(crate) fn map_hints(&mut self, change: &dyn Fn(&str) -> String) {
        for hint in &mut self.hints {
            *hint = change(hint);
        }
        self.errors.iter_mut().for_each(|problem| problem.map_hints(change));
    }

    fn coordinates(&mut self, error: &(dyn Error + 'static)) {
        let remote = if let Some(error) = error.downcast_ref::<ResourceError>() {
            Some(error)
        } else if let Some(BackendError::Remote(error)) = error.downcast_ref() {
            Some(error)
        } else if let Some(StoreError::Backend(BackendError::Remote(error))) = error.downcast_ref() {
            Some(error)
        } else if let Some(RunError::Store(StoreError::Backend(BackendError::Remote(error)))) = error.downcast_ref() {
            Some(error)
        } else {
            None
        };
        if let Some(remote) = remote {
            let told = |text: &String| (!text.is_empty()).then(|| text.clone());
            self.operation = told(&remote.operation);
            self.code = told(&remote.code);
            self.request_id.clone_from(&remote.request_id);
        }
    }
}

impl From<&ResourceError> for Problem {
    fn from(error: &ResourceError) -> Self {
        Self::of(error, error.hints())
    }
}

impl From<&StackError> for Problem {
    fn from(error: &StackError) -> Self {
        let mut problem = Self::new(error.to_string());
        problem.hints = error.hints();
        match error {
            StackError::Duplicate { address, .. } | StackError::Invalid { address, .. } => problem.at(address),
            _ => problem,
        }
    }
}

impl From<&PlanIssue> for Problem {
    fn from(issue: &PlanIssue) -> Self {
        let problem = Self::of(issue, issue.hints());
        match issue {
            PlanIssue::Stack(error) => Self::from(error),
            PlanIssue::Dangling { address, .. }
            | PlanIssue::Read { address, .. }
            | PlanIssue::Protected { address, .. }
            | PlanIssue::NoSuchResource { address, .. }
            | PlanIssue::NothingToImport { address, .. }
            | PlanIssue::NotDeclared { address, .. }
            | PlanIssue::ManagedAlready { address, .. }
            | PlanIssue::OtherAccount { address, .. } => problem.at(address),
            _ => problem,
        }
    }
}

impl From<&EditError> for Problem {
    fn from(error: &EditError) -> Self {
        let (EditError::NoSuchResource { address, .. }
        | EditError::Exists { address }
        | EditError::OtherType { from: address, .. }
        | EditError::PendingOperation { address }) = error
        else {
            return Self::of(error, error.hints());
        };
        Self::of(error, error.hints()).at(address)
    }
}

impl From<PlanError> for Box<Problem> {
    fn from(error: PlanError) -> Self {
        let problems = error.errors().iter().map(Problem::from).collect();
        Self::new(Problem::many(
            |count| format!("no plan could be made, for {count} reasons"),
            problems,
        ))
    }
}

macro_rules! problem_from {
    ($($error:ty),*) => {$(
        impl From<$error> for Box<Problem> {
            fn from(error: $error) -> Self {
                Self::new(Problem::of(&error, error.hints()))
            }
        }
    )*};
}
problem_from!(
    OpenError,
    StoreError,
    BackendError,
    RunError,
    StackFromStateError,
    PushError
);

impl From<SavedPlanError> for Box<Problem> {
    fn from(error: SavedPlanError) -> Self {
        let SavedPlanError::Stale(reasons) = &error else {
            return Self::new(Problem::of(&error, error.hints()));
        };
        let mut problem = Problem::new("the plan is stale: what it was made on is not what is there");
        problem.causes = reasons.iter().map(ToString::to_string).collect();
        problem.hints = error.hints();
        problem.into()
    }
}

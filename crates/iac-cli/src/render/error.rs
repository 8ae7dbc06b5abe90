//! Problems as people read them: `error:`, the causes below it, then `hint:` lines.

use super::style::{DIM, ERROR, HINT, WARNING, paint};
use crate::error::Problem;

/// A problem with all it is made of; the whole comes last, where the eye rests.
pub(crate) fn problem(problem: &Problem) -> String {
    let mut text = String::new();
    for part in &problem.errors {
        text += &self::problem(part);
    }
    text += &lines(&paint(ERROR, "error:"), &located(problem));
    for cause in &problem.causes {
        text += &lines("  cause:", cause);
    }
    for hint in &problem.hints {
        text += &lines(&format!("  {}", paint(HINT, "hint:")), hint);
    }
    text
}

/// The summary, with the resource in front when it is not named in it.
fn located(problem: &Problem) -> String {
    match &problem.address {
        Some(address) if !problem.summary.contains(&address.to_string()) => format!("{address}: {}", problem.summary),
        _ => problem.summary.clone(),
    }
}

/// Something the user should know, though nothing failed.
pub(crate) fn warning(message: &str) -> String {
    lines(&paint(WARNING, "warning:"), message)
}

/// A quiet remark.
pub(crate) fn remark(message: &str) -> String {
    format!("{}\n", paint(DIM, message))
}

/// A message after its mark; further lines are set in.
fn lines(mark: &str, message: &str) -> String {
    // a service's words must not move the cursor
    let plain: String = message
        .trim_end()
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    format!("{mark} {}\n", plain.replace('\n', "\n         "))
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use iac_core::{
        OpenError,
        model::{ErrorKind, ResourceError},
        plan::PlanError,
        state::{BackendError, StateError, StoreError},
    };

    use super::*;

    fn text(problem: &Problem) -> String {
        strip_str(&super::problem(problem)).to_string()
    }

    #[test]
    fn causes_and_hints_follow_the_summary() {
        let denied = ResourceError {
            kind: ErrorKind::Denied,
            operation: "sts:AssumeRole".into(),
            code: "AccessDenied".into(),
            message: "not authorized".into(),
            request_id: Some("r-1".into()),
            repeated: false,
            hints: vec!["allow `sts:AssumeRole` on the role".into()],
        };
        let problem: Box<Problem> = OpenError::new("cannot reach account 123456789012", denied).into();
        assert_eq!(problem.code.as_deref(), Some("AccessDenied"));
        assert_eq!(problem.request_id.as_deref(), Some("r-1"));
        insta::assert_snapshot!(text(&problem), @r#"
        error: cannot reach account 123456789012
          cause: sts:AssumeRole: AccessDenied: not authorized (request r-1)
          hint: allow `sts:AssumeRole` on the role
        "#);
    }

    #[test]
    fn all_problems_are_told_and_the_whole_comes_last() {
        let read = |name: &str| iac_core::plan::PlanIssue::Read {
            address: format!("s3.bucket.{name}").parse().unwrap(),
            source: ResourceError::new(ErrorKind::Timeout, "waited 60s for the bucket"),
        };
        let problem: Box<Problem> = PlanError::from(vec![read("a"), read("b")]).into();
        insta::assert_snapshot!(text(&problem), @r#"
        error: cannot read s3.bucket.a
          cause: timeout: waited 60s for the bucket
        error: cannot read s3.bucket.b
          cause: timeout: waited 60s for the bucket
        error: no plan could be made, for 2 reasons
        "#);
    }

    #[test]
    fn what_all_hint_at_is_told_once() {
        let expired = |name: &str| {
            Problem::new(format!("cannot read s3.bucket.{name}\u{1b}[2J")).hint("log in again with `aws sso login`")
        };
        let problem = Problem::many(|count| format!("{count} failed"), vec![expired("a"), expired("b")]);
        insta::assert_snapshot!(text(&problem), @r#"
        error: cannot read s3.bucket.a[2J
        error: cannot read s3.bucket.b[2J
        error: 2 failed
          hint: log in again with `aws sso login`
        "#);
    }

    #[test]
    fn a_cause_is_not_repeated() {
        let error = StoreError::Backend(BackendError::Remote(ResourceError::invalid("no such bucket")));
        let problem: Box<Problem> = error.into();
        insta::assert_snapshot!(text(&problem), @r#"error: invalid: no such bucket"#);
        let error = StoreError::State(StateError::Malformed {
            place: "state/dev".into(),
            source: serde_json::from_str::<u8>("{").unwrap_err(),
        });
        let problem: Box<Problem> = error.into();
        insta::assert_snapshot!(text(&problem), @r#"
        error: the state at state/dev cannot be read
          cause: invalid type: map, expected u8 at line 1 column 0
          hint: the bucket or folder state/dev may keep earlier versions: put the last good one back
        "#);
    }
}

//! What an apply came to, as people read it.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use iac_core::{
    apply::ApplyReport,
    plan::{Action, Plan},
};

use super::{
    duration::short,
    style::{ADD, BOLD, DIM, paint, symbol},
};
use crate::{error::Problem, progress::verb};

/// A report with what is needed to tell it.
pub(crate) struct Summary<'a> {
    /// `apply`, `destroy` or `rollback`.
    pub(crate) verb: &'static str,
    pub(crate) plan: &'a Plan,
    pub(crate) report: &'a ApplyReport,
    pub(crate) elapsed: Duration,
    /// The command that goes on from here.
    pub(crate) again: &'a str,
}

impl Summary<'_> {
    /// The line that ends a run in which nothing failed.
    pub(crate) fn success(&self) -> String {
        if self.plan.is_empty() {
            return String::new();
        }
        let title = match self.verb {
            "destroy" => "Destroyed",
            "rollback" => "Rolled back",
            _ => "Applied",
        };
        format!(
            "{} in {}: {}. {}\n",
            paint(ADD.bold(), title),
            short(self.elapsed),
            self.counts(),
            paint(DIM, format_args!("state serial {}", self.report.serial))
        )
    }

    /// `3 created, 1 updated`
    fn counts(&self) -> String {
        let mut counts: BTreeMap<Action, usize> = BTreeMap::new();
        for done in &self.report.done {
            *counts.entry(done.action).or_default() += 1;
        }
        if counts.is_empty() {
            return "nothing in the cloud had to change".to_owned();
        }
        let counts = counts
            .iter()
            .map(|(action, count)| format!("{count} {}", verb(*action).done));
        counts.collect::<Vec<_>>().join(", ")
    }

    /// What is done and what is pending, before the errors of a run that failed.
    pub(crate) fn done_and_pending(&self) -> String {
        let mut text = String::new();
        if !self.report.done.is_empty() {
            let _ = writeln!(text, "\n{}", paint(BOLD, "Done:"));
            for done in &self.report.done {
                let _ = writeln!(
                    text,
                    "  {} {}: {}",
                    symbol(done.action),
                    done.address,
                    verb(done.action).done
                );
            }
        }
        if !self.report.skipped.is_empty() {
            let _ = writeln!(text, "\n{}", paint(BOLD, "Pending:"));
            for skipped in &self.report.skipped {
                let because = skipped
                    .because
                    .as_ref()
                    .map_or_else(|| "not begun".to_owned(), |other| format!("it needs {other}"));
                let because = paint(DIM, format_args!("({because})"));
                let (symbol, plain) = (symbol(skipped.action), verb(skipped.action).plain);
                let _ = writeln!(text, "  {symbol} {}: {plain} {because}", skipped.address);
            }
        }
        text.push('\n');
        text
    }

    /// All that failed, and what to do next; `None` when everything was done.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let ApplyReport {
            done,
            failed,
            skipped,
            interrupted,
            lost_lock,
            ..
        } = self.report;
        if failed.is_empty() && skipped.is_empty() && !interrupted && lost_lock.is_none() {
            return None;
        }
        let errors = failed.iter().map(|failure| {
            Problem::from(&failure.error)
                .under(format!("{}: {} failed", failure.address, verb(failure.action).plain))
                .at(&failure.address)
        });
        let stopped = if *interrupted { "was stopped" } else { "did not finish" };
        let summary = format!(
            "the {} of {} {stopped}: {} done, {} failed, {} pending",
            self.verb,
            self.plan.environment,
            done.len(),
            failed.len(),
            skipped.len()
        );
        let mut problem = Problem::new(summary).hint(format!(
            "run `{}` again{}: it goes on from here",
            self.again,
            if failed.is_empty() {
                ""
            } else {
                " when the cause is dealt with"
            }
        ));
        problem.causes.extend(lost_lock.clone());
        problem.errors = errors.collect();
        problem.share_hints();
        Some(problem)
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use iac_core::{
        apply::{Done, Failure, Skipped},
        model::{ErrorKind, ResourceError},
        plan::Mode,
    };

    use super::*;

    fn plan() -> Plan {
        Plan {
            format_version: Plan::FORMAT_VERSION,
            stack: "shop".into(),
            environment: "dev".into(),
            lineage: "l".into(),
            observed: BTreeMap::new(),
            serial: 3,
            mode: Mode::Normal,
            changes: Vec::new(),
            drift: Vec::new(),
            outputs: BTreeMap::new(),
            leftovers: vec!["something".into()],
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_failure_tells_what_is_done_what_is_pending_and_what_to_do() {
        let address = |text: &str| text.parse().unwrap();
        let error = ResourceError {
            kind: ErrorKind::AlreadyExists,
            operation: "s3:CreateBucket".into(),
            code: "BucketAlreadyExists".into(),
            message: "the requested bucket name is not available".into(),
            request_id: Some("4442587FB7D0A2F9".into()),
            repeated: false,
            hints: vec!["bucket names are shared by all accounts: choose another".into()],
        };
        let report = ApplyReport {
            done: vec![Done {
                address: address("iam.role.deploy"),
                action: Action::Create,
            }],
            failed: vec![Failure {
                address: address("s3.bucket.site"),
                action: Action::Create,
                error,
            }],
            skipped: vec![Skipped {
                address: address("s3.bucket_policy.site"),
                action: Action::Create,
                because: Some(address("s3.bucket.site")),
            }],
            ..ApplyReport::default()
        };
        let plan = plan();
        let summary = Summary {
            verb: "apply",
            plan: &plan,
            report: &report,
            elapsed: Duration::from_secs(3),
            again: "stacks apply dev",
        };
        let text = summary.done_and_pending() + &crate::render::error::problem(&summary.problem().unwrap());
        insta::assert_snapshot!(strip_str(text.trim_start()).to_string(), @r#"
        Done:
          + iam.role.deploy: created

        Pending:
          + s3.bucket_policy.site: create (it needs s3.bucket.site)

        error: s3.bucket.site: create failed
          cause: s3:CreateBucket: BucketAlreadyExists: the requested bucket name is not available (request 4442587FB7D0A2F9)
          hint: bucket names are shared by all accounts: choose another
        error: the apply of dev did not finish: 1 done, 1 failed, 1 pending
          hint: run `stacks apply dev` again when the cause is dealt with: it goes on from here
        "#);
    }

    #[test]
    fn success_is_one_line() {
        let done = |name: &str, action| Done {
            address: format!("s3.bucket.{name}").parse().unwrap(),
            action,
        };
        let report = ApplyReport {
            done: vec![
                done("a", Action::Create),
                done("b", Action::Delete),
                done("c", Action::Create),
            ],
            serial: 4,
            ..ApplyReport::default()
        };
        let plan = plan();
        let summary = Summary {
            verb: "apply",
            plan: &plan,
            report: &report,
            elapsed: Duration::from_millis(3_210),
            again: "",
        };
        assert!(summary.problem().is_none());
        insta::assert_snapshot!(strip_str(&summary.success()).to_string(), @r#"Applied in 3.2s: 2 created, 1 deleted. state serial 4"#);
    }
}

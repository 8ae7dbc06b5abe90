//! What a plan shows besides its changes.

use iac_core::{
    plan::{Action, AttributeChange, Drift, Mode, OutputChange, Plan, PlannedValue, Reason},
    state::OutputState,
};
use serde_json::json;

use super::{attribute, known, made, of, text};

#[test]
fn drift_outputs_leftovers_and_warnings() {
    let drift = |name: &str, gone: bool, attributes: Vec<AttributeChange>| Drift {
        address: format!("s3.bucket.{name}").parse().unwrap(),
        gone,
        attributes,
    };
    let output = |before: Option<&str>, after: PlannedValue| OutputChange {
        before: before.map(|value| OutputState {
            value: value.into(),
            secret: false,
            declared: None,
        }),
        after,
        secret: false,
        template: None,
    };
    let plan = Plan {
        drift: vec![
            drift("site", true, Vec::new()),
            drift(
                "logs",
                false,
                vec![attribute("versioning", Some(json!(true)), known(json!(false)))],
            ),
            drift(
                "harmless",
                false,
                vec![attribute("acl", Some(json!("a")), known(json!("b")))],
            ),
        ],
        outputs: [
            ("arn", output(None, PlannedValue::Unknown)),
            ("url", output(Some("http://a"), known(json!("http://b")))),
            ("same", output(Some("x"), known(json!("x")))),
            ("old", output(Some("x"), PlannedValue::Absent)),
            (
                "token",
                OutputChange {
                    secret: true,
                    ..output(None, known(json!("hmac-sha256:0")))
                },
            ),
        ]
        .map(|(name, output)| (name.to_owned(), output))
        .into(),
        leftovers: vec!["create of s3.bucket.tmp was cut off".into()],
        warnings: vec!["the plan is partial: `--target` leaves 3 resources out".into()],
        ..of(vec![
            made("s3.bucket.site", Action::Create, vec![Reason::Gone], Vec::new()),
            made(
                "s3.bucket.logs",
                Action::Update,
                vec![Reason::Differs],
                vec![attribute("versioning", Some(json!(false)), known(json!(true)))],
            ),
        ])
    };
    insta::assert_snapshot!(text(&plan), @r#"
    Left by an interrupted run; the next apply recovers it first:
      create of s3.bucket.tmp was cut off

    Changed outside since the last run:
    ! s3.bucket.site: deleted
    ! s3.bucket.logs
        ~ versioning: true -> false

    + s3.bucket.site: create (deleted outside)

    ~ s3.bucket.logs: update
        ~ versioning: false -> true

    Outputs:
      + arn: (known after apply)
      - old: "x"
      + token: (secret)
      ~ url: "http://a" -> "http://b"

    warning: the plan is partial: `--target` leaves 3 resources out
    Plan: 1 to create, 1 to update, 0 to replace, 0 to delete.
    "#);
}

#[test]
fn nothing_to_do_is_one_sentence() {
    let mut plan = of(vec![made("ec2.vpc.same", Action::NoOp, Vec::new(), Vec::new())]);
    let mut all = text(&plan);
    for mode in [Mode::Destroy, Mode::RefreshOnly] {
        plan.mode = mode;
        all += &text(&plan);
    }
    insta::assert_snapshot!(all, @r#"
    No changes. dev is what the stack says.
    No changes. dev has nothing left to destroy.
    No changes. The state says what is there in dev.
    "#);
}

#[test]
fn colours_are_only_colours() {
    let plan = of(vec![made(
        "s3.bucket.site",
        Action::Create,
        vec![Reason::New],
        Vec::new(),
    )]);
    assert!(crate::render::plan::plan(&plan, crate::render::plan::Detail::All).contains("\u{1b}["));
}

//! Each kind of action.

use iac_core::{
    model::{AccountRegion, RemoteId},
    plan::{Action, AttributeChange, PlannedValue, Reason},
    state::{ObjectState, Status},
};
use serde_json::{Value, json};

use super::{attribute, known, made, of, text};

fn policy(actions: &[&str]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": actions, "Resource": ["arn:aws:s3:::site-dev/*"]}],
    })
}

#[test]
fn create() {
    let unknown = json!({"$expr": {"ref": {"address": "s3.bucket.logs", "path": ["arn"]}}});
    let rules = json!([
        {"id": "expire", "status": "Enabled", "prefix": "tmp/", "days": 30, "storage_class": "STANDARD_IA"},
        {"id": "abort", "status": "Enabled"},
    ]);
    let secret = AttributeChange {
        secret: true,
        ..attribute("password", None, known(json!("hmac-sha256:00")))
    };
    let attributes = vec![
        attribute("bucket", None, known(json!("site-dev-1a2b"))),
        attribute("versioning", None, known(json!(true))),
        attribute("log_target", None, PlannedValue::Unknown),
        attribute(
            "access",
            None,
            known(json!({"key": "hmac-sha256:00", "target": unknown})),
        ),
        attribute("rules", None, known(rules)),
        attribute("policy", None, known(policy(&["s3:GetObject"]))),
        attribute("inline", None, known(json!(policy(&["s3:GetObject"]).to_string()))),
        attribute("script", None, known(json!("#!/bin/sh\necho hello\n"))),
        attribute(
            "tags",
            None,
            known(json!({"team": "web", "iac:stack": "shop", "iac:address": "s3.bucket.site"})),
        ),
        secret,
    ];
    let plan = of(vec![made(
        "s3.bucket.site",
        Action::Create,
        vec![Reason::New],
        attributes,
    )]);
    insta::assert_snapshot!(text(&plan), @r#"
    + s3.bucket.site: create
        bucket: "site-dev-1a2b"
        versioning: true
        log_target: (known after apply)
        access: { key: (secret), target: (known after apply) }
        rules: [
          {
            days: 30
            id: "expire"
            prefix: "tmp/"
            status: "Enabled"
            storage_class: "STANDARD_IA"
          }
          { id: "abort", status: "Enabled" }
        ]
        policy: {
          Statement: [
            {
              Action: ["s3:GetObject"]
              Effect: "Allow"
              Resource: ["arn:aws:s3:::site-dev/*"]
              Sid: "Read"
            }
          ]
          Version: "2012-10-17"
        }
        inline:
          {
            Statement: [
              {
                Action: ["s3:GetObject"]
                Effect: "Allow"
                Resource: ["arn:aws:s3:::site-dev/*"]
                Sid: "Read"
              }
            ]
            Version: "2012-10-17"
          }
        script:
          #!/bin/sh
          echo hello
        tags: { team: "web" }
        password: (secret)
        ownership tags: iac:address, iac:stack

    Plan: 1 to create, 0 to update, 0 to replace, 0 to delete.
    "#);
}

#[test]
fn update() {
    let before = policy(&["s3:GetObject", "s3:ListBucket"]);
    let after = policy(&["s3:GetObject", "s3:PutObject"]);
    let attributes = vec![
        attribute("max_session_s", Some(json!(3600)), known(json!(7200))),
        attribute("note", None, known(json!("new"))),
        attribute("path", Some(json!("/old/")), PlannedValue::Absent),
        attribute(
            "boundary",
            Some(json!("arn:aws:iam::1:policy/a")),
            PlannedValue::Unknown,
        ),
        attribute("policy", Some(before), known(after)),
        AttributeChange {
            secret: true,
            ..attribute(
                "password",
                Some(json!("hmac-sha256:00")),
                known(json!("hmac-sha256:01")),
            )
        },
        attribute("tags.team", Some(json!("web")), known(json!("core"))),
        attribute("tags.iac:stack", None, known(json!("shop"))),
    ];
    let plan = of(vec![made(
        "iam.role.deploy",
        Action::Update,
        vec![Reason::Differs],
        attributes,
    )]);
    insta::assert_snapshot!(text(&plan), @r#"
    ~ iam.role.deploy: update
        ~ max_session_s: 3600 -> 7200
        + note: "new"
        - path: "/old/"
        ~ boundary: "arn:aws:iam::1:policy/a" -> (known after apply)
        ~ policy:
              ...
                Statement: [
                  {
            -       Action: ["s3:GetObject", "s3:ListBucket"]
            +       Action: ["s3:GetObject", "s3:PutObject"]
                    Effect: "Allow"
                    Resource: ["arn:aws:s3:::site-dev/*"]
              ...
        ~ password: (secret), changed
        ~ tags.team: "web" -> "core"
        ownership tags: iac:stack

    Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.
    "#);
}

#[test]
fn replace() {
    let forcing = |path: &str| AttributeChange {
        forces_replacement: true,
        ..attribute(path, Some(json!("10.0.0.0/24")), known(json!("10.0.1.0/24")))
    };
    let reason = Reason::CreateOnly {
        attribute: "cidr_block".into(),
    };
    let plan = of(vec![
        made(
            "ec2.subnet.a",
            Action::Replace,
            vec![reason.clone()],
            vec![forcing("cidr_block")],
        ),
        made(
            "ec2.subnet.b",
            Action::ReplaceCreateFirst,
            vec![
                reason,
                Reason::CreateFirstForced {
                    by: "ec2.instance.web".parse().unwrap(),
                },
            ],
            vec![
                forcing("cidr_block"),
                attribute("id", Some(json!("subnet-1")), PlannedValue::Unknown),
            ],
        ),
        made("ec2.subnet.c", Action::Replace, vec![Reason::Requested], Vec::new()),
    ]);
    insta::assert_snapshot!(text(&plan), @r#"
    -/+ ec2.subnet.a: replace, delete first (`cidr_block` cannot be changed in place)
        ~ cidr_block: "10.0.0.0/24" -> "10.0.1.0/24"  # forces replacement

    +/- ec2.subnet.b: replace, create first (`cidr_block` cannot be changed in place; created first for ec2.instance.web)
        ~ cidr_block: "10.0.0.0/24" -> "10.0.1.0/24"  # forces replacement
        ~ id: "subnet-1" -> (known after apply)

    -/+ ec2.subnet.c: replace, delete first (as asked)

    Plan: 0 to create, 0 to update, 3 to replace, 0 to delete.
    "#);
}

#[test]
fn delete_forget_and_what_changes_only_in_the_state() {
    let object = ObjectState {
        id: RemoteId::new("logs-dev-77"),
        location: AccountRegion::default(),
        schema_version: 1,
        inputs: Value::Null,
        declared: serde_json::Map::new(),
        outputs: Value::Null,
        observed: Value::Null,
        status: Status::Ready,
        created: jiff::Timestamp::UNIX_EPOCH,
        updated: jiff::Timestamp::UNIX_EPOCH,
    };
    let mut delete = made(
        "s3.bucket.logs",
        Action::Delete,
        vec![Reason::Removed],
        vec![attribute("bucket", Some(json!("logs-dev-77")), PlannedValue::Absent)],
    );
    delete.data.prior = Some(object.clone());
    let mut forget = made("s3.bucket.data", Action::Forget, vec![Reason::Retained], Vec::new());
    forget.data.prior = Some(object);
    let moved = Reason::Moved {
        from: "s3.bucket.www".parse().unwrap(),
    };
    let import = Reason::Imported {
        id: RemoteId::new("media-1"),
    };
    let deposed = Reason::Deposed {
        id: RemoteId::new("subnet-0"),
    };
    let plan = of(vec![
        delete,
        forget,
        made("s3.bucket.site", Action::NoOp, vec![moved], Vec::new()),
        made("s3.bucket.media", Action::NoOp, vec![import], Vec::new()),
        made("ec2.subnet.a", Action::NoOp, vec![deposed], Vec::new()),
        made("ec2.vpc.same", Action::NoOp, Vec::new(), Vec::new()),
    ]);
    insta::assert_snapshot!(text(&plan), @r#"
    - s3.bucket.logs: delete logs-dev-77 (no longer in the stack)

    . s3.bucket.data: forget logs-dev-77, the object stays (kept when it leaves the stack)

    = s3.bucket.site: only the state changes (moved from s3.bucket.www)

    = s3.bucket.media: only the state changes (import of media-1)

    = ec2.subnet.a: delete what is left (subnet-0 is left of an earlier replacement)

    Plan: 0 to create, 0 to update, 0 to replace, 1 to delete, 1 to forget, 1 to import.
    "#);
}

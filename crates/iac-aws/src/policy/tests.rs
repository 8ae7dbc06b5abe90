//! Policy documents: what they read and write, what they refuse, and the laws of their equality.

use iac_core::{
    model::{Declared, HasSchema, Output, Resolved, Schema, template},
    text,
};
use proptest::{prelude::*, sample::subsequence};
use serde_json::{Value, json};

use super::*;

fn equal(a: &Value, b: &Value) -> bool {
    canonical::canonical(a) == canonical::canonical(b)
}

fn faults(statement: &Value) -> String {
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    check::check(&document).err().unwrap_or_default()
}

#[test]
fn references_stand_in_the_document() {
    let arn = Output::<String>::new(&"s3.bucket.site".parse().unwrap(), "arn");
    let document = PolicyDocument::new().statement(
        Statement::allow()
            .principal(Principal::service("cloudfront.amazonaws.com"))
            .actions(["s3:GetObject"])
            .resources([text!("{}/*", arn)])
            .condition("StringEquals", "AWS:SourceArn", [arn.text()]),
    );
    let written = serde_json::to_value(&document).unwrap();
    assert!(template::has_unknown(&written));
    assert_eq!(template::dependencies(&written).len(), 1);
    assert_eq!(
        serde_json::from_value::<PolicyDocument>(written.clone()).unwrap(),
        document
    );

    let lookup = |_: &_| template::Resolution::Known(json!("arn:aws:s3:::site"));
    let known = template::resolved(&template::evaluate(&written, &lookup).unwrap()).unwrap();
    assert_eq!(
        known,
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": ["cloudfront.amazonaws.com"]},
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::site/*"],
            "Condition": {"StringEquals": {"AWS:SourceArn": ["arn:aws:s3:::site"]}},
        }]})
    );
    assert!(document.resolved().is_err(), "nobody knows the bucket's ARN yet");
}

#[test]
fn malformed_json_is_told_with_its_place() {
    let error = PolicyDocument::from_json("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [,]\n}").unwrap_err();
    assert_eq!((error.line(), error.column()), (3, 17));
    let error = PolicyDocument::from_json("{\"Statement\": [{\n\"Efect\": \"Allow\"}]}").unwrap_err();
    assert!(error.to_string().contains("unknown field `Efect`"), "{error}");
    assert_eq!(error.line(), 2);
    let error = PolicyDocument::from_json(r#"{"Version": "2012-10-18", "Statement": []}"#).unwrap_err();
    assert!(
        error.to_string().contains("expected `2012-10-17` or `2008-10-17`"),
        "{error}"
    );
}

#[test]
fn json_cannot_smuggle_in_a_reference() {
    let text = r#"{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": {"$expr": {"ref": {}}}}]}"#;
    assert!(PolicyDocument::from_json(text).is_err());
}

#[test]
fn everyone_is_written_as_a_star() {
    let document = |principal: Value| json!({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "*"}});
    assert!(equal(&document(json!("*")), &document(json!({"AWS": ["*"]}))));
    let account = json!({"AWS": "123456789012"});
    let root = json!({"AWS": ["arn:aws:iam::123456789012:root"]});
    assert!(equal(&document(account.clone()), &document(root)));
    assert!(!equal(&document(account), &document(json!("*"))));
    let read: PolicyDocument<Resolved> = serde_json::from_value(document(json!("*"))).unwrap();
    assert_eq!(
        serde_json::to_value(&read).unwrap()["Statement"][0]["Principal"],
        json!("*")
    );
}

#[test]
fn scalars_lists_and_switches_are_the_same() {
    let a = json!({"Statement": {
        "Sid": "", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:TlsVersion": 1.2}},
    }});
    let b = json!({"Version": "2008-10-17", "Statement": [{
        "Resource": ["*", "*"], "Effect": "Deny", "Action": ["s3:PutObject"],
        "Condition": {"NumericLessThan": {"s3:TlsVersion": ["1.2"]}, "Bool": {"aws:SecureTransport": ["false"]}},
    }]});
    assert!(equal(&a, &b));
}

#[test]
fn statements_are_a_multiset() {
    let one = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let once = json!({"Statement": [one]});
    let twice = json!({"Statement": [one, one]});
    assert!(!equal(&once, &twice));
}

#[test]
fn what_no_policy_can_be_is_refused() {
    let Schema::Document(schema) = PolicyDocument::<Declared>::schema() else {
        panic!("a document")
    };
    assert!(
        (schema.check)(&json!({"Statement": []}))
            .unwrap_err()
            .contains("at least one statement")
    );
    assert!((schema.check)(&json!("text")).is_err());
    assert_eq!(
        faults(&json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::a/${aws:username}"})),
        ""
    );
    for (statement, fault) in [
        (json!({"Effect": "allow", "Action": "*"}), "unknown variant `allow`"),
        (
            json!({"Effect": "Allow", "Resource": "*"}),
            "either `Action` or `NotAction`",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "NotAction": "s3:*"}),
            "either `Action` or `NotAction`",
        ),
        (
            json!({"Effect": "Allow", "Action": "s3 GetObject"}),
            "`s3 GetObject` is not an action",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "my-bucket"}),
            "`my-bucket` is not a resource",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Principal": {"AWS": "me"}}),
            "`me` is not an account id",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Principal": {"Service": "lambda"}}),
            "is not a service",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Condition": {"StringEqual": {"k": "v"}}}),
            "condition operator",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Condition": {"Null": {"k": []}}}),
            "has no value",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*"}),
            "both `Resource`",
        ),
    ] {
        assert!(
            faults(&statement).contains(fault),
            "{statement}: {}",
            faults(&statement)
        );
    }
    let twins = json!({"Statement": [
        {"Sid": "a", "Effect": "Allow", "Action": "*"}, {"Sid": "a", "Effect": "Deny", "Action": "*"},
    ]});
    assert!(check::check(&twins).unwrap_err().contains("two statements"));
}

#[test]
fn each_use_has_its_own_rules() {
    let document: PolicyDocument<Resolved> = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
        .parse()
        .unwrap();
    assert!(document.violations("policy", PolicyUse::Identity).is_empty());
    let trust = document.violations("trust_policy", PolicyUse::Trust);
    assert_eq!(trust[0].path, "trust_policy.Statement[0]");
    assert_eq!(trust[0].message, "a statement of a trust policy needs `Principal`");
    assert_eq!(trust.len(), 2);
    assert_eq!(document.violations("policy", PolicyUse::Resource).len(), 1);
    assert_eq!(
        document.size(),
        r#"{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}"#.len()
    );
}

// ---- laws

fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    subsequence(values, 0..=values.len())
        .prop_shuffle()
        .prop_map(|picked| picked.into_iter().map(str::to_owned).collect())
}

fn principals() -> impl Strategy<Value = Vec<Principal<Resolved>>> {
    let one = prop_oneof![
        Just(Principal::Anyone),
        prop::sample::select(vec![
            "*",
            "123456789012",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::1:role/a"
        ])
        .prop_map(|text| Principal::Aws(text.to_owned())),
        Just(Principal::Service("lambda.amazonaws.com".to_owned())),
        Just(Principal::Federated("accounts.google.com".to_owned())),
        Just(Principal::CanonicalUser("79".to_owned())),
    ];
    prop::collection::vec(one, 0..4)
}

prop_compose! {
    fn statement()(
        sid in prop::option::of(prop::sample::select(vec!["", "A", "B"])),
        allow in any::<bool>(),
        principals in principals(),
        actions in some_of(&["s3:GetObject", "S3:getobject", "iam:*", "*"]),
        resources in some_of(&["*", "arn:aws:s3:::a", "arn:aws:s3:::a/*"]),
        keys in some_of(&["aws:SourceArn", "AWS:SourceARN", "aws:PrincipalOrgID"]),
        values in some_of(&["x", "y", "true", "1"]),
    ) -> Statement<Resolved> {
        Statement {
            sid: sid.map(str::to_owned),
            effect: if allow { Effect::Allow } else { Effect::Deny },
            principals,
            not_principals: Vec::new(),
            actions,
            not_actions: Vec::new(),
            resources,
            not_resources: Vec::new(),
            conditions: keys
                .into_iter()
                .map(|key| ("StringLike".to_owned(), [(key, values.clone())].into()))
                .collect(),
        }
    }
}

prop_compose! {
    fn document()(
        version in prop::option::of(prop::sample::select(vec![Version::V2012, Version::V2008])),
        statements in prop::collection::vec(statement(), 1..4),
    ) -> PolicyDocument<Resolved> {
        PolicyDocument { version, id: None, statements }
    }
}

/// The same document written otherwise: lists turned round, single values without their list.
fn rewritten(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.len() == 1 => rewritten(&items[0]),
        Value::Array(items) => items.iter().rev().map(rewritten).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), rewritten(value))).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn canonical_is_idempotent(document in document()) {
        let once = canonical::canonical(&serde_json::to_value(&document).unwrap());
        prop_assert_eq!(canonical::canonical(&once), once);
    }

    #[test]
    fn order_and_spelling_do_not_matter(document in document()) {
        let written = serde_json::to_value(&document).unwrap();
        prop_assert!(equal(&written, &rewritten(&written)));
    }

    #[test]
    fn a_document_survives_being_written(document in document()) {
        let back: PolicyDocument<Resolved> = document.to_json().parse().unwrap();
        prop_assert_eq!(back.clone().canonical(), document.canonical());
        prop_assert_eq!(PolicyDocument::from(back.clone()).resolved().unwrap(), back);
    }

    #[test]
    fn another_effect_is_another_document(statement in statement()) {
        let with = |effect| json!({"Statement": [Statement { effect, ..statement.clone() }]});
        prop_assert!(!equal(&with(Effect::Allow), &with(Effect::Deny)));
    }
}

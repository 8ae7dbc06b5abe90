//! Models are checked by their types' schemas, in words.

use std::time::Instant;

use iac_cloudcontrol::{Facts, TypeFacts, Violation};
use serde_json::{Value, json};

// for clippy, which allows `unwrap` in helpers of tests only there
#[cfg(test)]
fn of(name: &str) -> TypeFacts {
    Facts::get().find(name).unwrap()
}

fn told(name: &str, model: &Value) -> Vec<String> {
    of(name).check(model).iter().map(Violation::to_string).collect()
}

#[test]
fn every_type_can_be_checked() {
    let facts = Facts::get();
    for name in facts.names() {
        let found = facts.find(name).unwrap();
        assert!(found.can_check(), "{name}");
        // whatever a type requires, it knows all its properties
        let violations = found.check(&json!({ "NoSuchProperty": 1 }));
        let unknown = |one: &Violation| one.path == "NoSuchProperty" && one.message.starts_with("there is no such");
        assert!(violations.iter().any(unknown), "{name}: {violations:?}");
    }
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    let queue = json!({ "QueueNam": "q", "DelaySeconds": 901, "Tags": [{ "Key": "a" }, { "Key": 1, "Value": "b" }] });
    assert_eq!(
        told("AWS::SQS::Queue", &queue),
        [
            "DelaySeconds: at most 900",
            "QueueNam: there is no such property; did you mean `QueueName`?",
            "Tags[0].Value: is required",
            "Tags[1].Key: must be a string",
        ]
    );
    let long = json!({ "Tags": [{ "Key": "k".repeat(129), "Value": "" }, { "Key": "\u{7}", "Value": "" }] });
    assert_eq!(
        told("AWS::SQS::Queue", &long),
        [
            "Tags[0].Key: at most 128 characters",
            r"Tags[1].Key: does not match ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$",
        ]
    );
    assert_eq!(
        told("AWS::SQS::Queue", &json!({ "Tags": [{ "Key": "Größe", "Value": "" }] })),
        [""; 0]
    );
}

#[test]
fn choices_are_told_with_their_names() {
    let both = json!({ "CidrBlock": "10.0.0.0/16", "Ipv4IpamPoolId": "p", "Ipv4NetmaskLength": 16 });
    assert_eq!(
        told("AWS::EC2::VPC", &both),
        ["only one of CidrBlock and Ipv4IpamPoolId may be given"]
    );
    assert_eq!(
        told("AWS::EC2::VPC", &json!({})),
        ["CidrBlock or Ipv4IpamPoolId must be given"]
    );
    let lone = json!({ "Ipv4IpamPoolId": "p" });
    assert_eq!(
        told("AWS::EC2::VPC", &lone),
        ["Ipv4IpamPoolId needs Ipv4NetmaskLength beside it"]
    );
}

#[test]
fn words_that_are_not_known_and_what_only_aws_tells_are_no_violations() {
    let table = of("AWS::DynamoDB::Table");
    let model = json!({
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "BillingMode": "A_WORD_OF_TOMORROW",
    });
    assert_eq!(table.check(&model), []);
    let facts = Facts::get();
    for name in facts.names() {
        let found = facts.find(name).unwrap();
        let violations = found.check(&json!({}));
        let read_only = found.read_only_paths();
        let asked = violations.iter().find(|one| read_only.contains(&one.path.as_str()));
        assert_eq!(asked, None, "{name}");
    }
}

/// Not a figure to hold to, but far from what would be felt.
#[test]
fn a_check_is_fast() {
    let begun = Instant::now();
    let distribution = of("AWS::CloudFront::Distribution");
    let model = json!({ "DistributionConfig": { "Enabled": true } });
    let _first = distribution.check(&model);
    let first = begun.elapsed();
    let begun = Instant::now();
    for _ in 0..100 {
        let _again = distribution.check(&model);
    }
    let again = begun.elapsed() / 100;
    println!("the first check took {first:?}, the next ones {again:?}");
    assert!(again.as_millis() < 50, "{again:?}");
}

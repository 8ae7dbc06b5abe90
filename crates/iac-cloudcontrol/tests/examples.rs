//! Every type's examples, and every other value of its properties, are valid by the type's schema; another crate judges.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use iac_cloudcontrol::{Example, Facts, Property, TypeFacts};
use serde_json::{Value, json};
use support::Judge;

/// Properties that no example has, since no text matches their patterns.
const IMPOSSIBLE: [(&str, &str); 1] = [
    // the pattern asks for the beginning of a text in its midst: `placement-group/^.{1,255}$`
    ("AWS::EC2::CapacityReservation", "PlacementGroupArn"),
];

/// What `check` finds wrong with any type, on all processors.
fn of_all_types(check: impl Fn(&TypeFacts, &mut Vec<String>) + Sync) -> Vec<String> {
    let names: Vec<&str> = Facts::get().names().collect();
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut wrong = Vec::new();
            check(&Facts::get().find(name).unwrap(), &mut wrong);
            all.lock()
                .unwrap()
                .extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
        }
    };
    let workers = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let mut all = all.into_inner().unwrap();
    all.sort();
    all
}

#[test]
fn all_examples_and_all_other_values_are_valid() {
    let changed = AtomicUsize::new(0);
    let only = AtomicUsize::new(0);
    let wrong = of_all_types(|facts, wrong| {
        let judge = Judge::new(facts);
        for which in [Example::Required, Example::All] {
            let example = facts.example(which);
            wrong.extend(judge.wrong(&example).map(|why| format!("{which:?}: {why}")));
            for (name, value) in example.as_object().unwrap() {
                let Some(another) = facts.another(name, value) else {
                    only.fetch_add(1, Ordering::Relaxed);
                    if !judge.may_be_the_only_value(name) {
                        wrong.push(format!("{name} has no value but {value}"));
                    }
                    continue;
                };
                changed.fetch_add(1, Ordering::Relaxed);
                if another == *value {
                    wrong.push(format!("{name} is {value} again"));
                }
                let mut model = example.clone();
                model[name] = another;
                wrong.extend(judge.wrong(&model).map(|why| format!("another {name}: {why}")));
            }
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    // of a thousand patterns the judge's engine knows all but a few
    let (patterns, unknown) = support::patterns();
    assert!(patterns > 2500 && unknown < 45, "{unknown} of {patterns} patterns");
    // most properties have more than one value
    let (changed, only) = (changed.into_inner(), only.into_inner());
    assert!(
        changed > 14_000 && only < 250,
        "{changed} changed, {only} have one value"
    );
}

#[test]
fn the_judge_refuses_what_is_wrong() {
    let wrong = |name: &str, model: Value| Judge::new(&Facts::get().find(name).unwrap()).wrong(&model);
    assert_eq!(wrong("AWS::SQS::Queue", json!({"DelaySeconds": 1})), None);
    assert!(wrong("AWS::SQS::Queue", json!({"NoSuch": 1})).is_some());
    assert!(wrong("AWS::Lambda::Function", json!({"Code": {}, "Role": "example"})).is_some());
    assert!(wrong("AWS::Lambda::Function", json!({"Code": {}})).is_some());
    // these are of cfn-lint's own keywords
    let both =
        json!({"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "AvailabilityZone": "a", "AvailabilityZoneId": "b"});
    assert!(wrong("AWS::EC2::Subnet", both).is_some());
    assert!(wrong("AWS::EC2::Subnet", json!({"VpcId": "vpc-1"})).is_some());
    assert!(wrong("AWS::EC2::VPC", json!({})).is_some());
}

#[test]
fn examples_have_what_they_say() {
    let wrong = of_all_types(|facts, wrong| {
        let judge = Judge::new(facts);
        let names = |example: &Value| -> BTreeSet<String> { example.as_object().unwrap().keys().cloned().collect() };
        let those = |is: &dyn Fn(&Property) -> bool| -> BTreeSet<String> {
            facts
                .properties()
                .into_iter()
                .filter(is)
                .map(|property| property.name)
                .collect()
        };
        let must = those(&|property| property.required);
        let may = those(&|property| {
            let is_impossible = IMPOSSIBLE.contains(&(facts.name(), property.name.as_str()));
            !property.read_only && !is_impossible && !judge.is_of_aws(&property.name)
        });
        let (least, all) = (facts.example(Example::Required), facts.example(Example::All));
        // conditions ask for more than what is required, and exclude some of what may be there
        let are_right = if judge.has_conditions() {
            let chosen = [names(&least), names(&all)];
            chosen
                .iter()
                .all(|names| must.is_subset(names) && names.is_subset(&may))
                && chosen[1].len() * 2 > may.len()
        } else {
            names(&least) == must && names(&all) == may
        };
        if !are_right {
            wrong.push(format!("{least} and {:?} of {may:?}", names(&all)));
        }
        for path in facts.schema()["readOnlyProperties"].as_array().into_iter().flatten() {
            let path: Vec<&str> = path
                .as_str()
                .unwrap()
                .split('/')
                .skip(2)
                .filter(|step| *step != "*")
                .collect();
            if support::is_there(&all, &path) || support::is_there(&least, &path) {
                wrong.push(format!("{path:?} is read-only"));
            }
        }
        if facts.example(Example::All) != all {
            wrong.push("another example the second time".to_owned());
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_example_looks_like_what_a_user_writes() {
    let example = |name: &str, which| Facts::get().find(name).unwrap().example(which);
    insta::assert_json_snapshot!("subnet", example("AWS::EC2::Subnet", Example::All));
    insta::assert_json_snapshot!("role", example("AWS::IAM::Role", Example::All));
    assert_eq!(example("AWS::SQS::Queue", Example::Required), json!({}));
    // exactly one source, and the protocol
    let ingress = example("AWS::EC2::SecurityGroupIngress", Example::Required);
    assert_eq!(ingress, json!({"CidrIp": "10.0.0.0/16", "IpProtocol": "example"}));
}

#[test]
fn another_value_differs_in_one_thing() {
    let another = |name: &str, property: &str, value: Value| {
        let facts = Facts::get().find(name).unwrap();
        facts.another(property, &value)
    };
    let queue = "AWS::SQS::Queue";
    assert_eq!(another(queue, "QueueName", json!("mine")), Some(json!("example")));
    assert_eq!(another(queue, "QueueName", json!("example")), Some(json!("another")));
    assert_eq!(another(queue, "FifoQueue", json!(true)), Some(json!(false)));
    assert_eq!(another(queue, "DelaySeconds", json!(900)), Some(json!(1)));
    let tags = json!([{"Key": "example", "Value": "1"}]);
    let more = json!([{"Key": "example", "Value": "1"}, {"Key": "another", "Value": "example"}]);
    assert_eq!(another(queue, "Tags", tags), Some(more));
    let class = another("AWS::DynamoDB::Table", "TableClass", json!("STANDARD"));
    assert_eq!(class, Some(json!("STANDARD_INFREQUENT_ACCESS")));
    let settings = another(
        "AWS::S3::Bucket",
        "VersioningConfiguration",
        json!({"Status": "Enabled"}),
    );
    assert_eq!(settings, Some(json!({"Status": "Suspended"})));

    assert_eq!(
        another(queue, "Arn", json!("arn:aws:sqs:us-east-1:123456789012:mine")),
        None,
        "AWS sets it"
    );
    assert_eq!(another(queue, "NoSuch", json!(1)), None);
    assert_eq!(
        another("AWS::Cognito::Terms", "TermsSource", json!("LINK")),
        None,
        "the only word"
    );
}

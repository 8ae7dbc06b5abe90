//! All facts can be read, and say of every type what a program needs to manage it.

use std::time::Duration;

use iac_cloudcontrol::{Facts, NoSuchType, Operation};

#[test]
fn every_type_has_what_identifies_it_and_what_creates_it() {
    let facts = Facts::get();
    assert_eq!(facts.package(), "cfn-lint 1.58.0");
    assert!(facts.date().starts_with("2026-"), "{}", facts.date());
    let mut count = 0;
    for name in facts.names() {
        let found = facts.find(name).unwrap();
        assert!(!found.properties().is_empty(), "{name}");
        assert!(!found.identifier().is_empty(), "{name}");
        for part in found.identifier() {
            let top = part.split('/').next().unwrap();
            assert!(found.property(top).is_some(), "{name} has no {part}");
        }
        assert!(found.has(Operation::Create) && found.has(Operation::Delete), "{name}");
        assert!(found.timeout(Operation::Create) >= Duration::from_mins(1), "{name}");
        count += 1;
    }
    assert_eq!(count, 1763);
}

#[test]
fn names_that_are_wrong_are_told_with_the_nearest() {
    let facts = Facts::get();
    let error = facts.find("AWS::Lambda::Funktion").unwrap_err();
    assert_eq!(error.to_string(), "there is no type `AWS::Lambda::Funktion`");
    assert_eq!(error.hint(), "did you mean `AWS::Lambda::Function`?");
    let error = facts.find("nonsense").unwrap_err();
    assert_eq!(error.hint(), "names look like `AWS::SQS::Queue`");
    let error = facts.find("AWS::IAM::AccessKey").unwrap_err();
    assert!(matches!(error, NoSuchType::NotManaged { .. }), "{error}");
}

#[test]
fn types_are_found_by_words_and_known_by_region() {
    let facts = Facts::get();
    let words = ["ec2".to_owned(), "Gateway".to_owned()];
    let found: Vec<&str> = facts.search(&words).collect();
    assert!(found.contains(&"AWS::EC2::NatGateway") && !found.contains(&"AWS::EC2::Subnet"));
    assert_eq!(facts.is_in("us-east-1", "AWS::SQS::Queue"), Some(true));
    assert_eq!(facts.is_in("af-south-1", "AWS::Amplify::App"), Some(false));
    assert_eq!(facts.is_in("mars-1", "AWS::SQS::Queue"), None);
}

#[test]
fn properties_say_what_they_name_and_what_a_change_of_them_does() {
    let function = Facts::get().find("AWS::Lambda::Function").unwrap();
    let role = function.property("Role").unwrap();
    assert!(
        role.required && role.names.iter().any(|name| name == "AWS::IAM::Role.Arn"),
        "{role:?}"
    );
    let code = function.property("Code").unwrap();
    assert!(code.required && code.write_only && !code.read_only, "{code:?}");
    let name = function.property("FunctionName").unwrap();
    assert!(name.create_only && !name.required, "{name:?}");
    assert!(function.property("Arn").unwrap().read_only);
    assert_eq!(function.tags(), Some("Tags"));
}

#[test]
fn a_types_page() {
    insta::assert_snapshot!(Facts::get().find("AWS::SQS::Queue").unwrap());
}

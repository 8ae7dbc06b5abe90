//! Items with conditions, as a lock is made of them; and what is refused.

use aws_sdk_dynamodb::{
    Client,
    operation::put_item::PutItemError,
    types::{AttributeValue, BillingMode, KeyType, ReturnValuesOnConditionCheckFailure, TimeToLiveSpecification},
};
use iac_sandbox::Sandbox;

use super::parts::{attribute, capacity, key};
use crate::common::{code, config, reloaded};

async fn locks(sandbox: &Sandbox) -> Client {
    let dynamodb = Client::new(&config(sandbox));
    dynamodb
        .create_table()
        .table_name("locks")
        .attribute_definitions(attribute("LockID"))
        .key_schema(key("LockID", KeyType::Hash))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
    dynamodb
}

#[tokio::test]
async fn a_lock_is_taken_once_and_given_back_by_its_holder() {
    let sandbox = Sandbox::new();
    let dynamodb = locks(&sandbox).await;
    let take = |who: &str| {
        dynamodb
            .put_item()
            .table_name("locks")
            .item("LockID", AttributeValue::S("state".into()))
            .item("who", AttributeValue::S(who.into()))
            .condition_expression("attribute_not_exists(LockID)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    take("a").await.unwrap();
    let refused = take("b").await.unwrap_err().into_service_error();
    let PutItemError::ConditionalCheckFailedException(refused) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refused.item().unwrap()["who"].as_s().unwrap(), "a");
    let sandbox = reloaded(&sandbox);
    let dynamodb = Client::new(&config(&sandbox));
    let renew = |who: &str| {
        dynamodb
            .update_item()
            .table_name("locks")
            .key("LockID", AttributeValue::S("state".into()))
            .update_expression("SET #e = :e")
            .condition_expression("#w = :w")
            .expression_attribute_names("#e", "expires")
            .expression_attribute_names("#w", "who")
            .expression_attribute_values(":e", AttributeValue::N("5".into()))
            .expression_attribute_values(":w", AttributeValue::S(who.into()))
            .send()
    };
    assert_eq!(code(renew("b").await), "ConditionalCheckFailedException");
    renew("a").await.unwrap();
    let give = |who: &str| {
        dynamodb
            .delete_item()
            .table_name("locks")
            .key("LockID", AttributeValue::S("state".into()))
            .condition_expression("#x = :y")
            .expression_attribute_names("#x", "who")
            .expression_attribute_values(":y", AttributeValue::S(who.into()))
            .send()
    };
    assert_eq!(code(give("b").await), "ConditionalCheckFailedException");
    give("a").await.unwrap();
    let gone = dynamodb
        .get_item()
        .table_name("locks")
        .key("LockID", AttributeValue::S("state".into()))
        .send()
        .await
        .unwrap();
    assert!(gone.item().is_none());
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let sandbox = Sandbox::new();
    let dynamodb = locks(&sandbox).await;
    let create = |name: &str| {
        dynamodb
            .create_table()
            .table_name(name)
            .attribute_definitions(attribute("pk"))
            .key_schema(key("pk", KeyType::Hash))
    };
    let pay = BillingMode::PayPerRequest;
    let again = create("locks").billing_mode(pay.clone()).send().await;
    assert_eq!(code(again), "ResourceInUseException");
    let extra = create("extra").attribute_definitions(attribute("other"));
    assert_eq!(
        code(extra.billing_mode(pay.clone()).send().await),
        "ValidationException"
    );
    let both = create("both").billing_mode(pay).provisioned_throughput(capacity(1));
    assert_eq!(code(both.send().await), "ValidationException");
    assert_eq!(code(create("none").send().await), "ValidationException");
    let ttl = |on: bool| {
        dynamodb
            .update_time_to_live()
            .table_name("locks")
            .time_to_live_specification(
                TimeToLiveSpecification::builder()
                    .attribute_name("t")
                    .enabled(on)
                    .build()
                    .unwrap(),
            )
            .send()
    };
    assert_eq!(code(ttl(false).await), "ValidationException");
    ttl(true).await.unwrap();
    assert_eq!(code(ttl(true).await), "ValidationException");
    let missing = dynamodb
        .get_item()
        .table_name("nowhere")
        .key("k", AttributeValue::S("v".into()));
    assert_eq!(code(missing.send().await), "ResourceNotFoundException");
}

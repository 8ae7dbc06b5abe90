//! Cloud Control: objects of any type through their lives, and what AWS refuses.

use std::time::Duration;

use aws_sdk_cloudcontrol::Client;
use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent};
use iac_sandbox::{CloudControlFailure, CloudControlQuirks, Sandbox};
use serde_json::{Value, json};

use crate::common::{code, config, reloaded};

const QUEUE: &str = "AWS::SQS::Queue";

async fn create(client: &Client, type_name: &str, model: &Value) -> ProgressEvent {
    let request = client.create_resource().type_name(type_name);
    let answer = request.desired_state(model.to_string()).send().await.unwrap();
    answer.progress_event.unwrap()
}

async fn poll(client: &Client, event: &ProgressEvent) -> ProgressEvent {
    let request = client.get_resource_request_status();
    let answer = request
        .request_token(event.request_token().unwrap())
        .send()
        .await
        .unwrap();
    answer.progress_event.unwrap()
}

/// The event a create ends with.
async fn created(client: &Client, type_name: &str, model: &Value) -> ProgressEvent {
    let event = create(client, type_name, model).await;
    assert_eq!(event.operation_status(), Some(&OperationStatus::InProgress));
    poll(client, &event).await
}

/// The event an update ends with.
async fn updated(client: &Client, type_name: &str, identifier: &str, patch: &Value) -> ProgressEvent {
    let request = client.update_resource().type_name(type_name).identifier(identifier);
    let answer = request.patch_document(patch.to_string()).send().await.unwrap();
    poll(client, &answer.progress_event.unwrap()).await
}

async fn read(client: &Client, type_name: &str, identifier: &str) -> Value {
    let request = client.get_resource().type_name(type_name).identifier(identifier);
    let answer = request.send().await.unwrap();
    let description = answer.resource_description.unwrap();
    assert_eq!(description.identifier(), Some(identifier));
    serde_json::from_str(description.properties().unwrap()).unwrap()
}

/// A failed event's error code and message.
fn failed(event: &ProgressEvent) -> (String, String) {
    assert_eq!(event.operation_status(), Some(&OperationStatus::Failed), "{event:?}");
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (
        text(
            event
                .error_code
                .as_ref()
                .map(aws_sdk_cloudcontrol::types::HandlerErrorCode::as_str),
        ),
        text(event.status_message()),
    )
}

fn succeeded(event: &ProgressEvent) -> String {
    assert_eq!(event.operation_status(), Some(&OperationStatus::Success), "{event:?}");
    event.identifier().unwrap().to_owned()
}

#[tokio::test]
async fn a_queue_through_its_life() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let event = create(&client, QUEUE, &json!({ "QueueName": "jobs", "DelaySeconds": 5 })).await;
    // the URL is AWS's to choose: it shows from the first poll
    assert_eq!(event.identifier(), None);
    let url = succeeded(&poll(&client, &event).await);
    assert_eq!(url, "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs");
    let arn = "arn:aws:sqs:eu-west-1:123456789012:jobs";
    let model = json!({ "QueueName": "jobs", "DelaySeconds": 5, "QueueUrl": url, "Arn": arn });
    assert_eq!(read(&client, QUEUE, &url).await, model);

    let patch = json!([{ "op": "remove", "path": "/DelaySeconds" }, { "op": "add", "path": "/Tags", "value": [{ "Key": "a", "Value": "b" }] }]);
    succeeded(&updated(&client, QUEUE, &url, &patch).await);
    let model = json!({ "QueueName": "jobs", "QueueUrl": url, "Arn": arn, "Tags": [{ "Key": "a", "Value": "b" }] });
    let sandbox = reloaded(&sandbox);
    let client = Client::new(&config(&sandbox));
    assert_eq!(read(&client, QUEUE, &url).await, model);
    assert_eq!(sandbox.inventory(), [format!("cloudcontrol:{QUEUE}/{url}")]);
    let list = client.list_resources().type_name(QUEUE).send().await.unwrap();
    assert_eq!(list.resource_descriptions()[0].identifier(), Some(url.as_str()));

    let delete = || client.delete_resource().type_name(QUEUE).identifier(&url).send();
    let event = delete().await.unwrap().progress_event.unwrap();
    succeeded(&poll(&client, &event).await);
    assert!(sandbox.is_empty());
    let gone = client.get_resource().type_name(QUEUE).identifier(&url).send().await;
    assert_eq!(code(gone), "ResourceNotFoundException");
    let event = delete().await.unwrap().progress_event.unwrap();
    assert_eq!(failed(&poll(&client, &event).await).0, "NotFound");
    let requests = client.list_resource_requests().send().await.unwrap();
    assert_eq!(requests.resource_request_status_summaries().len(), 4);
}

#[tokio::test]
async fn names_that_are_left_out_are_made_up_and_models_are_checked() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let first = succeeded(&created(&client, QUEUE, &json!({ "FifoQueue": true })).await);
    assert_eq!(first.rsplit('.').next(), Some("fifo"), "{first}");
    assert_ne!(succeeded(&created(&client, QUEUE, &json!({})).await), first);
    let (code_, message) = failed(&created(&client, QUEUE, &json!({ "DelaySeconds": 901 })).await);
    assert_eq!(code_, "InvalidRequest");
    assert_eq!(message, "Model validation failed (DelaySeconds: at most 900)");
    let (code_, message) = failed(&created(&client, QUEUE, &json!({ "Arn": "a" })).await);
    assert_eq!(code_, "InvalidRequest");
    assert!(message.contains("read-only"), "{message}");
    let bucket = json!({ "BucketName": "a-bucket" });
    succeeded(&created(&client, "AWS::S3::Bucket", &bucket).await);
    let event = create(&client, "AWS::S3::Bucket", &bucket).await;
    assert_eq!(event.identifier(), Some("a-bucket"));
    assert_eq!(failed(&poll(&client, &event).await).0, "AlreadyExists");
    let unknown = client.create_resource().type_name("AWS::SQS::Cue").desired_state("{}");
    assert_eq!(code(unknown.send().await), "TypeNotFoundException");
    let unread = client.get_resource().type_name("AWS::SQS::QueuePolicy").identifier("x");
    assert_eq!(code(unread.send().await), "UnsupportedActionException");
}

#[tokio::test]
async fn the_same_client_token_is_the_same_request() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let create = |name: &str| {
        let model = json!({ "QueueName": name }).to_string();
        let request = client.create_resource().type_name(QUEUE).client_token("token");
        request.desired_state(model).send()
    };
    let token = |event: Option<ProgressEvent>| event.unwrap().request_token.unwrap();
    let first = token(create("one").await.unwrap().progress_event);
    assert_eq!(token(create("one").await.unwrap().progress_event), first);
    assert_eq!(sandbox.inventory().len(), 1);
    assert_eq!(code(create("two").await), "ClientTokenConflictException");
    let unknown = client.get_resource_request_status().request_token("none").send().await;
    assert_eq!(code(unknown), "RequestTokenNotFoundException");
}

#[tokio::test]
async fn patches_that_aws_refuses() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let url = succeeded(&created(&client, QUEUE, &json!({ "QueueName": "jobs" })).await);
    let before = read(&client, QUEUE, &url).await;
    for (patch, refused) in [
        (
            json!({ "op": "add", "path": "/QueueName", "value": "other" }),
            "NotUpdatable",
        ),
        (
            json!({ "op": "add", "path": "/Arn", "value": "other" }),
            "InvalidRequest",
        ),
        (json!({ "op": "remove", "path": "/DelaySeconds" }), "InvalidRequest"),
        (
            json!({ "op": "add", "path": "/DelaySeconds", "value": "long" }),
            "InvalidRequest",
        ),
    ] {
        let event = updated(&client, QUEUE, &url, &json!([patch])).await;
        assert_eq!(failed(&event).0, refused, "{patch}");
    }
    assert_eq!(read(&client, QUEUE, &url).await, before);
    let nowhere = client.update_resource().type_name(QUEUE).identifier("x");
    let nowhere = nowhere.patch_document("[]").send().await;
    assert_eq!(code(nowhere), "ResourceNotFoundException");
}

#[tokio::test]
async fn what_is_write_only_is_neither_told_nor_kept() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let secret = json!({ "Name": "s", "SecretString": "hidden", "Description": "d" });
    let identifier = succeeded(&created(&client, "AWS::SecretsManager::Secret", &secret).await);
    let model = read(&client, "AWS::SecretsManager::Secret", &identifier).await;
    assert_eq!(model["Description"], "d");
    assert_eq!(model.get("SecretString"), None);

    sandbox.set_cloud_control(&CloudControlQuirks {
        unchecked_references: true,
        ..CloudControlQuirks::default()
    });
    let role = "arn:aws:iam::123456789012:role/any";
    let lambda = "AWS::Lambda::Function";
    let function = json!({ "FunctionName": "f", "Role": role, "Code": { "ZipFile": "x" }, "Handler": "h", "Runtime": "nodejs22.x" });
    assert_eq!(succeeded(&created(&client, lambda, &function).await), "f");
    let model = read(&client, lambda, "f").await;
    assert_eq!(model.get("Code"), None);
    assert_eq!(model["Arn"], "arn:aws:lambda:eu-west-1:123456789012:function:f");
    // the handler reads the function, which has no code, and misses it
    let memory = json!({ "op": "add", "path": "/MemorySize", "value": 256 });
    let (code_, message) = failed(&updated(&client, lambda, "f", &json!([memory])).await);
    assert_eq!(
        (code_.as_str(), message.as_str()),
        ("InvalidRequest", "Model validation failed (Code: is required)")
    );
    let again = json!({ "op": "add", "path": "/Code", "value": { "ZipFile": "x" } });
    succeeded(&updated(&client, lambda, "f", &json!([memory, again])).await);
    assert_eq!(read(&client, lambda, "f").await["MemorySize"], 256);
}

#[tokio::test]
async fn one_operation_at_a_time_and_each_takes_some_polls() {
    let sandbox = Sandbox::new();
    sandbox.set_ready_after(2);
    let client = Client::new(&config(&sandbox));
    let event = create(&client, "AWS::S3::Bucket", &json!({ "BucketName": "slow" })).await;
    assert_eq!(event.identifier(), Some("slow"));
    let delete = || {
        client
            .delete_resource()
            .type_name("AWS::S3::Bucket")
            .identifier("slow")
            .send()
    };
    let busy = delete().await.unwrap_err();
    let message = format!("{busy:?}");
    assert!(message.contains(event.request_token().unwrap()), "{message}");
    assert_eq!(code(Err::<(), _>(busy)), "ConcurrentOperationException");
    let states = [poll(&client, &event).await, poll(&client, &event).await];
    let states = states.map(|event| event.operation_status.unwrap());
    assert_eq!(states, [OperationStatus::InProgress, OperationStatus::Success]);

    let event = delete().await.unwrap().progress_event.unwrap();
    let cancel = || {
        client
            .cancel_resource_request()
            .request_token(event.request_token().unwrap())
            .send()
    };
    let canceled = cancel().await.unwrap().progress_event.unwrap();
    assert_eq!(canceled.operation_status(), Some(&OperationStatus::CancelComplete));
    assert_eq!(code(cancel().await), "ConcurrentModificationException");
}

#[tokio::test]
async fn composite_identifiers_and_lists_of_a_parent() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let rest = "AWS::ApiGateway::RestApi";
    let api = succeeded(&created(&client, rest, &json!({ "Name": "one" })).await);
    let other = succeeded(&created(&client, rest, &json!({ "Name": "two" })).await);
    let stage = "AWS::ApiGateway::Model";
    let mut made = Vec::new();
    for (api, name) in [(&api, "A"), (&api, "B"), (&other, "A")] {
        made.push(succeeded(
            &created(&client, stage, &json!({ "RestApiId": api, "Name": name })).await,
        ));
    }
    assert_eq!(made[0], format!("{api}|A"));
    let list = client.list_resources().type_name(stage);
    assert_eq!(code(list.clone().send().await), "InvalidRequestException");
    let parent = json!({ "RestApiId": api }).to_string();
    let listed = list.resource_model(parent).send().await.unwrap();
    let listed: Vec<&str> = listed
        .resource_descriptions()
        .iter()
        .filter_map(|one| one.identifier())
        .collect();
    assert_eq!(listed, [&made[0], &made[1]]);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    for _ in 0..101 {
        create(&client, QUEUE, &json!({})).await;
    }
    let list = client.list_resources().type_name(QUEUE);
    let first = list.clone().send().await.unwrap();
    assert_eq!(first.resource_descriptions().len(), 100);
    let rest = list.set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((rest.resource_descriptions().len(), rest.next_token()), (1, None));
}

#[tokio::test]
async fn operations_fail_before_and_after_their_effect() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let fail = |failure: CloudControlFailure| {
        sandbox.set_cloud_control(&CloudControlQuirks {
            fail: Some(failure),
            retry_after: Some(Duration::from_secs(1)),
            ..CloudControlQuirks::default()
        });
    };
    let model = json!({ "QueueName": "jobs" });
    fail(CloudControlFailure::new("create", "Throttling").times(2));
    for _ in 0..2 {
        let event = create(&client, QUEUE, &model).await;
        assert!(event.retry_after().is_some());
        assert_eq!(failed(&poll(&client, &event).await).0, "Throttling");
    }
    assert!(sandbox.is_empty());
    fail(CloudControlFailure::new("create", "NotStabilized").after_effect());
    let event = created(&client, QUEUE, &model).await;
    assert_eq!(failed(&event).0, "NotStabilized");
    let url = event.identifier().unwrap();
    assert_eq!(read(&client, QUEUE, url).await["QueueName"], "jobs");
    fail(CloudControlFailure::new("read", "Throttling"));
    let throttled = client.get_resource().type_name(QUEUE).identifier(url).send().await;
    assert_eq!(code(throttled), "ThrottlingException");
}

#[tokio::test]
async fn what_is_named_must_exist() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    let subscription = "AWS::SNS::Subscription";
    let topic = "arn:aws:sns:eu-west-1:123456789012:news";
    let model = json!({ "TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-west-1:123456789012:jobs" });
    let (code_, message) = failed(&created(&client, subscription, &model).await);
    assert_eq!(code_, "InvalidRequest");
    assert!(
        message.contains(topic) && message.contains("does not exist"),
        "{message}"
    );
    assert_eq!(
        succeeded(&created(&client, "AWS::SNS::Topic", &json!({ "TopicName": "news" })).await),
        topic
    );
    succeeded(&created(&client, subscription, &model).await);
}

#[cfg(all(feature = "ec2", feature = "iam", feature = "s3"))]
#[tokio::test]
async fn what_other_services_have_may_be_named() {
    let sandbox = Sandbox::new();
    let config = config(&sandbox);
    let client = Client::new(&config);
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
    let vpc = vpc.vpc().unwrap().vpc_id().unwrap().to_owned();
    let subnet = |vpc: &str| json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24" });
    let made = succeeded(&created(&client, "AWS::EC2::Subnet", &subnet(&vpc)).await);
    assert!(made.starts_with("subnet-"), "{made}");
    let nowhere = created(&client, "AWS::EC2::Subnet", &subnet("vpc-0")).await;
    assert_eq!(failed(&nowhere).0, "InvalidRequest");

    let nobody = json!({ "Role": "arn:aws:iam::123456789012:role/none", "Code": { "ZipFile": "x" } });
    assert_eq!(
        failed(&created(&client, "AWS::Lambda::Function", &nobody).await).0,
        "InvalidRequest"
    );

    let iam = aws_sdk_iam::Client::new(&config);
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" },
    }] });
    let role = iam
        .create_role()
        .role_name("worker")
        .assume_role_policy_document(trust.to_string());
    let role = role.send().await.unwrap();
    let function = json!({ "Role": role.role().unwrap().arn(), "Code": { "ZipFile": "x" } });
    succeeded(&created(&client, "AWS::Lambda::Function", &function).await);
}

#[tokio::test]
async fn quirks_change_what_is_told() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    sandbox.set_cloud_control(&CloudControlQuirks {
        reorder: true,
        normalise: true,
        ..CloudControlQuirks::default()
    });
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }]);
    let url = succeeded(&created(&client, QUEUE, &json!({ "Tags": tags })).await);
    let told = read(&client, QUEUE, &url).await;
    assert_eq!(told["Tags"], json!([tags[1], tags[0]]));
    let group = json!({ "DBParameterGroupName": "Mixed", "Description": "d", "Family": "mysql8.4" });
    let identifier = succeeded(&created(&client, "AWS::RDS::DBParameterGroup", &group).await);
    assert_eq!(identifier, "mixed");
}

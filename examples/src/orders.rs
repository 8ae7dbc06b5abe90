//! Orders come in over HTTP, are told to whoever listens, wait in a queue, and are closed every night: generated types of six
//! services beside the bucket and the roles that are written by hand.

use iac_aws::iam::Role;
use iac_aws::policy::{PolicyDocument, Principal, Statement};
use iac_aws::s3::{Bucket, Content, Object};
use iac_aws::{AwsConfig, AwsPlatform, StateStore};
use iac_cli::App;
use iac_cloudcontrol::apigatewayv2::Api;
use iac_cloudcontrol::events::{Rule, rule};
use iac_cloudcontrol::lambda::{EventSourceMapping, Function, function};
use iac_cloudcontrol::sns::{Subscription, Topic};
use iac_cloudcontrol::sqs::Queue;
use iac_cloudcontrol::stepfunctions::StateMachine;
use iac_core::{
    model::{Handle, Input, Stack},
    text,
};
use iac_sandbox::SandboxPlatform;
use serde_json::json;

/// Takes an order over HTTP, and from the queue.
const CODE: &str = "exports.handler = async () => ({ statusCode: 202 });";

/// One environment, `dev`.
pub fn app() -> App {
    let store = StateStore::new("orders-state-{account}", "orders-lock");
    let aws = AwsPlatform::new().types(iac_cloudcontrol::register);
    App::new("orders")
        .environment("dev", build)
        .platform(aws.environment("dev", AwsConfig::default(), store))
        .sandbox(SandboxPlatform::new())
}

/// A role that a service may take on to do one thing.
fn role(stack: &mut Stack, name: &str, service: &str, action: &str, on: Input<String>) -> Handle<Role> {
    let service = Principal::service(service);
    let trust = Statement::allow().principal(service).actions(["sts:AssumeRole"]);
    let may = Statement::allow().actions([action]).resources([on]);
    let role = Role::builder()
        .trust_policy(PolicyDocument::new().statement(trust))
        .inline_policies([("may", PolicyDocument::new().statement(may))]);
    stack.add(name, role.build())
}

fn build(stack: &mut Stack) {
    // what waits, and where it comes from
    let dead = stack.add("dead", Queue::builder().build());
    let redrive = json!({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5});
    let queue = Queue::builder().visibility_timeout(180).redrive_policy(redrive);
    let queue = stack.add("orders", queue.build());
    let topic = stack.add("orders", Topic::builder().display_name("Orders").build());
    let told = Subscription::builder().topic_arn(&topic.topic_arn).protocol("sqs");
    stack.add("orders", told.endpoint(queue.arn.text()).build());

    // the function, its code in a bucket
    let code = stack.add("code", Bucket::builder().build());
    let zip = Object::builder().bucket(&code.name).key("code.zip");
    let zip = stack.add("code", zip.content(Content::text(CODE)).build());
    let may = role(stack, "function", "lambda.amazonaws.com", "sqs:*", queue.arn.text());
    let code = function::Code::builder().s3_bucket(&code.name).s3_key(zip.key.text());
    let settings = function::Environment::builder().variables([("TOPIC", topic.topic_arn.text())]);
    let function = Function::builder()
        .role(&may.arn)
        .runtime(function::Runtime::NODEJS22_X)
        .handler("index.handler")
        .code(code)
        .environment(settings);
    let function = stack.add("orders", function.build());
    let takes = EventSourceMapping::builder().function_name(function.arn.text());
    stack.add("orders", takes.event_source_arn(queue.arn.text()).build());

    // over HTTP
    let api = Api::builder().name("orders").protocol_type("HTTP");
    let api = api.route_key("POST /orders").target(function.arn.text());
    let api = stack.add("orders", api.build());

    // every night
    let invoke = "lambda:InvokeFunction";
    let may = role(stack, "close", "states.amazonaws.com", invoke, function.arn.text());
    let close = json!({"Type": "Task", "Resource": function.arn, "End": true});
    let steps = Input::json(&json!({"StartAt": "Close", "States": {"Close": close}}));
    let machine = StateMachine::builder().role_arn(&may.arn).definition_string(steps);
    let machine = stack.add("close", machine.build());
    let start = "states:StartExecution";
    let may = role(stack, "nightly", "events.amazonaws.com", start, machine.arn.text());
    let target = rule::Target::builder().id("close").arn(machine.arn.text());
    let nightly = Rule::builder().schedule_expression("cron(0 2 * * ? *)");
    stack.add("nightly", nightly.targets([target.role_arn(&may.arn)]).build());
    stack.output("endpoint", text!("{}/orders", api.api_endpoint));
}

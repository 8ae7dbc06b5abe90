//! A service that the sandbox has without an overlay: restJson, faults, reads that lag, and a folder.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
use iac_sandbox::{Fault, Sandbox, Service, StaleReads};

use crate::common::{code, config, reloaded};

async fn create(client: &Client, name: &str) {
    let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
    let target = Target::builder()
        .arn("arn:aws:lambda:eu-west-1:123456789012:function:f")
        .role_arn("arn:aws:iam::123456789012:role/r");
    let request = client
        .create_schedule()
        .name(name)
        .schedule_expression("rate(1 day)")
        .flexible_time_window(window.build().unwrap())
        .target(target.build().unwrap());
    request.send().await.unwrap();
}

#[tokio::test]
async fn it_answers_keeps_and_is_listed() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    create(&client, "nightly").await;
    let made = client.get_schedule().name("nightly").send().await.unwrap();
    assert_eq!(made.schedule_expression(), Some("rate(1 day)"));
    let requests: Vec<String> = sandbox.requests().into_iter().map(|seen| seen.operation).collect();
    assert_eq!(requests, ["CreateSchedule", "GetSchedule"]);
    let inventory = sandbox.inventory();
    assert_eq!(inventory, ["scheduler:schedules/default/nightly"]);

    let again = reloaded(&sandbox);
    assert_eq!(again.inventory(), inventory);
    let client = Client::new(&config(&again));
    client.delete_schedule().name("nightly").send().await.unwrap();
    assert!(again.is_empty());
    let gone = client.get_schedule().name("nightly").send().await;
    assert!(
        gone.as_ref()
            .unwrap_err()
            .as_service_error()
            .unwrap()
            .is_resource_not_found_exception()
    );
    assert_eq!(
        again.requests().last().unwrap().error_code.as_deref(),
        Some("ResourceNotFoundException")
    );
}

#[tokio::test]
async fn its_faults_have_its_codes() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    for (fault, expected) in [
        (Fault::throttling(), "ThrottlingException"),
        (Fault::internal_error(), "InternalServerException"),
        (Fault::access_denied(), "AccessDeniedException"),
        (Fault::not_found(), "ResourceNotFoundException"),
    ] {
        sandbox.inject(fault.on_service(Service::Scheduler));
        assert_eq!(code(client.get_schedule().name("a").send().await), expected);
        assert_eq!(sandbox.requests().last().unwrap().error_code.as_deref(), Some(expected));
        sandbox.clear_faults();
    }
}

#[tokio::test]
async fn its_reads_lag() {
    let sandbox = Sandbox::new();
    let client = Client::new(&config(&sandbox));
    sandbox.set_stale_reads(&StaleReads::first(1));
    create(&client, "nightly").await;
    assert_eq!(
        code(client.get_schedule().name("nightly").send().await),
        "ResourceNotFoundException"
    );
    client.get_schedule().name("nightly").send().await.unwrap();
}

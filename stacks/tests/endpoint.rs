//! An endpoint that refuses is told with its address, before anything else happens.

use std::ffi::OsString;

use iac_aws::{AwsConfig, AwsPlatform, StateStore};
use iac_cli::{App, Exit, Host};

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_refuses_is_told() {
    let config = AwsConfig::builder()
        .region("us-east-1")
        // the discard port: nothing listens there
        .endpoint_url("http://127.0.0.1:9")
        .credentials(aws_credential_types::Credentials::new("any", "any", None, None, "test"))
        .retry_attempts(1)
        .build();
    let store = StateStore::new("state", "lock");
    let app = App::new("shop")
        .environment("dev", |stack| stack.output("size", "small"))
        .platform(AwsPlatform::new().environment("dev", config, store));
    let (host, captured) = Host::captured();
    let exit = iac_cli::run(&app, ["shop", "plan", "dev"].map(OsString::from), host).await;
    assert_eq!(exit, Exit::Failed);
    let told = captured.stderr();
    assert!(told.contains("http://127.0.0.1:9"), "{told}");
    assert!(told.contains("hint:"), "{told}");
}

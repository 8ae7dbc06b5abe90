//! IAM: roles, policies and providers before and after a reload, and refusals. Also STS.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{PolicyScopeType, Tag};

use crate::common::{code, config, reloaded};
use iac_sandbox::{ACCOUNT_ID, Sandbox};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

async fn policy(iam: &Client, name: &str) -> String {
    let made = iam
        .create_policy()
        .policy_name(name)
        .policy_document(READ)
        .description("reads")
        .tags(tag("a", "b"))
        .send()
        .await
        .unwrap();
    made.policy().unwrap().arn().unwrap().to_owned()
}

async fn read_role(iam: &Client) -> Vec<String> {
    let role = iam.get_role().role_name("r").send().await.unwrap();
    let inline = iam
        .get_role_policy()
        .role_name("r")
        .policy_name("in")
        .send()
        .await
        .unwrap();
    let attached = iam.list_attached_role_policies().role_name("r").send().await.unwrap();
    let tags = iam.list_role_tags().role_name("r").send().await.unwrap();
    vec![
        format!("{:?}", role.role()),
        format!("{inline:?}"),
        format!("{:?}", attached.attached_policies()),
        format!("{:?}", tags.tags()),
    ]
}

#[tokio::test]
async fn a_role_survives_a_reload_in_full() {
    let sandbox = Sandbox::new();
    let iam = Client::new(&config(&sandbox));
    let arn = policy(&iam, "p").await;
    iam.create_role()
        .role_name("r")
        .path("/team/")
        .assume_role_policy_document(TRUST)
        .description("rôle für alle")
        .max_session_duration(7200)
        .permissions_boundary(&arn)
        .tags(tag("k", "wert ü €"))
        .send()
        .await
        .unwrap();
    iam.put_role_policy()
        .role_name("r")
        .policy_name("in")
        .policy_document(READ)
        .send()
        .await
        .unwrap();
    iam.attach_role_policy()
        .role_name("r")
        .policy_arn(&arn)
        .send()
        .await
        .unwrap();
    let managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    iam.attach_role_policy()
        .role_name("r")
        .policy_arn(managed)
        .send()
        .await
        .unwrap();
    let got = iam.get_role().role_name("r").send().await.unwrap();
    let role = got.role().unwrap();
    assert_eq!(role.arn(), format!("arn:aws:iam::{ACCOUNT_ID}:role/team/r"));
    assert_eq!(role.description(), Some("rôle für alle"));
    assert_eq!(role.max_session_duration(), Some(7200));
    assert_eq!(role.tags()[0].value(), "wert ü €");
    let boundary = role.permissions_boundary().unwrap().permissions_boundary_arn();
    assert_eq!(boundary, Some(arn.as_str()));
    let document = role.assume_role_policy_document().unwrap();
    assert!(document.starts_with("%7B%22Version"), "{document}");
    let before = read_role(&iam).await;
    let sandbox = reloaded(&sandbox);
    let iam = Client::new(&config(&sandbox));
    assert_eq!(read_role(&iam).await, before);
    assert_eq!(sandbox.inventory(), ["iam:policy/p", "iam:role/r"]);
    iam.update_role().role_name("r").description("d").send().await.unwrap();
    let role = iam.get_role().role_name("r").send().await.unwrap();
    assert_eq!(role.role().unwrap().max_session_duration(), Some(3600));
    let refused = iam.delete_role().role_name("r").send().await;
    assert_eq!(code(refused), "DeleteConflict");
    assert_eq!(
        code(iam.delete_policy().policy_arn(&arn).send().await),
        "DeleteConflict"
    );
    iam.detach_role_policy()
        .role_name("r")
        .policy_arn(&arn)
        .send()
        .await
        .unwrap();
    assert_eq!(
        code(iam.delete_policy().policy_arn(&arn).send().await),
        "DeleteConflict"
    );
    iam.delete_role_permissions_boundary()
        .role_name("r")
        .send()
        .await
        .unwrap();
    iam.delete_policy().policy_arn(&arn).send().await.unwrap();
    iam.detach_role_policy()
        .role_name("r")
        .policy_arn(managed)
        .send()
        .await
        .unwrap();
    iam.delete_role_policy()
        .role_name("r")
        .policy_name("in")
        .send()
        .await
        .unwrap();
    iam.delete_role().role_name("r").send().await.unwrap();
    assert_eq!(code(iam.get_role().role_name("r").send().await), "NoSuchEntity");
    assert!(sandbox.is_empty());
}

#[tokio::test]
async fn versions_of_a_policy_keep_counting_after_a_reload() {
    let sandbox = Sandbox::new();
    let iam = Client::new(&config(&sandbox));
    let arn = policy(&iam, "p").await;
    let version = |iam: &Client, default: bool| {
        iam.create_policy_version()
            .policy_arn(&arn)
            .policy_document(READ)
            .set_as_default(default)
            .send()
    };
    version(&iam, true).await.unwrap();
    let made = version(&iam, false).await.unwrap();
    assert_eq!(made.policy_version().unwrap().version_id(), Some("v3"));
    iam.delete_policy_version()
        .policy_arn(&arn)
        .version_id("v3")
        .send()
        .await
        .unwrap();
    let sandbox = reloaded(&sandbox);
    let iam = Client::new(&config(&sandbox));
    let made = version(&iam, false).await.unwrap();
    assert_eq!(made.policy_version().unwrap().version_id(), Some("v4"));
    iam.set_default_policy_version()
        .policy_arn(&arn)
        .version_id("v4")
        .send()
        .await
        .unwrap();
    let got = iam.get_policy().policy_arn(&arn).send().await.unwrap();
    let got = got.policy().unwrap();
    assert_eq!(got.default_version_id(), Some("v4"));
    assert_eq!(got.description(), Some("reads"));
    assert_eq!(got.tags().len(), 1);
    assert_eq!(
        code(iam.delete_policy().policy_arn(&arn).send().await),
        "DeleteConflict"
    );
    version(&iam, false).await.unwrap();
    version(&iam, false).await.unwrap();
    assert_eq!(code(version(&iam, false).await), "LimitExceeded");
    let document = iam
        .get_policy_version()
        .policy_arn(&arn)
        .version_id("v2")
        .send()
        .await
        .unwrap();
    assert!(
        document
            .policy_version()
            .unwrap()
            .document()
            .unwrap()
            .starts_with("%7B")
    );
    let listed = iam.list_policies().scope(PolicyScopeType::Local).send().await.unwrap();
    assert_eq!(listed.policies().len(), 1);
    let versions = iam.list_policy_versions().policy_arn(&arn).send().await.unwrap();
    assert_eq!(versions.versions().iter().filter(|v| v.is_default_version()).count(), 1);
}

#[tokio::test]
async fn a_provider_survives_a_reload_and_changes() {
    let sandbox = Sandbox::new();
    let iam = Client::new(&config(&sandbox));
    let made = iam
        .create_open_id_connect_provider()
        .url("https://token.actions.example.com")
        .client_id_list("sts.amazonaws.com")
        .tags(tag("a", "b"))
        .send()
        .await
        .unwrap();
    let arn = made.open_id_connect_provider_arn().unwrap().to_owned();
    let sandbox = reloaded(&sandbox);
    let iam = Client::new(&config(&sandbox));
    let add = iam.add_client_id_to_open_id_connect_provider();
    add.open_id_connect_provider_arn(&arn)
        .client_id("two")
        .send()
        .await
        .unwrap();
    let remove = iam.remove_client_id_from_open_id_connect_provider();
    remove
        .open_id_connect_provider_arn(&arn)
        .client_id("sts.amazonaws.com")
        .send()
        .await
        .unwrap();
    let thumbprint = iam.update_open_id_connect_provider_thumbprint();
    thumbprint
        .open_id_connect_provider_arn(&arn)
        .thumbprint_list("a".repeat(40))
        .send()
        .await
        .unwrap();
    let tagged = iam.tag_open_id_connect_provider();
    tagged
        .open_id_connect_provider_arn(&arn)
        .tags(tag("c", "d"))
        .send()
        .await
        .unwrap();
    let untagged = iam.untag_open_id_connect_provider();
    untagged
        .open_id_connect_provider_arn(&arn)
        .tag_keys("a")
        .send()
        .await
        .unwrap();
    let got = iam.get_open_id_connect_provider().open_id_connect_provider_arn(&arn);
    let got = got.send().await.unwrap();
    assert_eq!(got.url(), Some("token.actions.example.com"));
    assert_eq!(got.client_id_list(), ["two"]);
    assert_eq!(got.thumbprint_list(), ["a".repeat(40)]);
    assert_eq!(got.tags(), [tag("c", "d")]);
    let again = iam
        .create_open_id_connect_provider()
        .url("https://token.actions.example.com");
    assert_eq!(code(again.send().await), "EntityAlreadyExists");
    let trust = TRUST.replace(
        r#"{"Service":"lambda.amazonaws.com"}"#,
        &format!(r#"{{"Federated":"{arn}"}}"#),
    );
    let role = iam.create_role().role_name("ci").assume_role_policy_document(trust);
    role.send().await.unwrap();
    let delete = iam.delete_open_id_connect_provider().open_id_connect_provider_arn(&arn);
    delete.send().await.unwrap();
    let gone = iam.get_open_id_connect_provider().open_id_connect_provider_arn(&arn);
    assert_eq!(code(gone.send().await), "NoSuchEntity");
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let sandbox = Sandbox::new();
    let iam = Client::new(&config(&sandbox));
    let role = |name: &str, trust: &str| {
        iam.create_role()
            .role_name(name)
            .assume_role_policy_document(trust)
            .send()
    };
    role("r", TRUST).await.unwrap();
    assert_eq!(code(role("r", TRUST).await), "EntityAlreadyExists");
    assert_eq!(code(role("s", "{").await), "MalformedPolicyDocument");
    let stranger = TRUST.replace(
        r#"{"Service":"lambda.amazonaws.com"}"#,
        &format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT_ID}:role/none"}}"#),
    );
    let refused = role("s", &stranger).await.unwrap_err().into_service_error();
    assert!(refused.to_string().contains("Malformed"), "{refused:?}");
    let own = stranger.replace("role/none", "role/r");
    role("t", &own).await.unwrap();
    let attach = iam
        .attach_role_policy()
        .role_name("r")
        .policy_arn(format!("arn:aws:iam::{ACCOUNT_ID}:policy/none"));
    assert_eq!(code(attach.send().await), "NoSuchEntity");
    let document = iam.create_policy().policy_name("x").policy_document(TRUST);
    assert_eq!(code(document.send().await), "MalformedPolicyDocument");
}

#[tokio::test]
async fn sts_knows_who_calls() {
    let sandbox = Sandbox::new();
    let sts = aws_sdk_sts::Client::new(&config(&sandbox));
    let me = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(me.account(), Some(ACCOUNT_ID));
    let role = sts
        .assume_role()
        .role_arn("arn:aws:iam::999999999999:role/deployer")
        .role_session_name("ci")
        .send()
        .await
        .unwrap();
    let keys = role.credentials().unwrap();
    let credentials = aws_sdk_s3::config::Credentials::new(
        keys.access_key_id(),
        keys.secret_access_key(),
        Some(keys.session_token().to_owned()),
        None,
        "test",
    );
    let config = config(&sandbox)
        .into_builder()
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(credentials))
        .build();
    let me = aws_sdk_sts::Client::new(&config)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(me.account(), Some("999999999999"));
    assert_eq!(me.arn(), Some("arn:aws:sts::999999999999:assumed-role/deployer/ci"));
}

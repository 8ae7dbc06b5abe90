//! The key for secrets, kept by KMS beside a state in S3.

use iac_aws::{BootstrapOptions, S3Backend, StateStore, bootstrap};
use iac_core::state::Backend;
use iac_sandbox::{Fault, Request, Sandbox, Service};

use crate::common::{InstantClock, config, connect};

async fn kms_key(sandbox: &Sandbox) -> String {
    let client = aws_sdk_kms::Client::new(&config(sandbox));
    let made = client.create_key().send().await.unwrap();
    made.key_metadata.unwrap().arn.unwrap()
}

async fn backend(sandbox: &Sandbox, key: &str, environment: &str) -> S3Backend {
    let aws = connect(&config(sandbox));
    let store = StateStore::new("acme-state", "acme-locks").kms_key(key);
    bootstrap(&aws, &store, BootstrapOptions::default(), &InstantClock::default())
        .await
        .unwrap();
    S3Backend::new(&aws, &store, environment)
}

fn of_kms(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests().into_iter();
    let asked = requests.filter(|request: &Request| request.service == Service::Kms);
    asked.map(|request| request.operation).collect()
}

#[tokio::test]
async fn the_key_is_made_once_and_decrypted_by_every_run() {
    let sandbox = Sandbox::new();
    let key = kms_key(&sandbox).await;
    let first = backend(&sandbox, &key, "shop/dev").await;
    sandbox.clear_requests();
    assert!(first.key(false).await.unwrap().is_none());
    assert!(
        of_kms(&sandbox).is_empty(),
        "a plan of an environment without secrets asks nothing"
    );
    let made = first.key(true).await.unwrap().unwrap();
    let again = backend(&sandbox, &key, "shop/dev").await;
    for make in [false, true] {
        assert_eq!(again.key(make).await.unwrap().unwrap().as_bytes(), made.as_bytes());
    }
    assert_eq!(of_kms(&sandbox), ["GenerateDataKey", "Decrypt", "Decrypt"]);
    let kept = first.get("secret.key.json").await.unwrap().unwrap();
    let kept = String::from_utf8(kept.bytes).unwrap();
    assert!(
        kept.contains(&key) && !kept.contains(&hex::encode(made.as_bytes())),
        "{kept}"
    );
}

#[tokio::test]
async fn the_key_of_one_environment_is_not_that_of_another() {
    let sandbox = Sandbox::new();
    let key = kms_key(&sandbox).await;
    let dev = backend(&sandbox, &key, "shop/dev").await;
    dev.key(true).await.unwrap();
    let kept = dev.get("secret.key.json").await.unwrap().unwrap();
    let prod = backend(&sandbox, &key, "shop/prod").await;
    let absent = iac_core::state::Precondition::Absent;
    prod.put("secret.key.json", &kept.bytes, &absent).await.unwrap();
    let error = prod.key(false).await.unwrap_err().to_string();
    assert!(error.contains("InvalidCiphertextException"), "{error}");
}

#[tokio::test]
async fn who_may_not_decrypt_is_told_what_to_allow() {
    let sandbox = Sandbox::new();
    let key = kms_key(&sandbox).await;
    let backend = backend(&sandbox, &key, "shop/dev").await;
    backend.key(true).await.unwrap();
    sandbox.inject(Fault::access_denied().on_operation("Decrypt"));
    let error = backend.key(false).await.unwrap_err();
    let hints = iac_core::model::Hint::hints(&error);
    assert!(hints.iter().any(|hint| hint.contains("`kms:Decrypt`")), "{hints:?}");
}

#[tokio::test]
async fn of_two_that_make_it_at_once_one_wins() {
    let sandbox = Sandbox::new();
    let key = kms_key(&sandbox).await;
    let (one, other) = (
        backend(&sandbox, &key, "shop/dev").await,
        backend(&sandbox, &key, "shop/dev").await,
    );
    let (one, other) = tokio::join!(one.key(true), other.key(true));
    assert_eq!(one.unwrap().unwrap().as_bytes(), other.unwrap().unwrap().as_bytes());
}

#[tokio::test]
async fn another_kms_key_encrypts_the_same_key_anew_at_the_next_write() {
    let sandbox = Sandbox::new();
    let (old, new) = (kms_key(&sandbox).await, kms_key(&sandbox).await);
    let made = backend(&sandbox, &old, "shop/dev")
        .await
        .key(true)
        .await
        .unwrap()
        .unwrap();
    let changed = backend(&sandbox, &new, "shop/dev").await;
    sandbox.clear_requests();

    let read = changed.key(false).await.unwrap().unwrap();
    assert_eq!(of_kms(&sandbox), ["Decrypt"], "a plan writes nothing");
    let written = changed.key(true).await.unwrap().unwrap();
    assert_eq!(
        (read.as_bytes(), written.as_bytes()),
        (made.as_bytes(), made.as_bytes())
    );
    assert_eq!(of_kms(&sandbox), ["Decrypt", "Decrypt", "Encrypt"]);
    let kept = changed.get("secret.key.json").await.unwrap().unwrap();
    let kept = String::from_utf8(kept.bytes).unwrap();
    assert!(kept.contains(&new) && !kept.contains(&old), "{kept}");

    // the earlier KMS key is not needed any more
    sandbox.clear_requests();
    assert_eq!(changed.key(true).await.unwrap().unwrap().as_bytes(), made.as_bytes());
    assert_eq!(of_kms(&sandbox), ["Decrypt"]);
}

#[tokio::test]
async fn a_key_named_by_its_id_is_known_again() {
    let sandbox = Sandbox::new();
    let key = kms_key(&sandbox).await;
    backend(&sandbox, &key, "shop/dev").await.key(true).await.unwrap();
    let by_id = backend(&sandbox, key.rsplit('/').next().unwrap(), "shop/dev").await;
    sandbox.clear_requests();
    by_id.key(true).await.unwrap();
    assert_eq!(of_kms(&sandbox), ["Decrypt"]);
}

//! `iam.oidc_provider`.

use iac_aws::iam::OidcProvider;
use iac_core::{
    model::{ErrorKind, RemoteId, Stack},
    plan::Mode,
};
use iac_sandbox::{ACCOUNT_ID, Fault, Sandbox};

use crate::{
    bench::{Bench, assert_declared},
    common::{Engine, config, connect, inputs, owned},
};

#[tokio::test]
async fn an_identity_provider_is_made_changed_and_deleted() {
    let sandbox = Sandbox::new();
    let providers = Bench::of(&sandbox, "iam.oidc_provider");
    let provider = |ids: &[&'static str]| {
        OidcProvider::builder()
            .url("https://token.actions.githubusercontent.com")
            .client_ids(ids.iter().copied())
            .tags(owned("iam.oidc_provider.main"))
            .build()
    };
    let first = provider(&["sts.amazonaws.com"]);
    let id = providers.create(&first).await.unwrap();
    assert_eq!(
        id.as_str(),
        format!("arn:aws:iam::{ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com")
    );
    let recovered = providers.types.recover(&inputs(&first), &providers.call).await.unwrap();
    assert_eq!(recovered, Some(id.clone()));
    let again = providers.create(&first).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::AlreadyExists);

    let thumbprint = "6938FD4D98BAB03FAADB97B34396831E3780AEA1";
    let second = OidcProvider::builder()
        .url("https://token.actions.githubusercontent.com")
        .client_ids(["sts.amazonaws.com", "other"])
        .thumbprints([thumbprint])
        .tags([("a", "1")])
        .build();
    providers.update(&id, &first, &second).await;
    sandbox.clear_requests();
    providers.update(&id, &second, &second).await;
    assert!(sandbox.requests().iter().all(|request| !request.mutates));

    providers.delete(&id, &second).await.unwrap();
    assert!(providers.read(&id, Some(&second)).await.is_none());
    providers.delete(&id, &second).await.unwrap();
    assert_declared(&sandbox, &[&providers]);
}

/// An environment's stack with the account's provider in it.
fn environment(name: &str, client_ids: &[&'static str]) -> Stack {
    sharing(name, client_ids, true)
}

fn sharing(name: &str, client_ids: &[&'static str], shared: bool) -> Stack {
    let mut stack = Stack::new("shop", name);
    let provider = OidcProvider::builder()
        .url("https://token.actions.githubusercontent.com")
        .client_ids(client_ids.iter().copied())
        .tags([("by", name)])
        .shared(shared)
        .build();
    stack.add("github", provider);
    stack
}

/// What the account has, as one sees who does not share it: client ids and tags.
async fn seen(providers: &Bench) -> Option<(Vec<String>, Vec<String>)> {
    let arn = format!("arn:aws:iam::{ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com");
    let live = providers.read::<OidcProvider>(&RemoteId::new(arn), None).await?;
    let ids = live.inputs["client_ids"].as_array().unwrap();
    let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let tags = live.inputs["tags"].as_object().unwrap();
    Some((ids, tags.keys().cloned().collect()))
}

#[tokio::test]
async fn environments_of_one_account_share_a_provider() {
    let sandbox = Sandbox::new();
    let aws = connect(&config(&sandbox));
    let providers = Bench::of(&sandbox, "iam.oidc_provider");
    let [dev, prod] = [Engine::new(&aws), Engine::new(&aws)];
    let [in_dev, in_prod] = [
        environment("dev", &["dev", "both"]),
        environment("prod", &["prod", "both"]),
    ];
    let done = async |engine: &Engine, stack: &Stack, mode| {
        let report = engine.run(stack, mode).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
    };
    done(&dev, &in_dev, Mode::Normal).await;
    done(&prod, &in_prod, Mode::Normal).await;
    let (ids, tags) = seen(&providers).await.unwrap();
    assert_eq!(ids, ["both", "dev", "prod"]);
    let shared = tags.iter().filter(|key| key.starts_with("iac:shared-by:"));
    assert_eq!(
        shared.collect::<Vec<_>>(),
        ["iac:shared-by:shop/dev", "iac:shared-by:shop/prod"]
    );
    for (engine, stack) in [(&dev, &in_dev), (&prod, &in_prod)] {
        assert_eq!(engine.actions(stack).await, Vec::<String>::new());
    }

    // another's client ids and tags stay as they are
    let more = environment("prod", &["prod", "more"]);
    done(&prod, &more, Mode::Normal).await;
    assert_eq!(seen(&providers).await.unwrap().0, ["both", "dev", "more", "prod"]);
    assert_eq!(dev.actions(&in_dev).await, Vec::<String>::new());
    assert_eq!(prod.actions(&more).await, Vec::<String>::new());

    // who made it goes; the other one does not notice
    done(&dev, &in_dev, Mode::Destroy).await;
    assert_eq!(prod.actions(&more).await, Vec::<String>::new());
    done(&prod, &more, Mode::Destroy).await;
    assert_eq!(seen(&providers).await, None);
}

#[tokio::test]
async fn a_provider_that_others_use_cannot_be_made_ones_own() {
    let sandbox = Sandbox::new();
    let aws = connect(&config(&sandbox));
    let providers = Bench::of(&sandbox, "iam.oidc_provider");
    let [dev, prod] = [Engine::new(&aws), Engine::new(&aws)];
    let [in_dev, in_prod] = [environment("dev", &["dev"]), environment("prod", &["prod"])];
    assert!(dev.run(&in_dev, Mode::Normal).await.unwrap().is_success());
    assert!(prod.run(&in_prod, Mode::Normal).await.unwrap().is_success());
    let before = seen(&providers).await;

    let alone = sharing("dev", &["dev"], false);
    let report = dev.run(&alone, Mode::Normal).await.unwrap();
    let error = &report.failed[0].error;
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    assert!(error.message.contains("shop/prod"), "{error}");
    assert!(error.hints[0].contains(".shared(true)"), "{:?}", error.hints);
    assert_eq!(seen(&providers).await, before);
    assert_eq!(prod.actions(&in_prod).await, Vec::<String>::new());

    assert!(prod.run(&in_prod, Mode::Destroy).await.unwrap().is_success());
    assert!(dev.run(&alone, Mode::Normal).await.unwrap().is_success());
    let (ids, tags) = seen(&providers).await.unwrap();
    assert!(!tags.iter().any(|key| key.starts_with("iac:shared-by:")), "{tags:?}");
    assert_eq!(ids, ["dev"]);
}

#[tokio::test]
async fn a_provider_made_by_hand_stays_when_the_last_environment_goes() {
    let sandbox = Sandbox::new();
    let providers = Bench::of(&sandbox, "iam.oidc_provider");
    let by_hand = OidcProvider::builder()
        .url("https://token.actions.githubusercontent.com")
        .client_ids(["hand"])
        .build();
    providers.create(&by_hand).await.unwrap();
    let dev = Engine::new(&connect(&config(&sandbox)));
    let stack = environment("dev", &["dev"]);
    assert!(dev.run(&stack, Mode::Normal).await.unwrap().is_success());
    assert_eq!(dev.actions(&stack).await, Vec::<String>::new());
    assert!(dev.run(&stack, Mode::Destroy).await.unwrap().is_success());
    let (ids, tags) = seen(&providers).await.unwrap();
    assert_eq!((ids, tags), (vec!["dev".to_owned(), "hand".to_owned()], Vec::new()));
}

#[tokio::test]
async fn a_provider_that_is_not_said_to_be_shared_is_refused_with_what_to_do() {
    let sandbox = Sandbox::new();
    let providers = Bench::of(&sandbox, "iam.oidc_provider");
    let provider = OidcProvider::builder()
        .url("https://token.actions.githubusercontent.com")
        .build();
    providers.create(&provider).await.unwrap();
    let refused = providers.create(&provider).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::AlreadyExists);
    let hint = &refused.hints[0];
    assert!(hint.contains(".shared(true)") && hint.contains(".import("), "{hint}");
}

#[tokio::test]
async fn changes_of_one_provider_that_meet_are_made_again() {
    let sandbox = Sandbox::new();
    let providers = Bench::of(&sandbox, "iam.oidc_provider");
    let provider = |id: &'static str| {
        OidcProvider::builder()
            .url("https://token.actions.githubusercontent.com")
            .client_ids([id])
            .thumbprints(["6938fd4d98bab03faadb97b34396831e3780aea1"])
            .build()
    };
    let id = providers.create(&provider("first")).await.unwrap();
    for operation in [
        "AddClientIDToOpenIDConnectProvider",
        "RemoveClientIDFromOpenIDConnectProvider",
        "DeleteOpenIDConnectProvider",
    ] {
        let met = Fault::error(409, "ConcurrentModification", "Another request is being processed.");
        sandbox.inject(met.on_operation(operation).first(2));
    }
    providers.update(&id, &provider("first"), &provider("second")).await;
    providers.delete(&id, &provider("second")).await.unwrap();
    assert_eq!(seen(&providers).await, None);
}

//! `iam.oidc_provider`.

use iac_aws::iam::OidcProvider;
use iac_core::model::ErrorKind;
use iac_sandbox::{ACCOUNT_ID, Sandbox};

use crate::{
    bench::{Bench, assert_declared},
    common::{inputs, owned},
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

//! `iam.oidc_provider`.

use iac_aws::iam::OidcProvider;
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn minimal(_: &mut Stack) -> OidcProvider {
    OidcProvider::builder().url("https://token.actions.githubusercontent.com").build()
}

fn full(_: &mut Stack) -> OidcProvider {
    OidcProvider::builder()
        .url("https://oidc.example.com/tenants/web")
        .client_ids(["sts.amazonaws.com", "web"])
        .thumbprints(["6938FD4D98BAB03FAADB97B34396831E3780AEA1"])
        .shared(false)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    OidcProvider,
    Lifecycle::new("CreateOpenIDConnectProvider", minimal, full)
        .update("client_ids", |provider| provider.client_ids = vec!["web".into(), "other".into()])
        .update("thumbprints", |provider| {
            provider.thumbprints = Some(["1c58a3a8518e8759bf075b76b750d4f2df264fcd".into()].into());
        })
        .update("shared", |provider| provider.shared = true)
        .update("tags", |provider| provider.tags = [("b".to_owned(), "3".into())].into())
        .replace("url", |provider| provider.url = "https://other.example.com".into())
        .drift("client_ids", |config, arn| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            let add = iam.add_client_id_to_open_id_connect_provider();
            add.open_id_connect_provider_arn(arn).client_id("by-hand").send().await.unwrap();
        })
        .drift("thumbprints", |config, arn| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            let update = iam.update_open_id_connect_provider_thumbprint();
            let update = update.open_id_connect_provider_arn(arn);
            let update = update.thumbprint_list("1c58a3a8518e8759bf075b76b750d4f2df264fcd");
            update.send().await.unwrap();
        })
);

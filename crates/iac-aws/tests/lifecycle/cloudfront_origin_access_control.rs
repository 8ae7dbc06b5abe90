//! `cloudfront.origin_access_control`.

use aws_sdk_cloudfront::Client;
use iac_aws::cloudfront::{OriginAccessControl, OriginType, SigningBehavior, SigningProtocol};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn minimal(_: &mut Stack) -> OriginAccessControl {
    OriginAccessControl::builder().build()
}

fn full(_: &mut Stack) -> OriginAccessControl {
    OriginAccessControl::builder()
        .name("full")
        .description("the bucket of the site")
        .origin_type(OriginType::Lambda)
        .signing_behavior(SigningBehavior::NoOverride)
        .signing_protocol(SigningProtocol::Sigv4)
        .build()
}

lifecycle!(
    OriginAccessControl,
    Lifecycle::new("CreateOriginAccessControl", minimal, full)
        .update("name", |control| control.name = Some("other".into()))
        .update("description", |control| control.description = Some("another".into()))
        .update("signing_behavior", |control| control.signing_behavior = SigningBehavior::Never)
        .update("signing_protocol", |control| control.signing_protocol = SigningProtocol::Sigv4a)
        .replace("origin_type", |control| control.origin_type = OriginType::MediaStore)
        .drift("description", |config, id| async move {
            let cloudfront = Client::new(&config);
            let read = cloudfront.get_origin_access_control().id(&id).send().await.unwrap();
            let mut changed = read
                .origin_access_control()
                .and_then(|control| control.origin_access_control_config())
                .cloned()
                .unwrap();
            changed.description = Some("by hand".to_owned());
            let update = cloudfront.update_origin_access_control().id(id).set_if_match(read.e_tag);
            update.origin_access_control_config(changed).send().await.unwrap();
        })
);

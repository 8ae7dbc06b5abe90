//! Continuous deployment policies, as far as a distribution must be rid of one before it is deleted.
//!
//! Source: CloudFront API reference, `UpdateContinuousDeploymentPolicy`; that the policy is disabled first, and that deployed,
//! is what the Terraform AWS provider does.

use iac_core::model::{Context, ErrorKind, ResourceError};

use crate::{
    Aws,
    cloudfront::shared::{missing, until_current},
    error::failed,
};

/// Disables a policy. Gives whether that was a change; one that is gone is none.
pub(super) async fn disable(id: &str, cx: &Context<'_, Aws>) -> Result<bool, ResourceError> {
    let cloudfront = &cx.provider.cloudfront;
    let disabled = until_current(cx, || async {
        let answer = cloudfront.get_continuous_deployment_policy().id(id).send().await;
        let answer = answer.map_err(failed("cloudfront:GetContinuousDeploymentPolicy"))?;
        let policy = answer.continuous_deployment_policy;
        let config = policy.and_then(|policy| policy.continuous_deployment_policy_config);
        let mut config = config.ok_or_else(|| missing("the continuous deployment policy"))?;
        if !config.enabled {
            return Ok(false);
        }
        config.enabled = false;
        let request = cloudfront.update_continuous_deployment_policy().id(id);
        let request = request
            .set_if_match(answer.e_tag)
            .continuous_deployment_policy_config(config);
        let updated = request.send().await.map(|_| true);
        updated.map_err(failed("cloudfront:UpdateContinuousDeploymentPolicy"))
    })
    .await;
    match disabled {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        disabled => disabled,
    }
}

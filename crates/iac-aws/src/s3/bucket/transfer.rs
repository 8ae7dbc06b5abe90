//! How objects travel: through edge locations, and at whose cost.

use async_trait::async_trait;
use aws_sdk_s3::types::{AccelerateConfiguration, RequestPaymentConfiguration};
use iac_core::model::ResourceError;

use super::aspect::{Aspect, At};
use crate::{error::failed, s3::words::built};

string_enum! {
    /// Whether objects may travel through edge locations. Source: `PutBucketAccelerateConfiguration`.
    #[derive(Default)]
    pub enum Acceleration {
        /// They may, by the endpoint `s3-accelerate`.
        Enabled = "Enabled",
        /// They do not. A bucket that never was accelerated counts as suspended.
        #[default]
        Suspended = "Suspended",
    }

    /// Who pays for requests and transfer. Source: `PutBucketRequestPayment`.
    #[derive(Default)]
    pub enum RequestPayer {
        /// The owner of the bucket.
        #[default]
        BucketOwner = "BucketOwner",
        /// Whoever asks, and says so.
        Requester = "Requester",
    }
}

/// What a partition or region answers that does not offer a feature.
const NOT_OFFERED: &[&str] = &["MethodNotAllowed", "NotImplemented", "UnsupportedArgument"];

#[async_trait]
impl Aspect for Acceleration {
    const NOT_CONFIGURED: &'static [&'static str] = NOT_OFFERED;

    fn absent() -> Self {
        Self::Suspended
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_accelerate_configuration().bucket(at.name);
        let answer = request
            .send()
            .await
            .map_err(failed("s3:GetBucketAccelerateConfiguration"))?;
        let status = answer.status();
        Ok(status.map_or(Self::absent(), |status| Self::from_word(status.as_str())))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let acceleration = AccelerateConfiguration::builder().status(self.as_str().into());
        let request = at.s3.put_bucket_accelerate_configuration().bucket(at.name);
        let request = request.accelerate_configuration(acceleration.build());
        request
            .send()
            .await
            .map_err(failed("s3:PutBucketAccelerateConfiguration"))?;
        Ok(())
    }
}

#[async_trait]
impl Aspect for RequestPayer {
    const NOT_CONFIGURED: &'static [&'static str] = NOT_OFFERED;

    fn absent() -> Self {
        Self::BucketOwner
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_request_payment().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketRequestPayment"))?;
        let payer = answer.payer();
        Ok(payer.map_or(Self::absent(), |payer| Self::from_word(payer.as_str())))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let payment = RequestPaymentConfiguration::builder().payer(self.as_str().into());
        let request = at.s3.put_bucket_request_payment().bucket(at.name);
        let request = request.request_payment_configuration(payment.build().map_err(built)?);
        request.send().await.map_err(failed("s3:PutBucketRequestPayment"))?;
        Ok(())
    }
}

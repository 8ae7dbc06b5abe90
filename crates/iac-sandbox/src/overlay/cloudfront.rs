//! CloudFront, as winterbaume serves it.

use winterbaume_cloudfront::CloudFrontService;
use winterbaume_core::MockResponse;

use super::backed::Backed;
use crate::call::Call;
use crate::error::SandboxError;
use crate::service::{Emulator, Image, Service};

/// The service of a world.
#[derive(Default)]
pub(super) struct CloudFront {
    aws: Backed<CloudFrontService>,
}

impl Emulator for CloudFront {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.aws.forward(call)
    }

    fn save(&self) -> Result<Image, SandboxError> {
        Ok(Image::from(self.aws.save(Service::CloudFront)?))
    }

    fn load(&mut self, image: Image) -> Result<(), SandboxError> {
        self.aws.load(Service::CloudFront, image.document)
    }

    fn inventory(&self) -> Vec<String> {
        Vec::new()
    }
}

//! Ec2, as winterbaume serves it.

use winterbaume_core::MockResponse;
use winterbaume_ec2::Ec2Service;

use super::backed::Backed;
use crate::call::Call;
use crate::error::SandboxError;
use crate::service::{Emulator, Image, Service};

/// The service of a world.
#[derive(Default)]
pub(super) struct Ec2 {
    aws: Backed<Ec2Service>,
}

impl Emulator for Ec2 {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.aws.forward(call)
    }

    fn save(&self) -> Result<Image, SandboxError> {
        Ok(Image::from(self.aws.save(Service::Ec2)?))
    }

    fn load(&mut self, image: Image) -> Result<(), SandboxError> {
        self.aws.load(Service::Ec2, image.document)
    }

    fn inventory(&self) -> Vec<String> {
        Vec::new()
    }
}

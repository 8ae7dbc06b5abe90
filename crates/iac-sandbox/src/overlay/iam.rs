//! Iam, as winterbaume serves it.

use winterbaume_core::MockResponse;
use winterbaume_iam::IamService;

use super::backed::Backed;
use crate::call::Call;
use crate::error::SandboxError;
use crate::service::{Emulator, Image, Service};

/// The service of a world.
#[derive(Default)]
pub(super) struct Iam {
    aws: Backed<IamService>,
}

impl Emulator for Iam {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.aws.forward(call)
    }

    fn save(&self) -> Result<Image, SandboxError> {
        Ok(Image::from(self.aws.save(Service::Iam)?))
    }

    fn load(&mut self, image: Image) -> Result<(), SandboxError> {
        self.aws.load(Service::Iam, image.document)
    }

    fn inventory(&self) -> Vec<String> {
        Vec::new()
    }
}

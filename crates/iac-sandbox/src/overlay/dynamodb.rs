//! DynamoDb, as winterbaume serves it.

use winterbaume_core::MockResponse;
use winterbaume_dynamodb::DynamoDbService;

use super::backed::Backed;
use crate::call::Call;
use crate::error::SandboxError;
use crate::service::{Emulator, Image, Service};

/// The service of a world.
#[derive(Default)]
pub(super) struct DynamoDb {
    aws: Backed<DynamoDbService>,
}

impl Emulator for DynamoDb {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.aws.forward(call)
    }

    fn save(&self) -> Result<Image, SandboxError> {
        Ok(Image::from(self.aws.save(Service::DynamoDb)?))
    }

    fn load(&mut self, image: Image) -> Result<(), SandboxError> {
        self.aws.load(Service::DynamoDb, image.document)
    }

    fn inventory(&self) -> Vec<String> {
        Vec::new()
    }
}

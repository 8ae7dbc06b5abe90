//! Every backend of this crate passes the conformance suite.

use iac_core::state::{FileBackend, MemoryBackend, conformance};

#[tokio::test]
async fn memory_conforms() -> Result<(), conformance::Nonconformance> {
    conformance::check(&MemoryBackend::new()).await
}

#[tokio::test]
async fn files_conform() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    conformance::check(&FileBackend::new(folder.path().join("dev"))).await?;
    Ok(())
}

//! Opens any stack of AWS resources in the sandbox: what `--sandbox` stands for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use iac_aws::{Aws, AwsConfig};
use iac_core::{
    OpenError, OpenRequest, Platform, Session,
    model::{Hint, IgnoreTags},
    state::{Backend, FileBackend},
};

use crate::{Sandbox, SandboxError};

/// The folder sandboxes and their states live in when the user names none.
const FOLDER: &str = "state";
/// How long another command on the same sandbox is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// AWS in the process, one account per environment. Sandbox and state live below the state folder, in
/// `<stack>/<environment>/sandbox` and `<stack>/<environment>/state`, and survive between runs.
#[derive(Debug, Default)]
pub struct SandboxPlatform {
    regions: BTreeMap<String, String>,
    default_tags: BTreeMap<String, String>,
    ignore_tags: IgnoreTags,
    /// Open sandboxes: each holds its folder until the platform is dropped.
    sandboxes: Mutex<BTreeMap<PathBuf, Sandbox>>,
}

impl SandboxPlatform {
    /// All environments in `us-east-1`, without default tags.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an environment into a region.
    #[must_use]
    pub fn region(mut self, environment: &str, region: &str) -> Self {
        self.regions.insert(environment.to_owned(), region.to_owned());
        self
    }

    /// Tags for every resource.
    #[must_use]
    pub fn default_tags<K: Into<String>, V: Into<String>>(mut self, tags: impl IntoIterator<Item = (K, V)>) -> Self {
        self.default_tags
            .extend(tags.into_iter().map(|(key, value)| (key.into(), value.into())));
        self
    }

    /// Tags that others put on resources: never shown and never removed.
    #[must_use]
    pub fn ignore_tags(mut self, tags: IgnoreTags) -> Self {
        self.ignore_tags = tags;
        self
    }

    fn client(&self, folder: &Path) -> Result<aws_smithy_runtime_api::client::http::SharedHttpClient, SandboxError> {
        let mut sandboxes = self.sandboxes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sandbox) = sandboxes.get(folder) {
            return Ok(sandbox.http_client());
        }
        let sandbox = Sandbox::open_within(folder, PATIENCE)?;
        let client = sandbox.http_client();
        sandboxes.insert(folder.to_path_buf(), sandbox);
        Ok(client)
    }
}

fn folder(request: &OpenRequest) -> PathBuf {
    let root = request.state_dir.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    root.join(&request.stack).join(&request.environment)
}

fn state(request: &OpenRequest) -> Arc<dyn Backend> {
    Arc::new(FileBackend::new(folder(request).join("state")))
}

impl Hint for SandboxError {
    fn hints(&self) -> Vec<String> {
        vec![self.hint().to_owned()]
    }
}

#[async_trait]
impl Platform for SandboxPlatform {
    async fn open(&self, request: &OpenRequest) -> Result<Session, OpenError> {
        let failed = |error| OpenError::new("cannot open the sandbox", error);
        let client = self.client(&folder(request).join("sandbox")).map_err(failed)?;
        let region = self
            .regions
            .get(&request.environment)
            .map_or("us-east-1", String::as_str);
        let config = AwsConfig::builder()
            .region(region)
            .default_tags(self.default_tags.clone())
            .ignore_tags(self.ignore_tags.clone())
            .http_client(client)
            .build();
        let aws = Aws::connect(&config)
            .await
            .map_err(|error| OpenError::new("cannot open the sandbox", error))?;
        let aws = Arc::new(aws);
        #[cfg_attr(
            not(feature = "cloudcontrol"),
            allow(unused_mut, reason = "there are no more types then")
        )]
        let mut registry = iac_aws::registry(&aws);
        #[cfg(feature = "cloudcontrol")]
        iac_cloudcontrol::register(&aws, &mut registry);
        Ok(Session {
            registry,
            backend: state(request),
            clock: Arc::clone(&request.clock),
            who: request.who.clone(),
        })
    }

    async fn open_state(&self, request: &OpenRequest) -> Result<Arc<dyn Backend>, OpenError> {
        Ok(state(request))
    }

    async fn bootstrap(&self, request: &OpenRequest) -> Result<Vec<String>, OpenError> {
        Ok(vec![format!(
            "the sandbox keeps its state in {}: nothing to prepare",
            folder(request).join("state").display()
        )])
    }
}

//! Environments in AWS: each with its account, its region and the place of its state.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use async_trait::async_trait;
use iac_core::{
    OpenError, OpenRequest, Platform, Session,
    model::{Hint, Registry, ResourceError},
    state::{Backend, FileBackend},
};

use crate::{Aws, AwsConfig, BootstrapOptions, S3Backend, StateStore, bootstrap, registry};

/// Environments in AWS, by name. State is kept in S3 with the lock in DynamoDB, in the environment's own account and region
/// unless its [`StateStore`] says otherwise; with `--state-dir` it is kept in a local folder instead.
#[derive(Clone, Debug, Default)]
pub struct AwsPlatform {
    environments: BTreeMap<String, (AwsConfig, StateStore)>,
    more_types: Vec<AddTypes>,
}

/// Makes types known that are called through a session.
pub type AddTypes = fn(&Arc<Aws>, &mut Registry);

/// Why an environment cannot be opened before anything is called.
#[derive(Debug, thiserror::Error)]
#[error("it is not said where in AWS the environment `{0}` lives")]
struct Unconfigured(String);

impl Hint for Unconfigured {
    fn hints(&self) -> Vec<String> {
        vec![format!(
            "add `.environment(\"{}\", ...)` to the AwsPlatform of this program",
            self.0
        )]
    }
}

impl AwsPlatform {
    /// Knows no environment.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says how an environment is reached and where its state is kept. `{account}` in the names of the bucket, the table,
    /// the key and the owner stands for the id of the account that the state is reached in.
    #[must_use]
    pub fn environment(mut self, name: &str, config: AwsConfig, store: StateStore) -> Self {
        self.environments.insert(name.to_owned(), (config, store));
        self
    }

    /// Makes more types known than this crate has: `iac_cloudcontrol::register`.
    #[must_use]
    pub fn types(mut self, add: AddTypes) -> Self {
        self.more_types.push(add);
        self
    }

    fn configured(&self, request: &OpenRequest) -> Result<&(AwsConfig, StateStore), OpenError> {
        self.environments
            .get(&request.environment)
            .ok_or_else(|| OpenError::new("cannot open the environment", Unconfigured(request.environment.clone())))
    }

    async fn connect(&self, request: &OpenRequest) -> Result<Aws, OpenError> {
        let (config, _) = self.configured(request)?;
        Aws::connect(config)
            .await
            .map_err(|error| OpenError::new(format!("cannot reach AWS for `{}`", request.environment), error))
    }

    /// The session that the state is reached in, and the state's place. `aws` is the environment's session.
    async fn state(&self, request: &OpenRequest, aws: &Aws) -> Result<(Aws, StateStore), OpenError> {
        let (config, store) = self.configured(request)?;
        let own = store
            .connect(config, aws.region())
            .await
            .map_err(|error| OpenError::new(format!("cannot reach the state of `{}`", request.environment), error))?;
        let aws = own.unwrap_or_else(|| aws.clone());
        let store = store.in_account(aws.account());
        Ok((aws, store))
    }
}

fn key(request: &OpenRequest) -> String {
    format!("{}/{}", request.stack, request.environment)
}

fn local(folder: &Path, request: &OpenRequest) -> Arc<dyn Backend> {
    Arc::new(FileBackend::new(folder.join(key(request)).join("state")))
}

#[async_trait]
impl Platform for AwsPlatform {
    async fn open(&self, request: &OpenRequest) -> Result<Session, OpenError> {
        let aws = self.connect(request).await?;
        let backend = if let Some(folder) = &request.state_dir {
            local(folder, request)
        } else {
            let (aws, store) = self.state(request, &aws).await?;
            Arc::new(S3Backend::new(&aws, &store, &key(request)))
        };
        let aws = Arc::new(aws);
        let mut registry = registry(&aws);
        for add in &self.more_types {
            add(&aws, &mut registry);
        }
        Ok(Session {
            registry,
            backend,
            clock: Arc::clone(&request.clock),
            who: request.who.clone(),
        })
    }

    async fn open_state(&self, request: &OpenRequest) -> Result<Arc<dyn Backend>, OpenError> {
        match &request.state_dir {
            Some(folder) => Ok(local(folder, request)),
            None => Ok(self.open(request).await?.backend),
        }
    }

    async fn bootstrap(&self, request: &OpenRequest) -> Result<Vec<String>, OpenError> {
        let (aws, store) = self.state(request, &self.connect(request).await?).await?;
        let options = BootstrapOptions {
            plain_http: aws.speaks_plain_http(),
            ..BootstrapOptions::default()
        };
        let failed = |error: ResourceError| OpenError::new("cannot make the place for the state", error);
        let steps = bootstrap(&aws, &store, options, &*request.clock)
            .await
            .map_err(failed)?;
        Ok(steps.iter().map(ToString::to_string).collect())
    }
}

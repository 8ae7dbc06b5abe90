//! What a program hands to the command line: its stack's name, how each environment is built, and how environments are reached.

use std::{error::Error, fmt, sync::Arc};

use iac_core::{Platform, model::Stack};

/// An error of a function that builds an environment.
pub type BuildError = Box<dyn Error + Send + Sync>;

type Build = Box<dyn Fn(&mut Stack) -> Result<(), BuildError> + Send + Sync>;

/// What a function that builds an environment may give back: nothing, or a `Result`.
pub trait Built {
    /// As a result.
    ///
    /// # Errors
    /// What the function failed with.
    fn into_result(self) -> Result<(), BuildError>;
}

impl Built for () {
    fn into_result(self) -> Result<(), BuildError> {
        Ok(())
    }
}

impl<E: Into<BuildError>> Built for Result<(), E> {
    fn into_result(self) -> Result<(), BuildError> {
        self.map_err(Into::into)
    }
}

/// A stack with its environments, ready to be run by [`main`](crate::main).
///
/// ```
/// use iac_cli::App;
///
/// let app = App::new("shop")
///     .environment("dev", |stack| stack.output("size", "small"))
///     .environment("prod", |stack| stack.output("size", "large"));
/// # drop(app);
/// ```
pub struct App {
    pub(crate) name: String,
    pub(crate) environments: Vec<Environment>,
    pub(crate) platform: Option<Arc<dyn Platform>>,
    pub(crate) sandbox: Option<Arc<dyn Platform>>,
}

/// One environment and what builds it.
pub(crate) struct Environment {
    pub(crate) name: String,
    build: Build,
}

impl Environment {
    /// Builds the environment's stack.
    pub(crate) fn build(&self, stack: &str) -> Result<Stack, BuildError> {
        let mut stack = Stack::new(stack, &self.name);
        (self.build)(&mut stack)?;
        Ok(stack)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.name)
            .field("environments", &self.names())
            .field("platform", &self.platform.is_some())
            .field("sandbox", &self.sandbox.is_some())
            .finish()
    }
}

impl App {
    /// A stack of this name with no environment yet. The name is part of every state's identity: letters, digits,
    /// `-` and `_`, as in the names of environments.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            environments: Vec::new(),
            platform: None,
            sandbox: None,
        }
    }

    /// Adds an environment and the function that builds it. The order is the one they are listed in.
    #[must_use]
    pub fn environment<B: Built>(
        mut self,
        name: &str,
        build: impl Fn(&mut Stack) -> B + Send + Sync + 'static,
    ) -> Self {
        self.environments.push(Environment {
            name: name.to_owned(),
            build: Box::new(move |stack| build(stack).into_result()),
        });
        self
    }

    /// Sets how environments are reached.
    #[must_use]
    pub fn platform(mut self, platform: impl Platform + 'static) -> Self {
        self.platform = Some(Arc::new(platform));
        self
    }

    /// Sets how environments are reached with `--sandbox`.
    #[must_use]
    pub fn sandbox(mut self, platform: impl Platform + 'static) -> Self {
        self.sandbox = Some(Arc::new(platform));
        self
    }

    /// The names of the environments, in their order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.environments.iter().map(|it| it.name.as_str()).collect()
    }
}

//! What every command works with: the app, the way to the terminal, and how to get from a name to an open environment.

use std::{
    io::{BufRead, Read},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use iac_core::{
    OpenRequest, Platform, Session,
    apply::Run,
    graph::Graph,
    model::{Clock, Hint, Stack},
    state::Snapshot,
};

use crate::{
    app::{App, Environment},
    args::PlaceArgs,
    error::{Outcome, Problem},
    interrupt::Interrupts,
    invocation::Invocation,
    printer::Printer,
    progress::Progress,
    render,
};

/// One call of the command line.
pub(crate) struct Context<'a> {
    pub(crate) app: &'a App,
    pub(crate) printer: Arc<Printer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) interrupts: Interrupts,
    pub(crate) json: bool,
    /// Whether a person can be asked.
    pub(crate) interactive: bool,
    pub(crate) folder: PathBuf,
    pub(crate) who: String,
    pub(crate) program: String,
    pub(crate) stdin: Arc<Mutex<Box<dyn BufRead + Send>>>,
}

impl Context<'_> {
    /// The environment's name.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn named<'n>(&self, name: Option<&'n str>) -> Outcome<&'n str> {
        name.ok_or_else(|| Problem::new("no environment is named").hint(self.environments()).into())
    }

    /// A sentence that lists the environments.
    fn environments(&self) -> String {
        match self.app.names().as_slice() {
            [] => "this program has no environments: add one with `App::environment`".to_owned(),
            names => format!("the environments are {}", names.join(", ")),
        }
    }

    /// The environment of this name.
    ///
    /// # Errors
    /// No name, or an unknown one: the nearest is told, and all there are.
    pub(crate) fn environment(&self, name: Option<&str>) -> Outcome<&Environment> {
        let name = self.named(name)?;
        if let Some(environment) = self.app.environments.iter().find(|it| it.name == name) {
            return Ok(environment);
        }
        let mut problem = Problem::new(format!("there is no environment `{name}`"));
        if let Some(nearest) = nearest(name, self.app.names()) {
            problem = problem.hint(format!("did you mean `{nearest}`?"));
        }
        Err(problem.hint(self.environments()).into())
    }

    /// The environment's stack, sound as far as can be told without calling anything.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn stack(&self, environment: &Environment) -> Outcome<Stack> {
        let name = &environment.name;
        let stack = environment.build(&self.app.name).map_err(|error| {
            Problem::of(&*error, Vec::new()).under(format!("the stack of {name} could not be built"))
        })?;
        let mut problems: Vec<Problem> = stack.errors().iter().map(Problem::from).collect();
        if problems.is_empty() {
            let nodes = stack
                .nodes()
                .iter()
                .map(|(address, node)| (address, &node.dependencies));
            if let Err(cycle) = Graph::new(nodes).order() {
                problems.push(Problem::of(&cycle, cycle.hints()));
            }
        }
        if problems.is_empty() {
            return Ok(stack);
        }
        Err(Problem::many(|count| format!("the stack of {name} has {count} errors"), problems).into())
    }

    /// How environments are reached.
    pub(crate) fn platform(&self, place: &PlaceArgs) -> Outcome<&Arc<dyn Platform>> {
        let (platform, missing) = if place.sandbox {
            (&self.app.sandbox, Problem::new("this program has no sandbox"))
        } else {
            (
                &self.app.platform,
                Problem::new("this program has no platform to work on"),
            )
        };
        let hint = match (place.sandbox, self.app.sandbox.is_some()) {
            (true, _) => "leave `--sandbox` away, or build the program with its sandbox: `App::sandbox(..)`",
            (false, true) => "try it with `--sandbox`, or give the program a platform: `App::platform(..)`",
            (false, false) => "give the program one: `App::platform(..)`",
        };
        platform.as_ref().ok_or_else(|| missing.hint(hint).into())
    }

    /// What is asked of a platform.
    pub(crate) fn request(&self, environment: &str, place: &PlaceArgs) -> OpenRequest {
        OpenRequest {
            stack: self.app.name.clone(),
            environment: environment.to_owned(),
            state_dir: place.state_dir.clone(),
            who: self.who.clone(),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Opens an environment.
    pub(crate) async fn open(&self, environment: &str, place: &PlaceArgs) -> Outcome<Session> {
        let request = self.request(environment, place);
        let opening = self.platform(place)?.open(&request);
        let opening = self.interrupts.unless_interrupted(opening);
        let opening = self.progress().during(format!("reaching {environment}"), opening).await;
        Ok(opening.ok_or_else(stopped)??)
    }

    /// Tells where an open environment is.
    pub(crate) fn tell_where(&self, session: &Session, stack: &Stack, place: &PlaceArgs) {
        self.printer
            .tell(&render::target_line::line(session, stack, place.sandbox));
    }

    /// Reads an environment's state; nothing else is reached, and no lock is taken.
    pub(crate) async fn snapshot(&self, environment: &str, place: &PlaceArgs) -> Outcome<Snapshot> {
        let request = self.request(environment, place);
        let platform = self.platform(place)?;
        let reading = async {
            let backend = platform.open_state(&request).await?;
            let snapshot = Snapshot::read(&*backend, &self.app.name, environment).await?;
            Outcome::Ok(snapshot)
        };
        let reading = self.interrupts.unless_interrupted(reading);
        let reading = self.progress().during(format!("reaching {environment}"), reading).await;
        reading.ok_or_else(stopped)?
    }

    /// One who watches the engine.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(&self.printer, &self.clock)
    }

    /// What is typed to call this program again.
    pub(crate) fn invocation(&self, place: &PlaceArgs) -> Invocation {
        Invocation {
            program: self.program.clone(),
            place: place.to_args(),
        }
    }

    /// Gives the lock of a run back. One that cannot be given back runs out by itself; what was done is done.
    pub(crate) async fn release(&self, run: Run) {
        if let Err(error) = run.end().await {
            self.printer.say(&render::error::warning(&error.to_string()));
        }
    }

    /// All that comes from standard input.
    pub(crate) async fn read_stdin(&self) -> Outcome<Vec<u8>> {
        let stdin = Arc::clone(&self.stdin);
        let reading = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            let mut stdin = stdin.lock().unwrap_or_else(PoisonError::into_inner);
            stdin.read_to_end(&mut bytes).map(|_| bytes)
        });
        let read = self.interrupts.unless_interrupted(reading).await.ok_or_else(stopped)?;
        let read = read.map_err(std::io::Error::other).and_then(|read| read);
        read.map_err(|error| {
            Problem::new("standard input cannot be read")
                .cause(error.to_string())
                .into()
        })
    }

    /// Asks a question and gives the answer; `None` when nobody answers or the user wants to stop.
    pub(crate) async fn ask(&self, question: &str) -> Option<String> {
        self.printer.say(question);
        let stdin = Arc::clone(&self.stdin);
        let answer = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            let read = stdin
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .read_line(&mut line);
            read.ok().filter(|length| *length > 0).map(|_| line.trim().to_owned())
        });
        let answer = self
            .interrupts
            .unless_interrupted(answer)
            .await
            .and_then(Result::ok)
            .flatten();
        if answer.is_none() {
            self.printer.say("\n");
        }
        answer
    }

    /// Prints one JSON document as a result.
    pub(crate) fn document(&self, document: &serde_json::Value) {
        self.printer.result(&format!("{document:#}\n"));
    }
}

/// The user stopped before anything was changed.
pub(crate) fn stopped() -> Box<Problem> {
    Problem::new("stopped: nothing was changed").into()
}

/// The name that is nearest, if any is near.
pub(crate) fn nearest<T: AsRef<str>>(name: &str, among: impl IntoIterator<Item = T>) -> Option<T> {
    among
        .into_iter()
        .map(|other| (strsim::jaro_winkler(name, other.as_ref()), other))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, other)| other)
}

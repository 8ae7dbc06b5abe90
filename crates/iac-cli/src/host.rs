//! The process the command line runs in: its streams, environment variables, time and signals. The only file that asks for
//! them; everything else is handed a [`Host`], so that a test can be one.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, BufRead, BufReader, IsTerminal, Write},
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use iac_core::model::Clock;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::exit::Exit;

/// What the command line needs of the process around it. Made by [`process`](Self::process) or [`captured`](Self::captured);
/// every part can be set to another.
#[non_exhaustive]
pub struct Host {
    /// Where results go.
    pub stdout: Box<dyn Write + Send>,
    /// Where progress, prompts and errors go.
    pub stderr: Box<dyn Write + Send>,
    /// Where answers come from.
    pub stdin: Box<dyn BufRead + Send>,
    /// Which of the streams are terminals.
    pub terminals: Terminals,
    /// The environment variables.
    pub variables: BTreeMap<String, String>,
    /// The folder that files are written to in an emergency.
    pub folder: PathBuf,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How often the user has asked to stop.
    pub interrupts: watch::Receiver<usize>,
}

/// Which streams are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a stream")]
pub struct Terminals {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // variables may hold credentials
        f.debug_struct("Host")
            .field("terminals", &self.terminals)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Host {
    /// The real process. Called inside a tokio runtime: signals are listened to from here on.
    pub fn process() -> Self {
        Self {
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
            stdin: Box::new(BufReader::new(io::stdin())),
            terminals: Terminals {
                stdin: io::stdin().is_terminal(),
                stdout: io::stdout().is_terminal(),
                stderr: io::stderr().is_terminal(),
            },
            variables: variables(),
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            clock: Arc::new(RealClock),
            interrupts: listen(),
        }
    }

    /// A process whose output is kept, for tests of a stack's commands: no terminal, no variables, nothing on standard input.
    pub fn captured() -> (Self, Captured) {
        let captured = Captured::default();
        let host = Self {
            stdout: Box::new(captured.stdout.clone()),
            stderr: Box::new(captured.stderr.clone()),
            stdin: Box::new(io::empty()),
            terminals: Terminals::default(),
            variables: BTreeMap::new(),
            folder: PathBuf::from("."),
            clock: Arc::new(RealClock),
            interrupts: watch::channel(0).1,
        };
        (host, captured)
    }

    /// Answers prompts with this text, as a person at a terminal would.
    #[must_use]
    pub fn answering(mut self, text: &str) -> Self {
        self.stdin = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        self.terminals.stdin = true;
        self.terminals.stderr = true;
        // a terminal that cannot move its cursor: progress stays plain lines
        self.variables.insert("TERM".to_owned(), "dumb".to_owned());
        self
    }

    /// A variable that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Who works: `user@host`.
    pub(crate) fn who(&self) -> String {
        let user = ["USER", "LOGNAME", "USERNAME"]
            .into_iter()
            .find_map(|name| self.variable(name))
            .unwrap_or("unknown");
        let named = self.variable("HOSTNAME").map(str::to_owned);
        let host = named.or_else(hostname).unwrap_or_else(|| "unknown".to_owned());
        format!("{user}@{host}")
    }
}

/// What a captured process wrote.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    stdout: Kept,
    stderr: Kept,
}

impl Captured {
    /// What was written to standard output so far.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What was written to standard error so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }
}

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says that the process lacks what it needs to do anything.
pub(crate) fn cannot_begin(error: &io::Error) -> Exit {
    // a failure to print cannot be printed
    drop(writeln!(io::stderr(), "error: cannot begin\n  cause: {error}"));
    Exit::Failed
}

/// The time of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealClock;

#[async_trait]
impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// What `IAC_LOG` asks for.
pub(crate) fn log_level() -> Option<String> {
    std::env::var_os("IAC_LOG")?.into_string().ok()
}

fn hostname() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
}

/// Counts the requests to stop: Ctrl-C, and SIGTERM as a scheduler sends it.
#[cfg(unix)]
fn listen() -> watch::Receiver<usize> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = watch::channel(0);
    // a process that cannot listen to signals is ended by them, as any other is
    if let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                sender.send_modify(|times| *times += 1);
            }
        });
    }
    receiver
}

/// Counts the requests to stop: Ctrl-C.
#[cfg(not(unix))]
fn listen() -> watch::Receiver<usize> {
    let (sender, receiver) = watch::channel(0);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            sender.send_modify(|times| *times += 1);
        }
    });
    receiver
}

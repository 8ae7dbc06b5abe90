//! The command line of `iac` as a library.
//!
//! A stack's `main` hands over its environments and how they are reached, and is done:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use iac_cli::App;
//!
//! fn main() -> ExitCode {
//!     iac_cli::main(
//!         App::new("shop")
//!             .environment("dev", |stack| stack.output("size", "small"))
//!             .environment("prod", |stack| stack.output("size", "large")),
//!     )
//! }
//! ```
//!
//! That gives the commands `plan`, `apply`, `destroy`, `refresh`, `drift`, `import`, `forget`, `history`, `rollback`, `output`,
//! `state`, `bootstrap`, `unlock`, `validate` and `graph`. They end with 0 when done, 1 on any error, and 2 when there are
//! changes and `--detailed-exitcode` asks for it.
//! With `--json` each prints one document, described by a schema in `docs/schemas`.
//!
//! This is the only crate that reads the environment, prints, handles signals or ends the process, and all of that passes
//! through [`Host`]: [`run`] with [`Host::captured`] runs a whole command inside a test.
#![forbid(unsafe_code)]

mod app;
mod args;
mod command;
mod context;
mod error;
mod exit;
mod host;
mod interrupt;
mod invocation;
mod log;
mod panic;
mod printer;
mod progress;
mod render;
mod run;

use std::process::ExitCode;

pub use app::{App, BuildError, Built};
pub use exit::Exit;
pub use host::{Captured, Host, RealClock, Terminals};
pub use run::run;

/// Runs the command line of this process and gives the code to end it with.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a program hands its app over and has no further use for it"
)]
pub fn main(app: App) -> ExitCode {
    panic::install();
    log::install(host::log_level().as_deref());
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return host::cannot_begin(&error),
        };
        let exit = runtime.block_on(async { run(&app, std::env::args_os(), Host::process()).await });
        // a prompt that nobody answers must not keep the process
        runtime.shutdown_background();
        exit
    }));
    // the hook has said what happened
    ended.unwrap_or(Exit::Failed).into()
}

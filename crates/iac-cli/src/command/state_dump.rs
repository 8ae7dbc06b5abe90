//! A state that could not be saved is kept in a file, and what to do with it is told: nothing may be lost.

use std::path::PathBuf;

use iac_core::{apply::Unsaved, model::Hint};

use crate::{args::quoted, context::Context, error::Problem, invocation::Invocation};

/// Whose state it is, and what is typed next.
pub(super) struct StateDump<'a> {
    /// Stack and environment.
    pub(super) names: (&'a str, &'a str),
    /// Where the state belongs.
    pub(super) place: String,
    /// How this program was called.
    pub(super) invocation: &'a Invocation,
    /// The command that goes on from where this one stops.
    pub(super) again: String,
}

impl StateDump<'_> {
    /// Keeps it.
    pub(super) fn keep(&self, cx: &Context<'_>, serial: u64, unsaved: &Unsaved) -> Problem {
        let again = &self.again;
        let problem = Problem::of(&unsaved.error, unsaved.error.hints())
            .under("the state could not be saved")
            .hint(format!(
                "run `{again}` first: what the journal holds is taken up from there"
            ));
        if unsaved.state.is_empty() {
            return problem;
        }
        let (stack, environment) = self.names;
        let name = format!("errored-{}-{}-{serial}.json", file_part(stack), file_part(environment));
        let paths = [cx.folder.join(&name), std::env::temp_dir().join(&name)];
        match save_privately(&paths, &unsaved.state) {
            Ok(path) => {
                // what is typed is typed in this folder
                let typed = path.strip_prefix(&cx.folder).unwrap_or(&path).display().to_string();
                let push = self
                    .invocation
                    .command_on("state push", environment, &[quoted(&typed)], &[]);
                problem.hint(format!(
                    "the state as it should be is kept in {}: should a plan still want to make what is there already, put it \
                     in place with `{push}`",
                    path.display()
                ))
            }
            Err(error) => {
                // the last resort: the person's own screen
                cx.printer.say(&String::from_utf8_lossy(&unsaved.state));
                let push = self
                    .invocation
                    .command_on("state push", environment, &["FILE".to_owned()], &[]);
                problem
                    .cause(format!("it could not be kept in a file either: {error}"))
                    .hint(format!(
                        "the state as it should be is printed above: keep it in a file, it belongs to {}; `{push}` puts it there",
                        self.place
                    ))
            }
        }
    }
}

/// A name as a part of a file's name.
fn file_part(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .collect()
}

/// Writes to the first path that can be written to, readable by its owner alone.
fn save_privately(paths: &[PathBuf], bytes: &[u8]) -> std::io::Result<PathBuf> {
    use std::io::Write;
    let mut failure = std::io::Error::other("there is no folder for it");
    for path in paths {
        let mut options = std::fs::File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        match written {
            Ok(()) => return Ok(path.clone()),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

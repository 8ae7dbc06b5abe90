//! The only way to the terminal: results on standard output, everything else on standard error.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use anstream::adapter::strip_str;
use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::host::Host;

/// Writes to the process's streams. Shared by everything that runs.
pub(crate) struct Printer {
    stdout: Mutex<Stream>,
    stderr: Mutex<Stream>,
    quiet: bool,
    live: Option<MultiProgress>,
    failed: Mutex<Option<io::Error>>,
}

struct Stream {
    writer: Box<dyn Write + Send>,
    colour: bool,
}

impl Printer {
    /// Takes the streams out of the process.
    pub(crate) fn new(host: &mut Host, no_color: bool, quiet: bool) -> Self {
        let dumb = host.variable("TERM") == Some("dumb");
        let forced = host.variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let refused = no_color || host.variable("NO_COLOR").is_some();
        let colour = |terminal: bool| !refused && (forced || (terminal && !dumb));
        let live = host.terminals.stderr && !dumb && !quiet;
        Self {
            stdout: Mutex::new(Stream {
                writer: std::mem::replace(&mut host.stdout, Box::new(io::sink())),
                colour: colour(host.terminals.stdout),
            }),
            stderr: Mutex::new(Stream {
                writer: std::mem::replace(&mut host.stderr, Box::new(io::sink())),
                colour: colour(host.terminals.stderr),
            }),
            quiet,
            live: live.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr())),
            failed: Mutex::new(None),
        }
    }

    /// What the command was asked for.
    pub(crate) fn result(&self, text: &str) {
        self.note_failure(self.write(&self.stdout, text));
    }

    /// What the command was asked for, to the byte.
    pub(crate) fn exact(&self, text: &str) {
        let mut stream = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        let written = stream
            .writer
            .write_all(text.as_bytes())
            .and_then(|()| stream.writer.flush());
        self.note_failure(written);
    }

    fn note_failure(&self, written: io::Result<()>) {
        let failure = written.err();
        // whoever reads has enough; that is not for us to complain about
        if let Some(error) = failure.filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            self.failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error);
        }
    }

    /// What a person must see: errors, prompts.
    pub(crate) fn say(&self, text: &str) {
        // a failure to print cannot be printed
        drop(self.write(&self.stderr, text));
    }

    /// What a person may like to see: progress, next steps.
    pub(crate) fn tell(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// The lines that move, when standard error is a terminal that can move its cursor.
    pub(crate) fn live(&self) -> Option<&MultiProgress> {
        self.live.as_ref()
    }

    /// Takes the moving lines away.
    pub(crate) fn clear(&self) {
        if let Some(live) = &self.live {
            // a terminal that is gone needs no clearing
            drop(live.clear());
        }
    }

    /// Why a result could not be written, if one could not.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn write(&self, stream: &Mutex<Stream>, text: &str) -> io::Result<()> {
        let write = || {
            let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
            if stream.colour {
                stream.writer.write_all(text.as_bytes())?;
            } else {
                write!(stream.writer, "{}", strip_str(text))?;
            }
            stream.writer.flush()
        };
        match &self.live {
            Some(live) => live.suspend(write),
            None => write(),
        }
    }
}

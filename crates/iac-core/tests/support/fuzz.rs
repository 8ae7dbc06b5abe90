//! Real documents, damaged in every way, fed to what reads them: their bytes, their structure, and what only their text can say.
//!
//! `FUZZ_SECONDS` in the environment says how long each target is fed, `FUZZ_SEED` where chance begins. The same documents and
//! the same seed give the same inputs; an input that brings a target down is kept in a file, and that is printed.
#![allow(
    dead_code,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "each test file uses a part of it; how long it goes on is asked of the environment, and what came of it is told"
)]

#[path = "fuzz/damage.rs"]
mod damage;

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

/// How many inputs come from one seed.
const ROUND: usize = 2_000;
/// How long an input is waited for before its target is said to hang.
const PATIENCE: Duration = Duration::from_secs(30);
/// Larger documents are not taken up among those that are damaged further.
const LARGE: usize = 64 * 1024;
/// How many documents are kept to be damaged further.
const KEPT: usize = 400;

/// Chance that can be repeated (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `end`; 0 when there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Something that reads. It is made anew for each round, so that a round depends on its seed alone.
pub(crate) trait Target {
    /// Reads an input, and demands what must hold. Whether it took the input for a document.
    fn feed(&mut self, input: &[u8]) -> bool;
}

impl<F: FnMut(&[u8]) -> bool> Target for F {
    fn feed(&mut self, input: &[u8]) -> bool {
        self(input)
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What is being read now, for the one who looks on.
#[derive(Debug, Default)]
struct Now {
    seed: u64,
    input: Vec<u8>,
}

/// Feeds targets that `make` makes, one for each round, with damaged `documents` until the time is over.
pub(crate) fn fuzz<T: Target>(name: &str, documents: &[Vec<u8>], make: impl Fn() -> T + Send + Sync) {
    let end = Instant::now() + Duration::from_secs(setting("FUZZ_SECONDS").unwrap_or(2));
    let first = setting("FUZZ_SEED").unwrap_or(0);
    for (number, document) in documents.iter().enumerate() {
        assert!(make().feed(document), "{name}: document {number} is refused as it is");
    }
    let now = Arc::new(Mutex::new(Now::default()));
    let (beat, beats) = mpsc::channel();
    std::thread::scope(|scope| {
        let (looking_on, make) = (Arc::clone(&now), &make);
        let running = scope.spawn(move || run((documents, first, end), make, &looking_on, &beat));
        loop {
            match beats.recv_timeout(PATIENCE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => {
                    // its thread cannot be ended, so the process is
                    eprintln!("{name} hangs: {}", kept(name, &now));
                    std::process::abort();
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match running.join() {
            Ok((inputs, taken)) => eprintln!("{name}: {inputs} inputs, {taken} of them taken for documents"),
            Err(panic) => {
                eprintln!("{name} came down: {}", kept(name, &now));
                std::panic::resume_unwind(panic);
            }
        }
    });
}

fn run<T: Target>(
    (documents, first, end): (&[Vec<u8>], u64, Instant),
    make: &impl Fn() -> T,
    now: &Mutex<Now>,
    beat: &Sender<()>,
) -> (usize, usize) {
    let (mut inputs, mut taken) = (0, 0);
    for seed in first.. {
        let mut chance = Chance::new(seed);
        let mut target = make();
        let mut pool = documents.to_vec();
        for _ in 0..ROUND {
            if Instant::now() >= end && inputs > 0 {
                return (inputs, taken);
            }
            let input = damage::damaged(&pool, &mut chance);
            if let Ok(mut now) = now.lock() {
                now.seed = seed;
                now.input.clone_from(&input);
            }
            inputs += 1;
            if target.feed(&input) {
                taken += 1;
                if pool.len() < KEPT && input.len() < LARGE && !documents.contains(&input) {
                    pool.push(input);
                }
            }
            // nobody hears it when all is over
            let _ = beat.send(());
        }
    }
    (inputs, taken)
}

/// Keeps the input that is being read in a file; how to come to it again.
fn kept(name: &str, now: &Mutex<Now>) -> String {
    let now = now.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.input", now.seed));
    let mut told = format!("FUZZ_SEED={} comes to it again", now.seed);
    match std::fs::write(&path, &now.input) {
        Ok(()) => drop(write!(told, "; the input is in {}", path.display())),
        Err(error) => drop(write!(told, "; the input cannot be kept: {error}")),
    }
    told
}

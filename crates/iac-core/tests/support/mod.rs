//! A cloud in memory with one type of thing, for the engine's tests: it refuses to delete what others use, can fail at any
//! call, and can be looked into from outside. Beside it backends that lack something, or do wrong when told to.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod clock;
mod cloud;
mod flaky;
mod keyless;
mod stacks;
mod test_env;
mod thing;

pub(crate) use clock::TestClock;
pub(crate) use cloud::{Cloud, Fault, Held, Sandbox};
pub(crate) use flaky::{Flaky, Wrong, flaky};
pub(crate) use keyless::keyless;
pub(crate) use stacks::{address, pair, stack, three};
pub(crate) use test_env::{NAMES, TestEnv};
pub(crate) use thing::{Thing, ThingId, ThingOutputs};

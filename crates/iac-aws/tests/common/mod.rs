//! What the tests of all services share: a clock on which waiting takes no time, a recorder that keeps ids, the way into a
//! sandbox, a type as the engine calls it, and the engine itself.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

mod altered;
mod answers;
mod call;
mod connect;
mod crashes;
mod engine;
mod test_env;

pub(crate) use altered::{Alteration, Altered, Answer};
pub(crate) use answers::Answers;
pub(crate) use call::{Ids, call, owned};
pub(crate) use connect::{REGION, config, config_in, connect, mortal};
pub(crate) use crashes::Crashes;
pub(crate) use engine::Engine;
pub(crate) use iac_sandbox::InstantClock;
pub(crate) use test_env::{NONE, OURS, TestEnv, differences, inputs, problems};

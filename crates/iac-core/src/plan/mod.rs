//! What would be done: refresh, diff, and the plan as data. Reads the cloud, writes nothing.

mod change;
mod event;

pub use change::{Action, After, AttributeChange, Change, Drift, Mode, OutputChange, Plan, Reason, Summary, Work};
pub use event::{Event, Observer, Silent};

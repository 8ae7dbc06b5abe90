//! What would be done: refresh, diff, and the plan as data. Reads the cloud, writes nothing.

mod action;
mod change;
mod decide;
mod diff;
mod drift;
mod error;
mod event;
mod ignore;
mod inputs;
mod moves;
mod options;
mod planner;
mod recall;
mod refresh;
mod saved;
mod select;

pub use action::{Action, Reason};
pub use change::{After, AttributeChange, Change, ChangeData, Drift, Mode, OutputChange, Plan, Summary};
pub use diff::{Comparison, diff};
pub use error::{PlanError, PlanIssue};
pub use event::{Event, NoopObserver, Observer};
pub use options::PlanOptions;
pub use planner::plan;
pub use recall::{RecallError, recall};
pub use saved::{SavedPlan, SavedPlanError, Stale};

pub(crate) use decide::sealed_trigger;
pub(crate) use ignore::ignore;
pub(crate) use refresh::unknown_type;

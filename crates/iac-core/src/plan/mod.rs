//! What would be done: refresh, diff, and the plan as data. Reads the cloud, writes nothing.

mod action;
mod change;
mod diff;
mod document;
mod drift;
mod error;
mod event;
mod ignore;
mod inputs;
mod moves;
mod options;
mod planner;
mod refresh;
mod resource_planner;
mod saved;
mod select;
mod stack_from_state;

pub use action::{Action, Reason};
pub use change::{AttributeChange, Change, ChangeData, PlannedValue};
pub use diff::{Comparison, diff};
pub use document::{Drift, Mode, OutputChange, Plan, Summary};
pub use error::{PlanError, PlanIssue};
pub use event::{Event, NoopObserver, Observer};
pub use options::PlanOptions;
pub use planner::plan;
pub use saved::{SavedPlan, SavedPlanError, Stale};
pub use stack_from_state::{StackFromStateError, stack_from_state};

pub(crate) use ignore::ignore;
pub(crate) use refresh::unknown_type;
pub(crate) use resource_planner::sealed_trigger;

//! Views: data in, text out. Nothing here prints. Text may hold styles; the printer takes them away where they are not wanted.

pub(crate) mod duration;
pub(crate) mod error;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod json;
pub(crate) mod outputs;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod state;
pub(crate) mod style;
pub(crate) mod target_line;
pub(crate) mod value;

//! The names of the objects in a backend.

/// The name of the state document in a backend.
pub const STATE: &str = "state.json";
/// The prefix of the journal's records.
pub(super) const JOURNAL: &str = "journal/";
/// The prefix of the earlier serials.
pub(super) const HISTORY: &str = "history/";

/// The name of the journal's record with this number.
pub(super) fn record_name(number: u64) -> String {
    format!("{JOURNAL}{number:08}.json")
}

/// The number of the journal's record with this name.
pub(super) fn record_number(name: &str) -> Option<u64> {
    name.strip_prefix(JOURNAL)?.strip_suffix(".json")?.parse().ok()
}

/// The name of the object that keeps a serial.
pub(super) fn serial_name(serial: u64) -> String {
    format!("{HISTORY}{serial:08}.json")
}

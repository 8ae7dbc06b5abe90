//! The serials of a state as people read them.

use std::fmt::Write as _;

use iac_core::state::Serial;

use super::style::{ADD, BOLD, CHANGE, DIM, REMOVE, paint};

/// One line for each serial under the titles of the columns; nothing when there are none.
pub(crate) fn table(serials: &[Serial]) -> String {
    if serials.is_empty() {
        return String::new();
    }
    let titles = ["serial", "when", "who", "operation", "resources"].map(str::to_owned);
    let rows: Vec<[String; 5]> = serials.iter().map(row).collect();
    let mut widths = titles.each_ref().map(String::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = paint(BOLD, format_args!("{}  changes", line(&titles, widths))) + "\n";
    for (serial, row) in serials.iter().zip(&rows) {
        let _ = writeln!(text, "{}  {}", line(row, widths), changes(serial));
    }
    text
}

fn row(serial: &Serial) -> [String; 5] {
    let author = serial.author.as_ref();
    // states of versions that did not say who wrote them have no author
    let of = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        serial.serial.to_string(),
        of(author.map(|author| format!("{:.0}", author.at))),
        of(author.map(|author| author.who.clone())),
        of(author.map(|author| author.operation.clone())),
        serial.resources.to_string(),
    ]
}

/// Numbers to the right, words to the left.
fn line(cells: &[String; 5], widths: [usize; 5]) -> String {
    let mut parts = Vec::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        parts.push(if matches!(index, 0 | 4) {
            format!("{cell:>width$}")
        } else {
            format!("{cell:width$}")
        });
    }
    parts.join("  ")
}

/// `+1 ~2 -0`
fn changes(serial: &Serial) -> String {
    let counts = [
        (ADD, '+', serial.added.len()),
        (CHANGE, '~', serial.changed.len()),
        (REMOVE, '-', serial.removed.len()),
    ];
    let counts = counts.map(|(style, sign, count)| {
        let style = if count == 0 { DIM } else { style };
        paint(style, format_args!("{sign}{count}"))
    });
    counts.join(" ")
}

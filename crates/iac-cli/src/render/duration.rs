//! Durations as people say them, and as they type them.

use std::time::Duration;

use jiff::SignedDuration;

/// `0.4s`, `12s`, `3m 05s`, `1h 02m`.
pub(crate) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Reads `30s`, `5m`, `1h 30m`; a bare number is seconds.
///
/// # Errors
/// What a duration looks like.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| format!("`{text}` is not a duration like `30s`, `5m` or `1h 30m`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h 30m", 5400), ("7", 7), ("0s", 0)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "-5s", "5 parsecs"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn says_what_people_say() {
        let said = [400, 1_234, 12_900, 185_000, 3_725_000].map(|millis| short(Duration::from_millis(millis)));
        assert_eq!(said, ["0.4s", "1.2s", "12s", "3m 05s", "1h 02m"]);
    }
}

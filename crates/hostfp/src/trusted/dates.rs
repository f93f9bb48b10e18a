//! Parses the days and times up to which a key counts.

use std::time::SystemTime;

use serde_json::Value;

/// Whether a value is a time in the future: seconds since 1970 or parts of them, or a date in ISO 8601.
pub(super) fn is_to_come(value: &Value) -> bool {
    let seconds = match value {
        Value::Number(number) => number.as_f64().and_then(seconds),
        value => value.as_str().and_then(days).map(|days| days as f64 * 86_400.0),
    };
    seconds.is_some_and(|seconds| seconds > now())
}

/// Whether a text begins with a day, `2026-11-29`, that is over everywhere on Earth.
pub(super) fn is_past_day(text: &str) -> bool {
    /// A day ends at most twelve hours later than in London.
    const LAST: f64 = 1.5;
    days(text).is_some_and(|day| day as f64 + LAST < now() / 86_400.0)
}

/// Returns the seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(f64::MAX, |now| now.as_secs_f64())
}

/// Converts a number to seconds; it may count seconds, milliseconds or smaller parts. `None` if it is not a time.
fn seconds(number: f64) -> Option<f64> {
    /// The seconds up to the year 10,000. As milliseconds they ended in January 1978, before SSH existed.
    const MOST_SECONDS: f64 = 253_402_300_800.0;
    let counts = [1.0, 1e3, 1e6, 1e9].map(|parts| number / parts);
    counts.into_iter().find(|seconds| *seconds < MOST_SECONDS)
}

/// Returns the days from 1970 to the date that begins a text, `2026-11-29`; `None` for other texts.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.get(..10)?.split('-');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (number()?, number()?, number()?);
    let is_date = (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    // In years that begin in March the leap day is the last one (as in RFC 3339 appendix B).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    is_date.then(|| 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (text, expected) in [
            ("1970-03-01", Some(59)),
            ("2000-02-29T12:00:00Z", Some(11_016)),
            ("2000-03-01", Some(11_017)),
            ("2026-11-30", Some(20_787)),
            ("2026-13-01", None),
            ("2026-00-01", None),
            ("2026-01-00", None),
            ("2026-01", None),
            ("29.11.2026", None),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
        for (value, comes) in [
            (json!("2999-01-01"), true),
            (json!(32_000_000_000_u64), true),
            (json!("2020-01-01"), false),
            (json!(1_600_000_000), false),
            // The last second of the year 9999.
            (json!(253_402_300_799_u64), true),
            (json!(253_402_300_799_000_u64), true),
            // Milliseconds, microseconds and nanoseconds.
            (json!(1_600_000_000_000_u64), false),
            (json!(32_000_000_000_000_u64), true),
            (json!(1_600_000_000_000_000_u64), false),
            (json!(1_600_000_000_000_000_000_u64), false),
            (json!(i64::MAX), true),
            (json!(1e30), false),
        ] {
            assert_eq!(is_to_come(&value), comes, "{value}");
        }
    }
}

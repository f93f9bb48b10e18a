//! Days and times up to which a key counts.

use std::time::SystemTime;

use common::date::days;
use serde_json::Value;

/// Whether a value is a time that is still to come: seconds since 1970 or parts of them, or a date as ISO 8601 writes it.
pub(super) fn is_to_come(value: &Value) -> bool {
    let seconds = match value {
        Value::Number(number) => number.as_f64().and_then(seconds),
        value => value.as_str().and_then(days).map(|days| days as f64 * 86_400.0),
    };
    seconds.is_some_and(|seconds| seconds > now())
}

/// Whether a text begins with a day, `2026-11-29`, that is over everywhere on Earth.
pub(super) fn is_past_day(text: &str) -> bool {
    /// A day ends twelve hours after it does in London, at the latest.
    const LAST: f64 = 1.5;
    days(text).is_some_and(|day| day as f64 + LAST < now() / 86_400.0)
}

/// The seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(f64::MAX, |now| now.as_secs_f64())
}

/// The seconds of a time as a number, which counts seconds, milliseconds or smaller parts; nothing for what is no time.
fn seconds(number: f64) -> Option<f64> {
    /// The seconds up to the year 10,000. As milliseconds they were up in January 1978, before there was SSH.
    const MOST_SECONDS: f64 = 253_402_300_800.0;
    let counts = [1.0, 1e3, 1e6, 1e9].map(|parts| number / parts);
    counts.into_iter().find(|seconds| *seconds < MOST_SECONDS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_to_come_are_known_in_any_unit() {
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

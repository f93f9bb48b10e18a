//! Parses the days and times up to which a key counts.

use std::time::SystemTime;

use common::date::days;
use serde_json::Value;

/// The seconds of a day.
const DAY: f64 = 86_400.0;

/// Whether a value is a time in the future: seconds since 1970 or parts of them, or a date in ISO 8601.
pub(super) fn is_to_come(value: &Value) -> bool {
    time(value).is_some_and(|seconds| seconds > now())
}

/// Whether a value is such a time more than two days from now, which no clock and no time zone explains.
pub(super) fn is_after_tomorrow(value: &Value) -> bool {
    time(value).is_some_and(|seconds| seconds > now() + 2.0 * DAY)
}

fn time(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().and_then(seconds),
        value => value.as_str().and_then(days).map(|days| days as f64 * DAY),
    }
}

/// When a written date is. An unclear one is taken for past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is over everywhere on Earth, or may be.
    Past,
    /// It is certainly in the future.
    ToCome,
    /// It is within a time zone of now.
    Now,
}

/// Reads the date that begins these words in lowercase, such as `2020-01-01`, `jan 1 2020` or `01.01.2020`. `None` if the
/// first word is neither a number nor a month. Only a date in ISO 8601 has a clear day; of the others the year counts.
pub(super) fn written<'a>(words: impl Iterator<Item = &'a str>) -> Option<Written> {
    /// A day ends at most twelve hours later than in London.
    const LAST: f64 = 1.5;
    /// The longest date, in words: `1 jan 2020 12:00`.
    const MOST: usize = 4;
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let is_month = |word: &str| MONTHS.iter().any(|month| word.starts_with(month)) && word.len() <= "september".len();
    let has_digit = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let words: Vec<&str> = words.take(MOST).take_while(|word| is_month(word) || has_digit(word)).collect();
    let first = words.iter().find(|word| has_digit(word))?;
    if let Some(day) = days(first) {
        let today = now() / DAY;
        return Some(match day as f64 {
            day if day + LAST < today => Written::Past,
            day if day > today + LAST => Written::ToCome,
            _ => Written::Now,
        });
    }
    let numbers = || words.iter().flat_map(|word| word.split(|character: char| !character.is_ascii_digit()));
    // A date without separators begins with its year.
    let years =
        numbers().filter(|number| matches!(number.len(), 4 | 8)).filter_map(|number| number.get(..4)?.parse().ok());
    let is_to_come =
        years.filter(|year: &i64| (1970..10_000).contains(year)).max().is_some_and(|year| year > this_year());
    Some(if is_to_come { Written::ToCome } else { Written::Past })
}

/// Returns the current year, give or take a day.
fn this_year() -> i64 {
    1970 + (now() / (365.2425 * DAY)) as i64
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_and_times_in_any_form_are_compared_with_now() {
        for (text, expected) in [
            ("2020-01-01 x", Some(Written::Past)),
            ("2999-01-01t10:00", Some(Written::ToCome)),
            ("01.01.2020", Some(Written::Past)),
            ("jan 1 2999 x", Some(Written::ToCome)),
            ("1 january 2020", Some(Written::Past)),
            ("20200101", Some(Written::Past)),
            ("29990101", Some(Written::ToCome)),
            ("2999/01/01", Some(Written::ToCome)),
            ("2020", Some(Written::Past)),
            ("31.12", Some(Written::Past)),
            ("replaced 2020-01-01", None),
            ("may be", None),
            ("", None),
        ] {
            assert_eq!(written(text.split_whitespace()), expected, "{text}");
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

//! Parses the days and times up to which a key counts.

use common::date::{days, since_1970};
use serde_json::Value;

/// The seconds of a day.
const DAY: f64 = 86_400.0;

/// Whether a value is a time in the future: seconds since 1970 or parts of them, or a date in ISO 8601.
pub(crate) fn is_to_come(value: &Value) -> bool {
    time(value).is_some_and(|seconds| seconds > since_1970().as_secs_f64())
}

/// Whether a value is such a time more than two days from now, which no clock and no time zone explains.
pub(crate) fn is_after_tomorrow(value: &Value) -> bool {
    time(value).is_some_and(|seconds| seconds > since_1970().as_secs_f64() + 2.0 * DAY)
}

fn time(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().and_then(seconds),
        value => value.as_str().and_then(days).map(|days| days as f64 * DAY),
    }
}

/// When a written date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is over everywhere on Earth.
    Past,
    /// It is in the future everywhere.
    ToCome,
    /// It is within a time zone of now.
    Now,
}

/// Reads the date that begins these words in lowercase: `2020-01-01`, `20200101`, `2020/01`, `01.01.2020`, `1 jan 2020` or
/// seconds since 1970. `None` if there is no year. Of a date that can be read in two ways, the earlier one counts.
pub(crate) fn written<'a>(words: impl Iterator<Item = &'a str>) -> Option<Written> {
    const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    /// The last day of every month that all months have.
    const LAST_DAY: i64 = 28;
    let mut words = words.skip_while(|word| WEEKDAYS.contains(word));
    let first = words.next()?;
    let month = |word: &str| {
        let month = MONTHS.iter().zip(1..).find(|(month, _)| word.starts_with(**month));
        month.filter(|_| word.bytes().all(|byte| byte.is_ascii_alphabetic())).map(|(_, number)| number)
    };
    let number = |word: &str| word.parse::<i64>().ok();
    let words: Vec<&str> = std::iter::once(first).chain(words.take(3)).collect();
    if let Some(month) = words.iter().take(2).find_map(|word| month(word)) {
        let numbers = || words.iter().filter_map(|word| number(word));
        let day = numbers().find(|day| (1..=31).contains(day)).unwrap_or(LAST_DAY);
        return numbers().find(|year| is_year(*year)).and_then(|year| compared(&[(year, month, day)]));
    }
    let parts: Vec<&str> = first.split(['-', '/', '.', 't', 'z', ':']).take(3).collect();
    let numbers: Vec<i64> = parts.iter().map_while(|part| number(part)).collect();
    match numbers.as_slice() {
        [year, month, day] if is_year(*year) => compared(&[(*year, *month, *day)]),
        [one, other, year] if is_year(*year) => compared(&[(*year, *other, *one), (*year, *one, *other)]),
        [year, month] if is_year(*year) => compared(&[(*year, *month, LAST_DAY)]),
        [year] if is_year(*year) => compared(&[(*year, 12, LAST_DAY)]),
        [digits] if first.len() == 8 => compared(&[(digits / 10_000, digits / 100 % 100, digits % 100)]),
        [digits] if first.len() >= 9 => seconds(*digits as f64).map(|seconds| moment(seconds / DAY)),
        _ => None,
    }
}

/// Compares the earliest of the dates that exist with now.
fn compared(dates: &[(i64, i64, i64)]) -> Option<Written> {
    let dates = dates.iter().filter_map(|(year, month, day)| days(&format!("{year:04}-{month:02}-{day:02}")));
    dates.min().map(|day| moment(day as f64))
}

/// Compares a day since 1970 with now.
fn moment(day: f64) -> Written {
    /// A day ends at most twelve hours later than in London.
    const LAST: f64 = 1.5;
    let today = since_1970().as_secs_f64() / DAY;
    if day + LAST < today {
        Written::Past
    } else if day > today + LAST {
        Written::ToCome
    } else {
        Written::Now
    }
}

fn is_year(number: i64) -> bool {
    (1970..10_000).contains(&number)
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
            ("mon jan 6 2020", Some(Written::Past)),
            ("02/01/2020", Some(Written::Past)),
            ("2020-01", Some(Written::Past)),
            ("1577836800", Some(Written::Past)),
            ("32503680000", Some(Written::ToCome)),
            ("31.12", None),
            ("203.0.113.7", None),
            ("6.8", None),
            ("19:00", None),
            ("90d", None),
            ("13/13/2020", None),
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

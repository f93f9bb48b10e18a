//! Times and dates, counted from 1 January 1970.

use std::time::{Duration, SystemTime};

/// Returns the time since 1970. If the clock shows a time before it, that is the longest time: then every date has passed, and
/// nothing that expires is taken to be valid.
#[must_use]
pub fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::MAX)
}

/// Returns the days from 1970 to the date that begins a text, `2026-11-29`; `None` for other texts.
#[must_use]
pub fn days(text: &str) -> Option<i64> {
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
    use super::days;

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
    }
}

//! The date of all files in a package.

use std::env;

use crate::{Failure, man};

/// A second in UTC.
#[derive(Clone, Copy)]
pub(super) struct Date {
    seconds: u32,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const DAY: u32 = 24 * 60 * 60;

impl Date {
    /// `SOURCE_DATE_EPOCH`, or the day of the newest release in the changelog.
    pub(super) fn of_release() -> Result<Self, Failure> {
        if let Some(seconds) = env::var_os("SOURCE_DATE_EPOCH") {
            let seconds =
                seconds.to_string_lossy().parse().map_err(|_| "SOURCE_DATE_EPOCH is not a number of seconds")?;
            return Ok(Self { seconds });
        }
        Self::of_day(man::release_date()).ok_or_else(|| "the changelog names no date".into())
    }

    /// The first second of a day, `YYYY-MM-DD`.
    fn of_day(text: &str) -> Option<Self> {
        let numbers: Vec<u32> = text.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let [year @ 1970..=2100, month @ 1..=12, day @ 1..=31] = numbers[..] else { return None };
        let years: u32 = (1970..year).map(|year| 365 + u32::from(is_leap(year))).sum();
        let months: u32 = (1..month).map(|month| days_in(year, month)).sum();
        Some(Self { seconds: (years + months + day - 1) * DAY })
    }

    /// In seconds since 1970.
    pub(super) const fn seconds(self) -> u32 {
        self.seconds
    }

    /// As in Debian's changelogs (RFC 5322 section 3.3).
    pub(super) fn long(self) -> String {
        let (year, month, day) = self.day();
        let weekday = WEEKDAYS[(self.seconds / DAY % 7) as usize];
        format!("{weekday}, {day:02} {} {year} {} +0000", MONTHS[month as usize - 1], self.time())
    }

    /// As in RFC 3339.
    pub(super) fn short(self) -> String {
        let (year, month, day) = self.day();
        format!("{year}-{month:02}-{day:02}T{}Z", self.time())
    }

    fn time(self) -> String {
        let seconds = self.seconds % DAY;
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    fn day(self) -> (u32, u32, u32) {
        let (mut year, mut month, mut days) = (1970, 1, self.seconds / DAY);
        while days >= 365 + u32::from(is_leap(year)) {
            days -= 365 + u32::from(is_leap(year));
            year += 1;
        }
        while days >= days_in(year, month) {
            days -= days_in(year, month);
            month += 1;
        }
        (year, month, days + 1)
    }
}

/// Every fourth year but 2100. Dates of 32 bits end in 2106.
const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && year != 2100
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + is_leap(year) as u32,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of `date -u -R` and `date -u +%s` for these days.
    #[test]
    fn days_are_those_of_the_calendar() {
        for (day, seconds, long) in [
            ("1970-01-01", 0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            ("2024-02-29", 1_709_164_800, "Thu, 29 Feb 2024 00:00:00 +0000"),
            ("2026-11-22", 1_795_305_600, "Sun, 22 Nov 2026 00:00:00 +0000"),
            ("2100-03-01", 4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
        ] {
            let date = Date::of_day(day).unwrap();
            assert_eq!((date.seconds(), date.long().as_str()), (seconds, long));
            assert_eq!(date.short(), format!("{day}T00:00:00Z"));
        }
        assert_eq!(Date { seconds: 86_399 }.short(), "1970-01-01T23:59:59Z");
        assert!(["", "undated", "2026-13-01", "2026-11", "1969-01-01"].iter().all(|day| Date::of_day(day).is_none()));
    }
}

//! Checks the expiry time of lines for Compute Engine, whose agent removes an expired line of `google-ssh`.

use common::date::{days, since_1970};
use common::keyfile::Item;
use serde_json::Value;

use super::consumers::{COMPUTE_ENGINE, Consumer};
use crate::finding::{Check, Finding, Severity};

/// The agent of the VM removes the line.
pub(crate) static EXPIRED: Check = Check {
    name: "expired",
    severity: Severity::Error,
    what: "The comment is google-ssh, as gcloud and the console of Google Cloud write it, and the time in it has passed or is \
           missing.",
    why: "The agent on the VM removes such a line from the metadata's keys, and its owner cannot log in.",
    remedy: "Add the key again with gcloud compute ssh; or give it another comment, such as user@host: then it does not \
             expire.",
    source: "GoogleCloudPlatform/guest-agent, accounts_test.go, TestRemoveExpiredKeys; Google Cloud, Compute Engine, Add \
             SSH keys to VMs",
};

/// The comment's first word, after which JSON with a time follows.
const GOOGLE: &str = "google-ssh";

/// Returns the finding for a line that has expired for one of these consumers.
pub(crate) fn check(consumers: &[&'static Consumer], item: &Item<'_>) -> Option<Finding> {
    let is_read_by_agent = consumers.iter().any(|consumer| std::ptr::eq(*consumer, &COMPUTE_ENGINE));
    let comment = std::str::from_utf8(item.comment.as_deref()?).ok()?;
    let mut words = comment.trim_matches(' ').splitn(2, ' ');
    if !is_read_by_agent || words.next() != Some(GOOGLE) {
        return None;
    }
    let document = words.next().and_then(|document| serde_json::from_str::<Value>(document).ok());
    // Go finds a field whatever the case of its name.
    let is_time = |(name, _): &(&String, &Value)| name.eq_ignore_ascii_case("expireOn");
    let time = document.as_ref().and_then(|document| document.as_object()?.iter().find(is_time)?.1.as_str());
    let now = i64::try_from(since_1970().as_secs()).unwrap_or(i64::MAX);
    let why = match time.map(|time| (time, seconds(time))) {
        None => "no JSON with expireOn follows google-ssh".to_owned(),
        Some((_, None)) => "expireOn is not a time such as 2026-12-01T00:00:00+0000".to_owned(),
        Some((time, Some(end))) if end < now => format!("the key expired at {time}"),
        Some(_) => return None,
    };
    Some(EXPIRED.found(format!("{why}; the agent of Compute Engine removes the line")))
}

/// Returns the seconds from 1970 to a time in Go's layout `2006-01-02T15:04:05-0700`, which may have fractions of a second.
fn seconds(time: &str) -> Option<i64> {
    /// The digits of the layout, and what is between them.
    const LAYOUT: &str = "0000-00-00T00:00:00";
    let (start, end) = time.split_at_checked(LAYOUT.len())?;
    let is_like = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    let zone = match end.strip_prefix('.') {
        Some(parts) => parts.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => end,
    };
    let hours = zone
        .strip_prefix(['+', '-'])
        .filter(|hours| hours.len() == 4 && hours.bytes().all(|byte| byte.is_ascii_digit()))?;
    if !start.bytes().zip(LAYOUT.bytes()).all(is_like) {
        return None;
    }
    let number = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (hour, minute, second) = (number(start, 11, 13)?, number(start, 14, 16)?, number(start, 17, 19)?);
    let (day_seconds, offset) =
        ((hour * 60 + minute) * 60 + second, (number(hours, 0, 2)? * 60 + number(hours, 2, 4)?) * 60);
    let is_clock = hour < 24 && minute < 60 && second < 60;
    let days = days(start).filter(|_| is_clock)?;
    let offset = if zone.starts_with('-') { -offset } else { offset };
    Some(days * 86_400 + day_seconds - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_go_reads_it() {
        for (time, expected) in [
            ("1970-01-01T00:00:00+0000", Some(0)),
            ("1970-03-01T00:00:01+0000", Some(59 * 86_400 + 1)),
            ("2000-03-01T01:00:00+0100", Some(11_017 * 86_400)),
            ("2026-11-29T23:30:00.25-0030", Some(20_787 * 86_400)),
            ("2026-12-01T00:00:00Z", None),
            ("2026-12-01T00:00:00+00:00", None),
            ("2026-13-01T00:00:00+0000", None),
            ("2026-12-01 00:00:00+0000", None),
            ("2026-12-01T24:00:00+0000", None),
            ("2026-12-01", None),
            ("soon", None),
        ] {
            assert_eq!(seconds(time), expected, "{time}");
        }
    }
}

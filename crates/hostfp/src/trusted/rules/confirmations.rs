//! Recognises comments and tags that mark a key as unconfirmed or expired.

use super::dates::{self, Written};
use super::host_names;

/// The beginnings of words that mean that a key was confirmed, and words that negate them.
const CONFIRMING: [&str; 8] = ["approv", "authentic", "check", "confirm", "genuin", "trust", "valid", "verif"];
const WITHHELD: [&str; 10] = ["?", "0", "[ ]", "false", "no", "none", "off", "pending", "tbd", "todo"];

/// Whether a line says that a key is unconfirmed or expired: `verified: no`, `[ ] verified`, `TODO: verify`, `to be
/// confirmed`, `unchecked`, `valid until 2020-01-01`.
pub(crate) fn is_unconfirmed_or_expired(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let confirms = |part: &str| CONFIRMING.iter().any(|start| part.starts_with(start));
    let is_beside =
        |part: &str| confirms(part) || host_names::is_of_key(part) || matches!(part, "has" | "is" | "been" | "was");
    let is_confirmation = |text: &str| parts(text).any(confirms) && parts(text).all(is_beside);
    let (before, after) = line.split_once([':', '=']).map_or(("", ""), |(name, value)| (name.trim(), value.trim()));
    let is_negated = parts(&line).any(|part| part.strip_prefix("un").is_some_and(confirms));
    let is_open = ["[ ] ", "to be "].iter().any(|start| line.strip_prefix(start).is_some_and(is_confirmation));
    let is_withheld =
        WITHHELD.contains(&after) && is_confirmation(before) || WITHHELD.contains(&before) && is_confirmation(after);
    is_negated || is_open || is_withheld || is_past(&line)
}

/// Whether a line says that a key has expired, or is not valid yet: it has a limit (`until`, `valid from`) and then a date.
/// A date further on may be that on which the line was written.
fn is_past(line: &str) -> bool {
    let is_beside = |word: &&str| matches!(*word, "" | "on" | "at" | "date" | "the");
    let words = line.split(|character: char| !(character.is_alphanumeric() || "-./:".contains(character)));
    let words: Vec<&str> =
        words.map(|word| word.trim_matches(['.', ':', '-', '/'])).filter(|word| !is_beside(word)).collect();
    words.iter().enumerate().any(|(index, word)| {
        let date = || dates::written(words.iter().copied().skip(index + 1));
        let is_before = |before: &str| index.checked_sub(1).and_then(|index| words.get(index)) == Some(&before);
        let word = word.rsplit('-').next().unwrap_or(word);
        let is_end = word.starts_with("expir")
            || ["until", "till", "notafter", "validto"].iter().any(|end| word.ends_with(end))
            || match word {
                "through" | "thru" | "eol" => true,
                "life" => is_before("of"),
                "to" => is_before("valid"),
                "after" => is_before("not"),
                "before" => is_before("best"),
                _ => false,
            };
        let is_start = word == "from" && is_before("valid") || word == "before" && is_before("not");
        is_end && date() == Some(Written::Past) || is_start && date() == Some(Written::ToCome)
    })
}

/// Splits a text into its parts of letters and digits, in lowercase.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_day_expires_a_key_and_the_day_of_writing_does_not() {
        for line in [
            "valid until 2020-01-01",
            "expires: 2020-01-01",
            "expiry date=2020-01-01T10:00:00Z",
            "(until 2020-01-01)",
            "valid until 01.01.2020",
            "valid until Jan 1, 2020",
            "expires 20200101",
            "valid until 2020",
            "valid thru 2020-01",
            "end of life: 2020-01-01",
            "valid-until: \"2020-01-01\"",
            "validUntil: [2020-01-01]",
            "notAfter=Jan  1 00:00:00 2020 GMT",
            "valid to 2020-01-01",
            "valid until Mon Jan 6 2020",
            "valid from 2099-01-01",
            "not before 2099-01-01",
            "valid_until: 2020/01/01",
        ] {
            assert!(is_unconfirmed_or_expired(line), "{line}");
        }
        for line in [
            "valid until 2999-01-01",
            "kept until replaced, printed 2020-01-01",
            "expires never, added 2020-01-01",
            "printed 2020-01-01",
            "valid until Jan 1, 2999",
            "until further notice, added 2020-01-01",
            "valid from 2020-01-01",
            "not before 2020-01-01",
            "before 2020-01-01 it was another",
            "reachable through 203.0.113.7",
            "kernel through 6.8",
            "running until 19:00",
            "valid until Dec 31, 2999",
            "expires: 90d",
        ] {
            assert!(!is_unconfirmed_or_expired(line), "{line}");
        }
    }
}

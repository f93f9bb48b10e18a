//! Recognises comments and tags that mark a key as unconfirmed or expired.

use super::{dates, host_names};

/// The beginnings of words that mean that a key was confirmed, and words that negate them.
const CONFIRMING: [&str; 8] = ["approv", "authentic", "check", "confirm", "genuin", "trust", "valid", "verif"];
const WITHHELD: [&str; 10] = ["?", "0", "[ ]", "false", "no", "none", "off", "pending", "tbd", "todo"];

/// Whether a line says that a key is unconfirmed or expired: `verified: no`, `[ ] verified`, `TODO: verify`, `to be
/// confirmed`, `unchecked`, `valid until 2020-01-01`.
pub(super) fn withholds(line: &str) -> bool {
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

/// Whether a line names a day until which a key counts, and that day is over. The day is the first word after the limit: a
/// later one may be the day on which the line was written.
fn is_past(line: &str) -> bool {
    let is_beside = |word: &&str| matches!(*word, "" | "on" | "at" | "date" | "the");
    let words = line.split([' ', '=', ':', ',', ';', '(', ')']).filter(|word| !is_beside(word));
    let mut follows_limit = false;
    words.map(|word| word.trim_end_matches('.')).any(|word| {
        let is_limit = word.starts_with("expir") || matches!(word, "until" | "till");
        std::mem::replace(&mut follows_limit, is_limit) && dates::is_past_day(word)
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
    fn a_day_that_is_over_withholds_and_the_day_of_writing_does_not() {
        for line in
            ["valid until 2020-01-01", "expires: 2020-01-01", "expiry date=2020-01-01T10:00:00Z", "(until 2020-01-01)"]
        {
            assert!(withholds(line), "{line}");
        }
        for line in [
            "valid until 2999-01-01",
            "kept until replaced, printed 2020-01-01",
            "expires never, added 2020-01-01",
            "printed 2020-01-01",
        ] {
            assert!(!withholds(line), "{line}");
        }
    }
}

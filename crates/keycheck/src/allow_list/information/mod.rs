//! How much a text tells: the length in bits of its shortest description in a code that is made for the comments of keys.
//!
//! The code writes a text as tokens (a word, letters, digits, an identifier, characters beyond ASCII) with separators
//! between them. Words that are known are cheap, and what looks like nothing known costs what its characters can tell.
//! The probabilities of what may follow add up to no more than 1 in every state, so by Kraft's inequality no more than
//! 2^n texts have descriptions of n bits or less. Nothing else matters for what is promised; how well the code fits
//! honest comments decides only how many of them pass. (L. Kraft, 1949; P. Grünwald, The Minimum Description Length
//! Principle, 2007, section 3.)

mod code;
mod tokens;

use std::ops::{Add, Range};

use code::{BEGINNINGS, END, MORE_OF_A_RULER, NO_SEPARATOR, bits, is_separator, separator, times};

/// What a text tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Measure {
    /// All of it, in hundredths of a bit.
    pub(super) total: u32,
    /// The part that no word explains: digits, identifiers, letters that follow one another by chance.
    pub(super) arbitrary: u32,
}

impl Measure {
    const fn explained(total: u32) -> Self {
        Self { total, arbitrary: 0 }
    }

    const fn arbitrary(total: u32) -> Self {
        Self { total, arbitrary: total }
    }

    /// Of another alphabet, where no words are known: half of it is taken for language.
    const fn of_some_language(total: u32) -> Self {
        Self { total, arbitrary: total / 2 }
    }
}

impl Add for Measure {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let total = self.total.saturating_add(other.total);
        Self { total, arbitrary: self.arbitrary.saturating_add(other.arbitrary) }
    }
}

/// Measures a text.
pub(super) fn measure(text: &str) -> Measure {
    let mut paths = Paths::new(text.len());
    for (at, letter) in text.char_indices() {
        paths.go_on_without_separator(at);
        if is_separator(letter) {
            separators(&mut paths, text, at, letter);
        }
        if paths.is_due(at) {
            tokens::put(&mut paths, text, at);
        }
    }
    paths.end(text.len())
}

/// The cheapest descriptions of the beginnings of a text.
struct Paths {
    /// By the length of the beginning: those behind which a token is due, and those that end with a token.
    due: Vec<Option<Measure>>,
    ended: Vec<Option<Measure>>,
}

impl Paths {
    fn new(length: usize) -> Self {
        let mut due = vec![None; length + 1];
        if let Some(start) = due.first_mut() {
            *start = Some(Measure::default());
        }
        Self { due, ended: vec![None; length + 1] }
    }

    fn is_due(&self, at: usize) -> bool {
        self.due.get(at).is_some_and(Option::is_some)
    }

    /// A token that is due stands there.
    fn token(&mut self, range: Range<usize>, cost: Measure) {
        if let Some(Some(before)) = self.due.get(range.start) {
            keep(self.ended.get_mut(range.end), *before + cost);
        }
    }

    fn separator_behind_a_token(&mut self, range: Range<usize>, cost: Measure) {
        if let Some(Some(before)) = self.ended.get(range.start) {
            keep(self.due.get_mut(range.end), *before + cost);
        }
    }

    fn separator_where_a_token_is_due(&mut self, range: Range<usize>, cost: Measure) {
        if let Some(Some(before)) = self.due.get(range.start).copied() {
            keep(self.due.get_mut(range.end), before + cost);
        }
    }

    fn go_on_without_separator(&mut self, at: usize) {
        self.separator_behind_a_token(at..at, Measure::explained(bits(NO_SEPARATOR)));
    }

    fn end(&self, length: usize) -> Measure {
        let behind = |paths: &[Option<Measure>], probability| {
            paths.get(length).copied().flatten().map(|path| path + Measure::explained(bits(probability)))
        };
        let ends = [behind(&self.ended, END), behind(&self.due, BEGINNINGS.end)];
        // A text that the code has no description for tells more than any.
        ends.into_iter().flatten().min().unwrap_or(Measure::arbitrary(u32::MAX))
    }
}

fn keep(place: Option<&mut Option<Measure>>, path: Measure) {
    if let Some(place) = place
        && place.is_none_or(|known| path < known)
    {
        *place = Some(path);
    }
}

/// The separator that stands there, or the ruler that begins there.
fn separators(paths: &mut Paths, text: &str, at: usize, first: char) {
    let cost = separator(first);
    paths.separator_behind_a_token(at..at + 1, Measure::explained(cost));
    paths.separator_where_a_token_is_due(at..at + 1, Measure::arbitrary(bits(BEGINNINGS.separator) + cost));
    let length = run(text, at, |letter| letter == first);
    if length >= 3 {
        let more = times(length - 3, bits(MORE_OF_A_RULER)) + bits(1.0 - MORE_OF_A_RULER);
        let cost = bits(BEGINNINGS.ruler) + cost + more;
        paths.separator_where_a_token_is_due(at..at + length, Measure::arbitrary(cost));
    }
}

/// The length of a run of such characters, in bytes.
fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruler_tells_little_and_digits_tell_what_they_can() {
        let bits = |text: &str| measure(text).total / 100;
        assert!(bits(&"-".repeat(70)) < 40);
        assert!(bits(&"= -".repeat(25)) > 300);
        assert!(bits(&"7".repeat(78)) > 256);
        assert!(bits("20261129") < bits("20261329") && bits("2026-11-29") < bits("2026-11-32"));
        assert!(bits("10.0.0.1") < bits("10.0.0.256"));
        assert!(bits("M\u{fc}ller") < bits("\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}"));
        assert_eq!(measure("key").arbitrary, 0);
        assert!(measure("xqzkv").arbitrary > 0);
    }

    #[test]
    fn what_has_no_description_tells_more_than_any() {
        assert_eq!(measure("a\u{1}b").total, u32::MAX);
        assert_eq!(measure("a\rb").total, u32::MAX);
    }
}

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

pub(super) use code::is_word;

use std::ops::Range;

use code::{BEGINNINGS, END, MORE_OF_A_RULER, NO_SEPARATOR, bits, is_separator, separator, times};

/// What a text tells, in hundredths of a bit.
pub(super) fn measure(text: &str) -> u32 {
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
    due: Vec<Option<u32>>,
    ended: Vec<Option<u32>>,
}

impl Paths {
    fn new(length: usize) -> Self {
        let mut due = vec![None; length + 1];
        if let Some(start) = due.first_mut() {
            *start = Some(0);
        }
        Self { due, ended: vec![None; length + 1] }
    }

    fn is_due(&self, at: usize) -> bool {
        self.due.get(at).is_some_and(Option::is_some)
    }

    /// A token that is due stands there.
    fn token(&mut self, range: Range<usize>, cost: u32) {
        if let Some(Some(before)) = self.due.get(range.start).copied() {
            keep(self.ended.get_mut(range.end), before.saturating_add(cost));
        }
    }

    fn separator_behind_a_token(&mut self, range: Range<usize>, cost: u32) {
        if let Some(Some(before)) = self.ended.get(range.start).copied() {
            keep(self.due.get_mut(range.end), before.saturating_add(cost));
        }
    }

    fn separator_where_a_token_is_due(&mut self, range: Range<usize>, cost: u32) {
        if let Some(Some(before)) = self.due.get(range.start).copied() {
            keep(self.due.get_mut(range.end), before.saturating_add(cost));
        }
    }

    fn go_on_without_separator(&mut self, at: usize) {
        self.separator_behind_a_token(at..at, bits(NO_SEPARATOR));
    }

    fn end(&self, length: usize) -> u32 {
        let behind = |paths: &[Option<u32>], probability| {
            paths.get(length).copied().flatten().map(|path| path.saturating_add(bits(probability)))
        };
        let ends = [behind(&self.ended, END), behind(&self.due, BEGINNINGS.end)];
        // A text that the code has no description for tells more than any.
        ends.into_iter().flatten().min().unwrap_or(u32::MAX)
    }
}

fn keep(place: Option<&mut Option<u32>>, path: u32) {
    if let Some(place) = place
        && place.is_none_or(|known| path < known)
    {
        *place = Some(path);
    }
}

/// The separator that stands there, or the ruler that begins there.
fn separators(paths: &mut Paths, text: &str, at: usize, first: char) {
    let cost = separator(first);
    paths.separator_behind_a_token(at..at + 1, cost);
    paths.separator_where_a_token_is_due(at..at + 1, bits(BEGINNINGS.separator) + cost);
    let length = run(text, at, |letter| letter == first);
    if length >= 3 {
        let more = times(length - 3, bits(MORE_OF_A_RULER)) + bits(1.0 - MORE_OF_A_RULER);
        let cost = bits(BEGINNINGS.ruler) + cost + more;
        paths.separator_where_a_token_is_due(at..at + length, cost);
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
        let bits = |text: &str| measure(text) / 100;
        assert!(bits(&"-".repeat(70)) < 40);
        assert!(bits(&"= -".repeat(25)) > 300);
        assert!(bits(&"7".repeat(78)) > 256);
        assert!(bits("20261129") < bits("20261329") && bits("2026-11-29") < bits("2026-11-32"));
        assert!(bits("10.0.0.1") < bits("10.0.0.256"));
        assert!(bits("M\u{fc}ller") < bits("\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}"));
    }

    #[test]
    fn what_has_no_description_tells_more_than_any() {
        assert_eq!(measure("a\u{1}b"), u32::MAX);
        assert_eq!(measure("a\rb"), u32::MAX);
    }
}

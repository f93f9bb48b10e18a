//! Measures the information in a text: the length in bits of its shortest description in a code that is made for the comments
//! of keys.
//!
//! The code writes a text as tokens (a word, letters, digits, an identifier, characters beyond ASCII) with separators between
//! them. Known words are cheap; anything else costs all the information that its characters can carry. The probabilities of
//! what may follow add up to no more than 1 in every state, so by Kraft's inequality no more than 2^n texts have descriptions
//! of n bits or less. Nothing else matters for the guarantee; how well the code fits honest comments only decides how many of
//! them pass. (L. Kraft, 1949; P. Grünwald, The Minimum Description Length Principle, 2007, section 3.)

mod code;
mod paths;
mod tokens;

pub(super) use code::is_word;
pub(super) use tokens::{GUID, is_guid};

use code::{BEGINNINGS, MORE_OF_A_RULER, bits, is_separator, separator, times};
use paths::{Paths, run};

/// Returns the information in a text, in 1/100 bit.
pub(super) fn measure(text: &str) -> u32 {
    let mut paths = Paths::new(text.len());
    for (at, character) in text.char_indices() {
        paths.go_on_without_separator(at);
        if is_separator(character) {
            separators(&mut paths, text, at, character);
        }
        if paths.is_token_expected(at) {
            tokens::put(&mut paths, text, at);
        }
    }
    paths.end(text.len())
}

/// Adds the separator at this position, or the ruler that begins there.
fn separators(paths: &mut Paths, text: &str, at: usize, first: char) {
    let cost = separator(first);
    paths.separator_after_a_token(at..at + 1, cost);
    paths.separator_where_a_token_is_due(at..at + 1, bits(BEGINNINGS.separator) + cost);
    let length = run(text, at, |character| character == first);
    if length >= 3 {
        let more = times(length - 3, bits(MORE_OF_A_RULER)) + bits(1.0 - MORE_OF_A_RULER);
        let cost = bits(BEGINNINGS.ruler) + cost + more;
        paths.separator_where_a_token_is_due(at..at + length, cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rulers_count_little_and_digits_in_full() {
        let bits = |text: &str| measure(text) / 100;
        assert!(bits(&"-".repeat(70)) < 40);
        assert!(bits(&"= -".repeat(25)) > 300);
        assert!(bits(&"7".repeat(78)) > 256);
        assert!(bits("20261129") < bits("20261329") && bits("2026-11-29") < bits("2026-11-32"));
        assert!(bits("10.0.0.1") < bits("10.0.0.256"));
        assert!(bits("M\u{fc}ller") < bits("\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}"));
    }

    #[test]
    fn a_text_without_a_description_exceeds_any_limit() {
        assert_eq!(measure("a\u{1}b"), u32::MAX);
        assert_eq!(measure("a\rb"), u32::MAX);
    }
}

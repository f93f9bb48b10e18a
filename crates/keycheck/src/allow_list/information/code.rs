//! Defines the probabilities of the code, and their costs.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::super::vocabulary::{PHRASES, WORDS};

/// The probabilities of what may begin where a token is expected.
pub(super) struct Beginnings {
    /// A known word or phrase.
    pub word: f64,
    /// Any letters.
    pub letters: f64,
    /// Letters, some with accents.
    pub accented: f64,
    pub digits: f64,
    pub date: f64,
    /// A date with a time of day.
    pub moment: f64,
    /// An address of IPv4.
    pub address: f64,
    /// Letters of one case and digits, mixed.
    pub mixed: f64,
    pub hexadecimal: f64,
    pub guid: f64,
    pub beyond_ascii: f64,
    /// Another separator.
    pub separator: f64,
    /// The same separator three times or more.
    pub ruler: f64,
    pub end: f64,
}

pub(super) const BEGINNINGS: Beginnings = Beginnings {
    word: 0.51,
    letters: 0.175,
    accented: 0.02,
    digits: 0.12,
    date: 0.02,
    moment: 0.005,
    address: 0.01,
    mixed: 0.02,
    hexadecimal: 0.015,
    guid: 0.005,
    beyond_ascii: 0.01,
    separator: 0.07,
    ruler: 0.01,
    end: 0.01,
};

/// The likely separators, each with its probability after a token.
const SEPARATORS: [(char, f64); 15] = [
    (' ', 0.24),
    ('-', 0.16),
    ('.', 0.14),
    ('@', 0.09),
    ('/', 0.07),
    (',', 0.04),
    (':', 0.03),
    ('_', 0.03),
    ('"', 0.025),
    ('=', 0.015),
    ('(', 0.01),
    (')', 0.01),
    ('#', 0.004),
    ('+', 0.004),
    ('\'', 0.004),
];

/// Any other separator: the remaining punctuation of ASCII, and the tab.
const OTHER_SEPARATOR: f64 = 0.012;
const OTHER_SEPARATORS: f64 = 19.0;

/// The text ends after a token.
pub(super) const END: f64 = 0.07;

/// Another token follows a token directly.
pub(super) const NO_SEPARATOR: f64 = 0.045;

/// The case of a word's letters: all lowercase, only the first uppercase, all uppercase, mixed (one more bit for each letter).
const CASES: [f64; 4] = [0.82, 0.10, 0.06, 0.02];

/// A letter of a word has an accent: one that the larger languages use, or any that Unicode has for Latin, up to U+024F.
pub(super) const ACCENT: f64 = 0.15;
const USUAL_ACCENT: f64 = 0.8;
const USUAL_ACCENTS: &str =
    "\u{e0}\u{e1}\u{e4}\u{e5}\u{e7}\u{e8}\u{e9}\u{ea}\u{ed}\u{f1}\u{f3}\u{f6}\u{f8}\u{fa}\u{fc}\u{df}";
const ACCENTS: u32 = 0x250 - 0xc0;

/// The years of a date, and the number of dates, each written with hyphens or without.
pub(super) const YEARS: Range<u32> = 1990..2040;
pub(super) const DATES: u32 = 2 * 50 * 12 * 31;

/// The number of moments: dates with hyphens, a T or a space, and the time to the second.
pub(super) const MOMENTS: u32 = 50 * 12 * 31 * 2 * 24 * 60 * 60;

/// A part of an address: 0, one that is usual in private networks and masks, any.
const OCTETS: [f64; 3] = [0.2, 0.4, 0.4];
const USUAL_OCTETS: [u8; 8] = [1, 2, 10, 127, 168, 172, 192, 255];

/// Another character of the same kind, in digits, identifiers and rulers.
pub(super) const MORE_DIGITS: f64 = 0.75;
pub(super) const MORE_MIXED: f64 = 0.85;
pub(super) const MORE_OF_A_RULER: f64 = 0.9;

/// After a character beyond ASCII: one of the same script, one of another, or none.
pub(super) const SAME_SCRIPT: f64 = 0.75;
pub(super) const OTHER_SCRIPT: f64 = 0.10;
pub(super) const NO_MORE: f64 = 0.15;

/// The number of letters. As a row it means the start of a word, as a column its end.
const LETTERS: usize = 26;

/// The count of a pair of letters that no known word has: such a pair is still possible.
const NEVER_SEEN: f64 = 0.3;

/// The tables that are computed once.
pub(super) struct Model {
    words: HashSet<&'static str>,
    /// The cost of one of the words and phrases.
    word: u32,
    /// The cost of the column's letter after the row's letter.
    follows: [[u32; LETTERS + 1]; LETTERS + 1],
}

pub(super) static MODEL: LazyLock<Model> = LazyLock::new(Model::of_vocabulary);

/// Returns the cost of a probability, in 1/100 bit, rounded up.
pub(super) fn bits(probability: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number that is not negative")]
    let hundredths = (-100.0 * probability.log2()).ceil() as u32;
    hundredths
}

/// Returns the cost of one of `count` equally likely choices.
pub(super) fn one_of(count: u32) -> u32 {
    bits(1.0 / f64::from(count))
}

/// Returns this cost, `count` times.
pub(super) fn times(count: usize, cost: u32) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(cost)
}

/// Returns the cost of characters that cost the same each, and of their number.
pub(super) fn repeated(length: usize, each: u32, more: f64) -> u32 {
    let between = times(length.saturating_sub(1), bits(more));
    times(length, each).saturating_add(between).saturating_add(bits(1.0 - more))
}

pub(super) fn is_separator(character: char) -> bool {
    character == '\t' || character == ' ' || character.is_ascii_punctuation()
}

pub(super) fn separator(character: char) -> u32 {
    let likely = SEPARATORS.iter().find(|(likely, _)| *likely == character);
    bits(likely.map_or(OTHER_SEPARATOR / OTHER_SEPARATORS, |(_, probability)| *probability))
}

/// Returns the cost of the case of letters.
pub(super) fn case(letters: &str) -> u32 {
    let is_lowercase = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_lowercase);
    let [all_lowercase, capitalised, all_uppercase, any] = CASES.map(bits);
    match letters.as_bytes() {
        all if is_lowercase(all) => all_lowercase,
        [first, rest @ ..] if first.is_ascii_uppercase() && is_lowercase(rest) => capitalised,
        all if all.iter().all(u8::is_ascii_uppercase) => all_uppercase,
        all => any.saturating_add(times(all.len(), one_of(2))),
    }
}

/// Returns the cost of a letter with an accent.
pub(super) fn accent(letter: char) -> u32 {
    if USUAL_ACCENTS.contains(letter) {
        bits(USUAL_ACCENT) + one_of(16)
    } else {
        bits(1.0 - USUAL_ACCENT) + one_of(ACCENTS)
    }
}

pub(super) fn octet(octet: u8) -> u32 {
    let [nothing, usual, any] = OCTETS.map(bits);
    match octet {
        0 => nothing,
        octet if USUAL_OCTETS.contains(&octet) => usual + one_of(8),
        _ => any + one_of(256),
    }
}

/// Returns the script of a character beyond ASCII: its number, the cost of that, and the cost of the character within it.
/// Blocks of 128 characters count as scripts. The costs of the numbers are those of a code: 1/8 each for the first three, 1/16
/// for Hangul, 64 times 1/128, and 1/16 for all others together.
pub(super) fn script(character: char) -> (u32, u32, u32) {
    let code = u32::from(character);
    let block = 0x1_0000 | code >> 7;
    match code {
        0x80..=0xff => (1, bits(1.0 / 8.0), one_of(0x80)),
        0x3000..=0x30ff => (2, bits(1.0 / 8.0), one_of(0x100)),
        0x4e00..=0x9fff => (3, bits(1.0 / 8.0), one_of(0x5200)),
        0xac00..=0xd7a3 => (4, bits(1.0 / 16.0), syllable(character)),
        0..=0x1fff => (block, one_of(128), one_of(0x80)),
        _ => (block, bits(1.0 / 16.0) + one_of(0x11_0000 >> 7), one_of(0x80)),
    }
}

/// Returns the cost of a Hangul syllable: one of the most frequent in Korean texts, or any.
fn syllable(character: char) -> u32 {
    if USUAL_SYLLABLES.contains(character) { bits(0.75) + one_of(128) } else { bits(0.25) + one_of(0x2ba4) }
}

/// The most frequent syllables, at most 128.
const USUAL_SYLLABLES: &str = "이다는가의에을를은고로하지기사도한인리자어시나서아그라대수일정스있부전해제보동만주원구과생상장연성경우여문공소들년중세무조모신선비화방관국교안와적내면회위오마야되실트물유영미발개용분진재드체당복출반통학민행요금단명김박최윤임강노북월키데터버컴퓨철홍길준현희";

fn letter(byte: u8) -> usize {
    usize::from(byte.to_ascii_lowercase().saturating_sub(b'a')).min(LETTERS)
}

impl Model {
    fn of_vocabulary() -> Self {
        let words: HashSet<&str> = WORDS.iter().flat_map(|words| words.split_ascii_whitespace()).collect();
        let mut counts = [[NEVER_SEEN; LETTERS + 1]; LETTERS + 1];
        counts[LETTERS][LETTERS] = 0.0;
        for word in &words {
            let mut before = LETTERS;
            for next in word.bytes().map(letter).chain([LETTERS]) {
                counts[before][next] += 1.0;
                before = next;
            }
        }
        let follows = counts.map(|row| {
            let sum: f64 = row.iter().sum();
            row.map(|count| if count > 0.0 { bits(count / sum) } else { u32::MAX })
        });
        let count = u32::try_from(words.len() + PHRASES.len()).unwrap_or(u32::MAX);
        Self { word: bits(BEGINNINGS.word) + one_of(count), words, follows }
    }

    /// Returns the cost of a lowercase word; `None` if it is unknown.
    pub(super) fn word(&self, word: &str) -> Option<u32> {
        self.words.contains(word).then_some(self.word)
    }

    /// Returns the cost of a phrase.
    pub(super) const fn phrase(&self) -> u32 {
        self.word
    }

    /// Returns the cost of letters, one after the other.
    pub(super) fn letters(&self, letters: &str) -> u32 {
        let mut before = LETTERS;
        letters.bytes().map(letter).chain([LETTERS]).fold(0, |sum: u32, next| {
            let cost = self.follows.get(before).and_then(|row| row.get(next)).copied().unwrap_or(u32::MAX);
            before = next;
            sum.saturating_add(cost)
        })
    }
}

/// Whether a lowercase word is known, or its letters follow one another as in known words.
pub(in super::super) fn is_word(word: &str) -> bool {
    /// log2 of 26, in hundredths: the information in a random letter.
    const CHANCE: u32 = 470;
    MODEL.word(word).is_some() || MODEL.letters(word) <= times(word.len(), CHANCE)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// The largest sum of probabilities, with a tolerance for floating point.
    const MOST: f64 = 1.0 + 1e-9;

    /// The probability with this cost.
    fn chance(cost: u32) -> f64 {
        2f64.powf(-f64::from(cost) / 100.0)
    }

    /// Kraft's inequality, in every state of the code.
    #[test]
    fn the_probabilities_of_what_may_follow_add_up_to_no_more_than_one() {
        let b = &BEGINNINGS;
        let begins =
            [b.word, b.letters, b.accented, b.digits, b.date, b.moment, b.address, b.mixed, b.hexadecimal, b.guid];
        let more = [b.beyond_ascii, b.separator, b.ruler, b.end];
        let likely: f64 = SEPARATORS.iter().map(|(_, probability)| probability).sum();
        for sum in [
            begins.iter().chain(&more).sum::<f64>(),
            likely + OTHER_SEPARATOR + END + NO_SEPARATOR,
            CASES.iter().sum(),
            OCTETS.iter().sum(),
            SAME_SCRIPT + OTHER_SCRIPT + NO_MORE,
        ] {
            assert!(sum <= MOST, "{sum}");
        }
        let others =
            (0..=127u8).map(char::from).filter(|character| is_separator(*character)).count() - SEPARATORS.len();
        assert!(f64::from(u32::try_from(others).unwrap()) <= OTHER_SEPARATORS, "{others}");
        for row in MODEL.follows {
            let sum: f64 = row.into_iter().map(chance).sum();
            assert!(sum <= MOST, "{sum}");
        }
        let known = u32::try_from(MODEL.words.len() + PHRASES.len()).unwrap();
        assert!(chance(MODEL.word) * f64::from(known) <= b.word);
        assert!((0..=255).map(octet).map(chance).sum::<f64>() <= MOST);
        assert_eq!(DATES, 2 * 12 * 31 * u32::try_from(YEARS.count()).unwrap());
        assert_eq!(MOMENTS, DATES * 24 * 60 * 60);
        let accents = (0xc0..0x250).filter_map(char::from_u32).map(accent);
        assert!(accents.map(chance).sum::<f64>() <= MOST);
        assert!(USUAL_ACCENTS.chars().count() <= 16 && USUAL_SYLLABLES.chars().count() <= 128);
    }

    #[test]
    fn the_scripts_and_the_characters_of_each_are_no_more_likely_than_one() {
        let (mut names, mut within) = (HashMap::new(), HashMap::new());
        for code in 0x80..=0x10_ffff {
            let Some(character) = char::from_u32(code) else { continue };
            let (name, which, cost) = script(character);
            names.insert(name, which);
            *within.entry(name).or_insert(0.0) += chance(cost);
        }
        assert!(names.into_values().map(chance).sum::<f64>() <= MOST);
        assert!(within.into_values().all(|sum| sum <= MOST));
    }

    #[test]
    fn words_are_lowercase_and_unique() {
        let words: Vec<&str> = WORDS.iter().flat_map(|words| words.split_ascii_whitespace()).collect();
        for (at, word) in words.iter().enumerate() {
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            assert!(!words[..at].contains(word), "{word}");
        }
    }
}

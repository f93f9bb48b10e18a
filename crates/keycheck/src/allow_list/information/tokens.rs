//! Finds the tokens that may begin at a position, each with its cost.

use std::ops::Range;

use super::super::vocabulary::PHRASES;
use super::code::{
    ACCENT, BEGINNINGS, DATES, MODEL, MOMENTS, MORE_DIGITS, MORE_MIXED, NO_MORE, OTHER_SCRIPT, SAME_SCRIPT, YEARS,
    accent, bits, case, octet, one_of, repeated, script, times,
};
use super::paths::{Paths, run};

/// Adds the tokens that may begin at this position to the paths that lead there.
pub(super) fn put(paths: &mut Paths, text: &str, at: usize) {
    let rest = text.get(at..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return };
    phrase(paths, rest, at);
    if first.is_ascii_alphabetic() {
        letters(paths, rest, at);
    }
    if first.is_ascii_digit() {
        digits(paths, rest, at);
        dates(paths, rest, at);
        address(paths, rest, at);
    }
    if first.is_ascii_alphanumeric() {
        identifiers(paths, rest, at);
    }
    if !first.is_ascii() {
        beyond_ascii(paths, rest, at);
    }
    accented(paths, rest, at);
}

fn phrase(paths: &mut Paths, rest: &str, at: usize) {
    for phrase in PHRASES.iter().filter(|phrase| rest.starts_with(**phrase)) {
        paths.token(at..at + phrase.len(), MODEL.phrase());
    }
}

/// Adds letters, up to an uppercase letter that follows a lowercase one: as a known word, or one by one.
fn letters(paths: &mut Paths, rest: &str, at: usize) {
    let mut after_lowercase = false;
    let ends = |character: char| {
        let ends = !character.is_ascii_alphabetic() || after_lowercase && character.is_ascii_uppercase();
        after_lowercase = character.is_ascii_lowercase();
        ends
    };
    let letters = rest.find(ends).and_then(|end| rest.get(..end)).unwrap_or(rest);
    let range = at..at + letters.len();
    let lowercase = letters.to_ascii_lowercase();
    if let Some(word) = MODEL.word(&lowercase) {
        paths.token(range.clone(), word + case(letters));
    }
    let cost = (bits(BEGINNINGS.letters) + case(letters)).saturating_add(MODEL.letters(&lowercase));
    paths.token(range, cost);
}

fn digits(paths: &mut Paths, rest: &str, at: usize) {
    let length = run(rest, 0, |character| character.is_ascii_digit());
    let cost = bits(BEGINNINGS.digits) + repeated(length, one_of(10), MORE_DIGITS);
    paths.token(at..at + length, cost);
}

/// Adds a date, `YYYY-MM-DD` or `YYYYMMDD`, and a moment that begins with one.
fn dates(paths: &mut Paths, rest: &str, at: usize) {
    let cost = bits(BEGINNINGS.date) + one_of(DATES);
    for (length, places) in [(10, [0..4, 5..7, 8..10]), (8, [0..4, 4..6, 6..8])] {
        let text = rest.get(..length).unwrap_or_default();
        let is_written_so = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 if length == 10 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let [year, month, day] = places.map(|place| text.get(place).and_then(|part| part.parse().ok()).unwrap_or(0));
        if is_written_so && YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day) {
            paths.token(at..at + length, cost);
            if length == 10 && rest.get(length..).is_some_and(begins_with_a_time) {
                paths.token(at..at + length + TIME, bits(BEGINNINGS.moment) + one_of(MOMENTS));
            }
        }
    }
}

/// The length of a time after a date: `THH:MM:SS`, or a space instead of the T.
const TIME: usize = 9;

fn begins_with_a_time(text: &str) -> bool {
    let number = |place: Range<usize>| {
        let digits = text.get(place).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
    };
    let has = |at: usize, bytes: &[u8]| text.as_bytes().get(at).is_some_and(|byte| bytes.contains(byte));
    let is_written_so = has(0, b"T ") && has(3, b":") && has(6, b":");
    is_written_so && number(1..3) < 24 && number(4..6) < 60 && number(7..9) < 60
}

/// Adds an IPv4 address: four numbers with dots between them.
fn address(paths: &mut Paths, rest: &str, at: usize) {
    let length = run(rest, 0, |character| character.is_ascii_digit() || character == '.');
    let parts = rest.get(..length).unwrap_or_default().split('.');
    // A leading zero would be another way to write a number.
    let octet_of = |part: &str| part.parse::<u8>().ok().filter(|octet| octet.to_string() == part);
    let octets: Option<Vec<u8>> = parts.map(octet_of).collect();
    if let Some(octets) = octets.filter(|octets| octets.len() == 4) {
        let cost = bits(BEGINNINGS.address) + octets.into_iter().map(octet).sum::<u32>();
        paths.token(at..at + length, cost);
    }
}

/// Adds letters and digits that are not words: hexadecimal, base 36, a GUID.
fn identifiers(paths: &mut Paths, rest: &str, at: usize) {
    let length = run(rest, 0, |character| character.is_ascii_alphanumeric());
    let identifier = rest.get(..length).unwrap_or_default();
    let all = |is: fn(u8) -> bool| identifier.bytes().all(|byte| byte.is_ascii_digit() || is(byte));
    if all(|byte| matches!(byte, b'a'..=b'f')) {
        let cost = bits(BEGINNINGS.hexadecimal) + repeated(length, one_of(16), MORE_MIXED);
        paths.token(at..at + length, cost);
    }
    if all(|byte| byte.is_ascii_lowercase()) || all(|byte| byte.is_ascii_uppercase()) {
        // One of two choices is the case.
        let cost = bits(BEGINNINGS.mixed) + one_of(2) + repeated(length, one_of(36), MORE_MIXED);
        paths.token(at..at + length, cost);
    }
    if rest.get(..GUID).is_some_and(is_guid) {
        paths.token(at..at + GUID, bits(BEGINNINGS.guid) + 32 * one_of(16));
    }
}

/// The length of a GUID.
pub(in super::super) const GUID: usize = 36;

/// Whether a text is a GUID in the format of RFC 9562, section 4, in lowercase.
pub(in super::super) fn is_guid(text: &str) -> bool {
    text.len() == GUID
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Adds a word of Latin letters, some with accents.
fn accented(paths: &mut Paths, rest: &str, at: usize) {
    let is_accented = |character: char| matches!(character, '\u{c0}'..='\u{24f}') && character.is_alphabetic();
    let length = run(rest, 0, |character| character.is_ascii_alphabetic() || is_accented(character));
    let word = rest.get(..length).unwrap_or_default();
    let count = word.chars().filter(|character| is_accented(*character)).count();
    if count > 0 {
        let plain: String = word.chars().filter(char::is_ascii_alphabetic).collect();
        let accents = word.chars().filter(|character| is_accented(*character)).map(accent).sum::<u32>();
        let which = times(count, bits(ACCENT)) + accents + times(plain.len() + 1, bits(1.0 - ACCENT));
        let letters = MODEL.letters(&plain.to_ascii_lowercase()).saturating_add(case(&plain));
        let cost = (bits(BEGINNINGS.accented) + which).saturating_add(letters);
        paths.token(at..at + length, cost);
    }
}

/// Adds characters of other alphabets.
fn beyond_ascii(paths: &mut Paths, rest: &str, at: usize) {
    let length = run(rest, 0, |character| !character.is_ascii());
    let mut cost = bits(BEGINNINGS.beyond_ascii) + bits(NO_MORE);
    let mut before = None;
    for character in rest.get(..length).unwrap_or_default().chars() {
        let (name, which, within) = script(character);
        let which = match before {
            Some(before) if before == name => bits(SAME_SCRIPT),
            Some(_) => bits(OTHER_SCRIPT) + which,
            None => which,
        };
        cost = cost.saturating_add(which).saturating_add(within);
        before = Some(name);
    }
    paths.token(at..at + length, cost);
}

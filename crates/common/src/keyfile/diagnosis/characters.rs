//! Names characters that are invisible or look like others.

use super::look::{Diagnosis, holds};
use crate::characters;
use crate::key::Kind;

/// The first character of a key's text that is invisible or looks like a space, with its line and column.
pub(super) fn invisible(text: &[u8]) -> Option<Diagnosis> {
    if !["AAAA", "BEGIN", "KEY", "ssh-", "ecdsa-"].iter().any(|mark| holds(text, mark)) {
        return None;
    }
    for (line, bytes) in text.split(|byte| *byte == b'\n').enumerate() {
        for (column, letter) in bytes.utf8_chunks().flat_map(|chunk| letters(&chunk)).enumerate() {
            // A leading byte order mark is accepted.
            let what = match letter {
                Ok('\u{feff}') if (line, column) == (0, 0) => continue,
                Ok(letter) => characters::invisible(letter).map(|name| format!("U+{:04X} ({name})", u32::from(letter))),
                Err(NO_BREAK_SPACE) => Some("the byte A0 (no-break space in Latin-1)".to_owned()),
                Err(_) => None,
            };
            let Some(what) = what else { continue };
            let why = format!("an invisible character, {what}, is in column {} of this line", column + 1);
            return Some(Diagnosis::new(why, remedy(letter.unwrap_or('\u{a0}'))).on_line(line));
        }
    }
    None
}

/// The no-break space of Latin-1 and of Windows' code pages.
const NO_BREAK_SPACE: u8 = 0xa0;

/// Iterates over the characters of a piece of text, and the bytes after them that are not UTF-8.
fn letters<'a>(chunk: &std::str::Utf8Chunk<'a>) -> impl Iterator<Item = Result<char, u8>> + use<'a> {
    chunk.valid().chars().map(Ok).chain(chunk.invalid().iter().map(|byte| Err(*byte)))
}

/// The remedy for an invisible character: one that looks like a space or breaks a line may have replaced one.
fn remedy(letter: char) -> &'static str {
    match letter {
        '\u{fffd}' => "a character was lost here: copy the key from its file, not from a web page or a chat",
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            "put a newline in its place, or copy the key from its file, not from a web page or a chat"
        }
        blank if blank.is_whitespace() => {
            "replace it by a space, or copy the key from its file, not from a web page or a chat"
        }
        _ => "delete it, or copy the key from its file, not from a web page or a chat",
    }
}

/// The first fullwidth character of East Asian text (U+FF01 to U+FF5E) in a key's text, with its place.
pub(super) fn wide(text: &[u8]) -> Option<Diagnosis> {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0),
        _ => None,
    };
    let known = |text: &str| ["AAAA", "BEGIN ", "PuTTY-User-Key-File-"].iter().any(|mark| text.contains(mark));
    let text = std::str::from_utf8(text).ok().filter(|text| text.contains(|letter| narrow(letter).is_some()))?;
    if !known(text) && !known(&text.chars().map(|letter| narrow(letter).unwrap_or(letter)).collect::<String>()) {
        return None;
    }
    text.split('\n').enumerate().find_map(|(line, text)| {
        let (column, (letter, plain)) =
            text.chars().enumerate().find_map(|(column, letter)| Some((column, (letter, narrow(letter)?))))?;
        let code = u32::from(letter);
        let why = format!("a full-width character, U+{code:04X}, is in column {} of this line", column + 1);
        let hint = format!("type `{plain}` in its place, or copy the key from its file");
        Some(Diagnosis::new(why, hint).on_line(line))
    })
}

/// A line that begins with a type whose hyphens were replaced by other characters, as word processors and chats do.
pub(super) fn another_hyphen(line: &[u8]) -> Option<Diagnosis> {
    let text = std::str::from_utf8(line).ok()?.trim_start();
    let first = text.split_whitespace().next().filter(|_| text.contains("AAAA"))?;
    let other = first_hyphen(first.as_bytes())?;
    let kind = Kind::of_name(with_hyphens(first).as_bytes()).0;
    (kind != Kind::Unknown).then(|| {
        let hint = "type a hyphen (-) in its place, or copy the key from its file";
        Diagnosis::new(format!("the type has {other} where a hyphen belongs"), hint)
    })
}

/// Returns the code and name of the first character of a line that looks like a hyphen.
pub(super) fn first_hyphen(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?;
    text.chars().find_map(|letter| Some(format!("U+{:04X} ({})", u32::from(letter), hyphen(letter)?)))
}

/// Replaces the characters that look like hyphens by hyphens.
pub(super) fn with_hyphens(text: &str) -> String {
    text.chars().map(|letter| if hyphen(letter).is_some() { '-' } else { letter }).collect()
}

/// Returns the name of a character that looks like a hyphen.
fn hyphen(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{2010}' => "hyphen",
        '\u{2011}' => "non-breaking hyphen",
        '\u{2012}' => "figure dash",
        '\u{2013}' => "en dash",
        '\u{2014}' => "em dash",
        '\u{2015}' => "horizontal bar",
        '\u{2212}' => "minus sign",
        '\u{fe63}' | '\u{ff0d}' => "wide or small hyphen",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Following the hint yields a key.
    #[test]
    fn the_remedy_depends_on_the_character_that_was_replaced() {
        for (text, words, does) in [
            (&b"ssh-rsa\xa0AAAA"[..], "the byte A0", "replace it by a space"),
            ("ssh-rsa\u{2009}AAAA".as_bytes(), "U+2009", "replace it by a space"),
            ("-----BEGIN\u{85}".as_bytes(), "U+0085", "put a newline"),
            ("AAAA\u{200b}".as_bytes(), "U+200B", "delete it"),
            ("AAAA\u{fffd}".as_bytes(), "U+FFFD", "a character was lost"),
        ] {
            let refusal = invisible(text).unwrap().refusal;
            assert!(refusal.why.contains(words) && refusal.hint.unwrap().starts_with(does), "{words}");
        }
        assert!(invisible("\u{feff}ssh-rsa AAAA".as_bytes()).is_none() && invisible(b"ssh-rsa\xe4AAAA").is_none());
    }
}

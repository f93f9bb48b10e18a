//! Characters that are not shown.

use super::{Diagnosis, holds};
use crate::characters;
use crate::key::Kind;

/// The first character of a key's text that is not shown, or looks like a blank, with its line and column.
pub(super) fn invisible(text: &[u8]) -> Option<Diagnosis> {
    if !["AAAA", "BEGIN", "KEY", "ssh-", "ecdsa-"].iter().any(|mark| holds(text, mark)) {
        return None;
    }
    for (line, bytes) in text.split(|byte| *byte == b'\n').enumerate() {
        let letters = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
        for (column, letter) in letters.enumerate() {
            // A byte order mark before everything is read.
            let Some(name) = characters::invisible(letter).filter(|_| (line, column, letter) != (0, 0, '\u{feff}'))
            else {
                continue;
            };
            let code = u32::from(letter);
            let why =
                format!("an invisible character, U+{code:04X} ({name}), is in column {} of this line", column + 1);
            let hint = "delete it, or copy the key from its file and not from a page or a chat";
            return Some(Diagnosis::new(why, hint).on_line(line));
        }
    }
    None
}

/// A line that begins with a type whose hyphens are other characters, as word processors and chats put them.
pub(super) fn another_hyphen(line: &[u8]) -> Option<Diagnosis> {
    let text = std::str::from_utf8(line).ok()?.trim_start();
    let first = text.split_whitespace().next().filter(|_| text.contains("AAAA"))?;
    let other = first_hyphen(first.as_bytes())?;
    let kind = Kind::of_name(with_hyphens(first).as_bytes()).0;
    (kind != Kind::Unknown).then(|| {
        let hint = "type a hyphen (-) in its place, or copy the key from its file";
        Diagnosis::new(format!("the type has {other} where a hyphen stands"), hint)
    })
}

/// The first character of a line that looks like a hyphen, by its code and name.
pub(super) fn first_hyphen(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?;
    text.chars().find_map(|letter| Some(format!("U+{:04X} ({})", u32::from(letter), hyphen(letter)?)))
}

/// A text with hyphens in the place of what looks like them.
pub(super) fn with_hyphens(text: &str) -> String {
    text.chars().map(|letter| if hyphen(letter).is_some() { '-' } else { letter }).collect()
}

/// The name of a character that looks like a hyphen.
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

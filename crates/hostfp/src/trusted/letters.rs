//! Letters that a person does not see, or takes for others, and that keep a line or a document from being read.

use common::characters;
use common::error::Error;

/// The first such letter of a line, with its column, counted from 1; nothing if there is none.
pub(super) fn strange(line: &str) -> Option<Error> {
    if has_colours(line) {
        return Some(colours());
    }
    (1..).zip(line.chars()).find_map(|(column, letter)| named(letter, column))
}

/// The letter at which a document cannot be read, if it is such; the column is in bytes, counted from 1.
pub(super) fn strange_at(line: &str, column: usize) -> Option<Error> {
    let letter = line.get(column.saturating_sub(1)..)?.chars().next()?;
    let before = line.get(..column.saturating_sub(1))?.chars().count();
    named(letter, before + 1)
}

/// Whether a terminal's colours are in a text. systemd colours the console, too, which is read as it is.
pub(super) fn has_colours(text: &str) -> bool {
    text.contains("\u{1b}[") && !text.contains("  OK  ")
}

pub(super) fn colours() -> Error {
    Error::failure("a terminal's colours are in the text").hint(
        "print it without: az with -o json, PowerShell with $PSStyle.OutputRendering = 'PlainText', Ansible with ANSIBLE_NOCOLOR=1",
    )
}

fn named(letter: char, column: usize) -> Option<Error> {
    let code = u32::from(letter);
    let what = match letter {
        '\u{2018}'..='\u{201f}' => format!("a quotation mark of a word processor, U+{code:04X},"),
        // A console has control characters of its own.
        _ if letter.is_control() => return None,
        _ => format!("an invisible character, U+{code:04X} ({}),", characters::invisible(letter)?),
    };
    let error = Error::failure(format!("{what} at column {column}"));
    Some(error.hint("replace it by a plain character, or copy the text from where the VM printed it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_not_seen_are_named_with_their_column() {
        for (line, words) in [
            ("256\u{a0}SHA256:x", "an invisible character, U+00A0 (no-break space), at column 4"),
            ("\u{200b}256 x", "an invisible character, U+200B (zero width space), at column 1"),
            ("\u{201c}SHA256:x\u{201d}", "a quotation mark of a word processor, U+201C, at column 1"),
            ("\u{1b}[32;1mCode : \u{1b}[0mx", "a terminal's colours are in the text"),
        ] {
            assert_eq!(strange(line).unwrap().message(), words);
        }
        for line in ["256 SHA256:x J\u{fc}rgen (RSA)", "[\u{1b}[0;32m  OK  \u{1b}[0m] Started x", ""] {
            assert!(strange(line).is_none(), "{line}");
        }
        assert_eq!(
            strange_at("\u{fc}\u{a0}x", 3).unwrap().message(),
            "an invisible character, U+00A0 (no-break space), at column 2"
        );
        assert!(strange_at("\u{fc}\u{a0}x", 2).is_none() && strange_at("x", 9).is_none());
    }
}

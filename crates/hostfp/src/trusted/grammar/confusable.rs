//! Finds characters that a person does not see, or mistakes for others, and because of which a line or a document is not
//! read.

use common::characters;
use common::error::Error;

/// Reports the first such character of a line, with its column, counted from 1; `None` if there is none.
pub(crate) fn strange(line: &str) -> Option<Error> {
    if has_colours(line) {
        return Some(colours());
    }
    (1..).zip(line.chars()).find_map(|(column, character)| named(character, column))
}

/// Reports the character at which a document cannot be read, if it is one of these; the column is in bytes, counted from 1.
pub(crate) fn strange_at(line: &str, column: usize) -> Option<Error> {
    let character = line.get(column.saturating_sub(1)..)?.chars().next()?;
    let before = line.get(..column.saturating_sub(1))?.chars().count();
    named(character, before + 1)
}

/// Whether a text has a terminal's colours. systemd colours the console, too, which is read as it is.
pub(crate) fn has_colours(text: &str) -> bool {
    text.contains("\u{1b}[") && !text.contains("  OK  ")
}

pub(crate) fn colours() -> Error {
    Error::failure("a terminal's colours are in the text").hint(
        "print it without: az with -o json, PowerShell with $PSStyle.OutputRendering = 'PlainText', Ansible with ANSIBLE_NOCOLOR=1",
    )
}

/// Whether a comment has characters by which a word may look like another one: invisible ones, combining marks on plain
/// letters, letters of mathematics and of symbols, or letters of another alphabet in one word with plain ones.
pub(crate) fn has_confusable_characters(comment: &str) -> bool {
    let is_mixed = |word: &str| {
        let has_plain = word.contains(|character: char| character.is_ascii_alphabetic());
        has_plain
            && word.contains(|character: char| {
                is_combining(character)
                    || character.is_alphabetic() && !is_latin(character) && !is_of_east_asia(character)
            })
    };
    comment.contains(|character: char| characters::invisible(character).is_some() || is_drawn(character))
        || comment.split(|character: char| !character.is_alphanumeric() && !is_combining(character)).any(is_mixed)
}

/// Whether a name in JSON has such characters, or wide forms of plain ones.
pub(crate) fn is_name_with_confusable_characters(name: &str) -> bool {
    has_confusable_characters(name) || name.contains(|character| matches!(character, '\u{ff01}'..='\u{ff5e}'))
}

/// Whether a character is a mark that is drawn on, through or around the letter before it.
const fn is_combining(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Whether a letter is of the Latin alphabet, plain or fullwidth, which are read as the same. Two of its letters look like
/// others: the dotless i, and the long s.
const fn is_latin(character: char) -> bool {
    !matches!(character, '\u{131}' | '\u{17f}')
        && matches!(
            character,
            'A'..='Z' | 'a'..='z' | '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}'
        )
}

/// Whether a letter is Chinese, Japanese or Korean; none of these looks like a Latin one.
const fn is_of_east_asia(character: char) -> bool {
    matches!(character, '\u{3005}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether a character is a Latin letter of mathematics, phonetics or symbols.
fn is_drawn(character: char) -> bool {
    let is_symbol =
        matches!(character, '\u{249c}'..='\u{24e9}' | '\u{1f110}'..='\u{1f189}' | '\u{1f1e6}'..='\u{1f1ff}');
    let is_of_mathematics = matches!(
        character,
        '\u{1d00}'..='\u{1dbf}' | '\u{2071}'..='\u{209c}' | '\u{2100}'..='\u{214f}' | '\u{1d400}'..='\u{1d7ff}'
    );
    is_symbol || is_of_mathematics && character.is_alphabetic()
}

fn named(character: char, column: usize) -> Option<Error> {
    let code = u32::from(character);
    let what = match character {
        '\u{2018}'..='\u{201f}' => format!("a quotation mark of a word processor, U+{code:04X},"),
        // A console has control characters of its own.
        _ if character.is_control() => return None,
        _ => format!("an invisible character, U+{code:04X} ({}),", characters::invisible(character)?),
    };
    let error = Error::failure(format!("{what} at column {column}"));
    Some(error.hint("replace it by a plain character, or copy the text from where the VM printed it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confusable_characters_are_known() {
        for comment in [
            "r\u{435}voked",
            "re\u{301}voked",
            "\u{1d42b}",
            "\u{24e1}",
            "\u{1f1f7}",
            "re\u{e0101}voked",
            "re\u{3164}voked",
        ] {
            assert!(has_confusable_characters(comment), "{comment}");
        }
        for comment in [
            "root@vm",
            "b\u{fc}ro-1",
            "\u{441}\u{435}\u{440}\u{432}\u{435}\u{440} vm",
            "\u{ff32}x",
            "Windows\u{2122} Server\u{ae}",
            "10 m\u{b2}",
            "\u{6771}\u{4eac}vm",
        ] {
            assert!(!has_confusable_characters(comment), "{comment}");
        }
    }

    #[test]
    fn invisible_characters_are_reported_with_their_column() {
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

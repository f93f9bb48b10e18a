//! What stands around a private key in its file, and would be lost if the key were written in its place.

use common::key::base64::is_digit_or_padding;

/// What is lost when a key is written in the place of the file that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// Nothing of worth.
    Nothing,
    /// Lines around those of the key.
    Lines,
    /// Something in the same lines, or another key.
    Text,
}

impl Surroundings {
    /// Those of the only private key of a text, around which there is something.
    pub(super) fn of(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let is_line =
            |mark: &str| text.lines().any(|line| line.trim().starts_with(mark) && line.trim().ends_with("-----"));
        if is_line("-----BEGIN") && is_line("-----END") { Self::Lines } else { Self::Text }
    }
}

/// What encloses a whole text without a meaning of its own: quotes, and what marks code in chats and wikis.
const ENCLOSURES: [&str; 4] = ["```", "\"", "'", "`"];

/// Whether a text is the lines of one key and nothing else, but for one pair of quotes or the like around all of it.
pub(super) fn is_one_key(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let text = text.trim();
    let within = ENCLOSURES.iter().find_map(|mark| {
        let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inner.contains(mark)).then_some(inner.trim())
    });
    let key = within.unwrap_or(text).trim_end_matches("\\n");
    is_one_block(key) || within.is_some_and(is_base64)
}

/// Whether a text begins with a line that begins a block, ends with one that ends a block, and has no more of them.
fn is_one_block(text: &str) -> bool {
    const DASHES: &str = "-----";
    text.starts_with("-----BEGIN") && text.ends_with(DASHES) && text.matches(DASHES).count() == 4 && !text.contains('<')
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|byte| is_digit_or_padding(byte) || matches!(byte, b'\n' | b'\r'))
}

/// Whether what stands before the first block is nothing but comments and the attributes that `openssl pkcs12` writes.
pub(super) fn is_behind_attributes(text: &[u8]) -> bool {
    let mut in_attributes = false;
    String::from_utf8_lossy(text).lines().take_while(|line| !line.starts_with("-----BEGIN")).all(|line| {
        let begins = line.starts_with("Bag Attributes") || line.starts_with("Key Attributes");
        in_attributes |= begins;
        let is_attribute = begins || in_attributes && line.starts_with([' ', '\t']);
        is_attribute || line.trim().is_empty() || line.starts_with('#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n";

    #[test]
    fn quotes_around_a_key_are_nothing_else_and_words_are() {
        let lines = KEY.trim_end();
        for (text, is_alone) in [
            (KEY.to_owned(), true),
            (format!("\"{lines}\"\n"), true),
            (format!("'{}'", KEY.replace('\n', "\\n")), true),
            (format!("```\n{KEY}```\n"), true),
            (format!("```{lines}```"), true),
            (KEY.replace(' ', "&nbsp;"), true),
            ("'LS0tLS1CRUdJTiA='\n".to_owned(), true),
            ("LS0tLS1CRUdJTiA=\n".to_owned(), false),
            (format!("\"{lines}\" \"\""), false),
            (format!("key: \"{lines}\""), false),
            (format!("\"key\": \"{lines}\""), false),
            (format!("\"a: {lines}\""), false),
            (format!("{KEY}{KEY}"), false),
            (format!("{lines}<br>-----"), false),
            (String::new(), false),
        ] {
            assert_eq!(is_one_key(text.as_bytes()), is_alone, "{text}");
        }
    }

    #[test]
    fn lines_of_a_key_are_told_from_a_key_in_a_line() {
        for (text, surroundings) in [
            (format!("x:\n  {}", KEY.replace('\n', "\n  ")), Surroundings::Lines),
            (format!("x: '{KEY}'"), Surroundings::Text),
            (KEY.replace('\n', "\\n"), Surroundings::Text),
        ] {
            assert_eq!(Surroundings::of(text.as_bytes()), surroundings, "{text}");
        }
    }

    #[test]
    fn attributes_of_a_pkcs12_file_are_told_from_text() {
        let attributes =
            "Bag Attributes\r\n    localKeyID: 01 02\n    friendlyName: x\nKey Attributes: <No Attributes>\n";
        for (before, is_attributes) in
            [("", true), ("# a comment\n\n", true), (attributes, true), ("    key: |\n", false), ("user=x\n", false)]
        {
            assert_eq!(is_behind_attributes(format!("{before}{KEY}").as_bytes()), is_attributes, "{before}");
        }
    }
}

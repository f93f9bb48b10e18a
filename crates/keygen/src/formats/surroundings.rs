//! What stands around a private key in its file, and would be lost if the key were written in its place.

use common::keyfile::decodings;
use zeroize::Zeroizing;

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

/// The marks that a private key's text begins with, and what ends it.
const BEGINS: [&str; 2] = ["-----BEGIN", "PuTTY-User-Key-File-"];

/// The last field of a PPK file, by its version.
const LAST_FIELDS: [&str; 2] = ["Private-MAC:", "Private-Hash:"];

/// Whether a text is one private key and nothing else of worth: around it stand only comments, blanks, signs, and the
/// lines of one fence. `None` if it is not written between marks.
pub(super) fn is_one_key(text: &[u8]) -> Option<bool> {
    let inner = enclosed(text);
    let mut is_marked = false;
    for (depth, text) in decodings(inner).into_iter().enumerate() {
        // UTF-16 has zeros between the letters.
        let letters: Zeroizing<Vec<u8>> = Zeroizing::new(text.iter().copied().filter(|byte| *byte != 0).collect());
        let Ok(text) = std::str::from_utf8(&letters).map(without_parameters) else { continue };
        let Some((before, behind)) = around(&text) else { continue };
        is_marked = true;
        // Tags hold words that decoding takes away.
        if is_nothing(before, behind) && !(depth > 0 && has_tags(inner)) {
            return Some(true);
        }
    }
    is_marked.then_some(false)
}

/// What is within the quotes or the like around a whole text.
fn enclosed(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    match text {
        [first @ (b'"' | b'\'' | b'`'), inner @ .., last] if first == last => inner,
        _ => text,
    }
}

/// Whether there are tags of HTML in a text; two signs begin a here-document.
fn has_tags(text: &[u8]) -> bool {
    let is_tag = |three: &[u8]| matches!(three, [before, b'<', letter] if *before != b'<' && (letter.is_ascii_alphabetic() || *letter == b'/'));
    text.starts_with(b"<") || text.windows(3).any(is_tag)
}

/// A text without the lines of the parameters that OpenSSL writes before a key, which are in the key as well.
fn without_parameters(text: &str) -> Zeroizing<String> {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let mut in_parameters = false;
    for line in text.split_inclusive('\n') {
        in_parameters |= line.starts_with("-----BEGIN ") && line.trim_end().ends_with(" PARAMETERS-----");
        if !in_parameters {
            kept.push_str(line);
        }
        in_parameters &= !line.starts_with("-----END ");
    }
    kept
}

/// What stands before the only block of a text, and behind it.
fn around(text: &str) -> Option<(&str, &str)> {
    const DASHES: &str = "-----";
    let begin = BEGINS.iter().filter_map(|mark| text.find(mark)).min()?;
    let (before, block) = text.split_at_checked(begin)?;
    if BEGINS.iter().map(|mark| block.matches(mark).count()).sum::<usize>() > 1 {
        return Some((before, block));
    }
    let end = match block.starts_with(DASHES) {
        true => {
            let label = block.find("-----END")? + DASHES.len();
            label + block.get(label..)?.find(DASHES)? + DASHES.len()
        }
        false => {
            let value = LAST_FIELDS.iter().find_map(|field| Some(block.find(field)? + field.len()))?;
            let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
            let blanks = block.get(value..)?.bytes().take_while(|byte| *byte == b' ').count();
            value + blanks + digits(block.get(value + blanks..)?)
        }
    };
    Some((before, block.get(end..)?))
}

/// Whether what stands before a key and behind it is nothing of worth.
fn is_nothing(before: &str, behind: &str) -> bool {
    let (lines, start) = before.rsplit_once('\n').unwrap_or(("", before));
    let (end, more) = behind.split_once('\n').unwrap_or((behind, ""));
    let mut lines: Vec<&str> = lines.lines().collect();
    let fence = lines.pop_if(|line| is_fence(line) || line.contains("<<"));
    let mut more: Vec<&str> = more.lines().filter(|line| !is_signs(line)).collect();
    if let Some(fence) = fence {
        // What ends a here-document is its word.
        let word = fence.rsplit("<<").next().unwrap_or_default().trim_start_matches(['-', '~', '"', '\'', ' ']);
        if more.first().is_some_and(|line| is_fence(line) || word.starts_with(line.trim().trim_end_matches(';'))) {
            more.remove(0);
        }
    }
    let is_comment = |line: &&str| is_signs(line) || line.starts_with('#');
    is_signs(start)
        && is_signs(end)
        && are_attributes(lines.into_iter().filter(|line| !is_comment(line)))
        && more.iter().all(is_comment)
}

/// Whether a line begins or ends a block of code in Markdown.
fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~")
}

/// Whether a line, or a part of one, is no words: blanks and signs such as quotes, behind the number of the line.
fn is_signs(line: &str) -> bool {
    /// The most digits of a line's number.
    const MOST_DIGITS: usize = 6;
    let line = line.trim_start();
    let behind = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    line.len() - behind.len() <= MOST_DIGITS && !behind.contains(char::is_alphanumeric)
}

/// Whether lines are the attributes that `openssl pkcs12` writes before a key.
fn are_attributes<'t>(mut lines: impl Iterator<Item = &'t str>) -> bool {
    let mut in_attributes = false;
    lines.all(|line| {
        let begins = line.starts_with("Bag Attributes") || line.starts_with("Key Attributes");
        in_attributes |= begins;
        begins || in_attributes && line.starts_with([' ', '\t'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str =
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1DNENBUUF3QlFZREsyVncKLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo=";
    const PPK: &str = "PuTTY-User-Key-File-3: ssh-ed25519\nComment: me\nPrivate-MAC: 00ff\n";
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
            (format!("'{BASE64}'\n"), true),
            (BASE64.to_owned(), true),
            (format!("\u{201c}{lines}\u{201d}\n"), true),
            (KEY.lines().map(|line| format!("> {line}\n")).collect(), true),
            (KEY.lines().map(|line| format!("  12  {line}\n")).collect(), true),
            (format!("# a comment\n\n{KEY}\n"), true),
            (format!("cat > k <<'EOF'\n{KEY}EOF\n"), true),
            (PPK.to_owned(), true),
            (PPK.replace(": me", ": me <me@example>"), true),
            (format!("  {}", PPK.replace('\n', "\n  ")), true),
            (format!("-----BEGIN EC PARAMETERS-----\nBgg=\n-----END EC PARAMETERS-----\n{KEY}"), true),
            (format!("key: \"{lines}\""), false),
            (format!("\"key\": \"{lines}\""), false),
            (format!("\"a: {lines}\""), false),
            (format!("{KEY}{KEY}"), false),
            (format!("{}{KEY}", KEY.replace('\n', "\\n")), false),
            (format!("{KEY}{PPK}"), false),
            (format!("{lines}<br>-----"), false),
            (format!("<a b='c'>{}", KEY.replace(' ', "&nbsp;")), false),
            (format!("PASSWORD=x KEY={lines}"), false),
            (format!("{lines} PASSWORD=x"), false),
            (format!("{lines}\\nPASSWORD=x"), false),
            (format!("1,123,{lines}"), false),
            (format!("PASSWORD=x\n```\n{KEY}```\n"), false),
            (format!("PASSWORD=x\ncat > k <<EOF\n{KEY}EOF\n"), false),
            (format!("```\n{KEY}```\nPASSWORD=x\n"), false),
            (format!("a: x\nkey:\n  {}", PPK.replace('\n', "\n  ")), false),
            (format!("{PPK}PASSWORD=x\n"), false),
            (format!("user=x\n{KEY}"), false),
            (format!("Bag Attributes\r\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n{KEY}"), true),
        ] {
            assert_eq!(is_one_key(text.as_bytes()), Some(is_alone), "{text}");
        }
        for text in ["", "LS0tLS1CRUdJTiA=\n", &format!("key: {BASE64}"), "MC4CAQAwBQYDK2Vw\n"] {
            assert_eq!(is_one_key(text.as_bytes()), None, "{text}");
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
}

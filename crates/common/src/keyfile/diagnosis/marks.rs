//! BEGIN and END lines whose dashes or words are damaged.

use super::{Diagnosis, characters, holds, lines};

/// The longest line that begins or ends a block of a key, with its dashes.
const MAX_MARK: usize = 64;

/// The first BEGIN or END line that is none because of its dashes.
pub(super) fn damaged_marks(text: &[u8]) -> Option<Diagnosis> {
    let (line, (word, fault)) = lines(text).enumerate().find_map(|(line, text)| Some((line, damaged(text)?)))?;
    // An invisible character in the line is the fault, and has a column.
    if let Some(invisible) = characters::invisible(text).filter(|invisible| invisible.line <= line) {
        return Some(invisible);
    }
    if fault == Fault::Case {
        let bytes = lines(text).nth(line).unwrap_or_default();
        let hint = format!("write the BEGIN and END lines in capitals{}", in_capitals(bytes));
        return Some(Diagnosis::new(format!("the {word} line is not in capitals"), hint).on_line(line));
    }
    let dashes = if holds(text, "SSH2 ") {
        "the line is `---- BEGIN LABEL ----` or `---- END LABEL ----`, with four hyphens on each side"
    } else {
        "five hyphens (-) stand before BEGIN or END and behind the label, without a blank"
    };
    Some(Diagnosis::new(format!("the dashes of the {word} line are damaged"), dashes).on_line(line))
}

/// A BEGIN or END line in capitals, as an example; nothing of a line with other signs, which is no label of a key.
fn in_capitals(line: &[u8]) -> String {
    let is_of_one = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-');
    let is_label = line.len() <= MAX_MARK && line.iter().all(is_of_one);
    if is_label { format!(": {}", String::from_utf8_lossy(line).to_ascii_uppercase()) } else { String::new() }
}

/// What is wrong with a line.
#[derive(PartialEq, Eq)]
enum Fault {
    Dashes,
    Case,
}

/// Which line is damaged, and how.
fn damaged(line: &[u8]) -> Option<(&'static str, Fault)> {
    if line.len() > 200 {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    let is_dash =
        |letter: char| matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '=' | '\u{ad}' | '*');
    let bare = text.trim_matches(|letter: char| is_dash(letter) || letter.is_whitespace());
    if bare == "END" && text.starts_with("--") {
        return Some(("END", Fault::Dashes));
    }
    let (before, behind) = text.split_once(bare)?;
    let word = ["BEGIN", "END"].into_iter().find(|word| {
        let rest = bare.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).and(bare.get(word.len()..));
        rest.is_some_and(|rest| rest.starts_with([' ', '-', '_']) && names_a_block(rest))
    })?;
    let has_dashes = matches!((before, behind), ("-----", "-----") | ("---- ", " ----"));
    let is_apart = bare.get(word.len()..).is_some_and(|rest| rest.starts_with(' '));
    match (has_dashes && is_apart, bare.starts_with(word)) {
        (true, true) => None,
        (true, false) => Some((word, Fault::Case)),
        (false, _) => Some((word, Fault::Dashes)),
    }
}

/// Whether these are the last words of a label.
fn names_a_block(label: &str) -> bool {
    let label = label.to_ascii_uppercase().replace(['-', '_'], " ");
    ["PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE"].iter().any(|words| label.ends_with(words))
}

/// Whether lines begin a block of RFC 4716's or a PPK file that is damaged or behind other words, so that base64 which
/// follows is no key of its own.
pub(in crate::keyfile) fn begin_a_damaged_block(text: &[u8]) -> bool {
    const MAX_HEAD: usize = 2048;
    let text = text.get(..MAX_HEAD).unwrap_or(text);
    holds(text, "PuTTY-User-Key-File-")
        || damaged_ppk(text).is_some()
        || lines(text).any(|line| {
            holds(line, "BEGIN") && holds(line, "PUBLIC") && (damaged(line).is_some() || has_invisible(line))
        })
}

fn has_invisible(line: &[u8]) -> bool {
    characters::invisible(line).is_some()
}

/// A PPK file whose first line was lost or changed.
pub(super) fn damaged_ppk(text: &[u8]) -> Option<Diagnosis> {
    const FIRST: &str =
        "the first line is `PuTTY-User-Key-File-3: ` and the type of the key; copy the whole file again";
    let named = |line: &[u8]| characters::with_hyphens(&String::from_utf8_lossy(line)).contains("User-Key-File-");
    let begins = lines(text).position(named);
    let has = |name: &str| lines(text).any(|line| line.starts_with(name.as_bytes()));
    let has_fields = has("Public-Lines: ") && has("Encryption: ") || has("Private-MAC: ");
    if holds(text, "PuTTY-User-Key-File-") || begins.is_none() && !has_fields {
        return None;
    }
    let line = begins.unwrap_or_default();
    let other = lines(text).nth(line).and_then(characters::first_hyphen);
    let why = other.map_or_else(
        || "the first line of this PPK file is missing or damaged".to_owned(),
        |other| format!("the first line of this PPK file has {other} where a hyphen stands"),
    );
    Some(Diagnosis::new(why, FIRST).on_line(line))
}

/// An END line with another label than the BEGIN line before it.
pub(super) fn different_labels(text: &[u8]) -> Option<Diagnosis> {
    let label = |line: &'_ [u8], word: &str| {
        let rest = line.strip_prefix(format!("-----{word} ").as_bytes())?.strip_suffix(b"-----")?;
        Some(rest.to_vec())
    };
    let mut begun = None;
    for (number, line) in lines(text).enumerate() {
        if let Some(begin) = label(line, "BEGIN") {
            begun = Some(begin);
        } else if let (Some(begin), Some(end)) = (&begun, label(line, "END")) {
            return (*begin != end).then(|| {
                let hint =
                    "both have the same words, as in -----BEGIN RSA PRIVATE KEY----- and -----END RSA PRIVATE KEY-----";
                Diagnosis::new("the labels of the BEGIN and END lines differ", hint).on_line(number)
            });
        }
    }
    None
}

//! BEGIN and END lines whose dashes or words are damaged.

use super::{Diagnosis, lines};

/// The first BEGIN or END line that is none because of its dashes.
pub(super) fn damaged_marks(text: &[u8]) -> Option<Diagnosis> {
    let (line, (word, fault)) = lines(text).enumerate().find_map(|(line, text)| Some((line, damaged(text)?)))?;
    if fault == Fault::Case {
        let hint = "write the line in capitals: -----BEGIN OPENSSH PRIVATE KEY-----";
        return Some(Diagnosis::new(format!("the {word} line is in lower case"), hint).on_line(line));
    }
    let dashes = if memchr::memmem::find(text, b"SSH2 PUBLIC KEY").is_some() {
        "the line is `---- BEGIN LABEL ----` or `---- END LABEL ----`, with four hyphens on each side"
    } else {
        "five hyphens (-) stand before BEGIN or END and behind the label, without a blank"
    };
    Some(Diagnosis::new(format!("the dashes of the {word} line are damaged"), dashes).on_line(line))
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

//! BEGIN and END lines whose dashes or words are damaged.

use super::{Diagnosis, lines};

/// The first BEGIN or END line that is none because of its dashes.
pub(super) fn damaged_marks(text: &[u8]) -> Option<Diagnosis> {
    let (line, word) = lines(text).enumerate().find_map(|(line, text)| Some((line, damaged(text)?)))?;
    let dashes = if memchr::memmem::find(text, b"SSH2 PUBLIC KEY").is_some() {
        "the line is `---- BEGIN LABEL ----` or `---- END LABEL ----`, with four hyphens on each side"
    } else {
        "five hyphens (-) stand before BEGIN or END and behind the label, without a blank"
    };
    Some(Diagnosis::new(format!("the dashes of the {word} line are damaged"), dashes).on_line(line))
}

/// Which line is damaged.
fn damaged(line: &[u8]) -> Option<&'static str> {
    if line.len() > 200 {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    let is_dash =
        |letter: char| matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '=' | '\u{ad}' | '*');
    let bare = text.trim_matches(|letter: char| is_dash(letter) || letter.is_whitespace());
    let (before, behind) = text.split_once(bare)?;
    let word = ["BEGIN", "END"].into_iter().find(|word| {
        let rest = bare.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).and(bare.get(word.len()..));
        rest.is_some_and(|rest| rest.starts_with([' ', '-', '_']) && names_a_block(rest))
    })?;
    let is_whole = match (before, behind) {
        ("-----", "-----") => {
            bare.starts_with(word) && bare.get(word.len()..).is_some_and(|rest| rest.starts_with(' '))
        }
        ("---- ", " ----") => bare.starts_with(word),
        _ => false,
    };
    (!is_whole).then_some(word)
}

/// Whether these are the last words of a label.
fn names_a_block(label: &str) -> bool {
    let label = label.to_ascii_uppercase().replace(['-', '_'], " ");
    ["PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE"].iter().any(|words| label.ends_with(words))
}

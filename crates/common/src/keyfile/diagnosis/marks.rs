//! Names BEGIN and END lines whose dashes or words are damaged.

use super::characters;
use super::look::{Diagnosis, holds, lines};
use crate::keyfile::pem;

/// The longest BEGIN or END line of a key's block, with its dashes.
const MAX_MARKER: usize = 64;

/// The first BEGIN or END line whose dashes are damaged.
pub(super) fn damaged_markers(text: &[u8]) -> Option<Diagnosis> {
    let (line, (word, fault)) = lines(text).enumerate().find_map(|(line, text)| Some((line, damaged(text)?)))?;
    // An invisible character in the line is the cause, and has a column.
    if let Some(invisible) = characters::invisible(text).filter(|invisible| invisible.line <= line) {
        return Some(invisible);
    }
    if fault == Fault::Case {
        let bytes = lines(text).nth(line).unwrap_or_default();
        let hint = format!("write the BEGIN and END lines in uppercase{}", uppercase_hint(bytes));
        return Some(Diagnosis::new(format!("the {word} line is not in uppercase"), hint).on_line(line));
    }
    if fault == Fault::Words {
        // After a BEGIN line it is the END line.
        let word = if lines(text).take(line).any(|line| pem::label(line).is_some()) { "END" } else { word };
        let hint = format!("it is -----{word}, a space, the label, and five hyphens; both lines have the same label");
        return Some(Diagnosis::new(format!("the {word} line is damaged"), hint).on_line(line));
    }
    let dashes = if holds(text, "SSH2 ") {
        "the line is `---- BEGIN LABEL ----` or `---- END LABEL ----`, with four hyphens on each side"
    } else {
        "write five hyphens (-) before BEGIN or END and after the label, without spaces"
    };
    Some(Diagnosis::new(format!("the dashes of the {word} line are damaged"), dashes).on_line(line))
}

/// Returns a BEGIN or END line in uppercase, as an example; nothing for a line with other characters, which is not a key's
/// label.
fn uppercase_hint(line: &[u8]) -> String {
    let is_of_one = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-');
    let is_label = line.len() <= MAX_MARKER && line.iter().all(is_of_one);
    if is_label { format!(": {}", String::from_utf8_lossy(line).to_ascii_uppercase()) } else { String::new() }
}

/// The damage to a line.
#[derive(PartialEq, Eq)]
enum Fault {
    Dashes,
    Case,
    Words,
}

/// Returns which line is damaged, and how.
fn damaged(line: &[u8]) -> Option<(&'static str, Fault)> {
    if line.len() > 200 {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    let is_dash = |letter: char| {
        matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '=' | '\u{ad}' | '*' | '\u{fffd}')
    };
    let bare = text.trim_matches(|letter: char| is_dash(letter) || letter.is_whitespace());
    if bare == "END" && text.starts_with("--") {
        return Some(("END", Fault::Dashes));
    }
    if bare == "BEGIN" && text.starts_with("--") || is_end_of_marker(&text, bare) {
        return Some(("BEGIN", Fault::Words));
    }
    let (before, after) = text.split_once(bare)?;
    let word = ["BEGIN", "END"].into_iter().find(|word| {
        let rest = bare.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).and(bare.get(word.len()..));
        rest.is_some_and(|rest| rest.starts_with([' ', '-', '_']) && names_a_block(rest))
    })?;
    let has_dashes = matches!((before, after), ("-----", "-----") | ("---- ", " ----"));
    let is_apart = bare.get(word.len()..).is_some_and(|rest| rest.starts_with(' '));
    match (has_dashes && is_apart, bare.starts_with(word)) {
        (true, true) => None,
        (true, false) => Some((word, Fault::Case)),
        (false, _) => Some((word, Fault::Dashes)),
    }
}

/// Whether a line is a label and dashes, with the word before them incomplete.
fn is_end_of_marker(text: &str, bare: &str) -> bool {
    let first = bare.split(' ').next().unwrap_or_default();
    let is_label = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == ' ';
    text.len() <= MAX_MARKER
        && text.ends_with("-----")
        && bare.chars().all(is_label)
        && names_a_block(bare)
        && !matches!(first, "BEGIN" | "END")
}

/// Whether these are the last words of a label.
fn names_a_block(label: &str) -> bool {
    let label = label.to_ascii_uppercase().replace(['-', '_'], " ");
    ["PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE"].iter().any(|words| label.ends_with(words))
}

/// Whether lines begin an RFC 4716 block or a PPK file that is damaged or preceded by other words, so base64 that follows
/// is not a key of its own.
pub(in crate::keyfile) fn begins_damaged_block(text: &[u8]) -> bool {
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

/// A PPK file whose first line is missing or changed.
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
        |other| format!("the first line of this PPK file has {other} where a hyphen belongs"),
    );
    Some(Diagnosis::new(why, FIRST).on_line(line))
}

/// An END line with another label than the BEGIN line before it.
pub(super) fn different_labels(text: &[u8]) -> Option<Diagnosis> {
    let mut begun = None;
    for (number, line) in lines(text).enumerate() {
        if let Some(begin) = pem::label(line) {
            begun = Some(begin);
        } else if let (Some(begin), Some(end)) = (begun, pem::end_label(line)) {
            return (begin != end).then(|| {
                let hint = "write the END line with the label and the dashes of the BEGIN line";
                Diagnosis::new("the labels of the BEGIN and END lines differ", hint).on_line(number)
            });
        }
    }
    None
}

/// A BEGIN line directly after another one.
pub(super) fn second_begin(text: &[u8]) -> Option<Diagnosis> {
    let pairs = lines(text).zip(lines(text).skip(1)).enumerate();
    let line = pairs.into_iter().find_map(|(line, (first, second))| {
        pem::label(first)?;
        pem::label(second).map(|_| line + 1)
    })?;
    let hint = "delete one of them, and one of the END lines if there are two";
    Some(Diagnosis::new("there are two BEGIN lines in a row", hint).on_line(line))
}

/// Text after the dashes of an END line, such as the line of the public key.
pub(super) fn text_after_end(text: &[u8]) -> Option<Diagnosis> {
    lines(text).enumerate().find_map(|(line, bytes)| {
        let rest = bytes.strip_prefix(b"-----END ")?;
        let at = memchr::memmem::find(rest, b"-----").filter(|at| *at <= MAX_MARKER)?;
        let after = rest.get(at + 5..).filter(|after| !after.is_empty() && !after.starts_with(b"-"))?;
        let after = after.trim_ascii_start();
        let known = if after == b"%" {
            Diagnosis::new("`%` follows the END line: zsh prints it where a final newline is missing", "delete it")
        } else if let Some(signs) = std::str::from_utf8(after).ok().filter(|text| is_symbols(text)) {
            Diagnosis::new(format!("{} after the END line", are(signs)), "delete it")
        } else {
            let hint = "insert a newline after the dashes: the END line has nothing else";
            Diagnosis::new("the END line has more text after its dashes", hint)
        };
        Some(known.on_line(line))
    })
}

/// Returns the subject and the verb of a message about characters; an invisible one is named by its code point.
fn are(signs: &str) -> String {
    match signs.chars().find(|letter| crate::characters::invisible(*letter).is_some()) {
        Some(letter) => format!("U+{:04X}, which is invisible, is", u32::from(letter)),
        None => format!("`{signs}` is"),
    }
}

/// Whether a text is a few symbols without letters and digits.
fn is_symbols(text: &str) -> bool {
    const MOST: usize = 3;
    let is_sign = |letter: char| !letter.is_alphanumeric() && !letter.is_control() && !letter.is_whitespace();
    text.chars().count() <= MOST && text.chars().all(is_sign)
}

/// An END line after the block that it would end.
pub(super) fn end_alone(text: &[u8]) -> Option<Diagnosis> {
    let mut filled = lines(text).enumerate().filter(|(_, line)| !line.is_empty());
    let (line, first) = filled.next()?;
    (pem::end_label(first).is_some() && filled.next().is_none())
        .then(|| Diagnosis::new("an END line without a BEGIN line before it", "delete it").on_line(line))
}

/// `$`, `^M` or both at the end of the lines of a block, as `cat -A` prints line ends.
pub(super) fn printed_line_ends(text: &[u8]) -> Option<Diagnosis> {
    let begins = |line: Option<&[u8]>| line.is_some_and(|line| pem::label(line).is_some());
    let begun = |line: &[u8]| ["^M$", "$", "^M"].into_iter().find(|end| begins(line.strip_suffix(end.as_bytes())));
    let (line, end) = lines(text).enumerate().find_map(|(line, bytes)| Some((line, begun(bytes)?)))?;
    let why = format!("`{end}` is at the end of the lines, as `cat -A` and editors show line ends");
    Some(Diagnosis::new(why, "print the file with `cat` alone, or delete it in every line").on_line(line))
}

/// A block in one line with another character in place of each newline.
pub(super) fn replaced_newlines(text: &[u8]) -> Option<Diagnosis> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    /// The last is what a shell leaves of `\n`.
    const SIGNS: [&str; 12] = [",", ";", "|", "#", "~", "_", "*", "@", "^", "/n", "\\", "n"];
    lines(text).enumerate().find_map(|(line, bytes)| {
        let rest = bytes.get(memchr::memmem::find(bytes, BEGIN)? + BEGIN.len()..)?;
        let rest = rest.get(memchr::memmem::find(rest, b"-----")? + 5..)?;
        let is_before_end = |sign: &str| memchr::memmem::find(rest, format!("{sign}-----END ").as_bytes()).is_some();
        let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign.as_bytes()) && is_before_end(sign))?;
        let why = format!("`{sign}` replaces each newline of the block");
        let hint = if sign == "n" {
            "a shell removed the backslash of each \\n: copy the key again, and put it in single quotes"
        } else {
            "replace each by a newline"
        };
        Some(Diagnosis::new(why, hint).on_line(line))
    })
}

/// A byte order mark that was read as three characters of Latin-1, before a private key.
pub(super) fn decoded_byte_order_mark(text: &[u8]) -> Option<Diagnosis> {
    const LETTERS: &[u8] = "\u{ef}\u{bb}\u{bf}".as_bytes();
    let (line, after) = lines(text).enumerate().find_map(|(line, bytes)| Some((line, bytes.strip_prefix(LETTERS)?)))?;
    (after.starts_with(b"-----BEGIN ") || after.starts_with(b"PuTTY-User-Key-File-")).then(|| {
        let why = "a byte order mark that was decoded as three characters precedes the key";
        Diagnosis::new(why, "delete the three characters").on_line(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyfile::diagnosis::of_text;

    #[test]
    fn damage_to_begin_and_end_lines_is_reported_with_its_place() {
        const BEGIN: &str = "-----BEGIN RSA PRIVATE KEY-----";
        const END: &str = "-----END RSA PRIVATE KEY-----";
        for (text, words, place) in [
            (format!("{}\nMIIE\n{}\n", BEGIN.to_lowercase(), END.to_lowercase()), "BEGIN line is not in uppercase", 0),
            (format!("N RSA PRIVATE KEY-----\nMIIE\n{END}\n"), "the BEGIN line is damaged", 0),
            (format!("-----RSA PRIVATE KEY-----\nMIIE\n{END}\n"), "the BEGIN line is damaged", 0),
            (format!("-----BEGIN\nRSA PRIVATE KEY-----\nMIIE\n{END}\n"), "the BEGIN line is damaged", 0),
            (format!("{BEGIN}\nMIIE\nD RSA PRIVATE KEY-----\n"), "the END line is damaged", 2),
            (format!("{BEGIN}\n{BEGIN}\nMIIE\n{END}\n"), "two BEGIN lines", 1),
            (format!("{BEGIN}\nMIIE\n{END}ssh-rsa AAAA\n"), "more text after its dashes", 2),
            (format!("{BEGIN}\nMIIE\n{END}%"), "zsh", 2),
            (format!("{BEGIN}$\nMIIE$\n{END}$\n"), "`$` is at the end of the lines", 0),
            (format!("{BEGIN}^M$\nMIIE^M$\n{END}^M$\n"), "`^M$` is", 0),
            (format!("\n{END}\n"), "an END line without", 1),
            (format!("{BEGIN},MIIE,{END}"), "`,` replaces each newline", 0),
            ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned(), "labels", 2),
        ] {
            let known = of_text(text.as_bytes()).unwrap();
            assert!(known.refusal.why.contains(words) && known.line == place, "{text}: {}", known.refusal.why);
        }
        let hint =
            |text: &str| damaged_markers(text.as_bytes()).and_then(|known| known.refusal.hint).unwrap_or_default();
        assert!(hint("-----begin ec private key-----").ends_with(": -----BEGIN EC PRIVATE KEY-----"));
        assert!(hint("---- begin ssh2 public key ----").ends_with(": ---- BEGIN SSH2 PUBLIC KEY ----"));
        assert!(hint("----- BEGIN SSH2 ENCRYPTED PRIVATE KEY -----").contains("four hyphens"));
        for text in [format!("{BEGIN}\nMIIE\n{END}\n"), "my PRIVATE KEY".to_owned()] {
            assert!(of_text(text.as_bytes()).is_none(), "{text}");
        }
    }
}

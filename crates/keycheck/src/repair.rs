//! Formats a key for `--rewrite`: as one clean line that every consumer accepts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::escape;
use common::keyfile::{Form, Item};

use crate::allow_list::{self, Cleared, Refusal};
use crate::finding::{Check, Severity};

/// A private key whose public half is printed.
pub(crate) static PUBLIC_HALF: Check = Check {
    name: "public-half",
    severity: Severity::Note,
    what: "This is a private key, and --rewrite printed its public half, which is all that others need.",
    why: "Only the public half may be given away, and no consumer accepts a key in the format of a private one.",
    remedy: "Nothing; the private key stays where it is.",
    source: "RFC 4251, section 9.4.4; OpenSSH, ssh-keygen(1), -y",
};

/// `type base64 comment`, with a newline: the public half alone, its numbers in canonical form, without hosts. With
/// `keeps_options` the options of `authorized_keys` precede it as they were written.
///
/// # Errors
/// The key itself may not be given away.
pub(crate) fn line(item: &Item<'_>, comment: Option<&str>, keeps_options: bool) -> Result<Cleared, Refusal> {
    let options = item.lead.as_deref().filter(|_| keeps_options && item.form == Form::AuthorizedKeys);
    let blob = if item.key.is_certificate() { item.key.blob() } else { item.key.plain_blob() };
    let mut line = format!("{} {}", item.key.type_name(), STANDARD.encode(blob));
    if let Some(comment) = comment {
        line.push(' ');
        line.push_str(comment);
    }
    line.push('\n');
    let mut bytes = Vec::new();
    if let Some(options) = options {
        bytes.extend_from_slice(options.trim_ascii());
        bytes.push(b' ');
    }
    bytes.extend_from_slice(line.as_bytes());
    Cleared::of(bytes)
}

/// Returns the comment as it is written: with spaces for tabs, without control characters, surrounding spaces, and trailing
/// remains of quotes and brackets. `None` if the result is not plain words.
pub(crate) fn comment(item: &Item<'_>) -> Option<String> {
    let bytes = item.comment.as_deref()?;
    // Text of Windows and of old systems, in Latin-1, has a byte for each character.
    let latin: String = bytes.iter().copied().map(char::from).collect();
    // A tab separates words, as in the columns of `gh ssh-key list`.
    let spaced = std::str::from_utf8(bytes).unwrap_or(&latin).replace('\t', " ");
    let comment = escape::without_unsafe(spaced.as_bytes());
    let comment = without_remains(comment.trim());
    (!comment.is_empty() && allow_list::words(comment.as_bytes()).is_ok()).then(|| comment.to_owned())
}

/// Removes what follows the key's line: line ends as `cat -A` and string literals show them, quotes and brackets that were
/// opened before the key, and Markdown's asterisks.
fn without_remains(comment: &str) -> &str {
    const ENDS: [&str; 5] = ["^M$", "^M", "\\r\\n", "\\n", "\\r"];
    let mut rest = comment;
    loop {
        let count = |character: char| rest.matches(character).count();
        let is_unbalanced = match rest.chars().next_back() {
            Some(')') => count(')') > count('('),
            Some(']') => count(']') > count('['),
            Some('}') => count('}') > count('{'),
            Some('>') => count('>') > count('<'),
            Some(character @ ('"' | '\'' | '`')) => count(character) % 2 == 1,
            // A Windows machine account, `DOMAIN\NAME$`, ends with it.
            Some('$') => !rest.contains('\\'),
            Some('\u{201c}' | '\u{201d}' | '\u{bb}') => {
                !rest.contains(['\u{201e}', '\u{201c}', '\u{ab}']) || rest.chars().count() == 1
            }
            Some(',' | ';') => true,
            _ => false,
        };
        if rest.ends_with("**") {
            rest = rest.trim_end_matches('*').trim_end();
            continue;
        }
        let shorter = ENDS.iter().find_map(|end| rest.strip_suffix(end));
        let shorter = shorter.or_else(|| {
            let (at, _) = rest.char_indices().next_back().filter(|_| is_unbalanced)?;
            rest.get(..at)
        });
        match shorter {
            Some(shorter) => rest = shorter.trim_end(),
            None => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_remains;

    #[test]
    fn what_is_left_of_a_wrapper_goes_away_and_a_comment_stays() {
        for remains in ["\\n", "\\r\\n", "\"}", ")", "**", "$", "^M$", "');", "\",", "`", "\\n'"] {
            assert_eq!(without_remains(&format!("me@laptop{remains}")), "me@laptop", "{remains}");
        }
        for comment in [
            "me@laptop",
            "phone (Termius)",
            "<me@example.com>",
            "Bob's laptop \"x\"",
            "CORP\\VM01$",
            "C*",
            "[a] {b}",
            "",
        ] {
            assert_eq!(without_remains(comment), comment);
        }
    }
}

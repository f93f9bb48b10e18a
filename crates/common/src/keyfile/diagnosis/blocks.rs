//! Names damage to blocks with BEGIN and END lines that hold no key.

use zeroize::Zeroizing;

use super::look::{Diagnosis, holds, lines};
use super::names;
use crate::key::base64::is_digit_or_padding;
use crate::keyfile::codec::content;
use crate::keyfile::pem;

/// The remedy for most damage to a block.
pub(in crate::keyfile) const COPY_AGAIN: &str = "is a line missing or changed? copy the whole file again";

/// Returns the label of the block at the start of a text, and its lines, which may end before the END line.
fn block(text: &[u8]) -> Option<(&[u8], impl Iterator<Item = &[u8]>)> {
    let mut all = lines(text).skip_while(|line| line.is_empty());
    let label = pem::label(all.next()?)?;
    let body = all.take_while(|line| !line.starts_with(b"-----END ") && !line.starts_with(b"---- END "));
    Some((label, body.filter(|line| !line.is_empty())))
}

/// An empty block.
pub(super) fn empty(text: &[u8]) -> Option<Diagnosis> {
    let is_whole = holds(text, "-----END ") || holds(text, "---- END ");
    (is_whole && block(text)?.1.next().is_none()).then(|| {
        let hint = "copy the whole file again, or check the variable or the command that should have printed it";
        Diagnosis::new("there is nothing between the BEGIN and END lines", hint)
    })
}

/// A block with an ellipsis or a placeholder for omitted lines.
pub(super) fn shortened(text: &[u8]) -> Option<Diagnosis> {
    block(text)?.1.any(replaces_lines).then(|| {
        let hint = "copy the whole key from its file";
        Diagnosis::new("the key was shortened or redacted: the block contains an ellipsis or a placeholder", hint)
    })
}

/// A block with a placeholder or a path in place of its base64.
pub(super) fn placeholder(text: &[u8]) -> Option<Diagnosis> {
    let (_, mut body) = block(text)?;
    let only = body.next().filter(|_| body.next().is_none())?;
    let known = names::placeholder(only).or_else(|| names::path(only))?;
    let line = lines(text).position(|line| line == only)?;
    Some(known.on_line(line))
}

/// Whether a line of a block replaces omitted lines: `[snip]`, `<redacted>`, `...`, `****` or `XXXX`.
fn replaces_lines(line: &[u8]) -> bool {
    const LONGEST_WORD: usize = 40;
    let is_bracketed = matches!(line, [b'[', .., b']'] | [b'<', .., b'>'] | [b'(', .., b')']);
    let is_sign = line.starts_with(b"...") || line.starts_with("\u{2026}".as_bytes()) || line.starts_with(b"***");
    let is_filled = line.len() >= 3 && line.iter().all(|byte| matches!(byte, b'X' | b'x'));
    is_bracketed && line.len() <= LONGEST_WORD || is_sign || is_filled
}

/// The first character in a block's base64 that is not base64, with its line and column.
pub(super) fn not_of_base64(text: &[u8]) -> Option<Diagnosis> {
    let mut lines = text.split(|byte| *byte == b'\n').enumerate().skip_while(|(_, line)| line.trim_ascii().is_empty());
    let label = pem::label(lines.next()?.1)?;
    let body = lines.take_while(|(_, line)| !holds(line, "-----END"));
    // RFC 4716's headers may be longer than one line.
    let mut body = body.skip_while(|(_, line)| line.contains(&b':')).filter(|_| !label.starts_with(b"SSH2 "));
    body.find_map(|(line, bytes)| {
        let bytes = bytes.trim_ascii_end();
        let text = std::str::from_utf8(bytes).ok()?;
        let is_of_base64 =
            |letter: char| u8::try_from(letter).is_ok_and(|byte| is_digit_or_padding(byte) || b" \t".contains(&byte));
        let (column, letter) = text.chars().enumerate().find(|(_, letter)| !is_of_base64(*letter))?;
        let why = format!("{}, which base64 does not have, is in column {} of this line", shown(letter), column + 1);
        Some(Diagnosis::new(why, OF_ANOTHER_ALPHABET).on_line(line))
    })
}

/// A block with a space in place of each plus sign, a result of form decoding.
pub(super) fn plus_lost(text: &[u8]) -> Option<Diagnosis> {
    let mut lines = text.split(|byte| *byte == b'\n').enumerate().skip_while(|(_, line)| line.trim_ascii().is_empty());
    pem::label(lines.next()?.1)?;
    let body = lines.take_while(|(_, line)| !holds(line, "-----END"));
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut first = None;
    for (number, line) in body {
        for (column, byte) in line.strip_suffix(b"\r").unwrap_or(line).iter().enumerate() {
            let is_blank = *byte == b' ';
            if is_blank {
                first.get_or_insert((number, column + 1));
            }
            base64.push(if is_blank { b'+' } else { *byte });
        }
    }
    let (line, column) = first?;
    let known = pem::decode(&base64).is_some_and(|contents| content::is_known(&contents));
    known.then(|| {
        let why = format!("the key has a space where a + should be, in column {column} of this line");
        Diagnosis::new(why, "replace each space by a +, or copy the key from its file").on_line(line)
    })
}

/// The remedy for a character that is not base64.
pub(super) const OF_ANOTHER_ALPHABET: &str =
    "copy the key from its file; the character may have replaced a similar one";

/// Writes such a character for a message.
pub(super) fn shown(letter: char) -> String {
    if letter.is_ascii_graphic() { format!("`{letter}`") } else { format!("U+{:04X}", u32::from(letter)) }
}

/// An encrypted block of OpenSSL without the headers that describe the encryption: its contents are not DER.
pub(super) fn without_headers(text: &[u8]) -> Option<Diagnosis> {
    const LABELS: [&[u8]; 3] = [b"RSA PRIVATE KEY", b"EC PRIVATE KEY", b"DSA PRIVATE KEY"];
    let (label, body) = block(text)?;
    if LABELS.contains(&label) && holds(text, "DEK-Info:") && !holds(text, "Proc-Type:") {
        let hint = "put `Proc-Type: 4,ENCRYPTED` on a line of its own before it";
        let line = lines(text).position(|line| line.starts_with(b"DEK-Info:"))?;
        return Some(Diagnosis::new("the line Proc-Type is missing before the line DEK-Info", hint).on_line(line));
    }
    let mut body = body.skip_while(|line| line.contains(&b':')).peekable();
    let first = body.peek().and_then(|line| line.get(..4))?;
    let is_der = pem::decode(first).is_some_and(|start| start.first() == Some(&0x30));
    let is_base64 = body.all(|line| line.iter().copied().all(is_digit_or_padding));
    (LABELS.contains(&label) && !holds(text, "DEK-Info") && !holds(text, "Proc-Type") && is_base64 && !is_der).then(
        || {
            let hint =
                "if the key is encrypted, its lines Proc-Type and DEK-Info are missing; copy the whole file again";
            Diagnosis::new("the block does not begin as a private key does", hint)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(look: fn(&[u8]) -> Option<Diagnosis>, label: &str, body: &str) -> bool {
        look(format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n").as_bytes()).is_some()
    }

    #[test]
    fn a_character_that_base64_does_not_have_is_shown_with_its_place() {
        for (body, words, place) in [
            ("MIIE\nAA\u{410}A\n", "U+0410, which base64 does not have, is in column 3", 2),
            ("Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nMI%E\n", "`%`, which", 4),
            ("\u{ff21}AAA\n", "U+FF21, which", 1),
        ] {
            let text = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n");
            let known = not_of_base64(text.as_bytes()).unwrap();
            assert!(known.refusal.why.starts_with(words) && known.line == place, "{body}: {}", known.refusal.why);
        }
        assert!(!why(not_of_base64, "RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\n  MIIE \nAA==\n"));
        assert!(not_of_base64(b"---- BEGIN SSH2 PUBLIC KEY ----\nx-a: b\\\nc!\nAAAA\n").is_none());
    }

    #[test]
    fn placeholders_in_a_block_are_reported() {
        for body in ["", "\n", "  \n\n"] {
            assert!(why(empty, "OPENSSH PRIVATE KEY", body), "{body:?}");
        }
        for sign in ["[snip]", "<redacted>", "...", "\u{2026}", "****", "XXXXXXXX", "[... 20 lines ...]"] {
            assert!(why(shortened, "RSA PRIVATE KEY", &format!("MIIE\n{sign}\nAAAA\n")), "{sign}");
        }
        assert!(why(without_headers, "RSA PRIVATE KEY", "q83vEjRW\n"));
        assert!(empty(b"-----BEGIN RSA PRIVATE KEY-----\n").is_none());
        for look in [empty, shortened, without_headers] {
            assert!(!why(look, "RSA PRIVATE KEY", "MIIE\nXXAA\n"));
            assert!(!why(look, "RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nq83vEjRW\n"));
        }
    }
}

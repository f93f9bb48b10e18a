//! Restores blocks whose newlines were lost or became spaces: one line, or lines folded at other places.

use zeroize::Zeroizing;

use super::text::Text;
use crate::keyfile::encryption::pem::iv_length;
use crate::keyfile::pem::LINE;

/// The fields of a PPK file, each at the beginning of a line.
const PPK_FIELDS: [&str; 12] = [
    "PuTTY-User-Key-File-",
    "Encryption:",
    "Comment:",
    "Public-Lines:",
    "Key-Derivation:",
    "Argon2-Memory:",
    "Argon2-Passes:",
    "Argon2-Parallelism:",
    "Argon2-Salt:",
    "Private-Lines:",
    "Private-MAC:",
    "Private-Hash:",
];

/// A block whose newlines were lost: there are fewer lines than it has.
pub(super) fn lost(text: &[u8]) -> Option<Text> {
    open(text).filter(|opened| newlines(opened) > newlines(text))
}

/// A block whose lines are indented, blank, or broken at other places.
pub(super) fn moved(text: &[u8]) -> Option<Text> {
    open(text).filter(|opened| newlines(opened) <= newlines(text))
}

/// Returns the number of newlines between the lines of a text: the last line may lack its own.
pub(in super::super) fn newlines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text.trim_ascii_end()).count()
}

/// Puts each BEGIN line, END line, header and the base64 on lines of their own. Text outside the block is dropped.
fn open(text: &[u8]) -> Option<Text> {
    ppk(text).or_else(|| pem(text))
}

/// Writes lines into memory allocated once, so that no vector grows and leaves a copy.
struct Lines(Text);

impl Lines {
    fn for_text(text: &[u8]) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(2 * text.len() + 64)))
    }

    fn put(&mut self, line: &[u8]) {
        self.0.extend_from_slice(line);
        self.0.push(b'\n');
    }

    /// Writes words as one line, with single spaces.
    fn put_words(&mut self, words: &[u8]) {
        for (index, word) in self::words(words).enumerate() {
            if index > 0 {
                self.0.push(b' ');
            }
            self.0.extend_from_slice(word);
        }
        self.0.push(b'\n');
    }

    /// Writes base64 without the spaces in it.
    fn put_base64(&mut self, base64: &[u8]) {
        let mut width = 0;
        for byte in base64.iter().filter(|byte| !byte.is_ascii_whitespace()) {
            self.0.push(*byte);
            width += 1;
            if width == LINE {
                self.0.push(b'\n');
                width = 0;
            }
        }
        if width > 0 {
            self.0.push(b'\n');
        }
    }
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// Returns the text before a separator and after it.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// PEM, and RFC 4716's blocks with four dashes.
fn pem(text: &[u8]) -> Option<Text> {
    let mut lines = Lines::for_text(text);
    let mut rest = text;
    let mut is_joined = false;
    while let Some((_, after)) = split(rest, b"-----BEGIN ").or_else(|| split(rest, b"---- BEGIN ")) {
        let (label, body) = split(after, b"----")?;
        is_joined |= label.contains(&b'\n');
        let label = words(label).collect::<Vec<_>>().join(&b' ');
        let rfc4716 = label.starts_with(b"SSH2 ");
        let (body, tail) =
            split(body.strip_prefix(b"-").unwrap_or(body), if rfc4716 { b"---- END" } else { b"-----END" })?;
        let (end, tail) = split(tail, b"----")?;
        let is_label = words(end).eq(words(&label));
        if !is_label || label.len() > 64 {
            return None;
        }
        let (open, close): (&[u8], &[u8]) = if rfc4716 { (b"---- ", b" ----") } else { (b"-----", b"-----") };
        lines.put(&[open, b"BEGIN ", &label, close].concat());
        is_joined |= !has_own_lines(body) || end.contains(&b'\n');
        let base64 = headers(body, rfc4716, &mut lines);
        lines.put_base64(base64);
        lines.put(&[open, b"END ", &label, close].concat());
        rest = tail.strip_prefix(b"-").unwrap_or(tail);
        is_joined |= rest.starts_with(b"-----BEGIN ");
    }
    is_joined.then_some(lines.0)
}

/// Whether the text between BEGIN and END is on lines of its own, without spaces in the base64.
fn has_own_lines(body: &[u8]) -> bool {
    let lines = || body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let is_one_word = |line: &[u8]| line.contains(&b':') || !line.iter().any(u8::is_ascii_whitespace);
    lines().next().is_some_and(<[u8]>::is_empty)
        && lines().next_back().is_some_and(<[u8]>::is_empty)
        && lines().all(is_one_word)
}

/// Writes the headers of a block, and returns the text after them.
fn headers<'a>(body: &'a [u8], rfc4716: bool, lines: &mut Lines) -> &'a [u8] {
    if let Some((_, after)) = split(body, b"DEK-Info:") {
        // `CIPHER,HEX`, and the base64, perhaps without a space before it.
        let (cipher, after) = split(after, b",").unwrap_or_default();
        let after = after.trim_ascii_start();
        let cipher = cipher.trim_ascii();
        let most = 2 * iv_length(&String::from_utf8_lossy(cipher));
        let digits = after.iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (iv, base64) = after.split_at_checked(digits).unwrap_or_default();
        lines.put(b"Proc-Type: 4,ENCRYPTED");
        lines.put(&[b"DEK-Info: ", cipher, b",", iv].concat());
        lines.put(b"");
        return base64;
    }
    // In RFC 4716 a quoted comment ends with its quote.
    if rfc4716
        && let Some((_, after)) = split(body, b"Comment:")
        && let Some(quoted) = after.trim_ascii_start().strip_prefix(b"\"")
        && let Some((comment, base64)) = split(quoted, b"\"")
    {
        lines.put(&[b"Comment: \"", comment, b"\""].concat());
        return base64;
    }
    body
}

/// A PPK file, whose fields have names.
fn ppk(text: &[u8]) -> Option<Text> {
    let at = memchr::memmem::find(text, b"PuTTY-User-Key-File-")?;
    let (before, text) = text.split_at_checked(at)?;
    // A quote or a name before it belongs to another envelope.
    let is_first = before.rsplit(|byte| *byte == b'\n').next().is_some_and(|line| line.trim_ascii().is_empty());
    if !is_first {
        return None;
    }
    let mut lines = Lines::for_text(text);
    let mut fields: Vec<usize> =
        PPK_FIELDS.iter().filter_map(|field| memchr::memmem::find(text, field.as_bytes())).collect();
    fields.sort_unstable();
    let ends = fields.iter().skip(1).copied().chain([text.len()]);
    for (start, end) in fields.iter().zip(ends) {
        let field = text.get(*start..end)?;
        match field {
            [b'P', b'u', b'b' | b'T', ..] | [b'P', b'r', b'i', b'v', b'a', b't', b'e', b'-', b'L', ..]
                if split(field, b"-Lines:").is_some() =>
            {
                let (name, value) = split(field, b"-Lines:")?;
                let count = words(value).next()?;
                let base64 = split(value, count)?.1;
                let characters = base64.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
                lines.put(&[name, b"-Lines: ", characters.div_ceil(LINE).to_string().as_bytes()].concat());
                lines.put_base64(base64);
            }
            // Text after the last field is not part of the file.
            field if field.starts_with(b"Private-MAC:") || field.starts_with(b"Private-Hash:") => {
                let (name, value) = split(field, b":")?;
                lines.put(&[name, b": ", words(value).next().unwrap_or_default()].concat());
            }
            field => lines.put_words(field),
        }
    }
    Some(lines.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Option<String> {
        open(text.as_bytes()).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn a_block_gets_its_lines_back() {
        let body = "A".repeat(70);
        let block = format!("-----BEGIN A KEY-----\n{}\n{}\n-----END A KEY-----\n", &body[..64], &body[64..]);
        for text in [
            format!("-----BEGIN A KEY-----{body}-----END A KEY-----"),
            format!("-----BEGIN A KEY----- {} {} -----END A KEY-----", &body[..64], &body[64..]),
            format!("x: -----BEGIN A\n  KEY-----\n  {} {} -----END\n  A KEY-----\ny", &body[..3], &body[3..]),
        ] {
            assert_eq!(opened(&text).unwrap(), block, "{text}");
        }
        for text in ["", "-----BEGIN A-----", "-----BEGIN A-----AAAA-----END B-----", "-----BEGIN A"] {
            assert_eq!(opened(text), None, "{text}");
        }
    }

    #[test]
    fn headers_get_their_lines_back() {
        let text = "-----BEGIN K----- Proc-Type: 4,ENCRYPTED DEK-Info: AES-128-CBC,00FF  QUJD -----END K-----";
        let block = "-----BEGIN K-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nQUJD\n-----END K-----\n";
        assert_eq!(opened(text).unwrap(), block);
        let text = "---- BEGIN SSH2 PUBLIC KEY ---- Comment: \"a b\" AAAA ---- END SSH2 PUBLIC KEY ----";
        let block = "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"a b\"\nAAAA\n---- END SSH2 PUBLIC KEY ----\n";
        assert_eq!(opened(text).unwrap(), block);
    }

    #[test]
    fn a_ppk_file_gets_its_lines_back() {
        let text = "PuTTY-User-Key-File-2: ssh-rsa Encryption: none Comment: a b Public-Lines: 1 AA AA Private-Lines: 1 BBBB Private-MAC: 00";
        let file = "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: a b\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\nBBBB\nPrivate-MAC: 00\n";
        assert_eq!(opened(text).unwrap(), file);
    }
}

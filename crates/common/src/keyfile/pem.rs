//! Parses and writes the armour of blocks: BEGIN and END lines, headers and base64 (RFC 7468; headers as in RFC 1421), and
//! the variant with four dashes (RFC 4716).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Refusal;
use crate::secret::append;

/// Base64 characters per line, RFC 7468 section 2.
pub(super) const LINE: usize = 64;

/// The lines `Name: value` before the base64: name and value of each.
type Headers<'a> = Vec<(&'a [u8], Vec<u8>)>;

/// The headers and contents between BEGIN and END.
pub(super) struct Block<'a> {
    /// The lines before the base64.
    headers: Headers<'a>,
    /// The decoded base64; wiped, since it may be a private key.
    pub(super) contents: Zeroizing<Vec<u8>>,
    /// Whether the base64 lacks its padding.
    pub(super) lacks_padding: bool,
}

impl<'a> Block<'a> {
    /// Splits headers from base64 and decodes it.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Refusal> {
        let (headers, rest) = split_headers(body);
        let mut base64 = Zeroizing::new(Vec::with_capacity(rest.len()));
        base64.extend(rest.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let lacks_padding = !base64.len().is_multiple_of(4) && base64.last() != Some(&b'=');
        if lacks_padding {
            let missing = base64.len().next_multiple_of(4) - base64.len();
            append(&mut base64, &b"=="[..missing.min(2)]);
        }
        let contents = decode(&base64).ok_or_else(|| Refusal::new("the block is not valid base64"))?;
        Ok(Self { headers, contents, lacks_padding })
    }

    /// Makes a block without headers, such as one that has been decrypted.
    pub(super) const fn of_contents(contents: Zeroizing<Vec<u8>>) -> Self {
        Self { headers: Vec::new(), contents, lacks_padding: false }
    }

    /// Whether the contents are encrypted as in RFC 1421 (`Proc-Type: 4,ENCRYPTED`).
    pub(super) fn is_encrypted(&self) -> bool {
        self.header("Proc-Type").is_some_and(|value| value.ends_with(b"ENCRYPTED"))
    }

    /// Returns the comment of RFC 4716 section 3.3.2.
    pub(super) fn comment(&self) -> Option<Vec<u8>> {
        Some(unquoted(self.header(COMMENT)?).to_vec()).filter(|comment| !comment.is_empty())
    }

    /// Returns the value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value.as_slice())
    }
}

/// The header of a comment.
const COMMENT: &str = "Comment";

/// Splits the headers of a block from its base64.
fn split_headers(body: &[u8]) -> (Headers<'_>, &[u8]) {
    let mut headers = Headers::new();
    let (mut continued, mut rest) = (false, body);
    while let Some(line) = rest.split(|byte| *byte == b'\n').next() {
        let colon = line.iter().position(|byte| *byte == b':');
        if continued && let Some((_, value)) = headers.last_mut() {
            value.extend_from_slice(line);
        } else if let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon)) {
            headers.push((name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii().to_vec()));
        } else if !line.trim_ascii().is_empty() {
            break;
        }
        // RFC 4716 section 3.3: a backslash at its end continues a header.
        continued = headers.last_mut().is_some_and(|(_, value)| value.pop_if(|byte| *byte == b'\\').is_some());
        match rest.get(line.len() + 1..) {
            Some(after) => rest = after,
            None => return (headers, &[]),
        }
    }
    (headers, rest)
}

/// Removes the quotes around a header's value, if there are any.
fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// Whether the headers of a private key contain text that is not in the key: anything except its comment and the headers of
/// RFC 1421 for its encryption. The comment of the headers becomes that of a key without one.
pub(super) fn has_other_headers(body: &[u8], comment: &mut Option<Vec<u8>>) -> bool {
    let is_cipher = |name: &[u8], data: &[u8]| {
        name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') && data.iter().all(u8::is_ascii_hexdigit)
    };
    let mut is_in_key = |name: &[u8], value: &[u8]| {
        if name.eq_ignore_ascii_case(COMMENT.as_bytes()) {
            let value = unquoted(value);
            return value.is_empty() || comment.get_or_insert_with(|| value.to_vec()) == value;
        }
        match value.iter().position(|byte| *byte == b',').and_then(|comma| value.split_at_checked(comma)) {
            Some((version, kind)) if name.eq_ignore_ascii_case(b"Proc-Type") => {
                version == b"4" && kind == b",ENCRYPTED"
            }
            Some((cipher, [_, data @ ..])) if name.eq_ignore_ascii_case(b"DEK-Info") => is_cipher(cipher, data),
            _ => false,
        }
    };
    !split_headers(body).0.iter().all(|(name, value)| is_in_key(name, value))
}

/// Writes the contents between their BEGIN and END lines. All memory is allocated first, so that growing leaves no copy.
pub(super) fn armour(label: &str, headers: &str, contents: &[u8]) -> Zeroizing<Vec<u8>> {
    armour_in_lines(label, headers, contents, LINE)
}

/// Like the function above, with `length` base64 characters per line.
pub(super) fn armour_in_lines(label: &str, headers: &str, contents: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let base64 = Zeroizing::new(STANDARD.encode(contents));
    let mut text = Zeroizing::new(Vec::with_capacity(headers.len() + base64.len() + base64.len() / length + 128));
    text.extend_from_slice(format!("-----BEGIN {label}-----\n{headers}").as_bytes());
    for line in base64.as_bytes().chunks(length) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    text
}

/// The same for contents that are not secret.
pub(super) fn public_armour(label: &str, contents: &[u8]) -> String {
    String::from_utf8_lossy(&armour(label, "", contents)).into_owned()
}

/// Decodes base64; `None` if it is damaged. The bytes decoded before the damage are wiped, too.
pub(super) fn decode(base64: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut contents = Zeroizing::new(vec![0; base64.len().div_ceil(4) * 3]);
    let length = STANDARD.decode_slice(base64, &mut contents).ok()?;
    contents.truncate(length);
    Some(contents)
}

/// Returns the label of a BEGIN line. A whole block without its newlines has no label: a label has no two consecutive
/// hyphens.
pub(super) fn label(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii();
    let pem = line.strip_prefix(b"-----BEGIN ").and_then(|rest| rest.strip_suffix(b"-----"));
    let label = pem.or_else(|| line.strip_prefix(b"---- BEGIN ").and_then(|rest| rest.strip_suffix(b" ----")));
    label.filter(|label| memchr::memmem::find(label, b"--").is_none())
}

/// Returns the label of an END line.
pub(super) fn end_label(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii();
    let pem = line.strip_prefix(b"-----END ").and_then(|rest| rest.strip_suffix(b"-----"));
    pem.or_else(|| line.strip_prefix(b"---- END ").and_then(|rest| rest.strip_suffix(b" ----")))
}

/// Whether this is the END line for that label.
pub(super) fn is_end(line: &[u8], label: &str) -> bool {
    end_label(line) == Some(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_are_not_in_the_key_are_other_text() {
        let key = |comment: &str| Some(comment.as_bytes().to_vec()).filter(|comment| !comment.is_empty());
        for (headers, comment, is_other, after) in [
            ("", "", false, ""),
            ("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n", "", false, ""),
            ("Comment: \"me\"\n", "", false, "me"),
            ("\ncomment: me \\\ntoo\n", "", false, "me too"),
            ("Comment: me\n", "me", false, "me"),
            ("Comment: \n", "me", false, "me"),
            ("Comment: me\n", "you", true, "you"),
            ("Comment: me\nComment: you\n", "", true, "me"),
            ("Proc-Type: x 4,ENCRYPTED\n", "", true, ""),
            ("DEK-Info: AES-128-CBC,hunter\n", "", true, ""),
            ("PASSWORD: x\n\n", "", true, ""),
            ("Subject: me\nComment: me\n", "", true, ""),
        ] {
            let mut found = key(comment);
            let body = format!("{headers}QUJD\nQUJD\n");
            let result = has_other_headers(body.as_bytes(), &mut found);
            assert_eq!((result, found), (is_other, key(after)), "{headers}");
            assert_eq!(&Block::parse(body.as_bytes()).unwrap().contents[..], b"ABCABC", "{headers}");
        }
    }

    #[test]
    fn padding_that_was_lost_comes_back() {
        for (base64, contents, lacks) in
            [("QUJD", "ABC", false), ("QUI=", "AB", false), ("QUI", "AB", true), ("QQ", "A", true)]
        {
            let block = Block::parse(base64.as_bytes()).unwrap();
            assert_eq!((&block.contents[..], block.lacks_padding), (contents.as_bytes(), lacks), "{base64}");
        }
        for base64 in ["QUJDR", "QQ=", "QR", "QUI?"] {
            assert!(Block::parse(base64.as_bytes()).is_err(), "{base64}");
        }
    }
}

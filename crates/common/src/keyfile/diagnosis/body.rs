//! Recognises the base64 of a private key or a certificate that has lost its BEGIN or END line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::look::{Diagnosis, holds, lines};
use crate::key::base64::{is_digit, is_digit_or_padding};
use crate::keyfile::{json, pem};

/// The shortest base64 that counts as a body.
pub(super) const SHORTEST: usize = 40;

/// The start of the base64 of OpenSSH's private keys.
const OPENSSH: &[u8] = b"b3BlbnNzaC1rZXktdjE";

/// The number of base64 digits that are decoded.
pub(super) const START: usize = 400;

/// Whether a text may contain a body: a long word that begins as one, perhaps after `\n`.
pub(in crate::keyfile) fn may_be_one(text: &[u8]) -> bool {
    text.split(|byte| !is_digit(*byte))
        .map(|word| word.strip_prefix(b"n").unwrap_or(word))
        .any(|word| word.len() >= SHORTEST && (word.starts_with(OPENSSH) || word.starts_with(b"M")))
}

/// A text, or a string in it, that is the body of a block without its BEGIN or END line.
pub(super) fn without_markers(text: &[u8]) -> Option<Diagnosis> {
    // For a block with its own BEGIN line there are more precise diagnoses than a missing END line.
    let has_begin = pem::label(lines(text).next().unwrap_or_default()).is_some();
    let has_both = holds(text, "-----BEGIN ") && holds(text, "-----END ");
    of_body(text).filter(|_| !has_begin).or_else(|| {
        if has_both {
            return None;
        }
        let mut strings = json::quoted(text).filter(|string| may_be_one(string));
        strings.find_map(|string| of_body(&string))
    })
}

/// Whether a text contains a private key, or a part of one, in any format that can be recognised.
pub(in crate::keyfile) fn holds_part_of_a_private_key(text: &[u8]) -> bool {
    const MARKS: [&str; 4] = ["PuTTY-User-Key-File-", "Private-Lines:", "Private-MAC:", "openssh-key-v1"];
    let text = text.get(..super::look::MAX_LOOK).unwrap_or(text);
    let is_marked = || {
        let capitals = Zeroizing::new(text.to_ascii_uppercase());
        holds(&capitals, "PRIVATE KEY") && (holds(&capitals, "BEGIN ") || holds(&capitals, "END "))
    };
    MARKS.iter().any(|mark| holds(text, mark)) || is_marked() || text.split(|byte| !is_digit(*byte)).any(begins_one)
}

/// Whether a text contains the base64 of a private key, or that of its file, with anything between the lines: a log writes
/// a name and a time before each, and a page puts tags around them.
#[must_use]
pub fn holds_base64_of_a_private_key(text: &[u8]) -> bool {
    /// The number of bytes after its beginning in which base64 digits are counted.
    const REACH: usize = 600;
    /// The minimum number of base64 digits of a key there. The key of Ed25519 or P-256 has some 160.
    const DIGITS: usize = 100;
    /// The minimum number of base64 digits in a line that counts.
    const LINE: usize = 16;
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| is_digit(*byte)) {
        let word = rest.get(at..).unwrap_or_default();
        let end = word.iter().position(|byte| !is_digit(*byte)).unwrap_or(word.len());
        let (word, after) = word.split_at_checked(end).unwrap_or_default();
        if begins_one(word) || begins_file_of_one(word) {
            let after = after.get(..REACH.min(after.len())).unwrap_or_default();
            let words = after.split(|byte| !is_digit(*byte)).map(<[u8]>::len).filter(|length| *length >= LINE);
            if word.len() + words.sum::<usize>() >= DIGITS {
                return true;
            }
        }
        rest = after;
    }
    false
}

/// Whether a word begins the base64 of a private key, perhaps after `\n`.
fn begins_one(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"n").unwrap_or(word);
    let label = if word.len() < SHORTEST { None } else { label_of(word) };
    label.is_some_and(|label| label.contains("PRIVATE KEY"))
}

/// Whether a word begins the base64 of a file that begins with a private key, in PEM or PuTTY format.
fn begins_file_of_one(word: &[u8]) -> bool {
    let start = if word.len() < SHORTEST { None } else { decoded_start(word) };
    start.is_some_and(|start| {
        start.starts_with(b"-----BEGIN ") && holds(&start, "PRIVATE KEY") || start.starts_with(b"PuTTY-User-Key-File-")
    })
}

/// A whole text that is such a body, perhaps with its BEGIN line.
pub(super) fn of_body(text: &[u8]) -> Option<Diagnosis> {
    let end = memchr::memmem::find(text, b"-----END ");
    let body = end.and_then(|at| text.get(..at)).unwrap_or(text).trim_ascii_start();
    let (has_begin, body) = match body.strip_prefix(b"-----BEGIN ") {
        Some(begun) => (true, begun.get(memchr::memmem::find(begun, b"-----")? + 5..)?),
        None => (false, body),
    };
    let missing = match (has_begin, end.is_some()) {
        (true, true) => return None,
        (true, false) => "the END line is missing",
        (false, true) => "the BEGIN line is missing",
        (false, false) => "the BEGIN and END lines are missing",
    };
    let is_header = |line: &&[u8]| line.starts_with(b"Proc-Type:") || line.starts_with(b"DEK-Info:");
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    for line in lines(body).filter(|line| !is_header(line)) {
        base64.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
    }
    if base64.len() < SHORTEST || !base64.iter().copied().all(is_digit_or_padding) {
        return None;
    }
    let label = if holds(body, "DEK-Info:") { "an encrypted PRIVATE KEY" } else { label_of(&base64)? };
    let why = format!("{missing} around this base64, which looks like {label}");
    Some(Diagnosis::new(why, "copy the whole file, from -----BEGIN to the dashes after END"))
}

/// Returns the label that the base64 of a block belongs to, by its start.
pub(super) fn label_of(base64: &[u8]) -> Option<&'static str> {
    if base64.starts_with(OPENSSH) {
        return Some("an OPENSSH PRIVATE KEY");
    }
    let start = decoded_start(base64)?;
    Some(match inner(&start)? {
        // Version 0 and an algorithm, or an integer.
        [2, 1, 0, 0x30, ..] => "a PRIVATE KEY (PKCS#8)",
        [2, 1, 0, 2, ..] => "an RSA PRIVATE KEY",
        [2, 1, 1, 4, ..] => "an EC PRIVATE KEY",
        [2, 0x81.. | 2.., ..] => "an RSA PUBLIC KEY",
        outer @ [0x30, ..] => match inner(outer)? {
            algorithm @ [6, ..] if is_of_encryption(algorithm) => "an ENCRYPTED PRIVATE KEY",
            [6, ..] => "a PUBLIC KEY",
            _ => "a CERTIFICATE",
        },
        _ => return None,
    })
}

/// Whether an algorithm is encryption with a passphrase: PKCS#5 (RFC 8018 appendix A) or PKCS#12 (RFC 7292 appendix C).
fn is_of_encryption(algorithm: &[u8]) -> bool {
    const PKCS: [u8; 7] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1];
    let identifier = algorithm.get(2..).and_then(|rest| rest.strip_prefix(&PKCS));
    matches!(identifier, Some([5, ..] | [12, 1, ..]))
}

/// Decodes the first bytes of base64.
pub(super) fn decoded_start(base64: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    STANDARD.decode(base64.get(..base64.len().min(START) / 4 * 4)?).ok().map(Zeroizing::new)
}

/// Returns the contents of a DER sequence that may be longer than the bytes given.
pub(super) fn inner(start: &[u8]) -> Option<&[u8]> {
    let [0x30, length, ..] = start else { return None };
    let header = if *length < 0x80 { 2 } else { 2 + usize::from(length & 0x7f) };
    start.get(header..)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENSSH: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW";
    const PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";

    #[test]
    fn parts_of_private_keys_are_known() {
        for text in [
            OPENSSH,
            PKCS8,
            "AAAA\n-----END OPENSSH PRIVATE KEY-----",
            "\u{2014}-begin rsa private key",
            "Private-MAC: 00",
            "PuTTY-User-Key-File-3: ssh-ed25519",
            "ssh-rsa MIIEpQIBAAKCAQEAub/xyVAuRxHg/vpI73G9o29LpBay6FKBs/CrnMn8",
        ] {
            assert!(holds_part_of_a_private_key(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "my-private-key",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAub/xyVAuRxHg/vpI73G9",
        ] {
            assert!(!holds_part_of_a_private_key(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_base64_of_a_private_key_is_found_between_other_words() {
        let file = STANDARD.encode(format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{OPENSSH}\n{OPENSSH}\n"));
        let (first, rest) = file.split_at(52);
        for text in [
            format!("{{\"log\": \"{OPENSSH}\\n\", \"time\": 1}}\n{{\"log\": \"{OPENSSH}\\n\", \"time\": 1}}\n"),
            format!("<data>\n\t{first}\n\t{rest}\n</data>"),
            format!("-----BEGIN\u{a0}PRIVATE\u{a0}KEY-----\n{PKCS8}\n{PKCS8}\n"),
        ] {
            assert!(holds_base64_of_a_private_key(text.as_bytes()), "{text}");
        }
        for text in [
            "-----BEGIN OPENSSH PRIVATE KEY-----\n...\n-----END OPENSSH PRIVATE KEY-----\n",
            "let magic = \"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAA\";",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm",
            "",
        ] {
            assert!(!holds_base64_of_a_private_key(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_missing_marker_of_a_body_is_reported() {
        for (text, words) in [
            (format!("{OPENSSH}\n{OPENSSH}\n"), "BEGIN and END lines are missing"),
            (format!("{{\"key\": \"{PKCS8}\"}}"), "BEGIN and END lines are missing"),
            (format!("{PKCS8} -----END PRIVATE KEY-----"), "the BEGIN line is missing"),
            (format!("-----BEGIN PRIVATE KEY----- {PKCS8}"), "the END line is missing"),
            (format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\n{OPENSSH}"), "an encrypted PRIVATE KEY"),
        ] {
            let why = without_markers(text.as_bytes()).map(|known| known.refusal.why).unwrap_or_default();
            assert!(why.contains(words) && may_be_one(text.as_bytes()), "{text}: {why}");
        }
        for text in [
            format!("-----BEGIN PRIVATE KEY-----\n{PKCS8}\n"),
            format!("-----BEGIN PRIVATE KEY-----\n{PKCS8}\n-----END PRIVATE KEY-----\n"),
            "MC4CAQAw".to_owned(),
        ] {
            assert!(without_markers(text.as_bytes()).is_none(), "{text}");
        }
    }
}

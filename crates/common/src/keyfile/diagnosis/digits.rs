//! Names keys in hexadecimal digits, and dumps of their files.

use zeroize::Zeroizing;

use super::look::{Diagnosis, lines};
use crate::key::hex;

/// The minimum number of digits that count as a text.
const LEAST: usize = 64;

/// The beginnings of key files and key texts.
const BEGINNINGS: [&[u8]; 5] = [b"-----BEGIN ", b"ssh-", b"ecdsa-", b"PuTTY-User-Key-File-", b"openssh-key-v1"];

/// The beginning of a PowerShell secure string, encrypted by Windows' DPAPI.
const SECURE_STRING: &[u8] = &[1, 0, 0, 0, 0xd0, 0x8c, 0x9d, 0xdf, 1, 0x15, 0xd1, 0x11];

/// A text that consists of hexadecimal digits.
pub(super) fn hexadecimal(text: &[u8]) -> Option<Diagnosis> {
    // A line is one word, or each word has the digits of one to four bytes.
    let words = |line: &[u8]| line.split(u8::is_ascii_whitespace).map(<[u8]>::len).collect::<Vec<_>>();
    let is_of_bytes = |line| matches!(words(line)[..], [_]) || words(line).iter().all(|word| matches!(word, 2 | 4 | 8));
    if !lines(text).all(is_of_bytes) {
        return None;
    }
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    digits.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b':'));
    if digits.len() < LEAST || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let (pairs, _) = digits.as_chunks::<2>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    bytes.extend(pairs.iter().map(|[high, low]| hex::byte(*high, *low).unwrap_or_default()));
    if bytes.starts_with(SECURE_STRING) {
        let hint = "`ConvertTo-SecureString` and `ConvertFrom-SecureString -AsPlainText` recover the text, for the \
                    user and on the computer that encrypted it";
        return Some(Diagnosis::new("this is a PowerShell secure string, encrypted by Windows", hint));
    }
    if BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning)) {
        let hint = "`xxd -r -p FILE` prints the key's text";
        return Some(Diagnosis::new("this is the text of a key in hexadecimal digits", hint));
    }
    let hint = "a key's file is text: PEM, OpenSSH or PuTTY format, or one line";
    Some(Diagnosis::new("these are hexadecimal digits, not the text of a key", hint))
}

/// The output of `xxd`, `hexdump` and `od` for a file: lines that begin with ascending addresses.
pub(super) fn dump(text: &[u8]) -> Option<Diagnosis> {
    let mut filled = lines(text).filter(|line| !line.is_empty());
    let (first, second) = (address(filled.next()?)?, address(filled.next()?)?);
    let is_zero = first.iter().all(|digit| *digit == b'0');
    let is_next = second.len() == first.len() && (second.ends_with(b"10") || second.ends_with(b"20"));
    (is_zero && is_next && filled.all(|line| address(line).is_some())).then(|| {
        let hint = "give the file itself; `xxd -r FILE` restores it from the output of xxd";
        Diagnosis::new("this is a dump of a file's bytes, as xxd, hexdump and od print it", hint)
    })
}

/// Returns the address at the start of a dump line.
fn address(line: &[u8]) -> Option<&[u8]> {
    let (digits, after) = line.split_at_checked(line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count())?;
    let is_one = (6..=8).contains(&digits.len()) && matches!(after.first(), None | Some(b' ' | b':'));
    is_one.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_dumps_are_named() {
        let digits = |text: &str| hex::encode(text.as_bytes());
        for (text, words) in [
            (digits("-----BEGIN OPENSSH PRIVATE KEY-----"), "the text of a key in hexadecimal"),
            (digits("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA").to_uppercase(), "the text of a key in hexadecimal"),
            (format!("01000000d08c9ddf0115d111{}", "00".repeat(30)), "secure string"),
            ("ab".repeat(32), "these are hexadecimal digits"),
        ] {
            assert!(hexadecimal(text.as_bytes()).is_some_and(|known| known.refusal.why.contains(words)), "{text}");
        }
        for text in ["00".repeat(31), "0g".repeat(40), "-----BEGIN".to_owned(), format!("1024 35 {}", "12".repeat(154))]
        {
            assert!(hexadecimal(text.as_bytes()).is_none(), "{text}");
        }
        for text in [
            "00000000: 2d2d 2d2d  ----\n00000010: 4f50\n",
            "00000000  2d 2d |--|\n00000010  4f\n00000017\n",
            "0000000   -   -\n0000020   O   P\n0000037\n",
        ] {
            assert!(dump(text.as_bytes()).is_some(), "{text}");
        }
        assert!(dump(b"000000 AAAA\nssh-rsa\n").is_none() && dump(b"").is_none());
    }
}

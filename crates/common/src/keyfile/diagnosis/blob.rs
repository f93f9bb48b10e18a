//! Names damage to the base64 after a type: a character before it, a missing beginning, or a comment directly after it.

use super::damage::{is_whole, word_after_type};
use super::look::Diagnosis;
use super::names;
use crate::key::Kind;
use crate::key::base64::{decode_into, is_digit, is_digit_or_padding};
use crate::keyfile::located_key::{begins_a_blob, holds_a_key};

/// The remedy: how to get a whole public key.
const FROM_ITS_FILE: &str = "copy the line from the public key's file, or from what `keygen -y -f KEY` prints";

/// A quotation mark or a bracket before the base64, or before a whole line or block that follows a type.
pub(super) fn symbol_before_key(line: &[u8]) -> Option<Diagnosis> {
    let (word, _) = word_after_type(line)?;
    if word.starts_with(b"----") {
        let why = "a BEGIN line follows the type";
        return Some(Diagnosis::new(why, "delete the type: a block begins with its BEGIN line"));
    }
    let text = std::str::from_utf8(word).ok()?;
    let sign = text.chars().next().filter(|letter| !letter.is_alphanumeric())?;
    let after = text.get(sign.len_utf8()..)?;
    if Kind::of_name(after.as_bytes()).0 != Kind::Unknown {
        let why = format!("`{sign}` and the line of a key follow the type");
        return Some(Diagnosis::new(why, "keep only the text between the quotes or brackets"));
    }
    begins_a_blob(after.trim_end_matches(|letter: char| !letter.is_alphanumeric()).as_bytes(), &mut Vec::new()).then(
        || {
            let why = format!("`{sign}` precedes the base64 of the key");
            Diagnosis::new(why, "delete it, and the one after the base64")
        },
    )
}

/// Base64 that does not begin as that of a key, or a key in another encoding than base64.
pub(super) fn without_beginning(line: &[u8]) -> Option<Diagnosis> {
    const SHORTEST: usize = 40;
    let (word, _) = word_after_type(line)?;
    if word.len() < SHORTEST || word.starts_with(b"AAAA") || !word.iter().copied().all(is_digit_or_padding) {
        return None;
    }
    if word.iter().all(u8::is_ascii_hexdigit) {
        let why = "the key after the type is hexadecimal, not base64";
        return Some(Diagnosis::new(why, FROM_ITS_FILE));
    }
    if !word.iter().any(u8::is_ascii_uppercase) {
        let hint = "copy the key from its file: the case of the letters is lost";
        return Some(Diagnosis::new("the key was converted to lowercase, which changes its base64", hint));
    }
    let mut bytes = Vec::new();
    if decode_into(word, &mut bytes).is_ok() && bytes.len() == 32 {
        let why = "the type is followed by 32 bytes in base64, which is not the format of an SSH key";
        return Some(Diagnosis::new(why, FROM_ITS_FILE));
    }
    let why = "the beginning of the key is missing: the base64 of an SSH public key begins with AAAA";
    Some(Diagnosis::new(why, FROM_ITS_FILE))
}

/// A whole key with its comment directly after it.
pub(super) fn comment_without_space(line: &[u8]) -> Option<Diagnosis> {
    let (word, at) = word_after_type(line)?;
    let text = std::str::from_utf8(word).ok()?;
    let end = end_of_blob(text).filter(|end| text.get(..*end).is_some_and(is_whole))?;
    let after = text.get(end..)?;
    if begins_a_blob(after.as_bytes(), &mut Vec::new()) || line.get(at + end..).is_some_and(holds_a_key) {
        return Some(names::another_key());
    }
    let is_comment = after.starts_with(char::is_alphanumeric);
    let column = std::str::from_utf8(line.get(..at + end)?).ok()?.chars().count() + 1;
    is_comment.then(|| {
        let why = format!("the space between the key and its comment is missing, before column {column} of this line");
        Diagnosis::new(why, "insert a space there")
    })
}

/// Returns the end of the blob's base64 at the start of a text, computed from the lengths in the blob.
fn end_of_blob(text: &str) -> Option<usize> {
    const MOST_FIELDS: usize = 5;
    let run = text.get(..text.bytes().position(|byte| !is_digit(byte)).unwrap_or(text.len()))?;
    let mut blob = Vec::new();
    decode_into(run.get(..run.len() / 4 * 4)?.as_bytes(), &mut blob).ok()?;
    let mut end = 0;
    for _ in 0..MOST_FIELDS {
        let length: [u8; 4] = blob.get(end..end + 4)?.try_into().ok()?;
        end = end.checked_add(4)?.checked_add(usize::try_from(u32::from_be_bytes(length)).ok()?)?;
        let of_base64 = end.div_ceil(3) * 4;
        if of_base64 < text.len() && text.get(..of_base64).is_some_and(is_whole) {
            return Some(of_base64);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str = "AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";
    const RSA_END: &str = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHyqm5QwOfi56D/NEAi9UGxKvRBHxyZOHE11TsNi+rns\
                           ypqgL8HRoKkoqNXAMQC78ExplGG4JGNyBEiRCmQIPrk=";

    #[test]
    fn symbols_before_the_base64_are_reported() {
        for (rest, words) in [
            (format!("\"{BASE64}\" me"), "`\"` precedes the base64"),
            (format!("<{BASE64}>"), "`<` precedes the base64"),
            (format!("[{BASE64}] me"), "`[` precedes the base64"),
            (format!("\"ssh-ed25519 {BASE64} me\";"), "`\"` and the line of a key"),
            (format!("---- BEGIN SSH2 PUBLIC KEY ---- {BASE64}"), "a BEGIN line follows the type"),
        ] {
            let known = symbol_before_key(format!("ssh-ed25519 {rest}").as_bytes());
            assert!(known.is_some_and(|known| known.refusal.why.contains(words)), "{rest}");
        }
        for rest in [BASE64, "[...]", "<redacted>", "***"] {
            assert!(symbol_before_key(format!("ssh-ed25519 {rest}").as_bytes()).is_none(), "{rest}");
        }
    }

    #[test]
    fn other_data_than_the_base64_of_a_key_is_reported() {
        for (word, words) in [
            ("b44fc6f8b03c9a2b256385e8e71f53cd01f7c0e18db1c355ec4b2b69041f6766".to_owned(), "hexadecimal"),
            (BASE64.to_ascii_lowercase(), "lowercase"),
            ("tE/G+LA8mislY4Xo5x9TzQH3wOGNscNV7EsraQQfZ2Y=".to_owned(), "32 bytes"),
            (BASE64[4..].to_owned(), "the beginning of the key is missing"),
        ] {
            let known = without_beginning(format!("ssh-ed25519 {word} me").as_bytes());
            assert!(known.is_some_and(|known| known.refusal.why.contains(words)), "{word}");
        }
        for word in [BASE64, "XXXX", "[C3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B]"] {
            assert!(without_beginning(format!("ssh-ed25519 {word}").as_bytes()).is_none(), "{word}");
        }
    }

    #[test]
    fn a_comment_directly_after_the_key_is_reported_with_its_place() {
        for (line, words) in [
            (format!("ssh-ed25519 {BASE64}me@laptop"), "before column 81"),
            (format!("ssh-ed25519 {BASE64}root"), "before column 81"),
            (format!("ecdsa-sha2-nistp256 {RSA_END}me"), "before column 161"),
            (format!("ssh-ed25519 {BASE64}{BASE64}"), "another key"),
            (format!("ssh-ed25519 {BASE64}ssh-ed25519 {BASE64}"), "another key"),
        ] {
            let known = comment_without_space(line.as_bytes());
            assert!(known.as_ref().is_some_and(|known| known.refusal.why.contains(words)), "{line}");
        }
        for after in ["", " me", "==", ", me", "$", "\""] {
            assert!(comment_without_space(format!("ssh-ed25519 {BASE64}{after}").as_bytes()).is_none(), "{after}");
        }
    }
}

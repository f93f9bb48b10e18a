//! Names visible damage to a key line: a character in the base64, a symbol before the type, or a word in place of the
//! base64.

use super::blocks::{OF_ANOTHER_ALPHABET, shown};
use super::look::{Diagnosis, holds};
use super::{body, names};
use crate::characters;
use crate::escape;
use crate::key::base64::{decode_into, is_digit};
use crate::key::{Kind, PublicKey};
use crate::keyfile::located_key::{holds_a_key, holds_separate_key, skip_spaces_and_tabs, word};

/// Returns the word after a known type, and its offset in the line.
pub(super) fn word_after_type(line: &[u8]) -> Option<(&[u8], usize)> {
    let (name, after) = word(skip_spaces_and_tabs(line));
    let tail = word(skip_spaces_and_tabs(after)).0;
    let at = line.len() - skip_spaces_and_tabs(after).len();
    (Kind::of_name(name).0 != Kind::Unknown && !tail.is_empty()).then_some((tail, at))
}

/// A placeholder for a key: `XXXX`, `REDACTED`, `...`; or the base64 of another format.
pub(super) fn placeholder_after_type(line: &[u8]) -> Option<Diagnosis> {
    let (word, _) = word_after_type(line)?;
    let is_filled = word.len() >= 3 && word.iter().all(|byte| byte.eq_ignore_ascii_case(&b'x') || *byte == b'*');
    let small = word.to_ascii_lowercase();
    if is_filled || ["redacted", "hidden", "secret", "removed", "masked"].iter().any(|hidden| holds(&small, hidden)) {
        let hint = "copy the key from where it is stored, not from a log or a web page";
        return Some(Diagnosis::new("the key was redacted: a placeholder follows the type", hint));
    }
    if word.starts_with(b"...") || word.starts_with("\u{2026}".as_bytes()) || word.starts_with(b"[") {
        let hint = "copy the whole key from its file";
        return Some(Diagnosis::new("the key was shortened: an ellipsis follows the type", hint));
    }
    if word == b"KEY" || small.starts_with(b"your") || small.starts_with(b"base64") {
        return Some(Diagnosis::new("this is a placeholder for a key", "put your own public key in its place"));
    }
    let label = body::label_of(word).filter(|_| word.len() >= 40 && !word.starts_with(b"AAAA"))?;
    let hint = if label.contains("PRIVATE") {
        GIVE_PUBLIC_KEY
    } else {
        "put it between `-----BEGIN PUBLIC KEY-----` and `-----END PUBLIC KEY-----`: `keycheck --rewrite` then \
         prints it in OpenSSH format"
    };
    Some(Diagnosis::new(format!("the type is followed by the base64 of {label}, not of an OpenSSH public key"), hint))
}

/// The remedy for a private key in place of a public one.
pub const GIVE_PUBLIC_KEY: &str =
    "give the public key: the file whose name ends in .pub, or what `keygen -y -f KEY` prints";

/// Whether a word is the base64 of one whole key.
pub(super) fn is_whole(base64: &str) -> bool {
    let mut blob = Vec::new();
    decode_into(base64.as_bytes(), &mut blob).is_ok() && PublicKey::from_blob(&blob).is_ok()
}

/// A key whose base64 has the wrong number of `=` at its end, or a space in it.
pub(super) fn padding(line: &[u8]) -> Option<Diagnosis> {
    let (base64, at) = word_after_type(line)?;
    let text = std::str::from_utf8(base64).ok().filter(|text| text.starts_with("AAAA"))?;
    let digits = text.trim_end_matches('=');
    let signs = text.len() - digits.len();
    let right = digits.len().next_multiple_of(4) - digits.len();
    if right < 3 && right != signs && is_whole(&format!("{digits}{}", "=".repeat(right))) {
        let (words, hint) =
            if signs < right { ("too few", "add the missing ones") } else { ("too many", "delete the extra ones") };
        let why = format!("{words} = signs at the end of the key: {signs} where {right} should be");
        return Some(Diagnosis::new(why, hint));
    }
    space_in_key(text, line.get(at + text.len()..)?).map(|(sign, hint)| {
        let why = format!("the key contains a space{sign}, in column {} of this line", at + text.len() + 1);
        Diagnosis::new(why, hint)
    })
}

/// Whether base64 and the words after it are one key if each space is removed, or replaced by a plus sign, which form
/// decoding turns into a space.
fn space_in_key(base64: &str, tail: &[u8]) -> Option<(&'static str, &'static str)> {
    const MOST_WORDS: usize = 40;
    let words = || std::str::from_utf8(tail).unwrap_or_default().split_ascii_whitespace().take(MOST_WORDS);
    let is_one = |sign: &str| {
        let mut joined = base64.to_owned();
        !is_whole(base64)
            && words().any(|word| {
                joined.push_str(sign);
                joined.push_str(word);
                is_whole(&joined)
            })
    };
    if is_one("") {
        Some(("", "delete it, or copy the key from its file"))
    } else if is_one("+") {
        Some((" in place of a +", "replace it by a +, or copy the key from its file"))
    } else {
        None
    }
}

/// Two types before a key.
pub(super) fn two_types(line: &[u8]) -> Option<Diagnosis> {
    let (second, _) = word_after_type(line)?;
    (Kind::of_name(second).0 != Kind::Unknown && holds_a_key(line)).then(|| {
        if word(skip_spaces_and_tabs(line)).0 == second {
            Diagnosis::new("the type is repeated before the key", "delete one of them")
        } else {
            Diagnosis::new("there are two types before the key", "delete the one that is not the key's")
        }
    })
}

/// The first character in a key's base64 that is not base64.
pub(super) fn not_of_base64(line: &[u8]) -> Option<Diagnosis> {
    const LEAST: usize = 20;
    let (base64, at) = word_after_type(line)?;
    let text = std::str::from_utf8(base64).ok().filter(|text| text.len() >= LEAST)?;
    let end = text.bytes().position(|byte| !is_digit(byte))?;
    let (before, tail) = text.split_at_checked(end)?;
    let after_padding = tail.trim_start_matches('=');
    let letter = after_padding.chars().next()?;
    let up_to_it = line.get(..at + text.len() - after_padding.len()).and_then(|start| std::str::from_utf8(start).ok());
    let from_it = line.get(at + text.len() - after_padding.len()..).unwrap_or_default();
    if from_it.get(letter.len_utf8()..).is_some_and(holds_a_key) {
        return Some(names::another_key());
    }
    let column = up_to_it.map_or(0, |start| start.chars().count()) + 1;
    let is_at_the_end = before.starts_with("AAAA");
    let is_last = skip_spaces_and_tabs(line.get(at + base64.len()..).unwrap_or_default()).is_empty();
    let why_and_hint = match after_padding {
        ">" | "$" if is_last && is_at_the_end && !is_whole(text.trim_end_matches(['>', '$'])) => Some((
            format!(
                "the key ends with `{after_padding}`, which nano and less print where a line is wider than the screen"
            ),
            "copy the key from its file, not from the screen",
        )),
        "-" if is_last && is_at_the_end => Some((
            "the key ends with a hyphen, as word processors and PDF insert one where they break a word".to_owned(),
            "delete it at the end of each line, and join the lines",
        )),
        "%" if is_last && is_at_the_end => {
            Some(("`%` follows the key: zsh prints it where a final newline is missing".to_owned(), "delete it"))
        }
        "$" | "^M$" | "^M" if is_at_the_end => Some((
            format!("`{after_padding}` follows the key, as `cat -A` prints at the end of each line"),
            "print the file with `cat` alone, or delete it",
        )),
        _ if after_padding.starts_with('<') => Some((
            format!("the key contains an HTML tag, in column {column} of this line"),
            "copy the text of the page, not its source",
        )),
        ";" | "," | ")" | "]" | "}" | ":" | "|" | "." | "\"" | "'" | "`" | ">" if is_at_the_end => Some((
            format!("`{after_padding}` directly follows the key, in column {column}"),
            "delete it; a space separates the key from its comment",
        )),
        _ => None,
    };
    if let Some((why, hint)) = why_and_hint {
        return Some(Diagnosis::new(why, hint));
    }
    // Those of base64url and of other encodings are reported elsewhere.
    if matches!(letter, '-' | '_' | '.' | '\\') || characters::invisible(letter).is_some() {
        return None;
    }
    if tail.starts_with('=') && u8::try_from(letter).is_ok_and(is_digit) {
        let column = column - (tail.len() - after_padding.len());
        let why = format!("`=` is in column {column} of this line, but base64 may have it only at its end");
        return Some(Diagnosis::new(why, "delete it, or copy the key from its file"));
    }
    let why = format!("the key holds {}, which base64 does not have, in column {column} of this line", shown(letter));
    Some(Diagnosis::new(why, OF_ANOTHER_ALPHABET))
}

/// A word between the type and the key, such as the comment.
pub(super) fn word_before_key(line: &[u8]) -> Option<Diagnosis> {
    let (first, at) = word_after_type(line)?;
    let tail = skip_spaces_and_tabs(line.get(at + first.len()..).unwrap_or_default());
    let key = std::str::from_utf8(word(tail).0).ok()?;
    (!first.starts_with(b"AAAA") && is_whole(key))
        .then(|| Diagnosis::new("there is a word between the type and the key", "move it after the key, or delete it"))
}

/// Text before or in the type of a key whose line is otherwise complete.
pub(super) fn before_the_type(line: &[u8]) -> Option<Diagnosis> {
    let first = word(skip_spaces_and_tabs(line)).0;
    if let Some(plus) = plus_signs(first) {
        return Some(plus);
    }
    if !holds_separate_key(line) || Kind::of_name(first).0 != Kind::Unknown {
        return None;
    }
    let without_backslashes: Vec<u8> = first.iter().copied().filter(|byte| *byte != b'\\').collect();
    let known = |name: &[u8]| Kind::of_name(name).0 != Kind::Unknown;
    if known(&without_backslashes) && !first.starts_with(b"\\") {
        let why = "the type contains a backslash, as Markdown escapes a hyphen";
        return Some(Diagnosis::new(why, "delete it, or copy the key from its file"));
    }
    let text = std::str::from_utf8(first).ok()?;
    if let Some((file, name)) = text.rsplit_once(':')
        && known(name.as_bytes())
        && (file.contains(['/', '\\', ':']) || file.contains(".pub"))
    {
        let why = "a file name precedes the type, as `grep` prints it";
        return Some(Diagnosis::new(why, "`grep -h` prints the lines alone"));
    }
    let next = word(skip_spaces_and_tabs(skip_spaces_and_tabs(line).get(first.len()..)?)).0;
    if matches!(text, ">" | "|" | "#" | "+" | "//" | ">>" | "\u{2502}") && known(next) {
        let why = format!("the type is preceded by `{text}`, as mail and Markdown quote lines");
        return Some(Diagnosis::new(why, "delete it, or copy the key from its file"));
    }
    const BYTE_ORDER_MARK: &str = "\u{ef}\u{bb}\u{bf}";
    if text.strip_prefix(BYTE_ORDER_MARK).is_some_and(|name| known(name.as_bytes())) {
        let why = "a byte order mark that was decoded as three characters precedes the type";
        return Some(Diagnosis::new(why, "delete the three characters before the type"));
    }
    // Part of `ESC [ 200 ~`, which a terminal sends before pasted text.
    if let Some((number, name)) = text.split_once('~')
        && "200".ends_with(number)
        && known(name.as_bytes())
    {
        let why = format!("the type is preceded by `{number}~`, a leftover of a terminal's bracketed paste");
        return Some(Diagnosis::new(why, "delete it, and `01~` at the end of the line"));
    }
    let is_sign = |letter: char| !letter.is_ascii_alphanumeric();
    let name = text.trim_matches(is_sign);
    let (before, tail) = text.split_once(name)?;
    if !known(name.as_bytes()) {
        return None;
    }
    Some(match (before.is_empty(), tail.is_empty()) {
        (false, false) => Diagnosis::new("the type is in brackets or quotes", "delete them"),
        (is_after, _) => {
            let (sign, relation) = if is_after { (tail, "follows") } else { (before, "precedes") };
            let why = format!("`{}` {relation} the type", escape::text(sign.as_bytes()));
            Diagnosis::new(why, "delete it: the type is the first word, followed by a space")
        }
    })
}

/// A key line with plus signs in place of its spaces, as web forms send it. They cannot be told from the plus signs of
/// base64.
fn plus_signs(word: &[u8]) -> Option<Diagnosis> {
    let (name, tail) = word.split_at_checked(memchr::memchr(b'+', word)?)?;
    (Kind::of_name(name).0 != Kind::Unknown && tail.starts_with(b"+AAAA")).then(|| {
        let why = "the spaces were replaced by plus signs, as in a URL-encoded form";
        Diagnosis::new(why, "replace the + after the type, and the one before the comment, by a space")
    })
}

/// A key line in uppercase.
pub(super) fn in_uppercase(line: &[u8]) -> Option<Diagnosis> {
    let (first, rest) = word(skip_spaces_and_tabs(line));
    let is_known = Kind::of_name(&first.to_ascii_lowercase()).0 != Kind::Unknown;
    let base64 = word(skip_spaces_and_tabs(rest)).0;
    if !is_known || first.iter().any(u8::is_ascii_lowercase) || !base64.starts_with(b"AAAA") {
        return None;
    }
    Some(if base64.iter().any(u8::is_ascii_lowercase) {
        Diagnosis::new("the type is in uppercase", "write it in lowercase")
    } else {
        let hint = "copy the key from its file: the case of the letters is lost";
        Diagnosis::new("the key was converted to uppercase, which changes its base64", hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str = "AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";

    #[test]
    fn placeholders_for_a_key_are_named() {
        for (tail, words) in [
            ("XXXXXXXXXXXX me", "redacted"),
            ("REDACTED me", "redacted"),
            ("<redacted>", "redacted"),
            ("***", "redacted"),
            ("... me", "shortened"),
            ("\u{2026}", "shortened"),
            ("[...]", "shortened"),
            ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAub/xyVAuRxHg/vpI73G9", "a PUBLIC KEY"),
            ("MIIEpQIBAAKCAQEAub/xyVAuRxHg/vpI73G9o29LpBay6FKBs/CrnMn8PxlptcMa", "an RSA PRIVATE KEY"),
        ] {
            let known = placeholder_after_type(format!("ssh-rsa {tail}").as_bytes());
            let why = known.map(|known| known.refusal.why).unwrap_or_default();
            assert!(why.contains(words), "{tail}: {why}");
        }
        for line in [format!("ssh-ed25519 {BASE64} XXXX"), "ssh-rsa AAAA".to_owned(), "prose XXXX".to_owned()] {
            assert!(placeholder_after_type(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn characters_that_are_not_base64_are_named() {
        for (base64, words) in [
            (format!("{BASE64}$"), "`$` follows the key"),
            (format!("{BASE64}%"), "zsh"),
            (format!("{}>", &BASE64[..40]), "nano and less"),
            (format!("{}$", &BASE64[..40]), "nano and less"),
            (BASE64.replacen("ILRP", "IL!RP", 1), "the key holds `!`, which base64 does not have, in column 39"),
            (BASE64.replacen("ILRP", "IL=RP", 1), "`=` is in column 39"),
            (format!("{BASE64}=^M$"), "`^M$` follows the key"),
            (format!("{BASE64};"), "`;` directly follows the key"),
            (format!("{BASE64}, me"), "`,` directly follows the key"),
            (BASE64.replacen("ILRP", "<wbr>ILRP", 1), "an HTML tag"),
            (BASE64.replacen('A', "\u{410}", 1), "U+0410, which base64 does not have, in column 13"),
            (BASE64.replacen('P', "\u{420}", 1), "U+0420, which base64 does not have"),
        ] {
            let known = not_of_base64(format!("ssh-ed25519 {base64}").as_bytes());
            let why = known.map(|known| known.refusal.why).unwrap_or_default();
            assert!(why.contains(words), "{base64}: {why}");
        }
        for base64 in [BASE64, "AAAA", &format!("{BASE64}== me"), &BASE64.replacen("ILRP", "IL-P", 1)] {
            assert!(not_of_base64(format!("ssh-ed25519 {base64}").as_bytes()).is_none(), "{base64}");
        }
    }

    #[test]
    fn text_before_the_type_is_named() {
        for (before, words) in [
            ("ssh\\-ed25519", "a backslash"),
            ("/home/me/.ssh/authorized_keys:3:ssh-ed25519", "a file name"),
            ("id.pub:ssh-ed25519", "a file name"),
            ("> ssh-ed25519", "preceded by `>`"),
            ("ssh-ed25519:", "`:` follows the type"),
            ("\\ssh-ed25519", "`\\` precedes the type"),
            ("[ssh-ed25519", "`[` precedes the type"),
            ("(ssh-ed25519)", "in brackets or quotes"),
            ("\u{ef}\u{bb}\u{bf}ssh-ed25519", "a byte order mark"),
        ] {
            let known = before_the_type(format!("{before} {BASE64} me").as_bytes());
            let why = known.map(|known| known.refusal.why).unwrap_or_default();
            assert!(why.contains(words), "{before}: {why}");
        }
        assert!(before_the_type(format!("ssh-ed25519 {BASE64}").as_bytes()).is_none());
        assert!(before_the_type(format!("ssh-ed25519+{BASE64}+me").as_bytes()).is_some());
        assert!(before_the_type(format!("x {BASE64}").as_bytes()).is_none());
        // A line of an encrypted private key in a table.
        assert!(before_the_type(format!("| S3I2yKhyTGqSpSAAAAEAAAAAEAAAAz{BASE64} |").as_bytes()).is_none());
    }
    #[test]
    fn padding_and_spaces_in_a_key_are_reported() {
        const ECDSA: &str = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHyqm5QwOfi56D/NEAi9UGxKvRBHxyZOHE11TsNi+rns\
                             ypqgL8HRoKkoqNXAMQC78ExplGG4JGNyBEiRCmQIPrk";
        let of = |rest: &str| padding(format!("ecdsa-sha2-nistp256 {rest}").as_bytes()).map(|known| known.refusal.why);
        assert!(of(&format!("{ECDSA} me")).is_some_and(|why| why.ends_with("0 where 1 should be")));
        assert!(of(&format!("{ECDSA}==")).is_some_and(|why| why.ends_with("2 where 1 should be")));
        assert!(of(&format!("{ECDSA}= me")).is_none());
        let broken = format!("{} {}=", &ECDSA[..40], &ECDSA[40..]);
        assert!(of(&broken).is_some_and(|why| why.contains("the key contains a space, in column 61")));
        let lost = format!("{} {}= me", &ECDSA[..92], &ECDSA[93..]);
        assert!(ECDSA[92..].starts_with('+') && of(&lost).is_some_and(|why| why.contains("in place of a +")));
        assert!(two_types(format!("ssh-rsa ssh-ed25519 {BASE64}").as_bytes()).is_some());
        assert!(two_types(format!("ssh-ed25519 {BASE64} ssh-rsa").as_bytes()).is_none());
        assert!(in_uppercase(b"SSH-ED25519 AAAAC3NZAC1LZDI1NTE5").is_some());
        assert!(in_uppercase(b"ssh-ed25519 AAAAC3NZAC1LZDI1NTE5").is_none());
    }
}

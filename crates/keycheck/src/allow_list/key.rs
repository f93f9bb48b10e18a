//! Parses what may be given away: one line of one public key, or one block of RFC 4716, as bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::key::wire::{self, Reader};
use common::key::{Kind, PublicKey};
use common::keyfile::options;

use super::private_files;
use super::text::{Measure, Refusal, within, words};

const BEGIN: &str = "---- BEGIN SSH2 PUBLIC KEY ----";
const END: &str = "---- END SSH2 PUBLIC KEY ----";

/// The most bits of an RSA key's public exponent. All programs use 17 or fewer; longer ones could hold anything.
const MOST_EXPONENT_BITS: usize = 64;

/// The shortest line of a block's base64 that another one may follow, in characters. ssh-keygen writes 70, PuTTYgen 64.
const NARROWEST: usize = 40;

/// The line lengths that programs choose for a block's base64. Any other carries up to ten bits.
const WIDTHS: [usize; 4] = [64, 70, 72, 76];

/// Measures the information beside the key in the bytes of one key, which may end with a newline.
///
/// # Errors
/// They are not one key, or carry too much information.
pub(crate) fn key(bytes: &[u8]) -> Result<Measure, Refusal> {
    if bytes.starts_with(BEGIN.as_bytes()) {
        block(bytes)
    } else {
        line(without_end(bytes)).map(|(_, measure)| measure)
    }
}

/// Reads a key that is commented out with `#` or `##`, and measures the text around it.
pub(crate) fn commented_out(line_of_comment: &[u8]) -> Option<(PublicKey<'static>, Measure)> {
    let text = line_of_comment.strip_prefix(b"#")?;
    line(without_end(text.strip_prefix(b"#").unwrap_or(text))).ok()
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads `[options] type base64 [comment]`.
fn line(line: &[u8]) -> Result<(PublicKey<'static>, Measure), Refusal> {
    key_of_line(line).map_err(|refusal| refusal.in_line(line))
}

fn key_of_line(line: &[u8]) -> Result<(PublicKey<'static>, Measure), Refusal> {
    if line.contains(&b'\n') {
        return Err(Refusal::Form);
    }
    let mut around = Vec::new();
    let mut rest = without_spaces(line, &mut around);
    if Kind::of_name(word(rest).0).0 == Kind::Unknown {
        let (field, after) = options::split(rest).ok_or(Refusal::Form)?;
        options::parse(field).map_err(|_| Refusal::Form)?;
        around.extend_from_slice(field);
        rest = without_spaces(after, &mut around);
    }
    let (name, after) = word(rest);
    // One space does not count as text.
    let (encoded, comment) = word(without_spaces(after.strip_prefix(b" ").unwrap_or(after), &mut around));
    let key = known(name, encoded)?;
    around.extend_from_slice(comment.strip_prefix(b" ").unwrap_or(comment));
    let measure = within(words(&around)? + application(&key)? + exponent(&key))?;
    Ok((key, measure))
}

/// Reads a block with headers.
fn block(text: &[u8]) -> Result<Measure, Refusal> {
    // All lines must end in the same way: different ends could carry information.
    let is_crlf = text.ends_with(b"\r\n");
    if text
        .split_inclusive(|byte| *byte == b'\n')
        .any(|line| line.ends_with(b"\r\n") != is_crlf && line.ends_with(b"\n"))
    {
        return Err(Refusal::Form);
    }
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').map(without_end);
    let is_begin = lines.next() == Some(BEGIN.as_bytes());
    let is_end = lines.next_back() == Some(END.as_bytes());
    if !is_begin || !is_end {
        return Err(Refusal::Form);
    }
    let mut body: Vec<&[u8]> = Vec::new();
    let (mut continued, mut headers) = (false, Measure::default());
    for line in lines {
        if continued || body.is_empty() && line.contains(&b':') {
            // The line breaks in a header could carry information, too: each line is measured by itself.
            headers = headers + words(line)? + Measure::LINE;
            continued = line.ends_with(b"\\");
        } else {
            body.push(line);
        }
    }
    // The line breaks in the base64 are not free either: all lines but the last have the same length, and are long.
    let width = body.first().map(|line| line.len()).unwrap_or_default();
    let (last, full) = body.split_last().ok_or(Refusal::Key)?;
    let is_narrow = !full.is_empty() && width < NARROWEST;
    if is_narrow || full.iter().any(|line| line.len() != width) || last.len() > width {
        return Err(Refusal::Form);
    }
    let is_usual = full.is_empty() || WIDTHS.contains(&width);
    let layout = if is_usual { Measure::default() } else { Measure::of_bits(10) };
    let key = known(b"", &body.concat())?;
    within(headers + layout + application(&key)? + exponent(&key))
}

/// Decodes base64 that must hold one whole key of a known type, in canonical form, with the name of its type if there is one.
/// Certificates are refused.
fn known(name: &[u8], encoded: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let blob = STANDARD.decode(encoded).map_err(|_| Refusal::Key)?;
    let key = PublicKey::from_blob(blob.as_slice()).map(PublicKey::into_owned);
    // A certificate holds names, texts and another key.
    if !key.as_ref().is_ok_and(PublicKey::is_certificate) && private_files::holds_private_file(&blob) {
        return Err(Refusal::HoldsPrivateKey);
    }
    let key = key.map_err(|_| Refusal::Key)?;
    let is_named = name.is_empty() || name == key.type_name().as_bytes();
    let is_plain = key.kind() != Kind::Unknown && !key.is_certificate() && key.blob() == key.plain_blob();
    let is_canonical = STANDARD.encode(key.blob()).as_bytes() == encoded;
    if is_named && is_plain && is_canonical && exponent_bits(&key) <= MOST_EXPONENT_BITS {
        Ok(key)
    } else {
        Err(Refusal::Key)
    }
}

/// Measures the information in an RSA key's public exponent: none if it is one that programs choose.
fn exponent(key: &PublicKey<'_>) -> Measure {
    let mut reader = Reader::new(key.blob());
    let exponent = reader.string().and_then(|_| reader.unsigned());
    match exponent {
        Ok([3 | 17 | 35 | 37] | [1, 0, 1]) => Measure::default(),
        _ => Measure::of_bits(u32::try_from(exponent_bits(key)).unwrap_or(u32::MAX)),
    }
}

/// Returns the length of an RSA key's public exponent in bits.
fn exponent_bits(key: &PublicKey<'_>) -> usize {
    let mut reader = Reader::new(key.blob());
    let exponent = reader.string().and_then(|_| reader.unsigned());
    exponent.ok().filter(|_| key.kind() == Kind::Rsa).map_or(0, wire::bits)
}

/// Measures the application in a key that a security key holds, such as `ssh:`.
fn application(key: &PublicKey<'_>) -> Result<Measure, Refusal> {
    let strings = match key.kind() {
        Kind::SkEd25519 => 2,
        Kind::SkEcdsa => 3,
        _ => return Ok(Measure::default()),
    };
    let mut reader = Reader::new(key.blob());
    let application = (0..strings).try_for_each(|_| reader.string().map(drop)).and_then(|()| reader.string());
    words(application.map_err(|wire::Bad| Refusal::Key)?)
}

/// Splits at the first space or tab.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// Strips the spaces and tabs at the start, and adds them to the text around the key.
fn without_spaces<'a>(text: &'a [u8], around: &mut Vec<u8>) -> &'a [u8] {
    let end = text.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
    let (spaces, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    around.extend_from_slice(spaces);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";

    fn check(text: &str) -> Result<(), Refusal> {
        key(text.as_bytes()).map(drop)
    }

    #[test]
    fn a_line_or_a_block_of_one_key_passes() {
        let body = KEY.split_once(' ').unwrap().1;
        for text in [
            KEY.to_owned(),
            format!("{KEY}\n"),
            format!("{KEY} me@laptop\r\n"),
            format!("  \t{}   and  a tab\t\r\n", KEY.replace(' ', "\t ")),
            format!("no-pty,command=\"a b\" {KEY} c\n"),
            format!("{BEGIN}\nComment: \"x\"\nSubject: me\\\n too\n{body}\n{END}\n"),
            format!("{BEGIN}\r\n{}\r\n{}\r\n{END}\r\n", &body[..40], &body[40..]),
        ] {
            assert_eq!(check(&text), Ok(()), "{text}");
        }
    }

    #[test]
    fn anything_else_does_not() {
        let body = KEY.split_once(' ').unwrap().1;
        let cut = |at: usize| format!("{}\n{}", &body[..at], &body[at..]);
        for (text, refusal) in [
            (format!("{KEY}\n{KEY}\n"), Refusal::Form),
            (format!("vm.example {KEY}\n"), Refusal::Form),
            (format!("no-such-option {KEY}\n"), Refusal::Form),
            (format!("\u{feff}{KEY}\n"), Refusal::Form),
            (format!("{KEY}AAAA\n"), Refusal::Key),
            (KEY.replacen("ssh-ed25519", "ssh-rsa", 1), Refusal::Key),
            ("ssh-ed25519\n".to_owned(), Refusal::Key),
            // A key of an unknown type could hold anything.
            ("x AAAAAXg=\n".to_owned(), Refusal::Form),
            // An exponent of 65 bits, and an integer with an extra leading zero.
            (format!("ssh-rsa {}", STANDARD.encode(rsa(&[1; 9], &[0x7f; 256]))), Refusal::Key),
            (format!("ssh-rsa {}", STANDARD.encode(rsa(&[0, 0, 3], &[0x7f; 256]))), Refusal::Key),
            (format!("{BEGIN}\n{}\n{END}\n", cut(30)), Refusal::Form),
            (format!("{BEGIN}\n{}\n{END}\n", body.replace("AA", "A\nA")), Refusal::Form),
            (format!("{BEGIN}\n{body}\r\n{END}\n"), Refusal::Form),
            (format!("{BEGIN}\n{body}\n{END}\nx\n"), Refusal::Form),
            (format!("{BEGIN}\n{END}\n"), Refusal::Key),
            (format!("{BEGIN}\nx-private: {}\n{body}\n{END}\n", "MC4CAQAw".repeat(8)), Refusal::TooLong),
        ] {
            assert_eq!(check(&text), Err(refusal), "{text}");
        }
        let modulus = [&[0x7f; 100], &b"openssh-key-v1\0\0"[..], &[0x7f; 101]].concat();
        let line = format!("ssh-rsa {}", STANDARD.encode(rsa(&[3], &modulus)));
        assert_eq!(check(&line), Err(Refusal::HoldsPrivateKey));
        // A line length that no program chooses counts, and so does each line break.
        let layout = |width: usize| {
            let body = STANDARD.encode(rsa(&[1, 0, 1], &[0x7f; 256]));
            let lines: Vec<String> =
                body.as_bytes().chunks(width).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
            key(format!("{BEGIN}\n{}\n{END}\n", lines.join("\n")).as_bytes()).unwrap()
        };
        assert!([64, 70, 72, 76, 1000].map(layout) == [Measure::default(); 5] && layout(65) == Measure::of_bits(10));
        let headers = |count| format!("{BEGIN}\n{}{body}\n{END}\n", ":\n".repeat(count));
        assert_eq!(check(&headers(10)), Ok(()));
        assert!(matches!(check(&headers(101)), Err(Refusal::TooMuchInformation(bits)) if bits > 202));
        let broken = format!("{BEGIN}\nx: {}\n{body}\n{END}\n", ":::::\\\n".repeat(40));
        assert!(matches!(check(&broken), Err(Refusal::TooMuchInformation(_))), "{:?}", check(&broken));
    }

    #[test]
    fn what_is_not_printable_is_named_with_its_column_in_the_line() {
        let refusal = check(&format!("{KEY} a\u{a0}b\n")).unwrap_err();
        let words = "the text around the key holds U+00A0 (no-break space), which is not printable, in column 83";
        assert_eq!(refusal.to_string(), words);
    }

    #[test]
    fn a_key_that_is_commented_out_is_measured_as_one() {
        for (line, passes) in [
            (format!("#{KEY} me@laptop"), true),
            (format!("# {KEY} me@laptop\r\n"), true),
            (format!("#no-pty {KEY} me@laptop"), true),
            (format!("{KEY} me@laptop"), false),
            (format!("## {KEY}"), true),
            (format!("### {KEY}"), false),
            (format!("# old: {KEY}"), false),
            (format!("# {KEY} {}", "9f3kq8z1".repeat(5)), false),
            (format!("# {KEY}AAAA"), false),
        ] {
            assert_eq!(commented_out(line.as_bytes()).is_some(), passes, "{line}");
        }
    }

    #[test]
    fn the_application_of_a_security_key_is_text_too() {
        let key = |application: &[u8]| {
            let mut blob = Vec::new();
            for part in [b"sk-ssh-ed25519@openssh.com", &[7; 32][..], application] {
                wire::put_string(&mut blob, part);
            }
            format!("sk-ssh-ed25519@openssh.com {} c\n", STANDARD.encode(blob))
        };
        assert_eq!(check(&key(b"ssh:")), Ok(()));
        assert_eq!(check(&key(&[0x81; 32])), Err(Refusal::NotPrintable { character: None, column: 0 }));
        assert!(matches!(check(&key(&b"9f3kq8z1".repeat(5))), Err(Refusal::TooMuchInformation(_))));
    }

    fn rsa(e: &[u8], n: &[u8]) -> Vec<u8> {
        let mut blob = Vec::new();
        for part in [b"ssh-rsa", e, n] {
            wire::put_string(&mut blob, part);
        }
        blob
    }
}

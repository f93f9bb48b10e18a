//! Parses the words of a line with a fingerprint: the type and the size of the key.
//!
//! ```text
//! 256 SHA256:… root@vm (ECDSA)                      ssh-keygen -l, hostfp, pubfp; a host key's path may precede it
//! SHA256:… (ECDSA)    ECDSA: SHA256:…    SHA256:…   as services publish them
//! ssh-ed25519 255 SHA256:…                          PuTTY; WinSCP leaves out `SHA256:`
//! /etc/ssh/ssh_host_rsa_key.pub:1: ok: ssh-rsa 3072 SHA256:… root@vm      keycheck
//! ```

use common::key::{Fingerprint, Hash, Kind};

use super::host_key_paths;
use crate::handshake::target::SSH_PORT;

/// A line with a fingerprint, parsed.
#[derive(Debug)]
pub(crate) struct FingerprintLine<'a> {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) size: Option<u32>,
    pub(crate) comment: Option<&'a str>,
    /// Whether it is of a certificate (`ED25519-CERT`), which may be a host's or a user's.
    pub(crate) is_certificate: bool,
}

/// Why a line with a fingerprint does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotALine {
    /// The fingerprint has this length, and is cut short or damaged.
    Damaged(usize),
    /// It is whole, but among other words.
    Loose,
}

/// The words that begin a fingerprint.
const LABELS: [&str; 5] = ["SHA256:", "SHA384:", "SHA512:", "SHA1:", "MD5:"];

/// The length of a SHA-256 digest in base64.
const DIGEST: usize = 43;

/// Whether a word is meant as a fingerprint, even if it is cut off.
pub(crate) fn looks_like_a_fingerprint(word: &str) -> bool {
    is_bare_md5(word)
        || LABELS.iter().any(|label| word.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label)))
}

/// Whether a text has a fingerprint anywhere, even after other characters or in quotes.
pub(crate) fn mentions_a_fingerprint(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    LABELS.iter().any(|label| text.contains(label))
}

/// Parses a word as a fingerprint, with its label in any case.
pub(crate) fn parsed(word: &str) -> Option<Fingerprint> {
    match word.split_once(':').and_then(|(label, digits)| Some((Hash::of_name(label)?, digits))) {
        Some((hash, digits)) => format!("{}:{digits}", hash.label()).parse().ok(),
        None => word.parse().ok(),
    }
}

/// Parses a word as a SHA-256 fingerprint without its label, with or without base64's padding.
pub(crate) fn bare_digest(word: &str) -> Option<Fingerprint> {
    let digits = word.strip_suffix('=').unwrap_or(word);
    (digits.len() == DIGEST).then(|| format!("SHA256:{digits}").parse().ok())?
}

/// Reads a line with a fingerprint; `None` if no word looks like one.
pub(crate) fn read(line: &str) -> Option<Result<FingerprintLine<'_>, NotALine>> {
    let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    if let [name, bits, digest] = words.as_slice()
        && let Some(Around { kinds, size, .. }) = putty(name, bits, None)
        && let Some(fingerprint) = bare_digest(digest)
    {
        return Some(Ok(FingerprintLine { fingerprint, kinds, size, comment: None, is_certificate: false }));
    }
    let index = words.iter().position(|word| looks_like_a_fingerprint(word))?;
    let (before, rest) = words.split_at(index);
    let (found, after) = rest.split_first()?;
    let Some(fingerprint) = parsed(found) else {
        // Punctuation that ends a sentence may follow it.
        let is_whole = parsed(found.trim_end_matches(['.', ',', ';', '"', '\'', ')'])).is_some();
        return Some(Err(if is_whole { NotALine::Loose } else { NotALine::Damaged(found.len()) }));
    };
    // A tab follows the number of programs that count lines, not that of programs that print fingerprints.
    let is_counted = line.split_once('\t').is_some_and(|(before, _)| size(before.trim()).is_some());
    if is_counted {
        return Some(Err(NotALine::Loose));
    }
    let Some(Around { kinds, size, comment }) = around(before, after) else { return Some(Err(NotALine::Loose)) };
    let comment = comment.and_then(|end| self::comment(line, found, end));
    let is_certificate = before.last().into_iter().chain(after.last()).any(|word| names_a_certificate(word));
    Some(Ok(FingerprintLine { fingerprint, kinds, size, comment, is_certificate }))
}

/// Where a comment after a fingerprint ends.
#[derive(Clone, Copy)]
enum CommentEnd {
    /// Before the type in parentheses.
    AtType,
    /// With the line.
    AtEnd,
}

/// The words around a fingerprint, parsed.
#[derive(Default)]
struct Around {
    /// The types that the key may have; empty if the words name none.
    kinds: Vec<Kind>,
    /// The size of the key in bits.
    size: Option<u32>,
    /// Where a comment ends, if there may be one.
    comment: Option<CommentEnd>,
}

/// Parses the words around a fingerprint; `None` if the line matches no pattern.
fn around(before: &[&str], after: &[&str]) -> Option<Around> {
    // If the comment holds another fingerprint, it is unclear which of them is meant.
    if after.iter().any(|word| looks_like_a_fingerprint(word) || mentions_a_fingerprint(word)) {
        return None;
    }
    let label = after.last().and_then(|word| word.strip_prefix('(')?.strip_suffix(')')).filter(|word| is_label(word));
    let before = match before {
        [path, rest @ ..] if is_path_of_host_key(path) => rest,
        all => all,
    };
    let of_kinds = |kinds: Vec<Kind>, size, comment| (!kinds.is_empty()).then_some(Around { kinds, size, comment });
    match (before, label, after) {
        ([bits], Some(label), _) => {
            let size = size(bits)?;
            of_kinds(of_label(label, Some(size)), Some(size), Some(CommentEnd::AtType))
        }
        ([], Some(label), [_]) => of_kinds(of_label(label, None), None, None),
        ([], None, []) => Some(Around::default()),
        // Lists of servers, and OpenBSD's boot, have the type first.
        ([name], None, []) if name.starts_with('(') => {
            let label = name.strip_prefix('(')?.strip_suffix(')').filter(|word| is_label(word))?;
            of_kinds(of_label(label, None), None, None)
        }
        ([name], None, []) => of_kinds(of_name_or_label(name.strip_suffix(':').unwrap_or(name)), None, None),
        ([name, bits], None, []) => putty(name, bits, None).or_else(|| {
            let size = size(bits).filter(|_| is_label(name))?;
            of_kinds(of_label(name, Some(size)), Some(size), None)
        }),
        // `puttygen -l` prints a key's comment, too. Pageant lists users' keys so, whose comments are others.
        ([name, bits], None, [comment]) if comment.starts_with("root@") => putty(name, bits, Some(CommentEnd::AtEnd)),
        ([place, "ok:", name, bits], _, _) if is_place_in_host_key(place) => putty(name, bits, Some(CommentEnd::AtEnd)),
        _ => None,
    }
}

/// Whether a word beside a fingerprint is the type of a certificate: `(ED25519-CERT)`, `ssh-rsa-cert-v01@openssh.com`.
fn names_a_certificate(word: &str) -> bool {
    let word = word.trim_end_matches(':').trim_start_matches('(').trim_end_matches(')');
    Kind::of_name(word.as_bytes()).1 || word.to_ascii_uppercase().ends_with("-CERT")
}

/// The kinds that a word names: SSH's name of a type, or ssh-keygen's, in any case.
pub(crate) fn of_name_or_label(name: &str) -> Vec<Kind> {
    match Kind::of_name(name.to_ascii_lowercase().as_bytes()).0 {
        Kind::Unknown => Kind::of_label(&name.to_ascii_uppercase()).collect(),
        kind => vec![kind],
    }
}

/// The kinds of host keys that a word names: not those of certificates, nor of keys on security keys, which are users'.
pub(crate) fn of_host_keys(name: &str) -> Vec<Kind> {
    let (_, is_certificate) = Kind::of_name(name.to_ascii_lowercase().as_bytes());
    let mut kinds = if is_certificate { Vec::new() } else { of_name_or_label(name) };
    kinds.retain(|kind| !matches!(kind, Kind::SkEcdsa | Kind::SkEd25519));
    kinds
}

/// Parses a type's name and a size that its keys have, which precede a fingerprint. PuTTY counts 255 bits for Ed25519.
fn putty(name: &str, bits: &str, comment: Option<CommentEnd>) -> Option<Around> {
    let (kind, is_certificate) = Kind::of_name(name.as_bytes());
    let size = match (kind, size(bits)?) {
        (Kind::Ed25519, 255) => 256,
        (_, size) => size,
    };
    (!is_certificate && fits(kind, size)).then(|| Around { kinds: vec![kind], size: Some(size), comment })
}

/// `256`: the size of a key in bits, written as ssh-keygen does.
fn size(word: &str) -> Option<u32> {
    let is_plain = !word.starts_with('0') && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| is_plain && word.len() <= 5)
}

/// `ECDSA`, `ED25519-CERT`: a label in parentheses.
pub(crate) fn is_label(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `/etc/ssh/ssh_host_ecdsa_key.pub:`, as a loop over the host keys prints it.
fn is_path_of_host_key(word: &str) -> bool {
    word.strip_suffix(':').is_some_and(host_key_paths::is_plain_file)
}

/// `/etc/ssh/ssh_host_ecdsa_key.pub:1:`, as keycheck prints it.
fn is_place_in_host_key(word: &str) -> bool {
    let place = word.strip_suffix(':').and_then(|place| place.rsplit_once(':'));
    place.is_some_and(|(path, line)| size(line).is_some() && host_key_paths::is_plain_file(path))
}

/// The kinds that ssh-keygen's label names and that may have that size, if one is given; for ECDSA the size tells the curve.
/// A number before a fingerprint may also be a process ID, and the word after it the name of the process: both must be those
/// of a key.
fn of_label(label: &str, size: Option<u32>) -> Vec<Kind> {
    let plain = match label.split_at_checked(label.len().saturating_sub("-CERT".len())) {
        Some((plain, end)) if end.eq_ignore_ascii_case("-CERT") => plain,
        _ => label,
    };
    of_name_or_label(plain).into_iter().filter(|kind| size.is_none_or(|size| fits(*kind, size))).collect()
}

/// Whether keys of a kind may have that size.
fn fits(kind: Kind, size: u32) -> bool {
    match kind {
        Kind::Ecdsa(curve) => curve.bits() == size,
        Kind::Ed25519 | Kind::SkEd25519 | Kind::SkEcdsa => size == 256,
        Kind::Rsa => (1024..=16384).contains(&size),
        Kind::Dsa => size == 1024,
        Kind::MlDsa44Ed25519 => size == 512,
        Kind::Unknown => false,
    }
}

/// The words after the fingerprint, up to the type or the end of the line. ssh-keygen prints `no comment` for a key without
/// one.
fn comment<'a>(line: &'a str, fingerprint: &str, end: CommentEnd) -> Option<&'a str> {
    let (_, rest) = line.split_once(fingerprint)?;
    let comment = match end {
        CommentEnd::AtType => rest.get(..rest.rfind('(')?)?,
        CommentEnd::AtEnd => rest,
    };
    let comment = comment.trim_matches([' ', '\t']);
    (!comment.is_empty() && comment != "no comment").then_some(comment)
}

/// Whether a word is an MD5 fingerprint without a label, as `ssh-keygen -l` printed it before OpenSSH 6.8.
fn is_bare_md5(word: &str) -> bool {
    word.len() == 47 && word.split(':').count() == 16 && word.parse::<Fingerprint>().is_ok()
}

/// Whether a line is part of the picture that `ssh-keygen -lv` draws below a fingerprint: its frame, with a type and a size
/// or a hash in it, or 17 of its characters.
pub(crate) fn is_of_picture(line: &str) -> bool {
    let inside = |edge: char| line.strip_prefix(edge).and_then(|line| line.strip_suffix(edge));
    let is_of_drawing = |byte: u8| b" .o+=*BOX@%&#/^SE".contains(&byte);
    let is_type = |word: &str| match word.split_once(' ') {
        Some((label, bits)) => size(bits).is_some_and(|size| !of_label(label, Some(size)).is_empty()),
        None => Hash::of_name(word).is_some(),
    };
    line.len() == 19
        && (inside('|').is_some_and(|signs| signs.bytes().all(is_of_drawing))
            || inside('+').is_some_and(|frame| {
                let frame = frame.trim_matches('-').strip_prefix('[').and_then(|frame| frame.strip_suffix(']'));
                frame.is_some_and(|inside| is_type(inside.trim()))
            }))
}

/// From this length on, in bytes, a word may be a key, even if its beginning is missing.
const SHORTEST_KEY: usize = 40;

/// Whether a word of a text may be a key or a fingerprint, even if it is cut off. Its type and a time may not.
pub(crate) fn may_be_a_key(line: &str) -> bool {
    let is_key = |word: &str| looks_like_a_fingerprint(word) || word.len() >= SHORTEST_KEY || word.starts_with("AAAA");
    line.split_whitespace().any(is_key) || line.contains("PRIVATE KEY")
}

/// Whether a text is the number of SSH's usual port, as programs write it.
pub(crate) fn is_usual_port(text: &str) -> bool {
    text == SSH_PORT.to_string()
}

/// Whether a text names a port other than 22, where another user's server may be: `vm:2222`, `ssh://ops@vm:2222/`, `ssh -p
/// 2222 vm`, `-oPort=2222`, `port: 2222`. Addresses of services other than SSH are ignored.
pub(crate) fn names_other_port(text: &str) -> bool {
    // Digits of other scripts have other values; no one writes 22 in them.
    let is_other_digit = |character: char| character.is_numeric() && !character.is_ascii();
    if text.contains(is_other_digit) {
        return names_other_port(&text.replace(is_other_digit, "9"));
    }
    let is_other = |number: &str| {
        let is_number = (1..=5).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number && !is_usual_port(number)
    };
    let is_port = |name: &str| matches!(name.to_ascii_lowercase().as_str(), "port" | "ports");
    let (mut earlier, mut last) = ("", "");
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(['\'', '"', '`', '(', ')', ',', ';', '#', '.']);
        let (one_before, before) = (std::mem::replace(&mut earlier, last), std::mem::replace(&mut last, word));
        let after_word = is_port(before.trim_end_matches([':', '='])) && !one_before.eq_ignore_ascii_case("serial");
        let of_option = word.strip_prefix("-o").unwrap_or(word).split_once('=').filter(|(name, _)| is_port(name));
        is_other(word) && (after_word || is_option_of_port(before))
            || of_option.is_some_and(|(_, number)| is_other(number))
            || word.rsplit_once(['p', 'P']).is_some_and(|(start, number)| is_short_options(start) && is_other(number))
            || address(word).is_some_and(has_other_port)
    })
}

/// Whether a word ends in the option of ssh, scp and PuTTY's programs that sets the port: `-p`, `-Ap`, `-P`.
fn is_option_of_port(word: &str) -> bool {
    word.strip_suffix(['p', 'P']).is_some_and(is_short_options) || word.eq_ignore_ascii_case("-oport")
}

fn is_short_options(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|options| options.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Returns the host of a word, with its port, without SSH's scheme, a user, and a path; `None` for other schemes.
fn address(word: &str) -> Option<&str> {
    let rest = match word.split_once("://") {
        Some((scheme, rest)) => Some(rest).filter(|_| {
            let scheme = scheme.to_ascii_lowercase();
            scheme.contains("ssh") || matches!(scheme.as_str(), "scp" | "sftp")
        })?,
        None => word,
    };
    let host = rest.split('/').next().unwrap_or_default();
    Some(host.rsplit_once('@').map_or(host, |(_, host)| host))
}

/// Whether a text is a host with a port other than 22: `vm:2222`, `[vm]:2222`, `10.0.0.4:2222`. A number before the colon is
/// part of a time. Dates, names of images with their versions (`ubuntu:24`) and of tickets are not hosts.
fn has_other_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let is_bracketed = host.strip_prefix('[').is_some_and(|host| host.ends_with(']'));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let is_plain =
        host.bytes().all(is_of_name) && host.contains(|character: char| character == '.' || character.is_alphabetic());
    let is_port = !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = matches!(host.as_bytes(), [a, b, c, d, b'-', _, _, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()));
    let is_short = !host.contains('.')
        && (port.len() < 3 && port != "0" || !host.contains(|character: char| character.is_ascii_lowercase()));
    (is_bracketed || is_plain && !is_date && !is_short) && is_port && !is_usual_port(port)
}

#[cfg(test)]
mod tests {
    use common::key::Curve;

    use super::*;

    const DIGITS: &str = "p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

    fn of(line: &str) -> Option<(Vec<Kind>, Option<u32>)> {
        let line = line.replace("FP", &format!("SHA256:{DIGITS}")).replace("=D", DIGITS);
        let said = read(&line)?.ok()?;
        assert_eq!(said.fingerprint.to_string(), format!("SHA256:{DIGITS}"), "{line}");
        Some((said.kinds, said.size))
    }

    #[test]
    fn a_host_with_a_port_differs_from_times_and_addresses() {
        for text in ["vm:2222", "[vm]:2222", "10.0.0.4:2222", "[2001:db8::1]:2022", "vm-1.example:0"] {
            assert!(has_other_port(text), "{text}");
        }
        for text in
            ["vm", "vm:22", "[vm]:22", "12:30", "01:02:03", "2001:db8::1", "fe80::1:2222", "a b:2222", "vm:x", "vm:"]
        {
            assert!(!has_other_port(text), "{text}");
        }
    }

    #[test]
    fn putty_winscp_and_keycheck_name_the_type_first() {
        let ecdsa = Kind::Ecdsa(Curve::Nistp384);
        for (line, kind, size) in [
            ("ssh-ed25519 255 FP", Kind::Ed25519, 256),
            ("ssh-ed25519 256 FP", Kind::Ed25519, 256),
            ("ssh-rsa 3072 FP", Kind::Rsa, 3072),
            ("ecdsa-sha2-nistp384 384 FP", ecdsa, 384),
            ("ssh-ed25519 255 FP root@vm", Kind::Ed25519, 256),
            ("ssh-ed25519 255 =D", Kind::Ed25519, 256),
            ("ssh-rsa 2048 =D=", Kind::Rsa, 2048),
            ("/etc/ssh/ssh_host_rsa_key.pub:1: ok: ssh-rsa 2048 FP", Kind::Rsa, 2048),
            ("/etc/ssh/ssh_host_rsa_key.pub:1: ok: ssh-rsa 2048 FP root@vm x (RSA)", Kind::Rsa, 2048),
        ] {
            assert_eq!(of(line), Some((vec![kind], Some(size))), "{line}");
        }
        for line in [
            "ssh-ed25519 254 FP",
            "ssh-rsa 255 FP",
            "ssh-x 255 FP",
            "ssh-ed25519 255 FP x",
            "ssh-ed25519 255 FP root@vm x",
            "ssh-ed25519 255 FP me@laptop",
            "ssh-ed25519 254 FP root@vm",
            "sshd ssh-ed25519 255 FP root@vm",
            "ssh-ed25519 255 =Dx",
            "ssh-ed25519-cert-v01@openssh.com 256 FP",
            "x ssh-ed25519 255 FP",
            "/etc/ssh/ssh_host_rsa_key.pub:1: error: ssh-rsa 2048 FP",
            "/etc/ssh/ssh_host_rsa_key.pub: ok: ssh-rsa 2048 FP",
            "id_rsa.pub:1: ok: ssh-rsa 2048 FP",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn labels_are_read_in_any_case() {
        for line in ["256 sha256:=D x (ed25519)", "Ed25519: Sha256:=D", "sha256:=D (Ed25519)"] {
            assert_eq!(of(line).unwrap().0, [Kind::Ed25519], "{line}");
        }
    }

    #[test]
    fn a_picture_differs_from_a_table() {
        for line in ["+--[ED25519 256]--+", "|  . o+=*BOX@%&#/|", "|      . .        |", "+----[SHA256]-----+"] {
            assert_eq!(is_of_picture(line), line.len() == 19, "{line}");
        }
        for line in [
            "|-----------------|",
            "+-----------------+",
            "| SHA256:p2QAMXNI |",
            "+[ED25519 256 key]+",
            "+--[ED25519 256]xx+",
            "+xx[ED25519 256]--+",
            "+--[ED25519_256]--+",
            "|      .x.        |",
            "|      . .       |",
            "+--[RSA 3072]--+",
        ] {
            assert!(!is_of_picture(line), "{line}");
        }
    }

    #[test]
    fn a_type_and_a_size_are_those_of_a_key() {
        let md5 = "27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27";
        for (line, kind, size) in [
            ("1024 FP x (DSA)", Kind::Dsa, Some(1024)),
            ("1024 FP x (RSA)", Kind::Rsa, Some(1024)),
            ("16384 FP x (RSA)", Kind::Rsa, Some(16384)),
            ("521 FP x (ECDSA)", Kind::Ecdsa(Curve::Nistp521), Some(521)),
            ("256 FP (ED25519-CERT)", Kind::Ed25519, Some(256)),
            ("512 FP x (MLDSA44-ED25519)", Kind::MlDsa44Ed25519, Some(512)),
            ("FP (DSA)", Kind::Dsa, None),
            ("FP (ssh-ed25519)", Kind::Ed25519, None),
            ("SSH-RSA: FP", Kind::Rsa, None),
            ("384 FP x (ecdsa-sha2-nistp384)", Kind::Ecdsa(Curve::Nistp384), Some(384)),
            ("/etc/ssh/ssh_host_ed25519_key.pub: 256 FP x (ED25519)", Kind::Ed25519, Some(256)),
            ("/etc/ssh/ssh_host_my_2_key: ED25519 FP", Kind::Ed25519, None),
            ("/usr/local/etc/ssh/ssh_host_rsa_key.pub: 2048 FP x (RSA)", Kind::Rsa, Some(2048)),
            ("C:\\ProgramData\\ssh\\ssh_host_rsa_key.pub: 2048 FP x (RSA)", Kind::Rsa, Some(2048)),
        ] {
            assert_eq!(of(line), Some((vec![kind], size)), "{line}");
        }
        assert_eq!(of("FP"), Some((Vec::new(), None)));
        let with_md5 = format!("256 FP {md5} (ED25519)");
        for line in [
            "2048 FP x (DSA)",
            "1023 FP x (RSA)",
            "16385 FP x (RSA)",
            "255 FP x (ED25519)",
            "257 FP x (ECDSA)",
            "256 FP x (MLDSA44-ED25519)",
            "0256 FP x (ED25519)",
            "+256 FP x (ED25519)",
            "256 FP x (bash)",
            "256 FP x (ecdsa-sha2-nistp384)",
            "FP (ssh-x)",
            "256 FP x",
            "FP x (ED25519)",
            "x FP",
            "256 FP key=FP (ED25519)",
            &with_md5,
            "/etc/ssh/ssh_host__key: 256 FP x (ED25519)",
            "/etc/ssh/ssh_host_a-b_key: 256 FP x (ED25519)",
            "/etc/ssh/ssh_host_rsa_key.pub 2048 FP x (RSA)",
            "/home/bob/ssh_host_rsa_key.pub: 2048 FP x (RSA)",
            "/etc/ssh/ssh_host_rsa_key.pub:x: ok: ssh-rsa 2048 FP",
            "/etc/ssh/ssh_host_rsa_key.pub:100000: ok: ssh-rsa 2048 FP",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_comment_is_between_the_fingerprint_and_the_type() {
        for (rest, comment) in
            [("root@vm (x) y (ECDSA)", Some("root@vm (x) y")), ("no comment (ECDSA)", None), ("(ECDSA)", None)]
        {
            let line = format!("256 SHA256:{DIGITS} {rest}");
            assert_eq!(read(&line).unwrap().unwrap().comment, comment, "{line}");
        }
    }

    #[test]
    fn a_damaged_fingerprint_differs_from_one_at_the_end_of_a_sentence() {
        for (line, why) in [
            (format!("it is SHA256:{DIGITS}."), NotALine::Loose),
            (format!("SHA256:{DIGITS}\""), NotALine::Loose),
            (format!("SHA256:{DIGITS}x"), NotALine::Damaged(51)),
            (format!("SHA256:{}", &DIGITS[..40]), NotALine::Damaged(47)),
        ] {
            assert_eq!(read(&line).unwrap().unwrap_err(), why, "{line}");
        }
        for line in [DIGITS, "", "x"] {
            assert!(read(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_label_is_letters_digits_and_hyphens() {
        for (word, is_one) in [("ECDSA", true), ("ED25519-CERT", true), ("", false), ("a b", false), ("a_b", false)] {
            assert_eq!(is_label(word), is_one, "{word}");
        }
    }
}

//! Explains why lines and texts do not count, and what to do instead.

use common::error::Error;
use common::escape;

use super::connections;
use super::stray;
use crate::trusted::grammar::line::{self, Line, Misfit};
use crate::trusted::grammar::{confusable, words};
use crate::trusted::keys::MAX_KEYS;

/// The length of a SHA-256 fingerprint with its label.
const WHOLE: usize = "SHA256:".len() + 43;

/// How to get complete output from any program.
pub(crate) const AS_PRINTED: &str =
    "save what the VM printed; keep all of az's output, with -o json: -o tsv and -o table omit it";

/// The remedy for a line that is not one of a list.
const LINES_ONLY: &str = "remove it, or give the lines of the host keys only, as `ssh-keygen -lf` prints them";

/// Explains why this line ends the text, by its content.
pub(crate) fn misfit_in(line: &str, why: Misfit) -> Error {
    let may_explain = matches!(
        why,
        Misfit::DamagedFingerprint(_) | Misfit::Loose | Misfit::Indented | Misfit::Control | Misfit::Other
    );
    let explained = || {
        if connections::is_shown_by_host(line) {
            return Some(connections::shown_by_host());
        }
        confusable::strange(line)
            .or_else(|| stray::of(line))
            .or_else(|| space_after_label(line))
            .or_else(|| without_label(line))
            .or_else(|| type_alone(line))
            .or_else(|| without_type(line))
            .or_else(|| in_hexadecimal(line))
    };
    may_explain.then(explained).flatten().unwrap_or_else(|| misfit(why))
}

/// Reports a fingerprint with a space after its label's colon, as pages show it: `SHA256: … (RSA)`.
fn space_after_label(line: &str) -> Option<Error> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_apart = |pair: &[&str]| match pair {
        [label @ ("SHA256:" | "MD5:"), digits] => words::parsed(&format!("{label}{digits}")).is_some(),
        _ => false,
    };
    words.windows(2).any(is_apart).then(|| {
        Error::failure("the fingerprint in this line has a space after its label")
            .hint("delete the space after the colon: SHA256:… (RSA)")
    })
}

/// Reports a line that lacks only the type, at its end or before a key.
fn without_type(line: &str) -> Option<Error> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [key] if line::looks_like_a_key(key) => Some(
            Error::failure("a key without its type")
                .hint("write its type before it, as in /etc/ssh/ssh_host_*_key.pub: ssh-ed25519 AAAA…"),
        ),
        [fingerprint, _comment] if words::parsed(fingerprint).is_some() => Some(
            Error::failure("a fingerprint with a comment, and without the key's type")
                .hint("write the type in place of the comment: SHA256:… (ED25519)"),
        ),
        [size, fingerprint]
            if size.bytes().all(|byte| byte.is_ascii_digit()) && words::parsed(fingerprint).is_some() =>
        {
            Some(
                Error::failure(
                    "a fingerprint without the key's type, after a number that may be the key's size or a count",
                )
                .hint(
                    "keep the whole line: 256 SHA256:… COMMENT (ED25519); or write the type alone: SHA256:… (ED25519)",
                ),
            )
        }
        [size, fingerprint, _comment]
            if size.bytes().all(|byte| byte.is_ascii_digit()) && words::parsed(fingerprint).is_some() =>
        {
            Some(
                Error::failure("a fingerprint without the key's type at the end of its line")
                    .hint("is the line cut short, or wrapped? keep it as one line: 256 SHA256:… COMMENT (ED25519)"),
            )
        }
        _ => None,
    }
}

/// Reports a type on a line of its own, as pages show it above the fingerprint.
fn type_alone(line: &str) -> Option<Error> {
    let name = line.trim().trim_end_matches(':');
    let is_name = !name.contains(char::is_whitespace) && !words::of_name_or_label(name).is_empty();
    is_name.then(|| {
        let label = name.to_ascii_uppercase();
        Error::failure("a type on a line of its own")
            .hint(format!("write it before its fingerprint, in one line: {label} SHA256:…"))
    })
}

/// Reports a line that is a fingerprint except for its label: `…`, `SHA-256: …`, `SHA256 …`, `ED25519 …`, `| ED25519 | … |`.
pub(crate) fn without_label(line: &str) -> Option<Error> {
    let is_label =
        |word: &str| matches!(word.trim_end_matches(':').to_ascii_lowercase().as_str(), "sha256" | "sha-256");
    let is_between = |character: char| character.is_whitespace() || matches!(character, '|' | '`');
    let digest = match line.split(is_between).filter(|word| !word.is_empty()).collect::<Vec<_>>().as_slice() {
        [word] => match word.split_once([':', '=']) {
            Some((label, digest)) if is_label(label) => digest,
            _ => word,
        },
        [label, digest] if is_label(label) || !words::of_name_or_label(label).is_empty() => digest,
        _ => return None,
    };
    words::bare_digest(digest).map(|_| {
        Error::failure("a fingerprint without the label SHA256:").hint("write SHA256: before it, without a space")
    })
}

/// Reports a line with a SHA-256 fingerprint in hexadecimal digits, perhaps with colons.
pub(crate) fn in_hexadecimal(line: &str) -> Option<Error> {
    // openssl prints one as `SHA2-256(stdin)= …`.
    let alone =
        line.split_once(")= ").filter(|(name, _)| name.starts_with("SHA")).map_or(line, |(_, rest)| rest).trim();
    let is_whole = |digits: &str| {
        (digits.len() == 64 || digits.len() == 95 && digits.matches(':').count() == 31)
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
    };
    let is_labelled = |word: &str| {
        let start = word.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("SHA256:"));
        start && word.get(7..).is_some_and(is_whole)
    };
    // Digits alone among other words are something else, such as those of an SSHFP record.
    (is_whole(alone) || line.split_whitespace().any(is_labelled)).then(|| {
        Error::failure("a SHA-256 fingerprint in hexadecimal digits")
            .hint("give it in base64, as `ssh-keygen -lf` prints it; pubfp and hostfp print the same")
    })
}

/// Reports the output of a script whose first line is one of `known_hosts`: what ssh-keyscan was shown over the network.
pub(crate) fn of_keyscan(output: &str) -> Option<Error> {
    let first = output.lines().map(line::read).find(|line| !matches!(line, Ok(Line::Nothing | Line::Certificate)))?;
    matches!(first, Ok(Line::KnownHosts)).then(|| {
        Error::failure("the script printed known_hosts lines, as ssh-keyscan does")
            .hint("have it print the host keys themselves: cat /etc/ssh/ssh_host_*_key.pub")
    })
}

/// Explains why a line ends the text.
pub(crate) fn misfit(misfit: Misfit) -> Error {
    match misfit {
        Misfit::DamagedFingerprint(length) => {
            let how = if length < WHOLE { "cut short" } else { "damaged" };
            Error::failure(format!("the fingerprint is {how}"))
                .hint("a SHA-256 fingerprint has 43 characters after SHA256:")
        }
        Misfit::DamagedKey => {
            Error::failure("the host key is cut short or damaged").hint("is its line cut or wrapped over several?")
        }
        Misfit::Loose => Error::failure(
            "the fingerprint in this line is among other words, and may be of any key",
        )
        .hint(LINES_ONLY),
        Misfit::UsersKey => Error::failure("a user's key, not a host's")
            .hint("a host's keys are in /etc/ssh/ssh_host_*_key.pub; run hostfp on the VM"),
        Misfit::NamesHosts => Error::failure("a known_hosts line, which names its hosts, among lines that do not")
            .hint("keep lines of one kind, those of your VM"),
        Misfit::PrivateKey => {
            Error::failure("a private key, not a fingerprint").hint("a host's private key stays on the host")
        }
        Misfit::Marker => Error::failure("an unknown marker").hint("known_hosts has @revoked and @cert-authority"),
        Misfit::Indented => Error::failure("this line is indented, as if it continued the line before")
            .hint("delete the spaces at its start if it is a separate line"),
        Misfit::TooMany => too_many(),
        Misfit::Denied => Error::failure("a comment says that a key is revoked, or otherwise not to be trusted")
            .hint("keep the lines of the keys that your VM has now, without that comment if it is of another key"),
        Misfit::Words => Error::failure("the comment of a key has words that may say that the key does not count")
            .hint("if the key is your VM's, shorten its comment to one name, such as root@vm"),
        Misfit::Shown => connections::shown_by_host(),
        Misfit::OtherHeading => Error::failure(
            "may be of several hosts: the comments of the keys, or above them, name different ones, or other files than host keys",
        )
        .hint("keep the lines of your VM's host keys, without the comments between them"),
        Misfit::OtherLetters => Error::failure(
            "a comment with confusable characters: combining marks, or two alphabets in one word",
        )
        .hint("keep the lines of your VM's host keys, without that comment"),
        Misfit::Control => {
            Error::failure("a control character in this line, such as a carriage return").hint(LINES_ONLY)
        }
        Misfit::Other => {
            Error::failure("this line is not a fingerprint, a host key or a known_hosts line").hint(LINES_ONLY)
        }
    }
}

/// Reports a list that is longer than that of any host.
pub(crate) fn too_many() -> Error {
    Error::failure(format!("more than {MAX_KEYS} fingerprints, which no one host has")).hint("keep those of your VM")
}

/// Reports a text with only blank lines, comments and weak fingerprints.
pub(crate) fn no_lines(has_weak: bool, text: &str) -> Error {
    if has_weak {
        Error::failure("only an MD5 or SHA-1 fingerprint, which is not trusted")
            .hint("`ssh-keygen -lf` without -E prints SHA-256")
    } else if text.trim().is_empty() {
        Error::failure("contains only whitespace").hint(AS_PRINTED)
    } else if ["-CERT)", "-cert-v01@openssh.com"].iter().any(|name| text.contains(name)) {
        Error::failure("holds nothing but certificates").hint("give the host's key itself: /etc/ssh/ssh_host_*_key.pub")
    } else if text.lines().any(is_joined_comment) {
        Error::failure("several lines, joined into one that begins with #")
            .hint("quote the shell's variable: echo \"$OUT\"")
    } else {
        Error::failure("holds nothing but comments")
            .hint("have the VM print its keys, such as by Run Command: cat /etc/ssh/ssh_host_*_key.pub")
    }
}

/// Whether several keys or fingerprints follow a `#`, as where a shell joined a comment with the lines after it.
fn is_joined_comment(line: &str) -> bool {
    let is_key = |word: &&str| words::looks_like_a_fingerprint(word) || line::looks_like_a_key(word);
    line.split_whitespace().filter(is_key).count() > 1
}

/// Converts a path of lowercase names, such as `.hostkeys[].port`, to the spelling of the document, where each name occurs
/// first.
pub(crate) fn as_written(path: &str, json: &str) -> String {
    let small = json.to_ascii_lowercase();
    let written = |part: &str| {
        let (name, steps) = part.split_at(part.find('[').unwrap_or(part.len()));
        let at = small.find(&format!("\"{name}\"")).filter(|_| !name.is_empty());
        let name = at.and_then(|at| json.get(at + 1..at + 1 + name.len())).unwrap_or(name);
        format!("{name}{steps}")
    };
    path.split('.').map(written).collect::<Vec<_>>().join(".")
}

/// Reports a JSON document in which a name, or a state without one, rejects the content.
pub(crate) fn marked(name: &str) -> Error {
    let which = if name.is_empty() { "a state in it".to_owned() } else { format!("`{}`", escape::name(name)) };
    Error::failure(format!("JSON that does not count: {which} says so"))
        .hint("get the host keys again, from the VM itself")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_the_document_writes_them() {
        const JSON: &str = "{\"hostKeys\": [{\"Port\": 22, \"a.B\": \"port\"}], \"publicIp\": \"\u{fc}\"}";
        for (path, expected) in [
            (".publicip", ".publicIp"),
            (".hostkeys[].port", ".hostKeys[].Port"),
            ("hostkeys", "hostKeys"),
            (".a.b", ".a.b"),
            (".x[0]", ".x[0]"),
            ("[0]", "[0]"),
            ("", ""),
        ] {
            assert_eq!(as_written(path, JSON), expected, "{path}");
        }
        assert_eq!(as_written(".publicip", ""), ".publicip");
    }

    #[test]
    fn a_nearly_complete_line_is_reported_with_what_it_lacks() {
        const DIGITS: &str = "p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
        const HEX: &str = "aa6940f8117c70fec142fdbb1b41b59d14777d394110cb42322ff62261b1a6ae";
        let colons = HEX.as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(":");
        for (text, words) in [
            (DIGITS.to_owned(), "without the label"),
            (format!("SHA-256: {DIGITS}"), "without the label"),
            (format!("SHA256 {DIGITS}"), "without the label"),
            (format!("SHA-256:{DIGITS}"), "without the label"),
            (format!("sha256={DIGITS}"), "without the label"),
            ("RSA".to_owned(), "a type on a line of its own"),
            ("ssh-ed25519:".to_owned(), "a type on a line of its own"),
            (format!("SHA256:{HEX}"), "hexadecimal"),
            (format!("SHA256:{colons}"), "hexadecimal"),
            (format!("256\u{a0}SHA256:{DIGITS} x (RSA)"), "U+00A0 (no-break space), at column 4"),
            (format!("ED25519 key fingerprint is SHA256:{DIGITS}."), "what the host itself showed"),
            (HEX.to_owned(), "hexadecimal"),
            (format!("SHA2-256(stdin)= {HEX}"), "hexadecimal"),
            (format!("x(stdin)= {HEX}"), "not a fingerprint, a host key"),
            ("Connection to 127.0.0.1 closed.".to_owned(), "a message of ssh"),
            (format!("SHA256: {DIGITS} (RSA)"), "has a space after its label"),
            ("MD5: 27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 (RSA)".to_owned(), "has a space after its label"),
            (format!("ED25519\t{DIGITS}"), "without the label"),
            (format!("| ED25519 | `{DIGITS}` |"), "without the label"),
            (format!("SHA256:{DIGITS} root@vm"), "without the key's type"),
            (format!("256 SHA256:{DIGITS} root@vm"), "without the key's type at the end"),
            (format!("x SHA256:{DIGITS} root@vm"), "among other words"),
            (format!("AAAA{}", "x".repeat(64)), "a key without its type"),
            (format!("vm IN sshfp 4 2 {HEX}"), "not a fingerprint, a host key"),
            (format!("NOT SHA256:{DIGITS}"), "among other words"),
            (format!("SHA256:{}", DIGITS.split_at(40).0), "cut short"),
            (format!("SHA256:{}!", DIGITS.split_at(42).0), "damaged"),
            (format!("x {DIGITS}"), "not a fingerprint, a host key"),
            ("0".repeat(95), "not a fingerprint, a host key"),
            ("x".repeat(64), "not a fingerprint, a host key"),
        ] {
            let error = misfit_in(&text, line::read(&text).unwrap_err());
            assert!(error.message().contains(words), "{text}: {}", error.message());
        }
    }
}

//! Reads DNS records with fingerprints of host keys (SSHFP: RFC 4255, RFC 6594, RFC 7479), as `pubfp --sshfp`, `ssh-keygen
//! -r`, `ssh-keyscan -D` and dig print them:
//!
//! ```text
//! vm.example. 3600 IN SSHFP 4 2 <hexadecimal digits, perhaps in groups>
//! vm IN TYPE44 \# 34 04 02 <hexadecimal digits>       the same as RFC 3597 writes unknown types
//! vm.example has SSHFP record 4 2 <hexadecimal digits>       host -t SSHFP
//! 4 2 <hexadecimal digits>                            dig +short
//! $ORIGIN example.                                     a zone's file (RFC 1035 section 5.1), whose records may be of several
//! vm SSHFP 4 2 ( <hexadecimal digits> )                lines within parentheses
//! ```
//!
//! Why a stranger cannot write it: each line must be a record as a whole, or one of another type in dig's answer, which ends
//! the text. A record names its host, by its short or its full name; an address may be that of the only host.

use std::borrow::Cow;
use std::collections::HashMap;

use common::error::Error;
use common::key::{Curve, Fingerprint, Hash, Kind, hex};

use super::lines::List;
use crate::trusted::grammar::NotTrusted;
use crate::trusted::keys::TrustedKey;
use crate::trusted::messages::misfits;
use crate::trusted::rules::{comments, one_host};

/// The message for the user in any case.
const NOTE: &str = "SSHFP records from DNS prove nothing without DNSSEC; those that the VM itself printed do";

/// The most characters within the parentheses of a record: a digest is 64 digits.
const MAX_DIGITS: usize = 256;

/// The most names of hosts whose records a text may have.
const MAX_NAMES: usize = 4096;

/// The most `$ORIGIN` lines with different domains.
const MAX_ORIGINS: usize = 256;

/// The type number of SSHFP records (RFC 4255 section 3.1).
const TYPE: &str = "TYPE44";

/// A record, or a line without one.
enum Record<'a> {
    Nothing,
    /// It sets the domain of the names without a final dot.
    Origin(&'a str),
    /// It is of another type, for this host.
    Foreign(&'a str),
    /// Its hash is SHA-1.
    Weak(&'a str, TrustedKey),
    /// OpenSSH does not have its algorithm.
    Other(&'a str),
    Key(&'a str, TrustedKey),
}

/// The records of a text.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// The keys, each with the name of its host and its line. The name is empty if the record has none, and ends in a dot if
    /// it is absolute.
    pub(crate) keys: Vec<(String, usize, TrustedKey)>,
    /// The names of all records, also of those that do not count, such as by SHA-1, with the lines of the first.
    pub(crate) names: HashMap<String, usize>,
    /// Domains that the text names (`$ORIGIN`).
    pub(crate) origins: Vec<String>,
    /// Fingerprints by SHA-1, by which no key is trusted, with the names of their hosts.
    pub(crate) weak: Vec<(String, TrustedKey)>,
    /// Whether there are records that do not count.
    has_weak: bool,
}

impl Records {
    /// Returns the note that records need.
    pub(crate) fn note() -> String {
        NOTE.to_owned()
    }

    /// Whether the records name a host. Those of `dig +short`, and of `@` for a zone itself, do not.
    pub(crate) fn name_their_host(&self) -> bool {
        self.keys.iter().any(|(name, ..)| !matches!(name.as_str(), "" | "@"))
    }

    /// Whether their names are not all one host's.
    pub(crate) fn name_several_hosts(&self) -> bool {
        let mut names = self.names.keys().filter(|name| !matches!(name.as_str(), "" | "@"));
        names.next().is_some_and(|first| names.any(|name| !one_host::is_one_name(first, name)))
    }

    /// Returns the keys, whatever their names. Programs print a SHA-1 record next to each other one, so that is no news.
    pub(crate) fn into_list(self) -> List {
        let mut list: List = self.keys.into_iter().map(|(.., key)| key).collect();
        self.weak.into_iter().for_each(|(_, key)| list.put_weak(key));
        list.has_weak = false;
        list
    }
}

/// Reads the records of a text; `None` if its first line is not one. `first` is the number of its first line.
pub(crate) fn read(text: &str, first: usize) -> Option<Result<Records, NotTrusted>> {
    let joined = logical_lines(text, first);
    let lines = || joined.iter().map(|(line, number)| (*number, record(line)));
    match lines().find(|(_, record)| !matches!(record, Some(Record::Nothing)))? {
        (_, Some(_)) => Some(collect(text, answers(&joined).map(|(line, number)| (*number, record(line))))),
        (_, None) => None,
    }
}

/// Returns the lines of a name server's answer, as dig and drill print it, or all lines if no section has a name. Records
/// that the server adds in other sections are not answers.
fn answers<'a>(lines: &'a [(Cow<'a, str>, usize)]) -> impl Iterator<Item = &'a (Cow<'a, str>, usize)> {
    let mut is_answer = true;
    lines.iter().filter(move |(line, _)| {
        if let Some(section) = section(line) {
            is_answer = section.eq_ignore_ascii_case("ANSWER");
        }
        is_answer
    })
}

/// Returns the name in a line that begins a section: `;; ANSWER SECTION:`.
fn section(line: &str) -> Option<&str> {
    let (name, end) = line.trim().strip_prefix(";;")?.trim_end().rsplit_once(' ')?;
    end.eq_ignore_ascii_case("SECTION:").then(|| name.trim())
}

/// Whether a line of dig, drill or delv reports that the answer cannot be used: it is an error, truncated, from another server,
/// unsigned, or has a wrong signature. (BIND 9.18, bin/dig and bin/delv; extended errors: RFC 8914.)
fn denies_an_answer(line: &str) -> bool {
    const WORDS: [&str; 7] = [
        "malformed message",
        "unexpected source",
        "unsigned answer",
        "answer not validated",
        "negative response",
        "pending answer",
        "broken trust chain",
    ];
    /// From `DNSSEC Bogus` to `NSEC Missing`.
    const FAILED_DNSSEC: std::ops::RangeInclusive<u8> = 6..=12;
    let Some(text) = line.trim_start().strip_prefix(';') else { return false };
    let text = text.trim_start_matches(';').trim().to_ascii_lowercase();
    let flags = text.strip_prefix("flags:").and_then(|flags| flags.split(';').next()).unwrap_or_default();
    let number = text.strip_prefix("ede:").and_then(|rest| rest.split_whitespace().next()?.parse::<u8>().ok());
    has_other_status(line)
        || flags.split_whitespace().any(|flag| flag == "tc")
        || number.is_some_and(|number| FAILED_DNSSEC.contains(&number))
        || WORDS.iter().any(|words| text.trim_start_matches("warning: ").contains(words))
}

/// Whether a line has the status of an answer, which drill calls `rcode`, and it is not NOERROR.
fn has_other_status(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| !matches!(*word, "status:" | "rcode:"));
    let status = words.next().and_then(|_| words.next()).map(|word| word.trim_end_matches([',', ';']));
    line.trim_start().starts_with(";;") && status.is_some_and(|status| !status.eq_ignore_ascii_case("NOERROR"))
}

fn collect<'a>(text: &str, lines: impl Iterator<Item = (usize, Option<Record<'a>>)>) -> Result<Records, NotTrusted> {
    if text.lines().any(denies_an_answer) {
        return Err((
            None,
            Error::failure("an answer that does not count: its status is not NOERROR, or it is cut, unsigned or bogus")
                .hint("ask the name server again, with +dnssec"),
        ));
    }
    let mut records = Records::default();
    let mut name = String::new();
    for (number, record) in lines {
        let record = record.ok_or_else(|| (Some(number), not_a_record()))?;
        let (of, key) = match record {
            Record::Nothing => continue,
            Record::Foreign("") => continue,
            Record::Origin(of) => {
                let of = of.to_ascii_lowercase();
                if records.origins.last() != Some(&of) {
                    records.origins.push(of);
                }
                if records.origins.len() > MAX_ORIGINS {
                    return Err((None, misfits::too_many()));
                }
                continue;
            }
            Record::Foreign(of) => {
                name = whole_name(of, records.origins.last());
                continue;
            }
            Record::Other(of) => (of, None),
            Record::Weak(of, key) | Record::Key(of, key) => (of, Some(key)),
        };
        // A line without a name is of the one before (RFC 1035 section 5.1). A final dot, which makes a name absolute, stays.
        if !of.is_empty() {
            name = whole_name(of, records.origins.last());
        }
        records.names.entry(name.clone()).or_insert(number);
        match key {
            None => records.has_weak = true,
            Some(key) if key.fingerprint.hash() == Hash::Sha1 => {
                records.has_weak = true;
                records.weak.push((name.clone(), key));
            }
            Some(key) => records.keys.push((name.clone(), number, key)),
        }
        if records.keys.len().max(records.weak.len()) > crate::trusted::keys::MAX_KEYS
            || records.names.len() > MAX_NAMES
        {
            return Err((None, misfits::too_many()));
        }
    }
    if records.keys.is_empty() {
        return Err((None, misfits::no_lines(records.has_weak, text)));
    }
    Ok(records)
}

/// Completes a name with the origin of its zone file, if there is one.
fn whole_name(name: &str, origin: Option<&String>) -> String {
    let name = name.to_ascii_lowercase();
    match origin.map(String::as_str) {
        Some(origin) if name == "@" => origin.to_owned(),
        Some(".") if !name.ends_with('.') => format!("{name}."),
        Some(origin) if !name.ends_with('.') => format!("{name}.{origin}"),
        _ => name,
    }
}

/// Returns the lines of a text with their numbers; text within parentheses is one line (RFC 1035 section 5.1).
fn logical_lines(text: &str, first: usize) -> Vec<(Cow<'_, str>, usize)> {
    let mut lines = Vec::new();
    let mut all = text.lines().zip(first..).peekable();
    while let Some((line, number)) = all.next() {
        let is_meant = line.split_whitespace().any(|word| word.eq_ignore_ascii_case("SSHFP"));
        let Some((start, rest)) = line.split_once('(').filter(|_| is_meant) else {
            lines.push((Cow::Borrowed(line), number));
            continue;
        };
        let without_comment = |line: &str| line.split(';').next().unwrap_or_default().to_owned();
        let mut inside = without_comment(rest);
        while !inside.contains(')') && inside.len() < MAX_DIGITS {
            let Some((next, _)) = all.next() else { break };
            inside.push(' ');
            inside.push_str(&without_comment(next));
        }
        // Without its end it is not a record.
        let joined = match inside.split_once(')') {
            Some((digits, "")) => format!("{start}{digits}"),
            _ => line.to_owned(),
        };
        lines.push((Cow::Owned(joined), number));
    }
    lines
}

fn not_a_record() -> Error {
    Error::failure("this line is not an SSHFP record").hint("keep the SSHFP records of your VM only")
}

/// Parses a line; `None` if it is not a record.
fn record(line: &str) -> Option<Record<'_>> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with(';') || line.starts_with('#') {
        return Some(Record::Nothing);
    }
    if line.chars().any(|character| character.is_control() && character != '\t') {
        return None;
    }
    // A comment ends the line (RFC 1035 section 5.1); it may say that the key does not count.
    let (line, comment) = line.split_once(';').unwrap_or((line, ""));
    if comments::objection_of_text(comment).is_some() {
        return None;
    }
    let words = line.split([' ', '\t']).filter(|word| !word.is_empty()).map(keyword);
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        ["$TTL", time] if is_number(time) => return Some(Record::Nothing),
        ["$ORIGIN", name] if name.ends_with('.') && (*name == "." || is_name(name)) => {
            return Some(Record::Origin(name));
        }
        // A signature of such records, as dig +short +dnssec prints it.
        ["SSHFP", numbers @ .., _signer, _signature] | ["SSHFP", numbers @ .., _signer, _signature, _]
            if numbers.len() == 6 && numbers.iter().all(|number| is_number_or_time(number)) =>
        {
            return Some(Record::Foreign(""));
        }
        _ => {}
    }
    let (name, rest) = match words.as_slice() {
        _ if line.starts_with([' ', '\t']) => ("", words.as_slice()),
        [algorithm, ..] if algorithm.len() == 1 && !words.contains(&"SSHFP") => ("", words.as_slice()),
        [name, rest @ ..] if is_name(name) => (*name, rest),
        _ => return None,
    };
    // Time to live and class, in either order; nothing before dig's short form.
    let rest = match rest {
        [ttl, "IN", rest @ ..] | ["IN", ttl, rest @ ..] if is_number(ttl) => rest,
        ["IN", rest @ ..] => rest,
        [ttl, rest @ ..] if is_number(ttl) && matches!(rest.first(), Some(&("SSHFP" | TYPE))) => rest,
        all => all,
    };
    let data: Vec<&str> = match rest {
        ["SSHFP", rest @ ..] => rest.to_vec(),
        // host(1)
        ["has", "SSHFP", "record", rest @ ..] if !name.is_empty() => rest.to_vec(),
        [kind, "\\#", length, rest @ ..] if *kind == TYPE => return of_bytes(name, length, &rest.concat()),
        // A signature of such records.
        ["RRSIG", "SSHFP", ..] => return Some(Record::Foreign(name)),
        rest if name.is_empty() && !line.starts_with([' ', '\t']) => rest.to_vec(),
        _ => return None,
    };
    let [algorithm, hash, digits @ ..] = data.as_slice() else { return None };
    of_numbers(name, algorithm.parse().ok()?, hash.parse().ok()?, &hex::decode(digits.concat().as_bytes())?)
}

/// Returns a class or a type in uppercase, since DNS ignores case (RFC 4343); any other word unchanged.
fn keyword(word: &str) -> &str {
    const KEYWORDS: [&str; 4] = ["IN", "SSHFP", "RRSIG", TYPE];
    KEYWORDS.into_iter().find(|keyword| keyword.eq_ignore_ascii_case(word)).unwrap_or(word)
}

fn is_number(word: &str) -> bool {
    word.len() <= 10 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is a number, or a time as signatures have it: `20261212000000`.
fn is_number_or_time(word: &str) -> bool {
    word.len() <= 14 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses a record given as bytes (RFC 3597 section 5).
fn of_bytes<'a>(name: &'a str, length: &str, digits: &str) -> Option<Record<'a>> {
    let bytes = hex::decode(digits.as_bytes())?;
    let [algorithm, hash, digest @ ..] = &bytes[..] else { return None };
    let is_whole = length.parse::<usize>().is_ok_and(|length| length == bytes.len());
    of_numbers(name, *algorithm, *hash, digest).filter(|_| is_whole)
}

fn of_numbers<'a>(name: &'a str, algorithm: u8, hash: u8, digest: &[u8]) -> Option<Record<'a>> {
    let fingerprint = Fingerprint::of_digest(digest)?;
    let is_weak = match (hash, fingerprint.hash()) {
        (1, Hash::Sha1) => true,
        (2, Hash::Sha256) => false,
        _ => return None,
    };
    let kinds = match algorithm {
        1 => vec![Kind::Rsa],
        2 => vec![Kind::Dsa],
        3 => [Curve::Nistp256, Curve::Nistp384, Curve::Nistp521].map(Kind::Ecdsa).to_vec(),
        4 => vec![Kind::Ed25519],
        // Ed448 (RFC 8709), which OpenSSH does not have.
        6 => return Some(Record::Other(name)),
        _ => return None,
    };
    let key = TrustedKey::new(fingerprint, kinds);
    Some(if is_weak { Record::Weak(name, key) } else { Record::Key(name, key) })
}

fn is_name(word: &str) -> bool {
    /// The longest name (RFC 1035 section 2.3.4).
    const LONGEST: usize = 255;
    word == "@"
        || word.len() <= LONGEST
            && !word.trim_end_matches('.').is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const D: &str = "aa6940f8117c70fec142fdbb1b41b59d14777d394110cb42322ff62261b1a6ae";

    /// Names and lines, or the line of the error.
    type Read = Result<Vec<(String, usize)>, Option<usize>>;

    fn of(text: &str) -> Option<Read> {
        let read = read(&text.replace("=D", D), 1)?;
        Some(read.map(|read| read.keys.into_iter().map(|(name, line, _)| (name, line)).collect()).map_err(|(at, _)| at))
    }

    #[test]
    fn records_are_read_as_each_program_prints_them() {
        let vm = |line: usize| Some(Ok(vec![("vm".to_owned(), line)]));
        for (text, expected) in [
            ("vm IN SSHFP 4 2 =D\n", vm(1)),
            ("vm IN SSHFP 4 1 ab5ae84eaa5dfc7ec4397d5287d6049518f429f0\nvm IN SSHFP 4 2 =D\n", vm(2)),
            (
                "; vm:22 SSH-2.0-x\nVM 3600 IN\tSSHFP\t4 2 AA6940F8117C70FEC142FDBB1B41B59D14777D394110CB42322FF622 61B1A6AE\n",
                vm(2),
            ),
            ("VM.Example. IN SSHFP 4 2 =D\n", Some(Ok(vec![("vm.example.".to_owned(), 1)]))),
            ("vm IN 60 SSHFP 4 2 =D", vm(1)),
            ("vm in sshfp 4 2 =D", vm(1)),
            ("vm IN SSHFP 4 2 =D ; ed25519", vm(1)),
            ("vm IN SSHFP 4 2 =D ; revoked", None),
            ("vm 60 SSHFP 4 2 =D", vm(1)),
            ("vm has SSHFP record 4 2 =D\n", vm(1)),
            ("vm IN TYPE44 \\# 34 04 02 =D\n", vm(1)),
            ("vm IN SSHFP 6 2 =D\nvm IN SSHFP 1 2 =D\nvm 60 IN RRSIG SSHFP 8 2 x\n", vm(2)),
            ("4 2 =D\n", Some(Ok(vec![(String::new(), 1)]))),
            ("vm IN SSHFP 4 2 =D\n   IN SSHFP 1 2 =D\n", Some(Ok(vec![("vm".to_owned(), 1), ("vm".to_owned(), 2)]))),
            ("$TTL 3600\n$ORIGIN Example.\nVM IN SSHFP 4 2 =D\n", Some(Ok(vec![("vm.example.".to_owned(), 3)]))),
            ("$ORIGIN .\nvm.example IN SSHFP 4 2 =D\n", Some(Ok(vec![("vm.example.".to_owned(), 2)]))),
            ("$ORIGIN vm.example.\n@ IN SSHFP 4 2 =D\n", Some(Ok(vec![("vm.example.".to_owned(), 2)]))),
            ("$ORIGIN x.\nvm. IN SSHFP 4 2 =D\n", Some(Ok(vec![("vm.".to_owned(), 2)]))),
            (
                "vm IN SSHFP 4 2 ( aa6940f8117c70fec142fdbb1b41b59d ; x\n 14777d394110cb42322ff62261b1a6ae )\nvm IN SSHFP 1 2 =D",
                { Some(Ok(vec![("vm".to_owned(), 1), ("vm".to_owned(), 3)])) },
            ),
            ("vm IN SSHFP 4 2 =D\nSSHFP 13 3 3600 20261212000000 20261101000000 7 x. a b==\n", vm(1)),
            ("vm IN SSHFP 4 2 =D\nvm IN SSHFP 4 2 ( =D\nx\n", Some(Err(Some(2)))),
            ("vm IN SSHFP 4 2 =D\nvm IN SSHFP 4 2 ( =D ) x\n", Some(Err(Some(2)))),
            ("vm IN SSHFP 4 2 =D\n$INCLUDE x\n", Some(Err(Some(2)))),
            ("$ORIGIN example\nvm IN SSHFP 4 2 =D\n", None),
            ("vm IN SSHFP 4 2 =D\nvm IN A 10.0.0.1\n", Some(Err(Some(2)))),
            ("vm IN SSHFP 4 2 =D\nuser said 4 2 =D\n", Some(Err(Some(2)))),
            ("vm IN SSHFP 4 1 ab5ae84eaa5dfc7ec4397d5287d6049518f429f0\n", Some(Err(None))),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        for text in [
            "4 2 aa69\n",
            "x 4 2 =D\n",
            "vm IN SSHFP 4 3 =D\n",
            "vm IN SSHFP 4 2 =D00\n",
            "vm SSHFP\n",
            "1\n",
            "",
            "vm 4 2 =D\n",
            "  4 2 =D\n",
            "  has SSHFP record 4 2 =D\n",
            "vm IN TYPE45 \\# 34 04 02 =D\n",
            "vm IN TYPE44 \\# 34 +4 02 =D\n",
            "me@vm IN SSHFP 4 2 =D\n",
            ". IN SSHFP 4 2 =D\n",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of("vm IN TYPE44 \\# 33 04 02 =D\n"), None);
    }

    #[test]
    fn an_algorithm_says_of_which_types_the_key_may_be() {
        let ecdsa = [Curve::Nistp256, Curve::Nistp384, Curve::Nistp521].map(Kind::Ecdsa);
        for (algorithm, kinds) in
            [(1, &[Kind::Rsa][..]), (2, &[Kind::Dsa][..]), (3, &ecdsa[..]), (4, &[Kind::Ed25519][..])]
        {
            let records = read(&format!("vm IN SSHFP {algorithm} 2 {D}\n"), 1).unwrap().unwrap();
            assert_eq!(records.keys[0].2.kinds, kinds);
        }
    }

    #[test]
    fn no_text_has_more_records_than_the_limit() {
        let records = |count: usize| -> String { (0..count).map(|n| format!("vm IN SSHFP 4 2 {n:064x}\n")).collect() };
        let limit = crate::trusted::keys::MAX_KEYS;
        assert_eq!(of(&records(limit)).unwrap().unwrap().len(), limit);
        let (_, error) = read(&records(limit + 1), 1).unwrap().unwrap_err();
        assert_eq!(error.message(), misfits::too_many().message());
    }
}

//! Decides whether a line is about a host.

use std::net::Ipv6Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use hmac::{Hmac, KeyInit as _, Mac as _};
use memchr::memmem;
use sha1::Sha1;

/// The prefix of a hashed name; OpenSSH's ssh-keygen(1), -H.
const HASHED: &[u8] = b"|1|";

/// The length of a salt and of a hash in OpenSSH, in bytes.
const LENGTH: usize = 20;

/// Hashes a host name with a new salt, so the file does not reveal where its owner connects to.
pub(super) fn hashed(host: &str) -> Result<String, Error> {
    let mut salt = [0; LENGTH];
    getrandom::fill(&mut salt).map_err(|_| Error::failure("cannot read system randomness"))?;
    let mac = Hmac::<Sha1>::new(&padded(salt)).chain_update(host).finalize().into_bytes();
    Ok(format!("|1|{}|{}", STANDARD.encode(salt), STANDARD.encode(mac)))
}

/// HMAC pads a short key with zeros (RFC 2104 section 2); a key of a whole block needs no check of its length.
fn padded(salt: [u8; LENGTH]) -> hmac::digest::Key<Hmac<Sha1>> {
    let mut key = [0; 64];
    key.iter_mut().zip(salt).for_each(|(to, byte)| *to = byte);
    key.into()
}

/// A hashed name. Half of its HMAC is computed once for all hosts that it is compared with.
pub(super) struct Hashed {
    keyed: Hmac<Sha1>,
    mac: [u8; LENGTH],
}

impl Hashed {
    /// Whether a name is hashed, even if damaged.
    pub(super) fn is_one(name: &[u8]) -> bool {
        name.starts_with(HASHED)
    }

    /// Parses a name; `None` if it is not hashed, or damaged.
    pub(super) fn read(name: &[u8]) -> Option<Self> {
        let rest = name.strip_prefix(HASHED)?;
        let (salt, mac) = rest.split_at_checked(memchr::memchr(b'|', rest)?)?;
        Some(Self { keyed: Hmac::new(&padded(decode(salt)?)), mac: decode(mac.get(1..)?)? })
    }

    /// Whether it is the hash of this host.
    pub(super) fn is(&self, host: &str) -> bool {
        self.keyed.clone().chain_update(host).verify_slice(&self.mac).is_ok()
    }
}

fn decode(text: &[u8]) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH + 1];
    let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
    bytes.first_chunk().copied().filter(|_| length == LENGTH)
}

/// Whether the names of a line are about this host, as ssh decides it (sshd(8)): one of them is its name, its hash, or a
/// pattern that matches it, and no name after `!` does. The host is given in lowercase.
pub(super) fn include<'a>(names: impl Iterator<Item = &'a [u8]>, host: &str) -> bool {
    let mut found = false;
    let mut names = names.peekable();
    // As in ssh, a field that begins like a hash is one hash as a whole.
    if names.peek().is_some_and(|first| Hashed::is_one(first)) {
        let hashed = names.next().and_then(Hashed::read);
        return names.next().is_none() && hashed.is_some_and(|name| name.is(host));
    }
    for name in names {
        match name.strip_prefix(b"!") {
            Some(taken_away) if matches(taken_away, host.as_bytes()) => return false,
            Some(_) => {}
            None => found |= matches(name, host.as_bytes()),
        }
    }
    found
}

/// Whether a pattern of `*`, `?` and letters of any case matches the whole text. Only the last `*` is ever retried, so the
/// product of the lengths bounds the time.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(seen) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(one) if *one == b'?' || one.eq_ignore_ascii_case(letter) => {
                at += 1;
                seen += 1;
            }
            _ => match &mut star {
                Some((place, from)) => {
                    *from += 1;
                    (at, seen) = (*place + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|letter| *letter == b'*')
}

/// Whether a word is a valid host field: names, addresses, patterns and hashed names, separated by commas.
pub(crate) fn are_names(word: &[u8]) -> bool {
    Form::of(word).is_some()
}

/// The form of a host field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Lowercase names, without ports, patterns and the like. Most fields are of this form, and there may be many.
    Plain,
    Other,
}

impl Form {
    /// The form of a word, if it is a host field.
    pub(super) fn of(word: &[u8]) -> Option<Self> {
        if are_plain(word) {
            return Some(Self::Plain);
        }
        are_of_any_form(word).then_some(Self::Other)
    }
}

fn are_plain(word: &[u8]) -> bool {
    let mut is_first = true;
    for byte in word {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => is_first = false,
            b'.' | b'-' | b'_' if !is_first => {}
            b',' if !is_first => is_first = true,
            _ => return false,
        }
    }
    !is_first
}

/// A host to look for in many lines.
pub(super) struct Sought {
    /// Its name in lowercase.
    name: String,
    /// The name without its port.
    host: memmem::Finder<'static>,
}

impl Sought {
    pub(super) fn new(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let bracketed = name.strip_prefix('[').and_then(|rest| rest.rsplit_once(']'));
        let host = memmem::Finder::new(bracketed.map_or(&*name, |(host, _)| host)).into_owned();
        Self { name, host }
    }

    /// Whether the names of a line may be about the host, at this port or another. For nearly all lines they are not.
    pub(super) fn may_be_in(&self, names: &[u8], form: Form) -> bool {
        let is_in = |names: &[u8]| self.host.find(names).is_some();
        match form {
            Form::Plain => is_in(names),
            // The characters of a hash contain no names.
            Form::Other => {
                !Hashed::is_one(names) && is_in(&names.to_ascii_lowercase())
                    || include(names.split(|byte| *byte == b','), &self.name)
            }
        }
    }
}

fn are_of_any_form(word: &[u8]) -> bool {
    // A hashed name is alone in its field: text after it would be part of the hash.
    let is_alone = !word.contains(&b',');
    !word.is_empty()
        && word.split(|byte| *byte == b',').all(|name| is_name(name) && (is_alone || !Hashed::is_one(name)))
}

/// Whether this is a name or pattern, with an optional port and `!`; or a hashed name. ssh itself accepts any word as a name.
/// A trusted text is held to this rule, since `-vm` there is a removed line of a diff, and `3:vm` has a line number.
fn is_name(name: &[u8]) -> bool {
    if Hashed::is_one(name) {
        return name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"|+/=".contains(byte));
    }
    let name = name.strip_prefix(b"!").unwrap_or(name);
    match name.strip_prefix(b"[") {
        Some(rest) => match memchr::memrchr(b']', rest).and_then(|end| rest.split_at_checked(end)) {
            Some((host, [b']'])) => is_bare(host),
            Some((host, [b']', b':', port @ ..])) => {
                is_bare(host) && !port.is_empty() && port.iter().all(|byte| byte.is_ascii_digit() || is_wildcard(*byte))
            }
            _ => false,
        },
        None => is_bare(name),
    }
}

/// Whether this is a name, an address, or a pattern of one, without a port.
fn is_bare(name: &[u8]) -> bool {
    if name.contains(&b':') {
        return is_ipv6(name);
    }
    let is_first = |byte: &u8| byte.is_ascii_alphanumeric() || is_wildcard(*byte) || *byte >= 0x80;
    let is_character = |byte: &u8| is_first(byte) || matches!(byte, b'.' | b'-' | b'_' | b'%');
    name.first().is_some_and(is_first) && name.iter().all(is_character)
}

/// Whether this is an IPv6 address or a pattern of some, with an optional zone: `fe80::1%eth0`.
fn is_ipv6(name: &[u8]) -> bool {
    let (address, zone) = match memchr::memchr(b'%', name).and_then(|at| name.split_at_checked(at)) {
        Some((address, [_, zone @ ..])) => (address, Some(zone)),
        _ => (name, None),
    };
    let is_of_zone =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') || is_wildcard(*byte);
    let is_address = if address.iter().any(|byte| is_wildcard(*byte)) {
        let is_of_address = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.') || is_wildcard(*byte);
        address.iter().all(is_of_address) && memchr::memchr_iter(b':', address).count() > 1
    } else {
        std::str::from_utf8(address).is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok())
    };
    is_address && zone.is_none_or(|zone| !zone.is_empty() && zone.iter().all(is_of_zone))
}

const fn is_wildcard(byte: u8) -> bool {
    matches!(byte, b'*' | b'?')
}

/// Whether a word would be a host field without the prefixes of diff and grep: `-`, `+`, `3:` or `FILE:3:`.
pub(crate) fn are_names_of_a_listing(word: &[u8]) -> bool {
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let mut parts = word.splitn(3, |byte| *byte == b':');
    let names = match (parts.next(), parts.next(), parts.next()) {
        (Some([b'-' | b'+', names @ ..]), ..) => Some(names),
        (Some(number), Some(_), _) if is_number(number) => word.get(number.len() + 1..),
        (Some(_), Some(number), names) if is_number(number) => names,
        _ => None,
    };
    !are_names(word) && names.is_some_and(are_names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_about(names: &str, host: &str) -> bool {
        include(names.split(',').map(str::as_bytes), host)
    }

    #[test]
    fn hashed_names_are_their_hosts_alone() {
        let name = hashed("[vm]:2222").unwrap();
        assert!(are_about(&name, "[vm]:2222") && !are_about(&name, "vm"));
        assert_ne!(name, hashed("[vm]:2222").unwrap());
        for damaged in ["|1|", "|1||", "|1|!|!", "|1|AAAA", "|1|AAAA|AAAA"] {
            assert!(Hashed::is_one(damaged.as_bytes()) && !are_about(damaged, "vm"), "{damaged}");
        }
    }

    #[test]
    fn prefixes_of_diff_and_grep_are_not_part_of_a_name() {
        for names in [
            "vm",
            "VM.example,203.0.113.7",
            "[vm]:2222,[203.0.113.7]:*,[*]:22",
            "[vm],[::1]",
            "2001:db8::1,::1,[2001:db8::1]:2222,::ffff:10.0.0.1",
            "fe80::1%eth0,[fe80::1%eth0]:2222",
            "fe80::1%br-1.2_x,fe80::1%e*",
            "*,!v?,*.example,2001:db8:*",
            "3com,vm_1,caf\u{e9}",
            "|1|a=|b=",
        ] {
            assert!(are_names(names.as_bytes()), "{names}");
        }
        for (names, is_of_a_listing) in [
            ("-gw,vm", true),
            ("-vm", true),
            ("3:gw,vm", true),
            ("3:[vm]:2222", true),
            ("known_hosts:3:gw,vm", true),
            ("gw:22", false),
            ("3:4:-vm", false),
            ("vm,-gw", false),
            ("+vm", true),
            ("3:*", true),
            ("vm,", false),
            (",vm", false),
            ("[vm]:", false),
            ("[vm", false),
            ("fe80::1%", false),
            ("", false),
        ] {
            assert!(!are_names(names.as_bytes()), "{names}");
            assert_eq!(are_names_of_a_listing(names.as_bytes()), is_of_a_listing, "{names}");
        }
        // Where a file is looked up or changed, ssh's own rule applies.
        assert!(are_about("-gw,vm", "vm") && are_about("3:gw,vm", "vm"));
    }

    #[test]
    fn patterns_match_as_in_ssh() {
        for (names, host) in [
            ("vm", "vm"),
            ("VM.Example", "vm.example"),
            ("other,vm", "vm"),
            ("*.example", "a.b.example"),
            ("v?,!other", "vm"),
            ("*", "[::1]:2222"),
            ("**m*", "vm"),
            ("[vm]:2222", "[vm]:2222"),
        ] {
            assert!(are_about(names, host), "{names} {host}");
        }
        for (names, host) in [
            ("vm", "vm2"),
            ("vm2", "vm"),
            ("", "vm"),
            ("?", "vm"),
            ("*.example", "example"),
            ("*,!v*", "vm"),
            ("!v*,*", "vm"),
            ("!x", "vm"),
            ("[vm]:22", "vm"),
        ] {
            assert!(!are_about(names, host), "{names} {host}");
        }
        // Neither this nor a similar pattern takes long.
        assert!(!matches(&b"*a".repeat(1000), &b"a".repeat(999)));
    }

    #[test]
    fn lowercase_names_are_plain() {
        for word in ["vm", "3com,vm_1", "vm-2.example,203.0.113.7"] {
            assert_eq!(Form::of(word.as_bytes()), Some(Form::Plain), "{word}");
        }
        for word in ["VM", "vm,*", "!vm", "[vm]:22", "::1", "|1|a=|b="] {
            assert_eq!(Form::of(word.as_bytes()), Some(Form::Other), "{word}");
        }
        for word in ["", ",", "vm,,gw", "-vm", ".vm", "_"] {
            assert_eq!(Form::of(word.as_bytes()), None, "{word}");
        }
    }
}

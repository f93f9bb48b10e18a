//! Parses the options before a key in `authorized_keys`: the grammar of sshd(8), AUTHORIZED_KEYS FILE FORMAT, as in
//! OpenSSH's own parser (`sshauthopt_parse` in auth-options.c and `sshkey_advance_past_options` in authfile.c, 9.2 to
//! 10.6).
//!
//! sshd first tries to read a line as a key. If that fails, it skips one field, which may contain spaces between double
//! quotes, reads the key after it, and only then parses the field. One unknown option makes it ignore the line. So the name
//! of an option decides before its quotes do: text in the quotes of an unknown option is not a key, and the key after it
//! accepts no login.

use std::fmt;

/// The options without a value, and whether `no-` may precede them.
const FLAGS: [(&str, bool); 9] = [
    ("restrict", false),
    ("cert-authority", false),
    ("port-forwarding", true),
    ("agent-forwarding", true),
    ("x11-forwarding", true),
    ("touch-required", true),
    ("verify-required", true),
    ("pty", true),
    ("user-rc", true),
];

/// Checks an option's value, given without its quotes, and whether the option was given before; returns the fault.
type CheckValue = fn(&[u8], bool) -> Option<Fault>;

/// The options with a value in double quotes.
const VALUES: [(&str, CheckValue); 8] = [
    ("command", |_, again| again.then_some(Fault::Twice)),
    ("principals", |_, again| again.then_some(Fault::Twice)),
    ("from", |_, again| again.then_some(Fault::Twice)),
    ("expiry-time", |value, _| (!is_time(value)).then_some(Fault::Value)),
    ("environment", |value, _| (!is_assignment(value)).then_some(Fault::Value)),
    ("permitopen", |value, _| (!is_destination(value)).then_some(Fault::Value)),
    ("permitlisten", |value, _| {
        let is_listener = if value.contains(&b':') { is_destination(value) } else { is_port(value) };
        (!is_listener).then_some(Fault::Value)
    }),
    ("tunnel", |value, _| (!is_tunnel(value)).then_some(Fault::Value)),
];

/// The relevant effects of valid options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The key is an authority's: it signs certificates and cannot log in itself.
    pub cert_authority: bool,
}

/// The reason why sshd ignores a line with such options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An unknown option, or one of the wrong shape.
    Unknown,
    /// A value is not between double quotes.
    Quotes,
    /// A value that its option does not accept.
    Value,
    /// An option is repeated that may occur only once.
    Twice,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "sshd does not know one of the options before the key, and ignores the line",
            Self::Quotes => "an option before the key has no value in double quotes, and sshd ignores the line",
            Self::Value => "an option before the key has a value that sshd does not accept, and it ignores the line",
            Self::Twice => "an option before the key is given twice, and sshd ignores the line",
        })
    }
}

/// Splits a line after the field that sshd reads as options: at the first space or tab outside double quotes. A backslash
/// escapes a quote after it, even if another backslash precedes it. `None` if a quote does not end.
#[must_use]
pub fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut quoted = false;
    let mut at = 0;
    loop {
        match text.get(at..).unwrap_or_default() {
            [] if quoted => return None,
            [] => break,
            [b' ' | b'\t', ..] if !quoted => break,
            [b'\\', b'"', ..] => at += 1,
            [b'"', ..] => quoted = !quoted,
            _ => {}
        }
        at += 1;
    }
    text.split_at_checked(at)
}

/// Whether a text begins with an option that sshd knows.
#[must_use]
pub fn begin(text: &[u8]) -> bool {
    let empty = text.iter().take_while(|byte| **byte == b',').count();
    match option(text.get(empty..).unwrap_or_default()) {
        Some(Found::Flag(_, rest)) => matches!(rest, [] | [b',' | b' ' | b'\t', ..]),
        Some(Found::Value(..)) => true,
        None => false,
    }
}

/// Whether a field that sshd does not know, and that could name hosts, is meant as options: one of its parts is the name of
/// an option without a value, or is one character away from one, such as `no-ptty`.
pub(super) fn may_be_misspelt_option(field: &[u8]) -> bool {
    /// The shortest name for which a misspelling counts: a host name may be one character away from a shorter one
    /// (`user-pc`).
    const SHORTEST: usize = 8;
    let is_away = |part: &str, name: &str| part == name || is_one_edit_away(part.as_bytes(), name.as_bytes());
    field.split(|byte| *byte == b',').any(|part| {
        let part = String::from_utf8_lossy(part).to_ascii_lowercase();
        FLAGS.iter().any(|(name, negatable)| {
            part == *name
                || name.len() >= SHORTEST && is_away(&part, name)
                || *negatable && part.strip_prefix("no-").is_some_and(|part| is_away(part, name))
        })
    })
}

/// Whether two words differ by one inserted, deleted or replaced character, or by two adjacent characters that are swapped.
fn is_one_edit_away(one: &[u8], other: &[u8]) -> bool {
    let start = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (one.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    match (one.get(..one.len() - end), other.get(..other.len() - end)) {
        (Some([a, b]), Some([c, d])) => (a, b) == (d, c),
        (Some(one), Some(other)) => one.len() <= 1 && other.len() <= 1,
        _ => false,
    }
}

/// Parses the field before a key.
///
/// # Errors
/// sshd would not accept the key after it.
pub fn parse(field: &[u8]) -> Result<Options, Fault> {
    let mut options = Options::default();
    let mut seen = [false; VALUES.len()];
    let mut rest = field;
    while !rest.is_empty() {
        match option(rest) {
            Some(Found::Flag(name, after)) => {
                options.cert_authority |= name == "cert-authority";
                rest = after;
            }
            Some(Found::Value(index, after)) => {
                let (value, after) = unquoted(after).ok_or(Fault::Quotes)?;
                let again = seen.get_mut(index).is_some_and(|seen| std::mem::replace(seen, true));
                let fault = VALUES.get(index).and_then(|(_, check)| check(&value, again));
                fault.map_or(Ok(()), Err)?;
                rest = after;
            }
            // An empty option is ignored.
            None => {}
        }
        rest = match rest {
            [] => rest,
            [b',', rest @ ..] => rest,
            _ => return Err(Fault::Unknown),
        };
    }
    Ok(options)
}

/// An option that sshd knows, by its name, and the text after it.
enum Found<'a> {
    /// Without a value.
    Flag(&'static str, &'a [u8]),
    /// With the value that begins there, and its row in [`VALUES`].
    Value(usize, &'a [u8]),
}

/// Returns the option at the start of a text. Names ignore case.
fn option(text: &[u8]) -> Option<Found<'_>> {
    let positive = without_name(text, "no-");
    let flag = |(name, negatable): (&'static str, bool)| {
        let rest = match positive {
            Some(positive) if negatable => without_name(positive, name),
            _ => without_name(text, name),
        };
        rest.map(|rest| Found::Flag(name, rest))
    };
    let value = |(index, (name, _)): (usize, &(&str, CheckValue))| match without_name(text, name) {
        Some([b'=', value @ ..]) => Some(Found::Value(index, value)),
        _ => None,
    };
    FLAGS.into_iter().find_map(flag).or_else(|| VALUES.iter().enumerate().find_map(value))
}

fn without_name<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
}

/// Returns the value that begins with a double quote, without its quotes, and the text after it.
fn unquoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut value = Vec::new();
    loop {
        let (byte, after) = match rest {
            [] => return None,
            [b'"', after @ ..] => return Some((value, after)),
            [b'\\', b'"', after @ ..] => (b'"', after),
            [byte, after @ ..] => (*byte, after),
        };
        value.push(byte);
        rest = after;
    }
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, perhaps followed by `Z` or `UTC`.
fn is_time(value: &[u8]) -> bool {
    let upper = value.to_ascii_uppercase();
    let digits = upper.strip_suffix(b"UTC").or_else(|| upper.strip_suffix(b"Z")).unwrap_or(&upper);
    let number = |from: usize, to: usize| {
        let part = digits.get(from..to)?;
        part.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(part).ok()?.parse::<u32>().ok())?
    };
    let is = |from, range: std::ops::RangeInclusive<u32>| number(from, from + 2).is_some_and(|n| range.contains(&n));
    let date = number(0, 4).is_some() && is(4, 1..=12) && is(6, 1..=31);
    let clock = match digits.len() {
        8 => true,
        12 => is(8, 0..=23) && is(10, 0..=59),
        14 => is(8, 0..=23) && is(10, 0..=59) && is(12, 0..=61),
        _ => false,
    };
    date && clock
}

/// `NAME=value`.
fn is_assignment(value: &[u8]) -> bool {
    let name = value.iter().position(|byte| *byte == b'=').and_then(|end| value.get(..end)).unwrap_or_default();
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// `host:port`, or `[host]:port` if the host has colons.
fn is_destination(value: &[u8]) -> bool {
    let end_of = |text: &[u8], ends: &[u8]| text.iter().position(|byte| ends.contains(byte));
    let (host, port) = match value.strip_prefix(b"[") {
        Some(inner) => match end_of(inner, b"]").and_then(|end| inner.split_at_checked(end)) {
            Some((host, [b']', b':' | b'/', port @ ..])) => (host, port),
            _ => return false,
        },
        None => match end_of(value, b":/").and_then(|end| value.split_at_checked(end)) {
            Some((host, [_, port @ ..])) => (host, port),
            _ => return false,
        },
    };
    /// The longest host name: NI_MAXHOST, with its final zero.
    const LONGEST: usize = 1024;
    host.len() <= LONGEST && is_port(port)
}

/// A number, a service name, or `*` for any.
fn is_port(port: &[u8]) -> bool {
    let text = std::str::from_utf8(port).unwrap_or_default();
    let is_service = || {
        text.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text == "*" || number(text).is_some_and(|port| (1..=u16::MAX.into()).contains(&port)) || is_service()
}

/// The number of a device, or `any`.
fn is_tunnel(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).unwrap_or_default();
    text.eq_ignore_ascii_case("any") || number(text).is_some_and(|number| (0..=MAX_TUNNEL).contains(&number))
}

/// The largest number of a device: OpenSSH's SSH_TUNID_MAX.
const MAX_TUNNEL: i64 = 0x7fff_fffd;

/// Parses a number as OpenSSH's strtonum(3) does: whitespace and a sign may precede its digits.
fn number(text: &str) -> Option<i64> {
    let is_blank = |letter: char| matches!(letter, ' ' | '\t'..='\r');
    text.trim_start_matches(is_blank).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_option_is_distinguished_from_a_host_name() {
        for field in
            ["no-ptty", "restict", "restrcit", "no-agent-forwardin", "cert-authoritty", "host,no-pty", "No-PTYS"]
        {
            assert!(may_be_misspelt_option(field.as_bytes()), "{field}");
        }
        for field in [
            "vm",
            "user-pc",
            "USER-DC,10.0.0.4",
            "pt",
            "ptys",
            "district",
            "front",
            "10.0.0.4",
            "port-forwarder",
            "|1|abc",
            "",
            "user",
        ] {
            assert!(!may_be_misspelt_option(field.as_bytes()), "{field}");
        }
    }

    #[test]
    fn every_option_of_sshd_is_known_in_any_case_and_no_other_one_is() {
        for field in [
            "agent-forwarding",
            "no-agent-forwarding",
            "Cert-Authority",
            "COMMAND=\"a \\\"b\\\" # c\"",
            "environment=\"A_1=b c\"",
            "expiry-time=\"20300101\"",
            "tunnel=\" 1\",permitopen=\"h: 22\",permitlisten=\"+22\"",
            "expiry-time=\"203001012359Z\"",
            "expiry-time=\"20300101235959\"",
            "from=\"10.0.0.0/8,!10.1.1.1,*.example\"",
            "no-port-forwarding,port-forwarding",
            "no-pty",
            "no-touch-required,touch-required",
            "no-verify-required,verify-required",
            "no-user-rc,user-rc",
            "No-X11-Forwarding,x11-forwarding",
            "permitlisten=\"8080\",permitlisten=\"localhost:*\"",
            "permitopen=\"[2001:db8::1]:22\",permitopen=\"h:ssh\"",
            "principals=\"a,b\",cert-authority",
            "restrict,pty",
            "tunnel=\"0\",tunnel=\"any\"",
            "no-pty,",
            ",,no-pty,,",
        ] {
            assert!(parse(field.as_bytes()).is_ok(), "{field}");
            assert!(begin(field.as_bytes()), "{field}");
        }
        for field in [
            "no-restrict",
            "no-cert-authority",
            "no-command=\"x\"",
            "ptyx",
            "pty=\"x\"",
            "command",
            "zos-key-ring-label=\"x\"",
            "no-such-option=\"x\"",
            "agent",
            "no-no-pty",
            "=\"x\"",
        ] {
            assert_eq!(parse(field.as_bytes()), Err(Fault::Unknown), "{field}");
            assert!(!begin(field.as_bytes()), "{field}");
        }
    }

    #[test]
    fn the_reasons_for_which_sshd_refuses_options_are_distinguished() {
        for (field, fault) in [
            ("no-pty,foo", Fault::Unknown),
            ("no-pty foo", Fault::Unknown),
            ("command=\"a\"b", Fault::Unknown),
            ("command=a", Fault::Quotes),
            ("command=\"a", Fault::Quotes),
            ("command=\"a\\\\\"", Fault::Quotes),
            ("command='a'", Fault::Quotes),
            ("command=\"a\",command=\"a\"", Fault::Twice),
            ("from=\"a\",from=\"b\"", Fault::Twice),
            ("expiry-time=\"tomorrow\"", Fault::Value),
            ("expiry-time=\"20301301\"", Fault::Value),
            ("environment=\"A B=c\"", Fault::Value),
            ("environment=\"A\"", Fault::Value),
            ("permitopen=\"80\"", Fault::Value),
            ("permitopen=\"h:0\"", Fault::Value),
            ("permitopen=\"[::1]22\"", Fault::Value),
            ("permitlisten=\"h:65536\"", Fault::Value),
            ("tunnel=\"-1\"", Fault::Value),
        ] {
            assert_eq!(parse(field.as_bytes()), Err(fault), "{field}");
        }
    }

    #[test]
    fn a_field_ends_where_sshd_ends_it() {
        for (text, field) in [
            ("a b", Some("a")),
            ("a=\"b c\"\td", Some("a=\"b c\"")),
            ("a=\"b\\\" c\" d", Some("a=\"b\\\" c\"")),
            // Not an escaped backslash and the end of the quotes, as in shells.
            ("a=\"b\\\\\" c\" d", Some("a=\"b\\\\\" c\"")),
            ("a\\\"b c", Some("a\\\"b")),
            ("a=\"b c", None),
            ("", Some("")),
        ] {
            assert_eq!(split(text.as_bytes()).map(|(field, _)| field), field.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn only_cert_authority_makes_an_authority() {
        let is_authority = |field: &[u8]| parse(field).unwrap().cert_authority;
        assert!(is_authority(b"no-pty,CERT-authority"));
        assert!(!is_authority(b"command=\"a \\\",cert-authority\""));
    }
}

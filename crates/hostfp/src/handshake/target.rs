//! A host as the command line names it, and as `known_hosts` does.

use std::ffi::OsStr;
use std::fmt;
use std::net::Ipv6Addr;

use common::error::Error;
use common::escape;

/// The port of SSH.
pub(crate) const SSH_PORT: u16 = 22;

/// A host and its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// A name or an address, in small letters, without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
}

impl Target {
    /// Reads `HOST`, `HOST:PORT`, `[HOST]:PORT`, or an IPv6 address alone; `port` is the one where none is named.
    ///
    /// # Errors
    /// It is none of these.
    pub(crate) fn parse(operand: &OsStr, port: u16) -> Result<Self, Error> {
        let wrong = |why: &str| {
            let operand = escape::quoted(operand.as_encoded_bytes());
            Error::failure(format!("{operand} is no host: {why}")).hint("HOST, HOST:PORT or [ADDRESS]:PORT")
        };
        let text = operand.to_str().ok_or_else(|| wrong("it is not text"))?;
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(|| wrong("the bracket is not closed"))?;
                match after.strip_prefix(':') {
                    Some(digits) => (host, parse_port(digits).ok_or_else(|| wrong("the port is wrong"))?),
                    None if after.is_empty() => (host, port),
                    None => return Err(wrong("there is something behind the bracket")),
                }
            }
            None => match text.split_once(':') {
                // Two colons or more: an IPv6 address.
                Some((_, after)) if after.contains(':') => (text, port),
                Some((host, digits)) => (host, parse_port(digits).ok_or_else(|| wrong("the port is wrong"))?),
                None => (text, port),
            },
        };
        let address = host.split_once('%').map_or(host, |(address, _zone)| address);
        if host.contains(':') && address.parse::<Ipv6Addr>().is_err() {
            return Err(wrong("it is not an IPv6 address"));
        }
        if host.is_empty() || host.len() > 255 {
            return Err(wrong("the name is empty or too long"));
        }
        // What would mean something else in known_hosts, on a terminal, or to a program.
        let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ':' | '%');
        if host.contains('@') {
            return Err(wrong("leave out the user's name and the '@'"));
        }
        if let Some(letter) = host.chars().find(|letter| !is_plain(*letter)) {
            return Err(wrong(&format!(
                "no name holds '{}'",
                escape::text(letter.encode_utf8(&mut [0; 4]).as_bytes())
            )));
        }
        if host.starts_with('-') {
            return Err(wrong("no name begins with '-'"));
        }
        Ok(Self { host: host.to_lowercase(), port })
    }
}

/// A port: 1 to 65535, digits only.
pub(crate) fn parse_port(digits: &str) -> Option<u16> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|port| *port != 0)
}

impl fmt::Display for Target {
    /// As `known_hosts` has it: the host, or `[host]:port`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.port == SSH_PORT { f.write_str(&self.host) } else { write!(f, "[{}]:{}", self.host, self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<String> {
        Target::parse(OsStr::new(text), 22).ok().map(|target| format!("{target} {} {}", target.host, target.port))
    }

    #[test]
    fn hosts_are_read_in_every_form_and_named_as_known_hosts_does() {
        for (text, read) in [
            ("VM.example", "vm.example vm.example 22"),
            ("vm:2222", "[vm]:2222 vm 2222"),
            ("vm:22", "vm vm 22"),
            ("203.0.113.7", "203.0.113.7 203.0.113.7 22"),
            ("::1", "::1 ::1 22"),
            ("[::1]", "::1 ::1 22"),
            ("[::1]:2222", "[::1]:2222 ::1 2222"),
            ("fe80::1%eth0", "fe80::1%eth0 fe80::1%eth0 22"),
            ("[vm]:2222", "[vm]:2222 vm 2222"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(read));
        }
        assert_eq!(Target::parse(OsStr::new("vm"), 2222).unwrap().to_string(), "[vm]:2222");
        assert_eq!(Target::parse(OsStr::new("vm:22"), 2222).unwrap().to_string(), "vm");
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "", ":22", "vm:", "vm:0", "vm:65536", "vm:+1", "vm:ssh", "[::1", "[::1]2", "[]:22", "1:2:3", "a b", "a\nb",
            "a,b", "*", "!a", "@a", "|1|a", "-x", "a#b", "a\u{1b}b",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! A host as named on the command line and in `known_hosts`.

use std::ffi::OsStr;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use common::error::Error;
use common::escape;

/// The default port of SSH.
pub(crate) const SSH_PORT: u16 = 22;

/// A host and its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// A name or an address, in lowercase, without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
}

impl Target {
    /// Parses `HOST`, `HOST:PORT`, `[HOST]:PORT`, or an IPv6 address alone; `port` is the default.
    ///
    /// # Errors
    /// It is none of these.
    pub(crate) fn parse(operand: &OsStr, port: u16) -> Result<Self, Error> {
        let wrong = |why: &str| {
            let operand = escape::quoted(operand.as_encoded_bytes());
            Error::failure(format!("{operand} is not a host: {why}")).hint("HOST, HOST:PORT or [ADDRESS]:PORT")
        };
        let text = operand.to_str().ok_or_else(|| wrong("it is not text"))?;
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(|| wrong("the bracket is not closed"))?;
                match after.strip_prefix(':') {
                    Some(digits) => (host, parse_port(digits).ok_or_else(|| wrong("the port is wrong"))?),
                    None if after.is_empty() => (host, port),
                    None => return Err(wrong("there is text after the bracket")),
                }
            }
            None => match text.split_once(':') {
                // Two colons or more: an IPv6 address.
                Some((_, after)) if after.contains(':') => (text, port),
                Some((host, digits)) => (host, parse_port(digits).ok_or_else(|| wrong("the port is wrong"))?),
                None => (text, port),
            },
        };
        if host.is_empty() || host.len() > 255 {
            return Err(wrong("the name is empty or too long"));
        }
        // Other characters have a special meaning in known_hosts, on a terminal, or to a program.
        let is_plain =
            |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | ':' | '%');
        if host.contains('@') && !host.contains(char::is_whitespace) {
            return Err(wrong("omit the user name and the '@'"));
        }
        if let Some(character) = host.chars().find(|character| !is_plain(*character)) {
            return Err(wrong(&format!(
                "a name cannot contain '{}'",
                escape::text(character.encode_utf8(&mut [0; 4]).as_bytes())
            )));
        }
        if host.starts_with('-') {
            return Err(wrong("a name cannot begin with '-'"));
        }
        let (address, zone) = host.find('%').map_or((host, ""), |at| host.split_at(at));
        if host.contains(':') {
            let address: Ipv6Addr = address.parse().map_err(|_| wrong("it is not an IPv6 address"))?;
            return Ok(Self { host: format!("{address}{zone}"), port });
        }
        if let Some(address) = ipv4_address(host) {
            return Ok(Self { host: address.to_string(), port });
        }
        Ok(Self { host: host.to_lowercase(), port })
    }
}

/// The address that a text means to the resolver, in any spelling that it accepts (inet_aton(3)), such as `127.1` or
/// `0x7f.0.0.1`: ssh connects to that address, and looks for its usual spelling in `known_hosts`.
fn ipv4_address(text: &str) -> Option<Ipv4Addr> {
    let parts = text.split('.').map(|part| match (part.strip_prefix("0x").or(part.strip_prefix("0X")), part) {
        (Some(digits), _) => digits_in(digits, 16),
        (None, "0") => Some(0),
        (None, part) if part.starts_with('0') => digits_in(part, 8),
        (None, part) => digits_in(part, 10),
    });
    let parts: Vec<u32> = parts.collect::<Option<_>>()?;
    // The last part stands for all remaining bytes.
    let (last, bytes) = parts.split_last().filter(|(_, bytes)| bytes.len() < 4)?;
    let left = 4 - bytes.len();
    if bytes.iter().any(|byte| *byte > 255) || (left < 4 && *last >> (8 * left) != 0) {
        return None;
    }
    let high = bytes.iter().zip([24, 16, 8]).map(|(byte, shift)| byte << shift).sum::<u32>();
    Some(Ipv4Addr::from_bits(high | last))
}

/// Parses an integer that consists of digits only.
fn digits_in(text: &str, radix: u32) -> Option<u32> {
    let is_number = text.chars().all(|digit| digit.is_digit(radix));
    is_number.then(|| u32::from_str_radix(text, radix).ok()).flatten()
}

/// Parses a port: 1 to 65535, digits only.
pub(crate) fn parse_port(digits: &str) -> Option<u16> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|port| *port != 0)
}

impl fmt::Display for Target {
    /// As in `known_hosts`: the host, or `[host]:port`.
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
            ("0:0:0:0:0:0:0:1", "::1 ::1 22"),
            ("2001:DB8::0", "2001:db8:: 2001:db8:: 22"),
            ("127.1", "127.0.0.1 127.0.0.1 22"),
            ("2130706433:2222", "[127.0.0.1]:2222 127.0.0.1 2222"),
            ("0x7F.0.0.1", "127.0.0.1 127.0.0.1 22"),
            ("0177.0.1", "127.0.0.1 127.0.0.1 22"),
            ("127.000.000.001", "127.0.0.1 127.0.0.1 22"),
            ("10.65535", "10.0.255.255 10.0.255.255 22"),
            ("255.1", "255.0.0.1 255.0.0.1 22"),
            // Names.
            ("256.0.0.1", "256.0.0.1 256.0.0.1 22"),
            ("1.2.3.4.5", "1.2.3.4.5 1.2.3.4.5 22"),
            ("1.2.3.4.0", "1.2.3.4.0 1.2.3.4.0 22"),
            ("1.2.3.08", "1.2.3.08 1.2.3.08 22"),
            ("10.vm", "10.vm 10.vm 22"),
            ("1.16777216", "1.16777216 1.16777216 22"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(read));
        }
        assert_eq!(Target::parse(OsStr::new("vm"), 2222).unwrap().to_string(), "[vm]:2222");
        assert_eq!(Target::parse(OsStr::new("vm:22"), 2222).unwrap().to_string(), "vm");
    }

    #[test]
    fn invalid_hosts_are_refused() {
        for text in [
            "", ":22", "vm:", "vm:0", "vm:65536", "vm:+1", "vm:ssh", "[::1", "[::1]2", "[]:22", "1:2:3", "a b", "a\nb",
            "a,b", "*", "!a", "@a", "|1|a", "-x", "a#b", "a\u{1b}b",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse(&"a".repeat(255)).is_some() && parse(&"a".repeat(256)).is_none());
        assert_eq!(ipv4_address("127.+1"), None);
    }
}

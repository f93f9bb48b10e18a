//! A range of addresses in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3).

use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use common::error::Error;
use common::escape;

use crate::handshake::target::{SSH_PORT, Target};

/// The most bits that may vary in a range: 65,536 addresses.
const MAX_BITS: u32 = 16;

/// A range. Its first and last address count as hosts, as for ssh-keyscan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: IpAddr,
    /// How many bits vary; at most [`MAX_BITS`].
    bits: u32,
    port: u16,
}

impl Range {
    /// Parses `ADDRESS/LENGTH`; `None` without a slash, which no name contains.
    pub(super) fn parse(text: &str, port: u16) -> Option<Result<Self, Error>> {
        let (address, length) = text.split_once('/')?;
        Some(Self::of(address, length, port).map_err(|why| {
            let named = escape::quoted(text.as_bytes());
            let is_length = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
            let is_range = address.parse::<IpAddr>().is_ok() || is_length;
            match host_of(text).filter(|_| (text.contains("://") || !is_range) && !escape::is_contents(text.as_bytes()))
            {
                Some(host) => Error::failure(format!("{named} is a URL or a path, not a host"))
                    .hint(format!("give the host alone: {host}")),
                None => Error::failure(format!("{named} is not a host or a range: {why}"))
                    .hint("a range is an address and the length of its prefix in bits, such as 10.0.0.0/24"),
            }
        }))
    }

    fn of(address: &str, length: &str, port: u16) -> Result<Self, String> {
        let address: IpAddr = address.parse().map_err(|_| "not a CIDR range")?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let bits = Some(length)
            .filter(|_| is_number)
            .and_then(|digits| digits.parse().ok())
            .and_then(|length| u32::checked_sub(width, length))
            .ok_or_else(|| format!("the number after the slash must be 0 to {width}"))?;
        if bits > MAX_BITS {
            return Err(format!("a range has at most {} addresses", 1 << MAX_BITS));
        }
        let range = Self { first: address, bits, port };
        match number(address) & ((1 << bits) - 1) {
            0 => Ok(range),
            // ssh-keyscan takes it for a name.
            beyond => {
                let first = with_number(address, number(address) - beyond);
                Err(format!("did you mean {first}/{length}?"))
            }
        }
    }

    /// The number of addresses.
    pub(super) const fn count(&self) -> usize {
        1 << self.bits
    }

    /// Returns all of them.
    pub(super) fn into_all(self) -> impl Iterator<Item = Target> + Send {
        let first = number(self.first);
        (first..=first + ((1 << self.bits) - 1))
            .map(move |number| Target { host: with_number(self.first, number).to_string(), port: self.port })
    }
}

/// The host and port in a URL, or in a path as Git writes it: `https://HOST/PATH`, `USER@HOST:PATH`.
pub(super) fn host_of(text: &str) -> Option<String> {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest).split('/').next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if !port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host.trim_end_matches(':'),
    };
    // An IPv6 address is in brackets.
    Target::parse(OsStr::new(host), SSH_PORT).ok().map(|_| escape::text(host.as_bytes()))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// An address of the same family.
fn with_number(like: IpAddr, number: u128) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX))),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let range = Range::parse(text, 22).unwrap().unwrap();
        let all: Vec<String> = range.into_all().map(|target| target.to_string()).collect();
        assert_eq!(all.len(), range.count());
        all
    }

    #[test]
    fn the_first_and_the_last_address_are_hosts() {
        assert_eq!(all("127.0.0.4/30"), ["127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"]);
        assert_eq!(all("127.0.0.1/32"), ["127.0.0.1"]);
        assert_eq!(all("255.255.255.254/31"), ["255.255.255.254", "255.255.255.255"]);
        assert_eq!(all("10.1.0.0/16").len(), 65_536);
        assert_eq!(all("::fffe/127"), ["::fffe", "::ffff"]);
        assert_eq!(all("ffff::ffff/128"), ["ffff::ffff"]);
    }

    #[test]
    fn invalid_ranges_are_reported() {
        assert!(Range::parse("vm", 22).is_none());
        for (text, why) in [
            ("127.0.0.6/30", "did you mean 127.0.0.4/30?"),
            ("::ffff/127", "did you mean ::fffe/127?"),
            ("192.168.16/28", "not a CIDR range"),
            ("vm/24", "not a CIDR range"),
            ("10.0.0.0/33", "must be 0 to 32"),
            ("10.0.0.0/", "must be 0 to 32"),
            ("10.0.0.0/+8", "must be 0 to 32"),
            ("10.0.0.0/15", "at most 65536 addresses"),
            ("::/0", "at most"),
            ("::/129", "must be 0 to 128"),
            ("10.0.0.0/24/1", "must be 0 to 32"),
            ("ssh://vm:22", "'ssh://vm:22' is a URL or a path"),
        ] {
            let error = Range::parse(text, 22).unwrap().unwrap_err();
            assert!(error.message().contains(why), "{text}: {error:?}");
        }
    }

    #[test]
    fn the_hint_for_a_url_names_its_host() {
        for (text, host) in [
            ("ssh://vm:22", "vm:22"),
            ("ssh://git@vm.example:2222/me/repository.git", "vm.example:2222"),
            ("https://vm.example/", "vm.example"),
            ("sftp://[::1]:2222/x", "[::1]:2222"),
            ("vm.example:me/repository.git", "vm.example"),
            ("vm.example/me", "vm.example"),
        ] {
            let error = Range::parse(text, 22).unwrap().unwrap_err();
            assert_eq!(error.remedy(), Some(format!("give the host alone: {host}").as_str()), "{text}");
        }
    }
}

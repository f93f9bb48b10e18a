//! A `known_hosts` as expectation: each host must show the keys that the file has for it.
//!
//! A stranger cannot add a line to trusted text unnoticed: every line must be a `known_hosts` line, and each line names its
//! hosts.

use std::ffi::OsStr;
use std::io::Read;

use common::error::{Error, Place};
use common::escape;
use common::input::too_long;
use common::key::{Fingerprint, Hash};

use super::names::list;
use crate::handshake::target::{SSH_PORT, Target};
use crate::known_hosts::{self, Unread};
use crate::trusted::{MAX_KEYS, Trusted, TrustedKey};

/// The text of a `known_hosts`.
#[derive(Debug)]
pub(crate) struct KnownHosts {
    place: Place,
    text: Vec<u8>,
}

impl KnownHosts {
    /// Takes a text whose lines are all known to be `known_hosts` lines.
    pub(super) const fn of_lines(place: Place, text: Vec<u8>) -> Self {
        Self { place, text }
    }

    /// Reads a text whose lines must all be `known_hosts` lines. With `hosts`, [`find`](Self::find) will be called for no
    /// other.
    ///
    /// # Errors
    /// A line is not one, or the text cannot be read or is too long.
    pub(super) fn read(place: Place, reader: impl Read + Send, hosts: Option<&[String]>) -> Result<Self, Error> {
        let mut reader = reader.take(known_hosts::MAX_FILE as u64 + 1);
        let lines = known_hosts::lines_about(&mut reader, hosts);
        if reader.limit() == 0 {
            return Err(too_long(known_hosts::MAX_FILE).at(place));
        }
        lines.map(|lines| Self::of_lines(place.clone(), lines)).map_err(|why| match why {
            Unread::Misfit(line) => Error::failure("this is not a known_hosts line")
                .hint("remove it, or give the lines of your VM only, such as `ssh-keygen -F HOST -f FILE` prints")
                .at(place.at(line)),
            Unread::Io(error) => Error::io("cannot read", &error).at(place),
        })
    }

    /// Returns the expectation of a host, whose name is written as in `known_hosts`; `None` if the file has none.
    ///
    /// # Errors
    /// All its keys are revoked.
    pub(super) fn find(&self, name: &str) -> Option<Result<Trusted, Error>> {
        let known = known_hosts::known(&self.text, name);
        let mut keys: Vec<TrustedKey> = Vec::new();
        for key in &known.keys {
            let trusted = TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()]);
            if !keys.iter().any(|known| known.fingerprint == trusted.fingerprint) {
                keys.push(TrustedKey { comment: Some(name.to_owned()), ..trusted });
            }
        }
        let name = escape::text(name.as_bytes());
        let error = match keys.len() {
            0 if known.is_revoked => Error::no(format!("its lines say that the key of {name} is revoked")),
            0 => return None,
            1..=MAX_KEYS => {
                let revoked = known.revoked.iter().map(|blob| Fingerprint::of_blob(Hash::Sha256, blob)).collect();
                return Some(Ok(Trusted { revoked, ..Trusted::of_keys(keys) }));
            }
            _ => Error::failure(format!("more keys than one host has are said to be of {name}")),
        };
        Some(Err(error.at(self.place.clone())))
    }

    /// The first name in the file that is one of these hosts at another port.
    fn at_other_port(&self, names: &[String]) -> Option<String> {
        let host = |name: &str| Target::parse(OsStr::new(name), SSH_PORT).ok().map(|target| target.host);
        let hosts: Vec<String> = names.iter().filter_map(|name| host(name)).collect();
        let text = String::from_utf8_lossy(&self.text);
        let of_line = |line: &str| {
            // A key under @cert-authority is not a host key.
            let names = line.split_whitespace().next().filter(|word| !word.starts_with('@'))?;
            let is_of_host = |name: &&str| {
                (name.starts_with('[') || !name.contains(':'))
                    && host(name).is_some_and(|host| hosts.iter().any(|own| own.eq_ignore_ascii_case(&host)))
            };
            names.split(',').find(is_of_host).map(str::to_owned)
        };
        text.lines().find_map(of_line)
    }

    /// The line number of the first line that names one of these hosts, and excludes it by another of its names (`!vm`), as
    /// ssh matches names.
    fn excluding(&self, names: &[String]) -> Option<usize> {
        let text = String::from_utf8_lossy(&self.text);
        let excludes = |line: &str| {
            let word = line.split_whitespace().next().filter(|word| !word.starts_with('@')).unwrap_or_default();
            let positive: Vec<&str> = word.split(',').filter(|name| !name.starts_with('!')).collect();
            let without = line.replacen(word, &positive.join(","), 1);
            let is_of_host = |name: &String| !known_hosts::known(without.as_bytes(), name).keys.is_empty();
            word.contains('!') && !positive.is_empty() && names.iter().any(is_of_host)
        };
        text.lines().zip(1..).find(|(line, _)| excludes(line)).map(|(_, number)| number)
    }

    /// Whether a line under `@cert-authority` is about one of these hosts, as ssh matches names.
    fn has_authority_of(&self, names: &[String]) -> bool {
        let text = String::from_utf8_lossy(&self.text);
        let lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("@cert-authority").map(str::trim_start))
            .collect::<Vec<_>>()
            .join("\n");
        let of_name = |name: &String| !known_hosts::known(lines.as_bytes(), name).keys.is_empty();
        names.iter().any(of_name)
    }

    /// The error that no line has any of these names.
    pub(super) fn no_expectation(&self, names: &[String]) -> Error {
        let none = format!("no expectation for this host: none of the lines is of {}", list(names));
        if let Some(line) = self.excluding(names) {
            return Error::failure(format!("{none}; this line excludes it by a name with `!`"))
                .hint("if its key is the host's, remove that name from the line")
                .at(self.place.at(line));
        }
        if let Some(other) = self.at_other_port(names) {
            let other = escape::text(other.as_bytes());
            return Error::failure(format!("{none}; there is one for {other}, which is another port"))
                .hint("an expectation applies to one port only: give the port with -p, or give lines for this port")
                .at(self.place.clone());
        }
        if self.has_authority_of(names) {
            return Error::failure(format!(
                "{none}, except a certificate authority's, which is not a host key"
            ))
            .hint("ssh itself checks a host's certificate by such a line; for hostfp give the host's own key, as the VM prints it")
            .at(self.place.clone());
        }
        Error::failure(none)
            .hint("a line speaks of the hosts that it names; `ssh-keygen -F HOST -f FILE` prints those of a host")
            .at(self.place.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

    #[test]
    fn the_line_of_another_port_is_named() {
        let lines = |names: &str| {
            let place = Place { file: "f".to_owned(), line: None };
            KnownHosts::read(place, format!("{names} {VM}\n").as_bytes(), None).unwrap()
        };
        let message = |names: &str, asked: &str| lines(names).no_expectation(&[asked.to_owned()]).message().to_owned();
        assert!(
            message("[127.0.0.1]:2222", "127.0.0.1")
                .ends_with("there is one for [127.0.0.1]:2222, which is another port")
        );
        assert!(message("a,VM", "[vm]:2222").ends_with("there is one for VM, which is another port"));
        assert!(message("other", "vm").ends_with("none of the lines is of vm"));
        for names in ["vm,!vm", "*,!vm", "!vm,vm"] {
            assert!(message(names, "vm").ends_with("this line excludes it by a name with `!`"), "{names}");
        }
        assert!(message("other,!vm", "vm").ends_with("none of the lines is of vm"));
        for (names, asked) in
            [("@cert-authority vm", "vm"), ("@cert-authority *", "vm"), ("@cert-authority *.b", "a.b")]
        {
            assert!(message(names, asked).contains("a certificate authority's"), "{names}");
        }
        assert!(message("@cert-authority *.b", "vm").ends_with("none of the lines is of vm"));
    }

    /// Lines of other hosts are not an answer, and `@revoked` is one, in whatever line it is.
    #[test]
    fn the_lines_of_the_host_count() {
        let place = Place { file: "src".into(), line: None };
        let of_host = |text: &str, name: &str| {
            let lines = KnownHosts::read(place.clone(), text.as_bytes(), None).unwrap();
            lines.find(name).map(|found| {
                found.map(|trusted| trusted.keys.len()).map_err(|error| {
                    assert_eq!(error.place(), Some(&place));
                    error.message().to_owned()
                })
            })
        };
        let text = format!("vm,203.0.113.7 {VM}\r\n\nother {OTHER}\n");
        for name in ["vm", "203.0.113.7", "OTHER"] {
            assert_eq!(of_host(&text, name), Some(Ok(1)), "{name}");
        }
        // Also where no other host is named.
        for (text, name) in [(&text[..], "[vm]:2222"), (&text, "x"), (&format!("vm {VM}\n"), "x")] {
            assert_eq!(of_host(text, name), None, "{name}");
        }
        let revoked = format!("{text}@revoked * {VM}\n");
        assert_eq!(of_host(&revoked, "vm").unwrap().unwrap_err(), "its lines say that the key of vm is revoked");
        assert_eq!(of_host(&revoked, "other"), Some(Ok(1)));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let place = Place { file: "src".into(), line: None };
        for line in ["ssh-ed25519 AAAA", VM, "Invalid user vm", "vm ssh-ed25519 AAAA", "@Revoked vm x", "<<<<<<< HEAD"]
        {
            let error = KnownHosts::read(place.clone(), format!("vm {VM}\n\n{line}\n").as_bytes(), None).unwrap_err();
            assert_eq!(error.place().and_then(|place| place.line), Some(3), "{line}");
        }
    }
}

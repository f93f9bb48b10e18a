//! A `known_hosts`: each host is expected to show the keys that it has there.
//!
//! Why a stranger cannot write a line of it: each line must be one, and names the hosts that it speaks of.

use common::error::{Error, Place};
use common::escape;
use common::key::{Fingerprint, Hash};

use super::names::list;
use crate::known_hosts;
use crate::trusted::{MAX_KEYS, Trusted, TrustedKey};

/// The text of a `known_hosts`.
#[derive(Debug)]
pub(crate) struct KnownHosts {
    place: Place,
    text: Vec<u8>,
}

impl KnownHosts {
    /// Takes a text each of whose lines is known to be one of `known_hosts`.
    pub(super) const fn of_lines(place: Place, text: Vec<u8>) -> Self {
        Self { place, text }
    }

    /// Reads a text each of whose lines must be one of `known_hosts`.
    ///
    /// # Errors
    /// One is not.
    pub(super) fn read(place: Place, text: Vec<u8>) -> Result<Self, Error> {
        match known_hosts::first_misfit(&text) {
            Some(line) => Err(Error::failure("this line is not one of known_hosts").at(place.at(line))),
            None => Ok(Self::of_lines(place, text)),
        }
    }

    /// What is said of a host, whose name is given as `known_hosts` has it; `None` if nothing is.
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

    /// No line is of any of these names.
    pub(super) fn says_nothing(&self, names: &[String]) -> Error {
        Error::failure(format!("no expectation for this host: none of the lines is of {}", list(names)))
            .hint("a line speaks of the hosts that it names; `ssh-keygen -F HOST -f FILE` prints those of a host")
            .at(self.place.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

    /// Lines of others are no answer, and `@revoked` is one, wherever it stands.
    #[test]
    fn the_lines_of_the_host_count() {
        let place = Place { file: "src".into(), line: None };
        let of_host = |text: &str, name: &str| {
            let lines = KnownHosts::read(place.clone(), text.as_bytes().to_vec()).unwrap();
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
            let error = KnownHosts::read(place.clone(), format!("vm {VM}\n\n{line}\n").into_bytes()).unwrap_err();
            assert_eq!(error.place().and_then(|place| place.line), Some(3), "{line}");
        }
    }
}

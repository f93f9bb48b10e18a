//! A `known_hosts` of several hosts: each is expected to show the keys that it has there.

use common::error::{Error, Place};
use common::keys::Hash;
use common::lines::escape;

use crate::known_hosts;
use crate::trusted::{KEEP_YOURS, MAX_KEYS, Trusted, TrustedKey};

/// The text of a `known_hosts`.
#[derive(Debug)]
pub(crate) struct KnownHosts {
    pub(super) place: Place,
    pub(super) text: Vec<u8>,
}

impl KnownHosts {
    /// What is said of the first of these names about which anything is said; each as `known_hosts` has it.
    ///
    /// # Errors
    /// Nothing is, or its key is revoked.
    pub(super) fn find(&self, names: &[String]) -> Result<Trusted, Error> {
        for name in names {
            if let Some(trusted) = self.of_name(name) {
                return trusted.map_err(|error| error.at(self.place.clone()));
            }
        }
        let names = escape::text(names.join(",").as_bytes());
        Err(Error::trouble(format!("its lines are of several hosts, and none is of {names}"))
            .hint(KEEP_YOURS)
            .at(self.place.clone()))
    }

    fn of_name(&self, name: &str) -> Option<Result<Trusted, Error>> {
        let known = known_hosts::known(&self.text, name);
        let mut keys: Vec<TrustedKey> = Vec::new();
        for key in &known.keys {
            let trusted = TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()]);
            if !keys.iter().any(|known| known.fingerprint == trusted.fingerprint) {
                keys.push(TrustedKey { hosts: vec![name.to_owned()], ..trusted });
            }
        }
        let name = escape::text(name.as_bytes());
        match keys.len() {
            0 if known.is_revoked => Some(Err(Error::no(format!("its lines say that the key of {name} is revoked")))),
            0 => None,
            1..=MAX_KEYS => Some(Ok(Trusted::of_keys(keys))),
            _ => Some(Err(Error::trouble(format!("more keys than one host has are said to be of {name}")))),
        }
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
        let of_host = |text: &str, names: &[&str]| {
            let lines = KnownHosts { place: place.clone(), text: text.as_bytes().to_vec() };
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            lines.find(&names).map(|trusted| trusted.keys.len()).map_err(|error| {
                assert_eq!(error.place(), Some(&place));
                error.message().to_owned()
            })
        };
        let text = format!("vm,203.0.113.7 {VM}\r\nother {OTHER}\n");
        for names in [&["vm"][..], &["203.0.113.7"], &["OTHER"], &["nobody", "other"]] {
            assert_eq!(of_host(&text, names), Ok(1), "{names:?}");
        }
        let none = of_host(&text, &["[vm]:2222", "x"]).unwrap_err();
        assert_eq!(none, "its lines are of several hosts, and none is of [vm]:2222,x");
        let revoked = format!("{text}@revoked * {VM}\n");
        assert_eq!(of_host(&revoked, &["vm"]).unwrap_err(), "its lines say that the key of vm is revoked");
        assert_eq!(of_host(&revoked, &["other"]), Ok(1));
    }
}

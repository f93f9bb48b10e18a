//! Whole host keys: public lines, as in `ssh_host_*_key.pub`, and lines of `known_hosts`, as ssh-keyscan prints them.

use std::collections::BTreeMap;

use common::bytes::Source;
use common::error::{Error, Place};
use common::forms::{self, Form, Item, Sink};
use common::keys::{Fingerprint, Hash, Kind};

use super::{Findings, NotOneHost, TrustedKey};

/// How the base64 of every SSH key begins: with the length of its type's name, which is less than 2^16 (RFC 4253
/// section 6.6). Lines without it need no closer look.
const BEGIN: &str = "AAAA";

/// The most lines of one host.
const MAX_LINES: usize = 4096;

/// Finds the keys in a text. Those under `@revoked` and `@cert-authority` are not host keys to trust; the first are not
/// trusted either where they stand elsewhere in the text.
///
/// # Errors
/// The lines are of several hosts: the key of one would do for any other.
pub(super) fn find(text: &str, findings: &mut Findings) -> Result<(), NotOneHost> {
    let mut lines = Collected::default();
    lines.read_all(text, findings);
    findings.marked |= lines.keys.iter().any(|line| line.marker.is_some());
    let (trusted, marked): (Vec<_>, Vec<_>) = lines.keys.into_iter().partition(|line| line.marker.is_none());
    one_host(&trusted)?;
    trusted.into_iter().for_each(|line| findings.put(line.key));
    let revoked = |key: &TrustedKey| {
        marked.iter().any(|line| line.marker == Some(Marker::Revoked) && line.key.fingerprint == key.fingerprint)
    };
    findings.keys.retain(|key| !revoked(key));
    if findings.marked && !findings.keys.is_empty() {
        findings.reasons.push("lines under @revoked and @cert-authority name no host key to trust".to_owned());
    }
    Ok(())
}

/// Finds the public lines alone, as in cloud-init's block.
pub(super) fn find_public_lines(text: &str, findings: &mut Findings) {
    let mut lines = Collected::default();
    lines.read_all(text, findings);
    lines.keys.into_iter().filter(|line| line.form == Form::PublicLine).for_each(|line| findings.put(line.key));
}

/// What a line of `known_hosts` may begin with; sshd(8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Revoked,
    CertAuthority,
}

#[derive(Debug)]
struct Line {
    form: Form,
    marker: Option<Marker>,
    key: TrustedKey,
}

#[derive(Debug, Default)]
struct Collected {
    keys: Vec<Line>,
    damaged: bool,
}

impl Collected {
    /// Reads the lines each by itself: what is cut in one has no part in the next.
    fn read_all(&mut self, text: &str, findings: &mut Findings) {
        let mut candidates = text.lines().filter(|line| line.contains(BEGIN));
        candidates.by_ref().take(MAX_LINES).for_each(|line| self.read(line));
        findings.too_many |= candidates.next().is_some();
        findings.damaged_key |= self.damaged;
    }

    fn read(&mut self, line: &str) {
        let before = self.keys.len();
        let place = Place { file: String::new(), line: None };
        // This sink fails on nothing.
        let _ = forms::read(Source { place, reader: Box::new(line.trim().as_bytes()) }, self);
        let names_a_type = || line.split_whitespace().any(|word| Kind::of_name(word.as_bytes()).0 != Kind::Unknown);
        self.damaged |= self.keys.len() == before && names_a_type();
    }
}

impl Sink for Collected {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        if !matches!(item.form, Form::PublicLine | Form::KnownHosts) {
            return Ok(()); // options before a key are for users' keys
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let lead = item.lead.as_deref().map(text).unwrap_or_default();
        let mut lead = lead.split_whitespace();
        let (marker, hosts) = match lead.next() {
            Some("@revoked") => (Some(Marker::Revoked), lead.next()),
            Some("@cert-authority") => (Some(Marker::CertAuthority), lead.next()),
            first => (None, first),
        };
        let hosts = hosts.unwrap_or_default().split(',').filter(|host| !host.is_empty() && !host.starts_with('|'));
        self.keys.push(Line {
            form: item.form,
            marker,
            key: TrustedKey {
                fingerprint: item.key.fingerprint(Hash::Sha256),
                kinds: vec![item.key.kind()],
                comment: item.comment.as_deref().map(text),
                hosts: hosts.map(str::to_owned).collect(),
            },
        });
        Ok(())
    }

    /// Most lines hold no key.
    fn refused(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }
}

/// Refuses lines of `known_hosts` that are of more than one host: those whose names are not joined by names that they
/// have in common, and different keys of the same type under hashed names.
fn one_host(lines: &[Line]) -> Result<(), NotOneHost> {
    let known: Vec<&Line> = lines.iter().filter(|line| line.form == Form::KnownHosts).collect();
    let mut groups = Groups::default();
    for line in known.iter().filter(|line| !line.key.hosts.is_empty()) {
        groups.join(&line.key.hosts);
    }
    if groups.count > 1 {
        return Err(NotOneHost::KnownHosts);
    }
    let mut hashed: Vec<(Kind, Fingerprint)> = Vec::new();
    for line in known.iter().filter(|line| line.key.hosts.is_empty()) {
        let Some(kind) = line.key.kinds.first() else { continue };
        match hashed.iter().find(|(known, _)| known == kind) {
            Some((_, fingerprint)) if *fingerprint != line.key.fingerprint => return Err(NotOneHost::KnownHosts),
            Some(_) => {}
            None => hashed.push((*kind, line.key.fingerprint)),
        }
    }
    Ok(())
}

/// Names that belong together.
#[derive(Default)]
struct Groups<'a> {
    /// Each name's number; a number's parent is of the same group.
    numbers: BTreeMap<&'a str, usize>,
    parents: Vec<usize>,
    count: usize,
}

impl<'a> Groups<'a> {
    fn join(&mut self, names: &'a [String]) {
        let mut first = None;
        for name in names {
            let number = *self.numbers.entry(name).or_insert_with(|| {
                self.parents.push(self.parents.len());
                self.count += 1;
                self.parents.len() - 1
            });
            let root = self.root(number);
            match first {
                Some(first) if first != root => {
                    self.parents.get_mut(root).into_iter().for_each(|parent| *parent = first);
                    self.count -= 1;
                }
                Some(_) => {}
                None => first = Some(root),
            }
        }
    }

    fn root(&mut self, mut number: usize) -> usize {
        while let Some(parent) = self.parents.get(number).copied().filter(|parent| *parent != number) {
            // Halve the way for the next time.
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            self.parents.get_mut(number).into_iter().for_each(|parent| *parent = above);
            number = parent;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

    fn found(text: &str) -> Result<Findings, String> {
        let mut findings = Findings::default();
        let text = text.replace("KEY", ED25519).replace("OTHER", OTHER);
        find(&text, &mut findings).map_err(|not| not.error().message().to_owned())?;
        Ok(findings)
    }

    #[test]
    fn lines_of_one_host_are_taken_with_its_names() {
        for (text, keys, hosts) in [
            ("KEY root@vm\n", 1, &[][..]),
            ("vm,203.0.113.7 KEY\n[vm]:2222,203.0.113.7 OTHER x\n", 2, &["vm", "203.0.113.7"]),
            ("|1|c2FsdA==|aGFzaA== KEY\n", 1, &[]),
            ("# vm:22 SSH-2.0-OpenSSH\nvm KEY\n\nvm KEY\n", 1, &["vm"]),
        ] {
            let found = found(text).unwrap();
            assert_eq!(found.keys.len(), keys, "{text}");
            assert_eq!(found.keys[0].hosts, hosts, "{text}");
        }
        assert_eq!(found("KEY root@vm\n").unwrap().keys[0].comment.as_deref(), Some("root@vm"));
    }

    #[test]
    fn lines_of_several_hosts_are_refused() {
        for text in ["vm KEY\nother OTHER\n", "vm KEY\nother KEY\n", "|1|a|b KEY\n|1|c|d OTHER\n"] {
            assert_eq!(found(text).unwrap_err(), "its lines are of several hosts", "{text}");
        }
        assert_eq!(found("a KEY\nb KEY\na,b OTHER\n").unwrap().keys.len(), 2);
    }

    #[test]
    fn marked_lines_are_no_keys_to_trust_and_a_revoked_key_is_none_anywhere() {
        for text in ["@revoked * KEY\n", "@cert-authority * KEY\n", "KEY\n@revoked vm KEY\n"] {
            let found = found(text).unwrap();
            assert!(found.keys.is_empty() && found.marked, "{text}");
        }
        assert_eq!(found("vm OTHER\n@revoked * KEY\n").unwrap().keys.len(), 1);
    }

    #[test]
    fn damaged_keys_and_users_keys_do_not_count() {
        for text in [&ED25519[..40], "no-pty KEY", "SSH-ED25519 AAAA", &ED25519.replace("ssh-ed25519", "ssh-rsa")] {
            assert!(found(text).unwrap().keys.is_empty(), "{text}");
        }
        assert!(found(&ED25519[..60]).unwrap().damaged_key);
    }
}

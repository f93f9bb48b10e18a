//! Reads the hosts to ask: operands, and files in the format of ssh-keyscan(1).
//!
//! A line is `ADDRESS,... [NAME,...]`: the addresses are tried in that order, and the names identify the host. It may also be
//! a range of addresses, `10.0.0.0/24`. A range is expanded only when its addresses are asked, so a large one takes no
//! memory.

mod range;

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, is_separator};

use common::error::Error;
use common::escape;
use common::input::{Chunks, Source, Stdin};

use crate::handshake::target::{SSH_PORT, Target};
use range::Range;

/// The most hosts of one run.
const MAX_HOSTS: usize = 1_000_000;

/// A host to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// Its possible places; the first that accepts a connection is asked.
    pub(crate) places: Vec<Target>,
    /// Its names.
    pub(crate) names: Vec<Target>,
}

impl Host {
    const fn new(places: Vec<Target>, names: Vec<Target>) -> Self {
        Self { places, names }
    }

    /// Its names, as `known_hosts` writes them.
    pub(crate) fn spelt(&self) -> Vec<String> {
        self.names.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Display for Host {
    /// As `known_hosts` names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelt().join(","))
    }
}

/// The hosts of a run, in the order in which they were named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    entries: Vec<Entry>,
    count: usize,
}

#[derive(Clone, Debug)]
enum Entry {
    Host(Host),
    Range(Range),
}

impl Hosts {
    /// The number of hosts.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Returns all of them.
    pub(crate) fn into_all(self) -> impl Iterator<Item = Host> + Send {
        self.entries.into_iter().flat_map(|entry| {
            let (host, range) = match entry {
                Entry::Host(host) => (Some(host), None),
                Entry::Range(range) => (None, Some(range)),
            };
            let alone = |target: Target| Host::new(vec![target.clone()], vec![target]);
            host.into_iter().chain(range.into_iter().flat_map(Range::into_all).map(alone))
        })
    }

    /// Adds the hosts of an operand: a host, several addresses of one host separated by commas, or a range. There is no
    /// login, so a user name before a host is dropped.
    ///
    /// # Errors
    /// It is none of these, or there are too many.
    pub(crate) fn add_operand(&mut self, operand: &OsStr, port: u16) -> Result<(), Error> {
        match operand.to_str() {
            Some(text) if is_port(text) => Err(Error::failure(format!("'{text}' is a port, not a host"))
                .hint(format!("-p {text} gives the port; an IPv4 address has dots"))),
            Some(text) => self.add(&without_users(text), None, port),
            None => Target::parse(operand, port).map(|_| ()),
        }
    }

    /// Adds the hosts in a file; `#` begins a comment.
    ///
    /// # Errors
    /// It cannot be read, or a line names no host.
    pub(crate) fn add_file(&mut self, file: &OsStr, port: u16, stdin: &mut Stdin<'_>) -> Result<(), Error> {
        let source = Source::open(file, stdin)?;
        let place = source.place.clone();
        let mut chunks = Chunks::of(source);
        let mut used = None;
        while let Some(chunk) = chunks.next_chunk(used.take())? {
            for line in chunk.lines() {
                let text = String::from_utf8_lossy(line.bytes);
                let text = text.trim_start_matches('\u{feff}').split('#').next().unwrap_or_default();
                let mut words = text.split_whitespace();
                let (first, names) = (words.next(), words.next());
                let added = match (first, words.next()) {
                    (_, Some(third)) => {
                        Err(Error::failure(format!("'{}' is one field too many", escape::text(third.as_bytes())))
                            .hint("a line is ADDRESS[,ADDRESS ...] [NAME[,NAME ...]]"))
                    }
                    (Some(first), None) => self.add(first, names, port),
                    (None, None) => Ok(()),
                };
                added.map_err(|error| error.at(place.at(line.number)))?;
            }
            used = Some(chunk);
        }
        Ok(())
    }

    fn add(&mut self, places: &str, names: Option<&str>, port: u16) -> Result<(), Error> {
        let entry = match Range::parse(places, port) {
            Some(range) if names.is_some() => {
                return range.and(Err(Error::failure("a range of addresses cannot have names")));
            }
            Some(range) => Entry::Range(range?),
            None => {
                let places = targets(places, port)?;
                // A name gets the port of its host.
                let port = places.first().map_or(port, |place| place.port);
                let names = names.map_or_else(|| Ok(places.clone()), |names| targets(names, port))?;
                Entry::Host(Host::new(places, names))
            }
        };
        self.count += match &entry {
            Entry::Host(_) => 1,
            Entry::Range(range) => range.count(),
        };
        if self.count > MAX_HOSTS {
            return Err(Error::failure(format!("more than {MAX_HOSTS} hosts")));
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// Returns the host that an operand without `--connect` may mean; `None` if it is a file, or looks like a file name or like a
/// line of a private key, which a message must not repeat.
pub(crate) fn meant(operand: &OsStr) -> Option<String> {
    let text = operand.to_str()?;
    if text.contains("://") {
        return range::host_of(text);
    }
    let text = Some(text).filter(|text| !text.contains(is_separator) && !text.ends_with(".pub"))?;
    if text == "-" || escape::is_contents(text.as_bytes()) || Path::new(operand).symlink_metadata().is_ok() {
        return None;
    }
    let host = without_users(text);
    Target::parse(OsStr::new(&host), SSH_PORT).ok().map(|_| host)
}

/// Whether a word is a port number, as telnet and nc take it after the host. As an address it would be in 0.0.0.0/16.
fn is_port(word: &str) -> bool {
    word.parse::<u16>().is_ok_and(|port| port > 0) && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `user@HOST` as HOST.
fn without_users(list: &str) -> String {
    let host = |one: &str| match one.split_once('@') {
        Some((user, host)) if !user.is_empty() && !user.contains(char::is_whitespace) => host.to_owned(),
        _ => one.to_owned(),
    };
    list.split(',').map(host).collect::<Vec<_>>().join(",")
}

fn targets(list: &str, port: u16) -> Result<Vec<Target>, Error> {
    list.split(',').map(|one| Target::parse(OsStr::new(one), port)).collect()
}

#[cfg(test)]
mod tests {
    use common::error::Place;

    use super::*;

    fn listed(text: &str) -> Result<Vec<String>, (Option<Place>, String)> {
        let mut stdin = Stdin { reader: Box::new(text.as_bytes()), is_terminal: false };
        let mut hosts = Hosts::default();
        hosts
            .add_file(OsStr::new("-"), 2222, &mut stdin)
            .map_err(|error| (error.place().cloned(), error.message().to_owned()))?;
        let count = hosts.count();
        let all: Vec<String> = hosts
            .into_all()
            .map(|host| {
                let places: Vec<String> = host.places.iter().map(Target::to_string).collect();
                format!("{} {host}", places.join(","))
            })
            .collect();
        assert_eq!(all.len(), count);
        Ok(all)
    }

    #[test]
    fn a_line_of_base64_is_not_taken_for_a_host() {
        assert_eq!(meant(OsStr::new("me@vm.example")).as_deref(), Some("vm.example"));
        assert_eq!(meant(OsStr::new("ssh -p 2222 me@vm.example")), None);
        assert_eq!(meant(OsStr::new("ssh://me@vm.example:2222")).as_deref(), Some("vm.example:2222"));
        let line = "NhAAAAAwEAAQAAAQEA1JRNYxWi8uhfm3vGshy5IR3xLHUIRkG5HopT5BLHysW7tMCiRlIR";
        assert_eq!(meant(OsStr::new(line)), None);
    }

    #[test]
    fn a_port_after_a_host_is_not_a_host() {
        let mut hosts = Hosts::default();
        let error = hosts.add_operand(OsStr::new("2247"), 22).unwrap_err();
        assert_eq!(error.message(), "'2247' is a port, not a host");
        for address in ["2130706433", "127.1", "65536"] {
            hosts.add_operand(OsStr::new(address), 22).unwrap();
        }
        assert_eq!(hosts.count(), 3);
    }

    #[test]
    fn lines_are_those_of_ssh_keyscan() {
        let text = "\u{feff}# a fleet\r\n\n 10.0.0.4,10.0.1.4\tVM,alias # one\r\n10.0.0.5:22\nb:23 c,d:24\n[::1]\n";
        let hosts = [
            "[10.0.0.4]:2222,[10.0.1.4]:2222 [vm]:2222,[alias]:2222",
            "10.0.0.5 10.0.0.5",
            "[b]:23 [c]:23,[d]:24",
            "[::1]:2222 [::1]:2222",
        ];
        assert_eq!(listed(text).unwrap(), hosts);
        assert_eq!(listed("10.0.0.4/31\nlast").unwrap().len(), 3);
    }

    #[test]
    fn invalid_lines_of_a_list_are_refused_with_their_place() {
        for (line, why) in [
            ("a b c", "'c' is one field too many"),
            ("a, b", "'' is not a host"),
            ("a |1|b", "'|1|b' is not a host"),
            ("10.0.0.0/24 net", "a range of addresses cannot have names"),
            ("a/b", "not a host"),
            ("10.0.0.0/8\n", "at most"),
        ] {
            let (place, message) = listed(&format!("fine\n{line}\n")).unwrap_err();
            assert_eq!(place.and_then(|place| place.line), Some(2), "{line}");
            assert!(message.contains(why), "{line}: {message}");
        }
        let (_, message) = listed(&"10.1.0.0/16\n".repeat(16)).unwrap_err();
        assert_eq!(message, "more than 1000000 hosts");
    }
}

//! Reads JSON Lines, or a list of objects: the output of hostfp and pubfp with `--json`, or of `az` with the host's name
//! added.
//!
//! An object has a `host`, a name or a list of them, and next to it a `fingerprint` (with its `type`), `fingerprints` or
//! `keys` as lists of lines, or the fields of Run Command's own result. What hostfp printed of a machine's own keys, or pubfp
//! of a list, has no host.
//!
//! Why a stranger cannot write it: a value is a string or a list of strings, each of which is one line, as a whole. Any other
//! statement of an object voids its host: a key that hostfp found not to be as expected, a proof that failed, an error, a
//! revocation. Besides fingerprints and keys it may only have members that are known to say nothing against them. A key that
//! is revoked in one object counts in none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use common::error::{Error, Place};
use common::escape;
use common::key::Fingerprint;
use serde_json::{Map, Value};

use super::host_entry::{HostEntry, check_untyped, strings};
use super::machine::Machine;
use super::members;
use super::own_keys::{self, is_of_own_keys, is_summary};
use crate::trusted::formats::lines::List;
use crate::trusted::formats::sshfp::Records;
use crate::trusted::grammar::{NotTrusted, json};
use crate::trusted::keys::{MAX_KEYS, Trusted, TrustedKey};
use crate::trusted::messages::misfits;
use crate::trusted::rules::one_host::{self, Origin};

/// Objects by their hosts.
#[derive(Debug, Default)]
pub struct Objects {
    file: String,
    hosts: HashMap<String, HostEntry>,
    /// The keys of objects without a host.
    loose: List,
    /// The folder of the files that these objects name.
    own_folder: Option<String>,
    /// The keys that any object revokes, by their fingerprints.
    revoked: Vec<Fingerprint>,
    /// If the names are those of DNS, short or full: the domains below which a zone file places its names.
    origins: Option<Box<[String]>>,
}

/// The most names that an object gives one host, each of which gets the content of the object.
const MAX_NAMES: usize = 256;

/// Whether a value is such an object, or a list of them.
pub(crate) fn is_one(value: &Value) -> bool {
    let object = match value {
        Value::Array(values) => values.first().and_then(Value::as_object),
        value => value.as_object(),
    };
    object.is_some_and(|object| {
        let has = |name: &str| object.contains_key(name);
        has("host") || has("hosts") || is_of_own_keys(object)
    })
}

impl Objects {
    /// Whether all keys belong to named hosts.
    pub(crate) fn name_their_hosts(&self) -> bool {
        self.loose.keys.is_empty() && !self.loose.has_weak
    }

    /// Returns the keys of objects without names, which are of one host.
    ///
    /// # Errors
    /// Some name a host; or the keys are weak, or those of several hosts.
    pub(crate) fn into_trusted(self) -> Result<Trusted, NotTrusted> {
        if !self.hosts.is_empty() {
            return Err((
                None,
                Error::failure("some objects name a host and some do not").hint("keep those of your VM"),
            ));
        }
        if self.loose.keys.is_empty() {
            return Err((None, misfits::no_lines(self.loose.has_weak, "-")));
        }
        let trusted = self.loose.into_trusted(Origin::Unknown).map_err(|error| (None, error))?;
        Ok(Trusted { revoked: self.revoked, ..trusted })
    }

    /// Takes entries of other files that each name their host, as `known_hosts` has it, with their lines.
    pub(crate) fn of_entries(place: &Place, entries: Vec<(String, usize, TrustedKey)>) -> Self {
        let mut objects = Self { file: place.file.clone(), ..Self::default() };
        for (name, line, key) in entries {
            let entry = objects.hosts.entry(name).or_insert_with(|| HostEntry { line, ..HostEntry::default() });
            // One more tells that there are too many; each is compared with those before.
            if entry.list.keys.len() <= MAX_KEYS {
                entry.list.put(key);
            }
        }
        objects
    }

    /// Takes the keys of one host, which the text names; commas separate several names.
    ///
    /// # Errors
    /// There are too many names.
    pub(crate) fn of_host(place: &Place, host: &str, keys: &Trusted) -> Result<Self, Error> {
        if host.split(',').nth(MAX_NAMES).is_some() {
            return Err(too_many_names());
        }
        let entries =
            host.split(',').flat_map(|name| keys.keys.iter().map(move |key| (name.to_owned(), 1, key.clone())));
        let mut objects = Self::of_entries(place, entries.collect());
        objects.hosts.values_mut().for_each(|entry| entry.list.weak.clone_from(&keys.weak));
        Ok(objects)
    }

    /// Takes DNS records, each for its host. A host whose records do not count keeps its name.
    pub(crate) fn of_records(place: &Place, records: Records) -> Self {
        let Records { keys, weak, names, origins, .. } = records;
        let mut objects = Self { origins: Some(origins.into()), ..Self::of_entries(place, keys) };
        for (name, line) in names {
            let entry = objects.hosts.entry(name).or_insert_with(|| HostEntry { line, ..HostEntry::default() });
            entry.notes.push(Records::note());
        }
        for (name, key) in weak {
            objects.hosts.entry(name).or_default().list.put_weak(key);
        }
        objects
    }

    /// Finds the entry of a host by its DNS name, which may be short or full. An address may be of the only host, unless the
    /// record names another one.
    fn find_in_dns(&self, spellings: &[String], origins: &[String]) -> Option<&HostEntry> {
        let absolute = |spelling: &String| self.hosts.get(&format!("{spelling}."));
        if let Some(entry) = spellings.iter().find_map(absolute) {
            return Some(entry);
        }
        let is_longer =
            |name: &str, spelling: &str| name.trim_end_matches('.').len() > spelling.trim_end_matches('.').len();
        let mut fitting = self.hosts.iter().filter(|(name, _)| {
            let is_it = |spelling: &String| match spelling.parse::<IpAddr>() {
                Ok(address) => match named_address(name) {
                    NamedAddress::Is(its) => its == address,
                    NamedAddress::OfAnother => false,
                    NamedAddress::None => self.hosts.len() == 1,
                },
                Err(_) if !one_host::is_one_name(name, spelling) => false,
                // A name that a resolver made longer, by a domain that the network chose, is another host's.
                Err(_) if spelling.contains('.') => !is_longer(name, spelling),
                Err(_) => self.may_be_short(name, origins),
            };
            spellings.iter().any(is_it)
        });
        match (fitting.next(), fitting.next()) {
            (Some((_, entry)), None) => Some(entry),
            _ => None,
        }
    }

    /// Whether some names of records end in a dot, which makes them absolute, and some do not.
    fn has_relative_and_absolute_names(&self) -> bool {
        let names = || self.hosts.keys().filter(|name| !matches!(name.as_str(), "" | "@"));
        names().any(|name| name.ends_with('.')) && names().any(|name| !name.ends_with('.'))
    }

    /// Returns the entries whose names may be the host's, with and without a final dot.
    ///
    /// # Errors
    /// Their keys differ, so they may be of several hosts.
    fn of_one_name(&self, spellings: &[String]) -> Result<Vec<&HostEntry>, Error> {
        let is_one = |name: &str| spellings.iter().any(|spelling| one_host::is_one_name(name, spelling));
        let all: Vec<&HostEntry> = self.hosts.iter().filter(|(name, _)| is_one(name)).map(|(_, entry)| entry).collect();
        let first = all.first().map(|entry| entry.list.keys.as_slice()).unwrap_or_default();
        let has_other_keys = |entry: &&HostEntry| {
            entry.list.keys.len() != first.len() || !entry.list.keys.iter().all(|key| first.contains(key))
        };
        if all.iter().any(has_other_keys) { Err(several_names()) } else { Ok(all) }
    }

    /// Whether the first label of a name may stand for it: below a zone's origin it is the only other one, and all other
    /// names are of its own domain. A name of a subdomain, which others may control, is another host's.
    fn may_be_short(&self, name: &str, origins: &[String]) -> bool {
        let (_, domain) = name.split_once('.').unwrap_or((name, ""));
        let is_of_zone = |origin: &String| name == *origin || domain == origin.trim_start_matches('.');
        let is_of_domain = |other: &String| {
            let before = other.strip_suffix(domain);
            domain.is_empty() || before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        (origins.is_empty() || origins.iter().any(is_of_zone)) && self.hosts.keys().all(is_of_domain)
    }

    /// Reads all objects of a text, which begins after `before` lines of its file.
    ///
    /// # Errors
    /// The text is not JSON, or a value is not such an object.
    pub(crate) fn read(place: &Place, text: &str, before: usize) -> Result<Self, NotTrusted> {
        let mut objects = Self { file: place.file.clone(), ..Self::default() };
        for value in json::values(text) {
            let (line, value) = value.map_err(|(line, error)| (Some(line), error))?;
            let at = |error| (Some(line), error);
            match value {
                Value::Array(values) => {
                    values.into_iter().try_for_each(|value| objects.take(value, line + before)).map_err(at)?;
                }
                value => objects.take(value, line + before).map_err(at)?,
            }
        }
        Ok(objects)
    }

    fn take(&mut self, value: Value, line: usize) -> Result<(), Error> {
        members::revoke(&value, false, &mut self.revoked);
        let Value::Object(mut object) = value else { return Err(no_host()) };
        let Some(host) = object.remove("host") else {
            return match object {
                object if is_summary(&object) => Ok(()),
                object if object.contains_key("hosts") => self.take_shared(object, line),
                object if is_of_own_keys(&object) => self.take_own(&object),
                _ => Err(no_host()),
            };
        };
        let names = strings(&host).filter(|names| !names.is_empty()).ok_or_else(no_host)?;
        if names.iter().flat_map(|name| name.split(',')).nth(MAX_NAMES).is_some() {
            return Err(too_many_names());
        }
        let names = self.shared(names);
        let other = HostEntry::of(&object, Arc::clone(&names), line);
        // hostfp prints all names of a host with commas between them.
        for name in names.iter().flat_map(|name| name.split(',')) {
            let entry = self.hosts.entry(name.to_ascii_lowercase()).or_insert_with(|| HostEntry {
                line,
                names: Arc::clone(&names),
                ..HostEntry::default()
            });
            if !Arc::ptr_eq(&entry.names, &names) && entry.names != names {
                entry.void.get_or_insert_with(|| "two objects name it together with different names".to_owned());
            }
            entry.take(&other);
        }
        Ok(())
    }

    /// Takes hostfp's own report of a key that several hosts share, if it states nothing else. Otherwise it voids the hosts
    /// that it names.
    fn take_shared(&mut self, mut object: Map<String, Value>, line: usize) -> Result<(), Error> {
        let hosts = object.remove("hosts").unwrap_or_default();
        if object.iter().all(|(name, value)| members::is_harmless(name, value)) {
            return Ok(());
        }
        let names = strings(&hosts).ok_or_else(no_host)?;
        for name in names.iter().flat_map(|name| name.split(',')) {
            let entry = self
                .hosts
                .entry(name.to_ascii_lowercase())
                .or_insert_with(|| HostEntry { line, ..HostEntry::default() });
            entry.void.get_or_insert_with(|| {
                "an object with it among its `hosts` says more than that they share a key".to_owned()
            });
        }
        Ok(())
    }

    /// Returns the list of these names that all hosts with them share: a list for each would take quadratic memory.
    fn shared(&self, names: Vec<String>) -> Arc<Vec<String>> {
        let first = names.iter().flat_map(|name| name.split(',')).next().unwrap_or_default();
        let known = self.hosts.get(&first.to_ascii_lowercase()).map(|entry| &entry.names);
        known.filter(|known| ***known == names).map_or_else(|| Arc::new(names), Arc::clone)
    }

    /// Takes an object of a machine's own key, which must be of the same folder as those before it: others are of other
    /// systems.
    fn take_own(&mut self, object: &Map<String, Value>) -> Result<(), Error> {
        let folder = own_keys::folder(object);
        if *self.own_folder.get_or_insert_with(|| folder.clone()) != folder {
            return Err(Error::failure("may be of several hosts: files of host keys in different folders")
                .hint("keep those of your VM, in /etc/ssh"));
        }
        self.loose.take_own(object)
    }

    /// Finds a host under any of these spellings of its name; `None` if no object names it.
    ///
    /// # Errors
    /// The objects mean that the host is another one, or nothing in them can be trusted.
    pub(crate) fn find(&self, spellings: &[String]) -> Option<Result<Trusted, Error>> {
        let mut all: Vec<&HostEntry> = spellings.iter().filter_map(|name| self.hosts.get(name)).collect();
        if let Some(origins) = self.origins.as_deref().filter(|_| all.is_empty()) {
            all.extend(self.find_in_dns(spellings, origins));
        }
        // Without an origin, a name without a final dot is of an unknown domain: it may be another host's than one with it.
        if self.origins.as_deref().is_some_and(<[String]>::is_empty) && self.has_relative_and_absolute_names() {
            all = match self.of_one_name(spellings) {
                Ok(all) => all,
                Err(error) => return Some(Err(error)),
            };
        }
        let line = all.first()?.line;
        let place = Place { file: self.file.clone(), line: Some(line) };
        // A final dot makes no difference to resolvers.
        let dotted = spellings.iter().flat_map(|name| [format!("{name}."), name.trim_end_matches('.').to_owned()]);
        let namesakes = dotted.filter_map(|name| self.hosts.get(&name)).collect::<Vec<_>>();
        if let Some(why) = all.iter().chain(&namesakes).find_map(|entry| entry.void.as_ref()) {
            return Some(Err(Error::failure(why.clone()).at(place).hint(VOID)));
        }
        let mut machine = Machine::default();
        if let Err(why) = all.iter().try_for_each(|entry| machine.join(&entry.machine)) {
            return Some(Err(Error::failure(why).at(place).hint(VOID)));
        }
        let mut list = List::default();
        for entry in &all {
            if let Err(why) = check_untyped(&list, &entry.list) {
                return Some(Err(Error::failure(why).at(place).hint(VOID)));
            }
            entry.list.keys.iter().for_each(|key| list.put(key.clone()));
            entry.list.weak.iter().for_each(|key| list.put_weak(key.clone()));
        }
        if list.keys.is_empty() {
            let why = if all.iter().any(|entry| entry.has_not_compared) {
                "was not compared with anything before, so it is not an expectation"
            } else {
                "has no fingerprint that is trusted"
            };
            return Some(Err(Error::failure(format!("its object {why}")).at(place).hint(VOID)));
        }
        if list.keys.len() > MAX_KEYS {
            return Some(Err(misfits::too_many().at(place)));
        }
        let mismatch_notes =
            all.iter().flat_map(|said| &said.mismatch_notes).map(|reason| format!("{place}: {reason}")).collect();
        let notes = all.iter().flat_map(|said| &said.notes).map(|note| format!("{}: {note}", self.file)).collect();
        let checked = list.into_trusted(Origin::OneMachine).map_err(|error| error.at(place));
        let revoked = self.revoked.clone();
        Some(checked.map(|trusted| Trusted { revoked, notes, mismatch_notes, ..trusted }))
    }

    /// Reports that no object names any of these hosts, whose names are written as in messages.
    pub(crate) fn says_nothing(&self, names: &[String]) -> Error {
        let dotted = |name: &&String| self.hosts.contains_key(&format!("{}.", name.to_ascii_lowercase()));
        if let Some(name) = names.iter().find(dotted) {
            let name = escape::name(name);
            return Error::failure(format!(
                "no expectation for this host: {} names `{name}.`, with a final dot",
                self.file
            ))
            .hint(format!(
                "a final dot makes a name absolute; if it is your VM's, write it as you connect to it: `{name}`"
            ));
        }
        let names = names.iter().map(|name| escape::name(name)).collect::<Vec<_>>().join(",");
        Error::failure(format!("no expectation for this host: {} does not name {names}", self.file)).hint(
            "objects (in `host`), records and entries name their hosts, with the port if it is not 22: [HOST]:PORT",
        )
    }
}

/// The address that a DNS name spells.
enum NamedAddress {
    /// This one: `10.0.0.4`, `4.0.0.10.in-addr.arpa`.
    Is(IpAddr),
    /// It is a name for addresses, and spells none.
    OfAnother,
    None,
}

/// Returns the address that a name spells (RFC 1035 section 3.5, RFC 3596 section 2.5).
fn named_address(name: &str) -> NamedAddress {
    let name = name.trim_end_matches('.');
    if let Ok(address) = name.parse() {
        return NamedAddress::Is(address);
    }
    let reversed = |labels: &str, separator: &str| labels.rsplit('.').collect::<Vec<_>>().join(separator);
    let address = if let Some(labels) = name.strip_suffix(".in-addr.arpa") {
        reversed(labels, ".").parse().ok()
    } else if let Some(labels) = name.strip_suffix(".ip6.arpa") {
        let digits = reversed(labels, "");
        u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32).map(|bits| IpAddr::V6(bits.into()))
    } else {
        return NamedAddress::None;
    };
    address.map_or(NamedAddress::OfAnother, NamedAddress::Is)
}

/// The remedy for an object that is not an expectation.
const VOID: &str = "replace it with what the VM itself printed, such as by Run Command";

/// Reports records whose names may be of one host or of two, and have different keys.
fn several_names() -> Error {
    Error::failure("may be of several hosts: records of names with a final dot and without one, with different keys")
        .hint("write each name in full, with a final dot, or put the zone's $ORIGIN above them")
}

fn too_many_names() -> Error {
    Error::failure(format!("more than {MAX_NAMES} names of one host")).hint("keep those of your VM")
}

fn no_host() -> Error {
    Error::failure("no JSON object with a `host`")
        .hint("{\"host\": \"vm\", \"fingerprints\": [\"SHA256:...\"]}, one a line, or what hostfp --json printed")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use common::key::{Curve, Hash, Kind};

    use super::*;
    use crate::trusted::formats::sshfp;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const B: &str = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";

    fn read(text: &str) -> Objects {
        let (_, first) = json::values(text).next().unwrap().unwrap();
        assert!(is_one(&first), "{text}");
        Objects::read(&Place { file: "f".to_owned(), line: None }, text, 0).unwrap()
    }

    fn found(objects: &Objects, host: &str) -> Vec<(String, Vec<Kind>)> {
        let trusted = objects.find(&[host.to_owned()]).unwrap().unwrap();
        trusted.keys.into_iter().map(|key| (key.fingerprint.to_string(), key.kinds)).collect()
    }

    fn refused(objects: &Objects, host: &str) -> String {
        objects.find(&[host.to_owned()]).unwrap().unwrap_err().message().to_owned()
    }

    #[test]
    fn what_hostfp_printed_is_what_it_expects() {
        let text = format!(
            "{{\"host\":\"[vm]:2222\",\"type\":\"ssh-ed25519\",\"bits\":256,\"fingerprint\":\"{A}\",\"verdict\":\"match\"}}\n\
             {{\"host\":\"[vm]:2222\",\"type\":\"ssh-rsa\",\"bits\":3072,\"fingerprint\":\"{B}\"}}\n\
             {{\"host\":\"Other,alias\",\"type\":\"ecdsa-sha2-nistp256\",\"bits\":256,\"fingerprint\":\"{B}\"}}\n\
             {{\"type\":\"ssh-rsa\",\"fingerprint\":\"{B}\",\"hosts\":[\"[vm]:2222\",\"other\"]}}\n"
        );
        let objects = read(&text);
        assert_eq!(found(&objects, "[vm]:2222"), [(A.into(), vec![Kind::Ed25519]), (B.into(), vec![Kind::Rsa])]);
        for name in ["other", "alias"] {
            assert_eq!(found(&objects, name), [(B.into(), vec![Kind::Ecdsa(Curve::Nistp256)])]);
        }
        assert!(objects.find(&["vm".to_owned()]).is_none());
    }

    #[test]
    fn what_was_not_as_expected_is_no_expectation() {
        let with = |host: &str, rest: &str| {
            format!("{{\"host\":\"{host}\",\"type\":\"ssh-rsa\",\"fingerprint\":\"{A}\"{rest}}}\n")
        };
        let other =
            format!("{{\"host\":\"a\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"{B}\",\"verdict\":\"mismatch\"}}\n");
        let text = [
            with("a", ",\"verdict\":\"match\""),
            other,
            with("b", ""),
            "{\"host\":\"b\",\"error\":\"the signature is wrong\",\"hint\":null}\n".to_owned(),
            with("c", ",\"verdict\":\"match\""),
            with("c", ",\"verdict\":\"unknown\"").replace(A, B),
            with("d", ",\"verdict\":[\"mismatch\"]"),
            with("e", ",\"revoked\":true"),
            with("f", ",\"verdict\":\"unknown\""),
            with("g", ",\"error\":\"\",\"revoked\":false"),
        ]
        .concat();
        let objects = read(&text);
        for (host, words) in [
            ("a", "not as expected before"),
            ("b", "has `error`"),
            ("d", "is not a string"),
            ("e", "has `revoked`"),
            ("f", "not compared with anything"),
        ] {
            assert!(refused(&objects, host).contains(words), "{host}: {}", refused(&objects, host));
        }
        for host in ["c", "g"] {
            assert_eq!(found(&objects, host), [(A.into(), vec![Kind::Rsa])]);
        }
    }

    #[test]
    fn each_string_is_one_whole_line() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
        let text = format!("{{\"host\":\"vm\",\"keys\":[\"@revoked * {key}\"],\"fingerprints\":[\"{A}\"]}}");
        assert!(refused(&read(&text), "vm").contains("a text in its object says"));
        for line in [format!("x\\n{key}"), format!("vm {key}"), format!("user {A}")] {
            let text = format!("{{\"host\":\"vm\",\"keys\":[\"{line}\"],\"fingerprints\":[\"{A}\"]}}");
            assert!(refused(&read(&text), "vm").contains("in its object: "), "{line}");
        }
        let two = format!("{{\"host\":\"vm\",\"fingerprints\":[\"ED25519 {A}\",\"ED25519 {B}\"]}}");
        assert!(refused(&read(&two), "vm").contains("several hosts"));
    }

    #[test]
    fn lists_and_run_commands_own_result_serve() {
        let message = format!("Enable succeeded: \n[stdout]\n256 {A} root@vm (ED25519)\n\n[stderr]\n");
        let result =
            serde_json::json!({"host": "c", "value": [{"code": "ProvisioningState/succeeded", "message": message}]});
        let text = format!(
            "[{{\"host\": [\"a\", \"A2\"], \"fingerprints\": [\"ED25519 {A}\", \"256 {B} x (ECDSA)\"]}},\n{}]",
            serde_json::to_string_pretty(&result).unwrap()
        );
        let objects = read(&text);
        assert_eq!(
            found(&objects, "a2"),
            [(A.into(), vec![Kind::Ed25519]), (B.into(), vec![Kind::Ecdsa(Curve::Nistp256)])]
        );
        assert_eq!(found(&objects, "c"), [(A.into(), vec![Kind::Ed25519])]);
    }

    #[test]
    fn what_is_no_such_object_is_refused_with_its_line() {
        let good = format!("{{\"host\":\"a\",\"fingerprint\":\"{A}\"}}\n");
        for (rest, line, words) in [
            ("\n{\"host\":", 3, "not valid JSON"),
            ("{\"name\":\"b\"}\n", 2, "no JSON object with a `host`"),
            ("\n\n7\n", 4, "no JSON object with a `host`"),
            ("{\"host\":7}\n", 2, "no JSON object with a `host`"),
            ("{\"host\":\"a\",\"host\":\"b\"}\n", 2, "duplicate name"),
        ] {
            let place = Place { file: "f".to_owned(), line: None };
            let (at, error) = Objects::read(&place, &format!("{good}{rest}"), 0).unwrap_err();
            assert_eq!(at, Some(line), "{rest}");
            assert!(error.message().starts_with(words), "{rest}: {}", error.message());
        }
    }

    #[test]
    fn all_hosts_of_an_object_share_its_names() {
        let object = |count: usize| {
            let names: Vec<String> = (0..count).map(|number| format!("a{number}")).collect();
            serde_json::json!({"host": names, "fingerprint": A}).to_string() + "\n"
        };
        let objects = read(&(object(MAX_NAMES) + &object(MAX_NAMES)));
        let lists: HashSet<_> = objects.hosts.values().map(|entry| Arc::as_ptr(&entry.names)).collect();
        assert_eq!((objects.hosts.len(), lists.len()), (MAX_NAMES, 1));
        assert_eq!(objects.hosts.values().filter(|entry| entry.void.is_some()).count(), 0);
        let place = Place { file: "f".to_owned(), line: None };
        let (_, error) = Objects::read(&place, &object(MAX_NAMES + 1), 0).unwrap_err();
        assert!(error.message().starts_with("more than 256 names"), "{}", error.message());
    }

    #[test]
    fn what_hostfp_prints_of_its_own_machine_has_no_host() {
        let own = |form: &str| {
            format!(
                "{{\"file\":\"/etc/ssh/ssh_host_ed25519_key.pub\",\"line\":1,\"form\":\"{form}\",\"type\":\"ssh-ed25519\",\"bits\":256,\"fingerprint\":\"{A}\",\"comment\":null}}"
            )
        };
        let loose = read(&own("openssh-public")).into_trusted().unwrap();
        assert_eq!(loose.keys.len(), 1);
        let with = |more: &str| format!("{}\n{more}\n", own("openssh-public"));
        let summed = read(&with("{\"schema\":1,\"files\":2}")).into_trusted().unwrap();
        assert_eq!(summed.keys.len(), 1);
        // pubfp prints any other list in the same format.
        let place = Place { file: "f".to_owned(), line: None };
        let ending = |more: &str| own("openssh-public").replace("null}", &format!("null{more}}}"));
        for text in [
            own("authorized_keys"),
            own("known_hosts"),
            own("openssh-public").replace("ssh_host_ed25519_key", "id_ed25519"),
            ending(",\"verdict\":\"mismatch\""),
            ending(",\"revoked\":true"),
            with("{\"files\":2}"),
            with("{\"schema\":1,\"files\":\"2\"}"),
        ] {
            assert!(Objects::read(&place, &text, 0).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_refused_has_the_line_of_its_object() {
        let place = Place { file: "f".to_owned(), line: None };
        let object = format!("{{\"host\":\"vm\",\"fingerprint\":\"{A}\",\"error\":\"x\"}}");
        for text in [format!("\n{object}"), format!("\n[{object}]")] {
            let objects = Objects::read(&place, &text, 10).unwrap();
            let error = objects.find(&["vm".to_owned()]).unwrap().unwrap_err();
            assert_eq!(error.place(), Some(&place.at(12)), "{text}");
        }
    }

    #[test]
    fn what_records_say_has_its_file_and_its_line() {
        let place = Place { file: "f".to_owned(), line: None };
        let objects = |digests: &[&str]| {
            let lines: String =
                digests.iter().map(|digits| format!("vm.example IN SSHFP 4 2 {}\n", digits.repeat(32))).collect();
            Objects::of_records(&place, sshfp::read(&format!("; x\n{lines}"), 1).unwrap().unwrap())
        };
        for name in ["vm", "vm.example", "vm.example."] {
            let trusted = objects(&["aa"]).find(&[name.to_owned()]).unwrap().unwrap();
            assert!(trusted.notes[0].starts_with("f: SSHFP records from DNS prove nothing"), "{name}");
        }
        let error = objects(&["aa", "bb"]).find(&["vm.example".to_owned()]).unwrap().unwrap_err();
        assert_eq!(error.place(), Some(&place.at(2)));
        // Other names are whole.
        let object = read(&format!("{{\"host\":\"vm.example\",\"fingerprint\":\"{A}\"}}"));
        assert!(object.find(&["vm".to_owned()]).is_none());
    }

    #[test]
    fn one_host_has_no_more_keys_than_the_limit() {
        let place = Place { file: "f".to_owned(), line: None };
        let objects = |count: usize| {
            let fingerprint = |number: usize| Fingerprint::of_blob(Hash::Sha256, &number.to_be_bytes());
            let entry = |number: usize| ("vm".to_owned(), 1, TrustedKey::new(fingerprint(number), Vec::new()));
            Objects::of_entries(&place, (0..count).map(entry).collect())
        };
        assert_eq!(found(&objects(MAX_KEYS), "vm").len(), MAX_KEYS);
        assert!(refused(&objects(MAX_KEYS + 1), "vm").starts_with("more than 256 fingerprints"));
    }

    #[test]
    fn the_hosts_name_may_be_added_to_its_keys_of_another_origin() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
        let with = |key: &str| read(&format!("{{\"host\":\"vm\",\"hostKeys\":[\"{key}\"]}}"));
        assert_eq!(found(&with(key), "vm")[0].1, [Kind::Ed25519]);
        assert!(refused(&with(&key[..50]), "vm").contains("cut short"));
    }
}

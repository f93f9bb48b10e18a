//! Reads JSON of any origin that names host keys, such as a cloud's or a service's own: `hostKeys` of Amazon Lightsail,
//! `ssh_host_…` of Ansible's facts or of a Terraform output, `hostkeys` among Google Cloud's guest attributes, the
//! fingerprints of GitHub's meta page, and the console log that a cloud prints as one string.
//!
//! Why a stranger cannot write it: a name above the value says that it is a host's key, the whole value is a key, a
//! fingerprint or lines of them, and all of them are in one place. Below names of users, tags, labels and comments nothing
//! counts. A document does not count if any name or state rejects it (revoked, failed, truncated), if it has keys under other
//! names, or if it has host keys in several places.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::key::{Hash, Kind};
use serde_json::{Map, Value};

use super::{documents, jq, rows, terraform};
use crate::trusted::formats::lines::List;
use crate::trusted::formats::{cloud_init, console, guest_attributes};
use crate::trusted::grammar::line::{self, Misfit};
use crate::trusted::grammar::{confusable, words};
use crate::trusted::keys::{MAX_KEYS, TrustedKey, blob};
use crate::trusted::messages::{misfits, remedies};
use crate::trusted::rules::{denials, host_names};

/// The content of a document.
pub(crate) enum DocumentKeys {
    /// Host keys, under names of host keys.
    Keys(List),
    /// The same for the host that `host` names next to each of them.
    KeysOf(String, List),
    /// The log of a console.
    Log(String),
}

/// The most words of names and texts above a key that identify its owner.
const MAX_OWNER: usize = 32;

/// The owner of host keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    /// The place in the document.
    place: usize,
    /// The words of names and texts that identify it.
    words: Rc<Vec<String>>,
    /// The host next to the key.
    host: Option<Rc<str>>,
}

/// The results of a walk through a document.
#[derive(Default)]
struct Walk<'a> {
    /// The document's text, for messages.
    json: &'a str,
    list: List,
    owners: BTreeSet<Owner>,
    /// The owners of names of host keys that have no value, with one such name each.
    without_key: BTreeMap<Owner, Rc<str>>,
    /// The number of places besides the outermost.
    places: usize,
    logs: Vec<String>,
    /// Whether there are keys below users' names.
    has_users: bool,
    /// Whether there are keys below other names.
    has_others: bool,
    /// Logs of a console where no known tool prints one.
    misplaced_logs: usize,
}

/// What is known of a value from the names above it.
#[derive(Clone, Default)]
struct Context {
    /// The place of the value, up to the name of host keys: each place has a number, 0 is the outermost.
    place: usize,
    name: Rc<str>,
    /// What the name implies for the texts below it.
    is_weak: bool,
    may_be_bare: bool,
    is_of_output: bool,
    owner: Rc<Vec<String>>,
    host: Option<Rc<str>>,
    kinds: Vec<Kind>,
    is_of_host: bool,
    is_of_users: bool,
    is_of_anyone: bool,
    /// The name is that of a member of the outermost object, where tools print a console's log.
    is_top_level_member: bool,
}

/// Reads the host keys or the console log of a document, whose names are in lowercase; `None` if it has neither. `json` is
/// its text, for messages, with its names as they are written.
///
/// # Errors
/// It rejects them, has them in several places, has other keys next to them, or one of them is damaged.
pub(crate) fn read(value: &Value, json: &str) -> Option<Result<DocumentKeys, Error>> {
    let without_types = terraform::without_types(value);
    let value = without_types.as_ref().unwrap_or(value);
    let mut walk = Walk { json, ..Walk::default() };
    if let Err(error) = walk.value(value, &Context::default()) {
        return Some(Err(error));
    }
    if walk.list.keys.is_empty() && walk.logs.is_empty() {
        return match (walk.has_users, walk.has_others, walk.list.has_weak) {
            _ if walk.misplaced_logs > 1 => Some(Err(several_places())),
            (true, ..) if documents::are_lightsails_keys(value) => Some(Err(without_lightsails_names())),
            (true, ..) => Some(Err(users_keys())),
            (false, false, true) => Some(Err(misfits::no_lines(true, "-"))),
            _ => None,
        };
    }
    Some(walk.finish(value))
}

fn several_places() -> Error {
    Error::failure("may be of several hosts: JSON with host keys in several places")
        .hint("give those of your VM only, or one object a host: {\"host\": \"vm\", \"keys\": [\"TYPE KEY\"]}")
}

/// Reports a name of host keys without a key, or such a row below it: the keys of others may be another machine's.
fn without_key_beside(name: &str) -> Error {
    let name = common::escape::name(name);
    Error::failure(format!(
        "may be of several hosts: JSON with `{name}`, which has no host key, or a row without one, next to others"
    ))
    .hint("give the host keys of your VM only, without empty members: {\"host_keys\": [\"TYPE KEY\"]}")
}

/// Reports a list with other words between keys, such as names of their hosts.
fn words_beside_keys(json: &str) -> Error {
    let hint = if_the_vms(json, "keep the keys of your VM only, as in {\"host_keys\": [\"TYPE KEY\"]}");
    Error::failure("may be of several hosts: JSON with a list of host keys that contains other words").hint(hint)
}

/// Returns the hint how to print the host keys of a document, for users who know that they are the VM's; otherwise another
/// hint.
fn if_the_vms(json: &str, otherwise: &str) -> String {
    jq::hint(json, "if they are your VM's own", otherwise)
}

fn confusable_name(name: &str) -> Error {
    let name = common::escape::name(name);
    Error::failure(format!(
        "JSON with `{name}`, which has characters that look like others, so it may mean that a key does not count"
    ))
    .hint("give the host keys of your VM only: {\"host_keys\": [\"TYPE KEY\"]}")
}

/// Reports keys next to host keys, under names that do not identify their owner.
fn others_beside(value: &Value, json: &str) -> Error {
    let hint = if value.get("ansible_facts").is_some() {
        "ask only for its own: ansible VM -m setup -a 'filter=ansible_ssh_host_key*'".to_owned()
    } else {
        if_the_vms(json, "give the host keys only, such as jq '{host_keys: .NAME}' FILE prints")
    };
    Error::failure("JSON with keys under names that do not say whose they are, next to host keys").hint(hint)
}

fn other_attributes() -> Error {
    Error::failure("guest attributes of other namespaces next to the host keys")
        .hint("ask only for these: --query-path=hostkeys/")
}

fn without_lightsails_names() -> Error {
    Error::failure(
        "host keys of Amazon Lightsail without the names around them, which show that they are an instance's",
    )
    .hint("leave out --query: aws lightsail get-instance-access-details --instance-name VM --protocol ssh")
}

/// Reports an unknown member, which may mean that the keys are of another host, or were only met.
fn unknown_member(member: &str, json: &str) -> Error {
    Error::failure(format!(
        "may be of several hosts, or what a program met: JSON with `{member}` next to or below host keys"
    ))
    .hint(if_the_vms(
        json,
        "give the keys of your VM only: {\"host\": \"vm\", \"keys\": [\"TYPE KEY\"]}, or their lines",
    ))
}

pub(crate) fn users_keys() -> Error {
    Error::failure("JSON with users' keys, not a host's").hint(remedies::ON_THE_VM)
}

impl Walk<'_> {
    fn finish(mut self, value: &Value) -> Result<DocumentKeys, Error> {
        if let Some(name) = denials::denied(value) {
            return Err(misfits::marked(&misfits::as_written(name, self.json)));
        }
        if self.has_others {
            return Err(others_beside(value, self.json));
        }
        let is_log = self.owners.is_empty() && self.logs.len() == 1 && documents::is_console(value);
        if documents::has_other_attributes(value) {
            return Err(other_attributes());
        }
        if !is_log && let Some(member) = documents::unknown_member(value) {
            return Err(unknown_member(&misfits::as_written(&member, self.json), self.json));
        }
        let mut without_key = self.without_key.iter().filter(|(owner, _)| !self.owners.contains(owner));
        if let Some((_, name)) = without_key.next().filter(|_| self.owners.len() == 1) {
            return Err(without_key_beside(&misfits::as_written(name, self.json)));
        }
        match (self.owners.len(), self.logs.len()) {
            (1, 0) => Ok(match self.owners.pop_first() {
                Some(Owner { host: Some(host), .. }) => DocumentKeys::KeysOf(host.to_string(), self.list),
                _ => DocumentKeys::Keys(self.list),
            }),
            (0, 1) if !is_log => Err(Error::failure(
                "JSON with a console's log next to members that a cloud does not print there, so anyone may have written it",
            )
            .hint("give the log alone, such as jq -r .output FILE prints")),
            (0, 1) => self.logs.pop().map(DocumentKeys::Log).ok_or_else(users_keys),
            _ => Err(several_places()),
        }
    }

    fn value(&mut self, value: &Value, at: &Context) -> Result<(), Error> {
        if at.names_keys() && rows::is_blank(value) {
            self.without_key.insert(at.owner(), Rc::clone(&at.name));
        }
        match value {
            Value::Object(object) => self.object(object, at),
            Value::Array(values) => {
                let others = values.iter().filter_map(Value::as_str).filter(|text| !words::may_be_a_key(text)).count();
                if at.is_of_host && others > 0 && others < values.len() {
                    return Err(words_beside_keys(self.json));
                }
                if at.is_of_host && rows::may_lack_a_key(values) {
                    return Err(without_key_beside(&misfits::as_written(&at.name, self.json)));
                }
                values.iter().try_for_each(|value| {
                    // A list within a list is that of another machine.
                    let below = if at.is_of_host && !value.is_array() { at.clone() } else { self.elsewhere(at) };
                    // Rows of one table are of one machine.
                    if documents::is_guest_attribute(value) { self.row(value, at) } else { self.value(value, &below) }
                })
            }
            Value::String(text) => self.text(text, at),
            _ => Ok(()),
        }
    }

    fn object(&mut self, object: &Map<String, Value>, at: &Context) -> Result<(), Error> {
        if let Some(log) = console_in_base64(object).filter(|_| at.is_document()) {
            self.logs.push(log);
            return Ok(());
        }
        let is_meta = at.is_document() && documents::is_meta_page(object);
        let mut around = at.clone();
        if at.is_of_host {
            around.take_pair(object)?;
        }
        object.iter().try_for_each(|(name, value)| {
            // `revoked` may be written in letters that only look like these.
            if confusable::is_name_with_confusable_characters(name) {
                return Err(confusable_name(&misfits::as_written(name, self.json)));
            }
            let mut below = around.below(name)?;
            if !below.is_of_host {
                below = self.elsewhere(&below);
            }
            below.is_top_level_member = at.is_document();
            if is_meta && matches!(name.as_str(), "ssh_keys" | "ssh_key_fingerprints") && !at.is_of_users {
                below.is_of_host = true;
                below.place = at.place;
            }
            self.value(value, &below)
        })
    }

    /// Returns the same context at a place of its own.
    fn elsewhere(&mut self, at: &Context) -> Context {
        self.places += 1;
        Context { place: self.places, ..at.clone() }
    }

    /// Reads a guest attribute of Google Cloud.
    fn row(&mut self, value: &Value, at: &Context) -> Result<(), Error> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let row = Context { is_of_host: true, kinds: words::of_name_or_label(text("key")), ..at.clone() };
        if row.kinds.is_empty() {
            return Err(guest_attributes::not_host_keys());
        }
        self.text(text("value"), &row)
    }

    fn text(&mut self, text: &str, at: &Context) -> Result<(), Error> {
        let may_count = !at.is_of_users && !at.is_of_anyone;
        if at.is_of_host && may_count {
            return self.host_key(text, at);
        }
        if at.is_of_output && may_count && (cloud_init::has_blocks(text) || console::has_keys(text)) {
            if at.is_top_level_member {
                self.logs.push(text.to_owned());
                return Ok(());
            }
            self.misplaced_logs += 1;
        }
        // Even if it is cut off, and whatever surrounds it.
        let is_key = |word: &str| words::looks_like_a_fingerprint(word) || line::looks_like_a_key(word);
        if text.split([' ', '\t', '\n', '\r', '"', ',']).any(is_key) {
            if at.is_of_users { self.has_users = true } else { self.has_others = true }
        }
        Ok(())
    }

    /// Reads a text below a name of host keys.
    fn host_key(&mut self, text: &str, at: &Context) -> Result<(), Error> {
        let mut keys = List::default();
        if at.is_weak {
            self.owners.insert(at.owner());
            self.list.has_weak = true;
            if let Some(fingerprint) = words::parsed(text) {
                self.list.put_weak(TrustedKey::new(fingerprint, at.kinds.clone()));
            }
            return Ok(());
        }
        if !text.lines().any(words::may_be_a_key) {
            return Ok(());
        }
        for line in text.lines() {
            if let Some(fingerprint) = words::bare_digest(line).filter(|_| at.may_be_bare) {
                keys.put(TrustedKey::new(fingerprint, Vec::new()));
            } else if let Some(key) = blob(line) {
                keys.put(TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()]));
            } else {
                keys.add(line).map_err(|misfit| below(at, misfit, self.json))?;
            }
        }
        keys.end().map_err(|misfit| below(at, misfit, self.json))?;
        self.list.has_weak |= keys.has_weak;
        keys.weak.iter().for_each(|key| self.list.put_weak(key.clone()));
        for mut key in keys.keys {
            if key.kinds.is_empty() {
                key.kinds.clone_from(&at.kinds);
            } else if !at.kinds.is_empty() && !key.kinds.iter().any(|kind| at.kinds.contains(kind)) {
                return Err(Error::failure("a host key whose type differs from its name").hint(remedies::ON_THE_VM));
            }
            self.owners.insert(at.owner());
            self.list.put(key);
            if self.list.keys.len() > MAX_KEYS {
                return Err(misfits::too_many());
            }
        }
        Ok(())
    }
}

impl Context {
    fn below(&self, name: &str) -> Result<Self, Error> {
        let mut below = Self { name: Rc::from(name), ..self.clone() };
        let words = host_names::words(name);
        below.is_weak = words.iter().any(|word| matches!(*word, "md5" | "sha1"));
        below.may_be_bare =
            words.iter().any(|word| matches!(*word, "sha256" | "fingerprint" | "fingerprints" | "hash"));
        below.is_of_output = host_names::is_of_output(name);
        // Each host key has a public key; other names of users always mean their keys.
        below.is_of_users |= host_names::is_of_users_anywhere(name)
            || host_names::is_of_users(name) && !self.is_of_host
            || name.contains("private");
        below.is_of_anyone |= host_names::is_of_anyone(name);
        let begins = !self.is_of_host && host_names::is_of_host(name);
        if begins || self.is_of_host {
            below.is_of_host = true;
            below.add_owner(if begins {
                host_names::first_owner_words(name)
            } else {
                host_names::owner_words(name)
            })?;
            let kinds = host_names::kinds(name);
            if !kinds.is_empty() {
                below.kinds = kinds;
            }
        }
        Ok(below)
    }

    /// Adds words that identify the owner of the keys below; a name has few, and each value below it has all of them.
    fn add_owner(&mut self, words: Vec<String>) -> Result<(), Error> {
        if words.is_empty() {
            return Ok(());
        }
        Rc::make_mut(&mut self.owner).extend(words);
        if self.owner.len() > MAX_OWNER { Err(several_places()) } else { Ok(()) }
    }

    fn owner(&self) -> Owner {
        Owner { place: self.place, words: Rc::clone(&self.owner), host: self.host.clone() }
    }

    /// Whether the name is of host keys, or of keys below such a name, and not of a property of one.
    fn names_keys(&self) -> bool {
        let is_beside = |word: &&str| host_names::is_of_type(word) || matches!(*word, "algorithms" | "bits" | "types");
        self.is_of_host
            && !host_names::words(&self.name).iter().any(is_beside)
            && !self.is_of_users
            && !self.is_of_anyone
            && (host_names::is_of_host(&self.name) || host_names::is_of_key(&self.name))
    }

    /// Whether this is the outermost value.
    fn is_document(&self) -> bool {
        self.place == 0 && self.name.is_empty()
    }

    /// Reads what an object states about the key in it: its type, and its owner, from what is neither a type, a time nor a
    /// key.
    fn take_pair(&mut self, object: &Map<String, Value>) -> Result<(), Error> {
        for (name, value) in object {
            match (name.as_str(), value) {
                (name, Value::String(text)) if host_names::is_of_type(name) => {
                    let kinds = words::of_name_or_label(text);
                    if !kinds.is_empty() {
                        self.kinds = kinds;
                    }
                }
                ("host", Value::Number(number)) => self.add_owner(vec![number.to_string()])?,
                ("host", Value::String(host)) if !host.is_empty() => {
                    let host = host.to_ascii_lowercase();
                    if self.host.replace(Rc::from(host.as_str())).is_some_and(|above| *above != *host) {
                        return Err(several_places());
                    }
                }
                (name, Value::String(text))
                    if !host_names::is_of_time(name) && !text.lines().any(words::may_be_a_key) =>
                {
                    self.add_owner(host_names::owner_words(&text.to_ascii_lowercase()))?;
                }
                // `documents` refuses names of others.
                _ => {}
            }
        }
        Ok(())
    }
}

/// Explains why a text below a name of host keys does not count.
fn below(at: &Context, misfit: Misfit, json: &str) -> Error {
    let error = misfits::misfit(misfit);
    let message = format!("under `{}`: {}", common::escape::name(&at.name), error.message());
    let hint = error.remedy().unwrap_or(remedies::ON_THE_VM);
    // A name or a number next to keys; the document's other texts may be keys.
    Error::failure(message).hint(if misfit == Misfit::Other { if_the_vms(json, hint) } else { hint.to_owned() })
}

/// Returns the log of a console that is still in base64, as the interfaces of EC2 and of Alibaba Cloud have it.
fn console_in_base64(object: &Map<String, Value>) -> Option<String> {
    let output = ["output", "consoleoutput"].iter().find_map(|name| object.get(*name));
    let output = output.filter(|_| object.contains_key("instanceid"))?.as_str()?;
    let plain: String = output.split_ascii_whitespace().collect();
    let text = String::from_utf8(STANDARD.decode(plain).ok()?).ok()?;
    (cloud_init::has_blocks(&text) || console::has_keys(&text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_of_a_document_grows_with_its_length_alone() {
        let named = |count: usize| {
            let names = (0..count).map(|number| (format!("hostkeyx{number}"), json!("x")));
            json!({"host_keys": names.collect::<Map<String, Value>>()})
        };
        let mut walk = Walk::default();
        assert!(walk.value(&named(MAX_OWNER - 1), &Context::default()).is_ok());
        assert_eq!(walk.places, 0);
        // Each name adds its word to those of all texts next to it.
        assert!(Walk::default().value(&named(MAX_OWNER), &Context::default()).is_err());
        let mut walk = Walk::default();
        let others: Vec<Value> = (0..100).map(|_| json!({"a": {"b": "x"}})).collect();
        assert!(walk.value(&json!(others), &Context::default()).is_ok());
        assert_eq!(walk.places, 300);
    }
}

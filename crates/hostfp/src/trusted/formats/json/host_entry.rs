//! Collects what the objects of a text say of one host: its keys, or why none of them counts.

use std::sync::Arc;

use common::error::Error;
use common::escape;
use serde_json::{Map, Value};

use super::machine::{self, KeyOrigin, Machine};
use super::{host_keys, members};
use crate::trusted::formats::lines::List;
use crate::trusted::formats::run_command::{self, Stdout};
use crate::trusted::formats::stdout;
use crate::trusted::grammar::line::Misfit;
use crate::trusted::grammar::words;
use crate::trusted::messages::misfits;
use crate::trusted::rules::{denials, host_names};

/// The statements about one host.
#[derive(Debug, Default)]
pub(crate) struct HostEntry {
    /// The line of the first object, counted from 1.
    pub(crate) line: usize,
    /// The names of the host in the object.
    pub(crate) names: Arc<Vec<String>>,
    pub(crate) list: List,
    /// The machine, as far as the objects identify it.
    pub(crate) machine: Machine,
    /// Messages for the user in any case.
    pub(crate) notes: Vec<String>,
    /// Messages for the user if the host does not match.
    pub(crate) mismatch_notes: Vec<String>,
    /// Why none of it counts.
    pub(crate) void: Option<String>,
    /// Whether it has a key that was not compared with anything.
    pub(crate) has_not_compared: bool,
}

impl HostEntry {
    /// Reads one object about a host with these names.
    pub(crate) fn of(object: &Map<String, Value>, names: Arc<Vec<String>>, line: usize) -> Self {
        let mut entry = Self { line, names, ..Self::default() };
        match entry.keys_of(object) {
            Ok((list, origin)) => {
                entry.machine = Machine::of(object, &list.keys, origin);
                entry.list = list;
            }
            Err(why) => entry.void = Some(why),
        }
        entry
    }

    /// Adds what another object says of the same host.
    pub(crate) fn take(&mut self, other: &Self) {
        if self.void.is_some() {
            return;
        }
        self.mismatch_notes.extend(other.mismatch_notes.iter().cloned());
        self.has_not_compared |= other.has_not_compared;
        let joined = match &other.void {
            Some(why) => Err(why.clone()),
            None => check_untyped(&self.list, &other.list)
                .and_then(|()| self.machine.join(&other.machine))
                .and_then(|()| self.list.join(&other.list).map_err(misfit)),
        };
        if let Err(why) = joined {
            self.void.get_or_insert(why);
        }
    }

    /// Returns the host keys of an object of another origin, to which the host's name was added.
    fn named_keys(&self, object: &Map<String, Value>) -> Result<List, String> {
        match host_keys::read(&Value::Object(object.clone()), "") {
            Some(Ok(host_keys::DocumentKeys::Keys(list))) => Ok(list),
            Some(Ok(host_keys::DocumentKeys::KeysOf(host, list))) => {
                let mut names = self.names.iter().flat_map(|name| name.split(','));
                let is_own = names.any(|name| name.eq_ignore_ascii_case(&host));
                is_own.then_some(list).ok_or_else(|| {
                    let host = escape::name(&host);
                    format!("its object has host keys of `{host}` (`host`), which is not its own name with its port")
                })
            }
            Some(Err(error)) => Err(error.message().to_owned()),
            // Another object of the host has the keys.
            Some(Ok(host_keys::DocumentKeys::Log(_))) | None => only_harmless(object).map(|()| List::default()),
        }
    }

    /// Returns the keys of an object, and their origin.
    fn keys_of(&mut self, object: &Map<String, Value>) -> Result<(List, KeyOrigin), String> {
        if !was_compared(object)? {
            self.has_not_compared = true;
            return Ok(Default::default());
        }
        if let Some(name) = members::PORTS.into_iter().find(|name| !is_in_names(object.get(*name), &self.names)) {
            return Err(format!("its object has `{name}`, and a port is part of the host's name: [HOST]:PORT"));
        }
        let whole = Value::Object(object.clone());
        if let Some(name) = denials::mark(&whole) {
            return Err(denial_message(name));
        }
        // The second version of Run Command has an `error` member, too.
        if let Some(stdout) = run_command::in_json(&whole) {
            let list = self.result_of_command(object, stdout)?;
            return Ok((list, KeyOrigin { is_list: true, is_result: true }));
        }
        if let Some(denial) = denials::denied(&whole) {
            return Err(denial_message(denial));
        }
        if let Some(name) = machine::other_named(object, &self.names) {
            return Err(format!(
                "its object has `{name}`, which is not a name of its `host`: `host` may be the machine on which the one with these keys runs"
            ));
        }
        let lines = lines_of(object)?;
        let mut list = if lines.is_empty() { self.named_keys(object)? } else { List::default() };
        // A string may have the newline of the line from which it was made.
        lines.iter().try_for_each(|line| list.add(line.strip_suffix('\n').unwrap_or(line)).map_err(misfit))?;
        list.end().map_err(misfit)?;
        check_comments(&list, object, &self.names)?;
        let is_collection = |(name, value): (&String, &Value)| {
            (value.is_array() || value.is_object())
                && (matches!(name.as_str(), "fingerprint" | "fingerprints" | "keys") || host_names::is_of_host(name))
        };
        let is_list = list.keys.len() > 1 || object.iter().any(is_collection);
        Ok((list, KeyOrigin { is_list, is_result: false }))
    }

    /// Returns the keys in the output of Run Command, by an object that is its result.
    fn result_of_command(
        &mut self,
        object: &Map<String, Value>,
        stdout: Result<Stdout, Error>,
    ) -> Result<List, String> {
        if let Some((name, _)) = object.iter().find(|(name, value)| members::denies_result(object, name, value)) {
            return Err(denial_message(name));
        }
        let trusted = stdout::read(stdout).map_err(|(_, error)| error.message().to_owned())?;
        self.mismatch_notes.extend(trusted.mismatch_notes);
        let mut list: List = trusted.keys.into_iter().collect();
        trusted.weak.into_iter().for_each(|key| list.put_weak(key));
        Ok(list)
    }
}

/// Checks that two lists, which may be of two machines of one name, do not each have a fingerprint without a type: without
/// types, nothing shows that both may be one machine's.
pub(crate) fn check_untyped(one: &List, other: &List) -> Result<(), String> {
    let untyped = |list: &List| -> Vec<_> {
        list.keys.iter().filter(|key| key.kinds.is_empty()).map(|key| key.fingerprint).collect()
    };
    let (one, other) = (untyped(one), untyped(other));
    if one.is_empty() || other.is_empty() || one == other {
        return Ok(());
    }
    Err("two objects name it with different fingerprints that have no type".to_owned())
}

/// Whether hostfp's verdict shows that the key of an object was compared with what was expected.
fn was_compared(object: &Map<String, Value>) -> Result<bool, String> {
    match object.get("verdict") {
        None => Ok(true),
        Some(Value::String(verdict)) => match verdict.as_str() {
            "match" => Ok(true),
            "other-type" | "unknown" => Ok(false),
            _ => Err("its object says that it was not as expected before".to_owned()),
        },
        Some(_) => Err("the verdict in its object is not a string".to_owned()),
    }
}

/// Returns the lines that an object has in `fingerprint` (with its `type`), `fingerprints` and `keys`.
fn lines_of(object: &Map<String, Value>) -> Result<Vec<String>, String> {
    if ["fingerprint", "fingerprints", "keys"].iter().any(|name| object.contains_key(*name)) {
        only_harmless(object)?;
    }
    let mut lines = Vec::new();
    if let Some(fingerprint) = object.get("fingerprint") {
        let key_type = match object.get("type") {
            None | Some(Value::Null) => "",
            Some(Value::String(name)) if !name.contains(char::is_whitespace) => name.as_str(),
            Some(_) => return Err("the type in its object is not a key type".to_owned()),
        };
        let fingerprints = strings(fingerprint).ok_or("the fingerprint in its object is not a string")?;
        lines
            .extend(fingerprints.iter().map(|fingerprint| format!("{key_type} {fingerprint}").trim_start().to_owned()));
    }
    for name in ["fingerprints", "keys"] {
        if let Some(value) = object.get(name) {
            lines.extend(strings(value).ok_or_else(|| format!("`{name}` in its object is not a list of strings"))?);
        }
    }
    Ok(lines)
}

/// Checks that no comment of an object's keys belongs to a user of another host.
fn check_comments(list: &List, object: &Map<String, Value>, names: &[String]) -> Result<(), String> {
    let comments = list.keys.iter().filter_map(|key| key.comment.as_deref());
    let comments = comments.chain(object.get("comment").and_then(Value::as_str));
    let is_named = |comment: &str| names.iter().any(|name| name.split(',').any(|name| name == comment));
    if comments.clone().any(|comment| words::names_other_port(comment) && !is_named(comment)) {
        return Err("a comment in its object is of another port, where another host may answer".to_owned());
    }
    comments.into_iter().find(|comment| machine::is_comment_of_a_user(comment, names)).map_or(Ok(()), |comment| {
        let comment = escape::excerpt(comment.as_bytes());
        Err(format!(
            "the comment `{comment}` in its object names a user of another host, as those of users' own keys do"
        ))
    })
}

/// Explains why a line of an object ends it.
fn misfit(misfit: Misfit) -> String {
    format!("in its object: {}", misfits::misfit(misfit).message())
}

/// Checks that no member of an object says something against keys.
fn only_harmless(object: &Map<String, Value>) -> Result<(), String> {
    let is_other = |(name, value): &(&String, &Value)| !members::is_harmless(name, value);
    object.iter().find(is_other).map_or(Ok(()), |(name, _)| {
        if name == "type" {
            return Err("its object has a `type` that is neither a host key's nor a machine's".to_owned());
        }
        let name = escape::name(name);
        Err(format!(
            "its object has `{name}`, which may say that its keys do not count; `type` and `fingerprint` are enough for a host"
        ))
    })
}

/// Reports a name that rejects, or a text without one.
fn denial_message(name: &str) -> String {
    match name {
        "" => "a text in its object says that its keys do not count".to_owned(),
        name => format!("its object has `{}`", escape::name(name)),
    }
}

/// Whether a port is the usual one, or is in all names.
fn is_in_names(port: Option<&Value>, names: &[String]) -> bool {
    let port = match port {
        None | Some(Value::Null) => return true,
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let ending = format!("]:{port}");
    words::is_usual_port(&port) || names.iter().flat_map(|name| name.split(',')).all(|name| name.ends_with(&ending))
}

/// Returns a string, or the strings of a list; `None` for other values.
pub(crate) fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

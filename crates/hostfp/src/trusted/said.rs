//! What the objects of a text say of one host: its keys, or why none of them counts.

use std::sync::Arc;

use common::escape;
use serde_json::{Map, Value};

use super::lines::List;
use super::{denials, diagnose, host_keys, machine, members, run_command, stdout};

/// What is said of a host.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The line of the first object, counted from 1.
    pub(super) line: usize,
    /// The names that it gives the host.
    pub(super) names: Arc<Vec<String>>,
    pub(super) list: List,
    /// What the user is to know in any case.
    pub(super) notes: Vec<String>,
    /// What the user is to know where the host does not match.
    pub(super) mismatch_notes: Vec<String>,
    /// Why none of it counts.
    pub(super) void: Option<String>,
    /// There is a key that was not compared with anything.
    pub(super) has_not_compared: bool,
}

impl Said {
    /// Takes what another object says.
    pub(super) fn take(&mut self, object: &Map<String, Value>) {
        if let Err(why) = self.try_take(object) {
            self.void.get_or_insert(why);
        }
    }

    /// Takes the host keys of an object of another origin, to which the host's name was added.
    fn take_named(&mut self, object: &Map<String, Value>) -> Result<(), String> {
        match host_keys::read(&Value::Object(object.clone()), "") {
            Some(Ok(host_keys::Found::Keys(keys))) => keys.into_iter().for_each(|key| self.list.put(key)),
            Some(Err(error)) => return Err(error.message().to_owned()),
            // Another object of the host has the keys.
            Some(Ok(host_keys::Found::Log(_))) | None => only_harmless(object)?,
        }
        Ok(())
    }

    fn try_take(&mut self, object: &Map<String, Value>) -> Result<(), String> {
        match object.get("verdict") {
            None => {}
            Some(Value::String(verdict)) => match verdict.as_str() {
                "match" => {}
                "other-type" | "unknown" => {
                    self.has_not_compared = true;
                    return Ok(());
                }
                _ => return Err("its object says that it was not as expected before".to_owned()),
            },
            Some(_) => return Err("the verdict in its object is no string".to_owned()),
        }
        if let Some(name) = members::PORTS.into_iter().find(|name| !is_in_names(object.get(*name), &self.names)) {
            return Err(format!("its object has `{name}`, and a port is part of the host's name: [HOST]:PORT"));
        }
        let whole = Value::Object(object.clone());
        if let Some(name) = denials::mark(&whole) {
            return Err(has_denial(name));
        }
        // The second version of Run Command has an `error`, too.
        if let Some(stdout) = run_command::in_json(&whole) {
            if let Some((name, _)) = object.iter().find(|(name, value)| members::denies_result(object, name, value)) {
                return Err(has_denial(name));
            }
            let trusted = stdout::read(stdout).map_err(|(_, error)| error.message().to_owned())?;
            trusted.keys.into_iter().for_each(|key| self.list.put(key));
            self.mismatch_notes.extend(trusted.mismatch_notes);
            return Ok(());
        }
        if let Some(denial) = denials::denied(&whole) {
            return Err(has_denial(denial));
        }
        if let Some(name) = machine::other_named(object, &self.names) {
            return Err(format!(
                "its object has `{name}`, which names another machine than its `host`, on which that one may only run"
            ));
        }
        let has_lines = ["fingerprint", "fingerprints", "keys"].iter().any(|name| object.contains_key(*name));
        if has_lines {
            only_harmless(object)?;
        }
        let mut lines = Vec::new();
        if let Some(fingerprint) = object.get("fingerprint") {
            let key_type = match object.get("type") {
                None | Some(Value::Null) => "",
                Some(Value::String(name)) if !name.contains(char::is_whitespace) => name.as_str(),
                Some(_) => return Err("the type in its object is no type".to_owned()),
            };
            let fingerprints = strings(fingerprint).ok_or("the fingerprint in its object is no string")?;
            lines.extend(
                fingerprints.iter().map(|fingerprint| format!("{key_type} {fingerprint}").trim_start().to_owned()),
            );
        }
        for name in ["fingerprints", "keys"] {
            if let Some(value) = object.get(name) {
                lines.extend(strings(value).ok_or_else(|| format!("`{name}` in its object is no list of strings"))?);
            }
        }
        if lines.is_empty() {
            return self.take_named(object);
        }
        let misfit = |misfit| format!("in its object: {}", diagnose::misfit(misfit).message());
        if lines.iter().any(|line| machine::has_a_users_comment(line, &self.names)) {
            return Err("a key in its object has the comment of a user of another host".to_owned());
        }
        // A string may end as the line did from which it was made.
        lines.iter().try_for_each(|line| self.list.add(line.strip_suffix('\n').unwrap_or(line)).map_err(misfit))?;
        self.list.end().map_err(misfit)
    }
}

/// An object whose members say nothing against keys.
fn only_harmless(object: &Map<String, Value>) -> Result<(), String> {
    let is_other = |(name, value): &(&String, &Value)| !members::is_harmless(name, value);
    object.iter().find(is_other).map_or(Ok(()), |(name, _)| {
        let name = escape::text(name.as_bytes());
        Err(format!(
            "its object has `{name}`, which may say that its keys do not count; `type` and `fingerprint` do for a host"
        ))
    })
}

/// A name that denies, or none where a text does.
fn has_denial(name: &str) -> String {
    match name {
        "" => "a text in its object says that its keys do not count".to_owned(),
        name => format!("its object has `{}`", escape::text(name.as_bytes())),
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
    port == "22" || names.iter().flat_map(|name| name.split(',')).all(|name| name.ends_with(&ending))
}

/// A string, or the strings of a list; nothing where there is anything else.
pub(super) fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

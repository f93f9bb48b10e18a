//! Checks that all members of an object with a `host` name the same machine.
//!
//! Why `host` is not enough: inventories of guests, and programs that collect logs, have the underlying machine in `host` and
//! the one that they describe in another member. Each member that names a machine must therefore be one of the host's names,
//! or one of its addresses where both are known.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use common::escape;
use common::key::Fingerprint;
use serde_json::{Map, Value};

use crate::trusted::formats::run_command;
use crate::trusted::keys::TrustedKey;
use crate::trusted::rules::{host_names, one_host};

/// How a member names a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// A name.
    Name,
    /// A name or an address.
    Any,
    /// One of several addresses, such as those inside and outside of a network.
    OneOfAddresses,
    /// A cloud's identifier, which is a name or has a digit.
    Id,
}

/// Classifies a member by its name; `None` if it does not name a machine.
fn naming(name: &str) -> Option<Naming> {
    Some(match name {
        "name" | "hostname" | "vm" | "vmname" => Naming::Name,
        "ip" | "address" | "fqdn" => Naming::Any,
        "ip_address" | "ipaddress" | "private_ip" | "public_ip" | "publicip" | "publicipaddress" => {
            Naming::OneOfAddresses
        }
        "id" | "instance" | "instance_id" | "instanceid" => Naming::Id,
        _ => return None,
    })
}

/// The names of a host, without ports.
struct Hosts<'a>(Vec<&'a str>);

impl<'a> Hosts<'a> {
    fn of(names: &'a [String]) -> Self {
        Self(names.iter().flat_map(|name| name.split(',')).map(without_port).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|host| one_host::is_one_name(host, name) || is_one_address(host, name))
    }

    /// Whether a name or an address is none of these; a name and an address are not compared.
    fn lack(&self, name: &str) -> bool {
        self.0.iter().any(|host| is_address(host) == is_address(name)) && !self.has(name)
    }
}

/// Returns the first member that names a machine other than the host with these names.
pub(crate) fn other_named<'a>(object: &'a Map<String, Value>, names: &[String]) -> Option<&'a str> {
    let hosts = Hosts::of(names);
    let members = || {
        object.iter().filter_map(|(name, value)| {
            let text = value.as_str().filter(|text| !text.is_empty())?;
            Some((name.as_str(), naming(name)?, text))
        })
    };
    let has_its_address = members().any(|(_, naming, text)| naming == Naming::OneOfAddresses && hosts.has(text));
    let is_of_another = |(_, naming, text): &(&str, Naming, &str)| match naming {
        Naming::Name | Naming::Any => hosts.lack(text),
        Naming::OneOfAddresses => !has_its_address && hosts.lack(text),
        Naming::Id if is_address(text) => hosts.lack(text),
        Naming::Id => !text.bytes().any(|byte| byte.is_ascii_digit()) && !hosts.has(text),
    };
    members().find(is_of_another).map(|(name, ..)| name)
}

/// Returns the first member that names a machine other than the one before it, in an object without a `host`; tags may have
/// the machine's name, too.
pub(crate) fn names_disagree(object: &Map<String, Value>) -> Option<&str> {
    let is_named = |name: &str| matches!(naming(name), Some(Naming::Name | Naming::Any));
    let named = |(name, value): (&String, &Value)| {
        let text = value.as_str().filter(|text| !text.is_empty() && !is_address(text))?;
        is_named(name).then(|| text.to_owned())
    };
    let first = object.iter().find_map(named).map(|name| vec![name]);
    let of_object = first.as_deref().and_then(|first| other_named(object, first));
    let tags = || object.iter().filter(|(name, _)| host_names::is_of_tags(name));
    let differs = |tags: &Value| {
        let names: Vec<String> = match tags {
            Value::Object(tags) => tags.iter().filter_map(named).collect(),
            Value::Array(tags) => {
                tags.iter().filter_map(of_pair).filter(|(name, _)| is_named(name)).map(|(_, name)| name).collect()
            }
            _ => Vec::new(),
        };
        names.iter().any(|name| first.as_deref().or(names.get(..1)).is_some_and(|first| Hosts::of(first).lack(name)))
    };
    of_object.or_else(|| tags().find(|(_, tags)| differs(tags)).map(|(name, _)| name.as_str()))
}

/// Returns the name and the value of a tag in a list of them: `{"Key": "Name", "Value": "vm"}`.
fn of_pair(tag: &Value) -> Option<(String, String)> {
    let text = |name: &str| tag.get(name).and_then(Value::as_str);
    Some((text("key")?.to_ascii_lowercase(), text("value")?.to_owned()))
}

/// Whether a member is one that names a machine.
pub(crate) fn names_a_machine(name: &str) -> bool {
    naming(name).is_some()
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn is_one_address(one: &str, other: &str) -> bool {
    one.parse::<IpAddr>().is_ok_and(|one| other.parse() == Ok(one))
}

/// Removes the port from a host's name: `[HOST]:PORT`.
fn without_port(name: &str) -> &str {
    name.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(name, |(host, _)| host)
}

/// Whether the comment of a key names a user of another host, as those of users' own keys do.
pub(crate) fn is_comment_of_a_user(comment: &str, names: &[String]) -> bool {
    let Some((user, rest)) = comment.split_once('@') else { return false };
    let host = rest.split_whitespace().next().unwrap_or_default();
    let is_own = user == "root" || user.to_ascii_lowercase().ends_with("system");
    !is_own && !Hosts::of(names).has(host)
}

/// The origin of the keys of an object.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyOrigin {
    /// They are a list of the machine's keys, not a single one.
    pub(crate) is_list: bool,
    /// They are the output of Run Command.
    pub(crate) is_result: bool,
}

/// What objects state about their machine, and its keys if an object lists them. Names of machines are unique in one group,
/// region or network, so two machines may have the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    /// The values of members, by their names.
    members: BTreeMap<String, Arc<str>>,
    /// The fingerprints of all keys, if an object lists them.
    keys: Option<Vec<Fingerprint>>,
}

impl Machine {
    /// Reads an object with these keys. The output of Run Command has a name of its own.
    pub(crate) fn of(object: &Map<String, Value>, keys: &[TrustedKey], origin: KeyOrigin) -> Self {
        let KeyOrigin { is_list, is_result } = origin;
        // The name of a Run Command is not a machine's.
        let is_telling =
            |name: &str| PLACES.contains(&name) || if is_result { name == "id" } else { naming(name).is_some() };
        let members = object.iter().filter(|(name, _)| is_telling(name)).filter_map(|(name, value)| {
            let text = match value {
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            let of_vm = run_command::machine(&text);
            let is_of_command = is_result && name == "id" && of_vm.is_none();
            (!is_of_command).then(|| (name.clone(), Arc::from(of_vm.unwrap_or(text))))
        });
        let list = || {
            let mut keys: Vec<Fingerprint> = keys.iter().map(|key| key.fingerprint).collect();
            keys.sort_unstable_by(|one, other| one.digest().cmp(other.digest()));
            keys.dedup();
            keys
        };
        Self { members: members.collect(), keys: (is_list && !keys.is_empty()).then(list) }
    }

    /// Adds another object of the same name.
    ///
    /// # Errors
    /// They are of two machines.
    pub(crate) fn join(&mut self, other: &Self) -> Result<(), String> {
        let mut is_same = false;
        for (name, value) in &other.members {
            match self.members.get(name) {
                Some(known) if !is_one_value(known, value) => {
                    return Err(format!(
                        "two objects name it with different `{}`, so they may be of two machines",
                        escape::name(name)
                    ));
                }
                Some(_) => is_same |= naming(name) == Some(Naming::Id) || name == "vmid",
                None => drop(self.members.insert(name.clone(), Arc::clone(value))),
            }
        }
        match (&self.keys, &other.keys) {
            (Some(one), Some(other)) if one != other && !is_same => Err(
                "two objects list different keys for it, so they may be of two machines of one name; one list of all of its \
                 keys counts, or the same `id` in both"
                    .to_owned(),
            ),
            (None, Some(keys)) => {
                self.keys = Some(keys.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Members for the location of a machine, which are also around the output of Run Command.
const PLACES: [&str; 8] =
    ["instanceid", "location", "region", "resourcegroup", "resourcegroupname", "vmid", "zone", "zones"];

fn is_one_value(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one_host::is_one_name(one, other) || is_one_address(one, other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_names_the_host_or_says_nothing_of_it() {
        let other = |host: &str, object: &Value| {
            other_named(object.as_object().unwrap(), &[host.to_owned()]).map(str::to_owned)
        };
        for (host, object, name) in [
            ("vm", json!({"id": "mallory"}), "id"),
            ("vm", json!({"instance": "mallory"}), "instance"),
            ("10.0.0.4", json!({"instance": "10.0.0.66"}), "instance"),
            ("10.0.0.4", json!({"ip": "203.0.113.9"}), "ip"),
            ("vm,10.0.0.4", json!({"address": "203.0.113.9"}), "address"),
            ("vm", json!({"fqdn": "db7.example"}), "fqdn"),
            ("[vm]:2222", json!({"address": "db7"}), "address"),
            ("vm", json!({"name": "mallory"}), "name"),
            ("vm", json!({"hostname": "mallory", "private_ip": "10.0.0.66"}), "hostname"),
            ("vm", json!({"name": "vm", "vmname": "mallory"}), "vmname"),
            ("10.0.0.4", json!({"private_ip": "10.0.0.66"}), "private_ip"),
            ("10.0.0.4", json!({"private_ip": "10.0.0.4", "ip": "10.0.0.66"}), "ip"),
        ] {
            assert_eq!(other(host, &object).as_deref(), Some(name), "{host} {object}");
        }
        for (host, object) in [
            ("vm", json!({"id": "i-0abc", "instance": "i-0abc", "instance_id": "vm"})),
            ("vm", json!({"ip": "10.0.0.4", "region": "mallory", "name": null, "hostname": ""})),
            ("vm,10.0.0.4", json!({"ip": "10.0.0.4"})),
            ("[10.0.0.4]:22", json!({"ip": "10.0.0.4"})),
            ("2001:db8::1", json!({"ip": "2001:DB8:0::1"})),
            ("vm", json!({"fqdn": "vm.example", "name": "VM", "hostname": "vm.example."})),
            ("10.0.0.4", json!({"fqdn": "vm.example", "name": "vm"})),
            ("10.0.0.4", json!({"private_ip": "10.0.0.4", "public_ip": "203.0.113.9"})),
        ] {
            assert_eq!(other(host, &object), None, "{host} {object}");
        }
    }

    #[test]
    fn comments_of_users_own_keys_name_other_hosts() {
        for (comment, is_of_a_user) in [
            ("mallory@laptop", true),
            ("root@image-builder", false),
            ("admin@vm", false),
            ("admin@vm.example 2026-11-30", false),
            ("nt authority\\system@OTHER", false),
            ("no comment", false),
        ] {
            assert_eq!(is_comment_of_a_user(comment, &["vm".to_owned()]), is_of_a_user, "{comment}");
        }
    }

    #[test]
    fn machines_of_one_name_differ_in_what_else_is_said_of_them() {
        const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
        const B: &str = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";
        let machine = |object: &Value, key: &str, is_list: bool, is_result: bool| {
            let keys = [TrustedKey::new(key.parse().unwrap(), Vec::new())];
            Machine::of(object.as_object().unwrap(), &keys, KeyOrigin { is_list, is_result })
        };
        let vm = |group: &str| json!({"id": format!("/s/{group}/virtualMachines/vm/runCommands/{group}")});
        for (one, other, key, is_list, is_result, is_one) in [
            (json!({}), json!({}), B, false, false, true),
            (json!({}), json!({}), A, true, false, true),
            (json!({}), json!({}), B, true, false, false),
            (json!({"id": "i-1"}), json!({"id": "i-1"}), B, true, false, true),
            (json!({"id": "i-1"}), json!({"id": "i-2"}), A, false, false, false),
            (json!({"id": 1}), json!({"id": 2}), A, false, false, false),
            (json!({"instanceid": "i-1"}), json!({"instanceid": "i-2"}), A, true, true, false),
            (json!({"region": "a"}), json!({"region": "b"}), A, false, false, false),
            (json!({"ip": "10.0.0.4"}), json!({"zone": "b"}), B, false, false, true),
            (json!({"name": "a"}), json!({"name": "b"}), A, true, true, true),
            (json!({"name": "a"}), json!({"name": "A.example"}), A, true, false, true),
            (vm("a"), vm("b"), A, true, true, false),
            (vm("a"), vm("A"), B, true, true, true),
        ] {
            let mut first = machine(&one, A, is_list, is_result);
            let joined = first.join(&machine(&other, key, is_list, is_result));
            assert_eq!(joined.is_ok(), is_one, "{one} {other}");
        }
    }
}

//! Which machine an object with a `host` speaks of.
//!
//! Why it is the host: inventories of guests, and programs that collect logs, have the machine underneath in `host` and the
//! one that they speak of in another member. Each member that names a machine is therefore one of the host's names, or one of
//! its addresses where both are known.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::line::{self, Line};
use super::one_host;

/// What a member says of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// A name.
    Name,
    /// A name or an address.
    Any,
    /// One of several addresses, as those inside and outside of a network.
    OneOfAddresses,
    /// What a cloud calls it, which is a name or has a digit.
    Id,
}

/// What a member says of a machine by its name; nothing where it names none.
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

    /// Whether a name or an address is none of these; a name and an address say nothing of each other.
    fn lack(&self, name: &str) -> bool {
        self.0.iter().any(|host| is_address(host) == is_address(name)) && !self.has(name)
    }
}

/// The first member that names another machine than a host with these names.
pub(super) fn other_named<'a>(object: &'a Map<String, Value>, names: &[String]) -> Option<&'a str> {
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

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn is_one_address(one: &str, other: &str) -> bool {
    one.parse::<IpAddr>().is_ok_and(|one| other.parse() == Ok(one))
}

/// A host's name without its port: `[HOST]:PORT`.
fn without_port(name: &str) -> &str {
    name.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(name, |(host, _)| host)
}

/// Whether a line is a host's key whose comment names a user of another host.
pub(super) fn has_a_users_comment(line: &str, names: &[String]) -> bool {
    let Ok(Line::Key { comment: Some(comment), .. }) = line::read(line) else { return false };
    let Some((user, host)) = comment.split_once('@') else { return false };
    let mut hosts = names.iter().flat_map(|name| name.split(',')).map(without_port);
    let is_own = user == "root" || user.to_ascii_lowercase().ends_with("system");
    !is_own && !hosts.any(|own| one_host::is_one_name(own, host))
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
}

//! Finds members of a document that name a port other than SSH's, where the host keys may be those of another user's server:
//! by their name (`ssh_port: 2222`) or in a text (`ssh -p 2222 vm`).

use std::net::IpAddr;

use common::characters;
use serde_json::Value;

use super::host_names;
use crate::trusted::grammar::words;

/// Words in names for a port of another service, or for what a network lets through.
#[rustfmt::skip]
const OTHER_SERVICES: [&str; 32] = [
    "api", "app", "database", "db", "dns", "egress", "elasticsearch", "firewall", "grafana", "health", "http", "https",
    "ingress", "kafka", "kubernetes", "lb", "listener", "metrics", "mongo", "mongodb", "mysql", "postgres", "postgresql",
    "prometheus", "rdp", "rds", "redis", "rule", "rules", "smtp", "vnc", "web",
];

/// The most lines of a command or an ssh configuration; longer texts are logs.
const MAX_LINES: usize = 64;

/// What a name implies for the numbers below it.
#[derive(Clone, Copy)]
enum Below {
    /// They are not ports.
    Any,
    /// They are ports.
    Ports,
    /// They are ports, or versions and addresses of SSH.
    Ssh,
    /// All of it is of another service.
    OtherService,
}

/// Whether a member names another port, by itself or in its list.
pub(crate) fn is_other(name: &str, value: &Value) -> bool {
    // Terraform's outputs have their values in `value`.
    let value = value.get("value").unwrap_or(value);
    !value.is_object() && !is_read(name) && is_other_below(below(name, Below::Any), value)
}

/// Whether a member names another port, at any depth.
pub(crate) fn has_other(name: &str, value: &Value) -> bool {
    !is_read(name) && is_other_below(below(name, Below::Any), value)
}

/// Whether the value below a name is read for itself: host keys, next to which each name is known, and logs.
fn is_read(name: &str) -> bool {
    host_names::is_of_output(name) || host_names::is_of_host(name) || name == "log"
}

/// Classifies a name that is below others.
fn below(name: &str, above: Below) -> Below {
    let parts = || name.split(|character: char| !character.is_ascii_alphanumeric());
    let has_sshs = || parts().any(|part| part.starts_with("ssh"));
    let is_of_port = |part: &str| {
        let name = part.strip_suffix('s').unwrap_or(part).strip_suffix("port");
        name.is_some_and(|name| name.is_empty() || host_names::is_of_a_machine(name))
    };
    match above {
        Below::OtherService => above,
        _ if parts().any(|part| OTHER_SERVICES.contains(&part)) && !has_sshs() => Below::OtherService,
        Below::Ports => above,
        Below::Any | Below::Ssh if parts().any(is_of_port) => Below::Ports,
        Below::Any if matches!(name, "ssh" | "sshd") => Below::Ssh,
        Below::Any | Below::Ssh => above,
    }
}

fn is_other_below(place: Below, value: &Value) -> bool {
    if matches!(place, Below::OtherService) {
        return false;
    }
    let is_port = matches!(place, Below::Ports | Below::Ssh);
    match value {
        Value::Number(number) => is_port && number.as_f64() != Some(22.0),
        Value::String(text) if text.lines().nth(1).is_some() => {
            text.lines().nth(MAX_LINES).is_none() && text.lines().any(words::names_other_port)
        }
        Value::String(text) => {
            is_port && number_in(text).is_some_and(|number| !words::is_usual_port(number))
                || matches!(place, Below::Ports) && is_other_number(text)
                || words::names_other_port(text)
        }
        Value::Array(values) => {
            let mut has_other = false;
            for value in values {
                let is_other = is_other_below(place, value);
                // One of several ports may be SSH's.
                if is_port && !value.is_object() && !is_other {
                    return false;
                }
                has_other |= is_other;
            }
            has_other
        }
        Value::Object(object) => object.iter().any(|(name, value)| is_other_below(below(name, place), value)),
        _ => false,
    }
}

/// Returns the port number in a text that is one: `2222`, `2222/tcp`, `tcp/2222`.
fn number_in(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text
        .strip_suffix("/tcp")
        .or_else(|| text.strip_prefix("tcp/"))
        .or_else(|| text.strip_prefix("tcp:"))
        .unwrap_or(text);
    Some(text).filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text is a number other than 22 in any spelling: `0x8ae`, `2,222`, `2222.0`, or with digits that are not ASCII.
fn is_other_number(text: &str) -> bool {
    let text: String = text.trim().chars().filter(|character| characters::invisible(*character).is_none()).collect();
    let is_of_number = |character: char| {
        character.is_numeric()
            || character.is_ascii_hexdigit()
            || matches!(character, 'x' | 'X' | '.' | ',' | '_' | '+' | '\'')
    };
    let is_address = text.parse::<IpAddr>().is_ok();
    text.starts_with(char::is_numeric)
        && text.chars().all(is_of_number)
        && !is_address
        && text.parse::<f64>() != Ok(22.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_of_lists_are_looked_at_once() {
        let lists = (0..120).fold(json!(2222), |inner, _| json!([inner]));
        assert!(has_other("ports", &lists));
    }

    #[test]
    fn another_port_is_found_at_any_depth_and_in_any_form() {
        for (name, value) in [
            ("port", json!([2222])),
            ("port", json!({"ssh": 2222})),
            ("vm_ssh_port_number", json!({"value": 2222})),
            ("vm", json!({"value": {"ip": "10.0.0.4", "ssh_port": 2222}})),
            ("ports", json!({"value": {"ssh": 2222}})),
            ("ssh", json!("2222")),
            ("ssh_port", json!("2222/tcp")),
            ("ssh_port", json!("tcp/2222")),
            ("ssh_port", json!(" 2222")),
            ("ssh", json!({"host": "vm", "port": "2222"})),
            ("connect", json!({"value": ["ssh -p 2222 ops@vm"]})),
            ("app_ssh_port", json!(2222)),
            ("connect", json!({"value": "# connect with\nssh -p 2222 ops@vm"})),
            ("connect", json!({"value": "ssh -p 2222 ops@vm\n"})),
            ("connect", json!({"value": "Host vm\n  Port 2222\n"})),
            ("vm_ports", json!([2222, 80])),
            ("port", json!("\u{ff12}\u{ff12}\u{ff12}\u{ff12}")),
            ("port", json!("2222\u{200b}")),
            ("port", json!("2,222")),
            ("port", json!("0x8ae")),
            ("ssh", json!({"port": "2222.0"})),
        ] {
            assert!(has_other(name, &value), "{name} {value}");
        }
        for (name, value) in [
            ("port", json!(22)),
            ("port", json!("22")),
            ("port", json!("22/tcp")),
            ("port", json!("22.0")),
            ("ssh", json!("9.6")),
            ("ssh", json!("10.0.0.4")),
            ("port", json!("eth0")),
            ("port", json!(22.0)),
            ("created", json!("2026-11-30T10:30")),
            ("image", json!("ubuntu:24")),
            ("port", json!(null)),
            ("port", json!([])),
            ("open_ports", json!([80, 22, 443])),
            ("ports", json!({"ssh": 22, "http": 80})),
            ("db_port", json!({"value": 5432})),
            ("app", json!({"value": {"port": 8080}})),
            ("app_url", json!({"value": "vm.example:8080"})),
            ("transport", json!(7)),
            ("size", json!(2222)),
            ("output", json!("listens at vm:2222")),
            ("log", json!("port 2222\nport 2223")),
            ("ssh", json!(true)),
        ] {
            assert!(!has_other(name, &value), "{name} {value}");
        }
    }
}

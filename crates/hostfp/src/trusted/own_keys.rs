//! What hostfp prints with `--json` of its machine's own keys, and pubfp and keycheck of the files of host keys: objects
//! without a host.
//!
//! Why a stranger cannot write it: the file is that of a host key, each value is one string, and what an object says
//! otherwise ends the text.

use common::error::Error;
use serde_json::{Map, Value};

use super::lines::List;
use super::{denials, diagnose};

/// What hostfp, pubfp and keycheck print of a key; `port` or `hostname` is of another program.
const FIELDS: [&str; 10] =
    ["file", "line", "form", "type", "bits", "fingerprint", "comment", "verdict", "findings", "late"];

/// What hostfp prints of this machine's keys, and pubfp and keycheck of a list.
pub(super) fn is_of_own_keys(object: &Map<String, Value>) -> bool {
    ["file", "form", "type", "fingerprint"].iter().all(|name| object.contains_key(*name))
}

/// Whether a path is that of a host's key: its file's name alone, or in `/etc/ssh` or `%ProgramData%\ssh`, be it below
/// where an administrator mounts a disk. Elsewhere users and containers have folders of these names, too.
pub(super) fn is_file_of_host_key(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let (folder, name) = path.rsplit_once('/').map_or((None, path.as_str()), |(folder, name)| (Some(folder), name));
    let name = name.strip_suffix(".pub").unwrap_or(name);
    let is_name = name.strip_prefix("ssh_host_").is_some_and(|name| name.ends_with("_key"));
    let is_place = |folder: &str| {
        let folder = folder.to_ascii_lowercase();
        let places = ["etc/ssh", "programdata/ssh", "%programdata%/ssh"];
        places.iter().filter_map(|place| folder.strip_suffix(place)).any(is_root)
    };
    is_name && folder.is_none_or(is_place)
}

/// The folder of the file that an object of a machine's own key names.
pub(super) fn folder(object: &Map<String, Value>) -> String {
    let file = object.get("file").and_then(Value::as_str).unwrap_or_default().replace('\\', "/");
    file.rsplit_once('/').map_or("", |(folder, _)| folder).to_ascii_lowercase()
}

/// Whether a system is below a folder: `/`, a drive of Windows, a place where an administrator mounts a disk, or a folder
/// that lies where the command was run.
fn is_root(folder: &str) -> bool {
    const MOUNTS: [&str; 5] = ["mnt", "media", "rescue", "sysroot", "target"];
    let Some(root) = folder.strip_suffix('/') else { return folder.is_empty() };
    let parts = root.trim_start_matches('/');
    let is_relative =
        parts == root && !parts.contains('/') && !matches!(parts, "home" | "users" | "tmp" | "run" | "..");
    let is_drive = parts.len() == 2 && parts.ends_with(':');
    let mut parts = parts.split('/');
    let first = parts.next().unwrap_or_default();
    let is_name = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    first.is_empty()
        || is_drive
        || is_relative
        || MOUNTS.contains(&first) && parts.by_ref().take(2).all(is_name) && parts.next().is_none()
}

/// What keycheck prints at the end of a run, which says nothing of a key: numbers alone.
pub(super) fn is_summary(object: &Map<String, Value>) -> bool {
    object.contains_key("schema") && object.values().all(Value::is_number)
}

/// An object that is not of a machine's own key.
pub(super) fn no_own_key() -> Error {
    Error::failure("an object that names no host, and is not of a host key of this machine")
        .hint("add its `host`, or keep what `hostfp --json` prints on the VM, of keys in /etc/ssh")
}

impl List {
    /// Takes an object of a machine's own key.
    pub(super) fn take_own(&mut self, object: &Map<String, Value>) -> Result<(), Error> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        // keycheck's verdict stands beside its findings.
        let good = if object.contains_key("findings") { "ok" } else { "match" };
        let is_denied = object.iter().any(|(name, value)| denials::denies(name, value))
            || object.get("verdict").is_some_and(|verdict| verdict != good);
        // pubfp prints the same of any list: only the file of a host key is known to be one.
        if is_denied
            || object.keys().any(|name| !FIELDS.contains(&name.as_str()))
            || !is_file_of_host_key(text("file"))
            || !matches!(text("form"), "openssh-public" | "openssh-private")
        {
            return Err(no_own_key());
        }
        let line = format!("{} {}", text("type"), text("fingerprint"));
        let comment = object.get("comment").and_then(Value::as_str);
        self.add_with(line.trim_start(), comment).map_err(diagnose::misfit)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_host_key_lies_where_a_system_has_it() {
        for (path, is_one) in [
            ("ssh_host_rsa_key", true),
            ("ssh_host_rsa_key.pub", true),
            ("id_rsa.pub", false),
            ("/etc/ssh/ssh_host_rsa_key", true),
            ("//etc/ssh/ssh_host_rsa_key", true),
            ("etc/ssh/ssh_host_rsa_key", true),
            ("C:\\ProgramData\\ssh\\ssh_host_rsa_key", true),
            ("/C:/ProgramData/ssh/ssh_host_rsa_key", true),
            ("/abc:/ProgramData/ssh/ssh_host_rsa_key", false),
            ("%ProgramData%\\ssh\\ssh_host_rsa_key", true),
            ("backup/etc/ssh/ssh_host_rsa_key", true),
            ("backup/vm/etc/ssh/ssh_host_rsa_key", false),
            ("home/etc/ssh/ssh_host_rsa_key", false),
            ("../etc/ssh/ssh_host_rsa_key", false),
            ("/backup/etc/ssh/ssh_host_rsa_key", false),
            ("/vm/etc/ssh/ssh_host_rsa_key", false),
            ("/home/bob/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/etc/ssh/ssh_host_rsa_key", true),
            ("/mnt/disk-1/etc/ssh/ssh_host_rsa_key", true),
            ("/mnt/disk/root_1/etc/ssh/ssh_host_rsa_key", true),
            ("/mnt/disk/home/bob/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/a b/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/.x/etc/ssh/ssh_host_rsa_key", false),
            ("/my-etc/ssh/ssh_host_rsa_key", false),
        ] {
            assert_eq!(is_file_of_host_key(path), is_one, "{path}");
        }
    }

    #[test]
    fn a_summary_is_numbers_alone() {
        for (value, is_one) in [
            (json!({"schema": 1, "files": 2}), true),
            (json!({"files": 2}), false),
            (json!({"schema": 1, "files": "2"}), false),
        ] {
            assert_eq!(is_summary(value.as_object().unwrap()), is_one, "{value}");
        }
    }

    #[test]
    fn a_verdict_is_that_of_the_program_that_printed_the_object() {
        for (more, counts) in [
            (json!({}), true),
            (json!({"verdict": "match"}), true),
            (json!({"line": 1, "bits": 256, "comment": null}), true),
            (json!({"port": 2222}), false),
            (json!({"verdict": "ok"}), false),
            (json!({"verdict": "unknown"}), false),
            (json!({"findings": [], "verdict": "ok"}), true),
            (json!({"findings": [], "verdict": "match"}), false),
        ] {
            let mut object = more.as_object().unwrap().clone();
            for (name, value) in [
                ("file", "/etc/ssh/ssh_host_ed25519_key.pub"),
                ("form", "openssh-public"),
                ("type", "ssh-ed25519"),
                ("fingerprint", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"),
            ] {
                object.insert(name.to_owned(), json!(value));
            }
            assert_eq!(List::default().take_own(&object).is_ok(), counts, "{more}");
        }
    }
}

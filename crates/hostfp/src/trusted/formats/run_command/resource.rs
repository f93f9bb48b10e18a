//! Reads what Azure's resource of a Run Command states besides the result: on which VM it ran, as which user, which script,
//! and the parameters of the script.
//!
//! Why it matters: the script of another user is in a folder of theirs, where they may replace it; its parameters are in its
//! environment, so that `$F` may be any file; and names of VMs are unique only within their resource group.

use common::error::Error;
use common::escape;

use super::command;
use super::result::{Record, text_of};

/// The names of lists of a script's parameters.
const PARAMETERS: [&str; 4] = ["parameters", "parameter", "protectedparameters", "protectedparameter"];

/// The name in a record of the value of a parameter.
const GIVEN: &str = "parametervalue";

/// Returns the name in a record of a member of `source`, as where the resource is flat; `None` for one that is ignored.
pub(super) fn of_source(name: &str) -> Option<String> {
    ["script", "scripturi", "galleryscriptreferenceid"].contains(&name).then(|| format!("source{name}"))
}

/// Returns the name in a record of one value below the name of such a list.
pub(super) fn of_parameter(name: &str) -> Option<&'static str> {
    PARAMETERS.contains(&name).then_some(GIVEN)
}

/// Checks what records state besides the result.
///
/// # Errors
/// They are of several VMs, or the script may have been another user's, or another than the one shown.
pub(super) fn check(records: &[Record]) -> Result<(), Error> {
    let of = |name: &'static str| records.iter().map(move |record| text_of(record, name).trim());
    let mut machines: Vec<String> = of("id").filter_map(machine).collect();
    let views = records.iter().filter(|record| record.contains_key("instanceview")).count();
    let lacks_names = views > 1 && machines.len() < views;
    machines.sort_unstable();
    machines.dedup();
    if machines.len() > 1 || lacks_names {
        return Err(Error::failure("holds Run Commands of several VMs: each `id` is to name the same one")
            .hint("keep the one of your VM: az vm run-command show --instance-view"));
    }
    if let Some(user) = of("runasuser").find(|user| !user.is_empty() && *user != "root") {
        let user = escape::excerpt(user.as_bytes());
        return Err(Error::failure(format!(
            "Run Command ran the script as `{user}` (`runAsUser`), who may have replaced it"
        ))
        .hint("run it as root: leave out --run-as-user"));
    }
    let is_elsewhere = |record: &Record| {
        ["sourcescripturi", "sourcegalleryscriptreferenceid", "galleryscriptreferenceid"]
            .iter()
            .any(|name| !text_of(record, name).trim().is_empty())
            && text_of(record, "sourcescript").trim().is_empty()
    };
    if records.iter().any(is_elsewhere) {
        return Err(Error::failure("Run Command ran a script from a URI or a gallery, whose text is not shown")
            .hint("give the script itself, such as with --script \"$(hostfp --run-command-script)\""));
    }
    let is_shown = |text: &str| matches!(text, "" | "{}" | "[]");
    let of_lists = PARAMETERS.into_iter().flat_map(of).filter(|text| !is_shown(text));
    let values = of(GIVEN).filter(|value| !is_harmless(value));
    // They may be secrets.
    if of_lists.chain(values).next().is_some() {
        return Err(Error::failure("the script was given `parameters` that are more than names of host keys")
            .hint("run the script without parameters"));
    }
    Ok(())
}

/// Whether a value names only host keys: it has words of commands that read them, not only symbols, such as `.` for the
/// current folder.
fn is_harmless(value: &str) -> bool {
    value.is_empty() || value.bytes().any(|byte| byte.is_ascii_alphanumeric()) && command::has_only_known_words(value)
}

/// Returns the VM, or the machine of Azure Arc, that an ID names, with its resource group.
pub(crate) fn machine(id: &str) -> Option<String> {
    let id = id.to_ascii_lowercase();
    let parts: Vec<&str> = id.split('/').collect();
    let at = parts.iter().position(|part| matches!(*part, "virtualmachines" | "machines"))?;
    parts.get(..at + 2).map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(members: &[(&str, &str)]) -> Record {
        members.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn refused(records: &[Record]) -> String {
        check(records).map_or_else(|error| error.message().to_owned(), |()| String::new())
    }

    #[test]
    fn a_script_is_root_s_and_shown_and_names_host_keys_alone() {
        for (members, words) in [
            (&[("runasuser", "mallory")][..], "as `mallory`"),
            (&[("sourcescripturi", "https://x")], "from a URI"),
            (&[("sourcescript", ""), ("sourcegalleryscriptreferenceid", "x")], "from a URI or a gallery"),
            (&[("parametervalue", "/home/mallory/x.pub")], "given `parameters`"),
            (&[("parametervalue", "?")], "given `parameters`"),
            (&[("parametervalue", ".")], "given `parameters`"),
            (&[("parameter", "{F}")], "given `parameters`"),
        ] {
            assert!(refused(&[record(members)]).contains(words), "{members:?}");
        }
        for members in [
            &[("runasuser", ""), ("parameters", ""), ("protectedparameters", "[]")][..],
            &[("runasuser", "root"), ("parameter", "{}")],
            &[("sourcescript", "hostfp"), ("sourcescripturi", "https://x")],
            &[("parametervalue", "ed25519")],
            &[("parametervalue", "/etc/ssh/ssh_host_rsa_key.pub")],
        ] {
            assert_eq!(refused(&[record(members)]), "", "{members:?}");
        }
    }

    #[test]
    fn records_are_of_one_vm() {
        let of = |ids: &[&str]| {
            let records: Vec<Record> = ids.iter().map(|id| record(&[("id", id), ("instanceview", "")])).collect();
            refused(&records).is_empty()
        };
        for (ids, is_one) in [
            (&["/s/g/virtualMachines/vm/runCommands/a", "/S/g/virtualmachines/VM/runCommands/b"][..], true),
            (&["/s/g/virtualMachines/vm/runCommands/a", "/s/g/virtualMachines/vm2/runCommands/a"], false),
            (&["/s/g/virtualMachines/vm", "/s/h/virtualMachines/vm"], false),
            (&["/s/g/machines/vm/runCommands/a", "/s/g/machines/vm2/runCommands/a"], false),
            (&["/s/g/virtualMachines/vm", ""], false),
            (&[""], true),
            (&["a"], true),
            (&["a", "b"], false),
        ] {
            assert_eq!(of(ids), is_one, "{ids:?}");
        }
    }
}

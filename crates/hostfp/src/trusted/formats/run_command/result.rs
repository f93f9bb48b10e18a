//! The records of a result of Run Command, and errors for texts that are not a whole result.

use std::collections::BTreeMap;

use common::error::Error;
use common::escape;

/// Names, in lowercase, and values.
pub(super) type Record = BTreeMap<String, String>;

/// Returns the text of that name; empty if there is none.
pub(super) fn text_of<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).map(String::as_str).unwrap_or_default()
}

/// The members of a status of Azure's.
pub(super) const STATUS: [&str; 5] = ["code", "displaystatus", "level", "message", "time"];

/// The beginning of the code of a VM's state, which is among its statuses.
pub(super) const POWER_STATE: &str = "PowerState/";

/// Reports the state of the VM, which is not a result.
pub(crate) fn power_state() -> Error {
    Error::failure("the VM's state (PowerState), not what Run Command printed")
        .hint("keep what `az vm run-command invoke --command-id RunShellScript` itself prints")
}

/// Whether a text is the code of a VM's state.
pub(crate) fn is_power_state(text: &str) -> bool {
    text.starts_with(POWER_STATE)
}

/// Reports a text that is only a part of the output of Run Command.
pub(super) fn a_part() -> Error {
    Error::failure("a part of Run Command's output, which does not show how the script ended")
        .hint("keep all of it, with -o json")
}

/// Reports a name that Azure does not use around a result.
pub(super) fn other_name(name: &str) -> Error {
    let name = escape::name(name);
    Error::failure(format!("`{name}` next to what looks like Run Command's result, which has no such name"))
        .hint("give what az or PowerShell printed alone")
}

/// Reports a text to which a second result was added, perhaps of another machine.
pub(super) fn several() -> Error {
    Error::failure("holds several results of Run Command").hint("keep the one of your VM")
}

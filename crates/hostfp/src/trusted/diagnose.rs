//! What a text is that does not count, and what to do instead.

use common::error::Error;
use serde_json::Value;

use super::keys::MAX_KEYS;
use super::line::Misfit;

/// The length of a SHA-256 fingerprint with its label.
const WHOLE: usize = "SHA256:".len() + 43;

/// How to get what Run Command printed as a whole.
const AS_JSON: &str =
    "keep what `az vm run-command invoke` prints with -o json; -o tsv and -o table leave the script's output out";

/// What to do about a line that is none of a list.
const LINES_ONLY: &str = "remove it, or give the lines of the host keys only, as `ssh-keygen -lf` prints them";

/// Why a line ends the text.
pub(super) fn misfit(misfit: Misfit) -> Error {
    match misfit {
        Misfit::DamagedFingerprint(length) => {
            let how = if length < WHOLE { "cut short" } else { "damaged" };
            Error::failure(format!("the fingerprint is {how}"))
                .hint("a SHA-256 fingerprint has 43 characters behind SHA256:")
        }
        Misfit::DamagedKey => {
            Error::failure("the host key is cut short or damaged").hint("is its line cut or wrapped over several?")
        }
        Misfit::Loose => Error::failure(
            "no fingerprint of a host key: the one in this line stands among other words, and may be of any key",
        )
        .hint(LINES_ONLY),
        Misfit::UsersKey => Error::failure("a user's key, not a host's")
            .hint("a host's keys are in /etc/ssh/ssh_host_*_key.pub; run hostfp on the VM"),
        Misfit::NamesHosts => Error::failure("a known_hosts line, which names its hosts, among lines that do not")
            .hint("keep lines of one kind, those of your VM"),
        Misfit::PrivateKey => {
            Error::failure("a private key, and no fingerprint").hint("a host's private key stays on the host")
        }
        Misfit::Marker => Error::failure("an unknown marker").hint("known_hosts has @revoked and @cert-authority"),
        Misfit::Indented => Error::failure("this line is indented, as if it went on from the line before")
            .hint("take out the blanks at its start, if it is a line of its own"),
        Misfit::TooMany => too_many(),
        Misfit::Control => {
            Error::failure("a control character in this line, such as a carriage return").hint(LINES_ONLY)
        }
        Misfit::Other => {
            Error::failure("this line is not a fingerprint, a host key or a known_hosts line").hint(LINES_ONLY)
        }
    }
}

/// A list is longer than that of any host.
pub(super) fn too_many() -> Error {
    Error::failure(format!("more than {MAX_KEYS} fingerprints, which no one host has")).hint("keep those of your VM")
}

/// A text with nothing but blanks, comments and weak fingerprints.
pub(super) fn no_lines(has_weak: bool, text: &str) -> Error {
    if has_weak {
        Error::failure("only an MD5 or SHA-1 fingerprint, which is not trusted")
            .hint("`ssh-keygen -lf` without -E prints SHA-256")
    } else if text.trim().is_empty() {
        Error::failure("holds nothing but blanks").hint(AS_JSON)
    } else {
        Error::failure("holds nothing but comments").hint("`ssh-keyscan HOST 2>/dev/null` prints the keys themselves")
    }
}

/// A text whose first line begins none of the forms that count.
pub(super) fn unknown(text: &str, first_misfit: (usize, Misfit)) -> (Option<usize>, Error) {
    let trimmed = text.trim();
    let start: String = trimmed.chars().take(16).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        let what = Error::failure("a page of HTML, perhaps a login page").hint("save what the command printed");
        return (None, what);
    }
    if trimmed.len() < 4 && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        return (None, Error::failure("no fingerprint, only a number").hint(AS_JSON));
    }
    if let Some(error) = azure_error(trimmed) {
        return (None, error);
    }
    if is_boot_log(text) {
        let what = Error::failure("a log without cloud-init's block of host keys")
            .hint("cloud-init prints it at the first boot only; use Run Command instead: hostfp --run-command-script");
        return (None, what);
    }
    (Some(first_misfit.0), misfit(first_misfit.1))
}

/// An error of az or PowerShell instead of its output.
fn azure_error(text: &str) -> Option<Error> {
    let what = if text.starts_with("ERROR: ") {
        "an error of az, not its output"
    } else if text.starts_with("Invoke-AzVMRunCommand: ") || text.starts_with("Invoke-AzVMRunCommand : ") {
        "an error of Invoke-AzVMRunCommand, not its output"
    } else {
        return None;
    };
    let hint = if text.contains("boot diagnostics") {
        "turn it on: az vm boot-diagnostics enable"
    } else if text.contains("OS type") {
        "the guest is Linux: use the command RunShellScript"
    } else if text.contains("to be running") {
        "start the VM: az vm start"
    } else {
        "see what it says, and run it again"
    };
    Some(Error::failure(what).hint(hint))
}

/// Whether a text has lines as they stand in the log of a boot.
fn is_boot_log(text: &str) -> bool {
    let is_of_boot = |line: &str| {
        line.starts_with("ci-info: ")
            || line.starts_with("Cloud-init v. ")
            || (line.starts_with("[ ") && line.get(2..).is_some_and(|rest| rest.trim_start().starts_with("0.000000]")))
    };
    text.lines().any(is_of_boot)
}

/// JSON that is not from Run Command and names no host.
pub(super) fn other_json(value: &Value) -> Error {
    const OF_USERS: [&str; 4] = ["publickeys", "keydata", "ssh_authorized_keys", "publickey"];
    if has_name(value, &OF_USERS) {
        return Error::failure("JSON with users' keys, not a host's")
            .hint("a host's keys are printed by Run Command: hostfp --run-command-script");
    }
    Error::failure("JSON, but not what `az vm run-command` or hostfp prints")
        .hint("give the lines of the host keys only, such as jq -r '.ssh_keys[]' FILE prints")
}

/// Whether an object at any depth has one of these names.
fn has_name(value: &Value, names: &[&str]) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(name, value)| names.contains(&name.as_str()) || has_name(value, names))
        }
        Value::Array(values) => values.iter().any(|value| has_name(value, names)),
        _ => false,
    }
}

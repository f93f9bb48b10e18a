//! Remedies that many messages name, and what is said of a text wherever it is found.

use common::error::Error;

/// How to get the fingerprints on any machine, by whatever runs a command on it.
pub(super) const ON_THE_VM: &str = "have the VM print its fingerprints: `hostfp --run-command-script` is a script that does, for the cloud's way to run one";

/// How to get what Run Command printed as a whole.
pub(super) const AS_JSON: &str =
    "keep what `az vm run-command invoke` prints with -o json; -o tsv and -o table leave the script's output out";

/// What PowerShell prints of an object below others.
pub(super) fn name_of_a_type() -> Error {
    Error::failure("the name of a PowerShell object's type, not its contents")
        .hint("print it with `| ConvertTo-Json -Depth 5`")
}

/// A Run Command as it was started, or as a list has it.
pub(super) fn run_command_without_output() -> Error {
    Error::failure("Run Command's JSON without what the script printed")
        .hint("`az vm run-command show --instance-view` has it")
}

//! Remedies that many messages name, and errors for texts that several readers find.

use common::error::Error;

/// How to get the fingerprints on any machine, by any means to run a command on it.
pub(crate) const ON_THE_VM: &str = "have the VM print its fingerprints: `hostfp --run-command-script` prints a script that does, to run by the cloud's own command";

/// How to get the complete output of Run Command.
pub(crate) const AS_JSON: &str =
    "keep what `az vm run-command invoke` prints with -o json; -o tsv and -o table omit the script's output";

/// Reports what PowerShell prints for an object below others.
pub(crate) fn name_of_a_type() -> Error {
    Error::failure("the name of a PowerShell object's type, not its contents")
        .hint("print it with `| ConvertTo-Json -Depth 5`")
}

/// Reports a Run Command as it was started, or as a list has it.
pub(crate) fn run_command_without_output() -> Error {
    Error::failure("Run Command's JSON without what the script printed")
        .hint("`az vm run-command show --instance-view` has it")
}

//! Remedies that many messages name.

/// How to get the fingerprints on any machine, by whatever runs a command on it.
pub(super) const ON_THE_VM: &str = "have the VM print its fingerprints: `hostfp --run-command-script` is a script that does, for the cloud's way to run one";

/// How to get what Run Command printed as a whole.
pub(super) const AS_JSON: &str =
    "keep what `az vm run-command invoke` prints with -o json; -o tsv and -o table leave the script's output out";

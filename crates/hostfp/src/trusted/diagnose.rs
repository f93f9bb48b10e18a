//! Why lines and texts do not count, and what to do instead.

use common::error::Error;
use common::escape;

use super::keys::MAX_KEYS;
use super::line::Misfit;

/// The length of a SHA-256 fingerprint with its label.
const WHOLE: usize = "SHA256:".len() + 43;

/// How to get the fingerprints on any machine, by whatever runs a command on it.
pub(super) const ON_THE_VM: &str = "have the VM print its fingerprints: `hostfp --run-command-script` is a script that does, for the cloud's way to run one";

/// How to get what Run Command printed as a whole.
pub(super) const AS_JSON: &str =
    "keep what `az vm run-command invoke` prints with -o json; -o tsv and -o table leave the script's output out";

/// How to get what was printed as a whole, by whatever program.
pub(super) const AS_PRINTED: &str =
    "save what the VM printed; of az's output keep all, with -o json: -o tsv and -o table leave it out";

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
        Error::failure("holds nothing but blanks").hint(AS_PRINTED)
    } else {
        Error::failure("holds nothing but comments").hint("`ssh-keyscan HOST 2>/dev/null` prints the keys themselves")
    }
}

/// A JSON document in which a name, or a state without one, denies what it holds.
pub(super) fn marked(name: &str) -> Error {
    let which =
        if name.is_empty() { "a state in it".to_owned() } else { format!("`{}`", escape::text(name.as_bytes())) };
    Error::failure(format!("JSON that does not count: {which} says so"))
        .hint("get the host keys again, from the VM itself")
}

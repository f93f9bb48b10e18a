//! Recognises what programs print about a host to which they connected. A key that a host showed proves nothing: anyone on the
//! network path can show a key of theirs.

use common::error::Error;

use super::stray;

/// The words of ssh, PuTTY, WinSCP, FileZilla, VS Code, nmap, ssh-audit and flux before a fingerprint that a host showed
/// them.
const SHOWN: [&str; 17] = [
    "The authenticity of host '",
    "REMOTE HOST IDENTIFICATION HAS CHANGED",
    "host key is not cached",
    "host key does not match the one",
    "debug1: Server host key: ",
    "Host key fingerprint is",
    " key fingerprint is SHA256:",
    " key sent by the remote host is",
    " key details are:",
    "Hostkey: ssh-",
    "\" has fingerprint \"SHA256:",
    "| ssh-hostkey:",
    "Nmap scan report for ",
    "(fin) ssh-",
    "Algorithm:\tssh-",
    "Server's host key fingerprint",
    "public key from SSH server",
];

/// Whether a line or a text is what a program prints about a host to which it connected.
pub(crate) fn is_shown_by_host(text: &str) -> bool {
    SHOWN.iter().any(|words| text.contains(words))
        || (text.contains("server's") && text.contains("key fingerprint is:"))
}

/// Whether a line has the version that a host sends first, as ssh-keyscan writes it above the host's keys.
pub(crate) fn has_version(line: &str) -> bool {
    ["SSH-2.0-", "SSH-1.99-"].iter().any(|version| line.contains(version))
}

/// Whether a line shows that a program connected to a host: a key that the host showed, its version, or a message of ssh or
/// of a program that shows a container.
pub(crate) fn shows_that_a_host_was_asked(line: &str) -> bool {
    is_shown_by_host(line)
        || has_version(line)
        || line.contains("Permanently added '")
        || stray::of(line.trim_start_matches([' ', '\t', '#'])).is_some()
}

/// Reports a key that a host showed: comparing it with itself proves nothing.
pub(crate) fn shown_by_host() -> Error {
    Error::failure("what the host itself showed at a connection, which proves nothing").hint(
        "get the fingerprint from the VM, by Run Command or its console: `hostfp --run-command-script` prints a script for it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_showed_is_no_expectation() {
        for text in [
            "The authenticity of host 'vm (127.0.0.1)' can't be established.\n",
            "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n",
            "The host key is not cached for this server:\n",
            "The server's ssh-ed25519 key fingerprint is:\n  ssh-ed25519 255 SHA256:x\n",
            "debug1: Server host key: ssh-ed25519 SHA256:x\n",
            "Host key fingerprint is SHA256:x\n",
            "\"vm\" has fingerprint \"SHA256:x\".\n",
            "| ssh-hostkey: \n|_  256 x (ED25519)\n",
            "Nmap scan report for 127.0.0.1\n",
            "(fin) ssh-ed25519: SHA256:x\n",
            "Host key fingerprints:\n\nAlgorithm:\tssh-ed25519 255\nSHA-256:\tx\n",
            "Server's host key fingerprint\nSHA256:x\n",
            "collected public key from SSH server:\nssh-ed25519 x\n",
            "The Ed25519 key details are:\n Algorithm:\tssh-ed25519 255\n",
        ] {
            assert!(is_shown_by_host(text), "{text}");
        }
        // ssh-keygen prints this about a key that it generated.
        assert!(!is_shown_by_host("The key fingerprint is:\nSHA256:x root@vm\n"));
    }
}

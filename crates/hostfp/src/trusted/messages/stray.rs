//! Recognises lines that other programs write around those of host keys, with the remedy that avoids them.

use common::error::Error;

use crate::trusted::grammar::line::is_fingerprint_or_key;

/// A line that is known by its start and its end.
struct StrayLine {
    start: &'static str,
    end: &'static str,
    what: &'static str,
    hint: &'static str,
}

const KNOWN: [StrayLine; 9] = [
    StrayLine { start: "Connection to ", end: " closed.", what: "a message of ssh, not of the VM", hint: NO_ERRORS },
    StrayLine {
        start: "Shared connection to ",
        end: " closed.",
        what: "a message of ssh, not of the VM",
        hint: NO_ERRORS,
    },
    StrayLine {
        start: "Warning: Permanently added '",
        end: " to the list of known hosts.",
        what: "a message of ssh, not of the VM",
        hint: NO_ERRORS,
    },
    StrayLine {
        start: "Pseudo-terminal will not be ",
        end: "",
        what: "a message of ssh, not of the VM",
        hint: NO_ERRORS,
    },
    StrayLine {
        start: "Defaulted container ",
        end: "",
        what: "a message of kubectl, which shows the keys of a container, not of its node",
        hint: "name the container with -c, and leave out 2>&1",
    },
    StrayLine {
        start: "Using ",
        end: " as config file",
        what: "a message of Ansible before its output",
        hint: "leave out -v",
    },
    StrayLine {
        start: "==> ",
        end: " <==",
        what: "the name of a file, as head and tail print it",
        hint: "print the files alone: cat FILE...",
    },
    StrayLine {
        start: "```",
        end: "",
        what: "Markdown markup around the lines",
        hint: "keep only the lines inside the markup",
    },
    StrayLine {
        start: "Updating project ssh metadata...",
        end: "",
        what: "a message of `gcloud compute ssh`, not of the VM",
        hint: NO_ERRORS,
    },
];

/// The remedy for messages on standard error.
const NO_ERRORS: &str = "remove it; keep standard output only, with 2>/dev/null in place of 2>&1";

/// Reports a line that is neither a fingerprint nor a key.
pub(crate) fn of(line: &str) -> Option<Error> {
    let line = line.trim();
    if let Some(known) = KNOWN.iter().find(|known| line.starts_with(known.start) && line.ends_with(known.end)) {
        return Some(Error::failure(known.what).hint(known.hint));
    }
    if line.strip_prefix("> ").is_some_and(is_fingerprint_or_key) {
        return Some(
            Error::failure("this line begins with a mail quotation mark (>)")
                .hint("delete the `> ` if the lines are your VM's own"),
        );
    }
    let is_of_grep =
        |(path, rest): (&str, &str)| path.contains('/') && !path.contains(' ') && is_fingerprint_or_key(rest);
    line.split_once(':').is_some_and(is_of_grep).then(|| {
        Error::failure("the name of a file before the key in this line, as grep writes it")
            .hint("use grep -h, or print the files: cat FILE...")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
    const LINE: &str = "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM x (ED25519)";

    #[test]
    fn lines_of_other_programs_are_named() {
        for (line, words) in [
            ("Connection to 127.0.0.1 closed.", "of ssh"),
            ("Shared connection to 10.0.0.4 closed.", "of ssh"),
            ("Warning: Permanently added 'vm' (ED25519) to the list of known hosts.", "of ssh"),
            ("Defaulted container \"app\" out of: app, sidecar", "of kubectl"),
            ("Using /etc/ansible/ansible.cfg as config file", "of Ansible"),
            ("==> /etc/ssh/ssh_host_rsa_key.pub <==", "head and tail"),
            ("```", "Markdown"),
            ("```text", "Markdown"),
            (&format!("> {LINE}"), "a mail quotation mark"),
            (&format!("/etc/ssh/ssh_host_ed25519_key.pub:{KEY}"), "as grep writes it"),
        ] {
            assert!(of(line).is_some_and(|error| error.message().contains(words)), "{line}");
        }
        for line in [
            "",
            "Connection to vm",
            "> x",
            "Using x",
            &format!("a b/c:{KEY}"),
            &format!("vm:{KEY}"),
            "/etc/ssh/x:y",
            &format!("/home/me/x: NOT {LINE}"),
        ] {
            assert!(of(line).is_none(), "{line}");
        }
    }
}

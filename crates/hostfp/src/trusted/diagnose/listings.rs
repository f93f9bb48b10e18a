//! Texts of other programs: numbered or prefixed listings, YAML of clouds, and logs that report where the host keys are. They
//! are reported with a remedy; nothing in them is accepted.

use common::error::Error;

use super::known_texts::all_lines;
use crate::trusted::formats::cloud_init;
use crate::trusted::formats::lines::counts;
use crate::trusted::grammar::words;

/// Recognises a text that may look like a log or a `known_hosts` to the readers of those.
pub(crate) fn of(text: &str) -> Option<Error> {
    if all_lines(text, |line| line.starts_with("hostkeys\t")) {
        return Some(
            Error::failure("Google Cloud's guest attributes without the names of their columns")
                .hint("keep them with --format=json"),
        );
    }
    if is_numbered(text) {
        return Some(
            Error::failure("lines with line numbers, as cat -n prints")
                .hint("print the files without them: cat FILE..."),
        );
    }
    yaml_of_cloud(text)
}

/// Recognises a text in whose lines a name precedes a fingerprint or a key.
pub(crate) fn prefixed_with_names(text: &str) -> Option<Error> {
    if all_lines(text, cloud_init::is_of_block) {
        return Some(
            Error::failure("lines of cloud-init's block of host keys, without its BEGIN and END")
                .hint("give the block from BEGIN to END, and nothing else"),
        );
    }
    let is_after_its_name = |line: &str| {
        let name = line.split_once(':').map(|(name, _)| name.to_ascii_lowercase()).unwrap_or_default();
        name.split(' ').next_back().is_some_and(|last| matches!(last, "fingerprint" | "key")) && has_value_after(line)
    };
    if all_lines(text, is_after_its_name) {
        return Some(
            Error::failure("a name such as `Fingerprint:` before each fingerprint or key")
                .hint("delete it if they are your VM's host keys; write a type before a fingerprint: ED25519 SHA256:…"),
        );
    }
    if all_lines(text, |line| counts_after(line, " | ")) {
        return Some(
            Error::failure("lines that begin with the name of a container, as docker compose prints them")
                .hint("print them without: docker compose logs --no-log-prefix SERVICE"),
        );
    }
    let is_of_vagrant = |line: &str| line.starts_with("==> ") || counts_after(line, ": ");
    (all_lines(text, is_of_vagrant) && text.lines().any(|line| counts_after(line.trim(), ": "))).then(|| {
        Error::failure("lines that begin with the name of a machine, as vagrant and packer print them")
            .hint("have the VM itself print them, such as with vagrant ssh -c COMMAND; packer's machine is not your VM")
    })
}

/// Recognises a log that reports where the host keys are, and does not show them.
pub(crate) fn of_log(text: &str) -> Option<Error> {
    let has = |is_such: fn(&str) -> bool| text.lines().map(str::trim).any(is_such);
    if has(|line| line.contains("]: Wrote ") && line.ends_with(" host key to guest attributes")) {
        return Some(
            Error::failure(
                "a log of Google Cloud that reports that the VM wrote its host keys to its guest attributes",
            )
            .hint("gcloud compute instances get-guest-attributes VM --query-path=hostkeys/ prints them"),
        );
    }
    has(|line| line == "The key fingerprint is:").then(|| {
        Error::failure("the output of ssh-keygen when it generates a key, as in cloud-init-output.log")
            .hint("have the VM print the fingerprint: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
    })
}

fn is_numbered(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).zip(1..).peekable();
    let is_next = |(line, number): (&str, usize)| {
        line.split_once('\t').is_some_and(|(first, _)| first.trim().parse() == Ok(number))
    };
    lines.peek().is_some() && lines.all(is_next)
}

/// Whether a whole fingerprint or key follows a word and such a separator in a line.
fn counts_after(line: &str, separator: &str) -> bool {
    let parts = line.split_once(separator).map(|(name, rest)| (name.trim(), rest));
    parts.is_some_and(|(name, rest)| {
        !name.contains(' ') && !words::looks_like_a_fingerprint(name) && counts(rest.trim())
    })
}

/// Whether a whole fingerprint or key follows the first colon of a line.
fn has_value_after(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(_, rest)| counts(rest.trim()))
}

/// Recognises a cloud's YAML of a console or a command.
fn yaml_of_cloud(text: &str) -> Option<Error> {
    let first = text.lines().next().unwrap_or_default();
    let is_value = |rest: &str| rest.trim_start().starts_with(['|', '"', '\'', '>']);
    if first.strip_prefix("contents:").is_some_and(is_value) {
        return Some(
            Error::failure("YAML of Google Cloud's serial port, which is not read").hint("keep it with --format=json"),
        );
    }
    let is_of_aws = ["InstanceId: ", "CommandId: "].iter().any(|name| first.starts_with(name));
    let is_output = |line: &str| ["Output: ", "StandardOutputContent: "].iter().any(|name| line.starts_with(name));
    (is_of_aws && text.lines().any(is_output))
        .then(|| Error::failure("YAML of AWS, which is not read").hint("keep it with --output json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
    const LINE: &str = "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM x (ED25519)";

    /// Returns the error for a text; empty if the text is not recognised.
    fn message_for(read: fn(&str) -> Option<Error>, text: &str) -> String {
        let text = text.replace("KEY", KEY).replace("LINE", LINE);
        read(&text).map_or_else(String::new, |error| error.message().to_owned())
    }

    #[test]
    fn listings_and_yaml_are_known_by_their_lines() {
        for (text, words) in [
            ("hostkeys\tKEY\n\nhostkeys\tKEY\n", "guest attributes without the names"),
            ("     1\tKEY\n     2\tKEY\n", "with line numbers"),
            ("contents: |-\n  x\n", "serial port"),
            ("contents: \"x\\\n", "serial port"),
            ("InstanceId: i-0\nOutput: x\n", "YAML of AWS"),
            ("CommandId: x\nStandardOutputContent: 'x'\n", "YAML of AWS"),
        ] {
            assert!(message_for(of, text).contains(words), "{text}");
        }
        for text in [
            "",
            "\n",
            "hostkeys\tKEY\nvm KEY\n",
            "hostkeys KEY\n",
            "1\tKEY\n3\tKEY\n",
            "1 KEY\n",
            "contents: x\n",
            "x\ncontents: |\n",
            "InstanceId: i-0\n",
            "x\nOutput: x\n",
        ] {
            assert_eq!(message_for(of, text), "", "{text}");
        }
    }

    #[test]
    fn lines_with_names_are_known_by_what_follows_the_names() {
        for (text, words) in [
            ("ec2: LINE\nec2: LINE\n", "without its BEGIN and END"),
            ("<14>Jan  2 10:15:30 cloud-init: LINE\n", "without its BEGIN and END"),
            ("web-1  | LINE\nweb-1  | LINE\n", "docker compose"),
            ("    default: LINE\n", "vagrant"),
            ("==> default: Running provisioner: shell...\n    default: LINE\n", "vagrant"),
        ] {
            assert!(message_for(prefixed_with_names, text).contains(words), "{text}");
        }
        for text in ["", "LINE\n", "vm | x\n", "a b | LINE\n", "a: x LINE\n", "==> x\n", "web | LINE\nx\n"] {
            assert_eq!(message_for(prefixed_with_names, text), "", "{text}");
        }
    }

    #[test]
    fn logs_that_say_where_host_keys_are_have_the_command() {
        let google = "[    0.000000] Linux\nJan  2 10:15:00 vm google_guest_agent[5]: Wrote ssh-rsa host key to guest attributes\n";
        assert!(message_for(of_log, google).contains("guest attributes"));
        assert!(message_for(of_log, "The key fingerprint is:\nSHA256:x root@vm\n").contains("generates a key"));
        for text in ["", "Wrote ssh-rsa host key to guest attributes x\n", "the key fingerprint is: x\n"] {
            assert_eq!(message_for(of_log, text), "", "{text}");
        }
    }
}

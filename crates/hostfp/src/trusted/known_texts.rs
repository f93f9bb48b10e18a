//! Texts that people give in good faith, known by their words, in which nothing counts: what a host showed at a connection,
//! and what other programs printed instead of a script's output.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;

use super::remedies::ON_THE_VM;

/// What ssh, PuTTY, WinSCP and FileZilla say before a fingerprint that a host showed them.
const SHOWN: [&str; 10] = [
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
];

/// Whether a line or a text is what a program showed of a host that it connected to.
pub(super) fn is_shown_by_host(text: &str) -> bool {
    SHOWN.iter().any(|words| text.contains(words))
        || (text.contains("server's") && text.contains("key fingerprint is:"))
}

/// Anyone in between can show a key of theirs: to compare it with itself proves nothing.
pub(super) fn shown_by_host() -> Error {
    Error::failure("what the host itself showed at a connection, which proves nothing").hint(
        "get the fingerprint from the VM, by Run Command or its console: `hostfp --run-command-script` is a script that prints it",
    )
}

/// A text that is known by its words, what it is, and what to do instead.
struct Known {
    /// Is asked of the text without blanks around it.
    is_such: fn(&str) -> bool,
    what: &'static str,
    hint: &'static str,
}

const KNOWN: [Known; 13] = [
    Known {
        is_such: |text| has_line(text, |line| line.trim_start_matches("- ") == "namespace: hostkeys"),
        what: "YAML of Google Cloud's guest attributes, which is not read",
        hint: "keep it with --format=json",
    },
    Known {
        is_such: |text| has_line(text, is_of_play),
        what: "what a play of Ansible printed, not the output of a command alone",
        hint: "use what `ansible VM -m setup` or `ansible VM -m command -a hostfp` prints",
    },
    Known {
        is_such: |text| first_line(text).contains(" | rc=0 | (stdout) "),
        what: "Ansible's output in one line, in which line breaks are letters",
        hint: "leave out -o",
    },
    Known {
        is_such: |text| text.starts_with("[WARNING]: ") && text.contains(" | rc="),
        what: "a warning of Ansible before its output",
        hint: "leave out 2>&1, so that the output stands alone",
    },
    Known {
        is_such: has_json_behind,
        what: "other text before the JSON",
        hint: "keep the JSON only: leave out 2>&1, --verbose and --debug",
    },
    Known {
        is_such: |text| text.starts_with("@{") || is_type_of_net(first_line(text)),
        what: "the name of a PowerShell object's type, not its contents",
        hint: "print it with `| ConvertTo-Json -Depth 5`",
    },
    Known {
        is_such: |text| text == "Listed 0 items.",
        what: "an empty list of gcloud",
        hint: "the VM writes its host keys if its metadata has enable-guest-attributes=TRUE when it starts",
    },
    Known {
        is_such: |text| text == "-- No entries --",
        what: "an empty journal",
        hint: "read it as root, and from the first boot on, without -b and --since",
    },
    Known {
        is_such: |text| has_line(text, |line| line.starts_with("==> ") && line.ends_with(" <==")),
        what: "what head or tail prints of several files, with their names",
        hint: "print the files alone: cat FILE...",
    },
    Known {
        is_such: |text| has_line(text, |line| line.contains("\trdata_44 = ")),
        what: "SSHFP records as nslookup prints them, which are not read",
        hint: "use dig: dig VM SSHFP",
    },
    Known { is_such: has_no_record, what: "DNS has no SSHFP record of this name", hint: ON_THE_VM },
    Known {
        // `ssh-` and `ecdsa-`.
        is_such: |text| ["c3NoL", "ZWNkc2Et"].iter().any(|start| text.starts_with(start)) && is_base64_of_text(text),
        what: "base64 of a public key's line",
        hint: "decode it first: base64 -d FILE",
    },
    Known {
        is_such: is_base64_of_text,
        what: "base64 of a console's log",
        hint: "decode it first: base64 -d FILE, or [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($text))",
    },
];

/// What a text is by its words.
pub(super) fn of(text: &str) -> Option<Error> {
    let known = KNOWN.iter().find(|known| (known.is_such)(text.trim()))?;
    Some(Error::failure(known.what).hint(known.hint))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

fn has_line(text: &str, is_such: fn(&str) -> bool) -> bool {
    text.lines().map(str::trim).any(is_such)
}

/// `ok: [vm] => {`
fn is_of_play(line: &str) -> bool {
    ["ok: [", "changed: ["].iter().any(|start| line.starts_with(start)) && line.contains("] =>")
}

/// Whether JSON begins at a line behind other text, or behind what a spinner wrote over it.
fn has_json_behind(text: &str) -> bool {
    !text.starts_with(['{', '['])
        && text.ends_with(['}', ']'])
        && text.split(['\n', '\r']).any(|line| matches!(line.trim(), "{" | "["))
}

/// `Microsoft.Azure.Commands.…PSRunCommandResult`, `System.Object[]`.
fn is_type_of_net(line: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b".`[]_+,".contains(&byte);
    ["Microsoft.Azure.", "System."].iter().any(|start| line.starts_with(start)) && line.bytes().all(is_of_name)
}

/// Whether dig, host or nslookup found no record.
fn has_no_record(text: &str) -> bool {
    text.contains("has no SSHFP record")
        || text.contains("(NXDOMAIN)")
        || text.contains("status: NXDOMAIN")
        || (text.starts_with(";") && text.contains("QUESTION SECTION") && !text.contains("ANSWER SECTION"))
}

/// Whether a text, or the value of a list's `Output`, is base64 of what a terminal shows, as EC2 keeps a console.
fn is_base64_of_text(text: &str) -> bool {
    let value = text.lines().find_map(|line| line.strip_prefix("Output")?.trim_start().strip_prefix(": "));
    let start: String = value.unwrap_or(text).split_ascii_whitespace().flat_map(str::chars).take(64).collect();
    let is_shown = |letter: char| !letter.is_control() || letter.is_whitespace() || letter == '\u{1b}';
    let decoded = (start.len() == 64).then(|| STANDARD.decode(&start).ok()).flatten();
    decoded.is_some_and(|bytes| {
        String::from_utf8_lossy(&bytes).chars().all(|letter| is_shown(letter) && letter.is_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_known_by_their_words() {
        let console = STANDARD
            .encode("[    0.000000] \u{1b}[0mLinux version 6.8.0-aws (buildd@x) #1 SMP\r\nUbuntu 24.04 vm login: ");
        for (text, words) in [
            ("- key: ssh-rsa\n  namespace: hostkeys\n  value: x\n", "YAML of Google Cloud"),
            ("---\nkey: ssh-rsa\nnamespace: hostkeys\n", "YAML of Google Cloud"),
            ("ok: [vm] => {\n  \"r.stdout\": \"x\"\n}\n", "play of Ansible"),
            ("vm | CHANGED | rc=0 | (stdout) 256 x\\n256 y", "in one line"),
            ("[WARNING]: x\nvm | CHANGED | rc=0 >>\nx\n", "warning of Ansible"),
            ("INFO: Command ran in 3 seconds\n{\n}\n", "other text before the JSON"),
            (" - Running ..\r / Running ..\r{\n}\n", "other text before the JSON"),
            ("Microsoft.Azure.Commands.Compute.PSRunCommandResult", "object's type"),
            ("@{Value=System.Collections.Generic.List`1[x]}", "object's type"),
            ("Listed 0 items.\n", "empty list of gcloud"),
            ("-- No entries --\n", "empty journal"),
            ("vm has no SSHFP record\n", "DNS has no SSHFP record"),
            ("Host vm not found: 3(NXDOMAIN)\n", "DNS has no SSHFP record"),
            (
                ";; QUESTION SECTION:\n;vm.\tIN\tSSHFP\n\n;; AUTHORITY SECTION:\nexample. 300 IN SOA a b 1\n",
                "DNS has no",
            ),
            ("==> /etc/ssh/ssh_host_rsa_key.pub <==\nssh-rsa x\n", "head or tail"),
            ("Server:\t\t127.0.0.53\n\nvm\trdata_44 = 4 2 1234\n", "nslookup"),
            (&STANDARD.encode(format!("ssh-ed25519 {} root@vm\n", "A".repeat(68))), "base64 of a public key's line"),
            (&console, "base64 of a console's log"),
            (&format!("\nInstanceId : i-1\nOutput     : {console}\n"), "base64"),
        ] {
            assert!(of(text).is_some_and(|error| error.message().contains(words)), "{text}");
        }
        for text in [
            "hello",
            "x\n}\n",
            "==> x",
            "{\n{\n",
            "x\n{\ny",
            "ok: [vm] x",
            "vm ] =>",
            "; QUESTION SECTION ANSWER SECTION",
            "; x",
            "Enable succeeded: \n[stdout]\n",
            "AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75",
            "System out of memory",
            "",
        ] {
            assert!(of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_a_host_showed_is_no_expectation() {
        for text in [
            "The authenticity of host 'vm (127.0.0.1)' can't be established.\n",
            "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n",
            "The host key is not cached for this server:\n",
            "The server's ssh-ed25519 key fingerprint is:\n  ssh-ed25519 255 SHA256:x\n",
            "debug1: Server host key: ssh-ed25519 SHA256:x\n",
            "Host key fingerprint is SHA256:x\n",
            "The Ed25519 key details are:\n Algorithm:\tssh-ed25519 255\n",
        ] {
            assert!(is_shown_by_host(text), "{text}");
        }
        // ssh-keygen says so of a key that it made.
        assert!(!is_shown_by_host("The key fingerprint is:\nSHA256:x root@vm\n"));
    }
}

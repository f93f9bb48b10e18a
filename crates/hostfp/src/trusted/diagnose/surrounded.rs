//! Texts of other programs around host keys. They are reported with a remedy; nothing in them is accepted.

use common::error::Error;

use super::known_texts::{self, Known, all_lines, first_line};
use crate::trusted::formats::sshfp;
use crate::trusted::grammar::{host_key_paths, json};
use crate::trusted::messages::remedies::ON_THE_VM;

/// How to print the fingerprints of a machine's own keys without other words.
const PRINT: &str =
    "keep the lines of fingerprints only, or print them: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";

const TEXTS: [Known; 24] = [
    Known {
        is_such: is_html,
        what: "a piece of HTML",
        hint: "copy the lines of the page as a browser shows them: TYPE SHA256:...",
    },
    Known {
        is_such: |text| ["&#43;", "&#x2B;", "&#47;", "&#x2F;"].iter().any(|escape| text.contains(escape)),
        what: "lines with HTML escapes, such as &#43; for a plus sign",
        hint: "copy them as a browser shows them",
    },
    Known {
        is_such: |text| json::is_of_facter(first_line(text)) && text.contains("ssh"),
        what: "facter's own form",
        hint: "print JSON: facter -j ssh; or the keys themselves: cat /etc/ssh/ssh_host_*_key.pub",
    },
    Known {
        is_such: |text| first_line(text).starts_with("ssh-keygen: generating new host keys: "),
        what: "the messages of ssh-keygen -A when it generates host keys",
        hint: PRINT,
    },
    Known {
        is_such: |text| {
            let is_of_debian = |line: &str| {
                line.starts_with("Creating SSH2 ") && line.trim_end().ends_with("this may take some time ...")
            };
            text.lines().any(is_of_debian)
        },
        what: "the messages of Debian's openssh-server when it generates host keys",
        hint: PRINT,
    },
    Known {
        is_such: |text| {
            let is_of_freebsd = |line: &str| line.starts_with("Generating ") && line.trim_end().ends_with(" host key.");
            text.lines().any(is_of_freebsd)
        },
        what: "the messages of FreeBSD when it generates host keys",
        hint: PRINT,
    },
    Known {
        is_such: |text| {
            let is_member = |line: &str| line.starts_with(' ') && line.contains(": ");
            first_line(text) == "Outputs:" && text.lines().nth(1).is_some_and(is_member)
        },
        what: "what `pulumi up` prints",
        hint: "keep what `pulumi stack output --json` prints",
    },
    Known {
        is_such: |text| ["tolist([", "toset([", "<<EOT", "<<-EOT"].iter().any(|start| first_line(text) == *start),
        what: "an output as `terraform output NAME` prints it",
        hint: "keep what `terraform output -raw NAME` prints of a string, or else `terraform output -json`",
    },
    Known {
        is_such: |text| {
            let is_address =
                |line: &str| line.starts_with("# ") && line.trim_end().ends_with(':') && line.contains('.');
            is_address(first_line(text)) && text.lines().nth(1).is_some_and(|line| line.starts_with("resource \""))
        },
        what: "what `terraform state show` prints",
        hint: "make the key an output, and keep what `terraform output -json` prints",
    },
    Known {
        is_such: |text| first_line(text) == "ScriptOutput",
        what: "the output of PowerCLI's Invoke-VMScript, with a frame around it",
        hint: "keep the output alone: (Invoke-VMScript -VM VM -ScriptText COMMAND).ScriptOutput",
    },
    Known {
        is_such: |text| {
            let is_rule = first_line(text).len() > 6 && first_line(text).bytes().all(|byte| byte == b'-');
            is_rule && text.lines().nth(1).is_some_and(|line| line.starts_with('|') && line.trim_end().ends_with('|'))
        },
        what: "a table as aws prints it with --output table, which is not read",
        hint: "use --output json",
    },
    Known {
        is_such: |text| first_line(text) == "[SSH_Hostkeys]",
        what: "a section of MobaXterm's settings",
        hint: "keep the lines below its name only: ssh-ed25519@22:HOST=0x…,0x…",
    },
    Known {
        is_such: |text| text.lines().any(|line| line.starts_with("debug1: private host key #")),
        what: "a debug log of sshd",
        hint: PRINT,
    },
    Known {
        is_such: |text| first_line(text) == "ssh:" && text.lines().any(|line| line.trim() == "fingerprints:"),
        what: "facter's facts as YAML, which are not read",
        hint: "print JSON: facter -j ssh; or the keys themselves: cat /etc/ssh/ssh_host_*_key.pub",
    },
    Known {
        is_such: |text| {
            let line = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with(';')).unwrap_or_default();
            let is_name_alone = line.trim().ends_with('.') && !line.trim().contains(' ');
            let has_records = |text: &str| text.lines().any(|line| sshfp::read(line, 1).is_some());
            // dig, `host`, and dig +short.
            line.split_whitespace().skip(1).take(3).any(|word| word == "CNAME")
                || line.contains(" is an alias for ")
                || is_name_alone && has_records(text)
        },
        what: "a DNS alias (CNAME) before the SSHFP records, which are of another name",
        hint: "keep the SSHFP records only, and give the host by the name that they have",
    },
    Known {
        is_such: |text| first_line(text).starts_with("local-data: \""),
        what: "lines of unbound's configuration",
        hint: "keep the SSHFP records alone, without `local-data:` and the quotes",
    },
    Known {
        is_such: |text| all_lines(text, follows_a_file_name),
        what: "keys after their file names",
        hint: "print them without: cat /etc/ssh/ssh_host_*_key.pub",
    },
    Known {
        is_such: |text| first_line(text) == "namespace,key,value",
        what: "Google Cloud's guest attributes as CSV, which is not read",
        hint: "keep them with --format=json",
    },
    Known {
        is_such: |text| first_line(text) == "#cloud-config",
        what: "a #cloud-config, which describes what a VM should have, not what it has",
        hint: ON_THE_VM,
    },
    Known {
        is_such: |text| text.lines().any(|line| line.trim_start() == "- key: ssh-keys"),
        what: "Google Cloud's description of a VM, with users' keys",
        hint: "gcloud compute instances get-guest-attributes VM --query-path=hostkeys/ --format=json prints the host's",
    },
    Known {
        is_such: |text| first_line(text).len() > 9 && first_line(text).bytes().all(|byte| byte == b':'),
        what: "files with their names between rows of colons, as more prints them",
        hint: "print them without: cat FILE...",
    },
    Known {
        is_such: |text| first_line(text).starts_with("[sudo] password for "),
        what: "sudo's question for a password, before what the command printed",
        hint: "remove that line",
    },
    Known {
        is_such: |text| first_line(text).starts_with("Microsoft Windows [Version "),
        what: "what a window of cmd.exe shows, not the output of a command alone",
        hint: "keep the lines that the command printed only",
    },
    Known {
        is_such: |text| first_line(text).contains("' is not recognized as the name of a cmdlet"),
        what: "an error of PowerShell, which does not know the program",
        hint: "is it installed, and in the PATH?",
    },
];

/// Recognises a text with such words.
pub(crate) fn of(text: &str) -> Option<Error> {
    known_texts::find(&TEXTS, text)
}

/// Whether a text begins with an element of HTML, and has its end.
fn is_html(text: &str) -> bool {
    let name: String =
        text.strip_prefix('<').unwrap_or_default().chars().take_while(char::is_ascii_alphanumeric).collect();
    !name.is_empty() && text.contains(&format!("</{name}>"))
}

/// Whether a line is `ssh_host_rsa_key.pub: ssh-rsa …`.
fn follows_a_file_name(line: &str) -> bool {
    line.split_once(": ")
        .is_some_and(|(file, rest)| host_key_paths::is_file(file) && crate::trusted::formats::lines::counts(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_around_lines_of_host_keys_are_named() {
        const DIGEST: &str = "aa6940f8117c70fec142fdbb1b41b59d14777d394110cb42322ff62261b1a6ae";
        const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
        for (text, words) in [
            ("<table>\n<tr><td>ED25519</td></tr></table>\n", "HTML"),
            ("256 SHA256:a&#43;b x (ED25519)\n", "HTML escapes"),
            ("ssh => {\n", "facter"),
            ("sshrsakey => AAAA\n", "facter"),
            ("ssh-keygen: generating new host keys: RSA ECDSA ED25519 \nsshd is running\n", "ssh-keygen -A"),
            ("Setting up\nCreating SSH2 RSA key; this may take some time ...\n", "Debian"),
            ("Generating RSA host key.\n3072 SHA256:x root@freebsd (RSA)\n", "FreeBSD"),
            ("Outputs:\n    hostKey: \"x\"\n", "pulumi"),
            (&format!("ssh_host_ed25519_key.pub: {KEY}\n"), "after their file names"),
            ("tolist([\n  \"x\",\n])\n", "terraform output NAME"),
            ("<<EOT\nx\nEOT\n", "terraform output NAME"),
            ("\nScriptOutput\n-----\n|  x\n", "PowerCLI"),
            ("-------\n|  GetConsoleOutput  |\n+-----+\n", "--output table"),
            ("[SSH_Hostkeys]\nssh-ed25519@22:vm=0x3,0x3\n", "MobaXterm"),
            ("debug1: sshd version x\ndebug1: private host key #0: ssh-rsa SHA256:x\n", "debug log of sshd"),
            ("ssh:\n  rsa:\n    fingerprints:\n", "facts as YAML"),
            ("; x\nvm.example. 300 IN CNAME vm2.example.\nvm2.example. 300 IN SSHFP 4 2 aa\n", "a DNS alias"),
            (
                &format!("vm.example is an alias for a.example.\na.example has SSHFP record 4 2 {DIGEST}\n"),
                "a DNS alias",
            ),
            (&format!("a.example.\n4 2 {DIGEST}\n"), "a DNS alias"),
            ("# tls_private_key.host:\nresource \"tls_private_key\" \"host\" {\n}\n", "terraform state show"),
            ("local-data: \"vm. IN SSHFP 4 2 aa\"\n", "unbound"),
            ("namespace,key,value\nhostkeys,x,y\n", "CSV"),
            ("#cloud-config\nssh_keys:\n", "#cloud-config"),
            ("metadata:\n  items:\n  - key: ssh-keys\n", "users' keys"),
            ("::::::::::::::\nx\n", "more prints"),
            ("[sudo] password for me: \nx\n", "sudo"),
            ("Microsoft Windows [Version 10.0]\n", "cmd.exe"),
            ("ssh-keygen : The term 'ssh-keygen' is not recognized as the name of a cmdlet, x\n", "PowerShell"),
        ] {
            assert!(of(text).is_some_and(|error| error.message().contains(words)), "{text}");
        }
        for text in [
            "",
            "ssh:\n  x\n",
            "vm IN A 10.0.0.4\n",
            "vm | UNREACHABLE! => {\n via ssh: x\n",
            "ok: [vm] => {\n    \"msg\": \"ssh\"\n}\n",
            "<no key>\n",
            "<a\n",
            "vm: x\n",
            &format!("vm: {KEY}\n"),
            "Outputs:\n\nx = y\n",
            "::::\nx\n",
        ] {
            assert!(of(text).is_none(), "{text}");
        }
    }
}

//! Texts of other programs: the output of connections and tools. They are reported with a remedy; nothing in them is
//! accepted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;

use crate::trusted::grammar::{line, words};
use crate::trusted::messages::remedies::ON_THE_VM;

/// A known text, what it is, and the remedy.
pub(crate) struct Known {
    /// The predicate, which gets the text without whitespace around it.
    pub(crate) is_such: fn(&str) -> bool,
    pub(crate) what: &'static str,
    pub(crate) hint: &'static str,
}

const KNOWN: [Known; 32] = [
    Known {
        is_such: |text| {
            has_line(text, |line| line.ends_with("PowerShell transcript start"))
                || first_line(text).starts_with("Transcript started, output file is ")
        },
        what: "a transcript of PowerShell, with its prompts and commands",
        hint: "keep the output of one command alone: COMMAND | Out-File FILE",
    },
    Known {
        is_such: is_table_of_page,
        what: "a table copied from a page, with column names or more than two columns",
        hint: "keep the type and the SHA-256 fingerprint of each row, with its label: ED25519 SHA256:…",
    },
    Known {
        is_such: |text| has_line(text, |line| line.contains(" IN SSHFP ") && line.contains(" -- link: ")),
        what: "SSHFP records as resolvectl prints them, which are not read",
        hint: "use dig: dig VM SSHFP",
    },
    Known {
        is_such: |text| {
            has_line(text, |line| line.split_whitespace().take(4).eq(["Name", "Type", "TTL", "Section"]))
                || text.contains("RecordType : SSHFP")
        },
        what: "DNS records as Resolve-DnsName prints them, which are not read",
        hint: "use dig: dig VM SSHFP",
    },
    Known {
        is_such: |text| {
            first_line(text).starts_with("# Host ")
                && first_line(text).contains(" found: line ")
                && text.contains(" SHA256:")
        },
        what: "what `ssh-keygen -l -F` prints, with the host's name before each fingerprint",
        hint: "leave out -l: ssh-keygen -F HOST -f FILE",
    },
    Known {
        is_such: |text| all_lines(text, is_checksum),
        what: "checksums of files, which are not the fingerprints of the keys in them",
        hint: "print the fingerprint: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
    },
    Known {
        is_such: |text| {
            has_line(text, |line| line.starts_with("Apply complete! Resources: ")) || first_line(text) == "Outputs:"
        },
        what: "what `terraform apply` prints",
        hint: "keep what `terraform output -json` prints",
    },
    Known {
        is_such: |text| text.starts_with("---- BEGIN SSH2 PUBLIC KEY ----"),
        what: "a public key in RFC 4716 format, which is not read here",
        hint: "convert it: ssh-keygen -i -f FILE",
    },
    Known {
        is_such: |text| {
            matches!(first_line(text), "Script execution complete" | "Output")
                && has_line(text, |line| line == "Enable succeeded:")
        },
        what: "the portal's words before Run Command's message",
        hint: "begin with the line `Enable succeeded:`",
    },
    Known {
        is_such: |text| text.starts_with("WARNING: ") && has_line(text, |line| line.starts_with("Value[0] ")),
        what: "a warning of PowerShell before its list",
        hint: "run the command with -WarningAction SilentlyContinue",
    },
    Known {
        is_such: |text| first_line(text) == "Public key portion is:",
        what: "what dropbearkey prints, with lines of its own around the key",
        hint: "keep the line of the key only: dropbearkey -y -f FILE | grep ^ssh-",
    },
    Known {
        is_such: lists_files,
        what: "a listing of files (ls -l), not what is in them",
        hint: "print the files: cat /etc/ssh/ssh_host_*_key.pub",
    },
    Known {
        is_such: is_comma_separated,
        what: "a table in CSV, which is not read",
        hint: "keep the type and the SHA-256 fingerprint of each row: ED25519 SHA256:…",
    },
    Known {
        is_such: is_of_salt,
        what: "what Salt prints below the name of a minion",
        hint: "print the lines alone: salt --out=newline_values_only MINION cmd.run COMMAND",
    },
    Known {
        is_such: |text| first_line(text).starts_with("Starting session with SessionId: "),
        what: "a session of AWS Systems Manager, with its prompts and commands",
        hint: "run the command without a session: aws ssm send-command, and aws ssm get-command-invocation",
    },
    Known {
        is_such: |text| {
            first_line(text).starts_with("command started at ") && first_line(text).contains(" finished at ")
        },
        what: "what `az aks command invoke` prints, with a line of its own before the output",
        hint: "keep the output alone: --query logs -o tsv; of a pod it shows the container's keys, not the node's",
    },
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
        what: "Ansible's output on one line, with line breaks written as \\n",
        hint: "leave out -o",
    },
    Known {
        is_such: |text| {
            text.starts_with("[WARNING]: ")
                && [" | rc=", " | SUCCESS => ", " | CHANGED => "].iter().any(|words| text.contains(words))
        },
        what: "a warning of Ansible before its output",
        hint: "leave out 2>&1, to keep only the output",
    },
    Known {
        is_such: |text| first_line(text).ends_with(" =>") && has_line(text, |line| line == "ansible_facts:"),
        what: "Ansible's facts as YAML, which are not read",
        hint: "have it print JSON: ANSIBLE_STDOUT_CALLBACK=minimal ansible VM -m setup",
    },
    Known {
        is_such: |text| has_line(text, |line| line.starts_with("update add ") && line.contains(" SSHFP ")),
        what: "commands of nsupdate, which change DNS, not what it has",
        hint: "use dig: dig VM SSHFP; or have the VM print its records: ssh-keygen -r VM",
    },
    Known {
        is_such: |text| first_line(text).starts_with("HKEY_") && first_line(text).ends_with("\\SshHostKeys"),
        what: "what `reg query` prints, which is not read",
        hint: "export it: reg export HKCU\\Software\\SimonTatham\\PuTTY\\SshHostKeys FILE",
    },
    Known {
        is_such: has_json_after,
        what: "other text before the JSON",
        hint: "keep the JSON only: delete what precedes it, such as a prompt; leave out 2>&1, --verbose and --debug",
    },
    Known {
        is_such: |text| text.starts_with("@{") || is_type_of_net(first_line(text)) || has_type_in_a_table(text),
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
        what: "base64 of a text, such as a console's log",
        hint: "decode it first: base64 -d FILE, or [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($text))",
    },
];

/// Recognises a text by its words.
pub(crate) fn of(text: &str) -> Option<Error> {
    find(&KNOWN, text)
}

/// Looks a text up in a table.
pub(crate) fn find(table: &[Known], text: &str) -> Option<Error> {
    let known = table.iter().find(|known| (known.is_such)(text.trim()))?;
    Some(Error::failure(known.what).hint(known.hint))
}

/// Returns the first line of a text, without whitespace at its end.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

fn has_line(text: &str, is_such: fn(&str) -> bool) -> bool {
    text.lines().map(str::trim).any(is_such)
}

/// Whether all lines are of `ls -l`: `-rw-r--r-- 1 root root 174 Jan  2 10:15 NAME`.
pub(crate) fn lists_files(text: &str) -> bool {
    let is_file = |line: &str| {
        let mode = line.split_whitespace().next().unwrap_or_default();
        line.starts_with("total ")
            || mode.starts_with(['-', 'd', 'l'])
                && mode.get(1..10).is_some_and(|bits| bits.bytes().all(|bit| b"rwxsStT-".contains(&bit)))
    };
    all_lines(text, is_file)
}

/// Whether a text has lines that are not blank, and all of them match.
pub(crate) fn all_lines(text: &str, is_such: impl Fn(&str) -> bool) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    lines.peek().is_some() && lines.all(is_such)
}

/// Whether a text is a table with tabs between its columns, which has column names, or a column of MD5 fingerprints.
fn is_table_of_page(text: &str) -> bool {
    const NAMES: [&str; 8] =
        ["algorithm", "type", "key type", "key", "fingerprint", "fingerprint (sha256)", "md5", "sha256"];
    let cells: Vec<String> = first_line(text).split('\t').map(|cell| cell.trim().to_ascii_lowercase()).collect();
    cells.len() > 1 && cells.iter().all(|cell| NAMES.contains(&cell.as_str()))
}

/// `3b3b…  /etc/ssh/ssh_host_rsa_key.pub`, as sha256sum(1) prints it.
fn is_checksum(line: &str) -> bool {
    let is_sum =
        |sum: &str| matches!(sum.len(), 32 | 40 | 64 | 128) && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    line.split_once([' ', '\t']).is_some_and(|(sum, rest)| is_sum(sum) && !rest.trim().is_empty())
}

/// Whether the first line has commas between names of columns, or a fingerprint between commas.
fn is_comma_separated(text: &str) -> bool {
    let cells: Vec<&str> = first_line(text).split(',').map(|cell| cell.trim_matches(['"', ' '])).collect();
    let is_name =
        |cell: &&str| ["fingerprint", "sha256", "fingerprints"].iter().any(|name| cell.eq_ignore_ascii_case(name));
    cells.len() > 1 && cells.iter().any(|cell| is_name(cell) || words::parsed(cell).is_some())
}

/// `vm-a:` with indented lines below.
fn is_of_salt(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let is_name = first.strip_suffix(':').is_some_and(|name| !name.is_empty() && !name.contains([' ', '\t']));
    let mut lines = lines.peekable();
    is_name
        && lines.peek().is_some()
        && lines.all(|line| line.starts_with("    "))
        && (words::mentions_a_fingerprint(text) || text.split_whitespace().any(line::looks_like_a_key))
}

/// `ok: [vm] => {`
fn is_of_play(line: &str) -> bool {
    ["ok: [", "changed: ["].iter().any(|start| line.starts_with(start)) && line.contains("] =>")
}

/// Whether JSON begins at a line after other text, or after what a spinner overwrote.
fn has_json_after(text: &str) -> bool {
    !text.starts_with(['{', '['])
        && text.ends_with(['}', ']'])
        && text.split(['\n', '\r']).any(|line| matches!(line.trim(), "{" | "["))
}

/// `Microsoft.Azure.Commands.…PSRunCommandResult`, `System.Object[]`.
fn is_type_of_net(line: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b".`[]_+,".contains(&byte);
    ["Microsoft.Azure.", "System."].iter().any(|start| line.starts_with(start)) && line.bytes().all(is_of_name)
}

/// Whether a table of PowerShell shows a value as its type: `… {Microsoft.Azure.….InstanceViewStatus}`.
fn has_type_in_a_table(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let name = word.strip_prefix('{').map(|name| name.trim_end_matches(['}', '\u{2026}', '.']));
        name.is_some_and(|name| name.contains('.') && is_type_of_net(name))
    })
}

/// Whether dig, host or nslookup found no record.
fn has_no_record(text: &str) -> bool {
    text.contains("has no SSHFP record")
        || text.contains("(NXDOMAIN)")
        || text.contains("status: NXDOMAIN")
        || (text.starts_with(";") && text.contains("QUESTION SECTION") && !text.contains("ANSWER SECTION"))
}

/// Whether a text, or the value of a list's `Output`, is base64 of a terminal's output, as EC2 keeps a console.
fn is_base64_of_text(text: &str) -> bool {
    let value = text.lines().find_map(|line| line.strip_prefix("Output")?.trim_start().strip_prefix(": "));
    let start: String = value.unwrap_or(text).split_ascii_whitespace().flat_map(str::chars).take(64).collect();
    let is_shown = |character: char| !character.is_control() || character.is_whitespace() || character == '\u{1b}';
    let decoded = (start.len() == 64).then(|| STANDARD.decode(&start).ok()).flatten();
    decoded.is_some_and(|bytes| {
        String::from_utf8_lossy(&bytes).chars().all(|character| is_shown(character) && character.is_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_programs_print_is_known_by_its_words() {
        const LINE: &str = "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM x (ED25519)";
        let sum = "3b".repeat(32);
        for (text, words) in [
            ("**********************\nWindows PowerShell transcript start\n", "transcript of PowerShell"),
            ("Transcript started, output file is C:\\x.txt\n", "transcript of PowerShell"),
            ("Algorithm\tMD5\tSHA256\nECDSA\tx\ty\n", "copied from a page"),
            ("Key type\tFingerprint\nECDSA\tSHA256:x\n", "copied from a page"),
            ("vm IN SSHFP 4 2 aa -- link: eth0\n", "resolvectl"),
            ("server 127.0.0.1\nupdate add vm. 3600 SSHFP 4 2 aa\nsend\n", "nsupdate"),
            ("vm | SUCCESS => \n  ansible_facts:\n    a: b\n", "facts as YAML"),
            ("[WARNING]: Platform linux\nvm | SUCCESS => {\n}\n", "a warning of Ansible"),
            ("\nHKEY_CURRENT_USER\\SOFTWARE\\SimonTatham\\PuTTY\\SshHostKeys\n    x    REG_SZ    0x3\n", "reg query"),
            ("Name   Type   TTL   Section    NameHost\n", "Resolve-DnsName"),
            ("# Host vm found: line 3 \nvm ED25519 SHA256:x \n", "ssh-keygen -l -F"),
            (&format!("{sum}  /etc/ssh/ssh_host_rsa_key.pub\n"), "checksums of files"),
            ("Apply complete! Resources: 3 added, 0 changed, 0 destroyed.\n\nOutputs:\n", "terraform apply"),
            ("Outputs:\n\nx = y\n", "terraform apply"),
            ("---- BEGIN SSH2 PUBLIC KEY ----\nx\n", "RFC 4716"),
            ("-rw-r--r-- 1 root root 174 Jan  2 10:15 x\n", "ls -l"),
            ("Script execution complete\nEnable succeeded: \n[stdout]\nx\n", "before Run Command's message"),
            ("WARNING: x\n  y\n\nValue[0]        : \n", "a warning of PowerShell"),
            ("Public key portion is:\nssh-rsa x\n", "dropbearkey"),
            ("\"host\",\"fingerprint\"\n\"vm\",\"x\"\n", "CSV"),
            ("host,type,sha256\nvm,ED25519,x\n", "CSV"),
            ("vm,SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM\n", "CSV"),
            (&format!("vm-a:\n    {LINE}\n"), "Salt"),
            (&format!("vm-a:\n    ----------\n    rsa.pub:\n        ssh-rsa AAAA{}\n", "x".repeat(64)), "Salt"),
            ("Starting session with SessionId: me-0\n", "a session of AWS"),
            ("command started at 2026, finished at 2026 with exitcode=0\n", "az aks command invoke"),
        ] {
            assert!(of(text).is_some_and(|error| error.message().contains(words)), "{text}");
        }
        for text in [
            "Algorithm",
            "Algorithm\tbob\n",
            "# Host vm found: line 3\n",
            "3b3b  x\n",
            &format!("{sum}\n"),
            "a, b\n",
            "vm-a:\n    x\n",
            &format!("vm a:\n    {LINE}\n"),
            &format!("vm-a:\n{LINE}\n"),
            "command started at x\n",
        ] {
            assert!(of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn texts_are_known_by_their_words() {
        let console = STANDARD
            .encode("[    0.000000] \u{1b}[0mLinux version 6.8.0-aws (buildd@x) #1 SMP\r\nUbuntu 24.04 vm login: ");
        for (text, words) in [
            ("- key: ssh-rsa\n  namespace: hostkeys\n  value: x\n", "YAML of Google Cloud"),
            ("---\nkey: ssh-rsa\nnamespace: hostkeys\n", "YAML of Google Cloud"),
            ("ok: [vm] => {\n  \"r.stdout\": \"x\"\n}\n", "play of Ansible"),
            ("vm | CHANGED | rc=0 | (stdout) 256 x\\n256 y", "on one line"),
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
            (&console, "base64 of a text"),
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
    fn a_listing_of_files_has_their_modes() {
        for (text, is_one) in [
            ("total 4\n-rw-r--r-- 1 root root 174 Jan  2 10:15 x\ndrwxr-xr-x. 2 root root 4 Jan 2 y\n", true),
            ("-rw-r--r-- 1 x\nx\n", false),
            ("-rw 1 x\n", false),
            ("crw-r--r-- 1 x\n", false),
            ("-rw-r--r-x1 x\n", true),
            ("-rw-r--r-? x\n", false),
            ("", false),
        ] {
            assert_eq!(lists_files(text), is_one, "{text}");
        }
    }
}

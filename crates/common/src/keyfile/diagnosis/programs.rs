//! Names output and files of other programs that people give instead of a key.

use super::look::{Diagnosis, holds, lines};
use crate::keyfile::located_key::holds_a_key;

/// An error message or an answer of a program instead of a key.
pub(super) fn answer(line: &[u8]) -> Option<Diagnosis> {
    if holds(line, "The agent has no identities") {
        let hint = "`ssh-add FILE` adds one, or read the key file";
        return Some(Diagnosis::new("this is ssh-agent's message that it holds no key", hint));
    }
    if holds(line, "Could not open a connection to your authentication agent")
        || holds(line, "Error connecting to agent")
        || holds(line, "error fetching identities")
    {
        let hint = "start it with `eval $(ssh-agent)`, or read the key file";
        return Some(Diagnosis::new("this is ssh-add's message that it cannot reach ssh-agent", hint));
    }
    const BEGINNINGS: [&str; 7] = ["ERROR:", "Error:", "error:", "fatal:", "usage:", "Usage:", "curl: ("];
    if holds(line, "keyData is invalid") {
        let hint = "this is not the key: `keycheck --for azure FILE` reports what is wrong with the refused file";
        return Some(Diagnosis::new("this is Azure's error message for a key that it refused", hint));
    }
    const ERRORS: [&str; 16] = [
        "error in libcrypto",
        "Host key verification failed",
        "Error from server",
        "An error occurred (",
        "Code: 403",
        "No such file or directory",
        "Permission denied",
        "command not found",
        "is not recognized as",
        "cannot find the path",
        "Cannot find path",
        "invalid format",
        "Not Found",
        "page not found",
        "403 Forbidden",
        "Internal Server Error",
    ];
    let begins = BEGINNINGS.iter().any(|word| line.trim_ascii_start().starts_with(word.as_bytes()));
    (begins || ERRORS.iter().any(|error| holds(line, error))).then(|| {
        let hint = "run the command that should have printed the key by itself, and read its message";
        Diagnosis::new("this is an error message of another program, not a key", hint)
    })
}

/// The start or part of a line that holds no key, its description, and the remedy.
struct Row {
    is: fn(&[u8]) -> bool,
    what: &'static str,
    hint: &'static str,
}

/// Returns the service in an AWS resource name: `arn:PARTITION:SERVICE:...`.
fn service_of_arn(line: &[u8]) -> Option<&[u8]> {
    let mut fields = line.split(|byte| *byte == b':');
    let is_name = fields.next() == Some(b"arn") && fields.next().is_some_and(|partition| partition.starts_with(b"aws"));
    fields.next().filter(|_| is_name)
}

/// Files of several lines, recognised by one of them.
static FILES: [Row; 8] = [
    Row {
        is: |line| line.starts_with(b"version https://git-lfs.github.com/spec/"),
        what: "this is a Git LFS pointer, not the file itself",
        hint: "`git lfs pull` fetches the file itself",
    },
    Row {
        is: |line| line == b"kind: SealedSecret",
        what: "this is a SealedSecret, which only its cluster can decrypt",
        hint: "read the Secret of the same name in the cluster: `kubectl get secret NAME -o yaml`",
    },
    Row {
        is: |line| line.starts_with(b"IdentityFile ") || line.starts_with(b"AuthorizedKeysFile "),
        what: "this is a configuration file of ssh or sshd, which names key files",
        hint: "give the file that it names",
    },
    Row {
        is: |line| line == b"[Interface]" || line == b"[Peer]",
        what: "this is a WireGuard configuration, whose keys are not SSH keys",
        hint: "`keygen` makes a key for SSH",
    },
    Row {
        is: |line| holds(line, "UNPROTECTED PRIVATE KEY FILE"),
        what: "this is ssh's warning about a private key that others may read, not the key",
        hint: "`keygen --fix-permissions -f FILE` removes their access; the key is in the file that it names",
    },
    Row {
        is: |line| line.starts_with(b"/usr/bin/ssh-copy-id: ") || line.starts_with(b"Number of key(s) added"),
        what: "this is the output of ssh-copy-id, not the key",
        hint: "give the file that it names as the source of the keys",
    },
    Row {
        is: |line| {
            let is_fingerprint = |word: &[u8]| word.len() == 40 && word.iter().all(u8::is_ascii_hexdigit);
            [&b"pub "[..], b"sec "].iter().any(|start| line.starts_with(start)) && line.contains(&b'[')
                || line.starts_with(b"Key fingerprint = ")
                || is_fingerprint(line) && line.iter().any(u8::is_ascii_uppercase)
        },
        what: "this is a list of OpenPGP keys, as gpg prints it",
        hint: "`gpg --export-ssh-key KEY-ID` prints the SSH public key of its authentication subkey",
    },
    Row {
        is: |line| line.starts_with(b"Windows Registry Editor Version"),
        what: "this is a Windows registry export, which contains no key file",
        hint: "PuTTY keeps hosts' keys there; those of users are in .ppk files",
    },
];

/// Single lines.
static IN_LINES: [Row; 18] = [
    Row {
        is: |line| line.starts_with(b"vault:v") && line.splitn(3, |byte| *byte == b':').count() == 3,
        what: "this was encrypted by Vault's transit engine",
        hint: "`vault write transit/decrypt/NAME ciphertext=...` decrypts it",
    },
    Row {
        is: |line| line.starts_with(b"eyJ") && line.split(|byte| *byte == b'.').count() == 3,
        what: "this is a JSON Web Token (JWT), not a key",
        hint: "give the file of the key itself",
    },
    Row {
        is: |line| line.starts_with(b"op://"),
        what: "this is a reference to a secret in 1Password, not the secret",
        hint: "`op read REFERENCE` prints the secret",
    },
    Row {
        is: |line| {
            let is_path = |rest: &[u8]| rest.first().is_some_and(|first| !first.is_ascii_whitespace());
            line.strip_prefix(b"vault:").is_some_and(is_path) && !holds_a_key(line)
        },
        what: "this is a reference to a secret in Vault, not the secret",
        hint: "`vault kv get -field=FIELD PATH` prints the secret",
    },
    Row {
        is: |line| line == b"(known after apply)",
        what: "this is a placeholder of Terraform's plan",
        hint: "Terraform knows the value when it has made the resource: `terraform apply`, then `terraform output -raw NAME`",
    },
    Row {
        is: |line| line.starts_with(b"ssh-keygen ") && !holds_a_key(line),
        what: "this is a command, not the key that it makes",
        hint: "run it, and give the file that it makes, whose name ends in .pub",
    },
    Row {
        is: |line| line.starts_with(b"gh:"),
        what: "this is a GitHub user name, as ssh-import-id accepts it",
        hint: "https://github.com/NAME.keys has the keys of that user",
    },
    Row {
        is: |line| service_of_arn(line) == Some(b"secretsmanager"),
        what: "this is the name (ARN) of an AWS secret, not the secret",
        hint: "`aws secretsmanager get-secret-value --secret-id ARN --query SecretString --output text` prints it",
    },
    Row {
        is: |line| service_of_arn(line) == Some(b"ssm"),
        what: "this is the name (ARN) of an AWS parameter, not its value",
        hint: "`aws ssm get-parameter --name ARN --with-decryption --query Parameter.Value --output text` prints it",
    },
    Row {
        is: |line| {
            line.starts_with(b"$ ") && !holds_a_key(line) || line.starts_with(b"cat ") && line.ends_with(b".pub")
        },
        what: "this is a command, not the key that it prints",
        hint: "run it, and give what it prints",
    },
    Row {
        is: |line| service_of_arn(line).is_some(),
        what: "this is the name (ARN) of an AWS resource, not the key",
        hint: "`aws ec2 describe-key-pairs --include-public-key` prints public keys; EC2 keeps no private ones",
    },
    Row {
        is: |line| line.ends_with(b"<sensitive>") || line.ends_with(b"(sensitive value)"),
        what: "Terraform hides the value here",
        hint: "`terraform output -raw NAME` prints it",
    },
    Row {
        is: |line| holds(line, "{AQAAABAAAA"),
        what: "this is a secret encrypted by Jenkins",
        hint: "only Jenkins can decrypt it: copy the key from where it was made",
    },
    Row {
        is: |line| line.split(u8::is_ascii_whitespace).any(|word| word == b"SSHFP"),
        what: "this is a DNS SSHFP record, which contains a fingerprint, not a key",
        hint: "a fingerprint cannot be turned back into a key; `ssh-keyscan HOST` asks the host for its keys",
    },
    Row {
        is: |line| line.starts_with(b"Modulus="),
        what: "this is the modulus of a key, as `openssl -modulus` prints it",
        hint: "leave out -modulus and -noout: `openssl pkey -in FILE` prints the key itself",
    },
    Row {
        is: |line| holds(line, "ENC[PKCS7,"),
        what: "this is a value encrypted with hiera-eyaml",
        hint: "`eyaml decrypt -f FILE` prints its contents",
    },
    Row {
        is: |line| line.starts_with(b"<_io.") || line.starts_with(b"<bound method ") || line.starts_with(b"<function "),
        what: "this is the name of a Python object, not the key in it",
        hint: "print the result of the object's read()",
    },
    Row { is: is_listed, what: "this is a line of `ls -l`, which names a file", hint: "give the file itself" },
];

/// A line of `ls -l`.
fn is_listed(line: &[u8]) -> bool {
    let mode = line.get(..10).unwrap_or_default();
    let is_of_mode = |byte: &u8| b"-rwxsStTdl".contains(byte);
    !mode.is_empty()
        && mode.iter().all(is_of_mode)
        && mode.contains(&b'r')
        && matches!(line.get(10), Some(b' ' | b'.' | b'+'))
}

/// A file written by a program.
pub(super) fn file(text: &[u8]) -> Option<Diagnosis> {
    lines(text).enumerate().find_map(|(at, line)| Some(of(&FILES, line)?.on_line(at)))
}

/// A line written by a program.
pub(super) fn line(line: &[u8]) -> Option<Diagnosis> {
    of(&IN_LINES, line.trim_ascii())
}

fn of(rows: &[Row], line: &[u8]) -> Option<Diagnosis> {
    rows.iter().find(|row| (row.is)(line)).map(|row| Diagnosis::new(row.what, row.hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_other_programs_is_named() {
        for (line, words) in [
            ("version https://git-lfs.github.com/spec/v1", "Git LFS"),
            ("kind: SealedSecret", "SealedSecret"),
            ("vault:v1:8SDd3WHDOjf7mq69Cw==", "transit"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.dozjgNryP4J3jVmN", "JWT"),
            ("op://vault/item/private key", "1Password"),
            ("gh:torvalds", "GitHub"),
            ("arn:aws:ec2:us-east-1:1:key-pair/k", "ARN"),
            ("key = <sensitive>", "Terraform"),
            ("<privateKey>{AQAAABAAAAAwLrfC}</privateKey>", "Jenkins"),
            ("host IN SSHFP 1 1 285246de", "SSHFP"),
            ("-rw-r--r-- 1 me me 400 Jan 1 00:00 id_rsa.pub", "ls -l"),
            ("IdentityFile ~/.ssh/id_rsa", "a configuration file of ssh"),
            ("[Interface]", "WireGuard"),
            ("@ WARNING: UNPROTECTED PRIVATE KEY FILE! @", "others may read"),
            ("/usr/bin/ssh-copy-id: INFO: Source of key(s)", "ssh-copy-id"),
            ("pub   rsa4096 2020-01-01 [SC]", "OpenPGP"),
            ("Windows Registry Editor Version 5.00", "registry"),
            ("Modulus=C0FFEE", "openssl -modulus"),
            ("key: ENC[PKCS7,MIIBeQYJKoZI]", "eyaml"),
            ("<_io.TextIOWrapper name='id_rsa'>", "Python"),
            ("vault:secret/data/ssh#key", "a secret in Vault"),
            ("(known after apply)", "Terraform's plan"),
            ("ssh-keygen -t ed25519 -C me", "a command"),
        ] {
            let known = file(line.as_bytes()).or_else(|| super::line(line.as_bytes()));
            assert!(known.is_some_and(|known| known.refusal.why.contains(words)), "{line}");
        }
        for line in ["", "-----BEGIN X-----", "-", "a.b.c", "vault: x", "ssh-rsa AAAA me@arn:aws", "kind: Secret"] {
            assert!(file(line.as_bytes()).is_none() && super::line(line.as_bytes()).is_none(), "{line}");
        }
        assert!(answer(b"curl: (6) Could not resolve host: example.com").is_some());
        assert!(answer(b"error fetching identities: communication with agent failed").is_some());
    }
}

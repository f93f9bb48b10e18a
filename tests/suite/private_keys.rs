//! keycheck on private keys: how they are protected, and whether their numbers agree.

use support::{Sandbox, needs};

use crate::forms::corpus;

/// What costs time and is no matter here.
const QUICK: [&str; 2] = ["--skip", "rsa-prime-modulus,rsa-close-primes,rsa-small-private-exponent,rsa-small-factor"];

/// The names of the findings of one key, but for its type, and the exit status.
fn found(sandbox: &Sandbox, arguments: &[&str], text: &str) -> (Vec<String>, Option<i32>) {
    let outcome =
        sandbox.run_with("keycheck", [&["--json", "--for", "fips186-5,openssh"], &QUICK[..], arguments].concat(), text);
    let names = outcome.stdout.lines().flat_map(|line| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let findings = object["findings"].as_array().cloned().unwrap_or_default();
        let error = object["error"].as_str().map(str::to_owned);
        findings
            .into_iter()
            .map(|finding| finding["check"].as_str().unwrap().to_owned())
            .chain(error)
            .collect::<Vec<_>>()
    });
    (names.filter(|name| name != "type-refused").collect(), outcome.status)
}

/// Whatever program wrote it: its numbers agree, and the passphrases of the old forms and of few rounds are weak.
#[test]
fn private_keys_of_every_form_are_opened_and_agree() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    let mut count = 0;
    for name in corpus.names() {
        let (_, form) = name.split_once('.').unwrap_or((&name, ""));
        let is_private = ["openssh", "pem", "pkcs8", "ppk", "sshcom"].iter().any(|start| form.starts_with(start));
        if !is_private || form.ends_with(".pub") {
            continue;
        }
        let plain = [
            "openssh",
            "pem",
            "pkcs8",
            "ppk2",
            "ppk3",
            "sshcom",
            "pem-behind-text",
            "pem-behind-parameters",
            "pem-explicit",
            "pem-compressed",
            "pem-without-public-half",
            "pkcs8-explicit",
        ];
        let (names, _) = found(&corpus, &["--passphrase-file", "passphrase"], &corpus.read(&name));
        let expected: &[&str] = match form {
            form if plain.contains(&form) => &["unencrypted"],
            // Enough iterations by the default of OpenSSL 3.
            "pkcs8-encrypted" if names.is_empty() => &[],
            _ => &["weak-protection"],
        };
        // OpenSSH before 9.6 does not load these.
        let is_ed25519_in_pkcs8 = name.starts_with("ed25519") && form.starts_with("pkcs8");
        let expected: Vec<&str> =
            expected.iter().copied().chain(is_ed25519_in_pkcs8.then_some("pkcs8-ed25519")).collect();
        assert_eq!(names, expected, "{name}");
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn without_a_passphrase_the_numbers_are_left_alone_and_with_a_wrong_one_it_is_told() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    corpus.write("wrong", "another\n");
    for form in ["openssh-aes256-ctr", "openssh-chacha20-poly1305", "ppk2-encrypted", "ppk3-encrypted"] {
        let text = corpus.read(format!("ed25519-256.{form}"));
        assert_eq!(found(&corpus, &[], &text), (vec!["weak-protection".to_owned()], Some(0)), "{form}");
        let (names, status) = found(&corpus, &["--passphrase-file", "wrong"], &text);
        assert_eq!((names, status), (vec!["weak-protection".to_owned(), "not-opened".to_owned()], Some(1)), "{form}");
    }
    for form in ["pem-encrypted", "pkcs8-encrypted"] {
        let text = corpus.read(format!("rsa-2048.{form}"));
        let closed = vec!["the private key is encrypted, and its public half with it".to_owned()];
        assert_eq!(found(&corpus, &[], &text), (closed, Some(1)));
        let (names, status) = found(&corpus, &["--passphrase-file", "wrong"], &text);
        assert_eq!((names, status), (vec!["the passphrase is wrong".to_owned()], Some(1)));
    }
}

/// Changes private keys without a passphrase: FILE HOW prints the changed file.
const CHANGE: &str = r#"
import base64, sys
text, how = open(sys.argv[1]).read(), sys.argv[2]
lines = text.splitlines()
body = base64.b64decode(''.join(line for line in lines if not line.startswith('-')))

def number(at):
    length = body[at + 1]
    at += 2
    if length & 0x80:
        size = length & 0x7f
        length = int.from_bytes(body[at:at + size], 'big')
        at += size
    return at, length

if lines[0] == '-----BEGIN RSA PRIVATE KEY-----':
    # version, n, e, d, p, q, dp, dq, iqmp: changes the last bits but one.
    at, _ = number(0)
    for field in range(9):
        start, length = number(at)
        at = start + length
        if field == int(how):
            body = body[:at - 1] + bytes([body[at - 1] ^ 2]) + body[at:]
            break
else:
    # Ed25519: another public half, everywhere or the first time only.
    start = body.index(b'ssh-ed25519') + len('ssh-ed25519') + 4
    own = body[start:start + 32]
    other = base64.b64decode(open(sys.argv[3]).read().split()[1])[-32:]
    body = body.replace(own, other, -1 if how == 'all' else 1)
print(lines[0])
print(base64.encodebytes(body).decode(), end='')
print(lines[-1])
"#;

#[test]
fn numbers_that_do_not_agree_are_found() {
    needs!(SSH_KEYGEN, PYTHON);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f pem && ssh-keygen -q -t ed25519 -N '' -f own &&
             ssh-keygen -q -t ed25519 -N '' -f other",
        )
        .good();
    let other = sandbox.file("other.pub").display().to_string();
    let cases = [
        ("pem", "3", "the private exponent is not the public one's inverse"),
        ("pem", "4", "p times q is not the modulus"),
        ("pem", "5", "p times q is not the modulus"),
        ("pem", "6", "an exponent for p or q is not what the private exponent makes it"),
        ("pem", "7", "an exponent for p or q is not what the private exponent makes it"),
        ("pem", "8", "the coefficient is not q's inverse modulo p"),
        ("own", "all", "the private half is that of another key"),
        ("own", "first", "the public half stands in the file twice, and not the same"),
    ];
    for (file, how, words) in cases {
        let changed = sandbox.run("python3", ["-c", CHANGE, file, how, &other]).good();
        let outcome = sandbox.run_with("keycheck", QUICK, &changed);
        let line = format!("(stdin):1: error: private-numbers-disagree: {words}\n");
        assert!(outcome.stdout.contains(&line), "{file} {how}: {outcome:?}");
        assert_eq!(outcome.status, Some(1));
        // Nor is its public half printed as if all were well.
        assert_eq!(sandbox.run_with("keycheck", ["--fix"], &changed).stdout, "");
    }
}

#[test]
fn a_file_that_ssh_cannot_load_is_told_and_one_that_putty_cannot_fails() {
    needs!(SSH_KEYGEN, PUTTYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t ed25519 -N '' -f id && puttygen id -O private -o ppk &&
             sed 's/$/\\r/' id > crlf && printf %s \"$(cat id)\" > unended && sed 's/^Comment: .*/Comment: x/' ppk > changed
             chmod 600 *",
        )
        .good();
    for (file, finding) in [("crlf", "carriage-returns"), ("unended", "no-final-newline")] {
        let outcome = sandbox.run("keycheck", [file]);
        assert!(outcome.stdout.contains(&format!("{file}:1: warning: {finding}: ")), "{outcome:?}");
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
    }
    assert!(!sandbox.run("keycheck", ["id"]).good().contains("no-final-newline"));
    // ssh-keygen shows that it is so; newer ones may have learned.
    let version = sandbox.run("ssh", ["-V"]).stderr;
    if version.starts_with("OpenSSH_9.2") {
        for file in ["crlf", "unended"] {
            assert_ne!(sandbox.run("ssh-keygen", ["-y", "-f", file]).status, Some(0));
        }
    }
    let changed = sandbox.run("keycheck", ["changed"]);
    assert!(changed.stdout.contains("changed:1: error: not-opened: the private key is damaged"), "{changed:?}");
    assert_eq!(changed.status, Some(1));
}

//! Tests keycheck on private keys: how they are protected, and whether their components agree.

use support::{Sandbox, cases, needs};

use crate::reading_formats::corpus;

/// Leaves out slow checks that do not matter here.
const QUICK: [&str; 2] = ["--skip", "rsa-prime-modulus,rsa-close-primes,rsa-small-private-exponent,rsa-small-factor"];

/// The names of the findings for one key, except those for its type, and the exit status.
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

/// Whatever program wrote a key, its components agree; old formats and few rounds are reported as weak passphrase
/// protection.
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
            // OpenSSL 3 uses enough iterations by default.
            "pkcs8-encrypted" if names.is_empty() => &[],
            _ => &["weak-protection"],
        };
        // Findings about the format are tested elsewhere.
        let of_form = ["ppk", "pkcs8-ed25519", "ssh-com", "false-label", "passphrase-encoding", "block-layout"];
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !of_form.contains(name)).collect();
        assert_eq!(names, expected, "{name}");
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn without_the_right_passphrase_the_components_are_not_checked() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    corpus.write("wrong", "another\n");
    for form in ["openssh-aes256-ctr", "openssh-chacha20-poly1305", "ppk2-encrypted", "ppk3-encrypted"] {
        let text = corpus.read(format!("ed25519-256.{form}"));
        // Findings about the format are tested elsewhere.
        let found = |options: &[&str]| {
            let (mut names, status) = found(&corpus, options, &text);
            names.retain(|name| name != "ppk");
            (names, status)
        };
        // ssh does not load PuTTY's format.
        let status = i32::from(form.starts_with("ppk"));
        assert_eq!(found(&[]), (vec!["weak-protection".to_owned()], Some(status)), "{form}");
        let expected = vec!["weak-protection".to_owned(), "not-opened".to_owned()];
        assert_eq!(found(&["--passphrase-file", "wrong"]), (expected, Some(1)), "{form}");
    }
    for form in ["pem-encrypted", "pkcs8-encrypted"] {
        let text = corpus.read(format!("rsa-2048.{form}"));
        let closed = vec!["the private key is encrypted, including its public half".to_owned()];
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
        ("pem", "6", "an exponent for p or q does not match the private exponent"),
        ("pem", "7", "an exponent for p or q does not match the private exponent"),
        ("pem", "8", "the coefficient is not q's inverse modulo p"),
        ("own", "all", "the private half belongs to another key"),
        ("own", "first", "the file has the public key twice, and the copies differ"),
    ];
    for (file, how, words) in cases {
        let changed = sandbox.run("python3", ["-c", CHANGE, file, how, &other]).good();
        let outcome = sandbox.run_with("keycheck", QUICK, &changed);
        let line = format!("(stdin):1: error: private-numbers-disagree: {words}\n");
        assert!(outcome.stdout.contains(&line), "{file} {how}: {outcome:?}");
        assert_eq!(outcome.status, Some(1));
        // Nor is its public half printed.
        assert_eq!(sandbox.run_with("keycheck", ["--rewrite"], &changed).stdout, "");
    }
}

#[test]
fn a_file_that_ssh_cannot_load_is_reported_and_one_that_putty_cannot_load_fails() {
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
    // ssh-keygen confirms it; newer versions may load the file.
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

/// Changes to the lines of a file.
type Layout = fn(&[&str]) -> Vec<String>;

fn indented(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| format!("  {line}")).collect()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Inserts a line before line `at`, which counts from the end if it is negative.
fn with(lines: &[&str], at: isize, line: &str) -> Vec<String> {
    let mut lines = owned(lines);
    let at = if at < 0 { lines.len() - at.unsigned_abs() } else { at.unsigned_abs() };
    lines.insert(at, line.to_owned());
    lines
}

const LAYOUTS: [(&str, Layout); 20] = [
    ("as it is", owned),
    ("all lines indented", indented),
    ("the body indented", |lines| {
        let [begin, body @ .., end] = lines else { panic!() };
        [vec![(*begin).to_owned()], indented(body), vec![(*end).to_owned()]].concat()
    }),
    ("BEGIN indented", |lines| [vec![format!(" {}", lines[0])], owned(&lines[1..])].concat()),
    ("END indented", |lines| [owned(&lines[..lines.len() - 1]), vec![format!("\t{}", lines.last().unwrap())]].concat()),
    ("spaces at the end of all lines", |lines| lines.iter().map(|line| format!("{line}  ")).collect()),
    ("spaces after BEGIN", |lines| [vec![format!("{} ", lines[0])], owned(&lines[1..])].concat()),
    ("spaces after the last line but one", |lines| {
        let mut lines = owned(lines);
        let at = lines.len() - 2;
        lines[at] += "  ";
        lines
    }),
    ("a blank line before BEGIN", |lines| with(lines, 0, "")),
    ("a line of text before BEGIN", |lines| with(lines, 0, "my key")),
    ("a blank line after BEGIN", |lines| with(lines, 1, "")),
    ("two blank lines after BEGIN", |lines| {
        with(&with(lines, 1, "").iter().map(String::as_str).collect::<Vec<_>>(), 1, "")
    }),
    ("a blank line in the body", |lines| with(lines, -2, "")),
    ("a line of spaces in the body", |lines| with(lines, -2, "  ")),
    ("a blank line before END", |lines| with(lines, -1, "")),
    ("a form feed in the body", |lines| with(lines, -2, "\u{c}")),
    ("a form feed before a line", |lines| {
        let mut lines = owned(lines);
        let at = lines.len() - 2;
        lines[at] = format!("\u{c}{}", lines[at]);
        lines
    }),
    ("carriage returns", |lines| lines.iter().map(|line| format!("{line}\r")).collect()),
    ("a byte order mark", |lines| [vec![format!("\u{feff}{}", lines[0])], owned(&lines[1..])].concat()),
    ("no blank line after the headers", |lines| {
        lines.iter().filter(|line| !line.is_empty()).map(|line| (*line).to_owned()).collect()
    }),
];

/// keycheck agrees with ssh-keygen on the lines of a private key: ssh-keygen loads the key, or there is a finding, and
/// then `keygen -p` writes a file that ssh-keygen loads.
#[test]
fn findings_on_the_lines_of_a_private_key_agree_with_ssh() {
    needs!(SSH_KEYGEN, OPENSSL);
    const LAYOUT_CHECKS: [&str; 5] =
        ["block-layout", "byte-order-mark", "carriage-returns", "among-other-text", "no-final-newline"];
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t ed25519 -N '' -f openssh && ssh-keygen -q -t ecdsa -m PEM -N '' -f sec1
             ssh-keygen -q -t rsa -b 2048 -m PEM -N secret -f encrypted && openssl genpkey -quiet -algorithm rsa -out pkcs8
             rm *.pub; echo secret > pass",
        )
        .good();
    let loads = |passphrase| sandbox.run("ssh-keygen", ["-y", "-P", passphrase, "-f", "id"]).status == Some(0);
    let (mut number, mut loaded, mut refused) = (0, 0, 0);
    for name in ["openssh", "sec1", "encrypted", "pkcs8"] {
        let text = sandbox.read(name);
        let lines: Vec<&str> = text.lines().collect();
        let passphrase = if name == "encrypted" { "secret" } else { "" };
        for (layout, change) in LAYOUTS {
            for newline in ["\n", ""] {
                number += 1;
                if !cases::is_tried(number) {
                    continue;
                }
                let _ = sandbox.shell(&format!("cp -p {name} id")).good();
                sandbox.write("id", change(&lines).join("\n") + newline);
                let (names, _) = found(&sandbox, &["--passphrase-file", "pass"], &sandbox.read("id"));
                let is_reported = names.iter().any(|name| LAYOUT_CHECKS.contains(&name.as_str()));
                let is_loaded = loads(passphrase);
                assert_eq!(is_reported, !is_loaded, "{name}, {layout}, {newline:?}: {names:?}");
                (loaded, refused) = (loaded + usize::from(is_loaded), refused + usize::from(!is_loaded));
                if !is_loaded && newline.is_empty() {
                    let _ = sandbox.run("keygen", ["-q", "-p", "-P", passphrase, "-N", "", "-f", "id"]).good();
                    assert!(loads(""), "{name}, {layout}");
                }
            }
        }
    }
    assert!(loaded > cases::share(40) && refused > cases::share(40), "{loaded} {refused}");
}

/// What is printed as a remedy works as printed, and `--for openssh` fails a key that ssh cannot load.
#[test]
fn a_remedy_is_printed_only_where_it_works() {
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell("umask 077; keygen -q --no-passphrase -f one && keygen -q --no-passphrase -f two && keygen -q --no-passphrase -m PPK -f k.ppk")
        .good();
    let (one, two) = (sandbox.read("one"), sandbox.read("two"));
    let crlf = one.replace('\n', "\r\n");
    let rtf = format!("{{\\rtf1\\ansi\n\\f0\\fs24 \\cf0 {}}}", one.replace('\n', "\\\n"));
    let ppk = sandbox.read("k.ppk");
    let into_a_new_file = "keygen -p -f - < FILE > NEW)`";
    for (text, status, words, not) in [
        (crlf.clone(), 1, "keygen -p repairs it", into_a_new_file),
        (format!("{crlf}{two}"), 1, "copy each private key into a file of its own", "keygen -p"),
        (format!("{crlf}# password\r\n"), 1, into_a_new_file, "keygen -p repairs"),
        (rtf, 1, "Rich Text Format", "keygen -p repairs"),
        (format!("{}{one}", sandbox.read("one.pub")), 1, "other keys precede the BEGIN line", "keygen -p repairs"),
        (ppk.clone(), 1, "converts it", "repairs it"),
        (ppk.replace("Comment: ", "Comment: x"), 1, "one was changed", "keygen"),
        (one.clone(), 0, "unencrypted", "keygen"),
    ] {
        sandbox.write("key", &text);
        let _ = sandbox.shell("chmod 600 key").good();
        let outcome = sandbox.run("keycheck", ["--for", "openssh", "key"]);
        assert_eq!(outcome.status, Some(status), "{outcome:?}");
        assert!(outcome.stdout.contains(words) && !outcome.stdout.contains(not), "{words}: {outcome:?}");
    }
}

//! Tests every format × every type × every damage: the key is found, and it is the same key.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::error::{Error, ExitStatus, Place};
use common::key::Hash;
use common::keyfile::{self, Item, Quirk, Quirks, Sink};
use common::secret::Secret;
use support::{Sandbox, Sshd, cases, needs};

use crate::in_process::run;
use crate::key_fixtures::fixture;

/// Damages a text as happens in transit; `None` if this does not apply to it.
pub(crate) type Damage = fn(&str) -> Option<Vec<u8>>;

/// The kinds of damage to a text, each with the quirks that must be reported.
pub(crate) const DAMAGES: [(&str, Damage, &[Quirk]); 17] = [
    ("none", |text| Some(text.into()), &[]),
    ("carriage returns", |text| Some(text.replace('\n', "\r\n").into()), &[Quirk::Crlf]),
    ("a byte order mark", |text| Some(format!("\u{feff}{text}").into()), &[Quirk::Bom]),
    (
        "UTF-16, as PowerShell's > writes it",
        |text| Some(utf16(&dos(text), u16::to_le_bytes)),
        &[Quirk::Utf16, Quirk::Crlf],
    ),
    ("UTF-16, the other order", |text| Some(utf16(&format!("\u{feff}{text}"), u16::to_be_bytes)), &[Quirk::Utf16]),
    ("UTF-16 without a byte order mark", |text| Some(utf16(text, u16::to_le_bytes)), &[Quirk::Utf16]),
    ("no newline at the end", |text| Some(text.trim_end().into()), &[]),
    ("blank lines around it", |text| Some(format!("\n \t\n{text}\n\n").into()), &[]),
    ("spaces before its lines", |text| (!is_ppk(text)).then(|| indented(text).into()), &[]),
    ("a JSON string", |text| Some(json(text, true).into()), &[Quirk::Json]),
    ("a JSON string in one line", |text| Some(json(text, false).into()), &[Quirk::Json]),
    ("quotes", |text| is_line(text).then(|| format!("key = '{}'", text.trim_end()).into()), &[Quirk::Quoted]),
    (
        "broken before the comment",
        |text| is_line(text).then(|| broken_before_the_comment(text).into()),
        &[Quirk::Wrapped],
    ),
    ("broken lines", |text| is_line(text).then(|| wrapped(text, 64, "\n").into()), &[Quirk::Wrapped]),
    (
        "broken lines, from Windows",
        |text| is_line(text).then(|| wrapped(text, 40, "\r\n").into()),
        &[Quirk::Wrapped, Quirk::Crlf],
    ),
    ("no type", |text| bare(text).map(Into::into), &[Quirk::NoType]),
    (
        "text before BEGIN",
        |text| is_pem(text).then(|| format!("Bag Attributes\n  x: y\n{text}").into()),
        &[Quirk::TextBefore],
    ),
];

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn dos(text: &str) -> String {
    format!("\u{feff}{}", text.replace('\n', "\r\n"))
}

fn is_ppk(text: &str) -> bool {
    text.starts_with("PuTTY")
}

fn is_pem(text: &str) -> bool {
    text.starts_with("-----BEGIN")
}

/// A line that begins with its type.
fn is_line(text: &str) -> bool {
    ["ssh-", "ecdsa-"].iter().any(|start| text.starts_with(start))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

fn json(text: &str, pretty: bool) -> String {
    let value = serde_json::json!({"id": "/subscriptions/0", "properties": [{"publicKey": text}, {"tags": null}]});
    if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() }
}

/// The base64 broken into lines of that many characters; the last line has the comment, too.
fn wrapped(text: &str, width: usize, newline: &str) -> String {
    let mut words = text.trim_end().splitn(3, ' ');
    let (name, base64) = (words.next().unwrap(), words.next().unwrap());
    let lines: Vec<_> = base64.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
    let comment = words.next().map(|comment| format!(" {comment}")).unwrap_or_default();
    format!("{name} {}{comment}{newline}", lines.join(newline))
}

/// The base64 in two lines of one length, and the comment after a space in the third, as fold leaves it.
fn broken_before_the_comment(line: &str) -> String {
    let words: Vec<&str> = line.trim_end().splitn(3, ' ').collect();
    let key = wrapped(&words[..2].join(" "), words[1].len().div_ceil(2), "\n");
    words.get(2).map_or(key.clone(), |comment| format!("{key} {comment}\n"))
}

fn bare(text: &str) -> Option<&str> {
    is_line(text).then(|| text.split_once(' ').map(|(_, rest)| rest))?
}

/// The corpus: files in every format; the text before the first dot of a name is the key's type. Each test has its own
/// copy.
pub(crate) fn corpus() -> Sandbox {
    static MADE: OnceLock<Sandbox> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let made = Sandbox::new();
        let script = fixture("forms.sh").display().to_string();
        let _ = made.run("bash", [script.as_str(), "."]).good();
        // puttygen may leave a folder of its own.
        let _ = fs::remove_dir_all(made.file(".putty"));
        made
    });
    let corpus = Sandbox::new();
    for name in made.names() {
        let _ = fs::copy(made.file(&name), corpus.file(&name)).unwrap();
    }
    corpus
}

#[test]
fn every_form_of_every_type_with_every_damage_has_the_fingerprint_of_its_key() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    let mut count = 0;
    for name in corpus.names() {
        let (key_type, form) = name.split_once('.').unwrap_or((&name, ""));
        if ["", "pub", "openssh.pub"].contains(&form) {
            continue;
        }
        let expected = corpus.shell(&format!("ssh-keygen -lf {key_type}.pub | awk '{{print $2}}'")).good();
        let text = corpus.read(&name);
        for (damage, apply, quirks) in DAMAGES {
            let Some(bytes) = apply(&text) else { continue };
            count += 1;
            if !cases::is_tried(count) {
                continue;
            }
            corpus.write("damaged", &bytes);
            let arguments = ["-o", "--passphrase-file", "passphrase", "damaged"];
            let printed = corpus.run("pubfp", arguments);
            assert_eq!((printed.stderr.as_str(), printed.stdout.as_str()), ("", expected.as_str()), "{name}, {damage}");
            // In an encrypted file no quirk is found without the passphrase, and a quirk after other text belongs to
            // another line.
            if !form.contains("encrypted") && !form.contains("behind") {
                let noticed = quirks_of(&corpus.file("damaged"));
                assert!(
                    quirks.iter().all(|quirk| noticed.iter().all(|quirks| quirks.has(*quirk))),
                    "{name}, {damage}: {noticed:?}"
                );
            }
        }
    }
    // As many as the script makes: a missing one is a failure.
    assert_eq!(count, 2518);
}

/// keygen opens what pubfp reads: whatever the format and the damage, it is the same key, or keygen reports that it
/// does not handle such keys.
#[test]
fn keygen_opens_every_private_key_that_pubfp_reads() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    let passphrase = Secret::new(corpus.read("passphrase").trim_end().as_bytes().to_vec());
    let (mut number, mut opened, mut unhandled) = (0, 0, 0);
    for name in corpus.names() {
        let (key_type, form) = name.split_once('.').unwrap_or((&name, ""));
        let is_private = ["openssh", "pem", "pkcs8", "ppk"].iter().any(|start| form.starts_with(start));
        if !is_private || form.ends_with(".pub") {
            continue;
        }
        let expected = corpus.shell(&format!("ssh-keygen -lf {key_type}.pub | awk '{{print $2}}'")).good();
        let text = corpus.read(&name);
        for (damage, apply, _) in DAMAGES {
            let Some(bytes) = apply(&text) else { continue };
            number += 1;
            if !cases::is_tried(number) {
                continue;
            }
            let place = Place { file: name.clone(), line: None };
            match keygen::formats::open(&bytes, &place, &mut || Ok(passphrase.clone())) {
                Ok(key) => {
                    let fingerprint = key.key.public.fingerprint(Hash::Sha256).to_string();
                    assert_eq!(fingerprint, expected.trim_end(), "{name}, {damage}");
                    opened += 1;
                }
                Err(error) => {
                    assert!(error.message().starts_with("keygen does not handle "), "{name}, {damage}: {error:?}");
                    assert!(key_type.starts_with("dsa") || key_type.starts_with("sk"), "{name}, {damage}: {error:?}");
                    unhandled += 1;
                }
            }
        }
    }
    assert!(opened > cases::share(900) && unhandled > cases::share(100), "{opened}, {unhandled}");
}

/// Java programs write EC keys without the public half; so can OpenSSL.
#[test]
fn an_ec_key_without_its_public_half_is_read_by_every_tool() {
    needs!(OPENSSL);
    let sandbox = Sandbox::new();
    for curve in ["prime256v1", "secp384r1", "secp521r1"] {
        let make = format!(
            "openssl ecparam -name {curve} -genkey -noout -out whole && \
             openssl ec -in whole -no_public -out id && chmod 600 id whole && \
             openssl pkcs8 -topk8 -nocrypt -in id -out pkcs8 && chmod 600 pkcs8"
        );
        let _ = sandbox.shell(&format!("({make}) 2>/dev/null")).good();
        let expected = sandbox.run("pubfp", ["-o", "whole"]).good();
        for file in ["id", "pkcs8"] {
            assert_eq!(sandbox.run("pubfp", ["-o", file]).good(), expected, "{curve} {file}");
            assert!(sandbox.run("keycheck", ["--for", "openssh", file]).good().contains(expected.trim_end()));
            let public = sandbox.run("keygen", ["-y", "-f", file]).good();
            assert_eq!(sandbox.run_with("pubfp", ["-o"], public).good(), expected, "{curve} {file}");
        }
    }
}

/// Collects what was unusual about each key.
struct Noticed(Vec<Quirks>);

impl Sink for Noticed {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.0.push(item.quirks);
        Ok(())
    }

    fn refused(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }
}

fn quirks_of(file: &Path) -> Vec<Quirks> {
    let mut noticed = Noticed(Vec::new());
    keyfile::read(common::input::Source::file(file).unwrap(), &mut noticed).unwrap();
    noticed.0
}

/// All keys of the corpus in one file, which is longer than one read, so blocks cross the parts of the threads. The
/// output is the same as for one file at a time.
#[test]
fn many_keys_of_all_forms_in_one_long_file_come_in_their_order() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    let all = corpus.shell(
        "ls | grep -v passphrase | while read f; do cat \"$f\"; echo; done > one; \
         for i in $(seq 20); do echo \"# $i\"; cat one; done > all; \
         for f in $(ls | grep -vE '^(passphrase|one|all)$'); do pubfp --passphrase-file passphrase \"$f\"; done > each; \
         for i in $(seq 20); do cat each; done > expected; \
         pubfp --passphrase-file passphrase all > printed; pubfp --passphrase-file passphrase < all > piped; \
         cmp expected printed && cmp expected piped && wc -c < all",
    );
    let length: usize = all.good().trim().parse().unwrap();
    assert!(length > 2 * common::input::MAX_LINE, "{length}");
}

/// Changes every byte of a file in every format. The result is a key, or an error with its place, and never a key that
/// the changed text does not contain.
#[test]
#[ignore = "takes long: cargo xtask test --all"]
fn a_changed_byte_is_a_key_or_a_clear_error() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    for name in corpus.names() {
        let small = name.starts_with("ecdsa-256") || name.starts_with("ed25519") || name.starts_with("dsa");
        if !small || name.contains("text") {
            continue;
        }
        let text = fs::read(corpus.file(&name)).unwrap();
        for at in 0..text.len() {
            for change in [b'A', b'\n', b'"', b' ', 0, text[at] ^ 1] {
                let mut changed = text.clone();
                changed[at] = change;
                let (status, output, messages) = run::<pubfp::Args>(["-o"], &changed);
                assert_eq!(status == ExitStatus::Yes, messages.is_empty(), "{name}:{at}: {messages}");
                assert!(status == ExitStatus::Yes || messages.starts_with("pubfp: (stdin)"), "{name}:{at}: {messages}");
                assert!(!(output.is_empty() && messages.is_empty()), "{name}:{at}");
                assert!(output.lines().all(|line| line.parse::<common::key::Fingerprint>().is_ok()), "{name}:{at}");
            }
        }
    }
}

/// Lines of `authorized_keys` that are hard to read; KEY means the type and the base64.
const HARD_LINES: [&str; 16] = [
    "KEY",
    "KEY a comment  with spaces ",
    "  \t KEY",
    "KEY\r",
    "from=\"127.0.0.0/8\",command=\"true # no comment, \\\"quoted\\\"\" KEY # b",
    "restrict,command=\"echo  two\"\tKEY",
    "environment=\"A=b c\",no-pty KEY",
    "FROM=\"127.0.0.1\",No-Pty KEY",
    "# KEY",
    "no-pty, no-x11-forwarding KEY",
    "command=\"true KEY",
    "command=\"KEY\"",
    "command=\"true\"KEY",
    "#KEY",
    "KEYx",
    "KEY#comment",
];

/// As sshd reads `authorized_keys`: pubfp lists exactly the keys with which a login succeeds.
#[test]
fn pubfp_lists_the_keys_that_sshd_accepts() {
    needs!(TIMEOUT, SSH_KEYGEN, SSH, SSHD);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -N '' -f host && for i in $(seq 0 15); do keygen -q -N '' -f k$i; done").good();
    let mut list = String::new();
    for (number, line) in HARD_LINES.iter().enumerate() {
        let public = sandbox.read(format!("k{number}.pub"));
        let key = public.rsplit_once(' ').unwrap().0;
        list += &line.replace("KEY", key);
        list.push('\n');
    }
    let keys = sandbox.write("list", list);
    let server = Sshd::start(sandbox.path(), &[sandbox.file("host")], &keys).unwrap();
    let listed = sandbox.run("pubfp", ["-o", "list"]).stdout;
    let mut accepted = 0;
    for (number, line) in HARD_LINES.iter().enumerate() {
        let login = sandbox.shell(&format!(
            "timeout 30 ssh -F none -i k{number} -p {} -o IdentitiesOnly=yes -o BatchMode=yes \
             -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null 127.0.0.1 true",
            server.port
        ));
        let fingerprint = sandbox.run("pubfp", ["-o", &format!("k{number}.pub")]).good();
        let refused = login.stderr.contains("Permission denied");
        assert!(refused || login.stderr.contains("Permanently added"), "{line}: {}", login.stderr);
        assert_eq!(listed.contains(fingerprint.trim_end()), !refused, "{line}: {}", login.stderr);
        accepted += u32::from(!refused);
    }
    assert!((8..16).contains(&accepted), "{accepted}");
}

/// As ssh reads `known_hosts`: ssh-keygen finds a host's key in the lines in which pubfp does.
#[test]
fn pubfp_lists_the_keys_that_ssh_keygen_finds_in_known_hosts() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let lines = [
        "host0 KEY",
        "a,host1,[b]:22 KEY comment # x",
        "\t host2\t KEY ",
        "*.example,!x,host3 KEY\r",
        "@revoked host4 KEY",
        "@cert-authority  host5 KEY",
        "#host6 KEY",
        "host7 KEY#",
        "@marker host8 KEY",
        "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= KEY",
    ];
    let mut list = String::new();
    for (number, line) in lines.iter().enumerate() {
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", &format!("k{number}")]).good();
        let public = sandbox.read(format!("k{number}.pub"));
        list += &format!("{}\n", line.replace("KEY", public.rsplit_once(' ').unwrap().0));
    }
    sandbox.write("list", list);
    let listed = sandbox.run("pubfp", ["-o", "list"]).stdout;
    let mut found = 0;
    for (number, line) in lines.iter().enumerate() {
        let host = if line.starts_with('|') { "192.168.1.61".to_owned() } else { format!("host{number}") };
        let theirs = sandbox.run("ssh-keygen", ["-l", "-F", &host, "-f", "list"]).stdout;
        let fingerprint = sandbox.run("pubfp", ["-o", &format!("k{number}.pub")]).good();
        let fingerprint = fingerprint.trim_end();
        assert_eq!(listed.contains(fingerprint), theirs.contains(fingerprint), "{line}: {theirs}");
        found += u32::from(theirs.contains(fingerprint));
    }
    assert!((6..10).contains(&found), "{found}");
}

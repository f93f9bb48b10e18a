//! Tests keycheck's `--rewrite` and `--filter`: the one line that every consumer accepts, and the lines that pass
//! unchanged.

use std::collections::BTreeSet;
use std::ffi::OsString;

use common::error::ExitStatus;
use support::{Sandbox, cases, needs};

use crate::checks::weak;
use crate::in_process::run;
use crate::key_fixtures::sample_keys;
use crate::reading_formats::{DAMAGES, corpus};

/// Leaves out slow checks that do not concern the encoding of a key.
const QUICK: [&str; 2] = ["--skip", "rsa-prime-modulus,rsa-close-primes,rsa-small-private-exponent,rsa-small-factor"];

/// Prints for each text in a JSON list whether azure-cli's own function accepts it, and whether Terraform's azurerm
/// does by its rule: two fields, strict base64, a whole key of x/crypto/ssh, RSA of 2048 bits in whole bytes or
/// Ed25519.
const CONSUMERS: &str = r#"
import base64, json, struct, sys
from azure.cli.core.keys import is_valid_ssh_rsa_public_key

def azure_cli(text):
    try:
        return bool(is_valid_ssh_rsa_public_key(text))
    except Exception:
        return False

def terraform(text):
    fields = text.split()
    if len(fields) < 2:
        return False
    try:
        rest = base64.b64decode(fields[1], validate=True)
    except ValueError:
        return False
    parts = []
    while rest:
        if len(rest) < 4 or len(rest) < 4 + struct.unpack('>I', rest[:4])[0]:
            return False
        length, = struct.unpack('>I', rest[:4])
        parts.append(rest[4:4 + length])
        rest = rest[4 + length:]
    if parts[:1] == [b'ssh-ed25519']:
        return len(parts) == 2 and len(parts[1]) == 32
    if parts[:1] != [b'ssh-rsa'] or len(parts) != 3:
        return False
    e, n = (int.from_bytes(part, 'big') for part in parts[1:])
    return 3 <= e and e % 2 == 1 and e.bit_length() <= 24 and (n.bit_length() + 7) // 8 * 8 >= 2048

for text in json.load(sys.stdin):
    print(azure_cli(text), terraform(text))
"#;

/// The answers of both for each text.
fn consumers_say(sandbox: &Sandbox, texts: &[String]) -> Vec<String> {
    let python = support::peers::AZURE_CLI.find().unwrap();
    let list = serde_json::to_string(texts).unwrap();
    sandbox.run_with(python, ["-c", CONSUMERS], list).good().lines().map(str::to_owned).collect()
}

/// Runs `keycheck --rewrite` on a text, with the corpus' passphrase; in this process, since there are many texts.
fn rewritten(corpus: &Sandbox, text: &[u8]) -> (ExitStatus, String, String) {
    let passphrase = corpus.file("passphrase").into_os_string();
    let words = ["-q", "--rewrite"].into_iter().chain(QUICK).chain(["--passphrase-file"]).map(OsString::from);
    run::<keycheck::Args>(words.chain([passphrase]), text)
}

/// If keycheck passes a key, in whatever format and with whatever damage, both accept the line that it prints.
#[test]
fn azure_cli_and_terraform_accept_what_rewrite_prints() {
    needs!(AZURE_CLI, SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let corpus = corpus();
    let mut printed = BTreeSet::new();
    let mut count = 0;
    for name in corpus.names() {
        let (key_type, form) = name.split_once('.').unwrap_or((&name, ""));
        if ["", "openssh.pub"].contains(&form) {
            continue;
        }
        let public = corpus.read(format!("{key_type}.pub"));
        let key: Vec<&str> = public.split_whitespace().take(2).collect();
        let taken =
            !["ecdsa", "dsa"].iter().any(|refused| key_type.starts_with(refused)) && !form.contains("certificate");
        for (damage, apply, _) in DAMAGES {
            let Some(bytes) = apply(&corpus.read(&name)) else { continue };
            count += 1;
            if !cases::is_tried(count) {
                continue;
            }
            let (status, stdout, stderr) = rewritten(&corpus, bytes.as_ref());
            if taken {
                // That options are lost is reported in any case.
                let is_quiet = stderr.is_empty() != stderr.contains("error: options: options precede the key");
                assert!(status == ExitStatus::Yes && is_quiet, "{name}, {damage}: {stderr}");
                let line = stdout.strip_suffix('\n').unwrap();
                assert_eq!(line.split(' ').take(2).collect::<Vec<_>>(), key, "{name}, {damage}");
                assert!(!line.contains(char::is_control), "{name}, {damage}: {line:?}");
                printed.insert(stdout);
            } else {
                assert_eq!((status, stdout.as_str()), (ExitStatus::No, ""), "{name}, {damage}: {stderr}");
            }
        }
    }
    assert!(count > 1800, "{count}");
    let texts: Vec<String> = printed.into_iter().collect();
    for (text, says) in texts.iter().zip(consumers_say(&corpus, &texts)) {
        assert_eq!(says, "True True", "{text}");
        // So does keycheck, which has nothing left to repair. For all lines at once it would leave out comments, since
        // a few keys share them.
        let again = corpus.run_with("keycheck", ["-q", "--strict", "--rewrite", QUICK[0], QUICK[1]], text.as_str());
        assert_eq!((again.status, again.stderr.as_str(), again.stdout.as_str()), (Some(0), "", text.as_str()));
    }
    // Both refuse a byte order mark, base64 in two parts, and ECDSA.
    let good = &texts[0];
    let (name, rest) = good.split_once(' ').unwrap();
    let others = [
        format!("\u{feff}{good}"),
        format!("{name} {}\n{}", &rest[..40], &rest[40..]),
        sample_keys().read("ecdsa256.pub"),
    ];
    assert_eq!(consumers_say(&corpus, &others), ["False True", "True False", "True False"]);
}

/// A key that only one of them accepts fails.
#[test]
fn what_one_of_azures_consumers_refuses_does_not_pass() {
    needs!(AZURE_CLI, PYTHON);
    let mut passed = Vec::new();
    for name in weak().names().iter().filter(|name| name.ends_with(".pub")) {
        passed.extend(weak().run("keycheck", ["-q", "--rewrite", name]).stdout.lines().map(|line| format!("{line}\n")));
    }
    assert!(!passed.is_empty());
    for (text, says) in passed.iter().zip(consumers_say(weak(), &passed)) {
        assert_eq!(says, "True True", "{text}");
    }
}

#[test]
fn rewrite_prints_the_public_half_of_a_private_key_except_with_public_only() {
    needs!(SSH_KEYGEN);
    let public = sample_keys().read("ed25519.pub");
    let outcome = sample_keys().run("keycheck", ["--rewrite", "ed25519"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), public.as_str()));
    for words in ["ed25519:1: fixed: ssh-ed25519 256 SHA256:", "ed25519:1: note: public-half: "] {
        assert!(outcome.stderr.contains(words), "{outcome:?}");
    }
    let quiet = sample_keys().run("keycheck", ["-q", "--rewrite", "ed25519"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), (public.as_str(), ""));
    let gated = sample_keys().run("keycheck", ["--rewrite", "--public-only", "ed25519"]);
    assert_eq!((gated.status, gated.stdout.as_str()), (Some(1), ""));
    assert!(gated.stderr.contains("error: private-key: "), "{gated:?}");
    // Without a passphrase, and with --strict: rewriting does not remove this warning.
    assert_eq!(sample_keys().run("keycheck", ["--rewrite", "--strict", "ed25519"]).stdout, "");
}

#[test]
fn rewrite_prints_nothing_for_a_key_that_fails_and_continues() {
    needs!(SSH_KEYGEN);
    let outcome =
        sample_keys().run("keycheck", ["--rewrite", "rsa1024.pub", "rsa2048.pub", "dsa.pub", "ed25519.pub", "missing"]);
    let expected = [sample_keys().read("rsa2048.pub"), sample_keys().read("ed25519.pub")].concat();
    assert_eq!((outcome.status, outcome.stdout), (Some(1), expected));
    for words in ["rsa1024.pub:1: fail: ", "error: rsa-too-short: ", "dsa.pub:1: fail: ", "rsa2048.pub:1: ok: "] {
        assert!(outcome.stderr.contains(words), "{words}: {}", outcome.stderr);
    }
    let strict = sample_keys().shell("sed 's/$/\\r/' ed25519.pub | keycheck --strict --rewrite -q");
    assert_eq!(strict.good(), sample_keys().read("ed25519.pub"));
}

#[test]
fn rewrite_drops_options_and_control_characters_and_reports_it() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub");
    let words: Vec<&str> = key.split_whitespace().collect();
    let bare = format!("{} {}", words[0], words[1]);
    let text = format!("from=\"10.0.0.0/8\" {bare} a\u{1b}[31m b\u{202e}c \r\n");
    for quiet in ["--rewrite", "-q"] {
        let outcome = sample_keys().run_with("keycheck", ["--rewrite", quiet], &text);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), format!("{bare} a[31m bc\n").as_str()));
        assert!(outcome.stderr.contains("options precede the key; "), "{outcome:?}");
        assert!(outcome.stderr.contains("the output is without it"), "{outcome:?}");
    }
    // Markers of a line must not get lost.
    for line in [format!("cert-authority {bare}"), format!("@revoked * {bare}"), format!("@cert-authority * {bare}")] {
        let outcome = sample_keys().run_with("keycheck", ["--rewrite"], format!("{line}\n"));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{line}");
    }
    for line in [format!("@revoked * {bare}"), format!("@cert-authority * {bare}")] {
        let outcome = sample_keys().run_with("keycheck", ["--rewrite", "--for", "openssh"], format!("{line}\n"));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{line}");
    }
    let authority = sample_keys().run_with("keycheck", ["--for", "openssh"], format!("cert-authority {bare}\n"));
    assert_eq!(authority.status, Some(0), "{authority:?}");
}

/// Old editors of Windows write Latin-1; the characters of the comment are kept.
#[test]
fn rewrite_reads_a_comment_in_latin_1() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub").rsplit_once(' ').unwrap().0.to_owned();
    let line = [key.as_bytes(), b" J\xf6rg M\xfcller\n"].concat();
    let rewritten = sample_keys().run_with("keycheck", ["--rewrite", "-q"], line).good();
    assert_eq!(rewritten, format!("{key} J\u{f6}rg M\u{fc}ller\n"));
}

/// The repaired line keeps the restrictions of the damaged one.
#[test]
fn rewrite_keeps_the_options_of_a_line_for_sshd() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub");
    let (start, end) = key.trim_end().split_at(40);
    let escaped = |line: &str| format!("\"{}\"\n", line.replace('"', "\\\""));
    for options in ["restrict,command=\"date\"", "from=\"10.0.0.0/8, 127.0.0.1\",no-pty", "cert-authority"] {
        let line = format!("{options} {key}");
        let utf16: Vec<u8> = format!("\u{feff}{line}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for policy in ["authorized-keys", "openssh"] {
            for text in [
                line.clone().into_bytes(),
                utf16.clone(),
                format!("> {line}").into_bytes(),
                escaped(line.trim_end()).into_bytes(),
                format!("{options} {start}\n{end}\n").into_bytes(),
                format!("{options}\t{key}").replace('\n', "\r\n").into_bytes(),
            ] {
                let outcome = sample_keys().run_with("keycheck", ["--rewrite", "-q", "--for", policy], text.clone());
                let text = String::from_utf8_lossy(&text);
                assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), line.as_str()), "{text}: {outcome:?}");
            }
        }
        // For a service that reads no options, no finding proposes --rewrite.
        let advice = sample_keys().run_with::<&str>("keycheck", [], utf16);
        assert!(advice.stdout.contains("error: utf-16: ") && !advice.stdout.contains("--rewrite"), "{advice:?}");
    }
}

#[test]
fn with_json_the_report_on_standard_error_is_objects_alone() {
    needs!(SSH_KEYGEN);
    let input = format!("{}junk\n{}", sample_keys().read("ecdsa256.pub"), sample_keys().read("ed25519.pub"));
    for mode in ["--rewrite", "--filter"] {
        let outcome = sample_keys().run_with("keycheck", ["--json", mode], &input);
        assert_eq!((outcome.status, outcome.stdout), (Some(1), sample_keys().read("ed25519.pub")));
        let objects: Vec<serde_json::Value> =
            outcome.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let verdicts: Vec<_> = objects.iter().map(|object| object["verdict"].as_str().unwrap()).collect();
        assert_eq!(verdicts, ["fail", "fail", "ok"], "{mode}");
        assert_eq!(objects[1]["error"], "no key in this line");
    }
}

#[test]
fn filter_copies_passing_lines_byte_for_byte_and_nothing_else() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let (rsa, ed25519) = (sample_keys().read("rsa2048.pub"), sample_keys().read("ed25519.pub"));
    let odd = format!("  \t{}   and  a tab\t\r\n", ed25519.trim_end());
    let all = format!("{odd}{rsa}{}", ed25519.trim_end());
    let same = sandbox.run_with("keycheck", ["--filter", "-q"], &all);
    assert_eq!((same.status, same.stdout.as_str(), same.stderr.as_str()), (Some(0), all.as_str(), ""));
    let private = sample_keys().read("ed25519");
    let list = format!(
        "# a list\n\n{odd}junk\n{}{rsa}no-pty {ed25519}{private}\u{feff}{ed25519}{}",
        sample_keys().read("ecdsa256.pub"),
        ed25519.trim_end()
    );
    let filtered = sandbox.run_with("keycheck", ["--filter"], &list);
    assert_eq!((filtered.status, filtered.stdout.as_str()), (Some(1), all.as_str()));
    for words in [
        "(stdin):3: ok: ",
        "(stdin):4: no key in this line",
        "(stdin):5: error: type-refused: ",
        "(stdin):7: error: options: ",
        "(stdin):8: error: private-key: ",
        "error: byte-order-mark: ",
    ] {
        assert!(filtered.stderr.contains(words), "{words}: {}", filtered.stderr);
    }
    // A line that its consumer accepts passes for that consumer.
    let openssh = sandbox.run_with("keycheck", ["--filter", "-q", "--for", "openssh"], format!("no-pty {ed25519}"));
    assert_eq!(openssh.good(), format!("no-pty {ed25519}"));
    // A missing last newline does not join two lines.
    sandbox.write("one", ed25519.trim_end());
    sandbox.write("other", &rsa);
    assert_eq!(sandbox.run("keycheck", ["--filter", "-q", "one", "other"]).good(), format!("{ed25519}{rsa}"));
    // A block is copied whole.
    let block = sample_keys().run("ssh-keygen", ["-e", "-f", "ed25519.pub"]).good();
    assert_eq!(sandbox.run_with("keycheck", ["--filter", "-q", "--for", "aws"], &block).good(), block);
}

/// A shared prime is found only when both keys have been read; neither may have passed by then.
#[test]
fn keys_that_share_a_prime_are_not_let_through() {
    needs!(PYTHON);
    for mode in ["--filter", "--rewrite"] {
        let files = ["rsa-shared-prime-1.pub", "sound.pub", "rsa-shared-prime-2.pub"];
        let all = weak().run("keycheck", [&["-q", mode], &files[..]].concat());
        assert_eq!((all.status, all.stdout.as_str()), (Some(1), ""), "{all:?}");
        assert_eq!(all.stderr.matches("rsa-shared-prime: ").count(), 3, "{all:?}");
        let alone = weak().run("keycheck", ["-q", mode, "rsa-shared-prime-1.pub"]);
        assert_eq!((alone.status, alone.stdout), (Some(0), weak().read("rsa-shared-prime-1.pub")));
    }
}

#[test]
fn every_quirk_is_reported_with_the_consumers_that_refuse_it() {
    needs!(SSH_KEYGEN, OPENSSL);
    let key = sample_keys().read("ed25519.pub");
    let rsa = sample_keys().read("rsa2048.pub");
    let spki = sample_keys().run("ssh-keygen", ["-e", "-m", "PKCS8", "-f", "rsa2048.pub"]).good();
    let rfc4716 = sample_keys().run("ssh-keygen", ["-e", "-f", "rsa2048.pub"]).good();
    let words: Vec<&str> = key.split_whitespace().collect();
    // 51 bytes have no padding, so more base64 is more data.
    let trailing = format!("{} {}AAAA c\n", words[0], words[1]);
    for (status, words, text) in [
        (0, "warning: carriage-returns: there are carriage returns; cloud-init refuses", key.replace('\n', "\r\n")),
        (1, "error: type-false: the text before the base64 is not the key's type; azure-cli (and sshd)", {
            rsa.replacen("ssh-rsa", "rsa-sha2-512", 1)
        }),
        (1, "error: type-missing: the type is missing before the base64; Azure refuses it", {
            key.replacen("ssh-ed25519 ", "", 1)
        }),
        (1, "error: options: options precede the key; azure-cli crashes on them", format!("no-pty {key}")),
        (
            1,
            "error: host-names: host names or other words precede the key; azure-cli crashes",
            format!("vm.example {key}"),
        ),
        (1, "error: rfc-4716: the key is in RFC 4716 format; Azure refuses it (keyData is invalid)", rfc4716),
        (1, "error: pem: the key is in PEM; azure-cli crashes on it, VMAccess takes it for an X.509", spki),
        (1, "error: trailing-data: there is more data after the key; Terraform (and sshd) refuses", trailing),
    ] {
        let outcome = sample_keys().run_with::<&str>("keycheck", [], &text);
        assert!(outcome.stdout.contains(words), "{words}: {outcome:?}");
        assert_eq!(outcome.status, Some(status), "{words}: {outcome:?}");
    }
    // This is reported for a file to upload, but not for a list.
    let two = format!("{key}{rsa}");
    assert!(!sample_keys().run_with::<&str>("keycheck", [], &two).good().contains("several-keys"));
    let gated = sample_keys().run_with("keycheck", ["--public-only"], &two).good();
    let words =
        "\n(stdin):2: warning: several-keys: this is the second key in the file; waagent keeps the last one only\n";
    assert!(gated.contains(words), "{gated}");
    assert_eq!(sample_keys().run_with("keycheck", ["--public-only", "--strict"], &two).status, Some(1));
}

#[test]
fn text_around_a_public_key_that_may_hide_a_private_key_is_refused() {
    needs!(SSH_KEYGEN);
    let public = sample_keys().read("ed25519.pub");
    let private = sample_keys().read("ed25519");
    let base64: String = private.lines().filter(|line| !line.starts_with('-')).collect();
    for (gate, text) in [
        (&["--public-only"][..], format!("{} {base64}\n", public.trim_end())),
        (&[], format!("{} {base64}\n", public.trim_end())),
        (&["--for", "openssh"], format!("command=\"{}\" {public}", private.replace('\n', "|"))),
        (&["--public-only"], format!("#{base64}\n{public}")),
    ] {
        for mode in [&[][..], &["--rewrite"], &["--filter"]] {
            let outcome = sample_keys().run_with("keycheck", [gate, mode].concat(), &text);
            let said = [outcome.stdout.as_str(), &outcome.stderr].concat();
            assert_eq!(outcome.status, Some(1), "{text}: {outcome:?}");
            assert!(said.contains("a private key") && !said.contains("b3BlbnNz"), "{outcome:?}");
        }
    }
}

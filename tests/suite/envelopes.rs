//! Tests keys in envelopes, as they are pasted, exported and uploaded: the key is the same, the findings name the
//! envelopes, and in none of them does a private key pass the gate or a damaged key get through.

use std::fmt::Write as _;

use common::error::ExitStatus;
use serde_json::Value;
use support::{cases, needs};

use crate::encodings::{BASE64, encode};
use crate::in_process::run;
use crate::key_fixtures::sample_keys;
use crate::properties::random;

/// An envelope: a part of its finding's message, the texts it can contain, and the function that puts it around a text.
type Envelope = (&'static str, Takes, fn(&str) -> String);

/// The texts that an envelope can contain. One that needs an unchanged block or line comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Block,
    Line,
    Any,
}

fn lines(text: &str, write: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| write(line) + "\n").collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            byte => write!(encoded, "%{byte:02X}").unwrap(),
        }
        encoded
    })
}

fn html(text: &str) -> String {
    let pairs = [("&", "&amp;"), ("<", "&lt;"), ("\"", "&quot;"), ("'", "&#39;"), ("/", "&#x2F;"), ("+", "&#43;")];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (character, entity)| text.replace(character, entity))
        .replace('=', "&#61;")
}

fn quoted_printable(text: &str) -> String {
    let mut encoded = String::new();
    for line in text.lines() {
        let line = line.replace('=', "=3D");
        let mut rest = line.as_str();
        while rest.len() > 75 {
            // An escape stays whole.
            let ends_well = |at: &usize| rest.is_char_boundary(*at) && !rest.as_bytes()[at - 2..*at].contains(&b'=');
            let at = (71..=75).rev().find(ends_well).unwrap();
            encoded += &rest[..at];
            encoded += "=\n";
            rest = &rest[at..];
        }
        encoded += rest;
        encoded.push('\n');
    }
    encoded
}

fn base64(text: &str) -> String {
    let digits = encode(text.as_bytes(), BASE64);
    let padding = "=".repeat(digits.len().next_multiple_of(4) - digits.len());
    digits + &padding
}

fn wrapped(text: &str, width: usize) -> String {
    text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap().to_owned() + "\n").collect()
}

const ENVELOPES: [Envelope; 21] = [
    ("newlines of the block were lost", Takes::Block, |text| text.replace('\n', "")),
    ("newlines of the block were lost", Takes::Block, |text| text.replace('\n', " ")),
    ("a user name", Takes::Line, |text| format!("alice:{text}")),
    ("base64url", Takes::Line, |text| {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words[1] = words[1].replace('+', "-").replace('/', "_");
        words.join(" ")
    }),
    ("carriage returns alone", Takes::Block, |text| text.replace('\n', "\r")),
    ("precedes the key", Takes::Any, |text| format!("export KEY={text}")),
    ("precedes the key", Takes::Block, |text| format!("key: |\n{}", lines(text, |line| format!("  {line}")))),
    ("quotes", Takes::Any, |text| format!("\"{}\"\n", text.trim_end())),
    ("quotes", Takes::Any, |text| format!("'{}'", text.trim_end())),
    ("\\n", Takes::Block, |text| text.replace('\n', "\\n")),
    ("\\n", Takes::Block, |text| text.replace('\n', "\\r\\n")),
    ("Markdown", Takes::Block, |text| format!("```\n{}\n```\n", text.trim_end())),
    ("Markdown", Takes::Block, |text| format!("~~~ text\n{}\n~~~\n", text.trim_end())),
    ("quotation mark or a number", Takes::Any, |text| lines(text, |line| format!("> {line}"))),
    ("quotation mark or a number", Takes::Block, |text| lines(text, |line| format!("  12  {line}"))),
    ("percent-encoded", Takes::Any, percent),
    ("HTML", Takes::Any, html),
    ("quoted-printable", Takes::Any, quoted_printable),
    ("terminal control sequences", Takes::Any, |text| {
        lines(text, |line| format!("\u{1b}[01;31m\u{1b}[K{line}\u{1b}[m"))
    }),
    ("base64 as a whole", Takes::Any, |text| base64(text)),
    ("base64 as a whole", Takes::Any, |text| wrapped(&base64(text), 76)),
];

/// Parts of the messages about text around a key that does not change the key's text.
const AROUND: [&str; 6] = [
    "precedes the key",
    "a user name",
    "quotes",
    "Markdown",
    "quotation mark or a number",
    "terminal control sequences",
];

/// Keys as they are in their files.
fn keys() -> Vec<(String, String)> {
    let names = ["ed25519.pub", "rsa2048.pub", "ecdsa256.pub", "ed25519", "ecdsa384", "rsa2048"];
    names.iter().map(|name| ((*name).to_owned(), sample_keys().read(name))).collect()
}

/// The fingerprint of a key.
fn fingerprint(name: &str) -> String {
    sample_keys().run("pubfp", ["-o", name]).good()
}

/// Puts up to `most` envelopes of different kinds around a key. Returns the text and parts of their findings' messages.
fn enveloped(
    name: &str,
    text: &str,
    most: usize,
    random: &mut impl FnMut(usize) -> usize,
) -> (String, Vec<&'static str>) {
    let mut text = text.to_owned();
    let mut names: Vec<&'static str> = Vec::new();
    while names.len() < most {
        let (words, takes, put) = ENVELOPES[random(ENVELOPES.len())];
        let fits = match takes {
            Takes::Any => true,
            Takes::Block => names.is_empty() && !name.ends_with(".pub"),
            Takes::Line => names.is_empty() && name.ends_with(".pub"),
        };
        // Quotes and names go around a key, not around a text with a fence or with a marker on each of its lines.
        let has_lines = names.contains(&"Markdown") || names.contains(&"quotation mark or a number");
        let fits =
            fits && !(has_lines && ["quotes", "precedes the key", "terminal control sequences"].contains(&words));
        if fits && !names.contains(&words) {
            let before = text;
            text = put(&before);
            // Not counted if nothing in this key needed the encoding.
            if text.trim_end() != before.trim_end() {
                names.push(words);
            }
        }
    }
    (text, names)
}

/// The messages of the findings that name the key's envelopes.
fn messages(text: &str) -> (ExitStatus, Vec<String>) {
    let (status, output, _) = run::<keycheck::Args>(["--json"], text.as_bytes());
    let mut messages = Vec::new();
    for object in output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        for finding in object["findings"].as_array().into_iter().flatten() {
            let of_text = ["encoded", "newlines-lost", "among-other-text", "user-name"];
            if of_text.contains(&finding["check"].as_str().unwrap()) {
                messages.push(finding["message"].as_str().unwrap().to_owned());
            }
        }
    }
    (status, messages)
}

#[test]
fn a_key_in_any_envelopes_up_to_three_is_the_same_key_and_each_is_named() {
    needs!(SSH_KEYGEN);
    let mut random = random(22);
    for (name, text) in keys() {
        let expected = fingerprint(&name);
        for depth in [1, 2, 3] {
            for _ in 0..40 {
                let (text, envelopes) = enveloped(&name, &text, depth, &mut random);
                let (status, output, errors) = run::<pubfp::Args>(["-o"], text.as_bytes());
                assert_eq!(
                    (status, output),
                    (ExitStatus::Yes, expected.clone()),
                    "{name} {envelopes:?}: {errors}\n{text}"
                );
                let (status, messages) = messages(&text);
                assert_eq!(status, ExitStatus::No, "{name} {envelopes:?}\n{text}");
                let says = |words: &str| messages.iter().any(|message| message.contains(words));
                // The reader may see two envelopes as one: `KEY=alice:ssh-rsa` has one name before the key, and strings
                // in quotes have escapes. Everything around a block whose newlines were lost is removed.
                let is_around = |words: &str| AROUND.iter().any(|around| words.contains(around));
                let is_part = |words: &str| match words {
                    "\\n" => says("quotes"),
                    "carriage returns alone" => says("newlines"),
                    words => {
                        is_around(words) && (messages.iter().any(|message| is_around(message)) || says("newlines"))
                    }
                };
                let named = |words: &&str| says(words) || is_part(words);
                assert!(envelopes.iter().all(named), "{name} {envelopes:?}: {messages:?}\n{text}");
                assert!(messages.len() <= envelopes.len(), "{name} {envelopes:?}: {messages:?}\n{text}");
            }
        }
    }
}

/// keygen opens the same private key in an envelope, and the file does not count as one that ssh loads.
#[test]
fn keygen_opens_a_private_key_in_any_envelope() {
    needs!(SSH_KEYGEN);
    let mut random = random(23);
    for (name, text) in keys().into_iter().filter(|(name, _)| !name.ends_with(".pub")) {
        let public = sample_keys().run("keygen", ["-y", "-f", &name]).good();
        for _ in 0..8 {
            let (text, envelopes) = enveloped(&name, &text, 1, &mut random);
            let file = sample_keys().write("enveloped", &text);
            let file = file.to_str().unwrap();
            assert_eq!(sample_keys().run("keygen", ["-y", "-f", file]).good(), public, "{envelopes:?}\n{text}");
            // A file that holds more than the key is not overwritten.
            let outcome = sample_keys().run("keygen", ["-p", "-N", "", "-f", file]);
            if outcome.status == Some(0) {
                assert!(outcome.stdout.contains("Repaired in the file: "), "{envelopes:?}: {outcome:?}");
                let key = sample_keys().run("ssh-keygen", ["-y", "-f", file]).good();
                assert!(public.starts_with(key.trim_end()), "{envelopes:?}: {key}");
            } else {
                assert!(outcome.stderr.contains("holds more than this key"), "{envelopes:?}: {outcome:?}");
                assert_eq!(sample_keys().read("enveloped"), text);
            }
        }
    }
}

/// No envelope turns a text into a key that strict reading refuses.
#[test]
fn a_fence_around_public_keys_is_a_finding_and_what_stands_elsewhere_is_named() {
    needs!(SSH_KEYGEN);
    let (one, other) = (sample_keys().read("ed25519.pub"), sample_keys().read("rsa2048.pub"));
    for fence in ["```", "~~~", "```text"] {
        let text = format!("{fence}\n{one}{other}{}\n", &fence[..3]);
        let (status, shown, errors) = run::<pubfp::Args>(["-o"], text.as_bytes());
        assert_eq!((status, shown.lines().count(), errors.as_str()), (ExitStatus::Yes, 2, ""), "{text}");
        let (status, found) = messages(&text);
        assert!(status == ExitStatus::No && found.len() == 2 && found[0].contains("Markdown"), "{found:?}");
        let (status, ..) = run::<keycheck::Args>(["--public-only"], text.as_bytes());
        assert_eq!(status, ExitStatus::No);
    }
    let (status, _, errors) = run::<pubfp::Args>(["-o"], b"```\n```\n");
    assert!(status == ExitStatus::No && errors.contains("no key"), "{errors}");
    let (_, _, errors) = run::<pubfp::Args>(["-o"], format!("the key is {one}").as_bytes());
    assert!(errors.contains(":1: this line has a key among other words"), "{errors}");
}

/// If a text has several keys, each in its own envelope, each key is shown or its line is reported.
#[test]
fn no_key_next_to_another_is_lost_silently() {
    needs!(SSH_KEYGEN);
    let mut random = random(26);
    let ways: [fn(&str) -> String; 14] = [
        |key| format!("alice: {key}"),
        |key| format!("bob: my key is {key}"),
        |key| format!("- Carol: `{key}`"),
        |key| format!("| dave | {key} |"),
        |key| format!("> {key}"),
        |key| format!("+    key: {key}"),
        |key| format!("<li>{key}</li>"),
        |key| format!("<li>Eve: {key}</li>"),
        |key| format!("username a sshkey {key}"),
        |key| format!("sshPublicKey:: {}", encode(key.as_bytes(), BASE64)),
        |key| format!("frank;{key}"),
        |key| format!("KEY='{key}'"),
        |key| format!("Grace ({key})"),
        |key| format!("heidi key {key}"),
    ];
    let keys = ["ed25519.pub", "rsa2048.pub", "ecdsa256.pub"].map(|name| (fingerprint(name), sample_keys().read(name)));
    for round in 0..cases::share(2000) {
        let count = 2 + random(2);
        let mut text = String::new();
        for (_, key) in keys.iter().take(count) {
            text += &ways[random(ways.len())](key.trim_end());
            text += ["\n", "\n\n", "\nhello\n"][random(3)];
        }
        // The same text is a JSON string in every other round.
        let text = if round % 2 == 0 { text } else { serde_json::json!({"body": text}).to_string() };
        let (status, shown, errors) = run::<pubfp::Args>(["-o"], text.as_bytes());
        let lost = keys.iter().take(count).filter(|(fingerprint, _)| !shown.contains(fingerprint.trim_end())).count();
        assert!(lost == 0 || status == ExitStatus::No && !errors.is_empty(), "{text}\n{shown}{errors}");
    }
}

/// Base64 over several lines, or twice, in a document, a mail or a command, and between BEGIN and END lines.
#[test]
fn base64_of_a_key_is_read_in_a_part_of_a_text() {
    needs!(SSH_KEYGEN);
    let indented = |text: &str| lines(text, |line| format!("    {line}"));
    for (name, text) in keys() {
        let whole = base64(&text);
        let width = |width: usize| wrapped(&whole, width);
        for text in [
            format!("kind: Secret\ndata:\n  key: |\n{}  user: Z2l0\n", indented(&width(76))),
            format!("kind: Secret\ndata:\n  key: >-\n{}", indented(&width(64))),
            format!("kind: Secret\ndata:\n  key: {}\n", base64(&whole)),
            format!("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{}\n--\nMe\n", width(76)),
            format!("echo {whole} | base64 -d > key\n"),
            text.replace('-', "\\-").replace('+', "\\+").replace('=', "\\="),
            format!("-----BEGIN CERTIFICATE-----\r\n{}-----END CERTIFICATE-----\r\n", width(64).replace('\n', "\r\n")),
            format!("-----BEGIN RSA PRIVATE KEY-----\n{}-----END RSA PRIVATE KEY-----\n", width(64)),
        ] {
            let (_, output, errors) = run::<pubfp::Args>(["-o"], text.as_bytes());
            assert_eq!(output, fingerprint(&name), "{name}: {errors}\n{text}");
            let (status, ..) = run::<keycheck::Args>(["--public-only"], text.as_bytes());
            assert_eq!(status, ExitStatus::No, "{text}");
        }
        // A file that holds more than the key is not overwritten.
        if !name.ends_with(".pub") {
            for text in [
                format!("kind: Secret\ndata:\n  key: {whole}\n"),
                format!("kind: Secret\ndata:\n  key: |\n{}  user: Z2l0\n", indented(&width(76))),
                format!("echo {whole} | base64 -d > key\n"),
            ] {
                let file = sample_keys().write("document", &text);
                let message = sample_keys().run("keygen", ["-p", "-N", "", "-f", file.to_str().unwrap()]).fails(2);
                assert!(
                    message.contains("holds more than this key") && sample_keys().read("document") == text,
                    "{message}"
                );
            }
        }
        let (status, _, errors) = run::<pubfp::Args>(["-o"], &whole.as_bytes()[..80]);
        assert!(status == ExitStatus::No && errors.contains("cut short or damaged"), "{errors}");
    }
}

/// The END line of one block is joined with the BEGIN line of the next.
#[test]
fn blocks_that_are_glued_together_are_read() {
    needs!(SSH_KEYGEN);
    for (one, other) in [("ed25519", "rsa2048"), ("rsa2048", "rsa2048"), ("ecdsa384", "ed25519")] {
        let text = format!("{}{}", sample_keys().read(one).trim_end(), sample_keys().read(other));
        let (_, output, errors) = run::<pubfp::Args>(["-o"], text.as_bytes());
        assert_eq!(output, fingerprint(one) + &fingerprint(other), "{errors}");
        let (status, ..) = run::<keycheck::Args>(["--public-only"], text.as_bytes());
        assert_eq!(status, ExitStatus::No);
    }
}

#[test]
fn a_damaged_key_is_refused_in_any_envelope() {
    needs!(SSH_KEYGEN);
    let mut random = random(24);
    for (name, text) in keys() {
        for _ in 0..40 {
            let base64 = text.find("AAAA").map_or(80, |at| at + 30);
            let at = base64 + random(20);
            let damage: [fn(&str, usize) -> String; 4] = [
                |text, at| format!("{}{}", &text[..at], &text[at + 1..]),
                |text, at| format!("{}*{}", &text[..at], &text[at..]),
                |text, at| format!("{}=={}", &text[..at], &text[at + 2..]),
                |text, at| format!("{}\u{e4}{}", &text[..at], &text[at + 1..]),
            ];
            let damaged = damage[random(damage.len())](&text, at);
            let (status, output, _) = run::<pubfp::Args>(["-o"], damaged.as_bytes());
            assert_eq!((status, output.as_str()), (ExitStatus::No, ""), "{name}: {damaged}");
            let depth = 1 + random(2);
            let (enveloped, envelopes) = enveloped(&name, &damaged, depth, &mut random);
            let (status, output, _) = run::<pubfp::Args>(["-o"], enveloped.as_bytes());
            assert_eq!((status, output.as_str()), (ExitStatus::No, ""), "{name} {envelopes:?}: {enveloped}");
        }
    }
}

/// A line that a diff removes, and the old value of a plan, are no longer in the file.
#[test]
fn what_a_diff_removes_is_named_and_not_given_out() {
    needs!(SSH_KEYGEN);
    let [old, new] = ["ed25519.pub", "rsa2048.pub"].map(|name| sample_keys().read(name).trim_end().to_owned());
    for (text, removed) in [
        (format!("-{old}\n+{new}\n"), "1: this line is removed by a diff"),
        (format!("--- a/k\n+++ b/k\n@@ -1 +1 @@\n-{old}\n+{new}\n"), "4: this line is removed by a diff"),
        (format!("-no-pty {old}\n {new}\n"), "1: this line is removed by a diff"),
        (format!("  ~ public_key = \"{old}\" -> \"{new}\" # forces replacement\n"), "1: a plan replaces this key"),
    ] {
        let (status, stdout, stderr) = run::<keycheck::Args>(["-q", "--rewrite"], text.as_bytes());
        assert_eq!((status, stdout), (ExitStatus::No, format!("{new}\n")), "{text}");
        assert!(stderr.contains(removed), "{text}: {stderr}");
    }
    // A list's hyphen is followed by a space.
    let (_, stdout, _) = run::<keycheck::Args>(["-q", "--rewrite"], format!("- {old}\n").as_bytes());
    assert_eq!(stdout, format!("{old}\n"));
}

/// Text that followed a key in source code, on a page or in a terminal is not part of its comment.
#[test]
fn rewrite_drops_quotes_and_brackets_after_the_key() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("rsa2048.pub").rsplit_once(' ').unwrap().0.to_owned() + " me@laptop";
    let (head, tail) = key.split_at(100);
    for text in [
        format!("KEY={key}\\n"),
        format!("b'{key}\\n'"),
        format!("\"{{\\\"key\\\": \\\"{key}\\\"}}\""),
        format!("({key})"),
        format!("**{key}**"),
        format!("{key}$"),
        format!("{key}^M$"),
        format!("<{key}>"),
        format!("\u{201e}{key}\u{201c}"),
        format!("const k = \"{head}\" +\n  \"{tail}\";"),
        format!("$k = '{head}' .\n  '{tail}';"),
        format!("{head} \\\n{} \\\nme@laptop", tail.strip_suffix(" me@laptop").unwrap()),
        format!("\u{2502}{head}\u{2502}\n\u{2502}{tail}  \u{2502}"),
        format!("name;key\nme;{key}"),
        format!("bob,bob@example.com,{key}"),
        format!("1. {key}"),
        format!("\u{2022} {key}"),
    ] {
        let (_, stdout, stderr) = run::<keycheck::Args>(["-q", "--rewrite"], format!("{text}\n").as_bytes());
        assert_eq!(stdout, format!("{key}\n"), "{text}: {stderr}");
    }
}

/// If the damage is visible, the message names it.
#[test]
fn damage_that_can_be_seen_is_named() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub").rsplit_once(' ').unwrap().0.to_owned();
    for (text, words) in [
        (format!("{key}$"), "`$` follows the key, as `cat -A` prints at the end of each line"),
        (format!("{key};"), "`;` directly follows the key"),
        (key.replacen("AAAA", "\u{410}AAA", 1), "the key holds U+0410, which base64 does not have, in column 13"),
        (key.replacen("NTE5", "NTE5<wbr>", 1), "the key contains an HTML tag"),
        (format!("/home/me/.ssh/authorized_keys:3:{key}"), "a file name precedes the type"),
        (format!("Hi\n> {key}\nBob"), "the type is preceded by `>`"),
        ("ssh-rsa XXXXXXXXXXXX me".to_owned(), "a placeholder follows the type"),
        ("ssh-rsa REDACTED me".to_owned(), "a placeholder follows the type"),
        ("ssh-rsa ... me".to_owned(), "the key was shortened"),
        ("ssh-rsa AAAAB3NzaC1yc2E\u{2026} me".to_owned(), "the key was shortened"),
        ("404 page not found".to_owned(), "an error message of another program"),
        ("(InvalidParameter) keyData is invalid.".to_owned(), "Azure's error message for a key that it refused"),
        ("public_key = file(\"~/.ssh/id_rsa.pub\")".to_owned(), "a Terraform function that reads a file"),
    ] {
        let (status, _, stderr) = run::<keycheck::Args>(["-q"], format!("{text}\n").as_bytes());
        assert_eq!(status, ExitStatus::No, "{text}");
        assert!(stderr.contains(words), "{text}: {stderr}");
    }
}

#[test]
fn nothing_in_an_envelope_passes_the_gate() {
    needs!(SSH_KEYGEN);
    let mut random = random(25);
    for (name, text) in keys() {
        for _ in 0..cases::share(40) {
            let depth = 1 + random(3);
            let (text, envelopes) = enveloped(&name, &text, depth, &mut random);
            for consumer in ["azure", "openssh", "github", "aws", "gcp"] {
                for gate in ["--public-only", "--filter"] {
                    let (status, output, errors) = run::<keycheck::Args>([gate, "--for", consumer], text.as_bytes());
                    assert_ne!(status, ExitStatus::Yes, "{name} {envelopes:?}: {output}{errors}\n{text}");
                    assert!(gate == "--public-only" || output.is_empty(), "{output}");
                }
            }
        }
    }
}

/// If sshd reads a key in a line, no other key in that line is shown, whatever joins them.
#[test]
fn a_second_key_in_a_line_is_a_finding_and_is_neither_shown_nor_printed() {
    needs!(SSH_KEYGEN);
    let (first, second) = (sample_keys().read("rsa2048.pub"), sample_keys().read("ed25519.pub"));
    let key = first.rsplit_once(' ').unwrap().0;
    let other = second.split(' ').nth(1).unwrap();
    for join in [" ", " me@laptop", ",", " me\\n", " me\r", " me\\r\\n", "\t", " me;"] {
        let text = format!("{key}{join}{second}");
        let (status, output, errors) = run::<keycheck::Args>(["--public-only"], text.as_bytes());
        assert_eq!(status, ExitStatus::No, "{join:?}");
        assert!((output.clone() + &errors).contains("another key"), "{join:?}: {output}{errors}");
        let (status, rewritten, errors) = run::<keycheck::Args>(["--rewrite"], text.as_bytes());
        assert!(status == ExitStatus::No && !rewritten.contains(other), "{join:?}: {rewritten}{errors}");
        let (_, shown, _) = run::<pubfp::Args>(["-o"], text.as_bytes());
        assert!(!shown.contains(&fingerprint("ed25519.pub")), "{join:?}: {shown}");
    }
}

/// Texts that people save or paste instead of a key are reported once, with a remedy.
#[test]
fn texts_without_a_key_are_reported_once_with_a_remedy() {
    needs!(SSH_KEYGEN);
    let (public, private) = (sample_keys().read("ed25519.pub"), sample_keys().read("ed25519"));
    let body: String =
        private.lines().filter(|line| !line.starts_with('-')).map(|line| line.to_owned() + "\n").collect();
    let rfc4716 = sample_keys().run("ssh-keygen", ["-e", "-f", "ed25519.pub"]).good();
    let ppk = sample_keys().shell("cp ed25519 ppk && keygen -q -p -m PPK -N '' -f ppk && cat ppk && rm ppk").good();
    let one_a_line: String = public.trim_end().chars().map(|letter| format!("{letter}\n")).collect();
    for (text, words) in [
        (public.replacen(' ', "\u{a0}", 1), "U+00A0"),
        (format!("\u{200b}{public}"), "U+200B"),
        (public.replacen("AAAA", "AAAA\u{200d}", 1), "U+200D"),
        (private.replacen('\n', "\n\u{200b}", 1), "U+200B"),
        (private.replacen('\n', "\n\u{ad}", 3), "U+00AD"),
        (private.replace("-----", "\u{2014}\u{2014}-"), "dashes"),
        (private.replacen("-----", "----", 1), "dashes"),
        (private.replace("-----END", "--END"), "dashes"),
        (private.replace("-----", "-- --"), "dashes"),
        (body.clone(), "BEGIN"),
        (body.replace('\n', ""), "BEGIN"),
        (format!("SSH_KEY={}\n", body.replace('\n', "")), "BEGIN"),
        (format!("ssh_key: |\n{}", lines(&body, |line| format!("  {line}"))), "BEGIN"),
        (format!("\"{}\"\n", body.replace('\n', "\\n")), "BEGIN"),
        (format!("{{\"key\": \"{}\"}}\n", body.replace('\n', "")), "BEGIN"),
        (body.replace('\n', "%0A"), "BEGIN"),
        (format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{body}"), "BEGIN"),
        (
            private.replace('\n', " ").replacen("-----BEGIN OPENSSH PRIVATE KEY----- ", "", 1),
            "the BEGIN line is missing",
        ),
        (private.replace('\n', " ").replace("-----END OPENSSH PRIVATE KEY-----", ""), "the END line is missing"),
        (private.replace('\n', "\u{a0}\n"), "U+00A0"),
        (lines(&private, |line| format!("\u{a0}{line}")), "U+00A0"),
        (private.replacen(&body, "", 1), "nothing between"),
        (private.replacen(&body, "[snip]\n", 1), "shortened or redacted"),
        (private.replacen(body.lines().nth(1).unwrap(), "...", 1), "shortened or redacted"),
        (private.replacen(body.lines().nth(1).unwrap(), "", 1), "not valid base64"),
        (public.replacen("ssh-ed25519", "ssh\u{2011}ed25519", 1), "U+2011"),
        (rfc4716.replacen("---- BEGIN", "--- BEGIN", 1), "dashes"),
        (rfc4716.replace(' ', "\u{a0}"), "U+00A0"),
        (ppk.split_once('\n').unwrap().1.to_owned(), "the first line of this PPK file"),
        (ppk.replacen("PuT", "", 1), "the first line of this PPK file"),
        (ppk.replace('-', "\u{2013}"), "U+2013"),
        ("{\n  \"key\": {\n    \"kty\": \"RSA\",\n    \"n\": \"xs-y\"\n  }\n}\n".to_owned(), "JWK"),
        (one_a_line, "one character"),
        (public.replacen("ssh-ed25519", "ssh-ed25519 ssh-ed25519", 1), "the type is repeated"),
        (public.replacen("ssh-ed25519", "ssh_ed25519", 1), "not a key type"),
        (public.replacen("ssh-ed25519", "id_ed25519", 1), "not a key type"),
        (format!("{}...{}", &public[..40], &public[60..]), "shortened"),
        (format!("{}\u{2026}\n", &public[..40]), "shortened"),
    ] {
        for arguments in [&[][..], &["--public-only"]] {
            let (status, output, errors) = run::<keycheck::Args>(arguments, text.as_bytes());
            let all = output + &errors;
            assert_eq!(status, ExitStatus::No, "{words}: {all}\n{text}");
            // The gate has its own message for each line of JSON.
            let is_short = all.lines().count() <= 3 || (text.starts_with('{') && !arguments.is_empty());
            assert!(all.contains(words) && all.contains("hint: ") && is_short, "{words}: {all}\n{text}");
            assert!(!all.contains(&body[..30]) && !all.contains(&public[20..50]), "{all}");
        }
    }
}

/// A private key's block in a string of a script or of source code, whose first line begins with other text.
#[test]
fn a_private_key_in_a_script_is_the_same_key_and_does_not_pass() {
    needs!(SSH_KEYGEN);
    for (name, text) in keys().into_iter().filter(|(name, _)| !name.ends_with(".pub")) {
        let block = text.trim_end();
        let public = sample_keys().run("keygen", ["-y", "-f", &name]).good();
        let ppk = format!("cp {name} ppk && keygen -q -p -m PPK -N '' -f ppk && cat ppk && rm ppk");
        let ppk = sample_keys().shell(&ppk).good();
        for script in [
            format!("echo \"{block}\" > id_rsa\n"),
            format!("printf '%s\\n' '{block}' > ~/.ssh/id\n"),
            format!("gh secret set SSH_KEY --body \"{block}\"\n"),
            format!("ssh-add - <<< \"{block}\"\n"),
            format!("set -gx K \"{block}\n\"\n"),
            format!("let key = `{block}`\n"),
            format!("{{ privateKey: `{block}`, }}\n"),
            format!("var key = []byte(`{block}`)\n"),
            format!("const KEY: &str = \"{block}\";\nfn main() {{}}\n"),
            format!("var key = @\"{block}\";\n"),
            format!("key=({block}  )\n"),
            format!("<k><![CDATA[{block}]]></k>\n"),
            format!("KEY=\u{201c}{block}\u{201d}\n"),
            format!("PPK='{}'\n", ppk.trim_end()),
        ] {
            let (status, output, errors) = run::<pubfp::Args>(["-o"], script.as_bytes());
            assert_eq!((status, output), (ExitStatus::Yes, fingerprint(&name)), "{name}: {errors}\n{script}");
            let (status, output, errors) = run::<keycheck::Args>([""; 0], script.as_bytes());
            assert!(status == ExitStatus::No && output.contains("precedes the key"), "{output}{errors}\n{script}");
            let (status, output, _) = run::<keycheck::Args>(["--public-only"], script.as_bytes());
            assert!(status == ExitStatus::No && output.contains("error: private-key: "), "{output}\n{script}");
            let file = sample_keys().write("script", &script);
            let file = file.to_str().unwrap();
            assert_eq!(sample_keys().run("keygen", ["-y", "-f", file]).good(), public, "{script}");
            let refused = sample_keys().run("keygen", ["-p", "-N", "", "-f", file]);
            assert!(refused.stderr.contains("holds more than this key"), "{refused:?}\n{script}");
        }
    }
}

/// A large binary file is reported in a few lines.
#[test]
fn a_large_binary_file_is_reported_in_at_most_ten_lines() {
    let mut random = random(26);
    let garbage: Vec<u8> = (0..4_000_000).map(|_| u8::try_from(random(256)).unwrap()).collect();
    for (tool, output) in [
        ("pubfp", crate::in_process::run_for_bytes::<pubfp::Args>([""; 0], &garbage)),
        ("keycheck", crate::in_process::run_for_bytes::<keycheck::Args>([""; 0], &garbage)),
    ] {
        let (status, stdout, stderr) = output;
        assert_ne!(status, ExitStatus::Yes);
        let lines = [stdout, stderr].concat().iter().filter(|byte| **byte == b'\n').count();
        assert!(lines <= 10, "{tool}: {lines}");
    }
}

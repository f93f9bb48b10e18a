//! Tests keycheck's verdicts.

use support::{Sandbox, needs};

use crate::key_fixtures::sample_keys;

#[test]
fn azure_takes_rsa_from_2048_bits_and_ed25519_and_nothing_else() {
    needs!(SSH_KEYGEN);
    for (key, finding) in [
        ("rsa1024.pub", Some("rsa-too-short: 1024 bits; Azure takes RSA of 2048 bits or more")),
        ("rsa2047.pub", Some("rsa-too-short: 2047 bits")),
        ("rsa2048.pub", None),
        ("rsa4096.pub", None),
        ("ed25519.pub", None),
        ("ecdsa256.pub", Some("type-refused: Azure takes no ECDSA keys")),
        ("ecdsa384.pub", Some("type-refused: Azure takes no ECDSA keys")),
        ("ecdsa521.pub", Some("type-refused: Azure takes no ECDSA keys")),
        ("dsa.pub", Some("type-refused: Azure takes no DSA keys")),
        (
            "sk-ed25519.pub",
            Some("type-refused: Azure takes no keys held by a security key (sk-ssh-ed25519@openssh.com)"),
        ),
        ("sk-ecdsa.pub", Some("type-refused: Azure takes no keys held by a security key (sk-ecdsa-sha2-nistp256@")),
        ("rsa2048-cert.pub", Some("type-refused: Azure takes no certificates (ssh-rsa-cert-v01@openssh.com)")),
        ("ed25519-cert.pub", Some("type-refused: Azure takes no certificates (ssh-ed25519-cert-v01@openssh.com)")),
    ] {
        let outcome = sample_keys().run("keycheck", [key]);
        let fingerprint = sample_keys().run("pubfp", ["-o", key]).good();
        let first = outcome.stdout.lines().next().unwrap();
        assert!(first.contains(fingerprint.trim_end()), "{first}");
        match finding {
            None => {
                assert!(first.starts_with(&format!("{key}:1: ok: ")), "{first}");
                assert_eq!((outcome.status, outcome.stdout.lines().count()), (Some(0), 1), "{outcome:?}");
            }
            Some(finding) => {
                assert!(first.starts_with(&format!("{key}:1: fail: ")), "{first}");
                assert!(outcome.stdout.contains(&format!("\n{key}:1: error: {finding}")), "{outcome:?}");
                assert_eq!(outcome.status, Some(1));
            }
        }
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn a_private_key_passes_as_a_key_but_never_where_only_public_ones_may() {
    needs!(SSH_KEYGEN);
    let judged = sample_keys().run("keycheck", ["ed25519"]);
    assert!(judged.stdout.contains("ed25519:1: warning: unencrypted: "), "{judged:?}");
    assert_eq!(judged.status, Some(0));
    assert_eq!(sample_keys().run("keycheck", ["--strict", "ed25519"]).status, Some(1));
    let gated = sample_keys().run("keycheck", ["--public-only", "ed25519"]);
    assert!(gated.stdout.contains("ed25519:1: error: private-key: "), "{gated:?}");
    assert_eq!(gated.status, Some(1));
    assert_eq!(sample_keys().run("keycheck", ["--public-only", "ed25519.pub"]).status, Some(0));
}

/// The gate refuses a private key in any format, whether or not it can be read.
#[test]
fn no_form_of_a_private_key_passes_the_gate() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t ed25519 -N secret -f openssh-encrypted
             ssh-keygen -q -t rsa -b 2048 -m PEM -N secret -f pem-encrypted
             ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f pem
             ssh-keygen -q -t ecdsa -m PEM -N '' -f sec1
             openssl genpkey -quiet -algorithm ed25519 -out pkcs8
             openssl pkcs8 -topk8 -in pem -passout pass:secret -out pkcs8-encrypted
             rm -f *.pub",
        )
        .good();
    assert_eq!(sandbox.names().len(), 6);
    for name in sandbox.names() {
        let outcome = sandbox.run("keycheck", ["--public-only", &name]);
        assert_eq!(outcome.status, Some(1), "{name}: {outcome:?}");
    }
}

#[test]
fn a_private_key_in_a_comment_does_not_pass_the_gate() {
    needs!(SSH_KEYGEN);
    let public = sample_keys().read("ed25519.pub");
    let private = sample_keys().read("ed25519");
    let commented = format!("# {}\n{public}", private.trim_end().replace('\n', "\n# "));
    let pasted = format!("{} {}", public.trim_end(), private.replace('\n', ""));
    for text in [commented, pasted] {
        let outcome = sample_keys().run_with("keycheck", ["--public-only"], &text);
        assert!(outcome.stderr.contains("(stdin):1: a private key in a comment"), "{outcome:?}");
        assert!(!outcome.stdout.contains("PRIVATE"), "{outcome:?}");
        assert_eq!(outcome.status, Some(1));
    }
}

/// ssh-keygen and Terraform refuse it, too; an incomplete selection leaves such a key.
#[test]
fn a_key_that_lost_its_last_characters_is_reported() {
    needs!(SSH_KEYGEN);
    let line = sample_keys().read("rsa4096.pub").replace('=', "");
    let words = sample_keys().run_with::<&str>("keycheck", [], &line).fails(1);
    assert!(words.contains("(stdin):1: too few = signs at the end of the key: 0 where 2 should be"), "{words}");
    let (key, comment) = line.rsplit_once(' ').unwrap();
    let words = sample_keys().run_with::<&str>("keycheck", [], format!("{} {comment}", &key[..key.len() - 1])).fails(1);
    assert!(words.contains("(stdin):1: the key is not valid base64"), "{words}");
}

#[test]
fn one_bad_key_among_good_ones_decides_the_exit_status_and_quiet_prints_only_it() {
    needs!(SSH_KEYGEN);
    let outcome = sample_keys().run("keycheck", ["-q", "rsa2048.pub", "ecdsa256.pub", "ed25519.pub"]);
    assert_eq!(outcome.status, Some(1));
    assert!(outcome.stdout.lines().all(|line| line.starts_with("ecdsa256.pub:1: ")), "{outcome:?}");
    assert_eq!(sample_keys().run("keycheck", ["rsa2048.pub", "missing"]).status, Some(2));
}

#[test]
fn json_names_the_findings_and_what_could_not_be_judged() {
    needs!(SSH_KEYGEN);
    let outcome = sample_keys().run_with("keycheck", ["--json", "rsa1024.pub", "-"], "junk\n");
    let objects: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[0]["verdict"], "fail");
    assert_eq!(objects[0]["findings"][0]["check"], "rsa-too-short");
    assert_eq!(objects[1]["file"], "(stdin)");
    assert_eq!(objects[1]["error"], "no key in this line");
}

/// Google's agent removes a line whose time has passed or is missing.
#[test]
fn a_line_of_google_ssh_passes_for_gcp_up_to_its_time() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("rsa2048.pub").rsplit_once(' ').unwrap().0.to_owned();
    for (comment, why) in [
        (
            "google-ssh {\"userName\":\"me@x.com\",\"expireOn\":\"2020-01-01T00:00:00+0000\"}",
            "the key expired at 2020-01-01",
        ),
        ("google-ssh", "no JSON with expireOn follows google-ssh"),
        ("google-ssh {\"userName\":\"me\"}", "no JSON with expireOn follows google-ssh"),
        ("google-ssh {\"userName\":\"me\",\"expireOn\":\"soon\"}", "expireOn is not a time"),
        ("google-ssh {\"userName\":\"me\",\"expireOn\":\"9999-01-01T00:00:00+0000\"}", ""),
        ("google-ssh-key of me", ""),
        ("me google-ssh", ""),
    ] {
        for user in ["", "me:"] {
            let check =
                |policy| sample_keys().run_with("keycheck", ["--for", policy], format!("{user}{key} {comment}\n"));
            let outcome = check("gcp");
            assert_eq!(outcome.status, Some(i32::from(!why.is_empty())), "{comment}: {outcome:?}");
            assert_eq!(outcome.stdout.contains(&format!("error: expired: {why}")), !why.is_empty(), "{outcome:?}");
            assert!(!check("azure").stdout.contains("expired"), "{comment}");
        }
    }
}

/// A key that only our tools read does not pass.
#[test]
fn a_key_that_is_not_written_as_its_consumers_want_it_does_not_pass() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = sample_keys().read("ed25519.pub");
    let (name, rest) = key.split_once(' ').unwrap();
    let utf16: Vec<u8> = format!("\u{feff}{key}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let _ = sample_keys().shell("ssh-keygen -e -m PKCS8 -f rsa2048.pub > rsa2048.spki").good();
    let spki = sample_keys().read("rsa2048.spki");
    for (check, text) in [
        ("byte-order-mark", format!("\u{feff}{key}").into_bytes()),
        ("utf-16", utf16),
        ("wrapped", format!("{name} {}\n{}", &rest[..40], &rest[40..]).into_bytes()),
        ("type-missing", rest.as_bytes().to_vec()),
        ("among-other-text", format!("'{}'\n", key.trim_end()).into_bytes()),
        ("among-other-text", format!("{{\"password\": \"x\", \"key\": \"{}\"}}\n", key.trim_end()).into_bytes()),
        ("among-other-text", format!("my password is x\n{spki}").into_bytes()),
    ] {
        sandbox.write("text", &text);
        for gate in [&["text"][..], &["--public-only", "text"]] {
            let outcome = sandbox.run("keycheck", gate);
            assert!(outcome.stdout.contains(&format!("error: {check}: ")), "{check}: {outcome:?}");
            assert_eq!(outcome.status, Some(1), "{check}: {outcome:?}");
        }
    }
    // A block that does not hold parameters is not skipped.
    sandbox.write("text", format!("-----BEGIN EC PARAMETERS-----\nc2VjcmV0\n-----END EC PARAMETERS-----\n{key}"));
    assert!(sandbox.run("keycheck", ["--public-only", "text"]).fails(1).contains("text:1: a block that holds no key"));
}

//! Compares pubfp with ssh-keygen -lf.

use std::fs;

use support::{Sandbox, needs};

use crate::encodings::{BASE64, encode};
use crate::key_fixtures::{NAMES, public_keys, sample_keys};

#[test]
fn every_type_of_key_prints_the_line_and_picture_of_ssh_keygen_in_every_hash() {
    needs!(SSH_KEYGEN);
    for key in public_keys() {
        for hash in ["md5", "sha1", "sha256", "sha384", "sha512"] {
            let theirs = sample_keys().run("ssh-keygen", ["-l", "-v", "-E", hash, "-f", &key]).good();
            assert_eq!(sample_keys().run("pubfp", ["-v", "-E", hash, &key]).good(), theirs, "{key}");
        }
    }
}

#[test]
fn private_keys_of_ssh_keygen_have_the_fingerprint_and_comment_of_their_public_half() {
    needs!(SSH_KEYGEN);
    for key in NAMES {
        let theirs = sample_keys().run("ssh-keygen", ["-lf", &format!("{key}.pub")]).good();
        assert_eq!(sample_keys().run("pubfp", [key]).good(), theirs);
    }
}

#[test]
fn a_private_key_counts_itself_and_not_the_public_key_beside_it() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    fs::copy(sample_keys().file("ed25519"), sandbox.file("id")).unwrap();
    fs::copy(sample_keys().file("ecdsa256.pub"), sandbox.file("id.pub")).unwrap();
    let own = sample_keys().run("pubfp", ["-o", "ed25519.pub"]).good();
    assert_eq!(sandbox.run("pubfp", ["-o", "id"]).good(), own);
}

#[test]
fn encrypted_openssh_keys_show_their_public_half_and_encrypted_pem_says_why_not() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", "id"]).good();
    let theirs = sandbox.run("ssh-keygen", ["-lf", "id.pub"]).good();
    let ours = sandbox.run("pubfp", ["id"]).good();
    // The comment is encrypted too.
    assert_eq!(ours.split(' ').nth(1), theirs.split(' ').nth(1));
    assert!(ours.ends_with(" no comment (ED25519)\n"), "{ours}");
    let _ = sandbox.run("ssh-keygen", ["-q", "-t", "rsa", "-m", "PEM", "-N", "secret", "-f", "pem"]).good();
    let words = sandbox.run("pubfp", ["pem"]).fails(1);
    assert!(words.contains("pem:1: the private key is encrypted"), "{words}");
}

#[test]
fn pem_forms_of_openssl_and_ssh_keygen_have_the_same_fingerprint() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    for (name, conversions) in [
        (
            "rsa2048",
            &[
                "ssh-keygen -e -m PKCS8 -f key.pub > out",
                "ssh-keygen -e -m PEM -f key.pub > out",
                "ssh-keygen -p -q -N '' -m PEM -f key && cp key out",
                "ssh-keygen -p -q -N '' -m PKCS8 -f key && cp key out",
                "openssl pkey -in key -traditional -out out",
                "openssl pkey -in key -pubout -out out",
            ][..],
        ),
        (
            "ecdsa256",
            &[
                "ssh-keygen -e -m PKCS8 -f key.pub > out",
                "ssh-keygen -p -q -N '' -m PKCS8 -f key && cp key out",
                "openssl pkey -in key -pubout -out out",
            ],
        ),
        ("ecdsa521", &["ssh-keygen -e -m PKCS8 -f key.pub > out"]),
    ] {
        let expected = sample_keys().run("pubfp", ["-o", &format!("{name}.pub")]).good();
        fs::copy(sample_keys().file(name), sandbox.file("key")).unwrap();
        fs::copy(sample_keys().file(format!("{name}.pub")), sandbox.file("key.pub")).unwrap();
        for conversion in conversions {
            let _ = sandbox.shell(&format!("chmod 600 key && {conversion}")).good();
            assert_eq!(sandbox.run("pubfp", ["-o", "out"]).good(), expected, "{name}: {conversion}");
            let printed = sandbox.run("pubfp", ["out"]).good();
            assert!(printed.contains(" no comment ("), "{printed}");
        }
    }
}

/// OpenSSH before 9.6 reads no Ed25519 in PKCS#8, so OpenSSL's two halves are compared with each other.
#[test]
fn ed25519_in_pkcs8_has_the_fingerprint_of_its_public_half() {
    needs!(OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell("openssl genpkey -algorithm ed25519 -out key && openssl pkey -in key -pubout -out key.pub")
        .good();
    let private = sandbox.run("pubfp", ["key"]).good();
    assert_eq!(private, sandbox.run("pubfp", ["key.pub"]).good());
    assert!(private.starts_with("256 SHA256:") && private.ends_with("(ED25519)\n"), "{private}");
}

#[test]
fn lists_print_what_ssh_keygen_prints_where_it_reads_them() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = |name: &str| sample_keys().read(format!("{name}.pub")).trim_end().to_owned();
    let bare = |name: &str| key(name).rsplit_once(' ').unwrap().0.to_owned();
    let list = [
        format!("from=\"10.0.0.0/8\",command=\"echo \\\"a b\\\" # c\" {}", key("rsa2048")),
        format!("\t restrict,pty\t{}", bare("ed25519").replace(' ', "\t")),
        String::new(),
        "# a comment".to_owned(),
        format!("vm.example,10.0.0.4 {}", bare("ecdsa256")),
        format!("[vm.example]:2222 {} with a comment  ", bare("ecdsa384")),
        format!("|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= {}", bare("rsa4096")),
        format!("{}\u{1b}[31m \u{e4}\u{f6}", key("ed25519")),
        key("ecdsa521"),
    ];
    sandbox.write("list", list.join("\n"));
    let theirs = sandbox.run("ssh-keygen", ["-lf", "list"]).good();
    assert_eq!(theirs.lines().count(), 7);
    assert_eq!(sandbox.run("pubfp", ["list"]).good(), theirs);
    assert_eq!(sandbox.run_with("pubfp", ["-"], sandbox.read("list")).good(), theirs);
    assert_eq!(sandbox.run_with::<&str>("pubfp", [], sandbox.read("list")).good(), theirs);
}

/// ssh-keygen 9.2 shows parts of the line before, to which it kept a pointer.
#[test]
fn what_begins_with_a_hash_sign_is_no_comment() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub");
    let (bare, comment) = key.trim_end().rsplit_once(' ').unwrap();
    let sandbox = Sandbox::new();
    sandbox.write("list", format!("vm.example {bare}\n{bare} # {comment}\n"));
    let line = sandbox.run("pubfp", ["list"]).good();
    assert!(line.ends_with(" no comment (ED25519)\n"), "{line}");
}

#[test]
fn what_ssh_keygen_skips_in_silence_is_printed_or_reported_with_its_place() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = sample_keys().read("ed25519.pub").trim_end().to_owned();
    let fingerprint = sample_keys().run("pubfp", ["-o", "ed25519.pub"]).good();
    sandbox.write("list", format!("@revoked * {key}\nnot a key\n@cert-authority *.example {key}\r\n{}", &key[..60]));
    let outcome = sandbox.run("pubfp", ["-o", "list"]);
    assert_eq!(outcome.stdout, fingerprint.repeat(2));
    let words = outcome.fails(1);
    assert!(words.contains("pubfp: list:2: no key in this line\n"), "{words}");
    assert!(words.contains("pubfp: list:4: "), "{words}");
    assert!(!words.contains(&key[20..60]), "text that is not a key is not repeated: {words}");
}

#[test]
fn the_fingerprint_alone_is_the_second_word_of_the_line() {
    needs!(SSH_KEYGEN);
    for key in public_keys() {
        let line = sample_keys().shell(&format!("ssh-keygen -lf {key} | awk '{{print $2}}'")).good();
        assert_eq!(sample_keys().run("pubfp", ["-o", &key]).good(), line);
    }
}

#[test]
fn json_holds_what_the_line_holds() {
    needs!(SSH_KEYGEN);
    let line = sample_keys().run("pubfp", ["--json", "rsa2048.pub"]).good();
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(object["bits"], 2048);
    assert_eq!(object["type"], "ssh-rsa");
    assert_eq!(object["comment"], "rsa2048@zoo");
    let printed = sample_keys().run("pubfp", ["-o", "rsa2048.pub"]).good();
    assert_eq!(object["fingerprint"], printed.trim_end());
    assert_eq!((&object["file"], &object["line"]), (&"rsa2048.pub".into(), &1.into()));
}

#[test]
fn records_for_dns_are_those_of_ssh_keygen() {
    needs!(SSH_KEYGEN);
    for key in public_keys() {
        let theirs = sample_keys().run("ssh-keygen", ["-r", "vm.example", "-f", &key]);
        let ours = sample_keys().run("pubfp", ["--sshfp", "vm.example", &key]);
        assert_eq!(ours.stdout, theirs.stdout, "{key}");
        // For a type without a number in DNS, ssh-keygen prints an error and exits with 0.
        if theirs.stdout.is_empty() {
            let words = ours.fails(1);
            assert!(words.contains(&format!("{key}:1: DNS has no record for a key of type ")), "{words}");
        }
    }
    let words = sample_keys().run("pubfp", ["--sshfp", "a b", "ed25519.pub"]).fails(2);
    assert!(words.contains("--sshfp needs a host name"), "{words}");
}

#[test]
fn a_passphrase_opens_what_shows_nothing_without_one() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t ecdsa -m PEM -N secret -C '' -f pem && openssl pkcs8 -topk8 -in pem -passin pass:secret \
             -passout pass:secret -out pkcs8 && echo secret > right && echo wrong > wrong && : > empty",
        )
        .good();
    let expected = sandbox.run("pubfp", ["-o", "pem.pub"]).good();
    for key in ["pem", "pkcs8"] {
        assert_eq!(sandbox.run("pubfp", ["-o", "--passphrase-file", "right", key]).good(), expected, "{key}");
        // The passphrase may come before the keys.
        let piped = sandbox.shell(&format!("cat right {key} | pubfp -o --passphrase-file -"));
        assert_eq!(piped.good(), expected, "{key}");
        let words = sandbox.run("pubfp", ["--passphrase-file", "wrong", key]).fails(1);
        assert_eq!(words, format!("pubfp: {key}:1: the passphrase is wrong\n"));
        let words = sandbox.run("pubfp", [key]).fails(1);
        assert!(words.contains(":1: the private key is encrypted, including its public half"), "{words}");
        let words = sandbox.run("pubfp", ["--passphrase-file", "empty", key]).fails(2);
        let hint = "pubfp: hint: leave out --passphrase-file for a key that has none\n";
        assert_eq!(words, format!("pubfp: empty: holds no passphrase\n{hint}"));
    }
}

#[test]
fn an_option_that_would_be_ignored_is_refused() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("key.pub", sample_keys().read("rsa2048.pub"));
    for style in [&["-v"][..], &["-o"], &["--json"], &["-v", "-o", "--json"]] {
        let words = sandbox.run("pubfp", [&["-E", "ec2"], style, &["key.pub"]].concat()).fails(2);
        assert!(words.contains("-E ec2 cannot be used with -v, -o or --json"), "{style:?}: {words}");
    }
    for style in [&["-E", "ec2"][..], &["-E", "md5"], &["-v"], &["-o"], &["--json"]] {
        let words = sandbox.run("pubfp", [&["-r", "vm"], style, &["key.pub"]].concat()).fails(2);
        assert!(words.contains("-r cannot be used with -E, -v, -o or --json"), "{style:?}: {words}");
    }
    for lines in [["-E", "ec2"], ["-r", "vm"]] {
        let quiet = sandbox.run("pubfp", [&lines[..], &["-q", "key.pub"]].concat());
        assert_eq!(quiet.good(), "", "{lines:?}");
    }
}

/// The sender of a key must not decide how much work it causes.
#[test]
fn a_key_that_asks_for_too_much_work_is_refused() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t ecdsa -m PEM -N '' -f pem && openssl pkcs8 -topk8 -in pem -scrypt -scrypt_N 32768 -scrypt_r 1 \
             -passout pass:secret -outform DER -out der && echo secret > pass",
        )
        .good();
    let der = fs::read(sandbox.file("der")).unwrap();
    let cost = [2, 3, 0, 0x80, 0];
    let at = der.windows(5).position(|bytes| bytes == cost).expect("INTEGER 32768");
    for (cost, words) in [(0x80, None), (0x40_0000, Some("would exceed the work limit for one key"))] {
        let mut changed = der.clone();
        changed[at + 2..at + 5].copy_from_slice(&[(cost >> 16) as u8, (cost >> 8) as u8, cost as u8]);
        sandbox.write("changed", changed);
        let _ = sandbox
            .shell(
                "(echo '-----BEGIN ENCRYPTED PRIVATE KEY-----'; base64 changed; \
                 echo '-----END ENCRYPTED PRIVATE KEY-----') > key",
            )
            .good();
        let said = sandbox.run("pubfp", ["--passphrase-file", "pass", "key"]).fails(1);
        assert!(words.is_none_or(|words| said.contains(words)), "{said}");
    }
}

#[test]
fn what_azure_prints_of_a_key_is_read_with_its_place() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = sample_keys().read("rsa2048.pub").trim_end().to_owned();
    let wrapped: String = key.split_at(8).0.to_owned()
        + &key
            .split_at(8)
            .1
            .as_bytes()
            .chunks(76)
            .map(|line| str::from_utf8(line).unwrap())
            .collect::<Vec<_>>()
            .join("\r\n");
    let object = serde_json::json!([{"id": "/subscriptions/x", "name": "a", "publicKey": format!("{key}\r\n")},
        {"name": "b", "publicKey": wrapped}, {"name": "c", "publicKey": null}, {"publicKey": &key[..100]}]);
    sandbox.write("list.json", serde_json::to_string_pretty(&object).unwrap());
    let line = sample_keys().run("pubfp", ["-o", "rsa2048.pub"]).good();
    let outcome = sandbox.run("pubfp", ["-o", "list.json"]);
    assert_eq!(outcome.stdout, line.repeat(2));
    let words = outcome.fails(1);
    assert!(words.starts_with("pubfp: list.json:16: "), "{words}");
    sandbox.write("none.json", "{\n  \"name\": \"vm\"\n}\n");
    assert_eq!(sandbox.run("pubfp", ["none.json"]).fails(1), "pubfp: none.json: holds no key\n");
    sandbox.write("cut.json", format!("[\n{{\"publicKey\": \"{key}\"\n"));
    let outcome = sandbox.run("pubfp", ["-o", "cut.json"]);
    assert_eq!(outcome.stdout, line);
    assert!(outcome.fails(1).starts_with("pubfp: cut.json:1: the JSON document that begins here does not end\n"));
}

/// A key after another type's name is refused, since either of the two may be wrong.
#[test]
fn a_false_type_is_refused_and_a_missing_one_is_not() {
    needs!(SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub");
    let (_, rest) = key.split_once(' ').unwrap();
    let bare = sample_keys().run_with("pubfp", ["-"], rest).good();
    assert_eq!(bare, sample_keys().run("pubfp", ["ed25519.pub"]).good());
    let words = sample_keys().run_with("pubfp", ["-"], format!("ssh-rsa {rest}")).fails(1);
    assert!(
        words.contains("the type at the beginning of the line does not match its key, which is ssh-ed25519"),
        "{words}"
    );
}

/// The fingerprint would be that of the certified key, which cannot be distinguished from the key that certifies it.
#[test]
fn the_certificate_of_an_unknown_type_is_refused_as_ssh_keygen_refuses_it() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for name in ["ssh-new-cert-v01@openssh.com", "ssh-new-cert"] {
        let mut blob = Vec::new();
        for part in [name.as_bytes(), b"nonce", b"key"] {
            common::key::wire::put_string(&mut blob, part);
        }
        let padding = "=".repeat((3 - blob.len() % 3) % 3);
        sandbox.write("line", format!("{name} {}{padding} c\n", encode(&blob, BASE64)));
        assert_ne!(sandbox.run("ssh-keygen", ["-lf", "line"]).status, Some(0));
        let words = sandbox.run("pubfp", ["line"]).fails(1);
        assert_eq!(words, "pubfp: line:1: a certificate of an unknown key type\n");
    }
}

/// EC2 shows the MD5 of the public key for an imported pair, and the SHA-1 of the private key for a pair that it made.
#[test]
fn the_fingerprints_of_ec2_are_those_that_openssl_computes() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -C 'a key' -f rsa && ssh-keygen -q -t ed25519 -N '' -C e -f ed
             ssh-keygen -q -t ecdsa -N '' -f ec",
        )
        .good();
    let digest = |command: &str| sandbox.shell(&format!("{command} | awk '{{print $NF}}'")).good();
    let imported = digest("openssl rsa -in rsa -pubout -outform DER 2>/dev/null | openssl md5 -c");
    let created = digest("openssl pkcs8 -in rsa -topk8 -nocrypt -outform DER | openssl sha1 -c");
    let imported = format!("{} a key (RSA, imported into EC2)\n", imported.trim());
    assert_eq!(sandbox.run("pubfp", ["-E", "ec2", "rsa.pub"]).good(), imported);
    let of_private =
        format!("{} no comment (RSA, created by EC2)\n{imported}", created.trim()).replace("a key", "no comment");
    assert_eq!(sandbox.run("pubfp", ["-E", "ec2", "rsa"]).good(), of_private);
    let line = sandbox.shell("ssh-keygen -lf ed.pub").good();
    assert_eq!(format!("256 {}", sandbox.run("pubfp", ["-E", "ec2", "ed.pub"]).good()), line);
    let refused = sandbox.run("pubfp", ["-E", "ec2", "ec.pub"]).fails(1);
    assert!(refused.contains("EC2 does not support keys of type ECDSA"), "{refused}");
}

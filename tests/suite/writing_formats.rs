//! Tests every format that keygen writes, for every type, with and without a passphrase, with the programs that define
//! the format.

use support::{Sandbox, needs};

const RSA: &[&str] = &["-t", "rsa", "-b", "2048"];
const ED25519: &[&str] = &["-t", "ed25519"];
const ECDSA: [&[&str]; 3] =
    [&["-t", "ecdsa", "-b", "256"], &["-t", "ecdsa", "-b", "384"], &["-t", "ecdsa", "-b", "521"]];

const PASSPHRASES: [&str; 2] = ["", "correct horse"];

fn all() -> impl Iterator<Item = &'static [&'static str]> {
    [RSA, ED25519].into_iter().chain(ECDSA)
}

/// Makes a key, and returns the type and base64 of its public line.
fn make(sandbox: &Sandbox, kind: &[&str], arguments: &[&str], passphrase: &str) -> String {
    let fixed = ["-q", "--force", "-C", "a comment", "-f", "id", "-N", passphrase];
    let _ = sandbox.run("keygen", kind.iter().chain(arguments).chain(&fixed)).good();
    sandbox.read("id.pub").rsplitn(3, ' ').last().unwrap().to_owned()
}

/// The public line that ssh-keygen prints for the private key, without a comment.
fn by_ssh_keygen(sandbox: &Sandbox, file: &str, passphrase: &str) -> String {
    let line = sandbox.run("ssh-keygen", ["-y", "-P", passphrase, "-f", file]).good();
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn ssh_keygen_reads_openssh_keys_with_every_cipher_and_number_of_rounds() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for kind in all() {
        let public = make(&sandbox, kind, &[], "correct horse");
        assert_eq!(by_ssh_keygen(&sandbox, "id", "correct horse"), public, "{kind:?}");
    }
    for cipher in keygen::formats::Hardening::CIPHER_NAMES {
        let public = make(&sandbox, ED25519, &["-Z", cipher, "-a", "3"], "correct horse");
        assert_eq!(by_ssh_keygen(&sandbox, "id", "correct horse"), public, "{cipher}");
    }
}

#[test]
fn ssh_keygen_and_openssl_read_pem_and_pkcs8() {
    needs!(SSH_KEYGEN, OPENSSL);
    for (format, kinds) in [("PEM", [RSA].into_iter().chain(ECDSA).collect::<Vec<_>>()), ("PKCS8", all().collect())] {
        for kind in kinds {
            for passphrase in PASSPHRASES {
                let sandbox = Sandbox::new();
                let public = make(&sandbox, kind, &["-m", format], passphrase);
                let what = format!("{format} {kind:?} '{passphrase}'");
                // OpenSSH before 9.6 reads no Ed25519 in PKCS#8; OpenSSL converts it below, and pubfp reads the result.
                if kind != ED25519 {
                    assert_eq!(by_ssh_keygen(&sandbox, "id", passphrase), public, "{what}");
                }
                let password = format!("pass:{passphrase}");
                let _ = sandbox
                    .run("openssl", ["pkey", "-in", "id", "-passin", &password, "-pubout", "-out", "spki"])
                    .good();
                let ours = sandbox.run("pubfp", ["-o", "id.pub"]).good();
                assert_eq!(sandbox.run("pubfp", ["-o", "spki"]).good(), ours, "{what}");
                if passphrase.is_empty() {
                    assert_eq!(sandbox.run("pubfp", ["-o", "id"]).good(), ours, "{what}");
                }
            }
        }
    }
}

#[test]
fn puttygen_reads_ppk_of_both_versions() {
    needs!(SSH_KEYGEN, PUTTYGEN);
    for (format, version) in [("PPK", 3), ("PPK2", 2)] {
        for kind in all() {
            for passphrase in PASSPHRASES {
                let sandbox = Sandbox::new();
                let public = make(&sandbox, kind, &["-m", format], passphrase);
                sandbox.write("passphrase", passphrase);
                let what = format!("{format} {kind:?} '{passphrase}'");
                assert!(sandbox.read("id").starts_with(&format!("PuTTY-User-Key-File-{version}: ")), "{what}");
                // puttygen converts the private half only if the MAC is valid.
                let converted = [
                    "id",
                    "--old-passphrase",
                    "passphrase",
                    "--new-passphrase",
                    "/dev/null",
                    "-O",
                    "private-openssh-new",
                    "-o",
                    "out",
                ];
                let _ = sandbox.run("puttygen", converted).good();
                let _ = sandbox.shell("chmod 600 out").good();
                assert_eq!(by_ssh_keygen(&sandbox, "out", ""), public, "{what}");
                let line = sandbox.run("ssh-keygen", ["-lf", "out"]).good();
                assert!(line.contains(" a comment ("), "{line}");
                sandbox.write("passphrase", "wrong horse");
                let wrong = sandbox.run("puttygen", converted);
                assert_eq!(wrong.status == Some(0), passphrase.is_empty(), "{what}: a passphrase protects");
            }
        }
    }
}

#[test]
fn wrong_combinations_are_refused_with_the_remedy() {
    for (arguments, words) in [
        (
            &["-t", "ecdsa", "-b", "512"][..],
            "there is no ECDSA key of that size\nkeygen: hint: -b 256, -b 384 or -b 521",
        ),
        (&["-m", "PKCS8", "-a", "32"], "-a and -Z are for OpenSSH format only"),
        (&["-m", "PPK", "-Z", "aes256-ctr"], "-a and -Z are for OpenSSH format only"),
        (&["-Z", "rot13"], "unknown cipher 'rot13'"),
        (&["-a", "0"], "0 rounds give no protection"),
        (&["-a", "4097"], "more than 4096 rounds"),
        (&["-m", "PKCS8", "-N", "abc"], "needs 5 characters"),
        (&["-m", "DER"], "keygen cannot write the format 'DER'"),
    ] {
        let sandbox = Sandbox::new();
        let complaint = sandbox.run("keygen", ["-q", "-f", "id"].iter().chain(arguments)).fails(2);
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
        assert!(sandbox.names().is_empty());
    }
}

#[test]
fn making_an_ecdsa_key_prints_a_warning() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run("keygen", ["-t", "ecdsa", "-N", "", "-f", "id"]);
    assert!(outcome.stderr.contains("keygen: warning: Azure rejects ECDSA keys; "), "{outcome:?}");
    let _ = outcome.good();
    assert_eq!(sandbox.run("keycheck", ["id.pub"]).status, Some(1));
}

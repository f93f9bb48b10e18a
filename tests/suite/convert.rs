//! Compares keygen -e and -i with ssh-keygen, and tests RFC 4716 in the filters.

use support::{Sandbox, needs};

use crate::key_fixtures::{public_keys, sample_keys};

#[test]
fn exported_keys_are_to_the_byte_what_ssh_keygen_exports() {
    needs!(SSH_KEYGEN);
    for key in public_keys() {
        for format in [&[][..], &["-m", "RFC4716"], &["-m", "PKCS8"], &["-m", "PEM"]] {
            let all = || ["-e", "-f", &key].into_iter().chain(format.iter().copied());
            let theirs = sample_keys().run("ssh-keygen", all());
            // ssh-keygen 9.2 exports neither certificates nor every type in every format. It exports DSA in all
            // formats, keygen as RFC 4716 only.
            if theirs.status != Some(0) || key.contains("-cert") || (key == "dsa.pub" && format.contains(&"-m")) {
                continue;
            }
            assert_eq!(sample_keys().run("keygen", all()).good(), theirs.stdout, "{key} {format:?}");
        }
    }
    for key in ["rsa2048", "ed25519", "ecdsa384"] {
        let of = |file: &str| sample_keys().run("keygen", ["-e", "-f", file]).good();
        assert_eq!(of(key), of(&format!("{key}.pub")), "a private key is exported as its public half");
    }
}

#[test]
fn what_is_exported_is_imported_again_by_both() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for key in ["rsa2048.pub", "ed25519.pub", "ecdsa256.pub", "ecdsa521.pub"] {
        let bare = sample_keys().read(key).split(' ').take(2).collect::<Vec<_>>().join(" ") + "\n";
        for format in ["RFC4716", "PKCS8", "PEM"] {
            if format == "PEM" && key.starts_with("ed25519") {
                continue; // in SPKI, which ssh-keygen 9.2 does not read for Ed25519
            }
            sandbox.write("exported", sample_keys().run("keygen", ["-e", "-m", format, "-f", key]).good());
            assert_eq!(sandbox.run("keygen", ["-i", "-m", format, "-f", "exported"]).good(), bare, "{key} {format}");
            if format == "RFC4716" || (format == "PKCS8" && !key.starts_with("ed25519")) {
                let theirs = sandbox.run("ssh-keygen", ["-i", "-m", format, "-f", "exported"]).good();
                assert_eq!(theirs, bare, "{key} {format}");
            }
        }
    }
}

#[test]
fn rfc_4716_is_read_with_the_headers_that_it_allows() {
    needs!(SSH_KEYGEN, PUTTYGEN);
    let sandbox = Sandbox::new();
    let line = sample_keys().read("ed25519.pub");
    let fingerprint = sample_keys().run("pubfp", ["-o", "ed25519.pub"]).good();
    let base64 = line.split(' ').nth(1).unwrap();
    sandbox.write(
        "odd",
        format!(
            "---- BEGIN SSH2 PUBLIC KEY ----\r\nSubject: me\r\ncomment: \"over two \\\r\nlines: yes\"\r\nx-other: 1\r\n{}\r\n{}\r\n\
             ---- END SSH2 PUBLIC KEY ----\r\n",
            &base64[..30],
            &base64[30..]
        ),
    );
    let printed = sandbox.run("pubfp", ["odd"]).good();
    assert_eq!(printed, format!("256 {} over two lines: yes (ED25519)\n", fingerprint.trim_end()));
    let _ = sandbox.shell(&format!("puttygen '{}' -O public -o putty", sample_keys().file("ed25519").display())).good();
    assert_eq!(sandbox.run("pubfp", ["putty"]).good(), sample_keys().run("pubfp", ["ed25519.pub"]).good());
}

#[test]
fn what_cannot_be_exported_or_imported_is_reported() {
    needs!(SSH_KEYGEN);
    for (arguments, status, words) in [
        (&["-e", "-m", "PPK", "-f", "ed25519.pub"][..], 2, "PPK is a format of private keys"),
        (
            &["-e", "-m", "PKCS8", "-f", "dsa.pub"],
            2,
            "this format does not support DSA keys\nkeygen: hint: -m RFC4716 holds any key",
        ),
        (&["-i", "-f", "missing"], 2, "missing: cannot read: no such file"),
        (&["-i", "-e", "-f", "dsa.pub"], 2, "mutually exclusive"),
    ] {
        let complaint = sample_keys().run("keygen", arguments).fails(status);
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
    let complaint = sample_keys().run_with("keygen", ["-i", "-f", "-"], "junk\n").fails(2);
    assert!(complaint.contains("(stdin):1: no key in this line"), "{complaint}");
}

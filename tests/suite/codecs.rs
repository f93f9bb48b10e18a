//! Tests formats that are recognised by their contents: wrong labels, EC keys without the name of their curve,
//! unsupported ciphers, and files that are not keys. The other formats of openssl, ssh-keygen and puttygen are in
//! `tests/fixtures/forms.sh`.

use support::{Sandbox, needs};

const CURVES: [(&str, &str); 3] = [("prime256v1", "256"), ("secp384r1", "384"), ("secp521r1", "521")];

/// The SHA-256 fingerprint that ssh-keygen prints.
fn fingerprint(sandbox: &Sandbox, public: &str) -> String {
    let line = sandbox.run("ssh-keygen", ["-lf", public]).good();
    line.split_whitespace().nth(1).expect("a fingerprint").to_owned()
}

/// A private key made by ssh-keygen, next to `NAME.pub`.
fn made(sandbox: &Sandbox, name: &str, more: &[&str]) -> String {
    let arguments = [&["-q", "-N", "", "-f", name], more].concat();
    let _ = sandbox.run("ssh-keygen", arguments).good();
    fingerprint(sandbox, &format!("{name}.pub"))
}

/// The bytes between the BEGIN and END lines.
fn contents(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    let command = format!("grep -v -e '^-' -e : {name} | base64 -d | od -An -v -tx1");
    let hex = sandbox.shell(&command).good();
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("two digits")).collect()
}

fn write_block(sandbox: &Sandbox, name: &str, label: &str, contents: &[u8]) {
    sandbox.write(format!("{name}.bytes"), contents);
    let base64 = sandbox.shell(&format!("base64 -w 64 {name}.bytes")).good();
    sandbox.write(name, format!("-----BEGIN {label}-----\n{base64}-----END {label}-----\n"));
    let _ = sandbox.shell(&format!("chmod 600 {name}")).good();
}

#[test]
fn a_block_is_read_by_its_contents_whatever_its_label_says() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let sandbox = Sandbox::new();
    let rsa = made(&sandbox, "openssh", &["-t", "rsa", "-b", "2048"]);
    let ec = made(&sandbox, "sec1", &["-t", "ecdsa", "-m", "PEM"]);
    for command in [
        "cp openssh pkcs1; ssh-keygen -q -p -N '' -m PEM -f pkcs1",
        "openssl pkey -in pkcs1 -out pkcs8",
        "openssl pkey -in pkcs1 -pubout -out spki",
        "openssl rsa -in pkcs1 -RSAPublicKey_out -out pkcs1-public",
        "openssl pkcs8 -topk8 -in pkcs1 -passout pass:secret -out encrypted",
        "openssl req -new -x509 -key pkcs1 -subj /CN=me -out certificate",
        "puttygen openssh -O private-sshcom -o sshcom",
        "ssh-keygen -e -f openssh.pub > rfc4716",
        "openssl pkcs8 -topk8 -nocrypt -in sec1 -out sec1-pkcs8",
        "echo secret > pass",
    ] {
        let _ = sandbox.shell(command).good();
    }
    let labels = [
        "OPENSSH PRIVATE KEY",
        "RSA PRIVATE KEY",
        "RSA PUBLIC KEY",
        "EC PRIVATE KEY",
        "DSA PRIVATE KEY",
        "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PUBLIC KEY",
        "OPENSSH PUBLIC KEY",
        "CERTIFICATE",
        "SSH2 ENCRYPTED PRIVATE KEY",
    ];
    let keys = [
        ("openssh", &rsa),
        ("pkcs1", &rsa),
        ("pkcs8", &rsa),
        ("spki", &rsa),
        ("pkcs1-public", &rsa),
        ("encrypted", &rsa),
        ("certificate", &rsa),
        ("sshcom", &rsa),
        ("rfc4716", &rsa),
        ("sec1", &ec),
        ("sec1-pkcs8", &ec),
    ];
    for (name, expected) in keys {
        let bytes = match name {
            // The comment may go over two lines.
            "sshcom" | "rfc4716" => {
                let text = sandbox.read(name);
                sandbox.write("one", text.replace("\\\n", ""));
                contents(&sandbox, "one")
            }
            name => contents(&sandbox, name),
        };
        for label in labels {
            write_block(&sandbox, "mislabelled", label, &bytes);
            let printed = sandbox.run("pubfp", ["--passphrase-file", "pass", "mislabelled"]).good();
            assert!(printed.contains(expected.as_str()), "{name} as {label}: {printed}");
            let public = sandbox.run("keycheck", ["--public-only", "--passphrase-file", "pass", "mislabelled"]);
            let is_public = ["spki", "pkcs1-public", "certificate", "rfc4716"].contains(&name);
            assert!(is_public || public.status == Some(1), "{name} as {label} passes for public: {public:?}");
        }
    }
}

#[test]
fn curve_parameters_are_accepted_only_if_all_are_those_of_a_nist_curve() {
    needs!(SSH_KEYGEN, OPENSSL);
    for (curve, bits) in CURVES {
        let sandbox = Sandbox::new();
        let expected = made(&sandbox, "id", &["-t", "ecdsa", "-b", bits, "-m", "PEM"]);
        let _ = sandbox.run("openssl", ["ec", "-in", "id", "-param_enc", "explicit", "-pubout", "-out", "spki"]).good();
        assert!(sandbox.run("pubfp", ["spki"]).good().contains(&expected), "{curve}");
        let whole = contents(&sandbox, "spki");
        // Only the point follows the header of the last BIT STRING.
        let point = whole.len() - (1 + 2 * bits.parse::<usize>().unwrap().div_ceil(8));
        let mut names = Vec::new();
        // In steps: the bytes are spread over every number.
        for at in (0..point).step_by(if curve == "prime256v1" { 1 } else { 5 }) {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let name = format!("changed-{at}");
            sandbox.write(format!("{name}.der"), &changed);
            names.push(name);
        }
        let _ = sandbox
            .shell(
                "for f in changed-*.der; do { echo '-----BEGIN PUBLIC KEY-----'; base64 -w 64 $f; \
                 echo '-----END PUBLIC KEY-----'; } > ${f%.der}; done",
            )
            .good();
        for name in names {
            let outcome = sandbox.run("pubfp", [name.as_str()]);
            assert!(!outcome.stdout.contains(&expected), "{curve}, {name}: {outcome:?}");
        }
    }
}

/// An EC private key of RFC 5915 without the name of its curve, and with or without its public half.
fn without_parameters(der: &[u8], with_public_half: bool) -> Vec<u8> {
    let header = if der[1] < 0x80 { 2 } else { 3 };
    let scalar = header + 3 + 2 + usize::from(der[header + 4]);
    let after = scalar + 2 + usize::from(der[scalar + 1]);
    assert_eq!((der[scalar], der[after]), (0xa0, 0xa1));
    let public = if with_public_half { &der[after..] } else { &[] };
    let inner = [&der[header..scalar], public].concat();
    let length = u8::try_from(inner.len()).expect("a short key");
    let mut shorter = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    shorter.extend(inner);
    shorter
}

#[test]
fn a_missing_curve_is_found_by_the_point_which_must_be_on_it() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    for (curve, bits) in CURVES {
        let name = format!("id-{bits}");
        let expected = made(&sandbox, &name, &["-t", "ecdsa", "-b", bits, "-m", "PEM"]);
        let whole = contents(&sandbox, &name);
        write_block(&sandbox, "short", "EC PRIVATE KEY", &without_parameters(&whole, true));
        assert!(sandbox.run("pubfp", ["short"]).good().contains(&expected), "{curve}");
        let line = sandbox.run("keygen", ["-y", "-f", "short"]).good();
        sandbox.write("short.pub", line);
        assert_eq!(fingerprint(&sandbox, "short.pub"), expected);
        write_block(&sandbox, "neither", "EC PRIVATE KEY", &without_parameters(&whole, false));
        assert!(
            sandbox.run("pubfp", ["neither"]).fails(1).contains("neither its curve nor its public half"),
            "{curve}"
        );
        // The public half of another key.
        let mut other = without_parameters(&whole, true);
        let last = other.len() - 1;
        other[last] ^= 1;
        write_block(&sandbox, "other", "EC PRIVATE KEY", &other);
        let _ = sandbox.run("pubfp", ["other"]).fails(1);
    }
    for other in ["secp256k1", "brainpoolP256r1", "brainpoolP384r1"] {
        let _ = sandbox.shell(&format!("openssl ecparam -name {other} -genkey -noout -out {other}")).good();
        write_block(&sandbox, "short", "EC PRIVATE KEY", &without_parameters(&contents(&sandbox, other), true));
        let message = sandbox.run("pubfp", ["short"]).fails(1);
        assert!(message.contains("on no curve that OpenSSH uses"), "{other}: {message}");
    }
}

#[test]
fn keys_that_are_not_for_ssh_are_reported_once_with_a_remedy() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = made(&sandbox, "id", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    let ec =
        |curve: &str, more: &str| format!("openssl ecparam -name {curve} -genkey -noout | openssl ec {more} -out made");
    let genpkey = |algorithm: &str| format!("openssl genpkey -algorithm {algorithm} -out made");
    let cases = [
        ("openssl req -new -key id -subj /CN=me -out made".to_owned(), "certificate request", "openssl req"),
        (
            "openssl req -new -x509 -key id -subj /CN=me -out crt && openssl crl2pkcs7 -nocrl -certfile crt -out made"
                .into(),
            "PKCS#7",
            "openssl pkcs7",
        ),
        (
            "openssl pkcs12 -export -inkey id -in crt -passout pass:secret -out p12 && \
             { echo '-----BEGIN PKCS12-----'; base64 p12; echo '-----END PKCS12-----'; } > made"
                .into(),
            "PKCS#12",
            "openssl pkcs12",
        ),
        ("openssl x509 -in crt -trustout -addtrust clientAuth -out made".into(), "OpenSSL's own form", "openssl x509"),
        (genpkey("X25519"), "X25519", "keygen -t ed25519"),
        (genpkey("ED448"), "Ed448", "keygen -t ed25519"),
        (genpkey("RSA-PSS"), "RSA-PSS", "keygen -t ed25519"),
        (ec("secp256k1", ""), "secp256k1", "keygen -t ed25519"),
        (ec("secp256k1", "-param_enc explicit"), "secp256k1", "keygen -t ed25519"),
        (ec("brainpoolP256r1", "-pubout"), "brainpoolP256r1", "keygen -t ed25519"),
        (ec("brainpoolP320t1", "-param_enc explicit"), "brainpoolP320t1", "keygen -t ed25519"),
        (ec("brainpoolP384r1", "-param_enc explicit -pubout"), "brainpoolP384r1", "keygen -t ed25519"),
        (ec("brainpoolP512r1", "-param_enc explicit"), "brainpoolP512r1", "keygen -t ed25519"),
        (ec("sect283k1", "-param_enc explicit"), "binary field", "keygen -t ed25519"),
        (ec("prime239v1", "-param_enc explicit"), "custom curve parameters", "keygen -t ed25519"),
    ];
    for (command, name, remedy) in cases {
        let made = sandbox.shell(&command);
        assert_eq!(made.status, Some(0), "{made:?}");
        is_named(&sandbox, name, remedy);
    }
    for (label, name, remedy) in [
        ("PGP PUBLIC KEY BLOCK", "OpenPGP public key", "gpg --export-ssh-key"),
        ("PGP PRIVATE KEY BLOCK", "OpenPGP private key", "gpg --export-ssh-key"),
        ("AGE ENCRYPTED FILE", "encrypted with age", "age --decrypt"),
        ("SSH SIGNATURE", "a signature", "the key that made it"),
    ] {
        sandbox.write("made", format!("-----BEGIN {label}-----\nVersion: 1\n\nAAAA\n=abcd\n-----END {label}-----\n"));
        is_named(&sandbox, name, remedy);
    }
}

/// Asserts that every tool that reads keys reports once what the file `made` is, with a remedy.
fn is_named(sandbox: &Sandbox, name: &str, remedy: &str) {
    for command in ["pubfp made", "keycheck made", "keygen -y -f made"] {
        let outcome = sandbox.shell(command);
        let words = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(words.contains(name) && words.contains(remedy), "{command}, {name}: {words}");
        assert_eq!(words.lines().count(), 2, "{command}: {words}");
        assert!(matches!(outcome.status, Some(1 | 2)), "{command}: {outcome:?}");
    }
}

#[test]
fn a_cipher_that_is_not_read_is_named_before_a_passphrase_is_asked_for() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = made(&sandbox, "id", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    let rest = "-passout pass:secret -provider legacy -provider default -out encrypted";
    for (command, name) in [
        ("rsa -in id -traditional -aria-128-cbc", "ARIA-128-CBC"),
        ("rsa -in id -traditional -bf-cbc", "BF-CBC"),
        ("rsa -in id -traditional -aes-256-cfb8", "AES-256-CFB8"),
        ("pkcs8 -topk8 -in id -v2 aria-256-cbc", "ARIA-256-CBC"),
        ("pkcs8 -topk8 -in id -v2 cast5-cbc", "CAST5-CBC"),
        ("pkcs8 -topk8 -in id -v1 PBE-SHA1-RC2-40", "PBE-SHA1-RC2-40"),
        ("pkcs8 -topk8 -in id -v1 PBE-SHA1-RC4-128", "PBE-SHA1-RC4-128"),
        ("pkcs8 -topk8 -in id -v2 aes256 -v2prf hmacWithMD5", "HMAC-MD5"),
    ] {
        let _ = sandbox.shell(&format!("openssl {command} {rest}")).good();
        sandbox.write("pass", "secret\n");
        for reader in ["pubfp encrypted", "pubfp --passphrase-file pass encrypted", "keycheck encrypted"] {
            let outcome = sandbox.shell(reader);
            let message = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(message.contains(name) && message.contains("openssl pkey"), "{command}, {reader}: {message}");
        }
    }
}

#[test]
fn a_passphrase_opens_a_key_that_was_encrypted_under_its_other_encodings() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    let sandbox = Sandbox::new();
    let expected = made(&sandbox, "id", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    sandbox.write("utf-8", "z\u{fc}rich \u{20ac}\n");
    sandbox.write("windows", b"z\xfcrich \x80\n");
    sandbox.write("wrong", "z\u{fc}rich $\n");
    for (given, used) in [("utf-8", "utf-8"), ("utf-8", "windows"), ("windows", "utf-8")] {
        for command in [
            format!("openssl rsa -in id -traditional -aes128 -passout file:{used} -out encrypted"),
            format!("openssl pkcs8 -topk8 -in id -passout file:{used} -out encrypted"),
            format!("puttygen id -O private --ppk-param memory=64,passes=1 --new-passphrase {used} -o encrypted"),
            format!("puttygen id -O private --ppk-param version=2 --new-passphrase {used} -o encrypted"),
            format!("puttygen id -O private-sshcom --new-passphrase {used} -o encrypted"),
        ] {
            let outcome = sandbox.shell(&command);
            assert_eq!(outcome.status, Some(0), "{command}: {outcome:?}");
            let line = sandbox.run("keygen", ["-y", "--passphrase-file", given, "-f", "encrypted"]);
            assert_eq!(line.status, Some(0), "{command}, {given}: {line:?}");
            sandbox.write("public", &line.stdout);
            assert_eq!(fingerprint(&sandbox, "public"), expected, "{command}, {given}");
            let wrong = sandbox.run("keygen", ["-y", "--passphrase-file", "wrong", "-f", "encrypted"]);
            assert!(wrong.stderr.contains("passphrase"), "{command}: {wrong:?}");
            assert_eq!(wrong.stdout, "", "{command}");
        }
    }
}

#[test]
fn private_keys_of_ssh_com_are_those_that_ssh_keygen_imports() {
    needs!(SSH_KEYGEN, PUTTYGEN);
    for kind in ["rsa", "dsa"] {
        let sandbox = Sandbox::new();
        let expected = made(&sandbox, "id", &["-t", kind]);
        sandbox.write("pass", "secret\n");
        sandbox.write("wrong", "other\n");
        let _ = sandbox.run("puttygen", ["id", "-O", "private-sshcom", "-o", "plain"]).good();
        let _ = sandbox.shell("puttygen id -O private-sshcom --new-passphrase pass -o encrypted").good();
        let _ = sandbox.shell("chmod 600 plain; ssh-keygen -i -f plain > imported; chmod 600 imported").good();
        let theirs = sandbox.run("ssh-keygen", ["-y", "-f", "imported"]).good();
        for file in ["plain", "encrypted"] {
            assert!(
                sandbox.run("pubfp", ["--passphrase-file", "pass", file]).good().contains(&expected),
                "{kind} {file}"
            );
            // The public and private key must match; other findings do not matter here.
            let judged = sandbox.run("keycheck", ["--passphrase-file", "pass", file]);
            assert!(
                judged.stdout.contains(&expected) && !judged.stdout.contains("private-numbers-disagree"),
                "{kind} {file}: {judged:?}"
            );
        }
        sandbox.write("imported.pub", theirs);
        assert_eq!(fingerprint(&sandbox, "imported.pub"), expected);
        // The components agree: keygen writes no key whose public and private key do not match.
        if kind == "rsa" {
            let _ = sandbox.run("keygen", ["-q", "-p", "-N", "", "-f", "plain"]).good();
            assert!(sandbox.run("ssh-keygen", ["-y", "-f", "plain"]).good().starts_with("ssh-rsa "));
        }
        let message = sandbox.run("pubfp", ["--passphrase-file", "wrong", "encrypted"]).fails(1);
        assert!(message.contains("the passphrase is wrong"), "{kind}: {message}");
    }
}

#[test]
fn a_modulus_without_its_zero_byte_is_called_a_negative_number() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = made(&sandbox, "id", &["-t", "rsa", "-b", "2048"]);
    let _ = sandbox.shell("ssh-keygen -e -m PEM -f id.pub > public").good();
    let whole = contents(&sandbox, "public");
    // 30 82 01 0a, 02 82 01 01, 00 and the modulus.
    assert_eq!(whole[..9], [0x30, 0x82, 1, 0x0a, 2, 0x82, 1, 1, 0]);
    let negative = [&[0x30, 0x82, 1, 9, 2, 0x82, 1, 0], &whole[9..]].concat();
    write_block(&sandbox, "negative", "RSA PUBLIC KEY", &negative);
    assert!(sandbox.run("pubfp", ["negative"]).fails(1).contains("negative integer"));
}

/// ssh reads what OpenSSL reads: lengths that BER allows, and no data after the key. A public key is read strictly:
/// data after it would be given away with it.
#[test]
fn a_private_key_in_ber_is_read_and_data_after_a_public_key_is_refused() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = made(&sandbox, "id", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    let public = sandbox.run("keygen", ["-y", "-f", "id"]).good();
    let der = contents(&sandbox, "id");
    let (head, body) = der.split_at(4);
    for ber in [
        [&[0x30, 0x83, 0], &head[2..], body].concat(),
        [&[0x30, 0x80], body, &[0, 0]].concat(),
        [&der[..], &[0, 1, 2]].concat(),
    ] {
        write_block(&sandbox, "ber", "RSA PRIVATE KEY", &ber);
        let theirs = sandbox.run("ssh-keygen", ["-y", "-f", "ber"]).good();
        let ours = sandbox.run("keygen", ["-y", "-f", "ber"]).good();
        assert_eq!((ours.split_whitespace().nth(1), &ours), (theirs.split_whitespace().nth(1), &public));
    }
    let _ = sandbox.run("openssl", ["pkey", "-in", "id", "-pubout", "-out", "spki"]).good();
    let with_more = [&contents(&sandbox, "spki")[..], b"\0more"].concat();
    for label in ["PUBLIC KEY", "PRIVATE KEY"] {
        write_block(&sandbox, "more", label, &with_more);
        let _ = sandbox.run("keycheck", ["--for", "openssh", "--public-only", "more"]).fails(1);
    }
    let _ = sandbox.run("pubfp", ["id.pub"]).good();
}

//! Tests private keys that other programs write and accept: they are read, or the message names what they are. A
//! correct passphrase is never called wrong.

use support::{Sandbox, binaries, needs};

const PASSPHRASE: &str = "correct horse";

/// The tools that open an encrypted key in `id`, as command lines.
const READERS: [&str; 3] =
    ["keygen -y --passphrase-file pass -f id", "keycheck --passphrase-file pass id", "pubfp --passphrase-file pass id"];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pass", format!("{PASSPHRASE}\n"));
    sandbox.write("wrong", "battery staple\n");
    sandbox
}

/// Asserts that every reader reads the key, that keygen changes its passphrase, and that only a wrong passphrase is
/// called wrong.
fn is_read_whole(sandbox: &Sandbox, what: &str) {
    let public = sandbox.run("ssh-keygen", ["-y", "-P", PASSPHRASE, "-f", "id"]).good();
    let without_comment = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    for reader in READERS {
        let outcome = sandbox.shell(reader);
        assert!(!outcome.stderr.contains("wrong") && !outcome.stdout.contains("not-opened"), "{what}: {outcome:?}");
        if reader.starts_with("keygen") {
            assert_eq!(without_comment(&outcome.good()), without_comment(&public), "{what}");
        }
        let wrong = sandbox.shell(&reader.replace("pass id", "wrong id").replace("pass -f", "wrong -f"));
        let message = format!("{}{}", wrong.stdout, wrong.stderr);
        assert!(message.contains("the passphrase is wrong") || reader.starts_with("pubfp"), "{what}: {message}");
    }
    let _ = sandbox.shell("keygen -q -p --passphrase-file pass -N '' -f id").good();
    let again = sandbox.run("ssh-keygen", ["-y", "-P", "", "-f", "id"]).good();
    assert_eq!(without_comment(&again), without_comment(&public), "{what}");
}

#[test]
fn keys_that_ssh_keygen_encrypts_with_triple_des_are_read() {
    needs!(SSH_KEYGEN);
    for kind in ["ed25519", "rsa", "ecdsa"] {
        let sandbox = sandbox();
        let arguments = ["-q", "-t", kind, "-Z", "3des-cbc", "-N", PASSPHRASE, "-C", "a comment", "-f", "id"];
        let _ = sandbox.run("ssh-keygen", arguments).good();
        is_read_whole(&sandbox, kind);
    }
}

/// The strings of an OpenSSH file, up to its private section, and the section.
fn parts(text: &str) -> (Vec<u8>, Vec<u8>) {
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = decoded(&base64);
    let length_at = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let mut at = b"openssh-key-v1\0".len();
    for _ in 0..3 {
        at += 4 + length_at(at);
    }
    at += 4; // the number of keys
    at += 4 + length_at(at);
    assert_eq!(at + 4 + length_at(at), bytes.len());
    (bytes[..at].to_vec(), bytes[at + 4..].to_vec())
}

fn decoded(base64: &str) -> Vec<u8> {
    let sandbox = Sandbox::new();
    let input = format!("{base64}\n");
    let hex = sandbox.run_with("bash", ["-c", "base64 -d -i | od -An -v -tx1"], input).good();
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn encoded(bytes: &[u8]) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("bytes", bytes);
    sandbox.shell("base64 -w 70 bytes").good()
}

/// A private section without its padding: its last part is the comment.
fn unpadded<'a>(section: &'a [u8], comment: &str) -> &'a [u8] {
    let end = section.windows(comment.len()).rposition(|window| window == comment.as_bytes()).unwrap() + comment.len();
    assert!(section[end..].iter().zip(1..).all(|(byte, number)| *byte == number));
    &section[..end]
}

fn padded(section: &[u8], length: usize) -> Vec<u8> {
    section.iter().copied().chain(1..).take(length).collect()
}

/// ssh-keygen accepts padding of any length. Known text that AES in counter mode has encrypted can be changed: here the
/// comment becomes 16 bytes shorter, and the padding 16 bytes longer.
#[test]
fn an_encrypted_key_that_is_padded_by_a_whole_block_is_read() {
    needs!(SSH_KEYGEN);
    let sandbox = sandbox();
    let (long, short) = ("a comment of thirty-two letters!", "a comment of thi");
    let _ = sandbox.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", PASSPHRASE, "-C", long, "-f", "id"]).good();
    let (head, encrypted) = parts(&sandbox.read("id"));
    let _ = sandbox.shell("cp id plain && ssh-keygen -q -p -P 'correct horse' -N '' -f plain").good();
    let (_, plain) = parts(&sandbox.read("plain"));
    let plain = unpadded(&plain, long);
    let mut shorter = plain[..plain.len() - long.len() - 4].to_vec();
    shorter.extend([0, 0, 0, 16]);
    shorter.extend(short.as_bytes());
    let (before, after) = (padded(plain, encrypted.len()), padded(&shorter, encrypted.len()));
    let changed: Vec<u8> =
        encrypted.iter().zip(&before).zip(&after).map(|((byte, before), after)| byte ^ before ^ after).collect();
    let mut file = head;
    file.extend(u32::try_from(changed.len()).unwrap().to_be_bytes());
    file.extend(changed);
    let text = encoded(&file);
    sandbox.write("id", format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{text}-----END OPENSSH PRIVATE KEY-----\n"));
    std::fs::remove_file(sandbox.file("id.pub")).unwrap();
    let line = sandbox.shell(READERS[0]).good();
    assert!(line.ends_with(&format!(" {short}\n")), "{line}");
    is_read_whole(&sandbox, "padding");
}

#[test]
fn an_encrypted_key_of_a_type_that_openssh_does_not_use_is_named() {
    needs!(OPENSSL);
    for (make, name) in [
        ("genpkey -algorithm X25519", "a private key of type X25519, which OpenSSH does not use"),
        ("genpkey -algorithm ED448", "a private key of type Ed448, which OpenSSH does not use"),
        (
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
            "an EC key on the curve secp256k1, which OpenSSH does not use",
        ),
        (
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            "an EC key on the curve brainpoolP256r1, which OpenSSH does not use",
        ),
        ("genpkey -algorithm RSA-PSS", "a private key of type RSA-PSS, which OpenSSH does not use"),
        // In PEM as well.
        ("ecparam -genkey -noout -name secp256k1", "an EC key on the curve secp256k1, which OpenSSH does not use"),
    ] {
        let sandbox = sandbox();
        let locked = match make.strip_prefix("ecparam") {
            Some(rest) => format!("openssl ecparam {rest} | openssl ec -aes256 -passout file:pass -out id"),
            None => format!("openssl {make} -aes256 -pass file:pass -out id"),
        };
        let _ = sandbox
            .shell(&format!("{locked} 2>/dev/null && openssl {make} -out open 2>/dev/null && chmod 600 id open"))
            .good();
        for reader in READERS {
            for line in [reader.to_owned(), reader.replace("id", "open")] {
                let outcome = sandbox.shell(&line);
                assert!(outcome.stderr.contains(name), "{make}: {line}: {outcome:?}");
            }
            let wrong = sandbox.shell(&reader.replace("file pass", "file wrong"));
            assert!(wrong.stderr.contains("the passphrase is wrong"), "{make}: {reader}: {wrong:?}");
        }
    }
}

/// EC2 takes base64 of DER, and Java, JWT and Snowflake write it, in one line or in several.
#[test]
fn base64_of_der_is_read_as_der_is() {
    needs!(OPENSSL, SSH_KEYGEN);
    let sandbox = sandbox();
    let make = "ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -C '' -f id
        openssl rsa -in id -pubout -outform DER -out public.der 2>&1
        openssl pkey -in id -outform DER -out private.der
        for half in public private; do openssl base64 -in $half.der -out $half.lines; tr -d '\\n' < $half.lines > $half.line; done
        sed 's/.*/\"&\"/' public.line > quoted.line; chmod 600 *";
    let _ = sandbox.shell(make).good();
    let fingerprint = sandbox.run("pubfp", ["-o", "id.pub"]).good();
    for name in ["public.line", "public.lines", "quoted.line"] {
        assert_eq!(sandbox.run("pubfp", ["-o", name]).good(), fingerprint, "{name}");
    }
    for name in ["public.line", "public.lines"] {
        let _ = sandbox.run("keycheck", ["--for", "aws", name]).good();
        let azure = sandbox.run("keycheck", [name]);
        assert!(azure.status == Some(1) && azure.stdout.contains("error: pem: the key is base64"), "{azure:?}");
        assert_eq!(
            sandbox.run("keycheck", ["--rewrite", "-q", name]).good(),
            sandbox.read("id.pub").trim_end().to_owned() + "\n"
        );
        let gated = sandbox.run("keycheck", ["--public-only", "--for", "aws", name]);
        assert_eq!(gated.status, Some(1), "{gated:?}");
    }
    // Of a private key the missing lines are named.
    for name in ["private.line", "private.lines"] {
        let words = sandbox.run("pubfp", [name]).fails(1);
        assert!(words.contains("the BEGIN and END lines"), "{words}");
        let gated = sandbox.run("keycheck", ["--public-only", "--for", "aws", name]);
        assert!(gated.status != Some(0), "{gated:?}");
    }
}

/// OpenSSL has more ciphers than the tools read.
#[test]
fn a_cipher_that_is_not_read_is_not_called_a_wrong_passphrase() {
    needs!(OPENSSL);
    for cipher in ["-v2 camellia-256-cbc", "-v2 aria-256-cbc", "-v2 des", "-v1 PBE-SHA1-3DES", "-v1 PBE-MD5-RC2-64"] {
        let sandbox = sandbox();
        let make = "openssl genrsa 2048 2>/dev/null | openssl pkcs8 -topk8 -provider default -provider legacy";
        let made = sandbox.shell(&format!("{make} {cipher} -passout file:pass -out id 2>/dev/null && chmod 600 id"));
        if made.status != Some(0) {
            continue; // this OpenSSL does not write it
        }
        for reader in READERS {
            let outcome = sandbox.shell(reader);
            assert!(!outcome.stderr.contains("wrong"), "{cipher}: {reader}: {outcome:?}");
            let Some((_, hint)) = outcome.stderr.split_once("hint: `openssl") else { continue };
            let command = hint.split('`').next().unwrap().replace("FILE", "id").replace("NEW", "new");
            // From one file openssl(1) would take the first line and then the second.
            let passphrases = "-passin file:pass -passout file:./pass";
            let _ = sandbox.shell(&format!("openssl{command} {passphrases} && chmod 600 new")).good();
            assert_eq!(sandbox.shell(&reader.replace("id", "new")).status, Some(0), "{cipher}: {command}");
        }
    }
}

#[test]
fn rsa_keys_whose_primes_differ_in_length_are_read_and_written() {
    needs!(SSH_KEYGEN, PYTHON);
    let sandbox = sandbox();
    let script = binaries::root().join("tests/fixtures/unequal_primes.py");
    let _ = sandbox.run("python3", [script.as_os_str(), sandbox.path().as_os_str()]).good();
    for key in ["1025-1024", "1024-1025", "513-512", "700-400"] {
        let pem = format!("{key}.pem");
        let _ = sandbox.shell(&format!("chmod 600 {pem}")).good();
        let public = sandbox.run("ssh-keygen", ["-y", "-f", &pem]).good();
        assert_eq!(sandbox.run("keygen", ["-y", "-f", &pem]).good(), public, "{key}");
        for format in ["OpenSSH", "PEM", "PKCS8", "PPK"] {
            let _ = sandbox.shell(&format!("cp {pem} id && keygen -q -p -m {format} -N '{PASSPHRASE}' -f id")).good();
            let again = sandbox.run("keygen", ["-y", "-P", PASSPHRASE, "-f", "id"]).good();
            assert_eq!(again, public, "{key} {format}");
            if format != "PPK" {
                let theirs = sandbox.run("ssh-keygen", ["-y", "-P", PASSPHRASE, "-f", "id"]).good();
                assert_eq!(theirs, public, "{key} {format}");
            }
        }
    }
}

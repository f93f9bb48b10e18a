//! Makes private keys in many encodings: their formats, how these are encoded, cut and joined, and where around a
//! public key the result is put. The suite's own generator makes every choice, so the same seed makes the same files.

use std::fs;

use support::Sandbox;

/// Chooses a number below a bound.
pub(crate) type Choose<'a> = &'a mut dyn FnMut(usize) -> usize;

/// Private keys as files of all formats, plain and encrypted, and as their bare bytes.
pub(crate) fn secrets() -> Vec<(String, Vec<u8>)> {
    let sandbox = Sandbox::new();
    for (kind, forms) in [
        ("ed25519", &["OpenSSH", "PKCS8", "PPK"][..]),
        ("ecdsa", &["OpenSSH", "PKCS8", "PEM", "PPK", "PPK2"]),
        ("rsa", &["OpenSSH", "PKCS8", "PEM", "PPK"]),
    ] {
        for form in forms {
            for passphrase in ["", "secret"] {
                let name = format!("{kind}-{form}{passphrase}");
                let words = ["-q", "-t", kind, "-m", form, "-N", passphrase, "-C", "", "-f", &name];
                assert_eq!(sandbox.run("keygen", words).status, Some(0), "{name}");
            }
        }
    }
    let _ = sandbox
        .shell(
            "rm *.pub; for f in ed25519-PKCS8 ecdsa-PEM rsa-PKCS8 rsa-PEM ed25519-OpenSSH; do \
             grep -v -e '^-' $f | base64 -d > $f.der; gzip -nk $f; done; tail -c 32 ed25519-PKCS8.der > seed",
        )
        .good();
    let names = sandbox.names().into_iter();
    let mut secrets: Vec<_> = names.map(|name| (name.clone(), fs::read(sandbox.file(&name)).unwrap())).collect();
    let seed = fs::read(sandbox.file("seed")).unwrap();
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{}"}}"#, encode(&seed, BASE64URL));
    secrets.push(("ed25519.jwk".to_owned(), jwk.into_bytes()));
    // The bodies of PEM, and the BEGIN and END lines with other dashes and in lowercase.
    for (name, bytes) in secrets.clone() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if let Some((begin, rest)) = text.split_once("-----\n") {
            let body = rest.split_once("\n-----").unwrap().0;
            secrets.push((format!("{name} body"), body.into()));
            secrets.push((format!("{name} four dashes"), text.replace("-----", "----").into()));
            secrets.push((format!("{name} no dashes"), text.replace("-----", "").into()));
            secrets.push((format!("{name} in lowercase"), text.replace(begin, &begin.to_lowercase()).into()));
        }
    }
    secrets
}

pub(crate) const BASE64: (&[u8], u32) = (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6);
const BASE64URL: (&[u8], u32) = (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6);
const BASE32: (&[u8], u32) = (b"abcdefghijklmnopqrstuvwxyz234567", 5);
const HEX: (&[u8], u32) = (b"0123456789abcdef", 4);
const CAPITAL_HEX: (&[u8], u32) = (b"0123456789ABCDEF", 4);
const BITS: (&[u8], u32) = (b"01", 1);

/// Encodes bytes in an alphabet with that many bits for each character, without padding.
pub(crate) fn encode(bytes: &[u8], (alphabet, width): (&[u8], u32)) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= width {
            bits -= width;
            text.push(char::from(alphabet[(held >> bits & ((1 << width) - 1)) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(alphabet[(held << (width - bits) & ((1 << width) - 1)) as usize]));
    }
    text
}

fn each(bytes: &[u8], write: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|byte| write(*byte)).collect()
}

/// A way to write bytes as other bytes.
pub(crate) type Encode = fn(&[u8]) -> Vec<u8>;

/// The encodings, by name.
pub(crate) const ENCODINGS: [(&str, Encode); 22] = [
    ("as it is", |bytes| bytes.to_vec()),
    ("base64", |bytes| encode(bytes, BASE64).into()),
    ("base64 padded", |bytes| (encode(bytes, BASE64) + &"=".repeat((3 - bytes.len() % 3) % 3)).into()),
    ("base64 after one byte", |bytes| encode(&[b"a", bytes].concat(), BASE64).into()),
    ("base64 after two bytes", |bytes| encode(&[b"ab", bytes].concat(), BASE64).into()),
    ("base64url", |bytes| encode(bytes, BASE64URL).into()),
    ("base32", |bytes| encode(bytes, BASE32).into()),
    ("hexadecimal", |bytes| encode(bytes, HEX).into()),
    ("capital hexadecimal", |bytes| encode(bytes, CAPITAL_HEX).into()),
    ("hexadecimal with colons", |bytes| each(bytes, |byte| format!("{byte:02x}:")).into()),
    ("hexadecimal for C", |bytes| each(bytes, |byte| format!("0x{byte:02X}, ")).into()),
    ("GUIDs", |bytes| {
        let hex = encode(bytes, HEX);
        let guids = hex.as_bytes().chunks(32).map(|guid| {
            let guid = str::from_utf8(guid).unwrap();
            let cut = |from: usize, to: usize| guid.get(from..to.min(guid.len())).unwrap_or_default();
            [cut(0, 8), cut(8, 12), cut(12, 16), cut(16, 20), cut(20, 32)].join("-")
        });
        guids.collect::<Vec<_>>().join(" ").into()
    }),
    ("percent", |bytes| each(bytes, |byte| format!("%{byte:02X}")).into()),
    ("percent where needed", |bytes| {
        let write = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        each(bytes, write).into()
    }),
    ("octal", |bytes| each(bytes, |byte| format!("\\{byte:03o}")).into()),
    ("JSON's escapes", |bytes| each(bytes, |byte| format!("\\u{byte:04x}")).into()),
    ("decimal", |bytes| each(bytes, |byte| format!("{byte} ")).into()),
    ("bits", |bytes| encode(bytes, BITS).into()),
    ("letters only", |bytes| each(bytes, |byte| format!("{}{}", hex_letter(byte >> 4), hex_letter(byte & 15))).into()),
    ("UTF-16", |bytes| bytes.iter().flat_map(|byte| [*byte, 0]).collect()),
    ("UTF-16 the other way", |bytes| bytes.iter().flat_map(|byte| [0, *byte]).collect()),
    ("backwards", |bytes| bytes.iter().rev().copied().collect()),
];

fn hex_letter(number: u8) -> char {
    char::from(b'a' + number)
}

/// The separators with which the pieces of a text are joined.
const JOINTS: [&str; 20] = [
    "", " ", "  ", "\t", "-", ".", "_", ",", ":", "/", "|", "\\n", "\r", "\0", "\u{a0}", "\u{200b}", "\u{202e}",
    "\u{1}", " x ", "\" \"",
];

/// Replaces the line ends of a text by other separators, and cuts it into pieces of one length or of any.
pub(crate) fn cut(text: &[u8], choose: Choose<'_>) -> Vec<u8> {
    let joint = JOINTS[choose(JOINTS.len())].as_bytes();
    let width = [usize::MAX, 0, 1, 2, 4, 8, 16, 17, 30, 64][choose(10)];
    let mut cut = Vec::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let mut rest = line;
        while !rest.is_empty() {
            let length = if width == 0 { 1 + choose(24) } else { width }.min(rest.len());
            cut.extend_from_slice(&rest[..length]);
            cut.extend_from_slice(joint);
            rest = &rest[length..];
        }
    }
    cut
}

/// Puts a text somewhere around a public key.
pub(crate) type Put = fn(&str, &[u8]) -> Vec<u8>;

/// The places around a public key where a text may be, each with the consumers that accept such a file if the text is
/// plain.
pub(crate) const PLACES: [(&str, Put, &[&str]); 14] = [
    ("comment", |key, text| [key.as_bytes(), b" ", text, b"\n"].concat(), &["azure", "openssh", "aws"]),
    ("comment after a word", |key, text| [key.as_bytes(), b" me ", text, b"\n"].concat(), &["azure", "openssh", "aws"]),
    ("line of comment before", |key, text| [b"# ", text, b"\n", key.as_bytes(), b"\n"].concat(), &["azure", "openssh"]),
    ("line of comment after", |key, text| [key.as_bytes(), b"\n#", text, b"\n"].concat(), &["azure", "openssh"]),
    (
        "comment lines",
        |key, text| {
            // Coarse or fine.
            let width = [2, 4, 24][text.len() % 3];
            let lines = text.chunks(width).flat_map(|piece| [b"# ", piece, b"\n"].concat());
            [key.as_bytes(), b"\n"].concat().into_iter().chain(lines).collect()
        },
        &["azure", "openssh"],
    ),
    ("command", |key, text| [b"command=\"", text, b"\" ", key.as_bytes(), b"\n"].concat(), &["openssh"]),
    (
        "environment",
        |key, text| [b"environment=\"X=", text, b"\",no-pty ", key.as_bytes(), b"\n"].concat(),
        &["openssh"],
    ),
    ("comment of RFC 4716", |key, text| rfc4716(key, &[b"Comment: \"", text, b"\""].concat()), &["aws"]),
    (
        "header of RFC 4716",
        |key, text| {
            let lines: Vec<_> = text.chunks(60).collect();
            rfc4716(key, &[b"x-private: ", &*lines.join(&b"\\\n"[..])].concat())
        },
        &["aws"],
    ),
    ("text before BEGIN", |key, text| [text, b"\n", &rfc4716(key, b"Comment: \"c\"")].concat(), &[]),
    ("text after END", |key, text| [&rfc4716(key, b"Comment: \"c\""), text, b"\n"].concat(), &[]),
    ("JSON", |key, text| json(&serde_json::json!({"publicKey": key, "x": lossy(text)})), &[]),
    (
        "JSON within JSON",
        |key, text| {
            let inner = serde_json::json!({"k": lossy(text)}).to_string();
            json(&serde_json::json!({"publicKey": key, "x": [{"y": inner}]}))
        },
        &[],
    ),
    (
        "JSON beside the key",
        |key, text| [json(&serde_json::json!({"x": lossy(text)})), key.as_bytes().to_vec(), b"\n".to_vec()].concat(),
        &[],
    ),
];

fn rfc4716(key: &str, header: &[u8]) -> Vec<u8> {
    let body = key.split(' ').nth(1).unwrap();
    let lines: Vec<_> = body.as_bytes().chunks(70).collect();
    let parts: [&[u8]; 5] = [
        b"---- BEGIN SSH2 PUBLIC KEY ----\n",
        header,
        b"\n",
        &lines.join(&b"\n"[..]),
        b"\n---- END SSH2 PUBLIC KEY ----\n",
    ];
    parts.concat()
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn json(value: &serde_json::Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

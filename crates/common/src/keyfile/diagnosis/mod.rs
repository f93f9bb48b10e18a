//! Names texts that are not SSH keys: one row for each thing that people paste, upload or save instead of a key, with the
//! remedy. No message repeats the text: it may be secret.
//!
//! To add one: a row in [`TEXTS`] or [`LINES`].

mod blob;
mod blocks;
mod body;
mod characters;
mod damage;
mod digits;
mod foreign;
mod look;
mod marks;
mod names;
mod programs;

pub(super) use blocks::COPY_AGAIN;
pub use body::holds_base64_of_a_private_key;
pub(super) use body::{holds_part_of_a_private_key, may_be_one as may_be_a_body};
pub use damage::GIVE_PUBLIC_KEY;
pub(super) use foreign::in_an_envelope;
pub(super) use look::Diagnosis;
use look::{MAX_LOOK, holds, lines};
pub(super) use marks::begins_damaged_block;

/// Returns a diagnosis if the text is of this kind.
type Look = fn(&[u8]) -> Option<Diagnosis>;

/// The kinds of whole texts.
static TEXTS: [Look; 32] = [
    file_of_another_kind,
    ssh1,
    binary,
    marks::decoded_byte_order_mark,
    foreign::document,
    foreign::block,
    marks::printed_line_ends,
    marks::second_begin,
    marks::damaged_markers,
    marks::damaged_ppk,
    marks::different_labels,
    marks::text_after_end,
    marks::replaced_newlines,
    marks::end_alone,
    characters::invisible,
    characters::wide,
    blocks::empty,
    blocks::shortened,
    blocks::placeholder,
    blocks::plus_lost,
    blocks::not_of_base64,
    blocks::without_headers,
    foreign::encrypted_file,
    programs::file,
    one_character_per_line,
    space_after_each_character,
    digits::dump,
    digits::hexadecimal,
    foreign::in_base64,
    body::without_markers,
    output_of_ssh_keygen,
    key_printed_as_text,
];

/// The kinds of single lines.
static LINES: [Look; 25] = [
    characters::invisible,
    characters::wide,
    characters::another_hyphen,
    programs::answer,
    programs::line,
    names::empty_value,
    names::fingerprint,
    names::path,
    names::shortened,
    blob::symbol_before_key,
    damage::placeholder_after_type,
    damage::two_types,
    damage::word_before_key,
    blob::without_beginning,
    blob::comment_without_space,
    damage::padding,
    damage::not_of_base64,
    damage::before_the_type,
    damage::in_uppercase,
    names::placeholder,
    names::key_of_another_program,
    names::word_that_is_not_a_type,
    names::two_keys,
    names::joined_type,
    names::space_in_options,
];

/// Names a text that holds no key.
pub(super) fn of_text(text: &[u8]) -> Option<Diagnosis> {
    let text = text.get(..MAX_LOOK).unwrap_or(text);
    TEXTS.iter().find_map(|look| look(text))
}

/// Names a line that holds no key.
pub(super) fn of_line(line: &[u8]) -> Option<Diagnosis> {
    let line = line.get(..MAX_LOOK).unwrap_or(line);
    // Binary data may look like anything.
    if binary(line).is_some() {
        return None;
    }
    LINES.iter().find_map(|look| look(line))
}

/// Files of other kinds, by their first bytes.
fn file_of_another_kind(text: &[u8]) -> Option<Diagnosis> {
    const MAGIC: [(&[u8], &str); 10] = [
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a file compressed with gzip"),
        (b"%PDF-", "a PDF document"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"\xfe\xed\xfe\xed", "a Java key store"),
        (b"\x7fELF", "a program"),
        (b"SQLite format 3", "a database"),
        (b"SSHKRL\n", "an OpenSSH key revocation list (KRL)"),
        (b"\0GITCRYPT\0", "a file encrypted with git-crypt"),
    ];
    let (_, what) = MAGIC.iter().find(|(magic, _)| text.starts_with(magic))?;
    Some(Diagnosis::new(format!("this is {what}, not a key"), "give the file of the key itself"))
}

/// A private key of SSH-1.
fn ssh1(text: &[u8]) -> Option<Diagnosis> {
    text.starts_with(b"SSH PRIVATE KEY FILE FORMAT 1.").then(|| {
        let hint = "OpenSSH since 7.6 does not read it; `keygen` makes a new key";
        Diagnosis { is_binary: true, ..Diagnosis::new("this is an SSH-1 private key", hint) }
    })
}

/// The number of bytes that are examined to see whether the input is text.
const MAX_SAMPLE: usize = 4096;

/// Data that is not text.
fn binary(text: &[u8]) -> Option<Diagnosis> {
    let sample = text.get(..MAX_SAMPLE).unwrap_or(text);
    let is_control = |letter: &char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{c}');
    let of_chunk =
        |chunk: std::str::Utf8Chunk<'_>| chunk.valid().chars().filter(is_control).count() + chunk.invalid().len();
    let strange: usize = sample.utf8_chunks().map(of_chunk).sum();
    // A few stray characters may be in a text.
    if strange <= 4 || strange <= sample.len() / 16 {
        return None;
    }
    let known = text_in_another_encoding(sample).unwrap_or_else(|| {
        let hint = "a key's file is text: PEM, OpenSSH or PuTTY format, or one line";
        Diagnosis::new("this is binary data, not text", hint)
    });
    Some(Diagnosis { is_binary: true, ..known })
}

/// ASCII text with two or four bytes per character, where the input does not begin so.
fn text_in_another_encoding(sample: &[u8]) -> Option<Diagnosis> {
    let zeros = memchr::memchr_iter(0, sample).count();
    let is_of_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n' | 0 | 0xfe | 0xff);
    let encoding = match zeros * 8 / sample.len().max(1) {
        3 | 4 => "UTF-16",
        5 | 6 => "UTF-32",
        _ => return None,
    };
    sample.iter().all(is_of_text).then(|| {
        let hint = "save all of the file as UTF-8; in PowerShell `Out-File -Encoding utf8` does, and `>>` does not";
        Diagnosis::new(format!("this is {encoding}, in a file that begins in another encoding"), hint)
    })
}

/// Text with one character per line, as a terminal or a web form may leave it.
fn one_character_per_line(text: &[u8]) -> Option<Diagnosis> {
    const LEAST: usize = 20;
    let filled = lines(text).filter(|line| !line.is_empty());
    let single = filled.clone().filter(|line| line.len() == 1).count();
    (single >= LEAST && filled.count() < single + single / 8).then(|| {
        Diagnosis::new(
            "each line holds one character: the key was split into its characters",
            "copy it again, as one text",
        )
    })
}

/// Text with a space after each character: UTF-16 that was read as something else.
fn space_after_each_character(text: &[u8]) -> Option<Diagnosis> {
    const LEAST: usize = 40;
    let line = text.trim_ascii();
    let (pairs, _) = line.as_chunks::<2>();
    let is_spaced = pairs.len() >= LEAST && pairs.iter().all(|[_, blank]| *blank == b' ');
    is_spaced.then(|| Diagnosis::new("each character is followed by a space", "copy the key again, from its file"))
}

/// The output of ssh-keygen when it makes a key.
fn output_of_ssh_keygen(text: &[u8]) -> Option<Diagnosis> {
    if holds(text, "+---[") && !holds(text, "Generating") && names::fingerprint(text).is_some() {
        let hint = "a fingerprint cannot be turned back into a key; give the public key's file";
        return Some(Diagnosis::new("this is a fingerprint with its picture, as `ssh-keygen -lv` prints them", hint));
    }
    let is_log =
        ["Generating public/private", "Your public key has been saved", "key's randomart image is", "+---[", "+----["];
    is_log.iter().any(|line| holds(text, line)).then(|| {
        let hint = "give the file that it names after `has been saved in`";
        Diagnosis::new("these are the messages of ssh-keygen, not the key", hint)
    })
}

/// The output of `openssl pkey -text` and `ssh-keygen -L`, and RSA keys in XML.
fn key_printed_as_text(text: &[u8]) -> Option<Diagnosis> {
    if holds(text, "<RSAKeyValue>") {
        let hint = "export the key as PEM, for example with .NET's ExportRSAPrivateKeyPem";
        return Some(Diagnosis::new("this is an RSA key in XML, as .NET writes it", hint));
    }
    if holds(text, "Signing CA: ") && holds(text, "Key ID: ") {
        let hint = "give the file of the certificate itself, whose name ends in -cert.pub";
        return Some(Diagnosis::new("this is what `ssh-keygen -L` prints about a certificate", hint));
    }
    let is_text = ["modulus:\n", "Modulus:\n", "priv:\n", "pub:\n"].iter().any(|line| holds(text, line));
    is_text.then(|| {
        let hint = "leave out -text and -noout: `openssl pkey -in FILE` prints the key itself";
        Diagnosis::new("these are the parameters of a key as `openssl -text` prints them", hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        let diagnosis = of_text(text.as_bytes()).or_else(|| of_line(text.as_bytes()));
        diagnosis.map_or_else(String::new, |diagnosis| diagnosis.refusal.why)
    }

    /// Names what is pasted or saved instead of a key.
    #[test]
    fn text_that_is_not_a_key_is_named() {
        let one_a_line: String =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5".chars().map(|letter| format!("{letter}\n")).collect();
        for (text, words) in [
            ("<!DOCTYPE html>\n<html>", "HTML"),
            ("{\\rtf1\\ansi", "Rich Text"),
            ("{\"kty\":\"RSA\"}", "JWK"),
            ("$ANSIBLE_VAULT;1.1;AES256\n3333", "Ansible Vault"),
            ("age-encryption.org/v1\n", "age"),
            ("PK\u{3}\u{4}", "ZIP"),
            ("SSH PRIVATE KEY FILE FORMAT 1.1\n\0\0", "SSH-1 private key"),
            ("arn:aws:secretsmanager:eu-west-1:1:secret:deploy-AbCdEf", "(ARN) of an AWS secret"),
            ("arn:aws-cn:ssm:cn-north-1:1:parameter/deploy", "(ARN) of an AWS parameter"),
            ("arn:aws:ec2:eu-west-1:1:key-pair/key-1", "(ARN) of an AWS resource"),
            ("<no value>", "<no value>"),
            ("@Microsoft.KeyVault(SecretUri=https://x)", "placeholder"),
            ("$ cat ~/.ssh/id.pub", "a command"),
            ("Load key \"/home/me/.ssh/id\": error in libcrypto", "error message"),
            ("\u{1}\u{2}\u{3}\0\0\0\0abc", "binary"),
            ("s\0s\0h\0-\0r\0s\0a\0 \0A\0", "UTF-16"),
            ("s\0\0\0s\0\0\0h\0\0\0-\0\0\0", "UTF-32"),
            ("<nil>", "<nil>"),
            ("[MASKED]", "redacted"),
            ("$encrypted$", "redacted"),
            ("\u{2022}\u{2022}\u{2022}", "redacted"),
            (
                "from=\"10.0.0.1\", no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B",
                "the options before the key contain a space",
            ),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n${KEY}\n-----END OPENSSH PRIVATE KEY-----", "placeholder"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n~/.ssh/id\n-----END OPENSSH PRIVATE KEY-----", "path"),
            ("-----BEGIN X-----nMIIEn-----END X-----", "`n` replaces each newline"),
            ("\u{ff33}\u{ff33}\u{ff28} AAAA", "a full-width character, U+FF33"),
            ("/home/me/.ssh/id_rsa.pub\n", "path"),
            ("~/.ssh/id_ed25519", "path"),
            ("C:\\Users\\me\\.ssh\\id_rsa.pub", "path"),
            ("id_ed25519.pub", "path"),
            ("256 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU me (ED25519)", "fingerprint"),
            ("MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "fingerprint"),
            ("null", "null"),
            ("https://example.com/keys", "URL"),
            ("[REDACTED]", "redacted"),
            ("ERROR: ResourceNotFound", "error message"),
            ("ssh-ed25519AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm", "space"),
            ("ssh\u{2011}ed25519 AAAAC3NzaC1lZDI1NTE5", "U+2011"),
            ("ssh-ed25519\u{2212}cert-v01@openssh.com AAAA", "U+2212"),
            ("PuTTY\u{2013}User\u{2013}Key\u{2013}File\u{2013}3: ssh\u{2013}ed25519\nComment: x", "U+2013"),
            ("Encryption: none\nPublic-Lines: 2\nAAAA\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00", "first line"),
            (&format!("H4sIAAJ0DGsC/52Q{}", "A".repeat(40)), "gzip"),
            (&format!("MIIJzwIBAzCCCYUGCSqGSIb3DQEHAaCCCXYE{}", "A".repeat(40)), "PKCS#12"),
            ("-----BEGIN A KEY-----\nAAAA\n-----END B KEY-----", "labels"),
            ("-----begin openssh private key-----\nAAAA", "not in uppercase"),
            ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END", "dashes"),
            ("\"\"", "empty"),
            ("The agent has no identities.", "ssh-agent"),
            ("cat: id_rsa.pub: No such file or directory", "error message"),
            ("ssh-rsa AAAAB3NzaC1yc2E...me", "shortened"),
            ("ssh-rsa AAAAB3NzaC1yc2E\u{2026} me", "shortened"),
            ("<your public key>", "placeholder"),
            ("${var.ssh_key}", "placeholder"),
            ("{{ ssh_key }}", "placeholder"),
            ("YOUR_PUBLIC_KEY", "placeholder"),
            ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "age"),
            ("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "WireGuard"),
            ("2048 65537 123456789012345678901234567890123456789012345678901234567890", "SSH-1"),
            ("ssh-ed25519\u{a0}AAAAC3NzaC1lZDI1NTE5", "U+00A0"),
            ("\u{200b}ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "U+200B"),
            ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", "OPENSSH PRIVATE KEY"),
            ("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC", "PKCS#8"),
            (&one_a_line, "one character"),
            (&one_a_line.replace('\n', " ").repeat(2), "followed by a space"),
            ("\u{2014}\u{2014}-BEGIN OPENSSH PRIVATE KEY\u{2014}\u{2014}-\nb3Bl", "dashes"),
            ("----BEGIN RSA PRIVATE KEY-----\nMIIE", "dashes"),
            ("Generating public/private ed25519 key pair.", "ssh-keygen"),
            ("RSA Private-Key: (2048 bit)\nmodulus:\n  00:ae", "openssl"),
        ] {
            assert!(why(text).contains(words), "{text:?}: {:?}", why(text));
        }
    }

    #[test]
    fn prose_and_other_lines_are_nothing_known() {
        for text in [
            "",
            "/R+x0MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4",
            "hello world",
            "a key for the VM",
            "ssh-rsa",
            "42",
            "x = y",
            "\u{e4}\u{f6}\u{fc}",
        ] {
            assert_eq!(why(text), "", "{text}");
        }
    }

    #[test]
    fn the_line_of_a_damaged_marker_is_reported() {
        let text = "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n-- END SSH2 PUBLIC KEY --\n";
        let diagnosis = of_text(text.as_bytes()).unwrap();
        assert!(diagnosis.line == 2 && diagnosis.refusal.why.contains("END"));
    }
}

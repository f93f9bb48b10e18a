//! Names files of other programs, bare, in base64 or in other envelopes.

use zeroize::Zeroizing;

use super::body;
use super::look::{Diagnosis, holds, lines};
use crate::key::base64::is_digit_or_padding;
use crate::keyfile::codec::{content, x509};
use crate::keyfile::pem;

const EXPORT_JWK: &str = "export the key as PEM (PKCS#8, or SPKI for a public key) with the tool that made it";

/// Documents.
pub(super) fn document(text: &[u8]) -> Option<Diagnosis> {
    let start = text.trim_ascii_start().get(..1024.min(text.trim_ascii_start().len())).unwrap_or_default();
    let lower = start.to_ascii_lowercase();
    if lower.starts_with(b"<!doctype html") || holds(&lower, "<html") {
        let hint = "download the raw file; the server may have answered with a page to sign in";
        return Some(Diagnosis::new("this is an HTML page, not a key", hint));
    }
    if lower.starts_with(b"{\\rtf") {
        return Some(Diagnosis::new("this is a document in Rich Text Format", "save the key as plain text"));
    }
    if holds(text, "\"kty\"") {
        return Some(Diagnosis::new("this is a JSON Web Key (JWK), which SSH does not use", EXPORT_JWK));
    }
    if lower.starts_with(b"<?xml") {
        return Some(Diagnosis::new("this is an XML document without an SSH key", "give the file of the key itself"));
    }
    None
}

/// Files that must be decrypted first.
pub(super) fn encrypted_file(text: &[u8]) -> Option<Diagnosis> {
    let start = text.trim_ascii_start();
    let row = |why: &str, hint| Some(Diagnosis::new(why, hint));
    if let Some(vault) = ansible_vault(text) {
        return Some(vault);
    }
    if start.starts_with(b"age-encryption.org/") || holds(start, "BEGIN AGE ENCRYPTED FILE") {
        return row("this is a file encrypted with age", "`age --decrypt FILE` prints its contents");
    }
    if holds(start, "ENC[AES256_GCM,") {
        return row("this is a file encrypted with SOPS", "`sops decrypt FILE` prints its contents");
    }
    if start.starts_with(b"Salted__") || start.starts_with(b"U2FsdGVkX1") {
        return row("this is a file encrypted with `openssl enc`", "decrypt it with `openssl enc -d` first");
    }
    None
}

/// A file encrypted by Ansible Vault, or a value in a YAML file.
fn ansible_vault(text: &[u8]) -> Option<Diagnosis> {
    let begins = |line: &[u8]| line.starts_with(b"$ANSIBLE_VAULT;");
    let is_value = lines(text).any(|line| line.ends_with(b"!vault |"));
    let line = lines(text).position(|line| begins(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)))?;
    let hint = if is_value {
        "`ansible localhost -m debug -a var=NAME -e @FILE --ask-vault-pass` shows the value of that name"
    } else if lines(text).nth(line).is_some_and(begins) {
        "`ansible-vault view FILE` shows the key"
    } else {
        "delete the byte order mark before it; `ansible-vault view FILE` then shows the key"
    };
    Some(Diagnosis::new("this is a file encrypted with Ansible Vault", hint).on_line(line))
}

/// A block whose label is not that of an SSH key, with or without its newlines and its END line, after any prefix.
pub(super) fn block(text: &[u8]) -> Option<Diagnosis> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    memchr::memmem::find_iter(text, BEGIN).find_map(|at| {
        let rest = text.get(at + BEGIN.len()..)?;
        let label = rest.get(..memchr::memmem::find(rest, b"-----")?)?;
        let refusal = content::foreign(std::str::from_utf8(label).ok()?)?;
        let line = memchr::memchr_iter(b'\n', text.get(..at)?).count();
        Some(Diagnosis { refusal, line, is_binary: false })
    })
}

/// The base64 of a file that is not an SSH key.
pub(super) fn in_base64(text: &[u8]) -> Option<Diagnosis> {
    const PKCS12: &str = "this is base64 of a PKCS#12 file (.pfx, .p12), which contains a key and certificates";
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    base64.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let start = base64.get(..body::START.min(base64.len()))?;
    let is_whole = base64.len() >= body::SHORTEST && start.iter().copied().all(is_digit_or_padding);
    let start = body::decoded_start(start).filter(|_| is_whole)?;
    if start.starts_with(b"\x1f\x8b") {
        let hint = "`base64 -d FILE | gunzip` prints its contents";
        return Some(Diagnosis::new("this is base64 of a file compressed with gzip, not a key", hint));
    }
    if start.starts_with(b"{") && pem::decode(&base64).is_some_and(|json| holds(&json, "\"kty\"")) {
        return Some(Diagnosis::new("this is base64 of a JSON Web Key (JWK), which SSH does not use", EXPORT_JWK));
    }
    if ["-----BEGIN ", "ssh-", "ecdsa-", "PuTTY-User-Key-File-"].iter().any(|key| start.starts_with(key.as_bytes())) {
        let hint = "`base64 -d FILE` shows it; encode the key's file again";
        return Some(Diagnosis::new("this is base64 of a key's text that is cut short or damaged", hint));
    }
    let legacy = x509::legacy_option(&start);
    let hint = format!(
        "`base64 -d FILE > PFX`, then `openssl pkcs12 {legacy}-in PFX -nocerts -out KEY` extracts the private key"
    );
    matches!(body::inner(&start)?, [2, 1, 3, 0x30, ..]).then(|| Diagnosis::new(PKCS12, hint))
}

/// The contents of an envelope that hold no key: the body of a block, or the base64 of another file.
pub(in crate::keyfile) fn in_an_envelope(text: &[u8]) -> Option<Diagnosis> {
    body::of_body(text).or_else(|| in_base64(text))
}

#[cfg(test)]
mod tests {
    use crate::keyfile::diagnosis::of_text;

    #[test]
    fn files_of_other_programs_are_named_in_their_wrappers() {
        let jwk = "eyJjcnYiOiJFZDI1NTE5IiwieCI6InhxTzlnQW4xYXJjbVdIZFpjLVJnX2FNWW5WLTlGa1BId1o5Vmc1V2VrVEkiLCJrdHkiOiJPS1AifQ==";
        for (text, words, place) in [
            ("key: !vault |\n  $ANSIBLE_VAULT;1.2;AES256;prod\n  3333", "Ansible Vault", 1),
            ("\u{feff}$ANSIBLE_VAULT;1.1;AES256\n3333", "Ansible Vault", 0),
            ("> -----BEGIN PGP PUBLIC KEY BLOCK-----\n> \n> AAEC", "an OpenPGP public key", 0),
            ("-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\nAAEC", "an OpenPGP public key", 0),
            ("x\n-----BEGIN PGP PUBLIC KEY BLOCK-----  AAEC", "an OpenPGP public key", 1),
            ("-----BEGIN CERTIFICATE REQUEST-----\\nMIIC", "a certificate request", 0),
            (jwk, "JWK", 0),
        ] {
            let known = of_text(text.as_bytes()).map(|known| (known.refusal.why.contains(words), known.line));
            assert_eq!(known, Some((true, place)), "{text}");
        }
        assert!(of_text(b"-----BEGIN PGP PUBLIC").is_none());
    }
}

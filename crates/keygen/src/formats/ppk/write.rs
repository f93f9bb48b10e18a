//! Writing a PPK file.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::key::wire;
use common::keyfile::ppk::keys::{Argon, Keys, OutOfRange, authenticated};
use common::secret::Secret;
use rsa::traits::PrivateKeyParts as _;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::super::pem::LINE;
use super::super::{cannot_write, random};
use super::Version;
use crate::generate::KeyPair;

/// The cipher's block, in bytes.
const BLOCK: usize = 16;

pub(in super::super) fn write(
    pair: &KeyPair,
    comment: &str,
    passphrase: &Secret,
    version: Version,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let public = pair.public().map_err(cannot_write)?;
    let mut private = private_blob(pair)?;
    let encryption = if passphrase.is_empty() { "none" } else { "aes256-cbc" };
    let derivation = match (version, passphrase.is_empty()) {
        (Version::Three, false) => Some(Argon::usual(random()?)),
        _ => None,
    };
    let keys = Keys::derive(version, derivation.as_ref(), passphrase).map_err(out_of_range)?;
    if keys.cipher.is_some() {
        // Padded with a hash of the blob itself, so that the last block is no known plaintext.
        let padding = Sha1::digest(&*private);
        let missing = private.len().next_multiple_of(BLOCK) - private.len();
        private.extend(padding.iter().take(missing));
    }
    let covered = authenticated(public.type_name(), encryption, comment.as_bytes(), public.blob(), &private);
    let mac = keys.mac(version, &covered).map_err(out_of_range)?.finalize();
    let private = match &keys.cipher {
        None => private,
        Some(cipher) => Zeroizing::new(
            cbc::Encryptor::<aes::Aes256>::new((&*cipher.key).into(), (&*cipher.iv).into())
                .encrypt_padded_vec::<NoPadding>(&private),
        ),
    };

    let number = if version == Version::Two { 2 } else { 3 };
    let mut text = Zeroizing::new(Vec::with_capacity(4 * (public.blob().len() + private.len()) + 1024));
    let mut line = |line: &str| {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    };
    line(&format!("PuTTY-User-Key-File-{number}: {}", public.type_name()));
    line(&format!("Encryption: {encryption}"));
    line(&format!("Comment: {comment}"));
    lines(&mut line, "Public-Lines", public.blob());
    if let Some(derivation) = derivation {
        line("Key-Derivation: Argon2id");
        line(&format!("Argon2-Memory: {}", derivation.memory));
        line(&format!("Argon2-Passes: {}", derivation.passes));
        line(&format!("Argon2-Parallelism: {}", derivation.parallelism));
        line(&format!("Argon2-Salt: {}", hex(&derivation.salt)));
    }
    lines(&mut line, "Private-Lines", &private);
    line(&format!("Private-MAC: {}", hex(&mac)));
    Ok(text)
}

fn out_of_range(_: OutOfRange) -> Error {
    cannot_write("the key derivation's parameters are out of range")
}

/// The private numbers, in the order that the manual gives.
fn private_blob(pair: &KeyPair) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut blob = Zeroizing::new(Vec::with_capacity(8192));
    match pair {
        KeyPair::Rsa(key) => {
            let coefficient = key.crt_coefficient().ok_or_else(|| cannot_write("its primes are equal"))?;
            let mut put = |number: &rsa::BoxedUint| {
                wire::put_unsigned(&mut blob, &Zeroizing::new(number.to_be_bytes().to_vec()));
            };
            put(key.d());
            key.primes().iter().for_each(|prime| put(prime.as_ref()));
            put(&coefficient);
        }
        KeyPair::Ed25519(key) => wire::put_string(&mut blob, key.as_bytes()),
        KeyPair::Ecdsa(key) => wire::put_unsigned(&mut blob, key.private_key_bytes()),
    }
    Ok(blob)
}

fn lines(line: &mut impl FnMut(&str), name: &str, contents: &[u8]) {
    let base64 = Zeroizing::new(STANDARD.encode(contents));
    let chunks = base64.as_bytes().chunks(LINE);
    line(&format!("{name}: {}", chunks.len()));
    // Base64 is ASCII.
    chunks.for_each(|chunk| line(std::str::from_utf8(chunk).unwrap_or_default()));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Derives PKCS#8's keys from a passphrase.

use md5::Md5;
use pbkdf2::pbkdf2_hmac;
use pkcs8::pkcs5::pbes2::{Pbkdf2Params, Pbkdf2Prf};
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::protection::DecryptError;

/// The hash of PBKDF1.
#[derive(Clone, Copy)]
pub(super) enum Hash {
    Md5,
    Sha1,
}

/// Computes PBKDF1, RFC 8018 section 5.1: a hash of the parts, then repeatedly of the previous hash, `rounds` in all.
pub(super) fn pbkdf1(hash: Hash, parts: [&[u8]; 2], rounds: u32) -> Zeroizing<Vec<u8>> {
    match hash {
        Hash::Md5 => hash_often::<Md5>(parts, rounds),
        Hash::Sha1 => hash_often::<Sha1>(parts, rounds),
    }
}

fn hash_often<D: Digest>(parts: [&[u8]; 2], rounds: u32) -> Zeroizing<Vec<u8>> {
    let mut hash = Zeroizing::new(D::new().chain_update(parts[0]).chain_update(parts[1]).finalize().to_vec());
    for _ in 1..rounds {
        hash = Zeroizing::new(D::digest(&*hash).to_vec());
    }
    hash
}

/// Computes PBKDF2, RFC 8018 section 5.2.
///
/// # Errors
/// Another function than HMAC with SHA-1 or SHA-2.
pub(super) fn pbkdf2(parameters: &Pbkdf2Params, passphrase: &[u8], key: &mut [u8]) -> Result<(), DecryptError> {
    let (salt, rounds) = (parameters.salt.as_ref(), parameters.iteration_count);
    match parameters.prf {
        Pbkdf2Prf::HmacWithSha1 => pbkdf2_hmac::<Sha1>(passphrase, salt, rounds, key),
        Pbkdf2Prf::HmacWithSha224 => pbkdf2_hmac::<Sha224>(passphrase, salt, rounds, key),
        Pbkdf2Prf::HmacWithSha256 => pbkdf2_hmac::<Sha256>(passphrase, salt, rounds, key),
        Pbkdf2Prf::HmacWithSha384 => pbkdf2_hmac::<Sha384>(passphrase, salt, rounds, key),
        Pbkdf2Prf::HmacWithSha512 => pbkdf2_hmac::<Sha512>(passphrase, salt, rounds, key),
        _ => return Err(DecryptError::Unknown),
    }
    Ok(())
}

/// The block size of SHA-1 in bytes.
const BLOCK: usize = 64;

/// Computes PKCS#12's derivation: two or three DES keys, as used by Triple DES, and an initialisation vector. RFC 7292
/// appendix B.
pub(super) fn pkcs12(passphrase: &[u8], salt: &[u8], rounds: u32, keys: usize) -> Zeroizing<Vec<u8>> {
    let passphrase = utf16(passphrase);
    let mut key = Zeroizing::new(Vec::with_capacity(32));
    key.extend_from_slice(&pkcs12_part(1, &passphrase, salt, rounds, 8 * keys));
    if keys == 2 {
        key.extend_from_within(..8);
    }
    key.extend_from_slice(&pkcs12_part(2, &passphrase, salt, rounds, 8));
    key
}

/// Converts a passphrase to big-endian UTF-16 with a final zero. Bytes that are not UTF-8 are taken as Latin-1, as in
/// OpenSSL.
fn utf16(passphrase: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * passphrase.len() + 2));
    match std::str::from_utf8(passphrase) {
        Ok(text) => text.encode_utf16().for_each(|unit| bytes.extend_from_slice(&unit.to_be_bytes())),
        Err(_) => passphrase.iter().for_each(|byte| bytes.extend_from_slice(&[0, *byte])),
    }
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// Derives `length` bytes for a key (1) or an initialisation vector (2): RFC 7292 appendix B.2.
fn pkcs12_part(purpose: u8, passphrase: &[u8], salt: &[u8], rounds: u32, length: usize) -> Zeroizing<Vec<u8>> {
    let whole = |part: &[u8]| part.len().next_multiple_of(BLOCK);
    let mut input = Zeroizing::new(Vec::with_capacity(whole(salt) + whole(passphrase)));
    for part in [salt, passphrase] {
        input.extend(part.iter().cycle().take(whole(part)));
    }
    let mut derived = Zeroizing::new(Vec::with_capacity(length + 32));
    while derived.len() < length {
        let mut hash = Sha1::new().chain_update([purpose; BLOCK]).chain_update(&*input).finalize();
        for _ in 1..rounds {
            hash = Sha1::digest(hash);
        }
        derived.extend_from_slice(&hash);
        for block in input.chunks_mut(BLOCK) {
            add(block, &hash);
        }
    }
    derived.truncate(length);
    derived
}

/// Adds the hash, repeated to the block's length, and 1 to a block as an integer, modulo the block's size.
fn add(block: &mut [u8], hash: &[u8]) {
    let mut carry = 1;
    for (at, byte) in block.iter_mut().enumerate().rev() {
        let sum = u16::from(*byte) + hash.get(at % hash.len()).map_or(0, |byte| u16::from(*byte)) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}

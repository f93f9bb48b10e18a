//! PKCS#12's way to encrypt, which some programs use for PKCS#8 too: RFC 7292 appendices B and C. Only with SHA-1 and Triple
//! DES.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::protection::DecryptError;
use crate::secret::Secret;

/// The block of SHA-1, in bytes.
const BLOCK: usize = 64;

/// Decrypts contents under Triple DES, whose keys are three or two.
///
/// # Errors
/// Any; padding that is right by chance lets a wrong passphrase pass.
pub(super) fn decrypt(
    contents: &[u8],
    passphrase: &Secret,
    (salt, rounds): (&[u8], u32),
    keys: usize,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let open = |passphrase: &[u8]| {
        let mut key = derive(1, passphrase, salt, rounds, 8 * keys);
        if keys == 2 {
            key.extend_from_within(..8);
        }
        let iv = derive(2, passphrase, salt, rounds, 8);
        let decryptor =
            cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv).map_err(|_| DecryptError::Unknown)?;
        let opened = decryptor.decrypt_padded_vec::<Pkcs7>(contents).map_err(|_| DecryptError::WrongPassphrase)?;
        Ok(Zeroizing::new(opened))
    };
    open(&utf16(passphrase.expose()))
}

/// A passphrase in big-endian UTF-16 with a zero behind it. What is not UTF-8 is taken for Latin-1, as OpenSSL does.
fn utf16(passphrase: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * passphrase.len() + 2));
    match std::str::from_utf8(passphrase) {
        Ok(text) => text.encode_utf16().for_each(|unit| bytes.extend_from_slice(&unit.to_be_bytes())),
        Err(_) => passphrase.iter().for_each(|byte| bytes.extend_from_slice(&[0, *byte])),
    }
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// As many bytes as are asked for, for a key (1) or an initialisation vector (2): RFC 7292 appendix B.2.
fn derive(purpose: u8, passphrase: &[u8], salt: &[u8], rounds: u32, length: usize) -> Zeroizing<Vec<u8>> {
    let whole = |of: &[u8]| of.len().next_multiple_of(BLOCK);
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
            add(block, hash.iter().cycle().take(BLOCK).copied().collect::<Vec<u8>>().as_slice());
        }
    }
    derived.truncate(length);
    derived
}

/// Adds a number and 1 to a number of the same length, modulo what it can hold.
fn add(to: &mut [u8], number: &[u8]) {
    let mut carry = 1;
    for (to, byte) in to.iter_mut().zip(number).rev() {
        let sum = u16::from(*to) + u16::from(*byte) + carry;
        *to = sum as u8;
        carry = sum >> 8;
    }
}

//! Encrypts and decrypts OpenSSH's own format: bcrypt and one of its transport ciphers, PROTOCOL.key.

use zeroize::Zeroizing;

use super::protection::DecryptError;
use crate::keyfile::limits::MAX_BCRYPT_ROUNDS;
use crate::secret::{Secret, wipe_stack};

/// Decrypts a whole private section: ssh-keygen reads padding of any length.
///
/// # Errors
/// Any; a wrong passphrase is not noticed with a cipher without a tag.
pub(in super::super) fn decrypt(
    cipher: &[u8],
    (salt, rounds): (&[u8], u32),
    private: &[u8],
    tag: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let cipher = by_name(cipher).ok_or(DecryptError::Unknown)?;
    let derived = Derived::of(cipher, passphrase, salt, rounds)?;
    let (key, iv) = derived.key_and_iv().ok_or(DecryptError::Unknown)?;
    let tag = if cipher.has_tag() { Some(tag.try_into().map_err(|_| DecryptError::Damaged)?) } else { None };
    let mut private = Zeroizing::new(private.to_vec());
    cipher.decrypt(key, iv, &mut private, tag).map_err(|_| DecryptError::WrongPassphrase)?;
    Ok(private)
}

/// Encrypts a private section, which is padded to whole blocks, in place; the tag, if the cipher has one, is appended.
///
/// # Errors
/// The cipher is unknown, the passphrase is empty, or the rounds are 0 or more than the reader accepts.
pub(in super::super) fn encrypt(
    cipher: &str,
    (salt, rounds): (&[u8], u32),
    private: &mut Zeroizing<Vec<u8>>,
    passphrase: &Secret,
) -> Result<(), DecryptError> {
    let cipher = by_name(cipher.as_bytes()).ok_or(DecryptError::Unknown)?;
    let derived = Derived::of(cipher, passphrase, salt, rounds)?;
    let (key, iv) = derived.key_and_iv().ok_or(DecryptError::Unknown)?;
    let tag = cipher.encrypt(key, iv, private).map_err(|_| DecryptError::Damaged)?;
    // The ciphers leave blocks of plaintext there.
    wipe_stack();
    private.extend(tag.into_iter().flatten());
    Ok(())
}

/// Returns the length of a cipher's blocks in bytes; 8 for `none`.
pub(in super::super) fn block(cipher: &str) -> Option<usize> {
    if cipher == NO_CIPHER { Some(8) } else { by_name(cipher.as_bytes()).map(ssh_cipher::Cipher::block_size) }
}

/// The name in a file that is not encrypted.
pub(in super::super) const NO_CIPHER: &str = "none";

/// Returns a cipher by its SSH name.
fn by_name(name: &[u8]) -> Option<ssh_cipher::Cipher> {
    let cipher: ssh_cipher::Cipher = std::str::from_utf8(name).ok()?.parse().ok()?;
    cipher.is_some().then_some(cipher)
}

/// The key material that bcrypt derives from a passphrase.
struct Derived {
    cipher: ssh_cipher::Cipher,
    key_size: usize,
    bytes: Zeroizing<Vec<u8>>,
}

impl Derived {
    fn of(cipher: ssh_cipher::Cipher, passphrase: &Secret, salt: &[u8], rounds: u32) -> Result<Self, DecryptError> {
        let (key_size, iv_size) = cipher.key_and_iv_size().ok_or(DecryptError::Unknown)?;
        if rounds > MAX_BCRYPT_ROUNDS {
            return Err(DecryptError::TooCostly);
        }
        let mut bytes = Zeroizing::new(vec![0; key_size + iv_size]);
        bcrypt_pbkdf::bcrypt_pbkdf(passphrase.expose(), salt, rounds, &mut bytes)
            .map_err(|_| DecryptError::WrongPassphrase)?;
        Ok(Self { cipher, key_size, bytes })
    }

    fn key_and_iv(&self) -> Option<(&[u8], &[u8])> {
        let (key, iv) = self.bytes.split_at_checked(self.key_size)?;
        // ChaCha20-Poly1305 numbers packets; a file is one packet, with number 0.
        Some((key, if self.cipher == ssh_cipher::Cipher::ChaCha20Poly1305 { &[0; 8] } else { iv }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without the limit a file could demand a day's work.
    #[test]
    fn a_file_that_asks_for_more_rounds_than_any_key_is_worth_is_refused_at_once() {
        let of = |rounds| {
            let passphrase = Secret::new(b"secret".to_vec());
            decrypt(b"aes256-ctr", (&[1; 16], rounds), &[0; 64], &[], &passphrase).map(|_| ())
        };
        assert_eq!(of(1), Ok(()));
        assert_eq!([of(4097), of(u32::MAX)], [Err(DecryptError::TooCostly); 2]);
    }
}

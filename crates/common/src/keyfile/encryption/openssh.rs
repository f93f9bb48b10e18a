//! OpenSSH's own format under a passphrase: bcrypt and one of its transport ciphers, PROTOCOL.key.

use zeroize::Zeroizing;

use super::protection::DecryptError;
use crate::keyfile::limits::MAX_BCRYPT_ROUNDS;
use crate::secret::Secret;

/// Decrypts a private section. All of it counts: ssh-keygen reads padding of any length.
///
/// # Errors
/// Any; a cipher without a tag lets a wrong passphrase pass.
pub(in super::super) fn decrypt(
    cipher: &[u8],
    (salt, rounds): (&[u8], u32),
    private: &[u8],
    tag: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let name = std::str::from_utf8(cipher).map_err(|_| DecryptError::Unknown)?;
    let cipher: ssh_cipher::Cipher = name.parse().map_err(|_| DecryptError::Unknown)?;
    let (key_size, iv_size) = cipher.key_and_iv_size().ok_or(DecryptError::Unknown)?;
    if rounds > MAX_BCRYPT_ROUNDS {
        return Err(DecryptError::TooCostly);
    }
    let mut derived = Zeroizing::new(vec![0; key_size + iv_size]);
    bcrypt_pbkdf::bcrypt_pbkdf(passphrase.expose(), salt, rounds, &mut derived)
        .map_err(|_| DecryptError::WrongPassphrase)?;
    let (key, iv) = derived.split_at_checked(key_size).ok_or(DecryptError::Unknown)?;
    // ChaCha20-Poly1305 numbers packets; a file has one, whose number is 0.
    let iv = if cipher == ssh_cipher::Cipher::ChaCha20Poly1305 { &[0; 8] } else { iv };
    let tag = if cipher.has_tag() { Some(tag.try_into().map_err(|_| DecryptError::Damaged)?) } else { None };
    let mut private = Zeroizing::new(private.to_vec());
    cipher.decrypt(key, iv, &mut private, tag).map_err(|_| DecryptError::WrongPassphrase)?;
    Ok(private)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise a file could ask for a day's work.
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

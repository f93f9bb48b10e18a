//! Decrypts SSH.COM's private keys: Triple DES, with a key from two rounds of MD5.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::NoPadding};
use md5::Digest as _;
use zeroize::Zeroizing;

use super::protection::DecryptError;
use crate::secret::Secret;

/// The cipher's name in a file.
pub(in super::super) const CIPHER: &[u8] = b"3des-cbc";

/// Decrypts a private section.
///
/// # Errors
/// Another cipher, or a section that does not consist of whole blocks; a wrong passphrase is not noticed here.
pub(in super::super) fn decrypt(
    cipher: &[u8],
    private: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    if cipher != CIPHER {
        return Err(DecryptError::Unknown);
    }
    let passphrase = passphrase.expose();
    let first = Zeroizing::new(md5::Md5::digest(passphrase).to_vec());
    let second = md5::Md5::new().chain_update(passphrase).chain_update(&*first).finalize();
    let mut key = Zeroizing::new(Vec::with_capacity(32));
    key.extend_from_slice(&first);
    key.extend_from_slice(&second);
    let key = key.get(..24).ok_or(DecryptError::Unknown)?;
    let decryptor =
        cbc::Decryptor::<des::TdesEde3>::new_from_slices(key, &[0; 8]).map_err(|_| DecryptError::Unknown)?;
    decryptor.decrypt_padded_vec::<NoPadding>(private).map(Zeroizing::new).map_err(|_| DecryptError::Damaged)
}

//! Encrypts and decrypts PEM as in RFC 1421 (`Proc-Type`, `DEK-Info`): OpenSSL's traditional format, also written by
//! `ssh-keygen -m PEM`.
//!
//! The cipher's key is one round of MD5 over passphrase and salt (EVP_BytesToKey(3)), so guessing passphrases is cheap.
//! Keys are written with AES-128-CBC, as by ssh-keygen.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use md5::Digest as _;
use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode as _, Tag, Tagged as _};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::protection::DecryptError;
use crate::key::hex;
use crate::keyfile::Refusal;
use crate::keyfile::pem::Block;
use crate::secret::Secret;

/// Decrypts a block as its header says.
///
/// # Errors
/// Any; padding that is valid by chance hides a wrong passphrase once in some 250 times, and the contents are then damaged.
pub(in super::super) fn decrypt(block: &Block<'_>, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let (name, iv) = header(block).ok_or(DecryptError::Unknown)?;
    let iv = hex::decode(iv.as_bytes()).ok_or(DecryptError::Unknown)?;
    let cipher = Cipher::by_name(name).ok_or(DecryptError::Unknown)?;
    let key = derive(passphrase, iv.get(..8).ok_or(DecryptError::Unknown)?, cipher.key);
    (cipher.decrypt)(&key, &iv, &block.contents)
}

/// Returns the length of the initialisation vector of a cipher in `DEK-Info`, in bytes: one block.
pub(in super::super) fn iv_length(name: &str) -> usize {
    if name.starts_with("DES-") { 8 } else { 16 }
}

/// Returns the damage to the encryption header, if its cipher is supported.
pub(in super::super) fn fault(block: &Block<'_>) -> Option<Refusal> {
    const FORM: &str = "it is one line, `DEK-Info: CIPHER,` and the hexadecimal digits without a space before them; copy \
                        the whole file again";
    let missing = || Refusal::new("the line DEK-Info, which describes the encryption, is missing").hint(FORM);
    block.header("DEK-Info").map_or_else(|| Some(missing()), |_| None).or_else(|| {
        let is_right = header(block).is_some_and(|(name, iv)| {
            Cipher::by_name(name).is_none() || hex::decode(iv.as_bytes()).is_some_and(|iv| iv.len() == iv_length(name))
        });
        (!is_right).then(|| Refusal::new("the line DEK-Info, which describes the encryption, is damaged").hint(FORM))
    })
}

/// Returns the cipher's name, and the initialisation vector in hexadecimal.
fn header<'b>(block: &'b Block<'_>) -> Option<(&'b str, &'b str)> {
    std::str::from_utf8(block.header("DEK-Info")?).ok()?.split_once(',')
}

/// Returns the cipher of a block, if it is not supported.
pub(in super::super) fn unread(block: &Block<'_>) -> Option<String> {
    let (name, _) = header(block)?;
    if Cipher::by_name(name).is_some() {
        return None;
    }
    let is_plain = name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    Some(if is_plain { name.to_owned() } else { "an unknown cipher".to_owned() })
}

/// Whether decrypted contents are exactly one DER sequence, as every private key is: then the passphrase was right,
/// whatever the key is.
pub(in super::super) fn is_der(contents: &[u8]) -> bool {
    AnyRef::from_der(contents).is_ok_and(|value| value.tag() == Tag::Sequence)
}

/// Encrypts contents; returns the block's headers and contents.
pub(in super::super) fn encrypt(der: &[u8], passphrase: &Secret, iv: &[u8; 16]) -> (String, Vec<u8>) {
    let (salt, _) = iv.split_at(8);
    let key = derive(passphrase, salt, 16);
    let encryptor = cbc::Encryptor::<aes::Aes128>::new_from_slices(&key, iv);
    // The key and the initialisation vector have the cipher's lengths.
    let encrypted = encryptor.map(|encryptor| encryptor.encrypt_padded_vec::<Pkcs7>(der)).unwrap_or_default();
    let iv = hex::encode(iv).to_ascii_uppercase();
    (format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv}\n\n"), encrypted)
}

/// Derives the key of a PEM block: EVP_BytesToKey(3) with MD5 and one round, salted with the first 8 bytes of the
/// initialisation vector.
fn derive(passphrase: &Secret, salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; length]);
    let mut block = Zeroizing::new(Vec::new());
    for part in key.chunks_mut(16) {
        let digest =
            md5::Md5::new().chain_update(&*block).chain_update(passphrase.expose()).chain_update(salt).finalize();
        block = Zeroizing::new(digest.to_vec());
        part.iter_mut().zip(&*block).for_each(|(to, from)| *to = *from);
    }
    key
}

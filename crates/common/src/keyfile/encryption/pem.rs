//! PEM as RFC 1421 encrypts it (`Proc-Type`, `DEK-Info`): OpenSSL's traditional format and `ssh-keygen -m PEM`.
//!
//! The cipher's key is one round of MD5 over passphrase and salt (EVP_BytesToKey(3)), so guessing passphrases is cheap.
//! What is written is AES-128-CBC, as ssh-keygen does.

use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit, KeyIvInit as _,
    block_padding::Pkcs7,
};
use md5::Digest as _;
use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode as _, Tag, Tagged as _};
use zeroize::{Zeroize as _, Zeroizing};

use super::hex;
use super::protection::DecryptError;
use crate::keyfile::pem::Block;
use crate::secret::Secret;

/// Decrypts a block as its header says.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, once in some 250 times, and the contents are
/// damaged then.
pub(in super::super) fn decrypt(block: &Block<'_>, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let (name, iv) = header(block).ok_or(DecryptError::Unknown)?;
    let iv = hex::decode(iv.as_bytes()).ok_or(DecryptError::Unknown)?;
    let (_, decrypt) = CIPHERS.iter().find(|(known, _)| *known == name).ok_or(DecryptError::Unknown)?;
    decrypt(&block.contents, passphrase, &iv)
}

/// Decrypts contents under a passphrase and an initialisation vector.
type Decrypt = fn(&[u8], &Secret, &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError>;

/// The ciphers by the names that they have in the header. The first is what is written; ssh-keygen before OpenSSH 5.4
/// wrote Triple DES, and openssl writes what it is told to.
static CIPHERS: [(&str, Decrypt); 14] = [
    ("AES-128-CBC", decrypt_cbc::<aes::Aes128, 16>),
    ("AES-192-CBC", decrypt_cbc::<aes::Aes192, 24>),
    ("AES-256-CBC", decrypt_cbc::<aes::Aes256, 32>),
    ("DES-EDE3-CBC", decrypt_cbc::<des::TdesEde3, 24>),
    ("DES-CBC", decrypt_cbc::<des::Des, 8>),
    ("CAMELLIA-128-CBC", decrypt_cbc::<camellia::Camellia128, 16>),
    ("CAMELLIA-192-CBC", decrypt_cbc::<camellia::Camellia192, 24>),
    ("CAMELLIA-256-CBC", decrypt_cbc::<camellia::Camellia256, 32>),
    ("AES-128-CFB", decrypt_stream::<aes::Aes128, 16, true>),
    ("AES-192-CFB", decrypt_stream::<aes::Aes192, 24, true>),
    ("AES-256-CFB", decrypt_stream::<aes::Aes256, 32, true>),
    ("AES-128-OFB", decrypt_stream::<aes::Aes128, 16, false>),
    ("AES-192-OFB", decrypt_stream::<aes::Aes192, 24, false>),
    ("AES-256-OFB", decrypt_stream::<aes::Aes256, 32, false>),
];

/// The cipher's name, and the initialisation vector in hexadecimal.
fn header<'b>(block: &'b Block<'_>) -> Option<(&'b str, &'b str)> {
    std::str::from_utf8(block.header("DEK-Info")?).ok()?.split_once(',')
}

/// The cipher of a block, if it is not read here.
pub(in super::super) fn unread(block: &Block<'_>) -> Option<String> {
    let (name, _) = header(block)?;
    if CIPHERS.iter().any(|(known, _)| *known == name) {
        return None;
    }
    let is_plain = name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    Some(if is_plain { name.to_owned() } else { "an unknown cipher".to_owned() })
}

/// Decrypts with a cipher whose key has `N` bytes.
fn decrypt_cbc<C, const N: usize>(
    contents: &[u8],
    passphrase: &Secret,
    iv: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let key = derive::<N>(passphrase, iv.get(..8).ok_or(DecryptError::Unknown)?);
    let decryptor = cbc::Decryptor::<C>::new_from_slices(&*key, iv).map_err(|_| DecryptError::Unknown)?;
    let opened = decryptor.decrypt_padded_vec::<Pkcs7>(contents).map_err(|_| DecryptError::WrongPassphrase)?;
    Ok(Zeroizing::new(opened))
}

/// Decrypts what a cipher whose key has `N` bytes was added to as a stream: NIST SP 800-38A, CFB (of whole blocks) or OFB.
/// It has no padding, and a wrong passphrase is not noticed here.
fn decrypt_stream<C, const N: usize, const CFB: bool>(
    contents: &[u8],
    passphrase: &Secret,
    iv: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError>
where
    C: BlockCipherEncrypt + KeyInit,
{
    let key = derive::<N>(passphrase, iv.get(..8).ok_or(DecryptError::Unknown)?);
    let cipher = C::new_from_slice(&*key).map_err(|_| DecryptError::Unknown)?;
    let mut stream = aes::cipher::Block::<C>::try_from(iv).map_err(|_| DecryptError::Unknown)?;
    let mut opened = Zeroizing::new(Vec::with_capacity(contents.len()));
    for part in contents.chunks(iv.len()) {
        cipher.encrypt_block(&mut stream);
        opened.extend(part.iter().zip(&stream).map(|(byte, stream)| byte ^ stream));
        if CFB {
            stream.iter_mut().zip(part).for_each(|(stream, byte)| *stream = *byte);
        }
    }
    stream.as_mut_slice().zeroize();
    Ok(opened)
}

/// Whether what was decrypted is one DER sequence and nothing else, as every private key is: the passphrase was right,
/// whatever the key is.
pub(in super::super) fn is_der(contents: &[u8]) -> bool {
    AnyRef::from_der(contents).is_ok_and(|value| value.tag() == Tag::Sequence)
}

/// Encrypts contents; the block's headers and what it holds.
pub(in super::super) fn encrypt(der: &[u8], passphrase: &Secret, iv: &[u8; 16]) -> (String, Vec<u8>) {
    let (salt, _) = iv.split_at(8);
    let key = derive::<16>(passphrase, salt);
    let encrypted = cbc::Encryptor::<aes::Aes128>::new((&*key).into(), iv.into()).encrypt_padded_vec::<Pkcs7>(der);
    let iv = hex::encode(iv).to_ascii_uppercase();
    (format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv}\n\n"), encrypted)
}

/// The key of a PEM block: EVP_BytesToKey(3) with MD5 and one round, salted with the first 8 bytes of the
/// initialisation vector.
fn derive<const N: usize>(passphrase: &Secret, salt: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    let mut block = Zeroizing::new(Vec::new());
    for part in key.chunks_mut(16) {
        let digest =
            md5::Md5::new().chain_update(&*block).chain_update(passphrase.expose()).chain_update(salt).finalize();
        block = Zeroizing::new(digest.to_vec());
        part.iter_mut().zip(&*block).for_each(|(to, from)| *to = *from);
    }
    key
}

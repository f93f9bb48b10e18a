//! Private keys of which everything is encrypted, opened by a passphrase: PEM as RFC 1421 has it (`DEK-Info`), as
//! OpenSSL's traditional form and `ssh-keygen -m PEM` use it, and PKCS#8 by PBES2 (RFC 8018).

use std::fmt;

use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _, block_padding::Pkcs7};
use md5::Digest as _;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;
use zeroize::Zeroizing;

use super::pem::Block;
use crate::secret::Secret;

/// The most iterations of PBKDF2: some seconds. OpenSSL's default is 2048, and OWASP's advice of 2023 is 600,000.
const MAX_ITERATIONS: u32 = 10_000_000;

/// The most memory for scrypt, in bytes. RFC 7914 section 2: 128·N·r.
const MAX_SCRYPT_MEMORY: u64 = 256 * 1024 * 1024;

/// The most work for scrypt, in bytes: its memory gone over p times.
const MAX_SCRYPT_WORK: u64 = 4 * MAX_SCRYPT_MEMORY;

/// Why a key was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is damaged, or encrypted in a way that is not read here.
    Unknown,
    /// Its parameters ask for more time or memory than a key is worth.
    TooCostly,
    /// The passphrase is not the one.
    WrongPassphrase,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the private key is encrypted in a way that is not read here",
            Self::TooCostly => "the private key asks for more work to open it than any key is worth",
            Self::WrongPassphrase => "the passphrase is wrong",
        })
    }
}

/// Opens the contents of `ENCRYPTED PRIVATE KEY`; they are those of `PRIVATE KEY`.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, and the contents are damaged then.
pub fn open_pkcs8(contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let info = EncryptedPrivateKeyInfoRef::from_der(contents).map_err(|_| Closed::Unknown)?;
    if let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm {
        let bounded = match &parameters.kdf {
            Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= MAX_ITERATIONS,
            Kdf::Scrypt(scrypt) => {
                let memory = u64::from(scrypt.block_size).saturating_mul(128).saturating_mul(scrypt.cost_parameter);
                memory <= MAX_SCRYPT_MEMORY
                    && memory.saturating_mul(u64::from(scrypt.parallelization)) <= MAX_SCRYPT_WORK
            }
            _ => return Err(Closed::Unknown),
        };
        if !bounded {
            return Err(Closed::TooCostly);
        }
    }
    let opened = info.decrypt(passphrase.expose()).map_err(|_| Closed::WrongPassphrase)?;
    Ok(Zeroizing::new(opened.as_bytes().to_vec()))
}

/// Opens a PEM block by what its header says.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, once in some 250 times, and the contents are
/// damaged then.
pub fn open_pem(block: &Block<'_>, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let header = block.header("DEK-Info").and_then(|header| std::str::from_utf8(header).ok()).unwrap_or_default();
    let (cipher, iv) = header.split_once(',').ok_or(Closed::Unknown)?;
    let bytes = (0..iv.len()).step_by(2).map(|at| u8::from_str_radix(iv.get(at..at + 2)?, 16).ok());
    let iv: Vec<u8> = bytes.collect::<Option<_>>().ok_or(Closed::Unknown)?;
    let contents = &block.contents;
    match cipher {
        "AES-128-CBC" => open_cbc::<aes::Aes128, 16>(contents, passphrase, &iv),
        "AES-192-CBC" => open_cbc::<aes::Aes192, 24>(contents, passphrase, &iv),
        "AES-256-CBC" => open_cbc::<aes::Aes256, 32>(contents, passphrase, &iv),
        // What ssh-keygen wrote before OpenSSH 5.4, and OpenSSL for longer.
        "DES-EDE3-CBC" => open_cbc::<des::TdesEde3, 24>(contents, passphrase, &iv),
        _ => Err(Closed::Unknown),
    }
}

/// Decrypts with a cipher whose key has `N` bytes.
fn open_cbc<C, const N: usize>(contents: &[u8], passphrase: &Secret, iv: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let key = pem_key::<N>(passphrase, iv.get(..8).ok_or(Closed::Unknown)?);
    let decryptor = cbc::Decryptor::<C>::new_from_slices(&*key, iv).map_err(|_| Closed::Unknown)?;
    let opened = decryptor.decrypt_padded_vec::<Pkcs7>(contents).map_err(|_| Closed::WrongPassphrase)?;
    Ok(Zeroizing::new(opened))
}

/// The key of a PEM block: EVP_BytesToKey(3) with MD5 and one round, salted with the first 8 bytes of the
/// initialisation vector.
#[must_use]
pub fn pem_key<const N: usize>(passphrase: &Secret, salt: &[u8]) -> Zeroizing<[u8; N]> {
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

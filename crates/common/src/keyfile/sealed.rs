//! Private keys of which everything is encrypted, opened by a passphrase: PEM as RFC 1421 has it (`DEK-Info`), as
//! OpenSSL's traditional form and `ssh-keygen -m PEM` use it, and PKCS#8 by PBES2 (RFC 8018).

use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _, block_padding::Pkcs7};
use md5::Digest;
use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode as _, Tag, Tagged as _};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes1::{Algorithm, EncryptionScheme as Scheme};
use pkcs8::pkcs5::pbes2::{Kdf, ScryptParams};
use pkcs8::{EncryptedPrivateKeyInfoRef, Error, pkcs5};
use zeroize::Zeroizing;

use super::pem::Block;
use super::work::{MAX_ITERATIONS, MAX_SCRYPT_MEMORY, MAX_SCRYPT_WORK};
use super::{DecryptError, Derivation};
use crate::secret::Secret;

/// How the key of `ENCRYPTED PRIVATE KEY` is derived.
#[must_use]
pub fn derivation(contents: &[u8]) -> Derivation {
    let Ok(info) = EncryptedPrivateKeyInfoRef::from_der(contents) else { return Derivation::Unknown };
    match &info.encryption_algorithm {
        EncryptionScheme::Pbes1(_) => Derivation::Pbes1,
        EncryptionScheme::Pbes2(parameters) => match &parameters.kdf {
            Kdf::Pbkdf2(pbkdf2) => Derivation::Pbkdf2 { iterations: pbkdf2.iteration_count },
            Kdf::Scrypt(scrypt) => {
                Derivation::Scrypt { work: memory(scrypt).saturating_mul(scrypt.parallelization.into()) }
            }
            _ => Derivation::Unknown,
        },
        _ => Derivation::Unknown,
    }
}

/// The memory that scrypt takes, in bytes. RFC 7914 section 2: 128·N·r.
fn memory(scrypt: &ScryptParams) -> u64 {
    u64::from(scrypt.block_size).saturating_mul(128).saturating_mul(scrypt.cost_parameter)
}

/// Opens the contents of `ENCRYPTED PRIVATE KEY`; they are those of `PRIVATE KEY`.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, and the contents are damaged then.
pub fn open_pkcs8(contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(contents).map_err(|_| DecryptError::Unknown)?;
    if let EncryptionScheme::Pbes1(algorithm) = &info.encryption_algorithm {
        return open_pbes1(algorithm, info.encrypted_data.as_bytes(), passphrase);
    }
    if let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm {
        let bounded = match &parameters.kdf {
            Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= MAX_ITERATIONS,
            Kdf::Scrypt(scrypt) => {
                let memory = memory(scrypt);
                memory <= MAX_SCRYPT_MEMORY
                    && memory.saturating_mul(u64::from(scrypt.parallelization)) <= MAX_SCRYPT_WORK
            }
            _ => return Err(DecryptError::Unknown),
        };
        if !bounded {
            return Err(DecryptError::TooCostly);
        }
    }
    match info.decrypt(passphrase.expose()) {
        Ok(opened) => Ok(Zeroizing::new(opened.as_bytes().to_vec())),
        // What comes of a wrong passphrase may have the right padding, and is no DER then.
        Err(Error::EncryptedPrivateKey(pkcs5::Error::DecryptFailed) | Error::Asn1(_)) => {
            Err(DecryptError::WrongPassphrase)
        }
        Err(_) => Err(DecryptError::Unknown),
    }
}

/// Whether what was decrypted is one DER sequence and nothing else, as every private key is: the passphrase was right,
/// whatever the key is.
#[must_use]
pub fn is_der(contents: &[u8]) -> bool {
    AnyRef::from_der(contents).is_ok_and(|value| value.tag() == Tag::Sequence)
}

/// PBES1 with DES: RFC 8018 section 6.1, its key and initialisation vector by PBKDF1, section 5.1. With RC2 it is not
/// read.
fn open_pbes1(algorithm: &Algorithm, contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let parts = [passphrase.expose(), &algorithm.parameters.salt];
    let rounds = algorithm.parameters.iteration_count;
    let derived = match algorithm.encryption {
        Scheme::PbeWithMd5AndDesCbc => pbkdf1::<md5::Md5>(parts, rounds),
        Scheme::PbeWithSha1AndDesCbc => pbkdf1::<sha1::Sha1>(parts, rounds),
        _ => return Err(DecryptError::Unknown),
    };
    let (key, iv) = derived.get(..16).and_then(|both| both.split_at_checked(8)).ok_or(DecryptError::Unknown)?;
    let decryptor = cbc::Decryptor::<des::Des>::new_from_slices(key, iv).map_err(|_| DecryptError::Unknown)?;
    let opened = decryptor.decrypt_padded_vec::<Pkcs7>(contents).map_err(|_| DecryptError::WrongPassphrase)?;
    Ok(Zeroizing::new(opened))
}

/// A hash of the parts, and so often in all of the hash before.
fn pbkdf1<D: Digest>(parts: [&[u8]; 2], rounds: u16) -> Zeroizing<Vec<u8>> {
    let mut hash = Zeroizing::new(D::new().chain_update(parts[0]).chain_update(parts[1]).finalize().to_vec());
    for _ in 1..rounds {
        hash = Zeroizing::new(D::digest(&*hash).to_vec());
    }
    hash
}

/// Opens a PEM block by what its header says.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, once in some 250 times, and the contents are
/// damaged then.
pub fn open_pem(block: &Block<'_>, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let header = block.header("DEK-Info").and_then(|header| std::str::from_utf8(header).ok()).unwrap_or_default();
    let (cipher, iv) = header.split_once(',').ok_or(DecryptError::Unknown)?;
    let bytes = (0..iv.len()).step_by(2).map(|at| u8::from_str_radix(iv.get(at..at + 2)?, 16).ok());
    let iv: Vec<u8> = bytes.collect::<Option<_>>().ok_or(DecryptError::Unknown)?;
    let contents = &block.contents;
    match cipher {
        "AES-128-CBC" => open_cbc::<aes::Aes128, 16>(contents, passphrase, &iv),
        "AES-192-CBC" => open_cbc::<aes::Aes192, 24>(contents, passphrase, &iv),
        "AES-256-CBC" => open_cbc::<aes::Aes256, 32>(contents, passphrase, &iv),
        // What ssh-keygen wrote before OpenSSH 5.4, and OpenSSL for longer.
        "DES-EDE3-CBC" => open_cbc::<des::TdesEde3, 24>(contents, passphrase, &iv),
        _ => Err(DecryptError::Unknown),
    }
}

/// Decrypts with a cipher whose key has `N` bytes.
fn open_cbc<C, const N: usize>(
    contents: &[u8],
    passphrase: &Secret,
    iv: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let key = pem_key::<N>(passphrase, iv.get(..8).ok_or(DecryptError::Unknown)?);
    let decryptor = cbc::Decryptor::<C>::new_from_slices(&*key, iv).map_err(|_| DecryptError::Unknown)?;
    let opened = decryptor.decrypt_padded_vec::<Pkcs7>(contents).map_err(|_| DecryptError::WrongPassphrase)?;
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

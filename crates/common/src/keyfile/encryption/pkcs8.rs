//! PKCS#8 under a passphrase: PBES2 and PBES1, RFC 8018. What is written is PBES2 with scrypt (RFC 7914) and AES-256-CBC.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use md5::Digest;
use pkcs8::der::Decode as _;
use pkcs8::pkcs5::pbes1::{Algorithm, EncryptionScheme as Scheme};
use pkcs8::pkcs5::pbes2::{Kdf, Parameters, ScryptParams};
use pkcs8::pkcs5::{EncryptionScheme, scrypt};
use pkcs8::{EncryptedPrivateKeyInfoRef, Error, PrivateKeyInfoRef, SecretDocument, pkcs5};
use zeroize::Zeroizing;

use super::protection::{DecryptError, Derivation};
use crate::keyfile::limits::{MAX_ITERATIONS, MAX_SCRYPT_MEMORY, MAX_SCRYPT_WORK};
use crate::secret::Secret;

/// How the key of `ENCRYPTED PRIVATE KEY` is derived.
pub(in super::super) fn derivation(contents: &[u8]) -> Derivation {
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

/// Decrypts the contents of `ENCRYPTED PRIVATE KEY`; they are those of `PRIVATE KEY`.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, and the contents are damaged then.
pub(in super::super) fn decrypt(contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(contents).map_err(|_| DecryptError::Unknown)?;
    if let EncryptionScheme::Pbes1(algorithm) = &info.encryption_algorithm {
        return decrypt_pbes1(algorithm, info.encrypted_data.as_bytes(), passphrase);
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

/// PBES1 with DES: RFC 8018 section 6.1, its key and initialisation vector by PBKDF1, section 5.1. With RC2 it is not
/// read.
fn decrypt_pbes1(
    algorithm: &Algorithm,
    contents: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
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

/// PBKDF1: a hash of the parts, then of the hash before, `rounds` in all.
fn pbkdf1<D: Digest>(parts: [&[u8]; 2], rounds: u16) -> Zeroizing<Vec<u8>> {
    let mut hash = Zeroizing::new(D::new().chain_update(parts[0]).chain_update(parts[1]).finalize().to_vec());
    for _ in 1..rounds {
        hash = Zeroizing::new(D::digest(&*hash).to_vec());
    }
    hash
}

/// Encrypts a key with the parameters that OpenSSL 3 chooses for scrypt: N = 2^14, r = 8, p = 1.
///
/// # Errors
/// None for keys of sane size.
pub(in super::super) fn encrypt(
    info: &PrivateKeyInfoRef<'_>,
    passphrase: &Secret,
    salt: &[u8; 16],
    iv: [u8; 16],
) -> Result<SecretDocument, Error> {
    let cost = scrypt::Params::new(14, 8, 1).map_err(|_| Error::ParametersMalformed)?;
    let parameters = Parameters::generate_scrypt_aes256cbc(cost, salt, iv).map_err(Error::EncryptedPrivateKey)?;
    info.encrypt_with_params(parameters, passphrase.expose())
}

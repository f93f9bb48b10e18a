//! Encrypts and decrypts PKCS#8: PBES2 and PBES1, RFC 8018, and PKCS#12's schemes. Keys are written with PBES2, scrypt (RFC
//! 7914) and AES-256-CBC.

use pkcs8::der::asn1::{AnyRef, ObjectIdentifier as Oid};
use pkcs8::pkcs5::pbes2::{self, Kdf, Parameters, ScryptParams};
use pkcs8::pkcs5::{pbes1, scrypt};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{Error, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::derivation::{self, Hash};
use super::protection::{DecryptError, Derivation};
use crate::keyfile::asn1::Sequence;
use crate::keyfile::limits::{MAX_ITERATIONS, MAX_SCRYPT_MEMORY, MAX_SCRYPT_WORK};
use crate::secret::Secret;

/// A key derivation and a cipher.
enum Scheme<'a> {
    /// PBES1 with DES: RFC 8018 section 6.1.
    Pbes1 { hash: Hash, salt: &'a [u8], rounds: u32 },
    /// PKCS#12's with SHA-1 and two or three keys of Triple DES: RFC 7292 appendix C.
    Pkcs12 { keys: usize, salt: &'a [u8], rounds: u32 },
    /// PBES2: RFC 8018 section 6.2.
    Pbes2 { derivation: Kdf, cipher: &'static Cipher, iv: &'a [u8] },
}

/// The cipher of both older schemes.
const DES: Oid = Oid::new_unwrap("1.3.14.3.2.7");
const TRIPLE_DES: Oid = Oid::new_unwrap("1.2.840.113549.3.7");

/// pbeWithSHAAnd3-KeyTripleDES-CBC and pbeWithSHAAnd2-KeyTripleDES-CBC.
const THREE_KEYS: Oid = Oid::new_unwrap("1.2.840.113549.1.12.1.3");
const TWO_KEYS: Oid = Oid::new_unwrap("1.2.840.113549.1.12.1.4");

impl<'a> Scheme<'a> {
    /// Returns the scheme of contents, and the encrypted bytes.
    ///
    /// # Errors
    /// The name of an unsupported algorithm; none if they are damaged.
    fn parse(contents: &'a [u8]) -> Result<(Self, &'a [u8]), Option<Oid>> {
        let sequence = Sequence::parse(contents).filter(|sequence| sequence.shape == "SO").ok_or(None)?;
        let [algorithm, encrypted] = sequence.array().ok_or(None)?;
        let (name, parameters) = named(algorithm).ok_or(None)?;
        let parameters = Sequence::of(parameters.ok_or(Some(name))?).ok_or(Some(name))?;
        let scheme = match name {
            pbes1::PBE_WITH_MD5_AND_DES_CBC_OID => {
                Self::older(&parameters, |salt, rounds| Self::Pbes1 { hash: Hash::Md5, salt, rounds })
            }
            pbes1::PBE_WITH_SHA1_AND_DES_CBC_OID => {
                Self::older(&parameters, |salt, rounds| Self::Pbes1 { hash: Hash::Sha1, salt, rounds })
            }
            THREE_KEYS => Self::older(&parameters, |salt, rounds| Self::Pkcs12 { keys: 3, salt, rounds }),
            TWO_KEYS => Self::older(&parameters, |salt, rounds| Self::Pkcs12 { keys: 2, salt, rounds }),
            pbes2::PBES2_OID => Self::pbes2(&parameters),
            other => Err(Some(other)),
        };
        scheme.map(|scheme| (scheme, encrypted.value()))
    }

    /// Reads a scheme whose parameters are a salt and a number of rounds.
    fn older(parameters: &Sequence<'a>, scheme: impl FnOnce(&'a [u8], u32) -> Self) -> Result<Self, Option<Oid>> {
        let [salt, rounds] = parameters.array().filter(|_| parameters.shape == "OI").ok_or(None)?;
        Ok(scheme(salt.value(), rounds.decode_as().map_err(|_| None)?))
    }

    /// Reads a derivation and a cipher with its initialisation vector.
    fn pbes2(parameters: &Sequence<'a>) -> Result<Self, Option<Oid>> {
        let [derivation, cipher] = parameters.array().ok_or(None)?;
        let (name, iv) = named(cipher).ok_or(None)?;
        let cipher = Cipher::by_oid(name).ok_or(Some(name))?;
        let identifier: AlgorithmIdentifierRef<'a> = derivation.decode_as().map_err(|_| None)?;
        let derivation = Kdf::try_from(identifier).map_err(|_| unsupported_derivation(derivation))?;
        Ok(Self::Pbes2 { derivation, cipher, iv: iv.ok_or(None)?.value() })
    }
}

/// Returns the unsupported derivation, or its function, if it is PBKDF2.
fn unsupported_derivation(derivation: AnyRef<'_>) -> Option<Oid> {
    let (name, parameters) = named(derivation)?;
    if name != pbes2::PBKDF2_OID {
        return Some(name);
    }
    let parameters = Sequence::of(parameters?)?;
    parameters.values.last().and_then(|function| named(*function)).map(|(function, _)| function)
}

/// Reads an AlgorithmIdentifier: a name and its parameters.
fn named(algorithm: AnyRef<'_>) -> Option<(Oid, Option<AnyRef<'_>>)> {
    let sequence = Sequence::of(algorithm)?;
    Some((sequence.get(0)?.decode_as().ok()?, sequence.get(1)))
}

/// Whether contents are those of `ENCRYPTED PRIVATE KEY`: an AlgorithmIdentifier and the encrypted bytes.
pub(in super::super) fn is(contents: &[u8]) -> bool {
    let sequence = Sequence::parse(contents).filter(|sequence| sequence.shape == "SO");
    sequence.and_then(|sequence| named(sequence.get(0)?)).is_some()
}

/// Returns the unsupported part of the encryption of `ENCRYPTED PRIVATE KEY`, by openssl's name.
pub(in super::super) fn unread(contents: &[u8]) -> Option<String> {
    let name = Scheme::parse(contents).err()??;
    let known = UNREAD.iter().find(|(unread, _)| *unread == name);
    Some(known.map_or_else(|| name.to_string(), |(_, name)| (*name).to_owned()))
}

/// Unsupported algorithms, by openssl's names.
static UNREAD: [(Oid, &str); 21] = [
    (pbes1::PBE_WITH_MD2_AND_DES_CBC_OID, "PBE-MD2-DES"),
    (pbes1::PBE_WITH_MD2_AND_RC2_CBC_OID, "PBE-MD2-RC2-64"),
    (pbes1::PBE_WITH_MD5_AND_RC2_CBC_OID, "PBE-MD5-RC2-64"),
    (pbes1::PBE_WITH_SHA1_AND_RC2_CBC_OID, "PBE-SHA1-RC2-64"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.1"), "PBE-SHA1-RC4-128"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.2"), "PBE-SHA1-RC4-40"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.5"), "PBE-SHA1-RC2-128"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.6"), "PBE-SHA1-RC2-40"),
    (Oid::new_unwrap("1.2.840.113549.2.6"), "PBKDF2 by HMAC-MD5"),
    (Oid::new_unwrap("1.2.840.113549.2.12"), "PBKDF2 by HMAC-SHA512-224"),
    (Oid::new_unwrap("1.2.840.113549.2.13"), "PBKDF2 by HMAC-SHA512-256"),
    (pbes2::AES_128_GCM_OID, "AES-128-GCM"),
    (pbes2::AES_256_GCM_OID, "AES-256-GCM"),
    (Oid::new_unwrap("1.2.410.200046.1.1.2"), "ARIA-128-CBC"),
    (Oid::new_unwrap("1.2.410.200046.1.1.7"), "ARIA-192-CBC"),
    (Oid::new_unwrap("1.2.410.200046.1.1.12"), "ARIA-256-CBC"),
    (Oid::new_unwrap("1.2.410.200004.1.4"), "SEED-CBC"),
    (Oid::new_unwrap("1.2.156.10197.1.104.2"), "SM4-CBC"),
    (Oid::new_unwrap("1.2.840.113549.3.2"), "RC2-CBC"),
    (Oid::new_unwrap("1.2.840.113533.7.66.10"), "CAST5-CBC"),
    (Oid::new_unwrap("1.3.6.1.4.1.3029.1.2"), "BF-CBC"),
];

/// The maximum rounds of the older schemes: some 50 ms. openssl's default is 2048.
const MAX_OLDER_ROUNDS: u32 = 1 << 16;

/// Returns how the key of `ENCRYPTED PRIVATE KEY` is derived.
pub(in super::super) fn derivation(contents: &[u8]) -> Derivation {
    match Scheme::parse(contents) {
        Ok((Scheme::Pbes1 { .. } | Scheme::Pkcs12 { .. }, _)) => Derivation::Pbes1,
        Ok((Scheme::Pbes2 { derivation: Kdf::Pbkdf2(pbkdf2), .. }, _)) => {
            Derivation::Pbkdf2 { iterations: pbkdf2.iteration_count }
        }
        Ok((Scheme::Pbes2 { derivation: Kdf::Scrypt(scrypt), .. }, _)) => {
            Derivation::Scrypt { work: memory(&scrypt).saturating_mul(scrypt.parallelization.into()) }
        }
        _ => Derivation::Unknown,
    }
}

/// Returns the memory that scrypt needs, in bytes. RFC 7914 section 2: 128·N·r.
fn memory(scrypt: &ScryptParams) -> u64 {
    u64::from(scrypt.block_size).saturating_mul(128).saturating_mul(scrypt.cost_parameter)
}

/// Decrypts the contents of `ENCRYPTED PRIVATE KEY` to those of `PRIVATE KEY`.
///
/// # Errors
/// Any; padding that is valid by chance may hide a wrong passphrase, and the contents are then damaged.
pub(in super::super) fn decrypt(contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let (scheme, encrypted) = Scheme::parse(contents).map_err(|_| DecryptError::Unknown)?;
    let passphrase = passphrase.expose();
    if let Scheme::Pbes1 { rounds, .. } | Scheme::Pkcs12 { rounds, .. } = scheme
        && rounds > MAX_OLDER_ROUNDS
    {
        return Err(DecryptError::TooCostly);
    }
    let (cipher, keys) = match &scheme {
        Scheme::Pbes1 { hash, salt, rounds } => {
            (Cipher::by_oid(DES), derivation::pbkdf1(*hash, [passphrase, salt], *rounds))
        }
        Scheme::Pkcs12 { keys, salt, rounds } => {
            (Cipher::by_oid(TRIPLE_DES), derivation::pkcs12(passphrase, salt, *rounds, *keys))
        }
        Scheme::Pbes2 { derivation, cipher, iv } => {
            let key = derive(derivation, passphrase, cipher.key)?;
            return (cipher.decrypt)(&key, iv, encrypted);
        }
    };
    // A key followed by an initialisation vector, as long as a DES block.
    let cipher = cipher.ok_or(DecryptError::Unknown)?;
    let (key, iv) =
        keys.get(..cipher.key + 8).and_then(|both| both.split_at_checked(cipher.key)).ok_or(DecryptError::Unknown)?;
    (cipher.decrypt)(key, iv, encrypted)
}

/// Derives the key of PBES2's cipher.
fn derive(derivation: &Kdf, passphrase: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut key = Zeroizing::new(vec![0; length]);
    match derivation {
        Kdf::Pbkdf2(pbkdf2) => {
            if pbkdf2.iteration_count > MAX_ITERATIONS {
                return Err(DecryptError::TooCostly);
            }
            derivation::pbkdf2(pbkdf2, passphrase, &mut key)?;
        }
        Kdf::Scrypt(parameters) => {
            let memory = memory(parameters);
            if memory > MAX_SCRYPT_MEMORY || memory.saturating_mul(parameters.parallelization.into()) > MAX_SCRYPT_WORK
            {
                return Err(DecryptError::TooCostly);
            }
            let parameters_of_crate = scrypt_parameters(parameters).ok_or(DecryptError::Unknown)?;
            scrypt::scrypt(passphrase, parameters.salt.as_ref(), &parameters_of_crate, &mut key)
                .map_err(|_| DecryptError::Unknown)?;
        }
        _ => return Err(DecryptError::Unknown),
    }
    Ok(key)
}

/// Converts the parameters; `None` unless N is a power of two that is at least 2, as RFC 7914 section 6 requires.
fn scrypt_parameters(parameters: &ScryptParams) -> Option<scrypt::Params> {
    let cost = parameters.cost_parameter;
    let log_n = u8::try_from(cost.checked_ilog2()?).ok().filter(|_| cost.is_power_of_two())?;
    scrypt::Params::new(log_n, parameters.block_size.into(), parameters.parallelization.into()).ok()
}

/// Encrypts a key with the parameters that OpenSSL 3 chooses for scrypt: N = 2^14, r = 8, p = 1.
///
/// # Errors
/// None for keys of realistic size.
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

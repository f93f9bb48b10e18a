//! PKCS#8 under a passphrase: PBES2 and PBES1, RFC 8018. What is written is PBES2 with scrypt (RFC 7914) and AES-256-CBC.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use md5::Digest;
use pkcs8::der::Decode as _;
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier as Oid};
use pkcs8::pkcs5::pbes1::{self, Algorithm, EncryptionScheme as Scheme};
use pkcs8::pkcs5::pbes2::{self, Kdf, Parameters, ScryptParams};
use pkcs8::pkcs5::{EncryptionScheme, scrypt};
use pkcs8::{EncryptedPrivateKeyInfoRef, Error, PrivateKeyInfoRef, SecretDocument, pkcs5};
use zeroize::Zeroizing;

use super::pkcs12;
use super::protection::{DecryptError, Derivation};
use crate::keyfile::asn1::Sequence;
use crate::keyfile::limits::{MAX_ITERATIONS, MAX_SCRYPT_MEMORY, MAX_SCRYPT_WORK};
use crate::secret::Secret;

/// Whether contents are those of `ENCRYPTED PRIVATE KEY`.
pub(in super::super) fn is(contents: &[u8]) -> bool {
    algorithm(contents).is_some()
}

/// The name of the encryption and its parameters, and what is encrypted.
fn algorithm(contents: &[u8]) -> Option<(Oid, Option<AnyRef<'_>>, &[u8])> {
    let sequence = Sequence::parse(contents).filter(|sequence| sequence.shape == "SO")?;
    let (name, parameters) = named(sequence.get(0)?)?;
    Some((name, parameters, sequence.get(1)?.value()))
}

/// An AlgorithmIdentifier: a name and its parameters.
fn named(algorithm: AnyRef<'_>) -> Option<(Oid, Option<AnyRef<'_>>)> {
    let sequence = Sequence::of(algorithm)?;
    Some((sequence.get(0)?.decode_as().ok()?, sequence.get(1)))
}

/// What of the encryption of `ENCRYPTED PRIVATE KEY` is not read here; none if it is read.
pub(in super::super) fn unread(contents: &[u8]) -> Option<String> {
    let (name, parameters, _) = algorithm(contents)?;
    if READ.contains(&name) {
        return None;
    }
    let mut name = name;
    if name == pbes2::PBES2_OID {
        // The derivation, and then the cipher.
        let parts = Sequence::of(parameters?)?;
        let (derivation, cipher) = (named(parts.get(0)?)?.0, named(parts.get(1)?)?.0);
        if READ.contains(&derivation) && READ.contains(&cipher) {
            return None;
        }
        name = if READ.contains(&derivation) { cipher } else { derivation };
    }
    let known = UNREAD.iter().find(|(unread, _)| *unread == name);
    Some(known.map_or_else(|| name.to_string(), |(_, name)| (*name).to_owned()))
}

/// pbeWithSHAAnd3-KeyTripleDES-CBC and pbeWithSHAAnd2-KeyTripleDES-CBC, RFC 7292 appendix C, with the number of keys.
const TRIPLE_DES: [(Oid, usize); 2] =
    [(Oid::new_unwrap("1.2.840.113549.1.12.1.3"), 3), (Oid::new_unwrap("1.2.840.113549.1.12.1.4"), 2)];

/// What is read: schemes, and derivations and ciphers of PBES2.
static READ: [Oid; 10] = [
    TRIPLE_DES[0].0,
    TRIPLE_DES[1].0,
    pbes1::PBE_WITH_MD5_AND_DES_CBC_OID,
    pbes1::PBE_WITH_SHA1_AND_DES_CBC_OID,
    pbes2::PBKDF2_OID,
    pbes2::SCRYPT_OID,
    pbes2::AES_128_CBC_OID,
    pbes2::AES_192_CBC_OID,
    pbes2::AES_256_CBC_OID,
    pbes2::DES_EDE3_CBC_OID,
];

/// What is not, by the names that openssl has for it.
static UNREAD: [(Oid, &str); 28] = [
    (pbes1::PBE_WITH_MD2_AND_DES_CBC_OID, "PBE-MD2-DES"),
    (pbes1::PBE_WITH_MD2_AND_RC2_CBC_OID, "PBE-MD2-RC2-64"),
    (pbes1::PBE_WITH_MD5_AND_RC2_CBC_OID, "PBE-MD5-RC2-64"),
    (pbes1::PBE_WITH_SHA1_AND_RC2_CBC_OID, "PBE-SHA1-RC2-64"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.1"), "PBE-SHA1-RC4-128"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.2"), "PBE-SHA1-RC4-40"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.5"), "PBE-SHA1-RC2-128"),
    (Oid::new_unwrap("1.2.840.113549.1.12.1.6"), "PBE-SHA1-RC2-40"),
    (Oid::new_unwrap("1.3.14.3.2.7"), "DES-CBC"),
    (pbes2::AES_128_GCM_OID, "AES-128-GCM"),
    (pbes2::AES_256_GCM_OID, "AES-256-GCM"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.1.3"), "AES-128-OFB"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.1.4"), "AES-128-CFB"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.1.23"), "AES-192-OFB"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.1.24"), "AES-192-CFB"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.1.43"), "AES-256-OFB"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.1.44"), "AES-256-CFB"),
    (Oid::new_unwrap("1.2.392.200011.61.1.1.1.2"), "CAMELLIA-128-CBC"),
    (Oid::new_unwrap("1.2.392.200011.61.1.1.1.3"), "CAMELLIA-192-CBC"),
    (Oid::new_unwrap("1.2.392.200011.61.1.1.1.4"), "CAMELLIA-256-CBC"),
    (Oid::new_unwrap("1.2.410.200046.1.1.2"), "ARIA-128-CBC"),
    (Oid::new_unwrap("1.2.410.200046.1.1.7"), "ARIA-192-CBC"),
    (Oid::new_unwrap("1.2.410.200046.1.1.12"), "ARIA-256-CBC"),
    (Oid::new_unwrap("1.2.410.200004.1.4"), "SEED-CBC"),
    (Oid::new_unwrap("1.2.156.10197.1.104.2"), "SM4-CBC"),
    (Oid::new_unwrap("1.2.840.113549.3.2"), "RC2-CBC"),
    (Oid::new_unwrap("1.2.840.113533.7.66.10"), "CAST5-CBC"),
    (Oid::new_unwrap("1.3.6.1.4.1.3029.1.2"), "BF-CBC"),
];

/// The salt and the rounds of one of PKCS#12's schemes, and what is encrypted under how many keys.
fn triple_des(contents: &[u8]) -> Option<((&[u8], u32), usize, &[u8])> {
    let (name, parameters, encrypted) = algorithm(contents)?;
    let (_, keys) = TRIPLE_DES.into_iter().find(|(known, _)| *known == name)?;
    let [salt, rounds] = Sequence::of(parameters?).filter(|parameters| parameters.shape == "OI")?.array()?;
    Some(((salt.value(), rounds.decode_as().ok()?), keys, encrypted))
}

/// How the key of `ENCRYPTED PRIVATE KEY` is derived.
pub(in super::super) fn derivation(contents: &[u8]) -> Derivation {
    if triple_des(contents).is_some() {
        return Derivation::Pbes1;
    }
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

/// The most rounds of PKCS#12's derivation: some 50 ms. openssl's default is 2048.
const MAX_PKCS12_ROUNDS: u32 = 1 << 20;

/// The memory that scrypt takes, in bytes. RFC 7914 section 2: 128·N·r.
fn memory(scrypt: &ScryptParams) -> u64 {
    u64::from(scrypt.block_size).saturating_mul(128).saturating_mul(scrypt.cost_parameter)
}

/// Decrypts the contents of `ENCRYPTED PRIVATE KEY`; they are those of `PRIVATE KEY`.
///
/// # Errors
/// Any; padding that is right by chance may let a wrong passphrase pass, and the contents are damaged then.
pub(in super::super) fn decrypt(contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    if let Some((derivation @ (_, rounds), keys, encrypted)) = triple_des(contents) {
        // Any work beyond that of PBES1, whose rounds are 16 bits, is more than such a key is worth.
        if rounds > MAX_PKCS12_ROUNDS {
            return Err(DecryptError::TooCostly);
        }
        return pkcs12::decrypt(encrypted, passphrase, derivation, keys);
    }
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

//! PuTTY's form of private keys, versions 2 and 3: appendix C of the PuTTY manual.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use argon2::Argon2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::keys::{PublicKey, wire};
use common::secret::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::traits::PrivateKeyParts as _;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::pem::LINE;
use super::{cannot_write, random};
use crate::generate::KeyPair;

/// The version of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// SHA-1 for everything; PuTTY before 0.75 reads no other.
    Two,
    /// Argon2 and SHA-256.
    Three,
}

/// The cost of Argon2id: 8 MiB, and the 21 passes at which puttygen arrives when it measures a tenth of a second.
const MEMORY_KIB: u32 = 8192;
const PASSES: u32 = 21;
const PARALLELISM: u32 = 1;

const BLOCK: usize = 16;

pub(super) fn write(
    pair: &KeyPair,
    comment: &str,
    passphrase: &Secret,
    version: Version,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let public = pair.public().map_err(cannot_write)?;
    let mut private = private_blob(pair)?;
    let encryption = if passphrase.is_empty() { "none" } else { "aes256-cbc" };
    let keys = Keys::derive(version, passphrase)?;
    if keys.cipher.is_some() {
        // Padded with a hash of the blob itself, so that the last block is no known plaintext.
        let padding = Sha1::digest(&*private);
        let missing = private.len().next_multiple_of(BLOCK) - private.len();
        private.extend(padding.iter().take(missing));
    }
    let mac = keys.mac(version, &authenticated(&public, encryption, comment, &private))?;
    let private = keys.encrypt(&private);

    let number = if version == Version::Two { 2 } else { 3 };
    let mut text = Zeroizing::new(Vec::with_capacity(4 * (public.blob().len() + private.len()) + 1024));
    let mut line = |line: &str| {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    };
    line(&format!("PuTTY-User-Key-File-{number}: {}", public.type_name()));
    line(&format!("Encryption: {encryption}"));
    line(&format!("Comment: {comment}"));
    lines(&mut line, "Public-Lines", public.blob());
    if let Some(salt) = keys.salt {
        line("Key-Derivation: Argon2id");
        line(&format!("Argon2-Memory: {MEMORY_KIB}"));
        line(&format!("Argon2-Passes: {PASSES}"));
        line(&format!("Argon2-Parallelism: {PARALLELISM}"));
        line(&format!("Argon2-Salt: {}", hex(&salt)));
    }
    lines(&mut line, "Private-Lines", &private);
    line(&format!("Private-MAC: {}", hex(&mac)));
    Ok(text)
}

/// The private numbers, in the order that the manual gives.
fn private_blob(pair: &KeyPair) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut blob = Zeroizing::new(Vec::with_capacity(8192));
    match pair {
        KeyPair::Rsa(key) => {
            let coefficient = key.crt_coefficient().ok_or_else(|| cannot_write("its primes are equal"))?;
            let mut put = |number: &rsa::BoxedUint| {
                wire::put_unsigned(&mut blob, &Zeroizing::new(number.to_be_bytes().to_vec()));
            };
            put(key.d());
            key.primes().iter().for_each(|prime| put(prime.as_ref()));
            put(&coefficient);
        }
        KeyPair::Ed25519(key) => wire::put_string(&mut blob, key.as_bytes()),
        KeyPair::Ecdsa(key) => wire::put_unsigned(&mut blob, key.private_key_bytes()),
    }
    Ok(blob)
}

/// What the MAC covers.
fn authenticated(public: &PublicKey<'_>, encryption: &str, comment: &str, private: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(private.len() + public.blob().len() + comment.len() + 256));
    let parts = [public.type_name().as_bytes(), encryption.as_bytes(), comment.as_bytes(), public.blob(), private];
    parts.iter().for_each(|part| wire::put_string(&mut bytes, part));
    bytes
}

/// The keys that a passphrase gives.
struct Keys {
    /// The salt of version 3.
    salt: Option<[u8; 16]>,
    /// None without a passphrase.
    cipher: Option<CipherKey>,
    mac: Zeroizing<Vec<u8>>,
}

/// The key and initialisation vector of AES-256-CBC.
#[derive(Default)]
struct CipherKey {
    key: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; 16]>,
}

impl CipherKey {
    /// Of bytes that are the key, and behind it the initialisation vector, which is zero where there are none.
    fn of<'a>(bytes: impl Iterator<Item = &'a u8>) -> Self {
        let mut cipher = Self::default();
        for (to, from) in cipher.key.iter_mut().chain(cipher.iv.iter_mut()).zip(bytes) {
            *to = *from;
        }
        cipher
    }
}

impl Keys {
    fn derive(version: Version, passphrase: &Secret) -> Result<Self, Error> {
        match (version, passphrase.is_empty()) {
            (Version::Two, empty) => {
                let part = |number: u8| {
                    Zeroizing::new(
                        Sha1::new().chain_update([0, 0, 0, number]).chain_update(passphrase.expose()).finalize(),
                    )
                };
                let cipher = CipherKey::of(part(0).iter().chain(part(1).iter()).take(32));
                let mac = Sha1::new().chain_update("putty-private-key-file-mac-key").chain_update(passphrase.expose());
                Ok(Self {
                    salt: None,
                    cipher: (!empty).then_some(cipher),
                    mac: Zeroizing::new(mac.finalize().to_vec()),
                })
            }
            (Version::Three, true) => Ok(Self { salt: None, cipher: None, mac: Zeroizing::default() }),
            (Version::Three, false) => {
                let salt: [u8; 16] = random()?;
                let parameters =
                    argon2::Params::new(MEMORY_KIB, PASSES, PARALLELISM, Some(80)).map_err(cannot_write)?;
                let mut output = Zeroizing::new([0; 80]);
                Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, parameters)
                    .hash_password_into(passphrase.expose(), &salt, &mut *output)
                    .map_err(cannot_write)?;
                let (cipher, mac) = output.split_at(48);
                Ok(Self {
                    salt: Some(salt),
                    cipher: Some(CipherKey::of(cipher.iter())),
                    mac: Zeroizing::new(mac.to_vec()),
                })
            }
        }
    }

    fn mac(&self, version: Version, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(match version {
            Version::Two => Hmac::<Sha1>::new_from_slice(&self.mac)
                .map_err(cannot_write)?
                .chain_update(bytes)
                .finalize()
                .into_bytes()
                .to_vec(),
            Version::Three => Hmac::<Sha256>::new_from_slice(&self.mac)
                .map_err(cannot_write)?
                .chain_update(bytes)
                .finalize()
                .into_bytes()
                .to_vec(),
        })
    }

    /// The padded blob, encrypted where there is a passphrase.
    fn encrypt(&self, padded: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match &self.cipher {
            None => padded.to_vec(),
            Some(cipher) => cbc::Encryptor::<aes::Aes256>::new((&*cipher.key).into(), (&*cipher.iv).into())
                .encrypt_padded_vec::<NoPadding>(padded),
        })
    }
}

fn lines(line: &mut impl FnMut(&str), name: &str, contents: &[u8]) {
    let base64 = Zeroizing::new(STANDARD.encode(contents));
    let chunks = base64.as_bytes().chunks(LINE);
    line(&format!("{name}: {}", chunks.len()));
    // Base64 is ASCII.
    chunks.for_each(|chunk| line(std::str::from_utf8(chunk).unwrap_or_default()));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

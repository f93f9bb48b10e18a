//! The keys that a passphrase gives, and what they are for: decrypting and authenticating a file.

use argon2::{Algorithm, Argon2};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::wire;
use crate::secret::Secret;

/// The version of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// SHA-1 for everything; PuTTY before 0.75 reads no other.
    Two,
    /// Argon2 and SHA-256.
    Three,
}

/// The parameters are out of what the key derivation knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// How version 3 makes keys of a passphrase.
#[derive(Clone, Debug)]
pub struct Argon {
    /// Which of the three.
    pub algorithm: Algorithm,
    /// In KiB.
    pub memory: u32,
    /// How often the memory is gone over.
    pub passes: u32,
    /// How many lanes.
    pub parallelism: u32,
    /// The salt.
    pub salt: Vec<u8>,
}

impl Argon {
    /// Argon2id with 8 MiB, and the 21 passes at which puttygen arrives when it measures a tenth of a second.
    #[must_use]
    pub fn usual(salt: [u8; 16]) -> Self {
        Self { algorithm: Algorithm::Argon2id, memory: 8192, passes: 21, parallelism: 1, salt: salt.to_vec() }
    }

    /// The key of the cipher, its initialisation vector and the key of the MAC.
    fn derive(&self, passphrase: &Secret) -> Result<Zeroizing<[u8; 80]>, OutOfRange> {
        let parameters =
            argon2::Params::new(self.memory, self.passes, self.parallelism, Some(80)).map_err(|_| OutOfRange)?;
        let mut output = Zeroizing::new([0; 80]);
        Argon2::new(self.algorithm, argon2::Version::V0x13, parameters)
            .hash_password_into(passphrase.expose(), &self.salt, &mut *output)
            .map_err(|_| OutOfRange)?;
        Ok(output)
    }
}

/// What the MAC covers.
#[must_use]
pub fn authenticated(
    type_name: &str,
    encryption: &str,
    comment: &[u8],
    public: &[u8],
    private: &[u8],
) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(private.len() + public.len() + comment.len() + 256));
    let parts = [type_name.as_bytes(), encryption.as_bytes(), comment, public, private];
    parts.iter().for_each(|part| wire::put_string(&mut bytes, part));
    bytes
}

/// The keys that a passphrase gives.
pub struct Keys {
    /// None without a passphrase.
    pub cipher: Option<CipherKey>,
    mac: Zeroizing<Vec<u8>>,
}

/// The key and initialisation vector of AES-256-CBC.
#[derive(Default)]
pub struct CipherKey {
    /// The key.
    pub key: Zeroizing<[u8; 32]>,
    /// The initialisation vector.
    pub iv: Zeroizing<[u8; 16]>,
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
    /// Without a derivation, as version 2 does it, or as version 3 does without a passphrase.
    ///
    /// # Errors
    /// The derivation's parameters are out of range.
    pub fn derive(version: Version, derivation: Option<&Argon>, passphrase: &Secret) -> Result<Self, OutOfRange> {
        match (version, derivation) {
            (Version::Two, _) => {
                let part = |number: u8| {
                    Zeroizing::new(
                        Sha1::new().chain_update([0, 0, 0, number]).chain_update(passphrase.expose()).finalize(),
                    )
                };
                let cipher = CipherKey::of(part(0).iter().chain(part(1).iter()).take(32));
                let mac = Sha1::new().chain_update("putty-private-key-file-mac-key").chain_update(passphrase.expose());
                Ok(Self {
                    cipher: (!passphrase.is_empty()).then_some(cipher),
                    mac: Zeroizing::new(mac.finalize().to_vec()),
                })
            }
            (Version::Three, None) => Ok(Self { cipher: None, mac: Zeroizing::default() }),
            (Version::Three, Some(derivation)) => {
                let output = derivation.derive(passphrase)?;
                let (cipher, mac) = output.split_at(48);
                Ok(Self { cipher: Some(CipherKey::of(cipher.iter())), mac: Zeroizing::new(mac.to_vec()) })
            }
        }
    }

    /// The MAC over these bytes, to be written or compared.
    ///
    /// # Errors
    /// None; HMAC takes keys of any length.
    pub fn mac(&self, version: Version, bytes: &[u8]) -> Result<Mac, OutOfRange> {
        Ok(match version {
            Version::Two => {
                Mac::Sha1(Hmac::<Sha1>::new_from_slice(&self.mac).map_err(|_| OutOfRange)?.chain_update(bytes))
            }
            Version::Three => {
                Mac::Sha256(Hmac::<Sha256>::new_from_slice(&self.mac).map_err(|_| OutOfRange)?.chain_update(bytes))
            }
        })
    }
}

/// A MAC of either version.
pub enum Mac {
    /// Of version 2.
    Sha1(Hmac<Sha1>),
    /// Of version 3.
    Sha256(Hmac<Sha256>),
}

impl Mac {
    /// Its bytes.
    #[must_use]
    pub fn finalize(self) -> Vec<u8> {
        match self {
            Self::Sha1(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha256(mac) => mac.finalize().into_bytes().to_vec(),
        }
    }

    /// Whether it is this one, in constant time.
    #[must_use]
    pub fn is(self, mac: &[u8]) -> bool {
        match self {
            Self::Sha1(own) => own.verify_slice(mac).is_ok(),
            Self::Sha256(own) => own.verify_slice(mac).is_ok(),
        }
    }
}

//! PuTTY's form of private keys, versions 2 and 3: appendix C of the PuTTY manual.

mod read;
mod write;

use argon2::{Algorithm, Argon2};
use common::error::Error;
use common::keys::wire;
use common::secret::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use read::Ppk;
pub(super) use read::is_ppk;
pub(super) use write::write;

use super::cannot_write;

/// The version of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// SHA-1 for everything; PuTTY before 0.75 reads no other.
    Two,
    /// Argon2 and SHA-256.
    Three,
}

const BLOCK: usize = 16;

/// How version 3 makes keys of a passphrase.
struct Derivation {
    algorithm: Algorithm,
    /// In KiB.
    memory: u32,
    passes: u32,
    parallelism: u32,
    salt: Vec<u8>,
}

impl Derivation {
    /// Argon2id with 8 MiB, and the 21 passes at which puttygen arrives when it measures a tenth of a second.
    fn usual(salt: [u8; 16]) -> Self {
        Self { algorithm: Algorithm::Argon2id, memory: 8192, passes: 21, parallelism: 1, salt: salt.to_vec() }
    }

    /// The key of the cipher, its initialisation vector and the key of the MAC.
    fn derive(&self, passphrase: &Secret) -> Result<Zeroizing<[u8; 80]>, Error> {
        let parameters =
            argon2::Params::new(self.memory, self.passes, self.parallelism, Some(80)).map_err(cannot_derive)?;
        let mut output = Zeroizing::new([0; 80]);
        Argon2::new(self.algorithm, argon2::Version::V0x13, parameters)
            .hash_password_into(passphrase.expose(), &self.salt, &mut *output)
            .map_err(cannot_derive)?;
        Ok(output)
    }
}

fn cannot_derive(error: argon2::Error) -> Error {
    Error::trouble(format!("the passphrase cannot be turned into a key: {error}"))
}

/// What the MAC covers.
fn authenticated(
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
struct Keys {
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
    /// Without a derivation, as version 2 does it, or as version 3 does without a passphrase.
    fn derive(version: Version, derivation: Option<&Derivation>, passphrase: &Secret) -> Result<Self, Error> {
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
    fn mac(&self, version: Version, bytes: &[u8]) -> Result<Mac, Error> {
        Ok(match version {
            Version::Two => {
                Mac::Sha1(Hmac::<Sha1>::new_from_slice(&self.mac).map_err(cannot_write)?.chain_update(bytes))
            }
            Version::Three => {
                Mac::Sha256(Hmac::<Sha256>::new_from_slice(&self.mac).map_err(cannot_write)?.chain_update(bytes))
            }
        })
    }
}

/// A MAC of either version.
enum Mac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl Mac {
    fn finalize(self) -> Vec<u8> {
        match self {
            Self::Sha1(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha256(mac) => mac.finalize().into_bytes().to_vec(),
        }
    }

    /// Whether it is this one, in constant time.
    fn is(self, mac: &[u8]) -> bool {
        match self {
            Self::Sha1(own) => own.verify_slice(mac).is_ok(),
            Self::Sha256(own) => own.verify_slice(mac).is_ok(),
        }
    }
}

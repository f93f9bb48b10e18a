//! `OPENSSH PRIVATE KEY`: OpenSSH's PROTOCOL.key. Encrypted, unless asked otherwise, with AES-256 in counter mode under
//! a key derived by bcrypt with 16 rounds, which is what ssh-keygen 9.2 does.

use std::ffi::OsStr;

use common::error::Error;
use common::escape;
use common::keyfile::MAX_BCRYPT_ROUNDS;
use common::secret::Secret;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey};
use ssh_key::public::RsaPublicKey;
use ssh_key::{Cipher, Kdf, LineEnding, Mpint, PrivateKey};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Format, cannot_write, random};
use crate::generate::KeyPair;

/// How hard a passphrase is to guess: what only this form lets one choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// The rounds of bcrypt; each takes some 7 ms.
    pub rounds: u32,
    /// The cipher.
    pub cipher: Cipher,
}

impl Default for Hardening {
    fn default() -> Self {
        Self { rounds: 16, cipher: Cipher::Aes256Ctr }
    }
}

/// The ciphers that ssh-keygen writes, under its names.
const CIPHERS: [Cipher; 9] = [
    Cipher::Aes128Cbc,
    Cipher::Aes192Cbc,
    Cipher::Aes256Cbc,
    Cipher::Aes128Ctr,
    Cipher::Aes192Ctr,
    Cipher::Aes256Ctr,
    Cipher::Aes128Gcm,
    Cipher::Aes256Gcm,
    Cipher::ChaCha20Poly1305,
];

impl Hardening {
    /// The names that `-Z` takes.
    pub const CIPHER_NAMES: &'static [&'static str] = &[
        "aes128-cbc",
        "aes192-cbc",
        "aes256-cbc",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
    ];

    /// Reads the values of `-a` and `-Z`.
    ///
    /// # Errors
    /// Another form, a number of rounds below 1 or above [`MAX_BCRYPT_ROUNDS`], or a cipher that ssh-keygen does not write.
    pub(crate) fn of(format: Format, rounds: Option<u32>, cipher: Option<&OsStr>) -> Result<Self, Error> {
        if format != Format::OpenSsh && (rounds.is_some() || cipher.is_some()) {
            return Err(
                Error::failure("-a and -Z are for OpenSSH's own form").hint("leave out -m, or leave out -a and -Z")
            );
        }
        let default = Self::default();
        let rounds = rounds.unwrap_or(default.rounds);
        if rounds == 0 {
            return Err(Error::failure("0 rounds protect nothing").hint("-a 1 is the least, -a 16 the default"));
        }
        if rounds > MAX_BCRYPT_ROUNDS {
            let why = format!("more than {MAX_BCRYPT_ROUNDS} rounds, which take half a minute, are never opened again");
            return Err(Error::failure(why).hint("-a 16 is the default"));
        }
        let cipher = match cipher {
            None => default.cipher,
            Some(name) => {
                let index = Self::CIPHER_NAMES.iter().position(|known| *known == name);
                index.and_then(|index| CIPHERS.get(index).copied()).ok_or_else(|| {
                    Error::failure(format!("unknown cipher {}", escape::quoted(name.as_encoded_bytes())))
                        .hint(format!("one of {}", Self::CIPHER_NAMES.join(", ")))
                })?
            }
        };
        Ok(Self { rounds, cipher })
    }
}

pub(super) fn write(
    pair: &KeyPair,
    comment: &str,
    passphrase: &Secret,
    hardening: Hardening,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut key = private_key(pair, comment).map_err(cannot_write)?;
    if !passphrase.is_empty() {
        let salt: [u8; 16] = random()?;
        let kdf = Kdf::Bcrypt { salt: salt.to_vec(), rounds: hardening.rounds };
        let check = u32::from_ne_bytes(random()?);
        key = key.encrypt_with(hardening.cipher, kdf, check, passphrase.expose()).map_err(cannot_write)?;
    }
    let mut text = key.to_openssh(LineEnding::LF).map_err(cannot_write)?;
    Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()))
}

fn private_key(pair: &KeyPair, comment: &str) -> ssh_key::Result<PrivateKey> {
    let data = match pair {
        KeyPair::Ed25519(key) => KeypairData::Ed25519(Ed25519Keypair::from_seed(key.as_bytes())),
        KeyPair::Rsa(key) => KeypairData::Rsa(numbers(key)?),
        KeyPair::Ecdsa(key) => KeypairData::Ecdsa((**key).clone()),
    };
    PrivateKey::new(data, comment)
}

/// The rsa crate's numbers in ssh-key's type. (ssh-key's own conversion needs another release of rsa.)
fn numbers(key: &rsa::RsaPrivateKey) -> ssh_key::Result<RsaKeypair> {
    let mpint = |number: &rsa::BoxedUint| {
        let mut bytes = number.to_be_bytes();
        let mpint = Mpint::from_positive_bytes(&bytes);
        bytes.zeroize();
        mpint
    };
    let (Some(p), Some(q)) = (key.primes().first(), key.primes().get(1)) else { return Err(ssh_key::Error::Crypto) };
    let coefficient = key.crt_coefficient().ok_or(ssh_key::Error::Crypto)?;
    let public = RsaPublicKey::new(mpint(key.e()), mpint(key.n()))?;
    RsaKeypair::new(public, RsaPrivateKey::new(mpint(key.d()), mpint(&coefficient), mpint(p), mpint(q))?)
}

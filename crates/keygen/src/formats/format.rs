//! The formats in which keygen writes private keys, and their writers.

use std::ffi::OsStr;

use common::error::Error;
use common::escape;
use common::keyfile::codec::ppk::Version;
use common::keyfile::codec::{self, Randomness};
use common::keyfile::{KeyMaterial, MAX_BCRYPT_ROUNDS, PrivateKey};
use common::secret::Secret;
use zeroize::Zeroizing;

use super::openssh;
use crate::generate::Type;
use crate::randomness;

const NO_PEM: &str = "ssh reads no PEM format of an Ed25519 key";

const OPENSSH_ALONE: &str = "a key of ML-DSA-44 and Ed25519 has only OpenSSH format";

/// The formats of a private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `OPENSSH PRIVATE KEY`.
    #[default]
    OpenSsh,
    /// `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
    Pem,
    /// `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`.
    Pkcs8,
    /// PuTTY format (PPK), version 3.
    Ppk,
    /// PuTTY format (PPK), version 2, for PuTTY before 0.75.
    Ppk2,
    /// RFC 4716, a format of public keys. For a private key, ssh-keygen and keygen take it to mean OpenSSH format.
    Rfc4716,
}

impl Format {
    /// The names that `-m` takes.
    pub const NAMES: &'static [&'static str] = &["OpenSSH", "PEM", "PKCS8", "PPK", "PPK2", "RFC4716"];

    const ALL: [Self; 6] = [Self::OpenSsh, Self::Pem, Self::Pkcs8, Self::Ppk, Self::Ppk2, Self::Rfc4716];

    pub(crate) fn of_option(value: &OsStr) -> Result<Self, Error> {
        let name = escape::text(value.as_encoded_bytes());
        let known = Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(&name));
        known.and_then(|index| Self::ALL.get(index).copied()).ok_or_else(|| {
            Error::failure(format!("keygen cannot write the format '{name}'"))
                .hint(format!("one of {}", Self::NAMES.join(", ")))
        })
    }

    /// Refuses a key type that this format cannot hold, before the user is asked anything.
    ///
    /// # Errors
    /// PEM with an Ed25519 key; any format but OpenSSH's with a key of ML-DSA-44 and Ed25519.
    pub fn holds(self, key_type: Type) -> Result<(), Error> {
        match (self, key_type) {
            (Self::Pem, Type::Ed25519) => {
                Err(Error::failure(NO_PEM).hint("omit -m PEM for an Ed25519 key, or add -t rsa for PEM"))
            }
            (Self::Pem | Self::Pkcs8 | Self::Ppk | Self::Ppk2, Type::MlDsa44Ed25519) => {
                Err(Error::failure(OPENSSH_ALONE)
                    .hint("omit -m, or use a key of another type: ed25519 for PKCS8 and PPK, rsa for PEM"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a passphrase that readers of this format would not accept.
    ///
    /// # Errors
    /// PEM and PKCS#8 with a passphrase of fewer than five characters: ssh-keygen, which lets OpenSSL ask for it, does not
    /// accept it.
    pub fn takes(self, passphrase: &Secret) -> Result<(), Error> {
        const LEAST: usize = 5;
        let length = passphrase.expose().len();
        if matches!(self, Self::Pem | Self::Pkcs8) && (1..LEAST).contains(&length) {
            return Err(Error::failure(format!(
                "the passphrase of a key in this format needs {LEAST} characters or more"
            )));
        }
        Ok(())
    }

    /// Returns the private key's file, encrypted unless the passphrase is empty.
    ///
    /// # Errors
    /// The operating system's randomness cannot be read, or the format cannot hold the key.
    pub fn write(
        self,
        key: &PrivateKey,
        comment: &str,
        passphrase: &Secret,
        hardening: Hardening,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let randomness: Randomness<'_> = &mut randomness::fill;
        match self {
            Self::OpenSsh | Self::Rfc4716 => {
                openssh::write(key, comment, passphrase, (hardening.cipher, hardening.rounds), randomness)
            }
            Self::Pem => match &key.material {
                KeyMaterial::Rsa(private) => codec::pkcs1::write(&key.public, private, passphrase, randomness),
                KeyMaterial::Ecdsa(curve, scalar) => {
                    codec::sec1::write(&key.public, (*curve, scalar), passphrase, randomness)
                }
                // Refused before the user was asked anything; refused again here rather than written in another format.
                KeyMaterial::Ed25519(_) | KeyMaterial::Dsa(_) => Err(Error::failure(NO_PEM)),
                KeyMaterial::MlDsa44Ed25519(_) => Err(Error::failure(OPENSSH_ALONE)),
            },
            Self::Pkcs8 => codec::pkcs8::write(key, passphrase, randomness),
            Self::Ppk => codec::ppk::write(key, comment, passphrase, Version::Three, randomness),
            Self::Ppk2 => codec::ppk::write(key, comment, passphrase, Version::Two, randomness),
        }
    }
}

/// The parameters of the encryption, which only OpenSSH format lets the user choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// The rounds of bcrypt; each takes some 7 ms.
    pub rounds: u32,
    /// The cipher, by its name in SSH.
    pub cipher: &'static str,
}

impl Default for Hardening {
    fn default() -> Self {
        Self { rounds: 16, cipher: "aes256-ctr" }
    }
}

impl Hardening {
    /// The names that `-Z` takes: the ciphers that ssh-keygen writes.
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

    /// Parses the values of `-a` and `-Z`.
    ///
    /// # Errors
    /// Another format, a number of rounds below 1 or above [`MAX_BCRYPT_ROUNDS`], or a cipher that ssh-keygen does not write.
    pub(crate) fn of(format: Format, rounds: Option<u32>, cipher: Option<&OsStr>) -> Result<Self, Error> {
        if format != Format::OpenSsh && (rounds.is_some() || cipher.is_some()) {
            return Err(Error::failure("-a and -Z are for OpenSSH format only").hint("omit -m, or omit -a and -Z"));
        }
        let default = Self::default();
        let rounds = rounds.unwrap_or(default.rounds);
        if rounds == 0 {
            return Err(Error::failure("0 rounds give no protection").hint("-a 1 is the minimum, -a 16 the default"));
        }
        if rounds > MAX_BCRYPT_ROUNDS {
            let why =
                format!("more than {MAX_BCRYPT_ROUNDS} rounds, which take half a minute, cannot be decrypted again");
            return Err(Error::failure(why).hint("-a 16 is the default"));
        }
        let cipher = match cipher {
            None => default.cipher,
            Some(name) => {
                let known = Self::CIPHER_NAMES.iter().find(|known| **known == name);
                known.copied().ok_or_else(|| {
                    Error::failure(format!("unknown cipher {}", escape::quoted(name.as_encoded_bytes())))
                        .hint(format!("one of {}", Self::CIPHER_NAMES.join(", ")))
                })?
            }
        };
        Ok(Self { rounds, cipher })
    }
}

//! Makes new keys of all types.

use std::ffi::OsStr;

use common::error::Error;
use common::escape;
use common::key::{Curve, Kind, PublicKey};
use common::keyfile::{KeyMaterial, PrivateKey, RsaComponents};
use getrandom::SysRng;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use zeroize::Zeroizing;

use crate::primes;
use crate::randomness::random;

/// The smallest RSA modulus to make, in bits: required by Azure, and by NIST SP 800-131A since 2014.
pub const LEAST_RSA_BITS: u32 = 2048;

/// The largest RSA modulus that OpenSSH reads, in bits.
pub const MOST_RSA_BITS: u32 = 16384;

/// The default size of an RSA key, as in ssh-keygen.
const DEFAULT_RSA_BITS: u32 = 3072;

/// The types of keys that keygen makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Ed25519, RFC 8032.
    #[default]
    Ed25519,
    /// RSA with the public exponent 65537.
    Rsa,
    /// ECDSA on a NIST curve, RFC 5656.
    Ecdsa,
    /// ML-DSA-44 (FIPS 204) and Ed25519 in one key, which OpenSSH reads since 10.6.
    MlDsa44Ed25519,
}

impl Type {
    /// The names that `-t` takes.
    pub const NAMES: &'static [&'static str] = &["ed25519", "rsa", "ecdsa", "mldsa44-ed25519"];

    /// Parses the value of `-t`: the type, and the size if the name includes it, as `ecdsa-sha2-nistp384` does.
    pub(crate) fn of_option(value: &OsStr) -> Result<(Self, Option<u32>), Error> {
        let name = escape::text(value.as_encoded_bytes());
        match (name.to_ascii_lowercase().as_str(), Kind::of_name(name.as_bytes())) {
            ("ed25519", _) | (_, (Kind::Ed25519, false)) => Ok((Self::Ed25519, None)),
            (_, (Kind::MlDsa44Ed25519, false)) if Kind::is_former_name(name.as_bytes()) => {
                Err(Error::failure(format!("keygen makes no keys of type '{name}', which only OpenSSH 10.5 reads"))
                    .hint("-t mldsa44-ed25519 makes one for OpenSSH 10.6 and later"))
            }
            ("mldsa44-ed25519", _) | (_, (Kind::MlDsa44Ed25519, false)) => Ok((Self::MlDsa44Ed25519, None)),
            // The names of its signatures, as guides write them, which ssh-keygen also accepts.
            ("rsa" | "rsa-sha2-256" | "rsa-sha2-512", _) | (_, (Kind::Rsa, false)) => Ok((Self::Rsa, None)),
            ("ecdsa", _) => Ok((Self::Ecdsa, None)),
            (_, (Kind::Ecdsa(curve), false)) => Ok((Self::Ecdsa, Some(curve.bits()))),
            ("ed25519-sk" | "ecdsa-sk", _) | (_, (Kind::SkEd25519 | Kind::SkEcdsa, false)) => {
                Err(Error::failure(format!("keygen makes no keys of type '{name}', which a security key (FIDO) holds"))
                    .hint(format!("{}; it accepts ed25519 and rsa", crate::foreign_options::SECURITY_KEYS)))
            }
            ("dsa", _) | (_, (Kind::Dsa, false)) => {
                Err(Error::failure(format!("keygen makes no keys of type '{name}', which OpenSSH no longer reads"))
                    .hint("Azure accepts ed25519 and rsa"))
            }
            _ => Err(Error::failure(format!(
                "keygen makes no keys of type {}",
                escape::quoted(value.as_encoded_bytes())
            ))
            .hint("Azure accepts ed25519 and rsa")),
        }
    }

    /// The name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Rsa => "rsa",
            Self::Ecdsa => "ecdsa",
            Self::MlDsa44Ed25519 => "mldsa44-ed25519",
        }
    }

    /// The default name of the private key's file, where ssh looks for it.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Ed25519 => "id_ed25519",
            Self::Rsa => "id_rsa",
            Self::Ecdsa => "id_ecdsa",
            Self::MlDsa44Ed25519 => "id_mldsa44_ed25519",
        }
    }
}

/// The key to make: a type, and for RSA a size that has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// An Ed25519 key.
    Ed25519,
    /// An RSA key with a modulus of that many bits.
    Rsa(u32),
    /// An ECDSA key on that curve.
    Ecdsa(Curve),
    /// A key of ML-DSA-44 and Ed25519.
    MlDsa44Ed25519,
}

impl Recipe {
    /// Checks the requested size.
    ///
    /// # Errors
    /// A size that keygen does not make. Keys of Ed25519, alone or with ML-DSA-44, have one size; `bits` is ignored for them.
    pub fn new(key_type: Type, bits: Option<u32>) -> Result<Self, Error> {
        match (key_type, bits.unwrap_or(DEFAULT_RSA_BITS)) {
            (Type::Ed25519, _) => Ok(Self::Ed25519),
            (Type::MlDsa44Ed25519, _) => Ok(Self::MlDsa44Ed25519),
            (Type::Ecdsa, _) => match Curve::ALL.into_iter().find(|curve| curve.bits() == bits.unwrap_or(256)) {
                Some(curve) => Ok(Self::Ecdsa(curve)),
                None => Err(Error::failure("there is no ECDSA key of that size").hint("-b 256, -b 384 or -b 521")),
            },
            (Type::Rsa, bits) if bits < LEAST_RSA_BITS => {
                Err(Error::failure(format!("an RSA key of {bits} bits is too short"))
                    .hint(format!("Azure accepts RSA of {LEAST_RSA_BITS} bits or more: -b {LEAST_RSA_BITS}")))
            }
            (Type::Rsa, bits) if bits > MOST_RSA_BITS => {
                Err(Error::failure(format!("an RSA key of {bits} bits is more than OpenSSH reads"))
                    .hint(format!("the maximum is {MOST_RSA_BITS}")))
            }
            (Type::Rsa, bits) => Ok(Self::Rsa(bits)),
        }
    }

    /// The type of key.
    #[must_use]
    pub const fn key_type(self) -> Type {
        match self {
            Self::Ed25519 => Type::Ed25519,
            Self::Rsa(_) => Type::Rsa,
            Self::Ecdsa(_) => Type::Ecdsa,
            Self::MlDsa44Ed25519 => Type::MlDsa44Ed25519,
        }
    }

    /// Makes a key from the operating system's randomness.
    ///
    /// # Errors
    /// The operating system's randomness cannot be read.
    pub fn generate(self) -> Result<PrivateKey, Error> {
        match self {
            Self::Ed25519 => loop {
                if let Some(key) = PrivateKey::ed25519(random(32)?) {
                    return Ok(key);
                }
            },
            Self::MlDsa44Ed25519 => loop {
                if let Some(key) = PrivateKey::mldsa44_ed25519(random(64)?) {
                    return Ok(key);
                }
            },
            Self::Rsa(bits) => rsa(&primes::rsa_key(bits, SysRng)?),
            Self::Ecdsa(curve) => loop {
                // FIPS 186-5, A.2.2: random integers of the order's size until one is below it, usually the first or second.
                let bits = curve.bits() as usize;
                let mut scalar = random(bits.div_ceil(8))?;
                scalar.iter_mut().take(1).for_each(|first| *first &= 0xff >> (8 * bits.div_ceil(8) - bits));
                if let Some(key) = PrivateKey::ecdsa(curve, scalar) {
                    return Ok(key);
                }
            },
        }
    }
}

/// Converts an RSA key to the components that its file holds.
fn rsa(key: &rsa::PrivateKey) -> Result<PrivateKey, Error> {
    let failure = || Error::failure("cannot make the RSA key: its primes are equal");
    let bytes = |number: &rsa::BoxedUint| Zeroizing::new(number.to_be_bytes().into_vec());
    let [p, q] = key.primes() else { return Err(failure()) };
    let coefficient = Zeroizing::new(key.crt_coefficient().ok_or_else(failure)?);
    let components = RsaComponents {
        d: bytes(key.d()),
        p: bytes(p),
        q: bytes(q),
        coefficient: bytes(&coefficient),
        exponents: None,
    };
    let public = PublicKey::rsa(&key.e().to_be_bytes(), &key.n().to_be_bytes());
    let public = public.map_err(|malformed| Error::failure(malformed.to_string()))?;
    Ok(PrivateKey::new(public, KeyMaterial::Rsa(components)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_azure_or_openssh_refuse_are_not_made() {
        for bits in [0, 512, 1024, 2047, 16385, u32::MAX] {
            assert!(Recipe::new(Type::Rsa, Some(bits)).is_err(), "{bits}");
        }
        for bits in [255, 512, 520] {
            assert!(Recipe::new(Type::Ecdsa, Some(bits)).is_err(), "{bits}");
        }
        assert_eq!(Recipe::new(Type::Ecdsa, None).unwrap(), Recipe::Ecdsa(Curve::Nistp256));
        assert_eq!(Recipe::new(Type::Rsa, None).unwrap(), Recipe::Rsa(3072));
        assert_eq!(Recipe::new(Type::Rsa, Some(2048)).unwrap(), Recipe::Rsa(2048));
    }
}

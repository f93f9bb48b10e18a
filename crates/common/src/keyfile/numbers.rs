//! The private numbers of a key, as they stand in its file; whether they agree is for others to say.

use zeroize::Zeroizing;

use crate::key::wire::{Bad, Reader};
use crate::key::{Curve, Kind, PublicKey};

/// A number, big-endian, or another string of bytes that is nobody's business; wiped when dropped.
pub type Bytes = Zeroizing<Vec<u8>>;

/// The private numbers of a key. There is no `Debug`: they are not to be printed.
pub struct Numbers {
    /// Those of its type.
    pub of_type: OfType,
    /// Whether the public half, where it stands in the file more than once, is the same each time.
    pub public_agrees: bool,
}

/// The private numbers by type.
pub enum OfType {
    /// RSA, RFC 8017 section 3.2.
    Rsa(Rsa),
    /// DSA: x.
    Dsa(Bytes),
    /// ECDSA: the scalar.
    Ecdsa(Curve, Bytes),
    /// Ed25519: the seed, RFC 8032 section 5.1.5.
    Ed25519(Bytes),
}

/// The private numbers of an RSA key.
pub struct Rsa {
    /// The private exponent.
    pub d: Bytes,
    /// The one prime.
    pub p: Bytes,
    /// The other.
    pub q: Bytes,
    /// The inverse of q modulo p.
    pub coefficient: Bytes,
    /// d modulo p - 1 and q - 1, where the form has them.
    pub exponents: Option<[Bytes; 2]>,
}

pub(super) fn bytes(of: &[u8]) -> Bytes {
    Zeroizing::new(of.to_vec())
}

impl Numbers {
    /// Numbers beside which the public half does not stand once more.
    pub(super) const fn new(of_type: OfType) -> Self {
        Self { of_type, public_agrees: true }
    }

    /// Reads those of OpenSSH's form, which begin behind the type (`sshkey_private_serialize_opt` of its sshkey.c): the
    /// public half once more, and the private numbers. None for keys whose private half is elsewhere or not known.
    pub(super) fn of_openssh(key: &PublicKey<'_>, reader: &mut Reader<'_>) -> Result<Option<Self>, Bad> {
        let again = |made: Result<PublicKey<'_>, _>| made.is_ok_and(|made| made.plain_blob() == key.plain_blob());
        let (of_type, public_agrees) = match key.kind() {
            Kind::Rsa => {
                let (n, e) = (reader.unsigned()?, reader.unsigned()?);
                let (d, coefficient) = (bytes(reader.unsigned()?), bytes(reader.unsigned()?));
                let (p, q) = (bytes(reader.unsigned()?), bytes(reader.unsigned()?));
                (OfType::Rsa(Rsa { d, p, q, coefficient, exponents: None }), again(PublicKey::rsa(e, n)))
            }
            Kind::Dsa => {
                let numbers = [reader.unsigned()?, reader.unsigned()?, reader.unsigned()?, reader.unsigned()?];
                (OfType::Dsa(bytes(reader.unsigned()?)), again(PublicKey::dsa(numbers)))
            }
            Kind::Ecdsa(curve) => {
                let (name, point) = (reader.string()?, reader.string()?);
                let same = name == curve.name().as_bytes() && again(PublicKey::ecdsa(curve, point));
                (OfType::Ecdsa(curve, bytes(reader.unsigned()?)), same)
            }
            Kind::Ed25519 => {
                let public = reader.string()?;
                let (seed, behind) = reader.string()?.split_at_checked(32).ok_or(Bad)?;
                (OfType::Ed25519(bytes(seed)), public == behind && again(PublicKey::ed25519(public)))
            }
            Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return Ok(None),
        };
        Ok(Some(Self { of_type, public_agrees }))
    }

    /// Reads those of PuTTY's form, which has the public half elsewhere. Behind them there may be padding.
    ///
    /// # Errors
    /// They end early.
    pub fn of_ppk(key: &PublicKey<'_>, private: &[u8]) -> Result<Option<Self>, Bad> {
        let mut reader = Reader::new(private);
        Ok(Some(Self::new(match key.kind() {
            Kind::Rsa => {
                let mut next = || reader.unsigned().map(bytes);
                let (d, p, q, coefficient) = (next()?, next()?, next()?, next()?);
                OfType::Rsa(Rsa { d, p, q, coefficient, exponents: None })
            }
            Kind::Dsa => OfType::Dsa(bytes(reader.unsigned()?)),
            Kind::Ecdsa(curve) => OfType::Ecdsa(curve, bytes(reader.unsigned()?)),
            Kind::Ed25519 => OfType::Ed25519(bytes(reader.string()?)),
            Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return Ok(None),
        })))
    }
}

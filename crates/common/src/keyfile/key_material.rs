//! The private half of a key, as in its file.

use zeroize::Zeroizing;

use crate::key::Curve;

/// A secret integer, big-endian, or another secret byte string; wiped when dropped.
pub type Bytes = Zeroizing<Vec<u8>>;

/// The private half of a key. There is no `Debug`: it must not be printed.
pub enum KeyMaterial {
    /// RSA, RFC 8017 section 3.2.
    Rsa(RsaComponents),
    /// DSA: x.
    Dsa(Bytes),
    /// ECDSA: the private scalar, which may have any number of leading zeros, or lack some.
    Ecdsa(Curve, Bytes),
    /// Ed25519: the seed, 32 bytes; RFC 8032 section 5.1.5.
    Ed25519(Bytes),
    /// ML-DSA-44 and Ed25519: the seed of each, 32 bytes, one after the other; FIPS 204 section 3.6.3, RFC 8032.
    MlDsa44Ed25519(Bytes),
}

/// The private components of an RSA key of two primes.
pub struct RsaComponents {
    /// The private exponent.
    pub d: Bytes,
    /// One prime.
    pub p: Bytes,
    /// The other.
    pub q: Bytes,
    /// The inverse of q modulo p.
    pub coefficient: Bytes,
    /// d modulo p - 1 and q - 1, if the format has them.
    pub exponents: Option<[Bytes; 2]>,
}

/// Makes a copy that is wiped when dropped.
pub(super) fn bytes(of: &[u8]) -> Bytes {
    Zeroizing::new(of.to_vec())
}

/// Pads a scalar to the length of its curve's field; `None` if it is longer.
#[must_use]
pub fn padded_scalar(curve: Curve, scalar: &[u8]) -> Option<Bytes> {
    let zeros = scalar.iter().take_while(|byte| **byte == 0).count();
    let digits = scalar.get(zeros..)?;
    let length = curve.bits().div_ceil(8) as usize;
    let missing = length.checked_sub(digits.len())?;
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.resize(missing, 0);
    padded.extend_from_slice(digits);
    Some(padded)
}

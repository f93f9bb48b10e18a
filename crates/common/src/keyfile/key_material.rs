//! What the private half of a key consists of, as it stands in its file.

use zeroize::Zeroizing;

use crate::key::Curve;

/// A secret number, big-endian, or another secret string of bytes; wiped when dropped.
pub type Bytes = Zeroizing<Vec<u8>>;

/// The private half of a key. There is no `Debug`: it is not to be printed.
pub enum KeyMaterial {
    /// RSA, RFC 8017 section 3.2.
    Rsa(RsaComponents),
    /// DSA: x.
    Dsa(Bytes),
    /// ECDSA: the private scalar, which may begin with any number of zeros, or lack some.
    Ecdsa(Curve, Bytes),
    /// Ed25519: the seed, 32 bytes; RFC 8032 section 5.1.5.
    Ed25519(Bytes),
    /// ML-DSA-44 and Ed25519: the seed of each, 32 bytes, one behind the other; FIPS 204 section 3.6.3, RFC 8032.
    MlDsa44Ed25519(Bytes),
}

/// The private numbers of an RSA key of two primes.
pub struct RsaComponents {
    /// The private exponent.
    pub d: Bytes,
    /// One prime.
    pub p: Bytes,
    /// The other.
    pub q: Bytes,
    /// The inverse of q modulo p.
    pub coefficient: Bytes,
    /// d modulo p - 1 and q - 1, where the format has them.
    pub exponents: Option<[Bytes; 2]>,
}

/// A copy that is wiped when dropped.
pub(super) fn bytes(of: &[u8]) -> Bytes {
    Zeroizing::new(of.to_vec())
}

/// A curve's scalar in as many bytes as its field has; `None` if it has more digits.
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

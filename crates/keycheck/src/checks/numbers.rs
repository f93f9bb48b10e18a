//! The modulus and the public exponent of an RSA key.

#[cfg(test)]
pub(crate) mod samples;

use common::key::wire::Reader;
use common::key::{Kind, PublicKey};
use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

/// Checks whose cost grows faster than the size skip moduli of more bits; OpenSSH accepts no longer keys (SSHBUF_MAX_BIGNUM of
/// its sshbuf.h).
pub(crate) const MAX_BITS: usize = 16384;

/// The modulus and the public exponent of an RSA key (RFC 8017, section 3.1).
#[derive(Clone, Debug)]
pub struct Numbers {
    /// The modulus.
    pub n: UBig,
    /// The public exponent.
    pub e: UBig,
    /// The modulus, big-endian, without leading zeros.
    pub bytes: Vec<u8>,
    /// The modulus as words, the lowest first.
    pub words: Vec<u64>,
}

impl Numbers {
    /// Reads the modulus and the exponent of an RSA key; `None` for other keys.
    #[must_use]
    pub fn of(key: &PublicKey<'_>) -> Option<Self> {
        if key.kind() != Kind::Rsa {
            return None;
        }
        let mut reader = Reader::new(key.plain_blob());
        reader.string().ok()?;
        let e = UBig::from_be_bytes(reader.unsigned().ok()?);
        Some(Self::of_bytes(reader.unsigned().ok()?.to_vec(), e))
    }

    /// Takes a modulus, big-endian without leading zeros, and an exponent.
    pub(crate) fn of_bytes(bytes: Vec<u8>, e: UBig) -> Self {
        let words = words(&bytes);
        Self { n: UBig::from_be_bytes(&bytes), e, bytes, words }
    }

    /// Returns the size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.n.bit_len()
    }

    /// Whether the modulus is no longer than what OpenSSH accepts.
    #[must_use]
    pub fn is_of_sane_size(&self) -> bool {
        self.bits() <= MAX_BITS
    }

    /// Makes a key for tests.
    #[cfg(test)]
    #[expect(clippy::needless_pass_by_value, reason = "the numbers are made where they are handed over")]
    pub(crate) fn new(n: UBig, e: UBig) -> Self {
        Self::of_bytes(n.to_be_bytes().to_vec(), e)
    }
}

/// Converts a big-endian integer to words, the lowest first.
pub(crate) fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.rchunks(8).map(|bytes| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))).collect()
}

/// Whether an integer is a square.
pub(crate) fn is_square(number: &UBig) -> bool {
    let root = root(number);
    &root * &root == *number
}

/// Returns the largest integer whose square is not above this one.
pub(crate) fn root(number: &UBig) -> UBig {
    use dashu_int::ops::SquareRoot as _;
    number.sqrt()
}

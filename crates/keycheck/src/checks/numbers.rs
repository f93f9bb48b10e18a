//! An RSA key's numbers.

#[cfg(test)]
pub(crate) mod samples;

use common::key::wire::Reader;
use common::key::{Kind, PublicKey};
use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

/// The most bits that the checks whose cost grows faster than the size look at; OpenSSH takes no longer keys
/// (SSHBUF_MAX_BIGNUM of its sshbuf.h).
pub(crate) const MAX_BITS: usize = 16384;

/// The modulus and the exponent of an RSA key (RFC 8017 section 3.1).
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
    /// The numbers of an RSA key; none for other keys.
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

    /// The numbers of a key whose modulus is given, big-endian without leading zeros.
    pub(crate) fn of_bytes(bytes: Vec<u8>, e: UBig) -> Self {
        let words = words(&bytes);
        Self { n: UBig::from_be_bytes(&bytes), e, bytes, words }
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.n.bit_len()
    }

    /// Whether the modulus is no longer than what OpenSSH takes.
    #[must_use]
    pub fn is_of_sane_size(&self) -> bool {
        self.bits() <= MAX_BITS
    }

    /// Numbers for tests.
    #[cfg(test)]
    #[expect(clippy::needless_pass_by_value, reason = "the numbers are made where they are handed over")]
    pub(crate) fn new(n: UBig, e: UBig) -> Self {
        Self::of_bytes(n.to_be_bytes().to_vec(), e)
    }
}

/// A big-endian number as words, the lowest first.
pub(crate) fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.rchunks(8).map(|bytes| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))).collect()
}

/// Whether a number is a square.
pub(crate) fn is_square(number: &UBig) -> bool {
    let root = root(number);
    &root * &root == *number
}

/// The largest number whose square is not above this one.
pub(crate) fn root(number: &UBig) -> UBig {
    use dashu_int::ops::SquareRoot as _;
    number.sqrt()
}

//! Finds moduli that are too small to be products of two primes, or longer than any program reads.

use super::numbers::MAX_BITS;
use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The modulus is longer than OpenSSH accepts.
pub(crate) static TOO_LONG: Check = Check {
    name: "rsa-too-long",
    severity: Severity::Error,
    what: "The RSA modulus has more than 16384 bits.",
    why: "OpenSSH refuses such keys, and each use of one would cost seconds. For a modulus of this size only \
          small factors, patterns and the exponent are checked.",
    remedy: "Generate a key of at most 4096 bits: keygen -t rsa -b 4096.",
    source: "OpenSSH, sshbuf.h, SSHBUF_MAX_BIGNUM",
};

/// The modulus is not a product of two primes.
pub(crate) static NO_MODULUS: Check = Check {
    name: "rsa-no-modulus",
    severity: Severity::Error,
    what: "The RSA modulus is below 6, the smallest product of two different primes.",
    why: "This is not a key: it was damaged or forged.",
    remedy: "Copy the key again from its source, or generate a new one.",
    source: "RFC 8017, section 3.1",
};

pub(super) fn too_long(numbers: &Numbers) -> Option<Finding> {
    (!numbers.is_of_sane_size())
        .then(|| TOO_LONG.found(format!("{} bits; OpenSSH accepts at most {MAX_BITS}", numbers.bits())))
}

pub(super) fn no_modulus(numbers: &Numbers) -> Option<Finding> {
    let n = u8::try_from(&numbers.n).ok().filter(|n| *n < 6)?;
    Some(NO_MODULUS.found(format!("the modulus is {n}, which is not a product of two primes")))
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::samples::strong_key;
    use super::*;

    #[test]
    fn the_line_is_16384_bits() {
        let long = |bits| Numbers::new((UBig::ONE << bits) - UBig::ONE, UBig::from(3u32));
        assert!(too_long(&long(MAX_BITS)).is_none() && too_long(&long(MAX_BITS + 1)).is_some());
    }

    #[test]
    fn an_integer_below_six_is_not_a_modulus() {
        for n in 0..6u8 {
            assert!(no_modulus(&Numbers::new(n.into(), UBig::from(3u32))).is_some());
        }
        assert!(no_modulus(&Numbers::new(6u8.into(), UBig::from(3u32))).is_none());
        assert!(no_modulus(&strong_key(0)).is_none());
    }
}

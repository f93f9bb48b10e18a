//! Checks public exponents.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// No valid RSA key has such an exponent.
pub(crate) static BAD: Check = Check {
    name: "rsa-bad-exponent",
    severity: Severity::Error,
    what: "The public exponent is 0, 1, even, or not below the modulus.",
    why: "With 0 or 1 anyone can sign; an even exponent has no private one; one that is not below the modulus \
          violates the standard. The key was damaged or forged.",
    remedy: "Copy the key again from its source, or generate a new one.",
    source: "RFC 8017, section 3.1; NIST FIPS 186-5, section A.1.1",
};

/// The exponent is below 65537.
pub(crate) static SMALL: Check = Check {
    name: "rsa-small-exponent",
    severity: Severity::Note,
    what: "The public exponent is odd and below 65537, such as 3, or the 35 and 37 of old key generators.",
    why: "FIPS 186-5 asks for more than 65536. For signatures a small exponent is not a weakness by itself, but faulty \
          padding checks have made it one (Bleichenbacher 2006, CVE-2006-4339).",
    remedy: "Nothing urgent; new keys have 65537.",
    source: "NIST FIPS 186-5, section A.1.1; CVE-2006-4339",
};

/// The exponent is above 65537.
pub(crate) static UNUSUAL: Check = Check {
    name: "rsa-unusual-exponent",
    severity: Severity::Note,
    what: "The public exponent is above 65537.",
    why: "It only makes verification slower, and some programs refuse more than 32 or 64 bits. A large exponent can \
          come from a private one that was chosen first, and small.",
    remedy: "Generate keys with a well-known program; all of them use 65537.",
    source: "NIST FIPS 186-5, section A.1.1; M. Wiener, Cryptanalysis of short RSA secret exponents, 1990",
};

/// The usual exponent, a Fermat prime.
const USUAL: u32 = 65537;

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let e = &numbers.e;
    let usual = UBig::from(USUAL);
    if *e >= numbers.n {
        return Some(BAD.found("the exponent is not below the modulus"));
    }
    if *e <= UBig::ONE {
        return Some(BAD.found(format!("the exponent is {e}")));
    }
    if !e.bit(0) {
        return Some(BAD.found("the exponent is even"));
    }
    if *e < usual {
        return Some(SMALL.found(format!("the exponent is {e}, where {USUAL} is usual")));
    }
    (*e > usual).then(|| UNUSUAL.found(format!("the exponent has {} bits, where {USUAL} is usual", e.bit_len())))
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::strong_key;
    use super::*;

    #[test]
    fn only_odd_exponents_between_1_and_the_modulus_are_any() {
        let strong_key = strong_key(0);
        let found = |e: UBig| check(&Numbers::new(strong_key.n.clone(), e)).map(|finding| finding.check.name);
        for (e, name) in [
            (0u32, Some("rsa-bad-exponent")),
            (1, Some("rsa-bad-exponent")),
            (2, Some("rsa-bad-exponent")),
            (65536, Some("rsa-bad-exponent")),
            (3, Some("rsa-small-exponent")),
            (35, Some("rsa-small-exponent")),
            (65535, Some("rsa-small-exponent")),
            (65537, None),
            (65539, Some("rsa-unusual-exponent")),
        ] {
            assert_eq!(found(e.into()), name, "{e}");
        }
        assert_eq!(found(strong_key.n.clone()), Some("rsa-bad-exponent"));
        assert_eq!(found(&strong_key.n - UBig::from(2u32)), Some("rsa-unusual-exponent"));
    }
}

//! Finds small private exponents, by Wiener's attack.
//!
//! With e·d = 1 + k·φ(n), k/d is a convergent of the continued fraction of e/n when d is below n^(1/4)/3. Each convergent gives
//! a φ; the right one gives p + q = n - φ + 1, for which (p + q)² - 4n is a square.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::numbers::Numbers;
use super::numbers::{is_square, root};
use crate::finding::{Check, Finding, Severity};

/// The private exponent is small.
pub(crate) static SMALL_PRIVATE_EXPONENT: Check = Check {
    name: "rsa-small-private-exponent",
    severity: Severity::Error,
    what: "The private exponent is below the fourth root of the RSA modulus, and was computed from the public key.",
    why: "Anyone who has the public key can do the same in an instant.",
    remedy: "Generate a new key with the exponent 65537, as keygen does, and replace this one wherever it is used.",
    source: "M. Wiener, Cryptanalysis of short RSA secret exponents, IEEE Transactions on Information Theory 36 (3), \
             1990",
};

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let Numbers { n, e, .. } = numbers;
    // e·d is above φ(n), so a d below n^(1/4) has an e above n^(3/4); a margin of some bits is left.
    if !numbers.is_of_sane_size() || e >= n || e.bit_len() + 8 < numbers.bits() / 4 * 3 {
        return None;
    }
    let bits = small_exponent(n, e)?.bit_len();
    Some(
        SMALL_PRIVATE_EXPONENT
            .found(format!("the private exponent has only {bits} bits; it was computed by Wiener's method")),
    )
}

/// Returns the private exponent, if it is below about the fourth root of the modulus.
fn small_exponent(n: &UBig, e: &UBig) -> Option<UBig> {
    let most = n.bit_len() / 4 + 2;
    let (mut a, mut b) = (e.clone(), n.clone());
    // The convergents k/d: this one and the previous one.
    let (mut k, mut d) = (UBig::ONE, UBig::ZERO);
    let (mut last_k, mut last_d) = (UBig::ZERO, UBig::ONE);
    while !b.is_zero() {
        let quotient = &a / &b;
        let remainder = &a - &quotient * &b;
        (a, b) = (b, remainder);
        let next_k = &quotient * &k + &last_k;
        let next_d = &quotient * &d + &last_d;
        (last_k, last_d) = (k, d);
        (k, d) = (next_k, next_d);
        if d.bit_len() > most {
            return None;
        }
        if factors(n, e, &k, &d) {
            return Some(d);
        }
    }
    None
}

/// Whether d is the private exponent: the φ that follows from k/d gives two factors of n.
fn factors(n: &UBig, e: &UBig, k: &UBig, d: &UBig) -> bool {
    if k.is_zero() {
        return false;
    }
    let multiple = e * d - UBig::ONE;
    let phi = &multiple / k;
    if &phi * k != multiple || phi >= *n {
        return false;
    }
    let sum = n - phi + UBig::ONE;
    let (square, four_n) = (&sum * &sum, n << 2);
    if square < four_n {
        return false;
    }
    let discriminant = square - four_n;
    is_square(&discriminant) && sum > root(&discriminant) + UBig::ONE
}

#[cfg(test)]
mod tests {
    use dashu_int::ops::{ExtendedGcd as _, Gcd as _};
    use dashu_int::{IBig, UBig};

    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    /// The key with the first private exponent from `d` on that has a public one.
    fn with_private(d: UBig) -> (Numbers, UBig) {
        let (p, q) = (next_prime(number(11, 512)), next_prime(number(12, 512)));
        let phi = (&p - UBig::ONE) * (&q - UBig::ONE);
        let mut d = d | UBig::ONE;
        while (&d).gcd(&phi) != UBig::ONE {
            d += 2u32;
        }
        let (_, e, _) = (&d).gcd_ext(&phi);
        let e = if e < IBig::ZERO { e + IBig::from(phi) } else { e };
        (Numbers::new(p * q, UBig::try_from(e).unwrap()), d)
    }

    #[test]
    fn small_private_exponents_are_computed() {
        for bits in [64, 128, 192, 240] {
            let (numbers, d) = with_private((UBig::ONE << bits) + number(13, 64));
            assert_eq!(small_exponent(&numbers.n, &numbers.e), Some(d));
            assert!(check(&numbers).is_some());
        }
    }

    #[test]
    fn large_private_exponents_are_not() {
        for bits in [320, 1000] {
            let (numbers, _) = with_private((UBig::ONE << bits) + number(13, 64));
            assert!(check(&numbers).is_none(), "{bits}");
        }
        assert!(check(&strong_key(2)).is_none());
    }
}

//! Finds factors of a modulus near a guess.
//!
//! R. Lehman, Factoring large integers, 1974. Let u/v be a fraction of small integers close to p/q. Then v·p and u·q are close
//! together, and the first step of Fermat's method finds the factors of 4·u·v·n. A guess of p is enough if all but its last
//! third is right.

use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, Gcd as _};

use super::euclid::{Remainders, Step};
use super::numbers::root;

/// Returns a factor of n, neither 1 nor n, if one is close to the guess.
pub(super) fn factor_near(n: &UBig, guess: &UBig) -> Option<UBig> {
    if *guess <= UBig::ONE || guess >= n {
        return None;
    }
    let other = n / guess;
    let mut remainders = Remainders::new(guess.clone(), other);
    // The first step of Fermat's method is enough as soon as v·p and u·q, whose difference is the remainder, differ by less
    // than twice the root of one of them.
    while 2 * remainders.small.bit_len() + 2 > remainders.cofactors().0.bit_len() + n.bit_len() / 2 {
        if matches!(remainders.step(true), Step::End) {
            return None;
        }
    }
    let (v, u) = remainders.cofactors();
    if v.is_zero() || u.is_zero() {
        return by_squares(n, &UBig::ONE);
    }
    by_squares(n, &(u * v))
}

/// Does the first step of Fermat's method for this multiple of n.
fn by_squares(n: &UBig, multiplier: &UBig) -> Option<UBig> {
    let product = (n * multiplier) << 2;
    let low = root(&product);
    let mean = if &low * &low == product { low } else { low + UBig::ONE };
    let square = &mean * &mean - product;
    let distance = root(&square);
    if &distance * &distance != square {
        return None;
    }
    let factor = (mean + distance).gcd(n);
    (factor > UBig::ONE && factor < *n).then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number};
    use super::*;

    #[test]
    fn a_guess_that_is_right_but_for_its_last_third_is_enough() {
        for seed in 0..20 {
            let (p, q) = (next_prime(number(2 * seed + 1, 512)), next_prime(number(2 * seed + 2, 512)));
            let n = &p * &q;
            for wrong in [1, 20, 100, 150] {
                let guess = (&p >> wrong) << wrong;
                let factor = factor_near(&n, &guess).unwrap_or_default();
                assert!(factor == p || factor == q, "{seed} {wrong}");
            }
            assert_eq!(factor_near(&n, &((&p >> 300) << 300)), None);
            assert_eq!(factor_near(&n, &number(seed + 1000, 512)), None);
        }
    }

    #[test]
    fn guesses_without_sense_give_nothing() {
        let n = number(1, 512) | UBig::ONE;
        for guess in [UBig::ZERO, UBig::ONE, n.clone(), &n + UBig::ONE] {
            assert_eq!(factor_near(&n, &guess), None);
        }
    }
}

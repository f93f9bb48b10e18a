//! A modulus that is a power of one number.

use dashu_int::UBig;

use super::{Check, Finding, Numbers, Severity};

/// The modulus is a power.
pub(super) static PERFECT_POWER: Check = Check {
    name: "rsa-perfect-power",
    severity: Severity::Error,
    what: "The RSA modulus is a square, a cube or a higher power of one number.",
    why: "A root is computed in an instant, and with it the private key.",
    remedy: "Make a new key with another program, and replace this one wherever it is used.",
    source: "RFC 8017, section 3.1 (the primes of a modulus are distinct); NIST SP 800-56B",
};

/// A root of fewer bits is a small factor, which is looked for elsewhere.
const LEAST_ROOT_BITS: usize = 19;

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    if !numbers.is_of_sane_size() {
        return None;
    }
    let most = numbers.bits() / LEAST_ROOT_BITS;
    let power =
        (2..=most).filter(|k| is_prime(*k)).find(|k| could_be_power(&numbers.n, *k) && is_power(&numbers.n, *k))?;
    Some(PERFECT_POWER.found(format!("the modulus is a number to the power of {power}")))
}

/// Whether n passes for a k-th power modulo three primes q with k | q - 1: a number that is none does so by each with a
/// probability of 1/k, and roots are dear.
fn could_be_power(n: &UBig, k: usize) -> bool {
    let Ok(k) = u64::try_from(k) else { return false };
    let moduli = (1u64..).map(|i| 2 * i * k + 1).filter(|q| usize::try_from(*q).is_ok_and(is_prime));
    moduli.take(3).all(|q| {
        let residue = n % q;
        residue == 0 || power(residue, (q - 1) / k, q) == 1
    })
}

/// Powers modulo a number of at most 32 bits.
fn power(base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let (mut base, mut result) = (base % modulus, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        exponent >>= 1;
    }
    result
}

fn is_power(n: &UBig, k: usize) -> bool {
    n.nth_root(k).pow(k) == *n
}

fn is_prime(k: usize) -> bool {
    k >= 2 && (2..).take_while(|d| d * d <= k).all(|d| !k.is_multiple_of(d))
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, sound};
    use super::*;

    #[test]
    fn powers_of_every_degree_are_found() {
        for (bits, k) in [(1024, 2), (512, 3), (256, 5), (320, 7), (64, 31)] {
            let n = next_prime(number(7, bits)).pow(k);
            let found = check(&Numbers::new(n.clone(), UBig::from(3u32))).unwrap();
            assert!(found.message.ends_with(&format!(" {k}")), "{}", found.message);
            assert!(check(&Numbers::new(n + UBig::from(2u32), UBig::from(3u32))).is_none());
        }
    }

    #[test]
    fn a_product_of_two_primes_is_no_power() {
        for seed in 0..5 {
            assert!(check(&sound(seed)).is_none());
        }
    }
}

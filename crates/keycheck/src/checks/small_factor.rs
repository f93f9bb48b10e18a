//! Small factors: every prime up to a million.
//!
//! The primes are multiplied into words. A word m divides into the modulus word by word from its low end, with the
//! inverse of m modulo 2^64 in place of a division (Hensel's division); what is left is 0 modulo a prime of the word
//! exactly when the modulus is. Eight words at a time keep the multiplier busy.

use std::sync::LazyLock;

use dashu_int::UBig;

use super::{Check, Finding, Numbers, Severity};

/// The modulus has a small factor.
pub(super) static SMALL_FACTOR: Check = Check {
    name: "rsa-small-factor",
    severity: Severity::Error,
    what: "The RSA modulus is divisible by a prime below a million.",
    why: "The primes of an RSA key have hundreds of digits. A small one means that the key was damaged on its way or \
          in memory, or made by a broken program; the remaining factor may be found as well.",
    remedy: "Copy the key again from where it was made; if it is the same there, make a new one.",
    source: "RFC 8017, section 3.1; H. Böck, badkeys (smallfactors)",
};

/// The largest number that is looked at as a factor.
const MOST: u32 = 1_000_000;

/// How many words are divided by at a time.
const LANES: usize = 8;

/// A word of primes.
#[derive(Clone, Copy, Default)]
struct Word {
    product: u64,
    /// The inverse of the product modulo 2^64.
    inverse: u64,
}

/// A prime, and what tells its multiples: v is one exactly if v · inverse modulo 2^64 is at most `most`.
struct Prime {
    prime: u32,
    inverse: u64,
    most: u64,
}

/// Words divided by at a time, and the primes of each.
struct Group {
    words: [Word; LANES],
    primes: [Vec<Prime>; LANES],
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let mut words: Vec<Vec<u32>> = Vec::new();
    let mut product = u64::MAX;
    for prime in odd_primes() {
        if let (Some(larger), Some(last)) = (product.checked_mul(prime.into()), words.last_mut()) {
            product = larger;
            last.push(prime);
        } else {
            product = prime.into();
            words.push(vec![prime]);
        }
    }
    words
        .chunks(LANES)
        .map(|chunk| {
            let mut group =
                Group { words: [Word { product: 1, inverse: 1 }; LANES], primes: std::array::from_fn(|_| Vec::new()) };
            for ((word, list), primes) in group.words.iter_mut().zip(&mut group.primes).zip(chunk) {
                word.product = primes.iter().map(|prime| u64::from(*prime)).product();
                word.inverse = inverse(word.product);
                *list = primes
                    .iter()
                    .map(|prime| Prime {
                        prime: *prime,
                        inverse: inverse((*prime).into()),
                        most: u64::MAX / u64::from(*prime),
                    })
                    .collect();
            }
            group
        })
        .collect()
});

/// The inverse of an odd number modulo 2^64, by Newton's method: each step doubles the bits that are right.
fn inverse(odd: u64) -> u64 {
    (0..5).fold(odd.wrapping_mul(3) ^ 2, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))))
}

/// The sieve of Eratosthenes over odd numbers.
fn odd_primes() -> impl Iterator<Item = u32> {
    let mut composite = vec![false; MOST as usize / 2];
    for i in 1.. {
        let step = 2 * i + 1;
        if step * step > MOST as usize {
            break;
        }
        if composite.get(i) == Some(&false) {
            composite.iter_mut().skip(step * step / 2).step_by(step).for_each(|odd| *odd = true);
        }
    }
    (3..MOST).step_by(2).zip(composite.into_iter().skip(1)).filter(|(_, composite)| !composite).map(|(prime, _)| prime)
}

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let factor = smallest_factor(&numbers.n)?;
    Some(SMALL_FACTOR.found(format!("the modulus is divisible by {factor}")))
}

/// The smallest prime factor below a million.
pub(super) fn smallest_factor(n: &UBig) -> Option<u32> {
    let limbs: Vec<u64> = n
        .to_le_bytes()
        .chunks(8)
        .map(|chunk| chunk.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte)))
        .collect();
    if limbs.first().is_some_and(|limb| limb & 1 == 0) {
        return Some(2);
    }
    GROUPS.iter().find_map(|group| {
        let mut rests = [0u64; LANES];
        for limb in &limbs {
            for (rest, word) in rests.iter_mut().zip(&group.words) {
                let (difference, borrow) = limb.overflowing_sub(*rest);
                let quotient = u128::from(difference.wrapping_mul(word.inverse));
                *rest = ((quotient * u128::from(word.product)) >> 64) as u64 + u64::from(borrow);
            }
        }
        rests
            .iter()
            .zip(&group.primes)
            .find_map(|(rest, primes)| primes.iter().find(|p| rest.wrapping_mul(p.inverse) <= p.most).map(|p| p.prime))
    })
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, sound};
    use super::*;

    #[test]
    fn the_primes_are_all_there() {
        let primes: Vec<u32> = odd_primes().collect();
        assert_eq!((primes.len() + 1, primes.first(), primes.last()), (78_498, Some(&3), Some(&999_983)));
        let grouped: usize = GROUPS.iter().flat_map(|group| &group.primes).map(Vec::len).sum();
        assert_eq!(grouped, primes.len());
    }

    #[test]
    fn the_smallest_factor_of_every_small_number_is_found() {
        for n in 2..5000u32 {
            let smallest = (2..=n).find(|factor| n % factor == 0);
            assert_eq!(smallest_factor(&n.into()), smallest, "{n}");
        }
    }

    #[test]
    fn factors_up_to_a_million_are_found_and_sound_keys_have_none() {
        let large = next_prime(number(9, 1024));
        for factor in [2u32, 3, 251, 65521, 65537, 65539, 104_729, 999_979, 999_983] {
            for n in [&large * UBig::from(factor), UBig::from(factor).pow(40)] {
                assert_eq!(smallest_factor(&n), Some(factor));
            }
        }
        assert_eq!(smallest_factor(&(&large * UBig::from(1_000_003u32))), None);
        assert!(check(&sound(4)).is_none());
    }
}

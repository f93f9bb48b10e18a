//! Throwing out what has a small factor, without dividing each number by each prime.

use crypto_bigint::{Limb, NonZero, Reciprocal, Uint, Word};
use zeroize::Zeroizing;

use super::PUBLIC_EXPONENT;

/// Up to where it pays to throw out multiples: one more prime f spares a share of 1/f of the tests that are left. At
/// 1024 bits these are 33 of 0.45 ms, and a prime costs some 0.1 µs to find and to divide by; at 2048, 57 of 3.4 ms
/// and 0.15 µs. The time of a test grows with the third power of the bits, that of a division with the bits.
pub(super) const fn bound(bits: u32) -> u32 {
    match bits {
        0..=1280 => 1 << 17,
        1281..=1536 => 1 << 19,
        1537..=2048 => 1 << 20,
        _ => 1 << 22,
    }
}

/// The odd numbers after a start, and which of them are worth a test.
pub(super) struct Window(Zeroizing<Vec<bool>>);

impl Window {
    /// Looks at `length` odd numbers from `start` on. It throws out the multiples of `primes`, themselves among them,
    /// so that they must be less than `start`; and the numbers r for which the exponent divides r − 1, since such an r
    /// can have no private exponent.
    pub(super) fn new<const L: usize>(start: &Uint<L>, length: usize, primes: &[u32]) -> Self {
        let mut window = Self(Zeroizing::new(vec![false; length]));
        let mut rest = primes;
        while let Some((group, product, after)) = next_group(rest) {
            let remainder = start.rem_limb_with_reciprocal(&Reciprocal::new(product)).0;
            for prime in group {
                window.strike(*prime, (remainder % Word::from(*prime)) as u32);
            }
            rest = after;
        }
        if let Some(exponent) = NonZero::new(Limb::from(PUBLIC_EXPONENT)).into_option() {
            let remainder = start.rem_limb(exponent).0 as u32;
            window.strike(PUBLIC_EXPONENT, (remainder + PUBLIC_EXPONENT - 1) % PUBLIC_EXPONENT);
        }
        window
    }

    /// Throws out every number start + 2i that leaves nothing, where start leaves `remainder`.
    fn strike(&mut self, prime: u32, remainder: u32) {
        // 2i ≡ −remainder. An odd value is made even by adding the prime, which is odd.
        let twice = if remainder == 0 { 0 } else { prime - remainder };
        let first = if twice % 2 == 0 { twice } else { twice + prime } / 2;
        self.0.iter_mut().skip(first as usize).step_by(prime as usize).for_each(|struck| *struck = true);
    }

    /// How far the numbers that are left are from the start, in order.
    pub(super) fn left(&self) -> impl Iterator<Item = u32> {
        (0..).step_by(2).zip(self.0.iter()).filter_map(|(distance, struck)| (!struck).then_some(distance))
    }
}

/// As many primes as fit into one word when multiplied: the division of a large number by the product costs as much as
/// by one of them. Gives them, the product, and the primes that are left.
fn next_group(primes: &[u32]) -> Option<(&[u32], NonZero<Limb>, &[u32])> {
    let mut product: Word = 1;
    let mut count = 0;
    for prime in primes {
        let Some(larger) = product.checked_mul(Word::from(*prime)) else { break };
        product = larger;
        count += 1;
    }
    let (group, after) = primes.split_at(count);
    if group.is_empty() { None } else { Some((group, NonZero::new(Limb(product)).into_option()?, after)) }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::U64;

    use super::super::small::odd_primes;
    use super::*;

    #[test]
    fn exactly_the_multiples_and_the_unfit_for_the_exponent_are_thrown_out() {
        let primes = odd_primes(300);
        for start in [1_000_001_u64, 65537 * 1000 - 399, 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23, u64::MAX - 1000] {
            let start = start | 1;
            let window = Window::new(&U64::from(start), 400, &primes);
            let left: Vec<u64> = window.left().map(|distance| start + u64::from(distance)).collect();
            let naive: Vec<u64> = (0..400)
                .map(|i| start + 2 * i)
                .filter(|n| primes.iter().all(|p| n % u64::from(*p) != 0) && n % 65537 != 1)
                .collect();
            assert_eq!(left, naive, "{start}");
        }
    }

    #[test]
    fn no_prime_is_thrown_out() {
        let all = odd_primes(200_000);
        let window = Window::new(&U64::from(1001_u64), 90_000, &odd_primes(1000));
        let left: Vec<u32> = window.left().map(|distance| 1001 + distance).collect();
        for prime in all.iter().filter(|prime| **prime > 1001 && *prime % PUBLIC_EXPONENT != 1 && **prime < 181_001) {
            assert!(left.binary_search(prime).is_ok(), "{prime}");
        }
    }

    #[test]
    fn every_prime_is_in_one_group() {
        let primes = odd_primes(bound(2048));
        let mut rest = primes.as_slice();
        let mut seen = Vec::new();
        while let Some((group, product, after)) = next_group(rest) {
            assert_eq!(group.iter().map(|prime| u128::from(*prime)).product::<u128>(), u128::from(product.0));
            seen.extend_from_slice(group);
            rest = after;
        }
        assert_eq!(seen, primes);
    }
}

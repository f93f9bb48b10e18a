//! Finds primes with few ones among their bits.
//!
//! The first bits of p and q are guessed together, those with the fewest ones first: the remainder of n shows at once how far a
//! guess can be right. A guess of k bits of each prime is possible for n with a probability below 2^(2-k), and there are C(2k -
//! 2, h - 2) guesses with h ones. If a possible guess has so few ones that any guess like it is possible with a probability
//! below 2^-75, the primes are not random. With guesses of up to 480 bits, one strong key in 2^66 is reported by mistake.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::LazyLock;

use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The primes have few ones.
pub(crate) static LOW_WEIGHT: Check = Check {
    name: "rsa-low-weight",
    severity: Severity::Error,
    what: "The first bits of both primes of the RSA modulus are mostly zeros, and were computed from it. One strong \
           key in 2^66 is reported by mistake.",
    why: "Primes with few ones can be computed from the public key.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "N. Heninger, H. Shacham, Reconstructing RSA Private Keys from Random Key Bits, 2009, for the search bit by \
             bit; H. Chernoff, 1952, for the bound",
};

/// The number of bits of a prime that the short search guesses, and the number of guesses that it follows, without and with
/// `--deep`. If none of them has few ones, the key passes. Of 1000 pairs of primes of 1024 bits with 64 ones, 19 pass, and 6
/// with `--deep`.
const SHORT: usize = 120;
const SHORT_STEPS: [usize; 2] = [250, 1500];

/// The same for the long search.
const LONG: usize = 480;
const LONG_STEPS: usize = 20_000;

/// The number of bits of n that a one has to explain, in the short search and in the long ones. Right guesses of sparse primes
/// gain more, wrong ones less; the sparser the primes, the more.
const COST: i64 = 5;
const COSTS: [i64; 3] = [6, 5, 8];

/// Shorter moduli fail for their length.
const LEAST_BITS: usize = 512;

/// The probability of such guesses of one length is below 2^-75.
const BITS: f64 = 75.0;

pub(super) fn check(numbers: &Numbers, deep: bool) -> Option<Finding> {
    if !numbers.is_of_sane_size() || numbers.bits() < LEAST_BITS {
        return None;
    }
    let [usual, many] = SHORT_STEPS;
    if !search::<2>(numbers, SHORT, if deep { many } else { usual }, COST).is_promising {
        return None;
    }
    let (bits, ones) = COSTS.into_iter().find_map(|cost| search::<8>(numbers, LONG, LONG_STEPS, cost).proof)?;
    Some(LOW_WEIGHT.found(format!("of the first {bits} bits of both primes only {ones} are ones")))
}

/// The result of a search.
struct Found {
    /// Whether a guess explains more bits of n than its ones cost.
    is_promising: bool,
    /// The number of guessed bits of each prime, and of ones in both, if these are too few.
    proof: Option<(usize, u32)>,
}

/// For each k, the most ones in a guess of k bits that are too few.
static TOO_FEW: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let too_few = |k: usize| {
        // The logarithms of the binomial coefficients; the sum of the first of them is at most twice the last.
        let n = 2.0 * k as f64 - 2.0;
        let mut choices = 0.0;
        let sums = (0..k).map(|h| {
            let this = choices;
            choices += ((n - h as f64) / (h as f64 + 1.0)).log2();
            this + 1.0
        });
        sums.take_while(|sum| sum + 2.0 - (k as f64) < -BITS).count().checked_sub(1).map_or(0, |h| h as u32 + 2)
    };
    (0..=LONG).map(|k| if k < 2 { 0 } else { too_few(k) }).collect()
});

/// A guess of the first bits of both primes: `rest` is the remainder of n, in units of the lowest bit of their product.
#[derive(PartialEq, Eq)]
struct Guess<const W: usize> {
    /// The smaller, the more promising.
    value: i64,
    ones: u32,
    bits: usize,
    p: Number<W>,
    q: Number<W>,
    rest: Number<W>,
}

impl<const W: usize> Ord for Guess<W> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.value, self.ones, Reverse(self.bits)).cmp(&(other.value, other.ones, Reverse(other.bits)))
    }
}

impl<const W: usize> PartialOrd for Guess<W> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Follows the best guesses until one has too few ones, or `steps` are done.
fn search<const W: usize>(numbers: &Numbers, longest: usize, steps: usize, cost: i64) -> Found {
    let mut found = Found { is_promising: false, proof: None };
    // Two bits of n belong to one bit of each prime; if the modulus has an odd number of bits, the first one is 0.
    let half = numbers.bits().div_ceil(2);
    let pair = |bits: usize| half.checked_sub(bits).map_or(0, |place| two_bits(&numbers.words, 2 * place));
    let mut heap: BinaryHeap<Reverse<Guess<W>>> = BinaryHeap::new();
    let Some(rest) = pair(1).checked_sub(1) else { return found };
    heap.push(Reverse(Guess {
        value: 0,
        ones: 2,
        bits: 1,
        p: Number::of(1),
        q: Number::of(1),
        rest: Number::of(rest),
    }));
    for _ in 0..steps {
        let Some(Reverse(mut guess)) = heap.pop() else { break };
        found.is_promising |= guess.value < 0;
        if TOO_FEW.get(guess.bits).is_some_and(|most| guess.ones <= *most) {
            found.proof = Some((guess.bits, guess.ones));
            break;
        }
        // Adds a bit to each prime: 0 to both as long as that is possible. The other ways go to the heap.
        while guess.bits < longest.min(half) {
            let bits = guess.bits + 1;
            let (p, q) = (guess.p.doubled(), guess.q.doubled());
            let rest = guess.rest.doubled().doubled().plus(&Number::of(pair(bits)));
            for (of_p, of_q) in [(0, 1), (1, 0), (1, 1)] {
                let mut taken = Number::<W>::of(of_p * of_q);
                taken = if of_q == 1 { taken.plus(&p) } else { taken };
                taken = if of_p == 1 { taken.plus(&q) } else { taken };
                let (p, q) = (p.plus(&Number::of(of_p)), q.plus(&Number::of(of_q)));
                let Some(rest) = rest.minus(&taken).filter(|rest| *rest <= p.plus(&q)) else { continue };
                // p is the smaller prime.
                if p <= q {
                    let ones = guess.ones + (of_p + of_q) as u32;
                    let value = rest.length() - 2 * bits as i64 + cost * i64::from(ones);
                    heap.push(Reverse(Guess { value, ones, bits, p, q, rest }));
                }
            }
            if rest > p.plus(&q) {
                break;
            }
            guess = Guess { bits, p, q, rest, ..guess };
        }
    }
    found
}

/// Returns two bits of an integer, from an even place.
fn two_bits(words: &[u64], place: usize) -> u64 {
    words.get(place / 64).map_or(0, |word| word >> (place % 64) & 3)
}

/// An integer of W words, the lowest first.
#[derive(Clone, PartialEq, Eq)]
struct Number<const W: usize>([u64; W]);

impl<const W: usize> Number<W> {
    fn of(word: u64) -> Self {
        let mut words = [0; W];
        if let Some(lowest) = words.first_mut() {
            *lowest = word;
        }
        Self(words)
    }

    fn doubled(&self) -> Self {
        let mut carry = 0;
        Self(self.0.map(|word| word << 1 | std::mem::replace(&mut carry, word >> 63)))
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        let mut carry = false;
        for (word, other) in sum.0.iter_mut().zip(&other.0) {
            (*word, carry) = word.carrying_add(*other, carry);
        }
        sum
    }

    /// Subtracts; `None` if the result is below 0.
    fn minus(&self, other: &Self) -> Option<Self> {
        let mut difference = self.clone();
        let mut borrow = false;
        for (word, other) in difference.0.iter_mut().zip(&other.0) {
            (*word, borrow) = word.borrowing_sub(*other, borrow);
        }
        (!borrow).then_some(difference)
    }

    /// Returns the length in bits.
    fn length(&self) -> i64 {
        let above = self.0.iter().rev().skip_while(|word| **word == 0).count() as i64;
        let highest = self.0.iter().rev().find(|word| **word != 0);
        highest.map_or(0, |word| 64 * above - i64::from(word.leading_zeros()))
    }
}

impl<const W: usize> PartialOrd for Number<W> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    /// A prime of that many bits with that many ones, except in its last bits.
    fn sparse(seed: u64, bits: usize, ones: usize) -> UBig {
        let places = (0..ones as u64).map(|i| 1 + (&number(seed * 1000 + i, 64) % (bits as u64 - 1)) as usize);
        next_prime(places.fold(UBig::ONE << (bits - 1), |sum, place| sum | UBig::ONE << place))
    }

    #[test]
    fn sparse_primes_are_found() {
        for (bits, ones) in [(512, 20), (1024, 30), (1024, 64)] {
            for seed in 1..6 {
                let n = sparse(2 * seed, bits, ones) * sparse(2 * seed + 1, bits, ones);
                let key = Numbers::new(n, UBig::from(65537u32));
                assert!(check(&key, false).is_some() && check(&key, true).is_some(), "{bits} {ones} {seed}");
            }
        }
    }

    #[test]
    fn strong_keys_and_random_numbers_are_not() {
        assert!((0..10).all(|seed| check(&strong_key(seed), true).is_none()));
        for seed in 0..50 {
            let numbers = Numbers::new(number(seed + 100, 2048) | UBig::ONE, UBig::ONE);
            assert!(check(&numbers, true).is_none(), "{seed}");
        }
    }

    /// Sums the probabilities of all guesses that count as a proof.
    #[test]
    fn the_bound_holds_for_every_length() {
        let mut all = 0.0;
        for (k, most) in TOO_FEW.iter().enumerate().filter(|(_, most)| **most >= 2) {
            let mut choices = 1.0;
            let mut sum = 0.0;
            for h in 0..=(most - 2) {
                sum += choices;
                choices *= (2.0 * k as f64 - 2.0 - f64::from(h)) / (f64::from(h) + 1.0);
            }
            all += sum * 2f64.powi(2 - k as i32);
        }
        assert!(all < 2f64.powi(-66), "{}", all.log2());
    }
}

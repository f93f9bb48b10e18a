//! Multiplies integers of up to millions of words, also in trees (`tree`), faster than the library by an order of magnitude: by
//! number-theoretic transforms modulo three primes in floating-point vectors. If the processor has none, and for small
//! integers, the library multiplies.
//!
//! A product is computed modulo 2^k - 1, where k is at least the requested number of bits: higher bits wrap around to the low
//! end. Most products here are only needed in part, or known in part, so half the length is enough.

mod digits;
mod division;
mod field;
mod roots;
mod shape;
mod transform;
mod tree;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use common::simd::{Fours, used};
use dashu_int::UBig;

pub(crate) use tree::{Tree, need, need_against};

use digits::{Split, words};
use field::{BITS, COUNT, PRIMES};
use roots::Roots;
use shape::{Product, Shape, pointwise};
use transform::{Quad, Transform};

/// The library is faster up to this many words.
const SMALL: usize = 96;

/// Multiplies long integers.
#[derive(Debug)]
struct Multiplier {
    fours: Option<Fours>,
    roots: Mutex<Arc<Roots>>,
    /// Memory that is reused.
    spare: Mutex<Vec<Vec<Quad>>>,
}

/// How a product is computed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Plan {
    /// The bits of a digit.
    bits: u32,
    /// The number of quads of digits, a power of 2.
    quads: usize,
}

impl Plan {
    /// Returns the plan for a length in words, where each digit of the result is a sum of `terms` products of words.
    fn new(words: usize, terms: usize) -> Self {
        let mut bits = 64;
        while 2 * bits + (2 * terms).max(1).ilog2() > BITS {
            bits -= 1;
        }
        Self { bits, quads: (64 * words).div_ceil(4 * bits as usize).next_power_of_two().max(16) }
    }

    /// Returns the length in words; it is an integer, since the number of digits is a multiple of 64.
    const fn words(self) -> usize {
        self.quads * self.bits as usize / 16
    }
}

impl Multiplier {
    /// Creates a multiplier.
    fn new() -> Self {
        Self { fours: used(Fours::try_new()), roots: Mutex::new(Arc::new(Roots::of(1))), spare: Mutex::default() }
    }

    /// Creates a multiplier that only uses the library.
    #[cfg(test)]
    fn plain() -> Self {
        Self { fours: None, ..Self::new() }
    }

    /// Returns the words of each sum in its window. All sums are computed modulo 2^64k - 1 for some k of at least `length`, or
    /// in full. Several threads may work on a large one; then it also takes less memory.
    fn sums<S: Shape<IN, OUT>, const IN: usize, const OUT: usize>(
        &self,
        numbers: [&[u64]; IN],
        windows: [Range<usize>; OUT],
        length: usize,
        threads: usize,
    ) -> [Vec<u64>; OUT] {
        let terms = S::PAIRS.map(|pairs| terms(&numbers, pairs)).into_iter().max().unwrap_or_default();
        match self.fours.filter(|_| length > SMALL) {
            None => by_library::<S, IN, OUT>(numbers, windows),
            Some(fours) if threads == 1 || IN == 2 => {
                self.transformed::<S, IN, OUT>(fours, Plan::new(length, terms), numbers, windows, threads)
            }
            Some(_) => self.one_by_one::<S, IN, OUT>(numbers, windows, length, threads),
        }
    }

    /// Returns the words of a · b in a window.
    fn product(&self, (a, b): (&[u64], &[u64]), window: Range<usize>, length: usize, threads: usize) -> Vec<u64> {
        let [product] = self.sums::<Product, 2, 1>([a, b], [window], length, threads);
        product
    }

    /// Returns the same, one product after the other.
    fn one_by_one<S: Shape<IN, OUT>, const IN: usize, const OUT: usize>(
        &self,
        numbers: [&[u64]; IN],
        windows: [Range<usize>; OUT],
        length: usize,
        threads: usize,
    ) -> [Vec<u64>; OUT] {
        let mut windows = windows.into_iter();
        S::PAIRS.map(|pairs| {
            let window = windows.next().unwrap_or_default();
            let product = |(a, b): &(usize, usize)| {
                Some(self.product((*numbers.get(*a)?, *numbers.get(*b)?), window.clone(), length, threads))
            };
            let add = |sum: Vec<u64>, product: Vec<u64>| {
                words_of(&(UBig::from_words(&sum) + UBig::from_words(&product)), 0..window.len())
            };
            pairs.iter().filter_map(product).reduce(add).unwrap_or_default()
        })
    }
}

/// Returns the number of products of words in a digit of a sum.
fn terms(numbers: &[&[u64]], pairs: &[(usize, usize)]) -> usize {
    let length = |index: usize| numbers.get(index).map_or(0, |number| number.len());
    pairs.iter().map(|(a, b)| length(*a).min(length(*b))).sum()
}

impl Multiplier {
    /// Returns v - a · b, which must be at least 0 and below 2^(64 · `length`).
    fn difference(&self, v: UBig, a: &UBig, b: &UBig, length: usize, threads: usize) -> UBig {
        if self.fours.is_none() || length <= SMALL {
            return v - a * b;
        }
        let (a, b) = (a.as_words(), b.as_words());
        let period = Plan::new(length + 1, a.len().min(b.len())).words();
        // Two words for the carry. The integers are large: each is dropped, or changed in place, as soon as possible.
        let product = fold(UBig::from_words(&self.product((a, b), 0..period + 2, length + 1, threads)), period);
        let mut v = fold(v, period);
        if v < product {
            // Adds the modulus: the bit is not set, since v is not above it.
            v.set_bit(64 * period);
            v -= UBig::ONE;
        }
        v -= product;
        let is_modulus = v.as_words().len() == period && v.as_words().iter().all(|word| *word == u64::MAX);
        if is_modulus { UBig::ZERO } else { v }
    }

    fn transformed<S: Shape<IN, OUT>, const IN: usize, const OUT: usize>(
        &self,
        fours: Fours,
        plan: Plan,
        numbers: [&[u64]; IN],
        windows: [Range<usize>; OUT],
        threads: usize,
    ) -> [Vec<u64>; OUT] {
        let roots = self.roots(plan.quads / 2);
        let residues: [Vec<Vec<Quad>>; COUNT] = std::array::from_fn(|index| {
            let prime = PRIMES.get(index).map_or(1, |(prime, _)| *prime);
            let roots = roots.0.get(index).map_or(&[][..], Vec::as_slice);
            let transform = Transform { fours, prime, roots, threads };
            let mut transformed: Vec<Vec<Quad>> = numbers
                .iter()
                .map(|words| {
                    let mut quads = self.zeros(plan.quads);
                    fours.run(Split { words, bits: plan.bits, prime, quads: &mut quads });
                    transform.forward(&mut quads);
                    quads
                })
                .collect();
            if let Ok(transformed) = transformed.get_disjoint_mut(std::array::from_fn::<usize, IN, _>(|index| index)) {
                pointwise::<S, IN, OUT>(transform, transformed.map(Vec::as_mut_slice));
            }
            self.keep(transformed.drain(OUT..));
            transformed.iter_mut().for_each(|sum| transform.backward(sum));
            transformed
        });
        let of_sum = |sum: usize| residues.each_ref().map(|sums| sums.get(sum).map_or(&[][..], Vec::as_slice));
        let mut sums = windows.into_iter().enumerate();
        let sums = std::array::from_fn(|_| {
            sums.next().map(|(sum, window)| words(fours, of_sum(sum), plan.bits, window)).unwrap_or_default()
        });
        self.keep(residues.into_iter().flatten());
        sums
    }

    /// Returns at least `count` roots.
    fn roots(&self, count: usize) -> Arc<Roots> {
        let mut known = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        if known.count() < count {
            *known = Arc::new(Roots::of(count));
        }
        Arc::clone(&known)
    }

    fn zeros(&self, count: usize) -> Vec<Quad> {
        let spare = {
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            // On the way up the tree, all become too small at about the same time.
            spare.retain(|quads| quads.capacity() >= count);
            spare.pop()
        };
        let mut quads = spare.unwrap_or_else(|| Vec::with_capacity(count));
        quads.clear();
        quads.resize(count, Quad::default());
        quads
    }

    fn keep(&self, quads: impl Iterator<Item = Vec<Quad>>) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).extend(quads);
    }
}

/// Reduces an integer modulo 2^(64 · `period`) - 1; the result may be the modulus instead of 0.
fn fold(mut number: UBig, period: usize) -> UBig {
    while number.as_words().len() > period {
        let (low, high) = number.split_bits(64 * period);
        number = low + high;
    }
    number
}

/// Returns the words of an integer in a window; above its highest one they are 0.
fn words_of(number: &UBig, window: Range<usize>) -> Vec<u64> {
    window.map(|index| number.as_words().get(index).copied().unwrap_or_default()).collect()
}

fn by_library<S: Shape<IN, OUT>, const IN: usize, const OUT: usize>(
    numbers: [&[u64]; IN],
    windows: [Range<usize>; OUT],
) -> [Vec<u64>; OUT] {
    let numbers = numbers.map(UBig::from_words);
    let mut windows = windows.into_iter();
    S::PAIRS.map(|pairs| {
        let product = |(a, b): &(usize, usize)| Some(numbers.get(*a)? * numbers.get(*b)?);
        let sum: UBig = pairs.iter().filter_map(product).sum();
        words_of(&sum, windows.next().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::shape::{Crosswise, WithDerivative};
    use super::*;

    /// Pseudorandom words (xorshift64*); every ninth has only ones, or none.
    pub(super) fn random(seed: u64, length: usize) -> UBig {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut words: Vec<u64> = (0..length)
            .map(|_| {
                state ^= state >> 12;
                state ^= state << 25;
                state ^= state >> 27;
                match state % 9 {
                    0 if state & 64 == 0 => 0,
                    0 => u64::MAX,
                    _ => state.wrapping_mul(0x2545_f491_4f6c_dd1d),
                }
            })
            .collect();
        if let Some(highest) = words.last_mut() {
            *highest |= 1;
        }
        UBig::from_words(&words)
    }

    /// Compares the full sums.
    fn whole<S: Shape<IN, OUT>, const IN: usize, const OUT: usize>(multiplier: &Multiplier, numbers: &[UBig; IN]) {
        let words = numbers.each_ref().map(UBig::as_words);
        let length = 2 * words.iter().map(|words| words.len()).max().unwrap() + 1;
        let windows = || std::array::from_fn(|_| 0..length);
        let expected = by_library::<S, IN, OUT>(words, windows());
        for threads in [1, 3] {
            assert_eq!(multiplier.sums::<S, IN, OUT>(words, windows(), length, threads), expected, "{length}");
        }
    }

    #[test]
    fn sums_of_products_are_what_the_library_computes() {
        let multiplier = Multiplier::new();
        for length in (1..200).step_by(7).chain([255, 256, 257, 1000, 1024, 3000, 4096, 20_000]) {
            let numbers: [UBig; 4] =
                std::array::from_fn(|index| random((length + index) as u64, length - index.min(length - 1)));
            whole::<WithDerivative, 4, 2>(&multiplier, &numbers);
            let [a, b, c, _] = numbers;
            whole::<Crosswise, 3, 2>(&multiplier, &[a.clone(), b.clone(), c]);
            whole::<Product, 2, 1>(&multiplier, &[a, b]);
            let ones = UBig::ones(64 * length);
            whole::<WithDerivative, 4, 2>(&multiplier, &[ones.clone(), ones.clone(), ones.clone(), ones]);
        }
    }

    /// With digits of all ones, the sums are as large as possible.
    #[test]
    fn digits_of_any_number_of_bits_give_the_number() {
        let Some(fours) = Fours::try_new() else { return };
        let multiplier = Multiplier::new();
        let (a, b) = (UBig::ones(64 * 500), random(1, 700));
        for bits in 40..=64 {
            let plan = Plan { bits, quads: 512 };
            let numbers = [a.as_words(), b.as_words()];
            let (whole, upper) = (0..1200, 600..1200);
            let [product] = multiplier.transformed::<Product, 2, 1>(fours, plan, numbers, [whole], 1);
            assert_eq!(UBig::from_words(&product), &a * &b, "{bits}");
            let [upper] = multiplier.transformed::<Product, 2, 1>(fours, plan, numbers, [upper], 1);
            assert!(((&a * &b) >> 38_400) - UBig::from_words(&upper) <= UBig::ONE, "{bits}");
        }
        assert_eq!(Plan::new(1 << 20, 1 << 19).bits, 64);
        assert_eq!(Plan::new(1 << 24, 1 << 22).bits, 62);
    }

    #[test]
    fn a_difference_is_found_from_half_of_the_product() {
        let multiplier = Multiplier::new();
        for (length, short) in [(200, 150), (300, 299), (1000, 600), (5000, 4000)] {
            let (a, b) = (random(1, length), random(2, short));
            for difference in [UBig::ZERO, UBig::ONE, random(3, length)] {
                let found = multiplier.difference(&a * &b + &difference, &a, &b, length, 2);
                assert_eq!(found, difference, "{length}");
            }
        }
    }
}

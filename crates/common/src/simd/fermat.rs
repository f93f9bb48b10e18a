//! Fermat's test of several integers at a time: 2^(n - 1) modulo n is 1 for every odd prime n.
//!
//! It uses Montgomery's multiplication (P. Montgomery, Modular multiplication without trial division, 1985) with R =
//! 2^(b·L) for L digits of b bits, at least 16·n: the square of an integer below 4·n is reduced to one below 2·n, and its
//! double is below 4·n again, so nothing is ever subtracted. Digits are shorter than their words, so products are summed up
//! without carries. The digit size leaves room for that in integers as long as OpenSSH's longest moduli; larger digits are
//! for shorter integers.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__cpuid;

use zeroize::{Zeroizing, optimization_barrier};

use super::arithmetic::{Digits, ROOM};
#[cfg(target_arch = "x86_64")]
use super::quads::{Avx2, Quads};
#[cfg(target_arch = "x86_64")]
use super::vectors::Lanes;
use super::words::Words;
use super::{Vectorized, digits, inverse, used};

/// The fastest test on this processor.
#[derive(Clone, Copy, Debug)]
pub struct FermatTest(Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Lanes(Lanes),
    #[cfg(target_arch = "x86_64")]
    Quads(Avx2),
    Words,
}

impl FermatTest {
    /// Selects the fastest test on this processor.
    #[must_use]
    pub fn new() -> Self {
        Self(used(Kind::of_vectors()).unwrap_or(Kind::Words))
    }

    /// Returns the number of integers that are tested at a time.
    #[must_use]
    pub const fn at_once(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Lanes(_) => <Lanes as Digits>::COUNT,
            #[cfg(target_arch = "x86_64")]
            Kind::Quads(_) => Large::COUNT,
            Kind::Words => 1,
        }
    }

    /// Tests at most [`Self::at_once`] odd integers above 1, of at most 16,384 bits, and returns for each whether it
    /// passes. The time depends on the length of the longest and on nothing else, and no part of an integer remains in
    /// memory.
    ///
    /// Each integer is given as its words, the lowest first.
    #[must_use]
    pub fn passed(self, numbers: &[&[u64]]) -> Vec<bool> {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Lanes(lanes) => passed(lanes, numbers),
            // Two integers one after the other take no longer than four at a time.
            #[cfg(target_arch = "x86_64")]
            Kind::Quads(avx2) if numbers.len() > 2 => {
                if longest(numbers) <= Large::MOST {
                    passed(Large::new(avx2), numbers)
                } else {
                    passed(Small::new(avx2), numbers)
                }
            }
            _ => numbers.chunks(1).flat_map(passed_alone).collect(),
        }
    }
}

impl Default for FermatTest {
    fn default() -> Self {
        Self::new()
    }
}

impl Kind {
    /// Selects this processor's vector instructions.
    #[cfg(target_arch = "x86_64")]
    fn of_vectors() -> Option<Self> {
        let quads = || Avx2::try_new().filter(|_| !has_half_vectors()).map(Self::Quads);
        Lanes::try_new().map(Self::Lanes).or_else(quads)
    }

    /// Without vector instructions whose products are worth it.
    #[cfg(not(target_arch = "x86_64"))]
    const fn of_vectors() -> Option<Self> {
        None
    }
}

/// Whether this is one of AMD's first Zen processors (2017 to 2019). They process a vector in two halves, so four integers at
/// a time take as long as one after the other, and the tests that remain when one of the four passes would be wasted.
#[cfg(target_arch = "x86_64")]
fn has_half_vectors() -> bool {
    let vendor = __cpuid(0);
    is_early_zen([vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).as_flattened(), __cpuid(1).eax)
}

/// AMD's family 17h and a model below 30h; family and model are in the signature (AMD64 Architecture Programmer's Manual,
/// volume 3, appendix E.3.2).
#[cfg(target_arch = "x86_64")]
fn is_early_zen(vendor: &[u8], signature: u32) -> bool {
    let field = |start: u32, bits: u32| signature >> start & ((1 << bits) - 1);
    let (family, model) = (field(8, 4) + field(20, 8), field(4, 4) | field(16, 4) << 4);
    vendor == b"AuthenticAMD" && family == 0x17 && model < 0x30
}

/// AVX2 digits that save a tenth to a fifth of the products, and below, those with room for the longest integers.
#[cfg(target_arch = "x86_64")]
type Large = Quads<28>;
#[cfg(target_arch = "x86_64")]
type Small = Quads<26>;

#[cfg(target_arch = "x86_64")]
const _: () = assert!(Small::MOST >= 16_384);

/// The same for words, which saves a twentieth.
pub(super) type LargeWords = Words<61>;
pub(super) type SmallWords = Words<59>;

const _: () = assert!(SmallWords::MOST >= 16_384);

/// Tests one integer, by the multiplier for words.
fn passed_alone(number: &[&[u64]]) -> Vec<bool> {
    if longest(number) <= LargeWords::MOST { passed(LargeWords::NEW, number) } else { passed(SmallWords::NEW, number) }
}

/// Tests at most [`Digits::COUNT`] integers.
fn passed<D: Digits>(engine: D, numbers: &[&[u64]]) -> Vec<bool> {
    let (longest, shortest) = (longest(numbers), numbers.iter().map(|words| bit_length(words)).min());
    let (Some(last), Some(shortest)) = (numbers.last(), shortest) else { return Vec::new() };
    let length = (longest + ROOM).div_ceil(D::BITS as usize).next_multiple_of(D::TOGETHER);
    let lane = |lane: usize| Zeroizing::new(digits(numbers.get(lane).unwrap_or(last), D::BITS, length));
    let n: Vec<Zeroizing<Vec<u64>>> = (0..D::COUNT).map(lane).collect();
    let word = |lane: usize, place: usize| n.get(lane).and_then(|n| n.get(place)).copied().unwrap_or_default();
    let n = Wiped { engine, digits: (0..length).map(|place| engine.words(|lane| word(lane, place))).collect() };
    let differences = engine.run(Power { n: &n, shortest, longest });
    let passed = |lane| differences.iter().fold(false, |passed, words| passed | (engine.word(*words, lane) == 0));
    (0..numbers.len()).map(passed).collect()
}

/// Returns the size of the longest in bits.
fn longest(numbers: &[&[u64]]) -> usize {
    numbers.iter().map(|words| bit_length(words)).max().unwrap_or_default()
}

/// Returns the size in bits.
pub(super) fn bit_length(words: &[u64]) -> usize {
    let highest = words.iter().rposition(|word| *word != 0);
    highest.map_or(0, |place| 64 * place + words.get(place).map_or(0, |word| word.ilog2() as usize + 1))
}

/// Integers that are wiped when dropped.
pub(super) struct Wiped<D: Digits> {
    pub(super) engine: D,
    pub(super) digits: Vec<D::Vector>,
}

impl<D: Digits> Wiped<D> {
    pub(super) fn zeros(engine: D, length: usize) -> Self {
        Self { engine, digits: vec![engine.all(0); length] }
    }
}

impl<D: Digits> Drop for Wiped<D> {
    fn drop(&mut self) {
        self.digits.fill(self.engine.all(0));
        optimization_barrier(self.digits.as_slice());
    }
}

/// Tests the integers n; `shortest` and `longest` are the sizes of the shortest and the longest in bits. Returns two words
/// for each, one of which is 0 for those that pass.
struct Power<'a, D: Digits> {
    n: &'a Wiped<D>,
    shortest: usize,
    longest: usize,
}

impl<D: Digits> Vectorized<D> for Power<'_, D> {
    type Output = [D::Vector; 2];

    #[inline(always)]
    fn run(self, engine: D) -> [D::Vector; 2] {
        let Self { n: Wiped { digits: n, .. }, shortest, longest } = self;
        let zero = engine.all(0);
        let bits = D::BITS as usize;
        let lowest = n.first().copied().unwrap_or(zero);
        let inverses = engine.words(|lane| inverse(engine.word(lowest, lane)).wrapping_neg());
        let inverses = engine.and(inverses, engine.mask());
        let mut scratch = Wiped::zeros(engine, 2 * n.len() + 1);
        let scratch = &mut scratch.digits;
        let one = one(engine, n, shortest, scratch);
        // Squared for each bit of n - 1, from the highest, and doubled where the bit is one. All bits but the lowest are
        // those of n.
        let mut x = Wiped { engine, digits: one.digits.clone() };
        let x = &mut x.digits;
        for bit in (0..longest).rev() {
            let (place, number) = (bit / bits, (bit % bits) as u32);
            let is_one = |digit: &D::Vector| engine.and(engine.shift_right(*digit, number), engine.all(1));
            let twice = if bit == 0 { zero } else { n.get(place).map_or(zero, is_one) };
            engine.square_modulo(x, n, inverses, twice, scratch);
        }
        // The last square, which is not doubled, is below 2·n.
        differences(engine, x, &one.digits, n)
    }
}

/// Returns Montgomery's form of 1, R modulo n, for integers n of which the shortest has so many bits. The scratch space has
/// as many digits.
#[inline(always)]
pub(super) fn one<D: Digits>(engine: D, n: &[D::Vector], shortest: usize, scratch: &mut [D::Vector]) -> Wiped<D> {
    // 2^(shortest - 1) is below each n; doubled until it is R.
    let (bits, start) = (D::BITS as usize, shortest.saturating_sub(1));
    let mut one = Wiped::zeros(engine, n.len());
    if let Some(digit) = one.digits.get_mut(start / bits) {
        *digit = engine.all(1 << (start % bits));
    }
    for _ in start..bits * n.len() {
        engine.double_modulo(&mut one.digits, n, scratch);
    }
    one
}

/// Compares integers x below 2·n with others below n, modulo n: returns two words for each, one of which is 0 if both are
/// equal. Then x is the other, or n more.
#[inline(always)]
pub(super) fn differences<D: Digits>(
    engine: D,
    x: &[D::Vector],
    others: &[D::Vector],
    n: &[D::Vector],
) -> [D::Vector; 2] {
    let (mut from_other, mut from_more, mut carry) = (engine.all(0), engine.all(0), engine.all(0));
    for ((x, other), n) in x.iter().zip(others).zip(n) {
        from_other = engine.or(from_other, engine.subtract(*x, *other));
        let more = engine.add(engine.add(*other, *n), carry);
        carry = engine.carry(more);
        from_more = engine.or(from_more, engine.subtract(*x, engine.and(more, engine.mask())));
    }
    [from_other, from_more]
}

#[cfg(test)]
mod tests {
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd, Resize as _};

    use super::*;

    /// All tests on this processor.
    fn ways() -> Vec<FermatTest> {
        #[cfg(target_arch = "x86_64")]
        let ways = [Lanes::try_new().map(Kind::Lanes), Avx2::try_new().map(Kind::Quads), Some(Kind::Words)];
        #[cfg(not(target_arch = "x86_64"))]
        let ways = [Some(Kind::Words)];
        ways.into_iter().flatten().map(FermatTest).collect()
    }

    /// Whether each test returns the expected results for these integers.
    #[track_caller]
    fn all_say(numbers: &[&[u64]], expected: &[bool]) {
        for way in ways() {
            let groups = numbers.chunks(way.at_once()).flat_map(|group| way.passed(group));
            assert_eq!(groups.collect::<Vec<_>>(), expected, "{way:?} {numbers:?}");
        }
    }

    /// Whether the library finds that 2^(n - 1) modulo n is 1.
    fn is_one(words: &[u64]) -> bool {
        let n = BoxedUint::from_words(words.iter().copied());
        let one = BoxedUint::one_with_precision(n.bits_precision());
        let parameters = BoxedMontyParams::new_vartime(Odd::new(n.clone()).unwrap());
        let two = BoxedUint::from(2_u8).resize(n.bits_precision()).rem(&n.clone().to_nz().unwrap());
        BoxedMontyForm::new(two, &parameters).pow(&n.wrapping_sub(&one)).retrieve() == one
    }

    /// Pseudorandom words (xorshift64*), the lowest odd.
    fn words(seed: u64, count: usize) -> Vec<u64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut words: Vec<u64> = (0..count)
            .map(|_| {
                state ^= state >> 12;
                state ^= state << 25;
                state ^= state >> 27;
                state.wrapping_mul(0x2545_f491_4f6c_dd1d)
            })
            .collect();
        words[0] |= 1;
        words
    }

    /// 2^k - c, as words.
    fn below_power(k: usize, c: u64) -> Vec<u64> {
        let mut words = vec![u64::MAX; k.div_ceil(64)];
        words[0] -= c - 1;
        if !k.is_multiple_of(64) {
            *words.last_mut().unwrap() >>= 64 - k % 64;
        }
        words
    }

    #[test]
    fn every_small_odd_integer_has_the_result_of_the_library() {
        let numbers: Vec<[u64; 1]> = (3..6000).step_by(2).map(|n| [n]).collect();
        let numbers: Vec<&[u64]> = numbers.iter().map(<[u64; 1]>::as_slice).collect();
        all_say(&numbers, &numbers.iter().map(|n| is_one(n)).collect::<Vec<_>>());
    }

    /// The primes are the largest of their size, except Mersenne's, and are mixed with integers of other sizes.
    #[test]
    fn primes_pass_and_other_integers_do_not() {
        let primes =
            [(64, 59), (89, 1), (127, 1), (521, 1), (1024, 105), (1279, 1), (2203, 1)].map(|(k, c)| below_power(k, c));
        let others: Vec<Vec<u64>> = (1..20).map(|seed| words(seed, seed as usize)).collect();
        for prime in &primes {
            for others in others.chunks(7) {
                let mut group: Vec<&[u64]> = others.iter().map(Vec::as_slice).collect();
                group.insert(others.len() / 2, prime);
                let expected: Vec<bool> = group.iter().map(|n| is_one(n)).collect();
                assert!(expected[others.len() / 2]);
                all_say(&group, &expected);
            }
        }
    }

    /// An integer with all bits set passes if its number of bits is prime.
    #[test]
    fn integers_of_every_length_have_the_result_of_the_library() {
        let numbers: Vec<Vec<u64>> = (3..2300).step_by(11).map(|bits| below_power(bits, 1)).collect();
        let expected: Vec<bool> = numbers.iter().map(|n| is_one(n)).collect();
        assert!(expected.iter().filter(|passes| **passes).count() > 20);
        all_say(&numbers.iter().map(Vec::as_slice).collect::<Vec<_>>(), &expected);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn only_early_zen_processors_do_without_avx2() {
        // EPYC 7551 (Zen), Ryzen 5 2600 (Zen+); EPYC 7742 (Zen 2), EPYC 7763 (Zen 3), Xeon E-2288G.
        for (signature, early) in
            [(0x0080_0f12, true), (0x0080_0f82, true), (0x0083_0f10, false), (0x00a0_0f11, false), (0x0009_06ed, false)]
        {
            assert_eq!(is_early_zen(b"AuthenticAMD", signature), early, "{signature:x}");
            assert!(!is_early_zen(b"GenuineIntel", signature));
        }
    }

    /// All digits have their maximum, for each digit size.
    #[test]
    fn the_longest_integers_do_not_overflow() {
        let numbers = [below_power(16384, 1), below_power(4423, 1), below_power(4424, 1)];
        let numbers: Vec<&[u64]> = numbers.iter().map(Vec::as_slice).collect();
        all_say(&numbers, &[false, true, false]);
        let longest = [
            LargeWords::MOST,
            #[cfg(target_arch = "x86_64")]
            Large::MOST,
        ];
        for most in longest {
            let numbers: Vec<Vec<u64>> = (most - 12..most + 3).map(|bits| below_power(bits, 1)).collect();
            let numbers: Vec<&[u64]> = numbers.iter().map(Vec::as_slice).collect();
            let expected: Vec<bool> = numbers.iter().map(|n| is_one(n)).collect();
            assert!(expected.contains(&true));
            all_say(&numbers, &expected);
        }
        all_say(&[], &[]);
    }
}

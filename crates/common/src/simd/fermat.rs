//! Fermat's test of several numbers at a time: 2^(n - 1) modulo n is 1 for every odd prime n.
//!
//! Montgomery's multiplication (P. Montgomery, Modular multiplication without trial division, 1985) with R = 2^(b·L) for
//! L digits of b bits, at least 16·n: a square of a number below 4·n is reduced to one below 2·n, and its double is below
//! 4·n again, so that nothing is ever subtracted. Digits are shorter than their words, so that products are summed up
//! without carries: their size leaves room for that in numbers as long as OpenSSH's longest moduli, and larger ones are for
//! shorter numbers.

use zeroize::{Zeroizing, optimization_barrier};

use super::arithmetic::{Digits, ROOM};
#[cfg(target_arch = "x86_64")]
use super::quads::{Avx2, Quads};
#[cfg(target_arch = "x86_64")]
use super::vectors::Lanes;
use super::words::Words;
use super::{Vectorized, digits, inverse, used};

/// How this processor tests numbers fastest.
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
    /// The fastest way of this processor.
    #[must_use]
    pub fn new() -> Self {
        Self(used(Kind::of_vectors()).unwrap_or(Kind::Words))
    }

    /// How many numbers are tested at a time.
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

    /// For each of at most [`Self::at_once`] odd numbers above 1, of at most 16,384 bits, whether it passes. The longest
    /// tells how long it takes; nothing else of a number does, and nothing of it is left in memory.
    ///
    /// Each number is given by its words, the lowest first.
    #[must_use]
    pub fn passed(self, numbers: &[&[u64]]) -> Vec<bool> {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Lanes(lanes) => passed(lanes, numbers),
            // Two numbers, one after the other, take no longer than four at a time.
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
    /// The vector instructions of this processor.
    #[cfg(target_arch = "x86_64")]
    fn of_vectors() -> Option<Self> {
        Lanes::try_new().map(Self::Lanes).or_else(|| Avx2::try_new().map(Self::Quads))
    }

    /// None whose products are worth it.
    #[cfg(not(target_arch = "x86_64"))]
    const fn of_vectors() -> Option<Self> {
        None
    }
}

/// Digits of AVX2 that save a tenth to a fifth of the products, and those with which the longest numbers have room.
#[cfg(target_arch = "x86_64")]
type Large = Quads<28>;
#[cfg(target_arch = "x86_64")]
type Small = Quads<26>;

#[cfg(target_arch = "x86_64")]
const _: () = assert!(Small::MOST >= 16_384);

/// The same for words, which save a twentieth.
type LargeWords = Words<61>;
type SmallWords = Words<59>;

const _: () = assert!(SmallWords::MOST >= 16_384);

/// Whether a number passes, by the multiplier for words.
fn passed_alone(number: &[&[u64]]) -> Vec<bool> {
    if longest(number) <= LargeWords::MOST { passed(LargeWords::NEW, number) } else { passed(SmallWords::NEW, number) }
}

/// Which of at most [`Digits::COUNT`] numbers pass.
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

/// The size of the longest in bits.
fn longest(numbers: &[&[u64]]) -> usize {
    numbers.iter().map(|words| bit_length(words)).max().unwrap_or_default()
}

/// The size in bits.
fn bit_length(words: &[u64]) -> usize {
    let highest = words.iter().rposition(|word| *word != 0);
    highest.map_or(0, |place| 64 * place + words.get(place).map_or(0, |word| word.ilog2() as usize + 1))
}

/// Numbers that are wiped when dropped.
struct Wiped<D: Digits> {
    engine: D,
    digits: Vec<D::Vector>,
}

impl<D: Digits> Wiped<D> {
    fn zeros(engine: D, length: usize) -> Self {
        Self { engine, digits: vec![engine.all(0); length] }
    }
}

impl<D: Digits> Drop for Wiped<D> {
    fn drop(&mut self) {
        self.digits.fill(self.engine.all(0));
        optimization_barrier(self.digits.as_slice());
    }
}

/// The test of the numbers n, of which the shortest and the longest have these numbers of bits: two words for each, of which
/// one is 0 for those that pass.
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
        // 2^(shortest - 1) is below each n; doubled until it is R, Montgomery's form of 1.
        let start = shortest.saturating_sub(1);
        let mut one = Wiped::zeros(engine, n.len());
        let one = &mut one.digits;
        if let Some(digit) = one.get_mut(start / bits) {
            *digit = engine.all(1 << (start % bits));
        }
        for _ in start..bits * n.len() {
            engine.double_modulo(one, n, scratch);
        }
        // Squared for each bit of n - 1, from the highest, and doubled where the bit is one. All but the lowest are n's.
        let mut x = Wiped { engine, digits: one.clone() };
        let x = &mut x.digits;
        for bit in (0..longest).rev() {
            let (place, number) = (bit / bits, (bit % bits) as u32);
            let is_one = |digit: &D::Vector| engine.and(engine.shift_right(*digit, number), engine.all(1));
            let twice = if bit == 0 { zero } else { n.get(place).map_or(zero, is_one) };
            engine.square_modulo(x, n, inverses, twice, scratch);
        }
        // The last square, which is not doubled, is below 2·n: that of a prime is 1's form, or n more.
        let (mut from_one, mut from_more, mut carry) = (zero, zero, zero);
        for ((x, one), n) in x.iter().zip(&*one).zip(n) {
            from_one = engine.or(from_one, engine.subtract(*x, *one));
            let more = engine.add(engine.add(*one, *n), carry);
            carry = engine.carry(more);
            from_more = engine.or(from_more, engine.subtract(*x, engine.and(more, engine.mask())));
        }
        [from_one, from_more]
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd, Resize as _};

    use super::*;

    /// All ways of this processor.
    fn ways() -> Vec<FermatTest> {
        #[cfg(target_arch = "x86_64")]
        let ways = [Lanes::try_new().map(Kind::Lanes), Avx2::try_new().map(Kind::Quads), Some(Kind::Words)];
        #[cfg(not(target_arch = "x86_64"))]
        let ways = [Some(Kind::Words)];
        ways.into_iter().flatten().map(FermatTest).collect()
    }

    /// Whether each way says of all these numbers what it is to say.
    #[track_caller]
    fn all_say(numbers: &[&[u64]], expected: &[bool]) {
        for way in ways() {
            let groups = numbers.chunks(way.at_once()).flat_map(|group| way.passed(group));
            assert_eq!(groups.collect::<Vec<_>>(), expected, "{way:?} {numbers:?}");
        }
    }

    /// 2^(n - 1) modulo n by the library.
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
    fn every_small_odd_number_is_judged_as_the_library_judges_it() {
        let numbers: Vec<[u64; 1]> = (3..6000).step_by(2).map(|n| [n]).collect();
        let numbers: Vec<&[u64]> = numbers.iter().map(<[u64; 1]>::as_slice).collect();
        all_say(&numbers, &numbers.iter().map(|n| is_one(n)).collect::<Vec<_>>());
    }

    /// The primes are the largest of their size, all but Mersenne's, and stand among numbers of other sizes.
    #[test]
    fn primes_pass_and_other_numbers_do_not() {
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

    /// Of numbers of nothing but ones, those of a prime number of bits pass.
    #[test]
    fn numbers_of_any_count_of_digits_are_judged_as_the_library_judges_them() {
        let numbers: Vec<Vec<u64>> = (3..2300).step_by(11).map(|bits| below_power(bits, 1)).collect();
        let expected: Vec<bool> = numbers.iter().map(|n| is_one(n)).collect();
        assert!(expected.iter().filter(|passes| **passes).count() > 20);
        all_say(&numbers.iter().map(Vec::as_slice).collect::<Vec<_>>(), &expected);
    }

    /// All digits as large as they get, for each size of digits.
    #[test]
    fn the_longest_numbers_do_not_overflow() {
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

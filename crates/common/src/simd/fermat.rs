//! Fermat's test of eight numbers at a time: 2^(n - 1) modulo n is 1 for every odd prime n.
//!
//! Montgomery's multiplication (P. Montgomery, Modular multiplication without trial division, 1985) with R = 2^(52·L)
//! at least 16·n: a square of a number below 4·n is reduced to one below 2·n, and its double is below 4·n again, so
//! that nothing is ever subtracted. Digits are summed up without carries: 4·L of 52 bits, and their double, fit into 64
//! for the L = 316 of OpenSSH's longest moduli.

use pulp::NullaryFnOnce;
use zeroize::{Zeroizing, optimization_barrier};

use super::{BITS, COUNT, Lanes, MASK, Vector, digits, inverse};

/// What R is above, in bits more than the number.
const ROOM: usize = 4;

impl Lanes {
    /// For each of at most eight odd numbers above 1, of at most 16,384 bits, whether it passes. The longest tells how
    /// long it takes; nothing else of a number does, and nothing of it is left in memory.
    ///
    /// Each number is given by its words, the lowest first.
    #[must_use]
    pub fn fermat(self, numbers: &[&[u64]]) -> Vec<bool> {
        let bits = || numbers.iter().map(|words| bit_length(words));
        let (Some(last), Some(shortest), Some(longest)) = (numbers.last(), bits().min(), bits().max()) else {
            return Vec::new();
        };
        let length = (longest + ROOM).div_ceil(BITS as usize);
        let lane = |lane: usize| Zeroizing::new(digits(numbers.get(lane).unwrap_or(last), length));
        let n: [Zeroizing<Vec<u64>>; COUNT] = std::array::from_fn(lane);
        let place = |place: usize| pulp::cast(n.each_ref().map(|n| n.get(place).copied().unwrap_or_default()));
        let n = Wiped((0..length).map(place).collect());
        let passed = self.vectorize(Power { lanes: self, n: &n, shortest, longest });
        (0..numbers.len()).map(|lane| passed >> lane & 1 == 1).collect()
    }
}

/// The size in bits.
fn bit_length(words: &[u64]) -> usize {
    let highest = words.iter().rposition(|word| *word != 0);
    highest.map_or(0, |place| 64 * place + words.get(place).map_or(0, |word| word.ilog2() as usize + 1))
}

/// Numbers that are wiped when dropped.
struct Wiped(Vec<Vector>);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.fill(pulp::cast([0_u64; COUNT]));
        optimization_barrier(self.0.as_slice());
    }
}

/// The test of the numbers n, of which the shortest and the longest have these numbers of bits: a bit for each that passes.
struct Power<'a> {
    lanes: Lanes,
    n: &'a Wiped,
    shortest: usize,
    longest: usize,
}

impl NullaryFnOnce for Power<'_> {
    type Output = u8;

    #[inline(always)]
    fn call(self) -> u8 {
        let Self { lanes, n: Wiped(n), shortest, longest } = self;
        let lowest = n.first().map_or([0; COUNT], |lowest| pulp::cast(*lowest));
        let inverses = pulp::cast(lowest.map(|lowest| inverse(lowest).wrapping_neg() & MASK));
        let zero = lanes.all(0);
        let mut square = Wiped(vec![zero; 2 * n.len() + 1]);
        // 2^(shortest - 1) is below each n; doubled until it is R, Montgomery's form of 1.
        let start = shortest.saturating_sub(1);
        let mut x = Wiped(vec![zero; n.len()]);
        if let Some(digit) = x.0.get_mut(start / BITS as usize) {
            *digit = lanes.all(1 << (start % BITS as usize));
        }
        for _ in start..BITS as usize * n.len() {
            lanes.double_modulo(&mut x.0, n, &mut square.0);
        }
        // Squared for each bit of n - 1, from the highest, and doubled where the bit is one. All but the lowest are n's.
        for bit in (0..longest).rev() {
            let (place, number) = (bit / BITS as usize, (bit % BITS as usize) as u32);
            let twice = if bit == 0 { zero } else { n.get(place).map_or(zero, |digit| lanes.bit(*digit, number)) };
            lanes.square(&x.0, &mut square.0);
            lanes.reduce(n, inverses, &mut square.0);
            lanes.settle(&square.0, twice, &mut x.0);
        }
        // x/R modulo n, and not above n.
        square.0.fill(zero);
        square.0.iter_mut().zip(&x.0).for_each(|(digit, x)| *digit = *x);
        lanes.reduce(n, inverses, &mut square.0);
        lanes.settle(&square.0, zero, &mut x.0);
        x.0.split_first().map_or(0, |(lowest, above)| {
            let is = |digit: &Vector, value| {
                lanes.at_most(*digit, lanes.all(value)) & lanes.at_most(lanes.all(value), *digit)
            };
            above.iter().fold(is(lowest, 1), |ones, digit| ones & is(digit, 0))
        })
    }
}

impl Lanes {
    /// Doubles x, which is below n, modulo n.
    #[inline(always)]
    fn double_modulo(self, x: &mut [Vector], n: &[Vector], difference: &mut [Vector]) {
        let (mut carry, mut borrow) = (self.all(0), self.all(0));
        for ((x, n), difference) in x.iter_mut().zip(n).zip(difference.iter_mut()) {
            let twice = self.add(self.double(*x), carry);
            carry = self.carry(twice);
            *x = self.and(twice, self.all(MASK));
            let less = self.subtract(self.subtract(*x, *n), borrow);
            borrow = self.borrow(less);
            *difference = self.and(less, self.all(MASK));
        }
        // Where n was too much, all bits.
        let keep = self.subtract(self.all(0), borrow);
        for (x, difference) in x.iter_mut().zip(difference) {
            *x = self.add(*difference, self.and(self.subtract(*x, *difference), keep));
        }
    }

    /// The square of x: what is above the diagonal, doubled, and the diagonal.
    #[inline(always)]
    fn square(self, x: &[Vector], square: &mut [Vector]) {
        square.fill(self.all(0));
        let mut rest = x;
        let mut start = 1;
        while let Some((digit, above)) = rest.split_first() {
            self.add_product(square.get_mut(start..).unwrap_or_default(), above, *digit, self.all(0));
            rest = above;
            start += 2;
        }
        for (pair, digit) in square.chunks_exact_mut(2).zip(x) {
            if let [low, high] = pair {
                *low = self.low(self.double(*low), *digit, *digit);
                *high = self.high(self.double(*high), *digit, *digit);
            }
        }
    }

    /// Adds multiples of n until the lower half is zero.
    #[inline(always)]
    fn reduce(self, n: &[Vector], inverses: Vector, square: &mut [Vector]) {
        let Some((lowest, others)) = n.split_first() else { return };
        for start in 0..n.len() {
            let Some((digit, above)) = square.get_mut(start..).and_then(<[Vector]>::split_first_mut) else { return };
            let quotient = self.low(self.all(0), *digit, inverses);
            let zero = self.low(*digit, quotient, *lowest);
            let carry = self.high(self.carry(zero), quotient, *lowest);
            self.add_product(above, others, quotient, carry);
        }
    }

    /// The upper half as digits, doubled where `twice` is 1.
    #[inline(always)]
    fn settle(self, square: &[Vector], twice: Vector, x: &mut [Vector]) {
        let mut carry = self.all(0);
        let upper = square.get(x.len()..).unwrap_or_default();
        for (digit, sum) in x.iter_mut().zip(upper) {
            let sum = self.add(self.shift(*sum, twice), carry);
            carry = self.carry(sum);
            *digit = self.and(sum, self.all(MASK));
        }
    }

    /// Adds `factor` times the digits, and `carry` to the lowest.
    #[inline(always)]
    fn add_product(self, sums: &mut [Vector], digits: &[Vector], factor: Vector, mut carry: Vector) {
        let Some((sums, above)) = sums.split_at_mut_checked(digits.len()) else { return };
        for (sum, digit) in sums.iter_mut().zip(digits) {
            *sum = self.low(self.add(*sum, carry), factor, *digit);
            carry = self.high(self.all(0), factor, *digit);
        }
        if let Some(above) = above.first_mut() {
            *above = self.add(*above, carry);
        }
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd, Resize as _};

    use super::*;

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
        let Some(lanes) = Lanes::try_new() else { return };
        let numbers: Vec<[u64; 1]> = (3..6000).step_by(2).map(|n| [n]).collect();
        for group in numbers.chunks(COUNT) {
            let group: Vec<&[u64]> = group.iter().map(<[u64; 1]>::as_slice).collect();
            assert_eq!(lanes.fermat(&group), group.iter().map(|n| is_one(n)).collect::<Vec<_>>(), "{group:?}");
        }
    }

    /// The primes are the largest of their size, all but Mersenne's, and stand among numbers of other sizes.
    #[test]
    fn primes_pass_and_other_numbers_do_not() {
        let Some(lanes) = Lanes::try_new() else { return };
        let primes =
            [(64, 59), (89, 1), (127, 1), (521, 1), (1024, 105), (1279, 1), (2203, 1)].map(|(k, c)| below_power(k, c));
        let others: Vec<Vec<u64>> = (1..20).map(|seed| words(seed, seed as usize)).collect();
        for prime in &primes {
            for others in others.chunks(7) {
                let mut group: Vec<&[u64]> = others.iter().map(Vec::as_slice).collect();
                group.insert(others.len() / 2, prime);
                let expected: Vec<bool> = group.iter().map(|n| is_one(n)).collect();
                assert!(expected[others.len() / 2]);
                assert_eq!(lanes.fermat(&group), expected);
            }
        }
    }

    /// All digits as large as they get.
    #[test]
    fn the_longest_numbers_do_not_overflow() {
        let Some(lanes) = Lanes::try_new() else { return };
        let numbers = [below_power(16384, 1), below_power(4423, 1), below_power(4424, 1)];
        let numbers: Vec<&[u64]> = numbers.iter().map(Vec::as_slice).collect();
        assert_eq!(lanes.fermat(&numbers), [false, true, false]);
        assert!(lanes.fermat(&[]).is_empty());
    }
}

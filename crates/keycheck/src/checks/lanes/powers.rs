//! Fermat's test of eight numbers at a time: 2^(n - 1) modulo n is 1 for every odd prime n.
//!
//! Montgomery's multiplication (P. Montgomery, Modular multiplication without trial division, 1985) with R = 2^(52·L)
//! above 16·n: a square of a number below 4·n is reduced to one below 2·n, and its double is below 4·n again, so that
//! nothing is ever subtracted. Digits are summed up without carries: 4·L of 52 bits, and their double, fit into 64 for
//! the L = 316 of the longest numbers that are looked at.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;
use pulp::NullaryFnOnce;

use super::{BITS, COUNT, Lanes, MASK, Vector, digits};
use crate::checks::numbers::words;
use crate::checks::small_factor::inverse;

/// What R is above, in bits more than the number.
const ROOM: usize = 4;

/// How many digits a number of that many bits takes.
pub(in super::super) const fn length(bits: usize) -> usize {
    (bits + ROOM).div_ceil(BITS as usize)
}

impl Lanes {
    /// For each of at most eight odd numbers above 1 that take the same number of digits, whether it passes.
    pub(in super::super) fn fermat(self, numbers: &[&UBig]) -> Vec<bool> {
        let Some(last) = numbers.last() else { return Vec::new() };
        let length = length(last.bit_len());
        let bits = numbers.iter().map(|n| n.bit_len()).max().unwrap_or_default();
        let lane = |lane: usize| numbers.get(lane).copied().unwrap_or(last);
        let transpose = |numbers: [Vec<u64>; COUNT]| -> Vec<Vector> {
            let digit = |number: &Vec<u64>, index: usize| number.get(index).copied().unwrap_or_default();
            (0..length).map(|index| pulp::cast(numbers.each_ref().map(|number| digit(number, index)))).collect()
        };
        let of = |n: &UBig| digits(&words(&n.to_be_bytes()), length);
        let ones: [UBig; COUNT] = std::array::from_fn(|index| (UBig::ONE << (BITS as usize * length)) % lane(index));
        let n: [Vec<u64>; COUNT] = std::array::from_fn(|index| of(lane(index)));
        let inverses = n.each_ref().map(|n| n.first().map_or(0, |lowest| inverse(*lowest).wrapping_neg() & MASK));
        // The exponents n - 1 have n's bits but the lowest.
        let exponents: Vec<Vector> = (0..bits)
            .rev()
            .map(|bit| {
                pulp::cast(std::array::from_fn::<u64, COUNT, _>(|index| u64::from(bit > 0 && lane(index).bit(bit))))
            })
            .collect();
        let mut x = transpose(ones.each_ref().map(of));
        self.vectorize(Power {
            lanes: self,
            n: &transpose(n),
            inverses: pulp::cast(inverses),
            exponents: &exponents,
            x: &mut x,
        });
        let value = |index: usize| {
            let digit = |vector: &Vector| pulp::cast::<Vector, [u64; COUNT]>(*vector).get(index).copied().unwrap_or(0);
            x.iter().rev().fold(UBig::ZERO, |value, vector| (value << BITS as usize) + digit(vector))
        };
        let passes = |(index, (n, one)): (usize, (&&UBig, &UBig))| value(index) % *n == *one;
        numbers.iter().zip(&ones).enumerate().map(passes).collect()
    }
}

/// Squares x for each bit of the exponents, from the highest, and doubles it where the bit is one.
struct Power<'a> {
    lanes: Lanes,
    n: &'a [Vector],
    /// -1/n modulo 2^52.
    inverses: Vector,
    exponents: &'a [Vector],
    x: &'a mut [Vector],
}

impl NullaryFnOnce for Power<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { lanes, n, inverses, exponents, x } = self;
        let mut square = vec![lanes.all(0); 2 * n.len() + 1];
        for bits in exponents {
            lanes.square(x, &mut square);
            lanes.reduce(n, inverses, &mut square);
            let high = square.get(n.len()..).unwrap_or_default();
            let mut carry = lanes.all(0);
            for (digit, sum) in x.iter_mut().zip(high) {
                let sum = lanes.add(lanes.shift(*sum, *bits), carry);
                carry = lanes.carry(sum);
                *digit = lanes.and(sum, lanes.all(MASK));
            }
        }
    }
}

impl Lanes {
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
    use super::*;
    use crate::checks::numbers::samples::{next_prime, number};

    #[test]
    fn primes_pass_and_products_do_not() {
        let Some(lanes) = Lanes::try_new() else { return };
        for bits in [64, 128, 512, 1024, 2048] {
            let (p, q) = (next_prime(number(1, bits)), next_prime(number(2, bits)));
            let numbers = [&p, &(&p + UBig::from(2u32)), &q, &number(3, bits).max(UBig::from(9u32)), &p];
            let numbers: Vec<UBig> = numbers.into_iter().map(|n| n | UBig::ONE).collect();
            let slices: Vec<&UBig> = numbers.iter().collect();
            let two = UBig::from(2u32);
            let ring = |n: &UBig| {
                dashu_int::fast_div::ConstDivisor::new(n.clone()).reduce(two.clone()).pow(&(n - UBig::ONE)).residue()
            };
            let expected: Vec<bool> = slices.iter().map(|n| ring(n) == UBig::ONE).collect();
            assert_eq!(lanes.fermat(&slices), expected, "{bits}");
            assert!(expected[0] && expected[2]);
        }
    }

    /// All digits as large as they get.
    #[test]
    fn the_longest_numbers_do_not_overflow() {
        let Some(lanes) = Lanes::try_new() else { return };
        for n in [(UBig::ONE << 16384) - UBig::ONE, (UBig::ONE << 4423) - UBig::ONE, (UBig::ONE << 4424) - UBig::ONE] {
            let is_prime = n.bit_len() == 4423;
            assert_eq!(lanes.fermat(&[&n, &n]), [is_prime; 2]);
        }
    }
}

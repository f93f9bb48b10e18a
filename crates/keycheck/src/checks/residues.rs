//! Computes remainders of long integers, with one multiplication per word.
//!
//! Each word of the integer is multiplied by its power of 2^64 modulo the divisor, and only the sum is divided. Several small
//! moduli share a divisor, their product.

/// The number of words that are summed up before their sum is divided.
const SPAN: usize = 32;

/// Divisors are below this, so that a sum of [`SPAN`] products and one more fits into 128 bits.
const MOST: u64 = 1 << 58;

/// A divisor, and the powers of 2^64 modulo it.
#[derive(Debug)]
pub(super) struct Divisor {
    divisor: u64,
    powers: [u64; SPAN + 1],
}

impl Divisor {
    /// A divisor between 1 and 2^58.
    pub(super) fn new(divisor: u64) -> Self {
        let divisor = divisor.clamp(1, MOST);
        let mut power = 1 % divisor;
        let powers = std::array::from_fn(|_| {
            let this = power;
            power = remainder(u128::from(power) << 64, divisor);
            this
        });
        Self { divisor, powers }
    }

    /// Returns as few divisors as possible that are products of the moduli in their order, with the moduli of each.
    pub(super) fn of_products(moduli: impl IntoIterator<Item = u64>) -> Vec<(Self, Vec<u64>)> {
        let mut groups: Vec<(u64, Vec<u64>)> = Vec::new();
        for modulus in moduli {
            match groups.last_mut() {
                Some((product, members)) if product.checked_mul(modulus).is_some_and(|next| next <= MOST) => {
                    *product *= modulus;
                    members.push(modulus);
                }
                _ => groups.push((modulus, vec![modulus])),
            }
        }
        groups.into_iter().map(|(product, members)| (Self::new(product), members)).collect()
    }

    /// Returns the remainder of an integer, given by its words, the lowest first.
    pub(super) fn remainder(&self, words: &[u64]) -> u64 {
        let [powers @ .., beyond] = &self.powers;
        words.chunks(SPAN).rev().fold(0, |high, span| {
            let sum = u128::from(high) * u128::from(*beyond);
            let sum =
                span.iter().zip(powers).fold(sum, |sum, (word, power)| sum + u128::from(*word) * u128::from(*power));
            remainder(sum, self.divisor)
        })
    }
}

fn remainder(number: u128, divisor: u64) -> u64 {
    (number % u128::from(divisor)) as u64
}

/// Returns a power modulo an integer of at most 32 bits.
pub(super) fn power(base: u64, mut exponent: u64, modulus: u64) -> u64 {
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

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::Numbers;
    use super::super::numbers::samples::number;
    use super::*;

    #[test]
    fn rests_are_those_of_the_plain_division_for_any_length() {
        for divisor in [1, 2, 3, 65537, (1 << 58) - 27, 1 << 58] {
            for words in [0, 1, 2, 31, 32, 33, 64, 65, 300] {
                let highest = (UBig::ONE << (64 * words)) - UBig::ONE;
                let n = &highest - number(words as u64 + 1, 64) % (&highest + UBig::ONE);
                let numbers = Numbers::new(n.clone(), UBig::ONE);
                assert_eq!(Divisor::new(divisor).remainder(&numbers.words), &n % divisor, "{words} {divisor}");
            }
        }
    }

    #[test]
    fn products_hold_every_modulus_once() {
        let groups = Divisor::of_products(2..200);
        let members: Vec<u64> = groups.iter().flat_map(|(_, members)| members.clone()).collect();
        assert_eq!(members, (2..200).collect::<Vec<u64>>());
        for (divisor, members) in groups {
            assert_eq!(divisor.divisor, members.iter().product::<u64>());
        }
    }
}

//! Finds short vectors of three-dimensional lattices of long integers.
//!
//! Each step shortens a vector by a multiple of another one, the longest vector first. If neither such a step nor a sum of all
//! three shortens a vector, the basis is reduced by H. Minkowski's conditions (I. Semaev, A 3-Dimensional Lattice Reduction
//! Algorithm, 2001). The steps are found with floating-point numbers, some dozens at a time, and done exactly.

use dashu_int::{IBig, UBig};

/// A vector: two coordinates that count multiples, and a third one. The integers are in two's complement, all of the same
/// length, the lowest word first.
type Long = [Vec<u64>; 3];

/// The same as floating-point numbers.
type Short = [f64; 3];

/// A vector, its factors of the old vectors, and the square of its length.
type Reduced = (Short, [f64; 3], f64);

/// A larger factor leaves too few correct bits.
const LARGEST_FACTOR: f64 = (1u64 << 40) as f64;

/// A vector may be shorter than the others by this factor; then its bits are still correct.
const PRECISION: f64 = (1u64 << 48) as f64;

/// A long step shortens a vector that is longer by this many bits.
const GAP: f64 = 32.0;

/// The most steps that are found at a time; some two dozen bits take about a hundred.
const STEPS: usize = 400;

/// Finds a vector in the lattice of all (a, b, r) with r = a·u + b·v modulo w, and returns its a and b. For its length, a and b
/// are multiplied by 2^weight; the base-2 logarithm of the length is at most `most`. If several vectors are that short, any one
/// is returned.
pub(super) fn short_vector([u, v, w]: [&UBig; 3], weight: usize, most: f64) -> Option<[IBig; 2]> {
    let words = w.to_le_bytes().len() / 8 + 2;
    let (zero, one) = (&UBig::ZERO, &UBig::ONE);
    let mut basis: [Long; 3] =
        [[one, zero, u], [zero, one, v], [zero, zero, w]].map(|row| row.map(|number| long(number, words)));
    // Each round removes some two dozen bits from the basis.
    for _ in 0..10 * words {
        let floats = basis.each_ref().map(|vector| to_floats(vector, weight as f64));
        for (vector, (short, exponent)) in basis.iter().zip(&floats) {
            if dot(short, short).log2() / 2.0 + exponent <= most {
                let [a, b, _] = vector.each_ref().map(|number| signed(number));
                return Some([a, b]);
            }
        }
        let exponent = floats.iter().fold(0.0, |most: f64, (_, exponent)| most.max(*exponent));
        let short = floats.map(|(vector, of_vector)| vector.map(|part| part * (of_vector - exponent).exp2()));
        if let Some(factors) = steps(short) {
            let [[a, b, c], [d, e, f], [g, h, i]] = &basis;
            basis = factors.map(|row| [sum(row, [a, d, g]), sum(row, [b, e, h]), sum(row, [c, f, i])]);
        } else {
            long_step(&mut basis, &floats)?;
        }
    }
    None
}

/// Subtracts a multiple of a vector from one that is far longer. `None` if that shortens no vector.
fn long_step(basis: &mut [Long; 3], floats: &[(Short, f64); 3]) -> Option<()> {
    for (index, (vector, of_vector)) in floats.iter().enumerate() {
        for (other, (divisor, of_divisor)) in floats.iter().enumerate() {
            let quotient = dot(vector, divisor) / dot(divisor, divisor);
            let left = minus(&(*vector, [0.0; 3], 0.0), quotient, &(*divisor, [0.0; 3], 0.0));
            let gap = of_vector - of_divisor;
            if gap < GAP || left.2 > dot(vector, vector) * 0.999 {
                continue;
            }
            let shift = (gap - GAP).max(0.0);
            let factor = (quotient * (gap - shift).exp2()).round() as i64;
            let subtracted = basis.get(other)?.each_ref().map(|number| shifted(number, shift as usize));
            let vector = basis.get_mut(index)?;
            for (number, subtracted) in vector.iter_mut().zip(&subtracted) {
                *number = sum([1, -factor, 0], [number, subtracted, subtracted]);
            }
            return Some(());
        }
    }
    None
}

/// Reduces a basis in steps. Returns the factors of the old vectors in the new ones; `None` if the basis is reduced already.
fn steps([one, other, third]: [Short; 3]) -> Option<[[i64; 3]; 3]> {
    let with = |vector: Short, factors| (vector, factors, dot(&vector, &vector));
    let mut basis: [Reduced; 3] =
        [with(one, [1.0, 0.0, 0.0]), with(other, [0.0, 1.0, 0.0]), with(third, [0.0, 0.0, 1.0])];
    let mut any = false;
    for _ in 0..STEPS {
        basis.sort_unstable_by(|a, b| b.2.total_cmp(&a.2));
        let [longest, second, third] = &mut basis;
        if let Some(shorter) = shorter(longest, second, third) {
            *longest = shorter;
        } else if let Some(shorter) = less_multiple(second, third, least_length(longest, second, third)) {
            *second = shorter;
        } else {
            break;
        }
        any = true;
    }
    any.then(|| basis.map(|(_, factors, _)| factors.map(|factor| factor as i64)))
}

/// Returns the square of the length below which the bits of a vector are no longer correct.
fn least_length(longest: &Reduced, second: &Reduced, third: &Reduced) -> f64 {
    let factors = [longest, second, third].into_iter().flat_map(|vector| vector.1);
    (factors.fold(1.0, |most: f64, factor| most.max(factor.abs())) / PRECISION).powi(2)
}

/// Shortens the longest vector by the others, which are sorted by their length. `None` if no step shortens it, or if the
/// numbers are not precise enough.
fn shorter(longest: &Reduced, second: &Reduced, third: &Reduced) -> Option<Reduced> {
    let least = least_length(longest, second, third);
    if let Some(shorter) = less_multiple(longest, second, least).or_else(|| less_multiple(longest, third, least)) {
        return Some(shorter);
    }
    if third.2 <= least {
        return None;
    }
    let sums = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
    let sums = sums.map(|(one, other)| minus(&minus(longest, one, second), other, third));
    sums.into_iter().min_by(|a, b| a.2.total_cmp(&b.2)).filter(|sum| sum.2 < longest.2 * 0.999)
}

/// Subtracts a multiple of another vector, if the result is shorter.
fn less_multiple(vector: &Reduced, other: &Reduced, least: f64) -> Option<Reduced> {
    let quotient = (dot(&vector.0, &other.0) / other.2).round();
    if other.2 <= least || quotient == 0.0 {
        return None;
    }
    let next = minus(vector, quotient, other);
    let is_precise = next.1.iter().all(|factor| factor.abs() < LARGEST_FACTOR);
    (is_precise && next.2 < vector.2 * 0.999).then_some(next)
}

fn minus(vector: &Reduced, quotient: f64, other: &Reduced) -> Reduced {
    let less = |one: &[f64; 3], other: &[f64; 3]| {
        let ([a, b, c], [d, e, f]) = (one, other);
        [a - quotient * d, b - quotient * e, c - quotient * f]
    };
    let coordinates = less(&vector.0, &other.0);
    (coordinates, less(&vector.1, &other.1), dot(&coordinates, &coordinates))
}

fn dot([a, b, c]: &Short, [d, e, f]: &Short) -> f64 {
    a * d + b * e + c * f
}

/// Returns a vector divided by a power of 2, so that its longest coordinate is about 1, and the exponent of that power.
fn to_floats([a, b, c]: &Long, weight: f64) -> (Short, f64) {
    let [(a, of_a), (b, of_b), c] = [float(a), float(b), float(c)];
    let parts = [(a, of_a + weight), (b, of_b + weight), c];
    let bits = parts.iter().filter(|part| part.0 != 0.0).map(|part| part.0.abs().log2() + part.1);
    let exponent = bits.fold(0.0, f64::max).ceil();
    (parts.map(|(part, of_part)| part * (of_part - exponent).exp2()), exponent)
}

/// Converts an integer to a floating-point number and the exponent of the power of 2 that it is multiplied by.
fn float(words: &[u64]) -> (f64, f64) {
    let sign = words.last().map_or(0, |word| *word as i64 >> 63);
    let mut above = words.iter().enumerate().rev().skip_while(|(_, word)| **word as i64 == sign);
    let Some((index, high)) = above.next() else { return (sign as f64, 0.0) };
    let low = above.next().map_or(0, |(_, word)| *word);
    let high = i128::from(sign) << 64 | i128::from(*high);
    (high as f64 * 2f64.powi(64) + low as f64, 64.0 * (index as f64 - 1.0))
}

/// Returns the sum of three integers, each multiplied by a factor of at most 2^60.
fn sum([a, b, c]: [i64; 3], [one, other, third]: [&Vec<u64>; 3]) -> Vec<u64> {
    let [a, b, c] = [a, b, c].map(i128::from);
    let mut carry = 0;
    let words = one.iter().zip(other).zip(third).map(|((one, other), third)| {
        carry += a * i128::from(*one) + b * i128::from(*other) + c * i128::from(*third);
        let word = carry as u64;
        carry >>= 64;
        word
    });
    words.collect()
}

/// Returns an integer times 2^shift, cut to its number of words.
fn shifted(words: &[u64], shift: usize) -> Vec<u64> {
    let (whole, bits) = (shift / 64, shift % 64);
    let zeros = std::iter::repeat_n(0, whole + 1);
    let padded: Vec<u64> = zeros.chain(words.iter().copied()).collect();
    let pairs = padded.iter().zip(padded.iter().skip(1));
    let word = |(low, high): (&u64, &u64)| ((u128::from(*high) << 64 | u128::from(*low)) << bits >> 64) as u64;
    std::iter::repeat_n(0, whole).chain(pairs.skip(whole).map(word)).take(words.len()).collect()
}

fn long(number: &UBig, words: usize) -> Vec<u64> {
    let bytes = number.to_le_bytes();
    let mut long: Vec<u64> =
        bytes.chunks(8).map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))).collect();
    long.resize(words, 0);
    long
}

fn signed(words: &[u64]) -> IBig {
    IBig::from_le_bytes(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use dashu_int::ops::BitTest as _;

    use super::super::numbers::samples::number;
    use super::*;

    #[test]
    fn floats_are_the_numbers() {
        for number in [0i64, 1, -1, 5, -5, i64::MAX, i64::MIN, 1 << 40] {
            let words = [number as u64, (number >> 63) as u64, (number >> 63) as u64];
            let (part, exponent) = float(&words);
            assert_eq!(part * exponent.exp2(), number as f64, "{number}");
        }
        let (part, exponent) = float(&[7, u64::MAX - 1, u64::MAX]);
        assert_eq!(part * exponent.exp2(), -(2f64.powi(65)));
    }

    #[test]
    fn shifted_numbers_are_multiplied() {
        let words = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 7, 0, 0];
        for shift in [0, 1, 63, 64, 65, 100, 130] {
            let number = signed(&words) << shift;
            assert_eq!(signed(&shifted(&words, shift)), number, "{shift}");
        }
    }

    #[test]
    fn a_hidden_short_vector_is_found_and_a_random_lattice_has_none() {
        let w = UBig::ONE << 1024;
        for (bits, seed) in (20..340).step_by(20).zip(1..) {
            // a·u + b·v = r modulo w, for integers of `bits` bits.
            let short = |seed| number(seed, 384) >> (384 - bits) | UBig::ONE;
            let (a, b, r) = (short(3 * seed), short(3 * seed + 1), short(3 * seed + 2));
            let v = number(seed + 77, 1024);
            let inverse = inverse(&a, 1024);
            let u = &inverse * (&r + &w * &b - (&b * &v) % &w) % &w;
            let found = short_vector([&u, &v, &w], 0, bits as f64 + 2.0);
            let [found_a, found_b] = found.unwrap_or_else(|| panic!("{bits}"));
            assert_eq!(found_a * IBig::from(b), found_b * IBig::from(a), "{bits}");
        }
        for seed in 0..10 {
            let (u, v) = (number(seed + 500, 1024), number(seed + 900, 1024));
            assert!(short_vector([&u, &v, &w], 0, 330.0).is_none());
        }
    }

    /// The inverse of an odd number modulo 2^bits.
    fn inverse(odd: &UBig, bits: usize) -> UBig {
        let modulus = UBig::ONE << bits;
        let mut inverse = UBig::ONE;
        for place in 1..bits {
            if ((&inverse * odd) % &modulus).bit(place) {
                inverse += UBig::ONE << place;
            }
        }
        inverse
    }
}

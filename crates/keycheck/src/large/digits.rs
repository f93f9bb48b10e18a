//! Converts integers to digits of up to 64 bits modulo each prime, and back.

use std::ops::Range;

use common::simd::{Four, Fours, Vectorized};

use super::field::{COUNT, Factor, Field, PRIMES, inverse, product};
use super::transform::Quad;

/// 1.5 · 2^52: added to an integer of at most 51 bits, it leaves it in the lowest bits, with its sign.
const SIGNED: f64 = 6_755_399_441_055_744.0;

/// The words of an integer, and the place for its digits.
pub(super) struct Split<'q> {
    pub(super) words: &'q [u64],
    /// The number of bits in a digit.
    pub(super) bits: u32,
    pub(super) prime: u64,
    pub(super) quads: &'q mut [Quad],
}

impl Vectorized for Split<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, fours: Fours) {
        let Self { words, bits, prime, quads } = self;
        let field = Field::new(fours, prime);
        let upper = Factor::new(1 << 32, prime);
        if bits == 64 {
            let (whole, last) = words.as_chunks::<4>();
            let mut quads = quads.iter_mut();
            for (digits, quad) in whole.iter().zip(quads.by_ref()) {
                *quad = residues(field, upper, *digits);
            }
            if let (Some(quad), false) = (quads.next(), last.is_empty()) {
                let mut digits = [0; 4];
                digits.iter_mut().zip(last).for_each(|(digit, word)| *digit = *word);
                *quad = residues(field, upper, digits);
            }
            return;
        }
        let step = bits as usize;
        for (quad, start) in quads.iter_mut().zip((0..64 * words.len()).step_by(4 * step)) {
            let [a, b, c] = [start + step, start + 2 * step, start + 3 * step];
            let digits =
                [digit(words, start, bits), digit(words, a, bits), digit(words, b, bits), digit(words, c, bits)];
            *quad = residues(field, upper, digits);
        }
    }
}

/// Returns the residues of digits, by halves of 32 bits.
#[inline(always)]
fn residues(field: Field, upper: Factor, [a, b, c, d]: [u64; 4]) -> Quad {
    let fours = field.fours;
    let low = halves(fours, [a as u32, b as u32, c as u32, d as u32]);
    let high = halves(fours, [(a >> 32) as u32, (b >> 32) as u32, (c >> 32) as u32, (d >> 32) as u32]);
    Quad(fours.numbers(fours.add(field.times(high, upper), low)))
}

/// Converts integers to floating-point numbers.
#[inline(always)]
fn halves(fours: Fours, [a, b, c, d]: [u32; 4]) -> Four {
    fours.of([f64::from(a), f64::from(b), f64::from(c), f64::from(d)])
}

/// Returns the digit that begins at this bit.
#[inline(always)]
fn digit(words: &[u64], start: usize, bits: u32) -> u64 {
    let word = |index: usize| u128::from(words.get(index).copied().unwrap_or_default());
    let both = word(start / 64) | word(start / 64 + 1) << 64;
    (both >> (start % 64)) as u64 & (u64::MAX >> (64 - bits))
}

/// The constants by which the residues modulo all primes give the integer (H. Garner, The residue number system, 1959).
struct Join {
    /// 1 / p0 modulo p1, 1 / (p0 · p1) and 1 / p1 modulo p2.
    factors: [Factor; 3],
}

impl Join {
    fn new() -> Self {
        let [p0, p1, p2] = PRIMES.map(|(prime, _)| prime);
        Self {
            factors: [
                Factor::new(inverse(p0, p1), p1),
                Factor::new(inverse(product(p0 % p2, p1 % p2, p2), p2), p2),
                Factor::new(inverse(p1, p2), p2),
            ],
        }
    }
}

/// Joins digits, which are given by their residues, and returns the words in a window. Digits more than four below it are left
/// out; they may change the lowest bit.
pub(super) fn words(fours: Fours, residues: [&[Quad]; COUNT], bits: u32, window: Range<usize>) -> Vec<u64> {
    fours.run(Carry { residues, bits, window })
}

struct Carry<'q> {
    residues: [&'q [Quad]; COUNT],
    bits: u32,
    window: Range<usize>,
}

impl Vectorized for Carry<'_> {
    type Output = Vec<u64>;

    #[inline(always)]
    fn run(self, fours: Fours) -> Vec<u64> {
        let Self { residues: [of_p0, of_p1, of_p2], bits, window } = self;
        let Join { factors: [in_1, in_2, of_1_in_2] } = Join::new();
        let [p0, p1, p2] = PRIMES.map(|(prime, _)| prime);
        let (f0, f1, f2) = (Field::new(fours, p0), Field::new(fours, p1), Field::new(fours, p2));
        let first_digit = (64 * window.start / bits as usize).saturating_sub(4);
        let mut out = Words::at(first_digit / 4 * 4, bits, window);
        let mut carry = 0_u128;
        for index in first_digit / 4.. {
            let [r0, r1, r2] = [quad(fours, of_p0, index), quad(fours, of_p1, index), quad(fours, of_p2, index)];
            let t0 = f0.reduce(r0);
            let t1 = f1.reduce(f1.times(fours.subtract(r1, t0), in_1));
            let t2 = fours.subtract(f2.times(fours.subtract(r2, t0), in_2), f2.times(t1, of_1_in_2));
            let (t0, t1, t2) = (signed(fours, t0), signed(fours, t1), signed(fours, f2.reduce(t2)));
            for ((t0, t1), t2) in t0.into_iter().zip(t1).zip(t2) {
                let (low, high) = number(t0, t1, t2, p0, p1);
                let (low, over) = low.overflowing_add(carry as u64);
                let high = high.wrapping_add(carry >> 64).wrapping_add(u128::from(over));
                carry = if bits == 64 { high } else { high << (64 - bits) | u128::from(low >> bits) };
                if out.put(low & (u64::MAX >> (64 - bits))) {
                    return out.words;
                }
            }
        }
        out.words
    }
}

#[inline(always)]
fn quad(fours: Fours, quads: &[Quad], index: usize) -> Four {
    fours.of(quads.get(index).copied().unwrap_or_default().0)
}

/// Converts floating-point numbers to integers.
#[inline(always)]
fn signed(fours: Fours, numbers: Four) -> [i64; 4] {
    let [a, b, c, d] = fours.numbers(fours.add(numbers, fours.all(SIGNED)));
    [a, b, c, d].map(|number| number.to_bits().wrapping_sub(SIGNED.to_bits()).cast_signed())
}

/// Returns t0 + p0 · (t1 + p1 · t2) modulo 2^192, as its lowest word and the bits above.
#[inline(always)]
fn number(t0: i64, t1: i64, t2: i64, p0: u64, p1: u64) -> (u64, u128) {
    let inner = i128::from(t1) + i128::from(t2) * i128::from(p1);
    let low = u128::from(inner as u64) * u128::from(p0);
    let high = i128::from((inner >> 64) as i64) * i128::from(p0);
    let (word, over) = (low as u64).overflowing_add(t0.cast_unsigned());
    let above = (low >> 64).wrapping_add(high.cast_unsigned()).wrapping_add(i128::from(t0 >> 63).cast_unsigned());
    (word, above.wrapping_add(u128::from(over)))
}

/// Joins digits into words.
struct Words {
    words: Vec<u64>,
    most: usize,
    bits: u32,
    /// The bits that do not fill a word yet, and their number.
    pending: u128,
    count: u32,
    /// The number of words before the window.
    skipped: usize,
}

impl Words {
    fn at(digit: usize, bits: u32, window: Range<usize>) -> Self {
        let start = digit * bits as usize;
        Self {
            words: Vec::with_capacity(window.len()),
            most: window.len(),
            bits,
            pending: 0,
            count: (start % 64) as u32,
            skipped: window.start - start / 64,
        }
    }

    /// Adds a digit. Returns whether all words are complete.
    #[inline(always)]
    fn put(&mut self, digit: u64) -> bool {
        self.pending |= u128::from(digit) << self.count;
        self.count += self.bits;
        if self.count >= 64 {
            if self.skipped > 0 {
                self.skipped -= 1;
            } else if self.words.len() < self.most {
                self.words.push(self.pending as u64);
            }
            self.pending >>= 64;
            self.count -= 64;
        }
        self.words.len() >= self.most
    }
}

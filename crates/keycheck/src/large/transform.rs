//! Does number-theoretic transforms: converts a polynomial modulo X^n - 1, n a power of 2, to its residues modulo X^4 - r for
//! all r with r^(n/4) = 1, and back. Products modulo these polynomials of degree 4 are computed directly: that saves two
//! levels, and nothing is exchanged within four numbers.
//!
//! A level converts the residue modulo X^2m - w² to those modulo X^m - w and X^m + w. Two levels are done at a time (radix 4).
//! Large polynomials are divided until a part fits into the cache, which is then transformed completely.

use std::sync::{Mutex, PoisonError};

use common::pool;
use common::simd::{Four, Fours, Vectorized};

use super::field::{Factor, Field};
use super::roots::negative_inverse;

/// Four coefficients.
#[repr(C, align(32))]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quad(pub(super) [f64; 4]);

/// The number of quads that are transformed completely at a time, a power of 4. They take 32 KiB, as much as the fastest cache
/// has.
const PART: usize = 1 << 10;

/// The tables and settings of a transform.
#[derive(Clone, Copy)]
pub(super) struct Transform<'r> {
    pub(super) fours: Fours,
    pub(super) prime: u64,
    pub(super) roots: &'r [Factor],
    /// The number of threads that may work on the parts of a large one.
    pub(super) threads: usize,
}

impl Transform<'_> {
    /// Transforms numbers of a size up to 1 to numbers up to 2.4.
    pub(super) fn forward(self, quads: &mut [Quad]) {
        if let Some((low, high)) = halves(quads) {
            self.fours.run(Halves { fours: self.fours, low, high });
            self.parts(quads, 2, |quads, number| self.forward_part(quads, number));
        } else if quads.len() <= PART {
            self.forward_part(quads, 0);
        } else {
            self.fours.run(Forward { transform: self, quads, number: 0, levels: 1 });
            self.parts(quads, 4, |quads, number| self.forward_part(quads, number));
        }
    }

    /// Transforms numbers of a size up to 2 back to numbers up to 4, multiplied by the number of quads.
    pub(super) fn backward(self, quads: &mut [Quad]) {
        let length = quads.len();
        if halves(quads).is_some() {
            self.parts(quads, 2, |quads, number| self.backward_part(quads, number));
            if let Some((low, high)) = halves(quads) {
                self.fours.run(Halves { fours: self.fours, low, high });
            }
        } else if length <= PART {
            self.backward_part(quads, 0);
        } else {
            self.parts(quads, 4, |quads, number| self.backward_part(quads, number));
            self.fours.run(Backward { transform: self, quads, number: 0, start: length });
        }
    }

    /// Calls `work` with each part and its number, on several cores.
    fn parts(self, quads: &mut [Quad], count: usize, work: impl Fn(&mut [Quad], usize) + Sync) {
        let length = quads.len() / count;
        let threads = if length < PART { 1 } else { self.threads };
        let parts: Vec<(usize, Mutex<&mut [Quad]>)> =
            quads.chunks_exact_mut(length).map(Mutex::new).enumerate().collect();
        pool::map(&parts, threads, |(number, part)| {
            work(&mut part.lock().unwrap_or_else(PoisonError::into_inner), *number);
        });
    }

    /// Transforms the part with this number among those of its length.
    fn forward_part(self, quads: &mut [Quad], number: usize) {
        if quads.len() <= PART {
            return self.fours.run(Forward { transform: self, quads, number, levels: usize::MAX });
        }
        self.fours.run(Forward { transform: self, quads, number, levels: 1 });
        let quarter = quads.len() / 4;
        for (index, quads) in quads.chunks_exact_mut(quarter).enumerate() {
            self.forward_part(quads, 4 * number + index);
        }
    }

    fn backward_part(self, quads: &mut [Quad], number: usize) {
        if quads.len() <= PART {
            return self.fours.run(Backward { transform: self, quads, number, start: 4 });
        }
        let (length, quarter) = (quads.len(), quads.len() / 4);
        for (index, quads) in quads.chunks_exact_mut(quarter).enumerate() {
            self.backward_part(quads, 4 * number + index);
        }
        self.fours.run(Backward { transform: self, quads, number, start: length });
    }
}

/// Returns both halves if the length is not a power of 4: then one level is done by itself.
fn halves(quads: &mut [Quad]) -> Option<(&mut [Quad], &mut [Quad])> {
    let middle = quads.len() / 2;
    (quads.len().trailing_zeros() % 2 == 1).then(|| quads.split_at_mut(middle))
}

/// The level with the root 1.
struct Halves<'q> {
    fours: Fours,
    low: &'q mut [Quad],
    high: &'q mut [Quad],
}

impl Vectorized for Halves<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Fours) {
        let Self { fours, low, high } = self;
        for (a, b) in low.iter_mut().zip(high) {
            let (x, y) = (fours.of(a.0), fours.of(b.0));
            (a.0, b.0) = (fours.numbers(fours.add(x, y)), fours.numbers(fours.subtract(x, y)));
        }
    }
}

/// Does up to `levels` pairs of levels, from the largest parts on.
struct Forward<'q, 'r> {
    transform: Transform<'r>,
    quads: &'q mut [Quad],
    number: usize,
    levels: usize,
}

impl Vectorized for Forward<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, fours: Fours) {
        let Self { transform: Transform { prime, roots, .. }, quads, mut number, levels } = self;
        let field = Field::new(fours, prime);
        let mut size = quads.len();
        for _ in 0..levels {
            if size < 4 {
                return;
            }
            let first = roots.get(number..).unwrap_or_default();
            let second = roots.get(2 * number..).unwrap_or_default().chunks_exact(2);
            for ((quads, w), pair) in quads.chunks_exact_mut(size).zip(first).zip(second) {
                if let [v, iv] = pair {
                    quarters(
                        fours,
                        quads,
                        #[inline(always)]
                        |[a, b, c, d]| {
                            let a = field.reduce(a);
                            let (c, d) = (field.times(c, *w), field.times(d, *w));
                            let (a, c) = (fours.add(a, c), fours.subtract(a, c));
                            let (b, d) = (fours.add(b, d), fours.subtract(b, d));
                            let (b, d) = (field.times(b, *v), field.times(d, *iv));
                            [fours.add(a, b), fours.subtract(a, b), fours.add(c, d), fours.subtract(c, d)]
                        },
                    );
                }
            }
            size /= 4;
            number *= 4;
        }
    }
}

/// Does the pairs of levels from parts of the length `start` on.
struct Backward<'q, 'r> {
    transform: Transform<'r>,
    quads: &'q mut [Quad],
    number: usize,
    start: usize,
}

impl Vectorized for Backward<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self, fours: Fours) {
        let Self { transform: Transform { prime, roots, .. }, quads, number, start } = self;
        let field = Field::new(fours, prime);
        let mut size = start;
        while size <= quads.len() {
            let first = number * (quads.len() / size);
            for (index, quads) in quads.chunks_exact_mut(size).enumerate() {
                let number = first + index;
                let (Some(w), Some(v), Some(iv)) = (
                    negative_inverse(roots, number),
                    negative_inverse(roots, 2 * number),
                    negative_inverse(roots, 2 * number + 1),
                ) else {
                    return;
                };
                quarters(
                    fours,
                    quads,
                    #[inline(always)]
                    |[a, b, c, d]| {
                        let (a, b) = (fours.add(a, b), field.times(fours.subtract(b, a), v));
                        let (c, d) = (fours.add(c, d), field.times(fours.subtract(d, c), iv));
                        let (a, c) = (field.reduce(fours.add(a, c)), field.times(fours.subtract(c, a), w));
                        [a, fours.add(b, d), c, field.times(fours.subtract(d, b), w)]
                    },
                );
            }
            size *= 4;
        }
    }
}

/// Calls `work` with the quads at the same place in each quarter.
#[inline(always)]
fn quarters(fours: Fours, quads: &mut [Quad], work: impl Fn([Four; 4]) -> [Four; 4]) {
    let quarter = quads.len() / 4;
    let (low, high) = quads.split_at_mut(2 * quarter);
    let (a, b) = low.split_at_mut(quarter);
    let (c, d) = high.split_at_mut(quarter);
    for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
        let [w, x, y, z] = work([fours.of(a.0), fours.of(b.0), fours.of(c.0), fours.of(d.0)]);
        (a.0, b.0, c.0, d.0) = (fours.numbers(w), fours.numbers(x), fours.numbers(y), fours.numbers(z));
    }
}

//! Defines which numbers are multiplied, so that a number in several products is transformed once.

use std::marker::PhantomData;

use common::simd::{Four, Fours, Vectorized};

use super::field::{Factor, Field, inverse};
use super::transform::{Quad, Transform};

/// Sums of products of some numbers.
pub(super) trait Shape<const IN: usize, const OUT: usize>: Sync {
    /// The pairs of numbers that are multiplied for each sum.
    const PAIRS: [&'static [(usize, usize)]; OUT];

    /// Computes the sums with this multiplication and addition. Needs the attribute `#[inline(always)]`.
    fn sums<N: Copy>(numbers: [N; IN], multiply: impl Fn(N, N) -> N, add: impl Fn(N, N) -> N) -> [N; OUT];
}

/// a · b.
pub(super) struct Product;

impl Shape<2, 1> for Product {
    const PAIRS: [&'static [(usize, usize)]; 1] = [&[(0, 1)]];

    #[inline(always)]
    fn sums<N: Copy>([a, b]: [N; 2], multiply: impl Fn(N, N) -> N, _: impl Fn(N, N) -> N) -> [N; 1] {
        [multiply(a, b)]
    }
}

/// a · b and a' · b + a · b', in the order a, a', b, b': a product and its derivative.
pub(super) struct WithDerivative;

impl Shape<4, 2> for WithDerivative {
    const PAIRS: [&'static [(usize, usize)]; 2] = [&[(0, 2)], &[(1, 2), (0, 3)]];

    #[inline(always)]
    fn sums<N: Copy>([a, of_a, b, of_b]: [N; 4], multiply: impl Fn(N, N) -> N, add: impl Fn(N, N) -> N) -> [N; 2] {
        [multiply(a, b), add(multiply(of_a, b), multiply(a, of_b))]
    }
}

/// f · b and f · a, in the order f, a, b.
pub(super) struct Crosswise;

impl Shape<3, 2> for Crosswise {
    const PAIRS: [&'static [(usize, usize)]; 2] = [&[(0, 2)], &[(0, 1)]];

    #[inline(always)]
    fn sums<N: Copy>([f, a, b]: [N; 3], multiply: impl Fn(N, N) -> N, _: impl Fn(N, N) -> N) -> [N; 2] {
        [multiply(f, b), multiply(f, a)]
    }
}

/// Computes the sums of transformed numbers, which replace the first of them. They are divided by the factor of transforming
/// back.
pub(super) fn pointwise<S: Shape<IN, OUT>, const IN: usize, const OUT: usize>(
    transform: Transform<'_>,
    numbers: [&mut [Quad]; IN],
) {
    let quads = numbers.first().map_or(1, |quads| quads.len());
    let scale = Factor::new(inverse(quads as u64, transform.prime), transform.prime);
    transform.fours.run(Pointwise::<S, IN, OUT> { transform, numbers, scale, shape: PhantomData });
}

struct Pointwise<'q, 'r, S, const IN: usize, const OUT: usize> {
    transform: Transform<'r>,
    numbers: [&'q mut [Quad]; IN],
    scale: Factor,
    shape: PhantomData<S>,
}

impl<S: Shape<IN, OUT>, const IN: usize, const OUT: usize> Vectorized for Pointwise<'_, '_, S, IN, OUT> {
    type Output = ();

    #[inline(always)]
    fn run(self, fours: Fours) {
        let Pointwise { transform: Transform { prime, roots, .. }, mut numbers, scale, .. } = self;
        let field = Field::new(fours, prime);
        let quads = numbers.first().map_or(0, |quads| quads.len());
        for index in 0..quads {
            let Some(root) = roots.get(index / 2) else { return };
            let r = if index % 2 == 0 { *root } else { root.negative() };
            let mut reduced = [fours.all(0.0); IN];
            for (reduced, quads) in reduced.iter_mut().zip(&numbers) {
                if let Some(quad) = quads.get(index) {
                    *reduced = field.reduce(fours.of(quad.0));
                }
            }
            let sums = S::sums(
                reduced,
                #[inline(always)]
                |a, b| modulo(field, r, a, b),
                #[inline(always)]
                |a, b| fours.add(a, b),
            );
            for (quads, sum) in numbers.iter_mut().zip(sums) {
                if let Some(quad) = quads.get_mut(index) {
                    quad.0 = fours.numbers(field.times(sum, scale));
                }
            }
        }
    }
}

/// Returns a · b modulo X^4 - r, up to 2.4 in size.
#[inline(always)]
fn modulo(field: Field, r: Factor, a: Four, b: Four) -> Four {
    let fours = field.fours;
    let [a0, a1, a2, a3] = fours.numbers(a);
    let [b0, b1, b2, _] = fours.numbers(b);
    let [_, r1, r2, r3] = fours.numbers(field.times(b, r));
    let low = fours.add(field.product(fours.all(a0), b), field.product(fours.all(a1), fours.of([r3, b0, b1, b2])));
    let high = fours.add(
        field.product(fours.all(a2), fours.of([r2, r3, b0, b1])),
        field.product(fours.all(a3), fours.of([r1, r2, r3, b0])),
    );
    fours.add(low, high)
}

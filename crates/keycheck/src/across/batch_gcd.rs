//! The greatest common divisor of each of many numbers with the product of the others, in nearly linear time.
//!
//! D. Bernstein, How to find smooth parts of integers, 2004; N. Heninger, Z. Durumeric, E. Wustrow, J. Halderman,
//! Mining Your Ps and Qs, 2012. A tree of products is made from the leaves up, with P the product of all. Beside it
//! grows D = Σ P/nᵢ by the product rule (the derivative of a product), which modulo nᵢ is P/nᵢ. Going down, D is
//! reduced modulo the product of each node. That takes numbers of half the size that P modulo nᵢ² takes.

use std::num::NonZero;
use std::thread;

use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

/// The bytes that are needed at once for so many numbers of so many bytes together: the tree has all of them once a
/// level, and the work at its top takes some fifty times as much as they (by measurement, at 10,000 and 50,000 moduli).
pub(super) fn need(numbers: usize, bytes: u64) -> u64 {
    let levels = u64::from(numbers.max(1).next_power_of_two().trailing_zeros());
    bytes.saturating_mul(levels + 56)
}

/// For each number, which must not be 0, its greatest common divisor with the product of the others.
pub(super) fn batch_gcd(numbers: Vec<UBig>) -> Vec<UBig> {
    let mut sums: Vec<UBig> = numbers.iter().map(|_| UBig::ONE).collect();
    let mut levels = vec![numbers];
    while let Some(top) = levels.last().filter(|top| top.len() > 1) {
        let pairs: Vec<(&[UBig], &[UBig])> = top.chunks(2).zip(sums.chunks(2)).collect();
        let next: Vec<(UBig, UBig)> = in_parallel(&pairs, |(products, sums)| match (products, sums) {
            ([a, b], [of_a, of_b]) => (a * b, of_a * b + of_b * a),
            (products, sums) => (products.iter().cloned().product(), sums.iter().cloned().sum()),
        });
        let (products, next) = next.into_iter().unzip();
        sums = next;
        levels.push(products);
    }
    // Going down, `sums` holds D modulo each product of a level.
    levels.pop();
    while let Some(products) = levels.pop() {
        let nodes: Vec<(usize, &UBig)> = products.iter().enumerate().collect();
        let rests =
            in_parallel(&nodes, |(index, product)| sums.get(index / 2).map_or(UBig::ZERO, |sum| sum % *product));
        if levels.is_empty() {
            let leaves: Vec<(&UBig, &UBig)> = products.iter().zip(&rests).collect();
            return in_parallel(&leaves, |(number, rest)| number.gcd(*rest));
        }
        sums = rests;
    }
    // There was one number, or none.
    sums
}

/// Applies a function on all cores. Neighbours are dealt out in turn, since they are of about the same size.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    let mut parts: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || items.iter().skip(first).step_by(threads).map(work).collect::<Vec<R>>()))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).into_iter())
            .collect()
    });
    let mut results = Vec::with_capacity(items.len());
    'all: loop {
        for part in &mut parts {
            match part.next() {
                Some(result) => results.push(result),
                None => break 'all,
            }
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_the_definition_gives_for_any_count() {
        for count in 0..70u32 {
            let numbers: Vec<UBig> = (0..count).map(|i| UBig::from(6 + i * i * 7919 % 1009)).collect();
            let expected: Vec<UBig> = (0..numbers.len())
                .map(|i| {
                    let others = numbers.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, n)| n.clone());
                    (&numbers[i]).gcd(&others.product::<UBig>())
                })
                .collect();
            assert_eq!(batch_gcd(numbers), expected, "{count}");
        }
    }
}

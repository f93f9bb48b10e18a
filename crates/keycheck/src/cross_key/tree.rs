//! The greatest common divisor of each of many numbers with the product of the others, in nearly linear time.
//!
//! D. Bernstein, How to find smooth parts of integers, 2004; N. Heninger, Z. Durumeric, E. Wustrow, J. Halderman,
//! Mining Your Ps and Qs, 2012. A tree of products is made from the leaves up, with P the product of all. Beside it
//! grows D = Σ P/nᵢ by the product rule (the derivative of a product), which modulo nᵢ is P/nᵢ. Going down, D is
//! reduced modulo the product of each node. That takes numbers of half the size that P modulo nᵢ² takes.

use common::pool;
use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

/// The bytes that are needed at once for numbers that have `bytes` bytes in all: the tree has all of them once per
/// level, and the work at its top takes some fifty times as much (by measurement, at 10,000 and 50,000 moduli).
pub(super) fn need(numbers: usize, bytes: u64) -> u64 {
    let levels = u64::from(numbers.max(1).next_power_of_two().trailing_zeros());
    bytes.saturating_mul(levels + 56)
}

/// What comparing with a product of this length needs at once beside the tree: the product as it is read, as it is
/// worked with, and the division at the top.
pub(super) const fn need_against(product: u64) -> u64 {
    product.saturating_mul(8)
}

/// The products of numbers, of pairs of them, of four, and so on up to all.
#[derive(Debug)]
pub(super) struct Tree {
    /// The numbers first, the product of all last.
    levels: Vec<Vec<UBig>>,
}

impl Tree {
    /// The tree over these numbers, none of which may be 0.
    pub(super) fn of(numbers: Vec<UBig>) -> Self {
        let mut levels = vec![numbers];
        while let Some(top) = levels.last().filter(|top| top.len() > 1) {
            let pairs: Vec<&[UBig]> = top.chunks(2).collect();
            let next = in_parallel(&pairs, |pair| match pair {
                [a, b] => a * b,
                one => one.iter().cloned().product(),
            });
            levels.push(next);
        }
        Self { levels }
    }

    /// The product of all.
    pub(super) fn product(&self) -> UBig {
        self.levels.last().and_then(|top| top.first()).cloned().unwrap_or(UBig::ONE)
    }

    /// A number modulo each of the numbers.
    pub(super) fn remainders(&self, number: &UBig) -> Vec<UBig> {
        let mut remainders = vec![number.clone()];
        for level in self.levels.iter().rev() {
            let nodes: Vec<(usize, &UBig)> = level.iter().enumerate().collect();
            // Above the top there is the one number, which is below index 0 as well.
            remainders = in_parallel(&nodes, |(index, node)| {
                remainders.get(index / 2).map_or(UBig::ZERO, |remainder| remainder % *node)
            });
        }
        remainders
    }

    /// For each number its greatest common divisor with the product of the others.
    pub(super) fn divisors(&self) -> Vec<UBig> {
        let remainders = self.remainders(&self.derivative());
        self.divisors_with(&remainders)
    }

    /// For each number its greatest common divisor with one of these.
    pub(super) fn divisors_with(&self, others: &[UBig]) -> Vec<UBig> {
        let pairs: Vec<(&UBig, &UBig)> = self.levels.first().into_iter().flatten().zip(others).collect();
        in_parallel(&pairs, |(number, other)| number.gcd(*other))
    }

    /// D, in as many steps as the tree has levels.
    fn derivative(&self) -> UBig {
        let mut sums: Vec<UBig> = self.levels.first().into_iter().flatten().map(|_| UBig::ONE).collect();
        for level in self.levels.iter().filter(|level| level.len() > 1) {
            let pairs: Vec<(&[UBig], &[UBig])> = level.chunks(2).zip(sums.chunks(2)).collect();
            sums = in_parallel(&pairs, |(products, sums)| match (products, sums) {
                ([a, b], [of_a, of_b]) => of_a * b + of_b * a,
                (_, sums) => sums.iter().cloned().sum(),
            });
        }
        sums.pop().unwrap_or(UBig::ONE)
    }
}

/// Applies a function on all cores.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    pool::map(items, pool::threads(usize::MAX), work)
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
            let tree = Tree::of(numbers.clone());
            assert_eq!(tree.divisors(), expected, "{count}");
            let number = tree.product() + UBig::from(7u32);
            assert_eq!(
                tree.remainders(&number),
                numbers.iter().map(|n| UBig::from(7u32) % n).collect::<Vec<_>>(),
                "{count}"
            );
        }
    }
}

//! Computes the greatest common divisor of each of many integers with the product of the others, in nearly linear time.
//!
//! D. Bernstein, How to find smooth parts of integers, 2004; N. Heninger, Z. Durumeric, E. Wustrow, J. Halderman, Mining Your
//! Ps and Qs, 2012. A tree of products is built from the leaves up; P is the product of all. Together with it, D = Σ P/nᵢ is
//! computed by the product rule (the derivative of a product); modulo nᵢ it is P/nᵢ. That needs integers of half the size that
//! P modulo nᵢ² needs.
//!
//! On the way down, nothing is divided (D. Bernstein, Scaled remainder trees, 2004). Each node with the product p has the
//! fractional part of D/p, with one word more than p. A child has the fractional part of its parent's times its sibling's
//! product. At a leaf, this times its integer is the remainder. The last word absorbs the errors: each level adds at most 3 to
//! it, and only 2^63 would be too much.

use std::ops::Range;

use common::pool;
use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

use super::Multiplier;
use super::division::Divisor;
use super::shape::{Crosswise, WithDerivative};

/// Integers of up to this many words together are multiplied, and divided by, one after the other. One more word makes the
/// length a power of 2, also for each node above.
const GROUP: usize = 255;

/// The approximate number of blocks in a large tree. The inside of a block is computed again on the way down, which takes about
/// a seventh of the time. So it is not in memory when the most is needed, at the top of the tree.
const BLOCKS: usize = 32;

/// Returns the bytes that are needed at once for integers of `bytes` bytes in all: 29 to 31 times as many, by the allocator
/// (measured at 10,000 and 50,000 moduli of 2048 bits).
pub(crate) const fn need(bytes: u64) -> u64 {
    bytes.saturating_mul(36)
}

/// Returns the bytes that comparing with a product of this length needs at once, in addition to the tree: the product as it is
/// read, as it is worked with, and the division at the top.
pub(crate) const fn need_against(product: u64) -> u64 {
    product.saturating_mul(8)
}

/// The products of blocks of integers, of pairs of blocks, of four, and so on up to all.
#[derive(Debug)]
pub(crate) struct Tree<'n> {
    numbers: Vec<&'n UBig>,
    /// Neighbours that are multiplied one after the other.
    groups: Vec<Range<usize>>,
    /// The number of groups in a block.
    block: usize,
    /// The products of the blocks first, the product of all last.
    levels: Vec<Vec<UBig>>,
    multiplier: Multiplier,
    threads: usize,
}

/// The workers on a part of the tree.
#[derive(Clone, Copy, Debug)]
enum Workers {
    All,
    /// This thread; others work on other parts.
    One,
}

impl<'n> Tree<'n> {
    /// Builds the tree over these integers, which must not be 0.
    pub(crate) fn of(numbers: impl IntoIterator<Item = &'n UBig>) -> Self {
        Self::by_threads(numbers, pool::threads(usize::MAX))
    }

    /// Builds the tree in this thread only: others have work of their own.
    pub(crate) fn in_this_thread(numbers: impl IntoIterator<Item = &'n UBig>) -> Self {
        Self::by_threads(numbers, 1)
    }

    fn by_threads(numbers: impl IntoIterator<Item = &'n UBig>, threads: usize) -> Self {
        let mut tree = Self::groups(numbers, Multiplier::new(), threads);
        let blocks = pool::map(&tree.blocks(), tree.threads, |groups| {
            top(&mut tree.products(tree.of_groups(groups), Workers::One))
        });
        tree.levels = tree.products(blocks, Workers::All);
        tree
    }

    /// Builds the tree over these integers, which must not be 0, and computes D.
    pub(crate) fn with_derivative(numbers: impl IntoIterator<Item = &'n UBig>) -> (Self, UBig) {
        Self::with_derivative_by(numbers, Multiplier::new())
    }

    fn with_derivative_by(numbers: impl IntoIterator<Item = &'n UBig>, multiplier: Multiplier) -> (Self, UBig) {
        let mut tree = Self::groups(numbers, multiplier, pool::threads(usize::MAX));
        let blocks = pool::map(&tree.blocks(), tree.threads, |groups| {
            let of_group = |group| {
                let start = (UBig::ONE, UBig::ZERO);
                let numbers = tree.of_group(group).iter();
                numbers.fold(start, |(product, derivative), n| (&product * *n, derivative * *n + product))
            };
            let (mut levels, derivative) = tree.derivatives(groups.iter().map(of_group).unzip(), Workers::One);
            (top(&mut levels), derivative)
        });
        let derivative;
        (tree.levels, derivative) = tree.derivatives(blocks.into_iter().unzip(), Workers::All);
        (tree, derivative)
    }

    fn groups(numbers: impl IntoIterator<Item = &'n UBig>, multiplier: Multiplier, threads: usize) -> Self {
        let numbers: Vec<&UBig> = numbers.into_iter().collect();
        let mut groups: Vec<Range<usize>> = Vec::new();
        let mut words = GROUP;
        for (index, number) in numbers.iter().enumerate() {
            words += number.as_words().len();
            match groups.last_mut().filter(|_| words <= GROUP) {
                Some(group) => group.end += 1,
                None => {
                    words = number.as_words().len();
                    groups.push(index..index + 1);
                }
            }
        }
        let block = groups.len().div_ceil(BLOCKS).next_power_of_two();
        Self { numbers, groups, block, levels: Vec::new(), multiplier, threads }
    }

    fn blocks(&self) -> Vec<&[Range<usize>]> {
        self.groups.chunks(self.block).collect()
    }

    fn of_group(&self, group: &Range<usize>) -> &[&'n UBig] {
        self.numbers.get(group.clone()).unwrap_or_default()
    }

    /// Returns the product of each of these groups.
    fn of_groups(&self, groups: &[Range<usize>]) -> Vec<UBig> {
        groups.iter().map(|group| self.of_group(group).iter().copied().product()).collect()
    }

    /// Returns the levels from these nodes, of which there is at least one, up to their product.
    fn products(&self, nodes: Vec<UBig>, workers: Workers) -> Vec<Vec<UBig>> {
        let mut levels = vec![nodes];
        while let Some(top) = levels.last().filter(|top| top.len() > 1) {
            let next = self.for_pairs(top, &[], workers, |pair, _, threads| match pair {
                [a, b] => {
                    let length = a.as_words().len() + b.as_words().len();
                    let product = self.multiplier.product((a.as_words(), b.as_words()), 0..length, length, threads);
                    UBig::from_words(&product)
                }
                one => one.iter().cloned().product(),
            });
            levels.push(next);
        }
        levels
    }

    /// Returns the same, and the derivative of their product, given those of the nodes.
    fn derivatives(&self, nodes: (Vec<UBig>, Vec<UBig>), workers: Workers) -> (Vec<Vec<UBig>>, UBig) {
        let (nodes, mut derivatives) = nodes;
        let mut levels = vec![nodes];
        while let Some(top) = levels.last().filter(|top| top.len() > 1) {
            let next = self.for_pairs(top, &derivatives, workers, |products, derivatives, threads| {
                match (products, derivatives) {
                    ([a, b], [of_a, of_b]) => {
                        let length = a.as_words().len() + b.as_words().len();
                        let numbers = [a, of_a, b, of_b].map(UBig::as_words);
                        let windows = [0..length, 0..length + 1];
                        self.multiplier
                            .sums::<WithDerivative, 4, 2>(numbers, windows, length + 1, threads)
                            .map(|words| UBig::from_words(&words))
                            .into()
                    }
                    (products, derivatives) => (products.iter().cloned().product(), derivatives.iter().cloned().sum()),
                }
            });
            let products;
            (products, derivatives) = next.into_iter().unzip();
            levels.push(products);
        }
        (levels, derivatives.pop().unwrap_or(UBig::ONE))
    }

    /// Calls `work` for each pair of nodes, with the number of threads for it: near the top several work on one.
    fn for_pairs<R: Send>(
        &self,
        nodes: &[UBig],
        others: &[UBig],
        workers: Workers,
        work: impl Fn(&[UBig], &[UBig], usize) -> R + Sync,
    ) -> Vec<R> {
        let others = others.chunks(2).chain(std::iter::repeat(&[][..]));
        let pairs: Vec<(&[UBig], &[UBig])> = nodes.chunks(2).zip(others).collect();
        let (threads, each) = self.threads_for(pairs.len(), workers);
        pool::map(&pairs, threads, |(nodes, others)| work(nodes, others, each))
    }

    /// Returns how many threads work on `count` products, and on each of them. Two for each are more than the cores, but take
    /// less memory.
    fn threads_for(&self, count: usize, workers: Workers) -> (usize, usize) {
        match workers {
            Workers::One => (1, 1),
            Workers::All if count > self.threads => (self.threads, 1),
            Workers::All => (self.threads, (self.threads / count.max(1)).max(2)),
        }
    }

    /// Returns the product of all.
    pub(crate) fn product(&self) -> UBig {
        self.levels.last().and_then(|top| top.first()).cloned().unwrap_or(UBig::ONE)
    }

    /// Returns an integer modulo each of the tree's integers.
    pub(crate) fn remainders(&self, number: UBig) -> Vec<UBig> {
        let blocks = self.blocks();
        let of_groups = match (self.levels.as_slice(), blocks.as_slice()) {
            ([.., top], [_, _, ..]) => {
                let top =
                    Divisor::new(&self.multiplier, top.first().unwrap_or(&UBig::ONE), self.threads).fraction(number);
                let fractions = self.fractions(&self.levels, top, Workers::All);
                let items: Vec<(&[Range<usize>], &UBig)> = blocks.into_iter().zip(&fractions).collect();
                pool::map(&items, self.threads, |(groups, fraction)| self.remainders_in(groups, fraction)).concat()
            }
            _ => self.of_groups(&self.groups).into_iter().map(|group| &number % group).collect(),
        };
        let items: Vec<(&Range<usize>, UBig)> = self.groups.iter().zip(of_groups).collect();
        pool::map(&items, self.threads, |(group, remainder)| {
            self.of_group(group).iter().map(|number| remainder % *number).collect::<Vec<_>>()
        })
        .concat()
    }

    /// Returns the remainders modulo the products of the groups of a block, given the fractional part of the block.
    fn remainders_in(&self, groups: &[Range<usize>], fraction: &UBig) -> Vec<UBig> {
        let levels = self.products(self.of_groups(groups), Workers::One);
        let fractions = self.fractions(&levels, fraction.clone(), Workers::One);
        let lowest = levels.first().into_iter().flatten();
        lowest.zip(&fractions).map(|(product, fraction)| self.remainder(product, fraction)).collect()
    }

    /// Returns the fractional part of an integer divided by each of the lowest nodes, given that for the product of all.
    fn fractions(&self, levels: &[Vec<UBig>], of_all: UBig, workers: Workers) -> Vec<UBig> {
        let mut fractions = vec![of_all];
        for (level, above) in levels.iter().zip(levels.iter().skip(1)).rev() {
            let parents: Vec<(&[UBig], (&UBig, &UBig))> = level.chunks(2).zip(fractions.iter().zip(above)).collect();
            let (threads, each) = self.threads_for(parents.len(), workers);
            fractions = pool::map(&parents, threads, |(nodes, (fraction, parent))| match nodes {
                [a, b] => {
                    let [for_a, for_b, length] = [a, b, *parent].map(|node| node.as_words().len() + 1);
                    let numbers = [*fraction, a, b].map(UBig::as_words);
                    let windows = [for_a, for_b].map(|of_child| length - of_child..length);
                    self.multiplier
                        .sums::<Crosswise, 3, 2>(numbers, windows, for_a + for_b - 1, each)
                        .map(|words| UBig::from_words(&words))
                        .to_vec()
                }
                _ => vec![(*fraction).clone()],
            })
            .concat();
        }
        fractions
    }

    /// Returns the remainder modulo a product, given its fractional part.
    fn remainder(&self, product: &UBig, fraction: &UBig) -> UBig {
        let length = product.as_words().len();
        let words = (product.as_words(), fraction.as_words());
        let words = self.multiplier.product(words, length..2 * length + 1, 2 * length + 1, 1);
        (UBig::from_words(&words) + (UBig::ONE << 63)) >> 64
    }

    /// Returns for each integer its greatest common divisor with the product of the others, given D.
    pub(crate) fn divisors(&self, derivative: UBig) -> Vec<UBig> {
        self.divisors_with(&self.remainders(derivative))
    }

    /// Returns for each integer its greatest common divisor with one of these.
    pub(crate) fn divisors_with(&self, others: &[UBig]) -> Vec<UBig> {
        let pairs: Vec<(&UBig, &UBig)> = self.numbers.iter().copied().zip(others).collect();
        pool::map(&pairs, self.threads, |(number, other)| (*number).gcd(*other))
    }
}

/// Takes the product of all from the levels.
fn top(levels: &mut [Vec<UBig>]) -> UBig {
    levels.last_mut().and_then(Vec::pop).unwrap_or(UBig::ONE)
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
            let (tree, derivative) = Tree::with_derivative(&numbers);
            assert_eq!(tree.divisors(derivative.clone()), expected, "{count}");
            let number = tree.product() + UBig::from(7u32);
            assert_eq!(
                tree.remainders(number),
                numbers.iter().map(|n| UBig::from(7u32) % n).collect::<Vec<_>>(),
                "{count}"
            );
        }
    }

    /// Pseudorandom words (xorshift64*), the lowest odd.
    fn number(seed: u64, length: usize) -> UBig {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut words = vec![1; length];
        for word in words.iter_mut().skip(1) {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            *word = state.wrapping_mul(0x2545_f491_4f6c_dd1d);
        }
        UBig::from_words(&words)
    }

    #[test]
    fn numbers_of_all_sizes_give_the_same_by_transforms_and_by_the_library() {
        for count in [3, 40, 300] {
            let mut numbers: Vec<UBig> =
                (1..=count).map(|seed| number(seed, 2 + (seed * seed % 70) as usize)).collect();
            // Some large ones, some that share a factor or are the same, and the smallest.
            let shared = number(count + 1, 16);
            numbers.push(number(count + 2, 400));
            numbers.push(number(count + 3, 20) * &shared);
            numbers.push(number(count + 4, 300) * &shared);
            numbers.push(numbers[1].clone());
            numbers.extend([UBig::ONE, UBig::from(3_u8)]);
            let (tree, derivative) = Tree::with_derivative(&numbers);
            let (plain, same) = Tree::with_derivative_by(&numbers, Multiplier::plain());
            assert_eq!((&derivative, tree.product()), (&same, plain.product()), "{count}");
            assert_eq!(Tree::of(&numbers).product(), tree.product(), "{count}");
            let divisors = tree.divisors(derivative.clone());
            assert_eq!(divisors, plain.divisors(derivative), "{count}");
            for (divisor, number) in divisors.iter().zip(&numbers) {
                assert_eq!(*divisor, number.gcd(&(tree.product() / number)), "{count}");
            }
            let large = number(count + 5, 20_000);
            let expected: Vec<UBig> = numbers.iter().map(|n| &large % n).collect();
            assert_eq!(
                (tree.remainders(large.clone()), plain.remainders(large)),
                (expected.clone(), expected),
                "{count}"
            );
        }
    }
}

//! What keys share with those of a product that was made elsewhere.

use std::collections::HashMap;

use common::error::Error;
use dashu_int::UBig;

use super::duplicates::DUPLICATE;
use super::moduli::Modulus;
use super::partners::{Affected, partners};
use super::places::Places;
use super::product::{Entry, Product};
use super::shared_primes::{Found, SHARED_MODULUS, shared};
use super::tree::Tree;

/// Compares the keys that have these moduli, over which the tree is, with those of a product.
///
/// # Errors
/// The product is damaged.
pub(super) fn compare(tree: &Tree, moduli: &[Modulus], places: &Places, product: &Product) -> Result<Found, Error> {
    let whole = product.read()?;
    let divisors = tree.divisors_with(&tree.remainders(&whole));
    let mut affected: Vec<(usize, UBig)> = divisors.into_iter().enumerate().filter(|(_, d)| *d != UBig::ONE).collect();
    let n_of = |index: &usize| moduli.get(*index).map(|modulus| &modulus.n);
    // A modulus that divides the product stands in it, or both of its primes are those of others.
    let dividing: HashMap<&UBig, usize> =
        affected.iter().filter_map(|(index, d)| Some((n_of(index)?, *index)).filter(|(n, _)| *n == d)).collect();
    let mut same: HashMap<usize, Vec<Entry>> = HashMap::new();
    if !dividing.is_empty() {
        product.entries(&mut |entries| {
            for entry in entries {
                if let Some(index) = dividing.get(&entry.modulus()) {
                    same.entry(*index).or_default().push(entry);
                }
            }
        })?;
    }
    // Its divisor hides then what it shares with others there, which (P mod n²)/n has.
    let mut standing: Vec<usize> = same.keys().copied().collect();
    standing.sort_unstable();
    let squares = Tree::of(standing.iter().filter_map(n_of).map(|n| n * n).collect());
    let quotients: Vec<UBig> =
        standing.iter().filter_map(n_of).zip(squares.remainders(&whole)).map(|(n, remainder)| remainder / n).collect();
    drop((squares, whole));
    let numbers = Tree::of(standing.iter().filter_map(n_of).cloned().collect());
    let mut without: HashMap<usize, UBig> = standing.into_iter().zip(numbers.divisors_with(&quotients)).collect();
    for (index, divisor) in &mut affected {
        *divisor = without.remove(index).unwrap_or_else(|| std::mem::take(divisor));
    }
    affected.retain(|(_, divisor)| *divisor != UBig::ONE);

    let mut found = Found::new();
    let at = format!(" ({})", product.place);
    for (index, entries) in &same {
        for (number, owner) in moduli.get(*index).into_iter().flat_map(|modulus| modulus.owners.iter().enumerate()) {
            let here = places.at(owner.place);
            // The product may be of these very keys.
            let other = entries.iter().find(|entry| entry.place != here || entry.fingerprint != owner.fingerprint);
            found.extend(other.map(|entry| {
                let finding = if entry.fingerprint == owner.fingerprint {
                    DUPLICATE.found(format!("the same key as {}{at}", entry.place))
                } else {
                    SHARED_MODULUS.found(format!("the same modulus as {}{at}", entry.place))
                };
                ((*index, number), finding.with([entry.other()]))
            }));
        }
    }
    let with_others = candidates(product, &affected)?;
    let candidates: Vec<(UBig, UBig)> =
        with_others.iter().map(|(entry, divisor)| (entry.modulus(), divisor.clone())).collect();
    let affected: Vec<(usize, Affected<'_>)> =
        affected.into_iter().filter_map(|(index, d)| Some((index, (n_of(&index)?, d)))).collect();
    let sharing: Vec<Affected<'_>> = affected.iter().map(|(_, affected)| affected.clone()).collect();
    let partners = partners(&sharing, &candidates.iter().map(|(m, d)| (m, d.clone())).collect::<Vec<_>>());
    for ((index, (_, divisor)), partners) in affected.iter().zip(partners) {
        let others: Vec<_> = partners.iter().filter_map(|other| Some(with_others.get(*other)?.0.other())).collect();
        for number in 0..moduli.get(*index).map_or(0, |modulus| modulus.owners.len()) {
            found.push(((*index, number), shared(divisor, others.clone(), &at)));
        }
    }
    Ok(found)
}

/// The keys of the product that have one of the divisors, each with its common divisor with all of them.
fn candidates(product: &Product, affected: &[(usize, UBig)]) -> Result<Vec<(Entry, UBig)>, Error> {
    let mut found = Vec::new();
    if affected.is_empty() {
        return Ok(found);
    }
    let divisors = Tree::of(affected.iter().map(|(_, divisor)| divisor.clone()).collect()).product();
    product.entries(&mut |entries| {
        let tree = Tree::of(entries.iter().map(Entry::modulus).collect());
        let common = tree.divisors_with(&tree.remainders(&divisors));
        found.extend(entries.into_iter().zip(common).filter(|(_, common)| *common != UBig::ONE));
    })?;
    Ok(found)
}

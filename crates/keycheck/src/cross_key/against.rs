//! Compares keys with those of a product that another run wrote.

use std::collections::HashMap;

use common::error::Error;
use dashu_int::UBig;

use super::duplicates::DUPLICATE;
use super::moduli::Modulus;
use super::partners::{Affected, partners};
use super::places::Places;
use super::product::{Entry, Product};
use super::shared_primes::{Found, SHARED_MODULUS, shared};
use crate::large::Tree;

/// Compares the keys with these moduli, over which the tree is built, with those of a product.
///
/// # Errors
/// The product is damaged.
pub(super) fn compare(tree: &Tree<'_>, moduli: &[Modulus], places: &Places, product: &Product) -> Result<Found, Error> {
    let whole = product.read()?;
    let divisors = tree.divisors_with(&tree.remainders(whole.clone()));
    let mut affected: Vec<(usize, UBig)> = divisors.into_iter().enumerate().filter(|(_, d)| *d != UBig::ONE).collect();
    let same = same_moduli(product, moduli, &affected)?;
    let mut without_same = divisors_without_same(moduli, same.keys().copied().collect(), whole);
    for (index, divisor) in &mut affected {
        *divisor = without_same.remove(index).unwrap_or_else(|| std::mem::take(divisor));
    }
    affected.retain(|(_, divisor)| *divisor != UBig::ONE);

    let at = format!(" ({})", product.place);
    let mut found = Found::new();
    for (index, entries) in &same {
        let owners = moduli.get(*index).into_iter().flat_map(|modulus| modulus.owners.iter().enumerate());
        found.extend(owners.filter_map(|(number, owner)| {
            let here = places.at(owner.place);
            // The product may contain these very keys.
            let entry = entries.iter().find(|entry| entry.place != here || entry.fingerprint != owner.fingerprint)?;
            let finding = if entry.fingerprint == owner.fingerprint {
                DUPLICATE.found(format!("the same key as {}{at}", entry.place))
            } else {
                SHARED_MODULUS.found(format!("the same modulus as {}{at}", entry.place))
            };
            Some(((*index, number), finding.with([entry.other()])))
        }));
    }
    let candidates = candidates(product, &affected)?;
    let numbers: Vec<UBig> = candidates.iter().map(|(entry, _)| entry.modulus()).collect();
    let with: Vec<Affected<'_>> =
        numbers.iter().zip(&candidates).map(|(n, (_, divisor))| (n, divisor.clone())).collect();
    let (indices, affected): (Vec<usize>, Vec<Affected<'_>>) =
        affected.into_iter().filter_map(|(index, divisor)| Some((index, (&moduli.get(index)?.n, divisor)))).unzip();
    for ((index, (_, divisor)), partners) in indices.iter().zip(&affected).zip(partners(&affected, &with)) {
        let others: Vec<_> = partners.iter().filter_map(|other| Some(candidates.get(*other)?.0.other())).collect();
        for number in 0..moduli.get(*index).map_or(0, |modulus| modulus.owners.len()) {
            found.push(((*index, number), shared(divisor, others.clone(), &at)));
        }
    }
    Ok(found)
}

/// Returns the keys of the product that have one of these moduli, by its index. Such a modulus divides the product; so does one
/// whose two primes are those of other keys.
fn same_moduli(
    product: &Product,
    moduli: &[Modulus],
    affected: &[(usize, UBig)],
) -> Result<HashMap<usize, Vec<Entry>>, Error> {
    let is_whole = |(index, divisor): &(usize, UBig)| {
        moduli.get(*index).filter(|modulus| modulus.n == *divisor).map(|modulus| (&modulus.n, *index))
    };
    let dividing: HashMap<&UBig, usize> = affected.iter().filter_map(is_whole).collect();
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
    Ok(same)
}

/// Returns what each of these moduli, which are in the product P themselves, shares with the others there: the divisor of n and
/// P hides it, that of n and (P mod n²)/n does not.
fn divisors_without_same(moduli: &[Modulus], mut indices: Vec<usize>, whole: UBig) -> HashMap<usize, UBig> {
    indices.sort_unstable();
    let numbers: Vec<&UBig> = indices.iter().filter_map(|index| Some(&moduli.get(*index)?.n)).collect();
    let squares: Vec<UBig> = numbers.iter().map(|n| *n * *n).collect();
    let remainders = Tree::of(&squares).remainders(whole);
    let quotients: Vec<UBig> = numbers.iter().zip(remainders).map(|(n, r)| r / *n).collect();
    indices.into_iter().zip(Tree::of(numbers).divisors_with(&quotients)).collect()
}

/// Returns the keys of the product that have one of the divisors, each with its common divisor with all of them.
fn candidates(product: &Product, affected: &[(usize, UBig)]) -> Result<Vec<(Entry, UBig)>, Error> {
    let mut found = Vec::new();
    if affected.is_empty() {
        return Ok(found);
    }
    let divisors = Tree::of(affected.iter().map(|(_, divisor)| divisor)).product();
    product.entries(&mut |entries| {
        let moduli: Vec<UBig> = entries.iter().map(Entry::modulus).collect();
        let tree = Tree::of(&moduli);
        let common = tree.divisors_with(&tree.remainders(divisors.clone()));
        found.extend(entries.into_iter().zip(common).filter(|(_, common)| *common != UBig::ONE));
    })?;
    Ok(found)
}

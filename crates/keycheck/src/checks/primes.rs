//! Computes the primes that moduli are divided by.

/// Returns the odd primes from one integer to another, by the sieve of Eratosthenes over odd numbers.
pub(super) fn odd_primes(from: u32, to: u32) -> impl Iterator<Item = u32> {
    let to = to as usize;
    let mut composite = vec![false; to / 2 + 1];
    for i in 1.. {
        let step = 2 * i + 1;
        if step * step > to {
            break;
        }
        if composite.get(i) == Some(&false) {
            composite.iter_mut().skip(step * step / 2).step_by(step).for_each(|odd| *odd = true);
        }
    }
    let numbered = (1..).step_by(2).zip(composite);
    numbered
        .skip(1)
        .filter(move |(number, composite)| *number >= from && *number as usize <= to && !composite)
        .map(|(prime, _)| prime)
}

/// Groups primes in their order; the product of each group does not exceed `most`.
pub(super) fn words_of_primes(primes: impl Iterator<Item = u32>, most: u64) -> Vec<Vec<u32>> {
    let mut words: Vec<Vec<u32>> = Vec::new();
    let mut product = u64::MAX;
    for prime in primes {
        match (product.checked_mul(prime.into()).filter(|product| *product <= most), words.last_mut()) {
            (Some(larger), Some(last)) => {
                product = larger;
                last.push(prime);
            }
            _ => {
                product = prime.into();
                words.push(vec![prime]);
            }
        }
    }
    words
}

//! The small primes, by the sieve of Eratosthenes.

/// The odd primes up to `bound`, in order.
pub(super) fn odd_primes(bound: u32) -> Vec<u32> {
    let bound = bound as usize;
    // The flag of 2i + 1.
    let mut composite = vec![false; bound / 2 + 1];
    let mut primes = Vec::new();
    for i in 1..bound.div_ceil(2) {
        if composite[i] {
            continue;
        }
        let prime = 2 * i + 1;
        primes.push(prime as u32);
        // From its square, in steps of twice itself; the lesser multiples have a lesser factor.
        composite.iter_mut().skip(prime * prime / 2).step_by(prime).for_each(|flag| *flag = true);
    }
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_trial_division_finds() {
        let naive: Vec<u32> =
            (3..5000_u32).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect();
        assert_eq!(odd_primes(5000), naive);
        assert_eq!(odd_primes(7), [3, 5, 7]);
        assert_eq!(odd_primes(8), [3, 5, 7]);
        assert_eq!(odd_primes(1 << 18).len(), 22_999, "π(2^18) − 1");
    }
}

//! Limits the cost of decrypting keys: for each key, and for all keys of a run together, since a file may hold thousands.

use std::sync::atomic::{AtomicU64, Ordering};

use super::encryption::{Derivation, Protection};

/// The maximum rounds of bcrypt: some 30 s. ssh-keygen's default is 16 or 24.
pub const MAX_BCRYPT_ROUNDS: u32 = 4096;

/// The maximum iterations of PBKDF2: some seconds. OpenSSL's default is 2048, and OWASP recommended 600,000 in 2023.
pub(super) const MAX_ITERATIONS: u32 = 10_000_000;

/// The maximum memory for scrypt, in bytes.
pub(super) const MAX_SCRYPT_MEMORY: u64 = 256 * 1024 * 1024;

/// The maximum work for scrypt, in bytes: its memory times p.
pub(super) const MAX_SCRYPT_WORK: u64 = 4 * MAX_SCRYPT_MEMORY;

/// The maximum work for Argon2, in KiB times passes: a hundred times PuTTYgen's choice, some 10 s.
pub(super) const MAX_ARGON2_WORK: u64 = 1 << 24;

/// The maximum memory for Argon2, in KiB: 1 GiB.
pub(super) const MAX_ARGON2_MEMORY: u32 = 1 << 20;

/// The maximum number of lanes for Argon2.
pub(super) const MAX_ARGON2_LANES: u32 = 64;

/// The work for all encrypted keys of a run, in milliseconds of one current core: some hundred keys as PuTTYgen and
/// ssh-keygen protect them, or the two most expensive keys within the limits.
const MOST: u64 = 60_000;

/// The work that remains for the encrypted keys of a run.
#[derive(Debug)]
pub struct Budget(AtomicU64);

/// A key would need more work than remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl Default for Budget {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Spent {
    /// The remedy.
    pub const REMEDY: &'static str = "give fewer encrypted keys at once, or this one alone";
}

impl Budget {
    /// Starts with that many milliseconds.
    #[must_use]
    pub const fn of(milliseconds: u64) -> Self {
        Self(AtomicU64::new(milliseconds))
    }

    /// Checks that enough work remains for a key with this protection.
    ///
    /// # Errors
    /// Not enough remains.
    pub fn suffices(&self, protection: Protection) -> Result<(), Spent> {
        if work(protection) > self.0.load(Ordering::Relaxed) { Err(Spent) } else { Ok(()) }
    }

    /// Subtracts the work for a key with this protection, which is decrypted next.
    pub fn spend(&self, protection: Protection) {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(work(protection));
        self.0.store(left, Ordering::Relaxed);
    }
}

/// Returns the work of decrypting a key, in milliseconds. A key above the limits is refused and needs none.
fn work(protection: Protection) -> u64 {
    let Protection::Encrypted(derivation) = protection else { return 0 };
    match derivation {
        Derivation::Bcrypt { rounds } if rounds <= MAX_BCRYPT_ROUNDS => u64::from(rounds) * 15 / 2,
        Derivation::Pbkdf2 { iterations } if iterations <= MAX_ITERATIONS => u64::from(iterations) / 1000,
        // A quarter of a MiB per millisecond.
        Derivation::Scrypt { work } if work <= MAX_SCRYPT_WORK => work >> 18,
        // In KiB: one and a half MiB per millisecond.
        Derivation::Argon2 { work } if work <= MAX_ARGON2_WORK => work / 1536,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_usual_keys_are_opened_and_a_few_of_the_costliest() {
        for (derivation, keys) in [
            (Derivation::Argon2 { work: 8192 * 21 }, 300),
            (Derivation::Bcrypt { rounds: 24 }, 300),
            (Derivation::Bcrypt { rounds: 4096 }, 1),
            (Derivation::Pbkdf2 { iterations: 10_000_000 }, 6),
            (Derivation::Scrypt { work: 1 << 30 }, 14),
            (Derivation::Argon2 { work: 1 << 24 }, 5),
        ] {
            let budget = Budget::default();
            let protection = Protection::Encrypted(derivation);
            let mut opened = 0;
            while budget.suffices(protection).is_ok() {
                budget.spend(protection);
                opened += 1;
            }
            assert!((keys..=2 * keys).contains(&opened), "{derivation:?}: {opened}");
        }
    }

    #[test]
    fn a_key_refused_for_its_own_cost_does_not_use_the_budget() {
        let budget = Budget::default();
        for _ in 0..100 {
            budget.spend(Protection::Encrypted(Derivation::Argon2 { work: u64::MAX }));
            budget.spend(Protection::Encrypted(Derivation::Bcrypt { rounds: u32::MAX }));
        }
        assert_eq!(budget.suffices(Protection::Encrypted(Derivation::Bcrypt { rounds: 4096 })), Ok(()));
    }
}

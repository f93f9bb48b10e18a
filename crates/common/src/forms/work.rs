//! What opening encrypted keys may cost in all: each key has a bound of its own, and a file may hold thousands.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Derivation, Protection};

/// The work for all encrypted keys of a run, in milliseconds of one core of today: some hundred keys as PuTTYgen and
/// ssh-keygen protect them, or the two costliest that are read at all.
const MOST: u64 = 60_000;

/// The work that is left for the encrypted keys of a run.
#[derive(Debug)]
pub struct Budget(AtomicU64);

/// A key would take more work than is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU64::new(MOST))
    }
}

impl Spent {
    /// What to do about it.
    pub const REMEDY: &'static str = "give fewer encrypted keys at once, or this one alone";
}

impl Budget {
    /// Whether there is enough for a key that is protected so.
    ///
    /// # Errors
    /// There is not.
    pub fn suffices(&self, protection: Protection) -> Result<(), Spent> {
        if work(protection) > self.0.load(Ordering::Relaxed) { Err(Spent) } else { Ok(()) }
    }

    /// Takes the work of a key that is protected so, which is opened next.
    pub fn spend(&self, protection: Protection) {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(work(protection));
        self.0.store(left, Ordering::Relaxed);
    }
}

/// The work of opening a key, in milliseconds. One that is refused for its own cost takes none.
fn work(protection: Protection) -> u64 {
    let Protection::Encrypted(derivation) = protection else { return 0 };
    match derivation {
        // 4096 rounds take 30 s.
        Derivation::Bcrypt { rounds } => u64::from(rounds).saturating_mul(15) / 2,
        Derivation::Pbkdf2 { iterations } => u64::from(iterations) / 1000,
        // A quarter of a MiB a millisecond.
        Derivation::Scrypt { work } => work >> 18,
        // In KiB: one and a half MiB a millisecond.
        Derivation::Argon2 { work } => work / 1536,
        Derivation::Md5 | Derivation::Pbes1 | Derivation::Sha1 | Derivation::Unknown => 0,
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
    fn what_is_refused_for_its_own_cost_takes_nothing_from_others() {
        let budget = Budget::default();
        assert_eq!(budget.suffices(Protection::Encrypted(Derivation::Argon2 { work: u64::MAX })), Err(Spent));
        assert_eq!(budget.suffices(Protection::Encrypted(Derivation::Bcrypt { rounds: 16 })), Ok(()));
    }
}

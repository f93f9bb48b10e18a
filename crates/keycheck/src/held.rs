//! Holds back keys that pass until all keys have been compared: one may turn out to share a prime.

use common::error::Error;
use common::key::Kind;

use crate::allow_list::Cleared;

/// The most bytes of keys that are held back.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The keys that are held back, in the order of the input. Once one key is held back, so are all that follow.
#[derive(Debug, Default)]
pub(crate) struct HeldKeys {
    /// Whether keys are compared at all.
    compares: bool,
    /// Each key with its ordinal in the run.
    keys: Vec<(u32, Cleared)>,
    bytes: usize,
}

impl HeldKeys {
    /// Creates an empty list. `compares` is whether a verdict may still change.
    pub(crate) fn new(compares: bool) -> Self {
        Self { compares, ..Self::default() }
    }

    /// Takes a key that passes, and returns it if it can be written at once.
    ///
    /// # Errors
    /// The keys that are held back exceed the limit.
    pub(crate) fn hold(&mut self, ordinal: u32, kind: Kind, key: Cleared) -> Result<Option<Cleared>, Error> {
        let may_share = self.compares && kind == Kind::Rsa;
        if self.keys.is_empty() && !may_share {
            return Ok(Some(key));
        }
        self.bytes += key.text().len();
        if self.bytes > MAX_BYTES {
            return Err(Error::failure(format!(
                "the keys that pass wait until all have been compared, and there are more than {MAX_BYTES} bytes of them"
            ))
            .hint("--skip rsa-shared-prime does not compare keys, and prints them as they come"));
        }
        self.keys.push((ordinal, key));
        Ok(None)
    }

    /// Drops a key that fails after all.
    pub(crate) fn drop(&mut self, ordinal: u32) {
        self.keys.retain(|(held, _)| *held != ordinal);
    }

    /// Returns the remaining keys.
    pub(crate) fn release(self) -> impl Iterator<Item = Cleared> {
        self.keys.into_iter().map(|(_, key)| key)
    }
}

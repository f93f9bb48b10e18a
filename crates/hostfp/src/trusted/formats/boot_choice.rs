//! Selects the boot of a log that counts.

use std::num::NonZero;

use common::error::Error;

/// The boot that counts of a log whose boots show different host keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootChoice {
    /// The first.
    First,
    /// The last.
    Last,
    /// The one with that number, counted from 1.
    Number(NonZero<usize>),
}

impl BootChoice {
    /// Returns the chosen one of the boots that a log shows.
    ///
    /// # Errors
    /// The log shows fewer.
    pub(crate) fn of<'b, B>(self, boots: &[&'b B]) -> Result<&'b B, Error> {
        let chosen = match self {
            Self::First => boots.first(),
            Self::Last => boots.last(),
            Self::Number(number) => boots.get(number.get() - 1),
        };
        chosen.copied().ok_or_else(|| Error::failure(format!("the log shows {} boots only", boots.len())))
    }
}

//! What the reader hands its findings to.

use super::{Budget, Item};
use crate::error::{Error, Place};
use crate::secret::Secret;

/// What stands in an input beside its keys, and is no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// A line of comment, or one of blanks.
    Comment,
    /// A line without a character.
    Blank,
    /// A line of a JSON document; there may be keys in it, too.
    Json,
    /// A block that belongs to a key and holds none.
    Parameters,
}

/// Takes what is found, in the order of the input.
pub trait Sink {
    /// A key. `file` names the input; the item knows its line.
    ///
    /// # Errors
    /// Ends the reading.
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error>;

    /// A line or block that holds no key, an input without any, or one that cannot be read. The reading goes on.
    ///
    /// # Errors
    /// Ends the reading.
    fn refused(&mut self, error: Error) -> Result<(), Error>;

    /// A key behind the name of another type ([`super::Quirk::FalseType`]), or with more data behind it
    /// ([`super::Quirk::Trailing`]). It is refused, unless the sink wants to know which key it is.
    ///
    /// # Errors
    /// Ends the reading.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, error: Error) -> Result<(), Error> {
        let _ = (file, item);
        self.refused(error)
    }

    /// What stands beside the keys, with its line, without the line's end. Only a judge of all that leaves wants to know.
    ///
    /// # Errors
    /// Ends the reading.
    fn aside(&mut self, file: &Place, line: usize, aside: Aside, text: &[u8]) -> Result<(), Error> {
        let _ = (file, line, aside, text);
        Ok(())
    }

    /// Whether keys are also looked for in text that cannot be read as it stands (quoted, encoded, without its newlines),
    /// and what holds no key is named. Such a key has the quirks of its envelopes, and ssh does not read it.
    fn recovers(&self) -> bool {
        false
    }

    /// The work that is left for the encrypted keys of the run; `None` if each input has its own.
    fn budget(&self) -> Option<&Budget> {
        None
    }

    /// The passphrase of an encrypted private key that does not show its public half; `None` if there is none. The
    /// place is where the key begins.
    ///
    /// # Errors
    /// Ends the reading.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        let _ = place;
        Ok(None)
    }

    /// The passphrase of an encrypted private key whose public half has been read already; `None` to leave the private half
    /// encrypted. The place is where the key begins.
    ///
    /// # Errors
    /// Ends the reading.
    fn passphrase_for_private_half(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        let _ = place;
        Ok(None)
    }

    /// The next input may have to be waited for.
    ///
    /// # Errors
    /// Ends the reading.
    fn pause(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

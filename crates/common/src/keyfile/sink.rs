//! Receives the results of the reader.

use super::{Budget, Item};
use crate::error::{Error, Place};
use crate::secret::Secret;

/// Text in an input beside its keys that is not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// A comment line, or one of spaces and tabs.
    Comment,
    /// An empty line.
    Blank,
    /// A line of a JSON document; it may contain keys, too.
    Json,
    /// A block that belongs to a key but holds none.
    Parameters,
}

/// Receives the results, in the order of the input.
pub trait Sink {
    /// A key. `file` names the input; the item has its line number.
    ///
    /// # Errors
    /// Stops the reading.
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error>;

    /// A line or block without a valid key, an input without any, or one that cannot be read. The reading continues.
    ///
    /// # Errors
    /// Stops the reading.
    fn refused(&mut self, error: Error) -> Result<(), Error>;

    /// A key after the name of another type ([`super::Quirk::FalseType`]), or followed by more data
    /// ([`super::Quirk::Trailing`]). It is refused, unless the sink needs to know which key it is.
    ///
    /// # Errors
    /// Stops the reading.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, error: Error) -> Result<(), Error> {
        let _ = (file, item);
        self.refused(error)
    }

    /// Text beside the keys, with its line number, without the line end. Only a check of everything that is published needs
    /// it.
    ///
    /// # Errors
    /// Stops the reading.
    fn aside(&mut self, file: &Place, line: usize, aside: Aside, text: &[u8]) -> Result<(), Error> {
        let _ = (file, line, aside, text);
        Ok(())
    }

    /// Whether to search for wrapped keys in text that cannot be read directly (quoted, encoded, without its newlines), and
    /// to name text without a key. A wrapped key has the quirks of its envelopes, and ssh does not read it.
    fn recovers(&self) -> bool {
        false
    }

    /// The work that remains for the encrypted keys of the run; `None` if each input has its own budget.
    fn budget(&self) -> Option<&Budget> {
        None
    }

    /// Asks for the passphrase of an encrypted private key whose public half is encrypted, too; `None` if there is none.
    /// The place is where the key begins.
    ///
    /// # Errors
    /// Stops the reading.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        let _ = place;
        Ok(None)
    }

    /// Asks for the passphrase of an encrypted private key whose public half is known already; `None` leaves the private
    /// half encrypted. The place is where the key begins.
    ///
    /// # Errors
    /// Stops the reading.
    fn passphrase_for_private_half(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        let _ = place;
        Ok(None)
    }

    /// The reader may have to wait for more input.
    ///
    /// # Errors
    /// Stops the reading.
    fn pause(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

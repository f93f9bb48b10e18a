//! Prints lines for each key that differ from ssh-keygen's.

use std::io::Write as _;

use common::cli::{Messages, Output};
use common::error::{Error, ExitStatus, Place};
use common::keyfile::{Budget, Item, Sink};
use common::report::AskPassphrase;
use common::secret::Secret;

/// Makes the lines of a key, or explains why there are none.
pub(crate) type Lines<'e> = dyn Fn(&Item<'_>) -> Result<Vec<String>, Error> + 'e;

/// Prints the lines of each key as it is read.
pub(crate) struct Records<'e, 'w> {
    pub(crate) lines: &'e Lines<'e>,
    /// Print only problems.
    pub(crate) quiet: bool,
    pub(crate) output: &'e mut Output<'w>,
    pub(crate) messages: &'e mut Messages<'w>,
    pub(crate) passphrase: &'e mut AskPassphrase<'e>,
    pub(crate) budget: Budget,
    pub(crate) status: ExitStatus,
}

impl Sink for Records<'_, '_> {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        match (self.lines)(item) {
            Ok(_) if self.quiet => Ok(()),
            Ok(lines) => lines.iter().try_for_each(|line| writeln!(self.output, "{line}")).map_err(Error::output),
            Err(error) => self.refused(error.at(file.at(item.line))),
        }
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.pause()?;
        self.status = self.status.max(error.status());
        self.messages.report_and_continue(&error)
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.pause()?;
        (self.passphrase)(place)
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}

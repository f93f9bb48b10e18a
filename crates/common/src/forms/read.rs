//! From bytes to keys: reads inputs to their end. See `pages` for many keys.

use std::ffi::OsString;

use super::Budget;
use super::Item;
use super::reader::Reader;
use crate::bytes::{Chunks, Source};
use crate::cli::Stdin;
use crate::error::{Error, Place};
use crate::secret::Secret;

/// What stands in an input beside its keys, and is no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// A line of comment, or one of nothing but blanks.
    Comment,
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

    /// A key behind the name of another type ([`super::Fact::FalseType`]), or with more data behind it
    /// ([`super::Fact::Trailing`]). It is refused, unless somebody wants to know what key it is.
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

    /// The work that is left for the encrypted keys of the run; `None` if each input has its own.
    fn budget(&self) -> Option<&Budget> {
        None
    }

    /// The passphrase of an encrypted private key that does not show its public half; none where nobody gives one. The
    /// place is where the key begins.
    ///
    /// # Errors
    /// Ends the reading.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        let _ = place;
        Ok(None)
    }

    /// The passphrase of an encrypted private key whose public half is there already; none to leave its numbers alone.
    /// The place is where the key begins.
    ///
    /// # Errors
    /// Ends the reading.
    fn passphrase_for_numbers(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
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

/// Reads every operand, or standard input where there is none.
///
/// # Errors
/// Those of the sink; an operand that cannot be read goes to [`Sink::refused`].
pub fn read_operands(operands: &[OsString], stdin: &mut Stdin<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
    for_each_operand(operands, stdin, |source| match source {
        Ok(source) => read(source, sink),
        Err(error) => sink.refused(error),
    })
}

/// Opens every operand, or standard input where there is none.
pub(super) fn for_each_operand(
    operands: &[OsString],
    stdin: &mut Stdin<'_>,
    mut each: impl FnMut(Result<Source<'_>, Error>) -> Result<(), Error>,
) -> Result<(), Error> {
    if operands.is_empty() {
        return each(Ok(Source::stdin(stdin)));
    }
    operands.iter().try_for_each(|operand| each(Source::open(operand, stdin)))
}

/// Reads a source to its end.
///
/// # Errors
/// Those of the sink; a source that cannot be read goes to [`Sink::refused`].
pub fn read(source: Source<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
    let mut chunks = Chunks::of(source);
    let file = chunks.place().clone();
    let mut reader = Reader::default();
    let mut used = None;
    loop {
        sink.pause()?;
        match chunks.next_chunk(used.take()) {
            Ok(Some(chunk)) => {
                reader.chunk(&file, &chunk, sink)?;
                used = Some(chunk);
            }
            Ok(None) => return reader.finish(&file, chunks.last_line(), sink),
            Err(error) => return sink.refused(error),
        }
        if reader.has_given_up() {
            return Ok(());
        }
    }
}

//! Reads inputs to their end, and finds the keys in them. See `pages` for many keys.

use std::ffi::OsString;

use super::reader::Reader;
use super::sink::Sink;
use crate::error::Error;
use crate::input::{Chunks, Source, Stdin};

/// Reads every operand, or standard input if there is none.
///
/// # Errors
/// Those of the sink; an operand that cannot be read goes to [`Sink::refused`].
pub fn read_operands(operands: &[OsString], stdin: &mut Stdin<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
    for_each_operand(operands, stdin, |source| match source {
        Ok(source) => read(source, sink),
        Err(error) => sink.refused(error),
    })
}

/// Opens every operand, or standard input if there is none.
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
        if reader.ignores_the_rest() {
            return Ok(());
        }
    }
}

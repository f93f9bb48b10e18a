//! Reads keys with all cores, from inputs of any length.

use std::ffi::OsString;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};

use super::read::for_each_operand;
use super::reader::Reader;
use super::sink::Sink;
use crate::error::Error;
use crate::input::{Chunk, Chunks, Source, Stdin};
use crate::pool::{self, Results};

/// An input that delivers this many bytes at once is read by several threads. For fewer, one thread finishes before others
/// would have started.
const MANY: usize = 48 * 1024;

/// The maximum number of worker threads, which bounds their memory: some 2 MiB each.
const MAX_WORKERS: usize = 4;

/// Takes the results, a page at a time or one by one.
pub trait Collector<P>: Sink {
    /// Takes the contents of a page, which may be reused. It should print them at once: the reader may have to wait for
    /// more input.
    ///
    /// # Errors
    /// Stops the reading.
    fn take(&mut self, page: &mut P) -> Result<(), Error>;
}

/// Reads every operand, or standard input if there is none, with all cores.
///
/// Workers take turns to read a chunk of a long input, and each fills a page with it, as if the input began with the chunk;
/// the caller's thread takes the pages in the order of the input, as soon as they are complete. If a chunk began inside a
/// block, or its page failed (because it needs a passphrase, for example), the collector reads the chunk itself, from where
/// the page before ended.
///
/// # Errors
/// Those of the collector; an operand that cannot be read goes to [`Sink::refused`].
pub fn read_operands_with_all_cores<P: Sink + Send>(
    operands: &[OsString],
    stdin: &mut Stdin<'_>,
    empty: &(dyn Fn() -> P + Sync),
    collector: &mut dyn Collector<P>,
) -> Result<(), Error> {
    for_each_operand(operands, stdin, |source| match source {
        Ok(source) => read(source, empty, collector),
        Err(error) => collector.refused(error),
    })
}

/// Reads a source to its end, in this thread while little comes at once.
fn read<P: Sink + Send>(
    source: Source<'_>,
    empty: &(dyn Fn() -> P + Sync),
    collector: &mut dyn Collector<P>,
) -> Result<(), Error> {
    let mut chunks = Chunks::of(source);
    let file = chunks.place().clone();
    let mut reader = Reader::default();
    let mut used = None;
    loop {
        collector.pause()?;
        match chunks.next_chunk(used.take()) {
            Ok(Some(chunk)) if chunk.bytes().len() >= MANY => {
                return read_with_all_cores(reader, chunks, chunk, empty, collector);
            }
            Ok(Some(chunk)) => {
                reader.chunk(&file, &chunk, collector)?;
                used = Some(chunk);
            }
            Ok(None) => return reader.finish(&file, chunks.last_line(), collector),
            Err(error) => return collector.refused(error),
        }
        if reader.ignores_the_rest() {
            return Ok(());
        }
    }
}

fn read_with_all_cores<P: Sink + Send>(
    mut reader: Reader,
    chunks: Chunks<'_>,
    first: Chunk,
    empty: &(dyn Fn() -> P + Sync),
    collector: &mut dyn Collector<P>,
) -> Result<(), Error> {
    let file = &chunks.place().clone();
    let workers = pool::threads(MAX_WORKERS);
    let (done, used_chunks) = mpsc::channel::<Chunk>();
    let (taken, used_pages) = mpsc::channel::<P>();
    let used_pages = &Mutex::new(used_pages);
    let mut parts = Parts { first: Some(first), chunks, used_chunks, ended: false };
    let fill = |part: Part| {
        let chunk = match part {
            Part::Chunk(chunk) => chunk,
            Part::End(end) => return Made::End(end),
        };
        let mut page = used_pages.lock().ok().and_then(|used| used.try_recv().ok()).unwrap_or_else(empty);
        let mut reader = Reader::default();
        let filled = reader.chunk(file, &chunk, &mut page);
        Made::Page { chunk, reader: Box::new(reader), page: filled.map(|()| page) }
    };
    let take = |pages: Results<Made<P>>| {
        for made in pages {
            let chunk = match made {
                Made::End(Ok(last)) => return reader.finish(file, last, collector),
                Made::End(Err(error)) => return collector.refused(error),
                Made::Page { chunk, reader: next, page: Ok(mut page) } if reader.is_fresh() => {
                    reader.continue_as(*next);
                    collector.take(&mut page)?;
                    let _ = taken.send(page);
                    chunk
                }
                Made::Page { chunk, .. } => {
                    reader.chunk(file, &chunk, collector)?;
                    collector.pause()?;
                    chunk
                }
            };
            if reader.ignores_the_rest() {
                break;
            }
            let _ = done.send(chunk);
        }
        Ok(())
    };
    // As many finished pages may wait as there are workers.
    pool::take_in_order(workers, workers, || parts.next(), fill, take)
        .map_err(|error| Error::io("cannot start a thread", &error))?
}

/// The parts of an input.
struct Parts<'a> {
    /// The first chunk, if it was not returned yet.
    first: Option<Chunk>,
    chunks: Chunks<'a>,
    /// The chunks whose memory may be reused.
    used_chunks: Receiver<Chunk>,
    ended: bool,
}

impl Parts<'_> {
    /// Returns the next part, of which the last is [`Part::End`].
    fn next(&mut self) -> Option<Part> {
        if self.ended {
            return None;
        }
        let chunk = match self.first.take() {
            None => self.chunks.next_chunk(self.used_chunks.try_recv().ok()),
            first => Ok(first),
        };
        self.ended = !matches!(chunk, Ok(Some(_)));
        Some(match chunk {
            Ok(Some(chunk)) => Part::Chunk(chunk),
            Ok(None) => Part::End(Ok(self.chunks.last_line())),
            Err(error) => Part::End(Err(error)),
        })
    }
}

/// A part of an input.
enum Part {
    Chunk(Chunk),
    /// The input's end, with its last line number.
    End(Result<usize, Error>),
}

/// A part of an input that was read.
enum Made<P> {
    /// The page of a chunk, from a reader that began with it.
    Page { chunk: Chunk, reader: Box<Reader>, page: Result<P, Error> },
    /// The input's end, with its last line number.
    End(Result<usize, Error>),
}

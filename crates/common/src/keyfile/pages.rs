//! From bytes to keys with all cores, for inputs of any length.

use std::ffi::OsString;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use super::read::for_each_operand;
use super::reader::Reader;
use super::sink::Sink;
use crate::error::{Error, Place};
use crate::input::{Chunk, Chunks, Source, Stdin};

/// An input of which that many bytes come at once is read by several threads. One thread is done with fewer before
/// others have begun.
const MANY: usize = 48 * 1024;

/// The most threads that work, which bounds the memory that they need: some 3 MiB each.
const MAX_WORKERS: usize = 4;

/// Takes what is found, a page at a time or one by one.
pub trait Collector<P>: Sink {
    /// Takes what is on a page, which may be used again. It should be shown at once: what follows may have to be waited
    /// for.
    ///
    /// # Errors
    /// Ends the reading.
    fn take(&mut self, page: &mut P) -> Result<(), Error>;
}

/// Reads every operand, or standard input where there is none, with all cores.
///
/// Of a long input one thread reads; workers fill pages, each as if the input began with its chunk; and the caller's thread takes
/// the pages in the order of the input, as soon as they are there. Where a chunk began in the middle
/// of a block, or where its page failed, such as one that needs a passphrase, the collector takes what is in the chunk
/// itself, from where the page before ended.
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

/// Reads a source to its end, in this thread as long as little comes at once.
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
        if reader.has_given_up() {
            return Ok(());
        }
    }
}

fn read_with_all_cores<P: Sink + Send>(
    mut reader: Reader,
    mut chunks: Chunks<'_>,
    first: Chunk,
    empty: &(dyn Fn() -> P + Sync),
    collector: &mut dyn Collector<P>,
) -> Result<(), Error> {
    let file = &chunks.place().clone();
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
    // As many pages as workers wait to be taken.
    let (in_order, pages) = mpsc::sync_channel::<Receiver<Made<P>>>(workers);
    let (jobs, queue) = mpsc::sync_channel::<Job<P>>(workers);
    let (done, used_chunks) = mpsc::channel::<Chunk>();
    let (taken, used_pages) = mpsc::channel::<P>();
    let (queue, used_pages) = (&Mutex::new(queue), &Mutex::new(used_pages));
    thread::scope(|scope| {
        let cannot = |error| Error::io("cannot start a thread", &error);
        for worker in 0..workers {
            let page = || used_pages.lock().ok().and_then(|used| used.try_recv().ok()).unwrap_or_else(empty);
            match thread::Builder::new().spawn_scoped(scope, move || work(file, queue, page)) {
                Err(error) if worker == 0 => return Err(cannot(error)),
                // If spawning fails, fewer threads do the work.
                _ => {}
            }
        }
        let rest = thread::Builder::new().spawn_scoped(scope, move || {
            let mut next = Ok(Some(first));
            while let Ok(Some(chunk)) = next {
                let (made, page) = mpsc::sync_channel(1);
                if in_order.send(page).is_err() || jobs.send(Job { chunk, made }).is_err() {
                    return Ok(0);
                }
                next = chunks.next_chunk(used_chunks.try_recv().ok());
            }
            next.map(|_| chunks.last_line())
        });
        let rest = rest.map_err(cannot)?;
        // Dropped when this ends early, which ends the others.
        for page in pages {
            let Ok(made) = page.recv() else { break };
            match made.page {
                Ok(mut page) if reader.is_fresh() => {
                    reader.go_on_as(made.reader);
                    collector.take(&mut page)?;
                    let _ = taken.send(page);
                }
                _ => {
                    reader.chunk(file, &made.chunk, collector)?;
                    collector.pause()?;
                }
            }
            if reader.has_given_up() {
                return Ok(());
            }
            let _ = done.send(made.chunk);
        }
        match rest.join() {
            Ok(Ok(last)) => reader.finish(file, last, collector),
            Ok(Err(error)) => collector.refused(error),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// A chunk whose page is to be made.
struct Job<P> {
    chunk: Chunk,
    made: SyncSender<Made<P>>,
}

/// The page of a chunk, by a reader that began with it.
struct Made<P> {
    chunk: Chunk,
    reader: Reader,
    page: Result<P, Error>,
}

/// Fills pages as long as there are chunks.
fn work<P: Sink>(file: &Place, queue: &Mutex<Receiver<Job<P>>>, empty: impl Fn() -> P) {
    loop {
        let job = queue.lock().ok().and_then(|queue| queue.recv().ok());
        let Some(Job { chunk, made }) = job else {
            // The memory of a thread's stack is kept for the next thread.
            crate::secret::wipe_stack();
            return;
        };
        let mut reader = Reader::default();
        let mut page = empty();
        let filled = reader.chunk(file, &chunk, &mut page);
        // The receiver of the page may have gone away.
        let _ = made.send(Made { chunk, reader, page: filled.map(|()| page) });
    }
}

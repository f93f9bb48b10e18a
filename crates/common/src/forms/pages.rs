//! From bytes to keys with all cores, for inputs of any length.

use std::ffi::OsString;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use super::read::{Sink, for_each_operand};
use super::reader::Reader;
use crate::bytes::{Chunk, Chunks, Source};
use crate::cli::Stdin;
use crate::error::{Error, Place};

/// An input of which that many bytes come at once is read by several threads. One thread is done with fewer before
/// others have begun.
const MANY: usize = 48 * 1024;

/// At most so many threads work, which bounds the memory that they need.
const MAX_WORKERS: usize = 8;

/// Makes of each part of an input a page, with all cores, and takes the pages in the order of the input.
///
/// A thread reads; workers make the pages, each as if its chunk began anew; and the caller's thread takes the pages as
/// soon as they are there. Where a chunk did not begin anew, as in the midst of a block, that thread makes its page once
/// more, from where the page before ended.
pub struct Pages<'p, P> {
    /// Gives an empty page.
    pub empty: &'p (dyn Fn() -> P + Sync),
    /// Takes what is on a page, which may be used again. It should be shown at once: what follows may have to be waited
    /// for.
    pub take: &'p mut dyn FnMut(&mut P) -> Result<(), Error>,
}

impl<P: Sink + Send> Pages<'_, P> {
    /// Reads every operand, or standard input where there is none.
    ///
    /// # Errors
    /// Those of a page and of taking it; an operand that cannot be read goes to [`Sink::refused`].
    pub fn read_operands(&mut self, operands: &[OsString], stdin: &mut Stdin<'_>) -> Result<(), Error> {
        for_each_operand(operands, stdin, |source| match source {
            Ok(source) => self.read(source),
            Err(error) => self.page(|page| page.refused(error)),
        })
    }

    /// Reads a source to its end.
    fn read(&mut self, source: Source<'_>) -> Result<(), Error> {
        let mut chunks = Chunks::of(source);
        let file = chunks.place().clone();
        let mut reader = Reader::default();
        let mut used = None;
        loop {
            match chunks.next_chunk(used.take()) {
                Ok(Some(chunk)) if chunk.bytes().len() >= MANY => {
                    return self.read_with_all_cores(reader, chunks, chunk);
                }
                Ok(Some(chunk)) => {
                    self.page(|page| reader.chunk(&file, &chunk, page))?;
                    used = Some(chunk);
                }
                Ok(None) => return self.page(|page| reader.finish(&file, chunks.last_line(), page)),
                Err(error) => return self.page(|page| page.refused(error)),
            }
            if reader.has_given_up() {
                return Ok(());
            }
        }
    }

    /// Fills a page in this thread, and takes it.
    fn page(&mut self, fill: impl FnOnce(&mut P) -> Result<(), Error>) -> Result<(), Error> {
        let mut page = (self.empty)();
        fill(&mut page)?;
        (self.take)(&mut page)
    }

    fn read_with_all_cores(&mut self, mut reader: Reader, mut chunks: Chunks<'_>, first: Chunk) -> Result<(), Error> {
        let file = &chunks.place().clone();
        let workers = thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
        let empty = self.empty;
        // As many pages as workers wait to be taken.
        let (in_order, pages) = mpsc::sync_channel::<Receiver<Made<P>>>(workers);
        let (jobs, queue) = mpsc::sync_channel::<Job<P>>(workers);
        let (done, used) = mpsc::channel::<Chunk>();
        let (taken, pages_used) = mpsc::channel::<P>();
        let (queue, pages_used) = (&Mutex::new(queue), &Mutex::new(pages_used));
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(move || work(file, queue, || pages_used.lock().ok()?.try_recv().ok(), empty));
            }
            let rest = scope.spawn(move || {
                let mut next = Ok(Some(first));
                while let Ok(Some(chunk)) = next {
                    let (made, page) = mpsc::sync_channel(1);
                    if in_order.send(page).is_err() || jobs.send(Job { chunk, made }).is_err() {
                        return Ok(0);
                    }
                    next = chunks.next_chunk(used.try_recv().ok());
                }
                next.map(|_| chunks.last_line())
            });
            // Dropped when this ends early, which ends the others.
            for page in pages {
                let Ok(made) = page.recv() else { break };
                if reader.is_fresh() {
                    reader.go_on_as(made.reader);
                    let mut page = made.page?;
                    (self.take)(&mut page)?;
                    let _ = taken.send(page);
                } else {
                    self.page(|page| reader.chunk(file, &made.chunk, page))?;
                }
                if reader.has_given_up() {
                    return Ok(());
                }
                let _ = done.send(made.chunk);
            }
            match rest.join() {
                Ok(Ok(last)) => self.page(|page| reader.finish(file, last, page)),
                Ok(Err(error)) => self.page(|page| page.refused(error)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

/// A chunk whose page is to be made.
struct Job<P> {
    chunk: Chunk,
    made: SyncSender<Made<P>>,
}

/// The page of a chunk, by a reader that began anew with it.
struct Made<P> {
    chunk: Chunk,
    reader: Reader,
    page: Result<P, Error>,
}

/// Makes pages as long as there are chunks.
fn work<P: Sink>(
    file: &Place,
    queue: &Mutex<Receiver<Job<P>>>,
    used: impl Fn() -> Option<P>,
    empty: &(dyn Fn() -> P + Sync),
) {
    loop {
        let job = queue.lock().ok().and_then(|queue| queue.recv().ok());
        let Some(Job { chunk, made }) = job else { return };
        let mut reader = Reader::default();
        let mut page = used().unwrap_or_else(empty);
        let filled = reader.chunk(file, &chunk, &mut page);
        // Whoever wanted the page may have gone away.
        let _ = made.send(Made { chunk, reader, page: filled.map(|()| page) });
    }
}

//! From inputs to judgements: one thread reads, as many as there are cores judge, and the caller's thread takes what
//! they found in the order of the input. No core waits for a batch to end, and what is in memory is bounded.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use common::bytes::Source;
use common::cli::Stdin;
use common::error::{Error, Place};
use common::forms::{self, Item, Sink};
use common::secret::Secret;

/// The most keys that are judged together. Some checks are faster for many.
const MOST: usize = 512;

/// Keys are not divided among the cores by fewer: so many stand side by side in the dearest checks.
const LEAST: usize = 8;

/// The most bytes of keys that are judged together.
const MOST_BYTES: usize = 1 << 20;

/// How often the taker is asked for a sign of life while nothing comes.
const TICK: Duration = Duration::from_millis(500);

/// A key, with what is left of the place where it stood.
pub(crate) struct Waiting {
    /// The input.
    pub file: Place,
    /// For a private key, the file it stands in.
    pub path: Option<PathBuf>,
    /// The key.
    pub item: Item<'static>,
    /// Whether it is the second in its file.
    pub is_second: bool,
}

/// What was read: a key, or why something is none.
pub(crate) type Read = Result<Box<Waiting>, Error>;

/// Takes what was judged.
pub(crate) trait Taker<R> {
    /// Takes the judgements of what was read next.
    ///
    /// # Errors
    /// Ends the run.
    fn take(&mut self, judged: R) -> Result<(), Error>;

    /// The passphrase of the key at a place.
    ///
    /// # Errors
    /// Ends the run.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error>;

    /// What comes next has to be waited for.
    ///
    /// # Errors
    /// Ends the run.
    fn wait(&mut self) -> Result<(), Error>;
}

/// Reads every operand, or standard input where there is none, and judges what is there. The passphrase is that of
/// every encrypted key; without one, the taker is asked.
///
/// # Errors
/// Those of the taker.
pub(crate) fn run<R: Send>(
    operands: &[OsString],
    stdin: &mut Stdin<'_>,
    passphrase: Option<Secret>,
    judge: &(dyn Fn(Vec<Read>) -> R + Sync),
    taker: &mut dyn Taker<R>,
) -> Result<(), Error> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let (in_order, judged) = mpsc::sync_channel(2 * workers);
    let (jobs, queue) = mpsc::sync_channel::<Job<R>>(2 * workers);
    let queue = Arc::new(Mutex::new(queue));
    thread::scope(move |scope| {
        // Dropped when this ends early, which ends the others; and so is the queue with the last worker.
        let (judged, queue) = (judged, queue);
        let cannot = |error| Error::io("cannot start a thread", &error);
        for worker in 0..workers {
            let queue = Arc::clone(&queue);
            match thread::Builder::new().spawn_scoped(scope, move || work(&queue, judge)) {
                Err(error) if worker == 0 => return Err(cannot(error)),
                // Where there are no more threads to be had, fewer do the work.
                _ => {}
            }
        }
        drop(queue);
        let reading = thread::Builder::new().spawn_scoped(scope, move || {
            let mut dispatcher = Dispatcher {
                workers,
                path: None,
                keys_in_file: 0,
                read: Vec::new(),
                bytes: 0,
                passphrase,
                in_order,
                jobs,
            };
            // It only fails when nobody takes anything any more.
            let _ = dispatcher.read_operands(operands, stdin);
        });
        reading.map_err(cannot)?;
        while let Some(next) = wait_for(&judged, taker)? {
            match next {
                Next::Judged(next) => {
                    // Where a judge died, the scope tells.
                    let Some(judged) = wait_for(&next, taker)? else { break };
                    taker.take(judged)?;
                }
                Next::Passphrase(place, answer) => {
                    let _ = answer.send(taker.passphrase(&place)?);
                }
            }
        }
        Ok(())
    })
}

/// The next message; none when there will be none.
fn wait_for<T, R>(from: &Receiver<T>, taker: &mut dyn Taker<R>) -> Result<Option<T>, Error> {
    match from.try_recv() {
        Ok(next) => return Ok(Some(next)),
        Err(TryRecvError::Disconnected) => return Ok(None),
        Err(TryRecvError::Empty) => {}
    }
    loop {
        taker.wait()?;
        match from.recv_timeout(TICK) {
            Ok(next) => return Ok(Some(next)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What comes next for the taker.
enum Next<R> {
    /// Judgements, when they are there.
    Judged(Receiver<R>),
    /// The passphrase of the key at a place is asked for.
    Passphrase(Place, SyncSender<Option<Secret>>),
}

/// What is to be judged together.
struct Job<R> {
    read: Vec<Read>,
    judged: SyncSender<R>,
}

/// Judges as long as there are jobs.
fn work<R>(queue: &Mutex<Receiver<Job<R>>>, judge: &(dyn Fn(Vec<Read>) -> R + Sync)) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { read, judged }) = job else { return };
        // Whoever wanted it may have gone away.
        let _ = judged.send(judge(read));
    }
}

/// Deals out what is read.
struct Dispatcher<R> {
    workers: usize,
    /// The file that is being read.
    path: Option<PathBuf>,
    /// How many keys have been found in it.
    keys_in_file: usize,
    read: Vec<Read>,
    /// How many bytes the keys have that wait.
    bytes: usize,
    /// The passphrase that was given, of every key.
    passphrase: Option<Secret>,
    in_order: SyncSender<Next<R>>,
    jobs: SyncSender<Job<R>>,
}

impl<R> Dispatcher<R> {
    fn read_operands(&mut self, operands: &[OsString], stdin: &mut Stdin<'_>) -> Result<(), Error> {
        if operands.is_empty() {
            forms::read(Source::stdin(stdin), self)?;
        }
        for operand in operands {
            self.path = (operand != "-").then(|| PathBuf::from(operand));
            self.keys_in_file = 0;
            match Source::open(operand, stdin) {
                Ok(source) => forms::read(source, self)?,
                Err(error) => self.refused(error)?,
            }
        }
        self.deal()
    }

    /// Takes what was read; not all at once when much is there, so that every core has something to do.
    fn put(&mut self, read: Read) -> Result<(), Error> {
        self.bytes += read.as_ref().map_or(0, |waiting| waiting.item.key.blob().len());
        self.read.push(read);
        if self.read.len() >= MOST * self.workers || self.bytes >= MOST_BYTES { self.deal() } else { Ok(()) }
    }

    /// Deals out what waits, in as many equal parts as there are workers.
    fn deal(&mut self) -> Result<(), Error> {
        self.bytes = 0;
        let mut rest = std::mem::take(&mut self.read).into_iter();
        let part = rest.len().div_ceil(self.workers).next_multiple_of(LEAST).min(MOST);
        while rest.len() > 0 {
            let (judged, next) = mpsc::sync_channel(1);
            let job = Job { read: rest.by_ref().take(part).collect(), judged };
            if self.in_order.send(Next::Judged(next)).is_err() || self.jobs.send(job).is_err() {
                return Err(nobody());
            }
        }
        Ok(())
    }
}

/// Whoever took what is read has gone away, and has told why.
fn nobody() -> Error {
    Error::trouble("nobody takes what is read")
}

impl<R> Sink for Dispatcher<R> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.keys_in_file += 1;
        // Only a private key's file matters.
        let path = self.path.as_deref().filter(|_| item.private.is_some()).map(Path::to_owned);
        let is_second = self.keys_in_file == 2;
        self.put(Ok(Box::new(Waiting { file: file.clone(), path, item: item.to_owned(), is_second })))
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.put(Err(error))
    }

    /// It has findings that say so.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, _: Error) -> Result<(), Error> {
        self.item(file, item)
    }

    /// The taker asks, when all that was read before has been shown.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        if self.passphrase.is_some() {
            return Ok(self.passphrase.clone());
        }
        self.deal()?;
        let (answer, asked) = mpsc::sync_channel(1);
        self.in_order.send(Next::Passphrase(place.clone(), answer)).map_err(|_| nobody())?;
        asked.recv().map_err(|_| nobody())
    }

    fn passphrase_for_numbers(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        Ok(self.passphrase.clone())
    }

    /// What follows may have to be waited for, so that what is there is judged at once. Files are read in pieces of
    /// hundreds of keys.
    fn pause(&mut self) -> Result<(), Error> {
        self.deal()
    }
}

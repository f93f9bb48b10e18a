//! From inputs to judgements: one thread reads, as many as there are cores judge, and the caller's thread takes what
//! they found in the order of the input. No core waits for a batch to end, and what is in memory is bounded.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use common::error::{Error, Place};
use common::input::Source;
use common::input::Stdin;
use common::key::PublicKey;
use common::keyfile::{self, Aside, Budget, Item, Sink};
use common::secret::Secret;

use crate::allow_list::Measure;
use crate::judgement::leaving;

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
    /// Which input it stands in, counted from 0.
    pub input: usize,
    /// The input's name.
    pub file: Place,
    /// For a private key, the file it stands in.
    pub path: Option<PathBuf>,
    /// The key.
    pub item: Item<'static>,
    /// Whether it is the second in its file.
    pub is_second: bool,
}

/// What was read.
pub(crate) enum Read {
    /// A key.
    Key(Box<Waiting>),
    /// Text beside the keys that may leave, as far as it goes.
    Aside {
        /// Which input it stands in, counted from 0.
        input: usize,
        /// The input's name.
        file: Place,
        /// Its line.
        line: usize,
        /// What it tells.
        measure: Measure,
    },
    /// Why something is no key, or may not leave.
    Refused(Error),
}

impl Read {
    /// The key, where it is one.
    pub(crate) fn key(&self) -> Option<&PublicKey<'static>> {
        match self {
            Self::Key(waiting) => Some(&waiting.item.key),
            _ => None,
        }
    }

    /// The bytes that it takes in memory, but for what all take.
    fn bytes(&self) -> usize {
        let Self::Key(waiting) = self else { return 0 };
        let Item { key, comment, lead, text, .. } = &waiting.item;
        let length = |bytes: &Option<std::borrow::Cow<'_, [u8]>>| bytes.as_ref().map_or(0, |bytes| bytes.len());
        key.blob().len() + text.len() + length(comment) + length(lead)
    }
}

/// What is asked for in a run.
pub(crate) struct Reading {
    /// The passphrase of every encrypted key; without one, the taker is asked.
    pub passphrase: Option<Secret>,
    /// Whether the inputs themselves leave, so that what stands beside the keys matters too.
    pub leaves: bool,
}

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

/// Reads every operand, or standard input where there is none, and judges what is there.
///
/// # Errors
/// Those of the taker.
pub(crate) fn run<R: Send>(
    operands: &[OsString],
    stdin: &mut Stdin<'_>,
    reading: Reading,
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
        let reader = thread::Builder::new().spawn_scoped(scope, move || {
            let mut dispatcher = Dispatcher {
                workers,
                input: 0,
                path: None,
                keys_in_file: 0,
                read: Vec::new(),
                bytes: 0,
                reading,
                budget: Budget::default(),
                in_order,
                jobs,
            };
            // It only fails when nobody takes anything any more.
            let _ = dispatcher.read_operands(operands, stdin);
        });
        reader.map_err(cannot)?;
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
    /// How many inputs came before this one.
    input: usize,
    /// The file that is being read.
    path: Option<PathBuf>,
    /// How many keys have been found in it.
    keys_in_file: usize,
    read: Vec<Read>,
    /// How many bytes the keys have that wait, with all that stands around them.
    bytes: usize,
    reading: Reading,
    budget: Budget,
    in_order: SyncSender<Next<R>>,
    jobs: SyncSender<Job<R>>,
}

impl<R> Dispatcher<R> {
    fn read_operands(&mut self, operands: &[OsString], stdin: &mut Stdin<'_>) -> Result<(), Error> {
        if operands.is_empty() {
            keyfile::read(Source::stdin(stdin), self)?;
        }
        for (input, operand) in operands.iter().enumerate() {
            self.input = input;
            self.path = (operand != "-").then(|| PathBuf::from(operand));
            self.keys_in_file = 0;
            match Source::open(operand, stdin) {
                Ok(source) => keyfile::read(source, self)?,
                Err(error) => self.refused(error)?,
            }
        }
        self.deal()
    }

    /// Takes what was read; not all at once when much is there, so that every core has something to do.
    fn put(&mut self, read: Read) -> Result<(), Error> {
        self.bytes += read.bytes();
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
    Error::failure("nobody takes what is read")
}

impl<R> Sink for Dispatcher<R> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.keys_in_file += 1;
        // Only a private key's file matters.
        let path = self.path.as_deref().filter(|_| item.private.is_some()).map(Path::to_owned);
        let is_second = self.keys_in_file == 2;
        let (input, file) = (self.input, file.clone());
        self.put(Read::Key(Box::new(Waiting { input, file, path, item: item.to_owned(), is_second })))
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.put(Read::Refused(error))
    }

    fn aside(&mut self, file: &Place, line: usize, aside: Aside, text: &[u8]) -> Result<(), Error> {
        if !self.reading.leaves {
            return Ok(());
        }
        let input = self.input;
        self.put(match leaving::aside(file, line, aside, text) {
            Ok(measure) => Read::Aside { input, file: file.clone(), line, measure },
            Err(error) => Read::Refused(error),
        })
    }

    /// It has findings that say so.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, _: Error) -> Result<(), Error> {
        self.item(file, item)
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    /// The taker asks, when all that was read before has been shown.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        if self.reading.passphrase.is_some() {
            return Ok(self.reading.passphrase.clone());
        }
        self.deal()?;
        let (answer, asked) = mpsc::sync_channel(1);
        self.in_order.send(Next::Passphrase(place.clone(), answer)).map_err(|_| nobody())?;
        asked.recv().map_err(|_| nobody())
    }

    fn passphrase_for_numbers(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        Ok(self.reading.passphrase.clone())
    }

    /// What follows may have to be waited for, so that what is there is judged at once. Files are read in pieces of
    /// hundreds of keys.
    fn pause(&mut self) -> Result<(), Error> {
        self.deal()
    }
}

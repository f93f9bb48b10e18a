//! From inputs to judgements: one thread reads, one thread per core judges, and the caller's thread takes the results
//! in the order of the input. No core waits for a batch to end, and what is in memory is bounded.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use common::error::{Error, Place};
use common::input::{Source, Stdin};
use common::keyfile::{self, Aside, Budget, Item, Sink};
use common::secret::Secret;

use crate::pending::{Pending, PendingKey, TextBeside};
use crate::policy::leaving;

/// The most keys that are judged together. Some checks are faster for many.
const MOST: usize = 512;

/// The fewest keys that a core gets: the most expensive checks work on eight at once.
const LEAST: usize = 8;

/// The most bytes of keys that are judged together.
const MOST_BYTES: usize = 1 << 20;

/// How often the sink is called while nothing comes, to show progress.
const TICK: Duration = Duration::from_millis(500);

/// How the inputs are read.
pub(crate) struct Reading {
    /// The passphrase of every encrypted key; without one, the sink is asked.
    pub passphrase: Option<Secret>,
    /// Whether the text beside the keys is judged, too.
    pub judges_text: bool,
}

/// Takes what was judged.
pub(crate) trait ResultSink<R> {
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

    /// The next result is not there yet.
    ///
    /// # Errors
    /// Ends the run.
    fn wait(&mut self) -> Result<(), Error>;
}

/// Reads every operand, or standard input without any, and judges what is there.
///
/// # Errors
/// Those of the sink.
pub(crate) fn run<R: Send>(
    operands: &[OsString],
    stdin: &mut Stdin<'_>,
    reading: Reading,
    judge: &(dyn Fn(Vec<Pending>) -> R + Sync),
    sink: &mut dyn ResultSink<R>,
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
                // If spawning fails, fewer threads do the work.
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
                keys: 0,
                read: Vec::new(),
                bytes: 0,
                reading,
                budget: Budget::default(),
                in_order,
                jobs,
            };
            // It fails only when the receiver is gone.
            let _ = dispatcher.read_operands(operands, stdin);
        });
        reader.map_err(cannot)?;
        while let Some(next) = wait_for(&judged, sink)? {
            match next {
                Next::Judged(next) => {
                    // If a thread panicked, the scope does so, too.
                    let Some(judged) = wait_for(&next, sink)? else { break };
                    sink.take(judged)?;
                }
                Next::Passphrase(place, answer) => {
                    let _ = answer.send(sink.passphrase(&place)?);
                }
            }
        }
        Ok(())
    })
}

/// The next message; `None` after the last one.
fn wait_for<T, R>(from: &Receiver<T>, sink: &mut dyn ResultSink<R>) -> Result<Option<T>, Error> {
    match from.try_recv() {
        Ok(next) => return Ok(Some(next)),
        Err(TryRecvError::Disconnected) => return Ok(None),
        Err(TryRecvError::Empty) => {}
    }
    loop {
        sink.wait()?;
        match from.recv_timeout(TICK) {
            Ok(next) => return Ok(Some(next)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What comes next for the sink.
enum Next<R> {
    /// Judgements, when they are there.
    Judged(Receiver<R>),
    /// The reader needs the passphrase of the key at a place.
    Passphrase(Place, SyncSender<Option<Secret>>),
}

/// What is to be judged together.
struct Job<R> {
    read: Vec<Pending>,
    judged: SyncSender<R>,
}

/// Judges as long as there are jobs.
fn work<R>(queue: &Mutex<Receiver<Job<R>>>, judge: &(dyn Fn(Vec<Pending>) -> R + Sync)) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { read, judged }) = job else { return };
        // The receiver may be gone.
        let _ = judged.send(judge(read));
    }
}

/// Hands out what is read.
struct Dispatcher<R> {
    workers: usize,
    /// How many inputs came before this one.
    input: usize,
    /// The file that is being read.
    path: Option<PathBuf>,
    /// How many keys have been found in it.
    keys_in_file: usize,
    /// How many keys have been found in all inputs.
    keys: u32,
    read: Vec<Pending>,
    /// How many bytes the keys in `read` have, with the text around them.
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

    /// Takes what was read, and hands it out when there is enough for every core.
    fn put(&mut self, read: Pending) -> Result<(), Error> {
        self.bytes += read.bytes();
        self.read.push(read);
        if self.read.len() >= MOST * self.workers || self.bytes >= MOST_BYTES { self.deal() } else { Ok(()) }
    }

    /// Hands out what was read, in one equal part per worker.
    fn deal(&mut self) -> Result<(), Error> {
        self.bytes = 0;
        let mut read = std::mem::take(&mut self.read).into_iter();
        let part = read.len().div_ceil(self.workers).next_multiple_of(LEAST).min(MOST);
        while read.len() > 0 {
            let (judged, next) = mpsc::sync_channel(1);
            let job = Job { read: read.by_ref().take(part).collect(), judged };
            if self.in_order.send(Next::Judged(next)).is_err() || self.jobs.send(job).is_err() {
                return Err(receiver_is_gone());
            }
        }
        Ok(())
    }
}

/// The receiver is gone, and has said why.
fn receiver_is_gone() -> Error {
    Error::failure("internal error: what was read has no receiver")
}

impl<R> Sink for Dispatcher<R> {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        let ordinal = self.keys;
        self.keys = ordinal.saturating_add(1);
        self.keys_in_file += 1;
        // Only a private key's file matters.
        let path = self.path.as_deref().filter(|_| item.private.is_some()).map(Path::to_owned);
        let is_second = self.keys_in_file == 2;
        let (input, place, item) = (self.input, file.at(item.line), item.to_owned());
        self.put(Pending::Key(Box::new(PendingKey { ordinal, input, place, path, item, is_second })))
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.put(Pending::Refused(error))
    }

    fn aside(&mut self, file: &Place, line: usize, aside: Aside, text: &[u8]) -> Result<(), Error> {
        if !self.reading.judges_text {
            return Ok(());
        }
        let (input, place) = (self.input, file.at(line));
        self.put(match leaving::aside(&place, aside, text) {
            Ok(measure) => Pending::Text(TextBeside { input, place, measure }),
            Err(error) => Pending::Refused(error),
        })
    }

    /// It has findings that say so.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, _: Error) -> Result<(), Error> {
        self.item(file, item)
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    /// The sink asks for it after everything that was read before has been reported.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        if self.reading.passphrase.is_some() {
            return Ok(self.reading.passphrase.clone());
        }
        self.deal()?;
        let (answer, asked) = mpsc::sync_channel(1);
        self.in_order.send(Next::Passphrase(place.clone(), answer)).map_err(|_| receiver_is_gone())?;
        asked.recv().map_err(|_| receiver_is_gone())
    }

    fn passphrase_for_numbers(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        Ok(self.reading.passphrase.clone())
    }

    /// The next input may take time, so what is there is judged at once. Files are read in chunks of hundreds of keys.
    fn pause(&mut self) -> Result<(), Error> {
        self.deal()
    }
}

//! Reads keys and has them judged: one thread reads, one thread per core judges, and the caller's thread takes the results in
//! the order of the input. No core waits for a batch to end, and the memory is bounded.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use common::error::{Error, Place};
use common::input::{Source, Stdin};
use common::keyfile::{self, Aside, Budget, Item, Sink};
use common::pool::{self, Sender};
use common::secret::Secret;

use crate::allow_list;
use crate::folder::{self, FolderEntry};
use crate::found_file::FoundFile;
use crate::pending::{Beside, KindOfText, Pending, PendingKey, TextBeside};
use crate::policy::leaving::{self, Named};

/// The most keys that are judged together. Some checks are faster for many.
const MOST: usize = 512;

/// The fewest keys that a core gets: the most expensive checks work on eight at once.
const LEAST: usize = 8;

/// The most bytes of keys that are judged together.
const MOST_BYTES: usize = 1 << 20;

/// The interval at which the sink is called while no result arrives, to show progress.
const TICK: Duration = Duration::from_millis(500);

/// How the inputs are read.
pub(crate) struct Reading {
    /// The passphrase of every encrypted key; without one, the sink is asked.
    pub passphrase: Option<Secret>,
    /// Whether only public keys may pass.
    pub public_only: bool,
    /// Whether the text beside the keys is judged, too.
    pub judges_text: bool,
    /// Whether files for other programs that are found in folders are not judged as files for services.
    pub spares_other_files: bool,
    /// Whether folders are replaced by the files in them.
    pub recursive: bool,
}

/// Receives the results.
pub(crate) trait ResultSink<R> {
    /// Receives the next result.
    ///
    /// # Errors
    /// Any error ends the run.
    fn take(&mut self, judged: R) -> Result<(), Error>;

    /// Returns the passphrase of the key at a place.
    ///
    /// # Errors
    /// Any error ends the run.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error>;

    /// Called while the next result is not available.
    ///
    /// # Errors
    /// Any error ends the run.
    fn wait(&mut self) -> Result<(), Error>;
}

/// Reads every operand, or standard input if there is none, and judges the keys.
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
    let workers = pool::threads(usize::MAX);
    let read = move |jobs: Jobs<R>| {
        let mut dispatcher = Dispatcher {
            workers,
            input: 0,
            path: None,
            found: None,
            keys_in_file: 0,
            has_private_key: false,
            beside: Beside::Nothing,
            is_other_file: false,
            keys: 0,
            read: Vec::new(),
            bytes: 0,
            reading,
            json_line: None,
            private_input: None,
            budget: Budget::default(),
            jobs,
        };
        // It fails only when the receiver is gone.
        let _ = dispatcher.read_operands(operands, stdin);
    };
    let take = |mut results: pool::Results<Next<R>>| {
        while let Some(next) = results.next_or_idle(TICK, || sink.wait())? {
            match next {
                Next::Judged(judged) => sink.take(judged)?,
                Next::Passphrase(place, answer) => {
                    let _ = answer.send(sink.passphrase(&place)?);
                }
            }
        }
        Ok(())
    };
    pool::in_order(workers, 2 * workers, read, |read| Next::Judged(judge(read)), take)
        .map_err(|error| Error::io("cannot start a thread", &error))?
}

/// The next message for the sink.
enum Next<R> {
    Judged(R),
    /// The reader needs the passphrase of the key at a place.
    Passphrase(Place, SyncSender<Option<Secret>>),
}

/// The queue of input that is judged together, with its results.
type Jobs<R> = Sender<Vec<Pending>, Next<R>>;

/// Distributes the input to the workers.
struct Dispatcher<R> {
    workers: usize,
    /// The number of inputs before this one.
    input: usize,
    /// The file that is being read.
    path: Option<PathBuf>,
    /// The same, if it was found in a folder.
    found: Option<FoundFile>,
    /// The number of keys that were found in it.
    keys_in_file: usize,
    /// Whether one of them is private.
    has_private_key: bool,
    /// What is beside its private keys so far.
    beside: Beside,
    /// Whether it is for another program.
    is_other_file: bool,
    /// The number of keys that were found in all inputs.
    keys: u32,
    read: Vec<Pending>,
    /// The size of the keys in `read` in bytes, with the text around them.
    bytes: usize,
    reading: Reading,
    /// The line of a JSON document that was seen last. The document is reported with its first line.
    json_line: Option<usize>,
    /// The input that was last reported to hold a part of a private key.
    private_input: Option<usize>,
    budget: Budget,
    jobs: Jobs<R>,
}

impl<R> Dispatcher<R> {
    fn read_operands(&mut self, operands: &[OsString], stdin: &mut Stdin<'_>) -> Result<(), Error> {
        if operands.is_empty() {
            keyfile::read(Source::stdin(stdin), self)?;
        }
        for operand in operands {
            let path = (operand != "-").then(|| PathBuf::from(operand));
            match path.as_deref().filter(|path| path.is_dir()) {
                Some(folder) if self.reading.recursive => self.read_folder(folder)?,
                Some(folder) => {
                    let error = Error::failure("cannot read: is a folder").at(Place::file(folder));
                    self.refused(error.hint("-r checks the files in it"))?;
                }
                None => {
                    self.begin_file(path);
                    match Source::open(operand, stdin) {
                        Ok(source) => keyfile::read(source, self)?,
                        Err(error) => self.refused(error)?,
                    }
                }
            }
        }
        self.deal()
    }

    /// Reads the files in a folder that hold keys.
    fn read_folder(&mut self, folder: &Path) -> Result<(), Error> {
        let keys_before = self.keys;
        // Folders in which no file was found yet.
        let mut folders: Vec<PathBuf> = Vec::new();
        for found in folder::Files::of(folder, self.reading.judges_text) {
            let path = match found {
                Err(error) => {
                    self.refused(error)?;
                    continue;
                }
                Ok(FolderEntry::Folder(path)) => {
                    folders.push(path);
                    continue;
                }
                Ok(FolderEntry::File(path)) => path,
            };
            match folder::open(&path) {
                Err(error) => self.refused(error)?,
                Ok(None) => self.name(&path, Named::Nothing)?,
                Ok(Some(source)) => {
                    for folder in folders.drain(..) {
                        self.name(&folder, Named::folder(&folder, &path))?;
                    }
                    self.name(&path, Named::Keys)?;
                    self.begin_file(Some(path.clone()));
                    self.found = Some(FoundFile::new(path, self.reading.judges_text));
                    keyfile::read(source, self)?;
                    let left = self.found.take().map(FoundFile::end).unwrap_or_default();
                    left.into_iter().try_for_each(|pending| self.put(pending))?;
                }
            }
        }
        folders.iter().try_for_each(|folder| self.name(folder, Named::Nothing))?;
        if self.reading.judges_text && self.keys == keys_before {
            self.put(Pending::Refused(Error::no("no file in this folder holds a public key").at(Place::file(folder))))?;
        }
        Ok(())
    }

    /// Judges the name of a file or folder that is given away with its folder.
    fn name(&mut self, path: &Path, of: Named) -> Result<(), Error> {
        if !self.reading.judges_text {
            return Ok(());
        }
        let name = path.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
        match leaving::name(path, name, of) {
            Ok(measure) => {
                let (input, place, identity) = (self.input, Place::file(path), allow_list::identity(name));
                self.put(Pending::Text(TextBeside { input, place, kind: KindOfText::Name, identity, measure }))
            }
            Err(error) => self.put(Pending::Refused(error)),
        }
    }

    /// Begins the next file.
    fn begin_file(&mut self, path: Option<PathBuf>) {
        self.input += 1;
        self.path = path;
        self.keys_in_file = 0;
        self.has_private_key = false;
        self.beside = Beside::Nothing;
        self.is_other_file = false;
        self.json_line = None;
    }

    /// Records what is beside the private keys of this file.
    fn beside(&mut self, beside: Beside) {
        if beside <= self.beside {
            return;
        }
        self.beside = beside;
        for pending in self.read.iter_mut().filter(|_| self.has_private_key) {
            match pending {
                Pending::Key(key) if key.input == self.input => key.beside = beside,
                _ => {}
            }
        }
    }

    /// Adds input, and distributes it when there is enough for every core.
    fn put(&mut self, read: Pending) -> Result<(), Error> {
        let read = match read {
            Pending::Refused(error) if self.reading.public_only && error.is_about_private_key() => {
                let is_reported = self.private_input.replace(self.input) == Some(self.input);
                let says_nothing = is_reported && error.reports_only_a_missing_key();
                Pending::Refused(if says_nothing { error } else { leaving::part_of_private_key(&error) })
            }
            read => read,
        };
        self.bytes += read.bytes();
        self.read.push(read);
        if self.read.len() >= MOST * self.workers || self.bytes >= MOST_BYTES { self.deal() } else { Ok(()) }
    }

    /// Distributes the input in equal parts, one per worker.
    fn deal(&mut self) -> Result<(), Error> {
        self.bytes = 0;
        let mut read = std::mem::take(&mut self.read).into_iter();
        let part = read.len().div_ceil(self.workers).next_multiple_of(LEAST).min(MOST);
        while read.len() > 0 {
            self.jobs.send(read.by_ref().take(part).collect()).map_err(|_| receiver_is_gone())?;
        }
        Ok(())
    }
}

/// The error if the receiver is gone; the receiver has reported why.
fn receiver_is_gone() -> Error {
    Error::failure("internal error: what was read has no receiver")
}

impl<R> Sink for Dispatcher<R> {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        let before = self.found.as_mut().map(FoundFile::key).unwrap_or_default();
        before.into_iter().try_for_each(|pending| self.put(pending))?;
        if self.keys_in_file == 0 && self.reading.spares_other_files {
            self.is_other_file = self.found.as_ref().is_some_and(|found| found.is_for_another_program(item));
        }
        match item.private {
            Some(_) if std::mem::replace(&mut self.has_private_key, true) => self.beside(Beside::PrivateKey),
            Some(_) => {}
            None => self.beside(Beside::Text),
        }
        let ordinal = self.keys;
        self.keys = ordinal.saturating_add(1);
        self.keys_in_file += 1;
        // The path is needed for private keys only.
        let path = self.path.as_deref().filter(|_| item.private.is_some()).map(Path::to_owned);
        let is_second = self.keys_in_file == 2;
        let (input, place, item) = (self.input, file.at(item.line), item.to_owned());
        let (beside, is_in_other_file) = (self.beside, self.is_other_file);
        let key = PendingKey { ordinal, input, place, path, item, is_second, beside, is_in_other_file };
        self.put(Pending::Key(Box::new(key)))
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.beside(Beside::Text);
        let pending = match &mut self.found {
            Some(found) => found.refused(error),
            None => Some(Pending::Refused(error)),
        };
        pending.map_or(Ok(()), |pending| self.put(pending))
    }

    fn aside(&mut self, file: &Place, line: usize, aside: Aside, text: &[u8]) -> Result<(), Error> {
        if aside == Aside::Comment && !text.trim_ascii().is_empty() {
            self.beside(Beside::Text);
        }
        if !self.reading.judges_text {
            return Ok(());
        }
        let is_further = aside == Aside::Json && self.json_line.replace(line).is_some_and(|before| before + 1 == line);
        if is_further {
            return Ok(());
        }
        let (input, place) = (self.input, file.at(line));
        let pending = match leaving::aside(&place, aside, text) {
            Ok((kind, measure)) => {
                let identity = allow_list::identity(text);
                Pending::Text(TextBeside { input, place, kind, identity, measure })
            }
            Err(error) => Pending::Refused(error),
        };
        let pending = match &mut self.found {
            Some(found) => found.report_or_hold(pending),
            None => Some(pending),
        };
        pending.map_or(Ok(()), |pending| self.put(pending))
    }

    /// The findings of the key report the doubt.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, _: Error) -> Result<(), Error> {
        self.item(file, item)
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    /// The sink asks for it after all earlier input has been reported.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        if self.reading.passphrase.is_some() {
            return Ok(self.reading.passphrase.clone());
        }
        self.deal()?;
        let (answer, asked) = mpsc::sync_channel(1);
        self.jobs.send_result(Next::Passphrase(place.clone(), answer)).map_err(|_| receiver_is_gone())?;
        asked.recv().map_err(|_| receiver_is_gone())
    }

    fn passphrase_for_private_half(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        Ok(self.reading.passphrase.clone())
    }

    /// The next input may take time, so the input so far is judged at once. Files are read in chunks of hundreds of keys.
    fn pause(&mut self) -> Result<(), Error> {
        self.deal()
    }
}

//! keycheck: says whether a key is acceptable and safe.

pub mod across;
mod args;
pub mod blocklist;
pub mod checks;
pub mod judgement;
pub mod outlet;
mod repair;
mod report;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use across::Across;
pub use args::{Args, Flag};
use blocklist::Blocklist;
use common::bytes::Source;
use common::cli::{Env, Program};
use common::error::{Error, Place, Status};
use common::forms::{self, Item, Sink};
use common::passphrase;
use common::secret::{self, Secret};
use common::terminal::Terminal;
use judgement::{Judgement, Terms, judge};
use outlet::{Mode, Outlet, Style};

/// How many keys are judged side by side at a time.
const BATCH: usize = 256;

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<Status, Error> {
        if let Some(check) = self.explain {
            return env.print(report::explanation(check)).map(|()| Status::Yes);
        }
        secret::forbid_core_dumps();
        let file = self.passphrase_file.as_deref();
        let given = file.map(|file| passphrase::in_file(file, &mut env.stdin)).transpose()?;
        let across = Across::new(&self.settings);
        let style = Style {
            json: self.json,
            quiet: self.quiet,
            colour: if self.mode == Mode::Report { env.output_in_colour } else { env.messages_in_colour },
        };
        let compares = self.settings.wants(&across::shared_primes::SHARED_PRIME);
        let terms = Terms {
            policies: self.policies(),
            // No private key belongs into a list of keys that pass.
            public_only: self.public_only || self.mode == Mode::Pass,
            strict: self.strict,
            one_key: self.public_only && self.mode == Mode::Report,
            repairing: self.mode == Mode::Fix,
            blocklist: self.blocklist.as_deref().map(Blocklist::open).transpose()?,
            settings: self.settings,
        };
        let mut checker = Checker {
            terms,
            outlet: Outlet::new(self.mode, style, compares, &mut env.output, &mut env.messages),
            passphrase: given,
            terminal: &mut *env.terminal,
            status: Status::Yes,
            across,
            path: None,
            keys_in_file: 0,
            waiting: Vec::new(),
        };
        if self.operands.is_empty() {
            forms::read(Source::stdin(&mut env.stdin), &mut checker)?;
        }
        for operand in &self.operands {
            checker.path = (operand != "-").then(|| PathBuf::from(operand));
            checker.keys_in_file = 0;
            match Source::open(operand, &mut env.stdin) {
                Ok(source) => forms::read(source, &mut checker)?,
                Err(error) => checker.refused(error)?,
            }
        }
        checker.finish()
    }
}

/// A key that waits for its judgement.
struct Waiting {
    file: Place,
    path: Option<PathBuf>,
    item: Item<'static>,
    /// Whether it is the second in its file.
    is_second: bool,
}

/// Judges keys on all cores, and reports them in the order in which they came.
struct Checker<'e, 'w> {
    terms: Terms,
    outlet: Outlet<'e, 'w>,
    /// The passphrase that was given, of every key.
    passphrase: Option<Secret>,
    terminal: &'e mut dyn Terminal,
    /// The worst so far.
    status: Status,
    across: Across,
    /// The file that is being read.
    path: Option<PathBuf>,
    /// How many keys have been found in it.
    keys_in_file: usize,
    waiting: Vec<Waiting>,
}

impl Checker<'_, '_> {
    /// Judges and reports the keys that wait.
    fn judge_waiting(&mut self) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        for (waiting, judgement) in waiting.iter().zip(judge_all(&self.terms, &waiting)) {
            self.report(waiting, judgement?)?;
        }
        Ok(())
    }

    fn report(&mut self, waiting: &Waiting, mut judgement: Judgement) -> Result<(), Error> {
        let Waiting { file, item, is_second, .. } = waiting;
        if *is_second {
            judgement.findings.extend(self.terms.several_keys());
            judgement.passes = self.terms.pass(&judgement.findings);
        }
        judgement.findings.extend(self.across.see(file, item.line, &item.key));
        if !judgement.passes {
            self.status = self.status.max(Status::No);
        }
        self.outlet.key(file, item, &mut judgement)
    }

    /// Reports what shows only when all keys are there.
    fn finish(mut self) -> Result<Status, Error> {
        self.judge_waiting()?;
        match self.across.finish() {
            Ok(findings) => {
                for late in findings {
                    let passes = self.terms.pass(std::slice::from_ref(&late.finding));
                    if !passes {
                        self.status = self.status.max(Status::No);
                    }
                    self.outlet.late(&late, passes)?;
                }
            }
            Err(error) => {
                self.status = self.status.max(error.status());
                self.outlet.refused(&error)?;
            }
        }
        self.outlet.finish()?;
        Ok(self.status)
    }
}

/// The judgements, in the keys' order.
fn judge_all(terms: &Terms, waiting: &[Waiting]) -> Vec<Result<Judgement, Error>> {
    let judge_one = |waiting: &Waiting| judge(terms, waiting.path.as_deref(), &waiting.item);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    if threads < 2 || waiting.len() < 2 {
        return waiting.iter().map(judge_one).collect();
    }
    let judge_one = &judge_one;
    thread::scope(|scope| {
        let running: Vec<_> = waiting
            .chunks(waiting.len().div_ceil(threads))
            .map(|part| scope.spawn(move || part.iter().map(judge_one).collect::<Vec<_>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

impl Sink for Checker<'_, '_> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.keys_in_file += 1;
        // Only a private key's file matters.
        let path = self.path.as_deref().filter(|_| item.private.is_some()).map(Path::to_owned);
        let is_second = self.keys_in_file == 2;
        self.waiting.push(Waiting { file: file.clone(), path, item: item.to_owned(), is_second });
        if self.waiting.len() < BATCH { Ok(()) } else { self.judge_waiting() }
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.judge_waiting()?;
        self.status = self.status.max(error.status());
        self.outlet.refused(&error)
    }

    /// It has findings that say so.
    fn doubtful(&mut self, file: &Place, item: &Item<'_>, _: Error) -> Result<(), Error> {
        self.item(file, item)
    }

    /// Where only public keys may pass nobody is asked for the passphrase of a private one.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.pause()?;
        match &self.passphrase {
            _ if self.terms.public_only => Ok(None),
            Some(passphrase) => Ok(Some(passphrase.clone())),
            None => passphrase::ask(place, self.terminal),
        }
    }

    fn passphrase_for_numbers(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        Ok(self.passphrase.clone().filter(|_| !self.terms.public_only))
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.judge_waiting()?;
        self.outlet.pause()
    }
}

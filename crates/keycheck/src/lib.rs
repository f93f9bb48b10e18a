//! keycheck: says whether a key is acceptable and safe.

pub mod across;
mod args;
pub mod blocklist;
pub mod checks;
pub mod judgement;
mod report;

use std::io::Write as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use across::Across;
pub use args::{Args, Flag};
use blocklist::Blocklist;
use common::bytes::Source;
use common::cli::{Env, Messages, Output, Program};
use common::error::{Error, Place, Status};
use common::forms::{self, Item, Sink};
use judgement::{AZURE, Judgement, Terms, judge};

/// How many keys are judged side by side at a time.
const BATCH: usize = 256;

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<Status, Error> {
        if let Some(check) = self.explain {
            return env.print(report::explanation(check)).map(|()| Status::Yes);
        }
        let across = Across::new(&self.settings);
        let terms = Terms {
            policy: &AZURE,
            public_only: self.public_only,
            strict: self.strict,
            blocklist: self.blocklist.as_deref().map(Blocklist::open).transpose()?,
            settings: self.settings,
        };
        let mut checker = Checker {
            terms,
            json: self.json,
            quiet: self.quiet,
            output: &mut env.output,
            messages: &mut env.messages,
            status: Status::Yes,
            across,
            path: None,
            waiting: Vec::new(),
        };
        if self.operands.is_empty() {
            forms::read(Source::stdin(&mut env.stdin), &mut checker)?;
        }
        for operand in &self.operands {
            checker.path = (operand != "-").then(|| PathBuf::from(operand));
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
}

/// Judges keys on all cores, and reports them in the order in which they came.
struct Checker<'e, 'w> {
    terms: Terms,
    json: bool,
    quiet: bool,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    /// The worst so far.
    status: Status,
    across: Across,
    /// The file that is being read.
    path: Option<PathBuf>,
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
        let Waiting { file, item, .. } = waiting;
        judgement.findings.extend(self.across.see(file, item.line, &item.key));
        if !judgement.passes {
            self.status = self.status.max(Status::No);
        }
        if self.quiet && judgement.passes {
            return Ok(());
        }
        let written = if self.json {
            report::json(self.output, file, item, &judgement)
        } else {
            report::text(self.output, file, item, &judgement)
        };
        written.map_err(Error::output)
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
                    if !(self.quiet && passes) {
                        report::late(self.output, &late, passes, self.json).map_err(Error::output)?;
                    }
                }
            }
            Err(error) => {
                self.output.flush().map_err(Error::output)?;
                self.status = self.status.max(error.status());
                self.messages.report_and_go_on(&error)?;
            }
        }
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
        let item = Item {
            key: item.key.clone().into_owned(),
            comment: item.comment.as_ref().map(|comment| comment.to_vec().into()),
            lead: item.lead.as_ref().map(|lead| lead.to_vec().into()),
            ..*item
        };
        // Only a private key's file matters.
        let path = self.path.as_deref().filter(|_| item.private.is_some()).map(Path::to_owned);
        self.waiting.push(Waiting { file: file.clone(), path, item });
        if self.waiting.len() < BATCH { Ok(()) } else { self.judge_waiting() }
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.judge_waiting()?;
        if self.json {
            report::json_error(self.output, &error).map_err(Error::output)?;
        }
        self.pause()?;
        self.status = self.status.max(error.status());
        self.messages.report_and_go_on(&error)
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.judge_waiting()?;
        self.output.flush().map_err(Error::output)
    }
}

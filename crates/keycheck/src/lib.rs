//! keycheck: says whether a key is acceptable and safe.

pub mod across;
mod allow_list;
mod args;
pub mod blocklist;
pub mod checks;
pub mod judgement;
pub mod outlet;
mod repair;
mod report;
mod stream;

use std::time::{Duration, Instant};

use across::{Across, Product, Tasks};
use allow_list::Budget;
pub use args::{Args, Flag};
use blocklist::Blocklist;
use checks::{Examined, examine};
use common::cli::passphrase;
use common::cli::terminal::Terminal;
use common::cli::{Env, Program};
use common::error::{Error, ExitStatus, Place};
use common::keyfile::{Aside, Item};
use common::secret::{self, Secret};
use judgement::{Judgement, Terms, judge, leaving};
use outlet::{Mode, Outlet, Style};
use stream::{Read, Reading, Taker, Waiting};

/// After what time progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        if let Some(check) = self.explain {
            return env.print(report::explanation(check)).map(|()| ExitStatus::Yes);
        }
        secret::forbid_core_dumps();
        let file = self.passphrase_file.as_deref();
        let given = file.map(|file| passphrase::in_file(file, &mut env.stdin)).transpose()?;
        let (keys, operands) = self.split_operands()?;
        let against = self.against.iter().map(|path| Product::open(path)).collect::<Result<Vec<_>, _>>()?;
        let compares = !against.is_empty() || self.settings.wants(&across::shared_primes::SHARED_PRIME);
        let mut across = Across::new(&self.settings, Tasks { emit: self.emit_product.clone(), against });
        for product in &keys {
            across.see_product(product)?;
        }
        let style = Style {
            json: self.json,
            quiet: self.quiet,
            colour: if self.mode == Mode::Report { env.output_in_colour } else { env.messages_in_colour },
        };
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
        // Where only public keys may pass, private ones are not opened.
        let reading = Reading {
            passphrase: given.filter(|_| !terms.public_only),
            leaves: self.public_only && self.mode == Mode::Report,
        };
        let mut checker = Checker {
            terms: &terms,
            outlet: Outlet::new(self.mode, style, compares, &mut env.output, &mut env.messages),
            terminal: &mut *env.terminal,
            status: ExitStatus::Yes,
            is_whole: true,
            across,
            budget: Budget::default(),
            budget_is_of: 0,
            keys: 0,
            start: Instant::now(),
        };
        if keys.is_empty() {
            stream::run(&operands, &mut env.stdin, reading, &|read| judge_all(&terms, read), &mut checker)?;
        }
        checker.finish()
    }
}

/// A key that was judged.
struct Judged {
    waiting: Box<Waiting>,
    examined: Examined,
    judgement: Judgement,
}

/// What became of what was read.
enum Outcome {
    /// A key was judged.
    Key(Box<Judged>),
    /// Anything else.
    Other(Read),
}

/// The judgements of what was read, in its order.
fn judge_all(terms: &Terms, read: Vec<Read>) -> Vec<Outcome> {
    let keys: Vec<_> = read.iter().filter_map(Read::key).collect();
    let mut examined = examine(&terms.settings, &keys).into_iter();
    read.into_iter()
        .map(|read| match read {
            Read::Key(waiting) => judge_key(terms, waiting, examined.next())
                .map_or_else(|error| Outcome::Other(Read::Refused(error)), |judged| Outcome::Key(Box::new(judged))),
            other => Outcome::Other(other),
        })
        .collect()
}

fn judge_key(terms: &Terms, waiting: Box<Waiting>, examined: Option<Examined>) -> Result<Judged, Error> {
    let mut examined = examined.ok_or_else(|| Error::failure("a key was not judged"))?;
    let weaknesses = std::mem::take(&mut examined.findings);
    let mut judgement = judge(terms, waiting.path.as_deref(), &waiting.item, weaknesses)?;
    if waiting.is_second {
        judgement.findings.extend(terms.several_keys());
        judgement.passes = terms.pass(&judgement.findings);
    }
    Ok(Judged { waiting, examined, judgement })
}

/// Reports what was judged, and keeps what is needed to compare keys with each other.
struct Checker<'e, 'w> {
    terms: &'e Terms,
    outlet: Outlet<'e, 'w>,
    terminal: &'e mut dyn Terminal,
    /// The status so far.
    status: ExitStatus,
    /// Whether all was read.
    is_whole: bool,
    across: Across,
    /// What may leave with all keys: of one input where the inputs leave, of the run where its output does.
    budget: Budget,
    /// The input that it is of.
    budget_is_of: usize,
    /// How many keys there were.
    keys: u64,
    /// When the run began.
    start: Instant,
}

impl Checker<'_, '_> {
    fn report(&mut self, judged: Judged) -> Result<(), Error> {
        let Judged { waiting, examined, mut judgement } = judged;
        let Waiting { input, file, item, .. } = &*waiting;
        self.keys += 1;
        self.count(*input, item, &mut judgement);
        let ordinal = self.across.next_ordinal();
        // A note, by which no key fails.
        judgement.findings.extend(self.across.see(file, item.line, examined, judgement.passes));
        if !judgement.passes {
            self.status = self.status.max(ExitStatus::No);
        }
        self.outlet.key(file, ordinal, item, &mut judgement)
    }

    /// Counts what a key takes along, if it leaves.
    fn count(&mut self, input: usize, item: &Item<'_>, judgement: &mut Judgement) {
        self.begin(input);
        let Some(cleared) = judgement.cleared.as_mut().filter(|_| judgement.passes) else { return };
        match self.terms.count(&mut self.budget, item, cleared) {
            Ok(finding) => judgement.findings.extend(finding),
            Err(finding) => {
                judgement.findings.push(finding);
                judgement.passes = false;
                judgement.shows_comment = false;
            }
        }
    }

    /// Begins anew with each input, where the inputs leave.
    fn begin(&mut self, input: usize) {
        if self.outlet.is_report() && self.budget_is_of != input {
            self.budget = Budget::default();
            self.budget_is_of = input;
        }
    }

    fn refused(&mut self, error: &Error) -> Result<(), Error> {
        self.status = self.status.max(error.status());
        self.is_whole &= error.status() != ExitStatus::Error;
        self.outlet.refused(error)
    }

    /// Reports what shows only when all keys are there.
    fn finish(mut self) -> Result<ExitStatus, Error> {
        self.outlet.pause()?;
        let outlet = &mut self.outlet;
        let (late, errors) = self.across.finish(self.is_whole, &mut |progress| outlet.progress(progress));
        self.outlet.end_progress();
        for mut late in late {
            late.findings.retain(|finding| self.terms.settings.wants(finding.check));
            if late.findings.is_empty() {
                continue;
            }
            let passes = late.passed && self.terms.pass(&late.findings);
            if !passes {
                self.status = self.status.max(ExitStatus::No);
            }
            self.outlet.late(&late, passes)?;
        }
        for error in errors {
            self.status = self.status.max(error.status());
            self.outlet.refused(&error)?;
        }
        self.outlet.finish()?;
        Ok(self.status)
    }
}

impl Taker<Vec<Outcome>> for Checker<'_, '_> {
    fn take(&mut self, outcomes: Vec<Outcome>) -> Result<(), Error> {
        outcomes.into_iter().try_for_each(|outcome| match outcome {
            Outcome::Key(judged) => self.report(*judged),
            Outcome::Other(Read::Aside { input, file, line, measure }) => {
                self.begin(input);
                match self.budget.text(measure) {
                    Ok(()) => Ok(()),
                    Err(refusal) => self.refused(&leaving::error(&file, line, Aside::Comment, refusal)),
                }
            }
            Outcome::Other(Read::Refused(error)) => self.refused(&error),
            // All keys were judged.
            Outcome::Other(Read::Key(_)) => Ok(()),
        })
    }

    /// Where only public keys may pass nobody is asked for the passphrase of a private one.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.outlet.pause()?;
        if self.terms.public_only { Ok(None) } else { passphrase::ask(place, self.terminal) }
    }

    fn wait(&mut self) -> Result<(), Error> {
        self.outlet.pause()?;
        if self.keys > 0 && self.start.elapsed() >= PATIENCE {
            self.outlet.progress(&format!("{} keys judged", self.keys));
        }
        Ok(())
    }
}

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
pub use args::{Args, Flag};
use blocklist::Blocklist;
use checks::{Examined, examine};
use common::cli::{Env, Program};
use common::error::{Error, Place, Status};
use common::passphrase;
use common::secret::{self, Secret};
use common::terminal::Terminal;
use judgement::{Judgement, Terms, judge};
use outlet::{Mode, Outlet, Style};
use stream::{Read, Taker, Waiting};

/// After what time progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<Status, Error> {
        if let Some(check) = self.explain {
            return env.print(report::explanation(check)).map(|()| Status::Yes);
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
        let given = given.filter(|_| !terms.public_only);
        let mut checker = Checker {
            terms: &terms,
            outlet: Outlet::new(self.mode, style, compares, &mut env.output, &mut env.messages),
            terminal: &mut *env.terminal,
            status: Status::Yes,
            across,
            keys: 0,
            start: Instant::now(),
        };
        if keys.is_empty() {
            stream::run(&operands, &mut env.stdin, given, &|read| judge_all(&terms, read), &mut checker)?;
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

/// The judgements of what was read, in its order.
fn judge_all(terms: &Terms, read: Vec<Read>) -> Vec<Result<Box<Judged>, Error>> {
    let keys: Vec<_> = read.iter().flatten().map(|waiting| &waiting.item.key).collect();
    let mut examined = examine(&terms.settings, &keys).into_iter();
    read.into_iter()
        .map(|read| {
            let waiting = read?;
            let Some(mut examined) = examined.next() else { return Err(Error::trouble("a key was not judged")) };
            let weaknesses = std::mem::take(&mut examined.findings);
            let mut judgement = judge(terms, waiting.path.as_deref(), &waiting.item, weaknesses)?;
            if waiting.is_second {
                judgement.findings.extend(terms.several_keys());
                judgement.passes = terms.pass(&judgement.findings);
            }
            Ok(Box::new(Judged { waiting, examined, judgement }))
        })
        .collect()
}

/// Reports what was judged, and keeps what is needed to compare keys with each other.
struct Checker<'e, 'w> {
    terms: &'e Terms,
    outlet: Outlet<'e, 'w>,
    terminal: &'e mut dyn Terminal,
    /// The worst so far.
    status: Status,
    across: Across,
    /// How many keys there were.
    keys: u64,
    /// When the run began.
    start: Instant,
}

impl Checker<'_, '_> {
    fn report(&mut self, judged: Judged) -> Result<(), Error> {
        let Judged { waiting, examined, mut judgement } = judged;
        let Waiting { file, item, .. } = &*waiting;
        self.keys += 1;
        // A note, by which no key fails.
        judgement.findings.extend(self.across.see(file, item.line, examined, judgement.passes));
        if !judgement.passes {
            self.status = self.status.max(Status::No);
        }
        self.outlet.key(file, item, &mut judgement)
    }

    /// Reports what shows only when all keys are there.
    fn finish(mut self) -> Result<Status, Error> {
        self.outlet.pause()?;
        let outlet = &mut self.outlet;
        let is_whole = self.status < Status::Trouble;
        let (late, errors) = self.across.finish(is_whole, &mut |progress| outlet.progress(progress));
        self.outlet.end_progress();
        for mut late in late {
            late.findings.retain(|finding| self.terms.settings.wants(finding.check));
            if late.findings.is_empty() {
                continue;
            }
            let passes = late.passed && self.terms.pass(&late.findings);
            if !passes {
                self.status = self.status.max(Status::No);
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

impl Taker<Vec<Result<Box<Judged>, Error>>> for Checker<'_, '_> {
    fn take(&mut self, judged: Vec<Result<Box<Judged>, Error>>) -> Result<(), Error> {
        judged.into_iter().try_for_each(|judged| match judged {
            Ok(judged) => self.report(*judged),
            Err(error) => {
                self.status = self.status.max(error.status());
                self.outlet.refused(&error)
            }
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

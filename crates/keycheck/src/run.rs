//! A run of keycheck, step by step.

use std::time::{Duration, Instant};

use common::cli::terminal::Terminal;
use common::cli::{Env, Program, passphrase};
use common::error::{Error, ExitStatus, Place};
use common::secret::{self, Secret};

use crate::args::Args;
use crate::config::{Config, Input};
use crate::cross_key::CrossKeyChecks;
use crate::cross_key::shared_primes::SHARED_PRIME;
use crate::destination::Destination;
use crate::held::HeldKeys;
use crate::judge::{Judged, judge_all};
use crate::output::OutputWriter;
use crate::policy::terms::{Mode, Terms};
use crate::registry;
use crate::replaced::Content;
use crate::report::{self, Style};
use crate::stream::{self, Reading, ResultSink};
use crate::totals::Totals;
use crate::verdict::{Outcome, Verdict, Verdicts};

/// The time after which progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        self.check()?;
        if let Some(check) = self.explain {
            return env.print(report::explanation(check)).map(|()| ExitStatus::Yes);
        }
        if self.list_checks {
            return report::checks(&mut env.output, &registry::ALL, self.json)
                .map(|()| ExitStatus::Yes)
                .map_err(Error::output);
        }
        secret::forbid_core_dumps();
        let Config { terms, input, tasks, passphrase, recursive, output, format, quiet } =
            Config::new(self, &mut env.stdin)?;
        if terms.public_only {
            env.continue_without_readers();
        }
        let writes_keys = terms.mode != Mode::Report;
        let content = if writes_keys { Content::Keys } else { Content::Report };
        let destination = output.as_deref().map(|path| Destination::create(path, content)).transpose()?;
        let colour = match (writes_keys, &destination) {
            (true, _) => env.messages.in_colour(),
            (false, Some(_)) => false,
            (false, None) => env.output_in_colour,
        };
        let mut to_file = destination.as_ref().map(Destination::output).transpose()?;
        let file = destination.as_ref().map(|destination| destination.place.clone());
        let output = to_file.as_mut().unwrap_or(&mut env.output);
        let mut cross_key = CrossKeyChecks::new(&terms.settings, tasks);
        let held = HeldKeys::new(terms.settings.wants(&SHARED_PRIME));
        if let Input::Products(products) = &input {
            products.iter().try_for_each(|product| cross_key.insert_product(product))?;
        }
        let mut run = Run {
            terms: &terms,
            verdicts: Verdicts::new(&terms, cross_key),
            held,
            writer: OutputWriter::new(Style { format, quiet, colour }, writes_keys, output, file, &mut env.messages),
            totals: Totals::default(),
            terminal: &mut *env.terminal,
            keys: 0,
            start: Instant::now(),
        };
        run.writer.begin()?;
        if let Input::Keys(operands) = &input {
            let (public_only, judges_text) = (terms.public_only, terms.gives_files_away());
            let spares_other_files = terms.spares_other_files();
            let reading = Reading { passphrase, public_only, judges_text, spares_other_files, recursive };
            stream::run(operands, &mut env.stdin, reading, &|pending| judge_all(&terms, pending), &mut run)?;
        }
        let is_whole = run.verdicts.is_whole();
        let (status, has_written) = run.finish(recursive, quiet)?;
        drop(to_file);
        match destination {
            // Keys that could not be read would be lost.
            Some(destination) if writes_keys && !is_whole => {
                env.messages.report(&destination.leave("not all of the input could be read"));
            }
            // An empty list of keys locks everyone out.
            Some(destination) if writes_keys && !has_written && status != ExitStatus::Yes => {
                env.messages.report(&destination.leave("no key passes"));
            }
            Some(destination) => destination.put_in_place()?,
            None => {}
        }
        Ok(status)
    }
}

/// Takes the judged input: completes the verdicts, reports them, and writes keys.
struct Run<'e, 'w> {
    terms: &'e Terms,
    verdicts: Verdicts<'e>,
    held: HeldKeys,
    writer: OutputWriter<'e, 'w>,
    totals: Totals,
    terminal: &'e mut dyn Terminal,
    /// The number of keys that were judged.
    keys: u64,
    /// When the run began.
    start: Instant,
}

impl ResultSink<Vec<Judged>> for Run<'_, '_> {
    fn take(&mut self, judged: Vec<Judged>) -> Result<(), Error> {
        judged.into_iter().try_for_each(|judged| match judged {
            Judged::Key(key) => {
                self.keys += 1;
                let verdict = self.verdicts.key(*key);
                self.key(verdict)
            }
            Judged::Text(text) => self.verdicts.text(&text).or_else(|error| self.refused(error)),
            Judged::Refused(error) => self.refused(error),
        })
    }

    /// If only public keys may pass, private ones are not decrypted.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.writer.flush()?;
        if self.terms.public_only { Ok(None) } else { passphrase::ask(place, self.terminal) }
    }

    fn wait(&mut self) -> Result<(), Error> {
        self.writer.flush()?;
        if self.keys > 0 && self.start.elapsed() >= PATIENCE {
            self.writer.progress(&format!("{} keys judged", self.keys));
        }
        Ok(())
    }
}

impl Run<'_, '_> {
    fn key(&mut self, mut verdict: Verdict) -> Result<(), Error> {
        if let Some(written) = verdict.written.take() {
            let at_once = self.held.hold(verdict.key.ordinal, verdict.key.item.key.kind(), written)?;
            at_once.map_or(Ok(()), |key| self.writer.key(&key))?;
        }
        self.totals.add(&verdict);
        self.writer.verdict(&verdict)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.verdicts.refused(&error);
        self.totals.refuse(&error);
        self.writer.refused(error)
    }

    /// Reports what needs all keys, then writes the keys that were held back for it. Returns the status, and whether a key was
    /// written.
    fn finish(self, recursive: bool, quiet: bool) -> Result<(ExitStatus, bool), Error> {
        let Self { verdicts, mut held, mut writer, mut totals, .. } = self;
        writer.flush()?;
        let (deferred, errors, status) = verdicts.finish(&mut |progress| writer.progress(progress));
        writer.end_progress();
        for verdict in &deferred {
            if verdict.outcome == Outcome::Fail {
                held.drop(verdict.key.ordinal);
            }
            totals.add_deferred(verdict);
            writer.deferred(verdict)?;
        }
        errors.into_iter().try_for_each(|error| writer.refused(error))?;
        held.release().try_for_each(|key| writer.key(&key))?;
        let has_written = writer.has_written();
        let is_quiet = quiet && status == ExitStatus::Yes;
        let sums_up = (recursive || totals.covers_several_files()) && !is_quiet;
        if sums_up {
            writer.summary(&totals.summary())?;
        }
        writer.finish(status)?;
        if sums_up && writer.is_for_people() {
            totals.lines().iter().for_each(|line| writer.note(&format!("total: {line}")));
        }
        Ok((status, has_written))
    }
}

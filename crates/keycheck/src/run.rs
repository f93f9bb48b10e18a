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
use crate::held::HeldKeys;
use crate::judge::{Judged, judge_all};
use crate::output::OutputWriter;
use crate::policy::terms::{Mode, Terms};
use crate::report::{self, Style};
use crate::stream::{self, Reading, ResultSink};
use crate::verdict::{Outcome, Verdict, Verdicts};

/// After how long progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        if let Some(check) = self.explain {
            return env.print(report::explanation(check)).map(|()| ExitStatus::Yes);
        }
        secret::forbid_core_dumps();
        let Config { terms, input, tasks, passphrase, json, quiet } = Config::new(self, &mut env.stdin)?;
        let writes_keys = terms.mode != Mode::Report;
        let colour = if writes_keys { env.messages_in_colour } else { env.output_in_colour };
        let mut cross_key = CrossKeyChecks::new(&terms.settings, tasks);
        let held = HeldKeys::new(terms.settings.wants(&SHARED_PRIME));
        if let Input::Products(products) = &input {
            products.iter().try_for_each(|product| cross_key.insert_product(product))?;
        }
        let mut run = Run {
            terms: &terms,
            verdicts: Verdicts::new(&terms, cross_key),
            held,
            writer: OutputWriter::new(Style { json, quiet, colour }, writes_keys, &mut env.output, &mut env.messages),
            terminal: &mut *env.terminal,
            keys: 0,
            start: Instant::now(),
        };
        if let Input::Keys(operands) = &input {
            let reading = Reading { passphrase, judges_text: terms.gives_files_away() };
            stream::run(operands, &mut env.stdin, reading, &|pending| judge_all(&terms, pending), &mut run)?;
        }
        run.finish()
    }
}

/// Takes what was judged: completes the verdicts, reports them, and writes keys.
struct Run<'e, 'w> {
    terms: &'e Terms,
    verdicts: Verdicts<'e>,
    held: HeldKeys,
    writer: OutputWriter<'e, 'w>,
    terminal: &'e mut dyn Terminal,
    /// How many keys were judged.
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
        self.writer.verdict(&verdict)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.verdicts.refused(&error);
        self.writer.refused(error)
    }

    /// What shows only when all keys are there; then the keys that were held back for it.
    fn finish(self) -> Result<ExitStatus, Error> {
        let Self { verdicts, mut held, mut writer, .. } = self;
        writer.flush()?;
        let (deferred, errors, status) = verdicts.finish(&mut |progress| writer.progress(progress));
        writer.end_progress();
        for verdict in &deferred {
            if verdict.outcome == Outcome::Fail {
                held.drop(verdict.key.ordinal);
            }
            writer.deferred(verdict)?;
        }
        errors.into_iter().try_for_each(|error| writer.refused(error))?;
        held.release().try_for_each(|key| writer.key(&key))?;
        writer.finish()?;
        Ok(status)
    }
}

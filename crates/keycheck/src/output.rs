//! Writes keys and reports, and decides nothing. A report goes to standard output; if keys are written there, the
//! report goes to standard error.

use std::io::{self, Write};

use common::cli::{Messages, Output};
use common::error::Error;
use common::report::RepeatedErrors;

use crate::allow_list::Cleared;
use crate::report::{self, Style};
use crate::verdict::{DeferredVerdict, Outcome, Verdict};

/// The most bytes of a report that are buffered for standard error.
const MAX_REPORT: usize = 64 * 1024;

/// Writes keys and reports.
pub(crate) struct OutputWriter<'e, 'w> {
    style: Style,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    /// The buffered report, if it goes to standard error.
    report: Option<Vec<u8>>,
    /// Whether the key that was written last had no newline.
    lacks_newline: bool,
    /// The errors that were reported last.
    repeated: RepeatedErrors,
}

impl<'e, 'w> OutputWriter<'e, 'w> {
    /// A writer to these streams. `writes_keys` says whether keys go to standard output, and the report to standard
    /// error.
    pub(crate) fn new(
        style: Style,
        writes_keys: bool,
        output: &'e mut Output<'w>,
        messages: &'e mut Messages<'w>,
    ) -> Self {
        let report = writes_keys.then(Vec::new);
        Self { style, output, messages, report, lacks_newline: false, repeated: RepeatedErrors::default() }
    }

    /// Reports a key.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn verdict(&mut self, verdict: &Verdict) -> Result<(), Error> {
        if self.style.quiet && verdict.outcome != Outcome::Fail {
            return Ok(());
        }
        self.report_omitted()?;
        self.report(|to, style| report::verdict(to, style, verdict))
    }

    /// Reports a key once more, with what showed when all keys were there.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn deferred(&mut self, verdict: &DeferredVerdict) -> Result<(), Error> {
        if self.style.quiet && verdict.outcome != Outcome::Fail {
            return Ok(());
        }
        self.report_omitted()?;
        self.report(|to, style| report::deferred(to, style, verdict))
    }

    /// Writes a key, after a newline if the key before lacks its own.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn key(&mut self, key: &Cleared) -> Result<(), Error> {
        let text = key.text();
        if std::mem::replace(&mut self.lacks_newline, !text.ends_with(b"\n")) {
            self.output.write_all(b"\n").map_err(Error::output)?;
        }
        self.output.write_all(text).map_err(Error::output)
    }

    /// Reports what holds no key. In words, many lines without a key in a row are reported a few times and then counted.
    ///
    /// # Errors
    /// The output cannot be written, or the reader of the messages went away.
    pub(crate) fn refused(&mut self, error: Error) -> Result<(), Error> {
        if self.style.json {
            self.report(|to, _| report::json_error(to, &error))?;
            self.flush()?;
            // The objects on standard error stay alone there.
            return if self.report.is_some() { Ok(()) } else { self.messages.report_and_go_on(&error) };
        }
        if !self.repeated.continues_with(&error) {
            self.report_omitted()?;
        }
        if let Some(error) = self.repeated.add(error) {
            // Not by `flush`, which borrows all of this.
            Self::flush_to(&mut self.report, self.output, self.messages)?;
            return self.messages.report_and_go_on(error);
        }
        match self.repeated.count() {
            Some(omitted) => self.messages.report_and_go_on(&omitted),
            None => Ok(()),
        }
    }

    /// Reports how many repeated errors were omitted.
    fn report_omitted(&mut self) -> Result<(), Error> {
        let Some(omitted) = self.repeated.end() else { return Ok(()) };
        self.flush()?;
        self.messages.report_and_go_on(&omitted)
    }

    /// Writes everything that is left to be written.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.report_omitted()?;
        self.flush()
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        Self::flush_to(&mut self.report, self.output, self.messages)
    }

    fn flush_to(
        report: &mut Option<Vec<u8>>,
        output: &mut Output<'_>,
        messages: &mut Messages<'_>,
    ) -> Result<(), Error> {
        let report = report.as_mut().map(std::mem::take).unwrap_or_default();
        if !output.buffer().is_empty() || !report.is_empty() {
            messages.end_progress();
        }
        output.flush().map_err(Error::output)?;
        if !report.is_empty() {
            messages.raw(&String::from_utf8_lossy(&report));
        }
        Ok(())
    }

    /// Shows on a terminal how far long work has come.
    pub(crate) fn progress(&mut self, text: &str) {
        self.messages.progress(text);
    }

    /// Removes the progress.
    pub(crate) fn end_progress(&mut self) {
        self.messages.end_progress();
    }

    fn report(&mut self, write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>) -> Result<(), Error> {
        match &mut self.report {
            None => write(self.output, self.style),
            Some(report) => write(report, self.style),
        }
        .map_err(Error::output)?;
        if self.report.as_ref().is_some_and(|report| report.len() > MAX_REPORT) { self.flush() } else { Ok(()) }
    }
}

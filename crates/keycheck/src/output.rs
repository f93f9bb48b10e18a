//! Writes keys and reports; it makes no decisions. A report goes to standard output, or to standard error if keys are written.

use std::io::{self, Write};

use common::cli::{Messages, Output};
use common::error::{Error, ExitStatus, Place};
use common::report::RepeatedErrors;

use crate::allow_list::Cleared;
use crate::formatter::Formatter;
use crate::object::SummaryObject;
use crate::report::{Format, Style};
use crate::verdict::{DeferredVerdict, Outcome, Verdict};

/// The most bytes of a report that are buffered for standard error.
const MAX_REPORT: usize = 64 * 1024;

/// Writes keys and reports.
pub(crate) struct OutputWriter<'e, 'w> {
    formatter: Formatter,
    /// Only keys that fail, or lose their options, are reported.
    quiet: bool,
    /// Standard output, or the file that replaces it.
    output: &'e mut Output<'w>,
    /// The name of that file.
    file: Option<Place>,
    messages: &'e mut Messages<'w>,
    /// The buffered report, if it goes to standard error.
    report: Option<Vec<u8>>,
    /// Whether a key was written.
    has_written: bool,
    /// Whether the key that was written last had no newline.
    lacks_newline: bool,
    /// The errors that were reported last.
    repeated: RepeatedErrors,
}

impl<'e, 'w> OutputWriter<'e, 'w> {
    /// Creates a writer to these streams. With `writes_keys`, keys go to standard output, and the report to standard error.
    /// `file` is the name of the file that replaces standard output.
    pub(crate) fn new(
        style: Style,
        writes_keys: bool,
        output: &'e mut Output<'w>,
        file: Option<Place>,
        messages: &'e mut Messages<'w>,
    ) -> Self {
        let (formatter, repeated) = (Formatter::new(style), RepeatedErrors::default());
        let report = writes_keys.then(Vec::new);
        Self {
            formatter,
            quiet: style.quiet,
            output,
            file,
            messages,
            report,
            has_written: false,
            lacks_newline: false,
            repeated,
        }
    }

    /// Begins the report.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        self.report(|formatter, to| formatter.begin(to))
    }

    /// Reports a key.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn verdict(&mut self, verdict: &Verdict) -> Result<(), Error> {
        if self.quiet && verdict.outcome != Outcome::Fail && !verdict.loses_options {
            return Ok(());
        }
        self.report_omitted()?;
        self.report(|formatter, to| formatter.verdict(to, verdict))
    }

    /// Reports a key again, with the findings that need all keys.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn deferred(&mut self, verdict: &DeferredVerdict) -> Result<(), Error> {
        if self.quiet && verdict.outcome != Outcome::Fail {
            return Ok(());
        }
        self.report_omitted()?;
        self.report(|formatter, to| formatter.deferred(to, verdict))
    }

    /// Whether a key was written.
    pub(crate) const fn has_written(&self) -> bool {
        self.has_written
    }

    /// Writes a key, after a newline if the previous key lacks one.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn key(&mut self, key: &Cleared) -> Result<(), Error> {
        self.has_written = true;
        let text = key.text();
        let newline: &[u8] =
            if std::mem::replace(&mut self.lacks_newline, !text.ends_with(b"\n")) { b"\n" } else { b"" };
        let written = self.output.write_all(newline).and_then(|()| self.output.write_all(text));
        written.map_err(|error| cannot_write(self.file.as_ref(), error))
    }

    /// Reports text that holds no key. In reports for people, a run of lines without a key is reported a few times and then
    /// counted.
    ///
    /// # Errors
    /// The output cannot be written, or the reader of the messages went away.
    pub(crate) fn refused(&mut self, error: Error) -> Result<(), Error> {
        if matches!(self.formatter.format(), Format::Json | Format::Sarif) {
            self.report(|formatter, to| formatter.refused(to, &error))?;
            self.flush()?;
            // Standard error then holds JSON objects only.
            return if self.report.is_some() { Ok(()) } else { self.messages.report_and_continue(&error) };
        }
        if !self.repeated.continues_with(&error) {
            self.report_omitted()?;
        }
        // Taken out, since reporting borrows `self`.
        let mut repeated = std::mem::take(&mut self.repeated);
        let reported = match repeated.add(error) {
            Some(error) => self.report_error(error),
            None => repeated.count().map_or(Ok(()), |omitted| self.report_error(&omitted)),
        };
        self.repeated = repeated;
        reported
    }

    /// Reports how many repeated errors were omitted.
    fn report_omitted(&mut self) -> Result<(), Error> {
        self.repeated.end().map_or(Ok(()), |omitted| self.report_error(&omitted))
    }

    /// Reports an error in a report for people.
    fn report_error(&mut self, error: &Error) -> Result<(), Error> {
        if self.formatter.format() == Format::Github && error.place().is_some() {
            return self.report(|formatter, to| formatter.refused(to, error));
        }
        self.flush()?;
        self.messages.report_and_continue(error)
    }

    /// Writes the end of the report, with the exit status.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn finish(&mut self, status: ExitStatus) -> Result<(), Error> {
        self.report_omitted()?;
        self.report(|formatter, to| formatter.end(to, status))?;
        self.flush()
    }

    /// Writes the totals for programs.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn summary(&mut self, summary: &SummaryObject) -> Result<(), Error> {
        self.report_omitted()?;
        self.report(|formatter, to| formatter.summary(to, summary))
    }

    /// Prints a line for people, outside the report.
    pub(crate) fn note(&mut self, note: &str) {
        self.messages.note(note);
    }

    /// Whether the report is for people.
    pub(crate) fn is_for_people(&self) -> bool {
        matches!(self.formatter.format(), Format::Text | Format::Github)
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let report = self.report.as_mut().map(std::mem::take).unwrap_or_default();
        if !self.output.buffer().is_empty() || !report.is_empty() {
            self.messages.end_progress();
        }
        self.output.flush().map_err(|error| cannot_write(self.file.as_ref(), error))?;
        if !report.is_empty() {
            self.messages.raw(&String::from_utf8_lossy(&report));
        }
        Ok(())
    }

    /// Shows progress on a terminal.
    pub(crate) fn progress(&mut self, text: &str) {
        self.messages.progress(text);
    }

    /// Removes the progress line.
    pub(crate) fn end_progress(&mut self) {
        self.messages.end_progress();
    }

    fn report(&mut self, write: impl FnOnce(&mut Formatter, &mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        match &mut self.report {
            None => write(&mut self.formatter, self.output),
            Some(report) => write(&mut self.formatter, report),
        }
        .map_err(|error| cannot_write(self.file.as_ref(), error))?;
        if self.report.as_ref().is_some_and(|report| report.len() > MAX_REPORT) { self.flush() } else { Ok(()) }
    }
}

/// The error if standard output, or the file that replaces it, cannot be written.
fn cannot_write(file: Option<&Place>, cause: io::Error) -> Error {
    match file {
        None => Error::output(cause),
        Some(place) => Error::io("cannot write", &cause).at(place.clone()),
    }
}

//! Writes each verdict in the format of the report.

use std::io::{self, Write};

use common::error::{Error, ExitStatus};
use common::report::write_json;

use crate::annotation::Annotation;
use crate::object::SummaryObject;
use crate::report::{self, Format, Style};
use crate::sarif::Document;
use crate::verdict::{DeferredVerdict, Verdict};

/// The format, and the state of the document so far.
pub(crate) struct Formatter {
    style: Style,
    document: Document,
}

impl Formatter {
    /// Creates a formatter, and writes nothing.
    pub(crate) fn new(style: Style) -> Self {
        Self { style, document: Document::default() }
    }

    /// The format.
    pub(crate) const fn format(&self) -> Format {
        self.style.format
    }

    /// Writes the text that precedes all verdicts.
    ///
    /// # Errors
    /// It cannot be written; the same holds for the other functions.
    pub(crate) fn begin(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.format() == Format::Sarif { Document::begin(to) } else { Ok(()) }
    }

    /// Writes a verdict.
    pub(crate) fn verdict(&mut self, to: &mut dyn Write, verdict: &Verdict) -> io::Result<()> {
        match self.format() {
            Format::Text | Format::Json => report::verdict(to, self.style, verdict),
            Format::Sarif | Format::Github => self.annotations(to, Annotation::of(verdict)),
        }
    }

    /// Writes a verdict that replaces an earlier one.
    pub(crate) fn deferred(&mut self, to: &mut dyn Write, verdict: &DeferredVerdict) -> io::Result<()> {
        match self.format() {
            Format::Text | Format::Json => report::deferred(to, self.style, verdict),
            Format::Sarif | Format::Github => self.annotations(to, Annotation::of_deferred(verdict)),
        }
    }

    /// Writes why a text is not a key, or cannot be read.
    pub(crate) fn refused(&mut self, to: &mut dyn Write, error: &Error) -> io::Result<()> {
        match self.format() {
            Format::Text => Ok(()),
            Format::Json => report::json_error(to, error),
            Format::Sarif if error.status() == ExitStatus::Error => {
                self.document.error(error);
                Ok(())
            }
            Format::Sarif | Format::Github => self.annotations(to, Annotation::of_error(error).into_iter()),
        }
    }

    /// Writes the totals, in JSON only.
    pub(crate) fn summary(&self, to: &mut dyn Write, summary: &SummaryObject) -> io::Result<()> {
        if self.format() == Format::Json { write_json(to, summary) } else { Ok(()) }
    }

    /// Writes the text that follows all verdicts.
    pub(crate) fn end(&mut self, to: &mut dyn Write, status: ExitStatus) -> io::Result<()> {
        if self.format() == Format::Sarif { self.document.end(to, status) } else { Ok(()) }
    }

    fn annotations<'a>(
        &mut self,
        to: &mut dyn Write,
        mut annotations: impl Iterator<Item = Annotation<'a>>,
    ) -> io::Result<()> {
        annotations.try_for_each(|annotation| match self.style.format {
            Format::Sarif => self.document.result(to, &annotation),
            _ => annotation.write(to),
        })
    }
}

//! The same error for many lines in a row, reported a few times and then counted. Of a file that is no text it would
//! otherwise be reported hundreds of times.

use crate::error::{Error, Place};

/// How many are reported.
const LIMIT: usize = 10;

/// Errors with the same message about lines of one file, without a key between them.
#[derive(Default)]
pub(super) struct RepeatedErrors {
    last: Option<Error>,
    count: usize,
}

impl RepeatedErrors {
    /// Whether this error has the message and the file of those before it.
    pub(super) fn continues_with(&self, error: &Error) -> bool {
        let file = |error: &Error| error.place().map(|place| place.file.clone());
        self.last.as_ref().is_some_and(|last| last.message() == error.message() && file(last) == file(error))
    }

    /// Whether the next one is reported.
    pub(super) const fn is_within_limit(&self) -> bool {
        self.count < LIMIT
    }

    /// Adds one that continues those before it.
    pub(super) fn add(&mut self, error: Error) {
        self.count += 1;
        self.last = Some(error);
    }

    /// Begins again, and returns an error that tells how many were not reported; `None` if all were.
    pub(super) fn end(&mut self) -> Option<Error> {
        let Self { last, count } = std::mem::take(self);
        let omitted = count.checked_sub(LIMIT).filter(|omitted| *omitted > 0)?;
        let place = last.as_ref()?.place()?;
        let until = place.line.map(|line| format!(", up to line {line}")).unwrap_or_default();
        let lines = if omitted == 1 { "line" } else { "lines" };
        let message = format!("the same for {omitted} more {lines}{until}");
        Some(Error::no(message).at(Place { line: None, ..place.clone() }))
    }
}

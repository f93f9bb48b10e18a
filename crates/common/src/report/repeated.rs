//! Reports consecutive lines without a key a few times, and then only counts them. A file that is not text would otherwise
//! cause hundreds of messages.

use crate::error::{Error, Place, Topic};

/// The number of errors that are reported one by one.
const LIMIT: usize = 5;

/// The number of further errors after which their number is reported; the next report comes after ten times as many. So an
/// endless list ends when its reader closes the pipe.
const FIRST_COUNT: usize = 10_000;

/// Consecutive lines of one file without a key, with no other error between them.
#[derive(Default)]
pub struct RepeatedErrors {
    last: Option<Error>,
    count: usize,
    /// The number of omitted errors that was reported last.
    counted: usize,
}

impl RepeatedErrors {
    /// Whether this error continues the series.
    #[must_use]
    pub fn continues_with(&self, error: &Error) -> bool {
        let file = |error: &Error| error.place().map(|place| place.file.clone());
        error.topic() == Topic::LineWithoutKey && self.last.as_ref().is_some_and(|last| file(last) == file(error))
    }

    /// Adds an error that continues the series. Returns it if it should be reported.
    pub fn add(&mut self, error: Error) -> Option<&Error> {
        self.count += usize::from(error.topic() == Topic::LineWithoutKey);
        let error = self.last.insert(error);
        (self.count <= LIMIT).then_some(error)
    }

    /// Returns the number of omitted errors, if it should be reported while the series goes on.
    pub fn count(&mut self) -> Option<Error> {
        let omitted = self.count.saturating_sub(LIMIT);
        if omitted < FIRST_COUNT.max(self.counted.saturating_mul(10)) {
            return None;
        }
        self.counted = omitted;
        self.omitted()
    }

    /// Begins a new series. Returns the number of omitted errors, if it still should be reported.
    pub fn end(&mut self) -> Option<Error> {
        let error = (self.count > LIMIT + self.counted).then(|| self.omitted()).flatten();
        *self = Self::default();
        error
    }

    /// The error with the number of omitted errors.
    fn omitted(&self) -> Option<Error> {
        let place = self.last.as_ref()?.place()?;
        let until = place.line.map(|line| format!(", up to line {line}")).unwrap_or_default();
        let omitted = self.count - LIMIT;
        let lines = if omitted == 1 { "line" } else { "lines" };
        let message = format!("the same for {omitted} more {lines}{until}");
        Some(Error::no(message).at(Place { line: None, ..place.clone() }))
    }
}

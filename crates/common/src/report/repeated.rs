//! Many lines in a row without a key, reported a few times and then counted. Of a file that is no text it would otherwise
//! be reported hundreds of times.

use crate::error::{Error, Place, Topic};

/// How many are reported one by one.
const LIMIT: usize = 5;

/// After how many more their number is reported; the next time after ten times as many. A list without an end then ends
/// when its reader goes away.
const FIRST_COUNT: usize = 10_000;

/// Lines of one file without a key, and without another error between them.
#[derive(Default)]
pub struct RepeatedErrors {
    last: Option<Error>,
    count: usize,
    /// How many had been omitted when their number was reported last.
    counted: usize,
}

impl RepeatedErrors {
    /// Whether this error is one more of them.
    #[must_use]
    pub fn continues_with(&self, error: &Error) -> bool {
        let file = |error: &Error| error.place().map(|place| place.file.clone());
        error.topic() == Topic::LineWithoutKey && self.last.as_ref().is_some_and(|last| file(last) == file(error))
    }

    /// Adds one that continues those before it. Returns it if it is to be reported.
    pub fn add(&mut self, error: Error) -> Option<&Error> {
        self.count += usize::from(error.topic() == Topic::LineWithoutKey);
        let error = self.last.insert(error);
        (self.count <= LIMIT).then_some(error)
    }

    /// Returns how many were omitted, if that is to be reported while there are more and more of them.
    pub fn count(&mut self) -> Option<Error> {
        let omitted = self.count.saturating_sub(LIMIT);
        if omitted < FIRST_COUNT.max(self.counted.saturating_mul(10)) {
            return None;
        }
        self.counted = omitted;
        self.omitted()
    }

    /// Begins again. Returns how many were omitted, if that is still to be reported.
    pub fn end(&mut self) -> Option<Error> {
        let error = (self.count > LIMIT + self.counted).then(|| self.omitted()).flatten();
        *self = Self::default();
        error
    }

    /// How many were not reported.
    fn omitted(&self) -> Option<Error> {
        let place = self.last.as_ref()?.place()?;
        let until = place.line.map(|line| format!(", up to line {line}")).unwrap_or_default();
        let omitted = self.count - LIMIT;
        let lines = if omitted == 1 { "line" } else { "lines" };
        let message = format!("the same for {omitted} more {lines}{until}");
        Some(Error::no(message).at(Place { line: None, ..place.clone() }))
    }
}

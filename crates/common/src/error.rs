//! The one error type: its place, its cause, a hint what to do, and the exit status that it leads to.

use std::cmp::Ordering;
use std::fmt;
use std::io;
use std::path::Path;

use crate::escape;

/// A tool's exit status. Of several results the maximum counts: No outranks Error, and Error outranks Yes. So a fleet with
/// a wrong host and an unreachable one does not look like a network that is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: yes, all is well.
    Yes = 0,
    /// 1: no. A key fails, a fingerprint differs, a line holds no key.
    No = 1,
    /// 2: error. Wrong usage, a file that cannot be read, output that cannot be written.
    Error = 2,
}

impl ExitStatus {
    /// Returns the number handed to the operating system.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its rank among the others.
    const fn weight(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::Error => 1,
            Self::No => 2,
        }
    }
}

impl Ord for ExitStatus {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight().cmp(&other.weight())
    }
}

impl PartialOrd for ExitStatus {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A place in the input: a file (or standard input) and, where known, a line counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name as it is printed, already escaped.
    pub file: String,
    /// The line, counted from 1.
    pub line: Option<usize>,
}

impl Place {
    /// A whole file. A "name" that looks like the text of a file, and names no file, is not repeated.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        let bytes = path.as_os_str().as_encoded_bytes();
        let is_no_name = escape::is_contents(bytes) && path.symlink_metadata().is_err();
        Self { file: if is_no_name { escape::size(bytes) } else { escape::path(path) }, line: None }
    }

    /// Returns the place of a line in this place's file.
    #[must_use]
    pub fn at(&self, line: usize) -> Self {
        Self { file: self.file.clone(), line: Some(line) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// An error with its place, a remedy where there is one, and the exit status that it leads to.
///
/// Messages are lower case without a full stop, and never hold a secret or unparsed input.
#[derive(Debug)]
pub struct Error {
    place: Option<Place>,
    message: String,
    /// The length of the verdict with which the message begins, in bytes.
    verdict: usize,
    hint: Option<String>,
    kind: Kind,
    is_about_private_key: bool,
    topic: Topic,
}

/// The subject of an error, for programs that depend on it: the wording of a message is for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Topic {
    /// Any other subject.
    #[default]
    Other,
    /// A line that does not look like a key.
    LineWithoutKey,
    /// A block or a whole input that does not look like a key.
    NoKey,
    /// A key with other words around it.
    AmongWords,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    No,
    Error,
    ClosedPipe,
}

impl Error {
    /// Reports the answer "no": exit status 1.
    #[must_use]
    pub fn no(message: impl Into<String>) -> Self {
        Self {
            place: None,
            message: message.into(),
            verdict: 0,
            hint: None,
            kind: Kind::No,
            is_about_private_key: false,
            topic: Topic::Other,
        }
    }

    /// Reports the answer "no" with a verdict, which is printed in colour, and the reason.
    #[must_use]
    pub fn verdict(verdict: &str, reason: &str) -> Self {
        Self { verdict: verdict.len(), ..Self::no(format!("{verdict}: {reason}")) }
    }

    /// Reports that the question could not be answered: exit status 2.
    #[must_use]
    pub fn failure(message: impl Into<String>) -> Self {
        Self { kind: Kind::Error, ..Self::no(message) }
    }

    /// Reports that `doing` (such as "cannot read") failed with `cause`: exit status 2.
    #[must_use]
    pub fn io(doing: &str, cause: &io::Error) -> Self {
        Self::failure(format!("{doing}: {}", plain(cause)))
    }

    /// Reports that standard output could not be written. A reader that closed the pipe (`| head -1`) is not an error: the
    /// tool ends quietly with status 0.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    pub fn output(cause: io::Error) -> Self {
        let error = Self::io("cannot write standard output", &cause);
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self { kind: Kind::ClosedPipe, ..error },
            _ => error,
        }
    }

    /// The same error where a closed pipe is an error after all: half a key is useless.
    #[must_use]
    pub fn with_closed_pipe_as_error(self) -> Self {
        Self { kind: Kind::Error, ..self }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds the subject.
    #[must_use]
    pub fn about(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }

    /// Returns the subject.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        self.topic
    }

    /// Whether it reports only that there is no key; other errors report what is wrong with a key.
    #[must_use]
    pub const fn reports_only_a_missing_key(&self) -> bool {
        matches!(self.topic, Topic::LineWithoutKey | Topic::NoKey)
    }

    /// Marks the error as one about a private key, or a part of one.
    #[must_use]
    pub fn about_private_key(self) -> Self {
        Self { is_about_private_key: true, ..self }
    }

    /// Whether it is about a private key, or a part of one: the hint must not ask for the whole key.
    #[must_use]
    pub const fn is_about_private_key(&self) -> bool {
        self.is_about_private_key
    }

    /// Returns the exit status that this error leads to.
    #[must_use]
    pub const fn status(&self) -> ExitStatus {
        match self.kind {
            Kind::No => ExitStatus::No,
            Kind::Error => ExitStatus::Error,
            Kind::ClosedPipe => ExitStatus::Yes,
        }
    }

    /// Whether a reader closed our output; this is not reported.
    #[must_use]
    pub const fn is_closed_pipe(&self) -> bool {
        matches!(self.kind, Kind::ClosedPipe)
    }

    /// Returns the message, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the message in two parts: the verdict, which may be empty, and the text after it.
    #[must_use]
    pub fn verdict_and_rest(&self) -> (&str, &str) {
        self.message.split_at(self.verdict)
    }

    /// Returns the place.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Returns the remedy.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// Writes an operating system's error in our style: lower case, without the number that Rust appends.
fn plain(cause: &io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        // An acronym ("I/O error") stays in uppercase.
        Some(first) if !letters.as_str().starts_with(|c: char| c.is_uppercase() || c == '/') => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operating_system_errors_read_like_ours() {
        let missing = Error::io("cannot read", &io::Error::from_raw_os_error(2));
        assert_eq!(missing.message(), "cannot read: no such file or directory");
        assert_eq!(missing.status(), ExitStatus::Error);
    }

    #[test]
    fn no_outranks_error_and_error_outranks_yes() {
        use ExitStatus::{No, Yes};
        let all = |results: &[ExitStatus]| results.iter().fold(Yes, |all, result| all.max(*result));
        assert_eq!(
            [all(&[Yes, Yes]), all(&[Yes, ExitStatus::Error]), all(&[ExitStatus::Error, Yes])],
            [Yes, ExitStatus::Error, ExitStatus::Error]
        );
        assert_eq!([all(&[No, Yes]), all(&[No, ExitStatus::Error]), all(&[ExitStatus::Error, No])], [No, No, No]);
    }

    #[test]
    fn a_closed_pipe_ends_well_unless_said_otherwise() {
        let closed = || Error::output(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(closed().status(), ExitStatus::Yes);
        assert!(closed().is_closed_pipe());
        assert_eq!(closed().with_closed_pipe_as_error().status(), ExitStatus::Error);
    }
}

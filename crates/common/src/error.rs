//! The one error type: where, what, what to do about it, and the exit status it leads to.

use std::cmp::Ordering;
use std::fmt;
use std::io;
use std::path::Path;

use crate::escape;

/// A tool's exit status. Of many results the maximum counts: No before Error, and Error before Yes, so that a fleet with
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
    /// The number handed to the operating system.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// How much it counts among others.
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

/// Where in the input something stands: a file (or standard input) and, where known, a line counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name as it is shown, already escaped.
    pub file: String,
    /// The line, counted from 1.
    pub line: Option<usize>,
}

impl Place {
    /// A whole file. What looks like the text of a file, and is no file's name, is not repeated.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        let bytes = path.as_os_str().as_encoded_bytes();
        let is_no_name = escape::is_contents(bytes) && path.symlink_metadata().is_err();
        Self { file: if is_no_name { escape::size(bytes) } else { escape::path(path) }, line: None }
    }

    /// A line of this place's file.
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

/// What went wrong, with its place, a remedy where there is one, and the exit status it leads to.
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
    is_of_private_key: bool,
    topic: Topic,
}

/// What an error is about, for programs that go on by it: the words of a message are for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Topic {
    /// Anything else.
    #[default]
    Other,
    /// A line that does not look like a key at all.
    LineWithoutKey,
    /// The same of a block or of a whole input.
    NoKey,
    /// A key that stands among other words.
    AmongWords,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    No,
    Error,
    ClosedPipe,
}

impl Error {
    /// The answer is no: exit status 1.
    #[must_use]
    pub fn no(message: impl Into<String>) -> Self {
        Self {
            place: None,
            message: message.into(),
            verdict: 0,
            hint: None,
            kind: Kind::No,
            is_of_private_key: false,
            topic: Topic::Other,
        }
    }

    /// The answer is no: the verdict, which is shown in colour, and the reason.
    #[must_use]
    pub fn verdict(verdict: &str, reason: &str) -> Self {
        Self { verdict: verdict.len(), ..Self::no(format!("{verdict}: {reason}")) }
    }

    /// The question could not be answered: exit status 2.
    #[must_use]
    pub fn failure(message: impl Into<String>) -> Self {
        Self { kind: Kind::Error, ..Self::no(message) }
    }

    /// `doing` (such as "cannot read") failed with `cause`: exit status 2.
    #[must_use]
    pub fn io(doing: &str, cause: &io::Error) -> Self {
        Self::failure(format!("{doing}: {}", plain(cause)))
    }

    /// Standard output could not be written. A reader that went away (`| head -1`) is no failure of ours and ends the
    /// tool quietly with status 0.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    pub fn output(cause: io::Error) -> Self {
        let error = Self::io("cannot write standard output", &cause);
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self { kind: Kind::ClosedPipe, ..error },
            _ => error,
        }
    }

    /// The same error where a closed pipe is a failure after all: a key half written is no key.
    #[must_use]
    pub fn even_if_closed(self) -> Self {
        Self { kind: Kind::Error, ..self }
    }

    /// Says where.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }

    /// What it is about.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        self.topic
    }

    /// Whether it says only that there is no key; other errors say what is wrong with one.
    #[must_use]
    pub const fn finds_no_key(&self) -> bool {
        matches!(self.topic, Topic::LineWithoutKey | Topic::NoKey)
    }

    /// Says that it is about a private key, or a part of one.
    #[must_use]
    pub fn of_private_key(self) -> Self {
        Self { is_of_private_key: true, ..self }
    }

    /// Whether it is about a private key, or a part of one: a remedy must not be to give the whole.
    #[must_use]
    pub const fn is_of_private_key(&self) -> bool {
        self.is_of_private_key
    }

    /// The exit status that this error leads to.
    #[must_use]
    pub const fn status(&self) -> ExitStatus {
        match self.kind {
            Kind::No => ExitStatus::No,
            Kind::Error => ExitStatus::Error,
            Kind::ClosedPipe => ExitStatus::Yes,
        }
    }

    /// Whether this is only a reader of our output that went away, which is not reported.
    #[must_use]
    pub const fn is_closed_pipe(&self) -> bool {
        matches!(self.kind, Kind::ClosedPipe)
    }

    /// What is wrong, without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The same in two parts: the verdict, which may be empty, and what follows it.
    #[must_use]
    pub fn verdict_and_rest(&self) -> (&str, &str) {
        self.message.split_at(self.verdict)
    }

    /// Where it is wrong.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// The remedy.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// An operating system's error in our style: lower case, without the number that Rust appends.
fn plain(cause: &io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        // An acronym ("I/O error") keeps its capitals.
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
    fn of_many_results_no_counts_before_error_and_error_before_yes() {
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
        assert_eq!(closed().even_if_closed().status(), ExitStatus::Error);
    }
}

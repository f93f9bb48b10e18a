//! The line that `ssh-keygen -l` prints: `bits hash comment (TYPE)`.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{self, Write};

use super::{Object, escape};
use crate::cli::{Messages, Opt, Output, Value, Values};
use crate::error::{Error, Place, Status};
use crate::forms::{Item, Sink};
use crate::keys::{Hash, randomart};

/// How fingerprints are printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// The hash of the fingerprint.
    pub hash: Hash,
    /// The randomart picture below the line.
    pub art: bool,
    /// The fingerprint alone instead of the line.
    pub only: bool,
    /// A JSON object instead of the line.
    pub json: bool,
    /// Nothing at all; the exit status speaks.
    pub quiet: bool,
}

/// The options that set the style.
#[derive(Clone, Copy, Debug)]
pub enum StyleFlag {
    /// `-E`
    Hash,
    /// `-v`
    Art,
    /// `-o`
    Only,
    /// `--json`
    Json,
    /// `-q`
    Quiet,
}

impl StyleFlag {
    /// The row of an option table for this option, under the tool's own name for it.
    #[must_use]
    pub const fn row<F: Copy>(self, flag: F) -> Opt<F> {
        let hash = Value { name: "HASH", values: Values::OneOf(Hash::NAMES) };
        let (short, long, value, help) = match self {
            Self::Hash => (
                Some('E'),
                "hash",
                Some(hash),
                "the hash of the fingerprint: md5, sha1, sha256 (the default), sha384 or sha512",
            ),
            Self::Art => (Some('v'), "visual", None, "add the randomart picture"),
            Self::Only => (Some('o'), "only", None, "print the fingerprint alone, without size, comment and type"),
            Self::Json => (None, "json", None, "print JSON Lines, one object a key"),
            Self::Quiet => (Some('q'), "quiet", None, "print nothing; the exit status speaks"),
        };
        Opt { flag, short, long, value, help }
    }
}

impl Style {
    /// Takes an option.
    ///
    /// # Errors
    /// No such hash.
    pub fn accept(&mut self, flag: StyleFlag, value: &OsStr) -> Result<(), Error> {
        match flag {
            StyleFlag::Hash => self.hash = Hash::of_option(value)?,
            StyleFlag::Art => self.art = true,
            StyleFlag::Only => self.only = true,
            StyleFlag::Json => self.json = true,
            StyleFlag::Quiet => self.quiet = true,
        }
        Ok(())
    }
}

/// Prints each key as it comes, and reports what is none.
pub struct Printer<'e, 'w> {
    style: Style,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    status: Status,
}

impl<'e, 'w> Printer<'e, 'w> {
    /// A printer to these streams.
    pub const fn new(style: Style, output: &'e mut Output<'w>, messages: &'e mut Messages<'w>) -> Self {
        Self { style, output, messages, status: Status::Yes }
    }

    /// The worst status so far.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }
}

impl Sink for Printer<'_, '_> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        write_item(self.output, self.style, file, item).map_err(Error::output)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        // The message stands where the key would have stood, also on a terminal that shows both streams.
        self.pause()?;
        self.status = self.status.max(error.status());
        self.messages.report_and_go_on(&error)
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}

/// Writes one key in the given style.
///
/// A key without a comment shows what stood before it (options or hosts), and else `no comment`, as ssh-keygen does. A
/// type that we do not know has no size we could tell: `?`.
///
/// # Errors
/// Those of the writer.
fn write_item(to: &mut impl Write, style: Style, file: &Place, item: &Item<'_>) -> io::Result<()> {
    if style.quiet {
        return Ok(());
    }
    if style.json {
        return Object::of_item(item, file, style.hash).write(to);
    }
    let key = &item.key;
    let fingerprint = key.fingerprint(style.hash);
    if style.only {
        writeln!(to, "{fingerprint}")?;
    } else {
        let bits = key.bits().map_or(Cow::Borrowed("?"), |bits| bits.to_string().into());
        let comment = item.comment.as_deref().or(item.lead.as_deref()).unwrap_or(b"no comment");
        writeln!(to, "{bits} {fingerprint} {} ({})", escape::text(comment), key.label())?;
    }
    if style.art {
        to.write_all(randomart::draw(key, &fingerprint).as_bytes())?;
    }
    Ok(())
}

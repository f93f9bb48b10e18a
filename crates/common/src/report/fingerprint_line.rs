//! Prints the line of `ssh-keygen -l`: `bits hash comment (TYPE)`.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;

use super::repeated::RepeatedErrors;
use super::{KeyObject, write_json};
use crate::cli::{Messages, Opt, Output, Value, Values};
use crate::error::{Error, ExitStatus, Place};
use crate::escape;
use crate::input::Stdin;
use crate::key::{Fingerprints, Hash, Kind, PublicKey, randomart};
use crate::keyfile::{Budget, Collector, Item, Sink, read_operands_with_all_cores};
use crate::secret::Secret;

/// How fingerprints are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The hash of the fingerprint.
    pub hash: Hash,
    /// Print the randomart picture below the line.
    pub art: bool,
    /// Print the fingerprint alone instead of the line.
    pub only: bool,
    /// Print a JSON object instead of the line.
    pub json: bool,
    /// Print problems only.
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
    /// Returns this option as a row of an option table, under the tool's own flag.
    #[must_use]
    pub const fn row<F: Copy>(self, flag: F) -> Opt<F> {
        let hash = Value { name: "HASH", values: Values::OneOf(Hash::NAMES) };
        let (short, long, value, help) = match self {
            Self::Hash => (
                Some('E'),
                "fingerprint-hash",
                Some(hash),
                "the hash of the fingerprint: md5, sha1, sha256 (the default), sha384 or sha512",
            ),
            Self::Art => (Some('v'), "visual", None, "add the randomart picture"),
            Self::Only => (Some('o'), "only", None, "print the fingerprint alone, without size, comment and type"),
            Self::Json => (None, "json", None, "print JSON Lines, one object per key"),
            Self::Quiet => (Some('q'), "quiet", None, "print problems only"),
        };
        Opt { flag, short, long, value, help }
    }
}

impl Style {
    /// Sets an option.
    ///
    /// # Errors
    /// There is no such hash.
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

/// Returns the passphrase of the key at a place, or none.
pub type AskPassphrase<'e> = dyn FnMut(&Place) -> Result<Option<Secret>, Error> + 'e;

/// Prints each key as it comes, and reports what is not a key.
pub struct Printer<'e, 'w> {
    style: Style,
    page: Page,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    passphrase: Option<&'e mut AskPassphrase<'e>>,
    budget: Budget,
    status: ExitStatus,
    /// The latest errors that were reported.
    repeated: RepeatedErrors,
}

impl<'e, 'w> Printer<'e, 'w> {
    /// Makes a printer to these streams.
    pub fn new(style: Style, output: &'e mut Output<'w>, messages: &'e mut Messages<'w>) -> Self {
        Self {
            style,
            page: Page::new(style, false),
            output,
            messages,
            passphrase: None,
            budget: Budget::default(),
            status: ExitStatus::Yes,
            repeated: RepeatedErrors::default(),
        }
    }

    /// Makes it ask for passphrases.
    #[must_use]
    pub fn asking(self, passphrase: &'e mut AskPassphrase<'e>) -> Self {
        Self { passphrase: Some(passphrase), ..self }
    }

    /// Makes it search text in other formats for wrapped keys, too.
    #[must_use]
    pub fn recovering(self) -> Self {
        Self { page: Page::new(self.style, true), ..self }
    }

    /// Reports what is left to report, and returns the status of all that was printed and reported.
    ///
    /// # Errors
    /// The messages cannot be written.
    pub fn finish(mut self) -> Result<ExitStatus, Error> {
        self.report_omitted()?;
        Ok(self.status)
    }

    /// Prints the keys in every operand, or in standard input if there is none, with all cores.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn print_operands(&mut self, operands: &[OsString], stdin: &mut Stdin<'_>) -> Result<(), Error> {
        let Page { style, recovers, .. } = self.page;
        read_operands_with_all_cores(operands, stdin, &|| Page::new(style, recovers), self)
    }

    /// Prints a page, and empties it. A message takes the place of its key, also on a terminal that shows both streams.
    fn show(&mut self, page: &mut Page) -> Result<(), Error> {
        page.fingerprints.complete(&mut page.lines);
        let (mut shown, mut keys) = (0, 0);
        for Refusal { at, keys_before, error } in page.refusals.drain(..) {
            if keys_before > keys || !self.repeated.continues_with(&error) {
                self.report_omitted()?;
            }
            self.output.write_all(page.lines.get(shown..at).unwrap_or_default()).map_err(Error::output)?;
            (shown, keys) = (at, keys_before);
            self.status = self.status.max(error.status());
            if let Some(error) = self.repeated.add(error) {
                self.output.flush().map_err(Error::output)?;
                self.messages.report_and_continue(error)?;
            } else if let Some(omitted) = self.repeated.count() {
                self.messages.report_and_continue(&omitted)?;
            }
        }
        if page.keys > keys {
            self.report_omitted()?;
        }
        self.output.write_all(page.lines.get(shown..).unwrap_or_default()).map_err(Error::output)?;
        page.lines.clear();
        page.keys = 0;
        Ok(())
    }

    /// Reports the number of repeated errors that were omitted.
    fn report_omitted(&mut self) -> Result<(), Error> {
        match self.repeated.end() {
            Some(omitted) => {
                self.output.flush().map_err(Error::output)?;
                self.messages.report_and_continue(&omitted)
            }
            None => Ok(()),
        }
    }

    /// Calls `act` with this thread's page, and prints it.
    fn with_page(&mut self, act: impl FnOnce(&mut Page) -> Result<(), Error>) -> Result<(), Error> {
        let mut page = std::mem::replace(&mut self.page, Page::new(self.style, false));
        let done = act(&mut page).and_then(|()| self.show(&mut page));
        self.page = page;
        done
    }
}

impl Sink for Printer<'_, '_> {
    fn recovers(&self) -> bool {
        self.page.recovers
    }

    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.with_page(|page| page.item(file, item))
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.with_page(|page| page.refused(error))
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.pause()?;
        self.passphrase.as_mut().map_or(Ok(None), |ask| ask(place))
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}

impl Collector<Page> for Printer<'_, '_> {
    fn take(&mut self, page: &mut Page) -> Result<(), Error> {
        self.show(page)?;
        self.pause()
    }
}

/// The maximum number of errors on a page.
const MAX_REFUSALS: usize = 1000;

/// The lines of some keys, and the errors between them.
pub(crate) struct Page {
    style: Style,
    /// Whether it searches text in other formats for wrapped keys.
    recovers: bool,
    lines: Vec<u8>,
    /// The fingerprints in the lines whose base64 is not written yet.
    fingerprints: Fingerprints,
    frame: Frame,
    /// The number of keys.
    keys: usize,
    refusals: Vec<Refusal>,
}

/// The start and the end of a key's line, `256 ` and ` (ED25519)`: in a list they are those of the key before.
#[derive(Default)]
struct Frame {
    /// The properties from which they were made.
    of: Option<(Kind, bool, Option<u32>)>,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Frame {
    /// Makes them for a key.
    fn fit(&mut self, key: &PublicKey<'_>) {
        let properties = (key.kind(), key.is_certificate(), key.bits());
        // The label of an unknown type is its name.
        if self.of == Some(properties) && key.kind() != Kind::Unknown {
            return;
        }
        let Self { before, after, .. } = self;
        before.clear();
        match key.bits() {
            Some(bits) => before.extend_from_slice(itoa::Buffer::new().format(bits).as_bytes()),
            None => before.push(b'?'),
        }
        before.push(b' ');
        after.clear();
        after.extend_from_slice(b" (");
        after.extend_from_slice(key.label().as_bytes());
        after.extend_from_slice(b")\n");
        self.of = Some(properties);
    }
}

/// An error between the lines.
struct Refusal {
    /// The offset of the line that follows it.
    at: usize,
    /// The number of keys before it, printed or not.
    keys_before: usize,
    error: Error,
}

impl Page {
    fn new(style: Style, recovers: bool) -> Self {
        let (lines, fingerprints, frame) = (Vec::new(), Fingerprints::default(), Frame::default());
        Self { style, recovers, lines, fingerprints, frame, keys: 0, refusals: Vec::new() }
    }

    /// Writes the lines of a key in the style of this page.
    ///
    /// A key without a comment shows the text before it (options or hosts), or `no comment`, as ssh-keygen does. The size
    /// of an unknown type is printed as `?`.
    fn put(&mut self, item: &Item<'_>) {
        let Self { style, lines, fingerprints, frame, .. } = self;
        let key = &item.key;
        if style.only {
            fingerprints.put_key(style.hash, key, lines);
            lines.push(b'\n');
        } else {
            frame.fit(key);
            lines.extend_from_slice(&frame.before);
            fingerprints.put_key(style.hash, key, lines);
            lines.push(b' ');
            escape::put(lines, item.comment.as_deref().or(item.lead.as_deref()).unwrap_or(b"no comment"));
            lines.extend_from_slice(&frame.after);
        }
        if style.art {
            lines.extend_from_slice(randomart::draw(key, &key.fingerprint(style.hash)).as_bytes());
        }
    }
}

impl Sink for Page {
    fn recovers(&self) -> bool {
        self.recovers
    }

    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.keys += 1;
        if self.style.quiet {
            return Ok(());
        }
        if self.style.json {
            let fingerprint = item.key.fingerprint(self.style.hash);
            let key = KeyObject::new(item, &file.file, Some(item.line), fingerprint);
            return write_json(&mut self.lines, &key).map_err(Error::output);
        }
        self.put(item);
        Ok(())
    }

    /// A page that consists of errors would be many times as long as its text; it fails, and they are reported one by one.
    fn refused(&mut self, error: Error) -> Result<(), Error> {
        if self.refusals.len() == MAX_REFUSALS {
            return Err(error);
        }
        self.refusals.push(Refusal { at: self.lines.len(), keys_before: self.keys, error });
        Ok(())
    }

    /// Only one thread asks.
    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        Err(Error::no("a passphrase is needed").at(place.clone()))
    }
}

//! From lines to keys: takes one line after the other, and hands each, or each block of them, to the form it belongs
//! to. It can stop after any line and go on with the next.

use super::block::{Begin, Block, MAX_BLOCK, NO_KEY_IN_BLOCK, Taken};
use super::codec::public_line;
use super::encryption::{DecryptError, Protection};
use super::json::{self, Document};
use super::limits::{Budget, Spent};
use super::located_key::{Fault, skip_blanks};
use super::sink::{Aside, Sink};
use super::wrapped::Wrapped;
use super::{Item, Quirk, Quirks, Refusal, options};
use crate::error::{Error, Place};
use crate::input::{Chunk, Line, lines};
use crate::secret::Secret;

/// How many lines of text may stand before a BEGIN line. `openssl rsa -text` prints some 400 for 16384 bits.
const MAX_TEXT_BEFORE: usize = 1000;

pub(crate) const NO_KEY_IN_LINE: &str = "no key in this line";
const NO_KEY_IN_INPUT: &str = "holds no key";

/// What is said of what does not look like a key at all; other refusals say what is wrong with a key.
pub const NO_KEY: [&str; 3] = [NO_KEY_IN_LINE, NO_KEY_IN_INPUT, NO_KEY_IN_BLOCK];

/// Reads lines.
#[derive(Default)]
pub(super) struct Reader {
    state: State,
    document: Document,
    /// The line on which the document began.
    document_line: usize,
    /// Lines that hold no key: text before a BEGIN line, or nothing at all.
    text: Vec<usize>,
    /// Whether anything worth a word has been found, a key or a refusal.
    found: bool,
    /// It reads a string, where a line without a key is not worth a word.
    in_string: bool,
    /// The quirks of all lines.
    quirks: Quirks,
    /// The work that is left for encrypted keys, where the sink has no bound for all inputs.
    budget: Budget,
    /// Room for a blob.
    blob: Vec<u8>,
}

/// What the next line is taken for.
#[derive(Default)]
enum State {
    /// The beginning of something.
    #[default]
    Fresh,
    /// A line of a block.
    Block(Block),
    /// Perhaps more of a key whose line was broken.
    Wrapped(Wrapped),
    /// Of no worth: a block before it does not end, and what belongs to it cannot be told from what does not.
    GivenUp,
}

impl Reader {
    /// Whether nothing is half read: the next line means the same to this reader as to a new one.
    pub(super) const fn is_fresh(&self) -> bool {
        matches!(self.state, State::Fresh) && !self.document.is_open() && self.text.is_empty()
    }

    /// Whether nothing that follows will be read.
    pub(super) const fn has_given_up(&self) -> bool {
        matches!(self.state, State::GivenUp)
    }

    /// Goes on where another reader, which began fresh with the lines that follow, stopped.
    pub(super) fn go_on_as(&mut self, next: Self) {
        *self = Self { found: self.found | next.found, budget: std::mem::take(&mut self.budget), ..next };
    }

    /// Takes the lines of a chunk.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn chunk(&mut self, file: &Place, chunk: &Chunk, sink: &mut dyn Sink) -> Result<(), Error> {
        self.quirks = Quirks::default().with(Quirk::Utf16, chunk.utf16);
        chunk.lines().try_for_each(|line| self.line(file, &line, sink))
    }

    /// Takes a line.
    ///
    /// # Errors
    /// Those of the sink.
    fn line(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        if matches!(self.state, State::Fresh) {
            return self.fresh(file, line, sink);
        }
        match std::mem::take(&mut self.state) {
            State::Fresh => Ok(()),
            State::Block(mut block) if public_line::is_for_sshd(skip_blanks(line.bytes), &mut self.blob) => {
                block.is_broken = true;
                self.state = State::Block(block);
                self.line_in_block(file, line, sink)
            }
            State::Block(mut block) => match block.take(line) {
                Taken::More => {
                    self.state = State::Block(block);
                    Ok(())
                }
                Taken::Last => self.block(file, &block, sink),
                Taken::TooLong => {
                    let why = format!("the block is longer than {MAX_BLOCK} bytes");
                    self.found = true;
                    self.state = State::GivenUp;
                    sink.refused(Error::failure(why).at(file.at(line.number)))
                }
            },
            State::GivenUp => {
                self.state = State::GivenUp;
                Ok(())
            }
            State::Wrapped(mut wrapped) => match wrapped.take(line, &mut self.blob) {
                Some(Taken::More) => {
                    self.state = State::Wrapped(wrapped);
                    Ok(())
                }
                Some(_) => self.wrapped(file, wrapped, sink),
                None => {
                    self.wrapped(file, wrapped, sink)?;
                    self.fresh(file, line, sink)
                }
            },
        }
    }

    /// Takes the end of the input, whose last line has that number.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn finish(&mut self, file: &Place, last: usize, sink: &mut dyn Sink) -> Result<(), Error> {
        match std::mem::take(&mut self.state) {
            State::Fresh | State::GivenUp => {}
            State::Block(block) => {
                self.found = true;
                let why = block.begin.lacks_its_end();
                sink.refused(Error::no(why).at(file.at(last)).hint("is it cut short?"))?;
            }
            State::Wrapped(wrapped) => self.wrapped(file, wrapped, sink)?,
        }
        self.no_keys(file, sink)?;
        if self.document.is_open() {
            self.found = true;
            let why = "the JSON document that begins here does not end";
            sink.refused(Error::no(why).at(file.at(self.document_line)).hint("is it cut short?"))?;
        }
        if self.found { Ok(()) } else { sink.refused(Error::no(NO_KEY_IN_INPUT).at(file.clone())) }
    }

    /// A line that begins something.
    fn fresh(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        let (bytes, bom) = match line.bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(bytes) => (bytes, true),
            None => (line.bytes, false),
        };
        let text = skip_blanks(bytes);
        let quirks = self.quirks.with(Quirk::Bom, bom).with(Quirk::Crlf, line.crlf);
        if matches!(text.first(), Some(b'-' | b'P'))
            && let Some(begin) = Begin::of(text)
        {
            let quirks = quirks.with(Quirk::TextBefore, !self.text.is_empty());
            self.text.clear();
            self.state = State::Block(Block::new(begin, text, line, quirks));
            return Ok(());
        }
        let in_document = !self.in_string && (self.document.is_open() || Document::begins(text));
        if in_document {
            self.no_keys(file, sink)?;
            if !self.document.is_open() {
                self.document_line = line.number;
            }
            self.document.line(text);
            sink.aside(file, line.number, Aside::Json, line.bytes)?;
            if !public_line::is_for_sshd(text, &mut self.blob)
                && self.strings(file, text, line.number, quirks.with(Quirk::Json, true), sink)?
            {
                return Ok(());
            }
        }
        let result = public_line::read(text, line.number, &mut self.blob);
        // A key's line is no text before a BEGIN line, nor is what went before it.
        if !matches!(result, Ok(None) | Err(Fault::NoKey)) {
            self.found = true;
            no_keys(&mut self.text, file, sink)?;
        }
        match result {
            Ok(None) if line.bytes.is_empty() => sink.aside(file, line.number, Aside::Blank, b""),
            Ok(None) => sink.aside(file, line.number, Aside::Comment, line.bytes),
            Ok(Some(item)) => sink.item(file, &on_line(item, quirks, line.raw)),
            Err(Fault::NoKey) if in_document || self.in_string => Ok(()),
            Err(Fault::NoKey) => self.no_key(file, text, line.number, quirks, sink),
            Err(Fault::Unfinished(refusal)) => {
                self.state = State::Wrapped(Wrapped::new(text, line, quirks, *refusal));
                Ok(())
            }
            Err(Fault::Doubtful(doubtful)) => {
                let (item, refusal) = *doubtful;
                sink.doubtful(file, &on_line(item, quirks, line.raw), refusal.at(file, line.number))
            }
            Err(Fault::Refused(refusal)) => sink.refused(refusal.at(file, line.number)),
        }
    }

    /// The line of a key in a block: sshd, which knows no blocks, lets that key in.
    fn line_in_block(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        self.found = true;
        let quirks = self.quirks.with(Quirk::Crlf, line.crlf);
        match public_line::read(skip_blanks(line.bytes), line.number, &mut self.blob) {
            Ok(None) | Err(Fault::NoKey) => Ok(()),
            Ok(Some(item)) => sink.item(file, &on_line(item, quirks, line.raw)),
            Err(Fault::Doubtful(doubtful)) => {
                let (item, refusal) = *doubtful;
                sink.doubtful(file, &on_line(item, quirks, line.raw), refusal.at(file, line.number))
            }
            Err(Fault::Unfinished(refusal) | Fault::Refused(refusal)) => sink.refused(refusal.at(file, line.number)),
        }
    }

    /// A line that holds no key, unless there is one in quotes.
    fn no_key(
        &mut self,
        file: &Place,
        text: &[u8],
        number: usize,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        // What stands in the quotes of an option is no key that sshd accepts.
        if !options::begin(text) && self.strings(file, text, number, quirks.with(Quirk::Quoted, true), sink)? {
            return Ok(());
        }
        self.text.push(number);
        if self.text.len() > MAX_TEXT_BEFORE { self.no_keys(file, sink) } else { Ok(()) }
    }

    /// The keys in the strings of a line; whether there are any, or what was meant to be one.
    fn strings(
        &mut self,
        file: &Place,
        text: &[u8],
        number: usize,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        let mut found = false;
        if json::may_hold_a_key(text) {
            for string in json::quoted(text).filter(|string| json::may_hold_a_key(string)) {
                self.no_keys(file, sink)?;
                found |= self.string(file, &string, number, quirks, sink)?;
            }
        }
        self.found |= found;
        Ok(found)
    }

    /// The keys in a string; whether there are any, or what was meant to be one.
    fn string(
        &self,
        file: &Place,
        string: &[u8],
        number: usize,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        let mut inner = Self { in_string: true, quirks, ..Self::default() };
        for line in lines(string, 0) {
            inner.line(file, &Line { number, ..line }, sink)?;
        }
        if !matches!(inner.state, State::Fresh) {
            inner.finish(file, number, sink)?;
        }
        Ok(inner.found)
    }

    /// Reports the lines that turned out to hold no key.
    fn no_keys(&mut self, file: &Place, sink: &mut dyn Sink) -> Result<(), Error> {
        self.found |= !self.text.is_empty();
        no_keys(&mut self.text, file, sink)
    }

    /// A block is there as a whole.
    fn block(&mut self, file: &Place, block: &Block, sink: &mut dyn Sink) -> Result<(), Error> {
        let result = match block.read() {
            Err(refusal) if refusal.needs_passphrase => {
                let protection = block.protection();
                match self.passphrase(protection, sink, |sink| sink.passphrase(&file.at(block.line)))? {
                    Err(Spent) => Err(Refusal::new(DecryptError::BudgetSpent.to_string()).hint(Spent::REMEDY)),
                    Ok(Some(passphrase)) => block.decrypt(&passphrase),
                    Ok(None) => Err(refusal),
                }
            }
            Ok(Some(mut found)) if found.is_encrypted() => {
                let protection = found.private.as_ref().map_or(Protection::Plain, |private| private.protection);
                let place = file.at(block.line);
                match self.passphrase(protection, sink, |sink| sink.passphrase_for_numbers(&place))? {
                    Err(Spent) => {
                        found.private.iter_mut().for_each(|private| private.error = Some(DecryptError::BudgetSpent));
                    }
                    Ok(Some(passphrase)) => found = block.decrypt_private_half(found, &passphrase),
                    Ok(None) => {}
                }
                Ok(Some(found))
            }
            result => result,
        };
        match result {
            Ok(None) => sink.aside(file, block.line, Aside::Parameters, &[]),
            Ok(Some(found)) => {
                self.found = true;
                sink.item(file, &block.item(found))
            }
            Err(refusal) => {
                self.found = true;
                sink.refused(refusal.at(file, block.line))
            }
        }
    }

    /// The passphrase of a key that is protected so, where the run may do the work of decrypting it.
    fn passphrase(
        &self,
        protection: Protection,
        sink: &mut dyn Sink,
        ask: impl FnOnce(&mut dyn Sink) -> Result<Option<Secret>, Error>,
    ) -> Result<Result<Option<Secret>, Spent>, Error> {
        if let Err(spent) = sink.budget().unwrap_or(&self.budget).suffices(protection) {
            return Ok(Err(spent));
        }
        let passphrase = ask(sink)?;
        if passphrase.is_some() {
            sink.budget().unwrap_or(&self.budget).spend(protection);
        }
        Ok(Ok(passphrase))
    }

    /// All of a broken line is there, as far as one can tell.
    fn wrapped(&mut self, file: &Place, wrapped: Wrapped, sink: &mut dyn Sink) -> Result<(), Error> {
        self.found = true;
        let quirks = wrapped.quirks.with(Quirk::Wrapped, true);
        match public_line::read(&wrapped.text, wrapped.line, &mut self.blob) {
            Ok(Some(item)) => sink.item(file, &on_line(item, quirks, &wrapped.raw)),
            Err(Fault::Doubtful(doubtful)) => {
                let (item, refusal) = *doubtful;
                sink.doubtful(file, &on_line(item, quirks, &wrapped.raw), refusal.at(file, wrapped.line))
            }
            _ => sink.refused(wrapped.refusal.at(file, wrapped.line)),
        }
    }
}

/// A key with the quirks of its lines, and the lines.
fn on_line<'a>(item: Item<'a>, quirks: Quirks, raw: &'a [u8]) -> Item<'a> {
    Item { quirks: item.quirks.and(quirks), text: raw.into(), ..item }
}

/// Reports lines that hold no key.
#[inline]
fn no_keys(text: &mut Vec<usize>, file: &Place, sink: &mut dyn Sink) -> Result<(), Error> {
    if text.is_empty() {
        return Ok(());
    }
    text.drain(..).try_for_each(|number| sink.refused(Error::no(NO_KEY_IN_LINE).at(file.at(number))))
}

impl Refusal {
    fn at(self, file: &Place, line: usize) -> Error {
        let error = Error::no(self.why).at(file.at(line));
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

//! From lines to keys: takes one line after the other, and hands each, or each block of them, to the form it belongs
//! to. It can stop after any line and go on with the next.

mod blocks;
mod other_lines;
mod recovery;
#[cfg(test)]
mod tests;

use super::block::{Begin, Block, MAX_BLOCK, Taken};
use super::codec::{ppk, public_line};
use super::encryption::{DecryptError, Protection};
use super::envelope::{Work, holds_a_key_in_base64, may_hold_a_key_or_its_base64, private_block};
use super::json::{self, Document};
use super::limits::{Budget, Spent};
use super::located_key::{Fault, holds_a_key, is_line_of_a_block, skip_blanks};
use super::region::{Region, begins_a_fence, ends_a_fence};
use super::sink::{Aside, Sink};
use super::wrapped::Wrapped;
use super::{Item, Quirk, Quirks, Refusal, options, pem};
use crate::error::{Error, Place, Topic};
use crate::input::{Chunk, Line, lines};
use crate::secret::Secret;
use zeroize::Zeroizing;

/// How far into an input keys are looked for in text that cannot be read as it stands, in bytes. What lies behind is
/// of lists and of large files that are no text, and costs no more than reading it.
const RECOVERY_REACHES: u64 = 1 << 20;

/// The character that begins a terminal's control sequence.
const TERMINAL_ESCAPE: u8 = 0x1b;

/// Reads lines.
#[derive(Default)]
pub(super) struct Reader {
    state: State,
    document: Document,
    /// The line on which the document began.
    document_line: usize,
    /// The last lines, if they hold no key.
    region: Region,
    /// Whether keys are looked for in text that cannot be read as it stands.
    recovers: bool,
    /// How much has been done for that.
    work: Work,
    /// Whether anything that is reported has been found, a key or a refusal.
    found: bool,
    /// Whether what came so far is no text, and its lines are not reported.
    is_binary: bool,
    /// Whether a line of the string that it reads held no key.
    behind_text: bool,
    /// Whether the last line is PuTTY's, behind which the public half of a private key stands.
    behind_public_lines: bool,
    /// Whether the last line without a key begins a fence.
    behind_fence: bool,
    /// Whether the last block stands behind a line that begins a fence.
    in_fence: bool,
    /// The first comment that holds a key.
    commented_out: Option<usize>,
    /// The first block of parameters, which belong to a key.
    parameters: Option<usize>,
    /// Whether the line before was blank or a comment.
    blank_before: bool,
    /// The text is a string of another text, in which a line without a key is not reported.
    in_string: bool,
    /// The lines of the string in which a key stands among other words.
    among_words: Vec<AmongWords>,
    /// The quirks of all lines.
    quirks: Quirks,
    /// The work that is left for encrypted keys, where the sink has no bound for all inputs.
    budget: Budget,
    /// Room for a blob.
    blob: Vec<u8>,
}

/// A line in which a key stands among other words; it may hold a private key, so it is wiped.
struct AmongWords {
    line: usize,
    text: Zeroizing<Vec<u8>>,
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
    /// Ignored: a block before it was too long, and its end is not known.
    GivenUp,
}

impl Reader {
    /// Whether nothing is half read: the next line means the same to this reader as to a new one.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(self.state, State::Fresh)
            && !self.document.is_open()
            && !self.behind_public_lines
            && self.region.keeps_nothing()
    }

    /// Whether nothing that follows will be read.
    pub(super) const fn has_given_up(&self) -> bool {
        matches!(self.state, State::GivenUp)
    }

    /// Goes on where another reader, which began fresh with the lines that follow, stopped.
    pub(super) fn go_on_as(&mut self, next: Self) {
        *self = Self {
            found: self.found | next.found,
            commented_out: self.commented_out.or(next.commented_out),
            parameters: self.parameters.or(next.parameters),
            budget: std::mem::take(&mut self.budget),
            ..next
        };
    }

    /// Takes the lines of a chunk.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn chunk(&mut self, file: &Place, chunk: &Chunk, sink: &mut dyn Sink) -> Result<(), Error> {
        self.quirks = Quirks::default().with(Quirk::Utf16, chunk.utf16);
        self.recovers = sink.recovers() && chunk.offset < RECOVERY_REACHES;
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
                if !self.recover(file, block.whole(), block.line, sink)? {
                    let why = Error::no(block.begin.lacks_its_end()).at(file.at(last)).hint("is it cut short?");
                    sink.refused(other_lines::about(why, block.whole()))?;
                }
            }
            State::Wrapped(wrapped) => self.wrapped(file, wrapped, sink)?,
        }
        if self.document.is_open() {
            self.found = true;
            let why = "the JSON document that begins here does not end";
            sink.refused(Error::no(why).at(file.at(self.document_line)).hint("is it cut short?"))?;
        }
        let document = if self.region.is_empty() { std::mem::take(&mut self.region) } else { Region::default() };
        self.no_keys(file, sink)?;
        if self.found || self.document_without_key(file, &document, sink)? {
            return Ok(());
        }
        sink.refused(match (self.commented_out, self.parameters) {
            (Some(line), _) => other_lines::commented_out().at(file, line),
            (None, Some(line)) => other_lines::parameters_alone().at(file, line),
            (None, None) => Error::no("holds no key").about(Topic::NoKey).at(file.clone()),
        })
    }

    /// Takes the end of a string. That it holds no key is not reported.
    fn end_string(&mut self, file: &Place, last: usize, sink: &mut dyn Sink) -> Result<(), Error> {
        if self.is_fresh() { Ok(()) } else { self.finish(file, last, sink) }
    }

    /// A line that begins something.
    fn fresh(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        // The lines of a list of keys.
        if self.is_fresh()
            && !(self.in_fence || self.behind_fence)
            && let Some(mut item) = public_line::read_common(line.bytes, line.number, &mut self.blob)
        {
            self.found = true;
            self.blank_before = false;
            set_lines(&mut item, self.quirks.with(Quirk::Crlf, line.crlf), line.raw);
            return sink.item(file, &item);
        }
        let (bytes, bom) = match line.bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(bytes) => (bytes, true),
            None => (line.bytes, false),
        };
        let text = skip_blanks(bytes);
        let quirks = self.quirks.with(Quirk::Bom, bom).with(Quirk::Crlf, line.crlf);
        if matches!(text.first(), Some(b'-' | b'P'))
            && let Some(begin) = Begin::of(text)
        {
            self.keys_before_a_block(file, sink)?;
            self.begin_block(begin, text, line, quirks);
            return Ok(());
        }
        if self.is_removed_by_a_diff(text) {
            self.no_keys(file, sink)?;
            self.found = true;
            return sink.refused(other_lines::removed_by_a_diff().at(file, line.number));
        }
        let begins = || Document::begins(text) && !self.region.is_der();
        let in_document = !self.in_string && (self.document.is_open() || begins());
        if in_document && self.line_of_document(file, text, line, quirks, sink)? {
            return Ok(());
        }
        let is_public_half = std::mem::replace(&mut self.behind_public_lines, ppk::is_public_lines(text));
        if text.starts_with(b"AAAA") && (is_public_half || self.is_in_a_damaged_block()) {
            self.behind_text |= self.in_string;
            return if self.in_string { Ok(()) } else { self.no_key(file, text, line, quirks, sink) };
        }
        let result = public_line::read(text, line.number, &mut self.blob);
        // A key's line is no text before a BEGIN line, nor is what went before it.
        if !matches!(result, Ok(None) | Err(Fault::NoKey)) {
            self.found = true;
            // The line before begins a fence around the keys.
            if self.behind_fence && self.region.has_one_line() && matches!(result, Ok(Some(_))) {
                self.region = Region::default();
                self.in_fence = true;
            }
            self.behind_fence = false;
            if !self.region.is_empty() && !matches!(result, Err(Fault::Damaged(_))) {
                return self.no_keys(file, sink).and_then(|()| self.fresh(file, line, sink));
            }
        }
        self.blank_before = matches!(result, Ok(None));
        match result {
            Ok(None) => {
                let aside = if line.bytes.is_empty() { Aside::Blank } else { Aside::Comment };
                if !self.found && self.commented_out.is_none() && holds_a_key(text) {
                    self.commented_out = Some(line.number);
                }
                self.region.keep(line, self.recovers && !self.region.is_empty());
                sink.aside(file, line.number, aside, line.bytes)
            }
            Ok(Some(mut item)) => {
                set_lines(&mut item, quirks.with(Quirk::Fenced, self.in_fence), line.raw);
                sink.item(file, &item)
            }
            Err(Fault::NoKey) if in_document || self.in_string => {
                let holds = || holds_a_key(text) && !is_line_of_a_block(text) || holds_a_key_in_base64(text);
                if !in_document && holds() {
                    self.among_words.push(AmongWords { line: line.number, text: Zeroizing::new(text.to_vec()) });
                }
                self.behind_fence = begins_a_fence(text);
                self.behind_text = self.in_string;
                Ok(())
            }
            Err(Fault::NoKey) => self.no_key(file, text, line, quirks, sink),
            Err(Fault::Unfinished(refusal)) => {
                self.state = State::Wrapped(Wrapped::new(text, line, quirks, *refusal));
                Ok(())
            }
            Err(Fault::Doubtful(doubtful)) => {
                let (mut item, refusal) = *doubtful;
                set_lines(&mut item, quirks, line.raw);
                sink.doubtful(file, &item, refusal.at(file, line.number))
            }
            Err(Fault::Damaged(refusal)) => self.damaged_line(file, line.raw, line.number, refusal, sink),
            Err(Fault::Refused(refusal)) => sink.refused(other_lines::about(refusal.at(file, line.number), text)),
        }
    }

    /// A line that begins a block.
    fn begin_block(&mut self, begin: Begin, text: &[u8], line: &Line<'_>, quirks: Quirks) {
        let blank = self.blank_before && self.region.is_empty();
        self.in_fence = std::mem::take(&mut self.behind_fence);
        let behind_text = std::mem::take(&mut self.behind_text);
        let quirks = quirks
            .with(Quirk::TextBefore, (behind_text || !self.region.is_empty()) && !self.in_fence)
            .with(Quirk::Fenced, self.in_fence)
            .with(Quirk::BlankLineBefore, blank);
        self.region = Region::default();
        self.state = State::Block(Block::new(begin, text, line, quirks));
    }

    /// A line of a JSON document; whether its strings are all that it holds.
    fn line_of_document(
        &mut self,
        file: &Place,
        text: &[u8],
        line: &Line<'_>,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        if !self.document.is_open() {
            self.no_keys(file, sink)?;
            self.document_line = line.number;
        }
        self.document.line(text);
        self.region.keep(line, self.recovers && !self.found && !self.region.is_full());
        sink.aside(file, line.number, Aside::Json, line.bytes)?;
        Ok(!public_line::is_for_sshd(text, &mut self.blob)
            && self.strings(file, text, line.number, quirks.with(Quirk::Json, true), sink)?)
    }

    /// A line that holds no key, unless there is one in quotes.
    fn no_key(
        &mut self,
        file: &Place,
        text: &[u8],
        line: &Line<'_>,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        // What stands in the quotes of an option is no key that sshd accepts, unless it is a private key.
        let has_options = options::begin(text) && private_block(text).is_none();
        // The end of a fence around a block is not reported.
        if std::mem::take(&mut self.in_fence) && ends_a_fence(text) {
            return sink.aside(file, line.number, Aside::Comment, line.bytes);
        }
        self.behind_fence = begins_a_fence(text);
        // What stands before the quotes.
        let is_mark = |byte: &u8| matches!(byte, b'>' | b'|' | b'+' | b'*' | b'/' | b' ' | b'\t');
        let name = text
            .iter()
            .find(|byte| !is_mark(byte))
            .is_some_and(|byte| !matches!(byte, b'"' | b'\'' | &TERMINAL_ESCAPE));
        let in_quotes = quirks
            .with(Quirk::Quoted, true)
            .with(Quirk::Assigned, name)
            .with(Quirk::Terminal, memchr::memchr(TERMINAL_ESCAPE, text).is_some())
            .with(Quirk::Prefixed, text.first().is_some_and(is_mark));
        let text = match other_lines::replaced_in_a_plan(text) {
            Some((_, new)) if !has_options => {
                self.no_keys(file, sink)?;
                self.found = true;
                sink.refused(other_lines::old_value().at(file, line.number))?;
                new
            }
            _ => text,
        };
        let reads_strings = !has_options && !other_lines::joins_strings(text);
        if reads_strings && self.strings(file, text, line.number, in_quotes, sink)? {
            return Ok(());
        }
        self.region.has_options |= has_options;
        self.region.add(line, None, self.recovers);
        if self.region.is_full() { self.no_keys(file, sink) } else { Ok(()) }
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
        if may_hold_a_key_or_its_base64(text) {
            for string in
                json::quoted(text).filter(|string| may_hold_a_key_or_its_base64(string) && !is_of_a_block(string))
            {
                if !self.region.is_empty() {
                    self.no_keys(file, sink)?;
                }
                found |= self.string(file, &string, number, quirks, sink)?;
            }
        }
        self.found |= found;
        Ok(found)
    }

    /// The keys in a string; whether there are any, or what was meant to be one.
    fn string(
        &mut self,
        file: &Place,
        string: &[u8],
        number: usize,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        let inner = Self { in_string: true, quirks, recovers: self.recovers, ..Self::default() };
        let (found, among_words) = inner.read_string(file, string, number, false, sink)?;
        if !found && self.peel_string(file, string, number, quirks, sink)? {
            return Ok(true);
        }
        let is_any = found || !among_words.is_empty();
        self.keys_among_words(file, among_words, quirks, sink).map(|()| is_any)
    }

    /// Reads a string whole, whose lines are those of the file from `first` on, or else all on that line. Returns whether
    /// there are keys, or what was meant to be one, and the lines in which a key stands among other words.
    fn read_string(
        mut self,
        file: &Place,
        string: &[u8],
        first: usize,
        keeps_lines: bool,
        sink: &mut dyn Sink,
    ) -> Result<(bool, Vec<AmongWords>), Error> {
        if let Some(mut block) = Block::of_file(string, self.quirks) {
            block.line = first;
            self.block(file, &block, sink)?;
            return Ok((self.found, self.among_words));
        }
        for line in lines(string, first) {
            let number = if keeps_lines { line.number } else { first };
            self.line(file, &Line { number, ..line }, sink)?;
        }
        self.end_string(file, first, sink)?;
        Ok((self.found, self.among_words))
    }

    /// Does something with a text that has these quirks, and goes on with those of the lines.
    fn with_quirks<T>(&mut self, quirks: Quirks, act: impl FnOnce(&mut Self) -> T) -> T {
        let of_lines = std::mem::replace(&mut self.quirks, quirks);
        let done = act(self);
        self.quirks = of_lines;
        done
    }

    /// All of a broken line is there, as far as one can tell.
    fn wrapped(&mut self, file: &Place, wrapped: Wrapped, sink: &mut dyn Sink) -> Result<(), Error> {
        self.found = true;
        // One line alone ends with the backslash by which a shell joins it with the next.
        let quirks = wrapped.quirks.with(if wrapped.is_of_one() { Quirk::Escaped } else { Quirk::Wrapped }, true);
        match public_line::read(&wrapped.text, wrapped.line, &mut self.blob) {
            Ok(Some(mut item)) => {
                set_lines(&mut item, quirks, &wrapped.raw);
                sink.item(file, &item)
            }
            Err(Fault::Doubtful(doubtful)) => {
                let (mut item, refusal) = *doubtful;
                set_lines(&mut item, quirks, &wrapped.raw);
                sink.doubtful(file, &item, refusal.at(file, wrapped.line))
            }
            _ => self.damaged_line(file, &wrapped.raw, wrapped.line, Box::new(wrapped.refusal), sink),
        }
    }
}

/// Whether a string is one line of a block, the others of which are in other strings.
fn is_of_a_block(string: &[u8]) -> bool {
    pem::label(string).is_some() || is_line_of_a_block(string) && !holds_a_key_in_base64(string)
}

/// Gives a key the quirks of its lines, and the lines.
fn set_lines<'a>(item: &mut Item<'a>, quirks: Quirks, raw: &'a [u8]) {
    item.quirks = item.quirks.and(quirks);
    item.text = raw.into();
}

impl Refusal {
    fn at(self, file: &Place, line: usize) -> Error {
        let error = Error::no(self.why).about(self.topic).at(file.at(line));
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

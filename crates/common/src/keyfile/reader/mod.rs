//! Reads lines one after the other, and passes each line or block to its format. It can stop after any line and continue
//! with the next.

mod blocks;
mod common_lines;
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
use super::located_key::{Fault, holds_a_key, is_line_of_a_block, skip_spaces_and_tabs};
use super::region::{Region, begins_a_fence, ends_a_fence};
use super::sink::{Aside, Sink};
use super::wrapped::Wrapped;
use super::{Item, Quirk, Quirks, Refusal, options, pem};
use crate::error::{Error, Place, Topic};
use crate::input::{Line, lines};
use crate::secret::Secret;
use zeroize::Zeroizing;

/// The character that begins a terminal's control sequence.
const TERMINAL_ESCAPE: u8 = 0x1b;

/// A reader of lines.
#[derive(Default)]
pub(super) struct Reader {
    state: State,
    document: Document,
    /// The line on which the document began.
    document_line: usize,
    /// The last lines, if they hold no key.
    region: Region,
    /// Whether wrapped keys are searched for.
    recovers: bool,
    /// The work done for that.
    work: Work,
    /// Whether anything to report was found, a key or a refusal.
    found: bool,
    /// Whether the input so far is not text, so that its lines are not reported.
    is_binary: bool,
    /// Whether a line of the current string held no key.
    after_text: bool,
    /// Whether the last line is PuTTY's header before the public half of a private key.
    after_public_lines: bool,
    /// Whether the last line without a key begins a fence.
    after_fence: bool,
    /// Whether the last block follows a line that begins a fence.
    in_fence: bool,
    /// The first comment that contains a key.
    commented_out: Option<usize>,
    /// The first block of parameters, which belong to a key.
    parameters: Option<usize>,
    /// Whether the line before was blank or a comment.
    blank_before: bool,
    /// Whether the line before was a key's.
    key_before: bool,
    /// The text is a string of another text, in which a line without a key is not reported.
    in_string: bool,
    /// The lines of the string in which other words surround a key.
    among_words: Vec<AmongWords>,
    /// The quirks that apply to all lines.
    quirks: Quirks,
    /// The work that remains for encrypted keys, if the sink has no limit for all inputs.
    budget: Budget,
    /// A buffer for a blob.
    blob: Vec<u8>,
}

/// A line in which other words surround a key; it may hold a private key, so it is wiped.
struct AmongWords {
    line: usize,
    text: Zeroizing<Vec<u8>>,
}

/// The expected meaning of the next line.
#[derive(Default)]
enum State {
    /// The start of something new.
    #[default]
    Fresh,
    /// A line of a block.
    Block(Block),
    /// Perhaps the continuation of a broken key line.
    Wrapped(Wrapped),
    /// Ignored: a block was too long, and its end is unknown.
    GivenUp,
}

impl Reader {
    /// Whether nothing is partly read: the next line means the same to this reader as to a new one.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(self.state, State::Fresh)
            && !self.document.is_open()
            && !self.after_public_lines
            && self.region.keeps_nothing()
    }

    /// Whether all following lines are ignored.
    pub(super) const fn ignores_the_rest(&self) -> bool {
        matches!(self.state, State::GivenUp)
    }

    /// Continues from the state of another reader, which started fresh with the lines that follow.
    pub(super) fn continue_as(&mut self, next: Self) {
        *self = Self {
            found: self.found | next.found,
            commented_out: self.commented_out.or(next.commented_out),
            parameters: self.parameters.or(next.parameters),
            budget: std::mem::take(&mut self.budget),
            ..next
        };
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Those of the sink.
    fn line(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        if matches!(self.state, State::Fresh) {
            return self.fresh(file, line, sink);
        }
        match std::mem::take(&mut self.state) {
            State::Fresh => Ok(()),
            State::Block(mut block) if public_line::is_for_sshd(skip_spaces_and_tabs(line.bytes), &mut self.blob) => {
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

    /// Handles the end of the input; `last` is its last line number.
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

    /// Handles the end of a string. A string without a key is not reported.
    fn end_string(&mut self, file: &Place, last: usize, sink: &mut dyn Sink) -> Result<(), Error> {
        if self.is_fresh() { Ok(()) } else { self.finish(file, last, sink) }
    }

    /// Reads a line that starts something new.
    fn fresh(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        let (bytes, bom) = match line.bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(bytes) => (bytes, true),
            None => (line.bytes, false),
        };
        let text = skip_spaces_and_tabs(bytes);
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
        let is_public_half = std::mem::replace(&mut self.after_public_lines, ppk::is_public_lines(text));
        if text.starts_with(b"AAAA") && (is_public_half || self.is_in_a_damaged_block()) {
            self.after_text |= self.in_string;
            return if self.in_string { Ok(()) } else { self.no_key(file, text, line, quirks, sink) };
        }
        let result = public_line::read(text, line.number, &mut self.blob);
        // A key line, and the text before it, do not count as text before a BEGIN line.
        if !matches!(result, Ok(None) | Err(Fault::NoKey)) {
            self.found = true;
            // The line before begins a fence around the keys.
            if self.after_fence && self.region.has_one_line() && matches!(result, Ok(Some(_))) {
                self.region = Region::default();
                self.in_fence = true;
            }
            self.after_fence = false;
            if !self.region.is_empty() && !matches!(result, Err(Fault::Damaged(_))) {
                return self.no_keys(file, sink).and_then(|()| self.fresh(file, line, sink));
            }
        }
        self.blank_before = matches!(result, Ok(None));
        self.key_before = !matches!(result, Ok(None) | Err(Fault::NoKey));
        match result {
            Ok(None) => self.comment_or_blank(file, text, line, sink),
            Ok(Some(mut item)) => {
                set_lines(&mut item, quirks.with(Quirk::Fenced, self.in_fence), line.raw);
                sink.item(file, &item)
            }
            Err(Fault::NoKey) if in_document || self.in_string => {
                self.other_words(text, line.number, in_document);
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

    /// Takes a comment or a blank line.
    fn comment_or_blank(
        &mut self,
        file: &Place,
        text: &[u8],
        line: &Line<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        if !self.found && self.commented_out.is_none() && holds_a_key(text) {
            self.commented_out = Some(line.number);
        }
        self.region.keep(line, self.recovers && !self.region.is_empty());
        let aside = if line.bytes.is_empty() { Aside::Blank } else { Aside::Comment };
        sink.aside(file, line.number, aside, line.bytes)
    }

    /// Takes a line of a document or of a string that is no key by itself.
    fn other_words(&mut self, text: &[u8], number: usize, in_document: bool) {
        let holds = || holds_a_key(text) && !is_line_of_a_block(text) || holds_a_key_in_base64(text);
        if !in_document && holds() {
            self.among_words.push(AmongWords { line: number, text: Zeroizing::new(text.to_vec()) });
        }
        self.after_fence = begins_a_fence(text);
        self.after_text = self.in_string;
    }

    /// Starts a block.
    fn begin_block(&mut self, begin: Begin, text: &[u8], line: &Line<'_>, quirks: Quirks) {
        let key_before = std::mem::take(&mut self.key_before) && !self.in_string;
        let blank = (self.blank_before || key_before) && self.region.is_empty();
        self.in_fence = std::mem::take(&mut self.after_fence);
        let after_text = std::mem::take(&mut self.after_text);
        let quirks = quirks
            .with(Quirk::TextBefore, (after_text || !self.region.is_empty()) && !self.in_fence)
            .with(Quirk::Fenced, self.in_fence)
            .with(Quirk::BlankLineBefore, blank);
        self.region = Region::default();
        self.state = State::Block(Block::new(begin, text, line, quirks));
    }

    /// Reads a line of a JSON document. Returns whether its keys are in strings only.
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

    /// Handles a line that holds no key, unless there is one in quotes.
    fn no_key(
        &mut self,
        file: &Place,
        text: &[u8],
        line: &Line<'_>,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        // sshd accepts no key in the quotes of an option. A private key is not meant as an option.
        let has_options = options::begin(text) && private_block(text).is_none();
        // The end of a fence around a block is not reported.
        if std::mem::take(&mut self.in_fence) && ends_a_fence(text) {
            return sink.aside(file, line.number, Aside::Comment, line.bytes);
        }
        self.after_fence = begins_a_fence(text);
        // The text before the quotes.
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

    /// Reads the keys in the strings of a line. Returns whether there are any, or text that was meant as one.
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

    /// Reads the keys in a string. Returns whether there are any, or text that was meant as one.
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

    /// Reads a whole string, whose lines are those of the file from `first` on, or else all on that line. Returns whether
    /// there are keys, or text that was meant as one, and the lines in which other words surround a key.
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

    /// Calls `act` with these quirks, and then restores those of the lines.
    fn with_quirks<T>(&mut self, quirks: Quirks, act: impl FnOnce(&mut Self) -> T) -> T {
        let of_lines = std::mem::replace(&mut self.quirks, quirks);
        let done = act(self);
        self.quirks = of_lines;
        done
    }

    /// Handles a broken line that is complete, as far as can be told.
    fn wrapped(&mut self, file: &Place, wrapped: Wrapped, sink: &mut dyn Sink) -> Result<(), Error> {
        self.found = true;
        // A single line ends with the backslash by which a shell joins it with the next.
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

/// Whether a string is one line of a block whose other lines are in other strings.
fn is_of_a_block(string: &[u8]) -> bool {
    pem::label(string).is_some() || is_line_of_a_block(string) && !holds_a_key_in_base64(string)
}

/// Adds the quirks of its lines, and the lines, to a key.
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

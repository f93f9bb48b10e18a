//! Finds wrapped keys in text that cannot be read directly, and otherwise names the text.

use super::other_lines::{about, among_words, private_key_fragment};
use super::{
    AmongWords, Aside, Block, Error, Item, Line, Place, Quirk, Quirks, Reader, Refusal, Secret, Sink, Topic, lines,
};
use crate::keyfile::codec::{content, public_line};
use crate::keyfile::diagnosis::{self, Diagnosis};
use crate::keyfile::envelope;
use crate::keyfile::located_key::{holds_a_key, holds_separate_key, is_line_of_a_block, skip_spaces_and_tabs, word};
use crate::keyfile::region::Region;

impl Reader {
    /// Finds the keys in a text that begins on that line, or reports what it is. Returns whether there was anything to
    /// report.
    pub(super) fn recover(
        &mut self,
        file: &Place,
        text: &[u8],
        first: usize,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        Ok(self.peel(file, text, first, &holds_keys, sink)? || self.diagnose(file, text, first, sink)?)
    }

    /// Reports what a text is, if that is known. Returns whether it is.
    fn diagnose(&mut self, file: &Place, text: &[u8], first: usize, sink: &mut dyn Sink) -> Result<bool, Error> {
        let known = diagnosis::of_text(text).or_else(|| self.body_in_an_envelope(text)).filter(|_| self.recovers);
        match known {
            Some(Diagnosis { refusal, line, is_binary }) => {
                self.is_binary |= is_binary;
                sink.refused(about(refusal.at(file, first + line), text)).map(|()| true)
            }
            None => Ok(false),
        }
    }

    /// Whether a line is a key's after the minus sign of a diff: it is no longer in the file.
    pub(super) fn is_removed_by_a_diff(&mut self, text: &[u8]) -> bool {
        let removed = text.strip_prefix(b"-").filter(|removed| !matches!(removed.first(), None | Some(b'-' | b' ')));
        removed.is_some_and(|removed| public_line::is_for_sshd(removed, &mut self.blob))
    }

    /// Whether the lines before begin a damaged block, whose base64 is not a key of its own. sshd reads no line that begins
    /// with base64.
    pub(super) fn is_in_a_damaged_block(&self) -> bool {
        self.recovers && !self.region.is_empty() && diagnosis::begins_damaged_block(&self.region.text)
    }

    /// Names the body of a block that is in envelopes without its BEGIN or END line.
    fn body_in_an_envelope(&mut self, text: &[u8]) -> Option<Diagnosis> {
        if !self.recovers || !diagnosis::may_be_a_body(text) {
            return None;
        }
        let mut known = None;
        envelope::peel_until(text, &mut self.work, |inner| {
            known = diagnosis::in_an_envelope(inner);
            known.is_some()
        })?;
        known
    }

    /// Finds the keys in the envelopes of a text: by a sequence of envelopes after which all keys inside can be read, or
    /// else by one after which some can. Returns whether there are any.
    fn peel(
        &mut self,
        file: &Place,
        text: &[u8],
        first: usize,
        holds: &dyn Fn(&[u8]) -> Held,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        if !self.recovers || text.is_empty() {
            return Ok(false);
        }
        let mut holds_some = false;
        let mut peeled = envelope::peel(text, &mut self.work, |inner| {
            let held = holds(inner);
            holds_some |= held == Held::Some;
            held == Held::All
        });
        if peeled.is_none() && holds_some {
            peeled = envelope::peel(text, &mut self.work, |inner| holds(inner) != Held::None);
        }
        let Some(peeled) = peeled else { return Ok(false) };
        let keeps_lines = envelope::newlines(text) == envelope::newlines(&peeled.text);
        let is_rich_text = text.trim_ascii_start().starts_with(b"{\\rtf");
        let quirks = self.quirks.and(peeled.quirks).with(Quirk::RichText, is_rich_text);
        let inner = Self { in_string: true, quirks, ..Self::default() };
        let (_, among_words) = inner.read_string(file, &peeled.text, first, keeps_lines, sink)?;
        self.keys_among_words(file, among_words, quirks, sink).map(|()| true)
    }

    /// Reads or refuses the keys in lines in which other words surround them, each line by itself.
    pub(super) fn keys_among_words(
        &mut self,
        file: &Place,
        lines: Vec<AmongWords>,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        for AmongWords { line, text } in lines {
            let all = |inner: &[u8]| if holds_keys(inner) == Held::All { Held::All } else { Held::None };
            if !self.with_quirks(quirks, |reader| reader.peel(file, &text, line, &all, sink))? {
                sink.refused(among_words().at(file, line))?;
            }
        }
        Ok(())
    }

    /// Finds the keys in the envelopes of a string that holds none directly.
    pub(super) fn peel_string(
        &mut self,
        file: &Place,
        string: &[u8],
        number: usize,
        quirks: Quirks,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        // Certificates and other DER in documents, such as JWKs, are not meant as keys.
        let holds = |inner: &[u8]| if content::is_public_der(inner) { Held::None } else { holds_keys(inner) };
        self.with_quirks(quirks, |reader| reader.peel(file, string, number, &holds, sink))
    }

    /// Refuses a damaged block, unless an envelope caused the damage.
    pub(super) fn damaged_block(
        &mut self,
        file: &Place,
        block: &Block,
        refusal: Refusal,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        self.found = true;
        let text = block.whole();
        if self.with_quirks(block.quirks, |reader| reader.recover(file, text, block.line, sink))? {
            return Ok(());
        }
        let known = diagnosis::of_line(text).filter(|_| self.recovers).map(|known| known.refusal);
        let is_damaged = refusal.hint.is_none() && refusal.topic != Topic::NoKey;
        let refusal = if is_damaged { refusal.hint(diagnosis::COPY_AGAIN) } else { refusal };
        sink.refused(about(known.unwrap_or(refusal).at(file, block.line), text))
    }

    /// Refuses a damaged line, and those that were taken as its continuation, unless an envelope caused the damage, perhaps
    /// one around the following lines, too.
    pub(super) fn damaged_line(
        &mut self,
        file: &Place,
        raw: &[u8],
        number: usize,
        refusal: Box<Refusal>,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        self.found = true;
        if !self.recovers {
            return self.no_keys(file, sink).and_then(|()| sink.refused(refusal.at(file, number)));
        }
        let holds = |inner: &[u8]| if begins_alike(raw, inner) { holds_keys(inner) } else { Held::None };
        if self.region.is_empty() && self.peel(file, raw, number, &holds, sink)? {
            return Ok(());
        }
        let mut refusal = Some(refusal);
        for line in lines(raw, number) {
            match refusal.take() {
                Some(refusal) => self.region.add(&line, Some(refusal), true),
                None => self.region.keep(&line, true),
            }
        }
        if self.region.is_full() { self.no_keys(file, sink) } else { Ok(()) }
    }

    /// Reports the lines that proved to hold no key, unless they contain wrapped keys.
    pub(super) fn no_keys(&mut self, file: &Place, sink: &mut dyn Sink) -> Result<(), Error> {
        let region = std::mem::take(&mut self.region);
        if region.is_empty() || self.is_binary {
            return Ok(());
        }
        self.found = true;
        if region.first == 1
            && let Some(block) = Block::of_file(&region.text, self.quirks)
        {
            return self.block(file, &block, sink);
        }
        let is_for_sshd = region.has_damaged_keys();
        let Region { without_key, text, first, has_options } = &region;
        let is_damaged_block = diagnosis::begins_damaged_block(text);
        let holds = |inner: &[u8]| match is_damaged_block {
            _ if is_for_sshd && !begins_alike(text, inner) => Held::None,
            true => holds_whole_keys(inner),
            false => holds_keys(inner),
        };
        if !has_options && (self.peel(file, text, *first, &holds, sink)? || self.diagnose(file, text, *first, sink)?) {
            return Ok(());
        }
        let is_private = diagnosis::holds_part_of_a_private_key(text);
        let mut text = lines(text, *first);
        let mut is_first = true;
        for (number, refusal) in without_key {
            let line = text.find(|line| line.number == *number).map(|line| line.bytes).unwrap_or_default();
            // A line of a block is a part of it, whatever it looks like.
            let of_line = || diagnosis::of_line(line).map(|known| known.refusal);
            let known = if is_private && is_line_of_a_block(line) { None } else { of_line() };
            let refusal = known.or_else(|| refusal.as_deref().cloned());
            let refusal = match refusal {
                Some(refusal) => refusal,
                None if holds_separate_key(line) || !is_private && holds_a_key(line) => among_words(),
                // One message for all of its lines.
                None if is_private => match std::mem::take(&mut is_first) {
                    true => private_key_fragment(),
                    false => continue,
                },
                None => Refusal::new("no key in this line").about(Topic::LineWithoutKey),
            };
            let error = refusal.at(file, *number);
            sink.refused(if is_private { error.about_private_key() } else { error })?;
        }
        Ok(())
    }

    /// Reads the keys in the text before a BEGIN line, or reports those that cannot be read. Text without keys is allowed
    /// there, such as the output of `openssl rsa -text`.
    pub(super) fn keys_before_a_block(&mut self, file: &Place, sink: &mut dyn Sink) -> Result<(), Error> {
        if self.region.has_damaged_keys() {
            return self.no_keys(file, sink);
        }
        let region = std::mem::take(&mut self.region);
        if !region.has_options && envelope::may_hold_a_key_or_its_base64(&region.text) {
            let read = self.peel(file, &region.text, region.first, &holds_keys, sink)?;
            self.found |= read;
            let holds = |line: &Line<'_>| !read && holds_separate_key(line.bytes);
            for line in lines(&region.text, region.first).filter(holds) {
                self.found = true;
                sink.refused(among_words().at(file, line.number))?;
            }
        }
        self.region = region;
        Ok(())
    }

    /// Reports what a document without any key is.
    pub(super) fn document_without_key(
        &mut self,
        file: &Place,
        region: &Region,
        sink: &mut dyn Sink,
    ) -> Result<bool, Error> {
        let found = self.recover(file, &region.text, region.first, sink)?;
        let known = if found { None } else { diagnosis::of_line(&region.text).filter(|_| self.recovers) };
        match known {
            Some(known) => sink.refused(about(known.refusal.at(file, region.first), &region.text)).map(|()| true),
            None => Ok(found),
        }
    }
}

/// Whether a text that begins like a key's line still does so without its envelopes, and has no more lines than before.
/// sshd may read a line that this reader does not: then no key is shown that begins elsewhere in it.
fn begins_alike(text: &[u8], inner: &[u8]) -> bool {
    word(skip_spaces_and_tabs(inner)).0 == word(skip_spaces_and_tabs(text)).0
        && envelope::newlines(inner) <= envelope::newlines(text)
}

/// The keys in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// No key, or one that is damaged.
    None,
    /// Keys, and lines in which other words surround others.
    Some,
    /// Keys, each of which can be read.
    All,
}

/// Returns which keys a text holds.
fn holds_keys(text: &[u8]) -> Held {
    held(text, Probe::default())
}

/// The same, where base64 without a type belongs to something else.
fn holds_whole_keys(text: &[u8]) -> Held {
    held(text, Probe { requires_type: true, ..Probe::default() })
}

fn held(text: &[u8], mut probe: Probe) -> Held {
    let place = Place { file: String::new(), line: None };
    let inner = Reader { in_string: true, ..Reader::default() };
    match inner.read_string(&place, text, 1, true, &mut probe) {
        Ok((_, among_words)) if probe.keys > 0 => {
            if among_words.is_empty() && !probe.has_keys_among_words {
                Held::All
            } else {
                Held::Some
            }
        }
        Ok(_) | Err(_) => Held::None,
    }
}

/// Counts keys, and stops the reading at the first that is damaged.
#[derive(Default)]
struct Probe {
    keys: usize,
    /// Whether a key without its type is ignored.
    requires_type: bool,
    /// Whether the next refusal is only that of a key that needs a passphrase.
    is_encrypted: bool,
    /// Whether other words surround some keys.
    has_keys_among_words: bool,
}

impl Sink for Probe {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.keys += usize::from(!self.requires_type || !item.quirks.has(Quirk::NoType));
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        let is_among_words = error.topic() == Topic::AmongWords;
        self.has_keys_among_words |= is_among_words;
        if is_among_words || std::mem::take(&mut self.is_encrypted) { Ok(()) } else { Err(error) }
    }

    /// The remainder of an envelope may look like the name of another type, which is not a reason to stop here.
    fn doubtful(&mut self, _: &Place, _: &Item<'_>, _: Error) -> Result<(), Error> {
        Ok(())
    }

    fn aside(&mut self, _: &Place, _: usize, _: Aside, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    fn passphrase(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        self.keys += 1;
        self.is_encrypted = true;
        Ok(None)
    }
}

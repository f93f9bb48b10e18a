//! Reads the lines of a chunk, and those of a list of keys several at a time: a vector engine decodes the base64 of many
//! keys in half the time of one after the other.

use super::Reader;
use crate::error::{Error, Place};
use crate::input::{Chunk, Line};
use crate::key::base64::decode_into;
use crate::keyfile::codec::public_line::{CommonLine, ED25519_DIGITS};
use crate::keyfile::{Quirk, Quirks, Sink};

/// The number of bytes at the start of an input in which wrapped keys are searched for. The rest belongs to lists, or to
/// large files that are not text, and is only read.
const RECOVERY_REACHES: u64 = 1 << 20;

/// The number of lines whose base64 is decoded together.
const TOGETHER: usize = 32;

/// The length of an Ed25519 key's blob in bytes.
const BLOB: usize = ED25519_DIGITS / 4 * 3;

/// Consecutive lines, with the blobs of the Ed25519 keys in them.
#[derive(Default)]
struct Batch<'a> {
    lines: Vec<(Line<'a>, Option<CommonLine<'a>>)>,
    /// Their base64.
    encoded: Vec<u8>,
    /// The blobs of all lines whose base64 has the length of an Ed25519 key's. It is empty if one of these is not base64;
    /// then each is decoded alone.
    blobs: Vec<u8>,
}

impl<'a> Batch<'a> {
    /// Takes the next lines. Returns whether there are any.
    fn take(&mut self, lines: &mut impl Iterator<Item = Line<'a>>) -> bool {
        self.lines.clear();
        self.lines.extend(lines.take(TOGETHER).map(|line| (line, CommonLine::of(&line))));
        self.encoded.clear();
        for (_, line) in &self.lines {
            if let Some(encoded) = line.and_then(CommonLine::of_ed25519) {
                self.encoded.extend_from_slice(encoded);
            }
        }
        // At the end, padding is not an error, and makes the blobs shorter.
        let length = self.encoded.len() / ED25519_DIGITS * BLOB;
        if decode_into(&self.encoded, &mut self.blobs).is_err() || self.blobs.len() != length {
            self.blobs.clear();
        }
        !self.lines.is_empty()
    }
}

impl Reader {
    /// Reads the lines of a chunk.
    ///
    /// # Errors
    /// Those of the sink.
    pub(in super::super) fn chunk(&mut self, file: &Place, chunk: &Chunk, sink: &mut dyn Sink) -> Result<(), Error> {
        self.quirks = Quirks::default().with(Quirk::Utf16, chunk.utf16);
        self.recovers = sink.recovers() && chunk.offset < RECOVERY_REACHES;
        let (mut lines, mut batch) = (chunk.lines(), Batch::default());
        while batch.take(&mut lines) {
            let mut blobs = batch.blobs.as_chunks::<BLOB>().0.iter();
            for (line, common) in &batch.lines {
                let blob = common.and_then(CommonLine::of_ed25519).and_then(|_| blobs.next());
                match common {
                    Some(common) if self.expects_a_key() => self.common_line(file, line, *common, blob, sink)?,
                    _ => self.line(file, line, sink)?,
                }
            }
        }
        Ok(())
    }

    /// Whether the next line means the same as at the beginning of a list of keys.
    fn expects_a_key(&self) -> bool {
        self.is_fresh() && !(self.in_fence || self.after_fence)
    }

    /// Reads a line that looks like most lines of a list of keys. `decoded` is its blob, if that is known.
    fn common_line(
        &mut self,
        file: &Place,
        line: &Line<'_>,
        common: CommonLine<'_>,
        decoded: Option<&[u8; BLOB]>,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let blob = match decoded {
            Some(blob) => Some(&blob[..]),
            None => decode_into(common.encoded, &mut self.blob).is_ok().then_some(&self.blob[..]),
        };
        let quirks = self.quirks.with(Quirk::Crlf, line.crlf);
        match blob.and_then(|blob| common.item(line, quirks, blob)) {
            Some(item) => {
                self.found = true;
                self.blank_before = false;
                self.key_before = true;
                sink.item(file, &item)
            }
            None => self.line(file, line, sink),
        }
    }
}

//! Guards the file that an output would replace: no key in it may be lost.

use std::path::Path;

use common::error::{Error, Place};
use common::escape;
use common::input::Source;
use common::keyfile::{self, Item, Sink, holds_base64_of_a_private_key};
use common::secret::Secret;

use crate::found_file::{beginning, without_zeros};

/// What an output is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A report. It never has a key in it.
    Report,
    /// Lines of public keys.
    Keys,
}

/// Refuses to replace a file that an earlier output cannot have written: one with a private key, a binary file, or, by a
/// report, a file with any key.
///
/// # Errors
/// Something would be lost.
pub(crate) fn refuse_loss(path: &Path, place: &Place, content: Content) -> Result<(), Error> {
    // A file that cannot be read is replaced like any other.
    let Ok(source) = Source::file(path) else { return Ok(()) };
    let mut found = Found::default();
    keyfile::read(source, &mut found)?;
    let beginning = Source::file(path).map(beginning).unwrap_or_default();
    let is_binary = is_binary(&beginning);
    let (what, instead) = if found.private || names_a_private_key(&without_zeros(beginning)) {
        ("holds a private key, which would be lost", "remove this one if the key is no longer needed")
    } else if is_binary {
        ("is a binary file, which keycheck did not write", "remove this one if it is no longer needed")
    } else if found.public && content == Content::Report {
        ("holds keys, which the report would replace", "--filter and --rewrite write keys")
    } else {
        return Ok(());
    };
    Err(Error::failure(what).at(place.clone()).hint(format!("--output names another file; {instead}")))
}

/// Whether a text has the first line of a private key, or the base64 of one. A report has such words within its lines.
fn names_a_private_key(text: &[u8]) -> bool {
    let begins = |line: &[u8]| line.starts_with(b"-----BEGIN") || line.starts_with(b"PuTTY-User-Key-File-");
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| begins(line) && escape::names_a_private_key(line)) || holds_base64_of_a_private_key(text)
}

/// Whether a file has bytes that no text has: control characters, except in UTF-16 with a byte order mark, which Windows
/// shells write. Text may be in any encoding.
fn is_binary(beginning: &[u8]) -> bool {
    let is_utf16 = beginning.starts_with(&[0xff, 0xfe]) || beginning.starts_with(&[0xfe, 0xff]);
    let is_control = |byte: &u8| byte.is_ascii_control() && !b"\t\n\r\x0c\x1b".contains(byte);
    !is_utf16 && beginning.iter().any(is_control)
}

/// What keys a file has.
#[derive(Default)]
struct Found {
    public: bool,
    private: bool,
}

impl Sink for Found {
    fn item(&mut self, _file: &Place, item: &Item<'_>) -> Result<(), Error> {
        if item.private.is_some() {
            self.private = true;
        } else {
            self.public = true;
        }
        Ok(())
    }

    fn refused(&mut self, _error: Error) -> Result<(), Error> {
        Ok(())
    }

    fn recovers(&self) -> bool {
        true
    }

    /// Only an encrypted private key has one.
    fn passphrase(&mut self, _place: &Place) -> Result<Option<Secret>, Error> {
        self.private = true;
        Ok(None)
    }
}

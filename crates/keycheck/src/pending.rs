//! Input that was read and is not judged yet.

use std::path::PathBuf;

use common::error::{Error, Place};
use common::key::PublicKey;
use common::keyfile::Item;

use crate::allow_list::Measure;

/// A key that was read.
pub(crate) struct PendingKey {
    /// Its ordinal in the run, from 0: two keys may have the same place.
    pub ordinal: u32,
    /// The index of its input, from 0.
    pub input: usize,
    /// Its place.
    pub place: Place,
    /// For a private key, its file.
    pub path: Option<PathBuf>,
    /// The key.
    pub item: Item<'static>,
    /// Whether it is the second key in its file.
    pub is_second: bool,
    /// What else its input holds.
    pub beside: Beside,
    /// Whether `-r` found it in a file that is not for the services: a `known_hosts`, or a certificate.
    pub is_in_other_file: bool,
}

/// What an input holds beside a private key, so that keygen does not write the key in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Beside {
    /// Nothing.
    #[default]
    Nothing,
    /// Other text.
    Text,
    /// Another private key.
    PrivateKey,
}

/// Text beside the keys that may be given away, within the limits for all such text.
pub(crate) struct TextBeside {
    /// The index of its input, from 0.
    pub input: usize,
    /// Its place.
    pub place: Place,
    /// Its kind.
    pub kind: KindOfText,
    /// A hash by which a copy in another file is recognised ([`crate::allow_list::identity`]).
    pub identity: u64,
    /// The information in it.
    pub measure: Measure,
}

/// The kind of a text beside the keys.
pub(crate) enum KindOfText {
    /// A comment line, or a blank line.
    Line,
    /// A commented-out key. It is judged as a key, but not reported.
    Key(Box<PublicKey<'static>>),
    /// The name of a file or folder.
    Name,
}

/// A unit of input that was read.
pub(crate) enum Pending {
    /// A key.
    Key(Box<PendingKey>),
    /// Text beside the keys.
    Text(TextBeside),
    /// Why a text is not a key, or may not be given away.
    Refused(Error),
}

impl Pending {
    /// Returns the key, if it is one, even if it is commented out.
    pub(crate) fn key(&self) -> Option<&PublicKey<'static>> {
        match self {
            Self::Key(pending) => Some(&pending.item.key),
            Self::Text(TextBeside { kind: KindOfText::Key(key), .. }) => Some(key),
            _ => None,
        }
    }

    /// Returns the bytes that it takes in memory, in addition to its own size.
    pub(crate) fn bytes(&self) -> usize {
        let Self::Key(pending) = self else { return 0 };
        let Item { key, comment, lead, text, .. } = &pending.item;
        let length = |bytes: &Option<std::borrow::Cow<'_, [u8]>>| bytes.as_ref().map_or(0, |bytes| bytes.len());
        key.blob().len() + text.len() + length(comment) + length(lead)
    }
}

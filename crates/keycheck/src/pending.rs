//! What was read and has yet to be judged.

use std::path::PathBuf;

use common::error::{Error, Place};
use common::key::PublicKey;
use common::keyfile::Item;

use crate::allow_list::Measure;

/// A key that was read.
pub(crate) struct PendingKey {
    /// Which key of the run it is, counted from 0: two keys may be at one place.
    pub ordinal: u32,
    /// Which input it is in, counted from 0.
    pub input: usize,
    /// Its place.
    pub place: Place,
    /// For a private key, its file.
    pub path: Option<PathBuf>,
    /// The key.
    pub item: Item<'static>,
    /// Whether it is the second key in its file.
    pub is_second: bool,
}

/// Text beside the keys that may be given away, within the limits for all such text.
pub(crate) struct TextBeside {
    /// Which input it is in, counted from 0.
    pub input: usize,
    /// Its place.
    pub place: Place,
    /// What it is.
    pub kind: KindOfText,
    /// What it is known by, if it stands in another file, too ([`crate::allow_list::identity`]).
    pub identity: u64,
    /// How much it tells.
    pub measure: Measure,
}

/// What stands beside the keys.
pub(crate) enum KindOfText {
    /// A line of comment, or a blank one.
    Line,
    /// A line of comment that is a key without its number sign. It is judged as one, and not reported.
    Key(Box<PublicKey<'static>>),
    /// The name of a file or folder.
    Name,
}

/// What was read.
pub(crate) enum Pending {
    /// A key.
    Key(Box<PendingKey>),
    /// Text beside the keys.
    Text(TextBeside),
    /// Why something is no key, or may not be given away.
    Refused(Error),
}

impl Pending {
    /// The key, if it is one, even commented out.
    pub(crate) fn key(&self) -> Option<&PublicKey<'static>> {
        match self {
            Self::Key(pending) => Some(&pending.item.key),
            Self::Text(TextBeside { kind: KindOfText::Key(key), .. }) => Some(key),
            _ => None,
        }
    }

    /// The bytes that it takes in memory, beyond what each takes.
    pub(crate) fn bytes(&self) -> usize {
        let Self::Key(pending) = self else { return 0 };
        let Item { key, comment, lead, text, .. } = &pending.item;
        let length = |bytes: &Option<std::borrow::Cow<'_, [u8]>>| bytes.as_ref().map_or(0, |bytes| bytes.len());
        key.blob().len() + text.len() + length(comment) + length(lead)
    }
}

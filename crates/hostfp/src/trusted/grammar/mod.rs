//! The words and lines of which trusted texts consist: what a fingerprint or a key is, and how texts are decoded.

use common::error::Error;

pub(crate) mod confusable;
pub(crate) mod copied;
pub(crate) mod host_key_paths;
pub(crate) mod json;
pub(crate) mod line;
pub(crate) mod pattern;
pub(crate) mod text;
pub(crate) mod words;

/// Why a text does not count, with the number of the line.
pub(crate) type NotTrusted = (Option<usize>, Error);

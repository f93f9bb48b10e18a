//! The type of an envelope's contents.

use zeroize::Zeroizing;

/// A text without one envelope; it may be a private key, so it is wiped.
pub(in super::super) type Text = Zeroizing<Vec<u8>>;

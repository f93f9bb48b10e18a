//! Decides what may be given away with a public key: by a grammar for the bytes that are uploaded or printed, and by a limit on
//! the information in them.
//!
//! A private key cannot be recognised in every disguise: it may be encoded, split, reversed, packed or hidden after other
//! words. So nothing is searched for here. What is given away is one of
//!
//! - `[options] type base64 [comment]`, where the base64 is that of one whole key of a known type, in canonical form,
//!   and the options are sshd's; or
//! - RFC 4716's block around the same base64;
//!
//! and all free text in it (options, comment, headers, spaces, the application of a security key) is words that people read,
//! and carries at most [`MOST_BITS`] bits of information together.
//!
//! # Why no private key fits
//!
//! The smallest secret has 32 bytes: the seed of an Ed25519 key or the private integer of an ECDSA key on P-256, that is 43
//! characters of base64 or 64 of hexadecimal. The information in a text is the length of its description in a code
//! ([`information`]). Fewer than 2^200 descriptions have less than 200 bits. So if 2^256 secrets are written as texts in any
//! way, at most 2^200 of the texts pass, one in 2^56. That holds for every way, since the code does not depend on it: no list
//! of encodings has to be complete. What passes carries at most 200 bits of such a secret, and leaves 56 or more to be guessed.
//!
//! This measures one text. [`Budget`] adds the information in the lines beside it (comments, blank lines): words, and two bits
//! for each line, whose presence and end could be chosen. A copy of a key is such a line. One budget covers all files of a run,
//! which may be given away together. An RSA exponent that programs do not choose counts as text, too. A secret could still be
//! cut into pieces for the comments of many keys, so the text outside known words is limited in all of them together. That is a
//! heuristic, and stops coarse pieces: pieces as short as the numbers in host names cannot be distinguished from those.
//!
//! The modulus or point of the public key itself is only searched for files of private keys and for text: a bare secret instead
//! of it looks like a public key.

mod budget;
mod information;
mod key;
mod pieces;
mod private_files;
mod text;
mod vocabulary;

use common::escape;
use common::key::{Kind, PublicKey};

pub(crate) use budget::{Budget, identity};
pub(crate) use key::commented_out;
pub(crate) use text::{MOST_BITS, Measure, Refusal, prose, words};

/// The bytes of one public key that may be given away: nothing else is ever written.
#[derive(Clone, Debug)]
pub(crate) struct Cleared {
    text: Vec<u8>,
    /// The information in the text around the key.
    pub measure: Measure,
}

impl Cleared {
    /// Takes the final bytes of one key.
    ///
    /// # Errors
    /// They may not be given away.
    pub(crate) fn of(text: Vec<u8>) -> Result<Self, Refusal> {
        key::key(&text).map(|measure| Self { text, measure })
    }

    /// Returns the bytes.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// Whether a text may be shown in a report, with its escapes.
pub(crate) fn may_be_shown(text: &[u8]) -> bool {
    words(escape::text(text).as_bytes()).is_ok()
}

/// Returns the name of a key's type as a report shows it: the name of an unknown type could be anything.
pub(crate) fn type_name(key: &PublicKey<'_>) -> String {
    let name = key.type_name();
    if key.kind() == Kind::Unknown && !may_be_shown(name.as_bytes()) {
        "unknown".to_owned()
    } else {
        escape::text(name.as_bytes())
    }
}

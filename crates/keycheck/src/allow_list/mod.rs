//! What may be given away with a public key: a grammar for the bytes that are uploaded or printed, and a limit on the
//! information in them.
//!
//! A private key cannot be recognised in every disguise: it may be encoded, split, reversed, packed or hidden behind
//! other words. So nothing is searched for here. What is given away is one of
//!
//! - `[options] type base64 [comment]`, where the base64 is that of one whole key of a known type, in canonical form,
//!   and the options are sshd's; or
//! - RFC 4716's block around the same base64;
//!
//! and all that is free text in it (options, comment, headers, blanks, the application of a key that a security key
//! holds) is words that people read, and tells no more than [`MOST_BITS`] bits together.
//!
//! # Why no private key fits
//!
//! The smallest secret is 32 bytes: the seed of an Ed25519 key or the number of an ECDSA key on P-256, that is 43
//! characters of base64 or 64 of hexadecimal. What a text tells is measured by the length of its description in a code
//! ([`information`]), of which there are fewer than 2^200 with less than 200 bits. Take any way to write 2^256 secrets
//! as texts: no more than 2^200 of them get texts that pass, one in 2^56. That holds whatever the way is, since the
//! code does not depend on it: no list of encodings has to be complete. What passes tells at most 200 bits of such a
//! secret, and leaves 56 or more to be guessed.
//!
//! The measure is that of one text. [`Budget`] adds what the lines beside it (comments, blank lines) tell: words, and two
//! bits for each line, whose presence and end could be chosen. A copy of a key is such a line. It is kept for all files of
//! a run, which may be given away together. An RSA exponent that programs do not choose counts as
//! text, too. A secret could still be cut into pieces for the comments of many keys: what no word explains in all of them
//! together is bounded. That is a guess, and holds back what is cut coarsely: pieces as short as the numbers in host
//! names cannot be distinguished from those.
//!
//! The modulus or point of the public key itself is only searched for files of private keys and for text: a bare secret in
//! its place looks like a public key.

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
    /// What stands around the key tells this.
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

    /// The bytes.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// Whether a text may be shown in a report: as it is shown, with its escapes.
pub(crate) fn may_be_shown(text: &[u8]) -> bool {
    words(escape::text(text).as_bytes()).is_ok()
}

/// The name of a key's type as a report shows it: that of an unknown type could be anything.
pub(crate) fn type_name(key: &PublicKey<'_>) -> String {
    let name = key.type_name();
    if key.kind() == Kind::Unknown && !may_be_shown(name.as_bytes()) {
        "unknown".to_owned()
    } else {
        escape::text(name.as_bytes())
    }
}

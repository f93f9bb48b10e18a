//! Reads keys in all formats, recognised by content, not by file name.
//!
//! Reading has three stages, each a list to which a row can be added:
//!
//! 1. Strict reading. A format is either a line (`public_line`, `authorized_keys`, `known_hosts`) or a block between two
//!    lines: PEM, RFC 4716, and PuTTY's, whose lines have names. A line may also be broken (`wrapped`) or have its key in a
//!    string (`json`). [`options`] is the grammar of sshd's options. [`codec`] has one file per format, with decoder and
//!    encoder; `codec::content` recognises by the structure what a block holds, whatever its label is.
//! 2. `envelope`. If a text cannot be read directly, and the [`Sink`] wants it, envelopes are removed: quotes, names,
//!    prefixes, encodings, lost newlines. Each is a [`Quirk`] of the key. Strict reading then reads the contents.
//! 3. `diagnosis`. Text that is not a key is named, with a remedy.
//!
//! `encryption` has the key derivations and ciphers of private keys; `limits` bounds their cost. [`PrivateKey`] has both
//! halves of a private key and checks whether they agree. [`read()`], or [`read_operands_with_all_cores`] for many keys,
//! reads inputs; `reader` passes each line or block to its format, and the results to a [`Sink`]; `reader::recovery` has
//! the second and third stage. Lines without a key wait in a `region` until it is clear what they are.
//!
//! To add a format: a file in `codec`, a row in `codec::content`, and a row in [`Form`].

mod asn1;
mod authorized_keys;
mod block;
pub mod codec;
mod diagnosis;
mod encryption;
mod envelope;
mod form;
mod json;
mod key_material;
mod known_hosts;
mod layout;
mod limits;
mod located_key;
pub mod options;
mod pages;
mod pem;
mod private_key;
mod public_half;
mod quirk;
mod read;
mod reader;
mod region;
mod sink;
mod validate;
mod wrapped;

use std::borrow::Cow;
use std::sync::Arc;

pub use diagnosis::{GIVE_PUBLIC_KEY, holds_base64_of_a_private_key};
pub use encryption::{DecryptError, Derivation, Protection};
pub use envelope::decodings;
pub use form::Form;
pub use key_material::{Bytes, KeyMaterial, RsaComponents, padded_scalar};
pub use limits::{Budget, MAX_BCRYPT_ROUNDS, Spent};
pub use located_key::holds_a_key;
pub use pages::{Collector, read_operands_with_all_cores};
pub use private_key::PrivateKey;
pub use quirk::{Quirk, Quirks};
pub use read::{read, read_operands};
pub use sink::{Aside, Sink};
pub use validate::Disagreement;

use crate::error::Topic;
use crate::key::PublicKey;

/// The private part of a file with a private key.
#[derive(Clone)]
pub struct Private {
    /// Its protection.
    pub protection: Protection,
    /// Both halves; none while the private half is encrypted, and for keys whose private half is not in the file (those of
    /// security keys) or is not supported (RSA with more than two primes).
    pub key: Option<Arc<PrivateKey>>,
    /// The reason why it was not decrypted, although a passphrase was given or none was needed.
    pub error: Option<DecryptError>,
}

/// A key found in the input, with the text around it.
pub struct Item<'a> {
    /// The line on which it begins, counted from 1.
    pub line: usize,
    /// Its format.
    pub form: Form,
    /// The key; for a private key its public half.
    pub key: PublicKey<'a>,
    /// The comment, as it was given; none for an encrypted key whose comment is encrypted too.
    pub comment: Option<Cow<'a, [u8]>>,
    /// The text before the key on its line: options, or a marker and hosts.
    pub lead: Option<Cow<'a, [u8]>>,
    /// For a private key, the private part of the file.
    pub private: Option<Private>,
    /// Its unusual properties.
    pub quirks: Quirks,
    /// Its lines with their ends; empty for a private key.
    pub text: Cow<'a, [u8]>,
}

impl Item<'_> {
    /// Copies the item, so that it outlives the text from which it was read.
    #[must_use]
    pub fn to_owned(&self) -> Item<'static> {
        let owned = |bytes: &Cow<'_, [u8]>| bytes.to_vec().into();
        Item {
            line: self.line,
            form: self.form,
            key: self.key.clone().into_owned(),
            comment: self.comment.as_ref().map(owned),
            lead: self.lead.as_ref().map(owned),
            private: self.private.clone(),
            quirks: self.quirks,
            text: owned(&self.text),
        }
    }
}

/// The result of decoding a block.
struct DecodedBlock {
    form: Form,
    key: PublicKey<'static>,
    comment: Option<Vec<u8>>,
    private: Option<Private>,
    /// The unusual properties of the block's label or contents.
    quirks: Quirks,
}

impl DecodedBlock {
    /// Makes a public key without a comment.
    const fn public(form: Form, key: PublicKey<'static>) -> Self {
        Self { form, key, comment: None, private: None, quirks: Quirks::EMPTY }
    }

    /// Makes a private key that needs no passphrase, without a comment.
    fn private(form: Form, key: PrivateKey) -> Self {
        Self::plain(form, key.public.clone(), Some(key))
    }

    /// The same for a private half that may be unavailable, such as that of a security key.
    fn plain(form: Form, public: PublicKey<'static>, key: Option<PrivateKey>) -> Self {
        Self::encrypted(form, public, Protection::Plain).with_decrypted(Ok(key))
    }

    /// Makes a private key of which only the public half can be read so far.
    const fn encrypted(form: Form, public: PublicKey<'static>, protection: Protection) -> Self {
        let private = Private { protection, key: None, error: None };
        Self { form, key: public, comment: None, private: Some(private), quirks: Quirks::EMPTY }
    }

    /// Adds a quirk, if `holds`.
    fn with_quirk(self, quirk: Quirk, holds: bool) -> Self {
        Self { quirks: self.quirks.with(quirk, holds), ..self }
    }

    /// Sets the protection.
    fn protected(self, protection: Protection) -> Self {
        Self { private: self.private.map(|private| Private { protection, ..private }), ..self }
    }

    /// Adds the result of decrypting the private key.
    fn with_decrypted(self, decrypted: Result<Option<PrivateKey>, DecryptError>) -> Self {
        let private = self.private.map(|private| match decrypted {
            Ok(key) => Private { key: key.map(Arc::new), ..private },
            Err(error) => Private { error: Some(error), ..private },
        });
        Self { private, ..self }
    }

    /// Whether its private half needs a passphrase.
    fn is_encrypted(&self) -> bool {
        let encrypted = |private: &Private| private.protection != Protection::Plain && private.key.is_none();
        self.private.as_ref().is_some_and(encrypted)
    }
}

/// The reason why something is not a readable key, with a remedy if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    why: String,
    hint: Option<Cow<'static, str>>,
    /// Whether it can be read with a passphrase.
    needs_passphrase: bool,
    topic: Topic,
}

impl Refusal {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), hint: None, needs_passphrase: false, topic: Topic::Other }
    }

    /// The refusal of a block that does not look like one of a key.
    fn block_without_key() -> Self {
        Self::new("a block that holds no key").about(Topic::NoKey)
    }

    fn about(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }

    fn hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The refusal of a private key whose structure is broken.
    fn damaged() -> Self {
        Self::new(DecryptError::Damaged.to_string())
    }

    /// The refusal of a private key whose public half cannot be read without the passphrase.
    fn encrypted() -> Self {
        let refusal = Self::new("the private key is encrypted, including its public half");
        Self {
            needs_passphrase: true,
            ..refusal.hint("give its passphrase with --passphrase-file FILE, or the public key file instead")
        }
    }
}

impl From<crate::key::Malformed> for Refusal {
    fn from(malformed: crate::key::Malformed) -> Self {
        Self::new(malformed.to_string())
    }
}

//! The forms a key comes in, recognised by content, not by name.
//!
//! Reading has three stages, each a list to which a row can be added:
//!
//! 1. Strict reading. A form is either a line (`public_line`, `authorized_keys`, `known_hosts`) or a block between two
//!    lines: PEM, RFC 4716, and PuTTY's, whose lines have names of their own. A line may also be broken (`wrapped`) or hold
//!    its key in a string (`json`). [`options`] is the grammar of sshd's options. [`codec`] has one file a format, decoder
//!    and encoder together; `codec::content` tells by the structure what a block holds, whatever its label says.
//! 2. `envelope`. Where a text cannot be read as it stands, and the [`Sink`] wants it, what wraps it is taken off: quotes,
//!    names, marks, encodings, lost newlines. Each is a [`Quirk`] of the key. Strict reading then reads what is inside.
//! 3. `diagnosis`. What is no key is named, with a remedy.
//!
//! `encryption` has the key derivations and ciphers of private keys; `limits` bounds what they may cost. [`PrivateKey`] is
//! both halves of a private key, and whether they agree. [`read()`], or [`read_operands_with_all_cores`] for many keys,
//! reads inputs; `reader` hands each line or block to the format it belongs to, and what is found to a [`Sink`];
//! `reader::recovery` has the second and third stage. Lines without a key wait in a `region` until it is clear what they
//! are.
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

/// What a file holds of a private key beside its public half.
#[derive(Clone)]
pub struct Private {
    /// How it is protected.
    pub protection: Protection,
    /// Both halves; none while the private half is encrypted, and for keys whose private half is not in the file (those
    /// of security keys) or is not read (RSA of more than two primes).
    pub key: Option<Arc<PrivateKey>>,
    /// Why it was not decrypted, though a passphrase was given or none was needed.
    pub error: Option<DecryptError>,
}

/// A key found in the input, with what stood around it.
pub struct Item<'a> {
    /// The line it begins on, counted from 1.
    pub line: usize,
    /// What it was written as.
    pub form: Form,
    /// The key; for a private key its public half.
    pub key: PublicKey<'a>,
    /// The comment, as it was given; none for an encrypted key whose comment is encrypted too.
    pub comment: Option<Cow<'a, [u8]>>,
    /// What stood before the key on its line: options, or a marker and hosts.
    pub lead: Option<Cow<'a, [u8]>>,
    /// For a private key, what the file holds beside its public half.
    pub private: Option<Private>,
    /// What is unusual about the text.
    pub quirks: Quirks,
    /// The lines it stands on, with their ends; empty for a private key.
    pub text: Cow<'a, [u8]>,
}

impl Item<'_> {
    /// The same, for longer than what it was read from.
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

/// What a block form finds.
struct DecodedBlock {
    form: Form,
    key: PublicKey<'static>,
    comment: Option<Vec<u8>>,
    private: Option<Private>,
    /// What is unusual about the block's label or contents.
    quirks: Quirks,
}

impl DecodedBlock {
    /// A public key without a comment.
    const fn public(form: Form, key: PublicKey<'static>) -> Self {
        Self { form, key, comment: None, private: None, quirks: Quirks::EMPTY }
    }

    /// A private key that needs no passphrase, without a comment.
    fn private(form: Form, key: PrivateKey) -> Self {
        Self::plain(form, key.public.clone(), Some(key))
    }

    /// The same, where the private half may be one that cannot be read, such as that of a security key.
    fn plain(form: Form, public: PublicKey<'static>, key: Option<PrivateKey>) -> Self {
        Self::encrypted(form, public, Protection::Plain).with_decrypted(Ok(key))
    }

    /// A private key of which only the public half can be read so far.
    const fn encrypted(form: Form, public: PublicKey<'static>, protection: Protection) -> Self {
        let private = Private { protection, key: None, error: None };
        Self { form, key: public, comment: None, private: Some(private), quirks: Quirks::EMPTY }
    }

    /// The same with a quirk, where it holds.
    fn with_quirk(self, quirk: Quirk, holds: bool) -> Self {
        Self { quirks: self.quirks.with(quirk, holds), ..self }
    }

    /// The same key, protected so.
    fn protected(self, protection: Protection) -> Self {
        Self { private: self.private.map(|private| Private { protection, ..private }), ..self }
    }

    /// A private key with what decrypting it gave.
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

/// Why something is no key that can be read: in words, with a remedy where there is one.
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

    /// A block that does not look like one of a key.
    fn block_without_key() -> Self {
        Self::new("a block that holds no key").about(Topic::NoKey)
    }

    fn about(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }

    fn hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// A private key whose structure is broken.
    fn damaged() -> Self {
        Self::new(DecryptError::Damaged.to_string())
    }

    /// A private key whose public half cannot be read without the passphrase.
    fn encrypted() -> Self {
        let refusal = Self::new("the private key is encrypted, and its public half with it");
        Self { needs_passphrase: true, ..refusal.hint("give its passphrase, or the public key's file instead") }
    }
}

impl From<crate::key::Malformed> for Refusal {
    fn from(malformed: crate::key::Malformed) -> Self {
        Self::new(malformed.to_string())
    }
}

//! The forms a key comes in, recognised by content, not by name: one file a form.
//!
//! A form is either a line (`public_line`, `authorized_keys`, `known_hosts`) or a block between two lines
//! (`openssh_private`, `pkcs1`, `sec1`, `dsa`, `pkcs8`, `spki`, `rfc4716`, and `ppk`, whose lines have names of their
//! own). A line may also be broken (`wrapped`) or hold its key in a string (`json`). [`options`] is the grammar of sshd's
//! options, and `work` bounds what opening encrypted keys may cost. [`read()`], or [`read_operands_with_all_cores`] for
//! many keys, reads inputs; `reader` hands each line or block to the form it belongs to. To add a form: a file here, a
//! row in [`Form`], and for a block a row in `block`'s table.

mod authorized_keys;
mod block;
mod dsa;
mod json;
mod known_hosts;
mod located_key;
pub mod numbers;
pub mod oid;
pub mod openssh_private;
pub mod options;
mod pages;
pub mod pem;
mod pkcs1;
mod pkcs8;
pub mod ppk;
mod private;
mod public_line;
mod quirk;
mod read;
mod reader;
mod rfc4716;
pub mod sealed;
mod sec1;
mod sink;
mod spki;
mod work;
mod wrapped;

use std::borrow::Cow;

pub use numbers::Numbers;
pub use pages::{Collector, read_operands_with_all_cores};
pub use private::{DecryptError, Derivation, Private, Protection};
pub use quirk::{Quirk, Quirks};
pub use read::{read, read_operands};
pub use sink::{Aside, Sink};
pub use work::{Budget, MAX_BCRYPT_ROUNDS, Spent};

use crate::key::PublicKey;

/// What a key was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `type base64 comment`, as in an `id_*.pub` file.
    PublicLine,
    /// The same behind options, as in `authorized_keys`; sshd(8).
    AuthorizedKeys,
    /// The same behind host names, as in `known_hosts`; sshd(8).
    KnownHosts,
    /// `OPENSSH PRIVATE KEY`; OpenSSH's PROTOCOL.key.
    OpenSshPrivate,
    /// `RSA PRIVATE KEY`; RFC 8017 appendix A.1.2.
    Pkcs1Private,
    /// `RSA PUBLIC KEY`; RFC 8017 appendix A.1.1.
    Pkcs1Public,
    /// `EC PRIVATE KEY`; RFC 5915.
    Sec1Private,
    /// `DSA PRIVATE KEY`; OpenSSL's own.
    DsaPrivate,
    /// `PRIVATE KEY`; RFC 5958.
    Pkcs8Private,
    /// `PUBLIC KEY`; RFC 5280 section 4.1.
    Spki,
    /// `SSH2 PUBLIC KEY`; RFC 4716.
    Rfc4716,
    /// `PuTTY-User-Key-File-2` and `-3`; appendix C of the PuTTY manual.
    PpkPrivate,
}

impl Form {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublicLine => "openssh-public",
            Self::AuthorizedKeys => "authorized_keys",
            Self::KnownHosts => "known_hosts",
            Self::OpenSshPrivate => "openssh-private",
            Self::Pkcs1Private => "pkcs1-private",
            Self::Pkcs1Public => "pkcs1-public",
            Self::Sec1Private => "sec1-private",
            Self::DsaPrivate => "dsa-private",
            Self::Pkcs8Private => "pkcs8-private",
            Self::Spki => "spki",
            Self::Rfc4716 => "rfc4716",
            Self::PpkPrivate => "ppk-private",
        }
    }
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
    /// For a private key, what there is beside its public half.
    pub private: Option<Private>,
    /// What was odd about the text.
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
struct Found {
    form: Form,
    key: PublicKey<'static>,
    comment: Option<Vec<u8>>,
    private: Option<Private>,
}

impl Found {
    /// A public key without a comment.
    const fn public(form: Form, key: PublicKey<'static>) -> Self {
        Self { form, key, comment: None, private: None }
    }

    /// A private key that needs no passphrase, without a comment.
    fn plain(form: Form, key: PublicKey<'static>, numbers: Option<Numbers>) -> Self {
        let numbers = numbers.map(std::sync::Arc::new);
        let private = Private { protection: Protection::Plain, numbers, closed: None };
        Self { form, key, comment: None, private: Some(private) }
    }

    /// Whether its numbers wait for a passphrase.
    fn is_closed(&self) -> bool {
        let encrypted = |private: &Private| private.protection != Protection::Plain && private.numbers.is_none();
        self.private.as_ref().is_some_and(encrypted)
    }
}

/// Why something is no key that can be read: in words, with a remedy where there is one.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    why: String,
    hint: Option<&'static str>,
    /// A passphrase would open it.
    sealed: bool,
}

impl Refusal {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), hint: None, sealed: false }
    }

    fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// A private key whose public half cannot be read without the passphrase.
    fn encrypted() -> Self {
        let refusal = Self::new("the private key is encrypted, and its public half with it");
        Self { sealed: true, ..refusal.hint("give its passphrase, or the public key's file instead") }
    }
}

impl From<crate::key::Malformed> for Refusal {
    fn from(malformed: crate::key::Malformed) -> Self {
        Self::new(malformed.to_string())
    }
}

//! What a private key's file holds beside the public half, and how that is protected.

use std::fmt;
use std::sync::Arc;

use super::Numbers;

/// What there is to a private key beside its public half.
#[derive(Clone)]
pub struct Private {
    /// How it is protected.
    pub protection: Protection,
    /// Its numbers; none while they are encrypted, or where there are none (keys held by a security key).
    pub numbers: Option<Arc<Numbers>>,
    /// Why they could not be read though somebody gave a passphrase, or none was needed.
    pub closed: Option<DecryptError>,
}

/// How a private key is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all: who reads the file has the key.
    Plain,
    /// By a passphrase, of which the cipher's key is derived.
    Encrypted(Derivation),
}

/// What whoever guesses a passphrase has to do for each guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// One round of MD5: `DEK-Info`.
    Md5,
    /// Rounds of bcrypt: OpenSSH's own form.
    Bcrypt {
        /// How many.
        rounds: u32,
    },
    /// PBES1, which knows DES and RC2 only: PKCS#8, RFC 8018 section 6.1.
    Pbes1,
    /// PBKDF2: PKCS#8.
    Pbkdf2 {
        /// How many iterations.
        iterations: u32,
    },
    /// scrypt: PKCS#8, RFC 7914.
    Scrypt {
        /// The memory in bytes, gone over as often as it is asked for.
        work: u64,
    },
    /// One round of SHA-1: PuTTY's form, version 2.
    Sha1,
    /// Argon2: PuTTY's form, version 3.
    Argon2 {
        /// The memory in KiB, times the passes.
        work: u64,
    },
    /// Something else.
    Unknown,
}

/// Why a key was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecryptError {
    /// It is encrypted in a way that is not read here.
    Unknown,
    /// Its parameters ask for more time or memory than a key is worth.
    TooCostly,
    /// It and the keys before it ask for more work than one run may do.
    BudgetSpent,
    /// The passphrase is not the one.
    WrongPassphrase,
    /// It needs no passphrase and is damaged.
    Damaged,
}

impl fmt::Display for DecryptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the private key is encrypted in a way that is not read here",
            Self::TooCostly => "the private key asks for more work to open it than any key is worth",
            Self::BudgetSpent => "opening this key and those before it takes more work than one run may do",
            Self::WrongPassphrase => "the passphrase is wrong",
            Self::Damaged => "the private key is damaged",
        })
    }
}

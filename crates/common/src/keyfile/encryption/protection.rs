//! How a private key is protected, and the reasons why decrypting one fails.

use std::fmt;

use crate::keyfile::form::Form;

/// The protection of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all: anyone who can read the file has the key.
    Plain,
    /// By a passphrase, from which the cipher's key is derived.
    Encrypted(Derivation),
}

/// The work for each guess at a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// One round of MD5: `DEK-Info`.
    Md5,
    /// Rounds of bcrypt: OpenSSH's own format.
    Bcrypt {
        /// The number of rounds.
        rounds: u32,
    },
    /// PBES1 and PKCS#12's schemes, which have DES, Triple DES, RC2 and RC4 only: PKCS#8, RFC 8018 section 6.1, RFC 7292
    /// appendix C.
    Pbes1,
    /// PBKDF2: PKCS#8.
    Pbkdf2 {
        /// The number of iterations.
        iterations: u32,
    },
    /// scrypt: PKCS#8, RFC 7914.
    Scrypt {
        /// The memory in bytes, times p.
        work: u64,
    },
    /// One round of SHA-1: PuTTY's format, version 2.
    Sha1,
    /// Argon2: PuTTY's format, version 3.
    Argon2 {
        /// The memory in KiB, times the passes.
        work: u64,
    },
    /// An unknown derivation.
    Unknown,
}

/// The reason why a key was not decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecryptError {
    /// Its encryption is not supported.
    Unknown,
    /// Its parameters exceed the limits.
    TooCostly,
    /// It and the keys before it exceed the run's work budget.
    BudgetSpent,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// It is damaged.
    Damaged,
}

impl DecryptError {
    /// Describes the error, for a key of this format. For PuTTY's format, which is authenticated, it is more precise.
    #[must_use]
    pub fn of_form(self, form: Form) -> String {
        match (form, self) {
            (Form::PpkPrivate(_), Self::WrongPassphrase) => {
                "the passphrase is wrong, or the file was changed".to_owned()
            }
            (Form::PpkPrivate(_), Self::Damaged) => {
                "the private key is damaged: its Private-MAC does not match; it covers the comment and all other lines, of which \
                 one was changed".to_owned()
            }
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for DecryptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the encryption of the private key is not supported here",
            Self::TooCostly => "decrypting the private key would exceed the work limit for one key",
            Self::BudgetSpent => "decrypting this key and those before it would exceed the work limit of one run",
            Self::WrongPassphrase => "the passphrase is wrong",
            Self::Damaged => "the private key is damaged",
        })
    }
}

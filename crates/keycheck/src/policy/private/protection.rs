//! Checks how a private key is protected.

use common::keyfile::{Derivation, Protection};

use crate::finding::{Check, Finding, Severity};

/// The private key has no passphrase.
pub(crate) static UNENCRYPTED: Check = Check {
    name: "unencrypted",
    severity: Severity::Warning,
    what: "The private key has no passphrase.",
    why: "Anyone who can read the file, a backup or a stolen disk can use it.",
    remedy: "keygen -p -f FILE sets a passphrase; ssh-agent spares typing it.",
    source: "OpenSSH, ssh-keygen(1), -p; NIST IR 7966",
};

/// The passphrase can be guessed quickly.
pub(crate) static WEAK_PROTECTION: Check = Check {
    name: "weak-protection",
    severity: Severity::Warning,
    what: "The passphrase protects the private key weakly: the function that derives the cipher's key from it is fast.",
    why: "Anyone who has the file can try millions of passphrases per second, and finds most of those that \
          people can remember. Weak are: one round of MD5 (DEK-Info in PEM) or of SHA-1 (PuTTY's version 2), PBES1, \
          fewer than 16 rounds of bcrypt, 10,000 iterations of PBKDF2, 16 MiB of scrypt, or 35 MiB of Argon2 (memory \
          times passes).",
    remedy: "keygen -p -f FILE rewrites it in OpenSSH format, with bcrypt; for PuTTY: keygen -p -m PPK -f FILE.",
    source: "OpenSSH, ssh-keygen(1), -a; NIST SP 800-63B, section 5.1.1.2; RFC 7914, section 2; OWASP, \
             Password Storage Cheat Sheet, Argon2id; RFC 8018, section 6.1",
};

/// The fewest rounds of bcrypt: ssh-keygen's default.
const LEAST_ROUNDS: u32 = 16;

/// The fewest iterations of PBKDF2.
const LEAST_ITERATIONS: u32 = 10_000;

/// The least work of scrypt, in bytes: N = 16384, r = 8, p = 1.
const LEAST_SCRYPT: u64 = 16 << 20;

/// The least work of Argon2, in KiB times passes: 7 MiB in five passes.
const LEAST_ARGON2: u64 = 7168 * 5;

/// Returns the finding for a key with this protection.
pub(super) fn check(protection: Protection) -> Option<Finding> {
    let Protection::Encrypted(derivation) = protection else {
        return Some(UNENCRYPTED.found("the private key has no passphrase: anyone who can read the file can use it"));
    };
    let why = match derivation {
        Derivation::Md5 => "one round of MD5".to_owned(),
        Derivation::Sha1 => "one round of SHA-1 (PuTTY's version 2)".to_owned(),
        Derivation::Pbes1 => "PBES1 or PKCS#12's scheme, whose ciphers are DES, Triple DES and RC2".to_owned(),
        Derivation::Bcrypt { rounds } if rounds < LEAST_ROUNDS => {
            format!("{rounds} rounds of bcrypt, where {LEAST_ROUNDS} are usual")
        }
        Derivation::Pbkdf2 { iterations } if iterations < LEAST_ITERATIONS => {
            format!("{iterations} iterations of PBKDF2, where {LEAST_ITERATIONS} are the least")
        }
        Derivation::Scrypt { work } if work < LEAST_SCRYPT => {
            format!("scrypt with {} KiB, where {} are the least", work >> 10, LEAST_SCRYPT >> 10)
        }
        Derivation::Argon2 { work } if work < LEAST_ARGON2 => {
            format!("Argon2 with {work} KiB times passes, where {LEAST_ARGON2} are the least")
        }
        _ => return None,
    };
    Some(WEAK_PROTECTION.found(format!("its passphrase is quickly guessed: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ssh_keygen_and_keygen_write_is_not_weak_and_less_is() {
        for (derivation, weak) in [
            (Derivation::Md5, true),
            (Derivation::Sha1, true),
            (Derivation::Pbes1, true),
            (Derivation::Bcrypt { rounds: 15 }, true),
            (Derivation::Bcrypt { rounds: 16 }, false),
            (Derivation::Pbkdf2 { iterations: 2048 }, true),
            (Derivation::Pbkdf2 { iterations: 600_000 }, false),
            (Derivation::Scrypt { work: 128 * 8 * 16384 }, false),
            (Derivation::Scrypt { work: 128 * 8 * 1024 }, true),
            (Derivation::Argon2 { work: 8192 * 21 }, false),
            (Derivation::Argon2 { work: 64 }, true),
            (Derivation::Unknown, false),
        ] {
            assert_eq!(check(Protection::Encrypted(derivation)).is_some(), weak, "{derivation:?}");
        }
    }
}

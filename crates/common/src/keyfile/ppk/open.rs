//! Opening a file: its passphrase, its MAC, its private numbers.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::NoPadding};
use argon2::Algorithm;
use zeroize::Zeroizing;

use super::super::DecryptError;
use super::super::work::MAX_ARGON2_WORK;
use super::File;
use super::keys::{Argon, Keys, OutOfRange, Version, authenticated};
use crate::secret::{Secret, wipe_stack};

/// The most memory that a file may ask for, in KiB: 1 GiB.
const MOST_MEMORY: u32 = 1 << 20;

/// The most lanes that a file may ask for.
const MOST_PARALLELISM: u32 = 64;

impl File<'_> {
    /// The version of the form.
    #[must_use]
    pub const fn form(&self) -> Version {
        if self.version == 2 { Version::Two } else { Version::Three }
    }

    /// Decrypts the private numbers, and verifies that nothing in the file was changed.
    ///
    /// # Errors
    /// A wrong passphrase and a change cannot be told apart where there is a passphrase: the MAC's key is made of it.
    pub fn open(&self, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let opened = self.decrypt_and_verify(passphrase);
        // The hash keeps a copy of the last bytes; a value that is moved to the heap would take it along in its gaps.
        wipe_stack();
        opened
    }

    #[inline(never)]
    fn decrypt_and_verify(&self, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let (version, encrypted) = (self.form(), self.is_encrypted());
        let empty = Secret::new(Vec::new());
        let passphrase = if encrypted { passphrase } else { &empty };
        let derivation = match (version, encrypted) {
            (Version::Three, true) => Some(self.argon()?),
            _ => None,
        };
        let keys =
            Keys::derive(version, derivation.as_ref(), passphrase).map_err(|OutOfRange| DecryptError::Damaged)?;
        let encryption = match (encrypted, self.header("Encryption")) {
            (false, _) => "none",
            (true, Some(b"aes256-cbc")) => "aes256-cbc",
            _ => return Err(DecryptError::Unknown),
        };
        let private = match &keys.cipher {
            Some(cipher) if encrypted => Zeroizing::new(
                cbc::Decryptor::<aes::Aes256>::new((&*cipher.key).into(), (&*cipher.iv).into())
                    .decrypt_padded_vec::<NoPadding>(&self.private)
                    .map_err(|_| DecryptError::Damaged)?,
            ),
            // An empty passphrase where one is needed.
            None if encrypted => return Err(DecryptError::WrongPassphrase),
            _ => self.private.clone(),
        };
        let type_name = std::str::from_utf8(self.type_name()).map_err(|_| DecryptError::Damaged)?;
        let mac = self.header("Private-MAC").and_then(bytes).ok_or(DecryptError::Damaged)?;
        let covered = authenticated(type_name, encryption, self.comment(), &self.public, &private);
        let fits = keys.mac(version, &covered).is_ok_and(|own| own.is(&mac));
        match (fits, encrypted) {
            (true, _) => Ok(private),
            (false, true) => Err(DecryptError::WrongPassphrase),
            (false, false) => Err(DecryptError::Damaged),
        }
    }

    /// What the file says about the making of keys.
    fn stated_argon(&self) -> Option<Argon> {
        let number = |name| {
            let value = std::str::from_utf8(self.header(name)?).ok()?;
            value.parse::<u32>().ok()
        };
        let algorithm = match self.header("Key-Derivation")? {
            b"Argon2id" => Algorithm::Argon2id,
            b"Argon2i" => Algorithm::Argon2i,
            b"Argon2d" => Algorithm::Argon2d,
            _ => return None,
        };
        Some(Argon {
            algorithm,
            memory: number("Argon2-Memory")?,
            passes: number("Argon2-Passes")?,
            parallelism: number("Argon2-Parallelism")?,
            salt: self.header("Argon2-Salt").and_then(bytes)?,
        })
    }

    /// The same, within bounds.
    fn argon(&self) -> Result<Argon, DecryptError> {
        let argon = self.stated_argon().ok_or(DecryptError::Unknown)?;
        let honest =
            argon.memory <= MOST_MEMORY && argon.work() <= MAX_ARGON2_WORK && argon.parallelism <= MOST_PARALLELISM;
        if honest { Ok(argon) } else { Err(DecryptError::TooCostly) }
    }
}

impl Argon {
    /// The memory in KiB, times the passes.
    #[must_use]
    pub fn work(&self) -> u64 {
        u64::from(self.memory) * u64::from(self.passes)
    }
}

/// Bytes written in hexadecimal.
fn bytes(hex: &[u8]) -> Option<Vec<u8>> {
    let hex = std::str::from_utf8(hex).ok()?;
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    pairs.collect()
}

//! Encrypts and decrypts PuTTY's format: the key derivations of versions 2 and 3, the cipher and the MAC. Appendix C of the
//! PuTTY manual.

use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use argon2::{Algorithm, Argon2};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::protection::DecryptError;
use crate::key::wire;
use crate::keyfile::form::PpkVersion as Version;
use crate::keyfile::limits::{MAX_ARGON2_LANES, MAX_ARGON2_MEMORY, MAX_ARGON2_WORK};
use crate::secret::{Secret, append, wipe_stack};

/// The cipher's name in a file.
pub(in super::super) const CIPHER: &str = "aes256-cbc";

/// The name in a file that is not encrypted.
pub(in super::super) const NO_CIPHER: &str = "none";

/// The cipher's block, in bytes.
const BLOCK: usize = 16;

/// The key derivation of version 3.
pub(in super::super) struct Argon {
    /// Which of the three variants.
    pub(in super::super) algorithm: Algorithm,
    /// In KiB.
    pub(in super::super) memory: u32,
    /// The number of passes over the memory.
    pub(in super::super) passes: u32,
    /// The number of lanes.
    pub(in super::super) parallelism: u32,
    /// The salt.
    pub(in super::super) salt: Vec<u8>,
}

impl Argon {
    /// Returns Argon2id with 8 MiB, and the 21 passes at which puttygen arrives when it measures a tenth of a second.
    pub(in super::super) fn usual(salt: [u8; 16]) -> Self {
        Self { algorithm: Algorithm::Argon2id, memory: 8192, passes: 21, parallelism: 1, salt: salt.to_vec() }
    }

    /// Derives the key of the cipher, its initialisation vector and the key of the MAC.
    fn derive(&self, passphrase: &Secret) -> Result<Zeroizing<[u8; 80]>, DecryptError> {
        let work = u64::from(self.memory) * u64::from(self.passes);
        if self.memory > MAX_ARGON2_MEMORY || work > MAX_ARGON2_WORK || self.parallelism > MAX_ARGON2_LANES {
            return Err(DecryptError::TooCostly);
        }
        let parameters = argon2::Params::new(self.memory, self.passes, self.parallelism, Some(80));
        let parameters = parameters.map_err(|_| DecryptError::Damaged)?;
        let mut output = Zeroizing::new([0; 80]);
        Argon2::new(self.algorithm, argon2::Version::V0x13, parameters)
            .hash_password_into(passphrase.expose(), &self.salt, &mut *output)
            .map_err(|_| DecryptError::Damaged)?;
        Ok(output)
    }
}

/// The data around the private half, which the MAC covers.
pub(in super::super) struct Envelope<'a> {
    pub(in super::super) version: Version,
    /// Whether the private half is encrypted.
    pub(in super::super) is_encrypted: bool,
    /// In version 3, if the private half is encrypted.
    pub(in super::super) argon: Option<Argon>,
    /// The type of the key, as SSH names it.
    pub(in super::super) type_name: &'a str,
    pub(in super::super) comment: &'a [u8],
    /// The public key's blob.
    pub(in super::super) public: &'a [u8],
}

impl Envelope<'_> {
    /// Decrypts the private half, and verifies that nothing in the file was changed.
    ///
    /// # Errors
    /// With a passphrase, a wrong one and a changed file look alike: the MAC's key is derived from it.
    pub(in super::super) fn decrypt(
        &self,
        private: &[u8],
        mac: &[u8],
        passphrase: &Secret,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let decrypted = self.decrypt_and_verify(private, mac, passphrase);
        // The hash keeps a copy of the last bytes on the stack; a value that is moved to the heap would take it along in
        // its padding.
        wipe_stack();
        decrypted
    }

    #[inline(never)]
    fn decrypt_and_verify(
        &self,
        private: &[u8],
        mac: &[u8],
        passphrase: &Secret,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let keys = self.keys(passphrase)?;
        let private = match &keys.cipher {
            Some(cipher) => Zeroizing::new(
                cbc::Decryptor::<aes::Aes256>::new((&*cipher.key).into(), (&*cipher.iv).into())
                    .decrypt_padded_vec::<NoPadding>(private)
                    .map_err(|_| DecryptError::Damaged)?,
            ),
            // An empty passphrase, but one is required.
            None if self.is_encrypted => return Err(DecryptError::WrongPassphrase),
            None => Zeroizing::new(private.to_vec()),
        };
        match (self.mac(&keys, &private)?.is(mac), self.is_encrypted) {
            (true, _) => Ok(private),
            (false, true) => Err(DecryptError::WrongPassphrase),
            (false, false) => Err(DecryptError::Damaged),
        }
    }

    /// Encrypts the private half if the file is to be encrypted, and computes the MAC.
    ///
    /// # Errors
    /// None for the parameters of [`Argon::usual`].
    pub(in super::super) fn encrypt(
        &self,
        mut private: Zeroizing<Vec<u8>>,
        passphrase: &Secret,
    ) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), DecryptError> {
        let keys = self.keys(passphrase)?;
        if keys.cipher.is_some() {
            // Padded with a hash of the private half itself, so that the last block is not known plaintext.
            let padding = Sha1::digest(&*private);
            let missing = private.len().next_multiple_of(BLOCK) - private.len();
            append(&mut private, padding.get(..missing).unwrap_or_default());
        }
        let mac = self.mac(&keys, &private)?.finalize();
        Ok(match &keys.cipher {
            None => (private, mac),
            Some(cipher) => {
                let encryptor = cbc::Encryptor::<aes::Aes256>::new((&*cipher.key).into(), (&*cipher.iv).into());
                (Zeroizing::new(encryptor.encrypt_padded_vec::<NoPadding>(&private)), mac)
            }
        })
    }

    /// Derives the keys from the passphrase, which is ignored if nothing is encrypted.
    fn keys(&self, passphrase: &Secret) -> Result<Keys, DecryptError> {
        let none = Secret::new(Vec::new());
        let passphrase = if self.is_encrypted { passphrase } else { &none };
        match (self.version, self.is_encrypted) {
            (Version::Two, _) => Ok(Keys::by_sha1(passphrase)),
            (Version::Three, false) => Ok(Keys { cipher: None, mac: Zeroizing::default() }),
            (Version::Three, true) => {
                let output = self.argon.as_ref().ok_or(DecryptError::Unknown)?.derive(passphrase)?;
                let (cipher, mac) = output.split_at(48);
                Ok(Keys { cipher: Some(CipherKey::of(cipher.iter())), mac: Zeroizing::new(mac.to_vec()) })
            }
        }
    }

    /// Computes the MAC, over the private half in the clear.
    fn mac(&self, keys: &Keys, private: &[u8]) -> Result<Mac, DecryptError> {
        let encryption = if self.is_encrypted { CIPHER } else { NO_CIPHER };
        let room = private.len() + self.public.len() + self.comment.len() + 256;
        let mut covered = Zeroizing::new(Vec::with_capacity(room));
        let parts = [self.type_name.as_bytes(), encryption.as_bytes(), self.comment, self.public, private];
        parts.iter().for_each(|part| wire::put_string(&mut covered, part));
        // HMAC takes keys of any length.
        Ok(match self.version {
            Version::Two => Mac::Sha1(
                Hmac::<Sha1>::new_from_slice(&keys.mac).map_err(|_| DecryptError::Unknown)?.chain_update(&*covered),
            ),
            Version::Three => Mac::Sha256(
                Hmac::<Sha256>::new_from_slice(&keys.mac).map_err(|_| DecryptError::Unknown)?.chain_update(&*covered),
            ),
        })
    }
}

/// The keys derived from a passphrase.
struct Keys {
    /// None without a passphrase.
    cipher: Option<CipherKey>,
    mac: Zeroizing<Vec<u8>>,
}

/// The key and initialisation vector of AES-256-CBC.
#[derive(Default)]
struct CipherKey {
    key: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; 16]>,
}

impl CipherKey {
    /// Splits bytes into the key and the initialisation vector after it, which is zero where the bytes end.
    fn of<'a>(bytes: impl Iterator<Item = &'a u8>) -> Self {
        let mut cipher = Self::default();
        for (to, from) in cipher.key.iter_mut().chain(cipher.iv.iter_mut()).zip(bytes) {
            *to = *from;
        }
        cipher
    }
}

impl Keys {
    /// Derives the keys of version 2.
    fn by_sha1(passphrase: &Secret) -> Self {
        let part = |number: u8| {
            Zeroizing::new(Sha1::new().chain_update([0, 0, 0, number]).chain_update(passphrase.expose()).finalize())
        };
        let cipher = CipherKey::of(part(0).iter().chain(part(1).iter()).take(32));
        let mac = Sha1::new().chain_update("putty-private-key-file-mac-key").chain_update(passphrase.expose());
        Self { cipher: (!passphrase.is_empty()).then_some(cipher), mac: Zeroizing::new(mac.finalize().to_vec()) }
    }
}

/// A MAC of either version.
enum Mac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl Mac {
    /// Returns its bytes.
    fn finalize(self) -> Vec<u8> {
        match self {
            Self::Sha1(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha256(mac) => mac.finalize().into_bytes().to_vec(),
        }
    }

    /// Compares in constant time.
    fn is(self, mac: &[u8]) -> bool {
        match self {
            Self::Sha1(own) => own.verify_slice(mac).is_ok(),
            Self::Sha256(own) => own.verify_slice(mac).is_ok(),
        }
    }
}

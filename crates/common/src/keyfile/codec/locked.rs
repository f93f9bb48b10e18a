//! Handles contents that cannot be read without the passphrase: how they are encrypted, and how to decrypt them.

use zeroize::Zeroizing;

use super::{content, sshcom};
use crate::keyfile::encryption::{self, DecryptError, Derivation};
use crate::keyfile::{Refusal, pem};
use crate::secret::Secret;

/// Encryption of all of a block's contents.
pub(in super::super) enum Locked {
    /// As in RFC 1421, by headers.
    Pem,
    /// `ENCRYPTED PRIVATE KEY`.
    Pkcs8,
    /// SSH.COM's format.
    SshCom,
}

impl Locked {
    /// Returns how a block is encrypted; none if it is not. Headers that claim encryption count only if the contents have
    /// no known structure.
    pub(in super::super) fn of(block: &pem::Block<'_>) -> Option<Self> {
        let contents = &block.contents;
        if sshcom::is_encrypted(contents) {
            Some(Self::SshCom)
        } else if encryption::pkcs8::is(contents) {
            Some(Self::Pkcs8)
        } else if block.is_encrypted() && !content::is_known(contents) {
            Some(Self::Pem)
        } else {
            None
        }
    }

    /// The refusal of the block without its passphrase, which is not asked for where it would not help.
    pub(in super::super) fn refusal(&self, block: &pem::Block<'_>) -> Refusal {
        if let Some(fault) = matches!(self, Self::Pem).then(|| encryption::pem::fault(block)).flatten() {
            return fault;
        }
        let unread = match self {
            Self::Pem => encryption::pem::unread(block),
            Self::Pkcs8 => encryption::pkcs8::unread(&block.contents),
            Self::SshCom => None,
        };
        match unread {
            Some(name) => {
                let providers = if is_legacy(&name) { "-provider legacy -provider default " } else { "" };
                let command = format!("openssl pkey {providers}-in FILE -aes256 -out NEW");
                Refusal::new(format!("the private key is encrypted with {name}, which is not supported here"))
                    .hint(format!("`{command}` encrypts it in a supported way"))
            }
            None => Refusal::encrypted(),
        }
    }

    /// Returns how the cipher's key is derived.
    pub(in super::super) fn derivation(&self, block: &pem::Block<'_>) -> Derivation {
        match self {
            Self::Pem | Self::SshCom => Derivation::Md5,
            Self::Pkcs8 => encryption::pkcs8::derivation(&block.contents),
        }
    }

    /// Decrypts the contents.
    ///
    /// # Errors
    /// Any; a wrong passphrase may also yield contents that are not a key.
    pub(in super::super) fn decrypt(
        &self,
        block: &pem::Block<'_>,
        passphrase: &Secret,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        match self {
            Self::Pem => encryption::pem::decrypt(block, passphrase),
            Self::Pkcs8 => encryption::pkcs8::decrypt(&block.contents, passphrase),
            Self::SshCom => sshcom::decrypt(&block.contents, passphrase),
        }
    }

    /// Returns the label of the same block when decrypted.
    pub(in super::super) const fn decrypted_label<'l>(&self, label: &'l str) -> &'l str {
        match self {
            Self::Pkcs8 => "PRIVATE KEY",
            Self::Pem | Self::SshCom => label,
        }
    }
}

/// Whether a cipher is in the legacy provider of OpenSSL 3, which is not loaded by default.
fn is_legacy(name: &str) -> bool {
    const LEGACY: [&str; 7] = ["BF", "CAST5", "DES", "IDEA", "RC2", "RC4", "SEED"];
    name.split('-').any(|word| LEGACY.contains(&word))
}

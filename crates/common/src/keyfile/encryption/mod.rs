//! Encrypts and decrypts private keys: for each format with an encryption of its own, the key derivation and the cipher, in
//! both directions. Nothing here knows the structure of a key; [`limits`](super::limits) bounds the work that a file may
//! demand.

mod cipher;
mod derivation;
pub(super) mod openssh;
pub(super) mod pem;
pub(super) mod pkcs8;
pub(super) mod ppk;
mod protection;
pub(super) mod spellings;
pub(super) mod sshcom;

pub use protection::{DecryptError, Derivation, Protection};

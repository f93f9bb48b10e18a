//! How private keys are encrypted: for each format that has an encryption of its own, the key derivation and the cipher,
//! in both directions. Nothing here knows what a key is; [`limits`](super::limits) bounds what a file may ask for.

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

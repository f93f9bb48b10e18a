//! Decodes and encodes the formats: one file per format, which has both directions, so that each structure is written down
//! once.
//!
//! | format | decodes | encodes |
//! |---|---|---|
//! | `openssh` | private keys | those of ML-DSA; the others keygen encodes with the crate ssh-key |
//! | `pkcs1` | private and public keys | both |
//! | `sec1` | private keys | yes |
//! | `pkcs8` | private keys | yes |
//! | `spki` | public keys | yes, but no DSA keys |
//! | `dsa` | private keys, and DSA's numbers in `spki` and `pkcs8` | no: nothing takes DSA keys any more |
//! | `ppk` | private keys | yes |
//! | `rfc4716` | public keys | yes |
//! | `public_line` | public keys | yes |
//! | `sshcom` | private keys | no: nothing takes it any more |
//! | `dropbear` | nothing: private keys are named | no |
//! | `x509` | the public key of a certificate | no |
//!
//! `content` recognises by the structure which format a block has; `curve` determines a key's curve, and `oid` has the
//! names of types and curves.
//!
//! Decoders take a block's contents and return the key or the reason why it is not one; encoders take a
//! [`PrivateKey`](super::PrivateKey) or a public key and return the file's text. Encryption is in `encryption`.

pub(super) mod content;
mod curve;
mod dropbear;
mod dsa;
pub(super) mod locked;
mod oid;
pub mod openssh;
mod parts;
pub mod pkcs1;
pub mod pkcs8;
pub mod ppk;
pub mod public_line;
pub mod rfc4716;
pub mod sec1;
pub mod spki;
mod sshcom;
pub(super) mod x509;

pub use parts::{Randomness, cannot_encode};

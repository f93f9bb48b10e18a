//! Keys as the SSH protocol defines them, and their fingerprints. This module has no files, policy or printing.

pub mod base64;
mod fingerprint;
mod fingerprints;
pub mod hex;
mod kind;
mod public;
pub mod randomart;
pub mod wire;

pub use fingerprint::{Fingerprint, Hash};
pub use fingerprints::Fingerprints;
pub use kind::{Curve, Kind};
pub(crate) use public::is_type_name;
pub use public::{Malformed, PublicKey};

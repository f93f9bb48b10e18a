//! PuTTY's form of private keys, versions 2 and 3: appendix C of the PuTTY manual.

mod read;
mod write;

pub(super) use common::keyfile::ppk::keys::Version;
pub use read::Ppk;
pub(super) use read::is_ppk;
pub(super) use write::write;

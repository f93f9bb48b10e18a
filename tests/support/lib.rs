//! What the suite and the xtask share: the binaries under test, the peers beside them, sandboxes, a throw-away sshd,
//! and the examples in documents.

pub mod binaries;
pub mod examples;
pub mod peers;
pub mod sandbox;
pub mod sshd;

pub use peers::Peer;
pub use sandbox::{Outcome, Sandbox};
pub use sshd::Sshd;

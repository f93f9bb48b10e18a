//! What the suite and the xtask share: the binaries under test, the peers beside them, sandboxes, throw-away
//! servers, good and bad, and the examples in documents.

pub mod binaries;
pub mod examples;
pub mod listener;
pub mod peers;
pub mod sandbox;
pub mod signals;
pub mod sshd;
pub mod tamper;

pub use listener::Listener;
pub use peers::Peer;
pub use sandbox::{Outcome, Sandbox};
pub use sshd::Sshd;

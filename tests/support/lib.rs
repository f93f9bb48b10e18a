//! What the suite and the xtask share: the binaries under test, the peers beside them, sandboxes, throw-away
//! servers, good and bad, the examples and command lines in documents, how many cases a test tries, and the time that each
//! test takes.

pub mod binaries;
pub mod cases;
pub mod command_lines;
pub mod examples;
pub mod listener;
pub mod packet;
pub mod peers;
pub mod sandbox;
pub mod signals;
pub mod ssh_host;
pub mod sshd;
pub mod tamper;
pub mod times;

pub use listener::{CLOSED_PORT, Listener};
pub use peers::Peer;
pub use sandbox::{Outcome, Sandbox};
pub use sshd::Sshd;

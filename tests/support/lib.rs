//! Shared parts of the suite and the xtask.

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

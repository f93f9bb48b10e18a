//! The suite: what the real binaries must do, most of it beside real peers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cases;
mod checks;
#[cfg(unix)]
mod connect;
mod convert;
mod corpora;
mod documents;
mod dresses;
#[cfg(unix)]
mod engines;
mod existing;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod fleet;
mod formats;
mod forms;
mod gate;
#[cfg(unix)]
mod handshake;
mod hostfp;
mod hostile;
mod house;
mod keycheck;
mod keygen;
mod keys;
#[cfg(unix)]
mod known_hosts;
mod many;
#[cfg(unix)]
mod names;
mod options;
#[cfg(unix)]
mod options_of_sshd;
#[cfg(unix)]
mod packages;
#[cfg(unix)]
mod panics;
mod private_keys;
mod properties;
mod pubfp;
mod regress;
mod repair;
#[cfg(unix)]
mod run_command;
#[cfg(target_os = "linux")]
mod secrets;
mod ssh;
mod streams;
#[cfg(unix)]
mod terminal;
#[cfg(target_os = "linux")]
mod trouble;
#[cfg(unix)]
mod windows;

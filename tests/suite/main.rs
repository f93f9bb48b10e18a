//! Tests the real binaries, most of the time with real peers.
//!
//! Modules for Unix only look at modes, signals or terminals, or run pipelines. Those for Linux only look at its system
//! calls, its root folders or its packages. The others run everywhere, and name the tests that lack a peer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod auditing;
mod badkeys;
mod bounds;
mod cases;
mod checks;
#[cfg(unix)]
mod clouds;
mod code_scanning;
mod codecs;
mod command_lines;
#[cfg(unix)]
mod connect;
mod convert;
mod corpora;
#[cfg(target_os = "linux")]
mod current;
mod damaged;
mod documents;
mod encodings;
#[cfg(target_os = "linux")]
mod engines;
mod envelopes;
mod existing;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod fleet;
mod foreign_keys;
mod formats;
mod forms;
mod gate;
#[cfg(unix)]
mod guides;
mod habits;
#[cfg(unix)]
mod handshake;
mod hostfp;
mod hostile;
mod in_process;
mod keycheck;
mod keygen;
mod keys;
#[cfg(unix)]
mod known_hosts;
mod layers;
mod losses;
#[cfg(target_os = "linux")]
mod manifests;
mod many;
#[cfg(target_os = "linux")]
mod names;
mod options;
#[cfg(unix)]
mod options_of_sshd;
mod outputs;
mod own_host;
#[cfg(target_os = "linux")]
mod packages;
#[cfg(unix)]
mod panics;
#[cfg(unix)]
mod passphrases;
mod pasted;
#[cfg(unix)]
mod planted;
mod private_keys;
mod properties;
mod pubfp;
mod regress;
mod repair;
#[cfg(unix)]
mod repositories;
#[cfg(unix)]
mod run_command;
#[cfg(target_os = "linux")]
mod secrets;
mod ssh;
mod statuses;
mod streams;
mod structure;
#[cfg(unix)]
mod terminal;
#[cfg(target_os = "linux")]
mod trouble;
#[cfg(unix)]
mod trust;
mod vectors;
#[cfg(target_os = "linux")]
mod windows;
#[cfg(unix)]
mod workflows;

//! Tests the real binaries, most of the time with real peers.
//!
//! Modules for Unix only look at modes, signals or terminals, or run pipelines. Those for Linux only look at its system
//! calls, its root folders or its packages. The others run everywhere, and name the tests that lack a peer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod auditing;
mod badkeys;
mod bulk_keys;
mod cases;
mod changing_keys;
mod checks;
mod code_scanning;
mod codecs;
mod command_lines;
#[cfg(unix)]
mod connect;
mod convert;
mod corpora;
mod damaged;
mod documents;
mod encodings;
mod envelopes;
#[cfg(unix)]
mod example_ci;
#[cfg(unix)]
mod example_connect;
#[cfg(target_os = "linux")]
mod example_parallel;
mod exit_statuses;
mod familiar_command_lines;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod fleet;
mod foreign_keys;
mod gate;
#[cfg(unix)]
mod guides;
#[cfg(unix)]
mod handshake;
mod hostfp;
mod hostile;
mod in_process;
mod key_fixtures;
mod key_text_as_argument;
mod keycheck;
mod keygen;
#[cfg(unix)]
mod known_hosts;
mod layers;
#[cfg(target_os = "linux")]
mod manifests;
#[cfg(target_os = "linux")]
mod name_resolution;
#[cfg(target_os = "linux")]
mod newest_openssh;
mod openssh_regress;
mod options;
#[cfg(unix)]
mod options_of_sshd;
mod overwriting;
mod own_output_as_expectation;
#[cfg(target_os = "linux")]
mod packages;
#[cfg(unix)]
mod panics;
#[cfg(unix)]
mod passphrases;
mod private_keys;
mod properties;
mod pubfp;
mod reading_formats;
mod repair;
#[cfg(target_os = "linux")]
mod resource_failures;
#[cfg(unix)]
mod run_command;
#[cfg(target_os = "linux")]
mod secrets;
mod ssh;
mod streams;
mod structure;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod trust;
#[cfg(unix)]
mod untrusted_paths;
mod vectors;
#[cfg(target_os = "linux")]
mod windows;
mod without_openssh;
mod work_limits;
#[cfg(unix)]
mod workflows;
mod writing_formats;

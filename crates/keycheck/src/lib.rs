//! keycheck: says whether a key is acceptable and safe.
//!
//! # The way of a key
//!
//! ```text
//! args ─► config ─► run: stream ─► judge ──► verdict ─► output
//!                        reads     checks    cross_key  report
//!                                  policy               held
//! ```
//!
//! 1. `args` is what the command line says, `config` what it means. `run` shows the steps.
//! 2. `stream` reads keys in one thread, numbers them, and has them judged on all cores.
//! 3. `judge` judges each key by itself: [`checks`] looks for weaknesses, [`policy`] knows what the keys' consumers
//!    accept
//!    and what may be given away (`allow_list`), `repair` rewrites it for `--fix`.
//! 4. `verdict` completes the verdict, in the order of the input, with what depends on other keys (`cross_key`).
//! 5. `output` writes the verdict as `report` formats it. Keys that another key may still fail wait in `held`.
//!
//! A [`finding`] is data; [`registry`] lists every check.

mod allow_list;
mod args;
pub mod checks;
mod config;
mod cross_key;
pub mod finding;
mod held;
mod judge;
mod names;
mod object;
mod output;
mod pending;
pub mod policy;
pub mod registry;
mod repair;
mod report;
mod run;
mod stream;
mod verdict;

pub use args::{Args, Flag};

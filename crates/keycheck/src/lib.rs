//! keycheck checks whether a key is acceptable and safe.
//!
//! # Data flow
//!
//! ```text
//! args ─► config ─► run: stream ─► judge ──► verdict ─► output
//!                        reads     checks    cross_key  report
//!                                  policy               held, totals
//! ```
//!
//! 1. `args` parses the command line, `config` validates it. `run` has the steps.
//! 2. `stream` reads keys in one thread, numbers them, and has them checked on all cores.
//! 3. `judge` checks each key by itself: [`checks`] looks for weaknesses, [`policy`] knows what the keys' consumers
//!    accept and what may be given away (`allow_list`), `repair` rewrites it for `--rewrite`.
//! 4. `verdict` completes the verdict, in the order of the input, with what depends on other keys (`cross_key`).
//! 5. `output` writes the verdict in the format of `formatter` (`report`: text and JSON; `sarif`, `annotation`), to standard
//!    output or a file (`destination`; `replaced` guards what it replaces). Keys whose verdict may still change wait in `held`.
//! 6. `folder` finds the files of `-r`, and `found_file` decides which of them are reported.
//!
//! A [`finding`] is data; [`registry`] lists every check.

mod allow_list;
mod annotation;
mod args;
pub mod checks;
mod config;
mod cross_key;
mod destination;
pub mod finding;
mod folder;
mod formatter;
mod found_file;
mod held;
mod judge;
mod large;
mod names;
mod object;
mod output;
mod pending;
pub mod policy;
pub mod registry;
mod repair;
mod replaced;
mod report;
mod run;
mod sarif;
mod similar;
mod stream;
mod totals;
mod verdict;

pub use args::{Args, Flag};

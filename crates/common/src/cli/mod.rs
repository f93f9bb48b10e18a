//! The conventions of the command line, the same in all tools. One option table ([`table`]) feeds the parser ([`parse()`]),
//! `--help` ([`help()`]), the man page and the shell completions (both made by the xtask); a run takes all it needs from an
//! [`Env`]; [`main`] turns its result into messages and an exit status.

mod ask;
mod askpass;
mod colour;
mod env;
mod help;
mod parse;
pub mod passphrase;
mod pasted;
mod run;
pub mod table;
pub mod terminal;
#[cfg(any(windows, test))]
mod unexpanded;

pub use colour::Colour;
pub use env::{Env, Messages, Output};
pub use help::{help, short_help};
pub use parse::{Request, parse};
pub use run::{Options, Program, execute, main};
pub use table::{Example, JsonObject, Opt, Tool, Value, Values, Word};

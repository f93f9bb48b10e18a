//! What the vmkeys tools share, and the map of the whole.
//!
//! # The data's way
//!
//! ```text
//! bytes ──────► forms ──────► keys ──────► judgement ──────► lines
//! files, stdin  one file      blob, kind,  keycheck: may it   what people and
//! with bounds   a form        fingerprint  be used?           scripts read
//!                                          hostfp: is it my VM?
//! ```
//!
//! - [`bytes`]: opens files and standard input and hands out chunks of whole lines, each with its number and a bound on
//!   its length; UTF-16 has become UTF-8.
//! - [`forms`]: recognises what a line or block is, by content, and decodes it into an [`Item`](forms::Item): a key
//!   with its place, comment and what stood around it, and what was odd about the text. It knows nothing of policy.
//!   Whoever takes the items is a [`Sink`](forms::Sink). A reader that is between two keys could as well be a new one,
//!   which is how long inputs are read by several threads.
//! - [`keys`]: the key itself, its kind and size, its fingerprint, the picture of it.
//! - `judgement`: lives in the tools that judge. It knows nothing of printing.
//! - [`lines`]: fingerprint lines, JSON Lines, and the escaping of all that comes from outside.
//!
//! # Around it
//!
//! - [`cli`]: the option table, the parser, the help, and [`cli::execute`], which turns a tool's result into messages
//!   and an exit status. A tool sees the world only through [`cli::Env`].
//! - `access_list`: who may read a file, on Windows.
//! - `atomic_file`: a file that comes into its place whole, and the opens that no other user can redirect.
//! - `lanes`: eight large numbers at a time, where the processor can; for keygen's search and keycheck's checks.
//! - [`error`]: the one error type; [`secret`]: what must not be seen; `terminal`, `passphrase`, `askpass` and
//!   `interrupt`: asking people, and leaving nothing behind when they change their mind.
//!
//! # The rest of the house
//!
//! - `crates/keygen`: makes keys (`making`, `generate`, `primes`), changes (`existing`) and converts (`convert`) those
//!   that are there, writes and reads every form (`formats`), asks (`prompts`, `passphrase`), and puts both files in
//!   place as one (`pair`).
//! - `crates/keycheck`: reads in one thread and judges with all cores (`stream`) by the rules of keys' consumers
//!   (`judgement`), looks for weaknesses, one file a check (`checks`), and for what keys share (`across`), reports
//!   (`report`), and writes keys in one clean form (`repair`) or copies them through (`outlet`). What leaves with a key is
//!   bounded (`allow_list`).
//! - `crates/pubfp`: prints fingerprints as a stream.
//! - `crates/hostfp`: finds this machine's host keys (`local`, `sysroot`), makes the script for Run Command
//!   (`script`), reads the fingerprints that are trusted (`trusted`, a file for each form), for each host of a fleet its
//!   own (`expected`), has hosts prove their keys (`hosts`, `fleet`, `handshake`), judges (`judgement`, `refusal`), answers
//!   ssh (`answer`) or people (`outside`, `report`, `summary`), and reads and writes `known_hosts`.
//! - `xtask`: builds, tests, shows, documents and packages (`xtask/packager` writes the packages). `tests`: what the real
//!   binaries must do beside real peers.

pub mod cli;
pub mod error;
pub mod escape;
pub mod input;
pub mod key;
pub mod keyfile;
pub mod os;
pub mod report;
pub mod secret;
pub mod simd;

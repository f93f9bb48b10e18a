//! The library of the vmkeys tools: reading keys, fingerprints, and the command line. This page is also the map of the
//! project.
//!
//! # From a file to a line
//!
//! ```text
//! bytes ──────► input ──────► keyfile ────────► policy ──────────► report
//! file, stdin   chunks of     items: key,      keycheck: is it     lines and JSON
//!               lines, each   place, comment,  acceptable, safe?   for people and
//!               bounded       quirks           hostfp: my VM?      scripts
//! ```
//!
//! - [`input`] opens files and standard input and yields chunks of whole lines, each with its line number and a bound on
//!   its length. UTF-16 becomes UTF-8.
//! - [`keyfile`] recognises the format of a line or block by its content and decodes it into an [`Item`](keyfile::Item): a
//!   key with its place, its comment, the text around it, and its quirks. It knows no policy. If a text is not in a key
//!   format, `envelope` searches it for a wrapped key (encodings, quotes, names, lost newlines), and `diagnosis` names what
//!   is not a key. hostfp's expectations and host keys are never unwrapped. Items go to a [`Sink`](keyfile::Sink) in the
//!   order of the input. Between keys the parser holds no state, so several threads can read one long input.
//!   `keyfile::codec` has one file per format, which decodes and encodes it.
//! - The tools decide. pubfp and hostfp print the keys; keycheck adds findings to each key and completes its verdict before
//!   anything is printed; keygen encodes the key again.
//! - [`report`] prints fingerprint lines and JSON Lines.
//!
//! # The layers of this crate
//!
//! Each module imports only from those before it in this list; a test holds it (`tests/suite/layers.rs`).
//!
//! - [`characters`]: invisible characters. [`date`]: days since 1970. [`escape`]: makes text from outside safe to print.
//!   [`error`]: the one error type, with place, cause, hint and exit status. [`secret`]: values that are wiped, and core
//!   dumps. [`pool`]: work on several cores, with results in order.
//! - [`input`]: see above.
//! - [`key`]: public keys as the SSH protocol has them: wire format, kinds and sizes, fingerprints, randomart.
//! - [`keyfile`]: see above. It also has the limits on the cost of decrypting a key.
//! - [`os`]: atomic replacement of files, signals, and access lists on Windows.
//! - [`cli`]: the option table that feeds parser, help, manual and completions; the environment of a run, so that a tool's
//!   `run` can be tested in-process; terminal, SSH_ASKPASS and passphrases.
//! - [`report`]: see above.
//! - [`simd`]: arithmetic on several integers at once, for keygen's search for primes and keycheck's checks and products.
//!   [`sieve`]: integers without small factors, for that search; it is here since this crate is optimised for speed.
//!
//! # The tools
//!
//! - `crates/keygen`: makes keys (`making`, `generate`, `primes`), changes (`existing`) and converts (`convert`) existing
//!   ones, asks (`prompts`, `passphrase`), and puts both files of a pair in place as one (`pair`).
//! - `crates/keycheck`: `run` has the steps. One thread reads and all cores check (`stream`, `judge`); `checks` has one
//!   file per weakness, `policy` the rules of services that accept keys, `cross_key` the comparison of keys; `large`
//!   multiplies long integers; `registry` lists all checks. `allow_list` bounds the information that is published with a
//!   public key. `output` writes the report (`report`, `object`, `sarif`, `annotation`), its totals and the keys; `folder`
//!   lists the files for `-r`.
//! - `crates/pubfp`: prints fingerprints.
//! - `crates/hostfp`: finds this machine's host keys (`local`, `sysroot`), makes the script for Run Command (`script`),
//!   reads trusted fingerprints (`trusted::formats`, one module per format; `expected` for each host of a fleet), verifies hosts
//!   (`hosts`, `fleet`, `handshake`), compares (`judgement`, `refusal`), answers ssh (`answer`) or people (`outside`,
//!   `report`, `summary`), and reads and writes `known_hosts`.
//! - `xtask` builds, tests, documents and packages (`xtask/packager` writes the packages). `tests` runs the real programs
//!   against real peers.

pub mod characters;
pub mod cli;
pub mod date;
pub mod error;
pub mod escape;
pub mod input;
pub mod key;
pub mod keyfile;
pub mod os;
pub mod pool;
pub mod report;
pub mod secret;
pub mod sieve;
pub mod simd;

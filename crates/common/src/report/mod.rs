//! Writes results as lines for people and scripts: the last step of the data flow.

mod fingerprint_line;
mod json;
mod repeated;

pub use fingerprint_line::{AskPassphrase, Printer, Style, StyleFlag};
pub use json::{KeyObject, write_json};
pub use repeated::RepeatedErrors;

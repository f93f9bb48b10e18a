//! The last step of the data's way: results become lines that people and scripts read.

mod fingerprint_line;
mod json;
mod repeated;

pub use fingerprint_line::{AskPassphrase, Printer, Style, StyleFlag};
pub use json::{KeyObject, write_json};
pub use repeated::RepeatedErrors;

//! The first step of the data's way: files and standard input, read with bounds.

mod lines;
mod source;

pub use lines::{Line, Lines, MAX_LINE};
pub use source::{Source, read_small_file};

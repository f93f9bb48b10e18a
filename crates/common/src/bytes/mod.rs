//! The first step of the data's way: files and standard input, read with bounds.

pub mod base64;
mod buffer;
mod chunks;
mod source;
mod utf16;

pub use chunks::{Chunk, Chunks, Line, MAX_LINE, lines};
pub(crate) use source::Wiped;
pub use source::{Input, Source, read_small_file};

//! Reads files and standard input, with bounds: the first step of the data flow.

mod buffer;
mod chunks;
mod source;
mod utf16;

pub use chunks::{Chunk, Chunks, Line, MAX_LINE, lines};
pub use source::{Input, Source, Stdin, TILDE, read_small_file, too_long, unread};

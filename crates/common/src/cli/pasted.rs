//! Refuses the text of a file in place of its name: `keycheck "$SSH_PRIVATE_KEY"`. No message repeats it; the error names
//! its position and the expected argument.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::table::{Tool, Values, Word};
use crate::error::Error;
use crate::escape;

/// The shortest piece of a text that reveals something, in bytes.
const MIN_PIECE: usize = 16;

/// Refuses the text of a file before anything is done with it. If a file has such a name, it is read.
///
/// # Errors
/// It is the text of a file.
pub(super) fn refuse<F: Copy>(tool: &Tool<F>, arguments: &[OsString], word: &Word<F>) -> Result<(), Error> {
    let is_file = |values: &Values| matches!(values, Values::File | Values::Files | Values::Folder);
    let (value, is_contents) = match word {
        Word::Operand(value) if is_file(&tool.operands) => (value, escape::is_contents(value.as_encoded_bytes())),
        // It may be the name of a new file, or the names of many hosts.
        Word::Option(_, value) | Word::Operand(value) => (value, escape::names_a_private_key(value.as_encoded_bytes())),
    };
    if is_contents && Path::new(value).symlink_metadata().is_err() {
        Err(not_a_file_name(arguments, value))
    } else {
        Ok(())
    }
}

/// The error for the text of a file.
pub(super) fn not_a_file_name(arguments: &[OsString], value: &OsStr) -> Error {
    let (position, size) = (position(arguments, value), escape::size(value.as_encoded_bytes()));
    let error = Error::failure(format!("{position} {size} is not the name of a file"));
    if escape::names_a_private_key(value.as_encoded_bytes()) {
        error.hint("give the name of a file, or - and the key on standard input; arguments can be seen by other users")
    } else {
        error.hint("give the name of a file, or - and its text on standard input")
    }
}

/// Returns the value of an argument that no message may repeat.
pub(super) fn contents<F>(word: &Word<F>) -> Option<OsString> {
    let (Word::Option(_, value) | Word::Operand(value)) = word;
    escape::is_contents(value.as_encoded_bytes()).then(|| value.clone())
}

/// Removes such a value from an error about it.
pub(super) fn conceal(error: Error, arguments: &[OsString], value: &OsStr) -> Error {
    // A list may have been split at its commas; a word or two are not secret.
    let mut pieces = value.as_encoded_bytes().split(|byte| matches!(byte, b'\n' | b'\r' | b','));
    if !pieces.any(|piece| piece.len() >= MIN_PIECE && error.message().contains(&escape::text(piece))) {
        return error;
    }
    let (position, size) = (position(arguments, value), escape::size(value.as_encoded_bytes()));
    let concealed = Error::failure(format!("{position} {size} is not a valid value here"));
    match error.remedy() {
        Some(hint) => concealed.hint(hint),
        None => concealed,
    }
}

/// Returns the position of a value: it is a whole argument, or the end of one that begins with its option.
fn position(arguments: &[OsString], value: &OsStr) -> String {
    let ends = |argument: &OsString| argument.as_encoded_bytes().ends_with(value.as_encoded_bytes());
    match arguments.iter().position(ends) {
        Some(index) => format!("argument {}", index + 1),
        None => "an argument".to_owned(),
    }
}

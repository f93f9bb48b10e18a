//! Passphrases of keys that are read.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::cli::terminal::{Terminal, secret_line};
use crate::error::{Error, Place};
use crate::escape::size;
use crate::input::{Source, Stdin, TILDE};
use crate::secret::Secret;

/// The hint for a file without a passphrase, if the passphrase is for a key that is read.
pub const NONE_IS_LEFT_OUT: &str = "leave out --passphrase-file for a key that has none";

/// Reads the passphrase in the first line of a file, or of standard input for `-`. A missing line does not count as an
/// empty passphrase: it may be a secret that was never filled in. `none` is the hint for such a file.
///
/// # Errors
/// The file cannot be read, or its first line is empty, too long, or not typeable text.
pub fn in_file(file: &OsStr, stdin: &mut Stdin<'_>, none: &'static str) -> Result<Secret, Error> {
    if file != "-" && !Path::new(file).exists() {
        let hint = match file.as_encoded_bytes() {
            [b'~', b'/', ..] => TILDE,
            _ => "give the name of a file whose first line is the passphrase, not the passphrase itself",
        };
        // The name may be the passphrase itself, so it is not repeated.
        let name = size(file.as_encoded_bytes());
        return Err(Error::failure(format!("the passphrase file name {name}: cannot read: no such file")).hint(hint));
    }
    let mut source = Source::open(file, stdin)?;
    let line =
        secret_line(&mut source.reader).map_err(|error| Error::io("cannot read", &error).at(source.place.clone()))?;
    let line = line
        .filter(|passphrase| !passphrase.is_empty())
        .ok_or_else(|| Error::failure("holds no passphrase").hint(none).at(source.place.clone()))?;
    let bytes = line.expose();
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(Error::failure("holds UTF-16 or a NUL character, which no terminal can type")
            .hint("save it as UTF-8; in PowerShell: Set-Content -Encoding ascii")
            .at(source.place));
    }
    // Editors add a byte order mark.
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf");
    // The first line of a key file is not secret.
    if begins_a_key(without_mark.unwrap_or(bytes)) {
        return Err(Error::failure("holds a key, not a passphrase")
            .hint("give the passphrase file; -f gives the key file")
            .at(source.place));
    }
    match without_mark {
        Some(bytes) => Ok(Secret::of_line(bytes.to_vec(), line.in_file().unwrap_or(line.expose()).to_vec())),
        None => Ok(line),
    }
}

/// Whether a line is the first one of a key file.
fn begins_a_key(line: &[u8]) -> bool {
    let begins = |mark: &&[u8]| line.starts_with(mark);
    [&b"-----BEGIN "[..], b"---- BEGIN ", b"PuTTY-User-Key-File-"].iter().any(begins)
        || [&b"ssh-"[..], b"ecdsa-", b"sk-"].iter().any(begins) && memchr::memmem::find(line, b" AAAA").is_some()
}

/// Asks for the passphrase of the key at `place`, on the terminal or by SSH_ASKPASS; `None` if neither exists.
///
/// # Errors
/// The user cancelled, or the terminal failed.
pub fn ask(place: &Place, terminal: &mut dyn Terminal) -> Result<Option<Secret>, Error> {
    match terminal.secret(&format!("Enter passphrase for {}: ", place.file)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Error::failure("cancelled")),
        Err(error) => Err(Error::io("cannot read the passphrase", &error)),
        Ok(secret) => Ok(secret),
    }
}

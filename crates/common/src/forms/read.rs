//! From bytes to keys: cuts the input into lines and blocks and hands each to the form it belongs to.

use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{Found, Item, Refusal, openssh_private, pem, pkcs1, pkcs8, ppk, public_line, rfc4716, spki};
use crate::bytes::{Lines, Source};
use crate::cli::Stdin;
use crate::error::{Error, Place};

/// The longest block that is read, in bytes. The private key of an RSA key of 16384 bits takes some 13,000.
const MAX_BLOCK: usize = 256 * 1024;

/// Reads the contents of a block.
type ReadBlock = fn(&pem::Block<'_>) -> Result<Found, Refusal>;

/// The block forms by the label of their BEGIN line.
static BLOCKS: [(&str, ReadBlock); 7] = [
    ("OPENSSH PRIVATE KEY", openssh_private::read),
    ("RSA PRIVATE KEY", pkcs1::read_private),
    ("RSA PUBLIC KEY", pkcs1::read_public),
    ("PRIVATE KEY", pkcs8::read),
    ("ENCRYPTED PRIVATE KEY", pkcs8::read_encrypted),
    ("PUBLIC KEY", spki::read),
    ("SSH2 PUBLIC KEY", rfc4716::read),
];

/// Takes what is found, in the order of the input.
pub trait Sink {
    /// A key. `file` names the input; the item knows its line.
    ///
    /// # Errors
    /// Ends the reading.
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error>;

    /// A line or block that holds no key, an input without any, or one that cannot be read. The reading goes on.
    ///
    /// # Errors
    /// Ends the reading.
    fn refused(&mut self, error: Error) -> Result<(), Error>;

    /// The next input may have to be waited for.
    ///
    /// # Errors
    /// Ends the reading.
    fn pause(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Reads every operand, or standard input where there is none.
///
/// # Errors
/// Those of the sink; an operand that cannot be read goes to [`Sink::refused`].
pub fn read_operands(operands: &[OsString], stdin: &mut Stdin<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
    if operands.is_empty() {
        return read(Source::stdin(stdin), sink);
    }
    for operand in operands {
        match Source::open(operand, stdin) {
            Ok(source) => read(source, sink)?,
            Err(error) => sink.refused(error)?,
        }
    }
    Ok(())
}

/// Reads a source to its end.
///
/// # Errors
/// Those of the sink; a source that cannot be read goes to [`Sink::refused`].
pub fn read(source: Source<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
    let place = source.place.clone();
    let mut lines = Lines::of(source);
    let mut nothing = true;
    loop {
        if lines.waits() {
            sink.pause()?;
        }
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) if nothing => return sink.refused(Error::no("holds no key").at(place)),
            Ok(None) => return Ok(()),
            Err(error) => return sink.refused(error),
        };
        let number = line.number;
        let result = match Begin::of(line.bytes) {
            Some(begin) => match begin.collect(&mut lines) {
                Ok(text) => begin.read(&text).map(|found| Some(found.at(number))),
                Err(error) => return sink.refused(error),
            },
            None => public_line::read(line.bytes, number),
        };
        match result {
            Ok(None) => {}
            Ok(Some(item)) => {
                nothing = false;
                sink.item(&place, &item)?;
            }
            Err(refusal) => {
                nothing = false;
                let error = Error::no(refusal.why).at(place.at(number));
                sink.refused(match refusal.hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                })?;
            }
        }
    }
}

impl Found {
    fn at(self, line: usize) -> Item<'static> {
        Item {
            line,
            form: self.form,
            key: self.key,
            comment: self.comment.map(Into::into),
            lead: None,
            private: self.private,
        }
    }
}

/// The line that begins a block.
enum Begin {
    /// A BEGIN line with this label.
    Pem(String),
    /// The first line of a PPK file, which says something itself.
    Ppk(Zeroizing<Vec<u8>>),
}

impl Begin {
    fn of(line: &[u8]) -> Option<Self> {
        if ppk::is_begin(line) {
            return Some(Self::Ppk(Zeroizing::new(line.to_vec())));
        }
        pem::label(line).map(|label| Self::Pem(String::from_utf8_lossy(label).into_owned()))
    }

    /// Collects the lines that belong to the block. They may hold a private key, so they are wiped.
    fn collect(&self, lines: &mut Lines<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let place = lines.place().clone();
        let mut text = Zeroizing::new(Vec::with_capacity(4096));
        let mut put = |line: &[u8]| {
            text.extend_from_slice(line);
            text.push(b'\n');
            text.len()
        };
        if let Self::Ppk(line) = self {
            put(line);
        }
        let mut last = 0;
        while let Some(line) = lines.next_line()? {
            last = line.number;
            let ends = match self {
                Self::Pem(label) => pem::is_end(line.bytes, label),
                Self::Ppk(_) => ppk::is_end(line.bytes),
            };
            if ends && matches!(self, Self::Pem(_)) {
                return Ok(text);
            }
            if put(line.bytes) > MAX_BLOCK {
                return Err(Error::trouble(format!("the block is longer than {MAX_BLOCK} bytes")).at(place.at(last)));
            }
            if ends {
                return Ok(text);
            }
        }
        let end = match self {
            Self::Pem(_) => "the file ends before the block's END line",
            Self::Ppk(_) => "the file ends before its line Private-MAC",
        };
        Err(Error::no(end).at(place.at(last)).hint("is it cut short?"))
    }

    fn read(&self, text: &[u8]) -> Result<Found, Refusal> {
        let Self::Pem(label) = self else { return ppk::read(text) };
        match BLOCKS.iter().find(|(name, _)| name == label) {
            Some((_, read)) => read(&pem::Block::parse(text)?),
            None if label.ends_with("PRIVATE KEY") => {
                Err(Refusal::new("a private key in a form that is not read here")
                    .hint("`ssh-keygen -p -f FILE` rewrites it in OpenSSH's form"))
            }
            None => Err(Refusal::new("a block that holds no key")),
        }
    }
}

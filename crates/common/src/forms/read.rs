//! From bytes to keys: cuts the input into lines and blocks and hands each to the form it belongs to.

use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{Found, Item, Refusal, openssh_private, pem, pkcs1, pkcs8, public_line, rfc4716, spki};
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
        let result = match pem::label(line.bytes) {
            Some(label) => {
                let label = String::from_utf8_lossy(label).into_owned();
                match body(&mut lines, &label) {
                    Ok(body) => block(&label, &body).map(|found| Some(found.at(number))),
                    Err(error) => return sink.refused(error),
                }
            }
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

/// Collects the lines up to the END line of this label. What is collected may be a private key, so it is wiped.
fn body(lines: &mut Lines<'_>, label: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let place = lines.place().clone();
    let mut body = Zeroizing::new(Vec::with_capacity(4096));
    let mut last = 0;
    while let Some(line) = lines.next_line()? {
        last = line.number;
        if pem::is_end(line.bytes, label) {
            return Ok(body);
        }
        if body.len() + line.bytes.len() >= MAX_BLOCK {
            return Err(Error::trouble(format!("the block is longer than {MAX_BLOCK} bytes")).at(place.at(last)));
        }
        body.extend_from_slice(line.bytes);
        body.push(b'\n');
    }
    Err(Error::no("the file ends before the block's END line").at(place.at(last)).hint("is it cut short?"))
}

fn block(label: &str, body: &[u8]) -> Result<Found, Refusal> {
    match BLOCKS.iter().find(|(name, _)| *name == label) {
        Some((_, read)) => read(&pem::Block::parse(body)?),
        None if label.ends_with("PRIVATE KEY") => Err(Refusal::new("a private key in a form that is not read here")
            .hint("`ssh-keygen -p -f FILE` rewrites it in OpenSSH's form")),
        None => Err(Refusal::new("a block that holds no key")),
    }
}

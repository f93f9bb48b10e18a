//! Blocks between two lines: collected line by line, then handed to the form that their first line names.

use zeroize::Zeroizing;

use super::codec::{dsa, oid, openssh, pkcs1, pkcs8, ppk, rfc4716, sec1, spki};
use super::encryption::{self, DecryptError, Derivation, Protection};
use super::layout::Layout;
use super::{Found, Item, Quirk, Quirks, Refusal, pem};
use crate::input::Line;
use crate::secret::{Secret, append, wipe_stack};

/// What is said of a block that is no key.
pub(super) const NO_KEY_IN_BLOCK: &str = "a block that holds no key";

/// The longest block that is read, in bytes. The private key of an RSA key of 16384 bits takes some 13,000.
pub(super) const MAX_BLOCK: usize = 256 * 1024;

/// Reads the contents of a block; none for a block that belongs to a key and holds none itself.
type ReadBlock = fn(&pem::Block<'_>) -> Result<Option<Found>, Refusal>;

/// The block forms by the label of their BEGIN line.
static BLOCKS: [(&str, ReadBlock); 11] = [
    ("OPENSSH PRIVATE KEY", |block| openssh::read(block).map(Some)),
    ("RSA PRIVATE KEY", |block| pkcs1::read_private(block).map(Some)),
    ("RSA PUBLIC KEY", |block| pkcs1::read_public(block).map(Some)),
    ("EC PRIVATE KEY", |block| sec1::read(block).map(Some)),
    ("DSA PRIVATE KEY", |block| dsa::read(block).map(Some)),
    ("PRIVATE KEY", |block| pkcs8::read(block).map(Some)),
    ("ENCRYPTED PRIVATE KEY", |block| pkcs8::read_encrypted(block).map(Some)),
    ("PUBLIC KEY", |block| spki::read(block).map(Some)),
    ("SSH2 PUBLIC KEY", |block| rfc4716::read(block).map(Some)),
    // OpenSSL writes these before a private key.
    ("EC PARAMETERS", |block| oid::is_name(&block.contents).then_some(None).ok_or_else(no_key)),
    ("DSA PARAMETERS", |block| dsa::is_domain(&block.contents).then_some(None).ok_or_else(no_key)),
];

/// The line that begins a block.
pub(super) enum Begin {
    /// A BEGIN line with this label.
    Pem(String),
    /// The first line of a PPK file, which says something itself.
    Ppk,
}

impl Begin {
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        if ppk::is_begin(line) {
            return Some(Self::Ppk);
        }
        pem::label(line).map(|label| Self::Pem(String::from_utf8_lossy(label).into_owned()))
    }

    /// What is wrong when the file ends within the block.
    pub(super) const fn lacks_its_end(&self) -> &'static str {
        match self {
            Self::Pem(_) => "the file ends before the block's END line",
            Self::Ppk => "the file ends before its line Private-MAC",
        }
    }
}

/// What a line did for what it belongs to.
pub(super) enum Taken {
    More,
    Last,
    TooLong,
}

/// A block that is being collected. It may hold a private key, so it is wiped.
pub(super) struct Block {
    pub(super) begin: Begin,
    text: Zeroizing<Vec<u8>>,
    /// Its lines as they are; empty for a private key.
    raw: Vec<u8>,
    /// The number of its BEGIN line.
    pub(super) line: usize,
    pub(super) quirks: Quirks,
    layout: Layout,
    /// Whether the line of a key stands in it, so that it is none.
    pub(super) is_broken: bool,
}

impl Block {
    /// A block that its first line begins.
    pub(super) fn new(begin: Begin, first: &[u8], line: &Line<'_>, quirks: Quirks) -> Self {
        let text = Zeroizing::new(Vec::with_capacity(4096));
        let layout = Layout::of_begin(line.bytes);
        let mut block = Self { begin, text, raw: Vec::new(), line: line.number, quirks, layout, is_broken: false };
        if matches!(block.begin, Begin::Ppk) {
            block.put(first);
        }
        block.keep(line);
        block
    }

    fn keep(&mut self, line: &Line<'_>) {
        if matches!(&self.begin, Begin::Pem(label) if label.ends_with("PUBLIC KEY")) {
            self.raw.extend_from_slice(line.raw);
        }
    }

    fn put(&mut self, line: &[u8]) {
        append(&mut self.text, line);
        append(&mut self.text, b"\n");
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: &Line<'_>) -> Taken {
        self.quirks = self.quirks.with(Quirk::Crlf, line.crlf).with(Quirk::NoFinalNewline, !line.ends());
        self.keep(line);
        let ends = match &self.begin {
            Begin::Pem(label) if pem::is_end(line.bytes, label) => {
                self.quirks = self.quirks.and(self.layout.end(line.bytes));
                return Taken::Last;
            }
            Begin::Pem(_) => {
                self.layout.line(line.bytes);
                false
            }
            Begin::Ppk => ppk::is_end(line.bytes),
        };
        if self.text.len() + line.bytes.len() > MAX_BLOCK {
            return Taken::TooLong;
        }
        self.put(line.bytes);
        if ends { Taken::Last } else { Taken::More }
    }

    /// Its text from its first line to its last, or as far as it has come.
    pub(super) fn whole(&self, has_ended: bool) -> Zeroizing<Vec<u8>> {
        let mut whole = Zeroizing::new(Vec::with_capacity(self.text.len() + 256));
        if let Begin::Pem(label) = &self.begin {
            whole.extend_from_slice(pem::marker("BEGIN", label).as_bytes());
        }
        append(&mut whole, &self.text);
        if let Begin::Pem(label) = &self.begin
            && has_ended
        {
            append(&mut whole, pem::marker("END", label).as_bytes());
        }
        whole
    }

    /// Reads it once it is whole; `None` if it belongs to a key and holds none itself.
    pub(super) fn read(&self) -> Result<Option<Found>, Refusal> {
        if self.is_broken {
            return Err(Refusal::new("the line of a key stands in the block").hint("give the block and the line apart"));
        }
        match &self.begin {
            Begin::Pem(label) => read_pem(label, &pem::Block::parse(&self.text)?),
            Begin::Ppk => ppk::read(&self.text).map(Some),
        }
    }

    /// How a block is protected of which nothing can be read without the passphrase.
    pub(super) fn protection(&self) -> Protection {
        Protection::Encrypted(match &self.begin {
            Begin::Pem(label) if label == "ENCRYPTED PRIVATE KEY" => pem::Block::parse(&self.text)
                .map_or(Derivation::Unknown, |block| encryption::pkcs8::derivation(&block.contents)),
            _ => Derivation::Md5,
        })
    }

    /// Reads it with its passphrase.
    pub(super) fn decrypt(&self, passphrase: &Secret) -> Result<Option<Found>, Refusal> {
        let Begin::Pem(label) = &self.begin else { return self.read() };
        let block = pem::Block::parse(&self.text)?;
        let (label, derivation, contents) = match label.as_str() {
            "ENCRYPTED PRIVATE KEY" => {
                let contents = &block.contents;
                let derivation = encryption::pkcs8::derivation(contents);
                ("PRIVATE KEY", derivation, encryption::pkcs8::decrypt(contents, passphrase))
            }
            label => (label, Derivation::Md5, encryption::pem::decrypt(&block, passphrase)),
        };
        wipe_stack();
        let contents = contents.map_err(|error| Refusal::new(error.to_string()))?;
        let is_der = encryption::pem::is_der(&contents);
        let found = read_pem(label, &pem::Block::of_contents(contents)).map_err(|refusal| match is_der {
            true => refusal,
            // Padding that is right by chance hides a wrong passphrase.
            false => Refusal::new(DecryptError::WrongPassphrase.to_string()),
        })?;
        Ok(found.map(|found| found.protected(Protection::Encrypted(derivation))))
    }

    /// Decrypts the private half of a key whose public half can be read without the passphrase.
    pub(super) fn decrypt_private_half(&self, mut found: Found, passphrase: &Secret) -> Found {
        let decrypted = match &self.begin {
            Begin::Pem(_) => pem::Block::parse(&self.text)
                .map_err(|_| DecryptError::Damaged)
                .and_then(|block| openssh::decrypt(&block.contents, passphrase))
                .map(|(key, comment)| {
                    found.comment = comment;
                    key
                }),
            Begin::Ppk => ppk::decrypt(&self.text, &found.key, passphrase),
        };
        wipe_stack();
        found.with_decrypted(decrypted)
    }

    /// The key as an item.
    pub(super) fn item(&self, found: Found) -> Item<'_> {
        Item {
            line: self.line,
            form: found.form,
            key: found.key,
            comment: found.comment.map(Into::into),
            lead: None,
            private: found.private,
            quirks: self.quirks,
            text: self.raw.as_slice().into(),
        }
    }
}

/// Reads a block by its label.
fn read_pem(label: &str, block: &pem::Block<'_>) -> Result<Option<Found>, Refusal> {
    match BLOCKS.iter().find(|(name, _)| *name == label) {
        Some((_, read)) => read(block),
        None if label.ends_with("PRIVATE KEY") => Err(Refusal::new("a private key in a form that is not read here")
            .hint("`ssh-keygen -p -f FILE` rewrites it in OpenSSH's form")),
        None => Err(no_key()),
    }
}

fn no_key() -> Refusal {
    Refusal::new(NO_KEY_IN_BLOCK)
}

//! Collects blocks between two lines, and passes them to the format that their first line names.

use zeroize::Zeroizing;

use super::codec::locked::Locked;
use super::codec::{content, openssh, ppk};
use super::encryption::spellings::spellings;
use super::encryption::{self, DecryptError, Derivation, Protection};
use super::layout::Layout;
use super::{DecodedBlock, Item, Quirk, Quirks, Refusal, asn1, pem};
use crate::input::Line;
use crate::secret::{Secret, append, wipe_stack};

/// The longest block that is read, in bytes. A private RSA key of 16384 bits needs some 13,000.
pub(super) const MAX_BLOCK: usize = 256 * 1024;

/// The line that begins a block.
pub(super) enum Begin {
    /// A BEGIN line with this label.
    Pem(String),
    /// The first line of a PPK file, which also names the type of the key.
    Ppk,
    /// No line: the file consists of the bytes that are base64 in other files.
    Binary,
}

impl Begin {
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        if ppk::is_begin(line) {
            return Some(Self::Ppk);
        }
        pem::label(line).map(|label| Self::Pem(String::from_utf8_lossy(label).into_owned()))
    }

    /// Returns the error for a file that ends within the block.
    pub(super) const fn lacks_its_end(&self) -> &'static str {
        match self {
            Self::Pem(_) => "the file ends before the block's END line",
            Self::Ppk => "the file ends before its line Private-MAC",
            Self::Binary => "the file ends before its data is complete",
        }
    }
}

/// The result of adding a line.
pub(super) enum Taken {
    More,
    Last,
    TooLong,
}

/// A block that is being collected. It may hold a private key, so it is wiped.
pub(super) struct Block {
    pub(super) begin: Begin,
    text: Zeroizing<Vec<u8>>,
    /// Its lines, unchanged.
    raw: Zeroizing<Vec<u8>>,
    /// The line number of its BEGIN line.
    pub(super) line: usize,
    pub(super) quirks: Quirks,
    layout: Layout,
    /// Whether it contains the line of a key, so the block is not a key.
    pub(super) is_broken: bool,
}

impl Block {
    /// Starts a block with its first line.
    pub(super) fn new(begin: Begin, first: &[u8], line: &Line<'_>, quirks: Quirks) -> Self {
        let text = Zeroizing::new(Vec::with_capacity(4096));
        let (raw, layout) = (Zeroizing::default(), Layout::of_begin(line.bytes));
        let mut block = Self { begin, text, raw, line: line.number, quirks, layout, is_broken: false };
        if matches!(block.begin, Begin::Ppk) {
            block.put(first);
        }
        block.keep(line);
        block
    }

    /// Recognises a whole file in binary: the bytes of a key, or of a known other format, that are between BEGIN and END in
    /// other files: DER, or the format of OpenSSH or SSH.COM. `None` for any other file, and for one that is longer than a
    /// block may be.
    pub(super) fn of_file(bytes: &[u8], quirks: Quirks) -> Option<Self> {
        if bytes.len() > MAX_BLOCK || !content::is_known(bytes) {
            return None;
        }
        let text = Zeroizing::new(bytes.to_vec());
        let (raw, layout) = (Zeroizing::default(), Layout::of_begin(b""));
        let quirks = quirks.with(Quirk::Binary, true);
        Some(Self { begin: Begin::Binary, text, raw, line: 1, quirks, layout, is_broken: false })
    }

    fn keep(&mut self, line: &Line<'_>) {
        if matches!(self.begin, Begin::Pem(_)) {
            append(&mut self.raw, line.raw);
        }
    }

    fn put(&mut self, line: &[u8]) {
        append(&mut self.text, line);
        append(&mut self.text, b"\n");
    }

    /// Adds a line.
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
            Begin::Binary => true,
        };
        if self.text.len() + line.bytes.len() > MAX_BLOCK {
            return Taken::TooLong;
        }
        self.put(line.bytes);
        if ends { Taken::Last } else { Taken::More }
    }

    /// Whether its text may be in an envelope: it is text, and contains no other key.
    pub(super) const fn may_be_in_an_envelope(&self) -> bool {
        !self.is_broken && !matches!(self.begin, Begin::Binary)
    }

    /// Returns its text from the first line to the last one so far.
    pub(super) fn whole(&self) -> &[u8] {
        if self.raw.is_empty() { &self.text } else { &self.raw }
    }

    /// Decodes the complete block; `None` if it belongs to a key and holds none itself.
    pub(super) fn read(&self) -> Result<Option<DecodedBlock>, Refusal> {
        if self.is_broken {
            let is_alone = self.text.trim_ascii().is_empty();
            let hint =
                if is_alone { "delete the BEGIN and END lines" } else { "give the block and the line separately" };
            return Err(Refusal::new("the block contains the line of a public key").hint(hint));
        }
        let label = match &self.begin {
            Begin::Ppk => return ppk::read(&self.text).map(Some),
            Begin::Binary => None,
            Begin::Pem(label) => Some(label.as_str()),
        };
        if let Some(refusal) = label.and_then(content::named) {
            return Err(refusal);
        }
        let block = self.contents()?;
        if label.is_some_and(|label| content::is_parameters(label, &block)) {
            return Ok(None);
        }
        match Locked::of(&block) {
            Some(locked) => Err(locked.refusal(&block)),
            None => Ok(Some(self.read_clear(label, &block)?.with_quirk(Quirk::NoPadding, block.lacks_padding))),
        }
    }

    /// Decodes the base64 and headers.
    fn contents(&self) -> Result<pem::Block<'_>, Refusal> {
        match self.begin {
            Begin::Binary => Ok(pem::Block::of_contents(self.text.clone())),
            _ => pem::Block::parse(&self.text).map(Self::distinguished),
        }
    }

    /// Converts a private key in BER to DER: OpenSSL reads BER for ssh.
    fn distinguished(mut block: pem::Block<'_>) -> pem::Block<'_> {
        if block.contents.first() == Some(&0x30)
            && !content::is_known(&block.contents)
            && let Some(der) = asn1::distinguished(&block.contents).filter(|der| content::is_private(der))
        {
            block.contents = der;
        }
        block
    }

    /// Decodes contents that are not encrypted. A label of another format is a quirk of the key, and so are headers that
    /// claim encryption.
    fn read_clear(&self, label: Option<&str>, block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
        let is_false = label.is_some_and(|label| content::is_false(label, &block.contents));
        let found = content::read(label, block).unwrap_or_else(|| Err(no_key(label)))?;
        let found = mislabelled(found, label.filter(|_| is_false));
        Ok(found.with_quirk(Quirk::FalseLabel, block.is_encrypted()))
    }

    /// Returns the protection of a block that cannot be read without the passphrase.
    pub(super) fn protection(&self) -> Protection {
        let derivation = self.contents().ok().and_then(|block| Some(Locked::of(&block)?.derivation(&block)));
        Protection::Encrypted(derivation.unwrap_or(Derivation::Unknown))
    }

    /// Decodes it with its passphrase.
    pub(super) fn decrypt(&self, passphrase: &Secret) -> Result<Option<DecodedBlock>, Refusal> {
        let block = self.contents()?;
        let Some(locked) = Locked::of(&block) else { return self.read() };
        let opened = with_each_encoding(passphrase, |passphrase| self.open(&block, &locked, passphrase));
        let (found, otherwise) = opened.map_err(|error| Refusal::new(error.to_string()))?;
        let quirks = |found: DecodedBlock| {
            found.with_quirk(Quirk::PassphraseEncoding, otherwise).with_quirk(Quirk::NoPadding, block.lacks_padding)
        };
        found.map(|found| Some(quirks(found)))
    }

    /// Decrypts it with its passphrase, and decodes the contents.
    fn open(
        &self,
        block: &pem::Block<'_>,
        locked: &Locked,
        passphrase: &Secret,
    ) -> Result<Result<DecodedBlock, Refusal>, DecryptError> {
        let contents = locked.decrypt(block, passphrase);
        wipe_stack();
        let clear = pem::Block::of_contents(contents?);
        let outer = match &self.begin {
            Begin::Pem(label) => Some(label.as_str()),
            _ => None,
        };
        let label = outer.map(|label| locked.decrypted_label(label));
        let outer = outer.filter(|label| content::is_false(label, &block.contents));
        let protection = Protection::Encrypted(locked.derivation(block));
        match self.read_clear(label, &clear) {
            Ok(found) => Ok(Ok(mislabelled(found.protected(protection), outer))),
            // Padding that is valid by chance hides a wrong passphrase.
            Err(_) if !encryption::pem::is_der(&clear.contents) => Err(DecryptError::WrongPassphrase),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Decrypts the private half of a key whose public half is not encrypted.
    pub(super) fn decrypt_private_half(&self, mut found: DecodedBlock, passphrase: &Secret) -> DecodedBlock {
        let decrypted = with_each_encoding(passphrase, |passphrase| {
            let decrypted = match &self.begin {
                Begin::Ppk => ppk::decrypt(&self.text, &found.key, passphrase).map(|key| (key, None)),
                _ => self
                    .contents()
                    .map_err(|_| DecryptError::Damaged)
                    .and_then(|block| openssh::decrypt(&block.contents, passphrase)),
            };
            wipe_stack();
            decrypted
        });
        match decrypted {
            Ok(((key, comment), otherwise)) => {
                found.comment = comment.or(found.comment);
                found.with_quirk(Quirk::PassphraseEncoding, otherwise).with_decrypted(Ok(key))
            }
            Err(error) => found.with_decrypted(Err(error)),
        }
    }

    /// The key as an item.
    pub(super) fn item(&self, mut found: DecodedBlock) -> Item<'_> {
        if matches!(self.begin, Begin::Pem(_)) && found.private.is_some() {
            let has_others = pem::has_other_headers(&self.text, &mut found.comment);
            found = found.with_quirk(Quirk::OtherHeaders, has_others);
        }
        let text = if found.private.is_some() { [][..].into() } else { self.raw.as_slice().into() };
        Item {
            line: self.line,
            form: found.form,
            key: found.key,
            comment: found.comment.map(Into::into),
            lead: None,
            private: found.private,
            quirks: self.quirks.and(found.quirks),
            text,
        }
    }
}

/// Adds a quirk if the label is unknown or names another format.
fn mislabelled(found: DecodedBlock, label: Option<&str>) -> DecodedBlock {
    let Some(label) = label else { return found };
    found.with_quirk(if content::is_label(label) { Quirk::FalseLabel } else { Quirk::UnknownLabel }, true)
}

/// Tries a passphrase as given, and if it is wrong, in the other encodings in which it may have been typed when the key was
/// made. Also returns whether another encoding was right.
fn with_each_encoding<T>(
    passphrase: &Secret,
    open: impl Fn(&Secret) -> Result<T, DecryptError>,
) -> Result<(T, bool), DecryptError> {
    match open(passphrase) {
        Err(DecryptError::WrongPassphrase) => {
            let opened = spellings(passphrase).into_iter().find_map(|other| open(&other).ok());
            opened.map(|opened| (opened, true)).ok_or(DecryptError::WrongPassphrase)
        }
        opened => opened.map(|opened| (opened, false)),
    }
}

/// The refusal of contents of an unknown format.
fn no_key(label: Option<&str>) -> Refusal {
    match label {
        Some("TSS2 PRIVATE KEY") => Refusal::new("a private key that only its TPM can use")
            .hint("programs for TPMs, such as ssh-tpm-agent, use it for ssh"),
        Some(label) if label.ends_with("PRIVATE KEY") => Refusal::new("a private key in an unsupported format")
            .hint("have the program that made it write it in OpenSSH format or as PKCS #8"),
        Some(_) => Refusal::block_without_key().hint("its BEGIN line names its format; give a key file"),
        None => Refusal::block_without_key(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::PublicKey;
    use crate::keyfile::codec::spki;

    #[test]
    fn a_file_of_bytes_is_a_block_only_if_it_is_of_a_known_format() {
        let key = PublicKey::ed25519(&[7; 32]).unwrap();
        let text = spki::write(&key).unwrap();
        let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let der = pem::decode(base64.as_bytes()).unwrap();
        let found = Block::of_file(&der, Quirks::default()).unwrap().read().ok().flatten().unwrap();
        assert_eq!((found.key.blob(), found.quirks), (key.blob(), Quirks::default()));
        let longer = [der.as_slice(), &[0]].concat();
        let shorter = &der[..der.len() - 1];
        for other in [&longer, shorter, b"", b"0", b"ssh-ed25519 AAAA", &vec![0x30; MAX_BLOCK + 1]] {
            assert!(Block::of_file(other, Quirks::default()).is_none());
        }
    }
}

//! Reads private keys in every format that the other tools read.

use std::sync::Arc;

use common::error::{Error, Place};
use common::input::Source;
use common::key::Kind;
use common::keyfile::codec::ppk::Version;
use common::keyfile::codec::public_line;
use common::keyfile::{self, Form, Item, KeyMaterial, Private, PrivateKey, Quirk, Sink};
use common::secret::Secret;
use zeroize::Zeroizing;

use super::Format;
use super::surroundings::{Surroundings, is_one_key};
use crate::generate::{MOST_RSA_BITS, Type};

/// A private key that was read and decrypted, and whose halves match.
pub struct Opened {
    /// The key.
    pub key: Arc<PrivateKey>,
    /// Its type, one that keygen writes.
    pub key_type: Type,
    /// The comment in its file; empty where the format has none.
    pub comment: String,
    /// Whether its file is in OpenSSH format.
    pub is_openssh: bool,
    /// The format for the key with a comment: the file's own if it has comments, otherwise OpenSSH's.
    pub format_with_comment: Format,
    /// The other text in its file.
    pub surroundings: Surroundings,
    /// Whether the passphrase opened it only in another encoding, or as its file's line has it.
    pub is_spelled_otherwise: bool,
    /// What was wrong with the text, and is right when the key is written again; in words.
    pub faults: Vec<&'static str>,
}

/// The faults of a text that are gone when the key is written again.
const FAULTS: [(Quirk, &str); 25] = [
    (Quirk::Bom, "a byte order mark"),
    (Quirk::Utf16, "UTF-16"),
    (Quirk::Crlf, "carriage returns"),
    (Quirk::CrOnly, "carriage returns in place of newlines"),
    (Quirk::JoinedLines, "lost newlines"),
    (Quirk::MovedLines, "line breaks at other places"),
    (Quirk::Escaped, "characters written with a backslash"),
    (Quirk::NoFinalNewline, "no newline at the end"),
    (Quirk::IndentedMarker, "indented lines"),
    (Quirk::PaddedMarker, "spaces after the BEGIN or END line"),
    (Quirk::BlankLineBefore, "other lines before BEGIN"),
    (Quirk::BrokenBody, "a blank or indented line in the block"),
    (Quirk::Padding, "wrong padding"),
    (Quirk::NoPadding, "base64 without its padding"),
    (Quirk::FalseLabel, "the label of another format"),
    (Quirk::UnknownLabel, "an unknown label"),
    (Quirk::Base64, "base64 of the whole file"),
    (Quirk::PercentEncoded, "percent-encoding"),
    (Quirk::QuotedPrintable, "quoted-printable"),
    (Quirk::Terminal, "a terminal's control sequences"),
    (Quirk::Prefixed, "a quotation mark before each line"),
    (Quirk::Quoted, "quotes around the key"),
    (Quirk::Html, "characters written as in HTML"),
    (Quirk::Fenced, "the lines of a code block or a here-document around the key"),
    (Quirk::TextBefore, "attributes before the key"),
];

/// The quirks of a key in a text that may hold more.
const IN_MORE: [Quirk; 5] = [Quirk::Json, Quirk::Quoted, Quirk::Assigned, Quirk::Html, Quirk::TextBefore];

/// Reads the first private key of a text. `passphrase` is called only if it is encrypted; `place` is for errors.
///
/// # Errors
/// The text holds no private key, keygen does not support keys of its type, it is damaged, or the passphrase is wrong.
pub fn open(
    text: &[u8],
    place: &Place,
    passphrase: &mut dyn FnMut() -> Result<Secret, Error>,
) -> Result<Opened, Error> {
    let mut first =
        First { item: None, has_others: false, has_lines: false, has_public: false, refusal: None, passphrase };
    keyfile::read(Source { place: place.clone(), reader: Box::new(text) }, &mut first)?;
    let none = || match first.has_public {
        true => Error::failure("holds a public key, not a private one").hint(match place.file.strip_suffix(".pub") {
            Some(name) => format!(
                "the private key may be in {}; pubfp prints a public key's fingerprint",
                name.strip_suffix("-cert").unwrap_or(name)
            ),
            None => "pubfp prints public keys' fingerprints; the private key is in another file".to_owned(),
        }),
        false => Error::failure("holds no private key (OpenSSH, PEM, PKCS#8 or PPK)"),
    };
    let opened = match (first.item, first.refusal) {
        (Some(item), _) => {
            // Without BEGIN and END lines, the findings of the reader decide.
            let is_in_more = || first.has_lines || IN_MORE.iter().any(|quirk| item.quirks.has(*quirk));
            let surroundings = match is_one_key(&without_public_half(text, &item)) {
                _ if first.has_others => Surroundings::PrivateKey,
                _ if item.quirks.has(Quirk::OtherHeaders) => Surroundings::Text,
                Some(true) => Surroundings::Nothing,
                None if !is_in_more() => Surroundings::Nothing,
                Some(false) | None => Surroundings::Text,
            };
            opened(&item, surroundings)
        }
        (None, refusal) => Err(refusal.unwrap_or_else(none)),
    };
    opened.map_err(|error| error.at(place.clone()))
}

/// A text without the lines that only repeat a private key's own public half, and its comment.
fn without_public_half(text: &[u8], private: &Item<'_>) -> Zeroizing<Vec<u8>> {
    let comment = String::from_utf8_lossy(private.comment.as_deref().unwrap_or_default());
    let own = [&*comment, ""].map(|comment| public_line::write(&private.key, comment));
    // UTF-16 has zero bytes between the characters.
    let is_of_line = |byte: &&u8| !matches!(byte, 0 | b'\r' | b'\n');
    let is = |line: &[u8], own: &str| line.iter().filter(is_of_line).eq(own.trim_end().as_bytes());
    let mut kept = Zeroizing::new(Vec::with_capacity(text.len()));
    text.split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !own.iter().any(|own| is(line, own)))
        .for_each(|line| kept.extend_from_slice(line));
    kept
}

/// Keeps the first private key, or else why there is none.
struct First<'p> {
    item: Option<Item<'static>>,
    /// Another private key follows.
    has_others: bool,
    /// There are lines without a key.
    has_lines: bool,
    /// There is a public key.
    has_public: bool,
    refusal: Option<Error>,
    passphrase: &'p mut dyn FnMut() -> Result<Secret, Error>,
}

impl Sink for First<'_> {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        if item.private.is_some() {
            self.has_others |= self.item.as_ref().is_some_and(|first| first.key.plain_blob() != item.key.plain_blob());
            self.item.get_or_insert_with(|| item.to_owned());
        } else {
            self.has_public = true;
        }
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.has_lines = true;
        // Lines without a key may surround one.
        if self.refusal.is_none() && !error.reports_only_a_missing_key() {
            let failure = Error::failure(error.message());
            self.refusal = Some(match error.remedy() {
                Some(hint) => failure.hint(hint),
                None => failure,
            });
        }
        Ok(())
    }

    fn passphrase(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        if self.item.is_some() { Ok(None) } else { (self.passphrase)().map(Some) }
    }

    fn passphrase_for_private_half(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.passphrase(place)
    }
}

fn opened(item: &Item<'_>, surroundings: Surroundings) -> Result<Opened, Error> {
    let unhandled = || {
        let hint = match item.key.kind() {
            Kind::Dsa => "OpenSSH 10 does not read them either; make a new key: keygen -t ed25519",
            _ => "`ssh-keygen` does, with the same options; pubfp and keycheck read the public key",
        };
        Error::failure(format!("keygen does not handle {} keys", item.key.label())).hint(hint)
    };
    let key = match &item.private {
        Some(Private { key: Some(key), .. }) => Arc::clone(key),
        Some(Private { error: Some(error), .. }) => return Err(Error::failure(error.of_form(item.form))),
        _ if item.key.kind() == Kind::Rsa && !item.key.is_certificate() => {
            return Err(Error::failure("an RSA key of more than two primes, which keygen does not write"));
        }
        _ => return Err(unhandled()),
    };
    let key_type = match key.material {
        KeyMaterial::Rsa(_) => Type::Rsa,
        KeyMaterial::Ecdsa(..) => Type::Ecdsa,
        KeyMaterial::Ed25519(_) => Type::Ed25519,
        KeyMaterial::MlDsa44Ed25519(_) => Type::MlDsa44Ed25519,
        KeyMaterial::Dsa(_) => return Err(unhandled()),
    };
    if let Some(bits) = key.public.bits().filter(|bits| *bits > MOST_RSA_BITS) {
        return Err(Error::failure(format!("an RSA key of {bits} bits is more than OpenSSH reads")));
    }
    key.validate().map_err(|_| Error::failure("the private key's public and private half do not match"))?;
    let comment = String::from_utf8_lossy(item.comment.as_deref().unwrap_or_default()).replace(char::is_control, "");
    let format_with_comment = match item.form {
        Form::PpkPrivate(Version::Two) => Format::Ppk2,
        Form::PpkPrivate(Version::Three) => Format::Ppk,
        _ => Format::OpenSsh,
    };
    let faults = FAULTS.iter().filter(|(quirk, _)| item.quirks.has(*quirk)).map(|(_, words)| *words).collect();
    let is_openssh = item.form == Form::OpenSshPrivate;
    let is_spelled_otherwise = item.quirks.has(Quirk::PassphraseEncoding);
    Ok(Opened { key, key_type, comment, is_openssh, format_with_comment, surroundings, is_spelled_otherwise, faults })
}

#[cfg(test)]
mod tests {
    use super::super::Hardening;
    use super::*;
    use common::key::PublicKey;

    fn read(text: &[u8], passphrase: &Secret) -> Result<Opened, Error> {
        open(text, &Place { file: "id".to_owned(), line: None }, &mut || Ok(passphrase.clone()))
    }

    /// Changes every byte of a PPK file: the MAC or the format reveals it, or the byte has no meaning.
    #[test]
    fn a_changed_file_is_refused_or_is_the_same_key() {
        let key = PrivateKey::ed25519(Zeroizing::new(vec![7; 32])).unwrap();
        for (format, passphrase) in [(Format::Ppk2, ""), (Format::Ppk, ""), (Format::Ppk2, "secret")] {
            let passphrase = Secret::new(passphrase.as_bytes().to_vec());
            let text = format.write(&key, "a comment", &passphrase, Hardening::default()).unwrap();
            let public = |text: &[u8]| read(text, &passphrase).map(|opened| opened.key.public.blob().to_vec());
            let own = public(&text).unwrap();
            assert_eq!(own, key.public.blob());
            let mut refused = 0;
            for (at, change) in (0..text.len()).flat_map(|at| [1, 2, 0x20, 0x80].map(|change| (at, change))) {
                let mut changed = text.to_vec();
                changed[at] ^= change;
                match public(&changed) {
                    Ok(key) => assert_eq!(key, own, "{at}"),
                    Err(_) => refused += 1,
                }
                changed.truncate(at);
                assert!(public(&changed).is_err() || at == text.len() - 1, "cut at {at}");
            }
            assert!(refused > 2 * text.len(), "{refused}");
        }
    }

    #[test]
    fn a_key_among_other_text_is_read_and_is_not_alone_where_writing_would_lose_something() {
        let none = Secret::new(Vec::new());
        let text = |seed| {
            let key = PrivateKey::ed25519(Zeroizing::new(vec![seed; 32])).unwrap();
            let text = Format::Ppk.write(&key, "", &none, Hardening::default()).unwrap();
            String::from_utf8(text.to_vec()).unwrap()
        };
        let (one, other) = (text(1), text(2));
        let public = public_line::write(&PrivateKey::ed25519(Zeroizing::new(vec![1; 32])).unwrap().public, "");
        let public = public.trim_end();
        for (text, is_alone) in [
            (one.clone(), true),
            (format!("some text\n{one}"), false),
            (format!("{one}some text\n"), false),
            (format!("\n{one}\n"), true),
            (format!("# a comment\n{one}"), false),
            (one.replace('\n', "\r\n"), true),
            (format!("{one}{other}"), false),
            (one.replace("Private-Lines", "Password: x\nPrivate-Lines"), false),
            (one.replace("Private-Lines", "Argon2-Salt: x\nPrivate-Lines"), false),
            (one.replace("Comment: ", "Comment: \nComment: x"), false),
            (format!("{{\"key\": \"{}\"}}", one.replace('\n', "\\n")), false),
            // The public half's own line repeats only the key; another public line does not.
            (format!("{one}{public}\n"), true),
            (format!("{public}\n{one}"), true),
            (format!("{one}{public} another comment\n"), false),
            (format!("{one}command=\"x --token y\" {public}\n"), false),
            (format!("{one}@cert-authority *.example.com {public}\n"), false),
            (format!("{one}PASSWORD=x PUB=\"{public}\"\n"), false),
            (format!("{one}{{\"public\":\"{public}\",\"password\":\"x\"}}\n"), false),
        ] {
            let opened = read(text.as_bytes(), &none).unwrap();
            assert_eq!(opened.surroundings == Surroundings::Nothing, is_alone, "{text}");
        }
        let error = read(b"a line\n", &none).err().unwrap();
        assert_eq!(error.message(), "holds no private key (OpenSSH, PEM, PKCS#8 or PPK)");
        let public = public_line::write(&PublicKey::ed25519(&[7; 32]).unwrap(), "me");
        let error = read(public.as_bytes(), &none).err().unwrap();
        assert_eq!(error.message(), "holds a public key, not a private one");
    }
}

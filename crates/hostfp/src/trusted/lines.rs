//! Lines that hold a fingerprint, as `ssh-keygen -l` and hostfp print them, or a fingerprint alone; and lines that are
//! a public host key.
//!
//! Lines of `known_hosts` are not among them: they speak of many hosts, and of some that are revoked.

use common::bytes::Source;
use common::error::{Error, Place};
use common::forms::{self, Form, Item, Sink};
use common::keys::{Curve, Fingerprint, Hash, Kind};

use super::{Trusted, TrustedKey};

/// What surrounds a fingerprint in prose and in ssh's own words: `ED25519 key fingerprint is SHA256:….`
const PUNCTUATION: [char; 9] = ['.', ',', ';', '"', '\'', '(', ')', '`', '!'];

/// Whether a word is meant as a fingerprint, be it whole or not.
pub(super) fn looks_like_a_fingerprint(word: &str) -> bool {
    ["SHA256:", "SHA384:", "SHA512:", "SHA1:", "MD5:"].iter().any(|label| word.starts_with(label))
}

/// The length of a SHA-256 fingerprint with its label.
const WHOLE: usize = "SHA256:".len() + 43;

/// Finds all trusted fingerprints in a text.
pub(super) fn find(text: &str) -> Result<Trusted, Error> {
    let mut keys = Vec::new();
    let mut damaged = None;
    let mut weak = false;
    for line in text.lines() {
        let words = line.split_whitespace().map(|word| word.trim_matches(PUNCTUATION));
        for word in words.filter(|word| looks_like_a_fingerprint(word)) {
            match word.parse::<Fingerprint>() {
                Ok(fingerprint) if matches!(fingerprint.hash(), Hash::Md5 | Hash::Sha1) => weak = true,
                Ok(fingerprint) => keys.push(TrustedKey { fingerprint, kinds: kinds(line) }),
                Err(_) => damaged = Some(word.len()),
            }
        }
    }
    keys.extend(host_keys(text)?);
    if !keys.is_empty() {
        return Ok(Trusted { keys });
    }
    Err(if let Some(length) = damaged {
        let how = if length < WHOLE { "cut short" } else { "damaged" };
        Error::trouble(format!("the fingerprint is {how}"))
            .hint("a SHA-256 fingerprint has 43 characters behind SHA256:")
    } else if weak {
        Error::trouble("only an MD5 or SHA-1 fingerprint, which is not trusted")
            .hint("`ssh-keygen -lf` without -E prints SHA-256")
    } else {
        Error::trouble("no fingerprint in it").hint("it looks like SHA256: and 43 characters")
    })
}

/// What `bits … (TYPE)` says of the kind of key.
fn kinds(line: &str) -> Vec<Kind> {
    let bits = line.split_whitespace().next().and_then(|word| word.parse().ok());
    let label = line.trim_end().strip_suffix(')').and_then(|line| line.rsplit_once('(')).map(|(_, label)| label);
    let Some(label) = label else { return Vec::new() };
    let curve = Curve::ALL.into_iter().find(|curve| Some(curve.bits()) == bits);
    Kind::of_label(label)
        .filter(|kind| match (kind, curve) {
            (Kind::Ecdsa(of_kind), Some(curve)) => *of_kind == curve,
            _ => true,
        })
        .collect()
}

/// The public keys among the lines.
fn host_keys(text: &str) -> Result<Vec<TrustedKey>, Error> {
    let mut found = Keys(Vec::new());
    let place = Place { file: String::new(), line: None };
    forms::read(Source { place, reader: Box::new(text.as_bytes()) }, &mut found)?;
    Ok(found.0)
}

struct Keys(Vec<TrustedKey>);

impl Sink for Keys {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        if item.form == Form::PublicLine {
            self.0.push(TrustedKey { fingerprint: item.key.fingerprint(Hash::Sha256), kinds: vec![item.key.kind()] });
        }
        Ok(())
    }

    /// Most lines of most texts hold no key.
    fn refused(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }
}

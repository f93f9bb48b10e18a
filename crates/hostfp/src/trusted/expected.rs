//! Whom the user trusts: one host, or by a `known_hosts` of many the host that is asked about.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;

use common::bytes::Source;
use common::cli::Stdin;
use common::error::{Error, Place};
use common::keys::Hash;
use common::lines::escape;

use super::{MAX_KEYS, MAX_TEXT, NotOneHost, Trusted, TrustedKey, lines, text};
use crate::known_hosts;

/// What `--expect` names.
#[derive(Debug)]
pub enum Expected {
    /// The fingerprints of one host, whatever it is called.
    Host(Trusted),
    /// A `known_hosts` with lines of several hosts.
    KnownHosts {
        /// Its name.
        place: Place,
        /// Its text.
        text: Vec<u8>,
    },
}

impl Expected {
    /// Finds the fingerprints in `source`: one itself, be it with its type (`ECDSA SHA256:…`), a file, or `-` for
    /// standard input.
    ///
    /// # Errors
    /// The source cannot be read or holds no fingerprint; the message says what it holds instead.
    pub fn of(source: &OsStr, stdin: &mut Stdin<'_>) -> Result<Self, Error> {
        if let Some(text) = source.to_str()
            && text.split_whitespace().any(lines::looks_like_a_fingerprint)
            && !Path::new(source).exists()
        {
            return Trusted::in_text(text).map(Self::Host).map_err(NotOneHost::error);
        }
        Self::of_source(Source::open(source, stdin)?)
    }

    /// Finds the fingerprints in a file or what stands for one.
    ///
    /// # Errors
    /// As for [`Self::of`].
    pub(crate) fn of_source(source: Source<'_>) -> Result<Self, Error> {
        let place = source.place.clone();
        let bytes = read(source)?;
        if bytes.len() > MAX_TEXT {
            return Ok(Self::KnownHosts { place, text: bytes });
        }
        Self::find(&place, &bytes)
    }

    /// Finds the fingerprints in what stands at a place.
    ///
    /// # Errors
    /// It holds no fingerprint; the message says what it holds instead.
    pub(crate) fn find(place: &Place, bytes: &[u8]) -> Result<Self, Error> {
        let at = |error: Error| if error.place().is_none() { error.at(place.clone()) } else { error };
        let text = text::decode(bytes).map_err(at)?;
        match Trusted::in_text(&text) {
            Ok(mut trusted) => {
                let notes = trusted.notes.iter_mut().chain(&mut trusted.reasons);
                notes.for_each(|note| *note = format!("{place}: {note}"));
                Ok(Self::Host(trusted))
            }
            Err(NotOneHost::KnownHosts) => Ok(Self::KnownHosts { place: place.clone(), text: text.into_bytes() }),
            Err(NotOneHost::Error(error)) => Err(at(error)),
        }
    }

    /// What is trusted of the host that `known_hosts` calls so: all of it, or of several hosts that one's keys.
    ///
    /// # Errors
    /// There are lines of several hosts, and none of this one.
    pub fn of_host(&self, host: &str) -> Result<Cow<'_, Trusted>, Error> {
        let (place, text) = match self {
            Self::Host(trusted) => return Ok(Cow::Borrowed(trusted)),
            Self::KnownHosts { place, text } => (place, text),
        };
        let known = known_hosts::known(text, host);
        let mut keys: Vec<TrustedKey> = Vec::new();
        for key in &known.keys {
            let trusted = TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()]);
            if !keys.contains(&trusted) {
                keys.push(TrustedKey { hosts: vec![host.to_owned()], ..trusted });
            }
        }
        let name = escape::text(host.as_bytes());
        match keys.len() {
            0 if known.is_revoked => Err(Error::no(format!("its lines say that the key of {name} is revoked"))),
            0 => Err(Error::trouble(format!("its lines are of several hosts, and none is of {name}")).hint(HINT)),
            1..=MAX_KEYS => Ok(Cow::Owned(Trusted::of_keys(keys))),
            _ => Err(Error::trouble(format!("more keys than one host has are said to be of {name}"))),
        }
        .map_err(|error| error.at(place.clone()))
    }
}

/// What to do about lines of others.
pub(super) const HINT: &str = "keep those of your VM, such as `ssh-keygen -F HOST -f FILE` prints";

/// Reads a text, which may be a long one if it is a `known_hosts`.
fn read(source: Source<'_>) -> Result<Vec<u8>, Error> {
    let Source { place, mut reader } = source;
    let mut bytes = Vec::new();
    let mut up_to = |bound: usize, bytes: &mut Vec<u8>| {
        let limit = u64::try_from(bound + 1 - bytes.len()).unwrap_or(u64::MAX);
        let read = reader.by_ref().take(limit).read_to_end(bytes);
        read.map_err(|error| Error::io("cannot read", &error).at(place.clone()))
    };
    let too_long =
        |bound| Error::trouble(format!("longer than {bound} bytes, which is more than this can be")).at(place.clone());
    up_to(MAX_TEXT, &mut bytes)?;
    if bytes.len() > MAX_TEXT {
        if !known_hosts::looks_like_one(&bytes) {
            return Err(too_long(MAX_TEXT));
        }
        up_to(known_hosts::MAX_FILE, &mut bytes)?;
        if bytes.len() > known_hosts::MAX_FILE {
            return Err(too_long(known_hosts::MAX_FILE));
        }
    }
    Ok(bytes)
}

//! Reads lines each of which is a fingerprint or a public host key as a whole: the output of `ssh-keygen -l`, hostfp and `cat
//! /etc/ssh/ssh_host_*_key.pub`.
//!
//! Why a stranger cannot write such a line: a program that logs or lists a stranger's words puts words of its own before
//! them, and a line with other words ends the text. Blank lines and comments after `#` are skipped in output as it was
//! printed, unless they say that a key does not count or is of another host (`comments`). If a window may have broken its
//! lines, `#` ends it, too.

use common::characters;
use common::error::Error;
use common::key::{Fingerprint, Hash};

use crate::trusted::grammar::NotTrusted;
use crate::trusted::grammar::line::{self, Line, Misfit};
use crate::trusted::grammar::words;
use crate::trusted::keys::{MAX_KEYS, Trusted, TrustedKey};
use crate::trusted::messages::misfits;
use crate::trusted::rules::comments;
use crate::trusted::rules::headings::Headings;
use crate::trusted::rules::one_host::{self, Origin};

/// The fingerprints and keys of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) keys: Vec<TrustedKey>,
    /// Whether it has MD5 or SHA-1 fingerprints, which do not count.
    pub(crate) has_weak: bool,
    /// Those whose type is known.
    pub(crate) weak: Vec<TrustedKey>,
    /// The comments of lines that do not count, which still show whose the list is.
    uncounted: Vec<String>,
    /// The sizes of the keys, as far as lines have them.
    sizes: Vec<(Fingerprint, Option<u32>)>,
    headings: Box<Headings>,
}

impl List {
    /// Adds a line.
    pub(crate) fn add(&mut self, line: &str) -> Result<(), Misfit> {
        self.add_with(line, None)
    }

    /// Adds a line whose key has this comment, unless the line itself has one.
    pub(crate) fn add_with(&mut self, line: &str, other_comment: Option<&str>) -> Result<(), Misfit> {
        // An invisible character may be within a word that rejects a key.
        if line.chars().any(|character| characters::invisible(character).is_some()) {
            return Err(Misfit::Control);
        }
        let owned = |comment: Option<&str>| comment.or(other_comment).map(str::to_owned);
        let read = line::read(line)?;
        if let Line::Weak { comment, .. } = &read {
            self.headings.key()?;
            self.uncounted.extend(owned(*comment));
        }
        if let Line::Fingerprint { comment, .. } | Line::Key { comment, .. } = &read {
            self.headings.key()?;
            if let Some(misfit) = comment.or(other_comment).and_then(comments::objection_of_key) {
                return Err(misfit);
            }
        }
        match read {
            Line::Nothing if line.trim_start().starts_with('#') => self.headings.comment(line)?,
            Line::Nothing => {}
            Line::Certificate => self.headings.key()?,
            Line::Weak { fingerprint, kinds, .. } => self.put_weak(TrustedKey::new(fingerprint, kinds)),
            Line::Fingerprint { fingerprint, size, kinds, comment } => {
                self.size(fingerprint, size)?;
                self.put(TrustedKey { comment: owned(comment), ..TrustedKey::new(fingerprint, kinds) });
            }
            Line::Key { key, comment } => self.put(TrustedKey {
                comment: owned(comment),
                ..TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()])
            }),
            Line::KnownHosts => return Err(Misfit::NamesHosts),
        }
        let most = [self.keys.len(), self.weak.len(), self.uncounted.len()].into_iter().max();
        if most > Some(MAX_KEYS) { Err(Misfit::TooMany) } else { Ok(()) }
    }

    /// Records the size of a key; two sizes of one key are an error.
    fn size(&mut self, fingerprint: Fingerprint, size: Option<u32>) -> Result<(), Misfit> {
        match self.sizes.iter_mut().find(|(known, _)| *known == fingerprint) {
            Some((_, Some(known))) if size.is_some_and(|size| size != *known) => return Err(Misfit::Loose),
            Some((_, known)) => *known = known.or(size),
            None => self.sizes.push((fingerprint, size)),
        }
        Ok(())
    }

    /// Adds the keys of another list of the same host.
    pub(crate) fn join(&mut self, other: &Self) -> Result<(), Misfit> {
        // As most objects of one host do. Looking each key up in all others would take quadratic time.
        if self.keys == other.keys && self.weak == other.weak && self.sizes == other.sizes && other.uncounted.is_empty()
        {
            self.has_weak |= other.has_weak;
            return Ok(());
        }
        other.sizes.iter().try_for_each(|(fingerprint, size)| self.size(*fingerprint, *size))?;
        self.has_weak |= other.has_weak;
        self.uncounted.extend(other.uncounted.iter().cloned());
        other.keys.iter().for_each(|key| self.put(key.clone()));
        other.weak.iter().for_each(|key| self.put_weak(key.clone()));
        if self.keys.len().max(self.weak.len()) > MAX_KEYS { Err(Misfit::TooMany) } else { Ok(()) }
    }

    /// Ends the list: comments below the last key, too, may be of another host, and so may lines that do not count.
    pub(crate) fn end(&self) -> Result<(), Misfit> {
        let comments = || self.keys.iter().filter_map(|key| key.comment.as_deref());
        let differs = |other: &String| comments().any(|comment| one_host::differ(comment, other));
        if self.uncounted.iter().any(differs) { Err(Misfit::OtherHeading) } else { self.headings.end() }
    }

    /// Adds a key unless it is in the list. The comments are merged: a serial log has each key twice.
    pub(crate) fn put(&mut self, key: TrustedKey) {
        match self.keys.iter_mut().find(|known| known.fingerprint == key.fingerprint && known.kinds == key.kinds) {
            Some(known) => known.comment = known.comment.take().or(key.comment),
            None => self.keys.push(key),
        }
    }

    /// Adds a fingerprint by a weak hash.
    pub(crate) fn put_weak(&mut self, key: TrustedKey) {
        self.has_weak = true;
        if !self.weak.contains(&key) {
            self.weak.push(key);
        }
    }

    /// Returns the keys as those of one host.
    ///
    /// # Errors
    /// They are of several hosts, or may be.
    pub(crate) fn into_trusted(self, origin: Origin) -> Result<Trusted, Error> {
        one_host::check(&self.keys, origin)?;
        Ok(Trusted { weak: self.weak, ..Trusted::of_keys(self.keys) })
    }
}

impl FromIterator<TrustedKey> for List {
    fn from_iter<I: IntoIterator<Item = TrustedKey>>(keys: I) -> Self {
        let mut list = Self::default();
        keys.into_iter().for_each(|key| list.put(key));
        list
    }
}

/// Whether comments may be between the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comments {
    Allowed,
    /// A long comment may have been broken into lines.
    Refused,
}

/// Joins a line of `ssh-keygen -l` with its type, which a window moved to the next line. The first must lack only its type,
/// and the second must have nothing else.
fn with_its_type(line: &str, next: &str) -> Option<String> {
    let (line, next) = (line.trim_end(), next.trim());
    let is_type = next.strip_prefix('(').and_then(|next| next.strip_suffix(')')).is_some_and(words::is_label);
    let joined = is_type.then(|| format!("{line} {next}"))?;
    let lacks_its_type = line::read(line).err() == Some(Misfit::Loose);
    (lacks_its_type && matches!(line::read(&joined), Ok(Line::Fingerprint { size: Some(_), .. }))).then_some(joined)
}

/// Whether the first line of a text lacks only its type, which is in the next.
pub(crate) fn first_line_lacks_its_type(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| matches!(line::read(line), Ok(Line::Nothing | Line::Certificate)));
    lines.next().zip(lines.next()).is_some_and(|(line, next)| with_its_type(line, next).is_some())
}

/// Whether a line is a fingerprint or a key as a whole, with or without names of hosts before it.
pub(crate) fn counts(line: &str) -> bool {
    line::is_fingerprint_or_key(line) || matches!(line::read(line), Ok(Line::KnownHosts))
}

/// Reads a text of such lines. `first` is the number of its first line.
///
/// # Errors
/// A line does not fit; or there is no fingerprint that counts.
pub(crate) fn read(text: &str, comments: Comments, first: usize) -> Result<List, NotTrusted> {
    let mut list = List::default();
    let mut lines = text.lines().zip(first..).peekable();
    while let Some((line, number)) = lines.next() {
        let joined = lines.peek().and_then(|(next, _)| with_its_type(line, next));
        if joined.is_some() {
            lines.next();
        }
        let line = joined.as_deref().unwrap_or(line);
        let is_comment = line.trim_start().starts_with('#');
        if is_comment && comments == Comments::Refused {
            return Err((Some(number), misfits::misfit(Misfit::Other)));
        }
        list.add(line).map_err(|misfit| (Some(number), misfits::misfit_in(line, misfit)))?;
    }
    if list.keys.is_empty() {
        return Err((None, misfits::no_lines(list.has_weak, text)));
    }
    list.end().map_err(|misfit| (None, misfits::misfit(misfit)))?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";

    fn message(text: &str) -> String {
        let text = text.replace("=F", FINGERPRINT);
        read(&text, Comments::Allowed, 1).map_or_else(|(_, error)| error.message().to_owned(), |_| String::new())
    }

    #[test]
    fn one_host_has_no_more_keys_than_the_limit() {
        let lines = |count: usize| -> String {
            let fingerprint = |number: usize| Fingerprint::of_blob(Hash::Sha256, &number.to_be_bytes());
            (0..count).map(|number| format!("256 {} x (ED25519)\n", fingerprint(number))).collect()
        };
        assert_eq!(message(&lines(MAX_KEYS)), "");
        assert_eq!(message(&lines(MAX_KEYS + 1)), misfits::too_many().message());
    }

    #[test]
    fn one_key_has_one_size_and_the_comment_that_any_of_its_lines_has() {
        assert_eq!(message("2048 =F x (RSA)\n2048 =F y (RSA)\n=F\n"), "");
        assert!(message("2048 =F x (RSA)\n3072 =F x (RSA)\n").contains("among other words"));
        let mut list = List::default();
        list.add(KEY).unwrap();
        list.add_with(KEY, Some("root@vm")).unwrap();
        assert_eq!(list.keys.iter().map(|key| key.comment.as_deref()).collect::<Vec<_>>(), [Some("root@vm")]);
    }

    #[test]
    fn a_type_in_the_next_line_belongs_to_a_line_that_lacks_nothing_else() {
        for (text, ends) in [
            ("256 =F root@vm\n(ED25519)\n", false),
            ("256 =F root@vm (ED25519)\n(ED25519)\n", true),
            ("=F\n(ED25519)\n", true),
            ("256 =F root@vm\n(x)\n", true),
        ] {
            assert_eq!(!message(text).is_empty(), ends, "{text}");
        }
    }

    #[test]
    fn a_comment_that_says_not_to_trust_a_key_ends_the_text() {
        for comment in ["revoked", "key-compromised", "(EXPIRED)", &format!("revoked-{}", "x".repeat(31))] {
            assert_eq!(
                message(&format!("256 =F {comment} (ED25519)")),
                misfits::misfit(Misfit::Denied).message(),
                "{comment}"
            );
        }
        assert_eq!(message("256 =F unrevoked (ED25519)"), "");
    }
}

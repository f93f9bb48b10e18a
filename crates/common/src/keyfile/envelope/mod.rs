//! Removes the envelopes around keys: shells, configuration files, web pages, mail, and copying that loses newlines.
//!
//! Only a text that cannot be read directly comes here. [`peel`] tries the rows of [`ENVELOPES`], nested up to
//! [`MAX_DEPTH`], until the text inside can be read; the shortest sequence wins. Each removed envelope is a [`Quirk`] of
//! the keys, so that a policy can tell which programs do not read them.
//!
//! To add an envelope: a function that removes it, a row in [`ENVELOPES`], and a row in [`Quirk`].

mod encodings;
mod joined;
mod lines;
mod marks;
mod text;

use zeroize::Zeroizing;

pub(super) use joined::newlines;
pub(super) use lines::is_fence;
pub(super) use marks::{holds_a_key_in_base64, may_hold_a_key_or_its_base64, private_block};

use super::codec::content;
use super::{Quirk, Quirks};
use text::Text;

/// The longest text that is examined, in bytes.
pub(super) const MAX_TEXT: usize = 256 * 1024;

/// The maximum nesting of envelopes.
const MAX_DEPTH: usize = 4;

/// The maximum number of texts that are tried for one text.
const MAX_TEXTS: usize = 64;

/// The maximum number of bytes of texts that are tried for an input.
const MAX_WORK: usize = 16 * 1024 * 1024;

/// The number of bytes of texts that were tried for an input.
#[derive(Default)]
pub(super) struct Work(usize);

/// Removes an envelope. `None` if the text is not in it.
type Open = fn(&[u8]) -> Option<Text>;

/// A kind of envelope.
struct Envelope {
    quirk: Quirk,
    open: Open,
}

const fn row(quirk: Quirk, open: Open) -> Envelope {
    Envelope { quirk, open }
}

/// Cheap and frequent ones come first: of two sequences of the same length the first is taken.
static ENVELOPES: [Envelope; 15] = [
    row(Quirk::Terminal, encodings::terminal),
    row(Quirk::CrOnly, lines::cr_only),
    row(Quirk::UserName, lines::user_name),
    row(Quirk::Prefixed, lines::prefixed),
    row(Quirk::Assigned, lines::assigned),
    row(Quirk::Quoted, lines::quoted),
    row(Quirk::Escaped, encodings::escaped),
    row(Quirk::Fenced, lines::fenced),
    row(Quirk::PercentEncoded, encodings::percent),
    row(Quirk::Html, encodings::html),
    row(Quirk::QuotedPrintable, encodings::quoted_printable),
    row(Quirk::UrlSafe, encodings::url_safe),
    row(Quirk::Base64, encodings::base64),
    // They drop the text around a block, so they come last.
    row(Quirk::JoinedLines, joined::lost),
    row(Quirk::MovedLines, joined::moved),
];

/// The contents of the envelopes.
pub(super) struct Peeled {
    /// The text inside.
    pub(super) text: Text,
    /// The envelopes.
    pub(super) quirks: Quirks,
}

/// Removes envelopes from a text until `reads` accepts the contents. `None` if no sequence leads there. The base64 of a
/// private key in DER is not read: its BEGIN and END lines are missing, which is reported.
pub(super) fn peel(text: &[u8], work: &mut Work, mut reads: impl FnMut(&[u8]) -> bool) -> Option<Peeled> {
    peel_until(text, work, |inner| (marks::may_hold_a_key(inner) || content::is_public_der(inner)) && reads(inner))
}

/// Removes envelopes from a text until `is_it` accepts the contents, a key or not.
pub(super) fn peel_until(text: &[u8], work: &mut Work, mut is_it: impl FnMut(&[u8]) -> bool) -> Option<Peeled> {
    if text.len() > MAX_TEXT || work.0 > MAX_WORK {
        return None;
    }
    let mut looked_at = 0;
    let mut outer = vec![Peeled { text: Zeroizing::new(text.to_vec()), quirks: Quirks::default() }];
    for _ in 0..MAX_DEPTH {
        let mut inner: Vec<Peeled> = Vec::new();
        for Peeled { text, quirks } in &outer {
            work.0 += text.len();
            for Envelope { quirk, open } in &ENVELOPES {
                let Some(opened) = open(text).filter(|opened| opened[..] != text[..]) else { continue };
                let peeled = Peeled { text: opened, quirks: quirks.with(*quirk, true) };
                if is_it(&peeled.text) {
                    return Some(peeled);
                }
                looked_at += 1;
                if looked_at == MAX_TEXTS {
                    return None;
                }
                if !inner.iter().any(|known| known.text == peeled.text) {
                    inner.push(peeled);
                }
            }
        }
        outer = inner;
    }
    None
}

/// Decodings of characters that drop nothing of a text: its words remain.
const ENCODINGS: [Open; 7] = [
    encodings::terminal,
    lines::cr_only,
    encodings::escaped,
    encodings::percent,
    encodings::html,
    encodings::quoted_printable,
    encodings::base64,
];

/// Returns a text unchanged, then with its characters decoded in one way after the other.
#[must_use]
pub fn decodings(text: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut texts = vec![Zeroizing::new(text.to_vec())];
    for open in ENCODINGS.iter().cycle().take(MAX_DEPTH * ENCODINGS.len()) {
        let decoded = texts.last().and_then(|text| open(text).filter(|decoded| decoded != text));
        texts.extend(decoded);
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_envelope_has_its_own_quirk() {
        for (index, Envelope { quirk, .. }) in ENVELOPES.iter().enumerate() {
            assert!(ENVELOPES.iter().skip(index + 1).all(|other| other.quirk != *quirk), "{quirk:?}");
        }
    }

    #[test]
    fn the_search_ends() {
        let mut looked_at = 0;
        let text = "x=&amp;%41=3D\\n\"> BEGIN AAAA ssh-rsa \r".repeat(2000);
        assert!(
            peel(text.as_bytes(), &mut Work::default(), |_| {
                looked_at += 1;
                false
            })
            .is_none()
        );
        assert!((1..=MAX_TEXTS).contains(&looked_at));
        assert!(peel(&[b'\\'; MAX_TEXT + 1], &mut Work::default(), |_| true).is_none());
    }
}

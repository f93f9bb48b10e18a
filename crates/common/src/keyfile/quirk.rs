//! What is unusual about the text around a key. The key is read all the same; a policy decides whether other programs
//! would refuse it.

/// One unusual property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// A line ended with a carriage return and a newline.
    Crlf,
    /// A byte order mark stood before it.
    Bom,
    /// The text was UTF-16.
    Utf16,
    /// The base64 was broken over several lines.
    Wrapped,
    /// The type did not stand before the base64.
    NoType,
    /// Another type than the key's stood before the base64.
    FalseType,
    /// It stood in quotes.
    Quoted,
    /// It stood in a string of a JSON document.
    Json,
    /// Other text stood before the BEGIN line.
    TextBefore,
    /// There was more data behind the end of the key.
    Trailing,
    /// The line that ends the block was the last of the text and had no newline.
    NoFinalNewline,
    /// Blanks stood before the block's BEGIN or END line.
    IndentedMarker,
    /// Blanks stood behind the block's BEGIN or END line.
    PaddedMarker,
    /// Blank lines or comments stood before the BEGIN line.
    BlankLineBefore,
    /// The lines between BEGIN and END were not where OpenSSL wants them: a blank line among the base64 or before
    /// END, or a missing one behind the headers.
    BrokenBody,
    /// The file held its bytes as they are, without base64 and BEGIN and END lines.
    Binary,
    /// The padding behind the private key was not 1, 2, 3, and so on.
    Padding,
    /// The base64 of the block lacked the `=` at its end.
    NoPadding,
    /// Newlines were written as `\n` or `\r\n`, other characters as `\"` or `\u002b`.
    Escaped,
    /// Lines ended with a carriage return alone.
    CrOnly,
    /// The newlines of a block were lost, or had become blanks.
    JoinedLines,
    /// Characters were percent-encoded, as in a URL.
    PercentEncoded,
    /// Characters were HTML entities, or HTML's tags stood around them.
    Html,
    /// It was base64 of the text, as a whole.
    Base64,
    /// It was base64url (RFC 4648 section 5), with `-` and `_`.
    UrlSafe,
    /// It was quoted-printable (RFC 2045), as in mail.
    QuotedPrintable,
    /// Lines of Markdown or of a wiki fenced it.
    Fenced,
    /// Each line began with the same mark, such as `>` in mail.
    Prefixed,
    /// A name stood before it, as in `NAME=value`, `name: value` or an item of a list.
    Assigned,
    /// A user's name and a colon stood before it, as in the metadata of Compute Engine.
    UserName,
    /// The label of the block named another format than the block's contents are.
    FalseLabel,
    /// The label of the block is none that a format has.
    UnknownLabel,
    /// The lines of a block were indented, blank, or broken at other places.
    MovedLines,
    /// The passphrase opened the key in another encoding than it was given in.
    PassphraseEncoding,
    /// Control sequences of a terminal stood in it.
    Terminal,
    /// Headers of a private key's block hold text that is not in the key.
    OtherHeaders,
}

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 36] = [
        Self::Crlf,
        Self::Bom,
        Self::Utf16,
        Self::Wrapped,
        Self::NoType,
        Self::FalseType,
        Self::Quoted,
        Self::Json,
        Self::TextBefore,
        Self::Trailing,
        Self::NoFinalNewline,
        Self::IndentedMarker,
        Self::PaddedMarker,
        Self::BlankLineBefore,
        Self::BrokenBody,
        Self::Binary,
        Self::Padding,
        Self::NoPadding,
        Self::Escaped,
        Self::CrOnly,
        Self::JoinedLines,
        Self::PercentEncoded,
        Self::Html,
        Self::Base64,
        Self::UrlSafe,
        Self::QuotedPrintable,
        Self::Fenced,
        Self::Prefixed,
        Self::Assigned,
        Self::UserName,
        Self::FalseLabel,
        Self::UnknownLabel,
        Self::MovedLines,
        Self::PassphraseEncoding,
        Self::Terminal,
        Self::OtherHeaders,
    ];
}

/// The quirks of text that had to be decoded before the key was there.
const DECODED: [Quirk; 18] = [
    Quirk::Utf16,
    Quirk::Quoted,
    Quirk::Json,
    Quirk::TextBefore,
    Quirk::Escaped,
    Quirk::CrOnly,
    Quirk::JoinedLines,
    Quirk::MovedLines,
    Quirk::PercentEncoded,
    Quirk::Html,
    Quirk::Base64,
    Quirk::UrlSafe,
    Quirk::QuotedPrintable,
    Quirk::Fenced,
    Quirk::Prefixed,
    Quirk::Assigned,
    Quirk::UserName,
    Quirk::Terminal,
];

/// A set of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks(u64);

impl Quirks {
    /// None of them.
    pub(super) const EMPTY: Self = Self(0);

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, quirk: Quirk) -> bool {
        self.0 & 1 << quirk as u64 != 0
    }

    /// These and another, where it holds.
    #[must_use]
    pub const fn with(self, quirk: Quirk, holds: bool) -> Self {
        Self(self.0 | (holds as u64) << quirk as u64)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether the key's text is another one than that of its file.
    #[must_use]
    pub fn was_decoded(self) -> bool {
        DECODED.into_iter().any(|quirk| self.has(quirk))
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL.into_iter().filter(move |quirk| self.has(*quirk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let quirks = Quirks::default()
            .with(Quirk::Bom, true)
            .with(Quirk::Json, false)
            .and(Quirks::default().with(Quirk::TextBefore, true));
        assert_eq!(quirks.iter().collect::<Vec<_>>(), [Quirk::Bom, Quirk::TextBefore]);
        assert!(Quirk::ALL.iter().enumerate().all(|(index, quirk)| index == *quirk as usize));
    }
}

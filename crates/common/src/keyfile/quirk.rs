//! The unusual properties of the text around a key. The key is read in any case; a policy decides whether other programs
//! would refuse it.

/// One unusual property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// A line ended with a carriage return and a newline.
    Crlf,
    /// A byte order mark preceded it.
    Bom,
    /// The text was UTF-16.
    Utf16,
    /// The base64 was broken into several lines.
    Wrapped,
    /// The type before the base64 was missing.
    NoType,
    /// Another type than the key's preceded the base64.
    FalseType,
    /// It was in quotes.
    Quoted,
    /// It was in a string of a JSON document.
    Json,
    /// Other text preceded the BEGIN line.
    TextBefore,
    /// The key was followed by more data.
    Trailing,
    /// The line that ends the block was the last of the text and had no newline.
    NoFinalNewline,
    /// The block's BEGIN or END line was indented.
    IndentedMarker,
    /// Spaces or tabs followed the block's BEGIN or END line.
    PaddedMarker,
    /// Blank lines, comments or keys preceded the BEGIN line.
    BlankLineBefore,
    /// The lines between BEGIN and END were not where OpenSSL requires them: a blank line within the base64 or before END,
    /// or a missing one after the headers.
    BrokenBody,
    /// The file was binary, without base64 and BEGIN and END lines.
    Binary,
    /// The padding after the private key was not 1, 2, 3, and so on.
    Padding,
    /// The base64 of the block lacked the `=` at its end.
    NoPadding,
    /// Newlines were written as `\n` or `\r\n`, other characters as `\"` or `\u002b`.
    Escaped,
    /// Lines ended with a carriage return only.
    CrOnly,
    /// The newlines of a block were lost, or had become spaces.
    JoinedLines,
    /// Characters were percent-encoded, as in a URL.
    PercentEncoded,
    /// Characters were HTML entities, or it was between HTML tags.
    Html,
    /// The whole text was in base64.
    Base64,
    /// It was base64url (RFC 4648 section 5), with `-` and `_`.
    UrlSafe,
    /// It was quoted-printable (RFC 2045), as in mail.
    QuotedPrintable,
    /// It was in a code block of Markdown or of a wiki.
    Fenced,
    /// Each line had the same prefix, such as `>` in mail.
    Prefixed,
    /// A name preceded it, as in `NAME=value`, `name: value` or a list item.
    Assigned,
    /// A user's name and a colon preceded it, as in the metadata of Compute Engine.
    UserName,
    /// The label of the block named another format than that of the contents.
    FalseLabel,
    /// The label of the block is not that of any format.
    UnknownLabel,
    /// The lines of a block were indented, blank, or broken at other places.
    MovedLines,
    /// The passphrase decrypted the key only in another encoding.
    PassphraseEncoding,
    /// It contained control sequences of a terminal.
    Terminal,
    /// Headers of a private key's block contained text that is not in the key.
    OtherHeaders,
    /// It was in a document in Rich Text Format.
    RichText,
}

impl Quirk {
    /// All quirks.
    pub const ALL: [Self; 37] = [
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
        Self::RichText,
    ];
}

/// The quirks of text that had to be decoded to find the key.
const DECODED: [Quirk; 19] = [
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
    Quirk::RichText,
];

/// A set of quirks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks(u64);

impl Quirks {
    /// The empty set.
    pub(super) const EMPTY: Self = Self(0);

    /// Whether it contains this quirk.
    #[must_use]
    pub const fn has(self, quirk: Quirk) -> bool {
        self.0 & 1 << quirk as u64 != 0
    }

    /// Adds a quirk, if `holds`.
    #[must_use]
    pub const fn with(self, quirk: Quirk, holds: bool) -> Self {
        Self(self.0 | (holds as u64) << quirk as u64)
    }

    /// Returns the union.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether the key's text differs from that in its file.
    #[must_use]
    pub fn was_decoded(self) -> bool {
        DECODED.into_iter().any(|quirk| self.has(quirk))
    }

    /// Iterates over the quirks.
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

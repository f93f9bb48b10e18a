//! Writes one result as one line of JSON (JSON Lines), from structs whose comments are the text of the manuals.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::escape;
use crate::key::Fingerprint;
use crate::keyfile::Item;

/// Defines a struct that is printed as an object with its fields in this order, and documents it: the comments of the
/// struct and its fields become the manual's text ([`JsonObject`](crate::cli::JsonObject)). The fields of `..base: Type`
/// come first, in the same object. `serde::Serialize` must be in scope.
#[macro_export]
macro_rules! json_object {
    (
        $(#[doc = $about:literal])+
        $public:vis struct $name:ident $(<$life:lifetime>)? {
            $(..$base:ident: $base_type:ty,)?
            $($(#[doc = $text:literal])+ $(#[serde($($serde:tt)+)])? $field:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Serialize)]
        $public struct $name $(<$life>)? {
            $(#[doc = "The fields that come first."] #[serde(flatten)] $public $base: $base_type,)?
            $($(#[doc = $text])+ $(#[serde($($serde)+)])? $public $field: $type,)+
        }

        impl $(<$life>)? $name $(<$life>)? {
            /// The manual's text about this object.
            $public const JSON: $crate::cli::JsonObject = $crate::cli::JsonObject {
                about: concat!($($about),+),
                base: &[$(&<$base_type>::JSON)?],
                fields: &[$((stringify!($field), concat!($($text),+))),+],
            };
        }
    };
}

json_object! {
    /// A key in a file:
    pub struct KeyObject<'a> {
        /// the file's name, `(stdin)` for standard input
        file: &'a str,
        /// the line on which the key begins, counted from 1
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<usize>,
        /// the key's format: `openssh-public`, `authorized_keys`, `known_hosts`, `openssh-private`, `pkcs1-private`,
        /// `pkcs1-public`, `sec1-private`, `dsa-private`, `pkcs8-private`, `spki`, `ppk-private`, `rfc4716`,
        /// `x509-certificate` or `ssh.com-private`
        form: &'static str,
        /// the key's type as SSH names it, such as `ssh-ed25519`
        r#type: Cow<'a, str>,
        /// the key's size in bits, `null` if the type is unknown
        bits: Option<u32>,
        /// the fingerprint with its hash, such as `SHA256:…`
        fingerprint: Fingerprint,
        /// the comment, `null` if there is none
        comment: Option<Cow<'a, str>>,
    }
}

impl<'a> KeyObject<'a> {
    /// Describes a key at its place.
    #[must_use]
    pub fn new(item: &'a Item<'_>, file: &'a str, line: Option<usize>, fingerprint: Fingerprint) -> Self {
        Self {
            file,
            line,
            form: item.form.name(),
            r#type: item.key.type_name().into(),
            bits: item.key.bits(),
            fingerprint,
            comment: item.comment.as_deref().map(String::from_utf8_lossy),
        }
    }
}

/// Writes an object and a newline.
///
/// # Errors
/// Those of the writer.
pub fn write_json(to: &mut (impl Write + ?Sized), object: &impl Serialize) -> io::Result<()> {
    let mut line = Vec::new();
    object.serialize(&mut Serializer::with_formatter(&mut line, Escaping))?;
    line.push(b'\n');
    to.write_all(&line)
}

/// Writes compact JSON in which no character controls a terminal or reorders a line.
struct Escaping;

impl Formatter for Escaping {
    /// `serde_json` escapes what JSON requires. The other unsafe characters are in the Basic Multilingual Plane.
    fn write_string_fragment<W: Write + ?Sized>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let mut safe = fragment;
        while let Some(at) = safe.find(escape::is_unsafe) {
            let (before, after) = safe.split_at(at);
            to.write_all(before.as_bytes())?;
            let mut letters = after.chars();
            if let Some(letter) = letters.next() {
                write!(to, "\\u{:04x}", u32::from(letter))?;
            }
            safe = letters.as_str();
        }
        to.write_all(safe.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    json_object! {
        /// An object:
        struct Inner<'a> {
            /// the line,
            /// from 1
            line: u32,
            /// some text
            #[serde(skip_serializing_if = "Option::is_none")]
            comment: Option<&'a str>,
        }
    }

    json_object! {
        /// One with more:
        struct Outer<'a> {
            ..inner: Inner<'a>,
            /// the kind
            r#type: Option<u32>,
        }
    }

    fn line(object: &impl Serialize) -> String {
        let mut line = Vec::new();
        write_json(&mut line, object).unwrap();
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn fields_keep_their_order_and_strings_are_escaped() {
        let comment = "a\"\u{1b}\u{9b}\u{202e}\u{e4}\u{7f}";
        let inner = Inner { line: 3, comment: Some(comment) };
        let text = line(&Outer { inner, r#type: None });
        assert_eq!(text, "{\"line\":3,\"comment\":\"a\\\"\\u001b\\u009b\\u202e\u{e4}\\u007f\",\"type\":null}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["comment"], comment);
        assert_eq!(line(&Inner { line: 3, comment: None }), "{\"line\":3}\n");
    }

    #[test]
    fn the_comments_of_an_object_are_its_documentation() {
        assert_eq!(Outer::JSON.about(), "One with more:");
        let fields: Vec<_> = Outer::JSON.fields().collect();
        assert_eq!(fields, [("line", "the line, from 1"), ("comment", "some text"), ("type", "the kind")]);
    }
}

//! One result as one line of JSON.

use std::io::{self, Write};

use crate::error::Place;
use crate::escape;
use crate::key::Hash;
use crate::keyfile::Item;

/// What [`Object::of_item`] holds, for the manual pages.
pub const FINGERPRINT_JSON: &[(&str, &str)] = &[
    ("file", "the file's name, `(stdin)` for standard input"),
    ("line", "the line on which the key begins, counted from 1"),
    (
        "form",
        "what the key was written as: `openssh-public`, `authorized_keys`, `known_hosts`, `openssh-private`, \
         `pkcs1-private`, `pkcs1-public`, `sec1-private`, `dsa-private`, `pkcs8-private`, `spki`, `ppk-private`, \
         `rfc4716`, `x509-certificate` or `ssh.com-private`",
    ),
    ("type", "the key's type as SSH names it, such as `ssh-ed25519`"),
    ("bits", "the key's size in bits, `null` where the type is unknown"),
    ("fingerprint", "the fingerprint with its hash, such as `SHA256:…`"),
    ("comment", "the comment, `null` where there is none"),
];

/// A JSON object that keeps the order of its fields, written as one line (JSON Lines).
#[derive(Debug, Default)]
pub struct Object(Vec<u8>);

impl Object {
    /// An object without fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Where a result stands: `file` and, where known, `line`.
    #[must_use]
    pub fn of_place(place: &Place) -> Self {
        let object = Self::new().field("file", place.file.as_str());
        match place.line {
            Some(line) => object.field("line", line),
            None => object,
        }
    }

    /// A key in its place: the fields that every tool has for it.
    #[must_use]
    pub fn of_item(item: &Item<'_>, file: &Place, hash: Hash) -> Self {
        Self::of_place(&file.at(item.line))
            .field("form", item.form.name())
            .field("type", item.key.type_name())
            .field("bits", item.key.bits())
            .field("fingerprint", item.key.fingerprint(hash).to_string())
            .field("comment", item.comment.as_ref().map(|comment| String::from_utf8_lossy(comment).into_owned()))
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        let field = format!("{}:{}", serde_json::Value::from(name), value.into());
        for letter in field.chars() {
            // serde_json escapes C0 controls; the others can only stand within a string, too. None is beyond U+FFFF.
            let mut bytes = [0; 4];
            if escape::is_unsafe(letter) {
                self.0.extend(format!("\\u{:04x}", u32::from(letter)).bytes());
            } else {
                self.0.extend(letter.encode_utf8(&mut bytes).bytes());
            }
        }
        self
    }

    /// Writes the object and a newline.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(mut self, to: &mut impl Write) -> io::Result<()> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.extend_from_slice(b"}\n");
        to.write_all(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn fields_keep_their_order_and_strings_are_escaped() {
        let comment = "a\"\u{1b}\u{9b}\u{202e}\u{e4}";
        let mut line = Vec::new();
        Object::new().field("line", 3).field("comment", comment).field("bits", None::<u32>).write(&mut line).unwrap();
        let text = String::from_utf8(line).unwrap();
        assert_eq!(text, "{\"line\":3,\"comment\":\"a\\\"\\u001b\\u009b\\u202e\u{e4}\",\"bits\":null}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["comment"], comment);
    }
}

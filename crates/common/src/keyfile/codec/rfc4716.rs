//! Decodes and encodes `---- BEGIN SSH2 PUBLIC KEY ----`: RFC 4716, as written by `ssh-keygen -e` and PuTTYgen's "Save
//! public key".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::wire::Reader;
use crate::key::{Kind, PublicKey};
use crate::keyfile::{DecodedBlock, Form, Refusal, pem};

/// Base64 characters per line, as in ssh-keygen; section 3 allows 72.
const LINE: usize = 70;

/// Whether contents are an SSH public key of a known type.
pub(super) fn is(contents: &[u8]) -> bool {
    Reader::new(contents).string().is_ok_and(|name| Kind::of_name(name).0 != Kind::Unknown)
}

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let key = PublicKey::from_blob(block.contents.to_vec())?;
    Ok(DecodedBlock { comment: block.comment(), ..DecodedBlock::public(Form::Rfc4716, key) })
}

/// Writes a public key as a file. The comment is one line without quotes.
#[must_use]
pub fn write(key: &PublicKey<'_>, comment: &str) -> String {
    let base64 = STANDARD.encode(key.blob());
    let mut text = format!("---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"{comment}\"\n");
    for line in base64.as_bytes().chunks(LINE) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("---- END SSH2 PUBLIC KEY ----\n");
    text
}

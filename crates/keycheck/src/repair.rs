//! A key as `--rewrite` writes it: the one clean line that every consumer accepts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::escape;
use common::keyfile::Item;

use crate::allow_list::{self, Cleared, Refusal};
use crate::finding::{Check, Severity};

/// A private key whose public half is printed.
pub(crate) static PUBLIC_HALF: Check = Check {
    name: "public-half",
    severity: Severity::Note,
    what: "This is a private key, and --rewrite printed its public half, which is all that others need.",
    why: "Only the public half may be given away, and no consumer accepts a key in the form of a private one.",
    remedy: "Nothing; the private key stays where it is.",
    source: "RFC 4251, section 9.4.4; OpenSSH, ssh-keygen(1), -y",
};

/// `type base64 comment`, with a newline: the public half alone, its numbers in canonical form, without options
/// or hosts.
///
/// # Errors
/// The key itself may not be given away.
pub(crate) fn line(item: &Item<'_>, comment: Option<&str>) -> Result<Cleared, Refusal> {
    let blob = if item.key.is_certificate() { item.key.blob() } else { item.key.plain_blob() };
    let mut line = format!("{} {}", item.key.type_name(), STANDARD.encode(blob));
    if let Some(comment) = comment {
        line.push(' ');
        line.push_str(comment);
    }
    line.push('\n');
    Cleared::of(line.into_bytes())
}

/// The comment as it is written: without control characters and without blanks around it; `None` if what is left is not
/// plain words.
pub(crate) fn comment(item: &Item<'_>) -> Option<String> {
    let comment = item.comment.as_deref().map(escape::without_unsafe)?;
    let comment = comment.trim();
    (!comment.is_empty() && allow_list::words(comment.as_bytes()).is_ok()).then(|| comment.to_owned())
}

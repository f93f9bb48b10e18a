//! Checks private keys: where they must not be, and how they are protected.

#[cfg(any(windows, test))]
mod access_list;
mod file;
mod numbers;
mod protection;

use std::path::Path;

use common::keyfile::{Form, Item, Private, Quirk};

use super::form::text::FALSE_LABEL;
use crate::finding::{Check, Finding, Severity};

pub(crate) use file::{ACCESS_NOT_SEEN, PUBLIC_FILE_DIFFERS, READABLE_BY_OTHERS};
pub(crate) use numbers::{COMPONENTS_DISAGREE, NOT_OPENED};
pub(crate) use protection::{UNENCRYPTED, WEAK_PROTECTION};

/// A private key where only public ones may pass.
pub(crate) static PRIVATE_KEY: Check = Check {
    name: "private-key",
    severity: Severity::Error,
    what: "This is a private key, and only public ones may pass (--public-only, --filter), or the text around a \
           public key contains a private one.",
    why: "Anyone who gets it can log in wherever its public half is accepted. azure-cli's --ssh-key-values \
          uploads the contents of a file, unchecked; Azure then refuses it (keyData is invalid), but it has left the \
          machine.",
    remedy: "Give away the public half only: keycheck --rewrite FILE, or keygen -y -f FILE, prints it. If it was \
             given away already, replace the key.",
    source: "RFC 4251, section 9.4.4; azure-cli, azure/cli/command_modules/vm/_validators.py",
};

/// The beginnings of private keys: in any block, in the base64 of the OpenSSH format, in the PuTTY format.
pub(crate) const MARKS: [&[u8]; 3] = [b"PRIVATE KEY", b"b3BlbnNzaC1rZXktdj", b"PuTTY-User-Key-File-"];

/// Returns the findings for a private key: that only public ones may pass, or how it is protected. Also finds a private key in
/// the text around a public one.
pub(crate) fn check(public_only: bool, path: Option<&Path>, item: &Item<'_>) -> Vec<Finding> {
    let Some(private) = &item.private else { return around(item).into_iter().collect() };
    if public_only {
        let words =
            "this is a private key; only its public half may be given away, and azure-cli would send it unchecked";
        return vec![PRIVATE_KEY.found(words)];
    }
    let mut findings = path.map(|path| file::check(path, item)).unwrap_or_default();
    findings.extend(protection::check(private.protection));
    findings.extend(numbers(item.form, private));
    findings
}

/// Finds a private key in the comment or before the public one.
fn around(item: &Item<'_>) -> Option<Finding> {
    let parts = [&item.comment, &item.lead].into_iter().flatten();
    let is_mislabelled = [Quirk::FalseLabel, Quirk::UnknownLabel].into_iter().any(|quirk| item.quirks.has(quirk));
    let text = if is_mislabelled { without_label(&item.text) } else { item.text.as_ref() };
    let mut texts = parts.map(AsRef::as_ref).chain([text]);
    let holds = |text: &[u8]| MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some());
    if texts.any(holds) {
        return Some(PRIVATE_KEY.found("the text around this public key contains a private key"));
    }
    (is_mislabelled && holds(&item.text))
        .then(|| FALSE_LABEL.found("the label is that of a private key, and the block holds a public one"))
}

/// Returns the text of a block without its BEGIN and END lines, whose label may be wrong.
fn without_label(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    let begin = memchr::memchr(b'\n', text).and_then(|at| text.get(at..)).unwrap_or(text);
    memchr::memrchr(b'\n', begin).and_then(|at| begin.get(..at)).unwrap_or(begin)
}

fn numbers(form: Form, private: &Private) -> Option<Finding> {
    if let Some(error) = private.error {
        let error = error.of_form(form);
        return Some(NOT_OPENED.found(format!("{error}; its key components were not checked")));
    }
    numbers::check(private.key.as_deref()?)
}

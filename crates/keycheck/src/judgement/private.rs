//! What is to be said of a private key as such.

use common::forms::{Item, Protection};

use super::{Finding, Severity};

/// The finding for a private key that stands where only public ones may, or that has no passphrase.
pub(super) fn check(public_only: bool, item: &Item<'_>) -> Option<Finding> {
    let protection = item.private?;
    if public_only {
        let message = "this is a private key; only its public half may be given away";
        return Some(Finding { check: "private-key", severity: Severity::Error, message: message.to_owned() });
    }
    (protection == Protection::Plain).then(|| Finding {
        check: "unencrypted",
        severity: Severity::Warning,
        message: "the private key has no passphrase: whoever reads the file can use it".to_owned(),
    })
}

//! How a key is written: what is read here all the same, and what its consumers would stumble over.

use common::forms::{Fact, Item};

use crate::checks::{Check, Finding, Severity};

/// What the rows below have in common: the same key, written the one way that everybody takes.
const REMEDY: &str = "Write the key on one line of its own, as ssh-keygen does: type, base64, comment. pubfp shows that \
                      it is the same key.";

/// A byte order mark.
pub(crate) static BYTE_ORDER_MARK: Check = Check {
    name: "byte-order-mark",
    severity: Severity::Error,
    what: "A byte order mark stands before the key, as Windows editors write it.",
    why: "The mark counts as part of the type: azure-cli does not take the key, and ssh does not read it.",
    remedy: REMEDY,
    source: "azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py; RFC 3629, section 6",
};

/// UTF-16.
pub(crate) static UTF16: Check = Check {
    name: "utf-16",
    severity: Severity::Error,
    what: "The text is UTF-16, as PowerShell's > writes it.",
    why: "Every other byte is a zero to whoever reads the key, and nobody takes it.",
    remedy: REMEDY,
    source: "Microsoft Learn, about_Redirection; RFC 4253, section 6.6 (the names are US-ASCII)",
};

/// Base64 that is broken over several lines.
pub(crate) static WRAPPED: Check = Check {
    name: "wrapped",
    severity: Severity::Error,
    what: "The key is broken over several lines.",
    why: "Terraform's strict base64 refuses it, and sshd takes the first part for a damaged key.",
    remedy: REMEDY,
    source: "terraform-provider-azurerm, validate/ssh_key.go; OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; \
             azure-cli issue 18022",
};

/// The type is missing.
pub(crate) static TYPE_MISSING: Check = Check {
    name: "type-missing",
    severity: Severity::Error,
    what: "The type, such as ssh-ed25519, does not stand before the key's base64.",
    why: "azure-cli and Terraform want two words, and sshd wants the type.",
    remedy: REMEDY,
    source: "azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py; OpenSSH, sshd(8), AUTHORIZED_KEYS FILE \
             FORMAT",
};

/// Quotes, a document, or other text around it.
pub(crate) static AMONG_OTHER_TEXT: Check = Check {
    name: "among-other-text",
    severity: Severity::Error,
    what: "The key stands in quotes, in a JSON document or behind other text.",
    why: "Whoever wants a key takes all of the text for it and refuses it; and what stands around the key goes along.",
    remedy: REMEDY,
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; azure-cli, is_valid_ssh_rsa_public_key in \
             azure/cli/core/keys.py",
};

/// What is odd, the check for it, and the words of its finding.
static ODD: [(Fact, &Check, &str); 7] = [
    (Fact::Bom, &BYTE_ORDER_MARK, "a byte order mark stands before the key; azure-cli takes it for a part of the type"),
    (Fact::Utf16, &UTF16, "the text is UTF-16, as PowerShell's > writes it; nobody takes the key like that"),
    (Fact::Wrapped, &WRAPPED, "the key is broken over several lines; Terraform and sshd want it on one"),
    (Fact::NoType, &TYPE_MISSING, "the type is missing before the base64; azure-cli, Terraform and sshd want it"),
    (Fact::Quoted, &AMONG_OTHER_TEXT, "the key stands in quotes; its consumers want the line alone"),
    (Fact::Json, &AMONG_OTHER_TEXT, "the key stands in a JSON document; its consumers want the line alone"),
    (Fact::TextBefore, &AMONG_OTHER_TEXT, "other text stands before the key; its consumers want the key alone"),
];

/// The findings for the way a key is written.
pub(super) fn check(item: &Item<'_>) -> impl Iterator<Item = Finding> {
    ODD.iter().filter(|(fact, ..)| item.facts.has(*fact)).map(|(_, check, words)| check.found(*words))
}

//! How a key is written: what is read here all the same, and whom that would make stumble.

use common::forms::{Fact, Form, Item};

use super::consumers::{Consumer, SSH};
use crate::checks::{Check, Finding, Severity};

/// What to do about most of the rows below.
const REMEDY: &str = "keycheck --fix prints the same key as everybody takes it: on one line, type, base64, comment. \
                      pubfp shows that it is the same key.";

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

/// CRLF.
pub(crate) static CARRIAGE_RETURNS: Check = Check {
    name: "carriage-returns",
    severity: Severity::Warning,
    what: "The lines end with a carriage return and a newline, as on Windows.",
    why: "cloud-init refuses a key that holds them and takes the copy in the OVF file instead; a private key of \
          OpenSSH's form is not loaded by OpenSSH 9.2.",
    remedy: "keycheck --fix prints a public key without them. For a private key: tr -d '\\r' < FILE > NEW, readable by \
             its owner alone.",
    source: "cloud-init, DataSourceAzure.py; azure-cli issue 18022; pycloudlib issue 88",
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
    why: "Azure answers that keyData is invalid; azure-cli and Terraform want two words, and sshd wants the type.",
    remedy: REMEDY,
    source: "azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py; OpenSSH, sshd(8), AUTHORIZED_KEYS FILE \
             FORMAT",
};

/// Another type is there.
pub(crate) static TYPE_FALSE: Check = Check {
    name: "type-false",
    severity: Severity::Error,
    what: "The word before the base64 is not the type of the key in it. rsa-sha2-256 and rsa-sha2-512 are names of \
           signatures; the keys that make them are of type ssh-rsa.",
    why: "azure-cli and sshd compare both and refuse the key.",
    remedy: REMEDY,
    source: "RFC 8332, section 3; azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py",
};

/// Options.
pub(crate) static OPTIONS: Check = Check {
    name: "options",
    severity: Severity::Error,
    what: "Options stand before the key, as authorized_keys has them.",
    why: "Only sshd knows them. azure-cli crashes on such a line, waagent and VMAccess want the type at its beginning.",
    remedy: "Upload the key alone, and put its options into authorized_keys on the VM. keycheck --fix prints the key \
             without them: what they forbade is allowed then.",
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; azure-cli, is_valid_ssh_rsa_public_key in \
             azure/cli/core/keys.py",
};

/// A key of an authority that signs certificates.
pub(crate) static CERT_AUTHORITY: Check = Check {
    name: "cert-authority",
    severity: Severity::Error,
    what: "The line says that the key is an authority's, which signs certificates and logs in nowhere itself.",
    why: "Without that word whoever holds it may log in with it.",
    remedy: "Leave it in authorized_keys or known_hosts; nobody else takes such a line.",
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT and SSH_KNOWN_HOSTS FILE FORMAT",
};

/// A key that must not be used any more.
pub(crate) static REVOKED: Check = Check {
    name: "revoked",
    severity: Severity::Error,
    what: "The line says that the key is revoked (@revoked, as known_hosts has it).",
    why: "Whoever marked it knows that somebody else holds its private half.",
    remedy: "Do not use it; make a new key.",
    source: "OpenSSH, sshd(8), SSH_KNOWN_HOSTS FILE FORMAT",
};

/// Host names.
pub(crate) static HOST_NAMES: Check = Check {
    name: "host-names",
    severity: Severity::Error,
    what: "Host names or other words stand before the key, as known_hosts has them.",
    why: "sshd takes them for options and ignores the line, and azure-cli crashes on it. It may be the key of a host \
          and not of somebody who logs in.",
    remedy: REMEDY,
    source: "OpenSSH, sshd(8), SSH_KNOWN_HOSTS FILE FORMAT",
};

/// RFC 4716.
pub(crate) static RFC4716: Check = Check {
    name: "rfc-4716",
    severity: Severity::Error,
    what: "The key is in RFC 4716's form (---- BEGIN SSH2 PUBLIC KEY ----), as PuTTYgen's \"Save public key\" and \
           ssh-keygen -e write it.",
    why: "Azure answers that keyData is invalid, azure-cli crashes, sshd does not read it. VMAccess converts it, and \
          EC2 takes it.",
    remedy: REMEDY,
    source: "RFC 4716; azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py",
};

/// PEM.
pub(crate) static PEM: Check = Check {
    name: "pem",
    severity: Severity::Error,
    what: "The key is in PEM (PUBLIC KEY or RSA PUBLIC KEY), as OpenSSL writes it.",
    why: "azure-cli crashes on it, VMAccess takes it for an X.509 certificate, sshd does not read it.",
    remedy: REMEDY,
    source: "RFC 7468, section 13; azure-linux-extensions, VMAccess/vmaccess.py",
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

/// More data.
pub(crate) static TRAILING_DATA: Check = Check {
    name: "trailing-data",
    severity: Severity::Error,
    what: "The base64 goes on behind the end of the key.",
    why: "Nothing is said about what it is. sshd and Terraform refuse such a key; azure-cli sends it off.",
    remedy: REMEDY,
    source: "RFC 4253, section 6.6; sshkey_from_blob of OpenSSH's sshkey.c",
};

/// Several keys where one is wanted.
pub(crate) static SEVERAL_KEYS: Check = Check {
    name: "several-keys",
    severity: Severity::Warning,
    what: "There is more than one key in a file that is to be uploaded (--public-only).",
    why: "Where one key is wanted, as for a new VM, waagent writes one over the other and only the last one lets \
          anybody in. Of a list such as authorized_keys this is not told.",
    remedy: "Give each key by itself.",
    source: "WALinuxAgent, deploy_ssh_pubkey in osutil/default.py",
};

/// The last newline.
pub(crate) static NO_FINAL_NEWLINE: Check = Check {
    name: "no-final-newline",
    severity: Severity::Warning,
    what: "The private key's last line has no newline.",
    why: "OpenSSH 9.2 does not load a private key of its own form without it (error in libcrypto).",
    remedy: "echo >> FILE adds it.",
    source: "sshkey_parse_private2 of OpenSSH's sshkey.c",
};

/// Something that can be odd about a text.
struct Oddity {
    check: &'static Check,
    /// What is odd.
    words: &'static str,
    shows: fn(&Item<'_>) -> bool,
}

const fn odd(check: &'static Check, words: &'static str, shows: fn(&Item<'_>) -> bool) -> Oddity {
    Oddity { check, words, shows }
}

static ODDITIES: [Oddity; 17] = [
    odd(&BYTE_ORDER_MARK, "a byte order mark stands before the key", |item| {
        item.facts.has(Fact::Bom) && is_public_or_openssh(item)
    }),
    odd(&UTF16, "the text is UTF-16, as PowerShell's > writes it", |item| item.facts.has(Fact::Utf16)),
    odd(&CARRIAGE_RETURNS, "there are carriage returns", |item| {
        item.facts.has(Fact::Crlf) && is_public_or_openssh(item)
    }),
    odd(&WRAPPED, "the key is broken over several lines", |item| item.facts.has(Fact::Wrapped)),
    odd(&TYPE_MISSING, "the type is missing before the base64", |item| item.facts.has(Fact::NoType)),
    odd(&TYPE_FALSE, "the word before the base64 is not the key's type", |item| item.facts.has(Fact::FalseType)),
    odd(&OPTIONS, "options stand before the key", |item| item.form == Form::AuthorizedKeys),
    odd(&CERT_AUTHORITY, "the key is an authority's", is_authority),
    odd(&HOST_NAMES, "host names stand before the key", |item| item.form == Form::KnownHosts),
    odd(&RFC4716, "the key is in RFC 4716's form", |item| item.form == Form::Rfc4716),
    odd(&PEM, "the key is in PEM", |item| matches!(item.form, Form::Spki | Form::Pkcs1Public)),
    odd(&AMONG_OTHER_TEXT, "the key stands in quotes", |item| item.facts.has(Fact::Quoted)),
    odd(&AMONG_OTHER_TEXT, "the key stands in a JSON document", |item| item.facts.has(Fact::Json)),
    odd(&AMONG_OTHER_TEXT, "other text stands before the key", |item| {
        item.facts.has(Fact::TextBefore) && is_public_or_openssh(item)
    }),
    odd(&TRAILING_DATA, "there is more data behind the key", |item| item.facts.has(Fact::Trailing)),
    odd(&NO_FINAL_NEWLINE, "the last newline is missing", |item| {
        item.facts.has(Fact::NoFinalNewline) && item.form == Form::OpenSshPrivate
    }),
    // Of a single key it never shows; see `several_keys`.
    odd(&SEVERAL_KEYS, "this is the second key in the file", |_| false),
];

/// Private keys in PEM, which OpenSSL reads for ssh, may stand behind other text, a byte order mark among it.
fn is_public_or_openssh(item: &Item<'_>) -> bool {
    item.private.is_none() || item.form == Form::OpenSshPrivate
}

/// Whether the line says that the key is one of an authority.
fn is_authority(item: &Item<'_>) -> bool {
    const OPTION: &[u8] = b"cert-authority";
    let Some(lead) = &item.lead else { return false };
    match item.form {
        Form::KnownHosts => lead.starts_with(b"@cert-authority"),
        _ => unquoted(lead).split(|byte| *byte == b',').any(|option| option.eq_ignore_ascii_case(OPTION)),
    }
}

/// Options without what stands in their quotes; `\\"` does not end a quote.
fn unquoted(options: &[u8]) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let mut outside = options.to_vec();
    outside.retain(|byte| {
        let quote = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        quoted ^= quote;
        !quoted && !quote
    });
    outside
}

/// Whether writing the key anew does away with what this check finds.
#[must_use]
pub(crate) fn is_repairable(check: &'static Check) -> bool {
    let stays = [&CERT_AUTHORITY, &SEVERAL_KEYS].into_iter().any(|stays| std::ptr::eq(stays, check));
    !stays && ODDITIES.iter().any(|odd| std::ptr::eq(odd.check, check))
}

/// The findings for the way a key is written, where these consumers stumble over it. Where it is to be written anew,
/// what is lost by that is told even if nobody stumbles.
pub(super) fn check(consumers: &[&'static Consumer], repairing: bool, item: &Item<'_>) -> Vec<Finding> {
    let reader = [&SSH];
    let consumers = if item.private.is_some() { &reader[..] } else { consumers };
    let revoked = item.lead.as_ref().is_some_and(|lead| lead.starts_with(b"@revoked"));
    let mut findings = Vec::new();
    findings.extend(revoked.then(|| REVOKED.found("the line says that this key is revoked")));
    for odd in ODDITIES.iter().filter(|odd| (odd.shows)(item)) {
        let lost = repairing && [&OPTIONS, &CERT_AUTHORITY].into_iter().any(|check| std::ptr::eq(odd.check, check));
        findings.extend(found(odd, consumers, lost));
    }
    findings
}

/// The finding for the second key of a file, where one of these consumers wants one alone.
pub(crate) fn several_keys(consumers: &[&'static Consumer]) -> Option<Finding> {
    ODDITIES.iter().find(|odd| std::ptr::eq(odd.check, &SEVERAL_KEYS)).and_then(|odd| found(odd, consumers, false))
}

/// The finding, with what each of them does; those that do the same are told together.
fn found(odd: &Oddity, consumers: &[&'static Consumer], lost: bool) -> Option<Finding> {
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for consumer in consumers {
        let Some(words) = consumer.stumbles_over(odd.check) else { continue };
        match told.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(consumer.name),
            None => told.push((words, vec![consumer.name])),
        }
    }
    let mut told: Vec<String> = told
        .iter()
        .filter_map(|(words, names)| {
            let (first, others) = names.split_first()?;
            let others = if others.is_empty() { String::new() } else { format!(" (and {})", others.join(", ")) };
            Some(format!("{first}{others} {words}"))
        })
        .collect();
    if lost {
        told.push("they do not stand in what is printed".to_owned());
    }
    (!told.is_empty()).then(|| odd.check.found(format!("{}; {}", odd.words, told.join(", "))))
}

#[cfg(test)]
mod tests {
    use common::bytes::Source;
    use common::error::{Error, Place};
    use common::forms::{self, Sink};

    use super::super::policy;
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";

    /// The names of the findings for a text by a policy.
    struct Found(Vec<&'static Consumer>, bool, Vec<&'static str>);

    impl Sink for Found {
        fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
            self.2.extend(check(&self.0, self.1, item).iter().map(|finding| finding.check.name));
            Ok(())
        }

        fn refused(&mut self, error: Error) -> Result<(), Error> {
            Err(error)
        }
    }

    fn names(policy: &str, repairing: bool, text: &str) -> Vec<&'static str> {
        let mut found = Found(policy::of_name(policy).unwrap().readers.to_vec(), repairing, Vec::new());
        let place = Place { file: "f".to_owned(), line: None };
        forms::read(Source { place, reader: Box::new(text.as_bytes()) }, &mut found).unwrap();
        found.2
    }

    #[test]
    fn each_consumer_stumbles_where_it_does_and_nowhere_else() {
        for (text, azure, openssh) in [
            (format!("{KEY} c\n"), &[][..], &[][..]),
            (format!("{KEY}\r\n"), &["carriage-returns"], &[]),
            (format!("no-pty {KEY}\n"), &["options"], &[]),
            (format!("cert-authority,no-pty {KEY}\n"), &["options", "cert-authority"], &[]),
            (format!("command=\"a \\\"cert-authority\" {KEY}\n"), &["options"], &[]),
            (format!("vm.example {KEY}\n"), &["host-names"], &["host-names"]),
            (format!("@revoked * {KEY}\n"), &["revoked", "host-names"], &["revoked", "host-names"]),
            (format!("@cert-authority * {KEY}\n"), &["cert-authority", "host-names"], &["host-names"]),
        ] {
            assert_eq!(names("azure", false, &text), azure, "{text}");
            assert_eq!(names("openssh", false, &text), openssh, "{text}");
        }
    }

    #[test]
    fn who_writes_a_key_anew_is_told_what_is_lost_by_it() {
        assert_eq!(names("openssh", true, &format!("no-pty {KEY}\n")), ["options"]);
        assert_eq!(names("openssh", true, &format!("no-pty,Cert-Authority {KEY}\n")), ["options", "cert-authority"]);
        assert!(is_repairable(&OPTIONS) && !is_repairable(&CERT_AUTHORITY) && !is_repairable(&REVOKED));
    }

    #[test]
    fn consumers_that_do_the_same_are_told_together() {
        let odd = &ODDITIES[0];
        let message = found(odd, policy::AZURE.readers, false).unwrap().message;
        assert_eq!(
            message,
            "a byte order mark stands before the key; azure-cli (and sshd) takes it for a part of the type"
        );
    }
}

//! Reports ways to write a key that keycheck reads, but some consumers do not.

pub(crate) mod checks;
pub(crate) mod text;

use std::borrow::Cow;

use common::key::Kind;
use common::keyfile::{self, Form, Item, Protection, Quirk, options};

use checks::{
    AMONG_OTHER_TEXT, BYTE_ORDER_MARK, CARRIAGE_RETURNS, CERT_AUTHORITY, HOST_NAMES, NO_FINAL_NEWLINE, OPTIONS,
    OPTIONS_AFTER_KEY, PEM, REVOKED, RFC4716, SEVERAL_KEYS, TRAILING_DATA, TYPE_FALSE, TYPE_MISSING, UTF16, WRAPPED,
};
use text::{
    ANOTHER_KEY, BLOCK_LAYOUT, ED25519_IN_PKCS8, ENCODED, FALSE_LABEL, NEWLINES_LOST, PASSPHRASE_ENCODING, PPK,
    SSH_COM, USER_NAME,
};

use super::consumers::{Consumer, SSH};
use crate::finding::{Check, Finding, Severity};
use crate::pending::Beside;

/// A way in which a key can be written.
struct Rule {
    check: &'static Check,
    /// The beginning of its message.
    words: &'static str,
    applies: fn(&Item<'_>) -> bool,
}

impl Rule {
    /// Returns the beginning of the message for a key. It is more precise for binary keys and for blocks with a wrong label.
    fn words_of(&self, item: &Item<'_>) -> Cow<'static, str> {
        let (is_binary, has_other_label) = (item.quirks.has(Quirk::Binary), has_other_label(item));
        let is = |check| std::ptr::eq(self.check, check);
        if is(&RFC4716) && is_binary {
            "the key is binary, as its base64 holds it".into()
        } else if is(&RFC4716) && has_other_label {
            "the key's base64 is between BEGIN and END lines of another format".into()
        } else if (is(&PEM) || is(&BLOCK_LAYOUT)) && is_binary && item.quirks.has(Quirk::Base64) {
            "the key is base64 of DER, without BEGIN and END lines".into()
        } else if is(&PEM) && is_binary {
            "the key is in DER, the binary format of PEM".into()
        } else if is(&FALSE_LABEL) && item.quirks.has(Quirk::UnknownLabel) {
            format!("the label of the block is unknown: it should be {}", label(item)).into()
        } else {
            self.words.into()
        }
    }
}

/// Whether the label of a key's block differs from that of its format.
const fn has_other_label(item: &Item<'_>) -> bool {
    item.quirks.has(Quirk::FalseLabel) || item.quirks.has(Quirk::UnknownLabel)
}

/// Returns the right label for the block of a key.
fn label(item: &Item<'_>) -> &'static str {
    let is_encrypted = item.private.as_ref().is_some_and(|private| private.protection != Protection::Plain);
    match item.form {
        Form::OpenSshPrivate => "OPENSSH PRIVATE KEY",
        Form::Pkcs1Private => "RSA PRIVATE KEY",
        Form::Sec1Private => "EC PRIVATE KEY",
        Form::DsaPrivate => "DSA PRIVATE KEY",
        Form::Pkcs8Private if is_encrypted => "ENCRYPTED PRIVATE KEY",
        Form::Pkcs8Private => "PRIVATE KEY",
        Form::SshComPrivate => "SSH2 ENCRYPTED PRIVATE KEY",
        Form::Rfc4716 => "SSH2 PUBLIC KEY",
        Form::Pkcs1Public => "RSA PUBLIC KEY",
        Form::X509 => "CERTIFICATE",
        _ => "PUBLIC KEY",
    }
}

const fn rule(check: &'static Check, words: &'static str, applies: fn(&Item<'_>) -> bool) -> Rule {
    Rule { check, words, applies }
}

static RULES: [Rule; 46] = [
    rule(&BYTE_ORDER_MARK, "a byte order mark precedes the key", |item| {
        item.quirks.has(Quirk::Bom) && is_public_or_openssh(item)
    }),
    rule(&UTF16, "the text is UTF-16, as PowerShell's > writes it", |item| item.quirks.has(Quirk::Utf16)),
    rule(&CARRIAGE_RETURNS, "there are carriage returns", |item| {
        item.quirks.has(Quirk::Crlf) && is_public_or_openssh(item)
    }),
    rule(&WRAPPED, "the key is broken over several lines", |item| item.quirks.has(Quirk::Wrapped)),
    rule(&TYPE_MISSING, "the type is missing before the base64", |item| item.quirks.has(Quirk::NoType)),
    rule(&TYPE_FALSE, "the text before the base64 is not the key's type", |item| item.quirks.has(Quirk::FalseType)),
    rule(&OPTIONS, "options precede the key", |item| item.form == Form::AuthorizedKeys),
    rule(&CERT_AUTHORITY, "the key is an authority's", is_authority),
    rule(&HOST_NAMES, "host names or other words precede the key", |item| {
        item.form == Form::KnownHosts && !begins_with_a_number_or_bullet(item)
    }),
    rule(&AMONG_OTHER_TEXT, "a number or a list bullet precedes the key", begins_with_a_number_or_bullet),
    rule(&RFC4716, "the key is in RFC 4716 format", |item| item.form == Form::Rfc4716),
    rule(&PEM, "the key is in PEM", |item| matches!(item.form, Form::Spki | Form::Pkcs1Public | Form::X509)),
    rule(&AMONG_OTHER_TEXT, "the key is in quotes", |item| item.quirks.has(Quirk::Quoted)),
    rule(&AMONG_OTHER_TEXT, "the key is in a JSON document", |item| item.quirks.has(Quirk::Json)),
    rule(&AMONG_OTHER_TEXT, "other text precedes the key", |item| {
        item.quirks.has(Quirk::TextBefore) && is_public_or_openssh(item)
    }),
    rule(&AMONG_OTHER_TEXT, "the key is in a document in Rich Text Format", |item| item.quirks.has(Quirk::RichText)),
    rule(&OPTIONS_AFTER_KEY, "options follow the key", has_options_after_key),
    rule(&TRAILING_DATA, "there is more data after the key", |item| item.quirks.has(Quirk::Trailing)),
    rule(&NO_FINAL_NEWLINE, "the last newline is missing", |item| {
        item.quirks.has(Quirk::NoFinalNewline) && item.form == Form::OpenSshPrivate
    }),
    rule(&BLOCK_LAYOUT, "the BEGIN or END line is indented", |item| {
        item.quirks.has(Quirk::IndentedMarker) && item.private.is_some()
    }),
    rule(&BLOCK_LAYOUT, "the BEGIN or END line ends with spaces", |item| {
        item.quirks.has(Quirk::PaddedMarker) && item.form == Form::OpenSshPrivate
    }),
    rule(&BLOCK_LAYOUT, "blank lines, comments or other keys precede the BEGIN line", |item| {
        item.quirks.has(Quirk::BlankLineBefore) && item.form == Form::OpenSshPrivate
    }),
    rule(
        &BLOCK_LAYOUT,
        "a line between BEGIN and END is blank, indented or in lowercase where it may not be",
        |item| item.quirks.has(Quirk::BrokenBody) && is_private_pem(item.form),
    ),
    rule(&BLOCK_LAYOUT, "the base64 lacks the = characters at its end", |item| {
        item.quirks.has(Quirk::NoPadding) && item.private.is_some()
    }),
    rule(&ED25519_IN_PKCS8, "an Ed25519 key in PKCS#8", |item| {
        item.form == Form::Pkcs8Private && item.key.kind() == Kind::Ed25519
    }),
    rule(&BLOCK_LAYOUT, "the file is binary (DER), without BEGIN and END lines", |item| item.quirks.has(Quirk::Binary)),
    rule(&BLOCK_LAYOUT, "the padding after the private key is not 1, 2, 3, and so on", |item| {
        item.quirks.has(Quirk::Padding)
    }),
    rule(&FALSE_LABEL, "the label of the block names another format", has_other_label),
    rule(&SSH_COM, "the private key is in SSH.COM format", |item| item.form == Form::SshComPrivate),
    rule(&PPK, "the private key is in PuTTY format", |item| matches!(item.form, Form::PpkPrivate(_))),
    rule(
        &PASSPHRASE_ENCODING,
        "the passphrase opened the key in another encoding, or with the ends of its line in the file",
        |item| item.quirks.has(Quirk::PassphraseEncoding),
    ),
    rule(&ANOTHER_KEY, "the comment holds another key", |item| {
        item.comment.as_deref().is_some_and(keyfile::holds_a_key)
    }),
    rule(&NEWLINES_LOST, "the newlines of the block were lost", |item| item.quirks.has(Quirk::JoinedLines)),
    rule(&NEWLINES_LOST, "lines of the block are joined, indented, blank, or broken at other places", |item| {
        item.quirks.has(Quirk::MovedLines)
    }),
    rule(&NEWLINES_LOST, "the lines end with carriage returns alone", |item| item.quirks.has(Quirk::CrOnly)),
    rule(&ENCODED, "characters are written with a backslash, such as \\n for a newline", |item| {
        item.quirks.has(Quirk::Escaped)
    }),
    rule(&ENCODED, "it contains terminal control sequences, such as colours", |item| item.quirks.has(Quirk::Terminal)),
    rule(&ENCODED, "the text is percent-encoded, as in a URL", |item| item.quirks.has(Quirk::PercentEncoded)),
    rule(&ENCODED, "the text is HTML, with entities or tags", |item| item.quirks.has(Quirk::Html)),
    rule(&ENCODED, "the text is base64 as a whole", |item| {
        item.quirks.has(Quirk::Base64) && !item.quirks.has(Quirk::Binary)
    }),
    rule(&ENCODED, "the base64 is base64url, with - and _", |item| item.quirks.has(Quirk::UrlSafe)),
    rule(&ENCODED, "the text is quoted-printable, as in mail", |item| item.quirks.has(Quirk::QuotedPrintable)),
    rule(&AMONG_OTHER_TEXT, "the key is between lines of Markdown, a wiki or a here-document", |item| {
        item.quirks.has(Quirk::Fenced) && !is_private_pem(item.form)
    }),
    rule(&AMONG_OTHER_TEXT, "each line begins with a quotation mark or a number", |item| {
        item.quirks.has(Quirk::Prefixed)
    }),
    rule(&AMONG_OTHER_TEXT, "a name precedes the key", |item| item.quirks.has(Quirk::Assigned)),
    rule(&USER_NAME, "a user name precedes the key", |item| item.quirks.has(Quirk::UserName)),
];

/// Whether a number (`1.`) or a bullet precedes the key, where `known_hosts` has host names.
fn begins_with_a_number_or_bullet(item: &Item<'_>) -> bool {
    let Some(lead) = item.lead.as_deref().filter(|_| item.form == Form::KnownHosts) else { return false };
    let marker = std::str::from_utf8(lead).unwrap_or_default().trim();
    let number = marker.trim_end_matches(['.', ')', ':']);
    let is_number = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number || matches!(marker, "*" | "\u{2022}" | "\u{2013}" | "\u{25e6}" | "\u{25aa}" | "\u{b7}")
}

/// Whether the key must not follow other text. Private keys in PEM, which OpenSSL reads for ssh, may follow other text, even a
/// byte order mark.
fn is_public_or_openssh(item: &Item<'_>) -> bool {
    item.private.is_none() || item.form == Form::OpenSshPrivate
}

/// Whether OpenSSL reads the format for ssh.
const fn is_private_pem(form: Form) -> bool {
    matches!(form, Form::Pkcs1Private | Form::Sec1Private | Form::DsaPrivate | Form::Pkcs8Private)
}

/// Whether options of `authorized_keys` are in the comment, where they have no effect: one with a value, or one whose name is
/// no word of a comment.
fn has_options_after_key(item: &Item<'_>) -> bool {
    let mut comment = item.comment.as_deref().filter(|_| matches!(item.form, Form::PublicLine | Form::AuthorizedKeys));
    let whole = comment.unwrap_or_default().trim_ascii();
    while let Some((word, rest)) =
        comment.map(<[u8]>::trim_ascii_start).filter(|text| !text.is_empty()).and_then(options::split)
    {
        let is_telling = word == whole || word.contains(&b'"') || word.contains(&b'-');
        if is_telling && options::begin(word) && options::parse(word).is_ok() {
            return true;
        }
        comment = Some(rest);
    }
    false
}

/// Whether the line labels the key as that of a certificate authority.
fn is_authority(item: &Item<'_>) -> bool {
    let Some(lead) = &item.lead else { return false };
    match item.form {
        Form::KnownHosts => lead.starts_with(b"@cert-authority"),
        _ => options::parse(lead).is_ok_and(|options| options.cert_authority),
    }
}

/// Whether rewriting the key repairs what this check finds.
#[must_use]
pub(crate) fn is_repairable(check: &'static Check) -> bool {
    let stays = [&CERT_AUTHORITY, &ANOTHER_KEY, &OPTIONS_AFTER_KEY].into_iter().any(|stays| std::ptr::eq(stays, check));
    !stays && RULES.iter().any(|rule| std::ptr::eq(rule.check, check))
}

/// Whether all these consumers read the options of `authorized_keys`.
pub(crate) fn read_options(mut consumers: impl Iterator<Item = &'static Consumer>) -> bool {
    consumers.all(|consumer| consumer.reaction_to(&OPTIONS).is_none())
}

/// Whether a rewritten key loses options, and with them their restrictions.
pub(crate) fn lost_options(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.is_of(&OPTIONS))
}

/// The findings for the way a key is written, if one of these consumers does not read it. If the key is to be
/// rewritten, they say what is lost by that.
pub(crate) fn check(consumers: &[&'static Consumer], rewrites: bool, item: &Item<'_>) -> Vec<Finding> {
    let reader = [&SSH];
    let consumers = if item.private.is_some() { &reader[..] } else { consumers };
    let keeps_options = item.form == Form::AuthorizedKeys && read_options(consumers.iter().copied());
    let revoked = item.lead.as_ref().is_some_and(|lead| lead.starts_with(b"@revoked"));
    let mut findings = Vec::new();
    findings.extend(revoked.then(|| REVOKED.found("the line says that this key is revoked")));
    for rule in RULES.iter().filter(|rule| (rule.applies)(item)) {
        let is_lost = rewrites
            && !keeps_options
            && [&OPTIONS, &CERT_AUTHORITY].into_iter().any(|check| std::ptr::eq(rule.check, check));
        let loss = if is_lost { Loss::ByRewriting } else { Loss::None };
        findings.extend(found(rule.check, &rule.words_of(item), consumers, loss));
    }
    findings
}

/// Makes an error of each finding for a private key that `ssh` cannot load.
pub(crate) fn require_that_ssh_loads_it(findings: &mut [Finding], item: &Item<'_>) {
    let prevents = |finding: &Finding| {
        [&CARRIAGE_RETURNS, &NO_FINAL_NEWLINE, &BLOCK_LAYOUT, &PPK].into_iter().any(|check| finding.is_of(check))
            // Under another label, OpenSSL may still find a key in PEM.
            || finding.is_of(&FALSE_LABEL) && item.form == Form::OpenSshPrivate
    };
    for finding in findings.iter_mut().filter(|finding| item.private.is_some() && prevents(finding)) {
        finding.severity = Severity::Error;
    }
}

/// Whether `--rewrite` prints a public key that these consumers read, with all that its line says.
pub(crate) fn may_be_rewritten(consumers: &[&'static Consumer], item: &Item<'_>) -> bool {
    let keeps_options = read_options(consumers.iter().copied());
    item.private.is_none() && (item.form != Form::AuthorizedKeys || keeps_options) && !is_authority(item)
}

/// Adds the command that repairs what was found. `may_be_rewritten` is for public keys, `beside` for private ones.
pub(crate) fn add_repairs(findings: &mut [Finding], item: &Item<'_>, may_be_rewritten: bool, beside: Beside) {
    for finding in findings.iter_mut().filter(|finding| is_repairable(finding.check)) {
        if let Some(repair) = repair(finding.check, item, may_be_rewritten, beside) {
            finding.message = format!("{}; {repair}", finding.message);
        }
    }
}

/// Returns the words about the command that repairs the finding; `None` if no command does.
fn repair(check: &'static Check, item: &Item<'_>, may_be_rewritten: bool, beside: Beside) -> Option<&'static str> {
    let Some(private) = &item.private else { return may_be_rewritten.then_some("--rewrite repairs it") };
    // keygen does not overwrite a text that contains more than the key.
    let may_be_in_more = beside == Beside::Text || IN_MORE.iter().any(|quirk| item.quirks.has(*quirk));
    let is_ppk = matches!(item.form, Form::PpkPrivate(_));
    match beside {
        _ if item.key.kind() == Kind::Dsa || private.error.is_some() => None,
        Beside::PrivateKey => Some("copy each private key into a file of its own first"),
        // PuTTY, WinSCP and FileZilla still need the file.
        _ if std::ptr::eq(check, &PPK) => Some("`(umask 077; keygen -p -f - < FILE > NEW)` converts it"),
        _ if may_be_in_more || is_ppk => Some("`(umask 077; keygen -p -f - < FILE > NEW)` repairs it"),
        _ => Some("keygen -p repairs it"),
    }
}

/// The quirks of a private key's text in or around which there may be other text.
const IN_MORE: [Quirk; 13] = [
    Quirk::RichText,
    Quirk::Json,
    Quirk::Assigned,
    Quirk::TextBefore,
    Quirk::Quoted,
    Quirk::Html,
    Quirk::Fenced,
    Quirk::Prefixed,
    Quirk::MovedLines,
    Quirk::Base64,
    Quirk::QuotedPrintable,
    Quirk::BlankLineBefore,
    Quirk::OtherHeaders,
];

/// Returns the finding for the second key of a file, if one of these consumers expects a single key.
pub(crate) fn several_keys(consumers: &[&'static Consumer]) -> Option<Finding> {
    found(&SEVERAL_KEYS, "this is the second key in the file", consumers, Loss::None)
}

/// Whether rewriting loses what was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loss {
    None,
    ByRewriting,
}

/// Returns the finding, with the reaction of each consumer. Consumers with the same reaction are named together.
fn found(check: &'static Check, words: &str, consumers: &[&'static Consumer], loss: Loss) -> Option<Finding> {
    let mut reactions: Vec<(&str, Vec<&str>)> = Vec::new();
    for consumer in consumers {
        let Some(words) = consumer.reaction_to(check) else { continue };
        match reactions.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(consumer.name),
            None => reactions.push((words, vec![consumer.name])),
        }
    }
    let mut reactions: Vec<String> = reactions
        .iter()
        .filter_map(|(words, names)| {
            let (first, others) = names.split_first()?;
            let others = if others.is_empty() { String::new() } else { format!(" (and {})", others.join(", ")) };
            Some(format!("{first}{others} {words}"))
        })
        .collect();
    if loss == Loss::ByRewriting {
        reactions.push("the output is without it".to_owned());
    }
    (!reactions.is_empty()).then(|| check.found(format!("{words}; {}", reactions.join(", "))))
}

#[cfg(test)]
mod tests {
    use common::error::{Error, Place};
    use common::input::Source;
    use common::keyfile::{self, Sink};

    use super::super::policies;
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

    fn names(policy: &str, rewrites: bool, text: &str) -> Vec<&'static str> {
        let mut found = Found(policies::of_name(policy).unwrap().readers.to_vec(), rewrites, Vec::new());
        let place = Place { file: "f".to_owned(), line: None };
        keyfile::read(Source { place, reader: Box::new(text.as_bytes()) }, &mut found).unwrap();
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
    fn rewriting_a_key_reports_what_is_lost_by_it() {
        assert_eq!(names("azure", true, &format!("no-pty {KEY}\n")), ["options"]);
        assert_eq!(names("azure", true, &format!("no-pty,Cert-Authority {KEY}\n")), ["options", "cert-authority"]);
        assert!(names("openssh", true, &format!("no-pty,Cert-Authority {KEY}\n")).is_empty());
        assert!(is_repairable(&OPTIONS) && !is_repairable(&CERT_AUTHORITY) && !is_repairable(&REVOKED));
    }

    #[test]
    fn consumers_that_do_the_same_are_reactions_together() {
        let rule = &RULES[0];
        let message = found(rule.check, rule.words, policies::AZURE.readers, Loss::None).unwrap().message;
        assert_eq!(message, "a byte order mark precedes the key; azure-cli (and sshd) takes it for a part of the type");
    }
}

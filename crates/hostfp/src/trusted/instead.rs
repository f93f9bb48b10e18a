//! What a text is that holds nothing to trust.

use common::error::Error;

use super::Findings;

/// The length of a SHA-256 fingerprint with its label.
const WHOLE: usize = "SHA256:".len() + 43;

/// How to get what Run Command printed as a whole.
const AS_JSON: &str =
    "keep what `az vm run-command invoke` prints with -o json; -o tsv and -o table leave the script's output out";

/// Refuses what is no source of fingerprints whatever stands in it.
///
/// # Errors
/// A page of HTML: a login page, or what some server says.
pub(super) fn refuse_at_sight(text: &str) -> Result<(), Error> {
    let start: String = text.trim_start().chars().take(16).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err(Error::trouble("a page of HTML, perhaps a login page").hint("save what the command printed"));
    }
    Ok(())
}

/// Why nothing was found.
pub(super) fn nothing_found(text: &str, findings: &Findings) -> Error {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        Error::trouble("holds nothing but blanks").hint(AS_JSON)
    } else if let Some(length) = findings.damaged {
        let how = if length < WHOLE { "cut short" } else { "damaged" };
        Error::trouble(format!("the fingerprint is {how}"))
            .hint("a SHA-256 fingerprint has 43 characters behind SHA256:")
    } else if findings.weak || has_bare_md5(text) {
        Error::trouble("only an MD5 or SHA-1 fingerprint, which is not trusted")
            .hint("`ssh-keygen -lf` without -E prints SHA-256")
    } else if text.contains("PRIVATE KEY-----") || trimmed.starts_with("PuTTY-User-Key-File") {
        Error::trouble("a private key, and no fingerprint").hint("a host's private key stays on the host")
    } else if findings.damaged_key {
        Error::trouble("the host key is cut short or damaged").hint("is its line cut or wrapped over several?")
    } else if findings.marked {
        Error::trouble("no host key to trust: its lines are under @revoked or @cert-authority")
            .hint("no fingerprint is taken from them")
    } else if findings.loose {
        Error::trouble("no fingerprint of a host key: the one in it stands among other words, and may be of any key")
            .hint("give the lines of `ssh-keygen -lf`, or the fingerprint alone")
    } else if findings.empty_block {
        Error::trouble("no fingerprint in cloud-init's block of host keys").hint("is the log cut short?")
    } else if trimmed.len() < 4 && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        Error::trouble("no fingerprint, only a number").hint(AS_JSON)
    } else if text.lines().any(|line| line.starts_with("ci-info: ")) {
        Error::trouble("no fingerprint of a host key; those behind `ci-info:` are of users' keys")
            .hint("cloud-init's block BEGIN SSH HOST KEY FINGERPRINTS has the host's")
    } else {
        Error::trouble("no fingerprint in it").hint("it looks like SHA256: and 43 characters")
    }
}

/// Whether there is a fingerprint as `ssh-keygen -l` wrote it before OpenSSH 6.8: MD5 without a label.
fn has_bare_md5(text: &str) -> bool {
    text.lines().filter(|line| !line.starts_with("ci-info: ")).flat_map(str::split_whitespace).any(|word| {
        word.len() == 47 && word.split(':').count() == 16 && word.parse::<common::keys::Fingerprint>().is_ok()
    })
}

//! Defines the checks of how a key is written.

use crate::finding::{Check, Severity};

/// The remedy of most checks below.
const REMEDY: &str = "keycheck --rewrite prints the same key as every consumer accepts it: on one line, type, base64, \
                      comment. pubfp shows that it is the same key.";

/// A byte order mark.
pub(crate) static BYTE_ORDER_MARK: Check = Check {
    name: "byte-order-mark",
    severity: Severity::Error,
    what: "A byte order mark is before the key, as Windows editors write it.",
    why: "The mark becomes part of the type: azure-cli does not accept the key, and ssh does not read it.",
    remedy: REMEDY,
    source: "azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py; RFC 3629, section 6",
};

/// UTF-16.
pub(crate) static UTF16: Check = Check {
    name: "utf-16",
    severity: Severity::Error,
    what: "The text is UTF-16, as PowerShell's > writes it.",
    why: "Every other byte is zero for the programs that read the key, and none of them accepts it.",
    remedy: REMEDY,
    source: "Microsoft Learn, about_Redirection; RFC 4253, section 6.6 (the names are US-ASCII)",
};

/// CRLF.
pub(crate) static CARRIAGE_RETURNS: Check = Check {
    name: "carriage-returns",
    severity: Severity::Warning,
    what: "The lines end with a carriage return and a newline, as on Windows.",
    why: "cloud-init refuses a key that contains them and uses the copy in the OVF file instead; OpenSSH 9.2 does not \
          load such a private key in its own format, so with --for openssh that is an error.",
    remedy: "keycheck --rewrite prints a public key without them. For a private key: tr -d '\\r' < FILE > NEW, readable by \
             its owner alone.",
    source: "cloud-init, DataSourceAzure.py; azure-cli issue 18022; pycloudlib issue 88",
};

/// Base64 that is split over several lines.
pub(crate) static WRAPPED: Check = Check {
    name: "wrapped",
    severity: Severity::Error,
    what: "The key is split over several lines.",
    why: "Terraform's strict base64 refuses it, and sshd mistakes the first part for a damaged key.",
    remedy: REMEDY,
    source: "terraform-provider-azurerm, validate/ssh_key.go; OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; \
             azure-cli issue 18022",
};

/// The type is missing.
pub(crate) static TYPE_MISSING: Check = Check {
    name: "type-missing",
    severity: Severity::Error,
    what: "The type, such as ssh-ed25519, is missing before the key's base64.",
    why: "Azure answers that keyData is invalid; azure-cli and Terraform expect two words, and sshd expects the type.",
    remedy: REMEDY,
    source: "azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py; OpenSSH, sshd(8), AUTHORIZED_KEYS FILE \
             FORMAT",
};

/// The type is wrong.
pub(crate) static TYPE_FALSE: Check = Check {
    name: "type-false",
    severity: Severity::Error,
    what: "The text before the base64 is not the type of the key in it. rsa-sha2-256 and rsa-sha2-512 are names of \
           signatures; the keys that make them are of type ssh-rsa.",
    why: "azure-cli and sshd compare both and refuse the key.",
    remedy: REMEDY,
    source: "RFC 8332, section 3; azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py",
};

/// Options.
pub(crate) static OPTIONS: Check = Check {
    name: "options",
    severity: Severity::Error,
    what: "There are options before the key, as in authorized_keys.",
    why: "Only sshd reads them. azure-cli crashes on such a line; waagent and VMAccess expect the type at its \
          beginning.",
    remedy: "Upload the key alone, and put its options into authorized_keys on the VM. keycheck --rewrite prints \
             the key without them: what they forbid is then allowed. With --for authorized-keys it keeps them.",
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; azure-cli, is_valid_ssh_rsa_public_key in \
             azure/cli/core/keys.py",
};

/// Options after the key.
pub(crate) static OPTIONS_AFTER_KEY: Check = Check {
    name: "options-after-key",
    severity: Severity::Warning,
    what: "There are options such as from=\"...\" or command=\"...\" after the key, in its comment.",
    why: "sshd reads options only before the type. After the key they have no effect: it logs in without any restriction.",
    remedy: "Move them to the beginning of the line, before the type, separated by commas.",
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT",
};

/// A key of an authority that signs certificates.
pub(crate) static CERT_AUTHORITY: Check = Check {
    name: "cert-authority",
    severity: Severity::Error,
    what: "The line marks the key as that of a certificate authority, which signs certificates and does not log \
           in itself.",
    why: "Without this marker the holder of the key may log in with it.",
    remedy: "Leave it in authorized_keys or known_hosts; nothing else reads such a line.",
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT and SSH_KNOWN_HOSTS FILE FORMAT",
};

/// A key that must not be used any more.
pub(crate) static REVOKED: Check = Check {
    name: "revoked",
    severity: Severity::Error,
    what: "The line marks the key as revoked (@revoked, as in known_hosts).",
    why: "Its private half is known to others.",
    remedy: "Do not use it; generate a new key.",
    source: "OpenSSH, sshd(8), SSH_KNOWN_HOSTS FILE FORMAT",
};

/// Host names.
pub(crate) static HOST_NAMES: Check = Check {
    name: "host-names",
    severity: Severity::Error,
    what: "There are host names or other words before the key, as in known_hosts.",
    why: "sshd mistakes them for options and ignores the line, and azure-cli crashes on it. It may be the key of \
          a host and not of a user.",
    remedy: REMEDY,
    source: "OpenSSH, sshd(8), SSH_KNOWN_HOSTS FILE FORMAT",
};

/// RFC 4716.
pub(crate) static RFC4716: Check = Check {
    name: "rfc-4716",
    severity: Severity::Error,
    what: "The key is in RFC 4716 format (---- BEGIN SSH2 PUBLIC KEY ----), as PuTTYgen's \"Save public key\" and \
           ssh-keygen -e write it.",
    why: "Azure answers that keyData is invalid, azure-cli crashes, sshd does not read it. VMAccess converts it, and \
          EC2 accepts it.",
    remedy: REMEDY,
    source: "RFC 4716; azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py",
};

/// PEM.
pub(crate) static PEM: Check = Check {
    name: "pem",
    severity: Severity::Error,
    what: "The key is in PEM (PUBLIC KEY or RSA PUBLIC KEY), as OpenSSL writes it.",
    why: "azure-cli crashes on it, VMAccess mistakes it for an X.509 certificate, sshd does not read it.",
    remedy: REMEDY,
    source: "RFC 7468, section 13; azure-linux-extensions, VMAccess/vmaccess.py",
};

/// The key is in quotes, in a document, or follows other text.
pub(crate) static AMONG_OTHER_TEXT: Check = Check {
    name: "among-other-text",
    severity: Severity::Error,
    what: "The key is in quotes, in a JSON document or after other text.",
    why: "Programs take all of the text for the key and refuse it; and the text around the key is given away with it.",
    remedy: REMEDY,
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; azure-cli, is_valid_ssh_rsa_public_key in \
             azure/cli/core/keys.py",
};

/// Data after the key.
pub(crate) static TRAILING_DATA: Check = Check {
    name: "trailing-data",
    severity: Severity::Error,
    what: "The base64 continues after the end of the key.",
    why: "It could be anything. sshd and Terraform refuse such a key; azure-cli uploads it.",
    remedy: REMEDY,
    source: "RFC 4253, section 6.6; sshkey_from_blob of OpenSSH's sshkey.c",
};

/// Several keys where one is expected.
pub(crate) static SEVERAL_KEYS: Check = Check {
    name: "several-keys",
    severity: Severity::Warning,
    what: "There is more than one key in a file that is to be uploaded (--public-only).",
    why: "If one key is expected, as for a new VM, waagent overwrites each with the next, and only the last one \
          can log in. This is not reported for a list such as authorized_keys.",
    remedy: "Give each key in a file of its own.",
    source: "WALinuxAgent, deploy_ssh_pubkey in osutil/default.py",
};

/// The last newline.
pub(crate) static NO_FINAL_NEWLINE: Check = Check {
    name: "no-final-newline",
    severity: Severity::Warning,
    what: "The private key's last line has no newline.",
    why: "OpenSSH 9.2 does not load a private key in its own format without it (error in libcrypto), so with --for \
          openssh that is an error.",
    remedy: "echo >> FILE adds it.",
    source: "sshkey_parse_private2 of OpenSSH's sshkey.c",
};

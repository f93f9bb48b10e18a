//! Defines the checks of the text around a key: changes in transit, and the layout of a private key's lines.

use crate::finding::{Check, Severity};

/// The remedy for text that was changed in transit.
const REMEDY: &str = "Copy the key's file as it is. keycheck --rewrite prints a public key on one clean line; keygen -p -f FILE \
                      rewrites a private key as ssh reads it.";

/// The newlines were lost.
pub(crate) static NEWLINES_LOST: Check = Check {
    name: "newlines-lost",
    severity: Severity::Error,
    what: "The newlines of the text were lost, became spaces, are carriage returns, or are at other places.",
    why: "ssh answers `invalid format` or `error in libcrypto`. It is the most frequent fault of keys in the secrets \
          of continuous integration: a variable that is expanded without quotes, or a web form with a single line.",
    remedy: REMEDY,
    source: "RFC 7468, section 2; OpenSSH, sshkey_parse_private2 of its sshkey.c",
};

/// The text is encoded.
pub(crate) static ENCODED: Check = Check {
    name: "encoded",
    severity: Severity::Error,
    what: "The text of the key has an additional encoding: base64 of the file, percent-encoding, HTML entities, \
           quoted-printable, base64url, escapes such as \\n, or a terminal's control sequences.",
    why: "Programs expect the text itself and do not find a key in it.",
    remedy: REMEDY,
    source: "RFC 4648, sections 4 and 5; RFC 3986, section 2.1; RFC 2045, section 6.7; RFC 8259, section 7",
};

/// A user's name precedes the key.
pub(crate) static USER_NAME: Check = Check {
    name: "user-name",
    severity: Severity::Error,
    what: "A user's name and a colon are before the type, as in the metadata ssh-keys of Compute Engine.",
    why: "Only Compute Engine reads such a line; sshd takes the name for an option that it does not know.",
    remedy: REMEDY,
    source: "Google Cloud, Compute Engine, Add SSH keys to VMs that use metadata-based SSH keys",
};

/// A second key in the comment.
pub(crate) static ANOTHER_KEY: Check = Check {
    name: "another-key",
    severity: Severity::Error,
    what: "The comment holds another key: two lines became one.",
    why: "sshd and all others read only the first key, and the second one cannot log in.",
    remedy: "Put each key on a line of its own. --rewrite does not: the comment may come from someone else, and a key \
             in it cannot log in so far.",
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT: one key per line",
};

/// The layout of a private key's block.
pub(crate) static BLOCK_LAYOUT: Check = Check {
    name: "block-layout",
    severity: Severity::Warning,
    what: "The lines of the private key are not where ssh expects them: the BEGIN or END line is indented or followed \
           by spaces, blank lines, comments or other keys are where none may be, or one is missing, the base64 lacks its padding, \
           or the file is DER without these lines.",
    why: "ssh does not load the key (invalid format, or error in libcrypto), though other programs may. With --for openssh \
          that is an error.",
    remedy: "keygen -p -f FILE rewrites the key as ssh reads it.",
    source: "OpenSSH 9.2, ssh-keygen -y, tried; sshkey_parse_private2 of its sshkey.c; OpenSSL, PEM_read_bio_ex(3)",
};

/// Ed25519 in PKCS#8.
pub(crate) static ED25519_IN_PKCS8: Check = Check {
    name: "pkcs8-ed25519",
    severity: Severity::Warning,
    what: "The private key is Ed25519 in PKCS#8 (BEGIN PRIVATE KEY), as OpenSSL writes it.",
    why: "OpenSSH before 9.6 does not load it.",
    remedy: "keygen -p -f FILE writes it in OpenSSH format, which every version loads.",
    source: "OpenSSH 9.6's release notes; RFC 8410, section 7",
};

/// The label is wrong.
pub(crate) static FALSE_LABEL: Check = Check {
    name: "false-label",
    severity: Severity::Warning,
    what: "The label of the block (BEGIN ... KEY) names another format than that of its contents, or none, as when it is \
           misspelt.",
    why: "Programs that go by the label do not read the key: ssh expects its own format under the label OPENSSH PRIVATE KEY only, so with --for openssh a \
          key in that format under another label is an error.",
    remedy: "keygen -p -f FILE rewrites a private key; keycheck --rewrite prints a public one.",
    source: "RFC 7468, sections 10, 11 and 13; OpenSSH 9.2, ssh-keygen -y, tried",
};

/// The SSH.COM format.
pub(crate) static SSH_COM: Check = Check {
    name: "ssh-com",
    severity: Severity::Error,
    what: "The private key is in SSH.COM format (SSH2 ENCRYPTED PRIVATE KEY), as Tectia writes it.",
    why: "ssh does not load it.",
    remedy: "keygen -p -f FILE writes it in OpenSSH format; so does ssh-keygen -i -f FILE for one without a passphrase.",
    source: "OpenSSH, ssh-keygen(1), -i",
};

/// The PuTTY format.
pub(crate) static PPK: Check = Check {
    name: "ppk",
    severity: Severity::Note,
    what: "The private key is in PuTTY format (.ppk), which PuTTY, WinSCP and FileZilla read.",
    why: "ssh does not load it, nor does what is built on ssh, such as git, scp and Ansible. With --for openssh that is an \
          error.",
    remedy: "For ssh, (umask 077; keygen -p -f - < FILE > NEW) writes the key in OpenSSH format into a new file. PuTTY still \
             needs this one.",
    source: "OpenSSH 9.2, ssh-keygen -y, tried; PuTTY's manual, section 8.2",
};

/// The passphrase was typed in another encoding.
pub(crate) static PASSPHRASE_ENCODING: Check = Check {
    name: "passphrase-encoding",
    severity: Severity::Note,
    what: "The passphrase has letters beyond ASCII, and the key was encrypted with them in another encoding (Latin-1, \
           CP1252 or UTF-8) than it was given in; or with the carriage return or the byte order mark that its file has.",
    why: "Typed at a terminal with another encoding than that of the program that encrypted the key, the passphrase is wrong.",
    remedy: "keygen -p -f FILE sets it again, in the encoding of your terminal.",
    source: "RFC 8018, section 3 (a password is an octet string)",
};

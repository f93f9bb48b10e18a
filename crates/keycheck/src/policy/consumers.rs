//! Lists the programs and services that accept public keys, and the ways to write a key that each of them cannot read, with
//! sources.

use super::form::checks::{
    AMONG_OTHER_TEXT, BYTE_ORDER_MARK, CARRIAGE_RETURNS, CERT_AUTHORITY, HOST_NAMES, NO_FINAL_NEWLINE, OPTIONS,
    OPTIONS_AFTER_KEY, PEM, RFC4716, SEVERAL_KEYS, TRAILING_DATA, TYPE_FALSE, TYPE_MISSING, UTF16, WRAPPED,
};
use super::form::text::{
    ANOTHER_KEY, BLOCK_LAYOUT, ED25519_IN_PKCS8, ENCODED, FALSE_LABEL, NEWLINES_LOST, PASSPHRASE_ENCODING, PPK,
    SSH_COM, USER_NAME,
};
use crate::finding::Check;

/// A program or service that reads a key.
#[derive(Debug)]
pub struct Consumer {
    /// Its name.
    pub name: &'static str,
    /// The checks for what it does not read, each with its reaction, which follows its name in messages.
    pub reactions: &'static [(&'static Check, &'static str)],
    /// The source of its rule.
    pub source: &'static str,
}

/// The service that creates VMs.
pub static RESOURCE_MANAGER: Consumer = Consumer {
    name: "Azure",
    reactions: &[
        (&RFC4716, "refuses it (keyData is invalid)"),
        (&TYPE_MISSING, "refuses it (keyData is invalid)"),
        (&AMONG_OTHER_TEXT, "refuses it (keyData is invalid)"),
        (&NEWLINES_LOST, "refuses it (keyData is invalid)"),
        (&ENCODED, "refuses it (keyData is invalid)"),
        (&USER_NAME, "refuses it (keyData is invalid)"),
    ],
    source: "Azure Resource Manager's error `linuxConfiguration.ssh.publicKeys.keyData is invalid`",
};

/// `az vm create --ssh-key-values`, `az sshkey create`.
pub static AZURE_CLI: Consumer = Consumer {
    name: "azure-cli",
    reactions: &[
        (&BYTE_ORDER_MARK, "takes it for a part of the type"),
        (&UTF16, "cannot read it"),
        (&TYPE_FALSE, "wants the type that the base64 holds"),
        (&OPTIONS, "crashes on them"),
        (&CERT_AUTHORITY, "crashes on such a line"),
        (&HOST_NAMES, "crashes on them"),
        (&RFC4716, "crashes on it"),
        (&PEM, "crashes on it"),
        (&AMONG_OTHER_TEXT, "takes all of the text for the key"),
    ],
    source: "azure-cli, is_valid_ssh_rsa_public_key in azure/cli/core/keys.py",
};

/// The provider `azurerm`, which parses keys with `golang.org/x/crypto/ssh`.
pub static TERRAFORM: Consumer = Consumer {
    name: "Terraform",
    reactions: &[
        (&WRAPPED, "reads it to the first break only"),
        (&TYPE_MISSING, "reports that it is not a complete SSH2 public key"),
        (&TRAILING_DATA, "refuses a key with more data after it"),
        (&OPTIONS, "takes them for the type"),
    ],
    source: "terraform-provider-azurerm, validate/ssh_key.go; golang.org/x/crypto/ssh, keys.go",
};

/// Creates the first user on most images.
pub static CLOUD_INIT: Consumer = Consumer {
    name: "cloud-init",
    reactions: &[(&CARRIAGE_RETURNS, "refuses such a key and falls back to the OVF copy")],
    source: "cloud-init, DataSourceAzure.py; azure-cli issue 18022; pycloudlib issue 88",
};

/// Creates the first user on the other images.
pub static WAAGENT: Consumer = Consumer {
    name: "waagent",
    reactions: &[(&SEVERAL_KEYS, "keeps the last one only")],
    source: "WALinuxAgent, deploy_ssh_pubkey in osutil/default.py",
};

/// `az vm user update`.
pub static VM_ACCESS: Consumer = Consumer {
    name: "VMAccess",
    reactions: &[(&PEM, "takes it for an X.509 certificate")],
    source: "azure-linux-extensions, VMAccess/vmaccess.py",
};

/// OpenSSH's server, as it reads `authorized_keys`.
pub static SSHD: Consumer = Consumer {
    name: "sshd",
    reactions: &[
        (&BYTE_ORDER_MARK, "takes it for a part of the type"),
        (&UTF16, "cannot read it"),
        (&WRAPPED, "takes the first part for a damaged key"),
        (&TYPE_MISSING, "wants the type"),
        (&TYPE_FALSE, "wants the type that the base64 holds"),
        (&TRAILING_DATA, "refuses a key with more data after it"),
        (&HOST_NAMES, "takes them for options that it does not know"),
        (&OPTIONS_AFTER_KEY, "takes them for the comment, and the key logs in without them"),
        (&RFC4716, "does not read it"),
        (&PEM, "does not read it"),
        (&AMONG_OTHER_TEXT, "may not find the key in it"),
        (&NEWLINES_LOST, "does not find the key in it"),
        (&ENCODED, "does not find the key in it"),
        (&USER_NAME, "takes it for an option that it does not know"),
        (&ANOTHER_KEY, "reads only the first one"),
    ],
    source: "OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT; sshkey_read of its sshkey.c",
};

/// OpenSSH's client, as it reads a private key.
pub static SSH: Consumer = Consumer {
    name: "ssh",
    reactions: &[
        (&BYTE_ORDER_MARK, "does not find the key after it"),
        (&UTF16, "cannot read it"),
        (&CARRIAGE_RETURNS, "cannot load a key in OpenSSH format with them (error in libcrypto)"),
        (&NO_FINAL_NEWLINE, "cannot load a key in OpenSSH format without it (error in libcrypto)"),
        (&AMONG_OTHER_TEXT, "does not find the key in it"),
        (&NEWLINES_LOST, "does not find the key in it"),
        (&ENCODED, "does not find the key in it"),
        (&BLOCK_LAYOUT, "cannot load such a key (invalid format, or error in libcrypto)"),
        (&ED25519_IN_PKCS8, "loads it from OpenSSH 9.6 on"),
        (&FALSE_LABEL, "may not load such a key"),
        (&SSH_COM, "does not load it (ssh-keygen -i converts it)"),
        (&PPK, "does not load it"),
        (&PASSPHRASE_ENCODING, "reports a wrong passphrase unless it is entered in that encoding"),
    ],
    source: "OpenSSH 9.2, ssh-keygen -y, tried; sshkey_parse_private2 of its sshkey.c",
};

/// The reactions of a web form that accepts only the one-line format.
macro_rules! one_line_only {
    ($words:literal $(, $more:ident)*) => {
        &[
            (&BYTE_ORDER_MARK, $words),
            (&UTF16, $words),
            (&WRAPPED, $words),
            (&TYPE_MISSING, $words),
            (&TYPE_FALSE, $words),
            (&TRAILING_DATA, $words),
            (&OPTIONS, $words),
            (&CERT_AUTHORITY, $words),
            (&HOST_NAMES, $words),
            (&AMONG_OTHER_TEXT, $words),
            (&NEWLINES_LOST, $words),
            (&ENCODED, $words),
            (&ANOTHER_KEY, "reads only the first one"),
            $((&$more, $words)),*
        ]
    };
}

/// GitHub's form for keys.
pub static GITHUB: Consumer = Consumer {
    name: "GitHub",
    reactions: one_line_only!("wants the key in OpenSSH's public key format", RFC4716, PEM, USER_NAME),
    source: "GitHub Docs, Adding a new SSH key to your GitHub account; its answer `Key is invalid`",
};

/// `aws ec2 import-key-pair`, which also accepts RFC 4716 and base64 of DER.
pub static EC2: Consumer = Consumer {
    name: "EC2",
    reactions: one_line_only!("wants OpenSSH's public key format, RFC 4716 or DER", USER_NAME),
    source: "Amazon EC2 API, ImportKeyPair",
};

/// Metadata and OS Login.
pub static COMPUTE_ENGINE: Consumer = Consumer {
    name: "Compute Engine",
    reactions: one_line_only!("wants the key in OpenSSH's public key format, on one line", RFC4716, PEM),
    source: "Google Cloud, Compute Engine, Add SSH keys to VMs",
};

impl Consumer {
    /// Returns its reaction to a key that is written like this; `None` if it reads it.
    #[must_use]
    pub fn reaction_to(&self, check: &'static Check) -> Option<&'static str> {
        self.reactions.iter().find(|(over, _)| std::ptr::eq(*over, check)).map(|(_, words)| *words)
    }
}

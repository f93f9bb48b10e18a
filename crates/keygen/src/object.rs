//! The object that `--json` prints.

use common::json_object;
use common::key::Fingerprint;
use serde::Serialize;

json_object! {
    /// The pair:
    pub(crate) struct PairObject<'a> {
        /// the private key's file
        file: &'a str,
        /// the public key's file
        public_file: &'a str,
        /// the key's type as SSH names it, such as `ssh-ed25519`
        r#type: &'a str,
        /// the key's size in bits
        bits: Option<u32>,
        /// the SHA-256 fingerprint
        fingerprint: &'a Fingerprint,
        /// the comment
        comment: &'a str,
    }
}

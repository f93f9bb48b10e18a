//! The objects that `--json` prints about hosts.

use common::json_object;
use common::key::{Fingerprint, Hash, PublicKey};
use serde::Serialize;

json_object! {
    /// A key, by itself:
    pub(crate) struct BareKey<'a> {
        /// the key's type as SSH names it, such as `ssh-ed25519`
        r#type: &'a str,
        /// the key's size in bits, `null` if the type is unknown
        bits: Option<u32>,
        /// the fingerprint with its hash, such as `SHA256:…`
        fingerprint: Fingerprint,
    }
}

json_object! {
    /// With --connect, a key of a host:
    pub(crate) struct HostObject<'a> {
        /// the host as in `known_hosts`; several names are separated by commas
        host: &'a str,
        /// the key's type as SSH names it, such as `ssh-ed25519`
        r#type: &'a str,
        /// the key's size in bits, `null` if the type is unknown
        bits: Option<u32>,
        /// the fingerprint with its hash, such as `SHA256:…`
        fingerprint: Fingerprint,
        /// the key exchange in which the host proved that it holds the key
        key_exchange: &'a str,
        /// the algorithm of its signature
        signature: &'a str,
        /// whether the host offers a post-quantum key exchange
        post_quantum: bool,
        /// with --expect, whether that key is trusted: `match`, `revoked`, `mismatch`, `other-type` or `unknown`
        #[serde(skip_serializing_if = "Option::is_none")]
        verdict: Option<&'static str>,
        /// with a `verdict` other than `match`, an array of the expected fingerprints: those of that type, or all
        #[serde(skip_serializing_if = "Option::is_none")]
        expected: Option<Vec<String>>,
    }
}

json_object! {
    /// With --connect, a host that showed no key, or did not prove that it holds it:
    pub(crate) struct ErrorObject<'a> {
        /// the host
        host: &'a str,
        /// what happened
        error: &'a str,
        /// what to do about it, or `null`
        hint: Option<&'a str>,
    }
}

json_object! {
    /// At the end, a key that several hosts share:
    pub(crate) struct SharedObject<'a> {
        ..key: BareKey<'a>,
        /// the hosts that share that key
        hosts: &'a [&'a str],
    }
}

json_object! {
    /// With --known-hosts, at the end, the result for the lines of hosts that are as expected:
    pub(crate) struct KnownHostsObject<'a> {
        /// `added`, `replaced` (keys that the hosts no longer have were removed), or `unchanged`
        known_hosts: &'static str,
        /// the hosts, as in `known_hosts`
        hosts: &'a [&'a str],
    }
}

json_object! {
    /// With --connect and several hosts, the last object, with the number of hosts for each result:
    pub(crate) struct SummaryObject {
        /// the version of the fields of all these objects: 1
        schema: u32,
        /// the number of hosts
        hosts: usize,
        /// hosts that showed keys, without an expectation
        shown: usize,
        /// hosts that are as expected
        as_expected: usize,
        /// hosts that are not as expected
        not_as_expected: usize,
        /// hosts without an expectation, which were not contacted
        without_expectation: usize,
        /// hosts that did not answer
        unreachable: usize,
        /// hosts that answered, but proved no key
        failed: usize,
    }
}

impl<'a> BareKey<'a> {
    pub(crate) fn new(key: &'a PublicKey<'_>, hash: Hash) -> Self {
        Self { r#type: key.type_name(), bits: key.bits(), fingerprint: key.fingerprint(hash) }
    }
}

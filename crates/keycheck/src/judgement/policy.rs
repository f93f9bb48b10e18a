//! The types and sizes that a consumer of keys takes, as data.

use common::keys::{Kind, PublicKey};
use common::lines::escape;

use crate::checks::{Check, Finding, Severity};

/// The consumer takes no keys of the type.
pub(crate) static TYPE_REFUSED: Check = Check {
    name: "type-refused",
    severity: Severity::Error,
    what: "The consumer, Azure unless another is named, does not take keys of this type.",
    why: "The upload fails, or the VM is made and nobody can log in.",
    remedy: "Make a key of a type that it takes: keygen makes Ed25519, keygen -t rsa -b 3072 RSA.",
    source: "Microsoft Learn, How to use SSH keys with Windows on Azure, Supported SSH key formats",
};

/// The key is shorter than the consumer takes.
pub(crate) static RSA_TOO_SHORT: Check = Check {
    name: "rsa-too-short",
    severity: Severity::Error,
    what: "The RSA modulus has fewer bits than the consumer takes; Azure takes 2048 or more.",
    why: "The upload is refused. 829 bits have been factored in public (RSA-250, 2020); 1024 are within reach of \
          states.",
    remedy: "Make a longer key: keygen -t rsa -b 3072, or an Ed25519 key.",
    source: "Microsoft Learn, How to use SSH keys with Windows on Azure; NIST SP 800-131A revision 2, section 3",
};

/// A consumer's rule for the types and sizes of keys.
#[derive(Debug)]
pub struct Policy {
    /// The consumer, as it is named in findings.
    pub consumer: &'static str,
    /// What it takes; anything else is refused.
    pub accepted: &'static [Accepted],
    /// The rule in words.
    pub rule: &'static str,
    /// Where the rule stands.
    pub source: &'static str,
}

/// A kind of key that is taken.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    /// The kind; certificates are not meant.
    pub kind: Kind,
    /// The smallest size in bits.
    pub least_bits: u32,
}

/// Azure's rule for Linux VMs.
pub static AZURE: Policy = Policy {
    consumer: "Azure",
    accepted: &[Accepted { kind: Kind::Rsa, least_bits: 2048 }, Accepted { kind: Kind::Ed25519, least_bits: 256 }],
    rule: "it takes RSA of 2048 bits or more and Ed25519",
    source: "Microsoft Learn, \"How to use SSH keys with Windows on Azure\", Supported SSH key formats",
};

impl Policy {
    /// The finding for a key that the consumer does not take.
    #[must_use]
    pub fn check(&self, key: &PublicKey<'_>) -> Option<Finding> {
        let accepted = self.accepted.iter().find(|accepted| accepted.kind == key.kind() && !key.is_certificate());
        let Some(accepted) = accepted else {
            let message = format!("{} takes no {}; {}", self.consumer, in_words(key), self.rule);
            return Some(TYPE_REFUSED.found(message));
        };
        let bits = key.bits().unwrap_or(0);
        // Only RSA keys have a size to choose among the accepted kinds.
        (bits < accepted.least_bits).then(|| {
            RSA_TOO_SHORT
                .found(format!("{bits} bits; {} takes RSA of {} bits or more", self.consumer, accepted.least_bits))
        })
    }
}

/// The type in words, for people who do not read wire names.
fn in_words(key: &PublicKey<'_>) -> String {
    match (key.kind(), key.is_certificate()) {
        (_, true) => format!("certificates ({})", key.type_name()),
        (Kind::SkEcdsa | Kind::SkEd25519, false) => format!("keys held by a security key ({})", key.type_name()),
        (Kind::Unknown, false) => format!("keys of type {}", escape::text(key.type_name().as_bytes())),
        (kind, false) => format!("{} keys", kind.label()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rsa(bits: usize) -> PublicKey<'static> {
        let mut n = vec![0xff; bits.div_ceil(8)];
        n[0] = 0xff >> ((8 - bits % 8) % 8);
        PublicKey::rsa(&[1, 0, 1], &n).unwrap()
    }

    #[test]
    fn azure_draws_the_line_at_2048_bits_exactly() {
        for (bits, passes) in [(1024, false), (2047, false), (2048, true), (2049, true), (16384, true)] {
            let key = rsa(bits);
            assert_eq!(key.bits(), u32::try_from(bits).ok());
            assert_eq!(AZURE.check(&key).is_none(), passes, "{bits}");
        }
    }

    #[test]
    fn azure_refuses_other_types_by_name() {
        let mut point = vec![4];
        point.resize(common::keys::Curve::Nistp256.point_length(), 7);
        let key = PublicKey::ecdsa(common::keys::Curve::Nistp256, &point).unwrap();
        let finding = AZURE.check(&key).unwrap();
        assert_eq!(finding.check.name, "type-refused");
        assert!(finding.message.starts_with("Azure takes no ECDSA keys"), "{}", finding.message);
    }
}

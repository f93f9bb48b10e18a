//! Checks the types and sizes of keys against the rules of their consumers.

use std::ops::RangeInclusive;

use common::key::wire::{self, Reader};
use common::key::{Kind, PublicKey};

use super::consumers::Consumer;
use crate::allow_list;
use crate::finding::{Check, Finding, Severity};

/// The consumer accepts no keys of this type.
pub(crate) static TYPE_REFUSED: Check = Check {
    name: "type-refused",
    severity: Severity::Error,
    what: "The consumer, Azure unless another is named, does not accept keys of this type.",
    why: "The upload fails, or the VM is created and no one can log in.",
    remedy: "Generate a key of a type that it accepts: keygen for Ed25519, keygen -t rsa -b 4096 for RSA.",
    source: "Microsoft Learn, How to use SSH keys with Windows on Azure, Supported SSH key formats",
};

/// The key is shorter than the consumer accepts.
pub(crate) static RSA_TOO_SHORT: Check = Check {
    name: "rsa-too-short",
    severity: Severity::Error,
    what: "The RSA modulus has fewer bits than the consumer accepts; Azure accepts 2048 or more.",
    why: "The upload is refused. 829 bits have been factored in public (RSA-250, 2020); 1024 are within reach of \
          states.",
    remedy: "Generate a longer key: keygen -t rsa -b 4096, or an Ed25519 key.",
    source: "Microsoft Learn, How to use SSH keys with Windows on Azure; NIST SP 800-131A revision 2, section 3",
};

/// The consumer accepts other sizes only.
pub(crate) static RSA_SIZE_REFUSED: Check = Check {
    name: "rsa-size-refused",
    severity: Severity::Error,
    what: "The RSA modulus has a size that the consumer does not accept, though it accepts shorter ones.",
    why: "The upload is refused.",
    remedy: "Generate a key of a size that it accepts, or an Ed25519 key.",
    source: "NIST FIPS 186-5, section 5.1",
};

/// The consumer's guide does not name the size.
pub(crate) static RSA_SIZE_NOT_LISTED: Check = Check {
    name: "rsa-size-not-listed",
    severity: Severity::Warning,
    what: "The consumer's guide does not name this size of the RSA modulus. EC2 imports such keys.",
    why: "EC2 Instance Connect takes RSA of 2048 and 4096 bits only, and EC2 may enforce its guide's list later.",
    remedy: "Nothing, if the key is in use and EC2 Instance Connect is not. For a new key: keygen -t rsa -b 4096, or an \
             Ed25519 key.",
    source: "Amazon EC2 User Guide, Create a key pair and import the public key to Amazon EC2, and Connect using EC2 \
             Instance Connect; aws-cli issue 5336",
};

/// The consumer accepts other exponents only.
pub(crate) static RSA_EXPONENT_REFUSED: Check = Check {
    name: "rsa-exponent-refused",
    severity: Severity::Error,
    what: "The consumer does not accept an RSA key with this public exponent.",
    why: "Terraform's parser accepts exponents of at most 24 bits; FIPS 186-5 requires 17 to 256.",
    remedy: "Generate a key with a well-known program; all of them use 65537.",
    source: "golang.org/x/crypto/ssh, parseRSA in keys.go; NIST FIPS 186-5, section A.1.1",
};

/// The consumer accepts it in its newest versions only.
pub(crate) static NEW_TYPE: Check = Check {
    name: "new-type",
    severity: Severity::Note,
    what: "The consumer accepts keys of this type in its newest versions only.",
    why: "An older version ignores the key, since its type is unknown, and its owner cannot log in with it.",
    remedy: "Check the versions (ssh -V), or also add an Ed25519 key.",
    source: "OpenSSH 10.6's release notes; draft-miller-sshm-mldsa44-ed25519-composite-sigs",
};

/// The consumer accepts it, but it is weak.
pub(crate) static RSA_WEAK_SIZE: Check = Check {
    name: "rsa-weak-size",
    severity: Severity::Warning,
    what: "The RSA modulus has fewer than 2048 bits.",
    why: "NIST disallows such keys since 2014: 1024 bits are within reach of states.",
    remedy: "Generate a longer key: keygen -t rsa -b 4096, or an Ed25519 key.",
    source: "NIST SP 800-131A revision 2, section 3",
};

/// A modulus of fewer bits is weak, even if a consumer accepts it.
const WEAK_BELOW: u32 = 2048;

/// A consumer's rule for the types and sizes of keys, and the programs that read the key on its way.
#[derive(Debug)]
pub struct Policy {
    /// Its name for `--for`.
    pub name: &'static str,
    /// The consumer, as it is named in findings.
    pub consumer: &'static str,
    /// What it accepts; anything else is refused.
    pub accepted: &'static [&'static [Accepted]],
    /// The public exponents of RSA that it accepts, by their bits, and whose rule that is.
    pub exponents: Option<(RangeInclusive<usize>, &'static str)>,
    /// The rule in words.
    pub rule: &'static str,
    /// The source of the rule.
    pub source: &'static str,
    /// The programs that read the key.
    pub readers: &'static [&'static Consumer],
}

/// A kind of key that is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    /// The kind, without certificates.
    pub kind: Kind,
    /// The sizes.
    pub bits: Bits,
    /// The consumer's version since which it is accepted, if that is a new one.
    pub since: Option<&'static str>,
}

/// The accepted sizes of a modulus.
#[derive(Clone, Copy, Debug)]
pub enum Bits {
    /// Any: the kind has one size.
    Any,
    /// This many bits or more.
    AtLeast(u32),
    /// This many bits or more: the consumer accepts less, which is not safe.
    SafeAtLeast(u32),
    /// This many bits or more, if even.
    EvenAtLeast(u32),
    /// The sizes that the consumer's guide names, the smallest first: it takes others that are longer. The words say so.
    Listed(&'static [u32], &'static str),
}

impl Policy {
    /// Returns the findings for a key that the consumer does not accept.
    #[must_use]
    pub fn check(&self, key: &PublicKey<'_>) -> Vec<Finding> {
        let is_plain = !key.is_certificate() && !Kind::is_former_name(key.type_name().as_bytes());
        let accepted = self.accepted.iter().copied().flatten().find(|accepted| accepted.kind == key.kind() && is_plain);
        let Some(accepted) = accepted else {
            let message = format!("{} takes no {}; {}", self.consumer, in_words(key), self.rule);
            return vec![TYPE_REFUSED.found(message)];
        };
        let new = accepted.since.map(|version| {
            NEW_TYPE.found(format!("{} takes {} from version {version} on", self.consumer, in_words(key)))
        });
        let size = self.size(accepted.bits, key.bits().unwrap_or(0));
        [size, self.exponent(key), new].into_iter().flatten().collect()
    }

    /// Checks the size. Among the accepted kinds, only RSA has more than one.
    fn size(&self, accepted: Bits, bits: u32) -> Option<Finding> {
        let consumer = self.consumer;
        let too_short = |least: u32, more: &str| {
            (bits < least)
                .then(|| RSA_TOO_SHORT.found(format!("{bits} bits; {consumer} takes RSA of {least} bits{more}")))
        };
        match accepted {
            Bits::Any => None,
            Bits::AtLeast(least) => too_short(least, " or more"),
            Bits::SafeAtLeast(least) => (bits < least)
                .then(|| RSA_TOO_SHORT.found(format!("{bits} bits; RSA keys of less than {least} bits are not safe"))),
            Bits::EvenAtLeast(least) => too_short(least, " or more").or_else(|| {
                let message = format!("{bits} bits; {consumer} takes RSA of an even number of bits");
                (!bits.is_multiple_of(2)).then(|| RSA_SIZE_REFUSED.found(message))
            }),
            Bits::Listed(sizes, words) => {
                let least = sizes.first().copied().unwrap_or(0);
                too_short(least, " or more").or_else(|| {
                    let message = format!("{bits} bits; {words}");
                    (!sizes.contains(&bits)).then(|| RSA_SIZE_NOT_LISTED.found(message))
                })
            }
        }
    }

    fn exponent(&self, key: &PublicKey<'_>) -> Option<Finding> {
        let (accepted, whose) = self.exponents.as_ref().filter(|_| key.kind() == Kind::Rsa)?;
        let mut reader = Reader::new(key.plain_blob());
        let bits = reader.string().and_then(|_| reader.unsigned()).map_or(0, wire::bits);
        let (least, most) = (accepted.start(), accepted.end());
        (!accepted.contains(&bits)).then(|| {
            let message = format!("the public exponent has {bits} bits; {whose} takes {least} to {most}");
            RSA_EXPONENT_REFUSED.found(message)
        })
    }
}

/// Returns the findings of all these policies, and the warning for a weak key that they accept.
pub fn check(policies: &[&'static Policy], key: &PublicKey<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = policies.iter().flat_map(|policy| policy.check(key)).collect();
    if !findings.iter().any(|finding| finding.is_of(&RSA_TOO_SHORT)) {
        findings.extend(weak_size(key));
    }
    findings
}

/// Returns the warning for an RSA key that is weak by its size.
pub(crate) fn weak_size(key: &PublicKey<'_>) -> Option<Finding> {
    let bits = key.bits().filter(|bits| key.kind() == Kind::Rsa && *bits < WEAK_BELOW)?;
    Some(RSA_WEAK_SIZE.found(format!("{bits} bits, where 2048 are the least that is safe")))
}

/// Names the type for people who do not know the names of the protocol.
fn in_words(key: &PublicKey<'_>) -> String {
    match (key.kind(), key.is_certificate()) {
        (_, true) => format!("certificates ({})", key.type_name()),
        (Kind::SkEcdsa | Kind::SkEd25519, false) => format!("keys held by a security key ({})", key.type_name()),
        (Kind::Unknown, false) if matches!(key.type_name(), "rsa-sha2-256" | "rsa-sha2-512") => {
            format!("keys of type {}, which is a signature algorithm of ssh-rsa keys", key.type_name())
        }
        (Kind::Unknown, false) => format!("keys of type {}", allow_list::type_name(key)),
        (_, false) if Kind::is_former_name(key.type_name().as_bytes()) => {
            format!("keys of type {}, which only OpenSSH 10.5 reads", key.type_name())
        }
        (kind, false) => format!("{} keys", kind.label()),
    }
}

#[cfg(test)]
mod tests {
    use common::key::Curve;

    use super::super::policies::{AZURE, of_name};
    use super::*;

    fn with_exponent(bits: usize, exponent: &[u8]) -> PublicKey<'static> {
        let mut n = vec![0xff; bits.div_ceil(8)];
        n[0] = 0xff >> ((8 - bits % 8) % 8);
        PublicKey::rsa(exponent, &n).unwrap()
    }

    fn found(name: &str, key: &PublicKey<'_>) -> Vec<&'static str> {
        of_name(name).unwrap().check(key).iter().map(|finding| finding.check.name).collect()
    }

    #[test]
    fn each_consumer_draws_its_line_where_its_rule_has_it() {
        /// Sizes in bits, with the finding for each.
        type Sizes = &'static [(usize, Option<&'static str>)];
        let cases: [(&str, Sizes); 7] = [
            ("azure", &[(1024, Some("short")), (2047, Some("short")), (2048, None), (2049, None), (16384, None)]),
            ("openssh", &[(1023, Some("short")), (1024, None), (2047, None)]),
            ("authorized-keys", &[(1024, Some("short")), (2047, Some("short")), (2048, None), (16384, None)]),
            ("github", &[(1023, Some("short")), (2048, None)]),
            (
                "aws",
                &[
                    (1023, Some("short")),
                    (1024, None),
                    (2048, None),
                    (3072, Some("not-listed")),
                    (4096, None),
                    (8192, Some("not-listed")),
                ],
            ),
            ("gcp", &[(1023, Some("short")), (2048, None)]),
            ("fips186-5", &[(2046, Some("short")), (2048, None), (2049, Some("size")), (3072, None)]),
        ];
        for (name, sizes) in cases {
            for (bits, expected) in sizes {
                let key = with_exponent(*bits, &[1, 0, 1]);
                assert_eq!(key.bits(), u32::try_from(*bits).ok());
                let found = found(name, &key);
                let expected = expected.map(|word| match word {
                    "short" => "rsa-too-short",
                    "not-listed" => "rsa-size-not-listed",
                    _ => "rsa-size-refused",
                });
                assert_eq!(found, Vec::from_iter(expected), "{name} {bits}");
            }
        }
    }

    /// aws-cli issue 5336: EC2 imports a key of 3072 bits, the default of ssh-keygen.
    #[test]
    fn a_size_that_a_guide_does_not_name_is_no_error_and_no_remedy_names_one() {
        let findings = of_name("aws").unwrap().check(&with_exponent(3072, &[1, 0, 1]));
        let [finding] = &findings[..] else { panic!("{}", findings.len()) };
        assert_eq!(finding.check.severity, Severity::Warning);
        assert!(finding.message.contains("EC2 Instance Connect takes 2048 and 4096 only"), "{}", finding.message);
        for check in [&TYPE_REFUSED, &RSA_TOO_SHORT, &RSA_WEAK_SIZE, &RSA_SIZE_NOT_LISTED] {
            let (_, bits) = check.remedy.split_once("-b ").unwrap();
            let bits = bits.split(|character: char| !character.is_ascii_digit()).next().unwrap().parse().unwrap();
            for policy in super::super::policies::ALL {
                assert!(policy.check(&with_exponent(bits, &[1, 0, 1])).is_empty(), "{} {}", check.name, policy.name);
            }
        }
    }

    #[test]
    fn exponents_are_taken_by_their_bits() {
        for (exponent, azure, fips) in [
            (&[3][..], true, false),
            (&[1, 0, 1], true, true),
            (&[0xff, 0xff, 0xff], true, true),
            (&[1, 0, 0, 1], false, true),
            (&[1], false, false),
            (&[0xff; 33], false, false),
        ] {
            let key = with_exponent(2048, exponent);
            assert_eq!((found("azure", &key).is_empty(), found("fips186-5", &key).is_empty()), (azure, fips));
        }
    }

    #[test]
    fn other_types_are_refused_by_name() {
        let mut point = vec![4];
        point.resize(Curve::Nistp256.point_length(), 7);
        let key = PublicKey::ecdsa(Curve::Nistp256, &point).unwrap();
        let finding = AZURE.check(&key).remove(0);
        assert_eq!(finding.check.name, "type-refused");
        assert!(finding.message.starts_with("Azure takes no ECDSA keys"), "{}", finding.message);
        assert!(found("openssh", &key).is_empty() && found("fips186-5", &key).is_empty());
        assert_eq!(found("aws", &key), ["type-refused"]);
    }

    #[test]
    fn a_new_type_is_refused_by_name_but_where_it_is_taken_with_its_version() {
        let key = |name| PublicKey::mldsa44_ed25519(name, &[1; 1312 + 32]).unwrap();
        let (today, former) = (key("ssh-mldsa44-ed25519"), key("ssh-mldsa44-ed25519@openssh.com"));
        for policy in ["azure", "github", "aws", "gcp", "fips186-5"] {
            for key in [&today, &former] {
                assert_eq!(found(policy, key), ["type-refused"], "{policy}");
            }
        }
        let messages = |key| -> Vec<String> {
            of_name("openssh").unwrap().check(key).into_iter().map(|finding| finding.message).collect()
        };
        assert_eq!(found("openssh", &today), ["new-type"]);
        assert_eq!(messages(&today), ["OpenSSH takes MLDSA44-ED25519 keys from version 10.6 on"]);
        assert_eq!(found("openssh", &former), ["type-refused"]);
        assert!(messages(&former)[0].contains("ssh-mldsa44-ed25519@openssh.com, which only OpenSSH 10.5 reads; in "));
        assert!(AZURE.check(&today)[0].message.starts_with("Azure takes no MLDSA44-ED25519 keys; it takes RSA"));
    }

    #[test]
    fn a_weak_size_that_is_accepted_is_reported_once() {
        let names = |policy| -> Vec<_> {
            let key = with_exponent(1024, &[1, 0, 1]);
            check(&[of_name(policy).unwrap()], &key).iter().map(|finding| finding.check.name).collect()
        };
        assert_eq!(names("openssh"), ["rsa-weak-size"]);
        assert_eq!(names("azure"), ["rsa-too-short"]);
    }
}

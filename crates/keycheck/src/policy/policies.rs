//! Defines the policies: one for each name of `--for`, with its source.

use common::key::{Curve, Kind};

use super::accepted::{Accepted, Bits, Policy};
use super::consumers;
use crate::names::names;
use crate::similar;

const fn rsa(bits: Bits) -> Accepted {
    Accepted { kind: Kind::Rsa, bits, since: None }
}

const fn any(kind: Kind) -> Accepted {
    Accepted { kind, bits: Bits::Any, since: None }
}

const ED25519: Accepted = any(Kind::Ed25519);

const ECDSA: [Accepted; 3] =
    [any(Kind::Ecdsa(Curve::Nistp256)), any(Kind::Ecdsa(Curve::Nistp384)), any(Kind::Ecdsa(Curve::Nistp521))];

const SECURITY_KEYS: [Accepted; 2] = [any(Kind::SkEd25519), any(Kind::SkEcdsa)];

const ML_DSA: Accepted = Accepted { kind: Kind::MlDsa44Ed25519, bits: Bits::Any, since: Some("10.6") };

/// The keys that every sshd since OpenSSH 8.2 accepts.
const SINCE_OPENSSH_8_2: &[&[Accepted]] = &[&[rsa(Bits::AtLeast(1024)), ED25519], &ECDSA, &SECURITY_KEYS];

/// Azure's rule for Linux VMs.
pub static AZURE: Policy = Policy {
    name: "azure",
    consumer: "Azure",
    accepted: &[&[rsa(Bits::AtLeast(2048)), ED25519]],
    exponents: Some((2..=24, "Terraform")),
    rule: "it takes RSA of 2048 bits or more and Ed25519",
    source: "Microsoft Learn, \"How to use SSH keys with Windows on Azure\", Supported SSH key formats",
    readers: &[
        &consumers::RESOURCE_MANAGER,
        &consumers::AZURE_CLI,
        &consumers::TERRAFORM,
        &consumers::CLOUD_INIT,
        &consumers::WAAGENT,
        &consumers::VM_ACCESS,
        &consumers::SSHD,
    ],
};

/// Any current sshd.
pub(crate) static OPENSSH: Policy = Policy {
    name: "openssh",
    consumer: "OpenSSH",
    accepted: &[&[rsa(Bits::AtLeast(1024)), ED25519], &ECDSA, &SECURITY_KEYS, &[ML_DSA]],
    exponents: None,
    rule: "in authorized_keys it takes RSA of 1024 bits or more, Ed25519, ECDSA, keys held by a security key, and since \
           10.6 ML-DSA-44 with Ed25519",
    source: "sshd_config(5), PubkeyAcceptedAlgorithms and RequiredRSASize; OpenSSH 7.0's release notes (ssh-dss) and \
             10.6's (ssh-mldsa44-ed25519)",
    readers: &[&consumers::SSHD],
};

/// The rule for the audit of a server's `authorized_keys`: what sshd accepts there, except RSA keys that are too short to be
/// safe.
static AUTHORIZED_KEYS: Policy = Policy {
    name: "authorized-keys",
    consumer: "sshd",
    accepted: &[&[rsa(Bits::SafeAtLeast(2048)), ED25519], &ECDSA, &SECURITY_KEYS, &[ML_DSA]],
    exponents: None,
    rule: "in authorized_keys it takes RSA, Ed25519, ECDSA, keys held by a security key, and since 10.6 ML-DSA-44 with \
           Ed25519",
    source: "sshd(8), AUTHORIZED_KEYS FILE FORMAT; NIST SP 800-131A revision 2, section 3 (RSA of 2048 bits or more)",
    readers: &[&consumers::SSHD],
};

/// GitHub's rule; OpenSSH's for the size of RSA.
static GITHUB: Policy = Policy {
    name: "github",
    consumer: "GitHub",
    accepted: SINCE_OPENSSH_8_2,
    exponents: None,
    rule: "it takes RSA, Ed25519, ECDSA and keys held by a security key",
    source: "GitHub Docs, About SSH; GitHub's blog, Improving Git protocol security on GitHub, 2021",
    readers: &[&consumers::GITHUB],
};

/// The sizes that EC2's guide names; EC2 imports others, too (aws-cli issue 5336).
const EC2_SIZES: Bits = Bits::Listed(
    &[1024, 2048, 4096],
    "the guide of EC2 names 1024, 2048 and 4096; EC2 imports other sizes, too, but EC2 Instance Connect takes 2048 and 4096 only",
);

/// The keys that `aws ec2 import-key-pair` accepts.
static AWS: Policy = Policy {
    name: "aws",
    consumer: "EC2",
    accepted: &[&[rsa(EC2_SIZES), ED25519]],
    exponents: None,
    rule: "it takes RSA of 2048 or 4096 bits and Ed25519",
    source: "Amazon EC2 User Guide, Create a key pair and import the public key to Amazon EC2; Amazon EC2 API, \
             ImportKeyPair",
    readers: &[&consumers::EC2],
};

/// The keys that Compute Engine passes to the sshd of its VMs.
static GCP: Policy = Policy {
    name: "gcp",
    consumer: "Compute Engine",
    accepted: SINCE_OPENSSH_8_2,
    exponents: None,
    rule: "its VMs take what every OpenSSH takes: RSA of 1024 bits or more, Ed25519, ECDSA and keys held by a security key",
    source: "Google Cloud, Compute Engine, Add SSH keys to VMs; sshd_config(5), RequiredRSASize",
    readers: &[&consumers::COMPUTE_ENGINE],
};

/// The standard for signatures.
static FIPS_186_5: Policy = Policy {
    name: "fips186-5",
    consumer: "FIPS 186-5",
    accepted: &[&[rsa(Bits::EvenAtLeast(2048)), ED25519], &ECDSA],
    exponents: Some((17..=256, "FIPS 186-5")),
    rule: "it approves RSA of an even number of bits from 2048 on, ECDSA and Ed25519",
    source: "NIST FIPS 186-5, sections 5.1, 6.1.1, 7.1 and A.1.1; NIST SP 800-186",
    readers: &[&consumers::SSHD],
};

/// All policies; the first is the default.
pub static ALL: [&Policy; 7] = [&AZURE, &OPENSSH, &AUTHORIZED_KEYS, &GITHUB, &AWS, &GCP, &FIPS_186_5];

/// Their names, for the option table.
pub(crate) static NAMES: [&str; ALL.len()] = names!(ALL);

/// Other names of the services, which people know them by.
static OTHER_NAMES: [(&str, &Policy); 10] = [
    ("ec2", &AWS),
    ("amazon", &AWS),
    ("google", &GCP),
    ("gce", &GCP),
    ("compute", &GCP),
    ("microsoft", &AZURE),
    ("ssh", &OPENSSH),
    ("sshd", &AUTHORIZED_KEYS),
    ("authorized_keys", &AUTHORIZED_KEYS),
    ("fips", &FIPS_186_5),
];

/// Returns the policy that a name in other words, in uppercase or with a typing error means.
#[must_use]
pub fn of_other_name(name: &str) -> Option<&'static Policy> {
    let name = name.to_ascii_lowercase();
    // It is spelt like github, and is another service.
    if name == "gitlab" {
        return None;
    }
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, policy)| *policy);
    other.or_else(|| of_name(similar::name(&name, &NAMES)?))
}

/// Returns the policy with that name.
#[must_use]
pub fn of_name(name: &str) -> Option<&'static Policy> {
    ALL.into_iter().find(|policy| policy.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_recognised_by_its_other_names() {
        for (name, meant) in [
            ("AWS", Some("aws")),
            ("ec2", Some("aws")),
            ("Google", Some("gcp")),
            ("azur", Some("azure")),
            ("authorized_keys", Some("authorized-keys")),
            ("gitlab", None),
            ("", None),
        ] {
            assert_eq!(of_other_name(name).map(|policy| policy.name), meant, "{name}");
        }
    }
}

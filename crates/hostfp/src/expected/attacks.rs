//! Texts that once had hostfp vouch for another key, or kept it busy: found by an attack on the rule of trust.

use common::key::PublicKey;

use super::properties::{Actors, verdict};
use crate::judgement::Verdict;

/// GOOD is a line of the machine's own key, EVIL the fingerprint of a stranger's, KEY their key.
const ATTACKS: [(&str, &str); 22] = [
    (
        "tags of a v2 result in YAML",
        "instanceView: null\nname: rc\ntags:\n  executionState: Succeeded\n  output: 256 EVIL root@vm (ED25519)\n",
    ),
    (
        "tags of a v2 result in YAML, as v1",
        "instanceView: null\ntags:\n  code: ComponentStatus/StdOut/succeeded\n  message: 256 EVIL x (ED25519)\n",
    ),
    (
        "a quoted value of YAML that does not end",
        "value:\n- code: ProvisioningState/succeeded\n  message: \"Enable succeeded: \\n[stdout]\\nGOOD\\nx\\\n    \
         executionState: 'Succeeded'\n    output: '256 EVIL root@vm (ED25519)'\n",
    ),
    (
        "a quoted value of YAML with half a letter",
        "value:\n- code: ProvisioningState/succeeded\n  message: \"Enable succeeded: \\n[stdout]\\nGOOD\\nx\\\n    \
         executionState: 'Succeeded'\\\n    output: '256 EVIL x (ED25519)'\\uD800\\n[stderr]\\n\"\n",
    ),
    (
        "an indented line in a folded block of YAML",
        "value:\n- code: ProvisioningState/succeeded\n  message: >\n    Enable succeeded: \n    [stdout]\n    # x\n          \
         256 EVIL x (ED25519)\n    [stderr]\n",
    ),
    (
        "a control character of YAML that is left out",
        "value:\n- code: ProvisioningState/succeeded\n  message: \"Enable succeeded: \\n[stdout]\\n\\e256 EVIL x \
         (ED25519)\\n\\n[stderr]\\n\"\n",
    ),
    (
        "YAML at the start of a script's output",
        "id: x\nexecutionState: Succeeded\n/sbin/init\noutput: \"256 EVIL x (ED25519)\"\n/bin/sh\nGOOD\n",
    ),
    (
        "names of the other version in a list of PowerShell",
        "Value[0]        : \n  Code          : ProvisioningState/succeeded\n  Message       : Enable succeeded: \n[stdout]\nx\n\
         ExecutionState  : Succeeded\nOutput          : EVIL\nSource          : \nGOOD\n\n[stderr]\n\nStatus          : \
         Succeeded\n",
    ),
    (
        "a list at the start of a script's output",
        "ExecutionState : Succeeded\nOutput         : 256 EVIL x (ED25519)\nSource         : x\nother\nGOOD\n",
    ),
    (
        "a message at the start of a script's output",
        "Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\nother\nGOOD\n",
    ),
    ("[stderr] twice", "Enable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n[stderr]\nother\n\n[stderr]\n"),
    ("a table at the start of a script's output", "Result\n------\n[stdout]\n256 EVIL x (ED25519)\n[stderr]\nGOOD\n"),
    (
        "a name of a file in a listing that looks like cloud-init's block",
        "total 0\n-rw-r--r-- 1 m m 0 Nov 29 01:00 x\nec2: -----BEGIN SSH HOST KEY KEYS-----\nec2: EVIL\nec2: -----END SSH HOST \
         KEY KEYS-----\n",
    ),
    (
        "a block in a log beside a list",
        "x\nNov 29 01:00:01 vm ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\nNov 29 01:00:01 vm ec2: 256 EVIL x (ED25519)\n\
         Nov 29 01:00:01 vm ec2: -----END SSH HOST KEY FINGERPRINTS-----\nGOOD\n",
    ),
    ("a size that is a process's number", "Enable succeeded: \n[stdout]\n12002 EVIL sshd (sshd)\nGOOD\n\n[stderr]\n"),
    ("a fingerprint without a type beside one with a type", "Enable succeeded: \n[stdout]\nEVIL\nGOOD\n\n[stderr]\n"),
    ("a label of no key", "Enable succeeded: \n[stdout]\n7 EVIL x (X)\nGOOD\n\n[stderr]\n"),
    (
        "what pubfp prints of users' keys",
        "{\"file\":\"authorized_keys\",\"line\":1,\"form\":\"authorized_keys\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"EVIL\"}",
    ),
    (
        "an own object that was not as expected",
        "{\"file\":\"/etc/ssh/ssh_host_x_key\",\"form\":\"openssh-public\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"EVIL\",\
         \"verdict\":\"mismatch\"}",
    ),
    ("a key as the type of an object", "{\"host\":\"vm\",\"type\":\"KEY\",\"fingerprint\":\"\"}"),
    (
        "names together with another host",
        "{\"host\":\"x,vm\",\"fingerprint\":\"EVIL\"}\n{\"host\":\"vm\",\"fingerprints\":[\"GOOD\"]}",
    ),
    ("a hash in a list of names", "|1|a|b,vm KEY\n"),
];

#[test]
fn what_once_vouched_for_another_key_does_not() {
    let actors =
        Actors { good: PublicKey::ed25519(&[7; 32]).unwrap(), evil: PublicKey::ed25519(&[9; 32]).unwrap(), most: 0 };
    for (name, text) in ATTACKS {
        let text = actors.fill(text);
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{name}:\n{text}");
    }
}

/// Each of these once took minutes, by the square of its length.
#[test]
fn long_texts_of_little_are_read_at_once() {
    let evil = PublicKey::ed25519(&[9; 32]).unwrap();
    let block = |inside: &str| format!("ec2: x\nec2: -----BEGIN SSH HOST KEY KEYS-----\n{inside}");
    let fingerprint = |n: usize| format!("SHA256:{n:042}A");
    let many: String = (0..50_000).map(|n| format!("ec2: {}\n", fingerprint(n))).collect();
    let objects: Vec<String> = (0..50_000).map(|n| format!("\"{}\"", fingerprint(n))).collect();
    for text in [
        "\n".repeat(1_000_000),
        block(&many),
        block("").repeat(40_000),
        format!("{{\"host\":\"vm\",\"fingerprints\":[{}]}}", objects.join(",")),
    ] {
        assert!(!matches!(verdict(&text, &evil), Ok(Verdict::Match)));
    }
}

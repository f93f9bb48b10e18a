//! Texts that once made hostfp vouch for another key, or kept it busy. They were found by attacking the rules of trust.

use common::key::{Kind, PublicKey};

use super::properties::{Actors, verdict};
use crate::judgement::{Verdict, judge};

/// GOOD is a line of the machine's own key, EVIL the fingerprint of a stranger's key, KEY that key, CERTIFICATE a certificate
/// for it.
const ATTACKS: [(&str, &str); 59] = [
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
    ("a fingerprint without a type next to one with a type", "Enable succeeded: \n[stdout]\nEVIL\nGOOD\n\n[stderr]\n"),
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
    (
        "a result whose provisioning failed",
        "{\"instanceView\":{\"executionState\":\"Succeeded\",\"exitCode\":0,\"output\":\"256 EVIL x (ED25519)\"},\
         \"provisioningState\":\"Failed\"}",
    ),
    (
        "a result whose status is failed",
        "{\"executionState\":\"Succeeded\",\"exitCode\":0,\"output\":\"256 EVIL x (ED25519)\",\"status\":\"Failed\"}",
    ),
    (
        "a result whose message is of a failure",
        "{\"executionState\":\"Succeeded\",\"exitCode\":0,\"output\":\"256 EVIL x (ED25519)\",\
         \"executionMessage\":\"Execution failed: x\"}",
    ),
    (
        "a result with an exit code of null",
        "{\"executionState\":\"Succeeded\",\"exitCode\":null,\"output\":\"256 EVIL x (ED25519)\"}",
    ),
    (
        "a part that is shown as failed",
        "{\"value\":[{\"code\":\"ProvisioningState/succeeded\",\"displayStatus\":\"Provisioning failed\",\"message\":\
         \"Enable succeeded: \\n[stdout]\\n256 EVIL x (ED25519)\\n\\n[stderr]\\n\"}]}",
    ),
    (
        "columns that show a part as failed",
        "ProvisioningState/succeeded\tProvisioning failed\tInfo\tEnable succeeded: \n[stdout]\n256 EVIL x (ED25519)\n\n\
         [stderr]\n\tNone\n",
    ),
    (
        "a message of anyone in YAML",
        "id: 1\nmessage: \"[stdout]\\n256 EVIL x (ED25519)\\n\\n[stderr]\\n\"\nuser: mallory\n",
    ),
    (
        "a message of anyone with the agent's words in YAML",
        "id: 1\nmessage: \"Enable succeeded: \\n[stdout]\\n256 EVIL x (ED25519)\\n\\n[stderr]\\n\"\nuser: mallory\n",
    ),
    (
        "a message of anyone in a list",
        "Level   : Info\nMessage : [stdout]\n          256 EVIL x (ED25519)\n          [stderr]\n",
    ),
    (
        "a message of anyone in a table",
        "Id  Message\n--  ------------------------------------------------------------------------------------------\n1   \
         [stdout]\n    256 EVIL x (ED25519)\n    [stderr]\n2   hi\n",
    ),
    (
        "codes of a terminal in a table's other column",
        "ExecutionState  ExitCode  Error                 Output\n--------------  --------  --------------------  \
         ----------------------------------------------------------------------\nSucceeded       0         \
         \u{1b}[0m\u{1b}[0m\u{1b}[0m\u{1b}[0m\u{1b}[0m256 EVIL x (ED25519)\n",
    ),
    ("a removed line of a diff", "-gw,vm KEY\n"),
    ("a line's number", "3:gw,vm KEY\n"),
    ("a removed line among others", "other KEY\n-gw,vm KEY\n"),
    ("names of several hosts as comments", "3072 OTHER vm1 (RSA)\n256 EVIL vm2 (ED25519)\n"),
    ("addresses of several hosts as comments", "3072 OTHER 10.0.0.4 (RSA)\n256 EVIL 10.0.0.5 (ED25519)\n"),
    ("a comment above that says the opposite", "# revoked:\n256 EVIL root@vm (ED25519)\n"),
    ("a comment that says the opposite", "256 EVIL REVOKED (ED25519)\n3072 OTHER root@vm (RSA)\n"),
    ("an old key", "# old, do not use:\n256 EVIL root@vm (ED25519)\n"),
    ("a key that is not the host's", "3072 OTHER root@vm (RSA)\n256 EVIL WRONG, not the key of vm (ED25519)\n"),
    ("names of several hosts above the keys", "# web1\n3072 OTHER x (RSA)\n# web2\n256 EVIL x (ED25519)\n"),
    (
        "a user's file above a key",
        "Enable succeeded: \n[stdout]\n# /etc/ssh/ssh_host_rsa_key.pub\n3072 OTHER root@vm (RSA)\n# /home/mallory/.ssh/id_ed25519.pub\n\
         256 EVIL root@vm (ED25519)\n\n[stderr]\n",
    ),
    (
        "what a host showed, as a comment",
        "# The authenticity of host 'vm (10.0.0.4)' can't be established.\n256 EVIL x (ED25519)\n",
    ),
    (
        "lists of names of several hosts as comments",
        "3072 OTHER web1,10.0.0.4 (RSA)\n256 EVIL web2,10.0.0.5 (ED25519)\n",
    ),
    ("hashed names of several hosts as comments", "3072 OTHER |1|a|b (RSA)\n256 EVIL |1|c|d (ED25519)\n"),
    (
        "Windows' users of several hosts as comments",
        "3072 OTHER nt authority\\system@WIN-A (RSA)\n256 EVIL nt authority\\system@WIN-B (ED25519)\n",
    ),
    (
        "hosts with a date behind them",
        "3072 OTHER root@web1 2026-01-01 (RSA)\n256 EVIL root@web2 2026-01-01 (ED25519)\n",
    ),
    ("another user at another host", "3072 OTHER root@vm (RSA)\n256 EVIL mallory@laptop (ED25519)\n"),
    ("a user's certificate", "CERTIFICATE mallory\n"),
    ("a user's certificate in known_hosts", "vm CERTIFICATE\n"),
    ("a certificate in a list", "3072 OTHER root@vm (RSA)\n256 EVIL mallory (ED25519-CERT)\n"),
    ("a certificate's type before a fingerprint", "ssh-ed25519-cert-v01@openssh.com EVIL\n"),
    (
        "a container's log, whose time is all that is not the stranger's",
        "2026-11-29T01:00:00.123456789Z vm ec2: -----BEGIN SSH HOST KEY KEYS-----\n2026-11-29T01:00:01.123456789Z vm ec2: KEY\n\
         2026-11-29T01:00:02.123456789Z vm ec2: -----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "what the user's own scripts print into cloud-init's log",
        "Nov 29 01:00:02 vm cloud-init[1215]: Cloning into '/opt/app'...\nNov 29 01:00:03 vm cloud-init[1215]: -----BEGIN SSH HOST KEY \
         KEYS-----\nNov 29 01:00:03 vm cloud-init[1215]: KEY\nNov 29 01:00:03 vm cloud-init[1215]: -----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "a delivery's message in YAML",
        "code: ProvisioningState/succeeded\nmessage: \"[stdout]\\n256 EVIL x (ED25519)\\n\\n[stderr]\\n\"\nsender: mallory\n",
    ),
    (
        "a delivery's message in a table",
        "Code                         Message                                                                      Sender\n\
         ---------------------------  ---------------------------------------------------------------------------  -------\n\
         ProvisioningState/succeeded  [stdout]                                                                     mallory\n\
         \x20                            256 EVIL x (ED25519)\n\
         \x20                            [stderr]\n",
    ),
    (
        "a certificate in an object",
        "{\"host\":\"vm\",\"type\":\"ssh-ed25519-cert-v01@openssh.com\",\"fingerprint\":\"EVIL\"}",
    ),
];

/// The fingerprint of another key.
const OTHER: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

#[test]
fn what_once_vouched_for_another_key_does_not() {
    let actors = Actors::two();
    for (name, text) in ATTACKS {
        let text = actors.fill(text).replace("OTHER", OTHER);
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{name}:\n{text}");
    }
}

/// JSON in which names or other members show that a key is not the host's, or in which strangers write.
const JSON_ATTACKS: [&str; 116] = [
    // Files of other systems beside the machine's own.
    "{\"file\":\"/etc/ssh/ssh_host_rsa_key.pub\",\"line\":1,\"form\":\"openssh-public\",\"type\":\"ssh-rsa\",\"fingerprint\":\"OTHER\"}\n{\"file\":\"/mnt/etc/ssh/ssh_host_ed25519_key.pub\",\"line\":1,\"form\":\"openssh-public\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"EVIL\"}",
    r#"{"file":"/run/user/1000/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"file":"/var/lib/docker/overlay2/a/merged/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    // Reports of programs about hosts that they connected to, or logs with other people's text.
    r#"{"time":"2026-11-29T21:00:00Z","level":"warn","msg":"the host key is new","host":"vm","user":"x","host_key":"KEY"}"#,
    r#"{"level":"info","msg":"connected","host":"vm","user":"ci","hostkey":"EVIL"}"#,
    r#"{"host_key":"KEY","user":"x"}"#,
    r#"{"ssh_host":{"address":"10.0.0.4","host_key":"KEY"}}"#,
    r#"{"scan_results":{"ip":"10.0.0.4","server_host_key":{"algorithm":"ssh-ed25519","key":"KEY"}}}"#,
    r#"{"remoteServer":{"hostKey":"KEY"}}"#,
    r#"{"alert":"unexpected","status":"changed","host_key":"KEY"}"#,
    r#"{"args":{},"json":{"host_key":"KEY"},"origin":"10.0.0.9"}"#,
    r#"{"__CURSOR":"s=1","_HOSTNAME":"vm","MESSAGE":"x","SSH_HOST_ED25519_KEY":"KEY"}"#,
    r#"{"SHELL":"/bin/sh","LC_SSH_HOST_KEY":"KEY"}"#,
    r#"[{"Node":"vm","Meta":{"host_key":"KEY"}}]"#,
    r#"{"leases":[{"ip":"10.0.0.4","options":{"host_key":"KEY"}}]}"#,
    // Keys of several hosts, however they are distinguished.
    r#"{"host_keys":[{"port":22,"key":"3072 OTHER x (RSA)"},{"port":2222,"key":"KEY"}]}"#,
    r#"{"host_keys":[{"vmid":101,"key":"3072 OTHER x (RSA)"},{"vmid":102,"key":"KEY"}]}"#,
    r#"{"host_keys":[{"machine":{"name":"vm1"},"key":"3072 OTHER x (RSA)"},{"machine":{"name":"vm2"},"key":"KEY"}]}"#,
    r#"{"host_keys":{"10.0.0.1":{"rsa":"3072 OTHER x (RSA)"},"10.0.0.2":{"ed25519":"KEY"}}}"#,
    r#"{"host_keys":{"files":{"rsa":"3072 OTHER x (RSA)"},"data":{"ed25519":"KEY"}}}"#,
    r#"{"host_keys":[{"runtime":"vm1","key":"3072 OTHER x (RSA)"},{"runtime":"vm2","key":"KEY"}]}"#,
    r#"{"web-db_host_key":"3072 OTHER x (RSA)","db-web_host_key":"KEY"}"#,
    // Messages of programs other than Azure's agent.
    r#"{"code":"succeeded","message":"[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n","from":"x"}"#,
    r#"{"value":[{"id":7,"code":"delivery/succeeded","message":"[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n"}]}"#,
    r#"{"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n","sender":"x"}]}"#,
    // Users' names below names of hosts.
    r#"{"ssh_host":{"address":"10.0.0.4","authorized_keys":["KEY"]}}"#,
    r#"{"ssh_host":{"public_key":"KEY"}}"#,
    r#"{"hostSsh":{"adminPublicKey":"KEY"}}"#,
    r#"{"ssh_host":{"users":[{"key":"KEY"}]}}"#,
    r#"{"host_keys":{"authorized_keys":["KEY"]}}"#,
    r#"{"host_keys":{"user_keys":["KEY"]}}"#,
    r#"{"host_keys":[{"user":"mallory","key":"KEY"}]}"#,
    // Tags in uppercase, and other names whose values anyone can write.
    r#"{"data":{"freeformTags":{"host_key":"KEY"}}}"#,
    r#"{"definedTags":{"x":{"host_key":"KEY"}}}"#,
    r#"{"TagSet":{"hostKey":"KEY"}}"#,
    r#"{"resourceLabels":{"hostKey":"KEY"}}"#,
    r#"{"tagList":{"hostKey":"KEY"}}"#,
    r#"{"systemTags":{"hostKey":"KEY"}}"#,
    r#"{"longDescription":{"hostKey":"KEY"}}"#,
    r#"{"request":{"headers":{"host-key":"KEY"}}}"#,
    r#"{"args":{"host-key":"KEY"}}"#,
    r#"{"form":{"host-key":"KEY"}}"#,
    r#"{"environment":{"HOST_KEY":"KEY"}}"#,
    r#"{"metadata":{"host-key":"KEY"}}"#,
    r#"{"customData":{"host-key":"KEY"}}"#,
    // A value with other lines among the keys.
    r#"{"host_key":"The host key is NOT\nEVIL"}"#,
    r#"{"host_keys":"WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nEVIL"}"#,
    r#"{"host_keys":"Invalid user \nKEY\n from 1.2.3.4"}"#,
    r#"{"host_key":"revoked:\nKEY"}"#,
    // Several hosts.
    r#"{"host_keys":["vm1","3072 OTHER x (RSA)","vm2","KEY"]}"#,
    r#"{"host_keys":[{"machine":"vm1","key":"3072 OTHER x (RSA)"},{"machine":"vm2","key":"KEY"}]}"#,
    r#"{"host_keys":[{"label":"vm1","key":"3072 OTHER x (RSA)"},{"label":"vm2","key":"KEY"}]}"#,
    r#"{"host_keys":[{"vmname":"vm1","key":"3072 OTHER x (RSA)"},{"vmname":"vm2","key":"KEY"}]}"#,
    // Files of other users.
    r#"{"/home/mallory/ssh_host_ed25519_key.pub":"KEY"}"#,
    r#"{"/home/mallory":{"ssh_host_ed25519_key.pub":"KEY"}}"#,
    r#"{"host_keys":[{"path":"/home/mallory/ssh_host_ed25519_key.pub","key":"KEY"}]}"#,
    r#"{"file":"/home/mallory/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"file":"/home/mallory/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n{\"file\":\"/home/mallory/ssh_host_ed25519_key.pub\",\"form\":\"openssh-public\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"EVIL\"}\n\n[stderr]\n"}]}"#,
    // Keys that a host showed.
    r#"{"offered_host_key":"KEY"}"#,
    r#"{"received_host_key":"KEY"}"#,
    r#"{"remote_host_key":"KEY"}"#,
    r#"{"unknown_host_key":"KEY"}"#,
    r#"{"unverified_host_key":"KEY"}"#,
    r#"{"host_key":"KEY","status":"unverified"}"#,
    // Strings that are not a result, and logs in which no tool prints one.
    r#"["hello","[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n"]"#,
    r#"{"files":[{"name":"x","contents":"SSH host key: EVIL (ED25519)\n"}]}"#,
    r#"{"formData":{"output":"SSH host key: EVIL (ED25519)\n"}}"#,
    r#"{"x":{"output":"SSH host key: EVIL (ED25519)\n"}}"#,
    // Objects with a host that are of another port or a user, or that reject the key.
    r#"{"host":"vm","port":2222,"fingerprint":"EVIL"}"#,
    r#"{"host":"vm","ssh_port":"2222","fingerprint":"EVIL"}"#,
    r#"{"host":"vm","user":"mallory","event":"publickey offered","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","match":false}"#,
    r#"{"host":"vm","fingerprint":"EVIL","verified":"false"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","verified":0}"#,
    r#"{"host":"vm","fingerprint":"EVIL","trusted":"no"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","distrusted":true}"#,
    r#"{"host":"vm","fingerprint":"EVIL","signature_valid":false}"#,
    r#"{"host":"vm","fingerprint":"EVIL","replaced_by":"x"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","status":"unverified"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","warning":"REMOTE HOST IDENTIFICATION HAS CHANGED"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","expected":["OTHER"]}"#,
    r#"{"host":"vm","fingerprint":"EVIL","status":"x x x x x x x x x x x x x x x x x x x x x x x x x x was revoked because someone had it"}"#,
    "{\"host\":\"vm\",\"fingerprints\":[\"EVIL\"]}\n{\"host\":\"other\",\"keys\":[\"@revoked * KEY\"]}",
    "{\"host\":\"vm\",\"fingerprints\":[\"EVIL\"]}\n{\"host\":\"other\",\"fingerprint\":\"EVIL\",\"verdict\":\"revoked\"}",
    r#"{"host":"vm","stdout":"256 EVIL root@vm (ED25519)","rc":0,"error":"x"}"#,
    r#"{"host":"vm","stdout":"256 EVIL root@vm (ED25519)","rc":0,"status":"stolen"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"status":"stolen"}"#,
    // Keys of other ports, or that were deleted, expired, or unlike the expected ones.
    r#"{"name":"vm","ssh_port":2222,"host_keys":["KEY"]}"#,
    r#"{"ansible_host":"10.0.0.4","ansible_port":2222,"ansible_ssh_host_key_ed25519_public":"KEY"}"#,
    r#"{"host_keys":[{"key":"KEY","deleted_at":"2026-01-01T00:00:00Z"}]}"#,
    r#"{"host_keys":[{"key":"KEY","expires_at":"2020-01-01T00:00:00Z"}]}"#,
    r#"{"accessDetails":{"hostKeys":[{"algorithm":"ssh-ed25519","publicKey":"KEY","witnessedAt":1.5,"notValidAfter":2.0}]}}"#,
    r#"{"hostname":"vm","host_key":"KEY","verdict":"changed"}"#,
    "{\"host\":\"web1\",\"fingerprint\":\"EVIL\",\"status\":\"Revoked\"}\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}",
    "{\"host\":\"web1\",\"fingerprint\":\"EVIL\",\"compromised\":true}\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}",
    // Keys of other machines, or only seen on the network.
    r#"{"vm_ip":{"value":"10.0.0.4"},"bastion_host_key":{"value":"KEY"}}"#,
    r#"{"expected_host_key":null,"detected_host_key":"KEY"}"#,
    r#"{"data_host_key":"3072 OTHER x (RSA)","console_host_key":"256 EVIL x (ED25519)"}"#,
    r#"{"host_keys":[["3072 OTHER x (RSA)"],["256 EVIL x (ED25519)"]]}"#,
    // Reports of a user, a client or a warning.
    r#"{"time":"2026-11-29T21:00:00Z","user":{"name":"mallory"},"host_key":"KEY"}"#,
    r#"{"hostname":"vm","client":{"ip":"203.0.113.9"},"host_key":"KEY"}"#,
    r#"{"hostname":"vm","request":{"method":"POST"},"host_key":"KEY"}"#,
    "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}",
    "WARNING: the host has a new key\n{\"host_keys\":[\"KEY\"]}",
    // Text that anyone pasted, or that a user's command printed.
    r#"{"id":12,"name":"mallory","contents":"SSH host key: EVIL (ED25519)\n"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"user":"mallory","job":"pull request 7"}"#,
    r#"{"stdout":"256 EVIL root@vm (ED25519)","rc":0,"cmd":["ssh-keygen","-lf","/home/mallory/.ssh/id_ed25519.pub"]}"#,
    // Several DNS names in one script's output, and comments in a string.
    r#"{"stdout":"vm1 IN SSHFP 1 2 0000000000000000000000000000000000000000000000000000000000000000\nvm2 IN SSHFP 4 2 HEX","rc":0}"#,
    r#"{"ansible_facts":{"ansible_local":{"x":{"host_key":"KEY"}}},"changed":false}"#,
    r#"{"ansible_facts":{"getent_passwd":{"ssh_host_key":["x","KEY"]}},"changed":false}"#,
    r#"{"hostname":"vm","host_ca_key":"KEY"}"#,
    r#"{"host_keys":["CERTIFICATE"]}"#,
    r#"{"messages":["the host key is new and was accepted"],"hostname":"vm","host_key":"KEY"}"#,
    r#"{"host":"vm","fingerprint":"EVIL","comment":"not the key of vm, seen at the conference"}"#,
    r##"{"host_keys":"# web1\n3072 OTHER x (RSA)\n# web2\nKEY"}"##,
];

/// The same texts without the attack. They are accepted, so the format is not the reason for the refusals.
const JSON_ANSWERS: [&str; 13] = [
    r#"{"hostKeys":[{"publicKey":"KEY"}]}"#,
    r#"{"staging_host_keys":["KEY"]}"#,
    r#"{"host_keys":"\n# x\nKEY\n"}"#,
    r#"{"/etc/ssh/ssh_host_ed25519_key.pub":"KEY"}"#,
    r#"{"file":"ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"{"file":"mnt/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL"}"#,
    r#"["Enable succeeded: \n[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n"]"#,
    r#"{"output":"SSH host key: EVIL (ED25519)\n"}"#,
    r#"{"host":"vm","port":22,"fingerprint":"EVIL","verified":true,"status":"ok","error":null,"revoked":false}"#,
    r#"{"host":"vm","type":"ssh-ed25519","bits":256,"fingerprint":"EVIL","key_exchange":"curve25519-sha256","signature":"ssh-ed25519","post_quantum":false,"verdict":"match"}"#,
    r#"{"host":"vm","file":"/etc/ssh/ssh_host_ed25519_key.pub","line":1,"form":"openssh-public","type":"ssh-ed25519","bits":256,"fingerprint":"EVIL","comment":"x"}"#,
    "{\"host\":\"vm\",\"fingerprints\":[\"EVIL\"]}\n{\"host\":\"other\",\"keys\":[\"@revoked * 3072\"]}",
    r#"{"host":"vm","stdout":"256 EVIL root@vm (ED25519)","stderr":"x failed","rc":0,"failed":false,"cmd":["cat","/etc/ssh/ssh_host_ed25519_key.pub"]}"#,
];

#[test]
fn json_about_a_key_other_than_the_hosts_is_not_an_answer() {
    json_counts_or_not(&JSON_ATTACKS, &JSON_ANSWERS);
}

/// Checks that the stranger's key matches in no attack, and in every answer.
#[track_caller]
pub(super) fn json_counts_or_not(attacks: &[&str], answers: &[&str]) {
    let actors = Actors::two();
    let verdict = |text: &str| {
        let text = actors.fill(text).replace("OTHER", "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8");
        verdict(&text, &actors.evil).map_err(|error| error.message().to_owned())
    };
    let counting =
        attacks.iter().filter(|text| verdict(text) == Ok(Verdict::Match)).map(|text| format!("counts: {text}"));
    let refused = answers.iter().filter(|text| verdict(text) != Ok(Verdict::Match));
    let wrong: Vec<String> =
        counting.chain(refused.map(|text| format!("does not count: {text}: {:?}", verdict(text)))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A warning may be about the lines that follow it.
#[test]
fn warnings_before_lists_are_not_part_of_them() {
    let actors = Actors::two();
    for text in ["256 EVIL vm (ED25519)\n", "vm KEY\n", "vm IN SSHFP 4 2 00\n"] {
        let text = actors.fill(&format!("WARNING: the host key of vm has changed; it is now:\n{text}"));
        assert!(verdict(&text, &actors.evil).is_err(), "{text}");
    }
    let message = "WARNING: in preview\nEnable succeeded: \n[stdout]\n256 EVIL root@vm (ED25519)\n\n[stderr]\n";
    assert_eq!(verdict(&actors.fill(message), &actors.evil).unwrap(), Verdict::Match);
}

/// DNS names are compared label by label. An address that begins with another one is a different address.
#[test]
fn records_of_another_name_or_address_do_not_count() {
    let actors = Actors::two();
    for (host, name, counts) in [
        ("vm.co.uk", "vm.co.", false),
        ("vm.co", "vm.co.", true),
        ("vm", "vm.example.", true),
        ("vm.example", "vm", true),
        ("vm.example", "vm.example.evil.", false),
        ("vm.example", "vm.example.", true),
        ("10.0.0.44", "10.0.0.4", false),
        ("10.0.0.4", "10.0.0.4", true),
        ("10.0.0.4", "vm.example.", true),
    ] {
        let expected = super::properties::expected(&actors.fill(&format!("{name} IN SSHFP 4 2 HEX\n"))).unwrap();
        let found = expected.of_host(&[host.to_owned()]);
        assert_eq!(found.is_ok_and(|found| !found.is_empty()), counts, "{host} {name}");
    }
    // A record without a name belongs to the host of the line before it, whatever that line's type.
    let signed = "vm.example. 300 IN SSHFP 1 2 00\nother.example. 300 IN RRSIG SSHFP 8 2 x\n\t300 IN SSHFP 4 2 HEX\n"
        .replace("1 2 00", &format!("1 2 {}", "0".repeat(64)));
    let expected = super::properties::expected(&actors.fill(&signed)).unwrap();
    let of = |host: &str| expected.of_host(&[host.to_owned()]).unwrap();
    assert_eq!(judge(&actors.evil, &of("vm.example")[0]), Verdict::OtherTypes(vec![Kind::Rsa]));
    assert_eq!(judge(&actors.evil, &of("other.example")[0]), Verdict::Match);
}

/// A row of a table, or a line of a window, that may be the remainder of a longer line. Where the output is cut, the rest of
/// that line is unknown.
#[test]
fn the_rest_of_a_line_of_a_cut_output_does_not_count() {
    let actors = Actors::two();
    let rows = format!("3072 {OTHER} root@vm (RSA)\n").repeat(12);
    let table = format!(
        "Result\n{}\nEnable succeeded:\n[stdout]\nlast: mallory\n256 EVIL x (ED25519)\n{rows}\n[stderr]\n",
        "-".repeat(400)
    );
    let window = format!(
        "Value[0]        : \n  Code          : ProvisioningState/succeeded\n  Message       : Enable succeeded: \n[stdout]\n\
         Invalid user {}\n256 EVIL x (ED25519)\n{}\n[stderr]\n",
        "\u{ff22}".repeat(53),
        rows.repeat(5)
    );
    for text in [table, window] {
        assert!(verdict(&actors.fill(&text), &actors.evil).is_err(), "{text}");
    }
}

/// An output without its envelope has lost the information that its first line is cut.
#[test]
fn an_output_of_the_greatest_length_does_not_count_without_its_envelope() {
    let actors = Actors::two();
    let first = actors.fill("256 EVIL x (ED25519)\n");
    for (length, counts) in [(3000, true), (4096, false), (4000, false), (5000, true)] {
        let text = format!("{first}{}\n", "#".repeat(length - first.len() - 1));
        assert_eq!(text.len(), length);
        for text in [serde_json::to_string(&text).unwrap(), text] {
            assert_eq!(matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), counts, "{length}");
        }
    }
}

/// Each of these once took minutes, since the time grew with the square of the length.
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

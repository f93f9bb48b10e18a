//! Texts whose own statements withhold their keys, and the most similar honest texts: results that failed in part, names of
//! other owners, ports in other spellings, marks in comments, and consoles on which a user logged in.

use super::attacks::json_counts_or_not;

/// GOOD is a line of the machine's own key, EVIL the fingerprint of a stranger's key, KEY that key.
const RESULTS: [&str; 22] = [
    // The first version in parts and the second version without its script: standard error may be of a container.
    r#"{"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"256 EVIL root@vm (ED25519)\n"},{"code":"ComponentStatus/StdErr/succeeded","message":"OCI runtime exec failed: exec failed"}]}"#,
    r#"{"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"256 EVIL root@vm (ED25519)\n"},{"code":"ComponentStatus/StdErr/succeeded","message":"Access granted. Press Return to begin session."}]}"#,
    r#"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)\n","error":"Welcome to web2"}}"#,
    r#"{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)\n","error":"Cloning into 'x'..."}"#,
    "executionState: Succeeded\nexitCode: 0\noutput: '256 EVIL root@vm (ED25519)'\nerror: 'web2: x'\n",
    // Statuses of failure.
    r#"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)\n","error":"","statuses":[{"code":"ProvisioningState/failed/1","level":"Error"}]}}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":[{"code":"ProvisioningState/succeeded"},{"code":"ProvisioningState/failed"}]}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":[{"level":"Error"}]}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","substatuses":["Failed"]}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":"Failed"}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":{"code":"Failed"}}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":[7]}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":[{"code":"ProvisioningState/succeeded","message":"killed"}]}"#,
    "executionState: Succeeded\nexitCode: 0\noutput: '256 EVIL root@vm (ED25519)'\nstatuses:\n- code: ProvisioningState/failed\n  level: Error\n",
    "executionState: Succeeded\nexitCode: 0\noutput: '256 EVIL root@vm (ED25519)'\nstatuses:\n- Failed\n",
    "executionState: Succeeded\nexitCode: 0\noutput: '256 EVIL root@vm (ED25519)'\nstatuses: Failed\n",
    "instanceView:\n  executionState: Succeeded\n  output: '256 EVIL root@vm (ED25519)'\n  statuses:\n  - code: ProvisioningState/succeeded\n  - code: ProvisioningState/failed\n",
    // Messages that report no success.
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"Script output was truncated"}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"The script was terminated"}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"did not complete"}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"Not completed"}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"completed, then killed by signal 9"}"#,
];

const GOOD_RESULTS: [&str; 11] = [
    r#"{"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"256 EVIL root@vm (ED25519)\n"},{"code":"ComponentStatus/StdErr/succeeded","message":""}]}"#,
    r#"{"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"256 EVIL root@vm (ED25519)\n"},{"code":"ComponentStatus/StdErr/succeeded","message":"cat: /etc/ssh/ssh_host_dsa_key.pub: No such file or directory"}]}"#,
    r#"{"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"256 EVIL nt authority\\system@WIN-1 (ED25519)\n"},{"code":"ComponentStatus/StdErr/succeeded","message":"Get-Content : Cannot find path 'C:\\ProgramData\\ssh\\ssh_host_dsa_key.pub' because it does not exist.\r\nAt C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandWindows\\1.1.15\\Downloads\\script0.ps1:1 char:1\r\n+ Get-Content C:\\ProgramData\\ssh\\ssh_host_dsa_key.pub\r\n+ ~~~~~~~~~~~~~~~~\r\n    + CategoryInfo          : ObjectNotFound: (C:\\ProgramData\\ssh\\ssh_host_dsa_key.pub:String) [Get-Content], ItemNotFoundException\r\n    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand"}]}"#,
    r#"{"instanceView":{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)\n","error":"bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)"}}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":[],"substatuses":null}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","statuses":[{"code":"ProvisioningState/succeeded","level":"Info","displayStatus":"Provisioning succeeded","message":null,"time":"2026-11-29T01:00:00+00:00"}]}"#,
    "executionState: Succeeded\nexitCode: 0\noutput: '256 EVIL root@vm (ED25519)'\nstatuses: []\n",
    "executionState: Succeeded\nexitCode: 0\noutput: '256 EVIL root@vm (ED25519)'\nstatuses:\n- code: ProvisioningState/succeeded\n  level: Info\n",
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":null}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"RunCommand script execution completed"}"#,
    r#"{"executionState":"Succeeded","output":"256 EVIL root@vm (ED25519)\n","executionMessage":"Script execution succeeded"}"#,
];

#[test]
fn a_result_counts_only_if_all_of_it_succeeded_on_this_machine() {
    json_counts_or_not(&RESULTS, &GOOD_RESULTS);
}

const MEMBERS: [&str; 28] = [
    // Ports in other spellings.
    "{\"name\":\"vm\",\"port\":\"\u{ff12}\u{ff12}\u{ff12}\u{ff12}\",\"host_keys\":[\"KEY\"]}",
    "{\"name\":\"vm\",\"port\":\"2222\u{200b}\",\"host_keys\":[\"KEY\"]}",
    "{\"name\":\"vm\",\"port\":\"\u{b2}\u{b2}\u{b2}\u{b2}\",\"host_keys\":[\"KEY\"]}",
    r#"{"name":"vm","port":"2,222","host_keys":["KEY"]}"#,
    r#"{"name":"vm","port":"2222.0","host_keys":["KEY"]}"#,
    r#"{"name":"vm","port":"0x8ae","host_keys":["KEY"]}"#,
    r#"{"name":"vm","port":"2.222e3","host_keys":["KEY"]}"#,
    "# vm:\u{ff12}\u{ff12}\u{ff12}\u{ff12}\n256 EVIL root@vm (ED25519)\n",
    "# ssh -p \u{662}\u{662}\u{662}\u{662} vm\n256 EVIL root@vm (ED25519)\n",
    // Types that are not a host key's or a machine's.
    r#"{"host":"vm","type":"user key","keys":["KEY"]}"#,
    r#"{"name":"vm","type":"container","host_keys":["KEY"]}"#,
    r#"{"name":"vm","type":"fake","host_keys":["KEY"]}"#,
    r#"{"name":"vm","type":"git","host_keys":["KEY"]}"#,
    r#"{"host":"vm","type":"ssh-ed25519-cert-v01@openssh.com","keys":["KEY"]}"#,
    r#"{"host":"vm","algorithm":"sk-ssh-ed25519@openssh.com","fingerprint":"EVIL"}"#,
    r#"{"host_keys":[{"type":"ssh-ed25519-cert-v01@openssh.com","fingerprint":"EVIL"}]}"#,
    r#"{"host_keys":[{"type":"sk-ssh-ed25519@openssh.com","fingerprint":"EVIL"}]}"#,
    // keycheck's findings.
    r#"{"file":"/etc/ssh/ssh_host_ed25519_key.pub","form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL","findings":[{"check":"roca","severity":"error"}]}"#,
    r#"{"file":"/etc/ssh/ssh_host_ed25519_key.pub","form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL","findings":{"known-compromised":true}}"#,
    r#"{"file":"/etc/ssh/ssh_host_ed25519_key.pub","form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL","verdict":"ok","findings":["known-compromised"]}"#,
    r#"{"file":"/etc/ssh/ssh_host_ed25519_key.pub","form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL","verdict":"ok","findings":[{"check":"roca","severity":"error"}]}"#,
    // Facts of the machine on which Ansible runs, and of a container.
    r#"{"ansible_facts":{"ansible_ssh_host_key_ed25519_public":"KEY","ansible_connection":"local"},"changed":false}"#,
    r#"{"ansible_facts":{"ansible_ssh_host_key_ed25519_public":"KEY","ansible_virtualization_type":"docker","ansible_virtualization_role":"guest"},"changed":false}"#,
    r#"{"ansible_facts":{"ansible_ssh_host_key_ed25519_public":"KEY","ansible_virtualization_type":"container"},"changed":false}"#,
    // Two fingerprints of one name without types.
    "{\"host\":\"vm\",\"fingerprint\":\"OTHER\"}\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n",
    r#"[{"host":"vm","fingerprint":"EVIL"},{"host":"vm","fingerprint":"OTHER"}]"#,
    "{\"host\":\"vm\",\"fingerprints\":[\"OTHER\"]}\n{\"host\":\"vm\",\"type\":\"ssh-rsa\",\"fingerprint\":\"EVIL\"}\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n",
    r#"{"name":"vm","type":"deploy key","host_keys":["KEY"]}"#,
];

const GOOD_MEMBERS: [&str; 19] = [
    r#"{"name":"vm","port":"22","host_keys":["KEY"]}"#,
    r#"{"name":"vm","port":"22.0","host_keys":["KEY"]}"#,
    r#"{"name":"vm","port":null,"host_keys":["KEY"]}"#,
    r#"{"ssh":{"sensitive":false,"type":"string","value":"ssh ops@vm"},"vm_host_key":{"sensitive":false,"type":"string","value":"KEY"}}"#,
    r#"{"name":"vm","type":"Microsoft.Compute/virtualMachines","host_keys":["KEY"]}"#,
    r#"{"name":"vm","type":"virtual-machine","host_keys":["KEY"]}"#,
    r#"{"name":"vm","type":"t3.micro","host_keys":["KEY"]}"#,
    r#"{"name":"vm","type":"AWS::EC2::Instance","host_keys":["KEY"]}"#,
    r#"{"name":"vm","type":"server","host_keys":["KEY"]}"#,
    r#"{"host":"vm","type":"ssh-ed25519","keys":["KEY"]}"#,
    r#"{"host":"vm","type":"ED25519","keys":["KEY"]}"#,
    r#"{"file":"/etc/ssh/ssh_host_ed25519_key.pub","form":"openssh-public","type":"ssh-ed25519","fingerprint":"EVIL","verdict":"ok","findings":[{"check":"x","severity":"warning"}]}"#,
    r#"{"ansible_facts":{"ansible_ssh_host_key_ed25519_public":"KEY","ansible_connection":"ssh","ansible_virtualization_type":"kvm","ansible_virtualization_role":"guest"},"changed":false}"#,
    r#"{"ansible_facts":{"ansible_ssh_host_key_ed25519_public":"KEY","ansible_virtualization_type":"docker","ansible_virtualization_role":"host"},"changed":false}"#,
    "{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n",
    "{\"host\":\"web\",\"fingerprint\":\"OTHER\"}\n{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}\n",
    "{\"host\":\"vm\",\"type\":\"ssh-rsa\",\"fingerprint\":\"OTHER\"}\n{\"host\":\"vm\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"EVIL\"}\n",
    r#"{"host":"vm","fingerprints":["OTHER","EVIL"]}"#,
    "# vm:22\n256 EVIL root@vm (ED25519)\n",
];

#[test]
fn members_that_name_another_owner_or_port_withhold_keys() {
    json_counts_or_not(&MEMBERS, &GOOD_MEMBERS);
}

const COMMENTS: [&str; 20] = [
    "256 EVIL cardno:000605 (ED25519)\n",
    "256 EVIL .ssh/id (ED25519)\n",
    "256 EVIL keys\\mine (ED25519)\n",
    "# /etc/ssh/ssh_host_key.pub\n3072 OTHER root@vm (RSA)\n# /usr/local/etc/ssh/ssh_host_key.pub\n256 EVIL root@vm (ED25519)\n",
    "256 EVIL root@vm (ED25519)\n# /etc/ssh/ssh_host_key.pub\n3072 OTHER root@vm (RSA)\n# /usr/local/etc/ssh/ssh_host_key.pub\n",
    "# \u{2605}\n3072 OTHER root@vm (RSA)\n# \u{2606}\n256 EVIL root@vm (ED25519)\n",
    "# \u{1f34e}\n3072 OTHER no comment (RSA)\n# \u{1f350}\n256 EVIL no comment (ED25519)\n",
    "3072 OTHER root@vm (RSA)\n# \u{2191}\n256 EVIL root@vm (ED25519)\n# \u{2193}\n",
    "# r e v o k e d\n256 EVIL root@vm (ED25519)\n",
    "# this key: r e v o k e d !\n256 EVIL root@vm (ED25519)\n",
    "# R-E-V-O-K-E-D\n256 EVIL root@vm (ED25519)\n",
    "# re-voked\n256 EVIL root@vm (ED25519)\n",
    "# r.e.v.o.k.e.d\n256 EVIL root@vm (ED25519)\n",
    "256 EVIL r.e.v.o.k.e.d (ED25519)\n",
    "256 EVIL re-voked (ED25519)\n",
    "256 EVIL revokedd (ED25519)\n",
    "# \u{274c} vm\n256 EVIL root@vm (ED25519)\n",
    "# void\n256 EVIL root@vm (ED25519)\n",
    "# previous\n256 EVIL root@vm (ED25519)\n",
    "# CHANGEME\n256 EVIL root@vm (ED25519)\n",
];

const GOOD_COMMENTS: [&str; 17] = [
    "256 EVIL re-vm (ED25519)\n",
    "256 EVIL r.e.example (ED25519)\n",
    "256 EVIL web-old.example (ED25519)\n",
    "256 EVIL ssh_host_ed25519_key (ED25519)\n",
    "256 EVIL /etc/ssh/ssh_host_ed25519_key.pub (ED25519)\n",
    "256 EVIL corp\\ann@WIN-1 (ED25519)\n",
    "256 EVIL n/a (ED25519)\n",
    "256 EVIL root@vm 2026/11/30 (ED25519)\n",
    "# v m\n256 EVIL root@vm (ED25519)\n",
    "# -----\n3072 OTHER root@vm (RSA)\n# =====\n256 EVIL root@vm (ED25519)\n",
    "# --- RSA ---\n3072 OTHER root@vm (RSA)\n# --- ED25519 ---\n256 EVIL root@vm (ED25519)\n",
    "3072 OTHER root@vm (RSA)\n# \u{2500}\u{2500}\u{2500}\u{2500} ED25519\n256 EVIL root@vm (ED25519)\n",
    "# \u{1f511} RSA\n3072 OTHER root@vm (RSA)\n# \u{1f511} ED25519\n256 EVIL root@vm (ED25519)\n",
    "# \u{1f511} host keys\n256 EVIL root@vm (ED25519)\n3072 OTHER root@vm (RSA)\n",
    "# /etc/ssh/ssh_host_rsa_key.pub\n3072 OTHER root@vm (RSA)\n# /etc/ssh/ssh_host_ed25519_key.pub\n256 EVIL root@vm (ED25519)\n",
    "# keys in /etc/ssh: /etc/ssh/ssh_host_ed25519_key.pub\n256 EVIL root@vm (ED25519)\n",
    "# /usr/local/etc/ssh/ssh_host_rsa_key.pub\n3072 OTHER root@vm (RSA)\n# /usr/local/etc/ssh/ssh_host_ed25519_key.pub\n256 EVIL root@vm (ED25519)\n",
];

#[test]
fn comments_of_other_keys_folders_and_marks_withhold_keys() {
    json_counts_or_not(&COMMENTS, &GOOD_COMMENTS);
}

#[test]
fn what_follows_a_users_message_or_login_on_a_console_does_not_count() {
    const BOOT: &str = "[    0.000000] Linux version 6.8.0\n[    0.000000] Command line: x\n[  OK  ] Started x.\n";
    const BLOCK: &str = "<14>Nov 30 10:00:00 ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n<14>Nov 30 10:00:00 ec2: 256 EVIL root@vm \
                         (ED25519)\n<14>Nov 30 10:00:00 ec2: -----END SSH HOST KEY FINGERPRINTS-----\n";
    let texts = |all: &[&str]| -> Vec<String> {
        all.iter().map(|text| text.replace("=BOOT", BOOT).replace("=BLOCK", BLOCK)).collect()
    };
    let attacks = texts(&[
        "=BOOTvm login: \nBroadcast Message from ann@vm\n        (/dev/pts/1) at 11:00 UTC...\n=BLOCK",
        "=BOOTvm login: \nbroadcast message from ann@vm:\n=BLOCK",
        "=BOOTvm login: \nRemote broadcast message (Mon Nov 30 11:00:00 2026):\n=BLOCK",
        "=BOOTvm login: ann\nPassword: \nWelcome to Ubuntu\n=BLOCK",
        "=BOOTvm login: \nann@vm:~$ cat x\n=BLOCK",
        "=BOOTvm login: \n[ann@vm ~]$ cat x\n=BLOCK",
        "=BOOTvm login: \n\u{1b}[01;32mann@vm\u{1b}[00m:\u{1b}[01;34m~\u{1b}[00m$ cat x\n=BLOCK",
    ]);
    let answers = texts(&[
        "=BOOT=BLOCKvm login: ann\nPassword: \nann@vm:~$ \n",
        "=BOOTvm login: \n=BLOCK",
        "=BOOTvm login: \nBroadcast Message from root@vm\n        (/dev/pts/1) at 11:00 UTC...\n=BLOCK",
        "=BOOTvm login: core (automatic login)\n\n=BLOCK",
        "=BOOTvm login: [   20.123456] cloud-init[900]: x\n=BLOCK",
        "=BOOTvm login: ann\nPassword: \nann@vm:~$ sudo reboot\n=BOOT=BLOCK",
    ]);
    json_counts_or_not(
        &attacks.iter().map(String::as_str).collect::<Vec<_>>(),
        &answers.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

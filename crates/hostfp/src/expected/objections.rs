//! Tests with texts that contain an objection in an inconspicuous place or wording: the key is another host's, another
//! port's, or not to be trusted. Similar honest texts follow them.

use super::properties::{Actors, expected};
use super::strangers::check;
use crate::judgement::{Verdict, judge_by_all};
use common::key::{Fingerprint, Hash};

#[test]
fn messages_of_users_on_a_console_end_what_counts() {
    const CONSOLE: &str =
        "[    0.000000] Linux version 6.8.0\n[    0.000000] Command line: x\n[  OK  ] Started x.\nvm login: \n";
    let with = |message: &str| {
        let lines = "<14>Nov 30 10:00:00 ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n<14>Nov 30 10:00:00 ec2: EVIL\n\
                     <14>Nov 30 10:00:00 ec2: -----END SSH HOST KEY FINGERPRINTS-----\n";
        format!("{CONSOLE}{message}{lines}")
    };
    let coreos = format!("{CONSOLE}Broadcast message from ann@vm (pts/1) (Mon):\nSSH host key: EVIL (ED25519)\n");
    check(
        &[&with(""), &(with("") + "Broadcast message from root@vm (pts/1) (Mon Nov 30 11:00:00 2026):\n\ndown\n")],
        &[
            &with("\nBroadcast message from ann@vm (pts/1) (Mon Nov 30 11:00:00 2026):          \u{7}\u{7}\n\n"),
            &with("\u{7}\u{7}Message from ann@vm on pts/1 at 11:00 ...\n"),
            &coreos,
        ],
    );
}

/// The verdict on the stranger's key for a host, by records in which HEX is its digest and AAAA another.
fn by_records(host: &str, records: &str) -> bool {
    let actors = Actors::two();
    let sha1 = actors.evil.fingerprint(Hash::Sha1);
    let sha1: String = sha1.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let records = actors.fill(records).replace("AAAA", &"aa".repeat(32)).replace("SHA1", &sha1);
    let trusted = expected(&records).unwrap().of_host(&[host.to_owned()]);
    trusted.is_ok_and(|trusted| judge_by_all(&actors.evil, trusted.iter().map(|its| &**its)) == Verdict::Match)
}

#[test]
fn a_short_name_is_of_one_host_of_a_domain() {
    for (host, records, is_its) in [
        ("vm", "$ORIGIN corp.example.\nweb SSHFP 4 2 AAAA\nvm SSHFP 4 2 HEX\n", true),
        ("vm", "$ORIGIN corp.example.\nweb SSHFP 4 2 AAAA\nvm.ann SSHFP 4 2 HEX\n", false),
        ("vm", "$ORIGIN corp.example.\nvm SSHFP 4 1 SHA1\nvm.ann SSHFP 4 2 HEX\n", false),
        ("vm", "$ORIGIN vm.example.\n@ SSHFP 4 2 HEX\n", true),
        ("vm", "web.corp.example. SSHFP 4 2 AAAA\nvm.ann.corp.example. SSHFP 4 2 HEX\n", false),
        ("vm", "corp.example. SSHFP 4 2 AAAA\nvm.corp.example. SSHFP 4 2 HEX\n", true),
        ("vm.ann.corp.example", "web.corp.example. SSHFP 4 2 AAAA\nvm.ann.corp.example. SSHFP 4 2 HEX\n", true),
        ("vm", "vm.corp.example. IN SSHFP 4 1 SHA1\nvm.ann.example. IN SSHFP 4 2 HEX\n", false),
        ("vm", "vm. IN SSHFP 4 1 SHA1\nvm.ann.example. IN SSHFP 4 2 HEX\n", false),
        ("vm", "vm.corp.example. IN SSHFP 6 2 AAAA\nvm.ann.example. IN SSHFP 4 2 HEX\n", false),
        ("vm", "vm.corp.example. IN SSHFP 4 1 SHA1\nvm.corp.example. IN SSHFP 4 2 HEX\n", true),
    ] {
        assert_eq!(by_records(host, records), is_its, "{host}: {records}");
    }
}

#[test]
fn records_count_in_the_answer_of_a_server_alone() {
    const RECORD: &str = "vm.example. 300 IN SSHFP 4 2 HEX\n";
    const OTHER: &str = "vm.example. 300 IN SSHFP 1 2 AAAA\n";
    for (text, is_its) in [
        (format!(";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; ANSWER SECTION:\n{RECORD}"), true),
        (format!(";; ->>HEADER<<- opcode: QUERY, rcode: NOERROR, id: 1\n;; ANSWER SECTION:\n{RECORD}"), true),
        (format!(";; ANSWER SECTION:\n{RECORD};; AUTHORITY SECTION:\nexample. 300 IN NS ns.example.\n"), true),
        (format!(";; ANSWER SECTION:\n{OTHER};; AUTHORITY SECTION:\n{RECORD}"), false),
        (format!("{OTHER};; additional section:\n{RECORD}"), false),
        (format!(";; Truncated, retrying in TCP mode.\n; EDNS: version: 0, flags:; udp: 1232\n{RECORD}"), true),
        (format!("; fully validated\n{RECORD}"), true),
        (format!("{OTHER} ;; ADDITIONAL SECTION:\n{RECORD}"), false),
    ] {
        assert_eq!(by_records("vm.example", &text), is_its, "{text}");
    }
    let actors = Actors::two();
    for text in [
        format!(";; ADDITIONAL SECTION:\n{RECORD}"),
        format!(";; AUTHORITY SECTION:\n{RECORD}"),
        format!(";; ->>HEADER<<- opcode: QUERY, rcode: SERVFAIL, id: 1\n{RECORD}"),
        format!(";; flags: qr tc rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n{RECORD}"),
        format!("; EDE: 6 (DNSSEC Bogus)\n{RECORD}"),
        format!(";; WARNING: Message parser reports malformed message packet.\n{RECORD}"),
        format!("; unsigned answer\n{RECORD}"),
        format!(";; broken trust chain resolving 'vm.example/SSHFP/IN': 10.0.0.1#53\n{RECORD}"),
    ] {
        assert!(expected(&actors.fill(&text)).is_err(), "{text}");
    }
}

/// Ansible's variables of a host, beside its facts, say where these were gathered; a signature has the name of an algorithm.
#[test]
fn facts_of_another_port_and_unverified_signatures_do_not_count() {
    let facts = |more: &str| {
        format!(
            "{{\"ansible_facts\": {{\"ansible_ssh_host_key_ed25519_public\": \"KEYDATA\"{more}}}, \"changed\": false}}"
        )
    };
    let signed = |signature: &str| {
        format!(
            "{{\"host\": \"vm\", \"type\": \"ssh-ed25519\", \"fingerprint\": \"EVIL\", \"signature\": \"{signature}\"}}"
        )
    };
    let line = Actors::two().fill("KEY");
    let data = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let [plain, same, port, arguments, server, container] = [
        "",
        ", \"ansible_port\": 22, \"ansible_connection\": \"ssh\"",
        ", \"ansible_port\": 2222",
        ", \"ansible_ssh_args\": \"-p 2222\"",
        ", \"ansible_env\": {\"SSH_CONNECTION\": \"10.0.0.1 55 10.0.0.4 2222\"}",
        ", \"ansible_connection\": \"docker\"",
    ]
    .map(|more| facts(more).replace("KEYDATA", &data));
    check(
        &[&plain, &same, &signed("ssh-ed25519")],
        &[&port, &arguments, &server, &container, &signed("not-verified"), &signed("bad-signature")],
    );
}

#[test]
fn a_key_that_one_object_revokes_counts_in_none() {
    let actors = Actors::two();
    let own = "{\"host\": \"vm\", \"fingerprint\": \"EVIL\"}\n";
    let hex: String = actors.evil.fingerprint(Hash::Sha256).digest().iter().map(|byte| format!("{byte:02x}")).collect();
    // AT has another meaning in these texts.
    let by = |hash| actors.evil.fingerprint(hash).to_string().replace("AT", "\\u0041T");
    let other = Fingerprint::of_blob(Hash::Md5, b"x").to_string();
    let of = |member: &str, key: &str| format!("{own}{{\"host\": \"x\", {member}, \"fingerprint\": \"{key}\"}}\n");
    let revoked = "\"revoked\": true";
    check(
        &[
            own,
            &of(revoked, &other),
            &of("\"error\": \"no route\"", &by(Hash::Sha256)),
            &of("\"verdict\": \"mismatch\"", &by(Hash::Sha256)),
        ],
        &[
            &of(revoked, &by(Hash::Md5)),
            &of(revoked, &by(Hash::Sha1)),
            &of(revoked, &by(Hash::Sha384)),
            &of(revoked, &by(Hash::Sha512)),
            &of(revoked, &hex),
            &of("\"status\": \"revoked on 2026-11-30, since it was with ann\"", &by(Hash::Sha256)),
            &of("\"state\": \"untrusted\"", &by(Hash::Sha256)),
            &of("\"status\": \"expired\"", &by(Hash::Sha256)),
        ],
    );
}

#[test]
fn every_member_beside_a_key_is_read() {
    let own = "{\"host\": \"vm\", \"type\": \"ssh-ed25519\", \"fingerprint\": \"EVIL\"}\n";
    let with = |member: &str| own.replace('}', &format!(", {member}}}"));
    let and = |object: &str| format!("{own}{object}\n");
    check(
        &[
            own,
            &with("\"comment\": null"),
            &with("\"revoked\": false, \"key_expired\": false, \"host_key_changed\": false, \"mismatch\": false"),
            &with("\"error\": null"),
            &and("{\"type\": \"ssh-rsa\", \"bits\": 3072, \"fingerprint\": \"OTHER\", \"hosts\": [\"vm\", \"x\"]}"),
        ],
        &[
            &and("{\"hosts\": [\"vm\"], \"verdict\": \"mismatch\", \"error\": \"not the key of vm\"}"),
            &and("{\"hosts\": [\"vm\", \"x\"], \"status\": \"compromise\"}"),
            &with("\"comment\": [\"ann@laptop\"]"),
            &with("\"comment\": {\"text\": \"fake\"}"),
            &with("\"username\": null"),
            &with("\"loginname\": \"\""),
            &with("\"userid\": null"),
            &with("\"auth_failed\": false"),
            &with("\"authentication_failure\": false"),
            &with("\"access_denied\": false"),
            &with("\"password_expired\": false"),
            &with("\"account_disabled\": false"),
            &with("\"publickey_rejected\": false"),
            &with("\"credential_revoked\": false"),
        ],
    );
}

#[test]
fn names_and_ports_in_a_document_are_those_of_one_machine() {
    let with = |members: &str| format!("{{{members}, \"host_keys\": [\"KEY\"]}}");
    let output = |name: &str, value: &str| {
        format!(
            "{{\"{name}\": {{\"sensitive\": false, \"type\": \"string\", \"value\": {value}}}, \"vm_host_key\": {{\"sensitive\": false, \
             \"type\": \"string\", \"value\": \"KEY\"}}}}"
        )
    };
    check(
        &[
            &with("\"name\": \"vm\", \"instance\": \"vm\", \"fqdn\": \"vm.example\", \"ip\": \"10.0.0.4\""),
            &with("\"name\": \"vm\", \"tags\": {\"Name\": \"vm\", \"owner\": \"ops\"}, \"port\": 22"),
            &with("\"instance_id\": \"i-0abc\", \"tags\": {\"Name\": \"web\"}"),
            &output("vm_ssh_command", "\"ssh -i ~/.ssh/id ops@vm\""),
            &output("vm_ssh_port", "22"),
            &output("open_ports", "[22, 443]"),
            &output("vm_url", "\"https://vm.example:443/\""),
            &output("db_port", "5432"),
            &output("app_url", "\"vm.example:8080\""),
            &output("app", "{\"port\": 8080}"),
        ],
        &[
            &with("\"name\": \"vm\", \"instance\": \"ann\""),
            &with("\"name\": \"vm\", \"fqdn\": \"ann.example\""),
            &with("\"name\": \"vm (fake)\""),
            &with("\"vmname\": \"container web on vm\""),
            &with("\"name\": \"vm\", \"tags\": {\"Name\": \"ann\"}"),
            &with("\"name\": \"vm\", \"tags\": [{\"Key\": \"Name\", \"Value\": \"ann\"}]"),
            &with("\"address\": \"ssh://vm:2222\""),
            &with("\"address\": \"vm:2222/\""),
            &with("\"port\": [2222]"),
            &with("\"name\": \"vm\", \"tags\": {\"ssh\": \"2222\"}"),
            &output("vm_ssh_command", "\"ssh -p2222 ops@vm\""),
            &output("vm_ssh_command", "\"ssh -oPort=2222 ops@vm\""),
            &output("vm_ssh_command", "\"ssh -Ap 2222 ops@vm\""),
            &output("scp", "\"scp -P 2222 f ops@vm:\""),
            &output("connect", "\"ssh://ops@vm:2222\""),
            &output("vm", "{\"ip\": \"10.0.0.4\", \"ssh_port\": 2222}"),
            &output("vm_ports", "[2222]"),
            "# ssh -p 2222 vm\n256 EVIL root@vm (ED25519)\n",
            "# vm port: 2222\n256 EVIL root@vm (ED25519)\n",
            "# vm:2222/tcp\n256 EVIL root@vm (ED25519)\n",
        ],
    );
}

#[test]
fn comments_and_tags_that_withhold_a_confirmation_reject_a_key() {
    let under = |comment: &str| format!("# {comment}\n256 EVIL root@vm (ED25519)\n");
    let tagged = |tags: &str| format!("{{\"name\": \"vm\", \"tags\": {{{tags}}}, \"host_keys\": [\"KEY\"]}}");
    check(
        &[
            &under("[x] verified"),
            &under("verified: yes"),
            &under("checked against the portal, no change"),
            &under("docker01.example.com"),
            &under("valid until 2999-01-01"),
            &tagged(
                "\"backup\": \"no\", \"do-not-delete\": \"true\", \"verified\": \"yes\", \"expires\": \"2999-01-01\"",
            ),
            "256 EVIL root@vm (ED25519)\n+--[ED25519 256]--+\n|       .o+=      |\n+----[SHA256]-----+\n",
        ],
        &[
            &under("[ ] verified"),
            &under("verified: no"),
            &under("host key verified=false"),
            &under("verified: ?"),
            &under("TODO: verify"),
            &under("to be confirmed"),
            &under("unchecked"),
            &under("valid until 2020-01-01"),
            &under("expires: 2020-01-01"),
            &under("docker-exec web"),
            &under("incus exec ann"),
            &under("containers: web"),
            &under("dockerized sshd"),
            &tagged("\"trust\": \"no\""),
            &tagged("\"genuine\": false"),
            &tagged("\"verify\": \"pending\""),
            &tagged("\"key\": \"unchecked\""),
            "256 EVIL root@vm (ED25519)\n+--[REVOKED 256]--+\n|       .o+=      |\n+----[SHA256]-----+\n",
            "256 EVIL root@vm (ED25519)\n+--[ED25519 256]--+\n|       .o+=      |\n+----[MALLORY]----+\n",
        ],
    );
}

#[test]
fn host_keys_that_are_made_once_more_below_the_block_are_the_machines() {
    const AT: &str = "<14>Nov 30 10:00:00 ec2: ";
    let below = |line: &str| {
        format!(
            "[    0.000000] Linux version 6.8.0\n[    0.000000] Command line: x\n[  OK  ] Started x.\n\
             {AT}-----BEGIN SSH HOST KEY FINGERPRINTS-----\n{AT}256 EVIL root@vm (ED25519)\n\
             {AT}-----END SSH HOST KEY FINGERPRINTS-----\nvm login: \n{line}\n"
        )
    };
    check(
        &[
            &below("[  OK  ] Finished x."),
            &below("OpenSSH ed25519 Server Key Generation was skipped because of an unmet condition check"),
            &below("Generating RSA private key, 2048 bit long modulus"),
            &below("[  OK  ] Created slice sshd-keygen.slice"),
        ],
        &[
            &below("[  OK  ] Finished OpenSSH Server Key Generation."),
            &below("[  OK  ] Finished sshd-keygen@ed25519.service - OpenSSH ed25519 Server Key Generation."),
            &below("Creating SSH2 ED25519 key; this may take some time ..."),
            &below("creating SSH host keys"),
            &below(" * Generating ed25519 host key...  [ OK ]"),
            &below("[   60.123456] cloud-init[700]: cc_ssh.py: regenerated host keys"),
            &below("[   60.123456] waagent[800]: INFO Daemon Regenerate SSH host key"),
            &below("Generating public/private ed25519 key pair."),
        ],
    );
}

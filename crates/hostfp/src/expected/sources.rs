//! Tests how texts of clouds, services and common programs are read. GOOD is a line of the machine's own key, KEY the
//! stranger's, EVIL its fingerprint; uppercase words with `_` are other ways to write them.

use std::ffi::OsStr;

use common::input::Stdin;
use common::key::Hash;
use serde_json::json;

use super::Expected;
use super::properties::{Actors, line_of, verdict};
use crate::judgement::Verdict;

fn actors() -> Actors {
    Actors::two()
}

/// Fills in the machine's own key in each of its formats.
fn filled(text: &str) -> String {
    let actors = actors();
    let line = line_of(&actors.good);
    let fingerprint = actors.good.fingerprint(Hash::Sha256);
    let digest = fingerprint.to_string().replace("SHA256:", "");
    let hex_of =
        |hash| -> String { actors.good.fingerprint(hash).digest().iter().map(|byte| format!("{byte:02x}")).collect() };
    let text = text
        .replace("OWN_LINE", &line)
        .replace("OWN_BLOB", line.split(' ').nth(1).unwrap())
        .replace("OWN_FP", &fingerprint.to_string())
        .replace("OWN_DIGEST", &digest)
        .replace("OWN_SHA1", &hex_of(Hash::Sha1))
        .replace("OWN_HEX", &hex_of(Hash::Sha256))
        .replace("EVIL_BLOB", line_of(&actors.evil).split(' ').nth(1).unwrap());
    actors.fill(&text)
}

#[track_caller]
fn matches(text: &str) {
    let actors = actors();
    let text = filled(text);
    assert_eq!(verdict(&text, &actors.good).map_err(|error| error.message().to_owned()), Ok(Verdict::Match), "{text}");
    assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{text}");
}

/// The message and the hint with which a text is refused.
#[track_caller]
fn refused(text: &str) -> String {
    let actors = actors();
    let text = filled(text);
    assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{text}");
    let error = verdict(&text, &actors.good).expect_err(&text);
    format!("{} / {}", error.message(), error.remedy().unwrap_or_default())
}

const BLOCK: &str = "[    0.000000] Linux version 6.1\n<14>May  1 12:00:00 ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n\
                     <14>May  1 12:00:00 ec2: GOOD\n<14>May  1 12:00:00 ec2: -----END SSH HOST KEY FINGERPRINTS-----\n";

#[test]
fn json_that_names_host_keys_is_trusted_whichever_program_wrote_it() {
    use base64::Engine as _;
    let in_base64 = base64::engine::general_purpose::STANDARD.encode(filled(BLOCK));
    for text in [
        // EC2, decoded by its command line and raw from its API; Google Cloud's serial port; OpenStack.
        json!({"InstanceId": "i-0", "Output": BLOCK.replace('\n', "\r\n"), "Timestamp": "2026"}),
        json!({"InstanceId": "i-0", "Output": in_base64}),
        json!({"contents": BLOCK, "next": "9", "start": "0"}),
        json!({"output": BLOCK}),
        json!({"output": "SSH host key: OWN_FP (ED25519)\n"}),
        // Amazon Lightsail.
        json!({"accessDetails": {"certKey": "ssh-ed25519-cert-v01@openssh.com AAAA", "hostKeys": [
            {"algorithm": "ssh-ed25519", "publicKey": "OWN_BLOB", "witnessedAt": 1.5, "fingerprintSHA1": "SHA1:qqqq",
             "fingerprintSHA256": "OWN_FP"}], "username": "ubuntu", "ipAddress": "10.0.0.4"}}),
        // Google Cloud's guest attributes.
        json!([{"key": "ssh-ed25519", "namespace": "hostkeys", "value": "OWN_BLOB"}]),
        json!({"queryValue": {"items": [{"key": "ssh-ed25519", "namespace": "hostkeys", "value": "OWN_BLOB"}]}}),
        // Terraform, Ansible, AWS Systems Manager.
        json!({"vm_host_keys": {"sensitive": false, "type": ["list", "string"], "value": ["GOOD", "OWN_LINE"]}}),
        json!({"ssh_host_fingerprints": {"value": "GOOD\n"}, "ip": {"value": "10.0.0.4"}}),
        json!({"ansible_facts": {"ansible_ssh_host_key_ed25519_public": "OWN_BLOB",
            "ansible_ssh_host_key_ed25519_public_keytype": "ssh-ed25519"}, "changed": false, "failed": false}),
        json!({"stdout": "GOOD\n", "stderr": "", "rc": 0, "changed": true, "cmd": ["ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub"]}),
        json!({"Status": "Success", "ResponseCode": 0, "StandardOutputContent": "GOOD\n", "StandardErrorContent": ""}),
        // GitHub and similar services.
        json!({"ssh_key_fingerprints": {"SHA256_ED25519": "OWN_DIGEST"}, "ssh_keys": ["OWN_LINE"], "hooks": ["192.0.2.0/24"]}),
        json!({"ssh_key_fingerprints": {"SHA256_ED25519": "OWN_DIGEST"}}),
        json!({"hostKeys": [{"type": "ED25519", "fingerprint": "OWN_FP"}]}),
        json!({"host_key": {"type": "ssh-ed25519", "key": "OWN_BLOB"}}),
        json!({"instanceView": {"extensions": [{"name": "RunCommandLinux", "statuses": [{"code": "ProvisioningState/succeeded",
            "message": "Enable succeeded: \n[stdout]\nGOOD\n\n[stderr]\n"}]}],
            "statuses": [{"code": "PowerState/running", "displayStatus": "VM running"}]}, "name": "vm"}),
    ] {
        matches(&text.to_string());
        matches(&format!("{text:#}\n"));
    }
    matches(&format!(
        "vm-a | SUCCESS => {:#}\n",
        json!({"ansible_facts": {"ansible_ssh_host_key_ed25519_public": "OWN_BLOB"}})
    ));
    matches("vm-a | CHANGED | rc=0 >>\nGOOD\n");
}

#[test]
fn users_keys_in_json_are_not_hosts() {
    for text in [
        json!({"osProfile": {"linuxConfiguration": {"ssh": {"publicKeys": [{"keyData": "KEY me", "path": "/home/u/.ssh/authorized_keys"}]}}}}),
        json!({"id": "/x/sshPublicKeys/k", "name": "k", "publicKey": "KEY me"}),
        json!({"parameters": {"adminPublicKey": {"value": "KEY"}}}),
        json!({"users": [{"name": "u", "ssh_authorized_keys": ["KEY me"]}]}),
        json!([{"id": 1, "key": "KEY"}]),
        json!({"ssh_keys": [{"id": 1, "fingerprint": "EVIL", "public_key": "KEY me"}]}),
        json!({"ssh_keys": ["KEY"]}),
        json!({"user_host_keys": ["KEY"]}),
        json!({"user": {"host_keys": ["KEY"]}}),
        json!({"tags": {"host_keys": "KEY"}, "name": "vm"}),
        json!({"description": {"hostkeys": ["EVIL"]}}),
        json!({"events": [{"message": BLOCK.replace("GOOD", "256 EVIL x (ED25519)")}]}),
        json!({"note": "256 EVIL x (ED25519)"}),
        json!({"tags": {"instanceid": "i-0", "output": BLOCK.replace("GOOD", "256 EVIL x (ED25519)")}}),
        json!({"tags": [{"key": "ssh-ed25519", "namespace": "hostkeys", "value": "EVIL_BLOB"}]}),
        json!({"user": {"output": BLOCK.replace("GOOD", "256 EVIL x (ED25519)")}}),
        json!({"labels": {"ssh_key_fingerprints": {"SHA256_ED25519": "EVIL"}}}),
        json!({"log": BLOCK.replace("GOOD", "256 EVIL x (ED25519)")}),
        json!({"host_keys": ["vm KEY"]}),
        json!({"host_keys": ["@revoked * KEY"]}),
        json!({"host_keys": ["command=\"x\" KEY"]}),
        json!({"host_keys": ["Invalid user KEY"]}),
        json!({"ssh_host_rsa_key": "EVIL_BLOB"}),
        json!({"metadata": {"items": [{"key": "ssh-keys", "value": "u:KEY me"}]}}),
    ] {
        let message = refused(&text.to_string());
        assert!(!message.ends_with("/ "), "{text}: {message}");
    }
    // A user's key beside the host's is skipped if it is known to be one, and makes the text doubtful otherwise.
    matches(&json!({"hostKeys": ["OWN_LINE"], "authorized_keys": ["KEY"]}).to_string());
    assert!(refused(&json!({"hostKeys": ["OWN_LINE"], "key": "KEY"}).to_string()).contains("do not say whose"));
    let message = refused(&json!({"Outputs": {"vm-1": ["OWN_LINE"]}}).to_string());
    assert!(message.contains("jq -r '.Outputs.\"vm-1\"[]' FILE"), "{message}");
}

#[test]
fn json_of_several_hosts_is_not_an_answer() {
    for text in [
        json!({"a": {"host_keys": ["OWN_LINE"]}, "b": {"host_keys": ["3072 EVIL root@b (RSA)"]}}),
        json!([{"name": "a", "host_keys": ["OWN_LINE"]}, {"name": "b", "host_keys": ["3072 EVIL x (RSA)"]}]),
        json!({"a_host_keys": ["OWN_LINE"], "b_host_keys": ["3072 EVIL x (RSA)"]}),
        json!({"host_keys": {"a": ["OWN_LINE"], "b": ["3072 EVIL x (RSA)"]}}),
        json!({"hostkeys": [{"hostname": "a", "key": "OWN_LINE"}, {"hostname": "b", "key": "3072 EVIL x (RSA)"}]}),
        json!({"hostkeys": ["OWN_LINE", "KEY"]}),
        json!({"a": {"output": BLOCK}, "b": {"output": BLOCK}}),
        json!({"output": BLOCK, "host_keys": ["3072 EVIL x (RSA)"]}),
    ] {
        let message = refused(&text.to_string());
        assert!(message.contains("several hosts"), "{text}: {message}");
    }
}

/// Whatever the wording, and wherever it is.
#[test]
fn a_document_that_rejects_its_keys_is_not_an_answer() {
    let documents = [
        json!({"hostKeys": ["OWN_LINE"], "x": {}}),
        json!({"InstanceId": "i-0", "Output": BLOCK, "x": {}}),
        json!({"host": "vm", "keys": ["OWN_LINE"], "x": {}}),
        json!({"ssh_key_fingerprints": {"SHA256_ED25519": "OWN_DIGEST"}, "x": {}}),
        json!([{"key": "ssh-ed25519", "namespace": "hostkeys", "value": "OWN_BLOB", "x": {}}]),
    ];
    let denials = [
        json!({"revoked": true}),
        json!({"isRevoked": "yes"}),
        json!({"revocation_time": "2026"}),
        json!({"failed": true}),
        json!({"error": "x"}),
        json!({"errors": ["x"]}),
        json!({"status": "Failed"}),
        json!({"state": "REVOKED"}),
        json!({"truncated": true}),
        json!({"expired": 1}),
        json!({"compromised": true}),
        json!({"verified": false}),
        json!({"trusted": false}),
        json!({"success": false}),
        json!({"rc": 1}),
        json!({"states": ["revoked"]}),
        json!({"previous": "x"}),
    ];
    for document in &documents {
        matches(&document.to_string());
        for denial in &denials {
            // Beside the keys, and anywhere else.
            let beside = document.to_string().replace("\"x\":{}", denial.to_string().trim_matches(['{', '}']));
            let below = document.to_string().replace("\"x\":{}", &format!("\"x\":{{\"y\":[{denial}]}}"));
            for text in [beside, below] {
                let _ = refused(&text);
            }
        }
    }
    for text in [
        json!({"revoked": true, "value": [{"code": "ProvisioningState/succeeded", "message": "Enable succeeded: \n[stdout]\nGOOD\n\n[stderr]\n"}]}),
        json!({"host": "vm", "revoked": true, "stdout": "GOOD\n", "rc": 0}),
        json!({"stdout": "GOOD\n", "rc": 1}),
        json!({"stdout": "GOOD\n", "rc": 0, "failed": true}),
        json!({"Status": "Failed", "ResponseCode": 0, "StandardOutputContent": "GOOD\n"}),
        json!({"Status": "Success", "ResponseCode": 1, "StandardOutputContent": "GOOD\n"}),
    ] {
        let _ = refused(&text.to_string());
    }
    assert!(refused("vm-a | FAILED | rc=1 >>\nGOOD\n").contains("an error of Ansible"));
}

#[test]
fn dns_records_are_of_the_host_that_they_name() {
    for text in [
        "vm IN SSHFP 4 2 OWN_HEX\n",
        "vm.example. 60 IN SSHFP 4 2 OWN_HEX\n",
        "@ IN SSHFP 4 2 OWN_HEX\n",
        "4 2 OWN_HEX\n",
        "a IN SSHFP 4 2 AAAA\nvm IN SSHFP 4 2 OWN_HEX\n",
        "vm.example has SSHFP record 4 2 OWN_HEX\n",
    ] {
        if text.contains("AAAA") {
            let _ = refused(text);
        } else {
            matches(text);
        }
    }
    assert!(refused("other IN SSHFP 4 2 OWN_HEX\n").contains("does not name vm"));
    matches(&format!("other IN SSHFP 4 2 {}\nvm IN SSHFP 4 2 OWN_HEX\n", "00".repeat(32)));
    // In a script's output, the VM reports about itself.
    matches("Enable succeeded: \n[stdout]\nvm IN SSHFP 4 1 OWN_SHA1\nvm IN SSHFP 4 2 OWN_HEX\n\n[stderr]\n");
    let message = refused("Enable succeeded: \n[stdout]\nvm IN SSHFP 4 2 OWN_HEX\nGOOD\n\n[stderr]\n");
    assert!(message.contains("not an SSHFP record"), "{message}");
}

#[test]
fn each_cause_has_its_message() {
    for (text, words) in [
        ("256 OWN_FP root@vm (ED25519) 3072 EVIL root@vm (RSA)\n", "joined into one"),
        ("OWN_LINE root@vm KEY root@vm\n", "joined into one"),
        ("256 OWN_FP root@vm (ED25519)\\n3072 EVIL root@vm (RSA)\\n", "printf '%b"),
        ("256 OWN_FP root@vm (ED25519)\r3072 EVIL root@vm (RSA)\r", "carriage returns alone"),
        ("C:\\Users\\me>ssh-keygen -lf x\nGOOD\n", "a terminal's prompt"),
        ("root@vm:/ # ssh-keygen -lf x\nGOOD\n", "a terminal's prompt"),
        ("\u{276f} ssh-keygen -lf x\nGOOD\n", "a terminal's prompt"),
        ("256 SHA256:gNSIRW+2Iyiuvsdp/bgjy38bvWHw6\nwQm3tuoXrl3WjQ root@vm (ED25519)\n", "broken into two"),
        ("ed25519 = \"OWN_FP\"\n", "keep the value alone"),
        ("Enable succeeded: [stdout] GOOD [stderr]\n", "joined into one"),
        ("\nUbuntu 24.04 LTS vm ttyS0\n\nvm login: \n", "login prompt"),
        ("[    0.000000] Linux version 6.1\nx\n", "first boot"),
        ("| a | b |\n|---|---|\n| ED25519 | `OWN_DIGEST` |\n", "Markdown"),
        ("* `OWN_FP`\n", "Markdown"),
        ("- ED25519: `OWN_FP`\n- bob\n", "Markdown"),
        ("# Our host keys\n- ED25519: `OWN_FP`\n", "Markdown"),
        ("Our host keys:\n- ED25519: `OWN_FP`\n", "not a fingerprint, a host key"),
        ("me@vm:~$ ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\nGOOD\n", "a terminal's prompt"),
        ("root@vm:/# hostfp\nGOOD\n", "a terminal's prompt"),
        ("PS C:\\Users\\me> hostfp\nGOOD\n", "a terminal's prompt"),
        ("host_keys = [\n  \"GOOD\",\n]\n", "terraform output -json"),
        ("public_key = \"KEY\"\n", "a name with a value"),
        ("\"hello\"\n", "a JSON string, but"),
        ("[\"hello\"]\n", "a JSON string, but"),
        ("\"ERROR: Please run 'az login' to setup account.\"", "an error of az"),
        ("An error occurred (X) when calling the GetConsoleOutput operation: x\n", "an error of aws"),
        ("# vm:22 SSH-2.0-x\n", "have the VM print its keys"),
        ("{\"statuses\":[{\"code\":\"ProvisioningState/succeeded\"},{\"code\":\"PowerState/running\"}]}", "PowerState"),
        ("[{\"code\":\"PowerState/running\",\"message\":null}]", "PowerState"),
        (
            "Code          : PowerState/running\nLevel         : Info\nDisplayStatus : VM running\nMessage       : \n",
            "PowerState",
        ),
        (
            "ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\nec2: -----END SSH HOST KEY FINGERPRINTS-----\n",
            "is complete and empty",
        ),
        ("ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n", "cut short"),
        ("The authenticity of host 'vm' can't be established.\nED25519 key fingerprint is OWN_FP.\n", "from the VM"),
        ("debug1: Server host key: ssh-ed25519 OWN_FP\n", "the host itself showed"),
        ("The server's ssh-ed25519 key fingerprint is:\n  ssh-ed25519 255 OWN_FP\n", "the host itself showed"),
        ("GOOD\nHost key fingerprint is OWN_FP\n", "the host itself showed"),
        ("{\"InstanceId\": \"i-1\", \"Timestamp\": \"2026-01-01T00:00:00+00:00\"}", "no output yet"),
        ("{\"InstanceId\": \"i-1\", \"Timestamp\": \"2026\", \"Output\": \"\"}", "no output yet"),
        ("{\"InstanceId\": \"i-1\", \"Timestamp\": \"2026\", \"Output\": null}", "no output yet"),
        ("{\"contents\": \"\", \"kind\": \"compute#serialPortOutput\", \"next\": \"0\"}", "no output yet"),
        ("i-0a\tNone\t2026-01-01T00:00:00+00:00\n", "no output yet"),
        ("{\"value\": []}\nWARNING: x\n", "text after the JSON"),
        ("INFO: x\n{\n\"value\": []\n}\n", "text before the JSON"),
        ("- key: ssh-ed25519\n  namespace: hostkeys\n  value: OWN_BLOB\n", "--format=json"),
        ("ok: [vm] => {\n\"r.stdout\": \"GOOD\"\n}\n", "a play of Ansible"),
        ("[WARNING]: x\nvm | CHANGED | rc=0 >>\nGOOD\n", "a warning of Ansible"),
        ("\u{1b}[0;33mvm | CHANGED | rc=0 >>\u{1b}[0m\nGOOD\n", "ANSIBLE_NOCOLOR"),
        (
            "'az' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
            "installed",
        ),
        ("x: Connection timed out\n# x:22 SSH-2.0-x\n", "an error of ssh-keyscan"),
        ("OWN_DIGEST\n", "write SHA256: before it"),
        ("SHA256:OWN_HEX\n", "hexadecimal"),
        ("256\u{a0}OWN_FP root@vm (ED25519)\n", "U+00A0 (no-break space), at column 4"),
        ("GOOD\n\u{200b}256 OWN_FP root@vm (ED25519)\n", "U+200B (zero width space), at column 1"),
        ("vm has no SSHFP record\n", "DNS has no SSHFP record"),
        ("[{\"id\": 1, \"key\": \"OWN_LINE\"}]", "users' keys"),
        ("[{\"name\": \"k\", \"fingerprint\": \"x\", \"public_key\": \"OWN_LINE\"}]", "users' keys"),
        ("{\"serialConsoleLogBlobUri\": \"https://x/y.log?sig=2\"}", "get-boot-log"),
        ("Fingerprint: OWN_FP\n", "a name such as `Fingerprint:`"),
        ("ED25519 host key: OWN_LINE\n", "a name such as `Fingerprint:`"),
        ("vm: OWN_LINE\n", "the name of a machine"),
        (
            "Name  InstanceView\n----  ------------\nx     {Microsoft.Azure.Commands.Y.InstanceViewSt...\n",
            "ConvertTo-Json",
        ),
        ("$ az vm run-command invoke\n{\n\"value\": []\n}\n", "such as a prompt"),
        ("256 OWN_FP\n", "a count"),
        ("{\"return\": {\"exited\": true, \"exitcode\": 255}}", "failed with exit status 255"),
        ("{\"err-data\": \"x\", \"exitcode\": 2, \"exited\": 1}", "failed with exit status 2"),
        (
            "-----BEGIN SSH HOST KEY FINGERPRINTS-----\nec2: 256 OWN_FP a (ED25519)\nec2: -----END SSH HOST KEY FINGERPRINTS-----\n",
            "lacks the prefix",
        ),
        ("{\"a\": \"OWN_LINE\"}", "host key: jq -r '.a' FILE"),
        ("vm | SUCCESS => {\"a\": \"OWN_LINE\"}", "as UTF-8 in FILE; if it is your VM's host key: jq -r '.a' FILE"),
        ("\u{feff}{\"a\": \"OWN_LINE\"}", "as UTF-8 in FILE"),
    ] {
        let message = refused(text);
        assert!(message.contains(words), "{text}: {message}");
        assert!(
            !message.contains(" az ") || text.contains("az") || !message.contains("start the VM"),
            "{text}: {message}"
        );
    }
}

/// The remainder of a command line that a shell has split.
#[test]
fn a_part_of_a_key_on_the_command_line_is_named() {
    for part in ["ssh-ed25519", filled("OWN_BLOB").as_str()] {
        let mut stdin = Stdin { reader: Box::new(&b""[..]), is_terminal: false };
        let error = Expected::of(OsStr::new(part), None, None, &mut stdin).err().unwrap();
        assert!(error.message().starts_with("a part of a public key"), "{part}: {error:?}");
        assert!(error.remedy().unwrap().contains("quote all of it"), "{part}");
    }
}

#[test]
fn lists_are_read_as_people_have_them() {
    for text in [
        "ssh-ed25519 255 OWN_FP\n",
        "ssh-ed25519 255 OWN_DIGEST=\n",
        "256 OWN_FP a-long-name@vm.internal.example\n(ED25519)\n",
        "256 OWN_FP\n    (ED25519)\n",
        "256 OWN_FP a (ed25519)\n",
        "/etc/ssh/ssh_host_ed25519_key.pub:1: ok: ssh-ed25519 256 OWN_FP root@vm\n",
        "* `OWN_FP` (ED25519)\n",
        "  - RSA: `SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM`\n  - ED25519: `OWN_FP`\n",
        "| Algorithm | SHA256 fingerprint |\n|---|---|\n| ED25519 | `OWN_FP` |\n",
        "256 OWN_FP a (ED25519)\n+--[ED25519 256]--+\n|      . .        |\n+----[SHA256]-----+\n",
    ] {
        matches(text);
    }
    for text in [
        "256 OWN_FP\nx (ED25519)\n",
        "256 OWN_FP a\n\n(ED25519)\n",
        "Offending 256 OWN_FP\n(ED25519)\n",
        "256 EVIL x\n(sshd)\nGOOD\n",
    ] {
        let _ = refused(text);
    }
}

/// Pages are published by people. A script, a console and a JSON value have no rows of a page.
#[test]
fn the_output_of_a_script_is_not_a_page() {
    let list = "- `OWN_FP` (ED25519)\n";
    matches(list);
    for text in [
        format!("Enable succeeded: \n[stdout]\n{list}\n[stderr]\n"),
        format!("vm | CHANGED | rc=0 >>\n{list}"),
        json!({"value": [{"code": "ProvisioningState/succeeded", "message": format!("Enable succeeded: \n[stdout]\n{list}\n[stderr]\n")}]})
            .to_string(),
        json!(list).to_string(),
        json!([list]).to_string(),
        json!({"hostKeys": [list.trim_end()]}).to_string(),
        json!({"host": "vm", "fingerprints": [list.trim_end()]}).to_string(),
        format!("WARNING: x\nDEBUG: y\n{list}"),
        format!("GOOD\n{list}"),
        format!("{list}GOOD\n"),
        format!("{list}- RSA: EVIL x\n"),
        format!("{list}* ED25519: EVIL\n"),
        format!("{list}- ED25519: EVIL\n"),
    ] {
        let _ = refused(&text);
    }
}

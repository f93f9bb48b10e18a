//! A real sshd takes our keys, and a real ssh asks hostfp whom to trust.

use std::fs;
use std::path::PathBuf;

use support::{Outcome, Sandbox, Sshd, needs};

/// A server with one host key of each type, and a user who holds `user`.
struct Vm {
    sandbox: Sandbox,
    server: Sshd,
}

const HOST_KEYS: [(&str, &str); 5] = [
    ("ed25519", "ssh-ed25519"),
    ("ecdsa256", "ecdsa-sha2-nistp256"),
    ("ecdsa384", "ecdsa-sha2-nistp384"),
    ("ecdsa521", "ecdsa-sha2-nistp521"),
    ("rsa2048", "rsa-sha2-512"),
];

impl Vm {
    fn start(host_keys: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        let paths: Vec<PathBuf> = host_keys
            .iter()
            .map(|key| {
                let path = sandbox.write(format!("host_{key}"), fs::read(crate::keys::zoo().file(key)).unwrap());
                let _ = sandbox.shell(&format!("chmod 600 host_{key}")).good();
                path
            })
            .collect();
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "user"]).good();
        let server = Sshd::start(sandbox.path(), &paths, &sandbox.file("user.pub")).unwrap();
        Self { sandbox, server }
    }

    /// Connects, with hostfp to be asked about `expect`.
    fn connect(&self, expect: &str, options: &[&str]) -> Outcome {
        let hostfp = support::binaries::tool("hostfp");
        let command = format!("KnownHostsCommand={} --expect {expect} --answer-ssh %I %H %t %K %f", hostfp.display());
        let port = self.server.port.to_string();
        let fixed = [
            "-F",
            "none",
            "-i",
            "user",
            "-p",
            &port,
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "UserKnownHostsFile=known_hosts",
            "-o",
            "GlobalKnownHostsFile=none",
            "-o",
            &command,
        ];
        let words = ["127.0.0.1", "echo connected"];
        let outcome = self.sandbox.run("ssh", fixed.iter().chain(options).chain(&words));
        // Nothing is remembered: the next connection asks hostfp again.
        assert!(!self.sandbox.file("known_hosts").exists(), "{outcome:?}");
        outcome
    }

    fn fingerprints(&self, keys: &[&str]) -> String {
        let files: Vec<String> = keys.iter().map(|key| format!("host_{key}")).collect();
        self.sandbox.run("hostfp", files).good()
    }
}

fn run_command(stdout: &str) -> String {
    let message = format!("Enable succeeded: \n[stdout]\n{stdout}\n[stderr]\n");
    serde_json::json!({"value": [{"code": "ProvisioningState/succeeded", "level": "Info", "message": message}]})
        .to_string()
}

#[test]
fn ssh_connects_without_a_question_by_what_run_command_printed() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&HOST_KEYS.map(|(key, _)| key));
    vm.sandbox.write("vm.json", run_command(&vm.fingerprints(&HOST_KEYS.map(|(key, _)| key))));
    assert_eq!(vm.connect("vm.json", &[]).good(), "connected\n");
}

/// The article's walk: Run Command with the script, its result kept, the connection.
#[cfg(unix)]
#[test]
fn the_articles_walk_ends_in_a_connection_or_in_plain_words() {
    needs!(SSH, SSHD, SSH_KEYGEN, DASH);
    let vm = Vm::start(&HOST_KEYS.map(|(key, _)| key));
    for (key, _) in HOST_KEYS {
        vm.sandbox.write(format!("vm/etc/ssh/ssh_host_{key}_key.pub"), crate::keys::zoo().read(format!("{key}.pub")));
    }
    vm.sandbox.write("other/etc/ssh/ssh_host_ed25519_key.pub", {
        let _ = vm.sandbox.run("keygen", ["-q", "-N", "", "-f", "another"]).good();
        vm.sandbox.read("another.pub")
    });
    let invoke = |root: &str, scripts: &str| {
        let az = crate::run_command::az(&vm.sandbox, root);
        let _ = vm.sandbox.shell(&format!("{az}{} {scripts} > vm.json", crate::run_command::INVOKE)).good();
        vm.connect("vm.json", &[])
    };
    let script = "\"$(hostfp --run-command-script)\"";
    let keygen = "'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done'";
    // As PowerShell hands it over.
    let joined = "\"$(hostfp --run-command-script | tr '\\n' ' ')\"";
    for scripts in [script, keygen, joined] {
        assert_eq!(invoke("vm", scripts).good(), "connected\n", "{scripts}");
    }
    for (root, scripts, words) in [
        ("other", script, "this is not your VM: the host showed the ED25519 key SHA256:"),
        ("other", keygen, "this is not your VM"),
        ("vm", "'ssh-keygen -lf /etc/ssh/nothing'", "the script printed nothing but errors"),
        ("vm", "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub >&2'", "the script printed nothing but errors"),
        ("vm", "'true'", "the script printed nothing"),
        (
            "vm",
            "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub; seq 2000'",
            "no fingerprint in it, of which Run Command kept the last 4096 bytes",
        ),
        ("vm", "'cut -c 1-40 /etc/ssh/ssh_host_ed25519_key.pub'", "the host key is cut short"),
        ("vm", "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -c 1-40'", "the fingerprint is cut short"),
        ("vm", "'ssh-keygen -E md5 -lf /etc/ssh/ssh_host_ed25519_key.pub'", "only an MD5 or SHA-1 fingerprint"),
        ("vm", "x; export SAMPLE=1; az --scripts x", "sample script instead of yours"),
    ] {
        let outcome = invoke(root, scripts);
        assert_eq!(outcome.stdout, "", "{scripts}");
        let complaint = outcome.fails(255);
        assert!(complaint.contains(words), "{scripts}: {complaint}");
    }
}

#[test]
fn a_fingerprint_of_any_one_type_is_enough_since_ssh_is_told_to_ask_for_it() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&HOST_KEYS.map(|(key, _)| key));
    for (key, algorithm) in HOST_KEYS {
        vm.sandbox.write("fp", vm.fingerprints(&[key]));
        let outcome = vm.connect("fp", &["-v"]);
        assert!(outcome.stderr.contains(&format!("kex: host key algorithm: {algorithm}")), "{key}: {outcome:?}");
        assert_eq!(outcome.good(), "connected\n");
        // The public host key itself serves as well.
        vm.sandbox.write("key", crate::keys::zoo().read(format!("{key}.pub")));
        assert_eq!(vm.connect("key", &[]).good(), "connected\n");
    }
}

#[test]
fn the_bare_fingerprint_of_the_article_serves_when_ssh_asks_for_its_type() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519", "ecdsa256"]);
    let bare = vm.sandbox.shell("hostfp host_ecdsa256 | awk '{print $2}'").good();
    let bare = bare.trim_end();
    assert_eq!(vm.connect(bare, &["-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256"]).good(), "connected\n");
    // Without it ssh asks for Ed25519, and hostfp says what to do.
    let words = vm.connect(bare, &[]).fails(255);
    assert!(words.contains("the host showed the ED25519 key SHA256:"), "{words}");
    assert!(words.contains("hint: if yours is of another type, name it: -o HostKeyAlgorithms="), "{words}");
}

#[test]
fn another_machines_fingerprints_end_the_connection_in_plain_words() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519"]);
    let _ = vm.sandbox.run("keygen", ["-q", "-N", "", "-f", "other"]).good();
    vm.sandbox.write("vm.json", run_command(&vm.sandbox.run("hostfp", ["other"]).good()));
    let outcome = vm.connect("vm.json", &[]);
    assert_eq!(outcome.stdout, "");
    let words = outcome.fails(255);
    let place = format!("hostfp: [127.0.0.1]:{}: this is not your VM: ", vm.server.port);
    assert!(words.contains(&place), "{words}");
}

#[test]
fn a_host_without_a_key_of_the_trusted_types_is_told_from_a_wrong_host() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519"]);
    vm.sandbox.write("fp", crate::keys::zoo().run("hostfp", ["ecdsa256.pub"]).good());
    let words = vm.connect("fp", &[]).fails(255);
    assert!(words.contains("and you have only the ECDSA fingerprint to compare it with"), "{words}");
}

#[test]
fn text_without_a_fingerprint_never_lets_ssh_through() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519"]);
    let whole = vm.fingerprints(&["ed25519"]);
    let known_hosts = format!("* {}", crate::keys::zoo().read("ed25519.pub"));
    for (text, words) in [
        (String::new(), "is empty"),
        (run_command(""), "the script printed nothing"),
        (run_command("This is a sample script\n"), "sample script"),
        (run_command(&whole[..30]), "cut short"),
        (format!("@revoked {known_hosts}"), "no fingerprint"),
        // What a failed script complained of is no answer, however the text was saved.
        (format!("\u{feff}{}", run_command(&format!("\n[stderr]\n{whole}"))), "nothing but errors"),
        (format!("Enable succeeded: \n[stdout]\n\n[stderr]\n{whole}"), "nothing but errors"),
        (vm.sandbox.shell("hostfp -E md5 host_ed25519").good(), "MD5"),
    ] {
        vm.sandbox.write("fp", &text);
        let complaint = vm.connect("fp", &[]).fails(255);
        assert!(complaint.contains(words), "{text}: {complaint}");
    }
}

#[test]
fn words_that_are_not_from_ssh_are_refused() {
    let sandbox = Sandbox::new();
    let fingerprint = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    for words in [
        &[][..],
        &["HOSTNAME", "h"],
        &["LATER", "h", "ssh-ed25519", "AAAA", "f"],
        &["HOSTNAME", "h", "ssh-ed25519", "!", "f"],
        &["HOSTNAME", "h", "ssh-ed25519", "AAAAB3NzaC1yc2E=", "f"],
        &[
            "HOSTNAME",
            "h\nevil ssh-rsa",
            "ssh-ed25519",
            "AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75",
            "f",
        ],
    ] {
        let outcome = sandbox.run("hostfp", ["--expect", fingerprint, "--answer-ssh"].iter().chain(words));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{words:?}");
    }
    for arguments in [&["--answer-ssh", "ORDER", "h", "NONE", "NONE", "NONE"][..], &["--expect", fingerprint]] {
        let _ = sandbox.run("hostfp", arguments).fails(2);
    }
}

/// The login itself: with the bare key, and with an encrypted one through ssh-agent and SSH_ASKPASS.
#[test]
fn a_real_sshd_lets_our_keys_in() {
    needs!(SSH, SSHD, SSH_KEYGEN, SSH_AGENT);
    for kind in [&["-t", "ed25519"][..], &["-m", "PEM", "-t", "rsa", "-b", "2048"], &["-t", "rsa", "-b", "2048"]] {
        for passphrase in ["", "correct horse"] {
            let vm = Vm::start(&["ed25519"]);
            vm.sandbox.write("fp", vm.fingerprints(&["ed25519"]));
            let arguments = ["-q", "--force", "-f", "user", "-N", passphrase];
            let _ = vm.sandbox.run("keygen", kind.iter().chain(&arguments)).good();
            if passphrase.is_empty() {
                assert_eq!(vm.connect("fp", &[]).good(), "connected\n", "{kind:?}");
                continue;
            }
            let _ = vm.connect("fp", &[]).fails(255);
            let askpass = vm.sandbox.write("askpass", format!("#!/bin/sh\necho '{passphrase}'\n"));
            let hostfp = support::binaries::tool("hostfp");
            let ssh = format!(
                "ssh -F none -i user -p {} -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none -o \
                 'KnownHostsCommand={} --expect fp --answer-ssh %I %H %t %K %f' 127.0.0.1 echo connected",
                vm.server.port,
                hostfp.display()
            );
            let asked = format!("chmod +x askpass; export SSH_ASKPASS={} SSH_ASKPASS_REQUIRE=force", askpass.display());
            assert_eq!(vm.sandbox.shell(&format!("{asked}; {ssh}")).good(), "connected\n", "{kind:?} by askpass");
            let agent = format!("{asked}; ssh-agent bash -c \"ssh-add -q user && unset SSH_ASKPASS && {ssh}\"");
            assert_eq!(vm.sandbox.shell(&agent).good(), "connected\n", "{kind:?} by ssh-agent");
        }
    }
}

//! Tests `hostfp --connect` for people: is it my VM, and what is written to known_hosts.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use support::{CLOSED_PORT, Outcome, Sandbox, needs};

use crate::handshake::Host;
use crate::key_fixtures::sample_keys;

impl Host {
    /// Compares with the fingerprints in the file `fp`.
    fn expect(&self, fp: &str, more: &[&str]) -> Outcome {
        self.sandbox.write("fp", fp);
        let name = self.name();
        let fixed = ["--expect", "fp", "--connect", &name];
        self.sandbox.run("hostfp", fixed.iter().chain(more))
    }

    /// The host as known_hosts names it.
    pub(crate) fn known_as(&self) -> String {
        format!("[127.0.0.1]:{}", self.server.port)
    }

    fn known_line(&self, key: &str) -> String {
        let public = sample_keys().read(format!("{key}.pub"));
        let public: Vec<&str> = public.split(' ').take(2).collect();
        format!("{} {}\n", self.known_as(), public.join(" "))
    }

    /// Connects with the host keys of `known_hosts` only. Returns whether ssh accepts the host.
    fn ssh(&self) -> bool {
        let port = self.server.port.to_string();
        let mut arguments = vec!["-F", "none", "-p", &port, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
        arguments.extend(["-o", "UserKnownHostsFile=known_hosts", "-o", "GlobalKnownHostsFile=none", "127.0.0.1"]);
        let words = self.sandbox.run("ssh", arguments).fails(255);
        // No user can log in; but a client that is refused has accepted the host.
        words.contains("Permission denied")
    }
}

fn fingerprints(keys: &[&str]) -> String {
    keys.iter().map(|key| sample_keys().run("hostfp", [format!("{key}.pub")]).good()).collect()
}

/// A machine's output as `az vm run-command invoke` prints it.
fn run_command(stdout: &str) -> String {
    let message = format!("Enable succeeded: \n[stdout]\n{stdout}\n[stderr]\n");
    serde_json::json!({"value": [{"code": "ProvisioningState/succeeded", "level": "Info", "message": message}]})
        .to_string()
}

#[test]
fn my_vm_is_recognised_and_its_lines_are_those_of_ssh_keyscan() {
    needs!(SSHD, SSH_KEYGEN, SSH_KEYSCAN, SSH);
    let host = Host::start(&["ed25519", "ecdsa256", "rsa2048"], "");
    let outcome = host.expect(&run_command(&fingerprints(&["rsa2048", "ecdsa256", "ed25519"])), &[]);
    let message =
        format!("hostfp: {}: this is your VM: its ED25519, ECDSA and RSA keys are as expected\n", host.known_as());
    assert_eq!(outcome.stderr, message);
    let lines = outcome.good();
    let keyscan =
        host.sandbox.shell(&format!("ssh-keyscan -p {} 127.0.0.1 | grep -v '^#' | sort", host.server.port)).good();
    let mut sorted: Vec<&str> = lines.lines().collect();
    sorted.sort_unstable();
    assert_eq!(sorted, keyscan.lines().collect::<Vec<_>>());
    host.sandbox.write("known_hosts", lines);
    assert!(host.ssh());
}

#[test]
fn one_fingerprint_is_enough_with_its_type_or_without() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519", "ecdsa256", "rsa2048"], "");
    for key in ["ed25519", "ecdsa256", "rsa2048"] {
        assert_eq!(host.expect(&fingerprints(&[key]), &[]).good(), host.known_line(key));
        let bare = sample_keys().run("hostfp", ["-o", &format!("{key}.pub")]).good();
        let name = host.name();
        assert_eq!(
            host.sandbox.run("hostfp", ["--expect", bare.trim_end(), "--connect", &name]).good(),
            host.known_line(key)
        );
        let piped = host.sandbox.run_with("hostfp", ["--expect", "-", "--connect", &name], fingerprints(&[key]));
        assert_eq!(piped.good(), host.known_line(key));
        let quiet = host.expect(&fingerprints(&[key]), &["-q"]);
        assert_eq!((quiet.stderr.as_str(), quiet.stdout.as_str(), quiet.status), ("", "", Some(0)));
    }
}

#[test]
fn another_machine_is_refused_and_nothing_is_written() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519", "rsa2048"], "");
    // One type differs: a match of the other does not help.
    let fp = fingerprints(&["ed25519", "rsa4096"]);
    let outcome = host.expect(&fp, &["--known-hosts", "known_hosts"]);
    assert_eq!(outcome.stdout, "");
    let words = outcome.fails(1);
    let message = format!("hostfp: {}: this is not your VM: the host showed the RSA key SHA256:", host.known_as());
    assert!(words.starts_with(&message) && words.contains(", expected SHA256:"), "{words}");
    assert!(!host.sandbox.file("known_hosts").exists());
    // A bare fingerprint may be of any type, so all keys of the host are named.
    let bare = sample_keys().run("hostfp", ["-o", "ecdsa256.pub"]).good();
    let words = host.expect(&bare, &[]).fails(1);
    assert!(words.contains("this is not your VM: the host showed "), "{words}");
    assert!(words.contains("none of which has the fingerprint that you gave"), "{words}");
    assert!(words.contains("the ED25519 key") && words.contains("the RSA key"), "{words}");
}

#[test]
fn a_type_without_a_fingerprint_comes_with_the_command_that_gets_it() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let outcome = host.expect(&fingerprints(&["ecdsa256"]), &[]);
    assert_eq!(outcome.stdout, "");
    let words = outcome.fails(1);
    assert!(words.contains("the host showed the ED25519 key SHA256:"), "{words}");
    assert!(words.contains("no ED25519 fingerprint to compare with (only ECDSA)"), "{words}");
    assert!(
        words.contains("hint: get that fingerprint: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`"),
        "{words}"
    );
}

#[test]
fn text_without_a_fingerprint_connects_to_no_host() {
    let sandbox = Sandbox::new();
    let server = support::Listener::start(drop).unwrap();
    sandbox.write("fp", run_command(""));
    let host = format!("127.0.0.1:{}", server.port);
    assert!(
        sandbox.run("hostfp", ["--expect", "fp", "--connect", &host]).stderr.contains("the script printed nothing")
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn fingerprints_are_printed_in_every_style() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let run = |options: &[&str]| {
        let name = host.name();
        host.sandbox.run("hostfp", ["--connect", &name].iter().chain(options)).good()
    };
    let of_file = |options: &[&str]| sample_keys().run("hostfp", ["ed25519.pub"].iter().chain(options)).good();
    let renamed = |text: String| text.replace("ed25519@zoo", &host.known_as());
    for options in [&[][..], &["-v"], &["-E", "md5"], &["-o"]] {
        assert_eq!(run(options), renamed(of_file(options)), "{options:?}");
    }
    assert_eq!(run(&["-q"]), "");
    let object: serde_json::Value = serde_json::from_str(&run(&["--json"])).unwrap();
    assert_eq!(object["host"], host.known_as());
    assert_eq!((&object["type"], &object["bits"]), (&"ssh-ed25519".into(), &256.into()));
    assert_eq!(object["fingerprint"], of_file(&["-o"]).trim_end());
    assert!(object.get("verdict").is_none());
    let judged = host.expect(&fingerprints(&["ed25519"]), &["--json"]).good();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&judged).unwrap()["verdict"], "match");
}

#[test]
fn known_hosts_takes_verified_keys_once_and_ssh_believes_it() {
    needs!(SSHD, SSH_KEYGEN, SSH);
    let host = Host::start(&["ed25519", "rsa2048"], "");
    let fp = fingerprints(&["ed25519", "rsa2048"]);
    for hash in [&[][..], &["-H"]] {
        let options = [&["--known-hosts", "known_hosts"], hash].concat();
        let outcome = host.expect(&fp, &options);
        assert_eq!(outcome.good(), "");
        let written = host.sandbox.read("known_hosts");
        assert_eq!(written.lines().count(), 2);
        assert_eq!(written.contains("127.0.0.1"), hash.is_empty());
        let mode = fs::metadata(host.sandbox.file("known_hosts")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let found = host.sandbox.run("ssh-keygen", ["-F", &host.known_as(), "-f", "known_hosts"]).good();
        assert_eq!(found.matches(" found: ").count(), 2, "{found}");
        assert!(host.ssh());
        // The second time the file is not touched.
        let before = fs::metadata(host.sandbox.file("known_hosts")).unwrap();
        assert_eq!(host.expect(&fp, &options).good(), "");
        let after = fs::metadata(host.sandbox.file("known_hosts")).unwrap();
        assert_eq!((host.sandbox.read("known_hosts"), after.ino()), (written, before.ino()));
        fs::remove_file(host.sandbox.file("known_hosts")).unwrap();
    }
}

#[test]
fn an_entry_of_the_vm_before_it_was_rebuilt_gives_way_after_a_match_only() {
    needs!(SSHD, SSH_KEYGEN, SSH);
    let host = Host::start(&["rsa2048"], "");
    let stale = host.known_line("rsa4096");
    let hashed = {
        let sandbox = Sandbox::new();
        sandbox.write("known_hosts", &stale);
        let _ = sandbox.run("ssh-keygen", ["-q", "-H", "-f", "known_hosts"]).good();
        sandbox.read("known_hosts")
    };
    let kept = "# mine\r\n\nother ssh-rsa AAAA\n@cert-authority * ssh-ed25519 AAAA\n";
    let old = format!("{stale}{kept}{hashed}no newline at the end");
    host.sandbox.write("elsewhere/hosts", &old);
    fs::set_permissions(host.sandbox.file("elsewhere/hosts"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink("elsewhere/hosts", host.sandbox.file("known_hosts")).unwrap();
    let options = ["--known-hosts", "known_hosts"];
    let _ = host.expect(&fingerprints(&["rsa4096"]), &options).fails(1);
    assert_eq!(host.sandbox.read("known_hosts"), old);
    assert!(!host.ssh());
    assert_eq!(host.expect(&fingerprints(&["rsa2048"]), &options).good(), "");
    let new = format!("{kept}no newline at the end\n{}", host.known_line("rsa2048"));
    assert_eq!(host.sandbox.read("elsewhere/hosts"), new);
    assert!(host.ssh());
    // The link is still a link, the mode is unchanged, and no other file is left there.
    assert!(fs::symlink_metadata(host.sandbox.file("known_hosts")).unwrap().is_symlink());
    assert_eq!(fs::metadata(host.sandbox.file("elsewhere/hosts")).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(fs::read_dir(host.sandbox.file("elsewhere")).unwrap().count(), 1);
}

#[test]
fn a_host_with_a_revoked_key_is_refused() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let revoked = format!("@revoked * {}", sample_keys().read("ed25519.pub"));
    host.sandbox.write("known_hosts", &revoked);
    let words = host.expect(&fingerprints(&["ed25519"]), &["--known-hosts", "known_hosts"]).fails(1);
    assert!(words.contains("known_hosts:1: this line revokes the host's key"), "{words}");
    assert!(!words.contains("this is your VM"), "{words}");
    assert_eq!(host.sandbox.read("known_hosts"), revoked);
}

#[test]
fn many_hostfps_write_one_known_hosts_without_losing_a_line() {
    needs!(SSHD, SSH_KEYGEN);
    let hosts: Vec<Host> = (0..6).map(|_| Host::start(&["ed25519"], "")).collect();
    let shared = Sandbox::new();
    shared.write("fp", fingerprints(&["ed25519"]));
    std::thread::scope(|scope| {
        for host in &hosts {
            let shared = &shared;
            scope.spawn(move || {
                let name = host.name();
                let words = ["-q", "--expect", "fp", "--known-hosts", "known_hosts", "--connect", &name];
                let _ = shared.run("hostfp", words).good();
            });
        }
    });
    let written = shared.read("known_hosts");
    for host in &hosts {
        assert!(written.contains(&host.known_line("ed25519")), "{written}");
    }
    assert_eq!(shared.names(), ["fp", "known_hosts"]);
}

#[test]
fn fleet_results_are_printed_in_the_order_of_the_list() {
    needs!(SSHD, SSH_KEYGEN);
    let hosts: Vec<Host> = ["ed25519", "ecdsa256"].into_iter().map(|key| Host::start(&[key], "")).collect();
    let sandbox = Sandbox::new();
    sandbox
        .write("hosts", format!("{}\r\n127.0.0.1:{CLOSED_PORT}\n\t{} # its name\n", hosts[1].name(), hosts[0].name()));
    let outcome = sandbox.run("hostfp", ["--connect", "-f", "hosts", &hosts[0].name()]);
    let places: Vec<String> = outcome.stdout.lines().map(|line| line.split(' ').nth(2).unwrap().to_owned()).collect();
    assert_eq!(places, [hosts[0].known_as(), hosts[1].known_as(), hosts[0].known_as()]);
    let words = outcome.fails(2);
    assert!(words.contains(&format!("[127.0.0.1]:{CLOSED_PORT}: cannot connect: connection refused")), "{words}");
    // A wrong host decides the status, whatever the others are.
    sandbox.write("fp", fingerprints(&["ed25519"]));
    let outcome = sandbox.run("hostfp", ["--expect", "fp", "--connect", &hosts[0].name(), &hosts[1].name()]);
    assert_eq!(outcome.stdout, hosts[0].known_line("ed25519"));
    let _ = outcome.fails(1);
}

#[test]
fn names_ports_and_families_choose_the_address() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let port = host.server.port.to_string();
    let run = |arguments: &[&str]| host.sandbox.run("hostfp", ["--connect", "-p", &port].iter().chain(arguments));
    assert_eq!(run(&["127.0.0.1"]).good().lines().count(), 1);
    assert!(run(&["-4", "localhost"]).good().contains(&format!(" [localhost]:{port} (")));
    assert!(run(&["-4", "::1"]).fails(2).contains("the name has no address"));
    assert!(run(&["-6", "127.0.0.1"]).fails(2).contains("the name has no address: none of that family"));
    assert!(run(&["127.0.0.1:1"]).fails(2).contains("[127.0.0.1]:1: cannot connect"));
}

#[test]
fn options_that_require_each_other_are_named() {
    let sandbox = Sandbox::new();
    sandbox.write("empty", "# nobody\n");
    for (arguments, words) in [
        (&["--connect"][..], "no host to connect to"),
        (&["--connect", "-f", "empty"], "no host to connect to"),
        (&["--connect", "-f", "missing"], "missing: cannot read"),
        (&["--connect", "a b"], "'a b' is not a host"),
        (&["--connect", "h:70000"], "the port is wrong"),
        (&["--connect", "-p", "0", "h"], "'0' is not a port"),
        (&["--connect", "-T", "0", "h"], "'0' is not a number of seconds"),
        (&["--connect", "-4", "-6", "h"], "-4 and -6 are mutually exclusive"),
        (&["--connect", "--known-hosts", "k", "h"], "--known-hosts needs --expect"),
        (&["--connect", "-H", "h"], "-H needs --expect"),
        (&["--connect", "--answer-ssh", "h"], "--connect cannot be used with"),
        (&["-p", "22"], "-p needs --connect"),
        (&["-f", "empty"], "-f needs --connect"),
        (&["-T", "1"], "-T needs --connect"),
    ] {
        let message = sandbox.run("hostfp", arguments).fails(2);
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
    assert!(!sandbox.file("k").exists());
}

#[test]
fn a_mismatch_in_json_says_what_was_expected() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519", "rsa2048"], "");
    let sandbox = Sandbox::new();
    let fingerprint = |key: &str| sample_keys().run("hostfp", ["-o", key]).good().trim_end().to_owned();
    let line = |key: &str| sample_keys().run("hostfp", [key]).good();
    let other = sandbox.shell("keygen -q --no-passphrase -C c -f other && pubfp -o other.pub").good();
    let other = other.trim_end();
    let ask = |expected: &str| -> Vec<serde_json::Value> {
        sandbox.write("expected", expected);
        let outcome = sandbox.run("hostfp", ["--json", "--expect", "expected", "--connect", &host.name()]);
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    // Each type with its own expectation.
    let objects = ask(&format!("256 {other} ed25519@zoo (ED25519)\n{}", line("rsa2048.pub")));
    let of = |kind: &str| objects.iter().find(|object| object["type"] == kind).unwrap();
    assert_eq!(
        (&of("ssh-ed25519")["verdict"], &of("ssh-ed25519")["expected"]),
        (&"mismatch".into(), &vec![other].into())
    );
    assert_eq!(of("ssh-rsa")["verdict"], "match");
    assert!(of("ssh-rsa").get("expected").is_none());
    // Another type, and an unknown one.
    let objects = ask(&line("ecdsa256.pub"));
    assert_eq!(
        (&objects[0]["verdict"], &objects[0]["expected"]),
        (&"other-type".into(), &vec![fingerprint("ecdsa256.pub")].into())
    );
    let objects = ask(other);
    assert_eq!((&objects[0]["verdict"], &objects[0]["expected"]), (&"unknown".into(), &vec![other].into()));
}

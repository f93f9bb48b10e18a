//! Tests that a real sshd accepts our keys, and that a real ssh asks hostfp which host to trust.

use std::fs;
use std::path::PathBuf;

use support::{Outcome, Sandbox, Sshd, needs};

use crate::key_fixtures::sample_keys;

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
                let path = sandbox.write(format!("host_{key}"), fs::read(sample_keys().file(key)).unwrap());
                let _ = sandbox.shell(&format!("chmod 600 host_{key}")).good();
                path
            })
            .collect();
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "user"]).good();
        let server = Sshd::start(sandbox.path(), &paths, &sandbox.file("user.pub")).unwrap();
        Self { sandbox, server }
    }

    /// Connects with ssh, which asks hostfp with the expectation in `expect`.
    fn connect(&self, expect: &str, options: &[&str]) -> Outcome {
        self.connect_to(self.server.port, "-p %p", expect, options)
    }

    /// Connects to a port, with more arguments of hostfp before ssh's five.
    fn connect_to(&self, port: u16, more: &str, expect: &str, options: &[&str]) -> Outcome {
        let hostfp = support::binaries::tool("hostfp");
        let words = "%I %H %t %K %f";
        let command = format!("KnownHostsCommand={} --expect '{expect}' --answer-ssh {more} {words}", hostfp.display());
        let port = port.to_string();
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
        // No key is stored: the next connection asks hostfp again.
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

/// The article's steps, both ways: Run Command with a script, its result kept in `vm.json`, and the connection by ssh
/// that asks hostfp, or by hostfp itself.
#[cfg(unix)]
impl Vm {
    /// A machine whose root is the folder of that name, with these sample keys as host keys.
    fn machine(&self, root: &str, keys: &[&str]) {
        for key in keys {
            // The article reads `ssh_host_ecdsa_key.pub`.
            let name = key.replace("ecdsa256", "ecdsa");
            let public = sample_keys().read(format!("{key}.pub"));
            self.sandbox.write(format!("{root}/etc/ssh/ssh_host_{name}_key.pub"), public);
        }
    }

    /// Runs these scripts on a machine, and connects by their output with ssh and with hostfp.
    fn walk(&self, root: &str, scripts: &str) -> [Outcome; 2] {
        let az = crate::run_command::az(&self.sandbox, root);
        let _ = self.sandbox.shell(&format!("{az}{} {scripts} > vm.json", crate::run_command::INVOKE)).good();
        let name = format!("127.0.0.1:{}", self.server.port);
        let words = ["--expect", "vm.json", "--known-hosts", "added", "--connect", &name];
        [self.connect("vm.json", &[]), self.sandbox.run("hostfp", words)]
    }

    /// Asserts that the VM is the right one: ssh connects without a question, and again by hostfp's known_hosts.
    #[track_caller]
    fn arrives(&self, root: &str, scripts: &str) {
        let [ssh, hostfp] = self.walk(root, scripts);
        assert_eq!(ssh.good(), "connected\n", "{scripts}");
        assert_eq!(hostfp.good(), "", "{scripts}");
        let port = self.server.port.to_string();
        let strict = ["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=added"];
        let words = ["-F", "none", "-i", "user", "-p", &port].into_iter().chain(strict);
        assert_eq!(self.sandbox.run("ssh", words.chain(["127.0.0.1", "echo connected"])).good(), "connected\n");
        fs::remove_file(self.sandbox.file("added")).unwrap();
    }

    /// Asserts that the connection ends with this message and hostfp's exit status, and that nothing is written.
    #[track_caller]
    fn ends(&self, root: &str, scripts: &str, words: &str, status: i32) {
        let [ssh, hostfp] = self.walk(root, scripts);
        assert_eq!((ssh.stdout.as_str(), hostfp.stdout.as_str()), ("", ""), "{scripts}");
        for complaint in [ssh.fails(255), hostfp.fails(status)] {
            assert!(complaint.contains(words), "{scripts}: {complaint}");
        }
        assert!(!self.sandbox.file("added").exists(), "{scripts}");
    }
}

/// The article's own script, which runs ssh-keygen on the machine's key file.
#[cfg(unix)]
const ARTICLES: &str = "'ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub'";
/// With awk, which prints the fingerprint alone.
#[cfg(unix)]
const ARTICLES_BARE: &str = r#""ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub | awk '{print \$2}'""#;

#[cfg(unix)]
#[test]
fn the_articles_walk_ends_in_a_connection_or_in_plain_words() {
    needs!(SSH, SSHD, SSH_KEYGEN, DASH);
    let vm = Vm::start(&HOST_KEYS.map(|(key, _)| key));
    vm.machine("vm", &HOST_KEYS.map(|(key, _)| key));
    vm.sandbox.write("other/etc/ssh/ssh_host_ed25519_key.pub", {
        let _ = vm.sandbox.run("keygen", ["-q", "-N", "", "-f", "another"]).good();
        vm.sandbox.read("another.pub")
    });
    let script = "\"$(hostfp --run-command-script)\"";
    let keygen = "'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done'";
    // As PowerShell passes the script on.
    let joined = "\"$(hostfp --run-command-script | tr '\\n' ' ')\"";
    for scripts in [script, keygen, joined, ARTICLES, ARTICLES_BARE] {
        vm.arrives("vm", scripts);
    }
    for (root, scripts, words, status) in [
        ("other", script, "this is not your VM: the host showed the ED25519 key SHA256:", 1),
        ("other", keygen, "this is not your VM", 1),
        ("vm", "'ssh-keygen -lf /etc/ssh/nothing'", "the script printed nothing but errors", 2),
        ("vm", "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub >&2'", "the script printed nothing but errors", 2),
        ("vm", "'true'", "the script printed nothing", 2),
        (
            "vm",
            "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub; seq 2000'",
            "of the script's output, of which Run Command kept the last 4096 bytes",
            2,
        ),
        ("vm", "'cut -c 1-40 /etc/ssh/ssh_host_ed25519_key.pub'", "the host key is cut short", 2),
        ("vm", "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -c 1-40'", "the fingerprint is cut short", 2),
        ("vm", "'ssh-keygen -E md5 -lf /etc/ssh/ssh_host_ed25519_key.pub'", "only an MD5 or SHA-1 fingerprint", 2),
        ("vm", "x; export SAMPLE=1; az --scripts x", "sample script instead of yours", 2),
    ] {
        vm.ends(root, scripts, words, status);
    }
}

/// The ECDSA fingerprint alone, and a host that shows Ed25519, as after the article's steps.
#[cfg(unix)]
#[test]
fn the_ecdsa_fingerprint_of_a_host_without_that_key_comes_with_what_to_do() {
    needs!(SSH, SSHD, SSH_KEYGEN, DASH);
    let vm = Vm::start(&["ed25519"]);
    vm.machine("vm", &["ecdsa256"]);
    vm.ends("vm", ARTICLES, "the host showed the ED25519 key SHA256:", 1);
    vm.ends("vm", ARTICLES, "fingerprint to compare with (only ECDSA)", 1);
    vm.ends("vm", ARTICLES, "hint: get that fingerprint: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`", 1);
    vm.ends("vm", ARTICLES_BARE, "which is not the fingerprint that you gave", 1);
    // The fingerprint that was missing.
    vm.machine("vm", &["ed25519"]);
    vm.arrives("vm", "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'");
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
        // The public host key itself is accepted, too.
        vm.sandbox.write("key", sample_keys().read(format!("{key}.pub")));
        assert_eq!(vm.connect("key", &[]).good(), "connected\n");
    }
}

impl Vm {
    /// The fingerprint alone, which the article has people copy.
    fn bare(&self, key: &str) -> String {
        self.sandbox.shell(&format!("hostfp host_{key} | awk '{{print $2}}'")).good().trim_end().to_owned()
    }

    /// A ProxyCommand that connects to this VM. It ends with either side.
    fn proxy(&self) -> String {
        const PROXY: &str = "\
import os, socket, sys, threading
host = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
def pass_on(read, write):
    while data := read(65536):
        write(data)
    os._exit(0)
threading.Thread(target=pass_on, args=(lambda size: os.read(0, size), host.sendall), daemon=True).start()
pass_on(host.recv, lambda data: os.write(1, data))
";
        let proxy = self.sandbox.write("proxy.py", PROXY);
        format!("ProxyCommand=python3 {} {}", proxy.display(), self.server.port)
    }
}

#[test]
fn a_bare_fingerprint_of_any_type_is_enough_since_the_host_is_asked_which_it_is() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&HOST_KEYS.map(|(key, _)| key));
    // ssh's own connection, and hostfp's to find the key: ECDSA is tried first.
    for ((key, algorithm), connections) in HOST_KEYS.into_iter().zip([3, 2, 5, 6, 4]) {
        let middle = support::tamper::before(vm.server.port, 31, |_| ()).unwrap();
        // The man in the middle ends the connection after the key exchange; whether ssh trusts the host shows before.
        let outcome = vm.connect_to(middle.port, "-p %p", &vm.bare(key), &["-v"]);
        assert!(outcome.stderr.contains(&format!("kex: host key algorithm: {algorithm}")), "{key}: {outcome:?}");
        assert_eq!(middle.connections(), connections, "{key}");
        let outcome = vm.connect(&vm.bare(key), &[]);
        assert_eq!(outcome.stderr, "");
        assert_eq!(outcome.good(), "connected\n");
    }
    // With the key's type hostfp needs no connection.
    let middle = support::tamper::before(vm.server.port, 31, |_| ()).unwrap();
    let _ = vm.connect_to(middle.port, "-p %p", &format!("RSA {}", vm.bare("rsa2048")), &[]);
    assert_eq!(middle.connections(), 1);
}

#[test]
fn ssh_with_five_words_alone_is_answered_when_it_asks_for_the_right_type() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519", "ecdsa256"]);
    let bare = vm.bare("ecdsa256");
    let named = ["-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256"];
    assert_eq!(vm.connect_to(vm.server.port, "", &bare, &named).good(), "connected\n");
    vm.sandbox.write("fp", vm.fingerprints(&["ecdsa256"]));
    assert_eq!(vm.connect_to(vm.server.port, "", "fp", &[]).good(), "connected\n");
}

#[test]
fn a_host_that_only_ssh_can_reach_comes_with_the_types_to_try() {
    needs!(SSH, SSHD, SSH_KEYGEN, PYTHON);
    let vm = Vm::start(&["ed25519", "ecdsa256"]);
    let proxy = vm.proxy();
    let deaf = support::Listener::start(|_| std::thread::sleep(std::time::Duration::from_secs(60))).unwrap();
    let other = Vm::start(&["rsa2048"]);
    for (port, why) in [
        (support::CLOSED_PORT, "and the host could not be asked: cannot connect: connection refused"),
        (deaf.port, "and the host could not be asked: it accepted the connection, but sent no SSH banner in time"),
        // Seen from here, another machine may have that address.
        (other.server.port, "no key that the host shows here has the fingerprint that you gave"),
    ] {
        let through = |key: &str, options: &[&str]| {
            let options = [&["-o", proxy.as_str()], options].concat();
            vm.connect_to(port, "-T 1 -p %p", &vm.bare(key), &options)
        };
        let words = through("ecdsa256", &[]).fails(255);
        assert!(words.contains(why), "{words}");
        assert!(words.contains("the host showed the ED25519 key SHA256:"), "{words}");
        let hint =
            "hint: if yours is of another type, specify it: -o HostKeyAlgorithms=ecdsa-sha2-nistp256 (or rsa-sha2-512)";
        assert!(words.contains(hint), "{words}");
        assert_eq!(through("ecdsa256", &["-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256"]).good(), "connected\n");
        // The type that ssh asks for by default.
        assert_eq!(through("ed25519", &[]).good(), "connected\n");
    }
}

/// A man in the middle shows hostfp the key with the expected fingerprint, and ssh another key.
#[test]
fn what_the_host_showed_before_is_never_an_answer() {
    needs!(SSH, SSHD, SSH_KEYGEN, PYTHON);
    let (vm, other) = (Vm::start(&["ecdsa256"]), Vm::start(&["ecdsa384"]));
    let options = ["-o", &other.proxy()];
    let words = vm.connect_to(vm.server.port, "-p %p", &vm.bare("ecdsa256"), &options).fails(255);
    assert!(words.contains("the host showed the ECDSA key (nistp384) SHA256:"), "{words}");
}

/// The guide's lines for ssh_config, unchanged.
#[test]
fn the_guides_lines_for_ssh_config_connect() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&HOST_KEYS.map(|(key, _)| key));
    let guide = fs::read_to_string(support::binaries::root().join("docs/first-connection.md")).unwrap();
    let recipe: String = guide
        .lines()
        .skip_while(|line| line.trim() != "Host vm")
        .take_while(|line| line.starts_with("    "))
        .map(|line| line[4..].to_owned() + "\n")
        .collect();
    let home = vm.sandbox.path().display().to_string();
    let recipe = recipe
        .replace("203.0.113.7", "127.0.0.1")
        .replace("/usr/local/bin/hostfp", &support::binaries::tool("hostfp").display().to_string())
        .replace("%d", &home);
    assert!(recipe.contains("KnownHostsCommand") && recipe.contains(&format!("{home}/.ssh/vm.json")), "{recipe}");
    let more = format!(
        "    Port {}\n    IdentityFile user\n    BatchMode yes\n    UserKnownHostsFile none\nHost jumped\n    \
         ProxyJump vm\n    HostName 127.0.0.1\n",
        vm.server.port
    );
    let jumped: String = recipe.lines().skip(2).map(|line| format!("{line}\n")).collect();
    vm.sandbox.write("config", format!("{recipe}{more}{jumped}{}", more.split("Host jumped").next().unwrap()));
    let all = HOST_KEYS.map(|(key, _)| key);
    for text in [run_command(&vm.fingerprints(&all)), vm.bare("ecdsa256"), vm.fingerprints(&["rsa2048"])] {
        vm.sandbox.write(".ssh/vm.json", text);
        for host in ["vm", "jumped"] {
            assert_eq!(vm.sandbox.run("ssh", ["-F", "config", host, "echo connected"]).good(), "connected\n", "{host}");
        }
    }
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
fn a_host_without_a_key_of_the_trusted_types_is_not_called_a_wrong_host() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519"]);
    vm.sandbox.write("fp", sample_keys().run("hostfp", ["ecdsa256.pub"]).good());
    let words = vm.connect("fp", &[]).fails(255);
    assert!(words.contains("fingerprint to compare with (only ECDSA)"), "{words}");
}

#[test]
fn text_without_a_fingerprint_never_lets_ssh_through() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let vm = Vm::start(&["ed25519"]);
    let whole = vm.fingerprints(&["ed25519"]);
    let known_hosts = format!("* {}", sample_keys().read("ed25519.pub"));
    for (text, words) in [
        (String::new(), "is empty"),
        (run_command(""), "the script printed nothing"),
        (run_command("This is a sample script\n"), "sample script"),
        (run_command(&whole[..30]), "cut short"),
        (format!("@revoked {known_hosts}"), "is revoked"),
        // The error messages of a failed script are not an answer, however the text was saved.
        (format!("\u{feff}{}", run_command(&format!("\n[stderr]\n{whole}"))), "[stderr] twice"),
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

/// With CheckHostIP, ssh asks about the address too. An expectation that rejects it counts; a missing one is passed over.
#[test]
fn an_expectation_that_denies_an_address_is_not_passed_over() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = sample_keys().read("ed25519.pub");
    let words: Vec<&str> = key.split_whitespace().collect();
    let fingerprint = sample_keys().run("hostfp", ["-o", "ed25519.pub"]).good();
    let fingerprint = fingerprint.trim_end();
    let address = |verdict: &str| {
        sandbox.write(
            "10.0.0.4.json",
            format!("{{\"host\":\"10.0.0.4\",\"fingerprint\":\"{fingerprint}\",\"verdict\":\"{verdict}\"}}\n"),
        );
        let question = ["--expect", ".", "--answer-ssh", "ADDRESS", "10.0.0.4", words[0], words[1], "SHA256:x"];
        sandbox.run("hostfp", question).status
    };
    assert_eq!(address("mismatch"), Some(2));
    assert_eq!(address("match"), Some(0));
    fs::remove_file(sandbox.path().join("10.0.0.4.json")).unwrap();
    sandbox.write("vm.txt", &key);
    let question = ["--expect", ".", "--answer-ssh", "ADDRESS", "10.0.0.4", words[0], words[1], "SHA256:x"];
    assert_eq!(sandbox.run("hostfp", question).good(), "");
}

/// Another user may create a file of that name in the folder where a script runs.
#[test]
fn a_fingerprint_as_the_argument_is_never_the_name_of_a_file() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let (own, other) = (sample_keys().read("ed25519.pub"), sample_keys().read("ecdsa256.pub"));
    let words: Vec<&str> = other.split_whitespace().collect();
    let fingerprint = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    let key = own.trim_end().rsplit_once(' ').map_or("", |(key, _)| key);
    let bare = fingerprint.trim_start_matches("SHA256:");
    let in_quotes = format!("`{fingerprint}`.");
    for argument in [fingerprint, &format!("ED25519 {fingerprint}"), &format!("{bare}."), &in_quotes, key] {
        // Slashes in the fingerprint make folders.
        if let Some((folder, _)) = argument.rsplit_once('/') {
            fs::create_dir_all(sandbox.path().join(folder)).unwrap();
        }
        sandbox.write(argument, &other);
        let asks = |expect: &str| {
            let arguments = ["--expect", expect, "--answer-ssh", "HOSTNAME", "vm", words[0], words[1], "SHA256:x"];
            sandbox.run("hostfp", arguments).stdout
        };
        assert_eq!(asks(argument), "", "{argument}");
        assert!(asks(&format!("./{argument}")).starts_with("vm ecdsa-sha2-nistp256 "), "{argument}");
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
            let askpass = vm.sandbox.write_script("askpass", &format!("echo '{passphrase}'\n"));
            let hostfp = support::binaries::tool("hostfp");
            let ssh = format!(
                "ssh -F none -i user -p {} -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none -o \
                 'KnownHostsCommand={} --expect fp --answer-ssh %I %H %t %K %f' 127.0.0.1 echo connected",
                vm.server.port,
                hostfp.display()
            );
            let asked = format!("export SSH_ASKPASS={} SSH_ASKPASS_REQUIRE=force", askpass.display());
            assert_eq!(vm.sandbox.shell(&format!("{asked}; {ssh}")).good(), "connected\n", "{kind:?} by askpass");
            let agent = format!("{asked}; ssh-agent bash -c \"ssh-add -q user && unset SSH_ASKPASS && {ssh}\"");
            assert_eq!(vm.sandbox.shell(&agent).good(), "connected\n", "{kind:?} by ssh-agent");
        }
    }
}

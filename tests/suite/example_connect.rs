//! Runs examples/connect with a real sshd: a stand-in for each cloud's command line prints the formats of the real one.

use std::fs;
use std::path::PathBuf;

use support::{Outcome, Sandbox, binaries, needs};

use crate::handshake::Host;
use crate::key_fixtures::sample_keys;

fn examples() -> PathBuf {
    binaries::root().join("examples/connect")
}

/// A VM that runs sshd, and stand-ins for the clouds that have it.
struct Cloud {
    host: Host,
}

const KEYS: [&str; 2] = ["ecdsa256", "ed25519"];

impl Cloud {
    fn new() -> Self {
        let host = Host::start(&KEYS, "");
        let sandbox = &host.sandbox;
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "user"]).good();
        fs::copy(sandbox.file("user.pub"), sandbox.file("none")).unwrap();
        let cloud = Self { host };
        cloud.has(&KEYS);
        let az = binaries::root().join("tests/support/az.sh").display().to_string();
        cloud
            .stand_in("az", &format!("case $2 in show) echo 127.0.0.1 ;; *) VM=$PWD/vm exec sh {az} \"$@\" ;; esac\n"));
        // The output appears some time after the boot.
        cloud.stand_in(
            "aws",
            "case $2 in\ndescribe-instances) echo 127.0.0.1 ;;\n*) if [ -e asked ]; then cat console.json; else\n\
             echo '{\"InstanceId\": \"i-0\", \"Timestamp\": \"2026-01-01T00:00:00+00:00\"}' && touch asked; fi ;;\nesac\n",
        );
        cloud.stand_in("gcloud", "case $3 in describe) echo 127.0.0.1 ;; *) cat attributes.json ;; esac\n");
        cloud.stand_in(
            "openstack",
            "case $1 in server) echo \"{'net': ['10.0.0.5', '127.0.0.1']}\" ;; *) cat console ;; esac\n",
        );
        cloud
    }

    fn stand_in(&self, name: &str, script: &str) {
        let _ = self.host.sandbox.write_script(format!("bin/{name}"), script);
    }

    /// Has the control plane report these keys for the VM.
    fn has(&self, keys: &[&str]) {
        let sandbox = &self.host.sandbox;
        let line = |key: &str| sample_keys().read(format!("{key}.pub"));
        let mut block = String::from("[    0.000000] Linux version 6.1\r\n");
        let mut rows = Vec::new();
        let mut say = |line: &str| block += &format!("<14>Apr  9 22:06:30 cloud-init: {line}\r\n");
        say("-----BEGIN SSH HOST KEY FINGERPRINTS-----");
        for key in keys {
            sandbox.write(format!("vm/etc/ssh/ssh_host_{key}_key.pub"), line(key));
            say(sample_keys().run("hostfp", [format!("{key}.pub")]).good().trim_end());
            let words: Vec<String> = line(key).split(' ').map(str::to_owned).collect();
            rows.push(serde_json::json!({"key": words[0], "namespace": "hostkeys", "value": words[1]}));
        }
        say("-----END SSH HOST KEY FINGERPRINTS-----");
        let output = serde_json::json!({"InstanceId": "i-0", "Timestamp": "2026", "Output": block});
        sandbox.write("console.json", format!("{output:#}\n"));
        sandbox.write("console", block.replace("\r\n", "\n"));
        sandbox.write("attributes.json", format!("{:#}\n", serde_json::Value::Array(rows)));
    }

    /// Runs a command with the stand-ins on the PATH and its home in the sandbox.
    fn shell(&self, command: &str) -> Outcome {
        let start = format!("export HOME=$PWD PATH=$PWD/bin:$PATH PAUSE=0 TRIES=3 E={};", examples().display());
        self.host.sandbox.shell(&format!("{start} {command}"))
    }

    /// Connects by an example.
    fn connect(&self, example: &str) -> Outcome {
        let port = self.host.server.port;
        self.shell(&format!("$E/{example} -F none -i user -o BatchMode=yes -p {port} echo connected"))
    }
}

const EXAMPLES: [&str; 4] = ["azure.sh group vm", "aws.sh i-0", "gcloud.sh vm", "openstack.sh vm"];

#[test]
fn from_nothing_each_example_comes_to_a_verified_connection() {
    needs!(SSH, SSHD, SSH_KEYGEN, DASH);
    let cloud = Cloud::new();
    for example in EXAMPLES {
        // The second time the control plane's answer is stored already.
        for _ in 0..2 {
            let outcome = cloud.connect(example);
            assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "connected\n"), "{example} {outcome:?}");
        }
    }
    // The recipe for ~/.ssh/config.
    let config = format!(
        "Match originalhost vm exec \"PREPARE=1 {}/gcloud.sh vm\"\n    Include {}\n",
        examples().display(),
        cloud.host.sandbox.file(".ssh/vmkeys/gcloud-vm.config").display()
    );
    cloud.host.sandbox.write("config", config);
    let port = cloud.host.server.port;
    for before in ["rm -r .ssh/vmkeys;", ""] {
        let ssh = cloud.shell(&format!("{before} ssh -F config -i user -o BatchMode=yes -p {port} vm echo connected"));
        assert_eq!((ssh.status, ssh.stdout.as_str()), (Some(0), "connected\n"), "{ssh:?}");
    }
}

#[test]
fn no_example_connects_to_another_machine_or_without_an_answer() {
    needs!(SSH, SSHD, SSH_KEYGEN, DASH);
    let cloud = Cloud::new();
    for file in ["ecdsa256", "ed25519"] {
        fs::remove_file(cloud.host.sandbox.file(format!("vm/etc/ssh/ssh_host_{file}_key.pub"))).unwrap();
    }
    cloud.has(&["rsa4096"]);
    for example in EXAMPLES {
        let outcome = cloud.connect(example);
        assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{example} {outcome:?}");
    }
    let _ = cloud.shell("rm -r .ssh/vmkeys").good();
    for file in ["console.json", "console", "attributes.json"] {
        cloud.host.sandbox.write(file, "[]\n");
    }
    for example in &EXAMPLES[1..] {
        let outcome = cloud.connect(example);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{example} {outcome:?}");
        assert!(outcome.stderr.contains("hostfp: "), "{example} {outcome:?}");
    }
}

#[test]
fn an_example_says_why_the_clouds_own_command_fails() {
    needs!(SSH_KEYGEN, DASH);
    let cloud = Cloud::new();
    cloud.stand_in(
        "gcloud",
        "case $3 in describe) echo 127.0.0.1 ;; *) echo 'run gcloud auth login' >&2; exit 1 ;; esac\n",
    );
    // A file that an earlier call left is not the reason.
    let outcome = cloud.shell("mkdir -p .ssh/vmkeys; echo old > .ssh/vmkeys/gcloud-vm.why; $E/gcloud.sh vm");
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(2), "run gcloud auth login\n"), "{outcome:?}");
}

/// azure-cli's own formatters, for a result on standard input.
const FORMATTERS: &str = "import json, sys
from azure.cli.core._output import AzOutputProducer
from knack.cli import CLI
from knack.util import CommandResultItem
producer = AzOutputProducer(CLI(config_dir=sys.argv[2]))
producer.out(CommandResultItem(json.load(sys.stdin)), formatter=producer.get_formatter(sys.argv[1]))
";

/// The example asks for JSON; people save the other formats.
#[test]
fn every_output_format_of_azure_cli_is_accepted_or_refused_with_a_remedy() {
    needs!(AZURE_CLI, SSH, SSHD, SSH_KEYGEN, DASH);
    let cloud = Cloud::new();
    let sandbox = &cloud.host.sandbox;
    sandbox.write("formatters.py", FORMATTERS);
    let az = binaries::root().join("tests/support/az.sh").display().to_string();
    let python = support::peers::AZURE_CLI.find().unwrap().display().to_string();
    cloud.stand_in(
        "az",
        &format!(
            "case $2 in show) echo 127.0.0.1 ;; *) for last; do :; done\nVM=$PWD/vm sh {az} \"$@\" > result &&\n\
             {python} formatters.py \"$last\" azure < result ;; esac\n"
        ),
    );
    let outcome = cloud.connect("azure.sh group vm");
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "connected\n"), "{outcome:?}");
    let first = sandbox.read("result");
    let value: serde_json::Value = serde_json::from_str(&first).unwrap();
    let message = &value["value"][0]["message"];
    let output = message.as_str().unwrap().split("[stdout]\n").nth(1).unwrap().split("\n[stderr]").next().unwrap();
    let view = serde_json::json!({"executionState": "Succeeded", "exitCode": 0, "executionMessage": "", "output": output,
        "error": "", "startTime": "2026-01-01T00:00:00+00:00", "endTime": "2026-01-01T00:00:01+00:00", "statuses": null});
    let second = serde_json::json!({"name": "fp", "location": "x", "source": {"script": "hostfp"}, "tags": null,
        "provisioningState": "Succeeded", "instanceView": view});
    let messages = serde_json::json!([message]);
    for (what, result, refused) in [
        (
            "the first version",
            first,
            &[("table", "only whitespace"), ("tsv", "only a number"), ("none", "is empty")][..],
        ),
        (
            "the second",
            second.to_string(),
            &[("table", "without the script's output"), ("tsv", "columns without names"), ("none", "is empty")],
        ),
        ("its view", view.to_string(), &[("tsv", "columns without names"), ("none", "is empty")]),
        (
            "messages by --query",
            messages.to_string(),
            &[("yaml", "a list of YAML"), ("yamlc", "a list of YAML"), ("none", "is empty")],
        ),
        ("a message by --query", message.to_string(), &[("none", "is empty")]),
    ] {
        sandbox.write("result", result);
        for form in ["json", "jsonc", "yaml", "yamlc", "table", "tsv", "none"] {
            let printed = sandbox.shell(&format!("{python} formatters.py {form} azure < result")).good();
            sandbox.write("printed", &printed);
            let outcome = sandbox.run("hostfp", ["--expect", "printed", "--connect", &cloud.host.name()]);
            match refused.iter().find(|(of, _)| *of == form) {
                None => assert_eq!(outcome.status, Some(0), "{what}, {form}: {outcome:?}\n{printed}"),
                Some((_, words)) => {
                    let report = outcome.fails(2);
                    assert!(report.contains(words) && report.contains("hint: "), "{what}, {form}: {report}\n{printed}");
                }
            }
        }
    }
}

/// cloud-init's script runs as at the first boot, with the folder of this VM instead of `/etc/ssh`; logger prints
/// instead of writing to the system's log.
#[test]
fn what_cloud_init_itself_writes_to_the_console_connects() {
    needs!(CLOUD_INIT, SSH, SSHD, SSH_KEYGEN, DASH);
    let cloud = Cloud::new();
    let sandbox = &cloud.host.sandbox;
    cloud.stand_in("logger", "exec /usr/bin/logger --socket-errors=off --no-act \"$@\"\n");
    let script = fs::read_to_string(support::peers::CLOUD_INIT.find().unwrap()).unwrap();
    sandbox
        .write("fingerprints.sh", script.replace("/etc/ssh/", &format!("{}/etc/ssh/", sandbox.file("vm").display())));
    let written = cloud.shell("sh fingerprints.sh '' ssh-dss").good();
    assert!(written.contains("cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n"), "{written}");
    assert!(written.contains("\n-----BEGIN SSH HOST KEY KEYS-----\n"), "{written}");
    let boot = "[    0.000000] Linux version 6.1\n[    9.123456] cloud-init[500]: Cloud-init v. 22.4.2 running 'modules:final'\n";
    let console = format!("{boot}{written}\nDebian GNU/Linux 12 vm ttyS0\n\nvm login: ");
    sandbox.write("console", &console);
    let output = serde_json::json!({"InstanceId": "i-0", "Timestamp": "2026", "Output": console.replace('\n', "\r\n")});
    sandbox.write("console.json", format!("{output:#}\n"));
    for example in ["aws.sh i-0", "openstack.sh vm"] {
        let outcome = cloud.connect(example);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "connected\n"), "{example} {outcome:?}");
    }
}

/// The first connection is verified by a key that was made before the VM.
#[test]
fn a_key_that_is_known_before_boot_gives_way_to_one_that_the_vm_made() {
    needs!(SSH, SSHD, SSH_KEYGEN, DASH);
    let cloud = Cloud::new();
    let sandbox = &cloud.host.sandbox;
    let _ = cloud.shell("$E/preseed.sh make vm").good();
    let data = sandbox.read("vm.user-data");
    assert!(
        data.starts_with("#cloud-config\n") && data.contains("\n    -----BEGIN OPENSSH PRIVATE KEY-----\n"),
        "{data}"
    );
    let known = sandbox.read("vm.known_hosts");
    assert!(data.contains(known.trim_start_matches("vm ").trim_end()), "{known}");
    // As the guest would use it. sshd has another key here, and the connection ends.
    let port = cloud.host.server.port;
    let new = sandbox.file("user.pub").display().to_string();
    let rotate = |before: &str| {
        cloud.shell(&format!("{before} SUDO= ROTATE='cat {new}' $E/preseed.sh rotate vm -F none -i user -o BatchMode=yes -p {port} 127.0.0.1"))
    };
    assert!(rotate("").status != Some(0));
    assert_eq!(sandbox.read("vm.known_hosts"), known);
    let line = sample_keys().read("ed25519.pub");
    sandbox.write("vm.known_hosts", format!("vm {line}"));
    let _ = rotate("").good();
    assert_eq!(sandbox.read("vm.known_hosts"), format!("vm {}", sandbox.read("user.pub")));
    assert!(!sandbox.file("vm.user-data").exists());
}

/// hostfp reads the host keys that PuTTY stores, and PuTTY accepts hostfp's lines.
#[test]
fn putty_and_hostfp_understand_each_other() {
    needs!(SSHD, PLINK);
    for key in ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"] {
        let host = Host::start(&[key], "");
        let sandbox = &host.sandbox;
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "user"]).good();
        fs::copy(sandbox.file("user.pub"), sandbox.file("none")).unwrap();
        let _ = sandbox.shell("puttygen user -o user.ppk -O private").status;
        let port = host.server.port;
        let plink = |options: &str| {
            sandbox.shell(&format!(
                "export HOME=$PWD PUTTYDIR=$PWD/.putty; plink {options} -P {port} -i user.ppk $(id -un)@127.0.0.1 echo connected"
            ))
        };
        let fingerprint = sandbox.run("hostfp", ["-o", "--connect", &host.name()]).good();
        assert_eq!(plink(&format!("-batch -hostkey {}", fingerprint.trim_end())).good(), "connected\n");
        let other = fingerprint.trim_end().replace("SHA256:", "SHA256:A").split_at(50).0.to_owned();
        assert!(plink(&format!("-batch -hostkey {other}")).status != Some(0));
        // PuTTY asks about the key, and stores it.
        let kept = sandbox.shell(&format!(
            "export HOME=$PWD PUTTYDIR=$PWD/.putty; echo y | plink -P {port} -i user.ppk $(id -un)@127.0.0.1 echo connected"
        ));
        assert!(kept.stdout.contains("connected"), "{kept:?}");
        let cache = sandbox.read(".putty/sshhostkeys");
        let outcome = sandbox.run("hostfp", ["--expect", ".putty/sshhostkeys", "--connect", &host.name()]);
        assert_eq!(outcome.status, Some(0), "{cache} {outcome:?}");
        let registry: String = cache
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, value)| format!("\"{name}\"=\"{value}\"\r\n"))
            .collect();
        let export = format!(
            "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\SshHostKeys]\r\n{registry}\r\n"
        );
        let utf16: Vec<u8> = format!("\u{feff}{export}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        sandbox.write("putty.reg", utf16);
        let _ = sandbox.run("hostfp", ["--expect", "putty.reg", "--connect", &host.name()]).good();
        let other = sandbox.run("hostfp", ["--expect", "putty.reg", "--connect", "127.0.0.1:1"]);
        assert_eq!(other.status, Some(2), "{other:?}");
    }
}

#[test]
fn shellcheck_finds_nothing_in_the_examples() {
    needs!(SHELLCHECK);
    for entry in fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "sh") {
            let outcome = Sandbox::new().run("shellcheck", ["-x".into(), "-P".into(), examples(), path.clone()]);
            assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{}", path.display());
        }
    }
}

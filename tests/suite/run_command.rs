//! Tests the script for Run Command with several sets of tools, and the article's steps with it: from a stand-in for
//! azure-cli to real ssh and sshd.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use common::key::{Hash, PublicKey};
use support::{Outcome, Peer, Sandbox, needs, peers};

use crate::key_fixtures::sample_keys;

const SHELLS: [&[&str]; 3] = [&["dash"], &["bash"], &["busybox", "sh"]];

const KEYS: [&str; 5] = ["ecdsa256", "ecdsa384", "ecdsa521", "ed25519", "rsa2048"];

/// A machine with host keys, one of them with a comment longer than all that Run Command prints.
fn machine() -> Sandbox {
    let machine = Sandbox::new();
    for key in KEYS {
        let public = sample_keys().read(format!("{key}.pub"));
        let comment = if key == "ed25519" { "*".repeat(5000) } else { "% \"a\\n`b`$(c) (RSA)".to_owned() };
        let words: Vec<&str> = public.split(' ').take(2).collect();
        machine.write(format!("etc/ssh/ssh_host_{key}_key.pub"), format!("{} {comment}\n", words.join(" ")));
    }
    machine
}

/// Makes a folder with only these tools, the script's `PATH`.
fn tools(machine: &Sandbox, folder: &str, names: &[&str], from: Option<Peer>) {
    fs::create_dir_all(machine.file(folder)).unwrap();
    for name in names {
        let tool = from.unwrap_or(Peer { program: "", package: None });
        let found = if from.is_some() { tool.find() } else { find(name) };
        symlink(found.unwrap(), machine.file(folder).join(name)).unwrap();
    }
}

fn find(name: &str) -> Option<std::path::PathBuf> {
    std::env::split_paths(&support::binaries::search_path()).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Runs the script with the tools of a folder. `/etc/ssh/` is the sandbox's.
fn run(machine: &Sandbox, shell: &[&str], folder: &str) -> Outcome {
    let script = sample_keys().run("hostfp", ["--run-command-script"]).good();
    machine.write("script", script.replace("/etc/ssh/", &format!("{}/etc/ssh/", machine.path().display())));
    let shell_path = find(shell[0]).unwrap();
    let path = format!("PATH={}", machine.file(folder).display());
    let start = ["-i".to_owned(), path, shell_path.display().to_string()];
    let rest = shell[1..].iter().map(|word| (*word).to_owned()).chain(["script".to_owned()]);
    machine.run("env", start.into_iter().chain(rest))
}

/// Size, fingerprint and type of each line.
fn quirks(lines: &str) -> BTreeSet<(String, String, String)> {
    let fact = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        (words[0].to_owned(), words[1].to_owned(), (*words.last().unwrap()).to_owned())
    };
    lines.lines().map(fact).collect()
}

fn expected(machine: &Sandbox) -> BTreeSet<(String, String, String)> {
    quirks(&machine.shell("for key in etc/ssh/*.pub; do ssh-keygen -lf $key; done").good())
}

#[test]
fn the_script_prints_what_ssh_keygen_prints_with_whatever_tools_there_are() {
    needs!(SSH_KEYGEN, OPENSSL, DASH, BUSYBOX);
    let machine = machine();
    let expected = expected(&machine);
    assert_eq!(expected.len(), KEYS.len());
    tools(&machine, "with-ssh-keygen", &["uname", "ssh-keygen"], None);
    tools(&machine, "with-openssl", &["uname", "openssl"], None);
    tools(&machine, "with-coreutils", &["uname", "sha256sum", "base64", "sed"], None);
    tools(&machine, "with-busybox", &["uname", "sha256sum", "base64", "sed"], Some(peers::BUSYBOX));
    tools(&machine, "with-hostfp", &["uname"], None);
    let hostfp = support::binaries::tool("hostfp");
    let wrapper = format!("exec {} --sysroot {}\n", hostfp.display(), machine.path().display());
    let _ = machine.write_script("with-hostfp/hostfp", &wrapper);
    let name = machine.shell("uname -n").good();
    for shell in SHELLS {
        for folder in ["with-ssh-keygen", "with-openssl", "with-coreutils", "with-busybox", "with-hostfp"] {
            let outcome = run(&machine, shell, folder);
            assert_eq!(outcome.stderr, "", "{shell:?} {folder}");
            let printed = outcome.good();
            assert_eq!(quirks(&printed), expected, "{shell:?} {folder}");
            assert!(printed.lines().all(|line| line.split(' ').nth(2) == Some(name.trim_end())), "{printed}");
        }
    }
}

/// hostfp accepts every key by the script's output, also if there is no tool and the script prints the keys themselves.
#[test]
fn hostfp_trusts_what_the_script_prints() {
    needs!(SSH_KEYGEN, DASH, BUSYBOX);
    let machine = machine();
    tools(&machine, "with-ssh-keygen", &["ssh-keygen"], None);
    tools(&machine, "with-nothing", &[], None);
    for shell in SHELLS {
        for folder in ["with-ssh-keygen", "with-nothing"] {
            let printed = run(&machine, shell, folder).good();
            assert_eq!(printed.lines().count(), KEYS.len(), "{shell:?} {folder}: {printed}");
            let message = format!("Enable succeeded: \n[stdout]\n{printed}\n[stderr]\n");
            machine.write(
                "vm.json",
                serde_json::json!({"value": [
                {"code": "ProvisioningState/succeeded", "message": message}]})
                .to_string(),
            );
            for key in KEYS {
                let line = sample_keys().read(format!("{key}.pub"));
                let words: Vec<&str> = line.split_whitespace().collect();
                let question = ["HOSTNAME", "vm", words[0], words[1], "SHA256:x"];
                let arguments = ["--expect", "vm.json", "--answer-ssh"].into_iter().chain(question);
                assert_eq!(machine.run("hostfp", arguments).good(), format!("vm {} {}\n", words[0], words[1]));
            }
        }
    }
}

/// printf makes the bytes of a digest from escapes, some of which are special to it.
#[test]
fn every_byte_of_a_digest_survives_the_shells() {
    needs!(SSH_KEYGEN, DASH, BUSYBOX);
    let machine = Sandbox::new();
    let mut bytes = BTreeSet::new();
    for number in 0..40_u8 {
        let key = PublicKey::ed25519(&[number; 32]).unwrap();
        bytes.extend(key.fingerprint(Hash::Sha256).digest().to_vec());
        let blob = base64(&machine, key.blob());
        machine.write(format!("etc/ssh/ssh_host_{number}_key.pub"), format!("ssh-ed25519 {blob}\n"));
    }
    assert!([0, b'\n', b'%', b'\\', b'\'', 0xff].iter().all(|byte| bytes.contains(byte)), "{bytes:?}");
    let expected = expected(&machine);
    tools(&machine, "with-coreutils", &["sha256sum", "base64", "sed"], None);
    tools(&machine, "with-busybox", &["sha256sum", "base64", "sed"], Some(peers::BUSYBOX));
    for shell in SHELLS {
        for folder in ["with-coreutils", "with-busybox"] {
            assert_eq!(quirks(&run(&machine, shell, folder).good()), expected, "{shell:?} {folder}");
        }
    }
}

fn base64(sandbox: &Sandbox, bytes: &[u8]) -> String {
    sandbox.run_with("base64", ["-w0"], bytes).good()
}

#[test]
fn the_scripts_output_is_never_cut_by_run_command() {
    needs!(SSH_KEYGEN, DASH);
    let machine = Sandbox::new();
    for number in 0..100 {
        machine.write(format!("etc/ssh/ssh_host_{number}_key.pub"), sample_keys().read("ed25519.pub"));
        machine.write(format!("etc/ssh/ssh_host_r{number}_key.pub"), sample_keys().read("rsa2048.pub"));
    }
    tools(&machine, "with-ssh-keygen", &["uname", "ssh-keygen"], None);
    tools(&machine, "with-nothing", &[], None);
    for folder in ["with-ssh-keygen", "with-nothing"] {
        let printed = run(&machine, &["dash"], folder).good();
        assert!(printed.len() < 3600 && printed.lines().count() > 5, "{}", printed.len());
        assert!(printed.lines().all(|line| line.ends_with(')') || line.starts_with("ssh-")), "{printed}");
    }
}

#[test]
fn the_script_prints_the_keys_that_sshd_names() {
    needs!(SSH_KEYGEN, SSHD, DASH);
    let machine = machine();
    let _ = machine.shell("ssh-keygen -q -t ed25519 -N '' -f own && mkdir -p /run/sshd").status;
    let own = machine.file("own").display().to_string();
    machine.write("config", format!("HostKey {own}\nHostKey {own}.missing\n"));
    tools(&machine, "path", &["ssh-keygen"], None);
    let sshd = format!("exec {} \"$@\" -f {}\n", find("sshd").unwrap().display(), machine.file("config").display());
    let _ = machine.write_script("path/sshd", &sshd);
    let expected = quirks(&machine.run("ssh-keygen", ["-lf", "own"]).good());
    assert_eq!(quirks(&run(&machine, &["dash"], "path").good()), expected);
    // Also without its public file.
    fs::remove_file(machine.file("own.pub")).unwrap();
    assert_eq!(quirks(&run(&machine, &["dash"], "path").good()), expected);
}

#[test]
fn a_machine_without_host_keys_says_so() {
    needs!(DASH);
    let machine = Sandbox::new();
    tools(&machine, "path", &[], None);
    let outcome = run(&machine, &["dash"], "path");
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", "no host keys\n"));
}

#[test]
fn shellcheck_finds_nothing_in_the_script() {
    needs!(SHELLCHECK);
    let root = support::binaries::root();
    for script in ["crates/hostfp/src/script/run_command.sh", "tests/support/az.sh"] {
        let outcome = Sandbox::new().run("shellcheck", [root.join(script)]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{script}");
    }
}

#[test]
fn the_script_goes_alone() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("hostfp", ["--run-command-script", "file"]).fails(2);
    let _ = sandbox.run("hostfp", ["--run-command-script", "--expect", "SHA256:x"]).fails(2);
}

/// A shell command that defines `az` as the stand-in, for the machine whose root is that folder.
pub(crate) fn az(sandbox: &Sandbox, root: &str) -> String {
    let script = support::binaries::root().join("tests/support/az.sh");
    fs::create_dir_all(sandbox.file(root)).unwrap();
    format!("az() {{ VM=$PWD/{root} sh {} \"$@\"; }}\n", Path::new(&script).display())
}

/// The article's command.
pub(crate) const INVOKE: &str = "az vm run-command invoke -g group -n vm --command-id RunShellScript --scripts";

#[test]
fn the_stand_in_for_azure_cli_prints_what_is_known_of_the_real_one() {
    needs!(DASH);
    let sandbox = Sandbox::new();
    let az = az(&sandbox, "vm");
    let message = |scripts: &str| {
        let json = sandbox.shell(&format!("{az}{INVOKE} {scripts}")).good();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["value"][0]["code"], "ProvisioningState/succeeded");
        json["value"][0]["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("'echo a \\\"b; echo c >&2; exit 3'"), "Enable succeeded: \n[stdout]\na \"b\n\n[stderr]\nc\n");
    assert_eq!(message("'printf x'"), "Enable succeeded: \n[stdout]\nx\n[stderr]\n");
    let long = message("'seq 2000'");
    let stdout = long.strip_prefix("Enable succeeded: \n[stdout]\n").unwrap().strip_suffix("\n[stderr]\n").unwrap();
    assert_eq!((stdout.len(), stdout.ends_with("\n2000\n")), (4096, true));
}

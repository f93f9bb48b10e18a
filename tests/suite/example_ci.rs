//! Tests examples/ci, examples/ansible and examples/terraform: what they refuse and what they let through.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;
use support::{Outcome, Sandbox, binaries, needs, peers};

use crate::guides::Hosts;
use crate::key_fixtures::sample_keys;

fn example(path: &str) -> PathBuf {
    binaries::root().join("examples").join(path)
}

/// A repository with files that hold public keys, all good.
struct Repository {
    sandbox: Sandbox,
}

impl Repository {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let key = sample_keys().read("ed25519.pub");
        let key = key.trim_end();
        sandbox.write("keys/me.pub", format!("{key}\n"));
        sandbox.write("authorized_keys", format!("# team\nfrom=\"10.0.0.0/8\" {key}\n"));
        sandbox.write("main.tf", format!("resource \"x\" \"y\" {{\n  public_key = \"{key}\"\n  name = \"vm\"\n}}\n"));
        sandbox.write("user-data.yaml", format!("#cloud-config\nssh_authorized_keys:\n  - {key}\nruncmd:\n  - date\n"));
        sandbox.write("a.c", "int main(void) { return 0; }\n");
        sandbox.write("notes.md", "A line -----BEGIN OPENSSH PRIVATE KEY----- precedes a key.\n");
        sandbox.write("blob", [0, 159, 146, 150].repeat(5000));
        let _ = sandbox.shell("git init -q . && git add -A").good();
        Self { sandbox }
    }

    fn check(&self, arguments: &str) -> Outcome {
        let script = example("ci/check.sh").display().to_string();
        self.sandbox.shell(&format!("git add -A && dash '{script}' {arguments}"))
    }
}

/// A private key as the files of a repository hold it.
fn private_keys() -> [(&'static str, String); 6] {
    let key = sample_keys().read("ed25519");
    let indented: String = key.lines().map(|line| format!("    {line}\n")).collect();
    let encoded = Sandbox::new().run_with("base64", ["-w0"], &key).good();
    [
        ("id", key.clone()),
        (".env", format!("KEY=\"{}\"\n", key.replace('\n', "\\n"))),
        ("values.yml", format!("data:\n  key: |\n{indented}")),
        ("secret.yml", format!("kind: Secret\ndata:\n  name: eA==\n  key: {encoded}\n")),
        ("joined", key.replace('\n', " ")),
        ("a b.pub", format!("{}{key}", sample_keys().read("rsa2048.pub"))),
    ]
}

#[test]
fn a_repository_of_good_public_keys_passes() {
    needs!(GIT, DASH, SSH_KEYGEN);
    let repository = Repository::new();
    for policy in ["", "--for azure", "--for github,aws"] {
        let outcome = repository.check(policy);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{policy}: {outcome:?}");
    }
}

#[test]
fn a_private_key_in_any_file_of_a_repository_is_refused_with_its_place() {
    needs!(GIT, DASH, SSH_KEYGEN);
    for (name, text) in private_keys() {
        let repository = Repository::new();
        repository.sandbox.write(name, text);
        let outcome = repository.check("");
        assert_eq!(outcome.status, Some(1), "{name}: {outcome:?}");
        let refused = outcome.stdout.lines().filter(|line| line.contains(": error: private-key: "));
        let refused: Vec<&str> = refused.filter(|line| line.starts_with(&format!("./{name}:"))).collect();
        assert!(!refused.is_empty(), "{name}: {outcome:?}");
        assert!(!outcome.stdout.contains("AAAA"), "no key is shown: {outcome:?}");
    }
    // A private key whose public half is encrypted, too.
    let repository = Repository::new();
    let _ = repository.sandbox.run("keygen", ["-q", "-m", "PKCS8", "-N", "secret", "-f", "closed"]).good();
    assert!(repository.check("").stdout.contains("./closed:1: error: private-key: the private key is encrypted"));
}

#[test]
fn weak_and_refused_public_keys_are_found_in_every_kind_of_file() {
    needs!(GIT, DASH, SSH_KEYGEN);
    let key = sample_keys().read("ed25519.pub");
    for (other, policy, finding) in
        [("rsa1024.pub", "", "rsa-weak-size"), ("ecdsa256.pub", "--for azure", "type-refused")]
    {
        let repository = Repository::new();
        for file in ["keys/me.pub", "authorized_keys", "main.tf", "user-data.yaml"] {
            let text = repository.sandbox.read(file).replace(key.trim_end(), sample_keys().read(other).trim_end());
            repository.sandbox.write(file, text);
        }
        let outcome = repository.check(policy);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        for place in ["./keys/me.pub:1", "./authorized_keys:2", "./main.tf:2", "./user-data.yaml:3"] {
            assert!(outcome.stdout.contains(&format!("{place}: fail: ")), "{place}: {outcome:?}");
        }
        assert_eq!(outcome.stdout.matches(&format!(": {finding}: ")).count(), 4, "{outcome:?}");
        assert_eq!(outcome.stdout.lines().count(), 8, "a verdict and a finding a key, and nothing else: {outcome:?}");
    }
    // A file for keys that contains no key.
    let repository = Repository::new();
    repository.sandbox.write("keys/me.pub", "ssh-ed25519 AAAA me\n");
    assert!(repository.check("").stdout.contains("./keys/me.pub:1: error: "));
}

#[test]
fn findings_are_annotations_on_github_and_no_name_is_a_command_there() {
    needs!(GIT, DASH, SSH_KEYGEN);
    let repository = Repository::new();
    repository.sandbox.write("::error::x", sample_keys().read("ed25519"));
    let outcome = repository
        .sandbox
        .shell(&format!("git add -A && GITHUB_ACTIONS=true sh '{}' '::error::x'", example("ci/check.sh").display()));
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    let commands: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 1, "{outcome:?}");
    assert!(commands[0].starts_with("::error file=::error::x,line=1::private-key: "), "{outcome:?}");
}

#[test]
fn the_script_says_when_it_cannot_check() {
    needs!(DASH);
    let script = example("ci/check.sh").display().to_string();
    let sandbox = Sandbox::new();
    let words = sandbox.shell(&format!("PATH=/usr/bin:/bin dash '{script}' x")).fails(2);
    assert!(words.contains("keycheck is not on the PATH"), "{words}");
    // A service that keycheck does not know must not count as a check.
    sandbox.write("weak.pub", sample_keys().read("rsa1024.pub"));
    let words = sandbox.shell(&format!("dash '{script}' --for azur weak.pub")).fails(2);
    assert!(words.contains("there is no rule for 'azur'"), "{words}");
    // The kernel kills it for want of memory.
    let killed = "for word; do case $word in ./*) kill -KILL $$ ;; esac; done\n";
    let _ = sandbox.write_script("bin/keycheck", killed);
    sandbox.write("id", sample_keys().read("ed25519"));
    let words = sandbox.shell(&format!("PATH=$PWD/bin:$PATH dash '{script}' id")).fails(2);
    assert!(words.contains("keycheck: exit status 137"), "{words}");
    // No git, no FILE.
    assert_eq!(sandbox.shell(&format!("dash '{script}'")).status, Some(2));
}

#[test]
fn actionlint_shellcheck_and_zizmor_find_nothing_in_the_examples() {
    needs!(ACTIONLINT, ZIZMOR, SHELLCHECK);
    let sandbox = Sandbox::new();
    for script in ["ci/check.sh", "parallel/run.sh", "terraform/verify.sh"] {
        let found = sandbox.run("shellcheck", [example(script)]);
        assert_eq!((found.stdout.as_str(), found.status), ("", Some(0)), "{script}");
    }
    let action = sandbox.write(".github/actions/ssh-keys/action.yml", fs::read(example("ci/action.yml")).unwrap());
    // The workflow of the page, completed to a whole one.
    let page = fs::read_to_string(example("ci/README.md")).unwrap();
    let job = page.lines().skip_while(|line| *line != "    jobs:").take_while(|line| !line.starts_with("Findings"));
    let job: String = job.map(|line| format!("{}\n", line.get(4..).unwrap_or_default())).collect();
    assert!(job.contains("uses: ./.github/actions/ssh-keys"), "{job}");
    let workflow = sandbox.write(".github/workflows/keys.yml", format!("name: keys\non: push\n{job}"));
    let _ = sandbox.run("mkdir", [".git"]).good();
    let found = sandbox.run(peers::ACTIONLINT.find().unwrap(), [&workflow]);
    assert_eq!((found.status, found.stdout.as_str()), (Some(0), ""), "{found:?}");
    let options = ["--offline", "--no-progress", "--pedantic"].map(PathBuf::from);
    let found = sandbox.run(peers::ZIZMOR.find().unwrap(), options.iter().chain([&action]));
    assert!(found.status == Some(0) && found.stdout.contains("No findings"), "{found:?}");
}

/// The pages call the scripts by name, as commands.
#[test]
fn every_script_that_names_its_interpreter_is_executable() {
    let mut scripts = 0;
    for folder in fs::read_dir(example("")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for script in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if fs::read(&script).unwrap().starts_with(b"#!") {
                scripts += 1;
                let mode = fs::metadata(&script).unwrap().permissions().mode();
                assert!(mode & 0o111 != 0, "{}", script.display());
            }
        }
    }
    assert!(scripts > 6, "{scripts}");
}

/// The steps of the action, as GitHub's runner runs them.
#[test]
fn the_action_fetches_keycheck_by_its_sum_and_checks() {
    needs!(GIT, BASH, CURL, SSH_KEYGEN);
    let action = fs::read_to_string(example("ci/action.yml")).unwrap();
    let fetch: String = action
        .lines()
        .skip_while(|line| !line.ends_with("run: |"))
        .skip(1)
        .take_while(|line| line.starts_with("        "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(
        fetch.contains("sha256sum") && action.contains("sh \"$GITHUB_ACTION_PATH/check.sh\" --for \"$KEYS_FOR\"\n")
    );
    let repository = Repository::new();
    let sandbox = &repository.sandbox;
    let _ = sandbox
        .shell(&format!(
            "mkdir -p served/vmkeys && cp '{}' served/vmkeys/ && tar -czf served.tar.gz -C served vmkeys && rm -r served",
            binaries::tool("keycheck").display()
        ))
        .good();
    let sum = sandbox.shell("sha256sum served.tar.gz").good();
    let run = |sum: &str| {
        sandbox.write("fetch.sh", &fetch);
        sandbox.shell(&format!(
            "export RUNNER_TEMP=$PWD GITHUB_OUTPUT=$PWD/output ARCHIVE=file://$PWD/served.tar.gz SHA256={sum}
             rm -f output; bash -eo pipefail fetch.sh && . ./output && \"$folder/keycheck\" --version"
        ))
    };
    assert!(run(&sum[..64]).good().starts_with("keycheck "));
    let refused = run(&"0".repeat(64));
    assert!(refused.status == Some(1) && !refused.stdout.contains("keycheck "), "{refused:?}");
}

#[test]
fn the_hook_for_pre_commit_is_the_script() {
    let hooks = fs::read_to_string(binaries::root().join(".pre-commit-hooks.yaml")).unwrap();
    let entry = hooks.lines().find_map(|line| line.trim().strip_prefix("entry: ")).unwrap();
    assert_eq!(binaries::root().join(entry), example("ci/check.sh"));
    assert!(hooks.contains("- id: ssh-keys\n") && hooks.contains("language: script\n"));
}

#[test]
fn terraforms_data_source_returns_the_key_of_a_verified_host_only() {
    needs!(JQ, SSHD, SSH_KEYGEN);
    let hosts = Hosts::start();
    let sandbox = hosts.copy();
    let script = example("terraform/verify.sh");
    let ask = |host: &str| {
        let query = serde_json::json!({"host": hosts.here(host), "expect": "vm.json"});
        sandbox.run_with("sh", [&script], query.to_string())
    };
    let answer: Value = serde_json::from_str(&ask("203.0.113.7").good()).unwrap();
    let public = sandbox.read("vm/etc/ssh/ssh_host_ed25519_key.pub");
    let key: Vec<&str> = public.split(' ').take(2).collect();
    assert_eq!(answer["host_key"], key.join(" "));
    assert_eq!(
        answer["fingerprint"],
        sandbox.run("pubfp", ["-o", "vm/etc/ssh/ssh_host_ed25519_key.pub"]).good().trim()
    );
    // The protocol of the data source: strings only.
    assert!(answer.as_object().unwrap().values().all(Value::is_string));
    let refused = ask("203.0.113.8");
    assert_eq!(refused.stdout, "");
    assert!(refused.fails(1).contains("this is not your VM"));
    let refused = sandbox.run_with("sh", [&script], "{\"host\": \"vm\"}");
    assert!(refused.status != Some(0) && refused.stdout.is_empty(), "{refused:?}");
    if let Some(terraform) = peers::optional(&peers::TERRAFORM) {
        let folder = example("terraform");
        let formatted = sandbox.run(terraform, ["fmt".as_ref(), "-check".as_ref(), folder.as_os_str()]);
        assert_eq!(formatted.status, Some(0), "{formatted:?}");
    }
}

#[test]
#[ignore = "needs Ansible: cargo xtask test --all"]
fn ansible_goes_on_with_verified_hosts_only() {
    needs!(ANSIBLE, SSHD, SSH, SSH_KEYGEN);
    let hosts = Hosts::start();
    let sandbox = hosts.copy();
    let host = |name: &str, address: &str| {
        let address = hosts.here(address);
        let (address, port) = address.trim_start_matches('[').split_once("]:").unwrap();
        format!("{name} ansible_host={address} ansible_port={port} expect=vm.json\n")
    };
    let options = "[all:vars]\nansible_user=nobody\nansible_ssh_common_args=\"-F none -o BatchMode=yes \
                   -o StrictHostKeyChecking=yes -o UserKnownHostsFile=known\"\n";
    let inventory = [host("mine", "203.0.113.7"), host("another", "203.0.113.8"), options.to_owned()].concat();
    sandbox.write("inventory", inventory);
    sandbox.write("known_hosts.yml", fs::read(example("ansible/known_hosts.yml")).unwrap());
    let site = "- ansible.builtin.import_playbook: known_hosts.yml\n- hosts: all\n  gather_facts: false\n  tasks:\n    \
                - ansible.builtin.debug: msg=reached\n      changed_when: true\n";
    sandbox.write("site.yml", site);
    let playbook = peers::ANSIBLE.find().unwrap();
    let words = ["-i", "inventory", "-e", "known_hosts=known", "site.yml"];
    let played = sandbox.run(playbook, words);
    assert!(played.stdout.contains("this is not your VM"), "{played:?}");
    let recap = |name: &str| played.stdout.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    assert!(recap("mine").contains("ok=2") && recap("another").contains("failed=1"), "{played:?}");
    let known = sandbox.read("known");
    assert_eq!(known.lines().count(), 3, "{known}");
    assert!(known.lines().all(|line| line.starts_with(&hosts.here("203.0.113.7"))), "{known}");
}

//! Runs the examples in `cases/` and in the manual pages. Those of other pages are in [`crate::guides`].

use std::fs;

use common::cli::{Example, Options};
use support::examples::{Step, check, check_step};
use support::{Sandbox, binaries, needs};

#[test]
fn every_case_does_what_it_says() {
    needs!(BASH);
    let folder = binaries::root().join("tests/cases");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        check(&name, &fs::read_to_string(&path).unwrap(), &Sandbox::new());
        cases += 1;
    }
    assert!(cases > 0);
}

#[test]
fn every_example_of_the_manual_pages_does_what_it_says() {
    needs!(SSH_KEYGEN);
    for (tool, examples) in [
        ("keygen", keygen::Args::TOOL.examples),
        ("keycheck", keycheck::Args::TOOL.examples),
        ("pubfp", pubfp::Args::TOOL.examples),
    ] {
        check_examples(tool, examples, &on_the_vm(), str::to_owned);
    }
}

/// hostfp's examples also name a VM at an address of the documentation range (RFC 5737); here it is this machine.
#[cfg(unix)]
#[test]
fn every_example_of_hostfps_manual_page_does_what_it_says() {
    needs!(SSHD, SSH_KEYGEN);
    let host = crate::handshake::Host::start(&["ed25519"], "");
    let sandbox = on_the_vm();
    let (name, known_as) = (host.name(), host.known_as());
    sandbox.write("fingerprints", crate::key_fixtures::sample_keys().run("hostfp", ["ed25519.pub"]).good());
    sandbox.write(format!("outputs/{known_as}"), sandbox.read("fingerprints"));
    sandbox.write("hosts", format!("{name}\n"));
    let here = |text: &str| {
        let text = text.replace("hostfp: 203.0.113.7", &format!("hostfp: {known_as}"));
        text.replace(" 203.0.113.7 (", &format!(" {known_as} (")).replace("203.0.113.7", &name)
    };
    check_examples("hostfp", hostfp::Args::TOOL.examples, &sandbox, here);
}

/// Runs a tool's examples; `here` replaces the names and addresses in them by those of this machine.
fn check_examples(tool: &str, examples: &[Example], sandbox: &Sandbox, here: impl Fn(&str) -> String) {
    for (index, example) in examples.iter().enumerate() {
        let is_no = [": fail: ", "this is not your VM"].iter().any(|words| example.prints.contains(words));
        let step = Step {
            line: index + 1,
            command: here(under_vm(&format!("$ {}\n", example.commands))[2..].trim_end()),
            prints: here(example.prints),
            status: i32::from(is_no),
        };
        check_step(&format!("{tool}(1), example"), &step, sandbox);
    }
}

/// Has examples use the machine in the folder `vm` instead of this one, which may have no host keys.
pub(crate) fn under_vm(text: &str) -> String {
    text.replace("$ hostfp\n", "$ hostfp --sysroot vm\n").replace(" /etc/ssh/", " vm/etc/ssh/")
}

/// The files of the examples: a user's key, `authorized_keys` with a good and an old key, and a machine's host keys.
pub(crate) fn on_the_vm() -> Sandbox {
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "set -e
             ssh-keygen -q -t rsa -b 2048 -N '' -C me@laptop -f id_rsa
             ssh-keygen -q -t ecdsa -N '' -C old@laptop -f old
             cat id_rsa.pub old.pub > authorized_keys
             rm old old.pub
             echo correct horse > secret
             mkdir -p vm/etc/ssh
             for type in ecdsa ed25519 rsa; do
                 ssh-keygen -q -t $type -N '' -C root@vm -f vm/etc/ssh/ssh_host_${type}_key
             done",
        )
        .good();
    sandbox
}

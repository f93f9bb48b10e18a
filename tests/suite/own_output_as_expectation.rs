//! Tests that hostfp accepts the tools' output for a host's keys as an expectation: each format, directly and through
//! Run Command.

use common::error::ExitStatus;
use serde_json::json;
use support::{Sandbox, needs};

use crate::in_process::run;
use crate::key_fixtures::sample_keys;

const KEYS: [(&str, &str); 3] = [("ecdsa", "ecdsa256"), ("ed25519", "ed25519"), ("rsa", "rsa2048")];

/// A machine with host keys.
fn machine() -> Sandbox {
    let machine = Sandbox::new();
    for (kind, key) in KEYS {
        machine.write(format!("etc/ssh/ssh_host_{kind}_key.pub"), sample_keys().read(format!("{key}.pub")));
    }
    machine
}

/// Whether hostfp trusts a sample key by this text.
fn vouches(sandbox: &Sandbox, text: &str, key: &str) -> Result<bool, String> {
    sandbox.write("expected", text);
    let line = sample_keys().read(format!("{key}.pub"));
    let words: Vec<&str> = line.split(' ').take(2).collect();
    let source = sandbox.file("expected").display().to_string();
    let arguments = ["--expect", &source, "--answer-ssh", "HOSTNAME", "vm", words[0], words[1].trim_end(), "x"];
    match run::<hostfp::Args>(arguments, b"") {
        (ExitStatus::Yes, stdout, _) => Ok(!stdout.is_empty()),
        (ExitStatus::No, ..) => Ok(false),
        (_, _, stderr) => Err(stderr),
    }
}

fn message(stdout: &str) -> String {
    json!({"value": [{"code": "ProvisioningState/succeeded",
        "message": format!("Enable succeeded: \n[stdout]\n{stdout}\n[stderr]\n")}]})
    .to_string()
}

#[test]
fn what_the_tools_print_of_host_keys_is_what_hostfp_expects() {
    let machine = machine();
    let sysroot = machine.path().display().to_string();
    let files: Vec<String> = KEYS
        .iter()
        .map(|(kind, _)| machine.file(format!("etc/ssh/ssh_host_{kind}_key.pub")).display().to_string())
        .collect();
    // The output names the files. On a machine they are at their usual place, not in a folder that anyone can write.
    let at_home = |text: String| text.replace(&sysroot, "");
    let own = |words: &str| {
        let words = words.split_whitespace().map(str::to_owned).chain(["--sysroot".to_owned(), sysroot.clone()]);
        at_home(run::<hostfp::Args>(words, b"").1)
    };
    let of_files = |words: &str| words.split_whitespace().map(str::to_owned).chain(files.clone()).collect::<Vec<_>>();
    let printed = [
        own(""),
        own("-v"),
        own("--json"),
        own("-E sha512"),
        own("-E sha384 -v"),
        own("-E sha512 --json"),
        run::<pubfp::Args>(of_files(""), b"").1,
        run::<pubfp::Args>(of_files("-v"), b"").1,
        run::<pubfp::Args>(of_files("--json"), b"").1,
        run::<pubfp::Args>(of_files("--sshfp vm.example"), b"").1,
        run::<keycheck::Args>(of_files("--for openssh --json"), b"").1,
        run::<keycheck::Args>(of_files("--for openssh"), b"").1,
    ];
    for text in printed.map(at_home) {
        for (_, key) in KEYS {
            assert_eq!(vouches(&machine, &text, key), Ok(true), "{key}\n{text}");
            assert_eq!(vouches(&machine, &message(&text), key), Ok(true), "{key}\n{text}");
        }
        for other in ["rsa4096", "ecdsa384"] {
            assert!(vouches(&machine, &text, other) != Ok(true), "{other}\n{text}");
            assert!(vouches(&machine, &message(&text), other) != Ok(true), "{other}\n{text}");
        }
    }
    // A fingerprint alone does not name its host among several; a machine's own output is for one host.
    let bare = own("-o");
    assert!(vouches(&machine, &bare, "ed25519").unwrap_err().contains("several fingerprints without a type"));
    assert_eq!(vouches(&machine, &message(&bare), "ed25519"), Ok(true));
    for text in [own("-E md5"), own("-E sha1"), own("-E md5 --json")] {
        assert!(vouches(&machine, &text, "ed25519").unwrap_err().contains("not trusted"), "{text}");
    }
}

/// The same formats for users' keys, which are not host keys.
#[test]
fn what_the_tools_print_of_users_keys_is_not_what_hostfp_expects() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("id_ed25519.pub", sample_keys().read("ed25519.pub"));
    sandbox.write("authorized_keys", sample_keys().read("ed25519.pub"));
    let file = sandbox.file("id_ed25519.pub").display().to_string();
    for text in [
        run::<pubfp::Args>(["--json", &file], b"").1,
        run::<keycheck::Args>(["--json", &file], b"").1,
        run::<keycheck::Args>([&file], b"").1,
    ] {
        for text in [text.clone(), message(&text)] {
            assert!(vouches(&sandbox, &text, "ed25519").is_err(), "{text}");
        }
    }
    for name in ["id_ed25519.pub", "authorized_keys"] {
        let source = sandbox.file(name).display().to_string();
        let (status, _, report) =
            run::<hostfp::Args>(["--expect", &source, "--answer-ssh", "ORDER", "vm", "NONE", "NONE", "NONE"], b"");
        assert_eq!(status, ExitStatus::Error, "{report}");
        assert!(report.contains("a file of users' keys"), "{report}");
    }
}

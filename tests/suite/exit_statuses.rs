//! Tests the exit status of many results: No takes precedence over Error, and Error over Yes.

use support::{Sandbox, needs};

use crate::key_fixtures::sample_keys;

#[test]
fn a_key_that_fails_counts_before_a_file_that_is_missing() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for key in ["ed25519", "ecdsa256"] {
        sandbox.write(format!("{key}.pub"), sample_keys().read(format!("{key}.pub")));
    }
    sandbox.write("text", "no key\n");
    for (tool, operands, status) in [
        ("keycheck", &["ed25519.pub", "missing"][..], 2),
        ("keycheck", &["missing", "ed25519.pub"], 2),
        ("keycheck", &["ecdsa256.pub", "missing"], 1),
        ("keycheck", &["missing", "ecdsa256.pub"], 1),
        ("keycheck", &["--json", "missing", "ecdsa256.pub"], 1),
        ("keycheck", &["--rewrite", "ecdsa256.pub", "missing"], 1),
        ("pubfp", &["ed25519.pub", "missing"], 2),
        ("pubfp", &["text", "missing"], 1),
        ("pubfp", &["missing", "text"], 1),
        ("pubfp", &["--sshfp", "vm", "missing", "text"], 1),
        ("hostfp", &["ed25519.pub", "./missing"], 2),
        ("hostfp", &["./missing", "text"], 1),
    ] {
        let outcome = sandbox.run(tool, operands);
        assert_eq!(outcome.status, Some(status), "{tool} {operands:?}: {outcome:?}");
        assert!(outcome.stderr.contains("missing: cannot read") || operands.contains(&"--json"), "{outcome:?}");
    }
}

/// A product of moduli includes all keys, or it is not written, also if a key fails.
#[test]
fn a_run_that_missed_a_file_leaves_no_product_though_a_key_fails() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for key in ["rsa2048", "ecdsa256"] {
        sandbox.write(format!("{key}.pub"), sample_keys().read(format!("{key}.pub")));
    }
    let run = ["-q", "--emit-product=product", "missing", "ecdsa256.pub", "rsa2048.pub"];
    let _ = sandbox.run("keycheck", run).fails(1);
    assert!(!sandbox.names().contains(&"product".to_owned()), "{:?}", sandbox.names());
}

#[cfg(unix)]
#[test]
fn a_wrong_host_counts_before_an_unreachable_one() {
    needs!(SSHD, SSH_KEYGEN);
    let (right, wrong) =
        (crate::handshake::Host::start(&["ed25519"], ""), crate::handshake::Host::start(&["rsa2048"], ""));
    let closed = format!("127.0.0.1:{}", support::CLOSED_PORT);
    let sandbox = Sandbox::new();
    sandbox.write("expected", sample_keys().run("hostfp", ["ed25519.pub", "ecdsa256.pub"]).good());
    let (right, wrong) = (right.name(), wrong.name());
    for (hosts, status) in [
        (&[&right, &right][..], 0),
        (&[&right, &closed], 2),
        (&[&right, &wrong, &closed], 1),
        (&[&closed, &wrong, &right], 1),
    ] {
        for option in ["-q", "--json"] {
            let fixed = ["--expect", "expected", "--connect", option];
            let hosts = hosts.iter().map(|host| host.as_str());
            let outcome = sandbox.run("hostfp", fixed.into_iter().chain(hosts.clone()));
            assert_eq!(outcome.status, Some(status), "{option} {:?}: {outcome:?}", hosts.collect::<Vec<_>>());
        }
    }
}

/// For this machine's host keys: a file that can be read and is not a key that sshd loads is a No; one that cannot be
/// read is an Error.
#[cfg(unix)]
#[test]
fn a_damaged_host_key_counts_as_no_and_one_that_cannot_be_opened_as_an_error() {
    needs!(SSH_KEYGEN, SETPRIV);
    let damaged = sample_keys().read("ed25519")[..150].to_owned();
    let damage = |name: &str| format!("cat damaged > etc/ssh/{name};");
    let is_root = Sandbox::new().shell("id -u").good() == "0\n";
    let as_user = if is_root { "setpriv --reuid=65534 --regid=65534 --clear-groups" } else { "" };
    for config in ["", "HostKey /etc/ssh/ssh_host_ecdsa_key\nHostKey /etc/ssh/ssh_host_ed25519_key\n"] {
        for (change, status, words) in [
            (String::new(), 0, ""),
            (": > etc/ssh/ssh_host_ed25519_key;".to_owned(), 1, "an empty host key"),
            (damage("ssh_host_ed25519_key"), 1, "ssh_host_ed25519_key:"),
            ("cp ecdsa256.pub etc/ssh/ssh_host_ed25519_key.pub;".to_owned(), 1, "not the public key of"),
            ("echo x > etc/ssh/ssh_host_ed25519_key; rm etc/ssh/*ed25519*.pub;".to_owned(), 1, "no key in this line"),
            // A user other than root can read public files only, which is not an error.
            ("chmod 0 etc/ssh/ssh_host_ed25519_key;".to_owned(), 0, ""),
            ("chmod 0 etc/ssh/*ed25519*;".to_owned(), 2, "cannot read: permission denied"),
            ("rm etc/ssh/*ed25519*; ln -s gone etc/ssh/ssh_host_ed25519_key;".to_owned(), 2, "no such file"),
            ("rm etc/ssh/*ed25519*; mkdir etc/ssh/ssh_host_ed25519_key;".to_owned(), 2, "cannot read: is a folder"),
            // Both: the status is No.
            (format!("{} chmod 0 etc/ssh/*ed25519*;", damage("ssh_host_ecdsa_key")), 1, "permission denied"),
        ] {
            let sandbox = Sandbox::new();
            let _ = sandbox.copy_program(support::binaries::tool("hostfp"), "hostfp");
            for (name, key) in [("ecdsa", "ecdsa256"), ("ed25519", "ed25519")] {
                let (private, public) = (sample_keys().read(key), sample_keys().read(format!("{key}.pub")));
                sandbox.write(format!("etc/ssh/ssh_host_{name}_key"), private);
                sandbox.write(format!("etc/ssh/ssh_host_{name}_key.pub"), public);
            }
            sandbox.write("ecdsa256.pub", sample_keys().read("ecdsa256.pub"));
            sandbox.write("damaged", &damaged);
            sandbox.write("etc/ssh/sshd_config", config);
            let run =
                format!("chmod 755 . hostfp etc etc/ssh; chmod 644 etc/ssh/*; {change} {as_user} ./hostfp --sysroot .");
            let outcome = sandbox.shell(&run);
            assert_eq!(outcome.status, Some(status), "{config}{change} {outcome:?}");
            assert!(outcome.stderr.contains(words), "{config}{change} {outcome:?}");
            assert!(status != 0 || outcome.stderr.is_empty(), "{config}{change} {outcome:?}");
            // The other keys are shown.
            assert!(outcome.stdout.contains("(ECDSA)"), "{config}{change} {outcome:?}");
        }
    }
}

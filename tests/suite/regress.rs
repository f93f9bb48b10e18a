//! OpenSSH's own regress tests with ours as the ssh-keygen under test, where they concern rsa, ecdsa and ed25519.
//!
//! What does not apply: keygen-comment.sh for the forms PKCS8 and PEM, which wants the comment that ssh-keygen takes
//! from the public key beside a private one; here a private key speaks for itself.

use support::{Sandbox, needs};

/// What the scripts expect around them, as OpenSSH's test-exec.sh gives it.
const AROUND: &str = "
    OBJ=$PWD
    SSHKEYGEN=$PWD/ssh-keygen
    SSH_KEYTYPES='ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 ssh-rsa'
    trace() { :; }
    fail() { echo \"failed: $*\"; FAILED=1; }
    fatal() { fail \"$@\"; exit 1; }
";

/// ssh-keygen under test: its `-l` is pubfp's work, and by its usage it says that it can export.
const SSH_KEYGEN: &str = "\
    case $1 in
        '-?') echo 'ssh-keygen -e' ;;
        -l) shift; [ \"$1\" = -E ] && [ \"$3\" = -f ] && exec pubfp -E \"$2\" \"$4\" ;;
        *) exec keygen \"$@\" ;;
    esac
";

fn run(script: &str, change: &str) {
    let sandbox = Sandbox::new();
    let _ = sandbox.write_script("ssh-keygen", SSH_KEYGEN);
    let folder = support::peers::OPENSSH_TESTS.find().unwrap().parent().unwrap().to_owned();
    let line = format!(
        "{AROUND}\nsed {change} '{}' > script; . ./script; echo \"done: ${{FAILED:-0}} failed\"",
        folder.join(script).display()
    );
    let outcome = sandbox.shell(&line);
    assert!(outcome.stdout.ends_with("done: 0 failed\n"), "{script}: {outcome:?}");
    assert!(!outcome.stdout.contains("failed: "), "{script}: {outcome:?}");
}

#[test]
fn keygen_change_passes() {
    needs!(OPENSSH_TESTS);
    run("keygen-change.sh", "-n p");
}

#[test]
fn keygen_convert_passes() {
    needs!(OPENSSH_TESTS);
    run("keygen-convert.sh", "-n p");
}

#[test]
fn keygen_comment_passes_where_a_private_key_has_a_comment() {
    needs!(OPENSSH_TESTS);
    run("keygen-comment.sh", "-e \"s/^for fmt in .*/for fmt in '' RFC4716; do/\"");
}

/// The scripts do find a fault: here ssh-keygen under test changes no passphrase.
#[test]
fn a_fault_is_found() {
    needs!(OPENSSH_TESTS);
    let found = std::panic::catch_unwind(|| run("keygen-change.sh", "-e 's/{SSHKEYGEN} -p/{SSHKEYGEN} -p -P wrong/'"));
    assert!(found.is_err());
}

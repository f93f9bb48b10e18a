//! Runs OpenSSH's own regress tests for rsa, ecdsa and ed25519 with keygen as the ssh-keygen under test.
//!
//! keygen-comment.sh does not apply to the formats PKCS8 and PEM: it expects the comment that ssh-keygen takes from the
//! public key file, while keygen uses only the private key.

use support::{Sandbox, needs};

/// The variables and functions that the scripts expect, as in OpenSSH's test-exec.sh.
const AROUND: &str = "
    OBJ=$PWD
    SSHKEYGEN=$PWD/ssh-keygen
    SSH_KEYTYPES='ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 ssh-rsa'
    trace() { :; }
    fail() { echo \"failed: $*\"; FAILED=1; }
    fatal() { fail \"$@\"; exit 1; }
";

/// The ssh-keygen under test: pubfp does `-l`, and its usage names the export options.
const SSH_KEYGEN: &str = "\
    case $1 in
        '-?') echo 'ssh-keygen -e' ;;
        -l) shift; [ \"$1\" = -E ] && [ \"$3\" = -f ] && exec pubfp -E \"$2\" \"$4\" ;;
        *) exec keygen \"$@\" ;;
    esac
";

fn run(script: &str, change: &str) {
    let output = output(script, change);
    assert!(output.ends_with("done: 0 failed\n") && !output.contains("failed: "), "{script}: {output}");
}

/// Returns the output of a script that was changed by `sed`.
fn output(script: &str, change: &str) -> String {
    let sandbox = Sandbox::new();
    let _ = sandbox.write_script("ssh-keygen", SSH_KEYGEN);
    let folder = support::peers::OPENSSH_TESTS.find().unwrap().parent().unwrap().to_owned();
    let line = format!(
        "{AROUND}\nsed {change} '{}' > script; . ./script; echo \"done: ${{FAILED:-0}} failed\"",
        folder.join(script).display()
    );
    sandbox.shell(&line).stdout
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

/// The scripts find a fault: here the ssh-keygen under test changes no passphrase.
#[test]
fn a_fault_is_found() {
    needs!(OPENSSH_TESTS);
    let output = output("keygen-change.sh", "-e 's/{SSHKEYGEN} -p/{SSHKEYGEN} -p -P wrong/'");
    assert!(output.contains("failed: ") && output.contains("done: "), "{output}");
}

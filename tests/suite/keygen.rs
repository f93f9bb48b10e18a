//! Tests that OpenSSH, OpenSSL and azure-cli read keygen's keys, and that a refusal leaves no files.

use std::fs;
#[cfg(unix)]
use std::path::Path;
use std::process::Stdio;

use support::{Sandbox, needs};

/// Arguments other than `-f` and `-N`, and whether OpenSSL reads the private key.
const KINDS: [(&[&str], bool); 4] = [
    (&["-m", "PEM", "-t", "rsa", "-b", "2048"], true),
    (&["-t", "rsa", "-b", "3072"], false),
    (&["-t", "ed25519"], false),
    (&[], false),
];

fn make(sandbox: &Sandbox, kind: &[&str], passphrase: &str) {
    let fixed = ["-q", "-C", "a comment", "-f", "id", "-N", passphrase];
    let outcome = sandbox.run("keygen", kind.iter().chain(&fixed));
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    let _ = outcome.good();
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o7777
}

#[test]
fn ssh_keygen_reads_every_key_with_and_without_passphrase() {
    needs!(SSH_KEYGEN);
    for (kind, _) in KINDS {
        for passphrase in ["", "correct horse"] {
            let sandbox = Sandbox::new();
            make(&sandbox, kind, passphrase);
            let theirs = sandbox.run("ssh-keygen", ["-y", "-P", passphrase, "-f", "id"]).good();
            let ours = sandbox.read("id.pub");
            let blob = |line: &str| line.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(blob(theirs.trim_end()), blob(&ours), "{kind:?} {passphrase}");
            assert!(ours.ends_with(" a comment\n"), "{ours}");
            let wrong = sandbox.run("ssh-keygen", ["-y", "-P", "wrong horse", "-f", "id"]);
            assert_eq!(wrong.status == Some(0), passphrase.is_empty(), "{kind:?}: a passphrase protects");
        }
    }
}

#[test]
fn ssh_keygen_finds_our_comment_in_the_private_key_and_changes_our_passphrase() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    make(&sandbox, &["-t", "ed25519"], "one passphrase");
    let _ = sandbox.run("ssh-keygen", ["-p", "-P", "one passphrase", "-N", "", "-f", "id"]).good();
    fs::remove_file(sandbox.file("id.pub")).unwrap();
    let line = sandbox.run("ssh-keygen", ["-lf", "id"]).good();
    assert!(line.ends_with(" a comment (ED25519)\n"), "{line}");
    assert_eq!(sandbox.run("pubfp", ["id"]).good(), line);
}

#[test]
fn openssl_finds_our_rsa_numbers_in_order() {
    needs!(OPENSSL);
    for (kind, _) in KINDS.into_iter().filter(|(_, openssl)| *openssl) {
        for passphrase in ["", "correct horse"] {
            let sandbox = Sandbox::new();
            make(&sandbox, kind, passphrase);
            let password = format!("pass:{passphrase}");
            let checked = sandbox.run("openssl", ["rsa", "-check", "-noout", "-passin", &password, "-in", "id"]);
            assert!(checked.stdout.contains("RSA key ok"), "{checked:?}");
            let _ = checked.good();
            let header = sandbox.read("id");
            assert_eq!(header.contains("\nDEK-Info: AES-128-CBC,"), !passphrase.is_empty());
        }
    }
}

#[test]
fn an_rsa_modulus_has_exactly_the_bits_that_were_asked_for() {
    for bits in ["2048", "2049", "2050", "3071", "4096"] {
        let sandbox = Sandbox::new();
        make(&sandbox, &["-t", "rsa", "-b", bits], "");
        let line = sandbox.run("pubfp", ["id"]).good();
        assert!(line.starts_with(&format!("{bits} ")), "{line}");
    }
}

#[test]
fn azure_cli_takes_our_public_keys() {
    needs!(AZURE_CLI);
    for (kind, _) in KINDS {
        let sandbox = Sandbox::new();
        make(&sandbox, kind, "");
        let python = support::peers::AZURE_CLI.find().unwrap();
        let script = "import sys\nfrom azure.cli.core.keys import is_valid_ssh_rsa_public_key\n\
                      print(is_valid_ssh_rsa_public_key(open(sys.argv[1]).read()))";
        assert_eq!(sandbox.run(&python, ["-c", script, "id.pub"]).good(), "True\n");
        // The same function refuses a private key, so its acceptance means something.
        let refused = sandbox.run(&python, ["-c", script, "id"]);
        assert_ne!((refused.status, refused.stdout.as_str()), (Some(0), "True\n"));
        let _ = sandbox.run("keycheck", ["--public-only", "id.pub"]).good();
    }
}

#[cfg(unix)]
#[test]
fn modes_are_right_whatever_the_umask() {
    needs!(BASH);
    for umask in ["000", "022", "077", "0777"] {
        let sandbox = Sandbox::new();
        let _ = sandbox.shell(&format!("umask {umask}; keygen -q -N '' <<< ''")).good();
        assert_eq!(mode(&sandbox.file(".ssh")) & 0o077, 0, "{umask}");
        assert_eq!(mode(&sandbox.file(".ssh/id_ed25519")), 0o600, "{umask}");
        assert_eq!(mode(&sandbox.file(".ssh/id_ed25519.pub")), 0o644, "{umask}");
    }
}

/// Also with --force: root would lose the device.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_replaced() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("mkfifo pipe && mkdir folder && mkfifo public.pub && ln -s pipe link").good();
    if sandbox.shell("mknod device c 1 3").status == Some(0) {
        let words = sandbox.run("keygen", ["-q", "-N", "", "--force", "-f", "device"]).fails(2);
        assert!(words.contains("keygen: device: cannot write: is not a regular file"), "{words}");
    }
    for (place, named, why) in [
        ("pipe", "pipe", "is not a regular file"),
        ("link", "link", "is not a regular file"),
        ("public", "public.pub", "is not a regular file"),
        ("folder", "folder", "is a folder"),
    ] {
        let words = sandbox.run("keygen", ["-q", "-N", "", "--force", "-f", place]).fails(2);
        assert!(words.contains(&format!("keygen: {named}: cannot write: {why}")), "{words}");
    }
    // No process writes into the pipe: opening it would block, and lock the folder for every other keygen.
    for change in [&["-p", "-N", ""][..], &["-c", "-C", "me"], &["--fix-permissions"]] {
        for place in ["pipe", "link"] {
            let words = sandbox.run("timeout", [&["20", "keygen"], change, &["-f", place]].concat()).fails(2);
            assert!(words.contains(&format!("keygen: {place}: cannot change: is not a regular file")), "{words}");
        }
    }
    let shown = "keygen -q -N '' -f made; (sleep 1; cat made > pipe) & timeout 20 keygen -y -f pipe & \
                 timeout 20 keygen -q -N '' -f other; wait; rm made* other*";
    assert!(sandbox.shell(shown).good().starts_with("ssh-ed25519 "));
    let words = sandbox.run("keygen", ["-q", "-N", "", "-f", "key/"]).fails(2);
    assert!(words.contains("keygen: key/: is not a file name"), "{words}");
    let names = sandbox.names();
    assert!(!names.iter().any(|name| name.starts_with("key") || name.ends_with("device.pub")), "{names:?}");
}

#[test]
fn the_transcript_is_that_of_ssh_keygen() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for arguments in [&["-m", "PEM", "-t", "rsa", "-b", "2048"][..], &["-t", "ed25519"]] {
        let all = |file: &'static str| arguments.iter().copied().chain(["-N", "", "-C", "me@pc", "-f", file]);
        let theirs = sandbox.run("ssh-keygen", all("theirs")).good();
        let ours = sandbox.run("keygen", all("ours")).good();
        let fixed = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !line.starts_with('|'))
                .map(|line| line.replace("theirs", "ours"))
                .map(|line| if line.starts_with("SHA256:") { line[50..].to_owned() } else { line })
                .collect()
        };
        assert_eq!(fixed(&ours), fixed(&theirs));
        for file in ["ours", "ours.pub", "theirs", "theirs.pub"] {
            fs::remove_file(sandbox.file(file)).unwrap();
        }
    }
}

#[test]
fn a_private_key_on_standard_output_leaves_nothing_on_disk() {
    needs!(BASH);
    let sandbox = Sandbox::new();
    let line = sandbox.shell("keygen -q -f - -N '' -C piped | tee >(cat > /dev/null) | pubfp").good();
    assert!(line.ends_with(" piped (ED25519)\n"), "{line}");
    assert!(sandbox.names().is_empty());
}

#[test]
fn a_private_key_that_is_not_read_is_a_failure() {
    needs!(BASH);
    let sandbox = Sandbox::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox.command("keygen").args(["-q", "-f", "-", "-N", ""]).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("cannot write standard output: broken pipe"),
        "{output:?}"
    );
}

#[test]
fn without_a_reader_of_the_transcript_there_is_no_key_and_no_success_or_both() {
    needs!(BASH);
    let sandbox = Sandbox::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox.command("keygen").args(["-f", "id"]).stdin(Stdio::null()).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), sandbox.names().len()), (Some(2), 0), "{output:?}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox.command("keygen").args(["-f", "id", "-N", ""]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), sandbox.names().len()), (Some(0), 2), "{output:?}");
}

#[test]
fn refusals_come_before_questions_and_leave_nothing() {
    for (arguments, words) in [
        (
            &["-t", "rsa", "-b", "1024"][..],
            "an RSA key of 1024 bits is too short\nkeygen: hint: Azure accepts RSA of 2048",
        ),
        (&["-t", "rsa", "-b", "2047"], "an RSA key of 2047 bits is too short"),
        (&["-t", "rsa", "-b", "99999"], "more than OpenSSH reads"),
        (&["-t", "rsa", "-b", "many"], "'many' is not a number of bits"),
        (&["-t", "ed25519", "-m", "PEM"], "no PEM form"),
        (&["-t", "dsa"], "keygen makes no keys of type 'dsa'"),
        (&["-m", "PEM", "-t", "rsa", "-N", "abc"], "needs 5 characters"),
        (&["-C", "a\nssh-rsa AAAA", "-N", ""], "control character"),
        (&["-f", "missing/id", "-N", ""], "missing: cannot write: no such file or directory"),
        (&["-N=secret"], "unexpected '=' after '-N'"),
        (&["-f", ".", "-N", ""], "is not a file name"),
        (&["-f", "a", "-f", "b"], "option '-f' is given twice"),
        (&["id"], "unexpected argument 'id'"),
    ] {
        let sandbox = Sandbox::new();
        let complaint = sandbox.run("keygen", arguments.iter().chain(&["-q"])).fails(2);
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
        assert!(!complaint.contains("Enter"), "{complaint}");
        assert!(sandbox.names().is_empty(), "{arguments:?}");
    }
}

#[test]
fn nothing_is_replaced_without_a_yes() {
    for (answer, status) in [("", 2), ("n\n", 1), ("\n", 1), ("maybe\n", 1)] {
        for old in ["id", "id.pub"] {
            let sandbox = Sandbox::new();
            sandbox.write(old, "old");
            let outcome = sandbox.run_with("keygen", ["-N", "", "-f", "id"], answer);
            assert!(outcome.stderr.contains(&format!("{old} already exists.\nOverwrite (y/n)? ")), "{outcome:?}");
            assert_eq!(outcome.status, Some(status), "{answer:?}");
            assert_eq!(sandbox.names(), [old]);
            assert_eq!(sandbox.read(old), "old");
        }
    }
    for (arguments, answer) in [(&["-N", "", "-f", "id"][..], "y\n"), (&["-N", "", "-f", "id", "--force"], "")] {
        let sandbox = Sandbox::new();
        sandbox.write("id", "old");
        sandbox.write("id.pub", "old");
        let _ = sandbox.run_with("keygen", arguments, answer).good();
        assert_eq!(sandbox.names(), ["id", "id.pub"]);
        let private = sandbox.run("pubfp", ["id"]).good();
        assert_eq!(private, sandbox.run("pubfp", ["id.pub"]).good(), "both are new");
    }
}

#[cfg(unix)]
#[test]
fn a_dangling_link_in_the_way_is_asked_about() {
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink("nowhere", sandbox.file("id")).unwrap();
    let complaint = sandbox.run("keygen", ["-q", "-N", "", "-f", "id"]).fails(2);
    assert!(complaint.contains("id: already exists\nkeygen: hint: --force replaces it"), "{complaint}");
    assert_eq!(sandbox.names(), ["id"]);
}

#[test]
fn two_keys_are_never_the_same() {
    let sandbox = Sandbox::new();
    for name in ["a", "b"] {
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", name]).good();
    }
    assert_ne!(sandbox.run("pubfp", ["-o", "a"]).good(), sandbox.run("pubfp", ["-o", "b"]).good());
}

#[test]
fn a_passphrase_from_a_pipe_is_read_as_two_lines_and_an_end_of_input_is_none() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    // setsid: without a terminal to ask on.
    let piped = sandbox.shell("printf 'secret\\nsecret\\n' | setsid -w keygen -q -f id");
    let _ = piped.good();
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "secret", "-f", "id"]).good();
    let complaint = sandbox.shell("setsid -w keygen -q -f id2 < /dev/null").fails(2);
    assert!(complaint.contains("no passphrase: there is no terminal"), "{complaint}");
    assert_eq!(sandbox.names(), ["id", "id.pub"]);
}

#[test]
fn a_passphrase_from_a_file_is_its_first_line_and_an_empty_file_is_none() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("secret", "correct horse\r\nnot this\n");
    let _ = sandbox.run("keygen", ["-q", "-f", "a", "--passphrase-file", "secret"]).good();
    let _ = sandbox.run_with("keygen", ["-q", "-f", "b", "--passphrase-file", "-"], "correct horse").good();
    for key in ["a", "b"] {
        let _ = sandbox.run("ssh-keygen", ["-y", "-P", "correct horse", "-f", key]).good();
    }
    for empty in ["", "\n", "\nsecond line\n"] {
        sandbox.write("secret", empty);
        let words = sandbox.run("keygen", ["-q", "-f", "c", "--passphrase-file", "secret"]).fails(2);
        assert!(words.contains("secret: holds no passphrase"), "{words}");
    }
    let words = sandbox.run("keygen", ["-q", "-f", "c", "--passphrase-file", "missing"]).fails(2);
    assert!(words.contains("(7 bytes): cannot read: no such file"), "{words}");
    sandbox.write("secret", "abc");
    for arguments in [&["-N", "secret word"][..], &["-m", "PEM", "-t", "rsa"]] {
        let fixed = ["-q", "-f", "c", "--passphrase-file", "secret"];
        let _ = sandbox.run("keygen", fixed.iter().chain(arguments)).fails(2);
    }
    assert_eq!(sandbox.names(), ["a", "a.pub", "b", "b.pub", "secret"]);
}

#[cfg(unix)]
#[test]
fn ssh_askpass_is_asked_when_ssh_would_ask_it() {
    needs!(SSH_KEYGEN);
    for (require, display, asked) in [
        ("force", "", true),
        ("prefer", ":0", true),
        ("", ":0", true),
        ("prefer", "", false),
        ("never", ":0", false),
        ("", "", false),
    ] {
        let sandbox = Sandbox::new();
        let askpass = sandbox.write_script("askpass", "echo \"$1\" >> prompts\necho correct horse\necho more\n");
        let mut command = sandbox.command("setsid"); // without a terminal
        command.args(["-w", "keygen", "-q", "-f", "id"]).stdin(Stdio::null()).env("SSH_ASKPASS", &askpass);
        command.env("SSH_ASKPASS_REQUIRE", require).env("DISPLAY", display);
        let status = command.stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.success(), asked, "{require} {display}");
        if asked {
            let prompts = "Enter passphrase (empty for no passphrase): \nEnter same passphrase again: \n";
            assert_eq!(sandbox.read("prompts"), prompts);
            let _ = sandbox.run("ssh-keygen", ["-y", "-P", "correct horse", "-f", "id"]).good();
        }
    }
    // A cancelled window, and a missing program.
    let sandbox = Sandbox::new();
    for (askpass, words) in [("/bin/false", "cancelled"), ("/nowhere", "no such file")] {
        let line = format!("SSH_ASKPASS_REQUIRE=force SSH_ASKPASS={askpass} keygen -q -f id");
        let complaint = sandbox.shell(&line).fails(2);
        assert!(complaint.contains(words), "{complaint}");
    }
    assert!(sandbox.names().is_empty());
}

#[test]
fn json_names_both_files_of_the_pair() {
    let sandbox = Sandbox::new();
    let line = sandbox.run("keygen", ["--json", "-N", "", "-C", "c", "-f", "id"]).good();
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&object["file"], &object["public_file"]), (&"id".into(), &"id.pub".into()));
    let fingerprint = sandbox.run("pubfp", ["-o", "id.pub"]).good();
    assert_eq!(object["fingerprint"], fingerprint.trim_end());
}

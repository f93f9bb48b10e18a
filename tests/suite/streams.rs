//! Tests closed pipes, full disks, endless lines, and names that are not UTF-8.

use support::{Sandbox, needs};

use crate::key_fixtures::sample_keys;

#[test]
fn a_reader_that_goes_away_ends_the_filters_quietly() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("list", sample_keys().read("ed25519.pub").repeat(20_000));
    for tool in ["pubfp", "keycheck", "hostfp"] {
        let outcome = sandbox.shell(&format!("set -o pipefail; {tool} list | head -1"));
        assert_eq!(outcome.stderr, "", "{tool}");
        assert_eq!(outcome.good().lines().count(), 1, "{tool}");
    }
}

/// The gate's status covers all of the input, whether or not its output is read.
#[test]
fn the_gate_answers_when_its_reader_has_gone_away() {
    needs!(SSH_KEYGEN, BASH);
    let sandbox = Sandbox::new();
    sandbox.write("list", sample_keys().read("ed25519.pub").repeat(20_000) + "junk\n");
    sandbox.write("private", sample_keys().read("ed25519"));
    for (command, status) in [
        ("keycheck --public-only list", 1),
        ("keycheck --public-only --json list", 1),
        ("keycheck --public-only --filter list", 1),
        ("keycheck --public-only -q private 2>&1", 1),
        ("keycheck --public-only gone 2>&1 >&2", 2),
    ] {
        let outcome = sandbox.shell(&format!("{command} | true; echo ${{PIPESTATUS[0]}}"));
        assert_eq!(outcome.stdout, format!("{status}\n"), "{command}");
    }
}

#[test]
fn a_reader_of_the_messages_that_goes_away_ends_an_endless_list_of_errors() {
    needs!(BASH, TIMEOUT);
    let sandbox = Sandbox::new();
    for tool in ["pubfp", "keycheck", "hostfp -"] {
        let outcome = sandbox.shell(&format!("timeout 60 bash -c 'yes junk | {tool} 2>&1 | head -1'"));
        assert!(outcome.good().contains("(stdin):1: no key in this line"), "{tool}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_reported() {
    needs!(SSH_KEYGEN);
    for command in
        ["pubfp ed25519.pub", "keycheck ed25519.pub", "hostfp ed25519.pub", "keygen -q -f - -N ''", "pubfp --help"]
    {
        let words = sample_keys().shell(&format!("{command} > /dev/full")).fails(2);
        assert!(words.contains("cannot write standard output: no space left on device"), "{command}: {words}");
    }
}

#[test]
fn a_line_appears_as_soon_as_its_input_pauses() {
    needs!(TIMEOUT, SSH_KEYGEN);
    for tool in ["pubfp", "keycheck", "hostfp -"] {
        // The writer stays open until the line has been read; else timeout ends it and the test.
        let line = format!(
            "mkfifo back; timeout 60 bash -c '(cat ed25519.pub; read < back) | {tool} | (read line; echo \"$line\"; echo > back)'; rm back"
        );
        let outcome = sample_keys().shell(&line.replace("back", &format!("back-{}", &tool[..4])));
        assert!(outcome.good().contains("SHA256:"), "{tool}");
    }
}

#[test]
fn a_line_without_end_is_refused_with_its_place_and_bounded_memory() {
    needs!(BASH);
    let sandbox = Sandbox::new();
    for tool in ["pubfp", "keycheck", "hostfp -"] {
        let words = sandbox.shell(&format!("ulimit -v 200000; (echo '# two'; head -c 1G /dev/zero) | {tool}")).fails(2);
        assert!(words.contains("(stdin):2: the line is longer than"), "{tool}: {words}");
        let words = sandbox
            .shell(&format!("ulimit -v 200000; (echo '-----BEGIN RSA PRIVATE KEY-----'; yes | head -c 1G) | {tool}"))
            .fails(2);
        assert!(words.contains("the block is longer than"), "{tool}: {words}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf8_is_a_name() {
    use std::os::unix::ffi::OsStrExt as _;
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let name = std::ffi::OsStr::from_bytes(b"k\xff\x1b");
    let _ = sandbox.run("keygen", ["-q".as_ref(), "-N".as_ref(), "".as_ref(), "-f".as_ref(), name]).good();
    let _ = sandbox.run("pubfp", [name]).good();
    let judged = sandbox.run("keycheck", [name]).good();
    assert!(judged.starts_with("k\\377\\033:1: ok: "), "{judged}");
    let words = sandbox.run("pubfp", [std::ffi::OsStr::from_bytes(b"\xff")]).fails(2);
    assert_eq!(words, "pubfp: \\377: cannot read: no such file or directory\n");
}

/// In a comment, in options, in the name of a type, in a line that is not a key; also the characters that reverse text.
#[test]
fn no_control_character_in_a_key_reaches_the_terminal() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-C", "", "-f", "id"]).good();
    let key = sandbox.read("id.pub").trim_end().to_owned();
    for evil in ["\x1b[31mred", "a\x0bb", "\r\x08\x7f", "\u{9b}2J", "\u{202e}dlrow"] {
        let text = format!(
            "{key} {evil}\ncommand=\"{evil}\" {key}\n{evil} {key}\n{}\nssh-{evil} AAAA\n{evil}\n",
            key.replace("ed25519 ", &format!("ed25519{evil} "))
        );
        for arguments in [
            &["pubfp"][..],
            &["pubfp", "--json"],
            &["keycheck"],
            &["keycheck", "--json"],
            &["keycheck", "--rewrite"],
            &["hostfp", "-"],
            &["hostfp", "--json", "-"],
        ] {
            let outcome = sandbox.run_with(arguments[0], &arguments[1..], text.as_str());
            for shown in [&outcome.stdout, &outcome.stderr] {
                let found = shown.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
                assert_eq!(found, None, "{arguments:?} {evil:?}: {shown}");
            }
            assert!(outcome.status.is_some_and(|status| status < 3), "{outcome:?}");
        }
    }
}

#[test]
fn a_folder_and_a_missing_file_are_reported_and_other_files_are_read() {
    needs!(SSH_KEYGEN);
    let outcome = sample_keys().run("pubfp", [".", "missing", "ed25519.pub"]);
    assert_eq!(outcome.stdout, sample_keys().run("pubfp", ["ed25519.pub"]).good());
    assert_eq!(
        outcome.fails(2),
        "pubfp: .: cannot read: is a folder\npubfp: missing: cannot read: no such file or directory\n"
    );
}

#[test]
fn an_input_without_a_key_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.write("empty", "");
    sandbox.write("comments", "# nothing\n\n");
    sandbox.write("cut", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n");
    sandbox.write("odd", "-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----\n");
    for tool in ["pubfp", "keycheck", "hostfp"] {
        for (file, words) in [
            ("empty", "empty: holds no key"),
            ("comments", "comments: holds no key"),
            ("cut", "cut:2: the file ends before the block's END line"),
            ("odd", "odd:1: a block that holds no key"),
        ] {
            let complaint = sandbox.run(tool, [file]).fails(1);
            assert!(complaint.contains(words), "{tool}: {complaint}");
        }
    }
}

/// As the hints propose for a key on the command line, and for a key in a text that would be lost.
#[test]
fn keygen_reads_a_key_from_standard_input_where_it_replaces_no_file() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-C", "me", "-f", "id"]).good();
    let (private, public) = (sandbox.read("id"), sandbox.read("id.pub"));
    assert_eq!(sandbox.run_with("keygen", ["-y", "-f", "-"], private.as_str()).good(), public);
    let written = sandbox.run_with("keygen", ["-p", "-N", "secret", "-f", "-"], private.as_str()).good();
    assert!(written.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n") && written != private, "{written}");
    assert_eq!(sandbox.run_with("keygen", ["-y", "-P", "secret", "-f", "-"], written.as_str()).good(), public);
    for change in [&["-c", "-C", "new"][..], &["--fix-permissions"]] {
        let words = sandbox.run_with("keygen", change.iter().chain(&["-f", "-"]), private.as_str()).fails(2);
        assert!(words.contains("cannot be changed in place") && words.contains("hint: "), "{words}");
    }
    assert_eq!(sandbox.names(), ["id", "id.pub"]);
}

/// A program is reported as binary data; for other text the first five lines are enough.
#[test]
fn a_binary_file_is_not_reported_line_by_line() {
    let sandbox = Sandbox::new();
    let program = std::fs::read(support::binaries::tool("pubfp")).unwrap();
    sandbox.write("program", &program[..program.len().min(400_000)]);
    sandbox.write("text", "no key\n".repeat(5000));
    for file in ["program", "text"] {
        for tool in ["pubfp", "keycheck"] {
            let outcome = sandbox.run(tool, ["-q", file]);
            assert!(outcome.stderr.lines().count() <= 10, "{tool} {file}: {}", outcome.stderr.lines().count());
        }
    }
    let words = sandbox.run("pubfp", ["text"]).fails(1);
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!((lines.len(), lines[4]), (6, "pubfp: text:5: no key in this line"), "{words}");
    assert_eq!(lines[5], "pubfp: text: the same for 4995 more lines, up to line 5000");
}

/// Lines among keys, and other errors, are each reported, however many there are.
#[test]
fn each_line_without_a_key_among_others_is_named() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = sample_keys().read("ed25519.pub");
    let five = "no key\n".repeat(5);
    sandbox.write("list", format!("{five}{key}{five}{key}").repeat(1000));
    sandbox.write("rows", format!("{}{key}", "no key\n".repeat(6)).repeat(1000));
    for option in ["-o", "-q"] {
        let words = sandbox.run("pubfp", [option, "list"]).fails(1);
        assert_eq!(words.lines().count(), 10_000);
        assert!(words.ends_with("pubfp: list:11999: no key in this line\n"), "{option}");
        let words = sandbox.run("pubfp", [option, "rows"]).fails(1);
        assert_eq!(words.matches("the same for 1 more line,").count(), 1000, "{option}");
    }
    // In both files, and with the errors of each.
    let words = sandbox.run("pubfp", ["-q", "missing", "rows", "rows"]).fails(1);
    assert_eq!((words.matches("rows:1: no key").count(), words.matches("cannot read").count()), (2, 1), "{words}");
}

//! What is said even where little is to be said: with -q, in JSON, and of files that hold no key at all.

use support::Sandbox;
#[cfg(unix)]
use support::needs;

use crate::keys::zoo;

#[cfg(unix)]
#[test]
fn quiet_hostfp_still_warns_of_machines_that_share_a_key() {
    needs!(SSHD, SSH_KEYGEN);
    let [one, other] = [["ed25519"], ["ed25519"]].map(|keys| crate::handshake::Host::start(&keys, ""));
    let sandbox = Sandbox::new();
    let fingerprint = zoo().run("hostfp", ["-o", "ed25519.pub"]).good();
    sandbox.write("expected", &fingerprint);
    let names = [one.name(), other.name()];
    for options in [&["-q", "--connect"][..], &["-q", "--expect", "expected"], &["-q", "--json", "--connect"]] {
        let outcome = sandbox.run("hostfp", options.iter().map(|word| (*word).to_owned()).chain(names.clone()));
        assert_eq!(outcome.stdout, "", "{options:?}");
        let [one, other] = names.each_ref().map(|name| format!("[127.0.0.1]:{}", name.rsplit(':').next().unwrap()));
        let warning = format!("hostfp: warning: {one} and {other} share the ED25519 key {fingerprint}");
        assert_eq!(outcome.stderr, warning, "{options:?}");
        let _ = outcome.good();
    }
}

#[cfg(unix)]
#[test]
fn a_mismatch_in_json_says_what_was_expected() {
    needs!(SSHD, SSH_KEYGEN);
    let host = crate::handshake::Host::start(&["ed25519", "rsa2048"], "");
    let sandbox = Sandbox::new();
    let fingerprint = |key: &str| zoo().run("hostfp", ["-o", key]).good().trim_end().to_owned();
    let line = |key: &str| zoo().run("hostfp", [key]).good();
    let other = sandbox.shell("keygen -q --no-passphrase -C c -f other && pubfp -o other.pub").good();
    let other = other.trim_end();
    let ask = |expected: &str| -> Vec<serde_json::Value> {
        sandbox.write("expected", expected);
        let outcome = sandbox.run("hostfp", ["--json", "--expect", "expected", "--connect", &host.name()]);
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    // Each type with its own.
    let objects = ask(&format!("256 {other} ed25519@zoo (ED25519)\n{}", line("rsa2048.pub")));
    let of = |kind: &str| objects.iter().find(|object| object["type"] == kind).unwrap();
    assert_eq!(
        (&of("ssh-ed25519")["verdict"], &of("ssh-ed25519")["expected"]),
        (&"mismatch".into(), &vec![other].into())
    );
    assert_eq!(of("ssh-rsa")["verdict"], "match");
    assert!(of("ssh-rsa").get("expected").is_none());
    // Another type, and one that is not told.
    let objects = ask(&line("ecdsa256.pub"));
    assert_eq!(
        (&objects[0]["verdict"], &objects[0]["expected"]),
        (&"other-type".into(), &vec![fingerprint("ecdsa256.pub")].into())
    );
    let objects = ask(other);
    assert_eq!((&objects[0]["verdict"], &objects[0]["expected"]), (&"unknown".into(), &vec![other].into()));
}

/// Of a program it is said that it is no text; of other text the first five lines say enough.
#[test]
fn a_file_that_is_no_text_is_not_complained_of_line_by_line() {
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

/// Lines among keys, and other complaints, are each named, however many there are.
#[test]
fn each_line_without_a_key_among_others_is_named() {
    let sandbox = Sandbox::new();
    let key = zoo().read("ed25519.pub");
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
    // In both files, and with what is said of each.
    let words = sandbox.run("pubfp", ["-q", "missing", "rows", "rows"]).fails(1);
    assert_eq!((words.matches("rows:1: no key").count(), words.matches("cannot read").count()), (2, 1), "{words}");
}

/// What the check `readable-by-others` looks at is what the manual says; it was once said not to be looked at.
#[test]
fn the_manual_says_that_windows_access_lists_are_looked_at() {
    use common::cli::Options as _;
    let manual = keycheck::Args::TOOL.description.join("\n");
    assert!(manual.contains("on Windows its access list: who but the owner"), "{manual}");
    assert!(!manual.contains("not looked at"), "{manual}");
    let explained = Sandbox::new().run("keycheck", ["--explain", "readable-by-others"]).good();
    assert!(explained.contains("icacls"), "{explained}");
}

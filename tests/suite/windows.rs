//! Tests the tools for Windows under Wine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use support::command_lines::{Shell, commands};
use support::peers::WINDOWS_TOOLS;
use support::{Outcome, Sandbox, binaries, examples, needs};

use crate::guides::{Hosts, guides, powershell};
use crate::key_fixtures::sample_keys;

fn folder() -> PathBuf {
    binaries::root().join(WINDOWS_TOOLS.program).parent().unwrap().to_owned()
}

/// The command that runs a tool under Wine, with a home folder of its own and a time limit of two minutes.
fn command(tool: &str, arguments: &[&str]) -> Vec<String> {
    static PREFIX: OnceLock<Sandbox> = OnceLock::new();
    let settings = |prefix: &Sandbox| {
        [
            // Wine writes into its user's home too.
            format!("HOME={}", prefix.path().display()),
            format!("WINEPREFIX={}", prefix.file("prefix").display()),
            format!("WINEPATH=Z:{}", folder().display().to_string().replace('/', "\\")),
            "WINEDEBUG=-all".to_owned(),
            "WINEDLLOVERRIDES=mscoree,mshtml=".to_owned(),
        ]
    };
    let prefix = PREFIX.get_or_init(|| {
        let prefix = Sandbox::new();
        let made = ["timeout", "120", "wine", "wineboot", "--init"].map(str::to_owned);
        let _ = prefix.run("env", settings(&prefix).iter().chain(&made)).good();
        prefix
    });
    let program = folder().join(format!("{tool}.exe")).display().to_string();
    let command = ["timeout", "120", "wine", &program].map(str::to_owned);
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    settings(prefix).into_iter().chain(command).chain(arguments).collect()
}

/// Runs a tool under Wine.
fn wine(sandbox: &Sandbox, tool: &str, arguments: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    let mut outcome = sandbox.run_with("env", command(tool, arguments), stdin);
    outcome.stdout = outcome.stdout.replace("\r\n", "\n");
    outcome
}

/// Sets a file's mode so that only its owner can read it: Wine shows the system's account in an access list as the
/// group.
fn closed(sandbox: &Sandbox, file: &str) {
    fs::set_permissions(sandbox.file(file), fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn keys_made_on_windows_are_those_that_ssh_keygen_reads() {
    needs!(WINE, WINDOWS_TOOLS, SSH_KEYGEN);
    for kind in ["ed25519", "rsa", "ecdsa"] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.file("ein Ördner")).unwrap();
        let made = ["-q", "-t", kind, "-C", "a comment", "-N", "", "-f", "ein Ördner\\schlüssel"];
        assert_eq!(wine(&sandbox, "keygen", &made, "").good(), "");
        let mut names: Vec<_> =
            fs::read_dir(sandbox.file("ein Ördner")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["schlüssel", "schlüssel.pub"], "nothing is left beside the pair");
        closed(&sandbox, "ein Ördner/schlüssel");
        let theirs = sandbox.run("ssh-keygen", ["-y", "-f", "ein Ördner/schlüssel"]).good();
        assert_eq!(sandbox.read("ein Ördner/schlüssel.pub"), theirs);
        let line = sandbox.run("ssh-keygen", ["-lf", "ein Ördner/schlüssel.pub"]).good();
        for tool in ["pubfp", "hostfp"] {
            assert_eq!(wine(&sandbox, tool, &["ein Ördner\\schlüssel.pub"], "").good(), line);
        }
        let windows = wine(&sandbox, "keycheck", &["ein Ördner\\schlüssel.pub"], "");
        let linux = sandbox.run("keycheck", ["ein Ördner/schlüssel.pub"]);
        assert_eq!(windows.status, linux.status);
        assert_eq!(windows.stdout.replace('\\', "/"), linux.stdout);
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn a_private_key_on_windows_is_for_its_owner_alone() {
    needs!(WINE, WINDOWS_TOOLS);
    let sandbox = Sandbox::new();
    // World, authenticated users, users, guests.
    let others = [";WD)", ";AU)", ";BU)", ";BG)"];
    let who = |file: &str| wine(&sandbox, "who_may_read", &[file], "").good();
    let none = |file: &str| others.iter().all(|group| !who(file).contains(group));
    let _ = wine(&sandbox, "keygen", &["-q", "-N", "", "-f", "id"], "").good();
    assert!(none("id"), "{}", who("id"));
    assert!(!none("id.pub"), "the test itself works: others may read the public key, {}", who("id.pub"));
    for change in [&["-p", "-N", "new one"][..], &["-c", "-P", "new one", "-C", "new"], &["--force", "-N", ""]] {
        let _ = wine(&sandbox, "keygen", &[change, &["-q", "-f", "id"]].concat(), "").good();
        assert!(none("id"), "{change:?}: {}", who("id"));
        assert_eq!(sandbox.names(), ["id", "id.pub"], "{change:?}");
    }
}

/// For a file without an access list, Wine makes one from its mode.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn a_private_key_that_others_may_read_is_found_on_windows_too() {
    needs!(WINE, WINDOWS_TOOLS);
    let sandbox = Sandbox::new();
    let _ = wine(&sandbox, "keygen", &["-q", "-N", "", "-f", "id"], "").good();
    let found = |finding: &str| wine(&sandbox, "keycheck", &["--json", "id"], "").stdout.contains(finding);
    assert!(found("\"unencrypted\"") && !found("readable-by-others") && !found("access-not-seen"));
    let copy = sandbox.read("id");
    fs::remove_file(sandbox.file("id")).unwrap();
    sandbox.write("id", copy);
    fs::set_permissions(sandbox.file("id"), fs::Permissions::from_mode(0o644)).unwrap();
    let words = wine(&sandbox, "keycheck", &["id"], "");
    assert!(words.status == Some(1) && words.stdout.contains("readable-by-others"), "{words:?}");
    assert!(words.stdout.contains("lets everyone read or write it"), "{words:?}");
    let _ = wine(&sandbox, "keygen", &["--fix-permissions", "-f", "id"], "").good();
    assert!(found("\"unencrypted\"") && !found("readable-by-others") && !found("access-not-seen"));
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn on_windows_nothing_is_replaced_unasked_and_answers_may_end_in_crlf() {
    needs!(WINE, WINDOWS_TOOLS);
    let sandbox = Sandbox::new();
    sandbox.write("pass", "correct horse\r\n");
    let made = ["-q", "--passphrase-file", "pass", "-f", "id"];
    let _ = wine(&sandbox, "keygen", &made, "").good();
    let before = sandbox.read("id");
    let refused = wine(&sandbox, "keygen", &made, "").fails(2);
    assert!(refused.contains("already exists"), "{refused}");
    assert_eq!(wine(&sandbox, "keygen", &made, "n\r\n").status, Some(1));
    assert_eq!(sandbox.read("id"), before);
    let public = wine(&sandbox, "keygen", &["-y", "-q", "-P", "correct horse", "-f", "id"], "").good();
    assert_eq!(public, sandbox.read("id.pub"));
    let _ = wine(&sandbox, "keygen", &made, "y\r\n").good();
    assert_ne!(sandbox.read("id"), before);
    // A pipe, and the null device.
    let key = wine(&sandbox, "keygen", &["-q", "-N", "", "-f", "-"], "").good();
    assert!(wine(&sandbox, "pubfp", &["-"], key.replace('\n', "\r\n")).good().ends_with("(ED25519)\n"));
    assert!(wine(&sandbox, "pubfp", &["NUL"], "").fails(1).contains("holds no key"));
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn the_default_place_on_windows_is_under_the_users_profile() {
    needs!(WINE, WINDOWS_TOOLS);
    let sandbox = Sandbox::new();
    let asked = wine(&sandbox, "keygen", &["-N", "", "--json"], "");
    let words = [asked.stdout, asked.stderr].concat();
    assert!(words.contains(":\\users\\") && words.contains("\\.ssh\\id_ed25519"), "{words}");
}

/// The shells of Windows leave this to the programs.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn wildcards_and_the_home_folder_are_expanded_on_windows() {
    needs!(WINE, WINDOWS_TOOLS);
    let sandbox = Sandbox::new();
    for name in ["a", "b"] {
        let _ = wine(&sandbox, "keygen", &["-q", "-N", "", "-C", name, "-f", name], "").good();
    }
    assert_eq!(wine(&sandbox, "pubfp", &["*.pub"], "").good(), wine(&sandbox, "pubfp", &["a.pub", "b.pub"], "").good());
    let words = wine(&sandbox, "pubfp", &["*.txt"], "").fails(2);
    assert!(words.starts_with("pubfp: *.txt: cannot read"), "{words}");
    // A comment is not a file name.
    let _ = wine(&sandbox, "keygen", &["-q", "-N", "", "-C", "*.pub", "-f", r"~\key of mine"], "").good();
    assert!(wine(&sandbox, "pubfp", &["~/key of*.pub"], "").good().ends_with(" *.pub (ED25519)\n"));
}

/// The network on Windows: a real handshake, a deadline, and `known_hosts` replaced.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn hosts_are_verified_and_noted_on_windows_too() {
    needs!(WINE, WINDOWS_TOOLS, SSHD, SSH_KEYGEN);
    let host = crate::handshake::Host::start(&["ed25519", "rsa2048"], "");
    let name = host.name();
    let linux = host.sandbox.run("hostfp", ["--connect", &name]).good();
    assert_eq!(wine(&host.sandbox, "hostfp", &["--connect", &name], "").good(), linux);
    host.sandbox.write("fp", linux);
    let expected = host.sandbox.run("hostfp", ["--expect", "fp", "--connect", &name]).good();
    // The line is new, present already, or replaces another.
    for old in [String::new(), expected.clone(), expected.replace("AAAAB3NzaC1yc2EAAAADAQAB", "AAAA")] {
        host.sandbox.write("known_hosts", old);
        let words = ["-q", "--expect", "fp", "--known-hosts", "known_hosts", "--connect", &name];
        let _ = wine(&host.sandbox, "hostfp", &words, "").good();
        let mut lines: Vec<_> = host.sandbox.read("known_hosts").lines().map(str::to_owned).collect();
        lines.sort();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| expected.contains(line.as_str())), "{lines:?}");
    }
    let deaf = support::Listener::start(|_stream| std::thread::sleep(std::time::Duration::from_secs(60))).unwrap();
    let words = wine(&host.sandbox, "hostfp", &["-T", "1", "--connect", &format!("127.0.0.1:{}", deaf.port)], "");
    assert!(words.fails(2).contains("sent no SSH banner in time"));
}

/// Windows replaces a file that others have open only if they allow it, and its locks are different.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn many_hostfps_on_windows_write_one_known_hosts_without_losing_a_line() {
    needs!(WINE, WINDOWS_TOOLS, SSHD, SSH_KEYGEN);
    let hosts: Vec<_> = (0..4).map(|_| crate::handshake::Host::start(&["ed25519"], "")).collect();
    let shared = Sandbox::new();
    shared.write("fp", sample_keys().read("ed25519.pub"));
    // Makes Wine's own files first.
    let _ = wine(&shared, "hostfp", &["--version"], "").good();
    std::thread::scope(|scope| {
        for host in &hosts {
            let shared = &shared;
            scope.spawn(move || {
                let name = host.name();
                let words = ["-q", "--expect", "fp", "--known-hosts", "known_hosts", "--connect", &name];
                let _ = wine(shared, "hostfp", &words, "").good();
            });
        }
    });
    let written = shared.read("known_hosts");
    for host in &hosts {
        assert!(written.contains(&format!("[127.0.0.1]:{} ", host.server.port)), "{written}");
    }
    assert_eq!(written.lines().count(), hosts.len());
    assert_eq!(shared.names(), ["fp", "known_hosts"], "neither a lock nor half a file is left");
}

/// `>` and pipes of PowerShell write UTF-16 with a byte order mark and CRLF.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn what_powershell_writes_is_read_on_windows_as_elsewhere() {
    needs!(WINE, WINDOWS_TOOLS, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let keys = ["ed25519", "rsa2048", "ecdsa256"].map(|key| sample_keys().read(format!("{key}.pub")));
    let crlf = keys.concat().replace('\n', "\r\n");
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(crlf.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    sandbox.write("keys", keys.concat());
    let lines = sandbox.run("ssh-keygen", ["-lf", "keys"]).good();
    for (name, bytes) in [("crlf", crlf.into_bytes()), ("utf16", utf16)] {
        sandbox.write(name, &bytes);
        assert_eq!(wine(&sandbox, "pubfp", &[name], "").good(), lines, "{name}");
        assert_eq!(wine(&sandbox, "pubfp", &[], &bytes).good(), lines, "{name}");
        let words = wine(&sandbox, "keycheck", &["--json", name], "");
        let linux = sandbox.run("keycheck", ["--json", name]);
        assert_eq!((words.status, words.stdout), (linux.status, linux.stdout), "{name}");
        assert_eq!(wine(&sandbox, "hostfp", &["-"], &bytes).good(), lines, "{name}");
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn nothing_but_public_keys_passes_the_gate_on_windows() {
    needs!(WINE, WINDOWS_TOOLS);
    let sandbox = Sandbox::new();
    let _ = wine(&sandbox, "keygen", &["-q", "-N", "", "-f", "id"], "").good();
    assert!(wine(&sandbox, "keycheck", &["--public-only", "id.pub"], "").good().contains(": ok: "));
    let refused = wine(&sandbox, "keycheck", &["--public-only", "id"], "");
    assert!(refused.status == Some(1) && refused.stdout.contains("error: private-key"), "{refused:?}");
    assert_eq!(wine(&sandbox, "keycheck", &["absent"], "").status, Some(2));
    let explained = wine(&sandbox, "keycheck", &["--explain", "roca"], "").good();
    assert_eq!(explained, sandbox.run("keycheck", ["--explain", "roca"]).good());
}

/// The lines for PowerShell on the pages that call only our programs.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn the_lines_for_powershell_do_what_the_pages_say() {
    needs!(WINE, WINDOWS_TOOLS, SSHD, SSH_KEYGEN);
    let hosts = Hosts::start();
    let mut tried = 0;
    for page in guides() {
        let sandbox = hosts.copy();
        let home = format!("Z:{}", sandbox.path().display().to_string().replace('/', "\\"));
        for step in powershell(&hosts.here(&page)) {
            let line = step.command.replace("$HOME", &home);
            let [words] = commands(&line, Shell::PowerShell).unwrap().try_into().unwrap_or_default();
            let Some((tool, arguments)) = words.split_first().filter(|(tool, _)| binaries::TOOLS.contains(&&***tool))
            else {
                continue;
            };
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let outcome = wine(&sandbox, tool, &arguments, "");
            let printed = [outcome.stdout, outcome.stderr.replace("\r\n", "\n")].concat();
            assert!(examples::matches(&step.prints, &printed), "{line}\n{}\n{printed}", step.prints);
            assert_eq!(outcome.status, Some(step.status), "{line}");
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn a_windows_console_asks_for_the_passphrase_without_echo() {
    needs!(WINE, WINDOWS_TOOLS, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let mut keygen = sandbox.command("env");
    keygen.args(command("keygen", &["-q", "-f", "id"])).env("TERM", "xterm");
    let mut console = rexpect::session::spawn_command(keygen, Some(120_000)).unwrap();
    let mut seen = String::new();
    for question in ["Enter passphrase (empty for no passphrase):", "Enter same passphrase again:"] {
        seen += &console.exp_string(question).unwrap();
        // The echo is turned off after the question.
        std::thread::sleep(std::time::Duration::from_secs(1));
        console.send("typed in secret\r").unwrap();
        console.flush().unwrap();
    }
    seen += &console.exp_eof().unwrap();
    assert!(!seen.contains("secret"), "{seen}");
    closed(&sandbox, "id");
    let theirs = sandbox.run("ssh-keygen", ["-y", "-P", "typed in secret", "-f", "id"]).good();
    assert_eq!(theirs, sandbox.read("id.pub"));
}

//! Tests `hostfp --known-hosts`: whatever happens, the file is the whole old or the whole new one, and other lines are
//! unchanged to the byte.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use support::{CLOSED_PORT, Outcome, Sandbox, needs};

use crate::handshake::Host;
use crate::key_fixtures::sample_keys;

/// The file before the run: lines of the host, of others, and invalid ones.
fn old_lines(host: &Host) -> String {
    let stale = sample_keys().read("rsa4096.pub");
    let words: Vec<&str> = stale.split(' ').take(2).collect();
    format!("# mine\r\n{} {}\nother ssh-rsa AAAA\n@cert-authority * ssh-ed25519 AAAA", known_as(host), words.join(" "))
}

/// The same file with the host's key added.
fn new_lines(host: &Host) -> String {
    let key = sample_keys().read("rsa2048.pub");
    let words: Vec<&str> = key.split(' ').take(2).collect();
    let kept = "# mine\r\nother ssh-rsa AAAA\n@cert-authority * ssh-ed25519 AAAA\n";
    format!("{kept}{} {}\n", known_as(host), words.join(" "))
}

fn known_as(host: &Host) -> String {
    format!("[127.0.0.1]:{}", host.server.port)
}

/// A host whose RSA key is expected, and a folder with the old `kh/known_hosts`.
pub(crate) struct Scene {
    host: Host,
    old: Option<String>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let host = Host::start(&["rsa2048"], "");
        let old = Some(old_lines(&host));
        Self { host, old }
    }

    pub(crate) fn set(&self) -> Sandbox {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.file("kh")).unwrap();
        sandbox.write("fp", sample_keys().read("rsa2048.pub"));
        if let Some(old) = &self.old {
            sandbox.write("kh/known_hosts", old);
            fs::set_permissions(sandbox.file("kh/known_hosts"), fs::Permissions::from_mode(0o640)).unwrap();
        }
        sandbox
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        let name = self.host.name();
        let words = ["-q", "--expect", "fp", "--known-hosts", "kh/known_hosts", "--connect", &name];
        words.map(str::to_owned).to_vec()
    }

    fn play(&self, sandbox: &Sandbox, strace: &[&str]) -> Outcome {
        let words = strace.iter().chain(&["-f", "-qq", "hostfp"]).map(|word| (*word).to_owned());
        sandbox.run("strace", words.chain(self.arguments()))
    }

    /// The calls of the main thread once it has reached the folder: their names, and which of the calls of that name.
    fn calls(&self) -> Vec<(String, Vec<usize>)> {
        let sandbox = self.set();
        let _ = self.play(&sandbox, &["-o", "log"]).good();
        let log = sandbox.read("log");
        let main = log.split_whitespace().next().unwrap();
        let mut counts = BTreeMap::<String, (usize, Vec<usize>)>::new();
        let mut begun = false;
        for call in log.lines().filter_map(|line| line.strip_prefix(main)).map(str::trim_start) {
            let Some((name, _)) = call.split_once('(').filter(|(name, _)| !name.contains(['<', '+', ' '])) else {
                continue;
            };
            // The first check precedes the connection.
            begun |= call.contains(".known_hosts.hostfp");
            let (count, meant) = counts.entry(name.to_owned()).or_default();
            *count += 1;
            if begun {
                meant.push(*count);
            }
        }
        counts.into_iter().map(|(name, (_, meant))| (name, meant)).filter(|(_, meant)| !meant.is_empty()).collect()
    }

    /// Whether the file is the new one. Asserts that it is the new or the old one, with the old one's mode.
    pub(crate) fn is_new(&self, sandbox: &Sandbox, what: &str) -> bool {
        let found = fs::read(sandbox.file("kh/known_hosts")).ok().map(|bytes| String::from_utf8(bytes).unwrap());
        if found == self.old {
            return false;
        }
        let whole = if self.old.is_some() { new_lines(&self.host) } else { only(&new_lines(&self.host)) };
        assert_eq!(found, Some(whole), "{what}");
        let mode = if self.old.is_some() { 0o640 } else { 0o600 };
        assert_eq!(mode_of(sandbox, "kh/known_hosts"), mode, "{what}");
        true
    }

    /// Asserts that the next hostfp reuses the files of one that was killed.
    fn settles(&self, sandbox: &Sandbox, what: &str) {
        let _ = sandbox.run("hostfp", self.arguments()).good();
        assert!(self.is_new(sandbox, what), "{what}");
        assert_eq!(names(sandbox), ["known_hosts"], "{what}");
    }

    fn survives_kills(&self) {
        let mut found = BTreeMap::<bool, usize>::new();
        for (name, meant) in self.calls() {
            for count in meant {
                let what = format!("killed before {name} {count}");
                let sandbox = self.set();
                let inject = format!("inject={name}:signal=KILL:when={count}");
                let outcome = self.play(&sandbox, &["-o", "/dev/null", "-e", &inject]);
                assert!(matches!(outcome.status, None | Some(0)), "{outcome:?} {what}");
                *found.entry(self.is_new(&sandbox, &what)).or_default() += usize::from(outcome.status.is_none());
                self.settles(&sandbox, &what);
            }
        }
        // The test itself works: it has killed before the new file was in place, and after.
        assert!(found.get(&false).is_some_and(|old| *old > 10) && found.contains_key(&true), "{found:?}");
        println!("killed {found:?}");
    }

    fn survives_errors(&self, errors: &[&str]) {
        const CALLS: &str =
            "fchmod flock fsync getcwd getdents64 newfstatat openat read readlink rename statx unlink write";
        let mut failed = 0;
        for (name, meant) in self.calls().into_iter().filter(|(name, _)| CALLS.split(' ').any(|call| call == name)) {
            for (count, error) in meant.iter().flat_map(|count| errors.iter().map(move |error| (count, error))) {
                let what = format!("{error} from {name} {count}");
                let sandbox = self.set();
                let inject = format!("inject={name}:error={error}:when={count}");
                let outcome = self.play(&sandbox, &["-o", "/dev/null", "-e", &inject]);
                let is_new = self.is_new(&sandbox, &what);
                match outcome.status {
                    // A failure after the rename (in the sync of the folder) leaves the new file in place.
                    Some(0) => assert!(is_new, "{what}"),
                    Some(2) => {
                        failed += 1;
                        assert!(outcome.stderr.starts_with("hostfp: kh/known_hosts: cannot "), "{outcome:?} {what}");
                        assert!(!is_new, "{what}");
                        assert!(names(&sandbox).iter().all(|name| name == "known_hosts"), "{what}");
                    }
                    _ => panic!("{outcome:?} {what}"),
                }
                self.settles(&sandbox, &what);
            }
        }
        assert!(failed >= 5, "{failed}");
    }
}

/// The last line alone.
fn only(lines: &str) -> String {
    lines.lines().last().unwrap().to_owned() + "\n"
}

fn names(sandbox: &Sandbox) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(sandbox.file("kh"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The temporary new file, if it is not empty.
pub(crate) fn unfinished(sandbox: &Sandbox) -> Option<PathBuf> {
    let files = fs::read_dir(sandbox.file("kh")).unwrap().map(|entry| entry.unwrap());
    let mut files = files.filter(|entry| entry.file_name().to_string_lossy().starts_with(".known_hosts.hostfp-"));
    files.find(|entry| entry.metadata().is_ok_and(|file| file.len() > 0)).map(|entry| entry.path())
}

fn mode_of(sandbox: &Sandbox, name: &str) -> u32 {
    fs::metadata(sandbox.file(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_file_is_the_old_or_the_new_one_wherever_hostfp_is_killed() {
    needs!(STRACE, SSHD, SSH_KEYGEN);
    let mut scene = Scene::new();
    scene.survives_kills();
    // If there was no file, there is none or a whole one.
    scene.old = None;
    scene.survives_kills();
}

#[test]
fn a_call_that_fails_leaves_the_old_file_and_nothing_beside_it() {
    needs!(STRACE, SSHD, SSH_KEYGEN);
    let mut scene = Scene::new();
    scene.survives_errors(&["EIO", "ENOSPC"]);
    scene.old = None;
    scene.survives_errors(&["EIO"]);
}

/// After a power failure only synced data remains.
#[test]
fn the_new_file_has_its_mode_first_is_synced_before_it_comes_into_its_place_and_the_folder_after() {
    needs!(STRACE, SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    let sandbox = scene.set();
    let _ = scene.play(&sandbox, &["-y", "-e", "trace=write,fchmod,fsync,rename", "-o", "log"]).good();
    let log = sandbox.read("log");
    let calls: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("kh"))
        .filter_map(|line| line.split_once(' ')?.1.trim_start().split('(').next())
        .collect();
    assert_eq!(calls, ["fchmod", "write", "fsync", "rename", "fsync"], "{log}");
}

/// Ctrl-C comes while the file is written, and everything is slow.
#[test]
fn a_signal_waits_until_the_file_is_in_its_place() {
    needs!(STRACE, SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    for signal in ["INT", "TERM", "HUP"] {
        let sandbox = scene.set();
        let mut command = sandbox.command("strace");
        command.args(["-f", "-qq", "-o", "log", "-e", "inject=fsync:delay_enter=1000000"]);
        let mut child = command.arg("hostfp").args(scene.arguments()).stdin(Stdio::null()).spawn().unwrap();
        let mut begun = false;
        for _ in 0..400 {
            begun = unfinished(&sandbox).is_some();
            if begun {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        assert!(begun, "hostfp came to write within ten seconds");
        let pid = sandbox.read("log").split_whitespace().next().unwrap().to_owned();
        let _ = sandbox.run("kill", [format!("-{signal}"), pid]).good();
        let status = child.wait().unwrap();
        // strace ends like the program that it traces: by the signal, or with success if the program was finished.
        assert!(status.signal().is_some() || status.success(), "{signal}: {status:?}");
        assert!(scene.is_new(&sandbox, signal), "{signal}");
        assert_eq!(names(&sandbox), ["known_hosts"], "{signal}");
    }
}

#[test]
fn a_known_hosts_that_cannot_be_written_is_reported_before_connecting() {
    needs!(SSH_KEYGEN);
    let server = support::Listener::start(drop).unwrap();
    let sandbox = Sandbox::new();
    sandbox.write("fp", sample_keys().read("rsa2048.pub"));
    sandbox.write("read-only", "old\n");
    fs::set_permissions(sandbox.file("read-only"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::create_dir(sandbox.file("folder")).unwrap();
    symlink("nowhere/known_hosts", sandbox.file("dangling")).unwrap();
    symlink("round", sandbox.file("round")).unwrap();
    for (file, words) in [
        ("read-only", "read-only: cannot write: is read-only"),
        ("folder", "folder: cannot write: is not a regular file"),
        ("/dev/null", "/dev/null: cannot write: is not a regular file"),
        ("missing/known_hosts", "hint: the folder is missing: create missing first"),
        ("dangling", "hint: the folder is missing: create nowhere first"),
        ("round", "round: cannot write: "),
    ] {
        let name = format!("127.0.0.1:{}", server.port);
        let message = sandbox.run("hostfp", ["--expect", "fp", "--known-hosts", file, "--connect", &name]).fails(2);
        assert!(message.contains(words), "{file}: {message}");
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(sandbox.read("read-only"), "old\n");
    assert_eq!(sandbox.names(), ["dangling", "folder", "fp", "read-only", "round"]);
}

/// As ssh makes it, with access for the user only; no other folder is made.
#[test]
fn the_folder_of_the_users_own_known_hosts_is_made() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("fp", sample_keys().read("rsa2048.pub"));
    let run = "HOME=\"$PWD/home\" hostfp --expect fp -T 1 127.0.0.1:1 --known-hosts";
    fs::create_dir(sandbox.file("home")).unwrap();
    let message = sandbox.shell(&format!("{run} home/other/known_hosts")).fails(2);
    assert!(message.contains("the folder is missing"), "{message}");
    assert!(!sandbox.file("home/.ssh").exists());
    let message = sandbox.shell(&format!("{run} home/.ssh/known_hosts")).fails(2);
    assert!(message.contains("connection refused"), "{message}");
    let mode = fs::metadata(sandbox.file("home/.ssh")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn an_ordinary_user_cannot_write_where_the_folder_is_anothers() {
    needs!(SSHD, SSH_KEYGEN, SETPRIV);
    let scene = Scene::new();
    let sandbox = scene.set();
    let _ = sandbox.copy_program(support::binaries::tool("hostfp"), "hostfp");
    let is_root = sandbox.shell("id -u").good() == "0\n";
    let as_user = if is_root { "setpriv --reuid=65534 --regid=65534 --clear-groups" } else { "env" };
    // The file is writable and the folder is not; then neither is.
    for (modes, own) in [("chmod 755 . ; chmod 555 kh; chmod 644 kh/known_hosts", true), ("chmod 755 kh", false)] {
        if !is_root && !own {
            continue; // one's own file
        }
        let words = "kh/known_hosts: cannot write: permission denied";
        if is_root {
            let _ = sandbox.shell(&format!("chown {} kh/known_hosts", if own { 65534 } else { 0 })).good();
        }
        let _ = sandbox.shell(&format!("chmod 644 fp; chmod 755 hostfp; {modes}")).good();
        let outcome = sandbox.shell(&format!("{as_user} ./hostfp {}", scene.arguments().join(" ")));
        assert!(outcome.stderr.contains(words), "{outcome:?}");
        let _ = outcome.fails(2);
        assert_eq!(Some(sandbox.read("kh/known_hosts")), scene.old);
        assert_eq!(names(&sandbox), ["known_hosts"]);
    }
    let _ = sandbox.shell("chmod 755 kh").good();
}

/// root writes a user's file (`sudo hostfp`), and it stays the user's.
#[test]
fn the_owner_stays_the_owner() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    let sandbox = scene.set();
    if sandbox.shell("id -u").good() != "0\n" {
        return; // only root gives files away; CI is root
    }
    let _ = sandbox.shell("chown 1234:2345 kh/known_hosts").good();
    let _ = sandbox.run("hostfp", scene.arguments()).good();
    let found = fs::metadata(sandbox.file("kh/known_hosts")).unwrap();
    assert_eq!((found.uid(), found.gid(), found.mode() & 0o777), (1234, 2345, 0o640));
    assert!(scene.is_new(&sandbox, "root"));
}

#[test]
fn a_link_to_a_file_that_is_not_there_yet_stays_a_link() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene { old: None, ..Scene::new() };
    let sandbox = scene.set();
    symlink("../elsewhere", sandbox.file("kh/known_hosts")).unwrap();
    let _ = sandbox.run("hostfp", scene.arguments()).good();
    assert!(fs::symlink_metadata(sandbox.file("kh/known_hosts")).unwrap().is_symlink());
    assert_eq!(sandbox.read("elsewhere"), only(&new_lines(&scene.host)));
    assert_eq!(names(&sandbox), ["known_hosts"]);
}

/// 100,000 lines of other hosts; a few of them are unusual.
fn long_list(hashed: bool) -> String {
    let keys = ["ed25519", "ecdsa256", "rsa2048"].map(|key| {
        let line = sample_keys().read(format!("{key}.pub"));
        line.split(' ').take(2).collect::<Vec<_>>().join(" ")
    });
    let mut list = String::new();
    for number in 0..100_000_usize {
        let key = &keys[number % keys.len()];
        let name = format!("h{number}.example,10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
        let _ = match number % 1000 {
            7 => writeln!(list, "# a comment about {name}\r"),
            8 => writeln!(list, "  {name}\t{key}  and a comment\r"),
            9 => writeln!(list, "@cert-authority *.example {key}"),
            _ if hashed => writeln!(list, "{} {key}", salted(number)),
            _ => writeln!(list, "{name} {key}"),
        };
    }
    list
}

/// A hashed name that belongs to no host.
fn salted(number: usize) -> String {
    use common::key::{Fingerprint, Hash};
    let digest = |text: String| {
        let digest = Fingerprint::of_blob(Hash::Sha1, text.as_bytes()).to_string();
        digest["SHA1:".len()..].to_owned() + "="
    };
    format!("|1|{}|{}", digest(format!("salt {number}")), digest(format!("mac {number}")))
}

/// `cargo xtask bench known-hosts` measures the time.
#[test]
fn in_a_long_file_the_one_host_is_found_and_all_else_stays_to_the_byte() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    let stale = only(&new_lines(&scene.host)).replace("AAAAB3NzaC1yc2EAAAADAQAB", "AAAAB3NzaC1yc2EAAAADAQAC");
    let hashed_stale = {
        let sandbox = Sandbox::new();
        sandbox.write("known_hosts", &stale);
        let _ = sandbox.run("ssh-keygen", ["-q", "-H", "-f", "known_hosts"]).good();
        sandbox.read("known_hosts")
    };
    for (hashed, stale) in [(false, stale), (true, hashed_stale)] {
        let sandbox = scene.set();
        let list = long_list(hashed);
        let half = list[..list.len() / 2].rfind('\n').unwrap() + 1;
        let (first, second) = list.split_at(half);
        sandbox.write("kh/known_hosts", format!("{first}{stale}{second}"));
        let _ = sandbox.run("hostfp", scene.arguments()).good();
        let new = only(&new_lines(&scene.host));
        assert!(sandbox.read("kh/known_hosts") == format!("{list}{new}"), "hashed: {hashed}");
        // ssh-keygen agrees.
        let name = known_as(&scene.host);
        let found = sandbox.run("ssh-keygen", ["-F", &name, "-f", "kh/known_hosts"]).good();
        assert_eq!(found.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>(), [new.trim_end()]);
        // The whole file also serves as an expectation, in which the host's lines count.
        let words = ["--expect", "kh/known_hosts", "--connect", &scene.host.name()];
        assert_eq!(sandbox.run("hostfp", words).good(), new);
        let other = ["--expect", "kh/known_hosts", "--connect", "127.0.0.1:1"];
        let message = sandbox.run("hostfp", other).fails(2);
        assert!(message.contains("no expectation for this host: none of the lines is of [127.0.0.1]:1"), "{message}");
    }
}

#[test]
fn a_fleet_costs_one_new_file_and_a_host_that_fails_takes_nothing_from_the_others() {
    needs!(SSHD, SSH_KEYGEN, STRACE);
    let hosts: Vec<Host> = (0..3).map(|_| Host::start(&["ed25519"], "")).collect();
    let wrong = Host::start(&["rsa2048"], "");
    let sandbox = Sandbox::new();
    sandbox.write("fp", sample_keys().read("ed25519.pub"));
    let mut names: Vec<String> = hosts.iter().map(Host::name).collect();
    names.insert(1, wrong.name());
    names.insert(2, format!("127.0.0.1:{CLOSED_PORT}"));
    let words = ["strace", "-f", "-e", "trace=rename", "-o", "log", "hostfp", "-q", "--expect", "fp", "--known-hosts"];
    let words = words.into_iter().skip(1).chain(["known_hosts", "--connect"]).map(str::to_owned).chain(names);
    let _ = sandbox.run("strace", words).fails(1);
    assert_eq!(sandbox.read("log").matches("rename(").count(), 1);
    let written = sandbox.read("known_hosts");
    let expected: Vec<String> = hosts.iter().map(known_as).collect();
    assert_eq!(written.lines().map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>(), expected);
}

/// PowerShell's `>` writes UTF-16, in which ssh finds no lines; Windows editors write CRLF.
#[test]
fn a_file_of_windows_becomes_one_that_ssh_reads() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["rsa2048"], "");
    let sandbox = &host.sandbox;
    sandbox.write("fp", sample_keys().read("rsa2048.pub"));
    let own = format!(
        "{} {}\n",
        known_as(&host),
        sample_keys().read("rsa2048.pub").split(' ').take(2).collect::<Vec<_>>().join(" ")
    );
    let other = format!("other {}", sample_keys().read("ed25519.pub"));
    let utf16 =
        |text: &str| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let run = |before: Vec<u8>| {
        sandbox.write("kh", before);
        sandbox.run("hostfp", ["--expect", "fp", "--known-hosts", "kh", "--connect", &host.name()])
    };
    let returns = other.replace('\n', "\r\n");
    for (before, words) in [
        (returns.clone().into_bytes(), "its lines end in CRLF"),
        (utf16(&returns), "which ssh does not read"),
        (format!("\u{feff}{other}").into_bytes(), "which ssh does not read"),
    ] {
        let outcome = run(before);
        assert!(outcome.stderr.contains(words), "{outcome:?}");
        assert_eq!((outcome.status, sandbox.read("kh")), (Some(0), format!("{other}{own}")), "{outcome:?}");
    }
    // Also if no line is added.
    assert_eq!((run(utf16(&own)).status, sandbox.read("kh")), (Some(0), own.clone()));
    let outcome = run([own.as_bytes(), &utf16(&other)[2..]].concat());
    assert!(outcome.stderr.contains("NUL bytes"), "{outcome:?}");
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
}

/// In another program's file, lines of hosts would mean something else; in a private key's file they would break the
/// key.
#[test]
fn a_file_that_is_no_known_hosts_gets_no_lines() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = sample_keys().read("ed25519");
    for text in ["Host a\n  User b\n", "{\"a\": 1}\n", &key] {
        sandbox.write("file", text);
        let arguments =
            ["--expect", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM", "--known-hosts", "file", "127.0.0.1:1"];
        let words = sandbox.run("hostfp", arguments).fails(2);
        assert!(words.contains("file: is not a known_hosts file: it has no such line"), "{words}");
        assert_eq!(sandbox.read("file"), text);
    }
    let words = sandbox.run("hostfp", ["--expect", "x", "--known-hosts", "-", "127.0.0.1:1"]).fails(2);
    assert!(words.contains("--known-hosts needs a file name"), "{words}");
}

//! Tests files that another user has put, or can put, where a tool writes: they are neither followed nor used, and a
//! place that others control is refused with a remedy.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use support::{Listener, Outcome, Sandbox, needs, peers};

use crate::key_fixtures::sample_keys;
use crate::known_hosts::{Scene, unfinished};

/// The message about a planted file, and the command that plants it; `$1` is its path. `victim` is a file of ours.
const PLANTED: [(&str, &str); 6] = [
    ("has another name (hard link)", "ln victim \"$1\""),
    ("is a symbolic link", "ln -s ../victim \"$1\""),
    ("is a symbolic link", "ln -s ../made-by-hostfp \"$1\""),
    ("is not a regular file", "mkfifo \"$1\""),
    ("is not a regular file", "mkdir \"$1\""),
    // Only root can give a file away.
    ("belongs to another user (uid 65534)", ": > \"$1\" && chown 65534 \"$1\""),
];

/// Runs a command as another user, if the tests run as root.
const OTHER: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups";

fn is_root(test: &str) -> bool {
    peers::is_root(test, "only root can be another user")
}

/// A sandbox of the scene with a file of ours and the planted one; `None` if it cannot be planted.
fn planted(scene: &Scene, command: &str, at: &str) -> Option<Sandbox> {
    let sandbox = scene.set();
    sandbox.write("victim", "mine\n");
    let planted = sandbox.run("bash", ["-c", command, "bash", at]);
    (planted.status == Some(0)).then_some(sandbox)
}

/// Runs the scene's hostfp, with a time limit.
fn hostfp(scene: &Scene, sandbox: &Sandbox) -> Outcome {
    let words = ["60", "hostfp"].map(str::to_owned);
    sandbox.run("timeout", words.into_iter().chain(scene.arguments()))
}

#[track_caller]
fn victim_is_whole(sandbox: &Sandbox, what: &str) {
    assert_eq!(sandbox.read("victim"), "mine\n", "{what}");
    assert!(!sandbox.file("made-by-hostfp").exists(), "{what}");
}

/// Earlier versions always used this name for the new file, and opened whatever was there.
#[test]
fn a_file_planted_under_a_guessed_name_is_neither_written_nor_used() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    for (_, command) in PLANTED {
        let Some(sandbox) = planted(&scene, command, "kh/.known_hosts.hostfp") else { continue };
        let before = fs::symlink_metadata(sandbox.file("kh/.known_hosts.hostfp")).unwrap();
        let _ = hostfp(&scene, &sandbox).good();
        assert!(scene.is_new(&sandbox, command), "{command}");
        let after = fs::symlink_metadata(sandbox.file("kh/.known_hosts.hostfp")).unwrap();
        assert_eq!((after.ino(), after.len(), after.mode()), (before.ino(), before.len(), before.mode()), "{command}");
        let written = fs::symlink_metadata(sandbox.file("kh/known_hosts")).unwrap();
        assert_eq!((written.uid(), written.nlink()), (fs::metadata(sandbox.path()).unwrap().uid(), 1), "{command}");
        victim_is_whole(&sandbox, command);
    }
}

#[test]
fn a_planted_lock_is_refused_by_name_and_left_as_it_is() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    for (why, command) in PLANTED {
        let Some(sandbox) = planted(&scene, command, "kh/.known_hosts.hostfp-lock") else { continue };
        let lock = sandbox.file("kh/.known_hosts.hostfp-lock");
        let message = hostfp(&scene, &sandbox).fails(2);
        let path = lock.canonicalize().ok().filter(|_| !lock.is_symlink()).unwrap_or(lock.clone());
        let words = format!("hostfp: kh/known_hosts: cannot use {}, which {why}\n", path.display());
        assert!(message.contains(&words) && message.contains("\nhostfp: hint: remove "), "{command}: {message}");
        assert!(!scene.is_new(&sandbox, command), "{command}");
        assert!(fs::symlink_metadata(&lock).is_ok(), "{command}");
        victim_is_whole(&sandbox, command);
        // The hint's command works.
        let _ = sandbox.run("rm", ["-r", "kh/.known_hosts.hostfp-lock"]).good();
        let _ = hostfp(&scene, &sandbox).good();
        assert!(scene.is_new(&sandbox, command), "{command}");
    }
}

/// While every call is slowed down, another user tries to hold the lock, and to read the new file.
#[test]
fn no_other_user_can_hold_the_lock_or_open_the_new_file() {
    needs!(SSHD, SSH_KEYGEN, STRACE, SETPRIV);
    if !is_root("no_other_user_can_hold_the_lock_or_open_the_new_file") {
        return;
    }
    let scene = Scene::new();
    let sandbox = scene.set();
    let _ = sandbox.shell("chmod 755 . kh; chmod 600 kh/known_hosts").good();
    let mut command = sandbox.command("strace");
    command.args(["-f", "-qq", "-o", "log", "-e", "inject=fsync:delay_enter=2000000", "hostfp"]);
    let mut child = command.args(scene.arguments()).stdin(Stdio::null()).spawn().unwrap();
    let new = (0..400).find_map(|_| {
        std::thread::sleep(Duration::from_millis(25));
        unfinished(&sandbox)
    });
    let new = new.unwrap();
    let locked = sandbox.shell(&format!("{OTHER} flock -n kh/.known_hosts.hostfp-lock true"));
    let read = sandbox.shell(&format!("{OTHER} cat {}", new.display()));
    // The test itself works: the owner finds the lock taken.
    let own = sandbox.shell("flock -n kh/.known_hosts.hostfp-lock true");
    assert!(child.wait().unwrap().success());
    assert!(locked.stderr.contains("Permission denied"), "{locked:?}");
    assert!(read.stderr.contains("Permission denied") && read.stdout.is_empty(), "{read:?}");
    assert_eq!((own.status, own.stderr.as_str()), (Some(1), ""), "{own:?}");
}

/// Commands that make a path to `known_hosts` that others can change, with the message and the command of the hint.
/// Each begins in a home folder `home`, with a folder `kh` for the file. The command is empty if the hint proposes
/// none.
const OPEN_TO_OTHERS: [(&str, &str, &str); 9] = [
    ("chmod 777 kh", "the group of the folder kh, or other users, can write in it", "chmod go-w kh"),
    ("chmod 775 kh", "the group of the folder kh, or other users, can write in it", "chmod go-w kh"),
    ("chmod 757 kh", "the group of the folder kh, or other users, can write in it", "chmod go-w kh"),
    ("mkdir -p up/kh; mv kh/* up/kh; rmdir kh; chmod 777 up; ln -s up/kh kh", "the folder up,", "chmod go-w up"),
    ("chmod 666 kh/known_hosts", "its group or other users can write it", "chmod go-w kh/known_hosts"),
    ("chmod 664 kh/known_hosts", "its group or other users can write it", "chmod go-w kh/known_hosts"),
    ("chown 65534 kh", "the folder kh belongs to another user (uid 65534)", ""),
    (
        "mv kh/known_hosts .; ln -s ../known_hosts kh/; chown -h 65534 kh/known_hosts",
        "kh/known_hosts is a symbolic link of another user (uid 65534)",
        "",
    ),
    ("mv kh real; ln -s real kh; chown -h 65534 kh", "kh is a symbolic link of another user (uid 65534)", ""),
];

#[test]
fn a_path_that_other_users_can_change_is_refused_before_connecting_and_its_hint_works() {
    needs!(SSHD, SSH_KEYGEN);
    let test = "a_path_that_other_users_can_change_is_refused_before_connecting_and_its_hint_works";
    let scene = Scene::new();
    let server = Listener::start(drop).unwrap();
    let nowhere = format!("127.0.0.1:{}", server.port);
    for (command, words, remedy) in OPEN_TO_OTHERS {
        let sandbox = scene.set();
        if command.contains("chown") && !is_root(test) {
            continue;
        }
        let _ = sandbox.shell(command).good();
        let before = sandbox.read("kh/known_hosts");
        let asked = ["--expect", "fp", "--known-hosts", "kh/known_hosts", "--connect", &nowhere];
        let message = sandbox.run("hostfp", asked).fails(2);
        assert!(
            message.starts_with("hostfp: kh/known_hosts: cannot write: ") && message.contains(words),
            "{command}: {message}"
        );
        assert_eq!(sandbox.read("kh/known_hosts"), before, "{command}");
        assert!(message.contains("\nhostfp: hint: ") && message.contains(remedy), "{command}: {message}");
        if !remedy.is_empty() {
            let _ = sandbox.shell(remedy).good();
            let _ = hostfp(&scene, &sandbox).good();
        }
    }
    assert_eq!(server.connections(), 0);
}

/// In /tmp and similar folders others can add names, but neither rename nor remove ours.
#[test]
fn in_a_sticky_folder_an_own_file_is_taken() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    let sandbox = scene.set();
    let _ = sandbox.shell("chmod 1777 kh").good();
    let _ = hostfp(&scene, &sandbox).good();
    assert!(scene.is_new(&sandbox, "sticky"));
}

#[test]
fn in_a_sticky_folder_only_an_own_file_is_taken() {
    needs!(SSHD, SSH_KEYGEN);
    if !is_root("in_a_sticky_folder_only_an_own_file_is_taken") {
        return;
    }
    let scene = Scene::new();
    for (command, words) in [
        ("chown 65534 kh/known_hosts", "belongs to another user (uid 65534)"),
        ("rm kh/known_hosts; ln -s ../victim kh/known_hosts; chown -h 65534 kh/known_hosts", "is a symbolic link of "),
        ("rm kh/known_hosts; mkfifo kh/known_hosts; chown 65534 kh/known_hosts", "is not a regular file"),
    ] {
        let sandbox = planted(&scene, command, "").unwrap();
        let _ = sandbox.shell("chmod 1777 kh").good();
        let message = hostfp(&scene, &sandbox).fails(2);
        assert!(
            message.starts_with("hostfp: kh/known_hosts: cannot write: ") && message.contains(words),
            "{command}: {message}"
        );
        victim_is_whole(&sandbox, command);
    }
}

/// As in sshd: folders above the home folder belong to the system.
#[test]
fn a_folder_above_the_home_folder_counts_only_for_what_is_not_in_it() {
    needs!(SSHD, SSH_KEYGEN);
    let scene = Scene::new();
    let sandbox = scene.set();
    let _ = sandbox.shell("mkdir -p above/home; mv kh above/home; ln -s above/home/kh kh; chmod 777 above").good();
    let words = scene.arguments().join(" ");
    let _ = sandbox.shell(&format!("HOME=$PWD/above/home hostfp {words}")).good();
    assert!(scene.is_new(&sandbox, "at home"));
    let _ = sandbox.shell("cp above/home/kh/known_hosts above").good();
    let words = words.replace("kh/known_hosts", "above/known_hosts");
    let message = sandbox.shell(&format!("HOME=$PWD/above/home hostfp {words}")).fails(2);
    assert!(message.contains("the group of the folder above, or other users, can write in it"), "{message}");
}

/// The product of many keys takes gigabytes.
#[test]
fn an_interrupted_product_is_not_left_behind() {
    needs!(STRACE);
    let sandbox = Sandbox::new();
    sandbox.write("rsa.pub", sample_keys().read("rsa2048.pub"));
    sandbox.write("keys.product", "vmkeys product 1\nold");
    for signal in ["INT", "TERM", "HUP"] {
        let mut command = sandbox.command("strace");
        command.args(["-f", "-qq", "-o", "log", "-e", "inject=fsync:delay_enter=5000000", "keycheck", "-q"]);
        command.args(["--emit-product", "keys.product", "rsa.pub"]);
        let mut child = command.stdin(Stdio::null()).spawn().unwrap();
        let begun = (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            sandbox.names().iter().any(|name| name.starts_with(".keys.product."))
        });
        assert!(begun, "keycheck came to write within ten seconds");
        let pid = sandbox.read("log").split_whitespace().next().unwrap().to_owned();
        let _ = sandbox.run("kill", [format!("-{signal}"), pid]).good();
        let status = child.wait().unwrap();
        assert!(status.signal().is_some(), "{signal}: {status:?}");
        assert_eq!(sandbox.names(), ["keys.product", "log", "rsa.pub"], "{signal}");
        assert_eq!(sandbox.read("keys.product"), "vmkeys product 1\nold", "{signal}");
    }
}

#[test]
fn a_product_takes_the_place_of_nothing_but_a_file() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("rsa.pub", sample_keys().read("rsa2048.pub"));
    let _ = sandbox.shell("mkfifo pipe; mkdir folder").good();
    for place in ["pipe", "folder"] {
        let message = sandbox.run("keycheck", ["-q", "--emit-product", place, "rsa.pub"]).fails(2);
        assert!(message.contains(&format!("keycheck: {place}: cannot write: is not a regular file")), "{message}");
    }
    assert_eq!(sandbox.names(), ["folder", "pipe", "rsa.pub"]);
    // A link is replaced, and its target stays.
    sandbox.write("theirs", "theirs");
    symlink("theirs", sandbox.file("link")).unwrap();
    let _ = sandbox.run("keycheck", ["-q", "--emit-product", "link", "rsa.pub"]).good();
    assert_eq!(sandbox.read("theirs"), "theirs");
    assert_eq!(fs::symlink_metadata(sandbox.file("link")).unwrap().permissions().mode() & 0o111, 0);
    assert!(!sandbox.file("link").is_symlink());
}

#[test]
fn a_folder_that_another_user_keeps_locked_is_given_up_with_a_remedy() {
    needs!(SETPRIV);
    let test = "a_folder_that_another_user_keeps_locked_is_given_up_with_a_remedy";
    if !is_root(test) {
        return;
    }
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("mkdir keys; chmod 755 . keys").good();
    // Locks the folder until its input ends.
    let mut command = sandbox.command("bash");
    command.args(["-c", &format!("exec {OTHER} flock keys sh -c 'echo locked; read end'")]);
    let mut other = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = [0; 7];
    std::io::Read::read_exact(other.stdout.as_mut().unwrap(), &mut said).unwrap();
    let message = sandbox.run("keygen", ["-q", "-N", "", "-f", "keys/id"]).fails(2);
    drop(other.stdin.take());
    let _ = other.wait().unwrap();
    let words = "keygen: keys: cannot write: another program has kept the folder locked for 5 seconds\n\
                 keygen: hint: every user who can open the folder can lock it: ";
    assert!(message.starts_with(words) && message.contains("`chmod go-rwx keys`"), "{message}");
    assert_eq!(fs::read_dir(sandbox.file("keys")).unwrap().count(), 0);
    // The hint helps: the other user cannot open it any more.
    let _ = sandbox.shell("chmod go-rwx keys").good();
    let refused = sandbox.shell(&format!("{OTHER} flock -n keys true"));
    assert!(refused.stderr.contains("Permission denied"), "{refused:?}");
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "keys/id"]).good();
}

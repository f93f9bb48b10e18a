//! Kills keygen before each system call, and fails each call in turn: never half a pair, never a lost old key, never a
//! private key that others can read.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use support::{Outcome, Sandbox, cases, needs};

/// A run of keygen that changes the pair `keys/id`.
struct Scene {
    /// Its arguments, without `-f keys/id`.
    arguments: &'static [&'static str],
    /// Whether a pair exists before the run.
    replaces: bool,
    /// The passphrase afterwards.
    passphrase: &'static str,
}

const NEW: Scene =
    Scene { arguments: &["-q", "-t", "ed25519", "-N", "", "-C", "new"], replaces: false, passphrase: "" };
const FORCED: Scene =
    Scene { arguments: &["-q", "-t", "ed25519", "-N", "", "-C", "new", "--force"], replaces: true, passphrase: "" };
const COMMENT: Scene = Scene { arguments: &["-q", "-c", "-C", "new"], replaces: true, passphrase: "" };
const PASSPHRASE: Scene =
    Scene { arguments: &["-q", "-p", "-N", "new pass", "-a", "1"], replaces: true, passphrase: "new pass" };

/// The state of the pair after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Old,
    New,
}

/// The modes of the old private and public key, which `-p` must keep.
const OLD_MODES: [(&str, u32); 2] = [("id", 0o400), ("id.pub", 0o644)];

impl Scene {
    fn set(&self) -> (Sandbox, [Vec<u8>; 2]) {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.file("keys")).unwrap();
        if !self.replaces {
            return (sandbox, [Vec::new(), Vec::new()]);
        }
        let _ = sandbox.run("keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "old", "-f", "keys/id"]).good();
        let old = OLD_MODES.map(|(name, mode)| {
            let file = sandbox.file("keys").join(name);
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            fs::read(file).unwrap()
        });
        (sandbox, old)
    }

    fn play(&self, sandbox: &Sandbox, strace: &[&str]) -> Outcome {
        let keygen = ["keygen", "-f", "keys/id"];
        sandbox.run("strace", strace.iter().chain(&["-f", "-qq"]).chain(&keygen).chain(self.arguments))
    }

    /// The calls that keygen makes once it has reached the folder: each call's name, and which of its calls of that
    /// name.
    fn calls(&self) -> Vec<(String, Vec<usize>)> {
        let (sandbox, _) = self.set();
        let _ = self.play(&sandbox, &["-o", "log"]).good();
        let log = sandbox.read("log");
        let thread = log.split_whitespace().next().unwrap();
        let mut counts = BTreeMap::<String, (usize, Vec<usize>)>::new();
        let mut begun = false;
        for line in log.lines() {
            let Some(call) = line.strip_prefix(thread).map(str::trim_start) else { continue };
            let Some((name, _)) = call.split_once('(').filter(|(name, _)| !name.contains(['<', '+', ' '])) else {
                continue;
            };
            begun |= name != "execve" && call.contains("keys");
            let (count, meant) = counts.entry(name.to_owned()).or_default();
            *count += 1;
            if begun {
                meant.push(*count);
            }
        }
        counts.into_iter().map(|(name, (_, meant))| (name, meant)).filter(|(_, meant)| !meant.is_empty()).collect()
    }

    /// Reads the pair by its two names, as any program would.
    fn look(&self, sandbox: &Sandbox, old: &[Vec<u8>; 2], what: &str) -> Found {
        nothing_secret_is_open(&sandbox.file("keys"), what);
        let [private, public] = ["keys/id", "keys/id.pub"].map(|name| fs::read(sandbox.file(name)).ok());
        let (private, public) = match (private, public) {
            (None, None) if !self.replaces => return Found::Nothing,
            (Some(private), Some(public)) => (private, public),
            (private, _) => panic!("only the {} half {what}", if private.is_some() { "private" } else { "public" }),
        };
        for (name, mode) in OLD_MODES {
            let found = fs::metadata(sandbox.file("keys").join(name)).unwrap().permissions().mode() & 0o777;
            let kept = self.replaces && private == old[0] || self.arguments.contains(&"-p");
            let wanted = if name == "id" && !kept { 0o600 } else { mode };
            assert_eq!(found, wanted, "{name} {what}");
        }
        if private == old[0] && public == old[1] {
            return Found::Old;
        }
        let read = sandbox.run("keygen", ["-y", "-P", self.passphrase, "-f", "keys/id"]).good();
        assert_eq!(read.as_bytes(), public, "the two do not belong together {what}");
        Found::New
    }

    /// The changes that keygen makes, in order: the operation and the file.
    fn changes(&self) -> Vec<String> {
        let (sandbox, _) = self.set();
        let _ = self.play(&sandbox, &["-y", "-e", "trace=fsync,symlink,rename,unlinkat", "-o", "log"]).good();
        let folder = format!("{}/", sandbox.file("keys").canonicalize().unwrap().display());
        let word = |line: &str| {
            let call = line.split_once(' ')?.1.trim_start();
            let last = call.rsplit(['"', '<', '>']).find(|part| part.contains('/'))?;
            let place = last.strip_prefix(&folder).or(last.strip_prefix("keys/")).unwrap_or("");
            let place = match place.split_once('/') {
                Some((first, rest)) if first.starts_with(".keygen-") => rest,
                _ if place.starts_with(".keygen-") => "switch",
                _ => place,
            };
            Some(format!("{} {}", call.split_once('(')?.0, place.trim_end_matches('/')))
        };
        sandbox.read("log").lines().filter_map(word).collect()
    }

    /// Asserts that the next keygen cleans up after one that was killed, and that the pair stays as it was.
    fn settles(&self, sandbox: &Sandbox, old: &[Vec<u8>; 2], found: Found, what: &str) {
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "keys/other"]).good();
        assert_eq!(self.look(sandbox, old, what), found, "{what}");
        let mut names: Vec<_> = fs::read_dir(sandbox.file("keys"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .inspect(|entry| assert!(entry.file_type().unwrap().is_file(), "{entry:?} {what}"))
            .map(|entry| entry.file_name())
            .collect();
        names.sort();
        let pair: &[&str] = if found == Found::Nothing { &[] } else { &["id", "id.pub"] };
        assert_eq!(names, [pair, &["other", "other.pub"]].concat(), "{what}");
    }

    /// Kills keygen before each of its calls.
    fn survives_kills(&self) {
        let mut killed = 0;
        let mut kinds = Vec::new();
        for (name, meant) in self.calls() {
            for count in meant {
                let what = format!("killed before {name} {count}");
                let (sandbox, old) = self.set();
                let inject = format!("inject={name}:signal=KILL:when={count}");
                let outcome = self.play(&sandbox, &["-o", "/dev/null", "-e", &inject]);
                assert!(matches!(outcome.status, None | Some(0)), "{outcome:?} {what}");
                killed += usize::from(outcome.status.is_none());
                let found = self.look(&sandbox, &old, &what);
                self.settles(&sandbox, &old, found, &what);
                if !kinds.contains(&found) {
                    kinds.push(found);
                }
            }
        }
        // The test itself works: it has killed at many points, before the pair existed and after.
        assert!(killed > 50, "{killed}");
        println!("killed at {killed} points");
        assert_eq!(kinds.len(), 2, "{kinds:?}");
    }

    /// Fails each of these calls, the first of its kind, the second and so on, one in each run. (No `close`: Rust's
    /// library panics when a folder cannot be closed, which no system does.)
    fn survives_errors(&self, errors: &[&str]) {
        const CALLS: &str = "fchmod flock fsync getdents64 getrandom link linkat mkdir newfstatat open openat readlink \
                             rename renameat2 statx symlink unlink unlinkat write";
        let (mut tried, mut failed) = (0, 0);
        for (name, meant) in self.calls().into_iter().filter(|(name, _)| CALLS.split(' ').any(|call| call == name)) {
            for (count, error) in meant.iter().flat_map(|count| errors.iter().map(move |error| (count, error))) {
                tried += 1;
                if !cases::is_tried(tried) {
                    continue;
                }
                let what = format!("{error} from {name} {count}");
                let (sandbox, old) = self.set();
                let inject = format!("inject={name}:error={error}:when={count}");
                let outcome = self.play(&sandbox, &["-o", "/dev/null", "-e", &inject]);
                let found = self.look(&sandbox, &old, &what);
                match outcome.status {
                    Some(0) => assert_eq!(found, Found::New, "{what}"),
                    Some(2) => {
                        failed += 1;
                        assert!(outcome.stderr.starts_with("keygen: "), "{outcome:?} {what}");
                        let said = outcome.stderr.contains("both files") || self.arguments.contains(&"-p");
                        assert!(found != Found::New || said, "{outcome:?} {what}");
                    }
                    _ => panic!("{outcome:?} {what}"),
                }
                self.settles(&sandbox, &old, found, &what);
            }
        }
        assert!(failed >= cases::share(10), "{failed}");
    }
}

/// Asserts that others can read no file that contains a private key.
fn nothing_secret_is_open(folder: &Path, what: &str) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        if metadata.is_dir() {
            nothing_secret_is_open(&path, what);
        } else if metadata.is_file() && String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("PRIVATE") {
            assert_eq!(metadata.permissions().mode() & 0o077, 0, "{path:?} {what}");
        }
    }
}

#[test]
fn a_new_pair_is_whole_or_absent_wherever_keygen_is_killed() {
    needs!(STRACE);
    NEW.survives_kills();
}

#[test]
fn a_replaced_pair_is_whole_old_or_whole_new_wherever_keygen_is_killed() {
    needs!(STRACE);
    FORCED.survives_kills();
}

#[test]
fn a_comment_is_changed_in_both_files_or_in_none_wherever_keygen_is_killed() {
    needs!(STRACE);
    COMMENT.survives_kills();
}

#[test]
fn a_passphrase_is_changed_or_not_wherever_keygen_is_killed() {
    needs!(STRACE);
    PASSPHRASE.survives_kills();
}

#[test]
fn a_call_that_fails_leaves_a_new_pair_whole_or_absent() {
    needs!(STRACE);
    NEW.survives_errors(&["EIO", "ENOSPC"]);
}

#[test]
fn a_call_that_fails_leaves_a_replaced_pair_whole_old_or_whole_new() {
    needs!(STRACE);
    FORCED.survives_errors(&["EIO"]);
}

#[test]
fn a_call_that_fails_leaves_the_passphrase_the_old_or_the_new() {
    needs!(STRACE);
    PASSPHRASE.survives_errors(&["EIO"]);
}

/// A FAT disk has no hard links.
#[test]
fn a_file_system_without_links_takes_a_pair_too() {
    needs!(STRACE);
    for scene in [NEW, FORCED] {
        let (sandbox, old) = scene.set();
        let outcome =
            scene.play(&sandbox, &["-o", "/dev/null", "-e", "inject=symlink,symlinkat,link,linkat:error=EPERM"]);
        let _ = outcome.good();
        assert_eq!(scene.look(&sandbox, &old, "without links"), Found::New);
        scene.settles(&sandbox, &old, Found::New, "without links");
    }
}

/// After a power failure only synced data remains, so each step must be synced before the next begins.
#[test]
fn each_step_is_synced_before_the_next() {
    needs!(STRACE);
    let prepared = ["fsync new/id", "fsync new/id.pub", "fsync new", "fsync switch"];
    let ends: [&[&str]; 5] =
        [&["rename now"], &["fsync switch"], &["rename id", "rename id.pub"], &["fsync "], &["unlinkat switch"]];
    let new: [&[&str]; 2] = [&["symlink id", "symlink id.pub"], &[&prepared[..], &["fsync "]].concat()];
    let replaced: [&[&str]; 3] =
        [&[&prepared[..], &["fsync old"]].concat(), &["rename id", "rename id.pub"], &["fsync "]];
    for (scene, starts) in [(NEW, &new[..]), (FORCED, &replaced[..])] {
        let words = scene.changes();
        let mut next = 0;
        for step in starts.iter().chain(&ends) {
            // The parts of a step may go in any order.
            let ends = step.iter().map(|part| {
                let found = words.iter().skip(next).position(|word| word == part);
                next + found.unwrap_or_else(|| panic!("no '{part}' at its place in {words:#?}"))
            });
            next = ends.max().map_or(next, |last| last + 1);
        }
    }
}

//! Tests failures of resources: full disks, failed calls, closed streams, no terminal or home, few descriptors, little
//! memory, no threads, and other processes at the same file. They are reported, the exit status is 2, and nothing is
//! lost.

use std::fs;

use support::{Outcome, Sandbox, cases, needs};

/// A sandbox with a new key and a list of many keys, which several threads read.
fn with_keys() -> Sandbox {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-C", "c", "-f", "id"]).good();
    sandbox.write("list", sandbox.read("id.pub").repeat(5000));
    sandbox
}

/// Command lines of each tool, on one key or on a long list.
const COMMANDS: [&str; 6] =
    ["pubfp list", "pubfp id.pub", "keycheck id.pub", "hostfp list", "keygen -y -f id", "keygen -q -f - -N secret"];

/// Whether a command succeeded. Asserts that it did, or ended with status 2 and a message of the tool.
#[track_caller]
fn is_ok_or_reported(command: &str, outcome: &Outcome, what: &str) -> bool {
    let tool = command.split(' ').next().unwrap();
    match outcome.status {
        Some(0) => true,
        Some(2) => {
            assert!(outcome.stderr.starts_with(&format!("{tool}: ")), "{what}: {outcome:?}");
            false
        }
        _ => panic!("{what}: {outcome:?}"),
    }
}

/// Fails each system call of a running tool in turn: the tool prints the whole output without it, or reports the
/// failure.
#[test]
fn a_failed_system_call_is_reported_or_not_needed() {
    needs!(STRACE);
    // (No getrandom: where the system has no randomness, Rust's own tables cannot be made.)
    const CALLS: [&str; 6] = ["openat", "read", "statx", "lseek", "write", "prctl"];
    let sandbox = with_keys();
    let (mut tried, mut reported, mut without) = (0, 0, 0);
    for command in COMMANDS {
        let whole = sandbox.shell(command).good();
        let strace = |options: &str| sandbox.shell(&format!("strace -f -qq {options} {command}"));
        let _ = strace("-o log");
        let log = sandbox.read("log");
        for call in CALLS {
            let lines = || log.lines().enumerate().filter(|(_, line)| line.contains(&format!(" {call}(")));
            // The loader's calls precede the program's, whose first one checks its streams.
            let main = log.lines().position(|line| line.contains(" poll(")).unwrap();
            let before = lines().filter(|(at, _)| *at < main).count();
            // Long inputs repeat the same call many times.
            for count in before + 1..=lines().count().min(before + 12) {
                for error in ["EIO", "EINTR", "ENOSPC"] {
                    tried += 1;
                    if !cases::is_tried(tried) {
                        continue;
                    }
                    let what = format!("{command}: {error} from {call} {count}");
                    let outcome = strace(&format!("-o /dev/null -e inject={call}:error={error}:when={count}"));
                    if is_ok_or_reported(command, &outcome, &what) {
                        without += 1;
                        // A private key differs each time.
                        let same =
                            outcome.stdout == whole || command.contains("-f -") && outcome.stdout.contains("-----END");
                        assert!(same, "{what}: {outcome:?}");
                    } else {
                        reported += 1;
                    }
                }
            }
        }
    }
    println!("{reported} reported, {without} done without");
    assert!(reported > cases::share(10) && without > cases::share(10), "{reported} {without}");
}

#[test]
fn a_thread_that_cannot_be_started_is_reported() {
    needs!(STRACE);
    let sandbox = with_keys();
    for command in ["pubfp list", "keycheck list", "hostfp list", "pubfp id.pub", "hostfp id.pub"] {
        let outcome =
            sandbox.shell(&format!("strace -f -qq -o /dev/null -e inject=clone,clone3:error=EAGAIN {command}"));
        let well = is_ok_or_reported(command, &outcome, command);
        assert_eq!(well, !command.ends_with("list"), "{command}: {outcome:?}");
        assert!(well || outcome.stderr.contains("cannot start a thread: "), "{outcome:?}");
    }
    // One thread is enough for keygen.
    for kind in ["ed25519", "rsa"] {
        let keygen = format!("keygen -q -t {kind} -N '' -f new-{kind}");
        let _ =
            sandbox.shell(&format!("strace -f -qq -o /dev/null -e inject=clone,clone3:error=EAGAIN {keygen}")).good();
    }
}

/// On a real disk of a few pages: neither a new pair nor a change leaves half a file, and existing files stay.
#[test]
fn a_full_disk_keeps_what_was_there() {
    needs!(SETPRIV);
    let sandbox = Sandbox::new();
    let script = "
        mkdir disk && mount -t tmpfs -o size=24k tmpfs disk && cd disk || exit 77
        keygen -q -N '' -C old -f id || exit 78
        cp id id.pub ..
        dd if=/dev/zero of=fill bs=4096 2> /dev/null
        ls -A > ../before
        for command in \"-N x -f other\" \"-N x -f id --force\" '-p -N longer -f id' '-c -C new -f id'; do
            keygen -q $command; echo $?
            cmp id ../id && cmp id.pub ../id.pub && ls -A | cmp - ../before || echo lost
        done
        for tool in pubfp keycheck hostfp; do
            cat id.pub > /dev/null; $tool ../list > fill; echo $?
        done";
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "key"]).good();
    sandbox.write("list", sandbox.read("key.pub").repeat(2000));
    let outcome = sandbox.run("unshare", ["--mount", "--map-root-user", "sh", "-c", script]);
    if outcome.status == Some(77) {
        return support::peers::skip("a_full_disk_keeps_what_was_there", "file systems cannot be mounted here");
    }
    assert_eq!(outcome.stdout, "2\n".repeat(7), "{outcome:?}");
    assert_eq!(outcome.stderr.matches("no space left on device").count(), 7, "{outcome:?}");
}

/// No file of ours gets descriptor 0, 1 or 2, so no message is written into a key.
#[test]
fn closed_streams_change_no_file() {
    let sandbox = with_keys();
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let _ = sandbox.shell(&format!("rm -f new*; keygen -N '' -C c -f new {closed}")).good();
        let public = sandbox.run("keygen", ["-y", "-f", "new"]).good();
        assert_eq!(public, sandbox.read("new.pub"), "{closed}");
        assert_eq!(sandbox.read("new").lines().last(), Some("-----END OPENSSH PRIVATE KEY-----"), "{closed}");
        for (command, status) in [
            ("pubfp id.pub", 0),
            ("keycheck id.pub", 0),
            ("hostfp id.pub", 0),
            ("pubfp missing id.pub", 2),
            ("keygen -p -N '' -f id", 0),
            ("keygen -N '' -f id", 2),
        ] {
            assert_eq!(sandbox.shell(&format!("{command} {closed}")).status, Some(status), "{command} {closed}");
        }
        assert_eq!(sandbox.run("keygen", ["-y", "-f", "id"]).good(), sandbox.read("id.pub"), "{closed}");
    }
}

#[test]
fn a_missing_terminal_or_home_folder_is_reported() {
    needs!(SETPRIV);
    let sandbox = with_keys();
    let words = sandbox.shell("setsid -w keygen -q < /dev/null").fails(2);
    assert!(words.contains("no input: standard input ended"), "{words}");
    let words = sandbox.shell("setsid -w keygen -q -f new < /dev/null").fails(2);
    assert!(words.contains("no passphrase"), "{words}");
    assert!(!sandbox.file("new").exists());
    // A user without an entry in the user database has no home unless a variable names one.
    let nobody = "setpriv --reuid 12345 --clear-groups env -u HOME";
    if sandbox.shell(&format!("{nobody} true")).status != Some(0) {
        return support::peers::skip(
            "a_missing_terminal_or_home_folder_is_reported",
            "another user's id cannot be taken",
        );
    }
    let tools = support::binaries::folder();
    let outcome =
        sandbox.shell(&format!("cp {}/keygen . && chmod 755 . keygen && {nobody} ./keygen -q -N ''", tools.display()));
    assert!(outcome.stderr.contains("there is no home folder"), "{outcome:?}");
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn thousands_of_files_need_few_descriptors() {
    let sandbox = with_keys();
    for number in 0..3000 {
        fs::copy(sandbox.file("id.pub"), sandbox.file(format!("many-{number}"))).unwrap();
    }
    for tool in ["pubfp", "keycheck", "hostfp"] {
        let lines = sandbox.shell(&format!("ulimit -n 20; {tool} many-* | grep -c SHA256")).good();
        assert_eq!(lines, "3000\n", "{tool}");
    }
}

/// A program without memory ends at once (Rust's library prints a message and aborts); the pair stays whole however
/// little memory there is.
#[test]
fn low_memory_leaves_a_consistent_pair() {
    let sandbox = with_keys();
    let mut failed = 0;
    // With less, the system cannot start the program.
    for limit in (5000..16_000).step_by(500) {
        let old = sandbox.read("id");
        let outcome = sandbox.shell(&format!("ulimit -v {limit}; keygen -q -t ed25519 -N '' -C c -f id --force"));
        let public = sandbox.run("keygen", ["-y", "-f", "id"]).good();
        assert_eq!(public, sandbox.read("id.pub"), "{limit}: {outcome:?}");
        // Steps after the switch may fail, too; then the new pair is in place, and the message says so.
        let is_new = outcome.status == Some(0) || outcome.stderr.contains("both files can be read, as links");
        assert_eq!(is_new, sandbox.read("id") != old, "{limit}: {outcome:?}");
        failed += usize::from(outcome.status != Some(0));
        assert!(outcome.status == Some(0) || !outcome.stderr.is_empty(), "{limit}");
    }
    assert!(failed > 2, "{failed}");
}

/// Several keygens at one file: both halves belong to the same key, and a late process reports it. (A change of the
/// passphrase, which writes the private half only, once put the old key next to the new public half.)
#[test]
fn concurrent_keygens_leave_one_consistent_pair() {
    let sandbox = with_keys();
    let commands = ["-N '' -C one --force", "-N '' -C two --force", "-c -C three", "-p -N ''"];
    let all = commands.map(|words| format!("(keygen -q {words} -f id; echo $?) &")).concat() + " wait";
    let (mut well, mut late) = (0, 0);
    for _ in 0..30 {
        let outcome = sandbox.shell(&all);
        for status in outcome.stdout.lines() {
            assert!(status == "0" || status == "2", "{outcome:?}");
            well += usize::from(status == "0");
            late += usize::from(status == "2");
        }
        let refusals =
            outcome.stderr.matches("id: another program has changed it in the meantime; nothing is written\n").count();
        assert_eq!(refusals, outcome.stdout.matches('2').count(), "{outcome:?}");
        assert_eq!(sandbox.run("keygen", ["-y", "-f", "id"]).good(), sandbox.read("id.pub"), "{outcome:?}");
        assert_eq!(sandbox.names(), ["id", "id.pub", "list"]);
    }
    println!("{well} well, {late} late");
    assert!(well >= 60);
}

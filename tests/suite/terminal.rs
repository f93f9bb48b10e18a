//! Tests questions, progress and colours on a real pseudo-terminal.

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};
use support::{Sandbox, Sshd, binaries, needs};

/// The time limit for a question to appear, in milliseconds: enough for an RSA key on a busy machine.
const PATIENCE: u64 = 120_000;

const FIRST: &str = "Enter passphrase (empty for no passphrase): ";
const AGAIN: &str = "Enter same passphrase again: ";

fn shell(sandbox: &Sandbox, line: &str) -> PtySession {
    let mut command: Command = sandbox.command("bash");
    // rexpect's terminals begin without echo.
    command.args(["--norc", "-c", &format!("stty echo; {line}")]);
    spawn_command(command, Some(PATIENCE)).unwrap()
}

fn keygen(sandbox: &Sandbox, arguments: &[&str]) -> PtySession {
    let mut command = sandbox.command(binaries::tool("keygen"));
    command.args(arguments);
    spawn_command(command, Some(PATIENCE)).unwrap()
}

#[test]
fn the_documented_command_asks_as_ssh_keygen_does_and_makes_the_pair() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let mut terminal = keygen(&sandbox, &["-m", "PEM", "-t", "rsa", "-b", "2048"]);
    terminal.exp_string("Generating public/private rsa key pair.\r\n").unwrap();
    let home = sandbox.path().display();
    terminal.exp_string(&format!("Enter file in which to save the key ({home}/.ssh/id_rsa): ")).unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string(&format!("Created directory '{home}/.ssh'.\r\n")).unwrap();
    terminal.exp_string(FIRST).unwrap();
    terminal.send_line("one thing").unwrap();
    terminal.exp_string(AGAIN).unwrap();
    terminal.send_line("another thing").unwrap();
    terminal.exp_string("Passphrases do not match.  Try again.\r\n").unwrap();
    terminal.exp_string(FIRST).unwrap();
    terminal.send_line("one thing").unwrap();
    terminal.exp_string(AGAIN).unwrap();
    terminal.send_line("one thing").unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(!rest.contains("one thing"), "the passphrase is not echoed: {rest}");
    assert!(rest.contains("The key's randomart image is:\r\n+---[RSA 2048]----+"), "{rest}");
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "one thing", "-f", ".ssh/id_rsa"]).good();
}

#[test]
fn a_typed_file_and_an_empty_passphrase_are_taken_and_overwriting_is_asked() {
    let sandbox = Sandbox::new();
    let make = |sandbox: &Sandbox, answer: Option<&str>| {
        let mut terminal = keygen(sandbox, &[]);
        terminal.exp_string("(").unwrap();
        terminal.send_line("mine").unwrap();
        if let Some(answer) = answer {
            terminal.exp_string("mine already exists.\r\nOverwrite (y/n)? ").unwrap();
            terminal.send_line(answer).unwrap();
            if answer != "y" {
                return terminal.exp_eof().unwrap();
            }
        }
        for question in [FIRST, AGAIN] {
            terminal.exp_string(question).unwrap();
            terminal.send_line("").unwrap();
        }
        terminal.exp_eof().unwrap()
    };
    make(&sandbox, None);
    let first = sandbox.read("mine.pub");
    make(&sandbox, Some("n"));
    assert_eq!(sandbox.read("mine.pub"), first);
    make(&sandbox, Some("y"));
    assert_ne!(sandbox.read("mine.pub"), first);
    assert_eq!(sandbox.names(), ["mine", "mine.pub"]);
}

/// rpassword raises SIGINT while the echo is off; without care the terminal would stay silent.
#[test]
fn ctrl_c_at_a_question_leaves_no_file_and_restores_the_echo() {
    for (key, ending) in [('c', "status 130"), ('d', "keygen: cancelled\r\nstatus 2")] {
        let sandbox = Sandbox::new();
        let line = "keygen -q -f id; echo status $?; stty -a | grep -ow -e '-\\?echo' -e '-\\?icanon' -e '-\\?isig'";
        let mut terminal = shell(&sandbox, &format!("trap : INT; {line}"));
        terminal.exp_string(FIRST).unwrap();
        terminal.send_control(key).unwrap();
        let rest = terminal.exp_eof().unwrap();
        assert!(rest.contains(ending) && !rest.contains("interrupted"), "{rest}");
        let settings: Vec<&str> = rest.lines().rev().take(3).collect();
        assert_eq!(settings.iter().filter(|setting| setting.starts_with('-')).count(), 0, "{rest}");
        assert_eq!(settings.len(), 3, "{rest}");
        assert!(sandbox.names().is_empty(), "{:?}", sandbox.names());
    }
}

#[test]
fn a_signal_at_the_question_gives_the_echo_back_too() {
    let sandbox = Sandbox::new();
    let line = "keygen -q -f id & sleep 1; kill -TERM $!; wait $!; echo status $?; stty -a | grep -ow -e '-\\?echo'";
    let mut terminal = shell(&sandbox, &format!("set +m; {line}"));
    let rest = terminal.exp_eof().unwrap();
    assert!(rest.contains("status 143"), "{rest}");
    assert!(rest.trim_end().ends_with("\necho"), "{rest}");
    assert!(sandbox.names().is_empty());
}

#[test]
fn on_a_terminal_with_nothing_to_read_the_filters_show_their_usage() {
    for tool in ["pubfp", "keycheck"] {
        let sandbox = Sandbox::new();
        let mut terminal = shell(&sandbox, &format!("{tool}; echo status $?"));
        let rest = terminal.exp_eof().unwrap();
        assert!(rest.contains(&format!("Usage: {tool} ")) && rest.contains("status 2"), "{rest}");
    }
}

#[test]
fn a_passphrase_is_taken_byte_by_byte_as_it_is_typed() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let mut terminal = keygen(&sandbox, &["-q", "-f", "id"]);
    for question in [FIRST, AGAIN] {
        terminal.exp_string(question).unwrap();
        terminal.send_line("tab\tand \u{e4}").unwrap();
    }
    assert!(!terminal.exp_eof().unwrap().contains("tab"));
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "tab\tand \u{e4}", "-f", "id"]).good();
}

/// It stops no program here, and is not a part of the passphrase either.
#[test]
fn ctrl_z_at_a_passphrase_is_no_character_of_it() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let mut terminal = keygen(&sandbox, &["-q", "-f", "id"]);
    for question in [FIRST, AGAIN] {
        terminal.exp_string(question).unwrap();
        terminal.send("se\x1a").unwrap();
        terminal.flush().unwrap();
        terminal.exp_string("Ctrl-Z is off here, Ctrl-C cancels; type it again from the start.\r\n").unwrap();
        terminal.exp_string(question).unwrap();
        terminal.send_line("secret").unwrap();
    }
    terminal.exp_eof().unwrap();
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "secret", "-f", "id"]).good();
}

#[test]
fn a_signal_that_is_ignored_ends_nothing() {
    let sandbox = Sandbox::new();
    let line = "trap '' HUP; keygen -q -f id & sleep 1; kill -HUP $!; sleep 1; kill -TERM $!; wait $!; echo status $?";
    let rest = shell(&sandbox, &format!("set +m; {line}")).exp_eof().unwrap();
    assert!(rest.contains("status 143"), "{rest}");
}

#[test]
fn a_fleet_shows_its_progress_on_a_terminal_and_takes_it_away() {
    let sandbox = Sandbox::new();
    let refusing = || support::Listener::start(drop).unwrap();
    let (one, other) = (refusing(), refusing());
    let hosts = [one.port, other.port].map(|port| format!("127.0.0.1:{port}"));
    let mut command = sandbox.command(binaries::tool("hostfp"));
    let mut terminal = spawn_command(
        {
            command.arg("--connect").args(&hosts);
            command
        },
        Some(PATIENCE),
    )
    .unwrap();
    let shown = terminal.exp_eof().unwrap();
    for progress in ["\rhostfp: 0 of 2 hosts", "\rhostfp: 2 of 2 hosts"] {
        assert!(shown.contains(progress), "{shown:?}");
    }
    let blank = format!("\r{}\r", " ".repeat("hostfp: 0 of 2 hosts".len()));
    for port in [one.port, other.port] {
        assert!(shown.contains(&format!("hostfp: [127.0.0.1]:{port}: it closed the connection")), "{shown:?}");
    }
    assert!(shown.contains(&blank) && !shown.trim_end().ends_with("hosts"), "{shown:?}");
    // Never into a pipe.
    let words = sandbox.run("hostfp", [&["--connect".to_owned()], &hosts[..]].concat()).fails(2);
    assert!(!words.contains('\r') && !words.contains("of 2"), "{words:?}");
}

#[test]
fn pubfp_asks_for_the_passphrase_of_what_it_cannot_read_otherwise() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.run("ssh-keygen", ["-q", "-t", "ecdsa", "-m", "PEM", "-N", "open sesame", "-f", "pem"]).good();
    let fingerprint = sandbox.run("ssh-keygen", ["-lf", "pem.pub"]).good().split(' ').nth(1).unwrap().to_owned();
    for (typed, answer) in [("open sesame", fingerprint.as_str()), ("wrong", "pubfp: pem:1: the passphrase is wrong")] {
        // Its standard input is a pipe with another key; the question still goes to the terminal.
        let mut terminal = shell(&sandbox, "cat pem.pub | pubfp -o - pem; echo end");
        terminal.exp_string(&fingerprint).unwrap();
        terminal.exp_string("Enter passphrase for pem: ").unwrap();
        terminal.send_line(typed).unwrap();
        let rest = terminal.exp_eof().unwrap();
        assert!(rest.contains(answer) && !rest.contains("sesame"), "{rest}");
    }
}

#[test]
fn keycheck_asks_for_a_passphrase_only_where_it_sees_no_public_half() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for (form, name) in [("PEM", "pem"), ("RFC4716", "openssh")] {
        let made = ["-q", "-t", "rsa", "-b", "2048", "-m", form, "-N", "open sesame", "-f", name];
        let _ = sandbox.run("ssh-keygen", made).good();
    }
    let mut terminal = shell(&sandbox, "keycheck openssh pem; echo status $?");
    terminal.exp_string("openssh:1: \u{1b}[1;32mok\u{1b}[0m: ssh-rsa 2048").unwrap();
    terminal.exp_string("Enter passphrase for pem: ").unwrap();
    terminal.send_line("open sesame").unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(rest.contains("pem:1: ") && rest.contains("weak-protection") && rest.contains("status 0"), "{rest}");
    assert!(!rest.contains("sesame"), "{rest}");
    let rest = shell(&sandbox, "NO_COLOR=1 keycheck --public-only pem openssh; echo status $?").exp_eof().unwrap();
    assert!(!rest.contains("Enter passphrase") && !rest.contains('\u{1b}') && rest.contains("status 1"), "{rest}");
}

#[test]
fn the_verdict_on_a_host_is_in_colour_on_a_terminal() {
    needs!(SSHD);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("for key in host other; do keygen -q -N '' -f $key; done").good();
    let server = Sshd::start(sandbox.path(), &[sandbox.file("host")], &sandbox.file("host.pub")).unwrap();
    let hostfp = |key: &str| format!("hostfp -p {} --expect {key}.pub --connect 127.0.0.1", server.port);
    let at = format!("hostfp: [127.0.0.1]:{}: ", server.port);
    for (key, verdict) in
        [("host", "\u{1b}[1;32mthis is your VM\u{1b}[0m: "), ("other", "\u{1b}[1;31mthis is not your VM\u{1b}[0m: ")]
    {
        let shown = shell(&sandbox, &hostfp(key)).exp_eof().unwrap();
        assert!(shown.contains(&format!("{at}{verdict}")), "{shown:?}");
        let plain = shell(&sandbox, &format!("NO_COLOR=1 {}", hostfp(key))).exp_eof().unwrap();
        assert!(plain.contains(&format!("{at}this is ")), "{plain:?}");
    }
}

/// Two primes of 8192 bits take minutes. Progress is shown, and Ctrl-C ends the search without leaving files.
#[test]
fn a_long_search_shows_that_it_goes_on_and_can_be_ended() {
    let sandbox = Sandbox::new();
    let mut terminal = keygen(&sandbox, &["-t", "rsa", "-b", "16384", "-N", "", "-f", "long"]);
    terminal.exp_string("keygen: searching for two primes of 8192 bits: 1 s").unwrap();
    terminal.exp_string("\rkeygen: searching for two primes of 8192 bits: 2 s").unwrap();
    terminal.send_control('c').unwrap();
    let _ = terminal.exp_eof().unwrap();
    assert!(sandbox.names().is_empty(), "{:?}", sandbox.names());
}

/// Children inherit ignored signals: without care Ctrl-C would end no tool when the suite runs under nohup.
#[cfg(target_os = "linux")]
#[test]
fn what_the_suite_starts_ignores_no_signal_even_if_the_suite_does() {
    const IGNORING: &str = "VMKEYS_TEST_IGNORING";
    let sandbox = Sandbox::new();
    // A bit for each signal; those of SIGHUP, SIGINT, SIGQUIT and SIGTERM.
    let ignored = |status: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
        u64::from_str_radix(mask.trim(), 16).unwrap() & 0x4007
    };
    if std::env::var_os(IGNORING).is_some() {
        assert_eq!(ignored(&sandbox.shell("cat /proc/self/status").good()), 0);
        return;
    }
    let mut command = sandbox.command("bash");
    command.args(["-c", "trap '' HUP INT QUIT TERM; cat /proc/self/status; exec \"$@\"", "bash"]);
    command.arg(std::env::current_exe().unwrap()).args(["what_the_suite_starts_ignores_no_signal"]).env(IGNORING, "1");
    let output = command.env("VMKEYS_BIN_DIR", binaries::folder()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(ignored(&said), 0x4007, "the test itself works");
    assert!(output.status.success() && said.contains(" 1 passed"), "{said}");
}

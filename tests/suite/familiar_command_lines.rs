//! Tests command lines that are familiar from ssh-keygen and ssh-keyscan: they work, or the message names the command
//! that does it.

use support::{Sandbox, needs};

/// What keygen does with an option of ssh-keygen's manual page.
enum Answer {
    /// It works as in ssh-keygen, or as keygen's manual page says.
    Done,
    /// It is accepted without a message.
    Silent,
    /// It is refused; the hint contains this text of the command that does it.
    Elsewhere(&'static str),
}
use Answer::{Done, Elsewhere, Silent};

/// The options in the manual pages of OpenSSH 9.2 and 10.6, and `-o`, which older versions have.
const OPTIONS: [(char, Answer); 43] = [
    ('A', Elsewhere("ssh-keygen -A")),
    ('a', Done),
    ('B', Elsewhere("ssh-keygen -B")),
    ('b', Done),
    ('C', Done),
    ('c', Done),
    ('D', Elsewhere("ssh-keygen -D")),
    ('E', Elsewhere("pubfp -E HASH FILE")),
    ('e', Done),
    ('F', Elsewhere("ssh-keygen -F HOST")),
    ('f', Done),
    ('g', Elsewhere("pubfp --sshfp HOST FILE")),
    ('H', Elsewhere("ssh-keygen -H")),
    ('h', Done),
    ('I', Elsewhere("ssh-keygen -s")),
    ('i', Done),
    ('K', Elsewhere("ssh-keygen -K")),
    ('k', Elsewhere("ssh-keygen -k")),
    ('L', Elsewhere("ssh-keygen -L")),
    ('l', Elsewhere("pubfp FILE")),
    ('M', Elsewhere("ssh-keygen -M")),
    ('m', Done),
    ('N', Done),
    ('n', Elsewhere("ssh-keygen -s")),
    ('O', Elsewhere("ssh-keygen")),
    ('o', Silent),
    ('P', Done),
    ('p', Done),
    ('Q', Elsewhere("ssh-keygen -Q")),
    ('q', Done),
    ('R', Elsewhere("ssh-keygen -R HOST")),
    ('r', Elsewhere("pubfp --sshfp HOST FILE")),
    ('s', Elsewhere("ssh-keygen -s")),
    ('t', Done),
    ('U', Elsewhere("ssh-keygen -U -s")),
    ('u', Elsewhere("ssh-keygen -k")),
    ('V', Done),
    ('v', Silent),
    ('w', Elsewhere("ssh-keygen -t ed25519-sk")),
    ('Y', Elsewhere("ssh-keygen -Y")),
    ('y', Done),
    ('Z', Done),
    ('z', Elsewhere("ssh-keygen -s")),
];

#[test]
fn every_option_of_ssh_keygens_manual_page_is_answered() {
    let sandbox = Sandbox::new();
    for (option, answer) in OPTIONS {
        // --version ends the run before any work is done.
        let outcome = sandbox.run("keygen", [&format!("-{option}"), "--version"]);
        let words = &outcome.stderr;
        match answer {
            Done => assert!(!words.contains("unknown option"), "-{option}: {words}"),
            Silent => assert_eq!((outcome.status, words.as_str()), (Some(0), ""), "-{option}"),
            Elsewhere(command) => {
                assert_eq!(outcome.status, Some(2), "-{option}: {words}");
                let (first, hint) = words.split_once('\n').unwrap();
                assert!(first.starts_with(&format!("keygen: -{option} ")), "-{option}: {words}");
                assert!(first.ends_with(", which keygen does not do"), "-{option}: {words}");
                assert!(hint.starts_with("keygen: hint: ") && hint.contains(command), "-{option}: {words}");
            }
        }
    }
}

/// Finds options that only a newer ssh-keygen has.
#[test]
fn no_option_of_the_installed_ssh_keygen_is_missing() {
    needs!(SSH_KEYGEN);
    let usage = Sandbox::new().run("ssh-keygen", ["--help"]).stderr;
    let mut found = 0;
    for word in usage.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        for option in word.strip_prefix('-').unwrap_or_default().chars().filter(char::is_ascii_alphabetic) {
            assert!(OPTIONS.iter().any(|(known, _)| *known == option), "-{option}: {usage}");
            found += 1;
        }
    }
    assert!(found > 60, "{usage}");
}

#[test]
fn the_commands_that_are_copied_most_work_with_the_name_replaced() {
    needs!(SSH_KEYGEN);
    for (arguments, line) in [
        ("-o -a 100 -t ed25519 -C me@pc", "256 "),
        ("-t rsa -b 4096 -o -a 100", "4096 "),
        ("-vvv -t ed25519", "256 "),
        ("-t rsa -b 4096 -m PEM", "4096 "),
    ] {
        let sandbox = Sandbox::new();
        let arguments = arguments.split(' ').chain(["-q", "-N", "correct horse", "-f", "id"]);
        let made = sandbox.run("keygen", arguments);
        assert_eq!((made.status, made.stderr.as_str()), (Some(0), ""), "{made:?}");
        assert!(sandbox.run("ssh-keygen", ["-lf", "id.pub"]).good().starts_with(line));
        let _ = sandbox.run("ssh-keygen", ["-y", "-P", "correct horse", "-f", "id"]).good();
    }
}

#[test]
fn types_that_keygen_does_not_make_are_answered_with_what_does() {
    let sandbox = Sandbox::new();
    for (name, words) in [
        ("dsa", "which OpenSSH no longer reads\nkeygen: hint: Azure accepts ed25519 and rsa"),
        ("ssh-dss", "which OpenSSH no longer reads"),
        ("ed25519-sk", "which a security key (FIDO) holds\nkeygen: hint: `ssh-keygen -t ed25519-sk` makes them"),
        ("ecdsa-sk", "which a security key (FIDO) holds\nkeygen: hint: `ssh-keygen -t ed25519-sk` makes them"),
        ("sk-ssh-ed25519@openssh.com", "which a security key (FIDO) holds"),
        ("rsa1", "keygen makes no keys of type 'rsa1'\nkeygen: hint: Azure accepts ed25519 and rsa"),
    ] {
        let refused = sandbox.run("keygen", ["-t", name, "-q", "-N", "", "-f", "id"]).fails(2);
        assert!(refused.contains(words), "{name}: {refused}");
    }
    assert!(sandbox.names().is_empty());
}

/// `ssh-keygen -lf` with the program's name replaced by pubfp and by hostfp.
#[test]
fn fingerprints_are_printed_by_ssh_keygens_own_command_line() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for kind in ["ed25519", "rsa"] {
        let _ = sandbox.run("ssh-keygen", ["-q", "-t", kind, "-N", "", "-C", "me@pc", "-f", kind]).good();
    }
    for line in [
        "-lf ed25519.pub",
        "-l -E md5 -f rsa.pub",
        "-E md5 -lf rsa.pub",
        "-lvf ed25519.pub",
        "-l -f rsa",
        "-lv -E sha1 -f rsa.pub",
    ] {
        let theirs = sandbox.shell(&format!("ssh-keygen {line}")).good();
        for tool in ["pubfp", "hostfp"] {
            assert_eq!(sandbox.shell(&format!("{tool} {line}")).good(), theirs, "{tool} {line}");
        }
    }
    let theirs = sandbox.shell("cat *.pub | ssh-keygen -lf -").good();
    assert_eq!(sandbox.shell("cat *.pub | pubfp -lf -").good(), theirs);
    assert_eq!(sandbox.shell("cat *.pub | hostfp -lf -").good(), theirs);
    let records = sandbox.shell("ssh-keygen -r vm.example -f ed25519.pub").good();
    assert_eq!(sandbox.shell("pubfp -r vm.example -f ed25519.pub").good(), records);
    for (line, command) in [
        ("pubfp -B -f rsa.pub", "`ssh-keygen -B -f FILE` does"),
        ("pubfp -y rsa", "`keygen -y -f FILE` does"),
        ("pubfp -D lib.so", "`ssh-keygen -D LIBRARY -l` does"),
        ("hostfp -R vm", "`ssh-keygen -R HOST` does"),
        ("hostfp -F vm", "`ssh-keygen -F HOST` does"),
        ("hostfp -D -O hashalg=sha256 vm", "run on the VM, prints them"),
        ("hostfp -O hashalg=sha256 vm", "`pubfp --sshfp` prints SHA-256 records"),
        ("pubfp -L -f rsa.pub", "`ssh-keygen -L -f FILE` does"),
        ("hostfp -f rsa.pub", "hostfp -lf FILE for the keys in a file"),
        ("hostfp -t ed25519 --expect vm vm", "a host is asked for keys of the expected types"),
        ("hostfp -t ed448 vm", "'ed448' is not a type of host keys"),
        ("hostfp -c vm", "`ssh-keyscan -c HOST` does"),
    ] {
        let words = sandbox.shell(line).fails(2);
        assert!(words.contains(command), "{line}: {words}");
    }
}

#[test]
fn a_bare_host_is_answered_with_the_command_that_asks_it() {
    let sandbox = Sandbox::new();
    sandbox.write("vm", "no key\n");
    for (operand, host) in [
        ("localhost", Some("localhost")),
        ("vm.example:2222", Some("vm.example:2222")),
        ("203.0.113.7", Some("203.0.113.7")),
        ("azureuser@203.0.113.7", Some("203.0.113.7")),
        // Files, and arguments that look like file names.
        ("vm", None),
        ("./missing", None),
        ("missing.pub", None),
        ("/etc/ssh/missing", None),
    ] {
        let outcome = sandbox.run("hostfp", [operand]);
        let hint = host
            .map(|host| format!("hostfp: hint: `hostfp --connect {host}` asks the host of that name for its keys\n"));
        match hint {
            Some(hint) => assert_eq!(
                outcome.fails(2),
                format!("hostfp: {operand}: cannot read: no such file or directory\n{hint}")
            ),
            None => assert!(!outcome.stderr.contains("--connect"), "{operand}: {outcome:?}"),
        }
    }
    let words = sandbox.run("hostfp", ["--expect", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"]).fails(2);
    assert!(words.contains("--expect needs a host") && words.contains("hostfp --expect SRC HOST"), "{words}");
    sandbox.write("folder/key.pub", "");
    let words = sandbox.run("hostfp", ["--expect", "vm", "folder/key.pub"]).fails(2);
    assert!(words.contains("folder/key.pub: --expect compares hosts, and this is a file"), "{words}");
    let words = sandbox.run("hostfp", ["--connect", "a b@c d"]).fails(2);
    assert!(words.contains("a name cannot contain ' '"), "{words}");
    sandbox.write("hosts", "me@vm\n");
    let words = sandbox.run("hostfp", ["--connect", "-f", "hosts"]).fails(2);
    assert!(words.contains("omit the user name and the '@'"), "{words}");
}

#[cfg(unix)]
#[test]
fn the_first_commands_that_people_type_reach_the_host() {
    needs!(SSHD, SSH_KEYGEN);
    let host = crate::handshake::Host::start(&["ed25519", "rsa2048"], "");
    let port = host.server.port.to_string();
    let name = format!("127.0.0.1:{port}");
    let sandbox = Sandbox::new();
    let shown = sandbox.run("hostfp", ["--connect", &name]).good();
    assert_eq!(sandbox.run("hostfp", ["-p", &port, "127.0.0.1"]).good(), shown);
    assert_eq!(sandbox.run("hostfp", ["-4", "-T", "20", &name]).good(), shown);
    assert_eq!(sandbox.run("hostfp", ["--connect", &format!("azureuser@{name}")]).good(), shown);
    // As with ssh-keyscan, only keys of these types are asked for.
    let of_type = |types: &str| sandbox.run("hostfp", ["-t", types, &name]);
    let only = |label: &str| -> String {
        shown.lines().filter(|line| line.ends_with(label)).map(|line| format!("{line}\n")).collect()
    };
    assert_eq!(of_type("ed25519").good(), only("(ED25519)"));
    assert_eq!(of_type("rsa,dsa").good(), only("(RSA)"));
    assert_eq!(of_type("ecdsa,rsa,ed25519").good(), shown);
    let lacks = of_type("ecdsa,dsa");
    assert!(lacks.stdout.is_empty() && lacks.stderr.contains("ssh-ed25519"), "{lacks:?}");
    let fingerprint = sandbox.shell(&format!("hostfp --connect {name} | awk '/ED25519/ {{ print $2 }}'")).good();
    let fingerprint = fingerprint.trim_end();
    let digits = fingerprint.strip_prefix("SHA256:").unwrap();
    sandbox.write("file", fingerprint);
    for expect in
        [fingerprint, digits, &format!("sha256:{digits}"), &format!("{digits}="), &format!("ED25519 {digits}"), "file"]
    {
        for operand in [&name, &format!("azureuser@{name}")] {
            let outcome = sandbox.run("hostfp", ["--expect", expect, operand]);
            assert!(outcome.stderr.contains("this is your VM"), "{expect} {operand}: {outcome:?}");
            assert_eq!(outcome.status, Some(0), "{expect} {operand}: {outcome:?}");
        }
    }
    sandbox.write("hosts", format!("{name}\n"));
    let _ = sandbox.run("hostfp", ["-q", "--expect", digits, "-f", "hosts"]).good();
    let other = digits.chars().rev().collect::<String>();
    let refused = sandbox.run("hostfp", ["--expect", &other, &name]);
    assert!(refused.status != Some(0) && !refused.stderr.contains("this is your VM"), "{refused:?}");
}

/// hostfp runs no other program, so the hint has ssh resolve the name.
#[cfg(unix)]
#[test]
fn a_name_that_only_ssh_config_knows_is_answered_with_the_command_that_resolves_it() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let host = crate::handshake::Host::start(&["ed25519"], "");
    let sandbox = Sandbox::new();
    // Longer than a label of a name may be: no name server is asked for it.
    let name = "vm".repeat(40);
    sandbox.write("config", format!("Host {name}\n    HostName 127.0.0.1\n    Port {}\n", host.server.port));
    sandbox.write("fp", crate::key_fixtures::sample_keys().read("ed25519.pub"));
    for options in [&["--connect"][..], &["--expect", "fp"]] {
        let words = sandbox.run("hostfp", options.iter().copied().chain([name.as_str()])).fails(2);
        assert!(words.contains(&format!("{name}: the name has no address")), "{words}");
        assert!(words.contains("For a name from ssh_config, give the HostName and Port that `ssh -G NAME`"), "{words}");
    }
    let address = sandbox.shell(&format!(
        "ssh -F config -G {name} | awk '$1 == \"hostname\" {{ h = $2 }} $1 == \"port\" {{ p = $2 }} END {{ print h \":\" p }}'"
    ));
    let outcome = sandbox.run("hostfp", ["--expect", "fp", address.good().trim_end()]);
    assert!(outcome.stderr.contains("this is your VM"), "{outcome:?}");
}

//! What people type out of habit, from ssh-keygen and ssh-keyscan: it is done, or answered with the command that does
//! it.

use support::{Sandbox, needs};

/// What keygen does with a letter of ssh-keygen's manual page.
enum Answer {
    /// As ssh-keygen, or what its own manual page says.
    Done,
    /// It is taken without a word.
    Silent,
    /// It is refused, with these words of the command that does it.
    Elsewhere(&'static str),
}
use Answer::{Done, Elsewhere, Silent};

/// The letters of the manual pages of OpenSSH 9.2 and 10.6, and `-o`, which older ones have.
const LETTERS: [(char, Answer); 43] = [
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
    ('U', Elsewhere("ssh-keygen -s")),
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
fn every_letter_of_ssh_keygens_manual_page_is_answered() {
    let sandbox = Sandbox::new();
    for (letter, answer) in LETTERS {
        // --version ends the run before any work is done.
        let outcome = sandbox.run("keygen", [&format!("-{letter}"), "--version"]);
        let words = &outcome.stderr;
        match answer {
            Done => assert!(!words.contains("unknown option"), "-{letter}: {words}"),
            Silent => assert_eq!((outcome.status, words.as_str()), (Some(0), ""), "-{letter}"),
            Elsewhere(command) => {
                assert_eq!(outcome.status, Some(2), "-{letter}: {words}");
                let (first, hint) = words.split_once('\n').unwrap();
                assert!(first.starts_with(&format!("keygen: -{letter} ")), "-{letter}: {words}");
                assert!(first.ends_with(", which keygen does not do"), "-{letter}: {words}");
                assert!(hint.starts_with("keygen: hint: ") && hint.contains(command), "-{letter}: {words}");
            }
        }
    }
}

/// A letter that a newer ssh-keygen has is found here.
#[test]
fn no_letter_of_this_machines_ssh_keygen_is_missing() {
    needs!(SSH_KEYGEN);
    let usage = Sandbox::new().run("ssh-keygen", ["--help"]).stderr;
    let mut found = 0;
    for word in usage.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
        for letter in word.strip_prefix('-').unwrap_or_default().chars().filter(char::is_ascii_alphabetic) {
            assert!(LETTERS.iter().any(|(known, _)| *known == letter), "-{letter}: {usage}");
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
        ("dsa", "which OpenSSH no longer reads\nkeygen: hint: ed25519 and rsa are the types that Azure takes"),
        ("ssh-dss", "which OpenSSH no longer reads"),
        ("ed25519-sk", "which a security key (FIDO) holds\nkeygen: hint: `ssh-keygen -t ed25519-sk` makes them"),
        ("ecdsa-sk", "which a security key (FIDO) holds\nkeygen: hint: `ssh-keygen -t ed25519-sk` makes them"),
        ("sk-ssh-ed25519@openssh.com", "which a security key (FIDO) holds"),
        ("rsa1", "keygen makes no keys of type 'rsa1'\nkeygen: hint: ed25519 and rsa"),
    ] {
        let refused = sandbox.run("keygen", ["-t", name, "-q", "-N", "", "-f", "id"]).fails(2);
        assert!(refused.contains(words), "{name}: {refused}");
    }
    assert!(sandbox.names().is_empty());
}

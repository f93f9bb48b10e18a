//! Tests the text of a private key as the argument in place of its file's name: no tool repeats it, and each reports
//! what belongs there.

use support::{Sandbox, needs};

/// Command lines with `KEY` in place of the text.
const COMMANDS: [(&str, &[&str]); 22] = [
    ("keycheck", &["KEY"]),
    ("keycheck", &["--json", "KEY"]),
    ("keycheck", &["--rewrite", "--", "KEY"]),
    ("keycheck", &["--blocklist", "KEY"]),
    ("keycheck", &["--skip", "KEY"]),
    ("keycheck", &["--for=KEY"]),
    ("pubfp", &["KEY"]),
    ("pubfp", &["-o", "--", "KEY"]),
    ("pubfp", &["-E", "KEY"]),
    ("pubfp", &["--passphrase-file", "KEY"]),
    ("keygen", &["KEY"]),
    ("keygen", &["-y", "-f", "KEY"]),
    ("keygen", &["-y", "-fKEY"]),
    ("keygen", &["-y", "--file=KEY"]),
    ("keygen", &["-t", "KEY"]),
    ("keygen", &["-Z", "KEY", "-N", "", "-f", "id"]),
    ("keygen", &["-b", "KEY"]),
    ("hostfp", &["KEY"]),
    ("hostfp", &["--connect", "KEY"]),
    ("hostfp", &["--connect", "--", "KEY"]),
    ("hostfp", &["--expect", "KEY", "--connect", "localhost"]),
    ("hostfp", &["-p", "KEY", "--connect", "localhost"]),
];

/// Whether a message repeats a piece of a text, as it is or with its line breaks escaped.
fn repeats(message: &str, text: &str) -> bool {
    text.lines().filter(|line| line.len() > 3).any(|line| message.contains(&line[..line.len().min(24)]))
}

#[test]
fn no_tool_repeats_a_private_key_in_an_argument() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -t rsa -b 2048 -N '' -C c -f openssh && cp openssh pem && cp openssh ppk").good();
    let _ = sandbox.shell("keygen -q -p -m PEM -N '' -f pem && keygen -q -p -m PPK -N '' -f ppk").good();
    let openssh = sandbox.read("openssh");
    let keys = [
        openssh.clone(),
        sandbox.read("pem"),
        sandbox.read("ppk"),
        // As one argument of a shell, and without its first and last line.
        openssh.replace('\n', " "),
        openssh.lines().filter(|line| !line.starts_with('-')).collect(),
        openssh.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n"),
        // One line of it.
        openssh.lines().nth(2).unwrap_or_default().to_owned(),
    ];
    for key in &keys {
        for (tool, arguments) in COMMANDS {
            let outcome = sandbox.run(tool, arguments.iter().map(|argument| argument.replace("KEY", key)));
            let what = format!("{tool} {arguments:?} {}: {outcome:?}", &key[..20]);
            assert_eq!(
                outcome.status,
                Some(if tool == "keycheck" && outcome.stderr.is_empty() { 1 } else { 2 }),
                "{what}"
            );
            assert!(!repeats(&outcome.stdout, key) && !repeats(&outcome.stderr, key), "{what}");
            assert!(outcome.stderr.lines().next().is_some_and(|line| line.len() < 200), "{what}");
        }
    }
    assert_eq!(sandbox.names(), ["openssh", "openssh.pub", "pem", "ppk"]);
}

#[test]
fn text_in_place_of_a_file_name_is_reported_by_its_position() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "id"]).good();
    let key = sandbox.read("id");
    let size = key.trim_end().len();
    for (tool, arguments, position) in [
        ("keycheck", &["KEY"][..], 1),
        ("pubfp", &["-v", "id", "KEY"], 3),
        ("keygen", &["-y", "-f", "KEY"], 3),
        ("keygen", &["-y", "-fKEY"], 2),
    ] {
        let words =
            sandbox.run(tool, arguments.iter().map(|argument| argument.replace("KEY", key.trim_end()))).fails(2);
        let first = format!("{tool}: argument {position} ({size} bytes) is not the name of a file\n");
        let hint =
            "hint: give the name of a file, or - and the key on standard input; arguments can be seen by other users";
        assert_eq!(words, format!("{first}{tool}: {hint}\n"));
    }
    // Also for a public key.
    let line = format!("{}\n", sandbox.read("id.pub"));
    let words = sandbox.run("pubfp", [&line]).fails(2);
    assert!(
        words.starts_with(&format!("pubfp: argument 1 ({} bytes) is not the name of a file\n", line.len())),
        "{words}"
    );
    assert!(words.ends_with("or - and its text on standard input\n") && !words.contains("AAAA"), "{words}");
}

/// Any name is accepted if there is a file of that name.
#[test]
fn a_file_with_a_strange_name_is_read_and_named() {
    let sandbox = Sandbox::new();
    let long = format!("{}/{}/", "a".repeat(150), "b".repeat(150));
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-C", "c", "-f", "id"]).good();
    for name in ["my PRIVATE KEY.pub", "two\nlines", &format!("{long}id.pub")] {
        sandbox.write(name, sandbox.read("id.pub"));
        let judged = sandbox.run("keycheck", [name]).good();
        assert!(judged.starts_with(&format!("{}:1: ok: ssh-ed25519 ", name.replace('\n', "\\012"))), "{judged}");
    }
    // A new key may have a long name.
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", &format!("{long}new")]).good();
    let missing = sandbox.run("keygen", ["-y", "-f", &format!("{long}missing")]).fails(2);
    assert!(missing.starts_with("keygen: (309 bytes): cannot read: "), "{missing}");
}

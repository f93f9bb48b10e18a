//! Tests the sources from which keygen reads passphrases, and the texts that it refuses as one.

use support::{Sandbox, needs};

/// Some shells change an empty argument. Windows PowerShell 5.1 drops it, so the next option takes its place; cmd.exe
/// passes the quotes on.
#[test]
fn what_a_shell_leaves_of_an_empty_passphrase_makes_no_key() {
    let sandbox = Sandbox::new();
    for (arguments, why) in [
        (&["-N", "-q", "-f", "id"][..], "an option, or a passphrase that begins with '-', follows '-N'"),
        (&["-q", "-f", "id", "-N", "--force"], "an option, or a passphrase that begins with '-', follows '-N'"),
        (
            &["-q", "-f", "id", "--new-passphrase", "-C"],
            "an option, or a passphrase that begins with '-', follows '-N'",
        ),
        (&["-q", "-P", "-f", "id"], "an option, or a passphrase that begins with '-', follows '-P'"),
        (&["-q", "-f", "id", "-N", "''"], "the passphrase of '-N' is a pair of quotes"),
        (&["-q", "-f", "id", "-N", "\"\""], "the passphrase of '-N' is a pair of quotes"),
        (&["-q", "-f", "id", "-N''"], "the passphrase of '-N' is a pair of quotes"),
        (&["-q", "-f", "id", "-P", "''"], "the passphrase of '-P' is a pair of quotes"),
        (&["-q", "-f", "id", "-N"], "option '-N' needs a value"),
    ] {
        let words = sandbox.run("keygen", arguments).fails(2);
        assert!(words.starts_with(&format!("keygen: {why}")), "{arguments:?}: {words}");
        assert!(words.contains("keygen: hint: ") && words.contains("--no-passphrase"), "{arguments:?}: {words}");
    }
    assert!(sandbox.names().is_empty(), "{:?}", sandbox.names());
    let words = sandbox.run("keygen", ["-q", "-C", "-f", "id"]).fails(2);
    assert!(words.contains("unexpected argument 'id'") && words.contains("lose an empty argument"), "{words}");
}

/// Two file names that were mixed up: the first line of a key file is not a secret.
#[test]
fn the_file_of_a_key_is_no_file_of_a_passphrase() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-f", "id"]).good();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-m", "PPK", "-f", "ppk"]).good();
    let before = sandbox.read("id");
    for file in ["id", "id.pub", "ppk"] {
        let message = sandbox.run("keygen", ["-p", "-q", "-f", "id", "--new-passphrase-file", file]).fails(2);
        assert_eq!(
            message,
            format!(
                "keygen: {file}: holds a key, not a passphrase\nkeygen: hint: give the passphrase file; -f gives the key file\n"
            )
        );
        assert_eq!(sandbox.read("id"), before);
    }
    sandbox.write("pass", "ssh-keys are mine\n");
    let _ = sandbox.run("keygen", ["-p", "-q", "-f", "id", "--new-passphrase-file", "pass"]).good();
}

/// bash expands `~` neither in quotes nor after `=`, and Windows PowerShell never expands it for programs.
#[test]
fn a_tilde_that_no_shell_expanded_is_named() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-f", "id"]).good();
    for command in [
        "keygen -q --no-passphrase -f '~/id'",
        "keygen -q -f k --passphrase-file=~/pass",
        "keycheck --output=~/report id.pub",
        "hostfp --expect \"$(pubfp -o id)\" --known-hosts=~/known_hosts --connect 127.0.0.1:1",
        "pubfp '~/id.pub'",
    ] {
        let message = sandbox.shell(command).fails(2);
        assert!(message.contains("hint: the shell expands ~ only"), "{command}: {message}");
    }
    assert_eq!(sandbox.names(), ["id", "id.pub"]);
}

/// OpenSSL and shells include the carriage return of a Windows file in the passphrase.
#[test]
fn a_key_opens_by_the_file_that_made_it_though_its_lines_end_with_carriage_returns() {
    needs!(OPENSSL, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for (name, line) in [("crlf", "secret\r\n"), ("bom", "\u{feff}secret\n"), ("both", "\u{feff}secret\r\n")] {
        sandbox.write(name, line);
        let make = format!(
            "rm -f id id.pub; ssh-keygen -q -t ed25519 -C me -N \"$(cat {name})\" -f id;
             openssl genpkey -algorithm rsa -aes256 -pass file:{name} -out rsa 2>&1; chmod 600 rsa"
        );
        let _ = sandbox.shell(&make).good();
        let file = ["--passphrase-file", name];
        assert_eq!(sandbox.run("keygen", [&["-y", "-f", "id"], &file[..]].concat()).good(), sandbox.read("id.pub"));
        let read = sandbox.run("keygen", [&["-y", "-f", "rsa"], &file[..]].concat()).good();
        assert!(read.starts_with("ssh-rsa "), "{name}: {read}");
        let noted = sandbox.run("keycheck", [&["id"], &file[..]].concat()).stdout;
        assert!(noted.contains("note: passphrase-encoding: "), "{name}: {noted}");
        let change = ["-p", "-q", "-f", "id", "--new-passphrase-file", name];
        let _ = sandbox.run("keygen", [&change[..], &file].concat()).good();
        let _ = sandbox.run("ssh-keygen", ["-y", "-P", "secret", "-f", "id"]).good();
    }
}

#[test]
fn no_passphrase_has_an_option_that_works_in_every_shell() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-f", "id"]).good();
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "", "-f", "id"]).good();
    let _ = sandbox.run("keygen", ["-q", "-p", "-N", "correct horse", "-f", "id"]).good();
    let _ = sandbox.run("keygen", ["-q", "-p", "-P", "correct horse", "--no-passphrase", "-f", "id"]).good();
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "", "-f", "id"]).good();
    // A passphrase that looks like an option is attached.
    let _ = sandbox.run("keygen", ["-q", "-N-q", "-f", "dash"]).good();
    let _ = sandbox.run("keygen", ["-y", "--passphrase=-q", "-f", "dash"]).good();
}

#[test]
fn every_option_for_the_passphrase_of_a_new_key_counts_and_only_one_of_them() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("pass", "correct horse\n");
    let ways = [
        ["-N", "correct horse"],
        ["-P", "correct horse"],
        ["--passphrase-file", "pass"],
        ["--new-passphrase-file", "pass"],
        ["--no-passphrase", "-q"],
    ];
    for (index, way) in ways.iter().enumerate() {
        let file = format!("id{index}");
        let _ = sandbox.run("keygen", way.iter().chain(&["-q", "-f", &file])).good();
        let passphrase = if way[0] == "--no-passphrase" { "" } else { "correct horse" };
        let _ = sandbox.run("ssh-keygen", ["-y", "-P", passphrase, "-f", &file]).good();
        for other in &ways[..index] {
            let words = sandbox.run("keygen", way.iter().chain(other).chain(&["-f", "both"])).fails(2);
            assert!(words.contains("are mutually exclusive"), "{way:?} {other:?}: {words}");
            assert!(words.contains(way[0]) && words.contains(other[0]), "{way:?} {other:?}: {words}");
        }
    }
    assert!(!sandbox.names().contains(&"both".to_owned()));
}

#[test]
fn without_a_terminal_the_hint_says_which_passphrase_is_missing() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "correct horse", "-f", "locked"]).good();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-f", "open"]).good();
    for (arguments, hint) in [
        ("-f new", "--no-passphrase makes a key without one"),
        ("-p -f locked", "--passphrase-file FILE gives the key's passphrase"),
        ("-y -f locked", "--passphrase-file FILE gives the key's passphrase"),
        ("-c -C new -f locked", "--passphrase-file FILE gives the key's passphrase"),
        ("-p -f open", "--new-passphrase-file FILE gives the new passphrase, --no-passphrase removes it"),
    ] {
        let words = sandbox.shell(&format!("setsid -w keygen -q {arguments} < /dev/null")).fails(2);
        let expected =
            format!("keygen: no passphrase: there is no terminal and standard input has ended\nkeygen: hint: {hint}\n");
        assert!(words.ends_with(&expected), "{arguments}: {words}");
    }
}

#[test]
fn an_encrypted_key_is_exported_with_the_passphrase_that_is_given() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    sandbox.write("pass", "correct horse\n");
    let _ = sandbox.shell("ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f id && cp id pem").good();
    let _ = sandbox.shell("ssh-keygen -q -p -m PEM -N 'correct horse' -f pem").good();
    let _ = sandbox.shell("openssl pkcs8 -topk8 -in id -passout file:pass -out pkcs8").good();
    let public = sandbox.run("ssh-keygen", ["-y", "-f", "id"]).good();
    let line = public.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    for file in ["pem", "pkcs8"] {
        for passphrase in [["-P", "correct horse"], ["--passphrase-file", "pass"]] {
            let imported = sandbox.run("keygen", ["-i", "-f", file].iter().chain(&passphrase)).good();
            assert_eq!(imported.trim_end(), line, "{file} {passphrase:?}");
            let exported = sandbox.run("keygen", ["-e", "-f", file].iter().chain(&passphrase)).good();
            sandbox.write("exported", exported);
            assert_eq!(sandbox.run("ssh-keygen", ["-i", "-f", "exported"]).good().trim_end(), line);
        }
        let wrong = sandbox.run("keygen", ["-e", "-P", "wrong horse", "-f", file]);
        assert!(wrong.stderr.contains("the passphrase is wrong") && wrong.stdout.is_empty(), "{wrong:?}");
        let both = sandbox.run("keygen", ["-e", "-P", "x", "--passphrase-file", "pass", "-f", file]).fails(2);
        assert!(both.contains("mutually exclusive"), "{both}");
    }
}

#[test]
fn what_is_said_of_pem_and_a_key_that_is_there_can_be_followed() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "--no-passphrase", "-f", "id"]).good();
    let change = |format: &str| sandbox.run("keygen", ["-q", "-p", "-m", format, "-N", "correct horse", "-f", "id"]);
    let words = change("PEM").fails(2);
    assert!(
        words.ends_with(
            "keygen: hint: omit -m PEM, or use -m PKCS8, which OpenSSL and ssh of OpenSSH 9.6 and later read\n"
        ),
        "{words}"
    );
    let _ = change("PKCS8").good();
    // For a new key, the hint also proposes another type.
    let words = sandbox.run("keygen", ["-q", "-m", "PEM", "--no-passphrase", "-f", "new"]).fails(2);
    assert!(words.contains("add -t rsa"), "{words}");
}

/// Windows editors and PowerShell write such files. Unchanged, the text would be a passphrase that cannot be typed.
#[test]
fn a_passphrase_file_in_utf_16_is_refused_and_a_byte_order_mark_does_not_count() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let units = |bytes: fn(u16) -> [u8; 2]| "\u{feff}correct horse\r\n".encode_utf16().flat_map(bytes).collect();
    let files: [Vec<u8>; 4] =
        [units(u16::to_le_bytes), units(u16::to_be_bytes), b"c\0o\0r\0\n\0".to_vec(), b"correct\0horse\n".to_vec()];
    for file in files {
        sandbox.write("pass", file);
        let words = sandbox.run("keygen", ["-q", "--passphrase-file", "pass", "-f", "id"]).fails(2);
        assert!(words.contains("keygen: pass: holds UTF-16 or a NUL character"), "{words}");
        assert!(words.contains("keygen: hint: save it as UTF-8"), "{words}");
        assert_eq!(sandbox.names(), ["pass"]);
    }
    sandbox.write("pass", "\u{feff}correct horse\r\n");
    let _ = sandbox.run("keygen", ["-q", "--passphrase-file", "pass", "-f", "id"]).good();
    let _ = sandbox.run("ssh-keygen", ["-y", "-P", "correct horse", "-f", "id"]).good();
}

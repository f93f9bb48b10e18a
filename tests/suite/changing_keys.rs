//! Tests keygen on existing keys: `-y`, `-p` and `-c`, compared with ssh-keygen on the same files.

use std::fs;

use support::{Sandbox, cases, needs};

/// Shell commands that make a key with ssh-keygen or OpenSSL in `id`, under the passphrase `$PASS`.
const THEIRS: [&str; 18] = [
    "ssh-keygen -q -t ed25519 -N \"$PASS\" -C 'a comment' -f id",
    "ssh-keygen -q -t rsa -b 2048 -N \"$PASS\" -C 'a comment' -f id",
    "ssh-keygen -q -t ecdsa -b 384 -N \"$PASS\" -C 'a comment' -f id",
    "ssh-keygen -q -t ed25519 -Z chacha20-poly1305@openssh.com -N \"$PASS\" -C 'a comment' -f id",
    "ssh-keygen -q -t ed25519 -Z aes256-gcm@openssh.com -N \"$PASS\" -C 'a comment' -f id",
    "ssh-keygen -q -t rsa -b 2048 -m PEM -N \"$PASS\" -f id",
    "ssh-keygen -q -t ecdsa -b 256 -m PEM -N \"$PASS\" -f id",
    "ssh-keygen -q -t rsa -b 2048 -m PKCS8 -N \"$PASS\" -f id",
    "ssh-keygen -q -t ecdsa -b 521 -m PKCS8 -N \"$PASS\" -f id",
    "openssl genrsa -traditional -aes256 -passout pass:\"$PASS\" -out id 2048",
    "openssl genpkey -algorithm rsa -aes256 -pass pass:\"$PASS\" -out id",
    "openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-384 -aes128 -pass pass:\"$PASS\" -out id",
    "openssl genrsa -traditional -des3 -passout pass:\"$PASS\" -out id 2048",
    "openssl ecparam -name prime256v1 -genkey -noout | openssl ec -aes192 -passout pass:\"$PASS\" -out id",
    "openssl ecparam -name secp521r1 -genkey -noout | openssl ec -des3 -passout pass:\"$PASS\" -out id",
    "openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 des3 -v2prf hmacWithSHA1 -passout pass:\"$PASS\" -out id",
    "openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes192 -v2prf hmacWithSHA512 -passout pass:\"$PASS\" -out id",
    "openssl genrsa 2048 | openssl pkcs8 -topk8 -scrypt -passout pass:\"$PASS\" -out id",
];

fn make(line: &str, passphrase: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut line = line.to_owned();
    if passphrase.is_empty() {
        for option in
            [" -aes256", " -aes192", " -aes128", " -des3", " -pass pass:\"$PASS\"", " -passout pass:\"$PASS\""]
        {
            line = line.replace(option, "");
        }
        line = line.replace("pkcs8 -topk8", "pkcs8 -topk8 -nocrypt");
    }
    let _ = sandbox.shell(&format!("PASS='{passphrase}'; {line} 2>/dev/null && chmod 600 id")).good();
    sandbox
}

/// Makes a PPK file with puttygen, in `id`, and returns the public line that puttygen prints of it.
fn make_ppk(kind: &str, version: u8, passphrase: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.write("pass", passphrase);
    let line = format!(
        "puttygen -q -t {kind} -C 'a comment' --random-device /dev/urandom --ppk-param version={version} \
         --new-passphrase pass -O private -o id 2>/dev/null && puttygen id --old-passphrase pass -L && rm pass"
    );
    let public = sandbox.shell(&line).good();
    (sandbox, public)
}

fn by_ssh_keygen(sandbox: &Sandbox, passphrase: &str) -> String {
    sandbox.run("ssh-keygen", ["-y", "-P", passphrase, "-f", "id"]).good().trim_end().to_owned()
}

#[test]
fn the_public_half_of_every_key_of_theirs_is_the_one_that_ssh_keygen_prints() {
    needs!(SSH_KEYGEN, OPENSSL);
    for (number, line) in THEIRS.iter().enumerate() {
        for passphrase in ["", "correct horse"] {
            if !cases::is_tried(number + passphrase.len()) {
                continue;
            }
            let sandbox = make(line, passphrase);
            // ssh-keygen takes the comment of a PEM key from the public key next to it, keygen from the key itself.
            let _ = fs::remove_file(sandbox.file("id.pub"));
            let ours = sandbox.run("keygen", ["-y", "-P", passphrase, "-f", "id"]).good();
            assert_eq!(ours.trim_end(), by_ssh_keygen(&sandbox, passphrase), "{line} '{passphrase}'");
            if !passphrase.is_empty() {
                let words = sandbox.run("keygen", ["-y", "-P", "wrong horse", "-f", "id"]).fails(2);
                assert!(words.contains("the passphrase is wrong"), "{line}: {words}");
                assert!(!words.contains("horse"), "{words}");
            }
        }
    }
}

/// OpenSSH before 9.6 reads no Ed25519 in PKCS#8, so keygen is compared with OpenSSL.
#[test]
fn ed25519_in_pkcs8_is_read_and_becomes_a_key_that_ssh_keygen_reads() {
    needs!(SSH_KEYGEN, OPENSSL);
    for (options, passphrase) in [("", ""), ("-aes256 -pass pass:secret", "secret")] {
        let sandbox = Sandbox::new();
        let _ = sandbox.shell(&format!("openssl genpkey -algorithm ed25519 {options} -out id && chmod 600 id")).good();
        let public = sandbox.run("keygen", ["-y", "-P", passphrase, "-f", "id"]).good();
        let _ = sandbox.run("keygen", ["-q", "-p", "-P", passphrase, "-N", "", "-f", "id"]).good();
        assert_eq!(by_ssh_keygen(&sandbox, ""), public.trim_end());
    }
}

const PUTTY: [&str; 5] = ["rsa -b 2048", "ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521"];

#[test]
fn puttygens_keys_of_both_versions_are_read_whole() {
    needs!(SSH_KEYGEN, PUTTYGEN);
    let all = PUTTY
        .into_iter()
        .flat_map(|kind| [2, 3].map(|version| (kind, version)))
        .flat_map(|(kind, version)| ["", "correct horse"].map(|passphrase| (kind, version, passphrase)));
    for (_, (kind, version, passphrase)) in all.enumerate().filter(|(number, _)| cases::is_tried(*number)) {
        let what = format!("{kind} {version} '{passphrase}'");
        let (sandbox, public) = make_ppk(kind, version, passphrase);
        assert!(sandbox.read("id").starts_with(&format!("PuTTY-User-Key-File-{version}: ")), "{what}");
        assert_eq!(sandbox.run("keygen", ["-y", "-P", passphrase, "-f", "id"]).good(), public, "{what}");
        // The filters need no passphrase, and report their findings.
        sandbox.write("line", &public);
        assert_eq!(sandbox.run("pubfp", ["id"]).good(), sandbox.run("ssh-keygen", ["-lf", "line"]).good(), "{what}");
        let judged = sandbox.run("keycheck", ["--public-only", "id"]);
        assert_eq!(judged.status, Some(1), "{what}: {judged:?}");
        if !passphrase.is_empty() {
            let words = sandbox.run("keygen", ["-y", "-P", "wrong horse", "-f", "id"]).fails(2);
            assert!(words.contains("the passphrase is wrong, or the file was changed"), "{what}: {words}");
        }
        // With Windows line ends it is the same key; its comment can be changed; and it can be converted to the OpenSSH
        // format.
        sandbox.write("crlf", sandbox.read("id").replace('\n', "\r\n"));
        assert_eq!(sandbox.run("keygen", ["-y", "-P", passphrase, "-f", "crlf"]).good(), public, "{what}");
        let _ = sandbox.run("keygen", ["-q", "-c", "-C", "new one", "-P", passphrase, "-f", "id"]).good();
        assert!(sandbox.read("id").starts_with(&format!("PuTTY-User-Key-File-{version}: ")), "{what}");
        sandbox.write("pass", passphrase);
        let line = sandbox.run("puttygen", ["id", "--old-passphrase", "pass", "-L"]).good();
        assert_eq!(line, public.replace("a comment", "new one"), "{what}");
        // ssh does not load it, which keycheck reports until the key is converted.
        let note =
            || sandbox.run("keycheck", ["id"]).stdout.contains("note: ppk: the private key is in PuTTY format; ssh");
        assert!(note() && sandbox.run("ssh-keygen", ["-y", "-P", passphrase, "-f", "id"]).status != Some(0), "{what}");
        let _ = sandbox.run("keygen", ["-q", "-p", "-P", passphrase, "-N", "", "-f", "id"]).good();
        assert_eq!(by_ssh_keygen(&sandbox, ""), line.trim_end(), "{what}");
        assert!(!note(), "{what}");
    }
}

/// A private integer that is short by chance is still read: one of 256 begins with a zero byte.
#[test]
fn many_of_puttygens_small_keys_are_read() {
    needs!(PUTTYGEN);
    for kind in ["ed25519", "ecdsa -b 256", "ecdsa -b 521"] {
        for _ in 0..15 {
            let (sandbox, public) = make_ppk(kind, 3, "");
            assert_eq!(sandbox.run("keygen", ["-y", "-f", "id"]).good(), public, "{}", sandbox.read("id"));
        }
    }
}

#[test]
fn a_passphrase_on_the_command_line_prints_one_warning() {
    let sandbox = Sandbox::new();
    let made = sandbox.run("keygen", ["-N", "first one", "-f", "id"]);
    let hints = |stderr: &str| stderr.lines().filter(|line| line.contains("in the list of processes")).count();
    assert_eq!(hints(&made.stderr), 1, "{made:?}");
    let changed = sandbox.run("keygen", ["-p", "-P", "first one", "-N", "second one", "-f", "id"]);
    assert!(changed.stderr.contains("keygen: hint: other users can see the passphrases of -N and -P "), "{changed:?}");
    assert_eq!(hints(&changed.stderr), 1, "{changed:?}");
    let printed = sandbox.run("keygen", ["-y", "-P", "second one", "-f", "id"]);
    assert!(printed.stderr.contains("keygen: hint: other users can see the passphrase of -P "), "{printed:?}");
    assert!(![made.stderr, changed.stderr, printed.stderr].concat().contains(" one"));
    assert_eq!(hints(&sandbox.run("keygen", ["-y", "-q", "-P", "second one", "-f", "id"]).stderr), 0);
}

#[test]
fn a_ppk_file_that_asks_for_too_much_work_is_refused() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-m", "PPK", "-N", "secret", "-f", "id"]).good();
    let text = sandbox.read("id");
    for (from, to) in [
        ("Argon2-Memory: 8192", "Argon2-Memory: 4294967295"),
        ("Argon2-Passes: 21", "Argon2-Passes: 4000000000"),
        ("Argon2-Parallelism: 1", "Argon2-Parallelism: 16777215"),
    ] {
        sandbox.write("id", text.replace(from, to));
        let words = sandbox.run("keygen", ["-y", "-P", "secret", "-f", "id"]).fails(2);
        assert!(words.contains("would exceed the work limit for one key"), "{words}");
    }
}

#[test]
fn a_changed_passphrase_is_the_one_that_ssh_keygen_takes_and_the_mode_stays() {
    needs!(SSH_KEYGEN, OPENSSL);
    for (_, line) in THEIRS.iter().enumerate().filter(|(number, _)| cases::is_tried(*number)) {
        let sandbox = make(line, "correct horse");
        let public = by_ssh_keygen(&sandbox, "correct horse").split(' ').take(2).collect::<Vec<_>>().join(" ");
        for (old, new, format) in [
            ("correct horse", "battery staple", "OpenSSH"),
            ("battery staple", "", "OpenSSH"),
            ("", "correct horse", "PKCS8"),
        ] {
            let _ = sandbox.run("keygen", ["-q", "-p", "-P", old, "-N", new, "-m", format, "-f", "id"]).good();
            if format == "PKCS8" && public.starts_with("ssh-ed25519") {
                continue; // see above
            }
            assert!(by_ssh_keygen(&sandbox, new).starts_with(&public), "{line}: {format}");
        }
        let before = sandbox.read("id");
        let _ = sandbox.run("keygen", ["-q", "-p", "-P", "wrong horse", "-N", "", "-f", "id"]).fails(2);
        assert_eq!(sandbox.read("id"), before, "a wrong passphrase changes nothing");
    }
}

#[cfg(unix)]
#[test]
fn the_mode_stays_and_a_link_stays_a_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "real"]).good();
    fs::set_permissions(sandbox.file("real"), fs::Permissions::from_mode(0o400)).unwrap();
    std::os::unix::fs::symlink("real", sandbox.file("link")).unwrap();
    let _ = sandbox.run("keygen", ["-q", "-p", "-N", "new one", "-f", "link"]).good();
    assert_eq!(fs::metadata(sandbox.file("real")).unwrap().permissions().mode() & 0o777, 0o400);
    assert!(fs::symlink_metadata(sandbox.file("link")).unwrap().is_symlink());
    assert_eq!(sandbox.names(), ["link", "real", "real.pub"]);
}

/// The new file may have no passphrase, and root may change another user's key.
/// ssh-keygen writes into the file, so that all its names have the new key.
#[cfg(unix)]
#[test]
fn another_name_of_a_file_keeps_the_old_key_and_that_is_noted() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q --no-passphrase -f id && ln id hard").good();
    let old = sandbox.read("hard");
    let changed = sandbox.run("keygen", ["-p", "-q", "-N", "secret", "-f", "id"]);
    assert!(changed.status == Some(0) && changed.stderr.contains("has another name (a hard link)"), "{changed:?}");
    assert_eq!(sandbox.read("hard"), old);
    let again = sandbox.run("keygen", ["-p", "-q", "-P", "secret", "-N", "other", "-f", "id"]);
    assert!(!again.stderr.contains("hard link"), "{again:?}");
}

#[cfg(unix)]
#[test]
fn a_changed_key_is_readable_by_its_owner_alone_and_stays_its_owners() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "correct horse", "-f", "id"]).good();
    let is_root = chown(sandbox.file("id"), Some(65534), Some(65534)).is_ok();
    let _ = chown(sandbox.file("id.pub"), Some(65534), Some(65534));
    let owner = fs::metadata(sandbox.file("id")).unwrap().uid();
    assert_eq!(is_root, owner == 65534);
    for change in [&["-p", "-P", "correct horse", "--no-passphrase"][..], &["-c", "-C", "new"]] {
        fs::set_permissions(sandbox.file("id"), fs::Permissions::from_mode(0o644)).unwrap();
        let _ = sandbox.run("keygen", [change, &["-q", "-f", "id"]].concat()).good();
        let metadata = fs::metadata(sandbox.file("id")).unwrap();
        assert_eq!((metadata.uid(), metadata.permissions().mode() & 0o777), (owner, 0o600), "{change:?}");
        assert_eq!(fs::metadata(sandbox.file("id.pub")).unwrap().uid(), owner, "{change:?}");
    }
}

#[test]
fn a_changed_comment_is_in_both_files_and_the_key_stays_the_same() {
    needs!(SSH_KEYGEN);
    for line in THEIRS.into_iter().filter(|line| line.starts_with("ssh-keygen")) {
        for passphrase in ["", "correct horse"] {
            let sandbox = make(line, passphrase);
            let key = sandbox.run("pubfp", ["-o", "id.pub"]).good();
            let printed = sandbox.run("keygen", ["-c", "-P", passphrase, "-C", "new one", "-f", "id"]).good();
            let old = if line.contains("-C") { "Old comment: a comment\n" } else { "No existing comment\n" };
            assert_eq!(printed, format!("{old}Comment 'new one' applied\n"), "{line}");
            assert!(sandbox.read("id.pub").ends_with(" new one\n"));
            assert!(by_ssh_keygen(&sandbox, passphrase).ends_with(" new one"), "{line}");
            assert_eq!(sandbox.run("pubfp", ["-o", "id.pub"]).good(), key);
        }
    }
}

#[test]
fn the_words_are_those_of_ssh_keygen() {
    needs!(SSH_KEYGEN);
    for arguments in [&["-p", "-N", ""][..], &["-c", "-C", "new"], &["-y"]] {
        let sandbox = make(THEIRS[0], "");
        let all = || arguments.iter().chain(&["-f", "id"]);
        let ours = sandbox.run("keygen", all()).good();
        let again = make(THEIRS[0], "");
        let theirs = again.run("ssh-keygen", all()).good();
        if arguments != ["-y"] {
            assert_eq!(ours, theirs);
        }
    }
}

#[test]
fn a_file_that_is_not_a_private_key_is_reported_and_unchanged() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "id"]).good();
    sandbox.write("cut", &sandbox.read("id")[..200]);
    sandbox.write("damaged", sandbox.read("id").replace("b3BlbnNzaC1rZXktdjE", "b3BlbnNzaC1rZXktdjI"));
    for (file, words) in [
        ("id.pub", "holds a public key, not a private one"),
        ("cut", "the file ends before the block's END line"),
        ("damaged", "the private key is damaged"),
        ("missing", "cannot read: no such file"),
    ] {
        for work in [&["-y"][..], &["-p", "-N", "new one"], &["-c", "-C", "new"]] {
            let complaint = sandbox.run("keygen", work.iter().chain(&["-q", "-f", file])).fails(2);
            assert!(complaint.contains(words), "{file} {work:?}: {complaint}");
        }
    }
    let _ = sandbox.run("keygen", ["-p", "-y", "-f", "id"]).fails(2);
    let _ = sandbox.run("keygen", ["-p", "-N", "abc", "-m", "PKCS8", "-f", "id"]).fails(2);
    let _ = sandbox.run("keygen", ["-p", "-N", "", "-m", "PEM", "-f", "id"]).fails(2);
    let words = sandbox.run("keygen", ["-p", "-N", "", "-m", "PKCS8", "-a", "32", "-f", "id"]).fails(2);
    assert!(words.contains("-a and -Z are for OpenSSH format only"), "{words}");
    assert_eq!(sandbox.names(), ["cut", "damaged", "id", "id.pub"]);
}

/// ssh refuses a key that others can read; removing their access does not change the key.
#[cfg(unix)]
#[test]
fn the_access_to_a_private_key_is_repaired_and_its_bytes_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for utf16 in [false, true] {
        let text = crate::key_fixtures::sample_keys().read("ed25519");
        let bytes = if utf16 { text.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { text.into_bytes() };
        sandbox.write("id", &bytes);
        fs::set_permissions(sandbox.file("id"), fs::Permissions::from_mode(0o644)).unwrap();
        let done = sandbox.run("keygen", ["--fix-permissions", "-f", "id"]);
        assert_eq!(done.stderr, "");
        assert_eq!(done.good(), "Only its owner can read id now.\n");
        assert_eq!(fs::read(sandbox.file("id")).unwrap(), bytes);
        assert_eq!(fs::metadata(sandbox.file("id")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(sandbox.names(), ["id"]);
    }
    sandbox.write("text", "no key\n");
    let words = sandbox.run("keygen", ["--fix-permissions", "-f", "text"]).fails(2);
    assert_eq!(words, "keygen: text: not a private key (OpenSSH, PEM, PKCS#8, PPK)\n");
    let words = sandbox.run("keygen", ["--fix-permissions", "-y", "-f", "id"]).fails(2);
    assert!(words.contains("mutually exclusive"), "{words}");
}

#[test]
fn the_file_that_is_proposed_is_one_that_is_there() {
    for (types, proposed) in [
        (&[][..], "id_ed25519"),
        (&["ed25519"], "id_ed25519"),
        (&["ecdsa"], "id_ecdsa"),
        (&["rsa"], "id_rsa"),
        (&["rsa", "ed25519"], "id_ed25519"),
    ] {
        let sandbox = Sandbox::new();
        for key_type in types {
            let _ = sandbox.shell(&format!("echo | keygen -q --no-passphrase -t {key_type}")).good();
        }
        let shown = sandbox.shell("echo | keygen -y");
        assert!(shown.stderr.contains(&format!("/.ssh/{proposed}): ")), "{types:?}: {shown:?}");
        assert_eq!(shown.status, Some(if types.is_empty() { 2 } else { 0 }), "{shown:?}");
    }
}

/// Its public half is on lines of its own, which are not a public key.
#[test]
fn a_ppk_file_in_strings_in_strings_is_a_private_key() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-m", "PPK", "--no-passphrase", "-C", "me", "-f", "id"]).good();
    let (ppk, public) = (sandbox.read("id"), sandbox.read("id.pub"));
    let string = |text: &str| serde_json::to_string(text).unwrap();
    for text in [
        format!("{{\"SecretString\": {}}}\n", string(&format!("{{\"key\": {}}}", string(&ppk)))),
        format!("{}\n", string(&format!("{{\"key\": {}}}", string(&ppk)))),
        format!("\"Env\": [\n  {},\n  \"A=b\"\n]\n", string(&format!("KEY={ppk}"))),
        format!("{{\"log\": {}}}\n", string(&ppk)),
    ] {
        sandbox.write("file", &text);
        assert_eq!(sandbox.run("keygen", ["-y", "-f", "file"]).good(), public, "{text}");
        let judged = sandbox.run("keycheck", ["--public-only", "--for", "openssh", "file"]);
        assert_eq!(judged.status, Some(1), "{text}");
        assert!(judged.stdout.contains("error: private-key: "), "{judged:?}\n{text}");
    }
}

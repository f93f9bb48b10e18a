//! What is said even where little is to be said: with -q, in JSON, and of files that hold no key at all.

use support::Sandbox;
#[cfg(unix)]
use support::needs;

use crate::keys::zoo;

#[cfg(unix)]
#[test]
fn quiet_hostfp_still_warns_of_machines_that_share_a_key() {
    needs!(SSHD, SSH_KEYGEN);
    let [one, other] = [["ed25519"], ["ed25519"]].map(|keys| crate::handshake::Host::start(&keys, ""));
    let sandbox = Sandbox::new();
    let fingerprint = zoo().run("hostfp", ["-o", "ed25519.pub"]).good();
    sandbox.write("expected", &fingerprint);
    let names = [one.name(), other.name()];
    for options in [&["-q", "--connect"][..], &["-q", "--expect", "expected"], &["-q", "--json", "--connect"]] {
        let outcome = sandbox.run("hostfp", options.iter().map(|word| (*word).to_owned()).chain(names.clone()));
        assert_eq!(outcome.stdout, "", "{options:?}");
        let [one, other] = names.each_ref().map(|name| format!("[127.0.0.1]:{}", name.rsplit(':').next().unwrap()));
        let warning = format!("hostfp: warning: {one} and {other} share the ED25519 key {fingerprint}");
        assert_eq!(outcome.stderr, warning, "{options:?}");
        let _ = outcome.good();
    }
}

#[cfg(unix)]
#[test]
fn a_mismatch_in_json_says_what_was_expected() {
    needs!(SSHD, SSH_KEYGEN);
    let host = crate::handshake::Host::start(&["ed25519", "rsa2048"], "");
    let sandbox = Sandbox::new();
    let fingerprint = |key: &str| zoo().run("hostfp", ["-o", key]).good().trim_end().to_owned();
    let line = |key: &str| zoo().run("hostfp", [key]).good();
    let other = sandbox.shell("keygen -q --no-passphrase -C c -f other && pubfp -o other.pub").good();
    let other = other.trim_end();
    let ask = |expected: &str| -> Vec<serde_json::Value> {
        sandbox.write("expected", expected);
        let outcome = sandbox.run("hostfp", ["--json", "--expect", "expected", "--connect", &host.name()]);
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    // Each type with its own.
    let objects = ask(&format!("256 {other} ed25519@zoo (ED25519)\n{}", line("rsa2048.pub")));
    let of = |kind: &str| objects.iter().find(|object| object["type"] == kind).unwrap();
    assert_eq!(
        (&of("ssh-ed25519")["verdict"], &of("ssh-ed25519")["expected"]),
        (&"mismatch".into(), &vec![other].into())
    );
    assert_eq!(of("ssh-rsa")["verdict"], "match");
    assert!(of("ssh-rsa").get("expected").is_none());
    // Another type, and one that is not told.
    let objects = ask(&line("ecdsa256.pub"));
    assert_eq!(
        (&objects[0]["verdict"], &objects[0]["expected"]),
        (&"other-type".into(), &vec![fingerprint("ecdsa256.pub")].into())
    );
    let objects = ask(other);
    assert_eq!((&objects[0]["verdict"], &objects[0]["expected"]), (&"unknown".into(), &vec![other].into()));
}

/// Of a program it is said that it is no text; of other text the first five lines say enough.
#[test]
fn a_file_that_is_no_text_is_not_complained_of_line_by_line() {
    let sandbox = Sandbox::new();
    let program = std::fs::read(support::binaries::tool("pubfp")).unwrap();
    sandbox.write("program", &program[..program.len().min(400_000)]);
    sandbox.write("text", "no key\n".repeat(5000));
    for file in ["program", "text"] {
        for tool in ["pubfp", "keycheck"] {
            let outcome = sandbox.run(tool, ["-q", file]);
            assert!(outcome.stderr.lines().count() <= 10, "{tool} {file}: {}", outcome.stderr.lines().count());
        }
    }
    let words = sandbox.run("pubfp", ["text"]).fails(1);
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!((lines.len(), lines[4]), (6, "pubfp: text:5: no key in this line"), "{words}");
    assert_eq!(lines[5], "pubfp: text: the same for 4995 more lines, up to line 5000");
}

/// Lines among keys, and other complaints, are each named, however many there are.
#[test]
fn each_line_without_a_key_among_others_is_named() {
    let sandbox = Sandbox::new();
    let key = zoo().read("ed25519.pub");
    let five = "no key\n".repeat(5);
    sandbox.write("list", format!("{five}{key}{five}{key}").repeat(1000));
    sandbox.write("rows", format!("{}{key}", "no key\n".repeat(6)).repeat(1000));
    for option in ["-o", "-q"] {
        let words = sandbox.run("pubfp", [option, "list"]).fails(1);
        assert_eq!(words.lines().count(), 10_000);
        assert!(words.ends_with("pubfp: list:11999: no key in this line\n"), "{option}");
        let words = sandbox.run("pubfp", [option, "rows"]).fails(1);
        assert_eq!(words.matches("the same for 1 more line,").count(), 1000, "{option}");
    }
    // In both files, and with what is said of each.
    let words = sandbox.run("pubfp", ["-q", "missing", "rows", "rows"]).fails(1);
    assert_eq!((words.matches("rows:1: no key").count(), words.matches("cannot read").count()), (2, 1), "{words}");
}

/// What the check `readable-by-others` looks at is what the manual says; it was once said not to be looked at.
#[test]
fn the_manual_says_that_windows_access_lists_are_looked_at() {
    use common::cli::Options as _;
    let manual = keycheck::Args::TOOL.description.join("\n");
    assert!(manual.contains("on Windows its access list: who but the owner"), "{manual}");
    assert!(!manual.contains("not looked at"), "{manual}");
    let explained = Sandbox::new().run("keycheck", ["--explain", "readable-by-others"]).good();
    assert!(explained.contains("icacls"), "{explained}");
}

/// `-p` and `-c` write the key in the place of its file: what else is in it would be lost.
#[test]
fn what_stands_beside_a_private_key_is_not_written_over() {
    let sandbox = Sandbox::new();
    let key = |format: &str| {
        let line = format!("rm -f k k.pub; keygen -q -t rsa -b 2048 -m {format} --no-passphrase -C me -f k");
        let _ = sandbox.shell(&line).good();
        sandbox.read("k").trim_end().to_owned()
    };
    let indented = |text: &str| text.lines().map(|line| format!("  {line}\n")).collect::<String>();
    for format in ["OpenSSH", "PEM", "PKCS8", "PPK", "PPK2"] {
        let (key, other) = (key(format), key("OpenSSH"));
        for text in [
            format!("password: hunter2\nkey: |\n{}", indented(&key)),
            format!("#cloud-config\nwrite_files:\n- path: /k\n  content: |\n{}  owner: me\n", indented(&key)),
            format!("password: hunter2\n```\n{key}\n```\n"),
            format!("export TOKEN=hunter2\ncat > k <<EOF\n{key}\nEOF\n"),
            format!("{key}\nPASSWORD=hunter2\n"),
            format!("# PASSWORD=hunter2\n\n{key}\n"),
            format!("PASSWORD=hunter2 KEY={}\n", key.replace('\n', " ")),
            format!("{} PASSWORD=hunter2\n", key.replace('\n', " ")),
            format!("1,hunter2,{}\n", key.replace('\n', " ")),
            format!("{}\n{other}\n", key.replace('\n', "\\n")),
            format!("{}\n{other}\n", key.replace('\n', " ")),
            format!("{}{}", indented(&key), indented(&other)),
        ] {
            sandbox.write("file", &text);
            for change in [&["-p", "--no-passphrase"][..], &["-c", "-C", "new"]] {
                let outcome = sandbox.run("keygen", change.iter().chain(&["-q", "-f", "file"]));
                assert_eq!(outcome.status, Some(2), "{format}: {outcome:?}\n{text}");
                assert_eq!(sandbox.read("file"), text, "{format}");
            }
        }
        for text in [indented(&key), format!("\n\n{key}\n"), format!("```\n{key}\n```\n"), format!("\"{key}\"\n")] {
            sandbox.write("file", &text);
            let outcome = sandbox.run("keygen", ["-p", "--no-passphrase", "-q", "-f", "file"]);
            assert_eq!(outcome.status, Some(0), "{format}: {outcome:?}\n{text}");
        }
    }
}

/// What the headers of a block say is not in the key, except its comment.
#[test]
fn headers_of_a_private_key_are_not_lost() {
    let sandbox = Sandbox::new();
    for format in ["OpenSSH", "PEM", "PKCS8", "PPK"] {
        let line = format!("rm -f k k.pub; keygen -q -t rsa -b 2048 -m {format} --no-passphrase -C me -f k");
        let _ = sandbox.shell(&line).good();
        let (key, public) = (sandbox.read("k"), sandbox.read("k.pub"));
        let (begin, rest) = key.split_once('\n').unwrap();
        for headers in ["DB_PASSWORD: hunter2\n", "Comment: me\nSubject: hunter2\n\n"] {
            let headers =
                if format == "PPK" { headers.trim_end().replace("Comment: me\n", "") + "\n" } else { headers.into() };
            let text = format!("{begin}\n{headers}{rest}");
            sandbox.write("file", &text);
            for change in [&["-p", "--no-passphrase"][..], &["-c", "-C", "new"]] {
                let words = sandbox.run("keygen", change.iter().chain(&["-q", "-f", "file"])).fails(2);
                assert!(words.contains("file: the file holds more than this key, which would be lost"), "{words}");
                assert_eq!(sandbox.read("file"), text);
            }
            let written = sandbox.run_with("keygen", ["-p", "--no-passphrase", "-f", "-"], text.as_str()).good();
            assert!(!written.contains("hunter2"), "{written}");
        }
        if format != "PPK" {
            sandbox.write("file", format!("{begin}\nComment: \"me\"\n\n{rest}"));
            let _ = sandbox.run("keygen", ["-p", "--no-passphrase", "-q", "-f", "file"]).good();
            assert_eq!(sandbox.run("keygen", ["-y", "-f", "file"]).good(), public, "{format}");
        }
    }
}

/// An empty authorized_keys locks everybody out, and no report takes the place of a private key.
#[test]
fn keycheck_replaces_no_list_by_nothing_and_no_private_key() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -t ecdsa --no-passphrase -C me -f id 2>&1").good();
    let list = sandbox.read("id.pub");
    for mode in ["--rewrite", "--filter"] {
        sandbox.write("authorized_keys", &list);
        let outcome = sandbox.run("keycheck", ["-q", mode, "--output", "authorized_keys", "authorized_keys"]);
        assert!(outcome.stderr.contains("authorized_keys: left as it was, since no key passes"), "{outcome:?}");
        assert_eq!((outcome.status, sandbox.read("authorized_keys")), (Some(1), list.clone()), "{mode}");
    }
    let private = sandbox.read("id");
    let words = sandbox.run("keycheck", ["--output", "id", "id.pub"]).fails(2);
    assert!(words.contains("id: holds a private key, which would be lost"), "{words}");
    assert_eq!(sandbox.read("id"), private);
}

/// A file that an earlier output cannot have written is kept, whatever its format.
#[test]
fn keycheck_writes_no_report_and_no_product_over_keys() {
    needs!(OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -t rsa -b 2048 --no-passphrase -f id 2>&1").good();
    // OpenSSL reads PKCS #1, not OpenSSH's format.
    let made = sandbox.shell(
        "cp id pem && keygen -q -p -m PEM -P '' -N '' -f pem &&
        openssl rsa -in pem -outform DER -out id.der && openssl pkcs8 -topk8 -nocrypt -in pem -outform DER -out id.p8 &&
        openssl rsa -in pem -aes128 -passout pass:secret -out encrypted && base64 -w0 id > id.base64 &&
        { printf '{\"key\": \"'; awk '{printf \"%s\\\\n\", $0}' id; printf '\"}'; } > id.json &&
        cp id.pub authorized_keys && { cat id; seq 100000; } > long",
    );
    let _ = made.good();
    for name in ["id", "id.der", "id.p8", "encrypted", "id.base64", "id.json", "long", "id.pub", "authorized_keys"] {
        let before = std::fs::read(sandbox.path().join(name)).unwrap();
        assert!(!before.is_empty(), "{name}");
        for format in ["-q", "--json"] {
            let words = sandbox.run("keycheck", [format, "--output", name, "id.pub"]).fails(2);
            assert!(words.contains(&format!("{name}: ")), "{words}");
        }
        let words = sandbox.run("keycheck", ["-q", "--emit-product", name, "id.pub"]).fails(2);
        assert!(words.contains("is not a product of moduli, and would be lost"), "{words}");
        assert_eq!(std::fs::read(sandbox.path().join(name)).unwrap(), before, "{name}");
    }
    for format in ["--sarif", "--json", "--github", "-q", "--strict"] {
        assert!(sandbox.run("keycheck", [format, "--output", "report", "id.pub"]).status < Some(2), "{format}");
    }
    for _ in 0..2 {
        let _ = sandbox.run("keycheck", ["-q", "--emit-product", "product", "id.pub"]).good();
    }
}

/// Without -u, -k makes a new list in the place of the old one.
#[test]
fn the_hint_for_more_revoked_keys_keeps_those_that_are_revoked() {
    let words = Sandbox::new().run("keygen", ["-u", "-k", "-f", "list", "id.pub"]).fails(2);
    assert!(words.contains("`ssh-keygen -k -u -f LIST FILE`") && !words.contains("-k -f LIST"), "{words}");
}

/// ssh-keygen writes the one line in the place of all.
#[test]
fn a_changed_comment_writes_over_no_other_key() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("for k in id other; do keygen -q --no-passphrase -C me -f $k; done").good();
    let both = [sandbox.read("id.pub"), sandbox.read("other.pub")].concat();
    let private = sandbox.read("id");
    sandbox.write("id.pub", &both);
    let words = sandbox.run("keygen", ["-c", "-C", "new", "-f", "id"]).fails(2);
    assert!(words.contains("id.pub: holds another key, which would be lost"), "{words}");
    assert_eq!((sandbox.read("id"), sandbox.read("id.pub")), (private, both));
}

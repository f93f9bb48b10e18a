//! Tests that keygen and keycheck replace no file of which something would be lost.

use support::{Sandbox, needs};

/// `-p` and `-c` replace the file by the key: other text in it would be lost.
#[test]
fn keygen_refuses_a_file_that_holds_more_than_the_key() {
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

/// An empty authorized_keys locks everybody out, and no report may replace a private key.
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

/// keycheck replaces only files that it can have written itself.
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
    // A list in Latin-1 is replaced by itself, and a pipe is not opened.
    let _ = sandbox.shell("printf '%s J\\374rg\\n' \"$(cut -d ' ' -f 1,2 id.pub)\" > list && mkfifo pipe").good();
    let _ = sandbox.run("keycheck", ["-q", "--for", "authorized-keys", "--rewrite", "--output", "list", "list"]).good();
    let words = sandbox.run("keycheck", ["--output", "pipe", "id.pub"]).fails(2);
    assert!(words.contains("pipe: cannot write: is not a regular file"), "{words}");
    for format in ["--sarif", "--json", "--github", "-q", "--strict"] {
        assert!(sandbox.run("keycheck", [format, "--output", "report", "id.pub"]).status < Some(2), "{format}");
    }
    for _ in 0..2 {
        let _ = sandbox.run("keycheck", ["-q", "--emit-product", "product", "id.pub"]).good();
    }
}

/// Without -u, -k replaces the old list by a new one.
#[test]
fn the_hint_for_more_revoked_keys_keeps_those_that_are_revoked() {
    let words = Sandbox::new().run("keygen", ["-u", "-k", "-f", "list", "id.pub"]).fails(2);
    assert!(words.contains("`ssh-keygen -k -u -f LIST FILE`") && !words.contains("-k -f LIST"), "{words}");
}

/// ssh-keygen replaces all lines by one.
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
/// The key contains none of the headers of its block, except its comment.
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

//! keycheck on many files: folders, the totals of a run, and reports in files.

use std::fs;

use serde_json::json;
use support::{Sandbox, needs};

use crate::key_fixtures::sample_keys;

fn key(name: &str) -> String {
    sample_keys().read(name)
}

/// Two home folders, which share an old key, and files without keys around them.
fn homes() -> Sandbox {
    let sandbox = Sandbox::new();
    let (ed25519, old) = (key("ed25519.pub"), key("rsa1024.pub"));
    sandbox.write("home/a/.ssh/authorized_keys", format!("# keys\nno-pty,command=\"x y\" {ed25519}{old}garbage\n"));
    sandbox.write("home/b/.ssh/authorized_keys", format!("{old}cert-authority {ed25519}{}", key("ecdsa256.pub")));
    sandbox.write("home/b/notes.md", "# Notes\n\nthis is prose, with ssh-rsa in it\n");
    sandbox.write("home/b/page.html", "<!doctype html><html>\n");
    sandbox.write("home/b/program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    sandbox.write("home/b/empty", "");
    sandbox
}

#[test]
fn a_folder_means_the_files_in_it_that_contain_keys() {
    needs!(SSH_KEYGEN);
    let sandbox = homes();
    let words = sandbox.run("keycheck", ["home"]).fails(2);
    assert_eq!(words, "keycheck: home: cannot read: is a folder\nkeycheck: hint: -r checks the files in it\n");
    let audit = ["-r", "--for", "authorized-keys", "home"];
    let outcome = sandbox.run("keycheck", audit);
    let files: Vec<&str> = outcome.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    assert!(files.iter().all(|file| file.ends_with("authorized_keys")), "{outcome:?}");
    let fails: Vec<&str> = outcome.stdout.lines().filter(|line| line.contains(": fail: ")).collect();
    assert_eq!(fails.len(), 2, "{outcome:?}");
    assert!(fails[0].starts_with("home/a/.ssh/authorized_keys:3: fail: ssh-rsa 1024 "), "{outcome:?}");
    assert!(fails[1].starts_with("home/b/.ssh/authorized_keys:1: fail: ssh-rsa 1024 "), "{outcome:?}");
    assert!(
        outcome.stderr.starts_with("keycheck: home/a/.ssh/authorized_keys:4: no key in this line\n"),
        "{outcome:?}"
    );
    assert_eq!(outcome.status, Some(1));
    // The files are the same, and in the same order, when they are named.
    let named = ["--for", "authorized-keys", "home/a/.ssh/authorized_keys", "home/b/.ssh/authorized_keys"];
    assert_eq!(sandbox.run("keycheck", named).stdout, outcome.stdout);
}

#[test]
fn in_a_folder_a_text_with_a_key_is_reported_for_its_key_and_a_damaged_private_key_is_too() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox
        .write("d/main.tf", format!("resource \"x\" {{\n  public_key = \"{}\"\n}}\n", key("ecdsa256.pub").trim_end()));
    sandbox.write("d/broken", &key("ed25519")[..200]);
    sandbox.write("d/words", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n");
    sandbox.write("d/ssh-rsa", "ssh-rsa is a type\n");
    let outcome = sandbox.run("keycheck", ["-r", "d"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stdout.starts_with("d/main.tf:2: fail: ecdsa-sha2-nistp256 "), "{outcome:?}");
    let places: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("keycheck: d/")).collect();
    assert!(places.iter().all(|line| line.contains("d/broken:") || line.contains("d/main.tf: ")), "{outcome:?}");
    assert!(outcome.stderr.contains("keycheck: d/broken:"), "{outcome:?}");
    // The finding is the same without the key.
    fs::remove_file(sandbox.file("d/main.tf")).unwrap();
    assert!(sandbox.run("keycheck", ["-rq", "d"]).fails(1).contains("d/broken:"));
    fs::remove_file(sandbox.file("d/broken")).unwrap();
    let outcome = sandbox.run("keycheck", ["-r", "d"]);
    assert_eq!(outcome.stderr, "keycheck: total: 0 keys in 0 files: 0 pass, 0 fail\n");
    assert_eq!(outcome.good(), "");
}

/// Private keys in pieces or in unsupported encodings, each in a file of its own.
#[test]
fn an_unreadable_private_key_in_a_folder_is_reported_in_any_wrapping() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = key("ed25519");
    sandbox.write("key", &key);
    let data = sandbox.run("base64", ["-w", "52", "key"]).good().replace('\n', "</td>\n<td>");
    let log = |line: &str| format!("{}\n", json!({"log": format!("{line}\n"), "stream": "stdout"}));
    for (name, text) in [
        ("page.txt", key.replace(' ', "\u{a0}")),
        ("log.json", key.lines().map(log).collect()),
        ("key.plist", format!("<plist><dict><key>k</key>\n\t<data>\n{data}\t</data>\n</dict></plist>\n")),
    ] {
        sandbox.write(format!("{name}.d/{name}"), text);
        let message = sandbox.run("keycheck", ["-r", &format!("{name}.d")]).fails(1);
        assert!(message.contains(&format!("keycheck: {name}.d/{name}")), "{message}");
        assert!(!message.contains(&key[60..90]), "{message}");
    }
    sandbox.write("code/main.rs", "const MAGIC: &str = \"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU\";\n");
    assert_eq!(sandbox.run("keycheck", ["-r", "code"]).good(), "");
}

/// A folder may contain anything. Each file without a public key is reported, and so is each link.
#[test]
fn public_only_refuses_a_folder_with_other_files() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("d/ed25519.pub", key("ed25519.pub"));
    sandbox.write("d/empty", "");
    let gate = ["-r", "--public-only", "d"];
    let _ = sandbox.run("keycheck", gate).good();
    let private = key("ed25519");
    let body: String = private.lines().filter(|line| !line.starts_with('-')).collect();
    for (name, text) in [
        ("README", "Keys of the team\n".to_owned()),
        ("body", format!("{body}\n")),
        ("reversed", private.chars().rev().collect()),
        ("seed", format!("{}\n", "9d61b19deffd5a60ba844af492ec2cc4".repeat(2))),
        ("jwk", r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#.to_owned()),
        ("comment", "# of the team\n".to_owned()),
    ] {
        sandbox.write(format!("d/{name}"), text);
        let message = sandbox.run("keycheck", gate).fails(1);
        assert!(
            message
                .contains(&format!("keycheck: d/{name}: would be given away with the folder, and holds no public key")),
            "{message}"
        );
        assert!(!message.contains(&body[60..90]), "{message}");
        fs::remove_file(sandbox.file(format!("d/{name}"))).unwrap();
    }
    // The names of folders and of empty files are checked, too.
    let seed = "BTf6c7JsAFEajsl3EN61tBIvV4sCV8eaIiafHlZvsRg";
    for name in [format!("{seed}.pub"), format!("{seed}/a"), "-----BEGIN OPENSSH PRIVATE KEY-----/a".to_owned()] {
        for text in ["", &key("ed25519.pub")] {
            sandbox.write(format!("d/{name}"), text);
            let message = sandbox.run("keycheck", gate).fails(1);
            assert!(
                message.contains(": its name would be given away with the folder, and is more than a few plain words"),
                "{message}"
            );
            let _ = sandbox.shell(&format!("rm -r 'd/{}'", name.split('/').next().unwrap())).good();
        }
    }
    for (number, piece) in seed.as_bytes().chunks(9).enumerate() {
        sandbox.write(format!("d/{number}/{}.pub", String::from_utf8_lossy(piece)), key("ed25519.pub"));
    }
    let message = sandbox.run("keycheck", gate).fails(1);
    assert!(
        message.contains("the names of the files and the texts in them so far could hold a private key"),
        "{message}"
    );
    let _ = sandbox.shell("rm -r d/[0-9]").good();
    for name in ["alice.pub", "id_ed25519.pub", "web-01.example.com/authorized_keys", "azure/Bob's key (old).pub"] {
        sandbox.write(format!("d/{name}"), key("ed25519.pub"));
    }
    let _ = sandbox.run("keycheck", gate).good();
    #[cfg(unix)]
    {
        let _ = sandbox.shell("ln -s ../elsewhere d/link").good();
        assert!(
            sandbox
                .run("keycheck", gate)
                .fails(1)
                .contains("keycheck: d/link: would be given away with the folder, and is a link")
        );
    }
}

/// The text before the first key of a file is checked, and the names of files without keys are counted.
#[test]
fn public_only_checks_file_names_and_the_text_before_a_key() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let gate = ["-r", "--public-only", "d"];
    let hidden: String = key("ed25519").lines().map(|line| format!("# {}\n", line.trim_matches('-'))).collect();
    for blank_lines in [1, 90, 100, 1000] {
        sandbox.write("d/keys", "\n".repeat(blank_lines) + &hidden + &key("ed25519.pub"));
        let message = sandbox.run("keycheck", gate).fails(1);
        assert!(
            message.contains("keycheck: d/keys:") || message.contains("d/keys: more than 100 lines stand"),
            "{message}"
        );
    }
    sandbox.write("d/keys", key("ed25519.pub"));
    let _ = sandbox.run("keycheck", gate).good();

    let words = "hoffmann vcpu greg principals laptop bastion october wolfgang replica zabbix fabrikam standby";
    for make in [
        format!("touch 'd/1 {words}' 'd/2 {words}'"),
        format!("for word in {words}; do mkdir d/$word; done"),
        format!(
            "cd d; for word in {words} {words} {words}; do mkdir $word; cd $word; done; cp $OLDPWD/../keys . || true"
        ),
    ] {
        let _ = sandbox.shell(&make).good();
        let message = sandbox.run("keycheck", gate).fails(1);
        assert!(message.contains("could hold a private key"), "{make}: {message}");
        let _ = sandbox.shell("cd d; find . -mindepth 1 ! -name keys -delete").stderr;
        let _ = sandbox.run("keycheck", gate).good();
    }
    let _ = sandbox.shell("rm d/keys").good();
    let message = sandbox.run("keycheck", gate).fails(1);
    assert!(message.contains("keycheck: d: no file in this folder holds a public key"), "{message}");
}

/// No file in a folder leads out of it or makes a run wait for ever.
#[cfg(unix)]
#[test]
fn links_pipes_and_loops_in_a_folder_are_passed_over() {
    needs!(SSH_KEYGEN, BASH);
    let sandbox = Sandbox::new();
    sandbox.write("elsewhere/rsa1024.pub", key("rsa1024.pub"));
    sandbox.write("d/ed25519.pub", key("ed25519.pub"));
    let _ = sandbox.shell("cd d; mkfifo pipe; ln -s ../elsewhere out; ln -s . loop; ln -s ../elsewhere/rsa1024.pub key; ln -s gone dead").good();
    let found = sandbox.run("keycheck", ["-r", "d"]).good();
    assert_eq!(found.lines().count(), 1, "{found}");
    // A link that is given as an argument is followed.
    let _ = sandbox.shell("ln -s d named").good();
    assert_eq!(sandbox.run("keycheck", ["-r", "named"]).good().lines().count(), 1);
    let found = sandbox.shell("keycheck -r . 2>/dev/null").stdout;
    assert!(
        found.contains("\nelsewhere/rsa1024.pub:1: fail: ") && found.starts_with("d/ed25519.pub:1: ok: "),
        "{found}"
    );
    let _ = sandbox.shell("mkdir closed; chmod 0 closed").good();
    if sandbox.shell("ls closed").status != Some(0) {
        assert!(
            sandbox.run("keycheck", ["-r", "closed"]).fails(2).starts_with("keycheck: closed: cannot read: permission")
        );
    }
}

#[test]
fn a_run_over_several_files_ends_with_totals() {
    needs!(SSH_KEYGEN);
    let sandbox = homes();
    let totals = |options: &[&str]| -> Vec<String> {
        let outcome = sandbox.run("keycheck", options.iter().chain(&["home", "missing"]));
        assert_eq!(outcome.status, Some(1));
        outcome.stderr.lines().map(|line| line.strip_prefix("keycheck: ").unwrap().to_owned()).collect()
    };
    let fingerprint = sample_keys().run("pubfp", ["-o", "rsa1024.pub"]).good();
    let expected = [
        "home/a/.ssh/authorized_keys:4: no key in this line".to_owned(),
        "missing: cannot read: no such file or directory".to_owned(),
        "total: 5 keys in 2 files: 3 pass, 2 fail; no key in 1 line or file; cannot read 1 file".to_owned(),
        "total: rsa-too-short (error): 2 keys in 2 files".to_owned(),
        "total: home/a/.ssh/authorized_keys: 1 of 2 fail".to_owned(),
        "total: home/b/.ssh/authorized_keys: 1 of 3 fail".to_owned(),
        format!("total: {} fails in 2 files: rsa-too-short", fingerprint.trim_end()),
    ];
    assert_eq!(totals(&["-r", "--for", "authorized-keys"]), expected);
    assert_eq!(totals(&["-rq", "--for", "authorized-keys"]), expected);
    // JSON has the totals as numbers.
    let outcome = sandbox.run("keycheck", ["-r", "--json", "--for", "authorized-keys", "home"]);
    assert_eq!(outcome.stderr, "keycheck: home/a/.ssh/authorized_keys:4: no key in this line\n");
    let numbers = r#"{"schema":1,"keys":5,"passed":3,"failed":2,"files":2,"without_key":1,"unread":0}"#;
    assert_eq!(outcome.stdout.lines().last(), Some(numbers));
    // No totals for a single file, nor with -q if all keys pass.
    assert_eq!(sandbox.run("keycheck", ["home/b/.ssh/authorized_keys"]).stderr, "");
    sandbox.write("good/one", key("ed25519.pub"));
    sandbox.write("good/two", key("rsa2048.pub"));
    assert_eq!(sandbox.run("keycheck", ["-rq", "good"]).stderr, "");
    assert_eq!(sandbox.run("keycheck", ["-r", "good"]).stderr, "keycheck: total: 2 keys in 2 files: 2 pass, 0 fail\n");
}

#[test]
fn shared_primes_count_in_the_totals() {
    needs!(PYTHON);
    let sandbox = Sandbox::new();
    let folder = support::binaries::root().join("tests/fixtures");
    let made = sandbox.run("python3", ["-c".to_owned(), SHARED.to_owned(), folder.to_string_lossy().into_owned()]);
    let text = made.good();
    let (one, other) = text.split_once('\n').unwrap();
    sandbox.write("d/one", format!("{one}\n"));
    sandbox.write("d/other", other);
    let outcome = sandbox.run("keycheck", ["-rq", "d"]);
    let words = outcome.fails(1);
    assert!(words.contains("keycheck: total: 2 keys in 2 files: 0 pass, 2 fail\n"), "{words}");
    assert!(words.contains("keycheck: total: rsa-shared-prime (error): 2 keys in 2 files\n"), "{words}");
}

/// Two moduli with one prime in common, as public keys.
const SHARED: &str = r#"
import base64, random
def is_prime(n):
    return all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7, 11, 13))
def prime(seed):
    r = random.Random(seed)
    while True:
        n = r.getrandbits(1024) | 1 << 1023 | 1 << 1022 | 1
        if is_prime(n): return n
def field(b): return len(b).to_bytes(4, "big") + b
def number(n): return field(n.to_bytes(n.bit_length() // 8 + 1, "big"))
p = prime(1)
for seed in (2, 3):
    blob = field(b"ssh-rsa") + number(65537) + number(p * prime(seed))
    print("ssh-rsa", base64.b64encode(blob).decode())
"#;

#[test]
fn an_audit_of_authorized_keys_takes_what_sshd_takes_and_is_safe() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    for (line, check) in [
        (key("ed25519.pub"), None),
        (key("rsa2048.pub"), None),
        (key("ecdsa384.pub"), None),
        (key("sk-ed25519.pub"), None),
        (format!("restrict,from=\"10.0.0.0/8\" {}", key("ed25519.pub")), None),
        (format!("cert-authority,principals=\"a\" {}", key("ecdsa256.pub")), None),
        (key("ed25519.pub").replace('\n', "\r\n"), None),
        (key("rsa1024.pub"), Some("rsa-too-short: 1024 bits; RSA keys of less than 2048 bits are not safe")),
        (key("rsa2047.pub"), Some("rsa-too-short: 2047 bits")),
        (key("dsa.pub"), Some("type-refused: sshd takes no DSA keys; in authorized_keys it takes RSA, Ed25519")),
        (key("rsa2048-cert.pub"), Some("type-refused: sshd takes no certificates")),
        (format!("vm.example {}", key("ed25519.pub")), Some("host-names: ")),
    ] {
        sandbox.write("authorized_keys", &line);
        let outcome = sandbox.run("keycheck", ["--for", "authorized-keys", "authorized_keys"]);
        match check {
            None => assert_eq!((outcome.status, outcome.stdout.lines().count()), (Some(0), 1), "{line}{outcome:?}"),
            Some(check) => {
                assert!(outcome.stdout.contains(&format!("\nauthorized_keys:1: error: {check}")), "{line}{outcome:?}");
                assert_eq!(outcome.status, Some(1));
            }
        }
    }
    // sshd ignores a line with an option that it does not know.
    sandbox.write("authorized_keys", format!("no-such-option {}", key("ed25519.pub")));
    assert_eq!(sandbox.run("keycheck", ["--for", "authorized-keys", "authorized_keys"]).status, Some(1));
}

#[test]
fn a_report_goes_into_a_file_when_it_is_complete() {
    needs!(SSH_KEYGEN);
    let sandbox = homes();
    let run = |options: &[&str]| sandbox.run("keycheck", options.iter().chain(&["--output", "report", "-r", "home"]));
    for format in [&["--json"][..], &["--github"], &["--sarif"], &["-q"], &[]] {
        let expected = sandbox.run("keycheck", format.iter().chain(&["-r", "home"]));
        let outcome = run(format);
        assert_eq!((outcome.stdout.as_str(), outcome.status), ("", expected.status), "{format:?}");
        assert_eq!((outcome.stderr, sandbox.read("report")), (expected.stderr, expected.stdout), "{format:?}");
    }
    // A report is written even if one file cannot be read.
    let _ = sandbox.run("keycheck", ["--json", "--output=report", "missing"]).fails(2);
    assert!(sandbox.read("report").contains("\"error\":\"cannot read: "));
    assert_eq!(sandbox.run("keycheck", ["--output", "-", "home/a/.ssh/authorized_keys"]).status, Some(1));
    let words = sandbox.run("keycheck", ["--output", "home", "home/a/.ssh/authorized_keys"]).fails(2);
    assert!(words.contains("keycheck: home: cannot write: "), "{words}");
    let words = sandbox.run("keycheck", ["--output", "none/report", "home/a/.ssh/authorized_keys"]).fails(2);
    assert!(words.contains("none/report: cannot write: no such file"), "{words}");
    assert!(sandbox.names().iter().all(|name| name == "report" || name.starts_with("home")), "{:?}", sandbox.names());
}

#[test]
fn keys_are_written_back_into_their_own_file_and_none_is_lost_to_a_file_that_cannot_be_read() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let utf16: Vec<u8> = format!("\u{feff}{}", key("ed25519.pub")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    sandbox.write("key.pub", utf16);
    for (rewrite, filter) in [("--rewrite", "--filter"), ("--fix", "--pass")] {
        let outcome = sandbox.run("keycheck", [rewrite, "--output", "key.pub", "key.pub"]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{outcome:?}");
        assert_eq!(sandbox.read("key.pub"), key("ed25519.pub"));
        sandbox.write("keys", format!("{}{}", key("ecdsa256.pub"), key("ed25519.pub")));
        assert_eq!(sandbox.run("keycheck", [filter, "-q", "--output=keys", "keys"]).status, Some(1));
        assert_eq!(sandbox.read("keys"), key("ed25519.pub"));
        let words = sandbox.run("keycheck", [filter, "-q", "--output=keys", "missing", "keys"]).fails(2);
        assert!(words.contains("keycheck: keys: left as it was, since not all of the input could be read"), "{words}");
        assert_eq!(sandbox.read("keys"), key("ed25519.pub"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_a_link_leads_to_it() {
    use std::os::unix::fs::PermissionsExt as _;
    needs!(SSH_KEYGEN, BASH);
    let sandbox = Sandbox::new();
    sandbox.write("keys", key("ed25519.pub"));
    let _ = sandbox.shell("chmod 640 keys; ln -s keys link; umask 077; keycheck --filter -q --output link keys").good();
    let mode = |name: &str| fs::metadata(sandbox.file(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("keys"), 0o640);
    assert!(fs::symlink_metadata(sandbox.file("link")).unwrap().is_symlink());
    let _ = sandbox.shell("umask 027; keycheck --filter -q --output new keys").good();
    assert_eq!(mode("new"), 0o640);
}

#[test]
fn the_checks_are_listed_with_all_that_explain_says_of_them() {
    let sandbox = Sandbox::new();
    let listed = sandbox.run("keycheck", ["--list-checks"]).good();
    let objects = sandbox.run("keycheck", ["--list-checks", "--json"]).good();
    assert_eq!(listed.lines().count(), keycheck::registry::ALL.len());
    for ((line, object), check) in listed.lines().zip(objects.lines()).zip(keycheck::registry::ALL) {
        assert!(line.starts_with(check.name) && line.contains(check.severity.name()), "{line}");
        assert!(line.ends_with(check.what), "{line}");
        let object: serde_json::Value = serde_json::from_str(object).unwrap();
        assert_eq!(object["check"], check.name);
        assert_eq!(object["severity"], check.severity.name());
        for (field, text) in [("what", check.what), ("why", check.why), ("do", check.remedy), ("source", check.source)]
        {
            assert_eq!(object[field], text);
        }
    }
    for (name, hint) in [
        ("duplicates", "did you mean 'duplicate'? `keycheck --list-checks` lists all"),
        ("zzz", "`keycheck --list-checks` lists all"),
    ] {
        for option in ["--skip", "--explain"] {
            let words = sandbox.run("keycheck", [option, name]).fails(2);
            assert_eq!(words, format!("keycheck: there is no check '{name}'\nkeycheck: hint: {hint}\n"));
        }
    }
}

/// Every server has a `known_hosts`, and its form is right for what it is.
#[test]
fn in_a_folder_known_hosts_and_a_certificate_are_not_judged_as_authorized_keys() {
    let sandbox = Sandbox::new();
    let key = key("ed25519.pub");
    let key = key.trim_end();
    sandbox.write("ssh/known_hosts", format!("vm.example {key}\n[10.0.0.1]:2222 {key}\n"));
    let audit =
        |arguments: &[&str]| sandbox.run("keycheck", [&["-qr", "--skip", "duplicate"], arguments, &["ssh"]].concat());
    let outcome = audit(&["--for", "authorized-keys"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{outcome:?}");
    // Before an upload, and in a list of users' keys, they are still an error.
    assert_eq!(audit(&["--public-only"]).status, Some(1));
    sandbox.write("ssh/authorized_keys", format!("vm.example {key}\n"));
    let outcome = audit(&["--for", "authorized-keys"]);
    assert!(outcome.status == Some(1) && outcome.stdout.contains("host-names"), "{outcome:?}");
}

/// sshd reads options before the type only.
#[test]
fn options_after_the_key_are_reported_and_a_mistyped_character_is_damage() {
    let sandbox = Sandbox::new();
    let key = key("ed25519.pub");
    let key = key.trim_end();
    let check = |line: String| {
        sandbox.write("a", line + "\n");
        let outcome = sandbox.run("keycheck", ["--strict", "--for", "authorized-keys", "a"]);
        (outcome.status, outcome.stdout + &outcome.stderr)
    };
    for options in ["command=\"/bin/false\"", "from=\"10.0.0.1\"", "no-pty"] {
        let (status, words) = check(format!("{key} {options}"));
        assert!(status == Some(1) && words.contains("options-after-key"), "{words}");
    }
    assert_eq!(check(format!("{key} the pty of Bob")).0, Some(0));
    let (status, words) = check(key.replace("AAAAC3NzaC1l", "AAAAC3NzaCll"));
    assert!(status == Some(1) && words.contains("the base64 is damaged") && !words.contains("--rewrite"), "{words}");
}

//! Tests that no secret is left in a process when it ends, or in any file but the key's own.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::{Sandbox, cases, needs, peers};

use crate::encodings::{BASE64, encode};

const PASSPHRASE: &str = "a passphrase that is found nowhere else 0815";

/// The writable memory of a process at the moment at which it ends, after all drops. `None` if it may not be read.
fn memory_at_the_end(sandbox: &Sandbox, command: &str, stdin: Option<&str>) -> Option<Vec<u8>> {
    let delay = "inject=exit_group:delay_enter=20000000";
    let tool = command.split(' ').next().unwrap();
    let mut strace = sandbox
        .command("strace")
        .args(["-f", "-o", "/dev/null", "-e", "trace=exit_group", "-e", delay])
        // Without a terminal to ask on.
        .arg("setsid")
        .args(command.split(' '))
        .stdin(stdin.map_or_else(Stdio::null, |file| File::open(sandbox.file(file)).unwrap().into()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let children = format!("/proc/{0}/task/{0}/children", strace.id());
    let deadline = Instant::now() + Duration::from_secs(60);
    // The number of the system call in which it waits, and that of exit_group here.
    let exit_group = if cfg!(target_arch = "x86_64") { "231 " } else { "94 " };
    let child = loop {
        let ended = strace.try_wait().unwrap();
        assert!(Instant::now() < deadline && ended.is_none(), "{command} has not come to its end: {ended:?}");
        let child = fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
        let about = |what: &str| fs::read_to_string(format!("/proc/{child}/{what}")).unwrap_or_default();
        // Before that, strace tests the system's features on a child of its own.
        if about("comm").trim() == tool && about("syscall").starts_with(exit_group) {
            break child;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let memory = read_memory(&child);
    // Only strace controls the child; without it the child continues, and ends.
    strace.kill().unwrap();
    let _ = strace.wait();
    memory
}

fn read_memory(process: &str) -> Option<Vec<u8>> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut file = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut memory = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, end) = line.split(' ').next()?.split_once('-')?;
        let (start, end) = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
        let mut part = vec![0; usize::try_from(end - start).ok()?];
        file.seek(SeekFrom::Start(start)).ok()?;
        if file.read_exact(&mut part).is_ok() {
            memory.extend(part);
        }
    }
    Some(memory)
}

/// A piece of the base64 of an unencrypted private half, within a line, in the encodings in which it may come.
fn texts(file: &str) -> [(String, Vec<u8>); 3] {
    let lines: Vec<&str> = file.lines().filter(|line| line.len() > 40 && !line.contains([' ', '-'])).collect();
    // In PKCS#8 the public half is at the end.
    let line = if file.contains("BEGIN PRIVATE KEY") { lines.len() / 2 } else { lines.len() - 1 };
    let piece = &lines[line][8..32];
    let utf16 = |bytes: fn(u16) -> [u8; 2]| piece.encode_utf16().flat_map(bytes).collect();
    [
        ("text".to_owned(), piece.as_bytes().to_vec()),
        ("text in UTF-16".to_owned(), utf16(u16::to_le_bytes)),
        ("text in UTF-16, the other order".to_owned(), utf16(u16::to_be_bytes)),
    ]
}

/// The private components of a key without a passphrase, as OpenSSL shows them, and its file's own text.
fn secrets(sandbox: &Sandbox, file: &str) -> Vec<(String, Vec<u8>)> {
    let mut secrets = vec![("passphrase".to_owned(), PASSPHRASE.as_bytes().to_vec())];
    secrets.extend(texts(&sandbox.read(file)));
    let shown = sandbox.shell(&format!("openssl pkey -in {file} -noout -text")).good();
    let mut name = String::new();
    let mut numbers: Vec<(String, String)> = Vec::new();
    for line in shown.lines() {
        match line.strip_prefix("    ") {
            Some(digits) => numbers.last_mut().unwrap().1.push_str(&digits.trim().replace(':', "")),
            None => {
                name.clear();
                name.push_str(line.trim_end_matches(':'));
                numbers.push((name.clone(), String::new()));
            }
        }
    }
    let private = ["priv", "privateExponent", "prime1", "prime2", "exponent1", "exponent2", "coefficient"];
    for (name, digits) in numbers.iter().filter(|(name, _)| private.contains(&name.as_str())) {
        let bytes: Vec<u8> =
            (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
        // Half of an integer is enough; in the order of the file and in that of the machine's words.
        let middle = bytes[bytes.len() / 4..][..bytes.len() / 2].to_vec();
        secrets.push((format!("{name}, reversed"), middle.iter().rev().copied().collect()));
        secrets.push((name.clone(), middle));
    }
    assert!(secrets.len() > 3, "{shown}");
    secrets
}

fn finds(memory: &[u8], secret: &[u8]) -> bool {
    memchr::memmem::find(memory, secret).is_some()
}

/// Whether another process's memory can be read here: a text in its arguments is found.
fn finds_what_is_there(sandbox: &Sandbox) -> bool {
    let Some(memory) = memory_at_the_end(sandbox, "keygen -q -f - -N not-wiped-since-seen", None) else { return false };
    assert!(finds(&memory, b"not-wiped-since-seen"));
    true
}

/// Searches a tool's memory for a key's secrets when the tool ends.
struct Search<'a> {
    sandbox: &'a Sandbox,
    left: Vec<String>,
}

impl Search<'_> {
    /// Runs a tool, with this file as its standard input, and looks for the secrets of a key of that type.
    fn run(&mut self, what: &str, key: &str, secrets: &[(String, Vec<u8>)], command: &str, stdin: Option<&str>) {
        let memory = memory_at_the_end(self.sandbox, command, stdin).unwrap();
        assert!(memory.len() > 100_000, "{command}");
        for (name, secret) in secrets {
            // The libraries leave machine words of RSA and ECDSA computations in memory; SECURITY.md says so.
            let is_text = name == "passphrase" || name.starts_with("text");
            let by_a_library = !key.contains("ed25519")
                && (command.starts_with("keygen") && !is_text
                    || command.starts_with("keycheck") && name.ends_with(", reversed"));
            if !by_a_library && finds(&memory, secret) {
                self.left.push(format!("{key}, {what}: {command} < {}: {name}", stdin.unwrap_or("/dev/null")));
            }
        }
    }
}

/// The types of keys, as a part of a command line that makes one.
const KINDS: [&str; 3] = ["-t ed25519 -m PKCS8", "-t ecdsa -m PKCS8", "-t rsa -b 2048 -m PKCS8"];

#[test]
fn nothing_secret_is_in_memory_when_a_tool_ends() {
    needs!(STRACE, OPENSSL);
    let sandbox = Sandbox::new();
    sandbox.write("pass", PASSPHRASE);
    sandbox.write("twice", format!("{PASSPHRASE}\n{PASSPHRASE}\n"));
    if !finds_what_is_there(&sandbox) {
        return peers::skip("nothing_secret_is_in_memory_when_a_tool_ends", "another process's memory cannot be read");
    }
    let mut search = Search { sandbox: &sandbox, left: Vec::new() };
    let mut number = 0;
    for kind in KINDS {
        let key = kind.split(' ').nth(1).unwrap();
        let _ = sandbox.shell(&format!("keygen -q {kind} -N '' -C c -f {key}")).good();
        let known = secrets(&sandbox, key);
        let mut look = |command: &str, stdin: Option<&str>| search.run("encrypted", key, &known, command, stdin);
        // The same key under a passphrase, in each format, and the commands that read it.
        for form in ["PKCS8", "OpenSSH", "PEM", "PPK"] {
            if form == "PEM" && kind.contains("ed25519") {
                continue;
            }
            number += 1;
            if !cases::is_tried(number) {
                continue;
            }
            let again = || sandbox.shell(&format!("cp {key} id && cp {key}.pub id.pub")).good();
            let _ = again();
            look(&format!("keygen -q -p -m {form} -f id"), Some("twice"));
            let _ = again();
            look(&format!("keygen -q -p --new-passphrase-file pass -m {form} -f id"), None);
            for command in [
                "keygen -y --passphrase-file pass -f id",
                "keycheck --passphrase-file pass id",
                "pubfp --passphrase-file pass id",
                "keygen -q -c -C new --passphrase-file pass -f id",
            ] {
                look(command, None);
            }
            for command in ["keygen -y -f id", "keycheck --passphrase-file - id", "pubfp --passphrase-file - id"] {
                look(command, Some("pass"));
            }
        }
    }
    // The passphrase of a new key, from a pipe, and from a program that asks for it.
    let passphrase = vec![("passphrase".to_owned(), PASSPHRASE.as_bytes().to_vec())];
    search.run("new", "ed25519", &passphrase, "keygen -q -f new", Some("twice"));
    assert!(search.left.is_empty(), "{:#?}", search.left);
}

/// Turns the text of a plain private key into a file.
type Wrap = fn(&str) -> Vec<u8>;

/// The ways in which the text of a private key may reach a tool.
const WAYS: [(&str, Wrap); 13] = [
    ("as it is", |text| text.as_bytes().to_vec()),
    ("with carriage returns", |text| text.replace('\n', "\r\n").into_bytes()),
    ("UTF-16", |text| "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()),
    ("UTF-16, the other order", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("a JSON string", |text| serde_json::json!({ "privateKey": text }).to_string().into_bytes()),
    ("a JSON string with slashes escaped", |text| {
        serde_json::json!([text]).to_string().replace('/', "\\/").into_bytes()
    }),
    ("in quotes", |text| format!("KEY=\"{}\"\n", text.replace('\n', "\\n")).into_bytes()),
    ("with its base64 damaged", |text| text.replacen("\n-----END", "!\n-----END", 1).into_bytes()),
    ("with its newlines lost", |text| text.replace('\n', " ").into_bytes()),
    ("as base64", |text| encode(text.as_bytes(), BASE64).into_bytes()),
    ("with its slashes escaped in HTML", |text| text.replace('/', "&#x2F;").into_bytes()),
    ("after mail quotation marks", |text| format!("> {}", text.replace('\n', "\n> ")).into_bytes()),
    // Long enough to be read by several threads.
    ("among many lines", |text| {
        let lines = "# a line of text that is not a key\n".repeat(10_000);
        format!("{lines}{text}{lines}").into_bytes()
    }),
];

#[test]
fn nothing_secret_is_left_by_whichever_way_a_private_key_comes_in() {
    needs!(STRACE, OPENSSL);
    let sandbox = Sandbox::new();
    if !finds_what_is_there(&sandbox) {
        let test = "nothing_secret_is_left_by_whichever_way_a_private_key_comes_in";
        return peers::skip(test, "another process's memory cannot be read");
    }
    let mut search = Search { sandbox: &sandbox, left: Vec::new() };
    let mut number = 0;
    for kind in KINDS {
        let key = kind.split(' ').nth(1).unwrap();
        let _ = sandbox.shell(&format!("keygen -q {kind} -N '' -C c -f {key}")).good();
        for form in ["PKCS8", "OpenSSH", "PPK"] {
            let _ = sandbox.shell(&format!("cp {key} id && keygen -q -p -N '' -m {form} -f id")).good();
            let text = sandbox.read("id");
            let mut known = secrets(&sandbox, key);
            known.extend(texts(&text));
            for (way, wrap) in WAYS {
                number += 1;
                if !cases::is_tried(number) {
                    continue;
                }
                sandbox.write("in", wrap(&text));
                let what = format!("{form}, {way}");
                let mut look = |command: &str, stdin| search.run(&what, key, &known, command, stdin);
                for tool in ["keycheck", "pubfp"] {
                    look(&format!("{tool} in"), None);
                    look(tool, Some("in"));
                }
                look("keygen -e -f in", None);
                look("keygen -i -f -", Some("in"));
                if way == "as it is" {
                    look("keygen -y -f in", None);
                    look("hostfp in", None);
                }
            }
        }
    }
    assert!(search.left.is_empty(), "{:#?}", search.left);
}

/// keygen writes the private key to one file; neither the key nor the passphrase goes anywhere else.
#[test]
fn nothing_secret_is_written_but_to_the_key_file() {
    needs!(STRACE, OPENSSL);
    let sandbox = Sandbox::new();
    sandbox.write("pass", PASSPHRASE);
    for command in [
        "keygen -t rsa -b 2048 -m PKCS8 -N '' -C c -f key",
        "keygen -p -P '' --new-passphrase-file pass -f key",
        "keygen -p --passphrase-file pass -N '' -m PKCS8 -f key",
        "keycheck key",
        "pubfp key",
    ] {
        let traced = "strace -f -y -s 100000 -o log -e trace=write,writev,pwrite64,sendto,sendmsg,execve";
        let outcome = sandbox.shell(&format!("{traced} {command}"));
        assert!(outcome.status.is_some_and(|status| status < 2), "{outcome:?}");
        let log = sandbox.read("log");
        let plain = sandbox.read("key").contains("BEGIN PRIVATE KEY");
        let known = if plain { secrets(&sandbox, "key") } else { Vec::new() };
        let mut to_the_key = 0;
        for line in log.lines().filter(|line| line.contains("write")) {
            let holds = line.contains(PASSPHRASE)
                || line.contains("PRIVATE KEY-----")
                || known.iter().any(|(name, secret)| name.starts_with("text") && finds(line.as_bytes(), secret));
            // The temporary folder, and the file's name in it.
            let is_the_key = line.contains("/.keygen-unfinished-") && !line.contains(".pub>");
            assert!(!holds || is_the_key && !line.contains(PASSPHRASE), "{command}: {line}");
            to_the_key += usize::from(holds);
        }
        assert_eq!(to_the_key, usize::from(command.starts_with("keygen")), "{command}: {log}");
    }
}

/// A shell splits an unquoted passphrase, and -p looks as if it took one as its value.
#[test]
fn no_message_repeats_what_may_be_a_passphrase() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "correct horse", "-f", "id"]).good();
    for (tool, arguments) in [
        ("keygen", &["-q", "-f", "k", "-N", "correct", "battery"][..]),
        ("keygen", &["-p", "battery", "-f", "id"]),
        ("keygen", &["-y", "-P", "correct", "battery", "-f", "id"]),
        ("keygen", &["-y", "-f", "id", "--passphrase-file", "battery"]),
        ("keygen", &["-p", "-P", "correct horse", "-f", "id", "--new-passphrase-file", "battery"]),
        ("pubfp", &["--passphrase-file", "battery", "id"]),
        ("keycheck", &["--passphrase-file", "battery", "id"]),
    ] {
        let words = sandbox.run(tool, arguments).fails(2);
        assert!(!words.contains("battery") && words.contains("hint: "), "{tool} {arguments:?}: {words}");
    }
    assert_eq!(sandbox.names(), ["id", "id.pub"]);
}

//! Tests lines of `authorized_keys` with a real sshd: pubfp and keycheck show the key that can log in by a line, or
//! none.

use support::{Sandbox, Sshd, cases, needs};

use crate::in_process::run;
use crate::properties::random;

/// A server whose `authorized_keys` is replaced for each line, and two keys: `good`, in a place that does not count,
/// and `evil`, where sshd reads the key.
struct Server {
    sandbox: Sandbox,
    sshd: Sshd,
    /// Type and base64 of each.
    good: String,
    evil: String,
}

impl Server {
    fn start() -> Self {
        let sandbox = Sandbox::new();
        let make = "for key in host good evil; do keygen -q -N '' -f $key; done; keygen -q -t rsa -b 2048 -N '' -f rsa";
        let _ = sandbox.shell(make).good();
        let keys = sandbox.write("keys", "");
        // No command of a line is run.
        let sshd = Sshd::start_with(sandbox.path(), &[sandbox.file("host")], &keys, "ForceCommand true").unwrap();
        let key = |name: &str| sandbox.read(name).rsplit_once(' ').unwrap().0.to_owned();
        let (good, evil) = (key("good.pub"), key("evil.pub"));
        Self { sandbox, sshd, good, evil }
    }

    /// Replaces the names of the keys in a text by the keys.
    fn fill(&self, text: &str) -> String {
        text.replace("GOOD", &self.good).replace("EVIL", &self.evil)
    }

    /// Offers each of these keys, and returns the names of those that a text lets in.
    fn lets_in(&self, text: &[u8], keys: &[&'static str]) -> Vec<&'static str> {
        self.sandbox.write("keys", text);
        let offers: String = keys.iter().map(|key| format!("-i {key} ")).collect();
        let login = self.sandbox.shell(&format!(
            "timeout 30 ssh -F none -v {offers} -p {} -o IdentitiesOnly=yes -o BatchMode=yes \
             -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null 127.0.0.1 true",
            self.sshd.port
        ));
        let accepted = |key: &&str| login.stderr.contains(&format!("Server accepts key: {key} "));
        let lets_in: Vec<_> = keys.iter().copied().filter(accepted).collect();
        let refused = login.stderr.contains("Permission denied");
        assert!(if lets_in.is_empty() { refused } else { login.status == Some(0) }, "{login:?}");
        lets_in
    }

    /// The names of the keys that pubfp shows for a text, and of those whose base64 keycheck prints.
    fn shown(&self, text: &[u8], keys: &[&'static str]) -> [Vec<&'static str>; 2] {
        let fingerprints = run::<pubfp::Args>(["-o"], text).1;
        let rewritten = run::<keycheck::Args>(["--rewrite", "--skip", "duplicate,rsa-prime-modulus"], text).1;
        let shows = |key: &str, print: bool| {
            let public = self.sandbox.read(format!("{key}.pub"));
            let fingerprint = run::<pubfp::Args>(["-o"], public.as_bytes()).1;
            let base64 = public.split(' ').nth(1).unwrap();
            if print { rewritten.contains(base64) } else { fingerprints.contains(fingerprint.trim_end()) }
        };
        [false, true].map(|print| keys.iter().copied().filter(|key| shows(key, print)).collect())
    }

    /// Asserts that no other key is shown for a line that lets a key in.
    #[track_caller]
    fn agrees(&self, line: &[u8]) -> (bool, bool) {
        let what = String::from_utf8_lossy(line);
        let keys = ["good", "evil"];
        let lets_in = self.lets_in(line, &keys);
        let [shown, printed] = self.shown(line, &keys);
        assert!(lets_in.len() < 2, "{what}");
        for seen in [&shown, &printed] {
            assert!(lets_in.is_empty() || seen.iter().all(|key| lets_in.contains(key)), "{what}: {seen:?}");
        }
        (!lets_in.is_empty(), !shown.is_empty())
    }
}

/// Lines by which sshd lets `evil` in.
const LETS_IN: [&str; 24] = [
    "EVIL",
    "no-verify-required,environment=\"LC_X=x GOOD y\" EVIL c",
    "touch-required,environment=\"LC_X=x GOOD y\" EVIL c",
    "No-Touch-Required,ENVIRONMENT=\"X=GOOD\" EVIL",
    "environment=\"X=\\\" GOOD \" EVIL",
    // A backslash before a backslash does not escape it.
    "command=\"a\\\\\" GOOD \" EVIL",
    "command=\"a\\\\\\\" GOOD b\" EVIL",
    "command=\"GOOD\",no-pty EVIL GOOD",
    ",command=\"x GOOD\" EVIL",
    ",,no-pty,, EVIL",
    "no-pty, EVIL",
    "\t restrict,pty\tEVIL GOOD",
    "expiry-time=\"20991231Z\",from=\"127.0.0.0/8,*\" EVIL",
    "permitopen=\"h:ssh\",permitopen=\"[::1]:*\",permitlisten=\"1\" EVIL",
    "tunnel=\"any\",x11-forwarding,user-rc,agent-forwarding,port-forwarding EVIL",
    "no-x11-forwarding,no-user-rc,no-agent-forwarding,no-port-forwarding,no-pty EVIL",
    "environment=\"X={\\\"k\\\": \\\"GOOD\\\"}\" EVIL",
    "command=\"'GOOD'\" EVIL",
    // The line of a key in a block, in a document, or after a cut line.
    "-----BEGIN PUBLIC KEY-----\nEVIL a:b\n-----END PUBLIC KEY-----",
    "---- BEGIN SSH2 PUBLIC KEY ----\nEVIL x: y\nGOODBLOB\n---- END SSH2 PUBLIC KEY ----",
    "PuTTY-User-Key-File-3: ssh-ed25519\nEVIL a: b\nPrivate-MAC: 0",
    "{\n  \"k\":\n  environment=\"X=GOOD\" EVIL\n}",
    "CUTGOOD\npty EVIL",
    "GOODNAME\nrestrict EVIL",
];

/// Lines that sshd ignores.
const IGNORED: [&str; 24] = [
    "no-such-option=\"x GOOD y\" EVIL c",
    "zos-key-ring-label=\"x GOOD y\" EVIL c",
    "no-pty,no-such-option=\"GOOD\" EVIL",
    "no-restrict EVIL",
    "no-command=\"GOOD\" EVIL",
    "command=GOOD EVIL",
    "command='GOOD' EVIL",
    "command=\"GOOD EVIL",
    "command=\"x\" \"GOOD\" EVIL",
    "command=\"a\",command=\"GOOD\" EVIL",
    "command=\"a\"b EVIL",
    "pty=\"GOOD\" EVIL",
    "environment=\"GOOD\" EVIL",
    "expiry-time=\"GOOD\" EVIL",
    "expiry-time=\"20200101\" EVIL",
    "from=\"192.0.2.1\" EVIL",
    "permitopen=\"80\" EVIL",
    "tunnel=\"GOOD\" EVIL",
    "cert-authority EVIL",
    "principals=\"GOOD\" EVIL",
    "vm.example EVIL",
    "\"GOOD\" EVIL",
    "# EVIL",
    "\u{feff}EVIL",
];

/// Lines that sshd ignores, and that look like lines of `good`.
const DECOYS: [&str; 8] = [
    "command = \"x GOOD y\" EVIL c",
    "command\t=\"x GOOD y\" EVIL c",
    "\"a\" \"x GOOD y\" EVIL c",
    "x=GOOD EVIL",
    "command : \"x GOOD y\" EVIL c",
    "- 'x GOOD y' EVIL c",
    "no-pty\rGOOD\r EVIL",
    "x\rGOOD\r EVIL",
];

#[test]
fn no_key_is_shown_of_a_line_that_sshd_ignores_though_it_looks_like_one() {
    needs!(SSH, SSHD);
    let server = Server::start();
    for line in DECOYS {
        assert_eq!(server.agrees(server.fill(line).as_bytes()), (false, false), "{line}");
    }
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for before in ["#".to_owned() + &"x".repeat(200), server.good.clone() + "\n"] {
        let text = [utf16(&before), format!("\n{}\n", server.evil).into_bytes()].concat();
        assert!(server.agrees(&text).0, "{before}");
    }
}

#[test]
fn the_key_that_is_shown_of_a_line_is_the_one_that_logs_in() {
    needs!(SSH, SSHD);
    let server = Server::start();
    let (name, blob) = server.good.split_once(' ').unwrap();
    for (_, line) in LETS_IN.iter().enumerate().filter(|(number, _)| cases::is_tried(*number)) {
        let text = line.replace("GOODBLOB", blob).replace("GOODNAME", name);
        let text = text.replace("CUTGOOD", &server.good[..server.good.len() - 3]);
        assert_eq!(server.agrees(server.fill(&text).as_bytes()), (true, true), "{line}");
    }
    for (_, line) in IGNORED.iter().enumerate().filter(|(number, _)| cases::is_tried(*number)) {
        let (lets_in, _) = server.agrees(server.fill(line).as_bytes());
        assert!(!lets_in, "{line}");
    }
}

/// A line that sshd reads and the tools do not is refused, and no other key is shown for it.
#[test]
fn what_sshd_reads_and_we_do_not_is_no_other_key() {
    needs!(SSH, SSHD);
    let server = Server::start();
    let evil = server.evil.as_bytes();
    let (start, end) = evil.split_at(evil.len() - 10);
    for line in [
        [start, b"\r", end, b" GOOD"].concat(),
        [start, b"\x0b", end].concat(),
        [evil, b"\0 GOOD"].concat(),
        [b"no-pty ", evil, b"\0\"GOOD\""].concat(),
    ] {
        let line = String::from_utf8(line).unwrap().replace("GOOD", &server.good);
        assert!(server.agrees(line.as_bytes()).0, "{line:?}");
    }
    // sshd accepts a signature algorithm as the type of an RSA key.
    let rsa = server.sandbox.read("rsa.pub").replacen("ssh-rsa", "rsa-sha2-512", 1);
    let lets_in = server.lets_in(rsa.as_bytes(), &["rsa", "good"]);
    let [shown, _] = server.shown(rsa.as_bytes(), &["rsa", "good"]);
    assert!(shown.iter().all(|key| lets_in.contains(key)), "{lets_in:?} {shown:?}");
}

/// Parts of random lines: possible options, separators and keys.
const OPTIONS: [&str; 22] = [
    "no-pty",
    "restrict",
    "PTY",
    "cert-authority",
    "touch-required",
    "no-verify-required",
    "no-such-option",
    "command=\"VALUE\"",
    "environment=\"X=VALUE\"",
    "environment=\"VALUE\"",
    "from=\"*VALUE\"",
    "from=\"127.0.0.1\"",
    "no-such-option=\"VALUE\"",
    "tunnel=\"0\"",
    "permitopen=\"VALUE:1\"",
    "command=\"VALUE",
    "command='VALUE'",
    "principals=\"VALUE\"",
    "expiry-time=\"20991231\"",
    "",
    "\"",
    "VALUE",
];
const VALUES: [&str; 12] =
    ["", "x", "GOOD", "x GOOD y", "\\\"", "\\\\\"", "\\\\", "\\\" GOOD \\\"", "'GOOD'", ",", "\t", "= "];
const BETWEEN: [&str; 6] = [",", ",", ",", ",,", " ", "\t"];
const BEFORE: [&str; 6] = [" ", " ", "\t", "  ", ", ", ""];
const KEYS: [&str; 5] = ["EVIL", "EVIL", "EVIL c", "EVIL GOOD", "\"GOOD\" EVIL"];

#[test]
fn random_lines_show_no_other_key_than_the_one_that_logs_in() {
    needs!(SSH, SSHD);
    let lines = cases::share(150);
    let server = Server::start();
    let mut random = random(18);
    let (mut accepted, mut shown) = (0, 0);
    for _ in 0..lines {
        let mut line = String::new();
        for number in 0..1 + random(3) {
            if number > 0 {
                line += BETWEEN[random(BETWEEN.len())];
            }
            line += &OPTIONS[random(OPTIONS.len())].replace("VALUE", VALUES[random(VALUES.len())]);
        }
        line += BEFORE[random(BEFORE.len())];
        line += KEYS[random(KEYS.len())];
        let (lets_in, shows) = server.agrees(server.fill(&line).as_bytes());
        accepted += usize::from(lets_in);
        shown += usize::from(lets_in && shows);
    }
    // Neither side refuses all lines.
    assert!(accepted > lines / 10 && shown == accepted, "{accepted} {shown}");
}

/// systemd's Environment= has the name of an option of sshd, and may contain the private key of a service.
#[test]
fn a_private_key_after_the_name_of_an_option_is_read() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q --no-passphrase -C me -f id").good();
    let (key, public) = (sandbox.read("id"), sandbox.run("pubfp", ["-o", "id.pub"]).good());
    let joined = key.trim_end().replace('\n', "\\n");
    for text in [
        format!("Environment=\"SSH_KEY={}\"\n", key.trim_end()),
        format!("Environment=SSH_KEY={joined}\n"),
        format!("environment=SSH_KEY=\"{joined}\"\n"),
        format!("command=\"SSH_KEY={joined}\"\n"),
    ] {
        assert_eq!(sandbox.run_with("pubfp", ["-o"], &text).good(), public, "{text}");
        let gated = sandbox.run_with("keycheck", ["--public-only"], &text);
        assert!(gated.status == Some(1) && gated.stdout.contains("error: private-key: "), "{text}: {gated:?}");
    }
}

/// ssh-keygen -lf ignores the names and values of options, and shows keys of lines that sshd ignores.
#[test]
fn pubfp_differs_from_ssh_keygen_only_where_sshd_does() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -N '' -f good && keygen -q -N '' -f evil").good();
    let key = |name: &str| sandbox.read(name).rsplit_once(' ').unwrap().0.to_owned();
    let fill = |text: &str| text.replace("GOOD", &key("good.pub")).replace("EVIL", &key("evil.pub"));
    for (line, refused) in [
        ("no-such-option=\"x GOOD y\" EVIL c", true),
        ("no-pty,no-such-option EVIL c", true),
        ("command=\"a\",command=\"b\" EVIL c", true),
        ("expiry-time=\"tomorrow\" EVIL c", true),
        ("command=\"x GOOD y\" EVIL c", false),
        ("command=\"a\\\\\" GOOD \" EVIL c", false),
        ("touch-required,environment=\"X=GOOD\" EVIL c", false),
        ("vm.example EVIL c", false),
        ("no-such-option EVIL c", false),
    ] {
        sandbox.write("list", fill(line) + "\n");
        let theirs = sandbox.run("ssh-keygen", ["-lf", "list"]).good();
        let ours = sandbox.run("pubfp", ["list"]);
        if refused {
            assert!(!theirs.is_empty() && ours.stdout.is_empty(), "{line}: {ours:?}");
            let words = ours.fails(1);
            assert!(words.starts_with("pubfp: list:1: ") && words.contains("sshd"), "{line}: {words}");
        } else {
            assert_eq!(ours.good(), theirs, "{line}");
        }
    }
}

//! Tests hostfp with many hosts: lists, each host's own expectation, the totals, and slow or dead hosts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::{CLOSED_PORT, Listener, Sandbox, needs};

use crate::handshake::Host;
use crate::key_fixtures::sample_keys;

impl Host {
    fn known_as_in_fleet(&self) -> String {
        format!("[127.0.0.1]:{}", self.server.port)
    }
}

fn fingerprint(key: &str) -> String {
    sample_keys().run("hostfp", [format!("{key}.pub")]).good()
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn lists_are_read_as_ssh_keyscan_reads_them() {
    needs!(SSHD, SSH_KEYGEN, SSH_KEYSCAN);
    let host = Host::start(&["ed25519", "rsa2048"], "ListenAddress 127.0.0.2\nListenAddress 127.0.0.3");
    let port = host.server.port.to_string();
    // The names that follow the addresses, and ranges.
    let list = "# a fleet\n\n127.0.0.1 VM.name,alias # one\n127.0.0.2,127.0.0.1\n\t127.0.0.3\ttab\n127.0.0.2/31\n\
                127.0.0.1/32\nlocalhost\n";
    host.sandbox.write("hosts", list);
    let run = |words: &[&str]| host.sandbox.run("hostfp", ["-4", "-p", &port, "--connect"].iter().chain(words)).good();
    // For ports other than 22 ssh-keyscan prints a line for each name.
    let each_name = |lines: &str| {
        let mut all = Vec::new();
        for line in lines.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [bits, fingerprint, names, label] = words[..] else { panic!("{line}") };
            all.extend(names.split(',').map(|name| format!("{bits} {fingerprint} {name} {label}")));
        }
        all.sort();
        all
    };
    let ours = run(&["-f", "hosts"]);
    let keyscan = host.sandbox.shell(&format!("ssh-keyscan -4 -f hosts -p {port} | ssh-keygen -lf -")).good();
    assert_eq!(each_name(&ours), each_name(&keyscan));
    assert_eq!(ours.lines().count(), 2 * 7, "{ours}");
    let names: Vec<&str> = ours.lines().map(|line| line.split(' ').nth(2).unwrap()).collect();
    assert_eq!(names[0], format!("[vm.name]:{port},[alias]:{port}"));
    let piped = host.sandbox.run_with("hostfp", ["-4", "-p", &port, "--connect", "-f", "-"], list).good();
    assert_eq!(piped, ours);
    // As operands.
    let operands = run(&["127.0.0.2/31", "127.0.0.3,127.0.0.2"]);
    let keyscan =
        host.sandbox.shell(&format!("ssh-keyscan -4 -p {port} 127.0.0.2/31 127.0.0.3,127.0.0.2 | ssh-keygen -lf -"));
    assert_eq!(each_name(&operands), each_name(&keyscan.good()));
    // If the first address has no server, the next one is tried, which ssh-keyscan 9.2 does not do.
    host.sandbox.write("hosts", "127.0.0.9,127.0.0.2  second\n");
    let second = run(&["-f", "hosts"]);
    assert!(second.lines().count() == 2 && second.contains(&format!(" [second]:{port} (")), "{second}");
}

#[test]
fn an_invalid_line_in_a_list_connects_to_no_host() {
    let server = Listener::start(drop).unwrap();
    let sandbox = Sandbox::new();
    for (line, words) in [
        ("one two three", "hosts:2: 'three' is one field too many"),
        ("127.0.0.6/30", "hosts:2: '127.0.0.6/30' is not a host or a range: did you mean 127.0.0.4/30?"),
        ("127.0.0.0/8", "hosts:2: '127.0.0.0/8' is not a host or a range: a range has at most 65536 addresses"),
        ("127.0.0.4/30 net", "hosts:2: a range of addresses cannot have names"),
        ("\u{1b}[2J", "hosts:2: '\\033[2J' is not a host"),
        ("|1|a|b ssh-rsa", "hosts:2: '|1|a|b' is not a host"),
    ] {
        sandbox.write("hosts", format!("127.0.0.1:{}\n{line}\n", server.port));
        let outcome = sandbox.run("hostfp", ["--connect", "-f", "hosts"]);
        assert_eq!(outcome.stdout, "");
        let message = outcome.fails(2);
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(server.connections(), 0);
    let both = sandbox.run("hostfp", ["--expect", "-", "--connect", "-f", "-"]).fails(2);
    assert!(both.contains("standard input cannot hold both"), "{both}");
}

#[test]
fn json_output_is_the_expectation_of_the_next_run() {
    needs!(SSHD, SSH_KEYGEN);
    let hosts = [Host::start(&["ed25519", "rsa2048"], ""), Host::start(&["ecdsa256"], "")];
    let sandbox = Sandbox::new();
    sandbox
        .write("hosts", format!("{}\n{} alias,other:2\n127.0.0.1:{CLOSED_PORT}\n", hosts[0].name(), hosts[1].name()));
    let shown = sandbox.run("hostfp", ["--json", "--connect", "-f", "hosts"]);
    assert!(shown.stderr.ends_with("hostfp: 3 hosts: 2 shown, 1 unreachable\n"), "{shown:?}");
    sandbox.write("yesterday.jsonl", &shown.stdout);
    let failed = objects(&shown.stdout).into_iter().find(|object| object.get("error").is_some()).unwrap();
    assert_eq!(failed["host"], format!("[127.0.0.1]:{CLOSED_PORT}"));
    assert_eq!(failed["error"], "cannot connect: connection refused");
    assert!(failed["hint"].as_str().unwrap().contains("nothing listens on that port"), "{failed}");
    let check = |expected: &str, names: &[&str]| {
        let words = ["--json", "--expect", expected, "--connect"];
        sandbox.run("hostfp", words.iter().chain(names))
    };
    let today = check("yesterday.jsonl", &["-f", "hosts"]);
    assert_eq!(objects(&today.stdout).iter().filter(|object| object["verdict"] == "match").count(), 3);
    // The host that was not reached has no expectation, and is not contacted.
    let words = today.fails(2);
    assert!(words.contains(": yesterday.jsonl:4: its object has `error`"));
    assert!(words.ends_with("hostfp: 3 hosts: 2 as expected, 1 without expectation\n"), "{words}");
    let one = check("yesterday.jsonl", &[&hosts[1].name(), "-q"]);
    assert!(one.stderr.contains("no expectation for this host: yesterday.jsonl does not name [127.0.0.1]:"), "{one:?}");
    // Another host's keys under this host's name: No, for this host alone.
    sandbox.write("swapped.jsonl", shown.stdout.replace("[alias]", "[x]").replace("[127.0.0.1]", "[alias]"));
    let renamed = format!("{} alias:{}\n", hosts[1].name(), hosts[0].server.port);
    sandbox.write("renamed", &renamed);
    let other = check("swapped.jsonl", &["-f", "renamed"]);
    // The host of that name has keys of other types.
    assert!(other.stdout.contains("\"verdict\":\"other-type\""), "{other:?}");
    let _ = other.fails(1);
    // A key that was not as expected is not an expectation for the next run.
    let port = hosts[0].server.port;
    let tomorrow = format!("{{\"host\":\"[alias]:{port}\",\"fingerprint\":\"x\",\"verdict\":\"mismatch\"}}\n");
    sandbox.write("tomorrow.jsonl", tomorrow);
    let words = check("tomorrow.jsonl", &["-f", "renamed"]).fails(2);
    assert!(words.contains("tomorrow.jsonl:1: its object says that it was not as expected before"), "{words}");
}

/// The output of `az vm run-command invoke` for a host with that key.
fn run_command(key: &str) -> Value {
    let message = format!("Enable succeeded: \n[stdout]\n{}\n[stderr]\n", fingerprint(key));
    json!({"value": [{"code": "ProvisioningState/succeeded", "level": "Info", "message": message}]})
}

#[test]
fn each_host_has_its_own_expectation_and_none_passes_for_another() {
    needs!(SSHD, SSH_KEYGEN);
    let keys = ["ed25519", "ecdsa256", "rsa2048"];
    let hosts: Vec<Host> = keys.iter().map(|key| Host::start(&[key], "")).collect();
    let sandbox = Sandbox::new();
    let list: String = hosts.iter().zip(["vm-a", "vm-b", "vm-c"]).fold(String::new(), |mut list, (host, name)| {
        let _ = writeln!(list, "{} {name}", host.name());
        list
    });
    sandbox.write("hosts", list);
    // The same as files of a folder, and as objects, in several formats each.
    let [a, b, c] =
        [("VM-A", 0), ("vm-b", 1), ("vm-c", 2)].map(|(name, n)| format!("[{name}]:{}", hosts[n].server.port));
    sandbox.write(format!("outputs/{a}.json"), run_command("ed25519").to_string());
    sandbox.write(format!("outputs/vm-b:{}", hosts[1].server.port), fingerprint("ecdsa256"));
    sandbox.write(format!("outputs/{c}.txt"), sample_keys().read("rsa2048.pub"));
    // A name without a port means port 22.
    for name in ["vm-a", "vm-b.txt", "vm-c.json"] {
        sandbox.write(format!("outputs/{name}"), fingerprint("rsa4096"));
    }
    let mut first = run_command("ed25519");
    first["host"] = a.clone().into();
    // A comment that names another host means a user's own key.
    let of_root = |line: String, name: &str| line.trim_end().replace(&format!("{name}@zoo"), "root@image");
    let second = json!({"host": b.to_uppercase(), "fingerprints": [of_root(fingerprint("ecdsa256"), "ecdsa256")]});
    let third = json!({"host": [c, "vm-d", "vm-c"], "keys": [of_root(sample_keys().read("rsa2048.pub"), "rsa2048")]});
    sandbox.write("objects", format!("{first}\n{second}\n\n{}\n", serde_json::to_string_pretty(&third).unwrap()));
    for source in ["outputs", "objects"] {
        let run = |options: &[&str]| {
            let words = ["--expect", source, "--connect", "-f", "hosts"];
            sandbox.run("hostfp", words.iter().chain(options))
        };
        let outcome = run(&[]);
        assert!(outcome.stderr.ends_with("hostfp: 3 hosts: 3 as expected\n"), "{outcome:?}");
        let lines = outcome.good();
        let named: Vec<&str> = lines.lines().map(|line| line.split([']', ' ']).next().unwrap()).collect();
        assert_eq!(named, ["[vm-a", "[vm-b", "[vm-c"], "{source}");
        let quiet = run(&["-q"]);
        assert_eq!((quiet.status, quiet.stdout.as_str(), quiet.stderr.as_str()), (Some(0), "", ""), "{quiet:?}");
        let _ = run(&["--known-hosts", "known_hosts"]).good();
        assert_eq!(sandbox.read("known_hosts"), lines);
        // A host without an expectation.
        let stranger = run(&["-q", &hosts[0].name()]);
        assert_eq!(stranger.stdout, "");
        let words = stranger.fails(2);
        assert!(
            words
                .contains(&format!("hostfp: {}: no expectation for this host: {source}", hosts[0].known_as_in_fleet()))
        );
        assert!(words.ends_with("hostfp: 4 hosts: 3 as expected, 1 without expectation\n"), "{words}");
    }
    // Each with another's: the trusted key of one host does not count for the others.
    sandbox.write(format!("outputs/{a}.json"), run_command("ecdsa256").to_string());
    let second = format!("outputs/vm-b:{}", hosts[1].server.port);
    sandbox.write(&second, run_command("ed25519").to_string().replace("succeeded\"", "failed\""));
    let outcome = sandbox.run("hostfp", ["--expect", "outputs", "--connect", "-f", "hosts"]);
    assert_eq!(outcome.stdout.lines().count(), 1);
    let words = outcome.fails(1);
    assert!(words.contains("the host showed the ED25519 key") && words.contains(&format!("{second}: ")), "{words}");
    assert!(words.ends_with("hostfp: 3 hosts: 1 as expected, 1 not as expected, 1 without expectation\n"), "{words}");
    sandbox.write(format!("{second}.txt"), fingerprint("ecdsa256"));
    let both = sandbox.run("hostfp", ["--expect", "outputs", "--connect", "-f", "hosts"]).fails(1);
    assert!(both.contains(&format!("two files have an expectation for it: {second} and {second}.txt")), "{both}");
    // File names that differ only in case are ambiguous, too.
    std::fs::remove_file(sandbox.file(format!("{second}.txt"))).unwrap();
    sandbox.write(second.replace("vm-b", "VM-B"), fingerprint("ecdsa256"));
    let both = sandbox.run("hostfp", ["--expect", "outputs", "--connect", "-f", "hosts"]).fails(1);
    assert!(both.contains("two files have an expectation for it: outputs/VM-B:"), "{both}");
}

#[test]
fn machines_that_share_their_keys_are_named() {
    needs!(SSHD, SSH_KEYGEN);
    let [one, other] = [["ed25519", "rsa2048"], ["ed25519", "rsa2048"]].map(|keys| Host::start(&keys, ""));
    let third = Host::start(&["ed25519", "ecdsa256"], "");
    let sandbox = Sandbox::new();
    // One machine under two names shares its keys with no other machine.
    let run = |names: &[&str], options: &[&str]| {
        sandbox.run("hostfp", ["--connect"].iter().chain(names).chain(options).map(ToString::to_string))
    };
    let twice = run(&[&one.name(), &format!("localhost,{}", one.name())], &["-4"]);
    assert_eq!((twice.status, twice.stderr.contains("share")), (Some(0), false), "{twice:?}");
    let names = [&one, &other, &third].map(Host::name);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let outcome = run(&names, &["--json"]);
    let known = [&one, &other, &third].map(Host::known_as_in_fleet);
    let rsa = sample_keys().run("hostfp", ["-o", "rsa2048.pub"]).good();
    let message = format!("hostfp: warning: {} and {} share the RSA key {}", known[0], known[1], rsa);
    assert!(outcome.stderr.contains(&message), "{outcome:?}");
    let message = format!("hostfp: warning: {}, {} and {} share the ED25519 key SHA256:", known[0], known[1], known[2]);
    assert!(outcome.stderr.contains(&message), "{outcome:?}");
    assert!(outcome.stderr.contains("hint: they are either one machine with several addresses"), "{outcome:?}");
    let objects = objects(&outcome.good());
    let shared: Vec<&Value> = objects.iter().filter(|object| object["hosts"].is_array()).collect();
    assert_eq!(shared.len(), 2);
    let totals = objects.last().unwrap();
    assert_eq!((&totals["schema"], &totals["hosts"], &totals["shown"]), (&1.into(), &3.into(), &3.into()), "{totals}");
    assert_eq!((&shared[0]["type"], &shared[0]["hosts"]), (&"ssh-rsa".into(), &json!([known[0], known[1]])));
    assert_eq!((&shared[1]["type"], &shared[1]["hosts"]), (&"ssh-ed25519".into(), &json!(known)));
    assert!(shared.iter().all(|object| object.get("host").is_none()));
}

/// Forwards a connection, both ways, until either end closes it.
fn pass_on(client: TcpStream, port: u16) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let there = thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let (mut from_server, mut to_client) = (server, client);
    let _ = std::io::copy(&mut from_server, &mut to_client);
    let _ = to_client.shutdown(Shutdown::Both);
    let _ = there.join();
}

#[test]
fn a_host_has_three_connections_at_most_at_once_however_often_it_is_named() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"], "");
    let port = host.server.port;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, highest) = (now.clone(), most.clone());
    let middle = Listener::start(move |client| {
        highest.fetch_max(count.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Long enough for others to connect, if they do.
        thread::sleep(Duration::from_millis(30));
        pass_on(client, port);
        count.fetch_sub(1, Ordering::SeqCst);
    })
    .unwrap();
    let sandbox = Sandbox::new();
    let name = format!("127.0.0.1:{}", middle.port);
    sandbox.write("hosts", format!("{name} a\n{name} b\n{name} c\n{name} d\n"));
    let lines = sandbox.run("hostfp", ["-T", "60", "--connect", "-f", "hosts"]).good();
    assert_eq!((lines.lines().count(), middle.connections()), (20, 20), "{lines}");
    assert!(most.load(Ordering::SeqCst) >= 2, "nothing was asked at once");
    println!("at most {} at once", most.load(Ordering::SeqCst));
}

/// Hosts that answer are asked while connections to others, which would last for minutes, are still open. These end
/// only when all that answer have been asked.
#[test]
fn silent_dripping_and_endless_hosts_delay_no_other() {
    needs!(SSHD, SSH_KEYGEN);
    const HOSTILE: usize = 150;
    const GOOD: usize = 40;
    let host = Host::start(&["ed25519"], "");
    let port = host.server.port;
    let asked = Arc::new(AtomicUsize::new(0));
    let good: Vec<Listener> = (0..GOOD)
        .map(|_| {
            let asked = asked.clone();
            let serve = move |client| {
                pass_on(client, port);
                asked.fetch_add(1, Ordering::SeqCst);
            };
            Listener::start(serve).unwrap()
        })
        .collect();
    let hostile: Vec<Listener> = (0..HOSTILE)
        .map(|index| {
            let asked = asked.clone();
            let serve = move |mut stream: TcpStream| {
                if index % 3 == 1 {
                    let _ = stream.write_all(b"SSH-2.0-x\r\n");
                }
                while asked.load(Ordering::SeqCst) < GOOD {
                    if index % 3 != 0 && stream.write_all(b"\0").is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(50));
                }
            };
            Listener::start(serve).unwrap()
        })
        .collect();
    let sandbox = Sandbox::new();
    let list = hostile.iter().chain(&good).fold(String::new(), |mut list, server| {
        let _ = writeln!(list, "127.0.0.1:{}", server.port);
        list
    });
    sandbox.write("hosts", list);
    let outcome = sandbox.run("hostfp", ["-T", "60", "--connect", "-f", "hosts"]);
    assert_eq!(outcome.stdout.lines().count(), GOOD, "{outcome:?}");
    let words = outcome.fails(2);
    assert!(!words.contains("in time"), "{words}");
    assert!(words.contains(&format!("hostfp: {} hosts: {GOOD} shown, {HOSTILE} failed\n", HOSTILE + GOOD)), "{words}");
}

#[test]
fn few_open_files_make_a_fleet_slower_and_nothing_else() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519", "rsa2048"], "");
    let list = format!("{}\n", host.name()).repeat(30);
    host.sandbox.write("hosts", list);
    let outcome = host.sandbox.shell("ulimit -n 40; hostfp --connect -f hosts");
    assert!(
        outcome.stderr.contains("hostfp: at most 12 hosts at once, because of the limit of open files (ulimit -n)\n")
    );
    assert_eq!(outcome.good().lines().count(), 60);
}

#[test]
fn a_reader_that_goes_away_ends_a_fleet_quietly() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let port = host.server.port;
    // Its line is printed when `head` has ended.
    let late = Listener::start(move |stream| {
        thread::sleep(Duration::from_secs(2));
        pass_on(stream, port);
    });
    let late = late.unwrap();
    let silent = Listener::start(|_stream| thread::sleep(Duration::from_secs(300))).unwrap();
    let list = format!("{}\n127.0.0.1:{}\n127.0.0.1:{}\n", host.name(), late.port, silent.port);
    host.sandbox.write("hosts", list);
    let outcome = host.sandbox.shell("hostfp -T 200 --connect -f hosts | head -1 | wc -l; echo ${PIPESTATUS[0]}");
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("1\n0\n", ""));
}

#[test]
fn quiet_hostfp_still_warns_of_machines_that_share_a_key() {
    needs!(SSHD, SSH_KEYGEN);
    let [one, other] = [["ed25519"], ["ed25519"]].map(|keys| Host::start(&keys, ""));
    let sandbox = Sandbox::new();
    let fingerprint = sample_keys().run("hostfp", ["-o", "ed25519.pub"]).good();
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

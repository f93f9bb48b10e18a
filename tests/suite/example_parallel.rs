//! Runs the examples for corpora: a corpus in parts on common engines, compared with one process that reads it whole.
//! `CORPUS="200000 10"` sets the number of keys and the percentage of RSA keys; this takes a while.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{CLOSED_PORT, Sandbox, Sshd, binaries, needs, peers};

use crate::handshake::Host;
use crate::key_fixtures::sample_keys;

/// A key's verdict, the names of its findings, and the places and fingerprints of the keys that these concern.
type Judged = (String, BTreeSet<String>, BTreeSet<String>);

/// The number of keys, and the percentage of RSA keys.
fn size() -> [String; 2] {
    let asked = std::env::var("CORPUS").unwrap_or_default();
    let mut words = asked.split_whitespace().map(str::to_owned);
    ["1000", "40"].map(|usual| words.next().unwrap_or_else(|| usual.to_owned()))
}

/// The time limit of an engine: some minutes, and more for more keys than usual.
fn longest() -> Duration {
    Duration::from_millis(400_000 + 10 * size()[0].parse::<u64>().unwrap())
}

/// The keys by their place, from joined JSON objects.
fn keys(json: &str) -> BTreeMap<String, Judged> {
    let place = |value: &Value| format!("{}:{}", value["file"].as_str().unwrap(), value["line"]);
    let objects = json.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    objects
        .map(|key| {
            let findings = key["findings"].as_array().unwrap();
            let others = findings.iter().filter_map(|finding| finding["with"].as_array()).flatten();
            let others = others.map(|other| format!("{} {}", place(other), other["fingerprint"])).collect();
            let checks = findings.iter().map(|finding| finding["check"].as_str().unwrap().to_owned()).collect();
            (place(&key), (key["verdict"].as_str().unwrap().to_owned(), checks, others))
        })
        .collect()
}

/// A corpus in four parts, and the findings of one process for it.
fn corpus() -> &'static (Sandbox, BTreeMap<String, Judged>) {
    static CORPUS: OnceLock<(Sandbox, BTreeMap<String, Judged>)> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.file("parts")).unwrap();
        let maker = binaries::root().join("tests/fixtures/corpus.py").display().to_string();
        let [count, rsa] = size();
        let _ = sandbox.run("python3", [&maker, "parts", &count, "4", &rsa]).good();
        let one = sandbox.shell("keycheck --json \"$PWD\"/parts/*.pub");
        assert_eq!(one.status, Some(1), "{one:?}");
        let joiner = binaries::root().join("examples/join.py");
        let one = keys(&sandbox.run_with("python3", [joiner], one.stdout).good());
        let checks: BTreeSet<&str> = one.values().flat_map(|(_, checks, _)| checks).map(String::as_str).collect();
        for check in ["rsa-small-factor", "rsa-shared-prime", "rsa-shared-modulus", "duplicate", "rsa-too-short"] {
            assert!(checks.contains(check), "{check}");
        }
        assert_eq!(one.len().to_string(), count);
        (sandbox, one)
    })
}

/// Asserts that each key has the verdict and findings that it has in one process, and names the same other keys. In
/// parts it may name one more for each product.
#[track_caller]
fn assert_same(parts: &BTreeMap<String, Judged>) {
    let (_, one) = corpus();
    assert_eq!(parts.len(), one.len());
    for (place, (verdict, checks, others)) in one {
        let (in_parts, checks_in_parts, others_in_parts) = &parts[place];
        assert_eq!((in_parts, checks_in_parts), (verdict, checks), "{place}");
        assert!(others_in_parts.is_superset(others), "{place}: {others_in_parts:?} {others:?}");
    }
}

/// Makes this machine a worker that GNU parallel reaches by ssh: the options that lead there.
fn worker(sandbox: &Sandbox) -> (Sshd, [String; 4]) {
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "user"]).good();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "host"]).good();
    let server = Sshd::start(sandbox.path(), &[sandbox.file("host")], &sandbox.file("user.pub")).unwrap();
    let name = format!("127.0.0.1:{}", server.port);
    let _ = sandbox.run("hostfp", ["--expect", "host.pub", "--known-hosts", "worker.known", "--connect", &name]).good();
    let path = sandbox.path().display();
    let config = format!(
        "Host worker\nHostName 127.0.0.1\nPort {}\nIdentityFile {path}/user\nIdentitiesOnly yes\nBatchMode yes\n\
         UserKnownHostsFile {path}/worker.known\nStrictHostKeyChecking yes\n",
        server.port
    );
    let config = sandbox.write("worker.config", config);
    (server, ["--ssh".into(), format!("ssh -F {}", config.display()), "--sshlogin".into(), "worker".into()])
}

#[test]
fn gnu_parallel_finds_what_one_process_finds_on_another_host_too_and_when_it_is_called_twice() {
    needs!(PYTHON, PARALLEL, SSHD, SSH);
    let (sandbox, _) = corpus();
    let run = binaries::root().join("examples/parallel/run.sh").display().to_string();
    let all = |options: &[String]| {
        let fixed = [&run, "parts", "by-parallel", "--jobs", "2"].map(ToString::to_string);
        sandbox.run("sh", fixed.iter().chain(options)).good()
    };
    let (_server, by_ssh) = worker(sandbox);
    let _ = all(&[&by_ssh[..], &["--env".into(), "PATH".into()]].concat());
    assert_same(&keys(&sandbox.read("by-parallel/keys.json")));
    let log = sandbox.read("by-parallel/compared.log");
    assert!(log.lines().skip(1).all(|task| task.split('\t').nth(1) == Some("worker")), "{log}");
    // Finished parts are not run again, and an unreadable part is not a finding.
    let _ = all(&[]);
    assert_same(&keys(&sandbox.read("by-parallel/keys.json")));
    std::fs::create_dir_all(sandbox.file("broken/missing.pub")).unwrap();
    let broken = sandbox.run("sh", [&run, "broken", "by-parallel-broken"]);
    assert!(broken.status != Some(0) && !sandbox.file("by-parallel-broken/keys.json").exists(), "{broken:?}");
}

/// The commands of the page, with shorter lists and hosts on this machine.
#[test]
fn a_fleet_in_lists_on_another_host_says_what_one_run_says() {
    needs!(PARALLEL, SSHD, SSH, SSH_KEYGEN);
    let page = std::fs::read_to_string(binaries::root().join("examples/parallel/README.md")).unwrap();
    let (_, fleet) = page.split_once("## A fleet").unwrap();
    let mut commands = fleet.split("\n\n").filter(|block| block.starts_with("    "));
    let sandbox = Sandbox::new();
    let (_server, by_ssh) = worker(&sandbox);
    let [shared, again] = [["ed25519", "rsa2048"], ["ed25519", "ecdsa256"]].map(|keys| Host::start(&keys, ""));
    let alone = Host::start(&["ecdsa521"], "");
    let ports = [alone.server.port, shared.server.port, CLOSED_PORT, again.server.port];
    sandbox.write("hosts", ports.map(|port| format!("127.0.0.1:{port}\n")).concat());
    let expected = [(0, "ecdsa521"), (1, "ed25519"), (1, "rsa2048"), (2, "ed25519"), (3, "rsa2048")];
    let known =
        expected.map(|(at, key)| format!("[127.0.0.1]:{} {}", ports[at], sample_keys().read(format!("{key}.pub"))));
    sandbox.write("known_hosts", known.concat());
    let one = sandbox.run("hostfp", ["--json", "--expect", "known_hosts", "--connect", "-f", "hosts"]);
    assert_eq!(one.status, Some(1), "{one:?}");
    let quoted = by_ssh.map(|word| format!("'{word}'")).join(" ");
    let command = commands.next().unwrap();
    let command = command.replace("--sshlogin host1,host2", &quoted).replace("-N 12500", "-N 2");
    assert!(command.contains("worker") && command.contains("-N 2 "), "{command}");
    let lists = sandbox.shell(&command);
    // In each list a host fails: one is unreachable, and for the other one other keys are expected.
    assert_eq!(lists.status, Some(1), "{lists:?}");
    let of_hosts = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("\"hosts\":")).map(str::to_owned);
        lines.collect::<BTreeSet<String>>()
    };
    let joined = of_hosts(&sandbox.read("fleet.json"));
    assert!(joined.len() > 3 && joined.iter().any(|line| line.contains("refused")), "{joined:?}");
    assert_eq!(joined, of_hosts(&one.stdout));
    let several = sandbox.shell(commands.next().unwrap()).good();
    let key = sample_keys().run("hostfp", ["-o", "ed25519.pub"]).good();
    let mut names = [1, 3].map(|at| format!("[127.0.0.1]:{}", ports[at]));
    names.sort();
    assert_eq!(several, format!("{} {}\n", key.trim_end(), names.join(" ")));
}

/// The executors of a driver: processes that descend from it.
fn executors(driver: u32) -> Vec<u32> {
    let listed = Command::new("ps").args(["-e", "-o", "pid=,ppid=,args="]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut processes: BTreeMap<u32, (u32, bool)> = BTreeMap::new();
    for line in listed.lines() {
        let mut words = line.split_whitespace();
        let mut number = || words.next().unwrap().parse().unwrap();
        let (pid, parent) = (number(), number());
        processes.insert(pid, (parent, words.any(|word| word.ends_with(".CoarseGrainedExecutorBackend"))));
    }
    let descends = |mut pid: u32| {
        while let Some((parent, _)) = processes.get(&pid) {
            if *parent == driver {
                return true;
            }
            pid = *parent;
        }
        false
    };
    processes.iter().filter(|(pid, (_, is_one))| *is_one && descends(**pid)).map(|(pid, _)| *pid).collect()
}

#[test]
#[ignore = "takes long: cargo xtask test --all"]
fn spark_finds_what_one_process_finds_though_a_worker_is_killed_in_the_middle() {
    needs!(PYTHON, PYSPARK);
    let (sandbox, _) = corpus();
    let submit = peers::PYSPARK.find().unwrap();
    let python = submit.with_file_name("python");
    let spark = |program: &std::path::Path| {
        let mut command = sandbox.command(program);
        command.env("SPARK_LOCAL_IP", "127.0.0.1").env("PYSPARK_PYTHON", &python).stdin(Stdio::null());
        command
    };
    let log = std::fs::File::create(sandbox.file("spark.log")).unwrap();
    let mut driver = spark(&submit)
        .args(["--master", "local-cluster[2,1,2048]", "--conf", "spark.ui.enabled=false"])
        .arg(binaries::root().join("examples/spark/job.py"))
        .args(["parts", "by-spark"])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let start = Instant::now();
    let mut killed = None;
    let status = loop {
        if let Some(status) = driver.try_wait().unwrap() {
            break status;
        }
        let products = std::fs::read_dir(sandbox.file("by-spark/products")).map_or(0, Iterator::count);
        if killed.is_none() && products > 0 {
            killed = executors(driver.id()).first().copied();
            if let Some(pid) = killed {
                assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
            }
        }
        if start.elapsed() > longest() {
            driver.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let log = sandbox.read("spark.log");
    assert!(status.success(), "{log}");
    assert!(killed.is_some() && log.contains("Lost executor"), "{killed:?} {log}");
    // The tables can be read on their own.
    let script = "from pyspark.sql import SparkSession, functions as f\n\
                  spark = SparkSession.builder.master('local[2]').config('spark.ui.enabled', 'false').getOrCreate()\n\
                  keys, found = (spark.read.parquet(f'by-spark/{name}') for name in ('keys', 'findings'))\n\
                  found = found.groupBy('file', 'line').agg(f.collect_list(f.struct('check', 'with')).alias('findings'))\n\
                  none = f.from_json(f.lit('[]'), found.schema['findings'].dataType)\n\
                  keys = keys.join(found, ['file', 'line'], 'left').withColumn('findings', f.coalesce('findings', none))\n\
                  print(*keys.toJSON().collect(), sep='\\n')\n";
    let tables = spark(&python).args(["-c", script]).output().unwrap();
    assert!(tables.status.success(), "{tables:?}");
    assert_same(&keys(&String::from_utf8(tables.stdout).unwrap()));
}

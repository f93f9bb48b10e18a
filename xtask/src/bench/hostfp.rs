//! Compares hostfp with ssh-keyscan: one host with three types of key, and a thousand hosts, some of them dead.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::peers;

use super::table::{Asked, Limit, Measure};
use super::time::{Time, milliseconds, of_children, of_machine, processor_time, ratio};
use super::{Programs, race};
use crate::Failure;

/// The number of addresses of hosts.
const HOSTS: usize = 1000;
/// The number of dead hosts in the last run, half of each kind.
const DEAD: usize = 200;
/// The most addresses on which one sshd listens: its MAX_LISTEN_SOCKS.
const ADDRESSES: usize = 16;
/// The timeout of both tools for a silent host, in seconds: their default.
const LIMIT: &str = "5";

/// The types of host key that each host has.
const TYPES: [&str; 3] = ["ed25519", "ecdsa", "rsa"];

/// Scans a host `rounds` times with each tool in turn, and then a fleet once with each.
pub(super) fn bench(programs: &Programs, rounds: u32) -> Result<Vec<Measure>, Failure> {
    let folder = tempfile::tempdir()?;
    for key_type in TYPES {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", key_type, "-N", "", "-f"]).arg(folder.path().join(key_type));
        if !keygen.status()?.success() {
            return Err("ssh-keygen made no host key".into());
        }
    }
    println!("One OpenSSH host with an Ed25519, an ECDSA and an RSA key, medians of {rounds} scans each, in turn.\n");
    println!("| key exchange | hostfp | ssh-keyscan | to ssh-keyscan | processor time | of ssh-keyscan |");
    println!("|---|---|---|---|---|---|");
    let mut measures = Vec::new();
    let measure = |what, ours, theirs, most, limit| Measure {
        what,
        tool: "hostfp",
        ours,
        peer: "ssh-keyscan",
        theirs,
        asked: Asked::Part(most),
        limit,
    };
    for (name, exchange, most) in [("as ssh-keyscan prefers it", "", 0.25), ("Curve25519 alone", CURVE25519, 1.0)] {
        let server = Server::start(folder.path(), exchange, &["127.0.0.1".to_owned()], free_port()?)?;
        let port = server.port.to_string();
        let mut hostfp = programs.command("hostfp");
        hostfp.args(["-T", LIMIT, "-p", &port, "--connect", "127.0.0.1"]);
        let mut keyscan = Command::new("ssh-keyscan");
        keyscan.args(["-T", LIMIT, "-p", &port, "127.0.0.1"]);
        let mut rivals = [hostfp, keyscan];
        let [ours, theirs] = race(&mut rivals, rounds, &[])?;
        let [our_work, their_work] = &mut rivals;
        let [our_work, their_work] = [our_work, their_work].map(|scan| processor_time(scan, rounds));
        let (our_work, their_work) = (Time::once(our_work?), Time::once(their_work?));
        println!(
            "| {name} | {ours} | {theirs} | {} | {our_work} | {their_work} ({}) |",
            ratio(ours, theirs),
            ratio(our_work, their_work)
        );
        measures.push(measure(format!("one host, {name}"), ours, theirs, most, None));
        if exchange == CURVE25519 {
            measures.push(measure(format!("processor time of one host, {name}"), our_work, their_work, 0.5, None));
        }
    }
    let ([ours, theirs], limit) = fleet(programs, folder.path())?;
    measures.push(measure(format!("{HOSTS} hosts"), Time::once(ours), Time::once(theirs), 1.0, Some(limit)));
    Ok(measures)
}

/// The key exchange that is fastest for ssh-keyscan. With its first choice a thousand hosts would take it minutes of
/// processor time.
const CURVE25519: &str = "KexAlgorithms curve25519-sha256";

/// Scans a thousand hosts. Returns our time and ssh-keyscan's, and the work of the hosts while we scan. That work is
/// the processor time of the whole machine without hostfp's: an sshd process ends without waiting for its child, whose
/// time then counts nowhere.
fn fleet(programs: &Programs, folder: &Path) -> Result<([Duration; 2], Limit), Failure> {
    let addresses: Vec<String> = (0..HOSTS).map(|host| format!("127.1.{}.{}", host / 250, host % 250 + 1)).collect();
    let port = free_port()?;
    let servers = addresses
        .chunks(ADDRESSES)
        .map(|addresses| Server::start(folder, CURVE25519, addresses, port))
        .collect::<Result<Vec<_>, _>>()?;
    println!(
        "\n{HOSTS} hosts on loopback ({} sshds, each at {ADDRESSES} addresses, Curve25519 alone):\n",
        servers.len()
    );
    println!("| hosts | tool | time | a second | keys | memory |");
    println!("|---|---|---|---|---|---|");
    let list = |name: &str, addresses: &[String]| -> Result<PathBuf, Failure> {
        let file = folder.join(name);
        fs::write(&file, addresses.join("\n"))?;
        Ok(file)
    };
    let alive = list("alive", &addresses)?;
    let ours = scan("hostfp", programs.command("hostfp").arg("--connect"), &alive, port)?;
    let cores = thread::available_parallelism()?;
    let limit = Limit {
        time: ours.others / u32::try_from(cores.get())?,
        what: format!("the processor time of all processes but hostfp, mostly the sshds, on {cores} cores"),
    };
    let theirs = scan("ssh-keyscan", &mut Command::new("ssh-keyscan"), &alive, port)?;
    // Every fifth host is dead: half of these accept and send nothing, half do not accept.
    let dead = Dead::start(port)?;
    let mut mixed = addresses;
    for (index, dead) in dead.addresses().enumerate() {
        if let Some(address) = mixed.get_mut(index * (HOSTS / DEAD)) {
            *address = dead;
        }
    }
    let mixed = scan("hostfp", programs.command("hostfp").arg("--connect"), &list("mixed", &mixed)?, port)?;
    let expected = [HOSTS * TYPES.len(), HOSTS * TYPES.len(), (HOSTS - DEAD) * TYPES.len()];
    for (scan, keys) in [&ours, &theirs, &mixed].into_iter().zip(expected) {
        if scan.keys != keys {
            return Err(format!("{} found {} keys of {keys}", scan.tool, scan.keys).into());
        }
    }
    let rest = Duration::from_secs_f64(ours.time.as_secs_f64() * (HOSTS - DEAD) as f64 / HOSTS as f64);
    println!(
        "\nThroughput to ssh-keyscan's: {:.1} times. Memory to its: {:.1} times. {DEAD} dead hosts cost {:.1} s, of {LIMIT} s \
         each (the other {} alone take {:.1} s by the first row).",
        theirs.time.as_secs_f64() / ours.time.as_secs_f64(),
        ours.memory as f64 / theirs.memory as f64,
        mixed.time.saturating_sub(rest).as_secs_f64(),
        HOSTS - DEAD,
        rest.as_secs_f64(),
    );
    println!("Other processes took {} of it on each core.", milliseconds(limit.time));
    drop(servers);
    Ok(([ours.time, theirs.time], limit))
}

/// The result of a scan of a list of hosts.
struct Scan {
    tool: &'static str,
    time: Duration,
    keys: usize,
    /// Its peak memory, in KiB.
    memory: u64,
    /// The processor time of all other processes during the scan.
    others: Duration,
}

/// Scans the hosts of a list, and prints a row with the result.
fn scan(tool: &'static str, command: &mut Command, list: &Path, port: u16) -> Result<Scan, Failure> {
    let output = list.with_extension("out");
    command.args(["-T", LIMIT, "-p", &port.to_string(), "-f"]).arg(list);
    command.stdin(Stdio::null()).stdout(fs::File::create(&output)?).stderr(Stdio::null());
    let (start, before) = (Instant::now(), (of_machine()?, of_children()?));
    let mut child = command.spawn()?;
    let mut memory = 0;
    // The kernel drops the figure when the process ends, so it is read all the time.
    while child.try_wait()?.is_none() {
        memory = memory.max(peak(child.id()));
        thread::sleep(Duration::from_millis(5));
    }
    let time = start.elapsed();
    let others = (of_machine()? - before.0).saturating_sub(of_children()? - before.1);
    let keys = fs::read_to_string(&output)?.lines().count();
    let hosts = fs::read_to_string(list)?.lines().count();
    println!(
        "| {hosts} of {} | {tool} | {:.1} s | {:.0} | {keys} | {:.1} MB |",
        list.file_name().unwrap_or_default().display(),
        time.as_secs_f64(),
        hosts as f64 / time.as_secs_f64(),
        memory as f64 / 1024.0,
    );
    Ok(Scan { tool, time, keys, memory, others })
}

/// The peak memory of a process so far, in KiB.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// Finds a port that is free on 127.0.0.1, and so most likely on the other addresses, too.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// An sshd on some addresses, which is killed when its value is dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(folder: &Path, more: &str, addresses: &[String], port: u16) -> Result<Self, Failure> {
        let first = addresses.first().ok_or("no address")?;
        let config = folder.join(format!("sshd-{first}"));
        // sshd's MaxStartups would refuse some connections: it counts all addresses together.
        let mut lines = format!("PidFile none\nUsePAM no\nStrictModes no\nMaxStartups 1000\n{more}\n");
        for address in addresses {
            let _ = writeln!(lines, "ListenAddress {address}");
        }
        for key_type in TYPES {
            let _ = writeln!(lines, "HostKey {}", folder.join(key_type).display());
        }
        fs::write(&config, lines)?;
        let sshd = peers::SSHD.find().ok_or("no sshd")?;
        let mut command = Command::new(sshd);
        command.args(["-D", "-f"]).arg(&config).args(["-p", &port.to_string()]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { child, port };
        for _ in 0..100 {
            if std::net::TcpStream::connect((first.as_str(), port)).is_ok() {
                return Ok(server);
            }
            if server.child.try_wait()?.is_some() {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("an sshd does not listen".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hosts that do not answer.
struct Dead {
    /// The kernel accepts connections, but no program answers.
    silent: Vec<TcpListener>,
    /// Their queues are full, so the kernel does not answer, either.
    deaf: Vec<(TcpListener, Vec<std::net::TcpStream>)>,
}

impl Dead {
    fn start(port: u16) -> io::Result<Self> {
        let address =
            |kind: usize, host: usize| [127, 2, u8::try_from(kind).unwrap_or(0), u8::try_from(host + 1).unwrap_or(1)];
        let silent = (0..DEAD / 2)
            .map(|host| TcpListener::bind((std::net::Ipv4Addr::from(address(0, host)), port)))
            .collect::<io::Result<_>>()?;
        let deaf = (0..DEAD / 2).map(|host| full(address(1, host).into(), port)).collect::<io::Result<_>>()?;
        Ok(Self { silent, deaf })
    }

    fn addresses(&self) -> impl Iterator<Item = String> {
        let listeners = self.silent.iter().chain(self.deaf.iter().map(|(listener, _)| listener));
        listeners.filter_map(|listener| Some(listener.local_addr().ok()?.ip().to_string()))
    }
}

/// Makes a listener whose queue is full.
fn full(address: std::net::Ipv4Addr, port: u16) -> io::Result<(TcpListener, Vec<std::net::TcpStream>)> {
    use rustix::net::{AddressFamily, SocketType, bind, listen, socket};
    let address = std::net::SocketAddrV4::new(address, port);
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&socket, &address)?;
    listen(&socket, 0)?;
    let listener = TcpListener::from(socket);
    let mut queue = Vec::new();
    // A queue of length 0 still holds one; on any system, the first connection that waits shows that the queue is full.
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address.into(), Duration::from_millis(50)) {
        queue.push(stream);
    }
    Ok((listener, queue))
}

//! Tests names, and addresses of both families, with the packaged program: alone in an empty root, without the C
//! library that looks up names elsewhere.

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use support::{Outcome, Sandbox, needs, peers};

use crate::handshake::Host;
use crate::packages;

/// The packaged hostfp for this machine; `None` if the root cannot be changed.
fn packaged(test: &str) -> Option<PathBuf> {
    let folders = ["musl", "gnu"].map(|library| format!("{}-unknown-linux-{library}", std::env::consts::ARCH));
    let found = folders.iter().map(|folder| packages::folder().join(folder).join("hostfp")).find(|path| path.exists());
    let is_root = Sandbox::new().run("id", ["-u"]).good() == "0\n";
    match found {
        Some(program) if is_root => return Some(program),
        Some(_) => peers::skip(test, "only root may change the root"),
        None => peers::skip(test, "without a packaged hostfp"),
    }
    None
}

/// Connects in a root that contains only hostfp and these files of `/etc`.
fn connect(program: &PathBuf, etc: &[(&str, &str)], options: &[&str], name: &str) -> Outcome {
    let root = Sandbox::new();
    let _ = root.copy_program(program, "hostfp");
    for (file, text) in etc {
        root.write(format!("etc/{file}"), text);
    }
    let command = ["20", "chroot", root.path().to_str().unwrap(), "/hostfp", "-T", "10"];
    root.run("timeout", [&command, options, &["--connect", name]].concat())
}

/// Forwards the port of `::1` to the same port of 127.0.0.1, where the test's sshd listens.
fn bridge(port: u16, connections: usize) {
    let listener = TcpListener::bind(("::1", port)).unwrap();
    thread::spawn(move || {
        for from in listener.incoming().take(connections).flatten() {
            let to = TcpStream::connect(("127.0.0.1", port)).unwrap();
            for (mut from, mut to) in [(from.try_clone().unwrap(), to.try_clone().unwrap()), (to, from)] {
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn names_of_etc_hosts_and_addresses_of_both_kinds_are_found_in_an_empty_root() {
    needs!(SSHD, SSH_KEYGEN);
    let Some(program) = packaged("names_of_etc_hosts_and_addresses_of_both_kinds_are_found_in_an_empty_root") else {
        return;
    };
    let host = Host::start(&["ed25519"], "");
    let port = host.server.port;
    bridge(port, 20);
    let hosts = [("hosts", "127.0.0.1 four.example\n::1 six.example\n")];
    let shown = host.sandbox.run("hostfp", ["--connect", &host.name()]).good();
    let fingerprint = shown.split(' ').nth(1).unwrap();
    for (name, options) in [
        (format!("four.example:{port}"), &[][..]),
        (format!("[six.example]:{port}"), &[]),
        (format!("six.example:{port}"), &["-6"]),
        (format!("[::1]:{port}"), &[]),
        (format!("127.0.0.1:{port}"), &["-4"]),
    ] {
        let printed = connect(&program, &hosts, options, &name).good();
        assert!(printed.contains(fingerprint), "{name}: {printed}");
    }
    let unknown = connect(&program, &hosts, &[], &format!("unknown.example:{port}")).fails(2);
    assert!(unknown.starts_with("hostfp: unknown.example:") || unknown.contains("unknown.example"), "{unknown}");
}

/// A name server that knows one name, with an address of each family (RFC 1035, RFC 3596).
struct NameServer {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

const ADDRESS: &str = "127.0.0.53";
const NAME: &[u8] = b"\x02vm\x07example\x00";

impl NameServer {
    /// `None` if the port is taken.
    fn start() -> Option<Self> {
        let socket = UdpSocket::bind((ADDRESS, 53)).ok()?;
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut query = [0; 512];
            while !seen.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut query) {
                    let _ = socket.send_to(&answer(&query[..length]), from);
                }
            }
        });
        Some(Self { over, thread: Some(thread) })
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn answer(query: &[u8]) -> Vec<u8> {
    let asked = &query[12..];
    let address: Option<&[u8]> = match asked.strip_prefix(NAME) {
        Some([0, 1, ..]) => Some(&[127, 0, 0, 1]),
        Some([0, 28, ..]) => Some(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        _ => None,
    };
    let end = asked.iter().position(|byte| *byte == 0).unwrap() + 5;
    let code = if address.is_some() { 0 } else { 3 };
    let mut answer = [&query[..2], &[0x81, 0x80 | code, 0, 1, 0, u8::from(address.is_some()), 0, 0, 0, 0]].concat();
    answer.extend_from_slice(&asked[..end]);
    if let Some(address) = address {
        answer.extend_from_slice(&[0xc0, 12]);
        answer.extend_from_slice(&asked[end - 4..end]);
        answer.extend_from_slice(&[0, 0, 0, 60, 0, address.len() as u8]);
        answer.extend_from_slice(address);
    }
    answer
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn names_of_a_name_server_are_found_in_an_empty_root() {
    let test = "names_of_a_name_server_are_found_in_an_empty_root";
    needs!(SSHD, SSH_KEYGEN);
    let Some(program) = packaged(test) else { return };
    let Some(_server) = NameServer::start() else {
        peers::skip(test, "port 53 is taken");
        return;
    };
    let host = Host::start(&["ed25519"], "");
    let port = host.server.port;
    let etc = [("resolv.conf", "nameserver 127.0.0.53\noptions timeout:2 attempts:2\n")];
    let shown = host.sandbox.run("hostfp", ["--connect", &host.name()]).good();
    let fingerprint = shown.split(' ').nth(1).unwrap();
    // The address of the other family refuses, and the next one is used.
    for options in [&[][..], &["-4"]] {
        let printed = connect(&program, &etc, options, &format!("vm.example:{port}")).good();
        assert!(printed.contains(fingerprint) && printed.contains("vm.example"), "{printed}");
    }
    let unknown = connect(&program, &etc, &[], &format!("other.example:{port}")).fails(2);
    assert!(unknown.contains("other.example"), "{unknown}");
}

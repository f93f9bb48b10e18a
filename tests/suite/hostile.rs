//! Tests hostile servers, and servers of other protocols: a clear message, in time, whatever they send.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use support::packet::{self, packed, put};
use support::{CLOSED_PORT, Listener, Outcome, Sandbox};

/// Longer than any test waits, so the server never ends the connection first.
const FOREVER: Duration = Duration::from_secs(60);

/// Runs hostfp against a server with this behaviour.
fn against(limit: &str, serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Outcome {
    let server = Listener::start(move |mut stream| serve(&mut stream)).unwrap();
    Sandbox::new().run("hostfp", ["-T", limit, "--connect", &format!("127.0.0.1:{}", server.port)])
}

/// hostfp's message about a server that sends these bytes and closes the connection.
fn after(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    let outcome = against("10", move |stream| {
        let _ = stream.write_all(&bytes);
        // Closing with unread data would reset the connection before the client has read everything.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    });
    assert_eq!(outcome.stdout, "");
    outcome.fails(2)
}

const BANNER: &str = "SSH-2.0-test\r\n";

fn kexinit(key_exchanges: &str, host_keys: &str) -> Vec<u8> {
    packet::kexinit([20; 16], key_exchanges, host_keys)
}

fn with_banner(packets: &[Vec<u8>]) -> Vec<u8> {
    [BANNER.as_bytes(), &packets.concat()].concat()
}

#[test]
fn a_server_that_is_not_ssh_is_reported_with_its_first_line() {
    for (bytes, words) in [
        (&b""[..], "it closed the connection without a message"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "this is not SSH: it sent 'HTTP/1.1 400 Bad Request'"),
        (b"220 mail\x1b[2J\xff\r\n", "this is not SSH: it sent '220 mail\\033[2J\\377'"),
        (b"Exceeded MaxStartups\r\n", "it refused the connection: 'Exceeded MaxStartups'"),
        (b"Not allowed at this time\r\n", "hint: hosts do so after too many connections"),
        (b"SSH-1.5-OpenSSH_1.2\r\n", "its SSH version is not 2: 'SSH-1.5-OpenSSH_1.2'"),
        (b"SSH-2.0-x\0y\r\n", "its banner is too long or holds a NUL"),
        (b"SSH-2.0-test\r\n", "it closed the connection before the key exchange"),
    ] {
        let message = after(bytes);
        assert!(message.contains(words), "{message}");
        assert!(!message.contains('\x1b'));
    }
}

#[test]
fn packets_that_break_the_protocol_are_named() {
    let offer = || packed(&kexinit("curve25519-sha256", "ssh-ed25519"));
    let mut goodbye = vec![1, 0, 0, 0, 2];
    put(&mut goodbye, b"go away\x1b[31m");
    put(&mut goodbye, b"");
    let mut reply = vec![31];
    for field in [&b"no key"[..], &[9; 32], b"no signature"] {
        put(&mut reply, field);
    }
    let mut zero = vec![31];
    for field in [&b"no key"[..], &[0; 32], b"no signature"] {
        put(&mut zero, field);
    }
    for (packets, words) in [
        (vec![vec![0xff; 64]], "a packet of an impossible length"),
        (vec![b"\0\0\0\0\0\0\0\0".to_vec()], "a packet of an impossible length"),
        (vec![b"\0\0\0\x0c\xff\0\0\0\0\0\0\0\0\0\0\0".to_vec()], "impossible padding"),
        (vec![packed(&[31, 0, 0])], "unexpected message"),
        (vec![packed(&[20, 0, 0])], "its offer of algorithms (KEXINIT) is damaged"),
        (vec![packed(&[3, 0, 0, 0, 0])], "it does not support a required message"),
        (vec![packed(&[2, 0, 0, 0, 0]); 100], "only messages that are to be ignored"),
        (vec![packed(&goodbye)], "it ended the connection: 'go away\\033[31m'"),
        (vec![packed(&kexinit("x", "ssh-ed25519"))], "no key exchange that hostfp supports; it offers x"),
        (vec![packed(&kexinit("curve25519-sha256", "y,z"))], "no host key of a requested type; it offers y, z"),
        (vec![packed(&kexinit("", ""))], "it offers nothing"),
        (vec![offer()], "it closed the connection during the key exchange"),
        (vec![offer(), packed(&[31])], "its reply to the key exchange is damaged"),
        (vec![offer(), packed(&reply)], "the host's key is not valid"),
        (vec![offer(), packed(&zero)], "a point of small order"),
    ] {
        let report = after(with_banner(&packets));
        assert!(report.contains(words), "{words}: {report}");
    }
}

#[test]
fn endless_words_before_the_banner_are_cut_off() {
    for line in ["x", "welcome\r\n"] {
        let outcome = against("20", move |stream| while stream.write_all(line.repeat(1000).as_bytes()).is_ok() {});
        let words = outcome.fails(2);
        assert!(words.contains("this is not SSH: it sent "), "{words}");
        assert!(words.len() < 500, "{words}");
    }
}

/// A byte now and then must not extend the deadline, at any stage.
#[test]
fn a_server_that_sends_slowly_gets_no_more_time_than_a_silent_one() {
    let offer = with_banner(&[packed(&kexinit("curve25519-sha256", "ssh-ed25519"))]);
    for (whole, words) in [
        (Vec::new(), "it accepted the connection, but sent no SSH banner in time"),
        (BANNER.as_bytes().to_vec(), "it sent its SSH banner, but not its algorithms in time"),
        (offer, "it did not finish the key exchange in time"),
    ] {
        for dripping in [false, true] {
            let whole = whole.clone();
            let outcome = against("1", move |stream| {
                let _ = stream.write_all(&whole);
                if !dripping {
                    thread::sleep(FOREVER);
                }
                // The length of the longest allowed packet; or a line before the banner.
                let mut packet = b"\0\0\x80\x04".iter().copied().chain(std::iter::repeat(4));
                while stream.write_all(&[packet.next().unwrap()]).is_ok() {
                    thread::sleep(Duration::from_millis(50));
                }
            });
            let message = outcome.fails(2);
            assert!(message.contains(words), "{dripping}: {message}");
        }
    }
}

#[test]
fn a_dead_or_deaf_host_costs_its_own_time_only() {
    let deaf: Vec<Listener> = (0..40).map(|_| Listener::start(|_stream| thread::sleep(FOREVER)).unwrap()).collect();
    let hosts: Vec<String> = deaf.iter().map(|deaf| format!("127.0.0.1:{}", deaf.port)).collect();
    let sandbox = Sandbox::new();
    sandbox.write("hosts", format!("# a fleet\n\n{}\n127.0.0.1:{CLOSED_PORT} # gone\n", hosts.join("\n")));
    let words = sandbox.run("hostfp", ["-T", "1", "--connect", "-f", "hosts"]).fails(2);
    assert_eq!(words.matches("in time").count(), 40, "{words}");
    assert!(words.contains(&format!("[127.0.0.1]:{CLOSED_PORT}: cannot connect: connection refused")), "{words}");
}

/// xorshift64: the printed seed gives the same cases every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Thousands more run in the crate's own tests, without a process for each.
#[test]
fn random_bytes_in_place_of_any_message_are_refused_with_an_error() {
    const SEED: u64 = 0x5eed_0123_4567_89ab;
    println!("seed {SEED:#x}");
    let mut random = Random(SEED);
    for case in 0..100 {
        let junk: Vec<u8> = (0..random.below(400)).map(|_| random.next().to_le_bytes()[0]).collect();
        let bytes = match case % 4 {
            0 => junk,
            1 => with_banner(&[junk]),
            2 => with_banner(&[packed(&[&[20][..], &junk].concat())]),
            _ => {
                let reply = packed(&[&[31][..], &junk].concat());
                with_banner(&[packed(&kexinit("ecdh-sha2-nistp256", "rsa-sha2-512")), reply])
            }
        };
        let words = after(bytes);
        assert!(words.starts_with("hostfp: [127.0.0.1]:"), "{case}: {words}");
    }
}
